"""COCO with polygons, regions to ignore and parts: read and scored by pycocotools and faster-coco-eval."""

from __future__ import annotations

import contextlib
import copy
import io
import json
from collections import Counter

import numpy as np
import pytest
from faster_coco_eval import COCO as FasterCOCO
from faster_coco_eval import COCOeval_faster
from pycocotools import mask as mask_coding
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from scipy import ndimage

from myriorama.plugins.selection import ALL, ClassUse, Filter, Selection, View
from myriorama.plugins.splitting import Split
from myriorama.plugins.writers.coco import Coco, annotation_id
from myriorama.scenes.labels.rle import decode, encode_mask
from myriorama.scenes.labels.stored import json_text, record_to_json

# pycocotools 2.0 hands numpy an array protocol that numpy 2 calls out of date: its own affair, not our file's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def seen(info, records, selection=ALL):
    """Viewed records and the info that a writer is given."""
    view = View(info, selection)
    return [view.apply(json.loads(json_text(record_to_json(r, {})))) for r in records], view.info


def documents(info, stored, **values):
    return {f.path: json.loads(b"".join(f.chunks)) for f in Coco(info, values).whole_files(stored)}


def loaded(document, kind=COCO):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = kind()
        coco.dataset = copy.deepcopy(document)
        coco.createIndex()
    return coco


def average_precision(document, detections, kind="segm"):
    """AP by both scorers."""
    out = []
    with contextlib.redirect_stdout(io.StringIO()):
        for coco_type, scorer_type in ((COCO, COCOeval), (FasterCOCO, COCOeval_faster)):
            truth = loaded(document, coco_type)
            scorer = scorer_type(truth, truth.loadRes(copy.deepcopy(detections)), kind)
            scorer.evaluate()
            scorer.accumulate()
            scorer.summarize()
            out.append(float(scorer.stats[0]))
    return out


def exact_detections(stored, also=()):
    """Every label as a prediction with its exact mask."""
    return [
        {
            "image_id": r["index"] + 1,
            "category_id": category or a["class_id"],
            "score": 0.9 if category is None else 0.95,
            "segmentation": {"size": [r["height"], r["width"]], "counts": a["rle"]},
        }
        for r in stored
        for a, category in [*((a, None) for a in r["annotations"]), *((a, c) for a in r["ignored"] for c in also)]
    ]


def large(stored, factor=6):
    """The same records with every pixel six pixels wide and high, corners rounded off: objects of usual size."""
    out = copy.deepcopy(stored)
    for record in out:
        height, width = record["height"], record["width"]
        record["height"], record["width"] = factor * height, factor * width
        for a in record["annotations"]:
            grown = np.kron(decode(a["rle"].encode(), height, width), np.ones((factor, factor)))
            mask = ndimage.gaussian_filter(grown.astype(float), factor / 2) > 0.5
            rows, columns = np.nonzero(mask)
            a["rle"] = encode_mask(mask).decode()
            a["area_px"] = int(mask.sum())
            a["box"] = [int(v) for v in (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)]
    return out


