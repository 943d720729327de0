"""Settings survive their way as text, drafts say only what differs, and rejected samples are those drawn now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from myriorama.app.browsing.table import FactsTable
from myriorama.app.cli.selecting import read_runs, read_writer_options, runs_text, without
from myriorama.app.document.history import History
from myriorama.app.exporting.draft import first_draft, rejected_samples, settings_of
from myriorama.app.exporting.estimate import estimate_from, trial_of
from myriorama.app.exporting.settings import ExportSettings, from_json, loading_snippet, next_folder, to_json
from myriorama.app.judging.judgments import Judgments
from myriorama.app.preview.tiles import SampleFacts
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project


@pytest.fixture
def project(small_file: Path) -> Project:
    return load_project(small_file).project


def test_settings_as_json(tmp_path: Path) -> None:
    settings = ExportSettings(7, tmp_path / "a", 3, 64, 48, ("boxes",), {"raw": {"depth": "none"}}, (4,), 2, "high", 9)
    assert from_json(to_json(settings)) == settings
    assert (settings.total, settings.numbers) == (6, (3, 5, 6, 7, 8, 9))


def test_a_draft_says_what_differs(project: Project, tmp_path: Path) -> None:
    registry = builtin_registry()
    draft = first_draft(project, registry, tmp_path / "set")
    plain = settings_of(draft, project, registry)
    assert (plain.width, plain.labels, plain.quality, plain.seed) == (None, None, None, None)
    assert plain.formats == {"coco": {}, "raw": {}}
    assert draft.options["raw"]["normals"] == "none", "the project's own option is what the field starts with"
    changed = replace(
        draft,
        width=32,
        labels=draft.labels[:2],
        seed=6,
        formats=("raw",),
        options={**draft.options, "raw": {**draft.options["raw"], "normals": "png8"}},
    )
    found = settings_of(changed, project, registry)
    assert (found.width, found.height, found.seed) == (32, 48, 6)
    assert found.labels == draft.labels[:2]
    assert found.formats == {"raw": {"normals": "png8"}}


def test_the_next_free_folder(project: Project, tmp_path: Path) -> None:
    assert next_folder(project, tmp_path) == tmp_path / "datasets" / "small_set-1"
    (tmp_path / "datasets" / "small_set-1").mkdir(parents=True)
    (tmp_path / "datasets" / "small_set-2.partial").mkdir()
    assert next_folder(project, tmp_path).name == "small_set-3"


def test_rejected_samples_are_those_of_the_recipes_drawn_now() -> None:
    judgments, table = Judgments(History()), FactsTable()
    table.start_epoch(1)
    for index in range(4):
        table.add(SampleFacts(index, 1, "k", f"r{index}", 8, 8, (), 0, {}))
    judgments.judge([("r0", 0), ("r2", 2), ("older", 3), ("r9", 9)], "Reject", flag="reject")
    judgments.judge([("r1", 1)], "Pick", flag="pick")
    found = rejected_samples(judgments, table, range(10))
    assert (found.certain, found.unsure) == ((0, 2), (9,))
    table.start_epoch(2)
    assert rejected_samples(judgments, table, range(1, 3)).unsure == (2,)


def test_runs_of_numbers() -> None:
    assert runs_text({7, 1, 2, 3, 9}) == "1-3,7,9"
    assert read_runs("--skip", "1-3, 7,9") == {1, 2, 3, 7, 9}
    assert without(range(2, 6), frozenset({3})) == (2, 4, 5)
    for wrong in ("", "a", "5-3", "1--2", "0-99999999", "-1"):
        with pytest.raises(InputError):
            read_runs("--skip", wrong)
    with pytest.raises(InputError, match="no sample is left"):
        without(range(2), frozenset({0, 1}))


def test_writer_options_as_text() -> None:
    registry = builtin_registry()
    given = ["raw.depth=float32", "raw.rgb=false", "raw.depth_unit_m=0.0005", "coco.extras=true"]
    assert read_writer_options("--option", given, registry) == {
        "raw": {"depth": "float32", "rgb": False, "depth_unit_m": 0.0005},
        "coco": {"extras": True},
    }
    for wrong in ("raw", "raw.depth", "raw.deep=1", "yola.x=1", "raw.depth=png17", "raw.depth_unit_m=-1"):
        with pytest.raises(InputError):
            read_writer_options("--option", [wrong], registry)


def test_a_trial_is_spread_over_the_samples(tmp_path: Path) -> None:
    settings = ExportSettings(1000, tmp_path / "a", 10, formats={"coco": {}}, left_out=(10, 11))
    trial = trial_of(settings, tmp_path / "trial")
    assert trial.numbers == (12, 344, 677, 1009)
    assert trial.folder == tmp_path / "trial"
    assert trial_of(ExportSettings(1, tmp_path / "a", formats={"coco": {}}), tmp_path / "t").numbers == (0,)


def test_the_arithmetic_of_an_estimate() -> None:
    message = {
        "moments_s": [2.0, 2.5, 3.1, 3.5],
        "sizes": [100, 210, 300, 410],
        "finish_s": 0.4,
        "verify_s": 0.4,
        "bytes": 500,
        "written": 4,
        "reasons": [],
    }
    estimate = estimate_from(message)
    assert estimate.step_s == pytest.approx(0.5)
    seconds, spread = estimate.seconds(101)
    assert seconds == pytest.approx(2.0 + 100 * 0.5 + 101 * 0.2)
    assert spread >= 0.1 * seconds
    assert estimate.bytes(10)[0] == pytest.approx(1250)
    assert np.isfinite(estimate.seconds(1)).all()


def test_code_that_loads_is_code(tmp_path: Path) -> None:
    for formats in ({"coco": {}}, {"raw": {}}):
        compile(loading_snippet(tmp_path / "it's", formats), "snippet", "exec")
    assert loading_snippet(tmp_path, {"other": {}}) == ""
