"""CVAT's XML, read by a second reader made from its public description, and by datumaro where that is installed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from defusedxml import ElementTree

from myriorama.app.conversion.exporting import ExportWanted, export_dataset
from myriorama.app.dataset.verify import verify
from myriorama.plugins.api import PluginError
from myriorama.plugins.selection import ALL, ClassUse, Selection, View, ViewedRecords
from myriorama.plugins.splitting import Split
from myriorama.plugins.writers._crops import cropped, runs_by_rows
from myriorama.plugins.writers.cvat import Cvat
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.labels.rle import encode_mask
from myriorama.scenes.labels.stored import record_to_json

Make = Callable[..., Path]
HEIGHT, WIDTH = 72, 96


def told(records: list[Any]) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(record_to_json(r, {}))) for r in records]


def written(info: Any, records: list[dict[str, Any]], selection: Selection = ALL, **values: Any) -> tuple[Any, Any]:
    """The tree of the XML and the labels of a set."""
    view = View(info, selection)
    files = Cvat(view.info, values).whole_files(ViewedRecords(records, view))  # type: ignore[arg-type]
    made = {file.path: b"".join(file.chunks) for file in files}
    return ElementTree.fromstring(made["annotations.xml"]), json.loads(made["cvat_labels.json"])


def mask_of(element: Any) -> np.ndarray:
    """A mask as CVAT's documentation tells it: runs along the rows of the box, zeros first."""
    left, top, width, height = (int(element.get(k)) for k in ("left", "top", "width", "height"))
    runs = [int(word) for word in element.get("rle").split(",")]
    flat = np.concatenate([np.full(run, k % 2 == 1) for k, run in enumerate(runs)])
    whole = np.zeros((HEIGHT, WIDTH), dtype=bool)
    whole[top : top + height, left : left + width] = flat.reshape(height, width)
    return whole


def test_masks_attributes_and_groups(table_info: Any, table_records: list[Any]) -> None:
    root, labels = written(table_info, told(table_records))
    assert root.findtext("version") == "1.1"
    assert root.findtext("meta/task/size") == "3"
    assert [row["name"] for row in labels] == [
        e.findtext("name") for e in root.iter("label") if e.find("parent") is None
    ]
    for image, record in zip(root.iter("image"), table_records, strict=True):
        assert image.get("name") == f"{record.index:08d}.png"
        assert (image.get("width"), image.get("height")) == ("96", "72")
        for element, a in zip(image.findall("mask"), record.annotations, strict=True):
            assert element.get("label") == a.class_name
            assert int(element.get("group_id")) == a.instance + 1
            assert element.get("occluded") == str(int(a.unoccluded < 1))
            assert np.array_equal(mask_of(element), a.full_mask(HEIGHT, WIDTH))
            found = {e.get("name"): e.text or "" for e in element.findall("attribute")}
            assert float(found.pop("visible")) == a.visible
            assert found.pop("instance_key") == a.instance_key
            assert {k: json.loads(v) if not isinstance(a.attributes[k], str) else v for k, v in found.items()} == dict(
                a.attributes
            )
            declared = next(row for row in labels if row["name"] == a.class_name)["attributes"]
            assert {"visible", "instance_key", *found} <= {row["name"] for row in declared}


def test_boxes_end_where_their_last_pixel_ends(table_info: Any, table_records: list[Any]) -> None:
    root, _ = written(table_info, told(table_records), shapes="box")
    for image, record in zip(root.iter("image"), table_records, strict=True):
        for element, a in zip(image.findall("box"), record.annotations, strict=True):
            mask = a.full_mask(HEIGHT, WIDTH)
            columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
            box = [float(element.get(k)) for k in ("xtl", "ytl", "xbr", "ybr")]
            assert box == [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


def test_polygons_fill_the_masks_at_pixel_centres(table_info: Any, table_records: list[Any]) -> None:
    from matplotlib.path import Path as Outline

    centres = np.stack(np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5), axis=2).reshape(-1, 2)
    root, _ = written(table_info, told(table_records), shapes="polygon")
    for image, record in zip(root.iter("image"), table_records, strict=True):
        filled: dict[int, np.ndarray] = {}
        for element in image.findall("polygon"):
            ring = [tuple(map(float, pair.split(","))) for pair in element.get("points").split(";")]
            inside = Outline([*ring, ring[0]]).contains_points(centres).reshape(HEIGHT, WIDTH)
            group = int(element.get("group_id"))
            filled[group] = filled.get(group, False) | inside
        for a in record.annotations:
            mask, found = a.full_mask(HEIGHT, WIDTH), filled[a.instance + 1]
            assert (mask & found).sum() / (mask | found).sum() > 0.97


def test_skeletons(table_info: Any, table_records: list[Any]) -> None:
    root, labels = written(table_info, told(table_records))
    seen = set()
    for image, record in zip(root.iter("image"), table_records, strict=True):
        by_group = {int(e.get("group_id")): e for e in image.findall("skeleton")}
        assert set(by_group) == {a.instance + 1 for a in record.annotations if a.keypoints}
        for a in record.annotations:
            if not a.keypoints:
                continue
            element = by_group[a.instance + 1]
            declared = next(row for row in labels if row["name"] == element.get("label"))
            points = element.findall("points")
            assert [p.get("label") for p in points] == [row["name"] for row in declared["sublabels"]]
            by_name = {k.name: k for k in a.keypoints}
            for point in points:
                k = by_name.get(point.get("label"))
                v = 0 if k is None else k.v
                seen.add(v)
                assert (point.get("outside"), point.get("occluded")) == (str(int(v == 0)), str(int(v == 1)))
                if k is not None and v:
                    # continuous coordinates: the centre of the first pixel is 0.5
                    assert tuple(map(float, point.get("points").split(","))) == (k.x, k.y)
    assert {1, 2} <= seen
    pictures = [ElementTree.fromstring(f"<svg>{row['svg']}</svg>") for row in labels if row["type"] == "skeleton"]
    assert pictures
    for picture, row in zip(pictures, (r for r in labels if r["type"] == "skeleton"), strict=True):
        assert [c.get("data-label-name") for c in picture.iter("circle")] == [s["name"] for s in row["sublabels"]]


