"""Checks one plugin class in this process and returns its findings.

Code that must not be trusted is checked in a host process instead: see `checking`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from myriorama.plugins.api import Plugin
from myriorama.plugins.conformance import declarations
from myriorama.plugins.conformance.costs import Judgement, judge_leak, judge_memory, judge_time
from myriorama.plugins.conformance.effects import EffectProbe
from myriorama.plugins.conformance.findings import Finding
from myriorama.plugins.conformance.generators import GeneratorProbe
from myriorama.plugins.conformance.options import Options, budget_of
from myriorama.plugins.conformance.pictures import AnnotatorProbe, WriterProbe
from myriorama.plugins.conformance.probing import Place, Probe, blamed, defined_at
from myriorama.plugins.conformance.static_scan import scan
from myriorama.plugins.conformance.surroundings import EnvironmentProbe, PlacementProbe
from myriorama.plugins.conformance.survey import RUNS, STATE, TWICE, Survey, digests_of, run_survey
from myriorama.plugins.conformance.table import LAWS
from myriorama.scenes.registry import PluginKind

PROBES: Final[Mapping[PluginKind, type[Probe]]] = {
    "generator": GeneratorProbe,
    "placement": PlacementProbe,
    "environment": EnvironmentProbe,
    "effect": EffectProbe,
    "annotator": AnnotatorProbe,
    "writer": WriterProbe,
}
_DECLARED: Final[Mapping[str, Callable[[type[Plugin]], str]]] = {
    "words": declarations.words,
    "help_of_parameters": declarations.help_of_parameters,
    "units_in_names": declarations.units_in_names,
    "limits": declarations.limits,
    "suggestions": declarations.suggestions,
    "manifest": declarations.manifest,
}
FRESH: Final = "fresh_process"


def check_class(
    plugin: type[Plugin], options: Options, files: Sequence[Path], begun: Callable[[int], None] | None = None
) -> tuple[Finding, ...]:
    """Return the findings of one plugin, all but `fresh_process`, which no process can say of itself.

    Parameters
    ----------
    files : sequence of Path
        The author's own source files: read for hidden randomness, and named where an error came through them.
    begun : callable or None
        Told the number of each draw before it is run.
    """
    declared = declared_findings(plugin, files)
    return (*declared, *run_findings(plugin, options, files, begun, can_run=can_run(declared)))


def declared_findings(plugin: type[Plugin], files: Sequence[Path]) -> tuple[Finding, ...]:
    """Return the findings on what a plugin declares and on its source: its methods are not run."""
    return tuple(_finished(plugin, *row) for row in _declared(plugin, files))


def can_run(declared: Sequence[Finding]) -> bool:
    """Return whether values can be drawn for a plugin that declares this."""
    return all(f.ok for f in declared if f.check in ("limits", "words", "manifest"))


def run_findings(
    plugin: type[Plugin],
    options: Options,
    files: Sequence[Path],
    begun: Callable[[int], None] | None = None,
    *,
    can_run: bool = True,
) -> tuple[Finding, ...]:
    """Return the findings on what a plugin returns and costs; all left out where it cannot be run."""
    if can_run:
        return tuple(_finished(plugin, *row) for row in _run(plugin, options, files, begun))
    reason = "not run: what it declares must be mended first"
    rest = (RUNS, *LAWS[plugin.kind], TWICE, STATE, "time_budget", "memory_budget", "no_leak")
    return tuple(Finding(check, True, reason, kind=plugin.kind, name=_name(plugin), skipped=True) for check in rest)


def fresh_digests(plugin: type[Plugin], options: Options) -> list[str]:
    """Return the hashes of the first results, to be compared with those of another process."""
    return digests_of(PROBES[plugin.kind](plugin, options), options)


def compare_fresh(plugin: PluginKind, name: str, here: Sequence[str], there: Sequence[str], ms: float) -> Finding:
    """Return the finding of `fresh_process` from the hashes that two processes gave."""
    wrong = [number for number, pair in enumerate(zip(here, there, strict=False)) if pair[0] != pair[1]]
    if not wrong and len(here) == len(there):
        return Finding(FRESH, True, f"{len(here)} draws are equal in two processes", ms=ms, kind=plugin, name=name)
    message = (
        f"draw {wrong[0] if wrong else min(len(here), len(there))} gives other bytes in another process: look for "
        "hash(), for the order of a set, for id(), and for state kept between calls"
    )
    return Finding(FRESH, False, message, {"draw": wrong[0] if wrong else 0}, ms, plugin, name)


_Row = tuple[str, str, str, Mapping[str, Any], Place, float, bool]
"""check, what is wrong (empty: nothing), what was seen, values, place, milliseconds, skipped."""


def _declared(plugin: type[Plugin], files: Sequence[Path]) -> Iterator[_Row]:
    for check, ask in _DECLARED.items():
        before = time.perf_counter()
        try:
            wrong = ask(plugin)
        except (AttributeError, TypeError, ValueError, KeyError) as error:
            wrong = f"what it declares cannot be read: {type(error).__name__}: {error}"
        yield check, wrong, "", {}, defined_at(plugin), _since(before), False
    before = time.perf_counter()
    place, wrong = Place(), ""
    try:
        found = scan(files)
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        place, wrong = blamed(error, files), f"the source cannot be read: {error}"
    else:
        if found:
            first = found[0]
            place = Place(str(first.file), first.line, first.code)
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            wrong = f"{first.name} is used{more}: {first.way_out}"
    yield "no_hidden_randomness", wrong, f"{len(files)} files read", {}, place, _since(before), False


def _run(
    plugin: type[Plugin], options: Options, files: Sequence[Path], begun: Callable[[int], None] | None
) -> Iterator[_Row]:
    try:
        probe = PROBES[plugin.kind](plugin, options)
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises is what we are here to tell
        wrong = f"it cannot be made without arguments: {type(error).__name__}: {error}"
        yield RUNS, wrong, "", {}, blamed(error, files), 0.0, False
        return
    seen = run_survey(probe, options, files, begun)
    judged = sum(seen.law_ms.values())
    yield _law(RUNS, seen, f"{seen.calls} draws", seen.wall_ms - judged)
    for check in probe.laws:
        watertight = check == "watertight" and not getattr(plugin, "watertight", False)
        told = "watertight is False" if watertight else f"{len(seen.cpu_ms)} draws"
        if seen.cpu_ms:
            yield _law(check, seen, told, seen.law_ms.get(check, 0.0))
        else:
            yield check, "", "not run: no draw gives a result", {}, Place(), 0.0, True
    yield _law(TWICE, seen, f"{len(seen.digests)} draws", 0.0)
    yield _law(STATE, seen, f"{seen.calls} draws", 0.0)
    budget = budget_of(plugin)
    if seen.cpu_ms:
        yield _cost(probe, "time_budget", lambda: judge_time(seen, budget))
        yield _cost(probe, "memory_budget", lambda: judge_memory(probe, seen, budget))
    else:
        for check in ("time_budget", "memory_budget"):
            yield check, "", "not run: no draw gives a result", {}, Place(), 0.0, True
    if options.leak_calls and RUNS not in seen.failures:
        yield _cost(probe, "no_leak", lambda: judge_leak(probe, options.leak_calls, files))
    else:
        reason = "not run: some draws fail" if options.leak_calls else "left out of a quick check"
        yield "no_leak", "", reason, {}, Place(), 0.0, True


def _law(check: str, seen: Survey, told: str, ms: float) -> _Row:
    failure = seen.failures.get(check)
    if failure is None:
        return check, "", told, {}, Place(), ms, False
    often = f"; {failure.count} of {seen.calls} draws" if failure.count > 1 else ""
    return check, failure.message + often, "", failure.values, failure.place, ms, False


def _cost(probe: Probe, check: str, judge: Callable[[], Judgement]) -> _Row:
    before = time.perf_counter()
    verdict = judge()
    if verdict.ok:
        return check, "", verdict.message, {}, Place(), _since(before), False
    place = verdict.place if verdict.place.line else probe.place()
    return check, verdict.message, "", probe.draw(verdict.number).told(), place, _since(before), False


def _finished(
    plugin: type[Plugin],
    check: str,
    wrong: str,
    told: str,
    values: Mapping[str, Any],
    place: Place,
    ms: float,
    skipped: bool,
) -> Finding:
    name = _name(plugin)
    if not wrong:
        return Finding(check, True, told, ms=ms, kind=plugin.kind, name=name, skipped=skipped)
    return Finding(check, False, wrong, values, ms, plugin.kind, name, place.file, place.line, place.code)


def _name(plugin: type[Plugin]) -> str:
    name = getattr(plugin, "name", "")
    return name if isinstance(name, str) and name else plugin.__name__


def _since(before: float) -> float:
    return (time.perf_counter() - before) * 1e3
