"""A sample as a row of a table, as Hugging Face's object detection sets have it, and the types of its columns.

Objects are columns of lists: one entry for each object. It tells labels as they are stored and turns no coordinate.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from myriorama.plugins.api import StoredRecord
from myriorama.plugins.writing import DatasetInfo

_INT: Final = {"dtype": "int64", "_type": "Value"}
_FLOAT: Final = {"dtype": "float64", "_type": "Value"}
_TEXT: Final = {"dtype": "string", "_type": "Value"}


def _lists(feature: Mapping[str, Any]) -> dict[str, Any]:
    # older releases of `datasets` know no "List", newer ones take "Sequence" for it
    return {"feature": dict(feature), "_type": "Sequence"}


_OBJECT: Final[Mapping[str, Mapping[str, Any]]] = {
    "id": _INT,
    "bbox": _lists(_INT),
    "area": _INT,
    "category": _INT,
    "category_name": _TEXT,
    "instance_key": _TEXT,
    "visible": _FLOAT,
    "unoccluded": _FLOAT,
    "in_frame": _FLOAT,
    "keypoints": _lists(_lists(_FLOAT)),
    "keypoint_names": _lists(_TEXT),
    "attributes": _TEXT,
    "rle": _TEXT,
}
_IGNORED: Final = ("bbox", "area", "category_name", "rle")


def category_names(info: DatasetInfo) -> list[str]:
    """Return the names of the things, in the order of their ids: `category` counts in it."""
    return [row.name for row in info.classes if row.kind == "thing"]


def features(info: DatasetInfo, *, masks: bool) -> dict[str, Any]:
    """Return the types of the columns as `datasets` tells them in JSON (``Features.from_dict``)."""
    objects = {name: _lists(kind) for name, kind in _columns(_OBJECT, masks).items()}
    names = category_names(info)
    if names:
        objects["category"] = _lists({"names": names, "_type": "ClassLabel"})
    ignored = {name: _lists(_OBJECT[name]) for name in _columns(_IGNORED, masks)}
    return {
        "image": {"_type": "Image"},
        "image_id": _INT,
        "key": _TEXT,
        "width": _INT,
        "height": _INT,
        "objects": objects,
        "ignored": ignored,
    }


def row_of(info: DatasetInfo, stored: StoredRecord, *, masks: bool) -> dict[str, Any]:
    """Return the columns of a sample, all but its picture."""
    numbers = {row.id: k for k, row in enumerate(r for r in info.classes if r.kind == "thing")}
    objects = [_object(a, numbers) for a in stored["annotations"]]
    ignored = [
        {**_object(a, numbers), "category_name": a["class_name"] if a["class_id"] else ""} for a in stored["ignored"]
    ]
    return {
        "image_id": stored["index"],
        "key": stored["key"],
        "width": stored["width"],
        "height": stored["height"],
        "objects": {name: [o[name] for o in objects] for name in _columns(_OBJECT, masks)},
        "ignored": {name: [o[name] for o in ignored] for name in _columns(_IGNORED, masks)},
    }


def _columns(names: Any, masks: bool) -> dict[str, Any]:
    """Return the columns that are wanted, with their types where these are known."""
    known: Iterable[str] = names
    return {name: _OBJECT[name] for name in known if masks or name != "rle"}


def _object(a: StoredRecord, numbers: Mapping[int, int]) -> dict[str, Any]:
    return {
        "id": a["instance"],
        "bbox": a["box"],
        "area": a["area_px"],
        "category": numbers.get(a["class_id"], -1),
        "category_name": a["class_name"],
        "instance_key": a["instance_key"],
        "visible": a["visible"],
        "unoccluded": a["unoccluded"],
        "in_frame": a["in_frame"],
        "keypoints": [[float(k["x"]), float(k["y"]), float(k["v"])] for k in a["keypoints"]],
        "keypoint_names": [k["name"] for k in a["keypoints"]],
        "attributes": json.dumps(a["attributes"], sort_keys=True, ensure_ascii=False),
        "rle": a["rle"],
    }
