"""The list of steps: where one is, where one can go, and that a jump is one change for everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from myriorama.app.document import edits
from myriorama.app.studio import Studio
from myriorama.widgets.history.panel import HistoryPanel


@pytest.fixture
def panel(qtbot: QtBot, open_example: Callable[[str], Studio]) -> HistoryPanel:
    studio = open_example("mugs_on_conveyor")
    made = HistoryPanel(studio)
    made.tester = QAbstractItemModelTester(made.steps, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    qtbot.addWidget(made)
    made.resize(240, 300)
    made.show()
    for uid in ("mugs", "bottles", "cartons"):
        edits.commit(edits.remove(studio.document.project, [uid]), studio.document)
    return made


def texts(panel: HistoryPanel) -> list[str]:
    return [panel.steps.index(i).data() for i in range(panel.steps.rowCount())]


def click(panel: HistoryPanel, row: int) -> None:
    at = panel.list.visualRect(panel.steps.index(row)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_steps_are_listed_and_the_current_one_is_marked(panel: HistoryPanel) -> None:
    assert texts(panel) == ["Start", "Delete Mugs", "Delete Bottles in between", "Delete Cartons in between"]
    assert panel.list.currentIndex().row() == 3
    assert panel.steps.index(3).data(Qt.ItemDataRole.AccessibleTextRole).endswith("current")
    panel.studio.document.history.undo()
    assert panel.list.currentIndex().row() == 2
    assert panel.steps.index(3).data(Qt.ItemDataRole.AccessibleTextRole).endswith("undone")


def test_a_click_goes_there_in_one_change(panel: HistoryPanel) -> None:
    told: list[int] = []
    document = panel.studio.document
    document.changed.connect(lambda project: told.append(len(project.objects)))
    click(panel, 0)
    assert len(document.project.objects) == 3
    assert not document.dirty
    click(panel, 2)
    assert len(document.project.objects) == 1
    assert told == [3, 1]
    assert texts(panel)[3] == "Delete Cartons in between"
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert document.project.objects == ()


def test_a_new_step_takes_the_place_of_what_was_undone(panel: HistoryPanel) -> None:
    click(panel, 1)
    edits.commit(edits.remove(panel.studio.document.project, ["belt"]), panel.studio.document)
    assert texts(panel) == ["Start", "Delete Mugs", "Delete Conveyor"]


def test_another_project_has_another_history(panel: HistoryPanel, open_example: Callable[[str], Studio]) -> None:
    open_example("dice_tray")
    assert texts(panel) == ["Start"]
    panel.studio.document.close()
    assert not panel.list.isVisible()
