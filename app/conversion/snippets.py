"""Code to copy: how each format of a dataset is loaded or trained with, by the reader that its users have.

A snippet runs in the dataset's folder and names only files that are in it; none holds a word of the project's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from myriorama.app.conversion.snippet import Snippet
from myriorama.app.conversion.snippets_more import FURTHER
from myriorama.plugins.splitting import PARTS

if TYPE_CHECKING:
    from myriorama.app.conversion.facts import CardFacts, FormatFacts


_Maker = Callable[["CardFacts", "FormatFacts"], Iterator[Snippet]]


def snippets_of(facts: CardFacts) -> tuple[Snippet, ...]:
    """Return the snippets of every format of a dataset, and of the dataset itself."""
    found = [snippet for told in facts.formats if told.name in MAKERS for snippet in MAKERS[told.name](facts, told)]
    if not facts.of_export:
        found += _own(facts)
    return tuple(found)


def _of_parts(facts: CardFacts, one: str, each: str) -> str:
    """Return the file that holds all samples, or that of the first part that there is."""
    if one in facts.paths:
        return one
    return next((path for part in PARTS if (path := each.format(part=part)) in facts.paths), one)


def _own(facts: CardFacts) -> Iterator[Snippet]:
    wanted = "" if len(facts.tally.parts) < 2 else f', part="{facts.first_part}"'
    yield Snippet(
        "Myriorama, and PyTorch's DataLoader",
        "myriorama",
        f"""from myriorama.app.loading import WrittenSamples

samples = WrittenSamples("."{wanted})
sample = samples[0]
print(len(samples), sample["image"].shape, sample["boxes"], sample["class_names"])
print(sample["masks"].shape, sorted(sample))  # masks are decoded when they are asked for

# It is a map-style dataset. With PyTorch, plain dicts of what a model needs:
# from torch.utils.data import DataLoader
# wanted = ("image", "boxes", "class_ids", "masks")
# loader = DataLoader(WrittenSamples(".", fields=wanted), batch_size=4, num_workers=2, collate_fn=list)
""",
    )


def _coco(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    path = _of_parts(facts, "annotations/instances.json", "annotations/instances_{part}.json")
    yield Snippet(
        "COCO with pycocotools",
        "pycocotools",
        f"""from pycocotools.coco import COCO

coco = COCO("{path}")
image = coco.loadImgs(coco.getImgIds())[0]
for annotation in coco.loadAnns(coco.getAnnIds(imgIds=image["id"])):
    category = coco.loadCats(annotation["category_id"])[0]["name"]
    print(image["file_name"], category, annotation["bbox"], coco.annToMask(annotation).sum())
""",
    )
    yield Snippet(
        "COCO with supervision",
        "supervision",
        f"""import supervision as sv

dataset = sv.DetectionDataset.from_coco("images", "{path}", force_masks=True)
path, image, detections = dataset[0]
print(len(dataset), dataset.classes, detections.xyxy, detections.mask.shape)
""",
    )
    yield Snippet(
        "COCO with torchvision",
        "torchvision pycocotools",
        f"""from torchvision.datasets import CocoDetection, wrap_dataset_for_transforms_v2

dataset = wrap_dataset_for_transforms_v2(
    CocoDetection("images", "{path}"), target_keys=("boxes", "labels", "masks")
)
image, target = dataset[0]
print(image.size, target["boxes"].shape, target["labels"], target["masks"].shape)
""",
    )
    yield Snippet(
        "COCO with Detectron2",
        "detectron2",
        f"""from detectron2.data import DatasetCatalog
from detectron2.data.datasets import register_coco_instances

register_coco_instances("this_dataset", {{}}, "{path}", "images")
print(len(DatasetCatalog.get("this_dataset")))  # cfg.INPUT.MASK_FORMAT = "bitmask" trains with these masks
""",
    )
    yield Snippet(
        "COCO with FiftyOne",
        "fiftyone",
        f"""import fiftyone as fo

dataset = fo.Dataset.from_dir(
    dataset_type=fo.types.COCODetectionDataset,
    data_path="images",
    labels_path="{path}",
    label_types=["detections", "segmentations"],
)
fo.launch_app(dataset).wait()
""",
    )


def _coco_panoptic(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    path = _of_parts(facts, "annotations/panoptic.json", "annotations/panoptic_{part}.json")
    yield Snippet(
        "COCO panoptic with numpy",
        "numpy pillow",
        f"""import json
from pathlib import Path

import numpy as np
from PIL import Image

panoptic = json.loads(Path("{path}").read_text(encoding="utf-8"))
row = panoptic["annotations"][0]
colours = np.asarray(Image.open("panoptic/" + row["file_name"]), dtype=np.uint32)
ids = colours[..., 0] + 256 * colours[..., 1] + 65536 * colours[..., 2]
for segment in row["segments_info"]:
    print(segment["category_id"], (ids == segment["id"]).sum(), segment["area"])
""",
    )


_YOLO_MODELS: Final = {"detect": "yolo11n", "segment": "yolo11n-seg", "pose": "yolo11n-pose", "obb": "yolo11n-obb"}


def _yolo(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    task = str(told.options.get("task", "detect"))
    yield Snippet(
        "YOLO with Ultralytics",
        "ultralytics",
        f"""from pathlib import Path

from ultralytics import YOLO

model = YOLO("{_YOLO_MODELS.get(task, "yolo11n")}.pt")
model.train(data=str(Path("data.yaml").resolve()), epochs=100, imgsz={_multiple_of_32(facts.info.width)})
# Ultralytics leaves a file of its own beside the labels: `myriorama verify` names it as one that is not of the dataset
""",
    )
    if task in ("detect", "segment"):
        yield Snippet(
            "YOLO with supervision",
            "supervision",
            f"""import supervision as sv

dataset = sv.DetectionDataset.from_yolo("images", "labels", "data.yaml", force_masks={task == "segment"})
path, image, detections = dataset[0]
print(len(dataset), dataset.classes, detections.xyxy, detections.class_id)
""",
        )


def _multiple_of_32(width: int) -> int:
    return max(32, min(1280, (width + 31) // 32 * 32))


def _raw(facts: CardFacts, told: FormatFacts) -> Iterator[Snippet]:
    yield Snippet(
        "Raw buffers with numpy and Pillow",
        "numpy pillow",
        """import json
from pathlib import Path

import numpy as np
from PIL import Image

record = json.loads(sorted(Path("records").glob("*.json"))[0].read_text(encoding="utf-8"))
for role, told in record["files"].items():
    print(role, told["path"], told.get("value", ""))  # how stored numbers become values
for role, told in record["files"].items():
    if told["format"] == "png" and told["bits"] == 8:
        print(role, np.asarray(Image.open(told["path"])).shape)
    elif told.get("value") == "stored * unit_m":
        print(role, "up to", np.asarray(Image.open(told["path"])).max() * told["unit_m"], "m")
    elif told["format"] == "npy":
        print(role, np.load(told["path"]).shape)
""",
    )


MAKERS: Final[dict[str, _Maker]] = {
    "coco": _coco,
    "coco_panoptic": _coco_panoptic,
    "raw": _raw,
    "yolo": _yolo,
    **FURTHER,
}
"""Shipped writer -> its snippets."""
