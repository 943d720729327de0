"""Cameras with random optics, weather, sensors and files give the same bytes however a job is made, views included."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.dataset.layout import RECEIPTS, partial_of
from myriorama.app.dataset.verify import verify
from myriorama.app.production.job import JobSettings, run_job
from myriorama.app.render_queue.merging import merge

pytestmark = pytest.mark.gl
COUNT = 8
CHAIN: list[tuple[str, dict[str, Any]]] = [
    ("lens_distortion", {"k1": {"uniform": [-0.3, -0.1]}, "p1": {"uniform": [-0.002, 0.002]}}),
    ("depth_of_field", {"f_number": {"choice": [4.0, 8.0]}, "focus_distance_m": {"uniform": [0.6, 1.0]}}),
    ("shutter", {"shutter_s": {"uniform": [0.001, 0.004]}, "speed_right_m_s": {"uniform": [-0.5, 0.5]}}),
    ("rolling_shutter", {"readout_s": {"uniform": [0.001, 0.01]}}),
    ("wet_surface", {"wetness": {"uniform": [0.3, 1]}, "puddle_m": 0.1, "cover_layer": True}),
    ("snow", {"rate_mm_h": {"uniform": [2, 6]}, "strength": 3.0, "lying": {"uniform": [0, 0.6]}, "patch_m": 0.05}),
    ("rain", {"rate_mm_h": {"uniform": [20, 80]}, "strength": 3.0}),
    ("lens_drops", {"drops": {"integers": [1, 6]}}),
    ("sensor_noise", {"iso": {"log_uniform": [200, 6400]}, "row_noise_e": 1.0, "hot_pixels_ppm": 500}),
    ("bayer", {}),
    ("tof_depth", {"frequency_mhz": {"choice": [20.0, 60.0]}}),
    ("tone_curve", {"contrast": {"uniform": [0.9, 1.2]}}),
    ("jpeg", {"quality": {"integers": [40, 95]}}),
]


def cameras(raw: dict[str, Any]) -> None:
    """A pair and a third camera that looks elsewhere, and effects of every stage."""
    raw["camera"]["views"] = [
        {"uid": "l", "name": "left", "parameters": {"right_m": -0.03}},
        {"uid": "r", "name": "right", "parameters": {"right_m": 0.03}},
        {"uid": "w", "name": "wide", "parameters": {"yaw_deg": {"uniform": [-9, 9]}, "field_of_view_deg": 70}},
        {"uid": "u", "name": "up", "parameters": {"down_m": -0.05}},
    ]
    raw["effects"] = [{"uid": name, "type": name, "parameters": given} for name, given in CHAIN]
    raw["output"] |= {"width": 64, "height": 48, "formats": ["raw"], "clean": True, "quality": "draft"}


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def samples_of(folder: Path) -> dict[str, bytes]:
    """Return the files of samples: what tells of the whole job is left out."""
    return {name: held for name, held in files_of(folder).items() if "/" in name}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cameras")


@pytest.fixture
def whole(small_project: Callable[..., Path], place: Path) -> tuple[Path, Path]:
    """Return the project and its dataset, made by one worker, once."""
    path, out = small_project(cameras), place / "whole"
    if not out.exists():
        result = run_job(JobSettings(path, COUNT, out))
        assert (result.written, result.quarantined) == (COUNT, ())
    return path, out


def test_two_workers_make_the_bytes_of_one(whole: tuple[Path, Path], tmp_path: Path) -> None:
    path, out = whole
    two = run_job(JobSettings(path, COUNT, tmp_path / "two", workers=2))
    assert files_of(two.folder) == files_of(out)
    assert verify(out).sound
    records = [json.loads(p.read_text()) for p in sorted((out / "records").iterdir())]
    assert [r["camera"]["view"] for r in records] == ["left", "right", "wide", "up"] * 2
    pictures = {p.name: p.read_bytes() for p in (out / "images").iterdir()}
    assert len(set(pictures.values())) == COUNT


def test_two_shards_make_the_bytes_of_one_job(whole: tuple[Path, Path], tmp_path: Path) -> None:
    path, out = whole
    for number in (1, 2):
        run_job(JobSettings(path, COUNT, tmp_path / "parts", shard=(number, 2)))
    merge(tmp_path / "parts")
    assert samples_of(tmp_path / "parts") == samples_of(out)
    digests = {json.loads((folder / "manifest.json").read_text())["digest"] for folder in (out, tmp_path / "parts")}
    assert len(digests) == 1


@pytest.mark.alone
def test_killed_in_the_middle_of_a_scene_and_resumed_it_is_the_same(whole: tuple[Path, Path], tmp_path: Path) -> None:
    """The driver is killed with a scene's views half made, as a power cut would."""
    path, out = whole
    target = tmp_path / "cut"
    made = (
        "import sys; from pathlib import Path; from myriorama.app.production.job import JobSettings, run_job\n"
        f"run_job(JobSettings(Path(sys.argv[1]), {COUNT}, Path(sys.argv[2])))"
    )
    driver = subprocess.Popen([sys.executable, "-c", made, str(path), str(target)])
    receipts = partial_of(target) / RECEIPTS
    until = time.monotonic() + 60.0
    while driver.poll() is None and time.monotonic() < until:
        if receipts.is_dir() and len(list(receipts.glob("*.json"))) >= 3:
            break
        time.sleep(0.01)
    os.kill(driver.pid, signal.SIGKILL)
    driver.wait()
    done = len(list(receipts.glob("*.json")))
    assert 0 < done < COUNT, "it must be cut in the middle"
    resumed = run_job(JobSettings(path, COUNT, target, resume=True, workers=2))
    assert resumed.quarantined == ()
    assert files_of(resumed.folder) == files_of(out)
