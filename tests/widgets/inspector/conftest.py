"""An inspector beside an open example."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from myriorama.app.studio import Studio
from myriorama.widgets.inspector.panel import InspectorPanel


@pytest.fixture
def inspector(qtbot: QtBot, open_example: Callable[[str], Studio]) -> Iterator[InspectorPanel]:
    """The inspector of `mugs_on_conveyor`, shown at 360 x 900, with the mugs selected."""
    studio = open_example("mugs_on_conveyor")
    panel = InspectorPanel(studio)
    panel.resize(360, 900)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is panel)  # keys and focus go to the active window alone
    studio.selection.select("mugs")
    QApplication.processEvents()
    yield panel
    panel.close()
    panel.deleteLater()
