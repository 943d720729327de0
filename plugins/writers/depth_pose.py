"""Writer: pictures with depth and the camera's path, in the folder layout of TUM RGB-D or of TartanAir.

Samples become the frames of a sequence, in the order of their index; whether they show one scene is the project's
affair, and no pose is smoothed or invented.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, Final

import numpy as np

from myriorama.plugins.api import (
    ArrayFile,
    Choice,
    Float,
    Parameter,
    PngFile,
    Record,
    ReusedFile,
    SampleFile,
    StoredRecord,
    StoredRecords,
    Values,
    WholeFile,
)
from myriorama.plugins.splitting import PARTS
from myriorama.plugins.writers._depth import (
    METRES,
    NOTHING,
    RAW_ROLE,
    depth_meaning,
    depth_misfits,
    depth_steps,
    stored_depth,
)
from myriorama.plugins.writers._pictures import PNG16_MAX, PictureWriter, file_stem
from myriorama.plugins.writers._pinhole import LOST_OPTICS, lens_obstacles, require_pinhole
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.conventions import F64
from myriorama.scenes.labels.box_3d import quaternion_of
from myriorama.scenes.placement.poses import rotation_from_quaternion

_NED_FROM_CAMERA: Final = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
"""From x right, y down, z forward to TartanAir's x forward, y right, z down."""
_NED_FROM_WORLD: Final = np.diag([1.0, -1.0, -1.0])
"""Our world turned half round its x axis, so that z points down in it too."""
_ROW: Final = 12
"""Numbers kept of a sample: index, fx, fy, cx, cy, position, quaternion."""


class DepthPose(PictureWriter):
    """Colour, depth and trajectory."""

    name: ClassVar[str] = "depth_pose"
    label: ClassVar[str] = "Depth and pose"
    help: ClassVar[str] = "Colour, depth and the camera's pose for each sample, for SLAM, odometry and depth networks."
    version: ClassVar[str] = "1"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Choice(
            "layout",
            "tum",
            options=("tum", "tartanair"),
            help="tum: 16-bit depth, lists by timestamp, camera axes x right, y down, z forward. tartanair: float32 "
            "depth as .npy, one pose a line, axes x forward, y right, z down.",
        ),
        Float(
            "depth_factor",
            5000.0,
            minimum=0.1,
            maximum=1e6,
            help="Steps of 16-bit depth in a metre, for the layout tum; an export keeps the steps of the dataset.",
        ),
        Float(
            "rate_hz",
            10.0,
            unit="Hz",
            minimum=0.001,
            maximum=1000.0,
            help="The timestamp of a sample is its index divided by this, in seconds.",
        ),
    )

    def __init__(self, info: DatasetInfo, values: Values | None = None) -> None:
        super().__init__(info, values)
        self._tum = self.values["layout"] == "tum"
        self._role = "tum_depth" if self._tum else "tartanair_depth"

    def obstacles(self, record: Record) -> tuple[str, ...]:
        missing = [name for name in ("rgb", "depth") if getattr(record.frame, name) is None]
        if missing:
            return (f"the frame was rendered without {', '.join(missing)}",)
        lens = lens_obstacles(record.scene.camera.optics(), self.label)
        if lens:
            return lens
        if not self._tum or record.frame.depth is None:
            return ()
        depth = record.frame.depth
        fits = PNG16_MAX / max(float(depth.max()), 1e-9)
        larger = f"set depth_factor to {0.999 * fits:.4g} or less, or layout to tartanair"
        smaller = "set depth_factor higher, or layout to tartanair"
        return depth_misfits(depth, 1.0 / float(self.values["depth_factor"]), larger, smaller)

    def losses(self) -> tuple[str, ...]:
        return (
            "every label of objects, surfaces and regions to ignore",
            "which samples show one and the same scene: all samples of a part are one sequence",
            LOST_OPTICS,
        )

    def picture_path(self, part: str, index: int) -> str:
        return f"{part}/{self._names(index)[0]}"

    def sample_files(self, record: Record) -> Iterable[SampleFile]:
        yield from super().sample_files(record)
        _, depth = self._names(record.index)
        if record.frame.depth is None:
            return
        if self._tum:
            unit = 1.0 / float(self.values["depth_factor"])
            steps = depth_steps(record.frame.depth, unit)
            yield PngFile(self._role, f"{record.part}/{depth}", steps, depth_meaning(unit))
        else:
            meaning = {"value": METRES, "unit_m": 1.0, "0": NOTHING}
            yield ArrayFile(self._role, f"{record.part}/{depth}", record.frame.depth, meaning)

    def reused_files(self, stored: StoredRecord) -> Iterable[ReusedFile]:
        yield from super().reused_files(stored)
        _, depth = self._names(stored["index"])
        yield ReusedFile(self._depth_of(stored)[0], f"{stored['part']}/{depth}")

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        rows = {part: array("d") for part in PARTS}
        size, factor = (0, 0), 1.0
        for stored in records:
            rows[stored["part"]].extend(_row(stored))
            size = (stored["width"], stored["height"])
            factor = 1.0 / float(self._depth_of(stored)[1]["unit_m"])
        for part, flat in rows.items():
            if flat:
                table = np.frombuffer(flat).reshape(-1, _ROW)
                yield from self._lists(part, table)
                yield WholeFile(f"{part}/camera.yaml", (_camera_yaml(table, size, factor).encode(),))

    def _depth_of(self, stored: StoredRecord) -> tuple[str, Any]:
        return stored_depth(stored, (self._role, RAW_ROLE), "steps" if self._tum else "metres")

    def _names(self, index: int) -> tuple[str, str]:
        """Return where colour and depth of a sample lie inside its part."""
        stem = file_stem(index)
        if self._tum:
            return f"rgb/{stem}.png", f"depth/{stem}.png"
        return f"image_left/{stem}_left.png", f"depth_left/{stem}_left_depth.npy"

    def _stamp(self, index: float) -> str:
        return f"{index / float(self.values['rate_hz']):.6f}"

    def _lists(self, part: str, table: F64) -> Iterator[WholeFile]:
        def lines(head: str, line: Callable[[F64], str]) -> Iterator[bytes]:
            if head:
                yield f"# {head}\n".encode()
            for row in table:
                yield f"{line(row)}\n".encode()

        def stamped(row: F64, which: int) -> str:
            return f"{self._stamp(row[0])} {self._names(int(row[0]))[which]}"

        numbers = "timestamp fx fy cx cy; the first pixel's centre is (0, 0)"
        intrinsics = lines(numbers, lambda row: f"{self._stamp(row[0])} {_text(row[1:5])}")
        yield WholeFile(f"{part}/intrinsics.txt", intrinsics)
        if not self._tum:
            yield WholeFile(f"{part}/pose_left.txt", lines("", lambda row: _text(_north_east_down(row[5:]))))
            return
        yield WholeFile(f"{part}/rgb.txt", lines("timestamp filename", lambda row: stamped(row, 0)))
        yield WholeFile(f"{part}/depth.txt", lines("timestamp filename", lambda row: stamped(row, 1)))
        both = lines("", lambda row: f"{stamped(row, 0)} {stamped(row, 1)}")
        yield WholeFile(f"{part}/associations.txt", both)
        poses = lines("timestamp tx ty tz qx qy qz qw", lambda row: f"{self._stamp(row[0])} {_text(row[5:])}")
        yield WholeFile(f"{part}/groundtruth.txt", poses)


