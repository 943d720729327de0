"""Part masks against the surface id image itself, decoded by pycocotools; and broken ones, which must be told."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from myriorama.app.dataset.verify_record import check_stored
from myriorama.plugins.annotators import annotate
from myriorama.plugins.selection import ALL, View
from myriorama.plugins.writers.coco import Coco
from myriorama.scenes.labels.contract import check
from myriorama.scenes.labels.stored import record_to_json
from myriorama.scenes.labels.truth import Truth

# pycocotools 2.0 hands numpy an array protocol that numpy 2 calls out of date: its own affair, not our file's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def plant_record(scene_kit, traced):
    """Two plants of three parts each, one before the other, and one behind the camera; a part hides behind another."""
    s = scene_kit.shapes
    parts = {"stem": s.box(0.1, 0.1, 0.6), "leaf_1": s.plane(0.7), "core": s.box(0.02, 0.02, 0.1)}
    scene = scene_kit.scene(
        scene_kit.looking((0.0, -2.0, 1.0), (0.0, 0.0, 0.2), 97, 61, 80.0),
        [
            scene_kit.instance("plant/0", parts, scene_kit.pose_at(0.0, 0.0, 0.0)),
            scene_kit.instance("plant/1", parts, scene_kit.pose_at(0.25, 0.5, 0.0)),
            scene_kit.instance("plant/2", parts, scene_kit.pose_at(0.0, -9.0, 0.0)),
        ],
    )
    return annotate(traced(scene), scene, scene_kit.sample(scene))


def test_each_part_is_the_pixels_of_its_own_surface_id(plant_record):
    ids = plant_record.frame.surface_id
    size = list(ids.shape)
    told = set()
    for a in plant_record.annotations:
        union = np.zeros(ids.shape, dtype=bool)
        for part in a.extra["parts"]:
            mask = coco_mask.decode({"size": size, "counts": part["rle"].encode()}).astype(bool)
            assert np.array_equal(mask, ids == part["surface_id"])
            assert part["area_px"] == mask.sum() > 0
            y, x = np.nonzero(mask)
            assert part["box"] == [x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1]
            row = plant_record.scene.surfaces[part["surface_id"] - 1]
            assert (row.instance, row.part) == (a.instance, part["name"])
            assert not (union & mask).any()
            union |= mask
            told.add(part["surface_id"])
        assert np.array_equal(union, a.full_mask(*ids.shape))
    # The core is inside the stem: no pixel, no row. The plant behind the camera is hidden and has no parts.
    assert told == set(np.unique(ids[ids > 0]).tolist())
    assert {p["name"] for a in plant_record.annotations for p in a.extra["parts"]} == {"stem", "leaf_1"}
    assert all("parts" not in h["extra"] for h in plant_record.hidden)


def test_the_slot_names_what_kind_of_part_it_is(scene_kit, traced):
    instance = scene_kit.instance("plant/0", {"leaf_1": scene_kit.shapes.plane(0.5)}, scene_kit.pose_at())
    model = replace(instance.model, parts=(replace(instance.model.parts[0], slot="leaf"),))
    scene = scene_kit.scene(scene_kit.looking((0, -1, 1), (0, 0, 0), 40, 30, 30.0), [replace(instance, model=model)])
    (a,) = annotate(traced(scene), scene, scene_kit.sample(scene), labels=["part_masks"]).annotations
    assert [(p["name"], p["slot"]) for p in a.extra["parts"]] == [("leaf_1", "leaf")]


def test_coco_tells_parts_as_it_tells_masks(plant_record, table_info):
    stored = View(table_info, ALL).apply(json.loads(json.dumps(record_to_json(plant_record, {}))))
    (whole,) = Coco(table_info).whole_files([stored])
    rows = json.loads(b"".join(whole.chunks))["annotations"]
    for row, a in zip(rows, plant_record.annotations, strict=True):
        assert "extra" not in row
        for told, part in zip(row["parts"], a.extra["parts"], strict=True):
            assert (
                coco_mask.area({**told["segmentation"], "counts": told["segmentation"]["counts"].encode()})
                == (part["area_px"])
            )
            assert (told["name"], told["bbox"], told["area"]) == (part["name"], part["box"], part["area_px"])
    (bare,) = Coco(table_info, {"extras": False}).whole_files([stored])
    assert "parts" not in json.loads(b"".join(bare.chunks))["annotations"][0]


def _broken(parts, how):
    stem, leaf = ({**p} for p in parts)
    if how == "area":
        stem["area_px"] += 1
    elif how == "box":
        leaf["box"] = [leaf["box"][0] + 1, *leaf["box"][1:]]
    elif how == "missing":
        return [stem]
    elif how == "overlap":
        leaf |= {key: stem[key] for key in ("rle", "area_px", "box")}
    elif how == "code":
        leaf["rle"] = "z"
    return [stem, leaf]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("", ""),
        ("area", "area of its part 'stem'"),
        ("box", "box of its part 'leaf_1'"),
        ("missing", "not its visible mask"),
        ("overlap", "overlap"),
        ("code", "broken"),
    ],
)
def test_broken_parts_are_told_before_and_after_writing(plant_record, table_info, tmp_path, how, message):
    first, *rest = plant_record.annotations
    changed = replace(first, extra=MappingProxyType({"parts": _broken(first.extra["parts"], how)}))
    record = replace(plant_record, annotations=(changed, *rest))
    now = [v for v in check(record, Truth.of(record.frame, record.scene)) if v.invariant == 3]
    stored = record_to_json(record, {})
    row = {"key": record.key, "index": record.index}
    later = [v for v in check_stored(tmp_path, stored, row, table_info, set()) if v.invariant == 3]
    for found in (now, later):
        assert [v.instance_key for v in found] == (["plant/0"] if how else [])
        assert not how or message in found[0].message
