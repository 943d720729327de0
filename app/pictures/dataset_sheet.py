"""A contact sheet of a dataset on disk: its own pictures with its own stored labels drawn over.

It reads what was written and nothing else, and shows classes as the dataset's class map does: what its user gets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from myriorama.app.conversion.class_map import shown_rows
from myriorama.app.dataset.encoders import decode_png
from myriorama.app.dataset.layout import MANIFEST, PARTIAL_SUFFIX, RECORDS
from myriorama.app.dataset.manifest import ManifestError, read_manifest
from myriorama.app.pictures.class_looks import NO_LOOKS, Looks, class_looks, legend, looked, use_of, uses_told
from myriorama.app.pictures.overlay import OverlayItem, OverlayStyle, draw_overlay, told_value
from myriorama.app.pictures.sheet import contact_sheet
from myriorama.scenes.conventions import U8
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.labels.rle import crop_of_counts, decode_counts

TILE_WIDTH_PX = 360


def sheet_of_dataset(folder: Path, *, count: int = 16, columns: int = 4) -> tuple[U8, int]:
    """Return one page of at most `count` samples, spread evenly over the dataset, and how many it shows.

    Raises
    ------
    InputError
        The folder is no dataset, is unfinished, holds no picture, or a file in it is broken.
    """
    if not (folder / MANIFEST).is_file():
        unfinished = folder.name.endswith(PARTIAL_SUFFIX) or (folder / RECORDS).is_dir()
        message = "this dataset is not finished" if unfinished else "this is not a dataset"
        raise InputError(Problem("DIR", message, repr(str(folder)), f"a folder with a {MANIFEST}"))
    paths = sorted(p for p in (folder / RECORDS).glob("*.json") if re.fullmatch(r"[0-9]+", p.stem))
    if not paths:
        raise InputError(Problem("DIR", "this dataset holds no sample", repr(str(folder))))
    chosen = [paths[k * len(paths) // min(count, len(paths))] for k in range(min(count, len(paths)))]
    records = [read_record(path) for path in chosen]
    looks = _looks(folder)
    tiles = [(draw_stored(folder, record, TILE_WIDTH_PX, looks), caption(record, looks)) for record in records]
    names = [annotation["class_name"] for record in records for annotation in record["annotations"]]
    shown = f", {len(chosen)} of them shown" if len(chosen) < len(paths) else ""
    subtitle = f"{len(paths)} samples of {records[0]['width']}x{records[0]['height']} px{shown}, " + uses_told(
        [use_of(looks, name) for name in names], "labelled object"
    )
    page = contact_sheet(
        tiles,
        title=folder.resolve().name,
        subtitle=subtitle,
        columns=columns,
        tile_width_px=TILE_WIDTH_PX,
        legend=legend(looks, set(names)),
    )
    return page, len(chosen)


def _looks(folder: Path) -> Looks:
    """Return how each class is drawn: as the dataset's own formats show it.

    Raises
    ------
    InputError
        The manifest cannot be read.
    """
    try:
        manifest = read_manifest(folder)
    except (ManifestError, OSError) as error:
        raise InputError(Problem("DIR", str(error), repr(str(folder)), "a finished dataset")) from error
    return class_looks(shown_rows(manifest.info.classes, manifest.selection.classes))


def is_ours(folder: Path) -> bool:
    """Tell whether a folder is a dataset of this program, finished or in the making, rather than a foreign one."""
    own = (folder / MANIFEST).is_file() or (folder / RECORDS).is_dir()
    return own or folder.name.endswith(PARTIAL_SUFFIX)


def read_record(path: Path) -> Mapping[str, Any]:
    """Return a stored record.

    Raises
    ------
    InputError
        It is not JSON, or not a record.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(Problem("", f"this record is not JSON: {error}", file=str(path))) from error
    if not isinstance(record, dict) or not {"annotations", "files", "width", "height"} <= record.keys():
        raise InputError(Problem("", "this is not a stored record", file=str(path)))
    return record


def draw_stored(folder: Path, record: Mapping[str, Any], tile_width_px: int, looks: Looks = NO_LOOKS) -> U8:
    """Return a stored sample's picture, `tile_width_px` wide, with its labels drawn over as their classes look.

    Raises
    ------
    InputError
        The dataset has no picture of it, or picture or labels cannot be read.
    """
    files = record["files"]
    if "rgb" not in files:
        raise InputError(Problem("files.rgb", "this dataset was written without pictures", file=str(folder)))
    path = folder / files["rgb"]["path"]
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(Problem("files.rgb.path", "this points out of the dataset", repr(files["rgb"]["path"])))
    try:
        rgb = np.asarray(decode_png(path.read_bytes()))
        items = [looked(stored_item(a, record["height"], record["width"]), looks) for a in record["annotations"]]
    except ValueError as error:
        raise InputError(Problem("", f"this sample cannot be read: {error}", file=str(path))) from error
    if rgb.dtype != np.uint8 or rgb.ndim != 3:
        raise InputError(Problem("", "this is not an 8-bit colour picture", file=str(path)))
    return draw_overlay(rgb.astype(np.uint8, copy=False), items, OverlayStyle(), tile_width_px / rgb.shape[1])


def stored_item(annotation: Mapping[str, Any], height: int, width: int) -> OverlayItem:
    """Return what is drawn of a stored annotation; its mask comes from its run-length code.

    Raises
    ------
    ValueError
        The code is broken, or does not fit the image.
    """
    x, y, w, h = annotation["box"]
    (counts,) = decode_counts([annotation["rle"].encode("ascii")])
    mask = crop_of_counts(counts, height, width, x, w)[y : y + h]
    keypoints = annotation.get("keypoints") or ()
    order = {k["name"]: i for i, k in enumerate(keypoints)}
    box_3d, whole = annotation.get("box_3d"), annotation.get("amodal_box")
    return OverlayItem(
        x,
        y,
        mask,
        annotation["class_name"],
        annotation["instance_key"],
        tuple((k["x"], k["y"], k["v"]) for k in keypoints),
        tuple((order[a], order[b]) for a, b in annotation.get("skeleton") or ()),
        tuple(None if c is None else (c[0], c[1]) for c in box_3d["corners_px"]) if box_3d else (),
        annotation.get("visible"),
        (whole[0], whole[1], whole[2], whole[3]) if whole else None,
        tuple(f"{name}: {told_value(value)}" for name, value in (annotation.get("attributes") or {}).items()),
    )


def caption(record: Mapping[str, Any], looks: Looks = NO_LOOKS) -> str:
    """Return ``sample 12 - 5 objects``, with how many are ignored, left out, and hidden behind others."""
    uses = [use_of(looks, annotation["class_name"]) for annotation in record["annotations"]]
    text = f"sample {record['index']}  ·  {uses_told(uses)}"
    hidden = len(record.get("hidden") or ())
    return text + (f", {hidden} hidden" if hidden else "")
