"""What doctor refuses, and that its probe survives a driver that does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from myriorama.app.cli import doctor
from myriorama.plugins.hosting import enforcement
from myriorama.plugins.hosting.enforcement import Enforcement


@pytest.mark.parametrize(
    ("qt", "python", "state"),
    [
        ("6.12.0", (3, 11, 7), "fault"),
        ("6.12.1", (3, 10, 13), "fault"),
        ("6.12.0", (3, 12, 1), "ok"),
        ("6.11.3", (3, 11, 7), "ok"),
        ("6.8.0", (3, 13, 0), "ok"),
    ],
)
def test_the_pair_that_aborts_is_refused(qt: str, python: tuple[int, ...], state: str) -> None:
    check = doctor.check_qt_pair(qt, python)
    assert check.state == state
    assert bool(check.way_out) == (state == "fault")


def test_an_old_python_is_refused() -> None:
    assert doctor.check_python((3, 10, 13)).state == "fault"
    assert doctor.check_python((3, 11, 0)).state == "ok"


def test_installed_packages_are_new_enough() -> None:
    checks = doctor.check_packages()
    assert {"numpy", "moderngl", "mujoco-core", "typer"} <= {c.name for c in checks}
    assert [c for c in checks if c.state != "ok"] == []


def test_a_missing_and_an_old_package_are_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        doctor.metadata, "requires", lambda _: ["numpy>=99.1", "not-there-at-all>=1", "x>=9; extra == 'dev'"]
    )
    checks = doctor.check_packages()
    assert [(c.name, c.state) for c in checks] == [("numpy", "fault"), ("not-there-at-all", "fault")]
    assert all(c.way_out for c in checks)


def test_a_limit_that_is_not_kept_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, lost = Enforcement("memory", True, "."), Enforcement("network", False, ".")
    monkeypatch.setattr(enforcement, "enforced", lambda: (kept,))
    assert (doctor.check_plugins().state, doctor.check_plugins().way_out) == ("ok", "")
    monkeypatch.setattr(enforcement, "enforced", lambda: (kept, lost))
    check = doctor.check_plugins()
    assert (check.state, "network" in check.detail, "memory" in check.detail) == ("warning", True, False)
    assert check.way_out


def test_a_driver_that_kills_its_process_is_a_fault_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.run

    def run_and_die(command: list[str], **options: object) -> object:
        return real([sys.executable, "-c", "import os; os.abort()"], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(doctor.subprocess, "run", run_and_die)
    check = doctor.check_device()
    assert check.state == "fault"
    assert check.way_out


def test_versions_are_compared_as_numbers() -> None:
    assert doctor.numbers("6.12.0rc1") == (6, 12, 0)
    assert doctor.numbers("10.0") > doctor.numbers("9.9")
    assert doctor.numbers("odd") == ()
