"""Moving and scaling values as they are written."""

from __future__ import annotations

from typing import Any

import pytest

from myriorama.app.viewing.written import UnableError, middle, scaled, shifted, shifted_vector
from myriorama.scenes.parameters.dialect import read_distribution

MOVABLE: list[Any] = [
    {"uniform": [0.1, 0.4]},
    {"even": [-1, 3]},
    {"normal": {"mean": 0.2, "std": 0.1, "low": 0.0, "high": 0.5}},
    {"beta": {"a": 2, "b": 3, "low": 0.1, "high": 0.9}},
    {"curve": [[0.0, 0.0], [0.5, 2.0], [1.0, 0.0]]},
    {"choice": [0.1, 0.2, 0.7], "weights": [1, 2, 1]},
    {"even_group": {"group": "g", "range": [0.1, 0.3]}},
    {"uniform": [0.1, 0.4], "chance": 0.5, "otherwise": 0.2, "scope": "sample"},
]


@pytest.mark.parametrize("written", MOVABLE)
def test_a_distribution_moves_as_a_whole(written: Any) -> None:
    moved = shifted(written, 0.25)
    found, problems = read_distribution(moved, "x")
    before, _ = read_distribution(written, "x")
    assert found is not None, problems
    assert before is not None
    a, b = before.distribution.support(), found.distribution.support()
    if a is not None and b is not None:
        assert b == pytest.approx((a[0] + 0.25, a[1] + 0.25))
    middle_before, middle_after = middle(written), middle(moved)
    assert middle_before is not None
    assert middle_after == pytest.approx(middle_before + 0.25)


@pytest.mark.parametrize("written", [*MOVABLE, {"log_uniform": [0.1, 10.0]}])
def test_a_distribution_scales_as_a_whole(written: Any) -> None:
    found, problems = read_distribution(scaled(written, 2.0), "x")
    before, _ = read_distribution(written, "x")
    assert found is not None, problems
    assert before is not None
    a, b = before.distribution.support(), found.distribution.support()
    if a is not None and b is not None:
        assert b == pytest.approx((2 * a[0], 2 * a[1]))
    if "normal" in written:
        assert scaled(written, 2.0)["normal"]["std"] == 0.2


def test_plain_numbers_stay_plain() -> None:
    assert shifted(0.1, 0.2) == 0.3
    assert shifted(1, 1.0) == 2
    assert isinstance(shifted(0.5, 0.5), int)
    assert shifted({"integers": [2, 5]}, 1.0) == {"integers": [3, 6]}


@pytest.mark.parametrize(
    ("written", "by"),
    [
        ({"log_uniform": [0.1, 10.0]}, 1.0),
        ({"linked": "a + 1"}, 1.0),
        ({"integers": [2, 5]}, 0.5),
        ({"uniform": [0, 1], "chance": 0.5}, 1.0),
        ("words", 1.0),
        (True, 1.0),
    ],
)
def test_what_has_no_meaning_is_refused_with_a_reason(written: Any, by: float) -> None:
    with pytest.raises(UnableError) as refused:
        shifted(written, by)
    assert len(str(refused.value)) > 10


def test_vectors_move_by_component_and_leave_the_others_as_written() -> None:
    written = [{"uniform": [0, 1]}, {"linked": "a"}, 0.75]
    assert shifted_vector(written, (0.5, 0.0, -0.25)) == [{"uniform": [0.5, 1.5]}, {"linked": "a"}, 0.5]
    with pytest.raises(UnableError):
        shifted_vector(written, (0.0, 0.1, 0.0))
    assert shifted_vector({"choice": [[0, 0, 0], [1, 1, 1]]}, (1, 0, 0)) == {"choice": [[1, 0, 0], [2, 1, 1]]}
