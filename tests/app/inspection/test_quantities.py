"""Typed numbers: units, arithmetic, and refusals with reasons."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myriorama.app.inspection.quantities import (
    QuantityError,
    exact_number,
    parse_quantity,
    shown_number,
    units_for,
    with_unit,
)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("12 cm", "m", 0.12),
        ("12cm", "mm", 120.0),
        ("3/4", "", 0.75),
        ("50 %", "", 0.5),
        ("-(1 + 2) * 3", "m", -9.0),
        ("1 m + 5 cm", "m", 1.05),
        ("2 * (1 cm + 3 mm)", "m", 0.026),
        ("0.25 turn", "deg", 90.0),
        ("8 g/cm3", "kg/m3", 8000.0),
        ("90 min", "h", 1.5),
        ("1e-3", "", 0.001),
        ("30 cm", "m", 0.3),
    ],
)
def test_reads_quantities(text: str, unit: str, value: float) -> None:
    assert parse_quantity(text, unit) == value


@pytest.mark.parametrize(
    ("text", "unit", "reason"),
    [
        ("", "m", "a number is needed"),
        ("nan", "", "finite"),
        ("1e999", "", "not finite"),
        ("2 kg", "m", "no unit here"),
        ("1 m * 2 m", "m", "another kind"),
        ("0,5", "", "decimal point"),
        ("1 / 0", "", "division by zero"),
        ("(1", "", "closing bracket"),
        ("1 2", "", "does not belong"),
        ("__import__('os')", "", "no"),
        ("1 +", "", "missing at the end"),
        ("(" * 40 + "1", "", "brackets"),
    ],
)
def test_refuses_with_a_reason(text: str, unit: str, reason: str) -> None:
    with pytest.raises(QuantityError, match=reason):
        parse_quantity(text, unit)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e90, max_value=1e90))
def test_what_is_edited_reads_back_exactly(value: float) -> None:
    assert parse_quantity(exact_number(value)) == value


@given(st.text(max_size=40))
def test_any_text_is_a_finite_number_or_refused(text: str) -> None:
    try:
        value = parse_quantity(text, "m")
    except QuantityError:
        return
    assert math.isfinite(value)


def test_every_unit_is_one_of_itself() -> None:
    for unit in ("m", "mm", "deg", "s", "h", "kg/m3", "K", "px", "EV"):
        assert units_for(unit)[unit] == 1.0


def test_shown_numbers() -> None:
    assert shown_number(0.1 + 0.2) == "0.3"
    assert shown_number(2350.0) == "2350"
    assert with_unit(90.0, "deg") == "90°"
    assert with_unit(0.12, "m") == "0.12 m"
