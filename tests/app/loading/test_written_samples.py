"""Samples of a finished dataset: every array equals the record that was written, and only what is asked for is made."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app.loading import LoadedSample, WrittenSamples
from myriorama.plugins.selection import ClassUse, Filter, Selection
from myriorama.plugins.splitting import PARTS, Split
from myriorama.scenes.errors import InputError
from myriorama.scenes.labels.record import Record

Make = Callable[..., Path]
HALVES = Selection(split=Split((0.5, 0.5, 0.0), salt="1"))


@pytest.fixture
def dataset(make_dataset: Make) -> Path:
    return make_dataset({"raw": {"depth": "float32", "normals": "png16"}})


def test_every_array_is_the_record_s_own(dataset: Path, table_records: list[Record]) -> None:
    samples = WrittenSamples(dataset, box_form="xywh")
    assert len(samples) == len(table_records) == 3
    for sample, record in zip(samples, table_records, strict=True):
        assert (sample["index"], sample["key"], sample["part"]) == (record.index, record.key, "train")
        assert np.array_equal(sample["image"], record.rgb)
        assert np.array_equal(sample["masks"], record.masks)
        boxes = [[a.box.x, a.box.y, a.box.w, a.box.h] for a in record.annotations]
        assert np.array_equal(sample["boxes"], np.array(boxes, dtype=np.float32))
        assert sample["class_names"] == [a.class_name for a in record.annotations]
        assert np.array_equal(sample["class_ids"], [a.class_id for a in record.annotations])
        assert np.array_equal(sample["areas_px"], record.masks.sum(axis=(1, 2)))
        assert np.allclose(sample["visible"], [a.visible for a in record.annotations], atol=1e-6)
        assert np.array_equal(sample["K"], record.scene.camera.K)
        assert np.array_equal(sample["depth"], record.frame.depth)
        assert sample["surface_id"].dtype == np.int32
        assert np.array_equal(sample["surface_id"], record.frame.surface_id)
        assert np.abs(sample["normal"] - record.frame.normal).max() <= 0.5 / 32767 + 1e-6
        assert np.abs(sample["object_coordinates"] - record.frame.object_coordinates).max() <= 0.5 / 65535 + 1e-6
        assert (sample["normal"][record.frame.depth == 0] == 0).all()
        for row, a in zip(sample["keypoints"], record.annotations, strict=True):
            assert np.allclose(row[: len(a.keypoints)], [(k.x, k.y, k.v) for k in a.keypoints] or np.zeros((0, 3)))
            assert (row[len(a.keypoints) :] == 0).all()
        assert sample["amodal_masks"].sum() >= sample["masks"].sum()


def test_corners_of_a_box_are_its_pixels(dataset: Path) -> None:
    sample = WrittenSamples(dataset)[0]
    for (x0, y0, x1, y1), mask in zip(sample["boxes"].astype(int), sample["masks"], strict=True):
        rows, columns = np.nonzero(mask)
        assert (x0, y0, x1, y1) == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_nothing_is_decoded_before_it_is_asked_for(dataset: Path) -> None:
    for path in dataset.rglob("*.png"):
        path.unlink()
    sample = WrittenSamples(dataset)[1]
    assert isinstance(sample, LoadedSample)
    assert len(sample["boxes"]) > 0
    assert {"image", "masks", "depth"} <= set(sample)
    assert "depth" in sample
    with pytest.raises(FileNotFoundError):
        sample["image"]
    with pytest.raises(KeyError, match=r"a sample of this dataset has .*boxes"):
        sample["bokses"]


def test_fields_and_a_transform_make_plain_dicts(dataset: Path) -> None:
    def bright(sample: dict[str, Any]) -> float:
        assert type(sample) is dict
        assert list(sample) == ["image", "boxes"]
        return float(sample["image"].mean())

    samples = WrittenSamples(dataset, fields=("image", "boxes"), transform=bright)
    assert samples[2] == pytest.approx(WrittenSamples(dataset)[2]["image"].mean())
    plain = WrittenSamples(dataset, fields=("image", "index"))
    assert pickle.loads(pickle.dumps(plain))[1]["index"] == 1  # as PyTorch's spawned workers get it


def test_parts_are_those_of_the_split(dataset: Path) -> None:
    found = {part: WrittenSamples(dataset, HALVES, part).indices for part in PARTS}
    assert sorted(i for indices in found.values() for i in indices) == [0, 1, 2]
    assert found["test"] == ()
    for part, indices in found.items():
        samples = WrittenSamples(dataset, HALVES, part)
        assert [sample["part"] for sample in samples] == [part] * len(indices)
    assert found["train"]
    assert found["val"]
    with pytest.raises(InputError, match="no such part"):
        WrittenSamples(dataset, part="training")


def test_a_selection_maps_ignores_and_filters(dataset: Path) -> None:
    chosen = Selection({"ball": ClassUse("sphere", 7), "crate": ClassUse(use="ignore")}, filter=Filter(min_area_px=40))
    every, shown = WrittenSamples(dataset)[0], WrittenSamples(dataset, chosen)[0]
    balls = [k for k, name in enumerate(every["class_names"]) if name == "ball" and every["areas_px"][k] >= 40]
    crates = [k for k, name in enumerate(every["class_names"]) if name == "crate"]
    assert np.array_equal(shown["boxes"], every["boxes"][balls])
    assert set(shown["class_names"]) == {"sphere"}
    assert set(shown["class_ids"]) == {7}
    assert np.array_equal(shown["ignored_masks"], every["masks"][crates])
    assert (shown["ignored_class_ids"] == 0).all()
    assert crates


def test_a_folder_that_is_none_is_refused(tmp_path: Path, dataset: Path) -> None:
    with pytest.raises(InputError, match="not a finished dataset"):
        WrittenSamples(tmp_path)
    record = dataset / "records/00000000.json"
    told = json.loads(record.read_bytes())
    told["files"]["rgb"]["path"] = "../../secret.png"
    record.write_text(json.dumps(told), encoding="utf-8")
    sample = WrittenSamples(dataset)[0]
    with pytest.raises(ValueError, match="may not be written"):
        sample["image"]
