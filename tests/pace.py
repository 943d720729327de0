"""How tests hold a measured time to its bound: strictly where time is what is asked for, else as a guard.

A continuous integration's machine may be half as fast as the one that a bound was set on, and share its cores. So the
ordinary suite only notices what is out of all proportion: something quadratic, a wait that should not be. `make bench`
runs the marked tests by themselves with ``--timed``, which holds them to the very bound. It measures nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

GUARD = 10.0
PATIENCE_MS = 30_000
Within = Callable[[float, float], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--timed", action="store_true", help=f"hold measured times to their bounds, not to {GUARD:g} times as much"
    )


@pytest.fixture
def within(request: pytest.FixtureRequest) -> Within:
    """``within(taken_s, bound_s)``: fail where a time is over its bound, or over ten times that without ``--timed``."""
    strict = bool(request.config.getoption("--timed"))

    def judge(taken_s: float, bound_s: float) -> None:
        allowed_s = bound_s if strict else GUARD * bound_s
        assert taken_s <= allowed_s, f"{taken_s:.4f} s, and {bound_s:g} s is the bound ({allowed_s:g} s is allowed)"

    return judge


class PatientBot(QtBot):
    """A `QtBot` that waits longer for what must happen: five seconds are short where other tests have the cores."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Take the place of pytest-qt's own."""
    return PatientBot(request)
