"""Checks on what a plugin declares: read from the class, without running its methods.

The same data makes inspector rows, documents and schemas, so what is missing here is missing for every user.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from myriorama.plugins.api import Annotator, Choice, Effect, Float, Generator, Int, Parameter, Placement, Plugin, Vector
from myriorama.plugins.manifest import NAME, parameter_from_json, parameter_to_json
from myriorama.scenes.errors import InputError
from myriorama.scenes.parameters.dialect import read_distribution
from myriorama.scenes.parameters.distributions import Chance
from myriorama.scenes.parameters.fit import fit_distribution, fit_literal

UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "_m": "m",
        "_mm": "mm",
        "_m2": "m2",
        "_m3": "m3",
        "_deg": "deg",
        "_px": "px",
        "_s": "s",
        "_ms": "ms",
        "_kg": "kg",
        "_g": "g",
        "_kg_m3": "kg/m3",
        "_ml": "ml",
        "_k": "K",
        "_m_s": "m/s",
        "_deg_s": "deg/s",
        "_e_s": "e/s",
        "_mm_h": "mm/h",
    }
)
"""How a name ends where the number has this unit."""
_WIDEST_INT: Final = (-(2**31), 2**31 - 1)
_PASSES: Final = frozenset(("truth", "amodal", "rgb", "linear"))


def every_parameter(plugin: type[Plugin]) -> tuple[Parameter, ...]:
    """Return a plugin's declarations, those per object too."""
    more = plugin.per_object if issubclass(plugin, Placement) else ()
    return (*plugin.parameters, *more)


def words(plugin: type[Plugin]) -> str:
    """Name, label, help and version are there, and traits are of their types."""
    name = getattr(plugin, "name", None)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return f"name is snake_case of at most 64 letters, not {name!r}"
    for word in ("label", "help", "version"):
        text = getattr(plugin, word)
        if not isinstance(text, str) or not text.strip():
            return f"{word} is empty; write " + ("one sentence" if word == "help" else "a word or two")
    if not plugin.help.rstrip().endswith((".", "!", "?")):
        return f"help is a sentence with a full stop, not {plugin.help!r}"
    return next(_trait_faults(plugin), "")


def _trait_faults(plugin: type[Plugin]) -> Iterator[str]:
    if issubclass(plugin, Generator):
        extent: Any = plugin.extent_m
        closed: Any = plugin.watertight
        if not (isinstance(extent, tuple) and len(extent) == 2 and 0 < extent[0] < extent[1] < math.inf):
            yield f"extent_m is the smallest and the largest diagonal in metres, not {extent!r}"
        if not isinstance(closed, bool):
            yield f"watertight is True or False, not {closed!r}"
        if plugin.home not in ("objects", "stage"):
            yield f"home is objects or stage, not {plugin.home!r}"
    if issubclass(plugin, Annotator):
        named: Any = plugin.fills
        if not named or not all(isinstance(f, str) and NAME.fullmatch(f) for f in named):
            yield f"fills names the fields that annotate returns, in snake_case, not {named!r}"
        if not set(plugin.passes) <= _PASSES:
            yield f"passes are among {', '.join(sorted(_PASSES))}, not {sorted(plugin.passes)}"
    if issubclass(plugin, Effect):
        yield from _stage_faults(plugin)


def _stage_faults(plugin: type[Effect]) -> Iterator[str]:
    stages: dict[str, str] = {"optics": "equip", "light": "apply", "curve": "develop", "picture": "retouch"}
    if plugin.stage not in stages:
        yield f"stage is one of {', '.join(stages)}, not {plugin.stage!r}"
        return
    if not isinstance(plugin.redrawable, bool):
        yield f"redrawable is True or False, not {plugin.redrawable!r}"
    own = stages[plugin.stage]
    written = [m for m in stages.values() if getattr(plugin, m) is not getattr(Effect, m)]
    idle = [m for m in written if m != own]
    if idle:
        yield f"stage is {plugin.stage}, so {own} does the work; {idle[0]} is never called"
    if own not in written and plugin.channels is Effect.channels:
        yield f"stage is {plugin.stage}: write the method {own}"
    rest: Any = plugin.rest
    if rest is not None and not isinstance(rest, Mapping):
        yield f"rest is a mapping of parameters to values, or None, not {rest!r}"
        return
    declared = {p.name: p for p in plugin.parameters}
    for name, value in (rest or {}).items():
        if name not in declared:
            yield f"rest names {name!r}, which is no parameter"
        elif fit_literal(value, declared[name], name)[1] is not None:
            yield f"rest sets {name} to {value!r}, which does not fit its declaration"
    if rest is not None and not rest:
        yield "rest names the parameters with which nothing changes; None where there are none"


