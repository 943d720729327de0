"""Ranges to tighten: right on data whose answer is known, and honest where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.app.browsing.table import FactsTable
from myriorama.app.finding import find_project
from myriorama.app.gallery.axes import Runner, runners
from myriorama.app.gallery.tighten import (
    Evidence,
    Proposal,
    can_tighten,
    gathered,
    proposal_for,
    propose,
    tightened,
    with_range,
    written_of,
)
from myriorama.app.preview.tiles import SampleFacts
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.parameters.dialect import read_distribution
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project


@pytest.fixture
def project() -> Project:
    return load_project(find_project("mugs_on_conveyor")).project


def runner_named(project: Project, title: str) -> Runner:
    return next(r for r in runners(project, builtin_registry()) if r.title == title)


def test_rejects_above_a_value_are_cut_off() -> None:
    kept, rejected = np.linspace(0.0, 0.6, 61), np.linspace(0.65, 1.0, 36)
    found = propose(0.0, 1.0, kept, rejected)
    assert found is not None
    assert (found.low, found.kept) == (0.0, 1.0)
    assert 0.6 < found.high <= 0.7
    assert found.excluded >= 0.9


def test_rejects_on_both_sides_are_cut_off() -> None:
    kept = np.linspace(0.4, 0.6, 21)
    rejected = np.concatenate([np.linspace(0.0, 0.3, 31), np.linspace(0.7, 1.0, 31)])
    found = propose(0.0, 1.0, kept, rejected, exclude=1.0)
    assert found is not None
    assert 0.3 < found.low < 0.4
    assert 0.6 < found.high < 0.7
    assert (found.kept, found.excluded, found.gain) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("exclude", [0.5, 0.9, 1.0])
def test_no_other_range_keeps_more(seed: int, exclude: float) -> None:
    """Against every pair of ends, on values drawn at random."""
    rng = np.random.default_rng(seed)
    kept, rejected = np.round(rng.random(25), 2), np.round(rng.beta(3, 2, 20), 2)
    found = propose(0.0, 1.0, kept, rejected, exclude=exclude)
    values = np.unique(np.concatenate([kept, rejected]))
    best = 0
    for i, low in enumerate(values):
        for high in values[i:]:
            if np.mean((rejected < low) | (rejected > high)) >= exclude - 1e-9:
                best = max(best, int(np.sum((kept >= low) & (kept <= high))))
    assert (0 if found is None else round(found.kept * len(kept))) == best
    if found is not None:
        assert found.excluded >= exclude - 1e-9


def test_whole_numbers_get_whole_ends() -> None:
    kept, rejected = np.array([3.0, 3, 4, 4, 5]), np.array([6.0, 7, 7, 8, 9, 9])
    assert propose(3, 9, kept, rejected, whole=True) == Proposal(3, 5, 1.0, 1.0)


def test_alike_values_and_none_give_no_proposal() -> None:
    same = np.full(10, 0.5)
    assert propose(0.0, 1.0, same, same) is None
    assert propose(0.0, 1.0, np.zeros(0), same) is None
    assert propose(0.0, 1.0, same, np.zeros(0)) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"uniform": [0, 1]}, {"uniform": [0.25, 0.5]}),
        ({"log_uniform": [0.1, 10], "scope": "sample"}, {"log_uniform": [0.25, 0.5], "scope": "sample"}),
        ({"uniform": [0, 1], "chance": 0.5, "otherwise": 3}, {"uniform": [0.25, 0.5], "chance": 0.5, "otherwise": 3}),
        ({"even": [0, 1]}, {"even": [0.25, 0.5]}),
        ({"even_group": {"group": "g", "range": [0, 1]}}, {"even_group": {"group": "g", "range": [0.25, 0.5]}}),
        (
            {"normal": {"mean": 0, "std": 1, "low": -1, "high": 1}},
            {"normal": {"mean": 0, "std": 1, "low": 0.25, "high": 0.5}},
        ),
        (
            {"curve": [[0, 0], [1, 4]]},
            {"curve": [[0.25, 1.0], [0.5, 2.0]]},
        ),
    ],
)
def test_a_distribution_keeps_its_kind(written: dict[str, object], expected: dict[str, object]) -> None:
    cut = tightened(written, 0.25, 0.5)
    assert cut == expected
    assert read_distribution(cut, "here")[1] == []


def test_integers_stay_integers_in_the_file() -> None:
    assert tightened({"integers": [3, 9]}, 3.0, 5.0) == {"integers": [3, 5]}


@pytest.mark.parametrize(
    "written", [0.5, {"beta": {"a": 2, "b": 2, "low": 0, "high": 1}}, {"linked": "a"}, {"choice": [1, 2]}]
)
def test_what_cannot_be_cut_says_why(written: object) -> None:
    assert can_tighten(written)


def test_the_project_changes_in_that_value_alone(project: Project) -> None:
    runner = runner_named(project, "Mugs: Height (m)")
    changed = with_range(project, runner, 0.08, 0.1)
    assert changed.objects[0].parameters["height_m"] == {"uniform": [0.08, 0.1]}
    back = with_range(changed, runner, 0.075, 0.12)
    assert back == project


def test_one_number_of_a_list(project: Project) -> None:
    runner = runner_named(project, "Camera: Target X (m)")
    changed = with_range(project, runner, -0.1, 0.05)
    assert changed.camera.rig.parameters["target_m"] == [{"uniform": [-0.1, 0.05]}, {"uniform": [-0.05, 0.05]}, 0.79]
    assert written_of(changed, runner) == {"uniform": [-0.1, 0.05]}


def test_a_range_outside_the_limits_is_refused(project: Project) -> None:
    with pytest.raises(ValueError, match="Height"):
        with_range(project, runner_named(project, "Mugs: Height (m)"), -5.0, 0.1)


def test_values_come_from_the_facts_of_judged_samples(project: Project) -> None:
    table = FactsTable()
    for i in range(10):
        values = {f"mugs/{k}/height_m": 0.08 + 0.004 * i for k in range(3)}
        table.add(SampleFacts(i, 0, "", f"{i:016x}", 640, 480, (), 0, values))
    runner = runner_named(project, "Mugs: Height (m)")
    (evidence,) = gathered([runner], table, frozenset(range(5)), frozenset(range(5, 10)))
    assert (evidence.kept_samples, evidence.rejected_samples) == (5, 5)
    assert len(evidence.kept) == 15
    found = proposal_for(project, evidence)
    assert isinstance(found, Proposal)
    assert (found.low, found.kept, found.excluded) == (0.075, 1.0, 1.0)
    assert 0.096 < found.high < 0.1
    table.start_epoch(1)
    assert gathered([runner], table, frozenset(range(5)), frozenset(range(5, 10)))[0].rejected_samples == 0


def test_too_few_samples_are_chance(project: Project) -> None:
    runner = runner_named(project, "Mugs: Height (m)")
    few = Evidence(runner, np.array([0.08, 0.08]), np.array([0.11, 0.11]), 2, 2)
    assert "too few" in str(proposal_for(project, few))
