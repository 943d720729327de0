"""COCO's categories, and the keypoints that each of them declares.

A list that does not fit its category is no keypoint.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final

from myriorama.app.printable import printable
from myriorama.app.reading.limits import MAX_KEYPOINTS, MAX_NAME
from myriorama.app.reading.neutral import Faults, Tell
from myriorama.app.reading.shapes import numbers

PIXEL_CENTRE: Final = 0.5
"""COCO counts keypoints in pixel indices, where the first pixel's centre is 0; ours are continuous, where it is 0.5."""


@dataclass(frozen=True)
class CocoCategory:
    """A category: its id, name, how many keypoints it has, and its bones by indices of keypoints."""

    id: Hashable
    name: str
    keypoints: int = 0
    bones: tuple[tuple[int, int], ...] = ()


def category_of(row: Any, place: str, faults: Faults) -> CocoCategory | None:
    """Return a category, or None where it has no id."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), int | str) or isinstance(row["id"], bool):
        faults.tell(place, "a category without an id; it is left out")
        return None
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        faults.tell(place, "a category without a name; its id stands for it", row["id"])
        name = str(row["id"])
    points = row.get("keypoints")
    count = len(points) if isinstance(points, list) else 0
    if count > MAX_KEYPOINTS:
        faults.tell(place, f"a category with more than {MAX_KEYPOINTS:,} keypoints; they are left out", count)
        count = 0
    bones = []
    skeleton = row.get("skeleton")
    for pair in skeleton[:MAX_KEYPOINTS] if isinstance(skeleton, list) and count else ():
        found = numbers(pair, 2)
        if found is None or not all(1 <= v <= count and v == int(v) for v in found):
            faults.tell(place, "a bone between keypoints that there are not; it is left out", pair)
        else:
            bones.append((int(found[0]) - 1, int(found[1]) - 1))
    return CocoCategory(row["id"], printable(name.strip(), MAX_NAME), count, tuple(bones))


def keypoints_of(flat: Any, category: CocoCategory, tell: Tell) -> tuple[tuple[float, float, int], ...]:
    """Return x, y, v of each keypoint in continuous pixel coordinates; nothing where they do not fit the category."""
    if not flat or not category.keypoints:
        return ()
    found = numbers(flat, 3 * category.keypoints)
    if found is None:
        tell("keypoints that are not as many as the category has, or no numbers; they are left out")
        return ()
    out = []
    for x, y, v in zip(found[0::3], found[1::3], found[2::3], strict=True):
        seen = int(v) if v in (0, 1, 2) else 0
        if seen != v:
            tell("a keypoint whose visibility is not 0, 1 or 2; it is left out")
        out.append((x + PIXEL_CENTRE, y + PIXEL_CENTRE, seen) if seen else (0.0, 0.0, 0))
    return tuple(out)
