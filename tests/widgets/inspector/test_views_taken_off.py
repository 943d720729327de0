"""The heading of a view, and the menu of its rows, take the view off the rig; a link that reads it keeps it there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from myriorama.app.document.addresses import CAMERA, Address, write
from myriorama.app.document.views import stereo_pair
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.model import Project
from myriorama.widgets.inspector.headings import SectionButton
from myriorama.widgets.inspector.menu import row_menu
from myriorama.widgets.inspector.panel import InspectorPanel


def project_of(panel: InspectorPanel) -> Project:
    project = panel.studio.document.project
    assert project is not None
    return project


def with_pair(panel: InspectorPanel) -> str:
    """Mount a pair, select the camera, and return the project's text."""
    panel.studio.document.replace(stereo_pair(project_of(panel)).project, "Make a stereo pair")
    panel.studio.selection.select(CAMERA)
    QApplication.processEvents()
    return dump_project(project_of(panel))


def heading(panel: InspectorPanel, title: str) -> SectionButton:
    panel.rows.bring_into_sight(f"views/{title.removeprefix('View ')}/right_m")
    QApplication.processEvents()
    buttons = panel.rows.viewport().findChildren(SectionButton)
    (found,) = [b for b in buttons if b.isVisible() and b.text() == title]
    return found


def test_the_button_of_a_heading_takes_the_view_off_in_one_step(inspector: InspectorPanel) -> None:
    before = with_pair(inspector)
    found = heading(inspector, "View left")
    assert found.removal.isVisible()
    assert found.removal.accessibleName() == "Remove the view left"
    QTest.mouseClick(found.removal, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert [view.name for view in project_of(inspector).camera.views] == ["right"]
    history = inspector.studio.document.history
    assert history.undo_label == "Remove the view left"
    after = dump_project(project_of(inspector))
    history.undo()
    assert dump_project(project_of(inspector)) == before
    history.redo()
    assert dump_project(project_of(inspector)) == after


def test_other_headings_have_no_such_button(inspector: InspectorPanel) -> None:
    with_pair(inspector)
    buttons = [b for b in inspector.rows.viewport().findChildren(SectionButton) if b.isVisible()]
    rig = next(b for b in buttons if b.text() == "Rig")
    assert not rig.removal.isVisible()


def test_the_menu_of_a_row_of_a_view_takes_it_off(inspector: InspectorPanel) -> None:
    with_pair(inspector)
    row = next(r for r in inspector.inspection.rows() if r.key == "views/right/right_m")
    menu = row_menu(row, inspector.editing, inspector)
    menu.actions()[-1].trigger()
    assert menu.actions()[-1].text() == "Remove the view right"
    assert [view.name for view in project_of(inspector).camera.views] == ["left"]
    rig = next(r for r in inspector.inspection.rows() if r.addresses[0].section == "rig")
    assert "Remove" not in row_menu(rig, inspector.editing, inspector).actions()[-1].text()


def test_a_view_that_a_link_reads_stays_and_the_notice_says_why(inspector: InspectorPanel) -> None:
    with_pair(inspector)
    document = inspector.studio.document
    linked = write(project_of(inspector), Address(CAMERA, "rig", "roll_deg"), {"linked": "@left.yaw_deg"})
    document.replace(linked, "Link")
    QTest.mouseClick(heading(inspector, "View left").removal, Qt.MouseButton.LeftButton)
    assert len(project_of(inspector).camera.views) == 2
    assert inspector.notice.text() == (
        "A link reads a value of the view left: write another value in its place first (@left.yaw_deg)"
    )
