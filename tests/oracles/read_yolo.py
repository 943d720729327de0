"""Reads a YOLO dataset with Ultralytics' own loader and tells as JSON what it read; run by an interpreter that has it.

``python read_yolo.py DATA_YAML TASK``. It imports nothing of this program: what it tells is what Ultralytics saw.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from ultralytics.data.dataset import YOLODataset
from ultralytics.data.utils import check_det_dataset
from ultralytics.utils import LOGGER


class Complaints(logging.Handler):
    """Keeps what Ultralytics warns of, and what its scan says of single files, which it tells as mere information."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.WARNING or "ignoring corrupt" in text or "duplicate labels" in text:
            self.found.append(text)


def samples(data: dict[str, Any], part: str, task: str) -> list[dict[str, Any]]:
    """Return the labels of a part as the loader has them after its own checks."""
    dataset = YOLODataset(img_path=data[part], data=data, task=task, imgsz=96, augment=False, prefix=f"{part}: ")
    for index in range(len(dataset)):
        dataset.get_image_and_label(index)  # the picture opens, and the label takes the form that training uses
    return [
        {
            "picture": label["im_file"],
            "shape": list(label["shape"]),
            "classes": [int(k) for k in label["cls"].ravel()],
            "boxes": label["bboxes"].tolist(),
            "segments": [segment.tolist() for segment in label["segments"]],
            "keypoints": [] if label["keypoints"] is None else label["keypoints"].tolist(),
        }
        for label in dataset.labels
    ]


def main() -> None:
    """Read every part that data.yaml names."""
    complaints = Complaints()
    LOGGER.addHandler(complaints)
    LOGGER.setLevel(logging.INFO)
    data = check_det_dataset(sys.argv[1], autodownload=False)
    told: dict[str, Any] = {part: samples(data, part, sys.argv[2]) for part in ("train", "val") if data.get(part)}
    print(json.dumps(told | {"names": data["names"], "complaints": complaints.found}))


if __name__ == "__main__":
    main()
