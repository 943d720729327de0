"""COCO panoptic read by a second reader that knows only the format's public description, its checks and its score."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from myriorama.plugins.selection import ALL, ClassUse, Filter, Selection, View
from myriorama.plugins.writers.coco_panoptic import CocoPanoptic, shown_segments
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.errors import InputError
from myriorama.scenes.labels.rle import decode, encode_mask
from myriorama.scenes.labels.stored import json_text, record_to_json


class Panoptic:
    """A reader that knows the format's description and nothing of our code."""

    def __init__(self, told, png_of):
        self.categories = {c["id"]: c for c in told["categories"]}
        assert len(self.categories) == len(told["categories"])
        self.images = {i["id"]: i for i in told["images"]}
        self.annotations = {a["image_id"]: a for a in told["annotations"]}
        assert set(self.images) == set(self.annotations)
        assert len(told["annotations"]) == len(self.annotations)
        self.ids = {}
        for key, annotation in self.annotations.items():
            assert annotation["file_name"].rpartition(".")[0] == self.images[key]["file_name"].rpartition(".")[0]
            colour = png_of(annotation["file_name"]).astype(np.uint32)
            assert colour.shape == (self.images[key]["height"], self.images[key]["width"], 3)
            self.ids[key] = colour[..., 0] + 256 * colour[..., 1] + 256**2 * colour[..., 2]
            self._check(annotation, self.ids[key])

    def _check(self, annotation, ids):
        rows = {s["id"]: s for s in annotation["segments_info"]}
        assert len(rows) == len(annotation["segments_info"]), "two segments of one id"
        assert set(np.unique(ids).tolist()) - {0} == set(rows), "ids of the picture and of the list differ"
        stuff = [s["category_id"] for s in rows.values() if not self.categories[s["category_id"]]["isthing"]]
        assert len(stuff) == len(set(stuff)), "stuff is one segment for each class"
        for number, row in rows.items():
            y, x = np.nonzero(ids == number)
            assert row["area"] == len(x)
            assert row["bbox"] == [x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1]
            assert row["category_id"] in self.categories
            assert row["iscrowd"] in (0, 1)
            assert 0 < number < 2**24

    def quality(self, other):
        """PQ by Kirillov et al. (2019), mean over the categories that occur; void is left out of unions."""
        matched, iou_sum, false = defaultdict(int), defaultdict(float), defaultdict(int)
        for key, truth in self.annotations.items():
            found = other.annotations[key]
            ids, other_ids = self.ids[key], other.ids[key]
            taken = set()
            for t in truth["segments_info"]:
                hit = False
                for f in found["segments_info"]:
                    both = int(((ids == t["id"]) & (other_ids == f["id"])).sum())
                    void = int(((ids == 0) & (other_ids == f["id"])).sum())
                    union = t["area"] + f["area"] - both - void
                    if t["category_id"] == f["category_id"] and both / union > 0.5:
                        matched[t["category_id"]] += 1
                        iou_sum[t["category_id"]] += both / union
                        taken.add(f["id"])
                        hit = True
                if not hit:
                    false[t["category_id"]] += 1
            for f in found["segments_info"]:
                void = int(((ids == 0) & (other_ids == f["id"])).sum())
                if f["id"] not in taken and void / f["area"] <= 0.5:
                    false[f["category_id"]] += 1
        return np.mean([iou_sum[c] / (matched[c] + 0.5 * false[c]) for c in set(matched) | set(false)])


def seen(info, records, selection=ALL):
    view = View(info, selection)
    return [view.apply(json.loads(json_text(record_to_json(r, {})))) for r in records], view.info


def read(info, stored):
    writer = CocoPanoptic(info)
    (whole,) = writer.whole_files(stored)
    pictures = {f.path: f.pixels for r in stored for f in writer.label_files(r)}
    return Panoptic(json.loads(b"".join(whole.chunks)), lambda name: pictures[f"panoptic/{name}"])


def test_a_dataset_passes_the_checks_and_is_its_instance_image(make_dataset, table_records):
    folder = make_dataset({"coco_panoptic": {}})
    told = json.loads((folder / "annotations/panoptic.json").read_text())
    reader = Panoptic(told, lambda name: np.asarray(Image.open(folder / "panoptic" / name)))
    assert [(c["name"], c["isthing"]) for c in told["categories"]] == [("ball", 1), ("crate", 1), ("ground", 0)]
    assert told["categories"][0]["color"] == [0xE6, 0x9F, 0x00]
    assert reader.quality(reader) == 1.0
    for record in table_records:
        instance = record.scene.instance_of_surface[record.frame.surface_id]
        labelled = np.array([False] + [i.kind != "unlabelled" for i in record.scene.instances])
        assert np.array_equal(reader.ids[record.index + 1], np.where(labelled[instance], instance, 0))
        picture = np.asarray(Image.open(folder / "images" / reader.images[record.index + 1]["file_name"]))
        assert np.array_equal(picture, record.rgb)
        by_id = {s["id"]: s["category_id"] for s in reader.annotations[record.index + 1]["segments_info"]}
        for annotation in record.annotations:
            assert by_id[annotation.instance + 1] == annotation.class_id


