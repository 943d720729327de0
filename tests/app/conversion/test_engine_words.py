"""The card's line about what made the pictures, by hand-written sentences and in a dataset of either engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.conversion.engine_words import engine_told
from myriorama.app.dataset.folder import DatasetFolder, Job
from myriorama.app.dataset.layout import CARD
from myriorama.app.dataset.verify import verify
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.labels.record import Record
from myriorama.scenes.project.model import TracingOptions

DEFAULTS = TracingOptions().model_dump()
PAIRS = {"pairs": True, "clean_factor": 16}


@pytest.mark.parametrize(
    ("tracing", "told"),
    [
        (DEFAULTS, "path tracing, 8 paths through every pixel, at most 6 surfaces on a path, denoised"),
        (
            {**DEFAULTS, "samples_per_pixel": 1, "max_depth": 1, "denoise": False},
            "path tracing, 1 path through every pixel, at most 1 surface on a path, not denoised",
        ),
        (
            {**DEFAULTS, "samples_per_pixel": 4096, "noise_target": 0.01, "max_depth": 12},
            (
                "path tracing, at most 4,096 paths through every pixel, no more below a mean error of 0.01, "
                "at most 12 surfaces on a path, denoised"
            ),
        ),
        (
            {**DEFAULTS, **PAIRS},
            (
                "path tracing, 8 paths through every pixel, at most 6 surfaces on a path, denoised, "
                "with training pairs whose clean picture has 16 times the paths"
            ),
        ),
        ({}, "path tracing"),
    ],
)
def test_it_says_how_paths_were_traced(tracing: Mapping[str, Any], told: str) -> None:
    assert engine_told("pathtraced", tracing) == told


def test_the_raster_engine_has_nothing_more_to_tell() -> None:
    assert engine_told("raster", {}) == "the raster engine"


@pytest.mark.parametrize("engine", ["raster", "pathtraced"])
def test_the_card_has_the_line_and_verify_makes_it_again(
    tmp_path: Path, table_records: list[Record], table_info: DatasetInfo, engine: str
) -> None:
    tracing = {**DEFAULTS, "samples_per_pixel": 32} if engine == "pathtraced" else {}
    job = Job(
        table_info, range(3), {"coco": {}, "raw": {}}, versions={"myriorama": "0"}, engine=engine, tracing=tracing
    )
    with DatasetFolder.create(tmp_path / "table", job, durable=False) as folder:
        writer = folder.sample_writer()
        for index in range(3):
            folder.commit(writer.write(table_records[index]))
        made = folder.finalize()
    card = (made / CARD).read_text(encoding="utf-8")
    assert f"| pictures by | {engine_told(engine, tracing)} |" in card
    assert ("32 paths" in card) == (engine == "pathtraced")
    assert verify(made).findings == ()