def test_regions_to_ignore_have_a_label_of_their_own(table_info: Any, table_records: list[Any]) -> None:
    chosen = Selection({"crate": ClassUse(use="ignore"), "ball": ClassUse("ignored")})
    root, labels = written(table_info, told(table_records), chosen)
    assert [row["name"] for row in labels if row["type"] == "any"] == ["ignored", "ignored region"]
    masks = [e for e in root.iter("mask") if e.get("label") == "ignored region"]
    crates = [a for r in table_records for a in r.annotations if a.class_name == "crate"]
    assert len(masks) == len(crates) > 0
    for element, a in zip(masks, crates, strict=True):
        assert np.array_equal(mask_of(element), a.full_mask(HEIGHT, WIDTH))
        assert element.findall("attribute") == []


def test_parts_are_subsets(table_info: Any, table_records: list[Any]) -> None:
    root, _ = written(table_info, told(table_records))
    assert {image.get("subset") for image in root.iter("image")} == {None}
    split = Selection(split=Split((0.4, 0.3, 0.3), salt="5"))
    root, _ = written(table_info, told(table_records), split)
    view = View(table_info, split)
    assert [i.get("subset") for i in root.iter("image")] == [view.apply(r)["part"] for r in told(table_records)]
    assert len({i.get("subset") for i in root.iter("image")}) == 3


def test_names_are_names_whatever_they_hold(table_info: Any, table_records: list[Any]) -> None:
    names = ['<a href="x">&amp;', "日本 🎲", "two\nlines\tand\rmore"]
    classes = tuple(SceneClass(k + 1, name, "", "#e69f00") for k, name in enumerate(names))
    root, labels = written(replace(table_info, classes=classes), [])
    assert [e.findtext("name") for e in root.iter("label")] == names
    assert [row["name"] for row in labels] == names
    odd = replace(table_info, classes=(SceneClass(1, "bell \x07", "", "#e69f00"),))
    assert "control characters" in Cvat(odd).obstacles(table_records[0])[0]
    with pytest.raises(PluginError, match="control characters"):
        written(odd, [])


def test_runs_begin_with_zeros() -> None:
    mask = np.array([[1, 1, 0], [0, 0, 1]], dtype=bool)
    assert runs_by_rows(mask).tolist() == [0, 2, 3, 1]
    assert runs_by_rows(~mask).tolist() == [2, 3, 1]
    full = np.zeros((9, 7), dtype=bool)
    full[2:4, 3:6] = mask
    a = {"box": [3, 2, 3, 2], "area_px": 3, "rle": encode_mask(full).decode(), "instance": 0}
    assert np.array_equal(cropped(a, 9, 7), mask)
    with pytest.raises(ValueError, match="leaves its box"):
        cropped({**a, "box": [3, 2, 3, 1]}, 9, 7)
    with pytest.raises(ValueError, match="not its area"):
        cropped({**a, "area_px": 4}, 9, 7)


def test_an_export_has_the_bytes_of_a_render_and_is_verified(make_dataset: Make, tmp_path: Path) -> None:
    rendered = make_dataset({"cvat": {}, "raw": {}})
    assert verify(rendered).findings == ()
    export_dataset(ExportWanted(make_dataset(name="other"), tmp_path / "out", "cvat"))
    for name in ("annotations.xml", "cvat_labels.json", "images/00000002.png"):
        assert (tmp_path / "out" / name).read_bytes() == (rendered / name).read_bytes()


ORACLE = os.environ.get("MYRIORAMA_LABEL_ORACLES", "")


@pytest.mark.long
@pytest.mark.skipif(not ORACLE, reason="MYRIORAMA_LABEL_ORACLES names no interpreter that has datumaro")
@pytest.mark.parametrize("shapes", ["mask", "polygon", "box"])
def test_datumaro_reads_every_shape(make_dataset: Make, table_records: list[Any], shapes: str) -> None:
    folder = make_dataset({"cvat": {"shapes": shapes}})
    reader = Path(__file__).parents[2] / "oracles" / "read_cvat.py"
    command = [ORACLE, str(reader), str(folder / "annotations.xml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["complaints"] == []
    for sample, record in zip(found["samples"], table_records, strict=True):
        assert sample["id"] == f"{record.index:08d}"
        own = [
            s for s in sample["shapes"] if s["kind"] == {"mask": "mask", "polygon": "polygon", "box": "bbox"}[shapes]
        ]
        if shapes != "polygon":
            assert [s["label"] for s in own] == [a.class_name for a in record.annotations]
        for shape, a in zip(own, record.annotations, strict=shapes != "polygon"):
            if shapes == "mask":
                flat = np.concatenate([np.full(n, (k % 2 == 0) == shape["first"]) for k, n in enumerate(shape["runs"])])
                assert np.array_equal(flat.reshape(WIDTH, HEIGHT).T, a.full_mask(HEIGHT, WIDTH))
            elif shapes == "box":
                assert shape["points"] == [a.box.x, a.box.y, a.box.x + a.box.w, a.box.y + a.box.h]
            if shapes != "polygon":
                assert shape["group"] == a.instance + 1
                assert shape["attributes"]["instance_key"] == a.instance_key
