"""Writer: every truth buffer as a lossless picture, beside the stored record that explains it.

Nothing is clamped: a depth that does not fit its 16 bits is an obstacle, told before the job starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import ArrayFile, Bool, Choice, Float, Parameter, PngFile, Record, SampleFile, Writer
from myriorama.plugins.writers._depth import METRES, NOTHING, depth_meaning, depth_misfits, depth_steps
from myriorama.plugins.writers._pictures import PNG16_MAX, PNG24_MAX, file_stem, ids_file, rgb_file


class Raw(Writer):
    """The truth buffers themselves."""

    name: ClassVar[str] = "raw"
    label: ClassVar[str] = "Raw buffers"
    help: ClassVar[str] = (
        "Picture, ids, depth, normals and object coordinates as exact files; labels as JSON per sample."
    )
    version: ClassVar[str] = "1"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Bool("rgb", True, help="Write the picture."),
        Bool("ids", True, help="Write the surface, instance and class id images."),
        Choice("depth", "png16", options=("png16", "float32", "none"), help="16-bit steps, exact float32, or nothing."),
        Float("depth_unit_m", 0.001, unit="m", minimum=1e-6, maximum=10.0, help="One step of a 16-bit depth image."),
        Choice("normals", "png8", options=("png8", "png16", "none"), help="Bits per component of the normals."),
        Bool("object_coordinates", True, help="Write object coordinates, 16 bits per component."),
    )

    def obstacles(self, record: Record) -> tuple[str, ...]:
        found = []
        frame = record.frame
        missing = [n for n in self._buffers() if getattr(frame, n) is None]
        if missing:
            found.append(f"the frame was rendered without {', '.join(missing)}")
        if self.values["depth"] == "png16" and frame.depth is not None:
            larger = "set depth_unit_m to more than {}, or depth to float32"
            smaller = "set depth_unit_m lower, or depth to float32"
            found += depth_misfits(frame.depth, float(self.values["depth_unit_m"]), larger, smaller)
        if len(record.scene.surfaces) > PNG24_MAX:
            found.append(f"{len(record.scene.surfaces)} surfaces do not fit in 24 bits")
        return tuple(found)

    def _buffers(self) -> list[str]:
        chosen = {
            "rgb": self.values["rgb"],
            "surface_id": self.values["ids"],
            "depth": self.values["depth"] != "none",
            "normal": self.values["normals"] != "none",
            "object_coordinates": self.values["object_coordinates"],
        }
        return [name for name, wanted in chosen.items() if wanted]

    def sample_files(self, record: Record) -> Iterable[SampleFile]:
        frame, scene = record.frame, record.scene
        stem = file_stem(record.index)
        wanted = self._buffers()
        if "rgb" in wanted:
            yield rgb_file(record)
        if "surface_id" in wanted and frame.surface_id is not None:
            yield ids_file("surface_id", record, frame.surface_id)
            yield ids_file("instance_id", record, scene.instance_of_surface.take(frame.surface_id))
            yield ids_file("class_id", record, scene.class_of_surface.take(frame.surface_id))
        if "depth" in wanted and frame.depth is not None:
            yield self._depth(stem, frame.depth)
        if "normal" in wanted and frame.normal is not None and frame.depth is not None:
            bits = 8 if self.values["normals"] == "png8" else 16
            yield PngFile("normal", f"normal/{stem}.png", *signed_steps(frame.normal, frame.depth == 0, bits))
        if "object_coordinates" in wanted and frame.object_coordinates is not None:
            steps = (frame.object_coordinates * np.float32(PNG16_MAX) + np.float32(0.5)).astype(np.uint16)
            meaning = {"value": f"stored / {PNG16_MAX}", "nothing": "surfaces that belong to no thing are 0, 0, 0"}
            yield PngFile("object_coordinates", f"object_coordinates/{stem}.png", steps, meaning)
        for name, layer in sorted(record.layers.items()):
            yield _layer_file(name, stem, layer)

    def _depth(self, stem: str, depth: npt.NDArray[np.float32]) -> SampleFile:
        if self.values["depth"] == "float32":
            return ArrayFile("depth", f"depth/{stem}.npy", depth, {"value": METRES, "unit_m": 1.0, "0": NOTHING})
        unit = float(self.values["depth_unit_m"])
        return PngFile("depth", f"depth/{stem}.png", depth_steps(depth, unit), depth_meaning(unit))


def signed_steps(
    vectors: npt.NDArray[np.float32], nothing: npt.NDArray[np.bool_], bits: int
) -> tuple[npt.NDArray[np.uint8] | npt.NDArray[np.uint16], dict[str, Any]]:
    """Return components in [-1, 1] as unsigned steps around a middle, and how to read them.

    Zero is exact. Where nothing was hit all three are stored as 0, which no unit vector gives.
    """
    scale = 2 ** (bits - 1) - 1
    offset = scale + 1
    shifted = vectors * np.float32(scale)
    shifted += np.float32(offset + 0.5)
    steps: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    steps = shifted.astype(np.uint8) if bits == 8 else shifted.astype(np.uint16)
    steps[nothing] = 0
    return steps, {"value": f"(stored - {offset}) / {scale}", "0": "nothing was hit"}


def _layer_file(name: str, stem: str, layer: npt.NDArray[Any]) -> SampleFile:
    """Return a further image, an annotator's or an effect's: PNG where PNG is exact, an array file otherwise."""
    pictured = layer.dtype in (np.uint8, np.uint16) and (layer.ndim == 2 or layer.shape[2:] == (3,))
    if pictured:
        return PngFile(name, f"{name}/{stem}.png", layer, {"value": "stored"})
    if name.startswith("depth_") and layer.dtype == np.float32:
        # What a depth sensor measured: see docs/weather-and-depth-sensors.md.
        return ArrayFile(
            name, f"{name}/{stem}.npy", layer, {"value": METRES, "unit_m": 1.0, "0": "nothing was measured"}
        )
    return ArrayFile(name, f"{name}/{stem}.npy", layer, {"value": "stored"})
