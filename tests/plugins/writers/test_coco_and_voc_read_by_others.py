"""COCO, COCO panoptic and Pascal VOC read by datumaro and torchvision, where an interpreter that has them is named."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ORACLES = os.environ.get("MYRIORAMA_ORACLES", "")


def hashed(mask: Any) -> str:
    return hashlib.sha256(np.packbits(np.asarray(mask, dtype=bool)).tobytes()).hexdigest()


@pytest.mark.long
@pytest.mark.skipif(not ORACLES, reason="MYRIORAMA_ORACLES names no interpreter that has datumaro and torchvision")
def test_datumaro_and_torchvision_read_every_label(
    make_dataset: Callable[..., Path], table_records: list[Any], tmp_path: Path
) -> None:
    folder = make_dataset({"coco": {"segmentation": "polygon"}, "coco_panoptic": {}, "pascal_voc": {}})
    reader = Path(__file__).parents[2] / "oracles" / "read_coco_and_voc.py"
    command = [ORACLES, str(reader), str(folder), str(tmp_path / "scratch")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["complaints"] == []
    assert told["coco"]["classes"] == ["ball", "crate"]
    assert told["coco_panoptic"]["classes"] == ["ball", "crate", "ground"]
    assert told["voc"]["classes"] == ["background", "ball", "crate"]
    for record in table_records:
        stem = f"{record.index:08d}"
        by_name = {}
        for a in record.annotations:
            by_name[a.class_name, hashed(a.full_mask(72, 96))] = a
        _check_coco(told["coco"]["samples"][stem], record)
        _check_voc(told["voc"]["samples"][stem], record, set(by_name))
        panoptic = {(row["label"], row["mask"]) for row in told["coco_panoptic"]["samples"][stem]}
        assert {row for row in panoptic if row[0] != "ground"} == set(by_name)
        assert len(panoptic) == len(by_name) + 1
        _check_torchvision(told["torchvision"][record.index], record)


def _check_coco(rows: list[dict[str, Any]], record: Any) -> None:
    boxes = sorted((r["label"], *r["box"]) for r in rows if r["type"] == "bbox")
    assert boxes == sorted((a.class_name, a.box.x, a.box.y, a.box.w, a.box.h) for a in record.annotations)
    for row in rows:
        if row["type"] == "polygon":  # corners at pixel borders: the polygon has the extent of the box
            x, y = row["points"][0::2], row["points"][1::2]
            extent = (min(x), min(y), max(x) - min(x), max(y) - min(y))
            near = [np.abs(np.subtract(extent, (a.box.x, a.box.y, a.box.w, a.box.h))).max() for a in record.annotations]
            assert min(near) < 0.5


def _check_voc(rows: list[dict[str, Any]], record: Any, masks: set[tuple[str, str]]) -> None:
    assert {(r["label"], r["mask"]) for r in rows if r["type"] == "mask"} == masks
    boxes = [r for r in rows if r["type"] == "bbox"]
    for row, a in zip(boxes, record.annotations, strict=True):
        # It takes xmin and ymin as they stand, from 1, and their differences for the size.
        assert row["box"] == [a.box.x + 1, a.box.y + 1, a.box.w - 1, a.box.h - 1]
        assert row["label"] == a.class_name
        assert row["marks"]["truncated"] == (a.in_frame < 1)
        assert row["marks"]["occluded"] == (a.unoccluded < 0.95)
        assert row["marks"]["difficult"] is False


def _check_torchvision(sample: dict[str, Any], record: Any) -> None:
    assert sample["size"] == [96, 72]
    assert sample["objects"] == [
        {
            "name": a.class_name,
            "xmin": a.box.x + 1,
            "ymin": a.box.y + 1,
            "xmax": a.box.x + a.box.w,
            "ymax": a.box.y + a.box.h,
        }
        for a in record.annotations
    ]
    expected = np.zeros((72, 96), dtype=int)
    for a in record.annotations:
        expected[a.full_mask(72, 96)] = {"ball": 1, "crate": 2}[a.class_name]
    assert np.array_equal(sample["classes"], expected)