def _row(stored: StoredRecord) -> list[float]:
    require_pinhole(stored["camera"], DepthPose.label)
    (fx, _, cx), (_, fy, cy), _ = stored["camera"]["K_opencv"]
    pose = np.array(stored["camera"]["world_from_camera"])
    return [stored["index"], fx, fy, cx, cy, *_placed(pose[:3, :3], pose[:3, 3])]


def _placed(rotation: F64, position: F64) -> list[float]:
    """Return tx, ty, tz, qx, qy, qz, qw."""
    w, x, y, z = quaternion_of(rotation).tolist()
    return [*position.tolist(), x, y, z, w]


def _north_east_down(placed: F64) -> list[float]:
    """Return a pose of the camera in TartanAir's axes of camera and world."""
    x, y, z, w = placed[3:].tolist()
    rotation = rotation_from_quaternion((w, x, y, z))
    return _placed(_NED_FROM_WORLD @ rotation @ _NED_FROM_CAMERA.T, _NED_FROM_WORLD @ placed[:3])


def _text(numbers: Iterable[float]) -> str:
    return " ".join(f"{number + 0.0:.9f}" for number in numbers)


def _camera_yaml(table: F64, size: tuple[int, int], factor: float) -> str:
    names = ("fx", "fy", "cx", "cy")
    lines = ["# The first pixel's centre is (0, 0). Depth is along the axis of the camera, not along the ray."]
    lines += [f"width: {size[0]}", f"height: {size[1]}"]
    if (table[:, 1:5] == table[0, 1:5]).all():
        lines += [f"{name}: {value!r}" for name, value in zip(names, table[0, 1:5].tolist(), strict=True)]
    else:
        lines.append("# The intrinsics change from sample to sample: intrinsics.txt tells them.")
    lines += ["distortion: [0.0, 0.0, 0.0, 0.0, 0.0]", f"depth_factor: {float(f'{factor:.12g}')!r}"]
    return "\n".join(lines) + "\n"
