"""What is off against a person's will, and what is broken, stands in the list of problems; the rest does not."""

from __future__ import annotations

import pytest

from myriorama.app.extensions.changes import Change
from myriorama.app.extensions.in_use import troubles_of
from myriorama.app.extensions.rows import PluginRow, Status
from myriorama.plugins.sources import PluginSource

SOURCE = PluginSource("fruits", "user", "/p/fruits.py", "fruits", {"fruits.py": "0"}, "1")


@pytest.mark.parametrize(
    ("status", "problem", "approved", "severity"),
    [
        ("enabled", "", "2026", ""),
        ("disabled", "", "2026", ""),
        ("new", "", "", ""),
        ("development", "", "", ""),
        ("changed", "", "2026", "warning"),
        ("broken", "it is torn", "", "warning"),
        ("broken", "it is torn", "2026", "error"),
        ("missing", "it is gone", "2026", "error"),
        ("development", "SyntaxError", "", "error"),
        ("enabled", "generator apple is left out: one that is built in has this name", "2026", "warning"),
        ("new", "its files changed while you looked at it", "", "warning"),
    ],
)
def test_each_status(status: Status, problem: str, approved: str, severity: str) -> None:
    found = troubles_of([PluginRow(SOURCE, None, status, problem, Change() if status == "changed" else None,
                                   approved_at=approved)])  # fmt: skip
    assert [t.severity for t in found] == ([severity] if severity else [])
    for trouble in found:
        assert trouble.source == "plugins"
        assert trouble.message.startswith("fruits: ")
        assert trouble.place == "/p/fruits.py"
        assert trouble.way_out
        assert problem in trouble.message


def test_a_damaged_list_of_approvals_is_told() -> None:
    found = troubles_of([], "plugins.json can be written by others")
    assert [(t.severity, t.message) for t in found] == [("error", "plugins.json can be written by others")]
