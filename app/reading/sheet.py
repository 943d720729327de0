"""A contact sheet of a foreign dataset: pictures with their labels, as the reading process hands them over."""

from __future__ import annotations

from pathlib import Path

from myriorama.app.pictures.dataset_sheet import TILE_WIDTH_PX
from myriorama.app.pictures.overlay import OverlayStyle, draw_overlay
from myriorama.app.pictures.sheet import contact_sheet
from myriorama.app.preview.tiles import TileKey
from myriorama.app.reading.neutral import refused
from myriorama.app.reading.reader import ForeignReader
from myriorama.scenes.conventions import U8


def sheet_of_foreign(target: Path, *, count: int = 16, columns: int = 4) -> tuple[U8, int]:
    """Return one page of at most `count` pictures, spread evenly over the dataset, and how many it shows.

    Raises
    ------
    InputError
        The dataset cannot be read, or none of the chosen pictures can be shown.
    """
    with ForeignReader(target) as reader:
        info = reader.open()
        chosen = [k * len(info) // min(count, len(info)) for k in range(min(count, len(info)))]
        tiles = [reader.tile(TileKey(place), 2 * TILE_WIDTH_PX) for place in chosen]
    shown = [tile for tile in tiles if not tile.problem]
    if not shown:
        raise refused("DATASET", "no picture of it can be shown", tiles[0].problem if tiles else "")
    pictures = []
    for tile in shown:
        number = len(tile.items)
        caption = f"{tile.sample_key.rpartition('/')[2]}  ·  {number} object{'' if number == 1 else 's'}"
        scale = TILE_WIDTH_PX / tile.rgb.shape[1]
        pictures.append((draw_overlay(tile.rgb, tile.items, OverlayStyle(), scale), caption))
    some = f", {len(shown)} of them shown" if len(shown) < len(info) else ""
    subtitle = f"{info.format}: {len(info):,} pictures{some}, {info.objects:,} labelled objects"
    title = info.folder.resolve().name
    page = contact_sheet(pictures, title=title, subtitle=subtitle, columns=columns, tile_width_px=TILE_WIDTH_PX)
    return page, len(shown)
