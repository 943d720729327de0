"""Writer: the layout of the BOP benchmark: pictures, depth, masks, 6D poses and the models that they are poses of.

It invents no pose and no model: an object whose shape cannot be built again is an obstacle, told before the job starts.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Final

import numpy as np

from myriorama.plugins.api import (
    Bool,
    BytesFile,
    Choice,
    Float,
    Int,
    Parameter,
    PngFile,
    Record,
    ReusedFile,
    SampleFile,
    StoredRecord,
    StoredRecords,
    WholeFile,
)
from myriorama.plugins.writers._bop_objects import MM_PER_M, BopObjects
from myriorama.plugins.writers._depth import (
    RAW_ROLE,
    depth_meaning,
    depth_misfits,
    depth_steps,
    stored_depth,
)
from myriorama.plugins.writers._mask_png import mask_png
from myriorama.plugins.writers._pictures import PictureWriter
from myriorama.plugins.writers._pinhole import LOST_OPTICS, lens_obstacles, require_pinhole
from myriorama.plugins.writers._recipes import Drawn, fault_of
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.labels.rle import crop_of_counts, decode_counts
from myriorama.scenes.labels.stored import json_bytes, json_text

SCENE_SIZE: Final = 1000
"""Samples of a scene: sample 12345 is image 345 of scene 12."""
DEPTH_ROLE: Final = "bop_depth"
TARGET_VISIBLE: Final = 0.1
"""BOP 2019 asks for the pose of what is at least this visible."""
_NEEDED_LABELS: Final = ("amodal", "boxes_3d", "fractions")


class Bop(PictureWriter):
    """BOP's layout."""

    name: ClassVar[str] = "bop"
    label: ClassVar[str] = "BOP"
    help: ClassVar[str] = "6D poses, masks, depth and models in the layout of the BOP benchmark, for its toolkit."
    version: ClassVar[str] = "1"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Choice(
            "models",
            "auto",
            options=("auto", "all", "none"),
            help="Write the models: auto leaves them out, and says so, where there are more than max_models shapes; "
            "all is an error there.",
        ),
        Int("max_models", 1000, minimum=1, maximum=999_999, help="So many different shapes are written at most."),
        Bool("depth", True, help="Write the depth images."),
        Float(
            "depth_unit_m",
            0.001,
            unit="m",
            minimum=1e-6,
            maximum=10.0,
            help="One step of a depth image; an export keeps the steps of the dataset.",
        ),
        Bool("masks", True, help="Write a mask and a visible mask of each object."),
    )

    def obstacles(self, record: Record) -> tuple[str, ...]:
        found = [*super().obstacles(record), *lens_obstacles(record.scene.camera.optics(), "BOP")]
        frame = record.frame
        if self.values["depth"] and frame.depth is None:
            found.append("the frame was rendered without depth")
        elif self.values["depth"] and frame.depth is not None:
            larger, smaller = "set depth_unit_m to more than {}, or depth to false", "set depth_unit_m lower"
            found += depth_misfits(frame.depth, float(self.values["depth_unit_m"]), larger, smaller)
        missing = [name for name in _NEEDED_LABELS if name not in record.labels]
        if missing:
            found.append(f"BOP needs the labels {', '.join(missing)}, which were not computed")
        elif self.values["models"] != "none" and record.annotations:
            drawn = Drawn.of_sample(record.sample)
            faults = (fault_of(*drawn.made(a.instance_key)) for a in record.annotations)
            told = [fault for fault in dict.fromkeys(faults) if fault]
            found += [f"no model can be written where {fault}: set models to none" for fault in told]
        return tuple(found)

    def losses(self) -> tuple[str, ...]:
        told = [
            "objects without a visible pixel: only those that are seen have a pose in scene_gt",
            "regions to ignore",
            "names of classes: objects are numbered by shape; object_classes.json tells the class of each",
            "what identifies an object through all samples",
            "how far a box reaches beyond the picture",
            "keypoints, part masks, occluders, attributes, stuff and normals",
            LOST_OPTICS,
        ]
        if self.values["models"] != "none":
            told += ["colours and textures of models", "symmetries of models"]
        return tuple(told)

    def picture_path(self, part: str, index: int) -> str:
        folder, stem = _place(part, index)
        return f"{folder}/rgb/{stem}.png"

    def sample_files(self, record: Record) -> Iterable[SampleFile]:
        yield from super().sample_files(record)
        folder, stem = _place(record.part, record.index)
        if self.values["depth"] and record.frame.depth is not None:
            unit = float(self.values["depth_unit_m"])
            steps = depth_steps(record.frame.depth, unit)
            yield PngFile(DEPTH_ROLE, f"{folder}/depth/{stem}.png", steps, depth_meaning(unit))

    def reused_files(self, stored: StoredRecord) -> Iterable[ReusedFile]:
        yield from super().reused_files(stored)
        folder, stem = _place(stored["part"], stored["index"])
        if self.values["depth"]:
            yield ReusedFile(_depth_of(stored)[0], f"{folder}/depth/{stem}.png")

    def label_files(self, stored: StoredRecord) -> Iterable[SampleFile]:
        if not self.values["masks"]:
            return
        _require_labels(stored)
        folder, stem = _place(stored["part"], stored["index"])
        height, width, rows = stored["height"], stored["width"], stored["annotations"]
        masks = [("mask", k, a["amodal_rle"], a["amodal_box"]) for k, a in enumerate(rows)]
        masks += [("mask_visib", k, a["rle"], a["box"]) for k, a in enumerate(rows)]
        codes = list(dict.fromkeys(code for _, _, code, _ in masks))
        counts_of = dict(zip(codes, decode_counts([code.encode() for code in codes]), strict=True))
        packed: dict[str, bytes] = {}  # what nothing hides has one mask, twice
        for name, number, code, (x, y, w, h) in masks:
            if code not in packed:
                crop = crop_of_counts(counts_of[code], height, width, x, w)[y : y + h]
                packed[code] = mask_png(crop, x, y, height, width)
            yield BytesFile(name, f"{folder}/{name}/{stem}_{number:06d}.png", packed[code])

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        objects = BopObjects(self.values["models"], int(self.values["max_models"]))
        targets: dict[str, array[int]] = {"val": array("Q"), "test": array("Q")}
        scenes: dict[str, _SceneText] = {}
        camera: dict[str, Any] = {}
        for stored in records:
            _require_labels(stored)
            part, scene_id = stored["part"], stored["index"] // SCENE_SIZE
            open_scene = scenes.get(part)
            if open_scene is None or open_scene.number != scene_id:
                if open_scene is not None:
                    yield from open_scene.files(part)
                scenes[part] = open_scene = _SceneText(scene_id)
            told = _camera(stored, _depth_of(stored)[1]["unit_m"] * MM_PER_M if self.values["depth"] else 1.0)
            camera = camera or _mean_camera(stored, told)
            poses, infos = [], []
            wanted: Counter[int] = Counter()
            for a in stored["annotations"]:
                obj_id = objects.number(stored, a)
                poses.append(_pose(stored, a, obj_id))
                infos.append(_info(a))
                wanted[obj_id] += a["visible"] >= TARGET_VISIBLE
            open_scene.add(stored["index"] % SCENE_SIZE, told, poses, infos)
            if part in targets:
                for obj_id in sorted(o for o, count in wanted.items() if count):
                    targets[part].extend((stored["index"], obj_id, wanted[obj_id]))
        for part, last in scenes.items():
            yield from last.files(part)
        for part, rows in targets.items():
            if part in scenes:
                yield WholeFile(f"{part}_targets_bop19.json", _targets(rows))
        if camera:
            yield WholeFile("camera.json", (json_bytes(camera),))
            yield WholeFile("object_classes.json", objects.classes())
            yield WholeFile("dataset_info.md", (self._about(objects).encode(),))
        yield from objects.models()

    def _about(self, objects: BopObjects) -> str:
        told = [
            f"# {' '.join(self.info.name.split())}",
            f"Made by {self.info.program} in the layout of the BOP benchmark.",
            "Lengths are millimetres, the first pixel's centre is (0, 0), and a model's origin the middle of its box.",
            f"Objects are numbered by class and shape, {objects.count} in all: see object_classes.json.",
            "A box of what leaves the picture ends at its border; px_count_all is of the whole silhouette.",
        ]
        if objects.too_many:
            most = self.values["max_models"]
            told += [
                f"There are no models: {objects.count} shapes are more than the option max_models allows, {most}.",
                "Export again with a higher one, or have the project draw the values of its objects from few choices.",
            ]
        return "\n\n".join(told) + "\n"


