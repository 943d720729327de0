"""Labels written by hand in each format's own words are read at the right place, in the layouts that people use."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from myriorama.app.reading.drawing import picture_at, tile_of
from myriorama.app.reading.neutral import Faults, ForeignSet
from myriorama.app.reading.opening import formats_of, open_set
from myriorama.app.reading.reach import Reach
from myriorama.app.reading.shapes import code_of, code_of_mask, filled, mask_in
from myriorama.app.reading.yaml_words import NotYamlError, read_words
from myriorama.scenes.errors import InputError

Picture = Callable[..., bytes]
Make = Callable[..., Path]


def opened(target: Path, pictures: Path | None = None, wanted: str = "") -> tuple[ForeignSet, Faults, Reach]:
    return open_set(target, pictures, wanted, lambda done, total: None)


def write(home: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return home


def test_the_first_pixel_is_the_first_pixel_everywhere(tmp_path: Path, picture: Picture) -> None:
    """One object that is the picture's first pixel and the three right of it, in the words of each format."""
    image = {"id": 1, "file_name": "a.png", "width": 40, "height": 30}
    row = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 4, 1]}
    coco = {"images": [image], "categories": [{"id": 1, "name": "c"}], "annotations": [row]}
    box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>1</ymax></bndbox>"
    xml = f"<annotation><filename>a.png</filename><object><name>c</name>{box}</object></annotation>"
    sets: dict[str, dict[str, str | bytes]] = {
        "coco": {"a.png": picture(), "l.json": json.dumps(coco)},
        "yolo": {"images/a.png": picture(), "labels/a.txt": f"0 {2 / 40} {0.5 / 30} {4 / 40} {1 / 30}"},
        "voc": {"JPEGImages/a.png": picture(), "Annotations/a.xml": xml},
        "outline": {"images/a.png": picture(), "labels/a.txt": f"0 0 0 {4 / 40} 0 {4 / 40} {1 / 30} 0 {1 / 30}"},
    }
    for name, files in sets.items():
        made, faults, _ = opened(write(tmp_path / name, files))
        assert faults.total == 0, name
        (item,) = made.sample(0).objects
        assert item.box == pytest.approx((0.0, 0.0, 4.0, 1.0), abs=1e-9), name
        if item.polygons:
            mask = mask_in(item, 0, 0, 40, 30)
            assert mask is not None
            assert np.argwhere(mask).tolist() == [[0, 0], [0, 1], [0, 2], [0, 3]]


def test_keypoints_of_coco_are_at_pixel_centres_and_those_of_yolo_are_not(
    tmp_path: Path, picture: Picture, coco_set: Make
) -> None:
    """Both say the middle of the pixel in column 10, row 5."""
    category = {"id": 1, "name": "c", "keypoints": ["a", "b", "c"], "skeleton": [[1, 3]]}
    row = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 3, 10, 8], "keypoints": [10, 5, 2, 0, 0, 0, 3, 4, 1]}
    (item,) = opened(coco_set(categories=[category], annotations=[row]))[0].sample(0).objects
    assert item.keypoints == ((10.5, 5.5, 2), (0.0, 0.0, 0), (3.5, 4.5, 1))
    assert item.bones == ((0, 2),)
    line = f"0 0.5 0.5 0.2 0.2 {10.5 / 40} {5.5 / 30} 2 0 0 0"
    files: dict[str, str | bytes] = {
        "images/a.png": picture(),
        "labels/a.txt": line,
        "data.yaml": "train: images\nnames:\n  0: c\nkpt_shape: [2, 3]\n",
    }
    made, faults, _ = opened(write(tmp_path / "pose", files))
    assert (made.format, faults.total) == ("YOLO pose", 0)
    points = made.sample(0).objects[0].keypoints
    assert points[0] == pytest.approx((10.5, 5.5, 2))
    assert points[1] == (0.0, 0.0, 0)


