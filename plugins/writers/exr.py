"""Writer: one OpenEXR picture a sample with colour, depth, normals and ids as named channels.

Every number is as exact as its channel: ids and depth to the bit. It stores no picture as light that is not: where no
light was kept, colour is the finished picture without its curve, and the header says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import (
    Bool,
    BytesFile,
    Choice,
    Parameter,
    Record,
    ReusedFile,
    SampleFile,
    StoredRecord,
    Writer,
)
from myriorama.plugins.writers._depth import NOTHING
from myriorama.plugins.writers._exr_file import exr_file
from myriorama.plugins.writers._pictures import file_stem
from myriorama.scenes.conventions import F32
from myriorama.scenes.labels.stored import json_text
from myriorama.scenes.radiometry.color import srgb_to_linear

ROLE: Final = "exr"
HALF_MAX: Final = 65504.0


class Exr(Writer):
    """Multi-layer pictures."""

    name: ClassVar[str] = "exr"
    label: ClassVar[str] = "OpenEXR"
    help: ClassVar[str] = "One multi-layer OpenEXR picture a sample: half colour, float depth, integer ids."
    version: ClassVar[str] = "2"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Choice(
            "compression",
            "zip",
            options=("zip", "zips", "none"),
            help="All are lossless; zip is the smallest, none the fastest.",
        ),
        Bool("normals", False, help="Also write the normals, float32."),
        Bool("surfaces", False, help="Also write the ids of surfaces; those of objects and classes are always there."),
    )

    def obstacles(self, record: Record) -> tuple[str, ...]:
        frame = record.frame
        needed = ("rgb", "surface_id", "depth", *(("normal",) if self.values["normals"] else ()))
        missing = [name for name in needed if getattr(frame, name) is None]
        if missing:
            return (f"the frame was rendered without {', '.join(missing)}",)
        brightest = 0.0 if frame.linear is None else float(np.abs(frame.linear).max())
        if brightest > HALF_MAX:
            return (
                f"a radiance of {brightest:.4g} does not fit in a half float (up to {HALF_MAX:.0f}): lower the light",
            )
        return ()

    def losses(self) -> tuple[str, ...]:
        told = [
            "everything that is not a buffer: boxes, keypoints, amodal masks, fractions, poses of objects",
            "the class map, filters and regions to ignore: ids are of the project's own classes and of every object",
            "object coordinates",
        ]
        unless = {"normals": "normals", "surfaces": "ids of surfaces"}
        return (*told, *(words for name, words in unless.items() if not self.values[name]))

    def sample_files(self, record: Record) -> Iterable[SampleFile]:
        channels = _channels(record, normals=self.values["normals"], surfaces=self.values["surfaces"])
        header = _header(record)
        meaning = {
            "colour": header["colourSource"],
            "Z": f"metres along the camera's z axis; 0: {NOTHING}",
            "channels": {name: pixels.dtype.name for name, pixels in channels.items()},
        }
        content = exr_file(channels, header, self.values["compression"])
        yield BytesFile(ROLE, f"exr/{file_stem(record.index)}.exr", content, meaning)

    def reused_files(self, stored: StoredRecord) -> Iterable[ReusedFile]:
        yield ReusedFile(ROLE, f"exr/{file_stem(stored['index'])}.exr")


def _channels(record: Record, *, normals: bool, surfaces: bool) -> dict[str, npt.NDArray[Any]]:
    """Return the channels by name: R, G, B half; Z float32; id.* uint32; normal.* float32."""
    frame, scene = record.frame, record.scene
    if frame.surface_id is None or frame.depth is None:
        return {}  # told as an obstacle
    if frame.linear is None:
        half = linear_of_srgb(np.arange(256, dtype=np.uint8)).astype(np.float16)
        out: dict[str, npt.NDArray[Any]] = {name: half.take(record.rgb[:, :, k]) for k, name in enumerate("RGB")}
    else:
        out = {name: frame.linear[:, :, k].astype(np.float16) for k, name in enumerate("RGB")}
    out["Z"] = frame.depth
    if normals and frame.normal is not None:
        out |= {f"normal.{axis}": frame.normal[:, :, k] for k, axis in enumerate("XYZ")}
    if surfaces:
        out["id.surface"] = frame.surface_id
    out["id.instance"] = scene.instance_of_surface.take(frame.surface_id)
    out["id.class"] = scene.class_of_surface.take(frame.surface_id)
    return out


def _header(record: Record) -> dict[str, Any]:
    camera = record.scene.camera
    optics = camera.optics()
    light = "radiance, linear, before the tone curve" if record.frame.linear is not None else "the picture, sRGB undone"
    return {
        "sampleKey": record.key,
        "colourSource": light,
        "pixelConvention": "K: continuous, the first pixel's centre is (0.5, 0.5)",
        "K": camera.K,
        "cameraFromWorld": camera.camera_from_world,
        **({"cameraOptics": json_text(optics)} if optics else {}),
    }


def linear_of_srgb(rgb: npt.NDArray[np.uint8]) -> F32:
    """Return linear light in [0, 1], same shape, of 8-bit sRGB."""
    table: F32 = srgb_to_linear(np.arange(256) / 255.0).astype(np.float32)
    return table[rgb]
