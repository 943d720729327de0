"""One foreign sample as thumbnails and facts want it: a picture of bounded size, and shapes in its own pixels.

It runs in the process that reads. What it leaves undrawn for want of room it says.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from myriorama.app.reading import limits
from myriorama.app.reading.neutral import Faults, ForeignObject, ForeignSet
from myriorama.app.reading.pictures import pixels_of
from myriorama.app.reading.reach import NotReadableError, Reach
from myriorama.app.reading.shapes import mask_in
from myriorama.scenes.conventions import F64, U8

_LUMA = np.array((0.2126, 0.7152, 0.0722))


def picture_at(made: ForeignSet, reach: Reach, place: int) -> U8:
    """Return the picture of a sample, (H, W, 3) uint8.

    Raises
    ------
    NotReadableError
        It cannot be shown; the words say why.
    """
    if place in made.unseen:
        raise NotReadableError(made.unseen[place])
    told = (int(made.sizes[place, 0]), int(made.sizes[place, 1]))
    try:
        content = reach.read(made.paths[place], limits.MAX_PICTURE_BYTES)
        return pixels_of(content, told)
    except NotReadableError as error:
        made.unseen[place] = f"its picture {error}"
        raise NotReadableError(made.unseen[place]) from error


def tile_of(made: ForeignSet, reach: Reach, place: int, size_px: int) -> tuple[dict[str, Any], bytes, bytes]:
    """Return a tile: what is said of it, its pixels, and the masks of its objects as bits, one after the other.

    Parameters
    ----------
    size_px : int
        Of the longer side; a picture is never enlarged.

    Raises
    ------
    NotReadableError
        The picture cannot be shown.
    """
    from PIL import Image

    pixels = picture_at(made, reach, place)
    faults = Faults()
    sample = made.sample(place, faults)
    height, width = pixels.shape[:2]
    scale = min(1.0, min(size_px, limits.SHOWN_SIDE_PX) / max(height, width))
    if scale < 1.0:
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
        pixels = np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BOX))
    shown = sample.objects[: limits.SHOWN_OBJECTS]
    if len(shown) < len(sample.objects):
        faults.tell(sample.path, f"only the first {len(shown):,} of {len(sample.objects):,} objects are drawn")
    x_scale, y_scale = width / max(1, sample.width), height / max(1, sample.height)
    items, bits, room = [], [], limits.SHOWN_MASK_PIXELS
    for number, item in enumerate(shown):
        row, mask = _item(item, x_scale, y_scale, width, height, room)
        if mask is None and (item.polygons or item.rle is not None):
            faults.tell(sample.path, "a mask is too large or too winding to be drawn; its box is drawn alone")
        row["key"] = f"{place}/{number}"
        if mask is not None:
            room -= mask.size
            bits.append(np.packbits(mask).tobytes())
        items.append(row)
    head = {
        "width": width,
        "height": height,
        "items": items,
        "faults": [[f.place, f.message, f.value] for f in faults.rows],
    }
    return head, np.ascontiguousarray(pixels).tobytes(), b"".join(bits)


def facts_of(made: ForeignSet, reach: Reach, place: int) -> dict[str, Any]:
    """Return what is counted of a sample."""
    sample = made.sample(place)
    try:
        brightness = float(picture_at(made, reach, place).mean(axis=(0, 1)) @ _LUMA) / 255.0
    except NotReadableError:
        brightness = -1.0
    return {
        "place": place,
        "part": sample.part,
        "brightness": brightness,
        "objects": [
            [o.class_name, list(o.box), -1.0 if math.isnan(o.area_px) else o.area_px, dict(o.attributes)]
            for o in sample.objects
            if not o.ignore
        ],
    }


def _item(
    item: ForeignObject, x_scale: float, y_scale: float, width: int, height: int, room: int
) -> tuple[dict[str, Any], np.ndarray[Any, np.dtype[np.bool_]] | None]:
    """Return an object as it is drawn in a picture that was made smaller, and its pixels there."""
    x, y, w, h = item.box
    x0, y0 = (max(0, math.floor(v + 1e-6)) for v in (x * x_scale, y * y_scale))
    x1 = min(width, math.ceil((x + w) * x_scale - 1e-6))
    y1 = min(height, math.ceil((y + h) * y_scale - 1e-6))
    x0, y0 = min(x0, width - 1), min(y0, height - 1)
    x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
    mask = None
    if (x1 - x0) * (y1 - y0) <= room:
        if x_scale == y_scale == 1.0:
            mask = mask_in(item, x0, y0, x1 - x0, y1 - y0)
        elif item.polygons:
            rings: tuple[F64, ...] = tuple(ring * (x_scale, y_scale) for ring in item.polygons)
            mask = mask_in(ForeignObject(item.class_name, item.box, polygons=rings), x0, y0, x1 - x0, y1 - y0)
        elif item.rle is not None:
            mask = _smaller(item, x_scale, y_scale, (x0, y0, x1, y1))
    row = {
        "box": [x0, y0, x1 - x0, y1 - y0],
        "name": item.class_name,
        "ignore": item.ignore,
        "mask": mask is not None,
        "keypoints": [[px * x_scale, py * y_scale, v] for px, py, v in item.keypoints],
        "bones": [list(pair) for pair in item.bones],
        "attributes": dict(item.attributes),
    }
    return row, mask


def _smaller(
    item: ForeignObject, x_scale: float, y_scale: float, window: tuple[int, int, int, int]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return the pixels of a run-length code in a window of a smaller picture: each takes the one under its centre."""
    assert item.rle is not None
    x0, y0, x1, y1 = window
    columns = np.minimum(((np.arange(x0, x1) + 0.5) / x_scale).astype(np.intp), item.rle.width - 1)
    rows = np.minimum(((np.arange(y0, y1) + 0.5) / y_scale).astype(np.intp), item.rle.height - 1)
    stops = np.cumsum(item.rle.counts)
    places = columns[None, :] * item.rle.height + rows[:, None]
    inside: np.ndarray[Any, np.dtype[np.bool_]] = np.searchsorted(stops, places, side="right") % 2 == 1
    return inside
