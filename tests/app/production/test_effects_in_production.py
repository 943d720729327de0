"""Effects change the picture and nothing else; without strength they change nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app import open_project
from myriorama.scenes.labels.record import Record
from myriorama.scenes.rendering.tone import develop

pytestmark = pytest.mark.gl


def first(path: Path) -> Record:
    with open_project(path) as opened:
        return opened.record(0)


def noisy(strength: float) -> Callable[[dict[str, Any]], None]:
    def change(raw: dict[str, Any]) -> None:
        raw["effects"] = [{"uid": "noise", "type": "sensor_noise", "parameters": {"strength": strength, "iso": 6400}}]

    return change


def test_noise_changes_the_picture_and_no_label(small_project: Callable[..., Path]) -> None:
    plain, with_noise = first(small_project()), first(small_project(noisy(1.0)))
    assert not np.array_equal(plain.rgb, with_noise.rgb)
    assert np.array_equal(plain.frame.surface_id, with_noise.frame.surface_id)
    assert np.array_equal(plain.frame.depth, with_noise.frame.depth)
    assert [a.rle for a in plain.annotations] == [a.rle for a in with_noise.annotations]


def test_noise_of_a_sample_is_always_the_same(small_project: Callable[..., Path]) -> None:
    assert np.array_equal(first(small_project(noisy(1.0))).rgb, first(small_project(noisy(1.0))).rgb)


def test_no_strength_no_change(small_project: Callable[..., Path]) -> None:
    assert np.array_equal(first(small_project()).rgb, first(small_project(noisy(0.0))).rgb)


def test_the_picture_developed_here_is_the_one_developed_by_the_engine(small_project: Callable[..., Path]) -> None:
    record = first(small_project(noisy(0.0)))
    assert record.frame.linear is not None
    difference = np.abs(develop(record.frame.linear).astype(int) - record.rgb)
    assert difference.max() <= 1
    assert (difference == 0).mean() > 0.98
