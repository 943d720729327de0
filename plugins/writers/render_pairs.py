"""Writer: what trains a denoiser or a renderer: a noisy and a clean picture of one sample with what guides them.

Light is linear float32, after exposure and before the tone curve, with no effect of lens or sensor on it. It makes no
pair out of a picture that was rendered once: without the path tracer's pairs it is an obstacle.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import (
    BytesFile,
    Choice,
    Parameter,
    Record,
    ReusedFile,
    SampleFile,
    StoredRecord,
    Writer,
)
from myriorama.plugins.writers._exr_file import exr_file
from myriorama.plugins.writers._pictures import file_stem

ROLE: Final = "render_pair"
LAYERS: Final = ("noisy", "clean", "albedo", "direct", "indirect")
"""Of three channels each, as the path tracer gives them."""

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_SUFFIXES: Final = {"exr": "exr", "npz": "npz"}


class RenderPairs(Writer):
    """Training pairs for denoisers and renderers."""

    name: ClassVar[str] = "render_pairs"
    label: ClassVar[str] = "Render pairs"
    help: ClassVar[str] = (
        "A noisy and a clean path-traced picture a sample, with albedo, normals, depth, direct and indirect light."
    )
    version: ClassVar[str] = "1"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Choice("container", "exr", options=("exr", "npz"), help="One multi-layer OpenEXR file, or one NumPy archive."),
    )

    def obstacles(self, record: Record) -> tuple[str, ...]:
        lacking = [name for name in LAYERS if name not in record.layers]
        if lacking:
            way = "render with the path tracer and its pairs (--engine pathtraced --pairs, or output.tracing.pairs)"
            return (f"the sample has no {', '.join(lacking)}: {way}",)
        missing = [name for name in ("depth", "normal") if getattr(record.frame, name) is None]
        return (f"the frame was rendered without {', '.join(missing)}",) if missing else ()

    def losses(self) -> tuple[str, ...]:
        return ("all labels, and the finished picture: these files hold light alone",)

    def sample_files(self, record: Record) -> Iterable[SampleFile]:
        layers = _layers(record)
        if not layers:
            return  # told as an obstacle
        container = self.values["container"]
        content = _archive(layers) if container == "npz" else exr_file(_channels(layers), _header(record), "zip")
        meaning = {
            "light": "linear, exposed, before the tone curve; direct + indirect = clean",
            "normal": "unit, camera frame, exact at pixel centres; 0 where nothing was hit",
            "depth": "metres along the camera's z axis, exact at pixel centres; 0 where nothing was hit",
            "layers": sorted(layers),
        }
        yield BytesFile(ROLE, _path(record.index, container), content, meaning)

    def reused_files(self, stored: StoredRecord) -> Iterable[ReusedFile]:
        yield ReusedFile(ROLE, _path(stored["index"], self.values["container"]))


def _path(index: int, container: str) -> str:
    return f"render_pairs/{file_stem(index)}.{_SUFFIXES[container]}"


def _layers(record: Record) -> dict[str, npt.NDArray[np.float32]]:
    """Return the layers by name, float32: (H, W, 3), and depth (H, W)."""
    frame = record.frame
    if frame.depth is None or frame.normal is None or any(name not in record.layers for name in LAYERS):
        return {}
    light = {name: np.asarray(record.layers[name], dtype=np.float32) for name in LAYERS}
    return {**light, "normal": frame.normal, "depth": frame.depth}


def _channels(layers: dict[str, npt.NDArray[np.float32]]) -> dict[str, npt.NDArray[Any]]:
    out: dict[str, npt.NDArray[Any]] = {}
    for name, values in layers.items():
        if values.ndim == 2:
            out[f"{name}.Z"] = values
            continue
        for k, axis in enumerate("XYZ" if name == "normal" else "RGB"):
            out[f"{name}.{axis}"] = values[:, :, k]
    return out


def _header(record: Record) -> dict[str, Any]:
    return {
        "sampleKey": record.key,
        "colourSource": "radiance, linear, before the tone curve",
        "pixelConvention": "K: continuous, the first pixel's centre is (0.5, 0.5)",
        "K": record.scene.camera.K,
        "cameraFromWorld": record.scene.camera.camera_from_world,
    }


def _archive(layers: dict[str, npt.NDArray[np.float32]]) -> bytes:
    """Return a NumPy archive whose bytes follow from the layers alone; `numpy.savez` writes the time of day."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(layers):
            array = io.BytesIO()
            np.lib.format.write_array(array, np.ascontiguousarray(layers[name]), allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", date_time=_EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, array.getvalue())
    return out.getvalue()