class _SceneText:
    """The three documents of one scene, as they grow."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._rows: dict[str, list[bytes]] = {"scene_camera": [], "scene_gt": [], "scene_gt_info": []}

    def add(self, image: int, camera: Any, poses: Any, infos: Any) -> None:
        for rows, value in zip(self._rows.values(), (camera, poses, infos), strict=True):
            rows.append(f'"{image}":{json_text(value)}'.encode())

    def files(self, part: str) -> Iterator[WholeFile]:
        for name, rows in self._rows.items():
            yield WholeFile(f"{part}/{self.number:06d}/{name}.json", (b"{\n", b",\n".join(rows), b"\n}\n"))


def _place(part: str, index: int) -> tuple[str, str]:
    """Return the folder of a sample's scene, and how its files are named."""
    return f"{part}/{index // SCENE_SIZE:06d}", f"{index % SCENE_SIZE:06d}"


def _require_labels(stored: StoredRecord) -> None:
    missing = [name for name in _NEEDED_LABELS if name not in stored["labels"]]
    if missing:
        told = f"BOP needs the labels {', '.join(missing)}, which sample {stored['index']} was made without"
        raise InputError(Problem("DATASET", told, allowed="a dataset rendered with them"))


def _depth_of(stored: StoredRecord) -> tuple[str, Any]:
    return stored_depth(stored, (DEPTH_ROLE, RAW_ROLE), "steps")


