"""Reads a KITTI folder with datumaro and torchvision and tells as JSON what they read; run where both are installed.

``python read_kitti.py TRAINING_FOLDER SCRATCH_FOLDER``. It imports nothing of this program.
"""

from __future__ import annotations

import json
import logging
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


def by_torchvision(training: Path, scratch: Path) -> list[list[dict[str, Any]]]:
    """Return the rows of every picture in the order of their names; torchvision wants folders of its own around."""
    from torchvision.datasets import Kitti

    place = scratch / "Kitti" / "raw"
    place.mkdir(parents=True)
    (place / "training").symlink_to(training, target_is_directory=True)
    dataset = Kitti(str(scratch), train=True)
    order = sorted(range(len(dataset)), key=lambda k: dataset.images[k])
    return [dataset[k][1] for k in order]


def main() -> None:
    """Read the folder as KITTI 3D, by datumaro's own name of the format, and as torchvision's data set."""
    from datumaro.components.annotation import AnnotationType
    from datumaro.components.dataset import Dataset

    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ResourceWarning)  # torchvision leaves the pictures that it opens open
        dataset = Dataset.import_from(sys.argv[1], "kitti3d")
        labels = dataset.categories()[AnnotationType.label]
        samples: list[dict[str, Any]] = [
            {
                "id": item.id,
                "size": list(item.media.size),
                "rows": [
                    {"label": labels[a.label].name, "box": list(a.get_bbox()), **dict(a.attributes)}
                    for a in item.annotations
                ],
            }
            for item in sorted(dataset, key=lambda item: item.id)
        ]
        rows = by_torchvision(Path(sys.argv[1]), Path(sys.argv[2]))
    complaints.found += [str(w.message) for w in warned if "kitti" in str(w.filename)]
    print(json.dumps({"samples": samples, "torchvision": rows, "complaints": complaints.found}))


if __name__ == "__main__":
    main()
