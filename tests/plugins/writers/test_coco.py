"""COCO read by others: pycocotools decodes every mask to the id image, and both scorers give 1.0."""

from __future__ import annotations

import contextlib
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from faster_coco_eval import COCO as FasterCOCO
from faster_coco_eval import COCOeval_faster
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from myriorama.plugins.annotators import annotate
from myriorama.plugins.api import PluginError
from myriorama.plugins.selection import ALL, View
from myriorama.plugins.writers.coco import ANNOTATIONS_PATH, Coco, annotation_id
from myriorama.scenes.assembly.model import Keypoint
from myriorama.scenes.labels.stored import json_text, record_to_json

# pycocotools 2.0 hands numpy an array protocol that numpy 2 calls out of date: its own affair, not our file's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def dataset(make_dataset):
    return make_dataset()


@pytest.fixture
def coco(dataset):
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(dataset / ANNOTATIONS_PATH))


def document(info, records, **values):
    (whole,) = Coco(info, values).whole_files(seen(info, records))
    return json.loads(b"".join(whole.chunks))


def seen(info, records, selection=ALL):
    view = View(info, selection)
    return [view.apply(json.loads(json_text(record_to_json(r, {})))) for r in records]


def test_every_mask_decodes_to_the_id_image(dataset, coco, table_records):
    assert len(coco.getImgIds()) == 3
    for record in table_records:
        told = coco.loadImgs([record.index + 1])[0]
        picture = np.asarray(Image.open(dataset / "images" / told["file_name"]))
        assert np.array_equal(picture, record.rgb)
        instance = record.scene.instance_of_surface[record.frame.surface_id]
        painted = np.zeros_like(instance)
        rows = coco.loadAnns(coco.getAnnIds(imgIds=[told["id"]]))
        assert len(rows) == len(record.annotations)
        for row, label in zip(rows, record.annotations, strict=True):
            mask = coco.annToMask(row).astype(bool)
            assert np.array_equal(mask, instance == label.instance + 1)
            assert row["area"] == mask.sum()
            y, x = np.nonzero(mask)
            assert row["bbox"] == [x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1]
            painted[mask] = label.instance + 1
            amodal = coco.annToMask({**row, "segmentation": row["amodal_segmentation"]}).astype(bool)
            assert (amodal | ~mask).all()
            assert amodal.sum() == row["amodal_area"]
        thing = np.array([False] + [i.kind == "thing" for i in record.scene.instances])
        assert np.array_equal(painted, np.where(thing[instance], instance, 0))


def _detections(coco, kind):
    keys = {"bbox": ("bbox",), "segm": ("segmentation",), "keypoints": ("keypoints",)}[kind]
    return [
        {"image_id": a["image_id"], "category_id": a["category_id"], "score": 0.9} | {k: a[k] for k in keys}
        for a in coco.dataset["annotations"]
        if all(k in a for k in keys)
    ]


@pytest.mark.parametrize("kind", ["bbox", "segm", "keypoints"])
def test_labels_as_predictions_score_one(dataset, coco, kind):
    with contextlib.redirect_stdout(io.StringIO()):
        truth = FasterCOCO(str(dataset / ANNOTATIONS_PATH))
        fast = COCOeval_faster(truth, truth.loadRes(_detections(coco, kind)), kind, kpt_oks_sigmas=[0.05] * 5)
        slow = COCOeval(coco, coco.loadRes(_detections(coco, kind)), kind)
        if kind == "keypoints":
            for scorer in (fast, slow):
                scorer.params.kpt_oks_sigmas = np.full(5, 0.05)
                scorer.params.catIds = [2]
        for scorer in (fast, slow):
            scorer.evaluate()
            scorer.accumulate()
            scorer.summarize()
    assert fast.stats[0] == pytest.approx(1.0)
    assert slow.stats[0] == pytest.approx(1.0)


def test_a_keypoint_at_a_pixel_centre_has_whole_coordinates(scene_kit, traced, table_info):
    """COCO counts pixels: the centre of the pixel in column 20, row 12 is (20, 12), for us (20.5, 12.5)."""
    camera = scene_kit.looking((0, -2, 0), (0, 0, 0), 40, 30, 50.0)
    (point,) = camera.unproject(np.array([[20.5, 12.5]]), np.array([1.95]))
    ball = scene_kit.instance(
        "ball/0",
        scene_kit.shapes.box(0.4, 0.1, 0.4),
        scene_kit.pose_at(0, 0, -0.2),
        keypoints=(Keypoint("k", tuple(point + [0, 0, 0.2])),),
    )
    scene = scene_kit.scene(camera, [ball])
    record = annotate(traced(scene), scene, scene_kit.sample(scene))
    row = document(table_info, [record])["annotations"][0]
    assert row["keypoints"] == pytest.approx([20.0, 12.0, 2])
    # The pixel that holds the point is the one that a reader rounds to, and a box does start at pixel corners.
    x, y = round(row["keypoints"][0]), round(row["keypoints"][1])
    assert record.annotations[0].full_mask(30, 40)[y, x]
    assert row["bbox"][0] == np.flatnonzero(record.annotations[0].full_mask(30, 40).any(axis=0))[0]


