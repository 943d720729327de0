"""Writer: KITTI object detection: 2D and upright 3D boxes, truncation, occlusion and calibration of each picture.

It never sets a leaning box upright beyond the tilt that its user allows: such an object keeps its 2D box alone.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final, TypeAlias

import numpy as np

from myriorama.plugins.api import (
    Choice,
    Float,
    Parameter,
    Record,
    SampleFile,
    StoredRecord,
    StoredRecords,
    TextFile,
    Values,
    WholeFile,
)
from myriorama.plugins.splitting import PARTS
from myriorama.plugins.writers._pictures import PictureWriter
from myriorama.plugins.writers._pinhole import LOST_OPTICS, lens_obstacles, require_pinhole
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.conventions import F64
from myriorama.scenes.placement.poses import rotation_from_quaternion

DONT_CARE: Final = "DontCare"
NO_ANGLE: Final = -10.0
NO_SIZE: Final = -1.0
NO_PLACE: Final = -1000.0

# KITTI names three degrees of occlusion and gives no numbers; these are ours, of the part of an object that is hidden.
PARTLY_FROM: Final = 0.05
LARGELY_FROM: Final = 0.5
FULLY_SEEN, PARTLY_HIDDEN, LARGELY_HIDDEN, UNKNOWN = range(4)

_CAMERA_FROM_VELODYNE: Final = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])
"""KITTI's laser scanner counts forward, left, up; a camera counts right, down, forward."""
_NOTHING_HORIZONTAL: Final = 1e-9
_NOTHING_TURNED: Final = 1e-12


class Kitti(PictureWriter):
    """KITTI's object benchmark, left colour camera."""

    name: ClassVar[str] = "kitti"
    label: ClassVar[str] = "KITTI object"
    help: ClassVar[str] = "2D and 3D boxes with truncation, occlusion and calibration, one text file for each picture."
    version: ClassVar[str] = "1"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Choice(
            "frame",
            "camera",
            options=("camera", "level"),
            help="Where 3D boxes stand: in the camera's frame as KITTI has it, for cameras that look level; or in a "
            "frame turned level at the camera, so that a tilted camera's boxes are held too. P0 to P3 then hold the "
            "turn, and readers must use them whole.",
        ),
        Float(
            "max_tilt_deg",
            2.0,
            unit="deg",
            minimum=0.0,
            maximum=45.0,
            help="A box that leans no more than this is told as an upright one; one that leans more has no 3D box.",
        ),
    )

    def __init__(self, info: DatasetInfo, values: Values | None = None) -> None:
        super().__init__(info, values)
        self._types = type_names(info)
        self._least_upright = math.cos(math.radians(self.values["max_tilt_deg"]))

    def picture_path(self, part: str, index: int) -> str:
        return _path("image_2", index, "png")

    def obstacles(self, record: Record) -> tuple[str, ...]:
        return (*super().obstacles(record), *lens_obstacles(record.scene.camera.optics(), self.label))

    def losses(self) -> tuple[str, ...]:
        vertical = "the camera's vertical" if self.values["frame"] == "camera" else "the world's vertical"
        most = f"{self.values['max_tilt_deg']:g} degrees"
        return (
            f"3D boxes that lean more than {most} from {vertical}, and how far the others lean",
            "shares of objects that are hidden, but for three degrees of them",
            "what kind of object a region to ignore is: it is DontCare",
            "masks, amodal boxes, keypoints, attributes, occluders",
            "where the camera stands in the world",
            "blanks in class names: they are underscores",
            LOST_OPTICS,
        )

    def label_files(self, stored: StoredRecord) -> Iterable[SampleFile]:
        require_pinhole(stored["camera"], self.label)
        camera = np.array(stored["camera"]["camera_from_world"])
        frame = level_frame(camera) if self.values["frame"] == "level" else camera
        rows = [self._object_row(a, frame) for a in stored["annotations"]]
        rows += [_row(DONT_CARE, -1.0, -1, a["box"], NO_ANGLE, _NO_BOX) for a in stored["ignored"]]
        yield TextFile("kitti_label", _path("label_2", stored["index"], "txt"), "".join(rows))
        calibration = _calibration(np.array(stored["camera"]["K_opencv"]), camera, frame)
        yield TextFile("kitti_calib", _path("calib", stored["index"], "txt"), calibration)

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        indices = {part: array("Q") for part in PARTS}
        both = array("Q")
        for record in records:
            indices[record["part"]].append(record["index"])
            if record["part"] != "test":
                both.append(record["index"])
        for part, found in (*indices.items(), ("trainval", both)):
            if found:
                yield WholeFile(f"ImageSets/{part}.txt", (f"{_stem(index)}\n".encode() for index in found))

    def _object_row(self, a: StoredRecord, frame: F64) -> str:
        truncated = -1.0 if a["in_frame"] is None else 1.0 - a["in_frame"]
        name = self._types[a["class_id"]]
        box = None if a["box_3d"] is None else upright_box(a["box_3d"], frame, self._least_upright)
        if box is None:
            return _row(name, truncated, degree_hidden(a["unoccluded"]), a["box"], NO_ANGLE, _NO_BOX)
        x, z, turn = box[3], box[5], box[6]
        alpha = math.remainder(turn - math.atan2(x, z), 2 * math.pi)
        return _row(name, truncated, degree_hidden(a["unoccluded"]), a["box"], alpha, box)


