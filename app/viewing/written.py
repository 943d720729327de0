"""Moves and scales a value as a project writes it: a number, a list, or a distribution in place of either.

What cannot keep its meaning is refused with the reason; nothing is clamped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

Change = Callable[[float], float]
_DIGITS: Final = 5
_RANGES: Final = ("uniform", "even", "log_uniform")


class UnableError(ValueError):
    """The value cannot be changed like this; the message says why."""


def shifted(written: Any, by: float) -> Any:
    """Return a written number moved by `by`: both ends of a range, mean and limits of a normal, every option.

    Raises
    ------
    UnableError
    """
    return _changed(written, lambda v: v + by, moves=True)


def scaled(written: Any, factor: float) -> Any:
    """Return a written number times a positive `factor`; spreads scale with it.

    Raises
    ------
    UnableError
    """
    return _changed(written, lambda v: v * factor, moves=False, spread=factor)


def shifted_vector(written: Any, by: Sequence[float]) -> Any:
    """Return a written vector moved by as many components.

    Raises
    ------
    UnableError
    """
    if isinstance(written, list | tuple):
        return [shifted(v, d) if d else v for v, d in zip(written, by, strict=True)]
    if isinstance(written, Mapping) and "choice" in written and "chance" not in written:
        return {**written, "choice": [shifted_vector(option, by) for option in written["choice"]]}
    raise UnableError(f"{_told(written)} stands for the whole vector and cannot be moved")


def middle(written: Any) -> float | None:
    """Return a number in the middle of a written one, for showing; None where it cannot be told."""
    found = list(numbers_in(written))
    return (min(found) + max(found)) / 2.0 if found else None


def numbers_in(written: Any) -> Iterator[float]:
    """Yield the numbers between which a written number lies."""
    if isinstance(written, bool):
        return
    if isinstance(written, int | float):
        yield float(written)
    elif isinstance(written, Mapping):
        for word in (*_RANGES, "integers", "choice"):
            if isinstance(written.get(word), list):
                for entry in written[word]:
                    yield from numbers_in(entry)
        for word in ("normal", "beta"):
            if isinstance(written.get(word), Mapping):
                yield from numbers_in(written[word].get("low"))
                yield from numbers_in(written[word].get("high"))
        if isinstance(written.get("curve"), list):
            for point in written["curve"]:
                yield from numbers_in(point[0])
        if isinstance(written.get("even_group"), Mapping):
            for entry in written["even_group"].get("range", ()):
                yield from numbers_in(entry)
        yield from numbers_in(written.get("otherwise"))


def _changed(written: Any, change: Change, *, moves: bool, spread: float = 1.0) -> Any:
    if isinstance(written, bool) or written is None:
        raise UnableError(f"{_told(written)} is no number")
    if isinstance(written, int | float):
        return _tidy(change(float(written)))
    if not isinstance(written, Mapping):
        raise UnableError(f"{_told(written)} is no number")
    if "chance" in written and "otherwise" not in written:
        raise UnableError("part of the samples take the declared default here, which does not move; give an otherwise")
    out = dict(written)
    if "otherwise" in out:
        out["otherwise"] = _tidy(change(float(out["otherwise"])))
    for word in written:
        body = written[word]
        if word in ("chance", "otherwise", "scope", "weights"):
            continue
        if word == "log_uniform" and moves:
            raise UnableError("a log_uniform range cannot be moved without another shape; scale it or edit its ends")
        if word in (*_RANGES, "choice"):
            out[word] = [_changed(v, change, moves=moves) for v in body]
        elif word == "integers":
            ends = [change(float(v)) for v in body]
            if any(abs(v - round(v)) > 1e-9 for v in ends):
                raise UnableError("whole numbers cannot be moved by a part of one")
            out[word] = [round(v) for v in ends]
        elif word == "normal":
            out[word] = {k: _tidy(v * spread if k == "std" else change(float(v))) for k, v in body.items()}
        elif word == "beta":
            out[word] = {k: _tidy(change(float(v))) if k in ("low", "high") else v for k, v in body.items()}
        elif word == "curve":
            out[word] = [[_tidy(change(float(x))), density] for x, density in body]
        elif word == "even_group":
            out[word] = {**body, "range": [_tidy(change(float(v))) for v in body["range"]]}
        elif word == "linked":
            raise UnableError("it is computed from other values; change those, or write a number in its place")
        else:
            raise UnableError(f"a {word} cannot be moved or scaled")
    return out


def _tidy(value: float) -> float | int:
    if not math.isfinite(value):
        raise UnableError("the result is no finite number")
    rounded = round(value, _DIGITS)
    return int(rounded) if float(rounded).is_integer() and abs(rounded) < 2**53 else rounded


def _told(written: Any) -> str:
    text = str(written)
    return text if len(text) < 40 else text[:37] + "..."
