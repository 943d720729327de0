"""Killed at any moment, the studio loses at most a second of edits, offers them again and leaves no process behind."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from pytestqt.qtbot import QtBot

from myriorama.app.document.recovery import find_left
from myriorama.app.settings.store import Settings
from myriorama.scenes.project.load import load_project
from myriorama.widgets.application import Application
from myriorama.widgets.main_window.recovery import RecoveryDialog

pytestmark = [pytest.mark.alone, pytest.mark.gl]
LOST_S = 1.0
ORPHANS_S = 5.0
PAUSE_MS = 20
GOLDEN = 0.6180339887498949


def alive(processes: list[psutil.Process]) -> list[tuple[int, list[str]]]:
    """Return those that still hold memory; one without a command line is dead, and waits to be taken down."""
    found = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if process.is_running() and process.cmdline():
                found.append((process.pid, process.cmdline()))
    return found


def kill_while_editing(
    run_script: Callable[..., Any], small: Callable[..., Path], folder: Path, number: int
) -> tuple[Path, int, int]:
    """Kill at a moment that differs from run to run; return the project, what must be there, and the last edit."""
    file = small("first_light")
    settings = Settings(theme="dark", gallery_count=3, gallery_workers=1)
    (folder / "settings.json").write_text(settings.model_dump_json(), encoding="utf-8")
    child = run_script("editing_in_the_window.py", folder, file, PAUSE_MS, 7 if number % 2 else 0)
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(child.out), daemon=True)
    first = child.out.readline()
    assert first, "the program ended before its first edit"
    reader.start()
    time.sleep(1.2 + 2.5 * (number * GOLDEN % 1.0))
    family = psutil.Process(child.process.pid).children(recursive=True)
    assert family, "there was no process to leave behind"
    killed_s = time.monotonic()
    child.process.kill()
    child.process.wait(20)
    reader.join(20)
    deadline_s = killed_s + ORPHANS_S
    while alive(family) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert alive(family) == []
    done = [(int(n), float(at)) for n, at in (line.split() for line in [first, *lines] if line.endswith("\n"))]
    must_be_there = max((n for n, at in done if at <= killed_s - LOST_S), default=0)
    assert must_be_there > 0, "the kill came before there was anything to lose"
    return file, must_be_there, done[-1][0]


def saved_or_kept(file: Path, folder: Path) -> int:
    """Return the newest edit that is in the project's file, which must be whole, or in a journal."""
    saved = load_project(file).project
    found = find_left(folder / "state" / "journals")
    assert found.unreadable == ()
    return max(saved.seed - 100, *(entry.project.seed - 100 for entry in found.recoverable), 0)


def check(run_script: Callable[..., Any], small: Callable[..., Path], folder: Path, number: int) -> None:
    file, must_be_there, last = kill_while_editing(run_script, small, folder, number)
    assert must_be_there <= saved_or_kept(file, folder) <= last + 1
    shared = Path("/dev/shm")
    if shared.is_dir():
        ours = [p.name for p in shared.glob("myriorama_*") if not psutil.pid_exists(int(p.name.split("_")[1]))]
        assert ours == []


@pytest.mark.parametrize("number", range(3))
def test_a_kill_loses_less_than_a_second_and_leaves_no_process(
    run_script: Callable[..., Any], small: Callable[..., Path], tmp_path: Path, number: int
) -> None:
    check(run_script, small, tmp_path, number)


@pytest.mark.long
@pytest.mark.parametrize("number", range(4, 54))
def test_fifty_kills(run_script: Callable[..., Any], small: Callable[..., Path], tmp_path: Path, number: int) -> None:
    check(run_script, small, tmp_path, number)


def test_the_next_start_offers_what_was_lost_and_restores_it(
    run_script: Callable[..., Any], small: Callable[..., Path], start: Callable[[], Application], tmp_path: Path,
    qtbot: QtBot,
) -> None:  # fmt: skip
    before = load_project(small("first_light")).project.seed
    file, must_be_there, last = kill_while_editing(run_script, small, tmp_path, 4)
    assert load_project(file).project.seed == before  # nothing was saved
    program = start()
    dialog = next(d for d in program.window.findChildren(QDialog) if isinstance(d, RecoveryDialog))
    restore = next(b for b in dialog.findChildren(QPushButton) if b.accessibleName() == "Restore first_light")
    qtbot.mouseClick(restore, Qt.MouseButton.LeftButton)
    document = program.studio.document
    assert document.project is not None
    assert must_be_there <= document.project.seed - 100 <= last + 1
    assert document.path == file
    assert document.dirty
    assert program.window.isWindowModified()
    program.window.activateWindow()
    qtbot.waitUntil(program.window.isActiveWindow)
    qtbot.keyClick(program.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not document.dirty)
    assert load_project(file).project == document.project
    assert program.journal.flush()
    assert not list((tmp_path / "state" / "journals").glob("*.journal"))
    QApplication.processEvents()
    assert os.listdir(tmp_path / "state" / "backups")
