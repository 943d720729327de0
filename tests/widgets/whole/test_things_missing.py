"""What is broken or missing is told in words, with the place; everything else goes on."""

from __future__ import annotations

import json
import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from myriorama.app.preview.frames import Failure, SampleFrame
from myriorama.app.problems import Trouble
from myriorama.widgets.application import Application

pytestmark = pytest.mark.gl
Start = Callable[..., Application]


def changed(file: Path, change: Callable[[dict], None]) -> Path:
    tree = json.loads(file.read_text(encoding="utf-8"))
    change(tree)
    file.write_text(json.dumps(tree), encoding="utf-8")
    return file


def troubles(program: Application, *words: str) -> list[Trouble]:
    return [t for t in program.studio.problems.all if all(w in f"{t.place} {t.message} {t.way_out}" for w in words)]


def test_a_missing_plugin_is_named_and_an_undo_of_its_node_makes_the_picture(
    program: Application, small: Callable[..., Path], frames: list[SampleFrame], qtbot: QtBot
) -> None:
    file = small("first_light")
    changed(file, lambda tree: tree["objects"][0].update(type="no_such_plugin"))
    program.window.flow.open(file)
    qtbot.waitUntil(lambda: bool(troubles(program, "no_such_plugin")), timeout=30_000)
    found = troubles(program, "no_such_plugin")[0]
    assert found.uid
    project = program.studio.document.project
    assert project is not None
    off = project.objects[0].model_copy(update={"enabled": False})
    program.studio.document.replace(project.model_copy(update={"objects": (off, *project.objects[1:])}), "Switch off")
    qtbot.waitUntil(lambda: any(f.final for f in frames), timeout=60_000)


def test_a_missing_file_is_named_and_the_window_says_why_there_is_no_picture(
    program: Application, small: Callable[..., Path], qtbot: QtBot
) -> None:
    failures: list[Failure] = []
    program.studio.preview.failed.connect(failures.append)

    def use_missing(tree: dict) -> None:
        tree["environment"] = [{"uid": "sky", "type": "hdri", "parameters": {"file": "gone/missing.hdr"}}]

    program.window.flow.open(changed(small("first_light"), use_missing))
    qtbot.waitUntil(lambda: bool(failures), timeout=60_000)
    assert "missing.hdr" in failures[-1].message
    assert troubles(program, "missing.hdr")
    assert program.studio.document.project is not None


def test_folders_that_cannot_be_written_are_told_and_the_program_goes_on(
    start: Start, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    program = start()
    assert troubles(program, "log of faults", "state")
    program.settings.file = tmp_path / "state" / "settings.json"
    program.window.dialogs.toggle_theme()
    assert troubles(program, "settings could not be kept")
    program.window.flow.open("first_light")
    project = program.studio.document.project
    assert project is not None
    program.studio.document.replace(project.model_copy(update={"seed": 5}), "Change the seed")
    qtbot.waitUntil(lambda: bool(troubles(program, "cannot be kept safe")), timeout=10_000)
    (tmp_path / "state").unlink()
    program.window.dialogs.toggle_theme()
    assert not troubles(program, "settings could not be kept")
    qtbot.waitUntil(lambda: not troubles(program, "cannot be kept safe"), timeout=15_000)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_killed_picture_processes_are_replaced(
    program: Application, small: Callable[..., Path], frames: list[SampleFrame], qtbot: QtBot
) -> None:
    studio = program.studio
    tiles: list[object] = []
    studio.tiles.tile_ready.connect(tiles.append)
    program.window.flow.open(small("first_light"))
    qtbot.waitUntil(lambda: any(f.final for f in frames) and bool(tiles), timeout=60_000)
    preview, workers = studio.preview.pid, studio.tiles.pids
    assert preview is not None
    assert workers
    frames.clear()
    tiles.clear()
    for pid in (preview, *workers):
        os.kill(pid, signal.SIGKILL)
    project = studio.document.project
    assert project is not None
    studio.document.replace(project.model_copy(update={"seed": 5}), "Change the seed")
    qtbot.waitUntil(lambda: any(f.final for f in frames) and bool(tiles), timeout=60_000)
    assert studio.preview.pid != preview
    assert not set(studio.tiles.pids) & set(workers)


def test_without_opengl_the_window_says_so_and_edits_go_on(
    start: Start, small: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    program = start()
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent.json")
    monkeypatch.setenv("LIBGL_DRIVERS_PATH", "/nonexistent")
    monkeypatch.setenv("MESA_LOADER_DRIVER_OVERRIDE", "nonexistent")
    failures: list[Failure] = []
    program.studio.preview.failed.connect(failures.append)
    program.window.flow.open(small("first_light"))
    qtbot.waitUntil(lambda: bool(failures), timeout=60_000)
    assert failures[-1].kind == "device"
    assert troubles(program, "graphics driver")
    project = program.studio.document.project
    assert project is not None
    program.studio.document.replace(project.model_copy(update={"seed": 5}), "Change the seed")
    program.studio.document.history.undo()
    QApplication.processEvents()
    assert program.studio.document.project == project


def test_a_read_only_project_folder_is_told_and_nothing_is_lost(
    program: Application, small: Callable[..., Path], qtbot: QtBot
) -> None:
    file = small("first_light")
    program.window.flow.open(file)
    project = program.studio.document.project
    assert project is not None
    program.studio.document.replace(project.model_copy(update={"seed": 5}), "Change the seed")
    before = file.read_bytes()
    file.unlink()
    file.mkdir()  # nobody, root included, can write a file in its place
    program.window.flow.save()
    dialogs = [d for d in program.window.findChildren(QDialog) if d.isVisible() and hasattr(d, "problems")]
    assert len(dialogs) == 1
    dialogs[0].accept()
    assert program.studio.document.dirty
    file.rmdir()
    program.window.flow.save()
    assert file.read_bytes() != before
    assert stat.S_ISREG(file.stat().st_mode)
    assert not program.studio.document.dirty
