"""Panels that are floated, closed, stacked and brought back leave the picture in the middle alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from myriorama.app.preview.frames import SampleFrame
from myriorama.widgets.application import Application

pytestmark = pytest.mark.gl


def centre(program: Application) -> tuple[int, ...]:
    """Return the canvas's centre pixel, drawn anew."""
    QApplication.processEvents()
    image = program.window.panels["viewport"].stage.canvas.pixels().convertToFormat(QImage.Format.Format_RGB888)
    color = image.pixelColor(image.width() // 2, image.height() // 2)
    return color.red(), color.green(), color.blue()


def test_the_picture_stays_while_panels_move(
    program: Application, small: Callable[..., Path], until_final: Callable[[], SampleFrame], qtbot: QtBot
) -> None:
    window = program.window
    overlays = program.studio.overlays
    window.table.run("viewport.hide_overlays")
    assert overlays.value.hidden
    window.flow.open(small("first_light", (64, 48)))
    frame = until_final()
    wanted = {tuple(int(v) for v in p) for p in frame.rgb[20:28, 28:36].reshape(-1, 3)}
    low, high = np.array(sorted(wanted)).min(0) - 2, np.array(sorted(wanted)).max(0) + 2

    def shows_the_picture(after: str) -> None:
        seen = np.array(centre(program))
        assert (seen >= low).all(), (after, seen, low)
        assert (seen <= high).all(), (after, seen, high)

    shows_the_picture("opening")
    for name, dock in window.docks.items():
        dock.setFloating(True)
        QApplication.processEvents()
        assert dock.isWindow()
        shows_the_picture(f"floating {name}")
        dock.setFloating(False)
        QApplication.processEvents()
        dock.hide()
        shows_the_picture(f"closing {name}")
        window.table.run(f"panel.{name}", True)
        assert dock.isVisible() or window.tabifiedDockWidgets(dock)
        shows_the_picture(f"bringing {name} back")
    window.tabifyDockWidget(window.docks["inspector"], window.docks["gallery"])
    shows_the_picture("stacking")
    window.set_full_screen(True)
    qtbot.waitUntil(window.isFullScreen)
    shows_the_picture("full screen")
    window.set_full_screen(False)
    window.reset_layout()
    shows_the_picture("the first layout")
    assert not window.tabifiedDockWidgets(window.docks["inspector"])


def test_the_picture_comes_back_with_the_next_project(
    program: Application, small: Callable[..., Path], until_final: Callable[[], SampleFrame]
) -> None:
    window = program.window
    window.flow.open(small("first_light", (64, 48)))
    until_final()
    first = centre(program)
    window.flow.close()
    QApplication.processEvents()
    window.flow.open(small("first_light", (64, 48)))
    until_final()
    assert centre(program) == first
