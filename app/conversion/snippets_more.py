"""Code to copy for further formats: VOC, KITTI, BOP, shards, Hugging Face, trajectories, CVAT, OpenEXR.

Like the others it names only files that are in the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from myriorama.app.conversion.snippet import Snippet

if TYPE_CHECKING:
    from myriorama.app.conversion.facts import CardFacts, FormatFacts


def _pascal_voc(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    yield Snippet(
        "Pascal VOC with supervision",
        "supervision",
        """import supervision as sv

dataset = sv.DetectionDataset.from_pascal_voc("JPEGImages", "Annotations")
path, image, detections = dataset[0]
print(len(dataset), dataset.classes, detections.xyxy, detections.class_id)
""",
    )


def _kitti(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    part = facts.first_part
    yield Snippet(
        "KITTI with numpy",
        "numpy",
        f"""from pathlib import Path

import numpy as np

stem = Path("ImageSets/{part}.txt").read_text().split()[0]
lines = Path(f"training/calib/{{stem}}.txt").read_text().splitlines()
calibration = dict(line.split(":", 1) for line in lines if ":" in line)
P2 = np.array(calibration["P2"].split(), dtype=float).reshape(3, 4)
for line in Path(f"training/label_2/{{stem}}.txt").read_text().splitlines():
    kind, *numbers = line.split()
    truncated, occluded, alpha, left, top, right, bottom, h, w, l, x, y, z, turn = map(float, numbers[:14])
    middle = P2 @ [x, y - h / 2, z, 1.0]
    print(kind, (left, top, right, bottom), "3D middle at", middle[:2] / middle[2] if h > 0 else "-")
""",
    )


def _bop(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    scene = next((path.rpartition("/")[0] for path in sorted(facts.paths) if path.endswith("/scene_gt.json")), "")
    if not scene:
        return
    yield Snippet(
        "BOP with numpy",
        "numpy",
        f"""import json
from pathlib import Path

import numpy as np

poses = json.loads(Path("{scene}/scene_gt.json").read_text())
cameras = json.loads(Path("{scene}/scene_camera.json").read_text())
picture = next(name for name, rows in poses.items() if rows)
K = np.reshape(cameras[picture]["cam_K"], (3, 3))
for row in poses[picture]:
    u, v, w = K @ row["cam_t_m2c"]  # the model's origin, in pixel indices
    print(picture, "object", row["obj_id"], "at", u / w, v / w)
""",
    )


def _webdataset(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    shards = sorted(path for path in facts.paths if path.endswith(".tar"))
    if not shards:
        return
    yield Snippet(
        "WebDataset",
        "webdataset",
        f"""import webdataset as wds

samples = wds.WebDataset("{shards[0]}", shardshuffle=False).decode("rgb8").to_tuple("png", "json")
for image, record in samples:
    print(image.shape, [(a["class_name"], a["box"]) for a in record["annotations"]][:3])
""",
    )


def _hugging_face(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    part = facts.first_part
    yield Snippet(
        "Hugging Face datasets",
        "datasets",
        f"""from pathlib import Path

from datasets import load_dataset

dataset = load_dataset(str(Path().resolve()), split="{_SPLITS[part]}")  # or its name on the Hub
print(dataset.features)
print(dataset[0]["image"].size, dataset[0]["objects"])
""",
    )


_SPLITS: Final = {"train": "train", "val": "validation", "test": "test"}
"""Part -> what Hugging Face calls it."""


def _depth_pose(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    part = facts.first_part
    if told.options.get("layout", "tum") == "tum":
        code = f"""from pathlib import Path

import numpy as np
from PIL import Image

for line in Path("{part}/associations.txt").read_text().splitlines():
    if line.startswith("#"):
        continue
    _, picture, _, depth = line.split()
    print(picture, Image.open("{part}/" + picture).size, depth)
poses = np.loadtxt("{part}/groundtruth.txt", ndmin=2)  # time, tx ty tz, qx qy qz qw
print(poses.shape)
"""
    else:
        code = f"""from pathlib import Path

import numpy as np

poses = np.loadtxt("{part}/pose_left.txt", ndmin=2)  # tx ty tz, qx qy qz qw
for pose, depth in zip(poses, sorted(Path("{part}/depth_left").glob("*.npy"))):
    print(depth.name, pose, np.load(depth).max(), "m")
"""
    yield Snippet("Depth and poses with numpy", "numpy pillow", code)


def _cvat(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    if {"cvat_labels.json", "annotations.xml"} <= facts.paths:
        yield Snippet(
            "A task in CVAT",
            "cvat-cli",
            """cvat-cli --server-host http://localhost:8080 --auth USER task create "synthetic" \\
  --labels @cvat_labels.json --annotation_path annotations.xml --annotation_format "CVAT 1.1" \\
  local images/*.png
""",
            "sh",
        )


def _label_studio(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    yield Snippet(
        "A project in Label Studio",
        "label-studio-sdk",
        """import json
from pathlib import Path

from label_studio_sdk import LabelStudio

client = LabelStudio(base_url="http://localhost:8080", api_key="YOUR KEY")
project = client.projects.create(title="synthetic", label_config=Path("label_studio/config.xml").read_text())
tasks = json.loads(Path("label_studio/tasks.json").read_text(encoding="utf-8"))
client.projects.import_tasks(id=project.id, request=tasks)
""",
    )


def _exr(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    yield Snippet(
        "OpenEXR",
        "OpenEXR",
        """from pathlib import Path

import OpenEXR

with OpenEXR.File(str(sorted(Path("exr").glob("*.exr"))[0]), separate_channels=True) as file:
    channels = file.channels()
    for name in sorted(channels):
        print(name, channels[name].pixels.shape, channels[name].pixels.dtype)
""",
    )


def _render_pairs(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    if told.options.get("container", "exr") == "npz":
        yield Snippet(
            "Render pairs",
            "NumPy",
            """from pathlib import Path

import numpy as np

with np.load(sorted(Path("render_pairs").glob("*.npz"))[0]) as pair:
    for name in pair.files:
        print(name, pair[name].shape, pair[name].dtype)
""",
        )
        return
    yield Snippet(
        "Render pairs",
        "OpenEXR",
        """from pathlib import Path

import OpenEXR

with OpenEXR.File(str(sorted(Path("render_pairs").glob("*.exr"))[0])) as pair:
    channels = pair.channels()
    for name in ("noisy", "clean", "albedo", "direct", "indirect"):
        print(name, channels[name].pixels.shape, channels[name].pixels.dtype)
    for name in ("normal.X", "normal.Y", "normal.Z", "depth.Z"):
        print(name, channels[name].pixels.shape)
""",
    )


FURTHER: Final[dict[str, Callable[[CardFacts, FormatFacts], Iterator[Snippet]]]] = {
    "bop": _bop,
    "cvat": _cvat,
    "depth_pose": _depth_pose,
    "exr": _exr,
    "hugging_face": _hugging_face,
    "kitti": _kitti,
    "label_studio": _label_studio,
    "pascal_voc": _pascal_voc,
    "render_pairs": _render_pairs,
    "webdataset": _webdataset,
}
"""Shipped writer -> its snippets."""
