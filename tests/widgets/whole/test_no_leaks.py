"""Opening, selecting, changing, undoing, resizing and closing a project leaves nothing behind, however often."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app.settings.store import Settings

if sys.platform != "linux":
    pytest.skip("counts by /proc", allow_module_level=True)

pytestmark = pytest.mark.gl
ALLOWED_BYTES_A_CYCLE = 2048
KINDS = ("top-level widgets", "widgets", "timers", "timer objects", "threads", "system threads", "files")


def slope(values: list[int], every: int) -> float:
    """Return the Theil-Sen slope: the median of the slopes between all pairs."""
    y = np.array(values, float)
    i, j = np.triu_indices(len(y), 1)
    return float(np.median((y[j] - y[i]) / ((j - i) * every)))


def grown(before: dict[str, int], after: dict[str, int], least: int) -> dict[str, int]:
    return {k: after[k] - before.get(k, 0) for k in after if after[k] - before.get(k, 0) >= least}


@pytest.fixture
def rounds(run_script: Callable[..., Any], small: Callable[..., Path], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Runs so many cycles, the first ones unmeasured, and returns what was counted."""

    def run(warm: int, cycles: int) -> dict[str, Any]:
        settings = Settings(theme="dark", gallery_count=1, gallery_workers=1)
        (tmp_path / "settings.json").write_text(settings.model_dump_json(), encoding="utf-8")
        projects = [small("first_light"), small("dice_tray")]
        child = run_script("opening_and_closing.py", tmp_path, warm, cycles, *projects)
        told = child.out.read()
        assert child.process.wait(30) == 0
        return json.loads(told.splitlines()[-1])

    return run


def test_cycles_leave_no_object_behind(rounds: Callable[..., dict[str, Any]]) -> None:
    told = rounds(20, 10)  # by then every row that the inspector lends out again has been made
    before, after = told["before"], told["after"]
    assert grown(before["file kinds"], after["file kinds"], 1) == {}
    assert {k: after[k] for k in KINDS if after[k] > before[k]} == {}
    assert grown(before["widget types"], after["widget types"], 1) == {}


@pytest.mark.long
def test_three_hundred_cycles_hold_their_memory(rounds: Callable[..., dict[str, Any]]) -> None:
    told = rounds(100, 300)
    before, after = told["before"], told["after"]
    assert {k: (before[k], after[k]) for k in KINDS if after[k] > before[k]} == {}
    assert grown(before["types"], after["types"], 100) == {}
    assert slope(told["memory"], told["every"]) <= ALLOWED_BYTES_A_CYCLE, told["memory"]


def test_the_slope_is_the_median_one() -> None:
    assert slope([0, 100, 200, 300], 10) == 10.0
    assert slope([0, 100, 10**9, 300, 400], 10) == pytest.approx(10.0)
