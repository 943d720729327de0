"""Reads COCO, COCO panoptic and Pascal VOC with datumaro and torchvision, and tells as JSON what they read.

``python read_coco_and_voc.py DATASET SCRATCH_FOLDER``. It imports nothing of this program.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any


class Complaints(logging.Handler):
    """Keeps what the reader warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())


def hashed(mask: Any) -> str:
    """Return a name for the pixels of a mask."""
    import numpy as np

    return hashlib.sha256(np.packbits(np.asarray(mask, dtype=bool)).tobytes()).hexdigest()


def by_datumaro(folder: Path, form: str) -> dict[str, Any]:
    """Return the classes and, for each picture by its name, the annotations."""
    from datumaro.components.annotation import AnnotationType
    from datumaro.components.dataset import Dataset

    dataset = Dataset.import_from(str(folder), form)
    names = [label.name for label in dataset.categories()[AnnotationType.label]]
    samples: dict[str, list[dict[str, Any]]] = {}
    for item in dataset:
        if item.subset != "train":
            continue  # VOC's trainval holds the same once more
        samples[item.id] = [
            {
                "type": a.type.name,
                "label": names[a.label],
                "box": [float(v) for v in a.get_bbox()],
                "mask": hashed(a.image) if a.type is AnnotationType.mask else "",
                "points": list(a.points) if a.type is AnnotationType.polygon else [],
                "marks": {k: v for k, v in a.attributes.items() if isinstance(v, bool | int | float | str)},
            }
            for a in item.annotations
        ]
    return {"classes": names, "samples": samples}


def by_torchvision(scratch: Path) -> list[dict[str, Any]]:
    """Return what VOCDetection and VOCSegmentation give for each sample of the part train."""
    import numpy as np
    from torchvision.datasets import VOCDetection, VOCSegmentation

    out = []
    boxes, masks = VOCDetection(str(scratch), image_set="train"), VOCSegmentation(str(scratch), image_set="train")
    for (picture, told), (_, classes) in zip(boxes, masks, strict=True):
        objects = told["annotation"]["object"]
        out.append(
            {
                "size": list(picture.size),
                "objects": [{"name": o["name"], **{k: int(v) for k, v in o["bndbox"].items()}} for o in objects],
                "classes": np.asarray(classes).tolist(),
            }
        )
    return out


def laid_out(dataset: Path, scratch: Path) -> dict[str, Path]:
    """Copy the formats into folders as each reader wants them around: datumaro follows no links."""
    coco, panoptic, voc = scratch / "coco", scratch / "panoptic", scratch / "VOCdevkit" / "VOC2012"
    for form, name in ((coco, "instances"), (panoptic, "panoptic")):
        shutil.copytree(dataset / "images", form / "images" / "train")
        (form / "annotations").mkdir()
        shutil.copyfile(dataset / "annotations" / f"{name}.json", form / "annotations" / f"{name}_train.json")
    shutil.copytree(dataset / "panoptic", panoptic / "annotations" / "panoptic_train")
    for name in ("JPEGImages", "Annotations", "ImageSets", "SegmentationClass", "SegmentationObject"):
        shutil.copytree(dataset / name, voc / name)
    shutil.copyfile(dataset / "labelmap.txt", voc / "labelmap.txt")
    return {"coco": coco, "coco_panoptic": panoptic, "voc": voc}


def main() -> None:
    """Read all three, and tell."""
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    scratch = Path(sys.argv[2])
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ResourceWarning)  # the readers leave the pictures that they open open
        folders = laid_out(Path(sys.argv[1]), scratch)
        told = {form: by_datumaro(folder, form) for form, folder in folders.items()}
        for picture in sorted((folders["voc"] / "JPEGImages").iterdir()):
            picture.rename(picture.with_suffix(".jpg"))  # torchvision adds .jpg by itself, whatever the XML says
        told["torchvision"] = by_torchvision(scratch)
    complaints.found += [str(w.message) for w in warned if "format" in str(w.filename)]
    print(json.dumps({**told, "complaints": complaints.found}))


if __name__ == "__main__":
    main()
