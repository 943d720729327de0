"""Declared limits as people and programs read them."""

from __future__ import annotations

import json

import pytest

from myriorama.app.cli.limits import allowed_values, parameter_json
from myriorama.scenes.parameters.schema import Choice, Color, Float, Int, Parameter, Text, Vector


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        (Float("a_m", 0.5, help="h", minimum=0.01, maximum=1), "0.01 to 1"),
        (Float("a_m", 0.5, help="h", minimum=0), "at least 0"),
        (Float("a_m", 0.5, help="h", maximum=12345.678), "at most 12345.678"),
        (Float("a_m", 0.5, help="h"), "any number"),
        (Int("n", 1, help="h", minimum=1, maximum=6), "whole, 1 to 6"),
        (Int("n", 1, help="h"), "whole, any"),
        (Int("n", 1, help="h", minimum=1234567, maximum=7654321), "whole, 1234567 to 7654321"),
        (Vector("v", [0, 0], help="h", size=2, minimum=-1, maximum=1), "2 numbers, each -1 to 1"),
        (Choice("c", "left", help="h", options=("left", "right")), "one of: left, right"),
        (Text("t", "", help="h", max_length=7), "text, up to 7 characters"),
        (Color("c", "#ffffff", help="h"), '"#rrggbb" or 3 numbers, each 0 to 1'),
    ],
)
def test_limits_are_told_exactly(parameter: Parameter, words: str) -> None:
    assert allowed_values(parameter) == words


def test_a_declaration_is_json_without_infinity() -> None:
    told = parameter_json(Float("a_m", 0.5, help="h", unit="m", minimum=0))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert (told["kind"], told["minimum"], told["maximum"], told["unit"]) == ("float", 0, None, "m")
