"""A contact sheet: many pictures with their labels on one page.

It lays out; what is drawn over each picture comes from `overlay`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from myriorama.app.pictures.class_looks import LegendRow
from myriorama.app.pictures.overlay import font
from myriorama.scenes.conventions import U8

_PAPER: Final = (24, 26, 31)
_INK: Final = (226, 229, 235)
_FAINT: Final = (150, 156, 168)
_GAP_PX: Final = 12
_CAPTION_PX: Final = 22
_TITLE_PX: Final = 52
_KEY_PX: Final = 20
_KEY_GAP_PX: Final = 8
_SWATCH_PX: Final = 12


def contact_sheet(
    tiles: Sequence[tuple[U8, str]],
    *,
    title: str,
    subtitle: str = "",
    columns: int = 4,
    tile_width_px: int = 360,
    legend: Sequence[LegendRow] = (),
) -> U8:
    """Return all tiles on one page.

    Parameters
    ----------
    tiles : sequence of ((H, W, 3) uint8, str)
        Pictures, and a caption below each; all are scaled to `tile_width_px`.
    legend : sequence of LegendRow
        What has to be told of the classes, below the title.

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
    keys = _lines(legend, width)
    top = _TITLE_PX + len(keys) * _KEY_PX + (_KEY_GAP_PX if keys else 0)
    height = top + sum(max(row) + _CAPTION_PX + _GAP_PX for row in rows) + _GAP_PX
    page = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((_GAP_PX, 14), title, font=font(22), fill=_INK)
    title_right = draw.textbbox((_GAP_PX, 14), title, font=font(22))[2]
    draw.text((title_right + 16, 20), subtitle, font=font(15), fill=_FAINT)
    for n, line in enumerate(keys):
        for x, key in line:
            _paint_key(draw, key, x, _TITLE_PX + n * _KEY_PX)
    y = top
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


def _lines(legend: Sequence[LegendRow], width: int) -> list[list[tuple[int, LegendRow]]]:
    """Return the rows of a legend with where each begins, as many beside each other as the page is wide."""
    lines: list[list[tuple[int, LegendRow]]] = []
    x = width
    for row in legend:
        needed = _text_at(row) + round(font(13).getlength(row.text))
        if not lines or x + needed > width - _GAP_PX:
            lines.append([])
            x = _GAP_PX
        lines[-1].append((x, row))
        x += needed + 2 * _GAP_PX
    return lines


def _text_at(row: LegendRow) -> int:
    # Objects have a colour each here, so a class that is labelled has none to show.
    return 0 if row.use == "label" else _SWATCH_PX + 6


def _paint_key(draw: ImageDraw.ImageDraw, row: LegendRow, x: int, y: int) -> None:
    if row.use != "label":
        draw.rectangle(
            (x, y + 2, x + _SWATCH_PX, y + 2 + _SWATCH_PX), fill=_FAINT if row.use == "ignore" else row.color
        )
    if row.use == "ignore":  # hatched, as it is in the pictures
        for k in range(4, 2 * _SWATCH_PX, 6):
            start, end = max(0, k - _SWATCH_PX), min(k, _SWATCH_PX)
            draw.line((x + start, y + 2 + k - start, x + end, y + 2 + k - end), fill=_PAPER, width=2)
    draw.text((x + _text_at(row), y), row.text, font=font(13), fill=_INK)
