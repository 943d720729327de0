"""A contact sheet: many pictures with their labels on one page.

It lays out; what is drawn over each picture comes from `overlay`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from myriorama.app.pictures.overlay import font
from myriorama.scenes.conventions import U8

_PAPER: Final = (24, 26, 31)
_INK: Final = (226, 229, 235)
_FAINT: Final = (150, 156, 168)
_GAP_PX: Final = 12
_CAPTION_PX: Final = 22
_TITLE_PX: Final = 52


def contact_sheet(
    tiles: Sequence[tuple[U8, str]], *, title: str, subtitle: str = "", columns: int = 4, tile_width_px: int = 360
) -> U8:
    """Return all tiles on one page.

    Parameters
    ----------
    tiles : sequence of ((H, W, 3) uint8, str)
        Pictures, and a caption below each; all are scaled to `tile_width_px`.

    Raises
    ------
    ValueError
        There is no tile.
    """
    if not tiles:
        raise ValueError("a contact sheet needs at least one picture")
    columns = min(columns, len(tiles))
    heights = [round(t.shape[0] * tile_width_px / t.shape[1]) for t, _ in tiles]
    rows = [heights[i : i + columns] for i in range(0, len(heights), columns)]
    width = columns * tile_width_px + (columns + 1) * _GAP_PX
    height = _TITLE_PX + sum(max(row) + _CAPTION_PX + _GAP_PX for row in rows) + _GAP_PX
    page = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((_GAP_PX, 14), title, font=font(22), fill=_INK)
    title_right = draw.textbbox((_GAP_PX, 14), title, font=font(22))[2]
    draw.text((title_right + 16, 20), subtitle, font=font(15), fill=_FAINT)
    y = _TITLE_PX
    for r, row in enumerate(rows):
        for c in range(len(row)):
            picture, caption = tiles[r * columns + c]
            x = _GAP_PX + c * (tile_width_px + _GAP_PX)
            size = (tile_width_px, row[c])
            scaled = Image.fromarray(picture)
            page.paste(scaled if scaled.size == size else scaled.resize(size, Image.Resampling.LANCZOS), (x, y))
            draw.text((x, y + row[c] + 4), caption, font=font(13), fill=_FAINT)
        y += max(row) + _CAPTION_PX + _GAP_PX
    return np.asarray(page)
