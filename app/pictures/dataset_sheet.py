"""The contact sheet of a finished dataset, from its written files alone.

It reads; the recipe is not consulted, so that what is seen is what a trainer will get.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from myriorama.app.dataset.layout import MANIFEST, RECORDS
from myriorama.app.pictures.overlay import OverlayItem, OverlayStyle, draw_overlay
from myriorama.app.pictures.sheet import contact_sheet
from myriorama.scenes.conventions import U8
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.labels.rle import decode

_TILE_WIDTH_PX: Final = 360


def sheet_of_dataset(
    folder: Path, *, count: int = 16, columns: int = 4, style: OverlayStyle | None = None
) -> tuple[U8, int]:
    """Return the page, (H, W, 3) uint8, and how many samples it shows.

    Raises
    ------
    InputError
        The folder is no finished dataset, or it was written without pictures.
    """
    if not (folder / MANIFEST).is_file():
        raise InputError(Problem(str(folder), "is not a finished dataset: it holds no manifest.json"))
    manifest = json.loads((folder / MANIFEST).read_bytes())
    paths = sorted((folder / RECORDS).glob("*.json"))
    if not paths:
        raise InputError(Problem(str(folder), "holds no sample"))
    tiles = [_tile(folder, json.loads(p.read_bytes()), style) for p in paths[:count]]
    shown = f"{len(tiles)} of {len(paths)} samples" if len(tiles) < len(paths) else f"{len(paths)} samples"
    subtitle = f"{shown}, seed {manifest['seed']}"
    page = contact_sheet(
        tiles, title=str(manifest["name"]), subtitle=subtitle, columns=columns, tile_width_px=_TILE_WIDTH_PX
    )
    return page, len(tiles)


def items_of(record: Mapping[str, Any]) -> list[OverlayItem]:
    """Return what is drawn of a stored record."""
    shape = (record["height"], record["width"])
    items = []
    for a in record["annotations"]:
        x, y, w, h = a["box"]
        keypoints = a.get("keypoints") or []
        order = {k["name"]: i for i, k in enumerate(keypoints)}
        items.append(
            OverlayItem(
                x,
                y,
                decode(a["rle"].encode("ascii"), *shape)[y : y + h, x : x + w],
                a["class_name"],
                a["instance_key"],
                tuple((k["x"], k["y"], k["v"]) for k in keypoints),
                tuple((order[p], order[q]) for p, q in a.get("skeleton") or []),
            )
        )
    return items


def _tile(folder: Path, record: Mapping[str, Any], style: OverlayStyle | None) -> tuple[U8, str]:
    try:
        picture = folder / record["files"]["rgb"]["path"]
    except KeyError as error:
        raise InputError(Problem(str(folder), "this dataset was written without pictures")) from error
    with Image.open(picture) as opened:
        rgb = np.asarray(opened.convert("RGB"))
    drawn = draw_overlay(rgb, items_of(record), style, scale=_TILE_WIDTH_PX / rgb.shape[1])
    counted = Counter(a["class_name"] for a in record["annotations"])
    words = ", ".join(f"{n} {name}" for name, n in sorted(counted.items())) or "no labelled object"
    return drawn, f"{record['index']:08d}   {words}"