@pytest.mark.parametrize(
    ("corners", "faults"),
    [
        # Turned by 45 degrees around (2, 10), (2, 10) and (-1, 10); upright; and no rectangle.
        ([(2, 4), (8, 10), (2, 16), (-4, 10)], 0),
        ([(-3, 11), (1, 15), (7, 9), (3, 5)], 0),
        ([(-1, 4), (5, 10), (-1, 16), (-7, 10)], 1),
        ([(-4, 4), (8, 4), (8, 16), (-4, 16)], 1),
        ([(2, 4), (8, 10), (2, 26), (-4, 10)], 1),
    ],
)
def test_an_oriented_box_at_the_border_may_reach_out(
    corners: list[tuple[int, int]], faults: int, tmp_path: Path, picture: Picture
) -> None:
    row = " ".join(f"{x / 40} {y / 30}" for x, y in corners)
    home = write(tmp_path, {"images/a.png": picture(), "labels/a.txt": f"0 {row}\n"})
    made, found, _ = opened(home)
    assert made.format == "YOLO oriented boxes"
    assert found.total == faults


def test_folders_of_an_export_with_parts(tmp_path: Path, picture: Picture) -> None:
    """One folder a part, a data.yaml that points one folder too high, and one COCO file in each."""
    files: dict[str, str | bytes] = {
        "data.yaml": "train: ../train/images\nval: ../valid/images\n\nnc: 2\nnames: ['a b', \"c\"]  # two\n"
    }
    for part in ("train", "valid"):
        files |= {f"{part}/images/{part}.jpg": picture(kind="JPEG"), f"{part}/labels/{part}.txt": "1 .5 .5 .5 .5\n"}
    made, faults, _ = opened(write(tmp_path / "yolo", files))
    assert faults.total == 0
    assert made.classes == ("a b", "c")
    assert dict(zip(made.names, made.parts, strict=True)) == {
        "train/images/train.jpg": "train",
        "valid/images/valid.jpg": "val",
    }
    coco: dict[str, str | bytes] = {}
    for part in ("train", "valid"):
        image = {"id": 0, "file_name": f"{part}.jpg", "width": 40, "height": 30}
        tree = {"images": [image], "categories": [{"id": 0, "name": "x"}], "annotations": []}
        coco |= {f"{part}/_annotations.coco.json": json.dumps(tree), f"{part}/{part}.jpg": picture(kind="JPEG")}
    made, faults, _ = opened(write(tmp_path / "coco", coco))
    assert faults.total == 0
    assert sorted(made.parts) == ["train", "valid"]
    assert sorted(made.paths) == ["train/train.jpg", "valid/valid.jpg"]


def test_the_layout_of_coco_itself(tmp_path: Path, picture: Picture) -> None:
    """annotations/ beside one folder a part; the file itself may be chosen, captions beside it do not matter."""
    tree = {
        "info": {"year": 2017},
        "images": [{"id": 9, "file_name": "000000000009.jpg", "width": 40, "height": 30}],
        "categories": [{"id": 18, "name": "dog", "supercategory": "animal"}],
        "annotations": [
            {"id": 1, "image_id": 9, "category_id": 18, "bbox": [0, 0, 9, 9], "iscrowd": 1,
             "segmentation": {"size": [30, 40], "counts": [0, 9, 1191]}},
            {"id": 2, "image_id": 9, "category_id": 18, "bbox": [1.5, 2.25, 10, 10], "iscrowd": 0,
             "segmentation": [[1.5, 2.25, 11.5, 2.25, 11.5, 12.25, 1.5, 12.25]]},
        ],
    }  # fmt: skip
    files: dict[str, str | bytes] = {
        "annotations/instances_val2017.json": json.dumps(tree),
        "annotations/captions_val2017.json": json.dumps({"images": [], "annotations": []}),
        "val2017/000000000009.jpg": picture(kind="JPEG"),
    }
    home = write(tmp_path / "coco", files)
    for target in (home, home / "annotations/instances_val2017.json"):
        made, faults, reach = opened(target)
        assert faults.total == 0
        assert (made.paths, made.parts) == (["val2017/000000000009.jpg"], ["val2017"])
        assert (made.objects, made.ignored) == (1, 1)
        crowd, dog = made.sample(0).objects
        assert crowd.ignore
        rows = tile_of(made, reach, 0, 40)[0]["items"]
        assert {(row["name"], row["ignore"]) for row in rows} == {("dog", True), ("dog", False)}
        assert crowd.area_px == 9
        assert dog.area_px == pytest.approx(100.0)


