"""The examples as the welcome page shows them."""

from __future__ import annotations

from myriorama.app.examples import examples
from myriorama.app.finding import example_names


def test_every_example_is_shown_once_with_words_and_a_picture() -> None:
    shown = examples()
    assert sorted(e.name for e in shown) == list(example_names())
    assert all(e.about and e.picture is not None for e in shown)
    assert shown[0].name == "mugs_on_conveyor"
