"""Weather and depth sensors in whole samples: labels stay, what is off leaves no trace, layers are written and read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app import open_project
from myriorama.app.dataset.verify import verify
from myriorama.app.loading import WrittenSamples
from myriorama.app.production.job import JobSettings, run_job
from myriorama.scenes.labels.record import Record

pytestmark = pytest.mark.gl

Change = Callable[[dict[str, Any]], None]
WEATHER = {
    "fog": {"visibility_m": 5.0},
    "haze": {"visibility_m": 20.0},
    "rain": {"rate_mm_h": 80.0, "strength": 4.0},
    "snow": {"lying": 0.5},
    "dust": {"visibility_m": 20.0},
    "wet_surface": {"cover_layer": True},
}
OFF: dict[str, dict[str, Any]] = {
    "fog": {"strength": 0.0},
    "haze": {"strength": 0.0},
    "rain": {"strength": 0.0},
    "snow": {"strength": 0.0, "lying": 0.0},
    "dust": {"strength": 0.0},
    "wet_surface": {"wetness": 0.0},
    "stereo_depth": {"enabled": False},
    "structured_light_depth": {"enabled": False},
    "tof_depth": {"enabled": False},
}
SENSORS = {"stereo_depth": {"least_contrast": 0.0}, "structured_light_depth": {"nearest_m": 0.1}, "tof_depth": {}}


def effects(chosen: dict[str, dict[str, Any]]) -> Change:
    def change(raw: dict[str, Any]) -> None:
        raw["effects"] = [{"uid": name, "type": name, "parameters": given} for name, given in chosen.items()]

    return change


def first(path: Path) -> Record:
    with open_project(path) as opened:
        return opened.record(0)


def labels(record: Record) -> list[Any]:
    frame = record.frame
    return [frame.surface_id, frame.depth, frame.normal, [a.rle for a in record.annotations]]


def test_weather_changes_the_picture_and_no_label(small_project: Callable[..., Path]) -> None:
    plain, changed = first(small_project()), first(small_project(effects(WEATHER)))
    assert np.abs(plain.rgb.astype(int) - changed.rgb).mean() > 5.0
    for a, b in zip(labels(plain), labels(changed), strict=True):
        assert np.array_equal(a, b)


def test_off_and_without_strength_are_the_same_bytes(small_project: Callable[..., Path]) -> None:
    plain, off = first(small_project()), first(small_project(effects(OFF)))
    assert plain.rgb.tobytes() == off.rgb.tobytes()
    assert dict(off.layers) == {}


def test_what_sensors_measure_and_weather_hides_is_written_and_read_back(
    small_project: Callable[..., Path], tmp_path: Path
) -> None:
    path = small_project(effects({**WEATHER, **SENSORS}))
    with open_project(path) as opened:
        records = [opened.record(index) for index in range(2)]
    names = {f"depth_{name.removesuffix('_depth')}" for name in SENSORS}
    covers = {"fog_cover", "haze_cover", "rain_cover", "snow_cover", "dust_cover", "wet_cover"}
    assert set(records[0].layers) == names | covers
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["output"]["formats"] = ["raw"]
    path.write_text(json.dumps(raw), encoding="utf-8")
    run_job(JobSettings(path, 2, tmp_path / "made"))
    assert not verify(tmp_path / "made").findings
    for sample, record in zip(WrittenSamples(tmp_path / "made"), records, strict=True):
        for name in names | covers:
            read, made = sample[name], record.layers[name]
            assert read.dtype == made.dtype
            assert np.array_equal(read, made), name
        told = json.loads((tmp_path / "made" / f"records/{record.index:08d}.json").read_text(encoding="utf-8"))
        assert told["files"]["depth_stereo"]["value"] == "metres"
        depth = record.frame.depth
        assert depth is not None
        for name in names:
            seen = sample[name] > 0
            assert seen.mean() > 0.4, name
            assert np.median(np.abs(sample[name][seen] - depth[seen]) / np.maximum(depth[seen], 1e-6)) < 0.02, name