def _camera(stored: StoredRecord, depth_scale: float) -> dict[str, Any]:
    require_pinhole(stored["camera"], "BOP")
    pose = np.array(stored["camera"]["camera_from_world"])
    return {
        "cam_K": [value for row in stored["camera"]["K_opencv"] for value in row],
        "depth_scale": depth_scale,
        "cam_R_w2c": pose[:3, :3].ravel().tolist(),
        "cam_t_w2c": (pose[:3, 3] * MM_PER_M).tolist(),
    }


def _mean_camera(stored: StoredRecord, told: dict[str, Any]) -> dict[str, Any]:
    k = told["cam_K"]
    size = {"width": stored["width"], "height": stored["height"]}
    return {"cx": k[2], "cy": k[5], "fx": k[0], "fy": k[4], **size, "depth_scale": told["depth_scale"]}


def _pose(stored: StoredRecord, a: StoredRecord, obj_id: int) -> dict[str, Any]:
    """Return the pose of a model, millimetres: without the scale, which the model has, and from its middle."""
    linear = np.array(a["camera_from_object"])[:3, :3]
    camera = np.array(stored["camera"]["camera_from_world"])
    middle = camera[:3, :3] @ np.array(a["box_3d"]["center_m"]) + camera[:3, 3]
    return {
        "cam_R_m2c": (linear / np.linalg.norm(linear[:, 0])).ravel().tolist(),
        "cam_t_m2c": (middle * MM_PER_M).tolist(),
        "obj_id": obj_id,
    }


def _info(a: StoredRecord) -> dict[str, Any]:
    return {
        "bbox_obj": _box(a["amodal_box"]),
        "bbox_visib": _box(a["box"]),
        # Seen or not, what covers a pixel of the silhouette has a depth. BOP counts the silhouette beyond the picture.
        "px_count_all": round(a["amodal_area_px"] / a["in_frame"]),
        "px_count_valid": a["amodal_area_px"],
        "px_count_visib": a["area_px"],
        "visib_fract": a["visible"],
    }


def _box(box: Sequence[int]) -> list[int]:
    """Return a box as the toolkit makes it: from the first pixel to the last, so one less than their number."""
    x, y, w, h = box
    return [x, y, w - 1, h - 1]


def _targets(rows: array[int]) -> Iterator[bytes]:
    separator = "[\n"
    for at in range(0, len(rows), 3):
        index, obj_id, count = rows[at : at + 3]
        target = {
            "scene_id": index // SCENE_SIZE,
            "im_id": index % SCENE_SIZE,
            "obj_id": obj_id,
            "inst_count": count,
        }
        yield separator.encode() + json_text(target).encode()
        separator = ",\n"
    yield b"\n]\n" if len(rows) else b"[]\n"
