"""Arithmetic for `linked`: numbers, + - * / ( ), min, max, and names of other parameters.

The grammar is all there is: no attribute, no call but min and max, nothing is ever handed to Python's own evaluation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

MAX_LENGTH: Final = 500
MAX_DEPTH: Final = 32
_TOKEN: Final = re.compile(
    r"[ \t]*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<node>@[A-Za-z0-9_.-]+\.[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<project>project\.[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>[-+*/(),]))"
)
_FUNCTIONS: Final[dict[str, Callable[[list[float]], float]]] = {"min": min, "max": max}


class ExpressionError(ValueError):
    """An expression cannot be read, or has no value."""


@dataclass(frozen=True)
class Reference:
    """A name in an expression.

    Attributes
    ----------
    owner : str
        Empty for a sibling, ``project``, or ``@uid``.
    """

    owner: str
    parameter: str

    def __str__(self) -> str:
        return f"{self.owner}.{self.parameter}" if self.owner else self.parameter


@dataclass(frozen=True)
class Operation:
    """`sign` is one of + - * / min max neg; parts are evaluated left to right."""

    sign: str
    parts: tuple[Term, ...]


Term: TypeAlias = "float | Reference | Operation"


@dataclass(frozen=True)
class Expression:
    """A parsed expression; equal texts are equal expressions."""

    text: str
    term: Term

    def references(self) -> tuple[Reference, ...]:
        """Return every name once, in the order of first use."""
        return tuple(dict.fromkeys(_references(self.term)))

    def evaluate(self, lookup: Callable[[Reference], float]) -> float:
        """Return the value.

        Raises
        ------
        ExpressionError
            Division by zero, or a result that is not finite.
        """
        value = _evaluate(self.term, lookup)
        if not math.isfinite(value):
            raise ExpressionError(f"'{self.text}' is not finite")
        return value


def _references(term: Term) -> Iterator[Reference]:
    if isinstance(term, Reference):
        yield term
    elif isinstance(term, Operation):
        for part in term.parts:
            yield from _references(part)


def _evaluate(term: Term, lookup: Callable[[Reference], float]) -> float:
    if isinstance(term, float):
        return term
    if isinstance(term, Reference):
        return lookup(term)
    values = [_evaluate(part, lookup) for part in term.parts]
    if term.sign in _FUNCTIONS:
        return _FUNCTIONS[term.sign](values)
    if term.sign == "neg":
        return -values[0]
    total = values[0]
    for value in values[1:]:
        if term.sign == "+":
            total += value
        elif term.sign == "-":
            total -= value
        elif term.sign == "*":
            total *= value
        elif value == 0.0:
            raise ExpressionError("division by zero")
        else:
            total /= value
    return total


def parse_expression(text: str) -> Expression:
    """Read an expression.

    Raises
    ------
    ExpressionError
        Says what is wrong and at which character, counted from 1.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression has at most {MAX_LENGTH} characters, not {len(text)}")
    reader = _Reader(text)
    term = reader.sum(0)
    if reader.kind:
        raise reader.wrong("an operator or the end")
    return Expression(text, term)


class _Reader:
    """Recursive descent over the tokens; `kind` and `token` are the one being looked at, empty at the end."""

    def __init__(self, text: str) -> None:
        self._text = text.rstrip(" \t")
        self._end = 0
        self.kind = ""
        self.token = ""
        self._start = 0
        self._advance()

    def _advance(self) -> None:
        if self._end >= len(self._text):
            self.kind = self.token = ""
            self._start = len(self._text)
            return
        match = _TOKEN.match(self._text, self._end)
        if match is None:
            at = self._end + len(self._text[self._end :]) - len(self._text[self._end :].lstrip(" \t"))
            raise ExpressionError(f"character {at + 1}: {self._text[at]!r} is not part of an expression")
        self.kind = match.lastgroup or ""
        self.token = match.group(self.kind)
        self._start = match.start(self.kind)
        self._end = match.end()

    def wrong(self, wanted: str) -> ExpressionError:
        found = repr(self.token) if self.kind else "the end"
        return ExpressionError(f"character {self._start + 1}: expected {wanted}, found {found}")

    def _take(self, sign: str) -> None:
        if self.kind != "sign" or self.token != sign:
            raise self.wrong(f"{sign!r}")
        self._advance()

    def _chain(self, signs: str, depth: int, operand: Callable[[int], Term]) -> Term:
        term = operand(depth)
        while self.kind == "sign" and self.token in signs:
            sign = self.token
            self._advance()
            part = operand(depth)
            # (a - b) - c is a - b - c: a run of one sign becomes one operation, so a long sum stays shallow.
            if isinstance(term, Operation) and term.sign == sign:
                term = Operation(sign, (*term.parts, part))
            else:
                term = Operation(sign, (term, part))
        return term

    def sum(self, depth: int) -> Term:
        return self._chain("+-", depth, self._product)

    def _product(self, depth: int) -> Term:
        return self._chain("*/", depth, self._factor)

    def _factor(self, depth: int) -> Term:
        if depth >= MAX_DEPTH:
            raise ExpressionError(f"character {self._start + 1}: nested deeper than {MAX_DEPTH}")
        if self.kind == "sign" and self.token in "+-":
            sign = self.token
            self._advance()
            inner = self._factor(depth + 1)
            return Operation("neg", (inner,)) if sign == "-" else inner
        if self.kind == "sign" and self.token == "(":
            self._advance()
            inner = self.sum(depth + 1)
            self._take(")")
            return inner
        kind, token = self.kind, self.token
        if kind == "number":
            self._advance()
            value = float(token)
            if not math.isfinite(value):
                raise ExpressionError(f"{token} is too large a number")
            return value
        if kind == "name" and token in _FUNCTIONS:
            return self._call(token, depth)
        if kind in ("node", "project", "name"):
            self._advance()
            owner, _, parameter = token.rpartition(".")
            return Reference(owner, parameter)
        raise self.wrong("a number, a name or '('")

    def _call(self, function: str, depth: int) -> Term:
        self._advance()
        self._take("(")
        parts = [self.sum(depth + 1)]
        while self.kind == "sign" and self.token == ",":
            self._advance()
            parts.append(self.sum(depth + 1))
        self._take(")")
        return Operation(function, tuple(parts))
