"""What is typed finds what is meant."""

from __future__ import annotations

import pytest

from myriorama.app.actions.fuzzy import score

TITLES = ("Open…", "Open recent", "Export…", "Copy sample key", "Select Mugs", "Reset layout", "Previous problem")


def best(typed: str) -> str:
    return max(TITLES, key=lambda title: score(typed, title))


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("open", "Open…"),
        ("open...", "Open…"),
        ("open…", "Open…"),
        ("recent", "Open recent"),
        ("exp", "Export…"),
        ("mug", "Select Mugs"),
        ("rl", "Reset layout"),
        ("csk", "Copy sample key"),
        ("layout reset", "Reset layout"),
        ("PROBLEM", "Previous problem"),
    ],
)
def test_the_best_fit_is_what_a_person_means(typed: str, wanted: str) -> None:
    assert best(typed) == wanted


def test_letters_that_do_not_come_in_order_do_not_fit() -> None:
    assert score("xyz", "Open") == 0
    assert score("nepo", "Open") == 0
    assert score("open zzz", "Open") == 0


def test_nothing_typed_fits_everything_alike() -> None:
    assert {score("", title) for title in TITLES} == {1.0}
