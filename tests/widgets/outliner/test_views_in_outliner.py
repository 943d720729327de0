"""The menu Add mounts cameras on the rig, and offers only what the rig can take."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from myriorama.app.document.addresses import CAMERA, Address, write
from myriorama.app.studio import Studio
from myriorama.scenes.project.dump import dump_project
from myriorama.widgets.outliner.adding import add_rig_rows
from myriorama.widgets.outliner.panel import OutlinerPanel
from myriorama.widgets.panel import Bound


@pytest.fixture
def panel(qtbot: QtBot, open_example: Callable[[str], Studio]) -> OutlinerPanel:
    made = OutlinerPanel(open_example("mugs_on_conveyor"))
    qtbot.addWidget(made)
    return made


def bound(panel: OutlinerPanel, word: str) -> Bound:
    (found,) = [b for b in panel.actions_here() if b.action.id == f"outliner.{word}"]
    return found


def offered(panel: OutlinerPanel) -> list[bool]:
    rows = [bound(panel, word) for word in ("stereo_pair", "add_view", "single_camera")]
    return [bool(row.enabled is not None and row.enabled()) for row in rows]


def names(panel: OutlinerPanel) -> list[str]:
    project = panel.studio.document.project
    assert project is not None
    return [view.name for view in project.camera.views]


def text(panel: OutlinerPanel) -> str:
    project = panel.studio.document.project
    assert project is not None
    return dump_project(project)


def test_a_pair_is_mounted_in_one_step_and_taken_off_in_another(panel: OutlinerPanel) -> None:
    before = panel.studio.document.project
    assert offered(panel) == [True, True, False]
    bound(panel, "stereo_pair").run()
    assert names(panel) == ["left", "right"]
    assert panel.studio.selection.value == (CAMERA,)
    assert offered(panel) == [False, True, True]
    bound(panel, "add_view").run()
    assert names(panel) == ["left", "right", "view_3"]
    bound(panel, "single_camera").run()
    assert panel.studio.document.project == before
    panel.studio.document.history.undo()
    assert names(panel) == ["left", "right", "view_3"]


def test_what_a_link_reads_is_not_taken_off_and_the_log_says_why(panel: OutlinerPanel) -> None:
    bound(panel, "stereo_pair").run()
    document = panel.studio.document
    assert document.project is not None
    linked = write(document.project, Address(CAMERA, "rig", "roll_deg"), {"linked": "@left.yaw_deg"})
    document.replace(linked, "link")
    told: list[str] = []
    panel.studio.problems.logged.connect(told.append)
    bound(panel, "single_camera").run()
    assert names(panel) == ["left", "right"]
    assert any("link reads a value of the view left" in line for line in told)


def test_each_view_can_be_taken_off_from_the_camera_s_menu_and_comes_back(panel: OutlinerPanel) -> None:
    document = panel.studio.document
    bound(panel, "stereo_pair").run()
    bound(panel, "add_view").run()
    before = text(panel)
    menu = QMenu(panel)
    add_rig_rows(panel, menu)
    rows = {action.text(): action for action in menu.actions()}
    assert [title for title in rows if title.startswith("Remove")] == [
        "Remove the view left",
        "Remove the view right",
        "Remove the view view_3",
    ]
    assert not rows["Stereo pair"].isEnabled()
    rows["Remove the view right"].trigger()
    assert names(panel) == ["left", "view_3"]
    assert document.history.undo_label == "Remove the view right"
    document.history.undo()
    assert text(panel) == before
    document.history.redo()
    assert names(panel) == ["left", "view_3"]