Box: TypeAlias = tuple[float, float, float, float, float, float, float]
"""Height, width, length; x, y, z of the middle of the lowest face; rotation_y."""

_NO_BOX: Final = (NO_SIZE, NO_SIZE, NO_SIZE, NO_PLACE, NO_PLACE, NO_PLACE, NO_ANGLE)


def upright_box(box_3d: StoredRecord, frame_from_world: F64, least_upright: float) -> Box | None:
    """Return a box as KITTI tells one, or None if none of its axes is vertical in the frame.

    Length is along the object's x axis, or its y axis where x stands upright; `rotation_y` is the turn of that axis
    about the frame's y axis (down), from x towards -z.

    Parameters
    ----------
    box_3d : mapping
        As stored.
    frame_from_world : (4, 4) float64
    least_upright : float
        Least cosine of the angle between the box's most upright axis and the vertical.
    """
    axes = frame_from_world[:3, :3] @ rotation_from_quaternion(box_3d["rotation_wxyz"])
    steepness = np.abs(axes[1])
    up = int(steepness.argmax())
    # A rotation's entries are off by some 1e-16, which at a cosine near 1 would be an angle of 1e-8.
    if steepness[up] < least_upright - 1e-12:
        return None
    along, across = (k for k in range(3) if k != up)
    size = box_3d["size_m"]
    x, y, z = (frame_from_world[:3, :3] @ np.array(box_3d["center_m"]) + frame_from_world[:3, 3]).tolist()
    turn = math.atan2(-axes[2, along], axes[0, along])
    return size[up], size[across], size[along], x, y + size[up] / 2, z, turn


def level_frame(camera_from_world: F64) -> F64:
    """Return frame_from_world of a frame at the camera whose y axis points straight down.

    Its z axis is where the camera looks, made level; of a camera that looks straight down or up, where its picture's
    upper edge is. A level camera's frame is its own.
    """
    rotation = camera_from_world[:3, :3]
    forward = rotation[2].copy()
    forward[2] = 0.0
    if np.linalg.norm(forward) < _NOTHING_HORIZONTAL:
        forward = -rotation[1]
        forward[2] = 0.0
    forward /= np.linalg.norm(forward)
    down = np.array((0.0, 0.0, -1.0))
    out = np.eye(4)
    out[:3, :3] = np.stack((np.cross(down, forward), down, forward))
    turn = out[:3, :3] @ rotation.T
    if np.abs(turn - np.eye(3)).max() < _NOTHING_TURNED:
        return camera_from_world
    out[:3, 3] = turn @ camera_from_world[:3, 3]
    return out


def degree_hidden(unoccluded: float | None) -> int:
    """Return KITTI's number for how much of an object is hidden by others: 0, 1, 2, or 3 where it is not known."""
    if unoccluded is None:
        return UNKNOWN
    hidden = 1.0 - unoccluded
    return FULLY_SEEN if hidden < PARTLY_FROM else PARTLY_HIDDEN if hidden < LARGELY_FROM else LARGELY_HIDDEN


def type_names(info: DatasetInfo) -> dict[int, str]:
    """Return how each class of things is called by its id: one word, never that of regions to ignore, none twice."""
    out: dict[int, str] = {}
    for row in info.classes:
        if row.kind == "thing":
            name = "_".join(row.name.split())
            while name in (DONT_CARE, "") or name in out.values():
                name = f"{name}_{row.id}"
            out[row.id] = name
    return out


def _row(name: str, truncated: float, occluded: int, box: Iterable[int], alpha: float, box_3d: Box) -> str:
    x, y, w, h = box
    numbers = (truncated, alpha, *box_3d)
    share, angle, *further = (f"{round(number, 6) + 0.0:.6f}" for number in numbers)  # + 0.0: no minus before a zero
    # The first and the last pixel, counted from 0: KITTI's boxes end at width - 1.
    return f"{name} {share} {occluded} {angle} {x}.00 {y}.00 {x + w - 1}.00 {y + h - 1}.00 {' '.join(further)}\n"


def _calibration(k_opencv: F64, camera_from_world: F64, frame_from_world: F64) -> str:
    """Return the calibration: picture = P2 * R0_rect * Tr_velo_to_cam * point; labels stand behind R0_rect."""
    same = frame_from_world is camera_from_world
    turn = np.eye(3) if same else frame_from_world[:3, :3] @ camera_from_world[:3, :3].T
    projection = np.hstack((k_opencv @ turn.T, np.zeros((3, 1))))
    scanner = np.hstack((turn.T @ _CAMERA_FROM_VELODYNE, np.zeros((3, 1))))
    matrices = [(f"P{k}", projection) for k in range(4)]
    matrices += [("R0_rect", turn), ("Tr_velo_to_cam", scanner), ("Tr_imu_to_velo", np.eye(3, 4))]
    return "".join(f"{name}: {' '.join(_matrix(matrix))}\n" for name, matrix in matrices)


def _matrix(matrix: F64) -> Iterator[str]:
    return (f"{number + 0.0:.12e}" for number in matrix.ravel().tolist())


def _stem(index: int) -> str:
    return f"{index:06d}"


def _path(folder: str, index: int, ending: str) -> str:
    return f"training/{folder}/{_stem(index)}.{ending}"
