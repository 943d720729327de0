"""The engine of the output: chosen, undone, its options typed, and what is missing said with the way out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from myriorama.app.document.addresses import OUTPUT
from myriorama.app.preview import tracer_here
from myriorama.app.preview.tracer_here import TracerFound
from myriorama.app.studio import Studio
from myriorama.widgets.forms import form_for
from myriorama.widgets.forms.output import OutputForm

Open = Callable[[str], Studio]
MISSING = TracerFound(False, "the path tracer needs the package mitsuba; pip install 'myriorama[render]'")


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[[TracerFound], None]:
    """Says what the machine has."""

    def says(answer: TracerFound) -> None:
        monkeypatch.setattr(tracer_here, "look", lambda: answer)

    return says


def shown(qtbot: QtBot, studio: Studio) -> OutputForm:
    form = form_for(OUTPUT, studio)
    assert isinstance(form, OutputForm)
    qtbot.addWidget(form)
    form.resize(340, 640)
    form.show()
    qtbot.waitUntil(lambda: studio.tracer.value is not None)
    return form


def test_the_engine_is_a_step_and_its_options_appear(
    qtbot: QtBot, open_example: Open, found: Callable[[TracerFound], None]
) -> None:
    found(TracerFound(True, device="llvm_ad_rgb", denoises=True))
    studio = open_example("first_light")
    form = shown(qtbot, studio)
    section = form.engine
    assert not section.options.isVisible()
    section.engine.setCurrentIndex(1)
    section.engine.activated.emit(1)
    project = studio.document.project
    assert project is not None
    assert project.output.engine == "pathtraced"
    assert section.options.isVisible()
    section.samples_per_pixel.setFocus(Qt.FocusReason.TabFocusReason)
    section.samples_per_pixel.selectAll()
    qtbot.keyClicks(section.samples_per_pixel, "64")
    qtbot.keyClick(section.samples_per_pixel, Qt.Key.Key_Return)
    section.denoise.click()
    project = studio.document.project
    assert project is not None
    assert (project.output.tracing.samples_per_pixel, project.output.tracing.denoise) == (64, False)
    assert "64 paths" in section.noise_words.text()
    for _ in range(3):
        studio.document.history.undo()
    assert section.engine.value == "raster"
    assert not section.options.isVisible()
    assert section.samples_per_pixel.value == 8


def test_what_is_missing_is_said_and_values_are_kept(
    qtbot: QtBot, open_example: Open, found: Callable[[TracerFound], None]
) -> None:
    found(MISSING)
    studio = open_example("first_light")
    form = shown(qtbot, studio)
    qtbot.waitUntil(lambda: "mitsuba" in form.engine.missing.text())
    assert form.engine.missing.isVisible()
    assert "pip install" in form.engine.missing.text()
    item = form.engine.engine.model().item(1)
    assert not item.isEnabled()
    assert form.engine.engine.value == "raster"


def test_a_missing_denoiser_is_said(qtbot: QtBot, open_example: Open, found: Callable[[TracerFound], None]) -> None:
    found(TracerFound(True, device="llvm_ad_rgb", denoises=False))
    studio = open_example("first_light")
    form = shown(qtbot, studio)
    form.engine.engine.activated.emit(1)
    qtbot.waitUntil(lambda: form.engine.slow.isVisible())
    assert "pyoidn" in form.engine.slow.text()
    form.engine.denoise.click()
    assert not form.engine.slow.isVisible()
