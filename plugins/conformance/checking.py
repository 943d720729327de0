"""Checks a whole source in host processes: what crashes there is a finding with its cause, and ends nothing here.

It imports none of the plugin's code.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from myriorama.plugins.api import Placement
from myriorama.plugins.conformance.checks import FRESH, compare_fresh
from myriorama.plugins.conformance.drawing import make_draw
from myriorama.plugins.conformance.findings import Finding, Report, finding_from_json
from myriorama.plugins.conformance.options import Options
from myriorama.plugins.conformance.surroundings import ITEMS
from myriorama.plugins.conformance.survey import RUNS, STATE
from myriorama.plugins.conformance.table import DECLARED, checks_of
from myriorama.plugins.discovery import source_at
from myriorama.plugins.faults import Fault, PluginFault
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.hosting.limits import Limits
from myriorama.plugins.manifest import Manifest, ManifestEntry
from myriorama.plugins.packaging import Built, build
from myriorama.plugins.sources import PluginSource

TARGET: Final = "myriorama.plugins.conformance.child:main"
IMPORTED: Final = "imported"
BUILT: Final = "manifest_current"
PACKED: Final = "packed"
OF_SOURCE: Final = {
    IMPORTED: "its modules can be imported, and hold plugins",
    BUILT: "the manifest in the package says what the code declares",
    PACKED: "a wheel would hold the manifest, and no name is a built-in's",
}
_LIMITS: Final = Limits(cpu_s=300.0)
_WALL_S: Final = 300.0
_MARK: Final = re.compile(r"\[conformance draw (\d+)\]")
_OTHER_HASHES: Final = 20_011


def check_path(path: Path, options: Options, told: Callable[[Finding], None] | None = None) -> Report:
    """Return the report of the plugin at a path: a project folder, a package, or a single file.

    Parameters
    ----------
    told : callable or None
        Given every finding as soon as there is one.

    Raises
    ------
    InputError
        There is no plugin at this path.
    """
    hosts = PluginHosts(_LIMITS)
    others = PluginHosts(_LIMITS, hash_seed=_OTHER_HASHES)
    findings: list[Finding] = []
    try:
        source = source_at(path)
        built, of_source = _built(path, hosts)
        for finding in _every(of_source, source, built, options, hosts, others):
            findings.append(finding)
            if told is not None:
                told(finding)
    finally:
        hosts.close()
        others.close()
    return Report(source.id, built.manifest.version if built else source.version, tuple(findings))


def _every(
    of_source: list[Finding],
    source: PluginSource,
    built: Built | None,
    options: Options,
    hosts: PluginHosts,
    others: PluginHosts,
) -> Iterator[Finding]:
    yield from of_source
    if built is not None:
        for entry in built.manifest.entries:
            yield from _check_entry(source, entry, options, hosts, others)


def listed(path: Path) -> Manifest:
    """Return what the plugin at a path declares, by running its code in a host.

    Raises
    ------
    InputError
        There is no plugin at this path.
    PluginFault
        Its code cannot be imported.
    """
    hosts = PluginHosts(_LIMITS)
    try:
        return hosts.describe(source_at(path))
    finally:
        hosts.close()


def _built(path: Path, hosts: PluginHosts) -> tuple[Built | None, list[Finding]]:
    before = time.perf_counter()
    try:
        built = build(path, hosts)
    except PluginFault as error:
        return None, [_of_fault(IMPORTED, error.fault, before)]
    ms = (time.perf_counter() - before) * 1e3
    names = ", ".join(f"{e.kind} {e.name}" for e in built.manifest.entries)
    out = [Finding(IMPORTED, True, names, ms=ms)]
    if built.file is not None:
        if built.is_current:
            out.append(Finding(BUILT, True, built.file.name))
        else:
            state = "is not what the code declares" if built.file.exists() else "is missing"
            message = f"{built.file.name} {state}: run `myriorama plugin build`"
            out.append(Finding(BUILT, False, message, file=str(built.file)))
    if built.problems:
        out += [Finding(PACKED, False, str(replace(problem, file="")), file=problem.file) for problem in built.problems]
    else:
        out.append(Finding(PACKED, True))
    return built, out


def _check_entry(
    source: PluginSource, entry: ManifestEntry, options: Options, hosts: PluginHosts, others: PluginHosts
) -> Iterator[Finding]:
    def ask(where: PluginHosts, part: str) -> Any:
        arguments = {"module": entry.module, "class_name": entry.class_name, "options": options.to_json(), "part": part}
        return where.run(source, TARGET, arguments, wall_s=_WALL_S)

    before = time.perf_counter()
    try:
        declared = ask(hosts, "declared")
    except PluginFault as error:
        yield _of_fault(IMPORTED, error.fault, before, entry)
        return
    yield from (finding_from_json(tree) for tree in declared["findings"])
    if not declared["can_run"]:
        yield from (_skipped(entry, check, "what it declares must be mended first") for check in _run_checks(entry))
        return
    try:
        answer = ask(hosts, "run")
    except PluginFault as error:
        yield from _lost(entry, options, error.fault, before)
        return
    yield from (finding_from_json(tree) for tree in answer["findings"])
    if answer["digests"] is None:
        yield _skipped(entry, FRESH)
        return
    before = time.perf_counter()
    try:
        there = ask(others, "digests")
    except PluginFault as error:
        yield _of_fault(FRESH, error.fault, before, entry)
        return
    ms = (time.perf_counter() - before) * 1e3
    yield compare_fresh(entry.kind, entry.name, answer["digests"], there["digests"], ms)


def _run_checks(entry: ManifestEntry) -> list[str]:
    return [check for check in checks_of(entry.kind) if check not in DECLARED]


def _lost(entry: ManifestEntry, options: Options, fault: Fault, before: float) -> Iterator[Finding]:
    """Return one finding for the draw that ended the process; what could not be checked any more is told as such."""
    marks = _MARK.findall(fault.output)
    values: dict[str, Any] = {}
    if marks:
        items = ITEMS if entry.kind == Placement.kind else 0
        drawn = make_draw(entry.parameters, int(marks[-1]), options.seed, entry.per_object, items)
        values = drawn.told()
    # What shared state it touched is seen when the host looks at it afterwards: it ran all the same.
    at_fault = STATE if fault.cause == "tampered" else RUNS
    yield _of_fault(at_fault, fault, before, entry, values)
    yield from (_skipped(entry, check) for check in _run_checks(entry) if check != at_fault)


def _skipped(entry: ManifestEntry, check: str, reason: str = "it does not get through its draws") -> Finding:
    return Finding(check, True, f"not run: {reason}", kind=entry.kind, name=entry.name, skipped=True)


def _of_fault(
    check: str,
    fault: Fault,
    before: float,
    entry: ManifestEntry | None = None,
    values: dict[str, Any] | None = None,
) -> Finding:
    ms = (time.perf_counter() - before) * 1e3
    message = f"{fault.cause}: {fault.message}" + (f"; {fault.way_out}" if fault.way_out else "")
    kind, name = (entry.kind, entry.name) if entry else (fault.kind, fault.name)
    return Finding(check, False, message, values or {}, ms, kind, name, fault.file, fault.line, fault.code)