def test_pictures_elsewhere_are_found_where_they_are_said_to_be(tmp_path: Path, picture: Picture) -> None:
    image = {"id": 1, "file_name": "deep/a.png", "width": 40, "height": 30}
    tree = {"images": [image], "categories": [], "annotations": []}
    home = write(tmp_path / "labels only", {"l.json": json.dumps(tree)})
    elsewhere = write(tmp_path / "elsewhere", {"a.png": picture()})
    assert opened(home)[1].total == 1
    made, faults, reach = opened(home, elsewhere)
    assert faults.total == 0
    assert picture_at(made, reach, 0).shape == (30, 40, 3)


@pytest.mark.parametrize(("told", "shape"), [((20, 30), (30, 20)), ((30, 20), (20, 30)), ((0, 0), (30, 20))])
def test_a_picture_is_turned_as_its_labels_were_made(
    tmp_path: Path, picture: Picture, told: tuple[int, int], shape: tuple[int, int]
) -> None:
    """Stored 30 x 20 and marked as lying on its side: labels of 20 x 30 were made on it upright."""
    exif = Image.Exif()
    exif[274] = 6
    image = {"id": 1, "file_name": "a.jpg", "width": told[0], "height": told[1]} if told[0] else {
        "id": 1, "file_name": "a.jpg"}  # fmt: skip
    tree = {"images": [image], "categories": [], "annotations": []}
    home = write(tmp_path / "s", {"l.json": json.dumps(tree), "a.jpg": picture(30, 20, "JPEG", exif=exif)})
    made, faults, reach = opened(home)
    assert faults.total == 0
    assert picture_at(made, reach, 0).shape[:2] == shape
    assert made.sizes[0].tolist() == [shape[1], shape[0]]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF"])
def test_pictures_of_these_kinds_are_shown(tmp_path: Path, picture: Picture, kind: str) -> None:
    made, faults, reach = opened(write(tmp_path / "p", {f"a.{kind.lower()}": picture(kind=kind)}))
    assert (made.format, faults.total) == ("Pictures without labels", 0)
    pixels = picture_at(made, reach, 0)
    assert pixels.shape == (30, 40, 3)
    assert abs(int(pixels[29, 39, 0]) - 255) < 12


def test_a_table_of_classes(tmp_path: Path, picture: Picture) -> None:
    files: dict[str, str | bytes] = {"labels.csv": "image,species\na.png,Lantana\n,x\nnone.png,Lantana\n"}
    made, faults, _ = opened(write(tmp_path / "p", {**files, "images/a.png": picture()}))
    assert made.format == "Pictures with classes"
    assert dict(made.objects_per_class) == {"Lantana": 1}
    assert made.sample(0).objects[0].box == (0.0, 0.0, 40.0, 30.0)
    assert sorted(faults.kinds.values()) == [1, 1]
    with pytest.raises(InputError, match="names no pictures and classes"):
        opened(write(tmp_path / "q", {"labels.csv": "x,y\n1,2\n"}))


