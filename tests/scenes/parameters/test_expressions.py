"""Link arithmetic against values worked out beside the text, and everything the grammar must not let in."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from myriorama.scenes.parameters.expressions import (
    MAX_DEPTH,
    MAX_LENGTH,
    ExpressionError,
    Reference,
    parse_expression,
)

NAMES = {
    Reference("", "height_m"): 2.0,
    Reference("project", "size"): 3.5,
    Reference("@mug-1.b", "width_m"): -0.25,
}


def value_of(text: str) -> float:
    return parse_expression(text).evaluate(NAMES.__getitem__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1.0),
        ("  .5 ", 0.5),
        ("2.", 2.0),
        ("1e3", 1000.0),
        ("2e-3*2", 0.004),
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("8 / 4 / 2", 1.0),
        ("8 - 4 - 2", 2.0),
        ("8 - (4 - 2)", 6.0),
        ("8 / (4 / 2)", 4.0),
        ("-2 * -3", 6.0),
        ("--2", 2.0),
        ("+2", 2.0),
        ("2 - -2", 4.0),
        ("min(3, 1, 2)", 1.0),
        ("max(1)", 1.0),
        ("max(min(1, 2), 1.5) * 2", 3.0),
        ("height_m / 2", 1.0),
        ("project.size * 2", 7.0),
        ("@mug-1.b.width_m * 4", -1.0),
        ("@mug-1.b.width_m-2", -2.25),
        ("height_m-1", 1.0),
    ],
)
def test_values(text: str, expected: float) -> None:
    assert value_of(text) == expected


LEAF = st.floats(0, 1e6).map(lambda v: (repr(v), v))


def combined(children: Any) -> Any:
    def binary(parts: Any) -> Any:
        sign, (a, x), (b, y) = parts
        if sign == "/":
            # Infinity stands for "has no value", and spreads: min and max alone could hide it.
            return f"({a}) / ({b})", x / y if y and math.isfinite(x) and math.isfinite(y) else math.inf
        if math.isinf(x) or math.isinf(y):
            return f"({a}) {sign} ({b})", math.inf
        return f"({a}) {sign} ({b})", {"+": x + y, "-": x - y, "*": x * y}[sign]

    def called(parts: Any) -> Any:
        name, items = parts
        found = {"min": min, "max": max}[name](v for _, v in items)
        found = math.inf if any(math.isinf(v) for _, v in items) else found
        return f"{name}({', '.join(t for t, _ in items)})", found

    return st.one_of(
        st.tuples(st.sampled_from("+-*/"), children, children).map(binary),
        st.tuples(st.sampled_from(["min", "max"]), st.lists(children, min_size=1, max_size=3)).map(called),
        children.map(lambda c: (f"-({c[0]})", -c[1])),
    )


@settings(max_examples=200, deadline=None)
@given(st.recursive(LEAF, combined, max_leaves=8))
def test_any_expression(case: tuple[str, float]) -> None:
    text, expected = case
    assume(math.isfinite(expected) and len(text) <= MAX_LENGTH)
    assert value_of(text) == expected


def test_names_are_found_once_in_order() -> None:
    found = parse_expression("b + a*b + @n.c + project.d").references()
    assert [str(r) for r in found] == ["b", "a", "@n.c", "project.d"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "found the end"),
        ("   ", "found the end"),
        ("1 +", "found the end"),
        ("1 2", "found '2'"),
        ("(1", "expected ')'"),
        ("1)", "found ')'"),
        ("min()", "found ')'"),
        ("min(1,)", "found ')'"),
        ("min 1", "expected '('"),
        ("abs(1)", "found '('"),
        ("__import__('os')", "found '('"),
        ("a.b", "'.' is not part"),
        ("a.__class__", "'.' is not part"),
        ("project.", "'.' is not part"),
        ("@uid", "'@' is not part"),
        ("@.x", "'@' is not part"),
        ("2 ** 3", "found '*'"),
        ("2 // 3", "found '/'"),
        ("2 % 3", "'%' is not part"),
        ("a[0]", "'[' is not part"),
        ("'a'", "is not part"),
        ("1;2", "';' is not part"),
        ("a = 2", "'=' is not part"),
        ("lambda: 1", "':' is not part"),
        ("1 if 1 else 2", "found 'if'"),
        ("1\n+1", "is not part"),
        ("höhe", "is not part"),
        ("٣", "is not part"),
        ("1e999", "too large"),
        ("nan", None),
        ("0x10", "found 'x10'"),
        ("1_000", "found '_000'"),
        ("(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1), "nested deeper"),
        ("-" * (MAX_DEPTH + 1) + "1", "nested deeper"),
        ("min(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1), "nested deeper"),
        ("1+" * MAX_LENGTH + "1", "at most"),
    ],
)
def test_what_is_refused(text: str, part: str | None) -> None:
    if part is None:  # a name like any other: only its lookup can fail
        assert parse_expression(text).references() == (Reference("", text),)
        return
    with pytest.raises(ExpressionError, match=re.escape(part)):
        parse_expression(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_expression(text)
    except ExpressionError:
        return


@pytest.mark.parametrize("text", ["1 / 0", "1 / (height_m - 2)", "0 / 0"])
def test_division_by_zero(text: str) -> None:
    with pytest.raises(ExpressionError, match="division by zero"):
        value_of(text)


def test_overflow_is_no_value() -> None:
    with pytest.raises(ExpressionError, match="not finite"):
        value_of("1e308 * 10")


def test_the_longest_sum_is_evaluated() -> None:
    assert value_of("+".join(["1"] * 250)) == 250.0
    assert value_of("1" + "+1-1" * 124) == 1.0
