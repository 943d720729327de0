"""The checks as a pytest plugin for authors: a test that takes `plugin_check` runs once for every plugin and check.

pytest finds it by the entry point ``pytest11``. It imports pytest nowhere and the checks only when a test asks.
"""

from __future__ import annotations

import unittest
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from myriorama.plugins.conformance.findings import Report

ARGUMENT: Final = "plugin_check"
_PATH: Final = "myriorama_plugin"
_DRAWS: Final = "myriorama_draws"


def pytest_addoption(parser: Any) -> None:
    """Declare the settings of pyproject.toml or pytest.ini."""
    parser.addini(_PATH, "Where the plugin lies: its project folder, its package, or a .py file.", default=".")
    parser.addini(_DRAWS, "Sets of values that each plugin is run with.", default="200")


def pytest_generate_tests(metafunc: Any) -> None:
    """Give a test that takes `plugin_check` one case for each plugin and check of the source."""
    if ARGUMENT not in metafunc.fixturenames:
        return
    path = Path(metafunc.config.rootpath, metafunc.config.getini(_PATH)).resolve()
    draws = int(metafunc.config.getini(_DRAWS))
    cases = list(_cases(path, draws))
    metafunc.parametrize(ARGUMENT, cases, ids=[str(case) for case in cases])


@dataclass(frozen=True)
class PluginCheck:
    """One check of one plugin; calling it passes, skips, or fails with the reason, the line and the values."""

    path: Path
    draws: int
    kind: str
    name: str
    check: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}::{self.check}" if self.name else f"source::{self.check}"

    def __call__(self) -> None:
        """Fail where the plugin does not keep this check.

        Raises
        ------
        AssertionError
            It does not; the message names the line and the values.
        unittest.SkipTest
            It was not run, and why.
        """
        __tracebackhide__ = True
        report = _report(self.path, self.draws)
        try:
            finding = report.of(self.check, self.kind, self.name)
        except KeyError:
            why = "; ".join(f.message for f in report.failures) or "there is no such check"
            raise unittest.SkipTest(f"not run: {why}") from None
        if finding.skipped:
            raise unittest.SkipTest(finding.message)
        if not finding.ok:
            place = f"\n  {finding.place}: {finding.code}" if finding.place else ""
            values = "".join(f"\n  {name} = {value!r}" for name, value in finding.values.items())
            raise AssertionError(f"{finding.message}{place}{values}")


def _cases(path: Path, draws: int) -> Iterator[PluginCheck]:
    from myriorama.plugins.conformance.checking import IMPORTED, OF_SOURCE, listed
    from myriorama.plugins.conformance.table import checks_of
    from myriorama.plugins.faults import PluginFault

    try:
        entries = listed(path).entries
    except PluginFault:  # told by the one case that is left
        yield PluginCheck(path, draws, "", "", IMPORTED)
        return
    for check in OF_SOURCE:
        if check != "manifest_current" or path.suffix != ".py":
            yield PluginCheck(path, draws, "", "", check)
    for entry in entries:
        for check in checks_of(entry.kind):
            yield PluginCheck(path, draws, entry.kind, entry.name, check)


@cache
def _report(path: Path, draws: int) -> Report:
    """Return the report of a source, made once: every case is one line of it."""
    from myriorama.plugins.conformance.checking import check_path
    from myriorama.plugins.conformance.options import Options

    return check_path(path, Options(draws=draws))
