"""Pictures of distributions: the draws are the project's own, and they fit what is declared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_1samp

from myriorama.app.document.addresses import Address, write
from myriorama.app.inspection.candidates import cells_of
from myriorama.app.inspection.histogram import Categories, Histogram, density_at, draw_many, histogram
from myriorama.app.inspection.sentences import sentence
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.parameters.schema import Bool, Choice, Color, Float, Int, Parameter
from myriorama.scenes.project.model import Project

X = Float("x", 0.0, help="x", unit="m")

CONTINUOUS: tuple[dict[str, Any], ...] = (
    {"uniform": [1.0, 3.0]},
    {"log_uniform": [0.1, 10.0]},
    {"normal": {"mean": 1.0, "std": 2.0, "low": 0.0, "high": 2.5}},
    {"beta": {"a": 2.0, "b": 5.0, "low": 1.0, "high": 4.0}},
    {"curve": [[0.0, 1.0], [1.0, 3.0], [4.0, 0.0]]},
    {"even": [0.0, 2.0]},
)


@pytest.mark.parametrize("value", CONTINUOUS, ids=lambda v: next(iter(v)))
def test_draws_fit_the_declared_curve(value: dict[str, Any]) -> None:
    """Kolmogorov-Smirnov of the draws against the integral of the very curve that is painted."""
    found = histogram(value, X, "node/x", 5)
    assert isinstance(found, Histogram)
    assert len(found.draws) == 1000
    places = np.linspace(0.0, 1.0, 4001)
    heights = np.interp(places, found.curve[:, 0], found.curve[:, 1])
    areas = np.concatenate([[0.0], np.cumsum(0.5 * (heights[1:] + heights[:-1]) * np.diff(places))])
    assert areas[-1] * len(found.shares) == pytest.approx(1.0, abs=0.03)
    assert found.quantile(0.25) == pytest.approx(np.quantile(found.draws, 0.25), abs=0.06 * (found.high - found.low))
    drawn = np.array([found.place(v) for v in found.draws.tolist()])
    assert ks_1samp(drawn, lambda x: np.interp(x, places, areas / areas[-1])).pvalue > 1e-3
    assert found.shares.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    "value", [*CONTINUOUS, {"integers": [3, 9]}, {"choice": [1.0, 2.0]}, {"uniform": [0, 1], "chance": 0.3}]
)
def test_draws_are_those_of_the_samples(mugs: Project, registry: PluginRegistry, value: dict[str, Any]) -> None:
    """What the picture draws is what the plan draws for the same samples: to the last bit."""
    project = write(mugs, Address("lamp", "parameters", "strength"), {"uniform": [0, 1]})
    scale = registry.parameters("environment", "area")
    declared = next(p for p in scale if p.name == "strength")
    project = write(project, Address("lamp", "parameters", "strength"), value)
    plan = compile_plan(project, registry)
    drawn = draw_many(
        cells_of(value, declared, per_object=False, path="lamp/strength")[0][0], "lamp/strength", project.seed, 8
    )
    assert drawn == [plan.draw(i).lights[0].values["strength"] for i in range(8)]


def test_per_object_draws_are_the_first_objects(mugs: Project, registry: PluginRegistry) -> None:
    declared = next(p for p in registry.parameters("generator", "mug") if p.name == "height_m")
    value = mugs.objects[0].parameters["height_m"]
    drawn = draw_many(cells_of(value, declared, per_object=True)[0][0], "mugs/height_m", mugs.seed, 5)
    plan = compile_plan(mugs, registry)
    assert drawn == [plan.draw(i).objects[0].members[0].values["height_m"] for i in range(5)]


@pytest.mark.parametrize(
    ("value", "declaration"),
    [
        ({"choice": ["a", "b"], "weights": [3, 1]}, Choice("k", "a", help="k", options=("a", "b"))),
        ({"chance": 0.75}, Bool("b", True, help="b")),
        ({"palette": ["#ff0000", "#00ff00"], "weights": [3, 1]}, Color("c", "#000000", help="c")),
    ],
)
def test_words_and_colours_have_bars(value: dict[str, Any], declaration: Parameter) -> None:
    found = histogram(value, declaration, "n/k", 1)
    assert isinstance(found, Categories)
    first = found.entries[0]
    assert first[1] == 0.75
    assert first[2] == pytest.approx(0.75, abs=0.06)


def test_a_value_of_the_dataset_is_one_draw() -> None:
    found = histogram({"uniform": [0.0, 1.0], "scope": "dataset"}, X, "n/x", 1)
    assert isinstance(found, Histogram)
    assert len(found.draws) == 1


def test_what_has_no_picture_has_none() -> None:
    assert histogram({"linked": "y * 2"}, X, "n/x", 1) is None
    assert histogram({"uniform": [2.0, 1.0]}, X, "n/x", 1) is None


def test_whole_numbers_get_a_bin_each() -> None:
    found = histogram({"integers": [3, 9]}, Int("n", 3, help="n"), "n/n", 1)
    assert isinstance(found, Histogram)
    assert len(found.shares) == 7
    assert (found.shares > 0.05).all()


def test_density_of_a_far_tail_is_left_out() -> None:
    from myriorama.scenes.parameters import distributions as d

    assert density_at(d.Linked.__mro__[1](), np.zeros(2)) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"uniform": [0.08, 0.12]}, "Half of the objects: 9 to 11 cm."),
        ({"uniform": [2.0, 10.0], "scope": "sample"}, "All objects of a sample share it."),
        ({"linked": "y / 2"}, "Computed as y / 2."),
        ({"choice": [1.0, 2.0]}, "One of 2 numbers."),
        ({"uniform": [0.0, 1.0], "chance": 0.25, "otherwise": 0.5}, "With 25 % chance; else 0.5."),
    ],
)
def test_sentences(value: dict[str, Any], text: str) -> None:
    assert text in sentence(value, X, histogram(value, X, "n/x", 1, per_object=True), per_object=True)
