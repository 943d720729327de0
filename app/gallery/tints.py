"""Which colour each labelled object is drawn in, by class, by instance or by how much of it is seen.

It draws nothing; every picture with labels takes its colours from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from myriorama.app.overlays import ColorBy
from myriorama.app.pictures.overlay import PALETTE, OverlayItem, color_of

Rgb = tuple[int, int, int]

UNKNOWN: Final[Rgb] = (150, 152, 158)
"""For a class that the project's table does not have, and a visible fraction that nobody computed."""

_RAMP: Final[tuple[tuple[float, Rgb], ...]] = ((0.0, (213, 94, 0)), (0.5, (240, 228, 66)), (1.0, (86, 180, 233)))
"""Orange over yellow to blue: its order can be told with every common colour deficiency."""
_NEIGHBOURS_UP_TO: Final = 40
"""More objects than this are not held against each other: the cost is quadratic."""


def tints(items: Sequence[OverlayItem], by: ColorBy, classes: Mapping[str, Rgb]) -> tuple[Rgb, ...]:
    """Return the colour of each item.

    Parameters
    ----------
    classes : mapping
        Class name -> colour, from the project's table.
    """
    if by == "class":
        return tuple(classes.get(item.name, UNKNOWN) for item in items)
    if by == "visible":
        return tuple(UNKNOWN if item.visible is None else ramp(item.visible) for item in items)
    if len(items) > _NEIGHBOURS_UP_TO:
        return tuple(color_of(item.key) for item in items)
    return _told_apart(items)


def ramp(share: float) -> Rgb:
    """Return the colour of a share in [0, 1]."""
    for (low, a), (high, b) in zip(_RAMP, _RAMP[1:], strict=False):
        if share <= high:
            t = max(0.0, (share - low) / (high - low))
            return (round(a[0] + t * (b[0] - a[0])), round(a[1] + t * (b[1] - a[1])), round(a[2] + t * (b[2] - a[2])))
    return _RAMP[-1][1]


def _told_apart(items: Sequence[OverlayItem]) -> tuple[Rgb, ...]:
    """Start from each item's own colour; where near neighbours clash take the next free one."""
    centres = [(i.x + i.mask.shape[1] / 2, i.y + i.mask.shape[0] / 2) for i in items]
    out: list[Rgb] = []
    for n, item in enumerate(items):
        x, y = centres[n]
        near = sorted(range(n), key=lambda m: (centres[m][0] - x) ** 2 + (centres[m][1] - y) ** 2)
        taken = {out[m] for m in near[: len(PALETTE) - 1]}
        first = PALETTE.index(color_of(item.key))
        turns = [PALETTE[(first + k) % len(PALETTE)] for k in range(len(PALETTE))]
        out.append(next((c for c in turns if c not in taken), turns[0]))
    return tuple(out)