def test_another_segmentation_scores_less(table_info, table_records):
    stored, info = seen(table_info, table_records)
    truth = read(info, stored)
    for record in stored:
        for segment in record["image"]["segments"]:
            if segment["class_id"] == 9:  # the ground, without its first columns
                mask = decode(segment["rle"].encode(), 72, 96)
                mask[:, : np.nonzero(mask.any(axis=0))[0][0] + 9] = False
                y, x = np.nonzero(mask)
                segment["rle"], segment["area_px"] = encode_mask(mask).decode(), int(mask.sum())
                segment["box"] = [int(v) for v in (x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1)]
    assert 0.5 < truth.quality(read(info, stored)) < 1.0


def test_what_is_ignored_is_void_and_what_is_void_is_not_punished(table_info, table_records):
    everything, info = seen(table_info, table_records)
    few = Selection({"crate": ClassUse(use="ignore")}, filter=Filter(min_area_px=200, use="ignore"))
    stored, few_info = seen(table_info, table_records, few)
    truth = read(few_info, stored)
    for record in stored:
        ids = truth.ids[record["index"] + 1]
        assert record["ignored"]
        for a in record["ignored"]:
            assert not ids[decode(a["rle"].encode(), 72, 96)].any()
    assert truth.quality(read(info, everything)) == 1.0


def test_classes_of_stuff_that_are_shown_as_one_are_one_segment(table_info, table_records):
    stored, info = seen(table_info, table_records[:1])
    (ground,) = [s for s in stored[0]["image"]["segments"] if not s["is_thing"]]
    mask = decode(ground["rle"].encode(), 72, 96)
    pieces = []
    for number, side in ((ground["id"], np.arange(72) < 45), (60000, np.arange(72) >= 45)):
        piece = mask & side[:, None]
        y, x = np.nonzero(piece)
        box = [int(v) for v in (x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1)]
        code = encode_mask(piece).decode()
        pieces.append({**ground, "id": number, "rle": code, "area_px": int(piece.sum()), "box": box})
    others = [s for s in stored[0]["image"]["segments"] if s["is_thing"]]
    stored[0]["image"]["segments"] = [*others, *pieces]
    reader = read(info, stored)
    assert np.array_equal(reader.ids[1] == ground["id"], mask)
    assert len(shown_segments(stored[0])) == len(others) + 1
    # Of two classes they are two segments, and the numbers above 16 bits go into the third channel.
    stored[0]["image"]["segments"][-1] = {**pieces[1], "class_id": 10, "id": 70000}
    more = SceneClass(10, "path", "", "#000000", "stuff")
    reader = read(replace(info, classes=(*info.classes, more)), stored)
    assert (reader.ids[1] == 70000).sum() == pieces[1]["area_px"]


def test_a_box_is_the_extent_of_its_pixels(table_info, table_records):
    """Half a pixel aside, no box would be the extent of the pixels that carry its id."""
    stored, info = seen(table_info, table_records[:1])
    segment = stored[0]["image"]["segments"][-1]
    segment["box"] = [segment["box"][0] + 0.5, *segment["box"][1:]]
    with pytest.raises(AssertionError):
        read(info, stored)


def test_records_without_segments_are_refused_with_the_way_out(table_info, table_records):
    stored, info = seen(table_info, table_records[:1])
    del stored[0]["image"]["segments"]
    with pytest.raises(InputError, match="annotator `segments`"):
        list(CocoPanoptic(info).label_files(stored[0]))
    assert CocoPanoptic(info).obstacles(table_records[0]) == ()
    (told,) = CocoPanoptic(info).obstacles(replace(table_records[0], extra={}))
    assert "annotator `segments`" in told


def test_parts_have_lists_of_their_own(table_info, table_records):
    stored, info = seen(table_info, table_records)
    for record, part in zip(stored, ("test", "train", "test"), strict=True):
        record["part"] = part
    told = {f.path: json.loads(b"".join(f.chunks)) for f in CocoPanoptic(info).whole_files(stored)}
    assert {path: [i["id"] for i in d["images"]] for path, d in told.items()} == {
        "annotations/panoptic_train.json": [2],
        "annotations/panoptic_test.json": [1, 3],
    }
