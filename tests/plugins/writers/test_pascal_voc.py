"""Pascal VOC read by supervision, and by a second reader that knows only the development kit's description."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import supervision
from PIL import Image

from myriorama.plugins.selection import ALL, ClassUse, Filter, Selection, View
from myriorama.plugins.writers._painting import indexed_png, painted, voc_palette
from myriorama.plugins.writers.pascal_voc import PascalVoc
from myriorama.scenes.errors import InputError, PluginError
from myriorama.scenes.labels.rle import decode, encode_mask
from myriorama.scenes.labels.stored import json_text, record_to_json


@pytest.fixture
def dataset(make_dataset):
    return make_dataset({"pascal_voc": {}})


def seen(info, records, selection=ALL):
    view = View(info, selection)
    return [view.apply(json.loads(json_text(record_to_json(r, {})))) for r in records], view.info


def written(info, stored, folder, **values):
    """Label files and lists of viewed records, in a folder."""
    writer = PascalVoc(info, values)
    files = [
        (f.path, f.content if hasattr(f, "content") else f.text.encode()) for r in stored for f in writer.label_files(r)
    ]
    files += [(f.path, b"".join(f.chunks)) for f in writer.whole_files(stored)]
    for path, content in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def objects(path):
    """Objects of an annotation, as the development kit describes them: pixel numbers from 1, ends included."""
    root = ElementTree.parse(path).getroot()
    assert root.tag == "annotation"
    out = []
    for node in root.iter("object"):
        box = node.find("bndbox")
        found = {n: int(box.findtext(n)) for n in ("xmin", "ymin", "xmax", "ymax")}
        width, height = int(root.findtext("size/width")), int(root.findtext("size/height"))
        assert 1 <= found["xmin"] <= found["xmax"] <= width
        assert 1 <= found["ymin"] <= found["ymax"] <= height
        marks = {n: node.findtext(n) for n in ("name", "pose", "truncated", "occluded", "difficult")}
        out.append({**found, **marks})
    return out


def test_supervision_reads_every_box_and_class(dataset, table_records):
    read = supervision.DetectionDataset.from_pascal_voc(str(dataset / "JPEGImages"), str(dataset / "Annotations"))
    assert len(read) == 3
    for (path, image, found), record in zip(read, table_records, strict=True):
        assert Path(path).stem == f"{record.index:08d}"
        assert np.array_equal(image[..., ::-1], record.rgb)
        boxes = np.array([(a.box.x, a.box.y, a.box.x + a.box.w, a.box.y + a.box.h) for a in record.annotations])
        assert np.array_equal(found.xyxy, boxes)
        assert [read.classes[c] for c in found.class_id] == [a.class_name for a in record.annotations]


def test_boxes_are_pixel_numbers_from_one(dataset, table_records):
    """The first and last pixel of the mask, counted from 1: half a pixel aside there would be another number."""
    for record in table_records:
        rows = objects(dataset / f"Annotations/{record.index:08d}.xml")
        for row, a in zip(rows, record.annotations, strict=True):
            y, x = np.nonzero(a.full_mask(72, 96))
            assert (row["xmin"], row["xmax"]) == (x.min() + 1, x.max() + 1)
            assert (row["ymin"], row["ymax"]) == (y.min() + 1, y.max() + 1)
            assert row["name"] == a.class_name
            assert row["truncated"] == str(int(a.in_frame < 1))
            assert row["occluded"] == str(int(a.unoccluded < 0.95))
            assert (row["difficult"], row["pose"]) == ("0", "Unspecified")
    marks = {(r["truncated"], r["occluded"]) for p in (dataset / "Annotations").iterdir() for r in objects(p)}
    assert {m[0] for m in marks} == {"0", "1"}
    assert {m[1] for m in marks} == {"0", "1"}


def test_palette_images_tell_class_and_object_of_each_pixel(dataset, table_records):
    for record in table_records:
        by_class = Image.open(dataset / f"SegmentationClass/{record.index:08d}.png")
        by_object = Image.open(dataset / f"SegmentationObject/{record.index:08d}.png")
        assert by_class.mode == by_object.mode == "P"
        assert by_class.getpalette()[:12] == [0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0]
        assert by_class.getpalette()[255 * 3 :] == [224, 224, 192]
        for number, a in enumerate(record.annotations, start=1):
            mask = a.full_mask(72, 96)
            assert np.array_equal(np.asarray(by_object) == number, mask)
            assert (np.asarray(by_class)[mask] == {"ball": 1, "crate": 2}[a.class_name]).all()
        assert np.array_equal(np.asarray(by_class) > 0, np.asarray(by_object) > 0)
    assert (dataset / "labelmap.txt").read_text().splitlines() == [
        "# label:color_rgb:parts:actions",
        "background:0,0,0::",
        "ball:128,0,0::",
        "crate:0,128,0::",
    ]


def test_the_palette_is_that_of_the_development_kit():
    palette = voc_palette()
    for number in range(256):  # VOCcolormap.m, bit by bit
        red = green = blue = 0
        rest = number
        for bit in range(8):
            red |= (rest & 1) << (7 - bit)
            green |= (rest >> 1 & 1) << (7 - bit)
            blue |= (rest >> 2 & 1) << (7 - bit)
            rest >>= 3
        assert palette[number].tolist() == [red, green, blue]
    assert len(np.unique(palette, axis=0)) == 256


def test_regions_to_ignore_are_difficult_and_void(table_info, table_records, tmp_path):
    wanted = Selection({"crate": ClassUse("box")}, filter=Filter(min_area_px=200, use="ignore"))
    stored, info = seen(table_info, table_records, wanted)
    folder = written(info, stored, tmp_path)
    difficult = 0
    for record in stored:
        stem = f"{record['index']:08d}"
        rows = objects(folder / f"Annotations/{stem}.xml")
        told = [(a["class_name"], "0") for a in record["annotations"]] + [
            (a["class_name"], "1") for a in record["ignored"]
        ]
        assert [(r["name"], r["difficult"]) for r in rows] == told
        assert {name for name, _ in told} <= {"ball", "box"}
        for picture in ("SegmentationClass", "SegmentationObject"):
            numbers = np.asarray(Image.open(folder / f"{picture}/{stem}.png"))
            void = np.zeros_like(numbers, dtype=bool)
            for a in record["ignored"]:
                void |= decode(a["rle"].encode(), 72, 96)
            assert np.array_equal(numbers == 255, void)
        difficult += len(record["ignored"])
    assert difficult > 0


def test_a_class_that_is_not_shown_is_void_without_a_box(table_info, table_records, tmp_path):
    stored, info = seen(table_info, table_records, Selection({"crate": ClassUse(use="ignore")}))
    folder = written(info, stored, tmp_path)
    for record in stored:
        assert {r["name"] for r in objects(folder / f"Annotations/{record['index']:08d}.xml")} == {"ball"}
        numbers = np.asarray(Image.open(folder / f"SegmentationClass/{record['index']:08d}.png"))
        assert set(np.unique(numbers)) == {0, 1, 255}


def test_lists_name_the_parts(table_info, table_records, tmp_path):
    stored, info = seen(table_info, table_records)
    for record, part in zip(stored, ("val", "train", "test"), strict=True):
        record["part"] = part
    folder = written(info, stored, tmp_path)
    for kind in ("Main", "Segmentation"):
        told = {p.stem: p.read_text().split() for p in (folder / "ImageSets" / kind).iterdir()}
        assert told == {
            "train": ["00000001"],
            "val": ["00000000"],
            "trainval": ["00000001", "00000000"],
            "test": ["00000002"],
        }
    boxes_only = written(info, stored, tmp_path / "boxes", segmentation=False)
    assert sorted(p.name for p in boxes_only.iterdir()) == ["Annotations", "ImageSets", "labelmap.txt"]
    assert [p.name for p in (boxes_only / "ImageSets").iterdir()] == ["Main"]


def test_nothing_is_guessed_where_fractions_are_missing(table_info, table_records, tmp_path):
    stored, info = seen(table_info, table_records[:1])
    for a in stored[0]["annotations"]:
        a["in_frame"] = a["unoccluded"] = a["visible"] = None
    written(replace(info, name="a < b & c"), stored, tmp_path)
    rows = objects(tmp_path / "Annotations/00000000.xml")
    assert {(r["truncated"], r["occluded"]) for r in rows} == {(None, None)}
    root = ElementTree.parse(tmp_path / "Annotations/00000000.xml").getroot()
    assert root.findtext("source/database") == "a < b & c"


def test_what_a_palette_cannot_hold_is_refused_with_the_way_out(table_info, table_records):
    record = table_records[0]
    many = replace(record, annotations=record.annotations * 90)
    assert PascalVoc(table_info).obstacles(record) == ()
    assert "segmentation: false" in PascalVoc(table_info).obstacles(many)[0]
    assert PascalVoc(table_info, {"segmentation": False}).obstacles(many) == ()
    blind = replace(record, frame=replace(record.frame, rgb=None))
    assert "picture" in PascalVoc(table_info).obstacles(blind)[0]
    stored, info = seen(table_info, [record])
    stored[0]["annotations"] *= 90
    with pytest.raises(InputError, match="segmentation: false"):
        list(PascalVoc(info).label_files(stored[0]))


@pytest.mark.parametrize("name", ["a:b", "line\nbreak", "bell\x07"])
def test_a_name_that_the_format_cannot_tell_is_refused_with_the_way_out(table_info, name):
    with pytest.raises(InputError, match="by the class map") as told:
        PascalVoc(View(table_info, Selection({"ball": ClassUse(name)})).info)
    assert repr(name) in str(told.value)
    PascalVoc(View(table_info, Selection({"ball": ClassUse("R&D <1> ü")})).info)


def test_painting_refuses_masks_that_lie_over_each_other():
    left, right = np.zeros((9, 8), dtype=bool), np.zeros((9, 8), dtype=bool)
    left[2:5, 1:4], right[4:8, 4:8] = True, True
    codes = [encode_mask(left).decode(), encode_mask(right).decode()]
    assert np.array_equal(painted(zip(codes, (7, 2**24 - 1), strict=True), 9, 8), left * 7 + right * (2**24 - 1))
    assert not painted([], 9, 8).any()
    right[4, 3] = True
    with pytest.raises(PluginError, match="share pixels"):
        painted([(codes[0], 1), (encode_mask(right).decode(), 2)], 9, 8)
    with pytest.raises(ValueError, match="add up to 72"):
        painted([(codes[0], 1)], 9, 9)


def test_a_palette_picture_is_exact(tmp_path):
    numbers = np.random.default_rng(0).integers(0, 256, (31, 17)).astype(np.uint8)
    (tmp_path / "x.png").write_bytes(indexed_png(numbers, voc_palette()))
    picture = Image.open(tmp_path / "x.png")
    assert np.array_equal(np.asarray(picture), numbers)
    assert np.array_equal(np.asarray(picture.convert("RGB")), voc_palette()[numbers])
