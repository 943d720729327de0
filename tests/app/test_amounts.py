"""Sizes and durations in words: three digits at most, and no unit that is full."""

from __future__ import annotations

import pytest

from myriorama.app.amounts import duration_text, size_text


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (999_400, "999 kB"),
        (999_600, "1.0 MB"),
        (412e6, "412 MB"),
        (2.1e11, "210 GB"),
        (2.5e12, "2.5 TB"),
        (3e15, "3000 TB"),
    ],
)
def test_sizes_read_well(count: float, words: str) -> None:
    assert size_text(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.24, "0.2 s"),
        (0.84, "0.8 s"),
        (9.96, "10 s"),
        (41.6, "42 s"),
        (59.7, "1 min 00 s"),
        (200, "3 min 20 s"),
        (3599.6, "1 h 00 min"),
        (7500, "2 h 05 min"),
        (90_000, "25 h 00 min"),
        (300_000, "3 d 11 h"),
    ],
)
def test_durations_read_well(seconds: float, words: str) -> None:
    assert duration_text(seconds) == words
