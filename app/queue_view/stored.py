"""One written sample as the gallery and the statistics want it: its picture, its stored labels, its stored values.

Everything comes from the dataset's own files; nothing is drawn, built or rendered, and nothing is written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from myriorama.app.dataset.atomic import inside
from myriorama.app.dataset.encoders import decode_png
from myriorama.app.dataset.layout import record_path
from myriorama.app.judging.recipes import recipe_hash
from myriorama.app.pictures.dataset_sheet import read_record, stored_item
from myriorama.app.pictures.overlay import OverlayItem
from myriorama.app.preview.drawn import drawn_values
from myriorama.app.preview.tiles import ObjectFacts, SampleFacts, Tile, TileKey
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.conventions import U8
from myriorama.scenes.errors import InputError, MyrioramaError, Problem
from myriorama.scenes.sample import sample_from_json

_LUMA: Final = np.array((0.2126, 0.7152, 0.0722))
_GREY: Final = np.full((1, 1, 3), 128, dtype=np.uint8)
_BROKEN: Final = (MyrioramaError, OSError, ValueError, KeyError, TypeError, IndexError)
"""What reading a file that was changed since it was written may raise."""


def tile_at(folder: Path, index: int, size_px: int, *, key: TileKey | None = None, epoch: int = 0) -> Tile:
    """Return a written sample as a thumbnail with its stored labels; what is wrong with its files is told in it.

    Parameters
    ----------
    size_px : int
        Of the longer side; a picture is never enlarged.
    key : TileKey or None
        Name of the tile; None takes the sample's number.
    """
    key = key or TileKey(index)
    try:
        record = read_record(folder / record_path(index))
        rgb = picture_of(folder, record)
        items = [stored_item(a, record["height"], record["width"]) for a in record["annotations"]]
        scale = min(1.0, size_px / max(rgb.shape[:2]))
        if scale < 1.0:
            width, height = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
            items = [smaller(i, width / rgb.shape[1], height / rgb.shape[0]) for i in items]
            rgb = np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.BOX))
        return Tile(key, epoch, str(record["key"]), "", rgb, tuple(items))
    except _BROKEN as error:
        return Tile(key, epoch, "", "", _GREY, (), _reason(error))


def picture_of(folder: Path, record: Mapping[str, Any]) -> U8:
    """Return the picture of a stored record, (H, W, 3) uint8.

    Raises
    ------
    InputError
        The dataset was written without pictures, or the file is not an 8-bit colour picture inside it.
    ValueError, OSError
        The file is broken or not there.
    """
    if "rgb" not in record["files"]:
        raise InputError(Problem("", "this dataset was written without pictures"))
    path = inside(folder, record["files"]["rgb"]["path"])
    pixels = decode_png(path.read_bytes())
    if pixels.dtype != np.uint8 or pixels.ndim != 3:
        raise InputError(Problem("", "this is not an 8-bit colour picture", file=str(path)))
    if pixels.shape[:2] != (record["height"], record["width"]):
        raise InputError(Problem("", "the picture has another size than its record says", file=str(path)))
    return pixels.astype(np.uint8, copy=False)


def smaller(item: OverlayItem, x_scale: float, y_scale: float) -> OverlayItem:
    """Return what is drawn of an object in a picture that was made smaller."""
    height, width = item.mask.shape
    x0, y0 = math.floor(item.x * x_scale), math.floor(item.y * y_scale)
    x1, y1 = math.ceil((item.x + width) * x_scale), math.ceil((item.y + height) * y_scale)
    size = (max(1, x1 - x0), max(1, y1 - y0))
    mask = np.asarray(Image.fromarray(item.mask).resize(size, Image.Resampling.NEAREST))
    whole = item.amodal_box
    return replace(
        item,
        x=x0,
        y=y0,
        mask=mask,
        keypoints=tuple((x * x_scale, y * y_scale, v) for x, y, v in item.keypoints),
        corners_px=tuple(None if c is None else (c[0] * x_scale, c[1] * y_scale) for c in item.corners_px),
        amodal_box=None
        if whole is None
        else (whole[0] * x_scale, whole[1] * y_scale, whole[2] * x_scale, whole[3] * y_scale),
    )


def facts_at(
    folder: Path, index: int, registry: PluginRegistry, camera_uid: str, *, place: int, epoch: int = 0
) -> SampleFacts:
    """Return what is counted of a written sample, from its stored record.

    Parameters
    ----------
    place : int
        What the sample is called in the table of facts.

    Raises
    ------
    MyrioramaError, OSError, ValueError, KeyError, TypeError, IndexError
        The record is not there or broken.
    """
    record = read_record(folder / record_path(index))
    sample = sample_from_json(record["drawn"])
    eye = np.asarray(record["camera"]["world_from_camera"], dtype=np.float64)[:3, 3]
    return SampleFacts(
        index=place,
        epoch=epoch,
        sample_key=str(record["key"]),
        recipe_hash=recipe_hash(sample),
        width=int(record["width"]),
        height=int(record["height"]),
        objects=tuple(_object_facts(a, eye) for a in record["annotations"]),
        hidden=len(record["hidden"]),
        values=drawn_values(sample, registry, camera_uid),
        brightness=_brightness(folder, record),
    )


def broken(error: Exception) -> bool:
    """Tell whether an error is that of a file that cannot be read."""
    return isinstance(error, _BROKEN)


def _object_facts(stored: Mapping[str, Any], eye: npt.NDArray[np.float64]) -> ObjectFacts:
    pose = np.asarray(stored["world_from_object"], dtype=np.float64)
    box_3d = stored.get("box_3d")
    center = np.asarray(box_3d["center_m"]) if box_3d else pose[:3, 3]
    toward = eye - center
    distance_m = float(np.linalg.norm(toward))
    axes = pose[:3, :3] / np.linalg.norm(pose[:3, :3], axis=0)
    x, y, z = (float(v) for v in axes.T @ (toward / distance_m)) if distance_m > 0 else (0.0, 0.0, 0.0)
    visible = stored.get("visible")
    bx, by, bw, bh = (int(v) for v in stored["box"])
    return ObjectFacts(
        instance_key=str(stored["instance_key"]),
        class_id=int(stored["class_id"]),
        class_name=str(stored["class_name"]),
        box=(bx, by, bw, bh),
        area_px=int(stored["area_px"]),
        visible=math.nan if visible is None else float(visible),
        distance_m=distance_m,
        viewing_direction=(x, y, z),
        attributes=dict(stored.get("attributes") or {}),
    )


def _brightness(folder: Path, record: Mapping[str, Any]) -> float:
    """Return the mean luma of the written picture in [0, 1]; not a number where none was written."""
    if "rgb" not in record["files"]:
        return math.nan
    rgb = picture_of(folder, record)
    return float((rgb.mean(axis=(0, 1)) @ _LUMA) / 255.0)


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{Path(str(error.filename)).name} is not there"
    if isinstance(error, KeyError | TypeError | IndexError):
        return "its stored record is broken"
    return " ".join(str(error).split())
