"""Reads which samples a job leaves out and which options its formats get, from the text of the command line.

It judges no option's value: that is the writer's declaration's affair, told before a job starts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from myriorama.scenes.errors import InputError, PluginError, Problem
from myriorama.scenes.parameters.wording import shown, suggestion

if TYPE_CHECKING:
    from myriorama.plugins.registry import PluginRegistry

_RUN: Final = re.compile(r"([0-9]{1,15})(?:-([0-9]{1,15}))?")
_MOST: Final = 10_000_000


def read_runs(option: str, text: str) -> frozenset[int]:
    """Return the numbers of a list such as ``3,17,20-25``.

    Raises
    ------
    InputError
        A part is neither a number nor a run of them, or they are more than ten million.
    """
    numbers: set[int] = set()
    for part in text.split(","):
        match = _RUN.fullmatch(part.strip())
        last = int(match[2] or match[1]) if match else -1
        if match is None or last < int(match[1]) or last - int(match[1]) >= _MOST:
            allowed = "numbers and runs of them, such as 3,17,20-25"
            raise InputError(Problem(option, "this is no sample number and no run of them", shown(part), allowed))
        numbers.update(range(int(match[1]), last + 1))
    return frozenset(numbers)


def runs_text(numbers: Iterable[int]) -> str:
    """Return the text that `read_runs` reads as these numbers."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def without(whole: range, left_out: frozenset[int]) -> tuple[int, ...]:
    """Return the numbers of a range that are not left out.

    Raises
    ------
    InputError
        None is left.
    """
    kept = tuple(index for index in whole if index not in left_out)
    if not kept:
        raise InputError(Problem("--skip", "no sample is left", runs_text(left_out)[:80], "some samples of the job"))
    return kept


def read_writer_options(
    option: str, given: list[str] | None, registry: PluginRegistry
) -> Mapping[str, Mapping[str, Any]]:
    """Return writer -> options of texts such as ``raw.depth=float32``.

    Raises
    ------
    InputError
        A text has another shape, names an unknown writer or option, or its value is not acceptable.
    """
    from myriorama.scenes.parameters.fit import fit_literal
    from myriorama.scenes.parameters.schema import by_name

    out: dict[str, dict[str, Any]] = {}
    problems = []
    for text in given or ():
        path, equals, written = text.partition("=")
        writer, dot, name = path.partition(".")
        if not equals or not dot:
            problems.append(Problem(option, "this sets no option", shown(text), "WRITER.NAME=VALUE"))
            continue
        try:
            declared = by_name(registry.parameters("writer", writer))
        except PluginError as error:
            problems.append(Problem(option, str(error), shown(text)))
            continue
        if name not in declared:
            problems.append(Problem(option, "there is no such option", shown(name), suggestion(name, list(declared))))
            continue
        _, problem = fit_literal(_value(written), declared[name], f"{option} {path}")
        if problem is not None:
            problems.append(problem)
        out.setdefault(writer, {})[name] = _value(written)
    if problems:
        raise InputError(problems)
    return out


def _value(text: str) -> Any:
    """Return JSON as what it says, and anything else as the word that it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text
