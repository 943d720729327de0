"""Image folders and Parquet files as Hugging Face's `datasets` loads them, offline."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_masks

from myriorama.app.conversion.exporting import ExportWanted, export_dataset
from myriorama.app.dataset.verify import verify
from myriorama.plugins.api import PluginError
from myriorama.plugins.selection import ClassUse, Selection, View
from myriorama.plugins.splitting import Split
from myriorama.plugins.writers import _parquet
from myriorama.plugins.writers._hugging_face_rows import features
from myriorama.plugins.writers.hugging_face import HuggingFace

Make = Callable[..., Path]
Load = Callable[..., Any]

# pycocotools hands numpy an array of its own that knows no `copy`: its affair, not our codes'.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ impl:DeprecationWarning")

PARTS = Selection(split=Split((0.4, 0.3, 0.3), salt="5"))


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load with `datasets`: nothing from the network, its cache in a folder of this test."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    import datasets

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()

    def call(*args: Any, **more: Any) -> Any:
        return datasets.load_dataset(*args, cache_dir=str(tmp_path / "cache"), **more)

    return call


def compare(rows: Any, records: list[Any], folder: Path) -> None:
    """Every label of every row is that of the stored record."""
    for row, record in zip(rows, records, strict=True):
        stored = json.loads((folder / f"records/{record.index:08d}.json").read_bytes())
        assert np.array_equal(np.asarray(row["image"]), record.rgb)
        assert (row["image_id"], row["key"]) == (record.index, record.key)
        assert (row["width"], row["height"]) == row["image"].size
        objects, labels = row["objects"], stored["annotations"]
        assert objects["id"] == [a["instance"] for a in labels]
        assert objects["bbox"] == [a["box"] for a in labels]
        assert objects["area"] == [a["area_px"] for a in labels]
        assert objects["category"] == [a["class_id"] - 1 for a in labels]
        assert objects["category_name"] == [a["class_name"] for a in labels]
        assert objects["instance_key"] == [a["instance_key"] for a in labels]
        for name in ("visible", "unoccluded", "in_frame", "rle"):
            assert objects[name] == [a[name] for a in labels]
        assert objects["keypoints"] == [[[k["x"], k["y"], k["v"]] for k in a["keypoints"]] for a in labels]
        assert objects["keypoint_names"] == [[k["name"] for k in a["keypoints"]] for a in labels]
        assert [json.loads(text) for text in objects["attributes"]] == [a["attributes"] for a in labels]
        for code, box, label in zip(objects["rle"], objects["bbox"], record.annotations, strict=True):
            mask = coco_masks.decode({"size": [row["height"], row["width"]], "counts": code}).astype(bool)
            assert np.array_equal(mask, label.full_mask(row["height"], row["width"]))
            x, y, w, h = box  # first pixel's border, number of pixels: half a pixel less would be seen here
            assert mask[y : y + h, x : x + w].sum() == mask.sum()
            assert mask[y].any()
            assert mask[y + h - 1].any()
            assert mask[:, x].any()
            assert mask[:, x + w - 1].any()


def test_datasets_loads_the_image_folder(make_dataset: Make, table_records: list[Any], load: Load) -> None:
    folder = make_dataset({"hugging_face": {}})
    rows = load("imagefolder", data_dir=str(folder / "imagefolder"))
    assert list(rows) == ["train"]
    compare(rows["train"], table_records, folder)
    assert verify(folder).findings == ()
    assert not (folder / "images").exists()


def test_datasets_loads_parquet_and_decodes_the_pictures(
    make_dataset: Make, table_records: list[Any], load: Load
) -> None:
    folder = make_dataset({"hugging_face": {"form": "parquet", "samples_per_file": 2}})
    files = sorted(p.name for p in (folder / "data").iterdir())
    assert files == ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"]
    rows = load("parquet", data_dir=str(folder / "data"))["train"]
    compare(rows, table_records, folder)
    assert rows.features["objects"]["category"].feature.names == ["ball", "crate"]
    import datasets

    raw = rows.cast_column("image", datasets.Image(decode=False))
    for row in raw:
        assert row["image"]["bytes"] == (folder / f"images/{row['image_id']:08d}.png").read_bytes()
    report = verify(folder)
    assert (report.findings, report.notes) == ((), ())


@pytest.mark.parametrize("form", ["imagefolder", "parquet"])
def test_parts_are_splits(make_dataset: Make, load: Load, tmp_path: Path, table_info: Any, form: str) -> None:
    source, out = make_dataset(), tmp_path / "out"
    export_dataset(ExportWanted(source, out, "hugging_face", {"form": form}, PARTS))
    rows = load(form, data_dir=str(out / ("imagefolder" if form == "imagefolder" else "data")))
    view, found = View(table_info, PARTS), {}
    for path in sorted((source / "records").iterdir()):
        stored = json.loads(path.read_bytes())
        found.setdefault(view.apply(stored)["part"], []).append(stored["index"])
    assert len(found) == 3
    names = {"train": "train", "val": "validation", "test": "test"}
    assert {names[part]: indices for part, indices in found.items()} == {
        split: list(part["image_id"]) for split, part in rows.items()
    }


def test_the_export_is_loaded_by_its_folder_alone(make_dataset: Make, load: Load, tmp_path: Path) -> None:
    export_dataset(ExportWanted(make_dataset(), tmp_path / "out", "hugging_face", {"form": "parquet"}))
    assert load(str(tmp_path / "out"))["train"].num_rows == 3


@pytest.mark.parametrize("form", ["imagefolder", "parquet"])
def test_pictures_without_objects_and_regions_to_ignore(
    make_dataset: Make, load: Load, tmp_path: Path, form: str
) -> None:
    chosen = Selection({"ball": ClassUse(use="drop"), "crate": ClassUse(use="ignore")})
    export_dataset(ExportWanted(make_dataset(), tmp_path / "out", "hugging_face", {"form": form}, chosen))
    rows = load(form, data_dir=str(tmp_path / "out" / ("imagefolder" if form == "imagefolder" else "data")))["train"]
    stored = json.loads((tmp_path / "table/records/00000000.json").read_bytes())
    crates = [a for a in stored["annotations"] if a["class_name"] == "crate"]
    assert crates
    assert rows[0]["objects"]["bbox"] == []
    assert rows[0]["ignored"]["bbox"] == [a["box"] for a in crates]
    assert rows[0]["ignored"]["rle"] == [a["rle"] for a in crates]
    assert rows[0]["ignored"]["category_name"] == [""] * len(crates)


@pytest.mark.parametrize("masks", [True, False])
def test_the_features_are_those_that_datasets_reads(table_info: Any, masks: bool) -> None:
    import datasets

    told = datasets.Features.from_dict(features(table_info, masks=masks))
    assert isinstance(told["image"], datasets.Image)
    assert ("rle" in told["objects"]) is masks
    assert told["objects"]["category"].feature.names == ["ball", "crate"]


@pytest.mark.parametrize("form", ["imagefolder", "parquet"])
def test_an_export_has_the_bytes_of_a_render(make_dataset: Make, tmp_path: Path, form: str) -> None:
    rendered = make_dataset({"hugging_face": {"form": form}})
    export_dataset(ExportWanted(make_dataset(name="other"), tmp_path / "out", "hugging_face", {"form": form}))
    place = "imagefolder" if form == "imagefolder" else "data"
    paths = [p for p in (rendered / place).rglob("*") if p.is_file()]
    assert len(paths) == (4 if form == "imagefolder" else 1)
    for path in paths:
        assert path.read_bytes() == (tmp_path / "out" / path.relative_to(rendered)).read_bytes()


def test_without_pyarrow_it_says_what_brings_it(
    make_dataset: Make,
    table_info: Any,
    table_records: list[Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = make_dataset({"hugging_face": {"form": "parquet"}})
    monkeypatch.setattr(_parquet, "missing", lambda: _parquet._MISSING)
    assert HuggingFace(table_info).obstacles(table_records[0]) == ()
    (told,) = HuggingFace(table_info, {"form": "parquet"}).obstacles(table_records[0])
    assert "myriorama[export]" in told
    with pytest.raises(PluginError, match=r"myriorama\[export\]"):
        export_dataset(ExportWanted(make_dataset(name="other"), tmp_path / "out", "hugging_face", {"form": "parquet"}))
    report = verify(folder)
    assert report.findings == ()
    assert [n.file for n in report.notes] == ["data/train-00000-of-00001.parquet"]


def test_bytes_of_another_release_of_pyarrow_are_no_fault(make_dataset: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_dataset({"hugging_face": {"form": "parquet"}})
    made = _parquet.parquet
    monkeypatch.setattr(_parquet, "parquet", lambda *given: (*made(*given), b"another release"))
    report = verify(folder)
    assert report.findings == ()
    assert "pyarrow makes other bytes" in report.notes[0].message
