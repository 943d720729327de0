"""Reads a KITTI folder with datumaro and tells as JSON what it read; run by an interpreter that has it.

``python read_kitti.py TRAINING_FOLDER``. It imports nothing of this program.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from typing import Any


class Complaints(logging.Handler):
    """Keeps what the reader warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())


def main() -> None:
    """Read the folder as KITTI 3D, by datumaro's own detection of the format."""
    from datumaro.components.annotation import AnnotationType
    from datumaro.components.dataset import Dataset

    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
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
    complaints.found += [str(w.message) for w in warned if "kitti" in str(w.filename)]
    print(json.dumps({"samples": samples, "complaints": complaints.found}))


if __name__ == "__main__":
    main()
