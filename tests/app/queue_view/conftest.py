"""A project of which some samples cannot be written, and a dataset of it that was really made."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from myriorama.app.production.job import JobSettings, run_job

FAR_PROJECT: Final = Path(__file__).parents[2] / "data" / "near_and_far" / "project.json"
"""Of its first thirteen samples 2, 3, 6 and 12 are too far for the depth's steps."""


@pytest.fixture(scope="session")
def made_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished dataset of ten samples with gaps, two of them quarantined."""
    home = tmp_path_factory.mktemp("written")
    settings = JobSettings(
        FAR_PROJECT,
        count=10,
        out=home / "set",
        indices=(0, 1, 2, 4, 5, 6, 7, 8, 9, 11),
        cache_folder=home / "cache",
        queue_folder=home / "queue",
    )
    return run_job(settings).folder