def test_pixel_indices_are_the_pixels_that_hold_the_points(table_info, table_records):
    for record in table_records:
        rows = document(table_info, [record])["annotations"]
        for row, label in zip(rows, record.annotations, strict=True):
            told = np.reshape(row.get("keypoints", []), (-1, 3))
            if not label.keypoints:
                assert not told.any()
                continue
            for (x, y, v), k in zip(told, label.keypoints, strict=True):
                assert v == k.v
                assert (math.floor(x + 0.5), math.floor(y + 0.5)) == (math.floor(k.x), math.floor(k.y))


def test_a_keypoint_outside_the_image_is_three_zeros(table_info, table_records):
    record = table_records[0]
    crate = next(a for a in record.annotations if a.keypoints)
    away = replace(crate.keypoints[0], v=0, x=-12.0)
    changed = replace(crate, keypoints=(away, *crate.keypoints[1:]))
    rows = tuple(changed if a is crate else a for a in record.annotations)
    row = next(a for a in document(table_info, [replace(record, annotations=rows)])["annotations"] if "keypoints" in a)
    assert row["keypoints"][:3] == [0, 0, 0]
    assert row["num_keypoints"] == 4


def test_a_class_with_several_kinds_of_objects_has_the_keypoints_of_all(table_info, table_records):
    first, second = table_records[:2]
    other = next(a for a in second.annotations if a.instance_key == "crate/1")
    named = replace(other, keypoints=(replace(first.annotations[1].keypoints[1], name="spout"),), skeleton=())
    second = replace(second, annotations=tuple(named if a is other else a for a in second.annotations))
    told = document(table_info, [first, second])
    (category,) = [c for c in told["categories"] if c["name"] == "crate"]
    assert category["keypoints"] == ["corner0", "corner1", "corner2", "corner3", "middle", "spout"]
    assert category["skeleton"] == [[1, 2]]
    for row in told["annotations"]:
        assert len(row.get("keypoints", [0] * 18)) == 18
    spout = next(r for r in told["annotations"] if r["image_id"] == 2 and r["instance_key"] == "crate/1")
    assert spout["keypoints"][:15] == [0] * 15
    assert spout["num_keypoints"] == 1


def test_categories_are_the_things_and_ids_are_the_samples_own(table_info, table_records):
    told = document(table_info, table_records)
    assert [(c["id"], c["name"], c["supercategory"]) for c in told["categories"]] == [
        (1, "ball", "toy"),
        (2, "crate", "box"),
    ]
    assert told["licenses"][0]["name"] == "CC0-1.0"
    assert "date_created" not in told["info"]
    assert document(replace(table_info, date="2024-05-06"), [])["info"]["year"] == 2024
    ids = [a["id"] for a in told["annotations"]]
    assert len(set(ids)) == len(ids) == 9
    alone = document(table_info, table_records[2:])
    assert alone["annotations"] == [a for a in told["annotations"] if a["image_id"] == 3]
    assert alone["images"] == told["images"][2:]


def test_occluders_point_at_annotations_where_there_are_some(table_info, table_records):
    rows = {a["instance_key"]: a for a in document(table_info, table_records[:1])["annotations"]}
    assert rows["crate/0"]["occluded_by"][0]["annotation_id"] == rows["ball/0"]["id"]
    assert rows["ball/0"]["occluded_by"] == [{"annotation_id": None, "instance_key": "post/0", "pixels": 11}]
    plain = document(table_info, table_records[:1], extras=False)["annotations"][0]
    assert sorted(plain) == ["area", "bbox", "category_id", "id", "image_id", "iscrowd", "segmentation"]


def test_what_does_not_fit_is_refused(table_info, table_records):
    record = table_records[0]
    blind = replace(record, frame=replace(record.frame, rgb=None))
    assert Coco(table_info).obstacles(record) == ()
    assert "picture" in Coco(table_info).obstacles(blind)[0]
    with pytest.raises(PluginError, match="does not fit"):
        annotation_id(0, 70_000)
    with pytest.raises(PluginError, match="no option exras"):
        Coco(table_info, {"exras": True})