def help_of_parameters(plugin: type[Plugin]) -> str:
    """Every parameter has a sentence of help, and a name that people can read."""
    for p in every_parameter(plugin):
        if not NAME.fullmatch(p.name):
            return f"a parameter's name is snake_case, not {p.name!r}"
        if not p.help.rstrip().endswith((".", "!", "?")):
            return f"the help of {p.name} is a sentence with a full stop, not {p.help!r}"
    names = [p.name for p in plugin.parameters]
    twice = sorted({n for n in names if names.count(n) > 1})
    return f"parameter {twice[0]} is declared twice" if twice else ""


def units_in_names(plugin: type[Plugin]) -> str:
    """A number with a unit ends in it, and a name that ends in a unit declares it."""
    for p in every_parameter(plugin):
        if not isinstance(p, Float | Int | Vector):
            continue
        # The longest ending counts: density_kg_m3 is in kg/m3, not in m3.
        ending = max((e for e in UNITS if p.name.endswith(e)), key=len, default="")
        if ending and p.unit != UNITS[ending]:
            return f'{p.name} ends in {ending}: declare unit="{UNITS[ending]}", not {p.unit!r}'
        wanted = next((e for e, unit in UNITS.items() if unit == p.unit), "")
        if not ending and wanted:
            return f"{p.name} is in {p.unit}: name it {p.name}{wanted}"
    return ""


def limits(plugin: type[Plugin]) -> str:
    """Numbers have finite hard limits in order, defaults lie inside, choices have options."""
    for p in every_parameter(plugin):
        if isinstance(p, Float | Int | Vector):
            ends = (p.minimum, p.maximum)
            if not all(math.isfinite(e) for e in ends) or (isinstance(p, Int) and ends == _WIDEST_INT):
                return f"{p.name} has no hard limits: declare minimum and maximum"
            if not p.minimum <= p.maximum:
                return f"{p.name}: minimum {p.minimum} is over maximum {p.maximum}"
        if isinstance(p, Choice) and not p.options:
            return f"{p.name} has no options"
        if p.kind != "file":
            _, problem = fit_literal(p.default, p, p.name)
            if problem is not None:
                return f"the default of {p.name} does not fit: {problem.message}, got {problem.value or p.default!r}"
    return ""


def suggestions(plugin: type[Plugin]) -> str:
    """A suggested distribution can be read, fits the kind, and lies inside the limits."""
    for p in every_parameter(plugin):
        wrong = _suggestion_fault(p) if p.suggested is not None else ""
        if wrong:
            return f"the suggested distribution of {p.name}: {wrong}"
    return ""


def _suggestion_fault(p: Parameter) -> str:
    written, problems = read_distribution(p.suggested or {}, p.name)
    if written is not None and not isinstance(written.distribution, Chance):
        _, problems = fit_distribution(written.distribution, p, p.name)
    return str(problems[0]) if problems else ""


def manifest(plugin: type[Plugin]) -> str:
    """Every declaration can be written to the manifest and read back as it was."""
    for p in every_parameter(plugin):
        try:
            again = parameter_from_json(parameter_to_json(p), p.name)
        except (InputError, TypeError, ValueError) as error:
            return f"{p.name} cannot be written to a manifest: {error}"
        if parameter_to_json(again) != parameter_to_json(p):
            return f"{p.name} comes back from the manifest as something else"
    return ""
