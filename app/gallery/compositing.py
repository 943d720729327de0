"""Masks over a thumbnail, in whole-number arithmetic: the part of an overlay that touches every pixel.

Boxes, keypoints and names are lines and words and drawn by the view; nothing here knows a widget.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.app.overlays import OverlayState
from myriorama.app.pictures.class_looks import NO_LOOKS, Looks, Rgb, item_use
from myriorama.app.pictures.overlay import STRIPE_DARK, dark_stripes, stripe_px
from myriorama.app.preview.tiles import Tile
from myriorama.scenes.conventions import U8

_BACKGROUND: Final = (24, 26, 30)
"""Under the flat colours of the class and instance layers."""


def item_ids(tile: Tile) -> npt.NDArray[np.uint16]:
    """Return (H, W) uint16: 0 for background, else one plus the place of the item that is seen there."""
    height, width = tile.rgb.shape[0], tile.rgb.shape[1]
    ids = np.zeros((height, width), dtype=np.uint16)
    for number, item in enumerate(tile.items, start=1):
        x0, y0 = max(0, item.x), max(0, item.y)
        x1, y1 = min(width, item.x + item.mask.shape[1]), min(height, item.y + item.mask.shape[0])
        if x1 > x0 and y1 > y0:
            part = item.mask[y0 - item.y : y1 - item.y, x0 - item.x : x1 - item.x]
            ids[y0:y1, x0:x1][part] = number
    return ids


def rims(ids: npt.NDArray[np.uint16], thickness_px: int) -> npt.NDArray[np.bool_]:
    """Return (H, W) bool: pixels of an item within `thickness_px` of one that is not of it, the border excepted."""
    rim = np.zeros(ids.shape, dtype=np.bool_)
    for step in range(1, thickness_px + 1):
        across = ids[:, step:] != ids[:, :-step]
        rim[:, step:] |= across
        rim[:, :-step] |= across
        down = ids[step:] != ids[:-step]
        rim[step:] |= down
        rim[:-step] |= down
    rim &= ids > 0
    return rim


def thickness_px(state: OverlayState, shape: Sequence[int]) -> int:
    """Return how thick lines are in a picture of this shape: as set where it is large, thinner in a thumbnail."""
    return max(1, min(state.contour_px, round(max(shape[0], shape[1]) / 240)))


def with_masks(tile: Tile, colors: Sequence[Rgb], state: OverlayState, looks: Looks = NO_LOOKS) -> U8:
    """Return the tile's picture with masks filled and outlined as the state says, (H, W, 3) uint8.

    The flat layers (instances, classes) are painted from the masks; those that a thumbnail does not have (depth,
    normals) show the picture. What is ignored is hatched: `dark_stripes` of the whole picture between those of its
    colour; what is left out has a fill and no outline, and is background in the flat layers.

    Parameters
    ----------
    colors : sequence of (r, g, b)
        One for each item.
    """
    if state.hidden:
        return tile.rgb
    flat = state.base in ("instances", "classes")
    fill = state.mask in ("fill", "both") and not flat
    contour = state.mask in ("contour", "both") and not flat
    if not tile.items or not (flat or fill or contour):
        return np.full_like(tile.rgb, _BACKGROUND) if flat else tile.rgb
    ids = item_ids(tile)
    count = len(tile.items) + 1
    uses = ["label", *(item_use(item, looks) for item in tile.items)]
    table = np.zeros((2, count, 3), dtype=np.uint16)  # by id where the hatching is light, and where it is dark
    table[:, 1:] = colors
    table[1, [use == "ignore" for use in uses]] = STRIPE_DARK
    gone = np.array([use == "drop" for use in uses])
    rows = ids
    if "ignore" in uses:
        rows = ids + np.uint16(count) * dark_stripes(0, 0, ids.shape, stripe_px(ids.shape))
    paint = table.reshape(-1, 3)
    if flat:
        table[:, 0] = table[:, gone] = _BACKGROUND
        return paint.astype(np.uint8)[rows]
    out = tile.rgb
    if fill:
        # share of 256, so that blending is a multiplication and a shift
        share = round(256 * min(1.0, max(0.0, state.opacity)))
        tinted = np.flatnonzero(ids)
        out = out.copy()
        pixels = out.reshape(-1, 3)
        blended = pixels[tinted] * np.uint16(256 - share) + (paint * np.uint16(share))[rows.reshape(-1)[tinted]]
        pixels[tinted] = (blended >> 8).astype(np.uint8)
    if contour:
        edge = np.flatnonzero(rims(ids, thickness_px(state, ids.shape)) & ~gone[ids])
        out = out if fill else out.copy()
        out.reshape(-1, 3)[edge] = paint.astype(np.uint8)[ids.reshape(-1)[edge]]
    return out
