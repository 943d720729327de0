"""What may stand for a parameter: judged by the code that loading uses."""

from __future__ import annotations

from typing import Any

import pytest

from myriorama.app.document.addresses import MISSING, Address, write
from myriorama.app.inspection.candidates import refusal, refusal_within, tangled
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.parameters.schema import Choice, Color, File, Float, Int, Parameter, Vector
from myriorama.scenes.project.model import Project

HEIGHT = Float("height_m", 0.1, help="h", unit="m", minimum=0.01, maximum=2.0)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (0.001, "outside its limits"),
        (3, "from 0.01 to 2 m"),
        (float("nan"), "not a finite number"),
        ("tall", "no value for"),
        ({"uniform": [0.2, 0.1]}, "reversed"),
        ({"uniform": [0.001, 0.1]}, "reaches outside the limits"),
        ({"normal": {"mean": 1, "std": 0, "low": 0.1, "high": 2}}, "above 0"),
        ({"palette": ["#ffffff"]}, "cannot stand for"),
        ({"uniform": [0.1, 0.2], "scope": "object"}, "not drawn for each object"),
        ({"unifrom": [0.1, 0.2]}, "did you mean"),
        ({"uniform": [0.1, 0.2], "chance": 2}, "probability"),
        ({"uniform": [0.1, 0.2], "chance": 0.5, "otherwise": 9}, "outside its limits"),
    ],
)
def test_refuses_with_the_reason_of_loading(value: Any, word: str) -> None:
    assert word in refusal(value, HEIGHT)


@pytest.mark.parametrize(
    ("value", "declaration"),
    [
        (MISSING, HEIGHT),
        (0.01, HEIGHT),
        ({"log_uniform": [0.01, 2.0]}, HEIGHT),
        ([{"uniform": [0, 1]}, 2, 3], Vector("v", [0, 0, 0], help="v")),
        ({"folder": "photos", "pattern": "*.jpg"}, File("f", "", help="f")),
        ({"palette": ["#ff0000", "#00ff00"], "weights": [1, 2]}, Color("c", "#ffffff", help="c")),
        ({"integers": [1, 6]}, Int("n", 1, help="n")),
        ({"choice": ["a"]}, Choice("k", "a", help="k", options=("a", "b"))),
    ],
)
def test_lets_good_values_through(value: Any, declaration: Parameter) -> None:
    assert refusal(value, declaration) == ""


def test_links_are_judged_in_the_whole_project(mugs: Project, registry: PluginRegistry) -> None:
    address = Address("mugs", "parameters", "wall_m")
    good = write(mugs, address, {"linked": "diameter_m / 20"})
    bad = write(mugs, address, {"linked": "diametre_m / 20"})
    assert tangled({"linked": "x"})
    assert tangled([{"even_group": {}}])
    assert not tangled({"uniform": [0, 1]})
    assert refusal_within(mugs, good, registry) == ""
    assert "diameter_m" in refusal_within(mugs, bad, registry)