def test_what_is_there_decides_the_format(tmp_path: Path, picture: Picture, coco_set: Make) -> None:
    home = coco_set()
    assert formats_of(Reach(home)) == ["coco", "pictures"]
    write(home, {"labels/a.txt": "0 .5 .5 .1 .1"})
    assert formats_of(Reach(home)) == ["coco", "yolo", "pictures"]
    made, _, _ = opened(home)
    assert made.notes == ["there are labels in further formats too: yolo"]
    assert opened(home, wanted="yolo")[0].format == "YOLO detect"
    with pytest.raises(InputError, match="no such format"):
        opened(home, wanted="dragon")
    with pytest.raises(InputError, match="no format of labels"):
        opened(write(home, {"x.doc": "x"}) / "x.doc")
    with pytest.raises(InputError, match="no such file"):
        opened(tmp_path / "none")
    assert made.format == "COCO"
    assert picture() != b""


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('names: [a, \'b, c\', "d\\"e"]\nnc: 3', {"names": ["a", "b, c", 'd\\"e'.replace("\\", "")], "nc": "3"}),
        ("names:\n- a\n- b # c\n", {"names": ["a", "b"]}),
        ("names:\n  0: person\n  1: 'x: y'\n", {"names": {"0": "person", "1": "x: y"}}),
        ("names: {0: a, 1: b}", {"names": {"0": "a", "1": "b"}}),
        ("# c\n---\npath: ../x\nnames: [a,\n  b]\n", {"path": "../x", "names": ["a", "b"]}),
        ('names:\n  0: "\\U0001F600 \\u00e9"\n', {"names": {"0": "\U0001f600 \xe9"}}),
        ("train: a#b\ndownload: |\n  import os\n  x = {1}\nnames: [z]", {"train": "a#b", "names": ["z"]}),
    ],
)
def test_what_is_understood_of_yaml(text: str, tree: dict[str, Any]) -> None:
    found = read_words(text)
    assert {name: found[name] for name in tree} == tree


@pytest.mark.parametrize("text", ["names: [a, b", "just words", "names: {a, b}", "- a\n- b", "x: [1] 2"])
def test_what_is_not_understood_of_yaml_is_said(text: str) -> None:
    with pytest.raises(NotYamlError):
        read_words(text)


def test_run_lengths_both_ways() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        mask = rng.random((13, 17)) < rng.random()
        code = code_of_mask(mask)
        again = code_of({"size": [13, 17], "counts": code.counts.tolist()}, 17, 13)
        assert again is not None
        assert np.array_equal(code.counts, again.counts)
        assert code.area_px == mask.sum()


def test_filling_goes_by_pixel_centres_also_in_a_window() -> None:
    ring = np.array([[2.4, 1.6], [9.6, 1.6], [9.6, 7.4], [2.4, 7.4]])
    whole = filled([ring], 0, 0, 16, 12)
    part = filled([ring], 3, 2, 5, 4)
    assert whole is not None
    assert part is not None
    y, x = np.nonzero(whole)
    assert (x.min(), x.max(), y.min(), y.max()) == (2, 9, 2, 6)
    assert np.array_equal(part, whole[2:6, 3:8])
    far = filled([np.array([[-1e12, -1e12], [1e12, -1e12], [1e12, 1e12], [-1e12, 1e12]])], 0, 0, 16, 12)
    assert far is not None
    assert far.all()


def test_a_smaller_tile_has_its_labels_in_its_own_pixels(coco_set: Make) -> None:
    mask = np.zeros((30, 40), dtype=bool)
    mask[6:20, 10:30] = True
    counts = code_of_mask(mask).counts.tolist()
    shapes = ({"size": [30, 40], "counts": counts}, [[10, 6, 30, 6, 30, 20, 10, 20]])
    rows = [{"id": k, "image_id": 1, "category_id": 1, "bbox": [10, 6, 20, 14], "segmentation": s}
            for k, s in enumerate(shapes)]  # fmt: skip
    made, _, reach = opened(coco_set(annotations=rows))
    head, pixels, bits = tile_of(made, reach, 0, 20)
    assert (head["width"], head["height"], len(pixels)) == (20, 15, 900)
    assert [item["box"] for item in head["items"]] == [[5, 3, 10, 7]] * 2
    assert all(item["mask"] for item in head["items"])
    size = (10 * 7 + 7) // 8
    assert np.unpackbits(np.frombuffer(bits[:size], dtype=np.uint8), count=70).all()
    assert np.unpackbits(np.frombuffer(bits[size:], dtype=np.uint8), count=70).all()
