"""The label contract checked again from a sample's written files: stored record and pictures, no scene.

What needs meshes (rays, hulls of hidden parts) was checked before the sample was written and is not
repeated here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from myriorama.app.dataset.encoders import decode_npy, decode_png
from myriorama.plugins.writing import DatasetInfo, StoredRecord
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.labels.contract_parts import part_faults
from myriorama.scenes.labels.rle import decode
from myriorama.scenes.labels.stored import camera_from_stored
from myriorama.scenes.labels.violation import Violation

_PIXEL_TOLERANCE: Final = 1e-6

Images = Mapping[str, npt.NDArray[Any]]


def check_stored(
    folder: Path, record: StoredRecord, sample: Mapping[str, Any], info: DatasetInfo, damaged: set[str]
) -> Iterator[Violation]:
    """Yield how a stored record breaks the label contract.

    Parameters
    ----------
    folder : Path
        The dataset.
    record : mapping
        As read from ``records/``.
    sample : mapping
        The manifest's row of it.
    damaged : set of str
        Files already reported; they are not read.
    """
    if record["key"] != sample["key"] or record["index"] != sample["index"] or record["drawn"]["key"] != sample["key"]:
        yield Violation(9, f"its key is {record['key']!r}, the manifest's is {sample['key']!r}")
        return
    images: dict[str, npt.NDArray[Any]] = {}
    for role, told in record["files"].items():
        if told["path"] in damaged or told["format"] in ("text", "bytes"):
            continue
        try:
            images[role] = read_image(folder, told)
        except (OSError, ValueError) as error:
            yield Violation(9, f"{told['path']} cannot be read: {error}")
            continue
        if images[role].shape[:2] != (record["height"], record["width"]):
            yield Violation(9, f"{told['path']} is not {record['width']}x{record['height']}")
            return
    try:
        camera = camera_from_stored(record["camera"], record["width"], record["height"])
    except (KeyError, TypeError, ValueError) as error:
        yield Violation(9, f"its camera cannot be read: {error}")
        return
    masks: dict[int, npt.NDArray[np.bool_]] = {}
    for a in record["annotations"]:
        yield from _annotation(record, a, info, masks)
        yield from _keypoints(record, a, camera)
    yield from _against_images(record, images, masks)
    yield from _rows(record, info)


def read_image(folder: Path, told: Mapping[str, Any]) -> npt.NDArray[Any]:
    """Return a written picture or array; id images over three channels are put together.

    Raises
    ------
    ValueError
        The file is not what the record says.
    """
    content = (folder / told["path"]).read_bytes()
    if told["format"] == "npy":
        return decode_npy(content)
    pixels = decode_png(content)
    if told.get("value") == "red + 256 * green + 65536 * blue":
        parts = pixels.astype(np.uint32)
        joined: npt.NDArray[np.uint32] = parts[..., 0] + (parts[..., 1] << 8) + (parts[..., 2] << 16)
        return joined
    return pixels


def _annotation(
    record: StoredRecord, a: Mapping[str, Any], info: DatasetInfo, masks: dict[int, npt.NDArray[np.bool_]]
) -> Iterator[Violation]:
    key, height, width = a["instance_key"], record["height"], record["width"]
    decoded: dict[str, npt.NDArray[np.bool_]] = {}
    for what, box, area, code in (
        ("", a["box"], a["area_px"], a["rle"]),
        ("amodal ", a["amodal_box"], a["amodal_area_px"], a["amodal_rle"]),
    ):
        if code is None:
            continue
        try:
            mask = decode(code.encode(), height, width)
        except ValueError as error:
            yield Violation(3, f"its {what}code is broken: {error}", key)
            continue
        decoded[what] = mask
        y, x = np.nonzero(mask)
        if len(x) == 0:
            yield Violation(8, f"its {what}mask is empty", key)
            continue
        extent = [int(x.min()), int(y.min()), int(x.max() - x.min() + 1), int(y.max() - y.min() + 1)]
        if box != extent:
            yield Violation(3, f"its {what}box is {box}, its mask reaches {extent}", key)
        if area != len(x):
            yield Violation(3, f"its {what}area is {area}, its mask has {len(x)} pixels", key)
    if "" in decoded:
        masks[a["instance"]] = decoded[""]
        if "amodal " in decoded and (decoded[""] & ~decoded["amodal "]).any():
            yield Violation(2, "its visible mask leaves its amodal mask", key)
    for fault in part_faults(a.get("extra", {}).get("parts", ()), a["rle"].encode(), height, width):
        yield Violation(3, fault, key)
    names = {c.id: c.name for c in info.classes if c.kind == "thing"}
    if names.get(a["class_id"]) != a["class_name"]:
        yield Violation(4, f"its class {a['class_id']} {a['class_name']!r} is not a thing of the class table", key)
    fractions = [a[name] for name in ("unoccluded", "in_frame", "visible") if a[name] is not None]
    if not all(0.0 <= f <= 1.0 for f in fractions):
        yield Violation(8, "a fraction is not in [0, 1]", key)
    if a["unoccluded"] is not None and a["amodal_rle"] is not None:
        expected = a["area_px"] / a["amodal_area_px"]
        if abs(a["unoccluded"] - expected) > 1e-12:
            yield Violation(8, f"unoccluded is {a['unoccluded']}, its areas give {expected}", key)


def _keypoints(record: StoredRecord, a: Mapping[str, Any], camera: Camera) -> Iterator[Violation]:
    if not a["keypoints"]:
        return
    points = np.array([label["position_world_m"] for label in a["keypoints"]], dtype=np.float64)
    moving = {row["instance_key"]: row.get("velocity_m_s") for row in record["resolved"].get("instances", ())}
    velocity = moving.get(a["instance_key"])
    pixels, _ = camera.project(points, None if velocity is None else np.array(velocity, dtype=np.float64))
    for label, (px, py) in zip(a["keypoints"], pixels.tolist(), strict=True):
        if math.isnan(px):
            if label["v"] != 0:
                told = f"keypoint {label['name']!r} is where the camera shows nothing, and has v > 0"
                yield Violation(7, told, a["instance_key"])
            continue
        slack = _PIXEL_TOLERANCE * max(1.0, abs(px), abs(py))
        if abs(px - label["x"]) > slack or abs(py - label["y"]) > slack:
            yield Violation(7, f"keypoint {label['name']!r} is not where it projects to", a["instance_key"])
        if (label["v"] > 0) != (0 <= px < record["width"] and 0 <= py < record["height"]):
            yield Violation(
                7, f"keypoint {label['name']!r} has v = {label['v']} at ({px:.1f}, {py:.1f})", a["instance_key"]
            )


def _against_images(
    record: StoredRecord, images: Images, masks: Mapping[int, npt.NDArray[np.bool_]]
) -> Iterator[Violation]:
    painted = np.zeros((record["height"], record["width"]), dtype=np.uint32)
    for instance, mask in masks.items():
        if painted[mask].any():
            yield Violation(1, f"the mask of instance {instance} overlaps another")
        painted[mask] = instance + 1
    surfaces = images.get("surface_id")
    if surfaces is None:
        return
    rows = record["surfaces"]
    if int(surfaces.max()) > len(rows):
        yield Violation(4, f"surface id {int(surfaces.max())} is not in the table")
        return
    instance_of = np.array([0] + [r["instance_id"] for r in rows], dtype=np.uint32)
    class_of = np.array([0] + [r["class_id"] for r in rows], dtype=np.uint32)
    thing = np.array([False] + [r["kind"] == "thing" for r in rows])
    if not np.array_equal(np.where(thing, instance_of, 0).astype(np.uint32)[surfaces], painted):
        yield Violation(1, "the masks are not the things of the surface id image")
    for role, table in (("instance_id", instance_of), ("class_id", class_of)):
        if role in images and not np.array_equal(table[surfaces], images[role]):
            yield Violation(4, f"the {role} image is not what the table makes of the surface id image")
    if "depth" in images and not np.array_equal(images["depth"] > 0, surfaces > 0):
        yield Violation(5, "depth and surface id disagree on where something was hit")
    if "normal" in images and not np.array_equal(images["normal"].any(axis=2), surfaces > 0):
        yield Violation(5, "normals and surface id disagree on where something was hit")


def _rows(record: StoredRecord, info: DatasetInfo) -> Iterator[Violation]:
    rows = record["surfaces"]
    if [r["surface_id"] for r in rows] != list(range(1, len(rows) + 1)):
        yield Violation(4, "the surface table is not numbered from 1")
    kinds = {c.id: c.kind for c in info.classes}
    class_of: dict[int, int] = {}
    for r in rows:
        if r["kind"] != "unlabelled" and kinds.get(r["class_id"]) is None:
            yield Violation(4, f"class {r['class_id']} is not in the class table", r["instance_key"])
        if class_of.setdefault(r["instance_id"], r["class_id"]) != r["class_id"]:
            yield Violation(4, "its parts belong to different classes", r["instance_key"])
    for a in record["annotations"]:
        if class_of.get(a["instance"] + 1) != a["class_id"]:
            yield Violation(4, "its class is not that of its surfaces", a["instance_key"])
    told = [a["instance"] + 1 for a in (*record["annotations"], *record["hidden"])]
    things = sorted({r["instance_id"] for r in rows if r["kind"] == "thing"})
    if sorted(told) != things:
        yield Violation(4, "the things of the surface table are not labelled once each")
