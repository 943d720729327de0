"""The export sheet says which engine makes the pictures, and does not start what cannot be made here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from myriorama.app.parts.engine import set_engine, set_tracing
from myriorama.app.preview.tracer_here import TracerFound
from myriorama.app.studio import Studio
from myriorama.widgets.export.sheet import ExportSheet


@pytest.fixture
def sheet(
    qtbot: QtBot, open_example: Callable[[str], Studio], monkeypatch: pytest.MonkeyPatch
) -> Iterator[ExportSheet]:
    monkeypatch.setattr("myriorama.app.preview.tracer_here.look", lambda: TracerFound(True))
    studio = open_example("first_light")
    made = ExportSheet(studio)
    monkeypatch.setattr(made.estimator, "ask", lambda *_: None)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def test_the_engine_is_told_and_followed(sheet: ExportSheet) -> None:
    document = sheet.studio.document
    assert document.project is not None
    assert sheet.form.engine.text() == "Raster"
    traced = set_tracing(set_engine(document.project, "pathtraced").project, "samples_per_pixel", 64).project
    document.replace(traced, "engine")
    assert sheet.form.engine.text() == "Path traced, 64 paths, denoised"


def test_without_a_path_tracer_it_does_not_start(qtbot: QtBot, sheet: ExportSheet) -> None:
    document = sheet.studio.document
    assert document.project is not None
    document.replace(set_engine(document.project, "pathtraced").project, "engine")
    qtbot.waitUntil(sheet.export.isEnabled)
    sheet.studio.tracer.set(TracerFound(False, "the path tracer needs the package mitsuba; pip install it"))
    assert not sheet.export.isEnabled()
    assert "mitsuba" in sheet.form._problems["engine"].text()
    document.history.undo()
    assert sheet.export.isEnabled()
