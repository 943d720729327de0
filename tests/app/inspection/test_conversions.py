"""Every kind of value turns into every other kind that its declaration may have, and stays legal."""

from __future__ import annotations

import pytest

from myriorama.app.inspection.candidates import refusal
from myriorama.app.inspection.conversions import (
    FIXED,
    KIND_HELP,
    KIND_TITLES,
    converted,
    fixed,
    kind_of,
    kinds_for,
    varied,
)
from myriorama.app.inspection.spread import shown_range, spread_of
from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.readers import READERS
from myriorama.scenes.parameters.schema import (
    Bool,
    Choice,
    Color,
    Direction,
    File,
    Float,
    Int,
    Parameter,
    Rotation,
    Text,
    Vector,
)

DECLARED: tuple[Parameter, ...] = (
    Float("height_m", 0.1, help="h", unit="m", minimum=0.001, maximum=10.0),
    Float("share", 0.0, help="s", minimum=0.0, maximum=1.0),
    Float("offset", -3.0, help="o"),
    Float("edge", 1.0, help="o", minimum=0.0, maximum=1.0),
    Int("count", 3, help="n", minimum=0, maximum=10),
    Int("one", 0, help="n", minimum=0, maximum=1),
    Bool("on", True, help="b"),
    Choice("kind", "a", help="c", options=("a", "b", "c")),
    Text("words", "", help="t"),
    Color("base_color", "#336699", help="c"),
    Color("listed", [0.1, 0.2, 0.3], help="c"),
    Vector("center_m", [0, 0, 1], help="v", unit="m"),
    Direction("axis", [0, 0, 1], help="d"),
    Rotation("turn", [1, 0, 0, 0], help="r"),
    File("image", "a/b.png", help="f"),
)


@pytest.mark.parametrize("declaration", DECLARED, ids=lambda p: p.name)
def test_every_kind_from_every_kind(declaration: Parameter) -> None:
    kinds = kinds_for(declaration)
    for first in kinds:
        start = converted(declaration.default, declaration, first)
        assert kind_of(start) == first
        if not (first == "linked" and declaration.kind == "int"):
            assert refusal(start, declaration, per_object=True) == "", (first, start)
        for second in kinds:
            value = converted(start, declaration, second)
            assert kind_of(value) == second
            assert refusal(value, declaration, per_object=True) == "", (first, second, start, value)


def test_kinds_are_those_of_the_dialect() -> None:
    """Nothing that a declaration may have is left out, and nothing else is offered."""
    words = {w: cls for cls in _all(d.Distribution) for w in [cls.word] if w}
    for declaration in DECLARED:
        allowed = {w for w, cls in words.items() if declaration.kind in cls.kinds}
        offered = set(kinds_for(declaration)) - {FIXED, "each"}
        assert offered <= allowed
        assert allowed - offered <= {"choice", "chance"}
        assert allowed - offered == set() or declaration.kind == "bool"
    assert {*READERS, "chance", "each", FIXED} == set(KIND_TITLES) == set(KIND_HELP)


def _all(kind: type[d.Distribution]) -> set[type[d.Distribution]]:
    return {kind}.union(*(_all(k) for k in kind.__subclasses__()))


def test_a_tenth_becomes_a_range_around_it() -> None:
    assert converted(0.1, DECLARED[0], "uniform") == {"uniform": [0.09, 0.11]}
    assert converted(1.0, DECLARED[3], "uniform") == {"uniform": [0.8, 1.0]}
    assert converted(3, DECLARED[4], "integers") == {"integers": [2, 4]}


def test_what_both_can_say_is_kept() -> None:
    height = DECLARED[0]
    normal = converted({"uniform": [0.2, 0.4], "scope": "dataset", "chance": 0.5, "otherwise": 1.0}, height, "normal")
    body = normal["normal"]
    assert (body["low"], body["high"], body["mean"]) == (0.2, 0.4, 0.3)
    assert body["std"] == pytest.approx(0.2 / 12**0.5, abs=1e-4)
    assert (normal["scope"], normal["chance"], normal["otherwise"]) == ("dataset", 0.5, 1.0)
    assert converted(normal, height, "uniform")["uniform"] == [0.2, 0.4]
    assert fixed(normal, height) == 0.3
    beta = converted({"curve": [[1.0, 0.0], [2.0, 1.0], [3.0, 0.0]]}, height, "beta")["beta"]
    assert beta["a"] == pytest.approx(beta["b"], rel=1e-6)


def test_the_suggestion_is_taken_where_it_holds_the_value() -> None:
    declared = Float("height_m", 0.1, help="h", minimum=0.0, maximum=1.0, suggested={"uniform": [0.05, 0.2]})
    assert varied(0.1, declared) == {"uniform": [0.05, 0.2]}
    assert varied(0.9, declared) == {"uniform": [0.81, 0.99]}


def test_spread_is_that_of_the_draws() -> None:
    """Mean and standard deviation by formula agree with the sampler's."""
    import numpy as np

    from myriorama.app.inspection.candidates import cells_of
    from myriorama.app.inspection.histogram import draw_many

    for value in (
        {"uniform": [1.0, 3.0]},
        {"log_uniform": [0.1, 10.0]},
        {"beta": {"a": 2.0, "b": 5.0, "low": 1.0, "high": 4.0}},
        {"curve": [[0.0, 1.0], [1.0, 3.0], [4.0, 0.0]]},
        {"choice": [1.0, 2.0, 7.0], "weights": [1, 1, 2]},
        {"even": [0.0, 2.0]},
    ):
        declared = Float("x", 0.0, help="x")
        drawn = np.array(draw_many(cells_of(value, declared, per_object=False)[0][0], "n/x", 3, 4000))
        spread = spread_of(value, declared)
        assert drawn.mean() == pytest.approx(spread.mean, abs=5 * spread.std / 4000**0.5)
        assert drawn.std() == pytest.approx(spread.std, rel=0.06)


def test_a_slider_spans_the_range_and_the_limits_near_it() -> None:
    share = DECLARED[1]
    assert shown_range(spread_of({"uniform": [0.2, 0.4]}, share), share) == (0.0, 1.0)
    height = DECLARED[0]
    low, high = shown_range(spread_of({"uniform": [0.2, 0.4]}, height), height)
    assert 0.001 <= low < 0.2
    assert 0.4 < high < 10.0
