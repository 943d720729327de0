"""Run by an interpreter that has datumaro: reads a CVAT file and prints what it found, as one line of JSON."""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import numpy as np


def main(path: str) -> None:
    """Print names of labels, and for every picture its shapes."""
    with warnings.catch_warnings(record=True) as caught:
        import datumaro

        warnings.simplefilter("always")
        caught.clear()
        dataset = datumaro.Dataset.import_from(path, "cvat")
        names = [row.name for row in dataset.categories()[datumaro.AnnotationType.label]]
        samples = [{"id": item.id, "shapes": [_told(a, names) for a in item.annotations]} for item in dataset]
        complaints = [str(w.message) for w in caught if not issubclass(w.category, DeprecationWarning)]
    print(json.dumps({"labels": names, "samples": samples, "complaints": complaints}))


def _told(shape: Any, names: list[str]) -> dict[str, Any]:
    kind = shape.type.name
    told: dict[str, Any] = {"kind": kind, "label": names[shape.label] if shape.label is not None else None}
    told |= {"group": shape.group, "attributes": {k: str(v) for k, v in shape.attributes.items()}}
    if kind == "mask":
        flat = np.asarray(shape.image).astype(bool).ravel(order="F")
        told["runs"] = np.diff(np.flatnonzero(np.diff(np.concatenate(([2], flat, [2]))))).tolist()
        told["first"] = bool(flat[0])
    else:
        told["points"] = [float(v) for v in shape.points]
    return told


if __name__ == "__main__":
    main(sys.argv[1])
