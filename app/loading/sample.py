"""One sample as arrays: each is made when it is asked for, from the stored form of the record and its pictures.

It changes no label; boxes may be told by corners, which are the same numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from myriorama.plugins.writing import StoredRecord
from myriorama.scenes.labels.rle import decode

BoxForm = Literal["xyxy", "xywh"]

_SHIFTED: Final = re.compile(r"\(stored - (\d+)\) / (\d+)")
_DIVIDED: Final = re.compile(r"stored / (\d+)")


class LoadedSample(Mapping[str, Any]):
    """A sample: a mapping from field to array. N is the number of labelled objects, M of those to be ignored.

    Fields
    ------
    image : (H, W, 3) uint8
        sRGB; where the dataset has pictures.
    boxes, ignored_boxes : (N, 4), (M, 4) float32
        x0, y0, x1, y1 from the picture's corner, ends at the far border of the last pixel; or x, y, w, h.
    class_ids, ignored_class_ids : (N,), (M,) int64
        As they are shown; 0 is an object to be ignored whose class is not shown.
    class_names, instance_keys : list of str
    masks, ignored_masks : (N, H, W), (M, H, W) bool
        Visible pixels.
    amodal_boxes, amodal_masks : (N, 4) float32, (N, H, W) bool
        Where the annotator `amodal` was run.
    areas_px : (N,) int64
    visible : (N,) float32
        Visible fraction; NaN where it was not computed.
    keypoints : (N, K, 3) float32
        x, y, v in our continuous pixels; rows of zeros after an object's own; `keypoint_names` has their names.
    camera_from_object : (N, 4, 4) float64
    corners_world_m : (N, 8, 3) float64
        Of the 3D boxes; NaN where there is none.
    K, camera_from_world : (3, 3), (4, 4) float64
    depth : (H, W) float32
        Metres; 0 is nothing. Here and below: where the dataset has the picture of this name.
    normal, object_coordinates : (H, W, 3) float32
    surface_id, instance_id, class_id : (H, W) int32
        Class ids are the project's own here.
    index, key, part, width, height : int, str
    record : mapping
        All that is known of it.
    """

    def __init__(
        self, record: StoredRecord, pictures: Mapping[str, Callable[[], npt.NDArray[Any]]], box_form: BoxForm = "xyxy"
    ) -> None:
        self._record = record
        self._pictures = {"image" if role == "rgb" else role: read for role, read in pictures.items()}
        self._box_form = box_form
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            if name in self._pictures:
                self._made[name] = self._pictures[name]()
            elif name in _FIELDS:
                self._made[name] = _FIELDS[name](self)
            else:
                raise KeyError(f"{name!r}: a sample of this dataset has {', '.join(sorted(self))}")
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**_FIELDS, **self._pictures})

    def __len__(self) -> int:
        return len({**_FIELDS, **self._pictures})

    def __contains__(self, name: object) -> bool:
        return name in _FIELDS or name in self._pictures

    def __repr__(self) -> str:
        count = len(self._record["annotations"])
        return f"<sample {self._record['index']}: {count} objects, {', '.join(sorted(self._pictures))}>"

    def boxes(self, rows: list[Any], name: str = "box") -> npt.NDArray[np.float32]:
        """Return boxes in the wanted form; NaN where an object has none."""
        nothing = [np.nan] * 4
        found = np.array([nothing if a[name] is None else a[name] for a in rows], dtype=np.float32).reshape(-1, 4)
        if self._box_form == "xyxy":
            found[:, 2:] += found[:, :2]
        return found

    def masks(self, rows: list[Any], name: str = "rle") -> npt.NDArray[np.bool_]:
        """Return full masks of objects; empty where an object has none."""
        height, width = self._record["height"], self._record["width"]
        out = np.zeros((len(rows), height, width), dtype=np.bool_)
        for k, a in enumerate(rows):
            if a[name] is not None:
                out[k] = decode(a[name].encode("ascii"), height, width)
        return out

    @property
    def labelled(self) -> list[Any]:
        """The labelled objects as they are stored."""
        return list(self._record["annotations"])

    @property
    def set_aside(self) -> list[Any]:
        """The objects to be ignored as they are stored."""
        return list(self._record["ignored"])


def _column(name: str, kind: Any, shape: tuple[int, ...] = ()) -> Callable[[LoadedSample], Any]:
    def make(sample: LoadedSample) -> Any:
        values = [np.full(shape, np.nan) if a[name] is None else a[name] for a in sample.labelled]
        return np.array(values, dtype=kind).reshape(-1, *shape)

    return make


def _words(name: str) -> Callable[[LoadedSample], list[str]]:
    return lambda sample: [a[name] for a in sample.labelled]


def _keypoints(sample: LoadedSample) -> npt.NDArray[np.float32]:
    rows = sample.labelled
    out = np.zeros((len(rows), max((len(a["keypoints"]) for a in rows), default=0), 3), dtype=np.float32)
    for k, a in enumerate(rows):
        for j, point in enumerate(a["keypoints"]):
            out[k, j] = point["x"], point["y"], point["v"]
    return out


def _corners(sample: LoadedSample) -> npt.NDArray[np.float64]:
    nothing = np.full((8, 3), np.nan)
    boxes = [a["box_3d"] for a in sample.labelled]
    return np.array([nothing if b is None else b["corners_world_m"] for b in boxes], dtype=np.float64).reshape(-1, 8, 3)


_FIELDS: Final[dict[str, Callable[[LoadedSample], Any]]] = {
    "boxes": lambda s: s.boxes(s.labelled),
    "ignored_boxes": lambda s: s.boxes(s.set_aside),
    "class_ids": _column("class_id", np.int64),
    "ignored_class_ids": lambda s: np.array([a["class_id"] for a in s.set_aside], dtype=np.int64),
    "class_names": _words("class_name"),
    "instance_keys": _words("instance_key"),
    "masks": lambda s: s.masks(s.labelled),
    "ignored_masks": lambda s: s.masks(s.set_aside),
    "amodal_boxes": lambda s: s.boxes(s.labelled, "amodal_box"),
    "amodal_masks": lambda s: s.masks(s.labelled, "amodal_rle"),
    "areas_px": _column("area_px", np.int64),
    "visible": _column("visible", np.float32),
    "keypoints": _keypoints,
    "keypoint_names": lambda s: [[k["name"] for k in a["keypoints"]] for a in s.labelled],
    "camera_from_object": _column("camera_from_object", np.float64, (4, 4)),
    "corners_world_m": _corners,
    "K": lambda s: np.array(s["record"]["camera"]["K"], dtype=np.float64),
    "camera_from_world": lambda s: np.array(s["record"]["camera"]["camera_from_world"], dtype=np.float64),
    **{
        name: (lambda s, name=name: s["record"][name])  # type: ignore[misc]
        for name in ("index", "key", "part", "width", "height")
    },
    "record": lambda s: s._record,
}


def values_of(pixels: npt.NDArray[Any], told: Mapping[str, Any]) -> npt.NDArray[Any]:
    """Return the values of a written picture or array, by what its record tells of it.

    Raises
    ------
    ValueError
        What it tells is not known.
    """
    meaning = str(told.get("value", "stored"))
    if meaning == "red + 256 * green + 65536 * blue":
        return pixels.astype(np.int32)  # they were put together when they were read
    if meaning in ("stored", "metres"):
        return pixels.astype(np.int32) if pixels.dtype == np.uint16 and pixels.ndim == 2 else pixels
    if meaning == "stored * unit_m":
        return pixels.astype(np.float32) * np.float32(told["unit_m"])
    shifted, divided = _SHIFTED.fullmatch(meaning), _DIVIDED.fullmatch(meaning)
    if shifted is not None:
        offset, scale = (np.float32(int(number)) for number in shifted.groups())
        values = (pixels.astype(np.float32) - offset) / scale
        values[(pixels == 0).all(axis=2)] = 0.0
        return values
    if divided is not None:
        return pixels.astype(np.float32) / np.float32(int(divided[1]))
    raise ValueError(f"{told.get('path', 'a picture')}: nothing is known of {meaning!r}")