def test_polygons_keep_98_percent_or_give_way_to_run_lengths(table_info, table_records):
    small, info = seen(table_info, table_records)
    forms = Counter()
    corners = 0
    for stored in (small, large(small)):
        (told,) = documents(info, stored, segmentation="polygon").values()
        coco = loaded(told)
        by_id = {annotation_id(r["index"], a["instance"]): (r, a) for r in stored for a in r["annotations"]}
        for row in told["annotations"]:
            record, label = by_id[row["id"]]
            mask = decode(label["rle"].encode(), record["height"], record["width"])
            read = coco.annToMask(row).astype(bool)
            iou = (read & mask).sum() / (read | mask).sum()
            polygon = isinstance(row["segmentation"], list)
            assert iou >= 0.98 if polygon else iou == 1
            assert row["iscrowd"] == 0
            assert row["area"] == mask.sum()
            forms[polygon] += 1
            corners += sum(len(p) // 2 for p in row["segmentation"]) if polygon else 0
        assert average_precision(told, exact_detections(stored)) == pytest.approx([1.0, 1.0])
    assert forms[True] >= 12
    assert corners / forms[True] < 60, "polygons are to be short"


def test_a_ring_is_told_by_run_lengths_since_coco_knows_no_holes(table_info, table_records):
    stored, info = seen(table_info, table_records[:1])
    mask = np.zeros((72, 96), dtype=bool)
    mask[10:50, 10:50] = True
    mask[20:40, 20:40] = False
    stored[0]["annotations"][0]["rle"] = encode_mask(mask).decode()
    mask[20:40, 20:40] = True
    mask[30, 30] = False
    stored[0]["annotations"][1]["rle"] = encode_mask(mask).decode()
    (told,) = documents(info, stored, segmentation="polygon").values()
    assert isinstance(told["annotations"][0]["segmentation"], dict)
    assert told["annotations"][1]["segmentation"] == [[10, 10, 50, 10, 50, 50, 10, 50]]


def test_polygons_begin_at_pixel_borders(table_info, table_records):
    """Half a pixel aside, pycocotools would fill other pixels."""
    stored, info = seen(table_info, table_records[:1])
    mask = np.zeros((72, 96), dtype=bool)
    mask[3:5, 7:10] = True
    stored[0]["annotations"][0]["rle"] = encode_mask(mask).decode()
    (told,) = documents(info, stored, segmentation="polygon").values()
    row = told["annotations"][0]
    assert row["segmentation"] == [[7, 3, 10, 3, 10, 5, 7, 5]]
    assert np.array_equal(loaded(told).annToMask(row).astype(bool), mask)


def test_regions_to_ignore_neither_reward_nor_punish(table_info, table_records):
    few = Selection(filter=Filter(min_area_px=200, use="ignore"))
    stored, info = seen(table_info, table_records, few)
    assert sum(len(r["ignored"]) for r in stored) > 0
    (told,) = documents(info, stored).values()
    crowds = [a for a in told["annotations"] if a["iscrowd"]]
    assert [(a["category_id"], a["area"]) for a in crowds] == [
        (a["class_id"], a["area_px"]) for r in stored for a in r["ignored"]
    ]
    coco = loaded(told)
    for row, a in zip(crowds, (a for r in stored for a in r["ignored"]), strict=True):
        assert np.array_equal(coco.annToMask(row), mask_coding.decode({"size": [72, 96], "counts": a["rle"]}))
    finds = exact_detections(stored)
    assert average_precision(told, finds) == pytest.approx([1.0, 1.0])
    with_ignored = [
        {
            "image_id": row["image_id"],
            "category_id": row["category_id"],
            "score": 0.99,
            "segmentation": row["segmentation"],
        }
        for row in crowds
    ]
    assert average_precision(told, [*finds, *with_ignored]) == pytest.approx([1.0, 1.0])
    bare = {**told, "annotations": [a for a in told["annotations"] if not a["iscrowd"]]}
    assert max(average_precision(bare, [*finds, *with_ignored])) < 1.0, "without the regions they would be wrong"


def test_a_class_that_is_ignored_is_a_region_of_every_category(table_info, table_records):
    stored, info = seen(table_info, table_records, Selection({"crate": ClassUse(use="ignore")}))
    assert [c.name for c in info.classes] == ["ball", "ground"]
    (told,) = documents(info, stored).values()
    assert {a["category_id"] for a in told["annotations"]} == {1}
    assert average_precision(told, exact_detections(stored, also=(1,))) == pytest.approx([1.0, 1.0])
    two = Selection({"ball": ClassUse(use="ignore")})
    stored, info = seen(table_info, table_records, two)
    (told,) = documents(info, stored).values()
    assert {len(a["keypoints"]) for a in told["annotations"]} == {15}
    ids = [a["id"] for a in told["annotations"]]
    assert len(set(ids)) == len(ids)


def test_ids_of_regions_of_several_categories_are_their_own(table_info, table_records):
    stored, info = seen(table_info, table_records[:1])
    stored[0]["ignored"] = [{**stored[0]["annotations"].pop(), "class_id": 0}]
    (told,) = documents(info, stored).values()
    crowds = [a for a in told["annotations"] if a["iscrowd"]]
    assert [a["category_id"] for a in crowds] == [1, 2]
    assert len({a["id"] for a in told["annotations"]}) == len(told["annotations"])
    assert max(a["id"] for a in crowds) < 2**53, "more would not be exact where numbers are float64"


def test_parts_have_files_of_their_own_with_the_same_ids(table_info, table_records):
    stored, info = seen(table_info, table_records)
    (whole,) = documents(info, stored).values()
    for record, part in zip(stored, ("val", "train", "val"), strict=True):
        record["part"] = part
    told = documents(info, stored)
    assert list(told) == ["annotations/instances_train.json", "annotations/instances_val.json"]
    train, val = told.values()
    assert [i["id"] for i in train["images"]] == [2]
    assert [i["id"] for i in val["images"]] == [1, 3]
    assert train["categories"] == val["categories"] == whole["categories"]
    for key in ("images", "annotations"):
        assert sorted(train[key] + val[key], key=lambda row: row["id"]) == whole[key]
    for document in told.values():
        assert average_precision(document, _of(document, stored)) == [1.0, 1.0]


def _of(document, stored):
    images = {i["id"] for i in document["images"]}
    return [d for d in exact_detections(stored) if d["image_id"] in images]


def test_a_split_of_the_project_names_the_files(table_info, table_records):
    for salt in "abcdefgh":
        selection = Selection(split=Split((0.5, 0.5, 0.0), salt=salt))
        stored, info = seen(table_info, table_records, selection)
        parts = {r["part"] for r in stored}
        names = set(documents(info, stored))
        if len(parts) == 2:
            assert names == {"annotations/instances_train.json", "annotations/instances_val.json"}
        else:
            assert names == {"annotations/instances.json"}


def test_what_is_lost_is_told(table_info):
    assert any("stuff" in phrase for phrase in Coco(table_info).losses())
    assert len(Coco(table_info, {"extras": False}).losses()) > len(Coco(table_info).losses())
