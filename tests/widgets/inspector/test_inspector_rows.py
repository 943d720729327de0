"""What the inspector shows: every parameter of every built-in, few widgets, nothing left over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from myriorama.app.actions import CONTEXTS
from myriorama.app.document.addresses import CAMERA, PARTS, Address, write
from myriorama.app.document.uids import items
from myriorama.app.inspection.conversions import converted, kinds_for
from myriorama.app.inspection.rows import Row
from myriorama.app.studio import Studio
from myriorama.scenes.cameras.rigs import RIGS
from myriorama.widgets.inspector.headings import SectionButton
from myriorama.widgets.inspector.panel import InspectorPanel
from myriorama.widgets.inspector.plain_rows import LiteralRow, RefusedRow
from myriorama.widgets.inspector.varied_row import VariedRow


def widgets_in(panel: InspectorPanel) -> int:
    return len(panel.rows.viewport().findChildren(QWidget))


def seen(panel: InspectorPanel, row: Row) -> Any:
    widget = panel.rows.bring_into_sight(row.key)
    QApplication.processEvents()
    assert widget is not None, row.key
    assert widget.row is not None
    assert widget.row.key == row.key
    return widget


def test_nothing_selected_is_a_calm_sentence(inspector: InspectorPanel) -> None:
    inspector.studio.selection.select()
    assert inspector.pages.currentWidget() is inspector.empty
    assert "Select something" in inspector.empty.text()
    assert not inspector.header.isVisible()
    inspector.studio.document.close()
    assert "Open a project" in inspector.empty.text()


def test_every_parameter_of_every_built_in_has_an_editor(inspector: InspectorPanel) -> None:
    """Scrolled to, each declared parameter is a row with an editor that shows its value."""
    studio = inspector.studio
    start = studio.document.project
    assert start is not None
    group, node = start.objects[0], start.environment[0]
    tried: list[tuple[Any, str]] = []
    for name in studio.registry.names("generator"):
        made = group.model_copy(update={"type": name, "parameters": {}})
        tried.append((start.model_copy(update={"objects": (made,)}), made.uid))
    for name in studio.registry.names("placement"):
        placement = group.placement.model_copy(update={"type": name, "parameters": {}})
        made = group.model_copy(update={"placement": placement})
        tried.append((start.model_copy(update={"objects": (made,)}), made.uid))
    for kind, where in (("environment", "environment"), ("effect", "effects")):
        for name in studio.registry.names(kind):  # type: ignore[arg-type]
            other = node.model_copy(update={"type": name, "parameters": {}})
            tried.append((start.model_copy(update={"environment": (), where: (other,)}), other.uid))
    for name in RIGS:
        rig = start.camera.rig.model_copy(update={"type": name, "parameters": {}})
        tried.append((start.model_copy(update={"camera": start.camera.model_copy(update={"rig": rig})}), CAMERA))
    count = 0
    for project, uid in tried:
        studio.document.open(project, studio.document.folder)
        studio.selection.select(uid)
        for row in inspector.inspection.rows():
            if row.addresses[0].section.startswith("materials"):
                continue
            widget = seen(inspector, row)
            if isinstance(widget, LiteralRow):
                count += 1
                shown = widget.editor.value
                wanted = row.value
                if isinstance(wanted, list):
                    wanted = None if row.declaration.kind == "color" else list(wanted)
                if wanted is not None and row.declaration.kind != "color":
                    assert shown == wanted, (uid, row.key)
    assert count > 250


@pytest.mark.parametrize("section", ["parameters", "materials/*"])
def test_every_kind_of_every_parameter_round_trips(inspector: InspectorPanel, section: str) -> None:
    """Turned into each kind by its drop-down, a row shows that kind's form and the project holds it."""
    studio = inspector.studio
    names = ("height_m", "handle", "detail") if section == "parameters" else ("base_color", "pattern", "image")
    for name in names:
        row = next(r for r in inspector.inspection.rows() if r.key == f"{section}/{name}")
        for kind in kinds_for(row.declaration)[1:]:
            value = converted(None, row.declaration, kind)
            if kind == "folder":
                assert inspector.editing.commit(row, value) == ""
            inspector.editing.commit(row, value)
            QApplication.processEvents()
            now = next(r for r in inspector.inspection.rows() if r.addresses == row.addresses and r.component is None)
            assert now.value == value, kind
            if not now.parts:
                widget = seen(inspector, now)
                assert isinstance(widget, VariedRow)
                assert widget.form.value == value
    assert studio.document.history.done > 0


def test_widgets_are_few_and_used_again(inspector: InspectorPanel) -> None:
    """Rows out of sight are no widgets, and going to and fro makes no new ones."""
    studio = inspector.studio
    uids = ("mugs", CAMERA, "bottles", "lamp", "light")
    for uid in uids * 3:
        studio.selection.select(uid)
        QTest.qWait(1)
    while inspector.rows.warming:
        QTest.qWait(10)
    before = widgets_in(inspector)
    for uid in uids * 6:
        studio.selection.select(uid)
        QTest.qWait(1)
    assert widgets_in(inspector) <= before
    studio.selection.select("mugs")
    rows = len(inspector.inspection.rows())
    assert sum(key.startswith("row/") for key in inspector.rows._live) < rows / 2


@pytest.mark.timed
def test_switching_is_quick(inspector: InspectorPanel, within: Callable[[float, float], None]) -> None:
    """The measured budget is the benchmark's; this only catches a rebuild of everything."""
    studio = inspector.studio
    uids = ("mugs", CAMERA, "bottles", "lamp")
    for uid in uids * 2:
        studio.selection.select(uid)
        QTest.qWait(30)
    spent = []
    for uid in uids * 3:
        start = time.thread_time()
        studio.selection.select(uid)
        QApplication.processEvents()
        spent.append(time.thread_time() - start)
        QTest.qWait(5)
    within(sorted(spent)[len(spent) // 2], 0.1)


def test_the_filter_finds_by_name_and_help(inspector: InspectorPanel) -> None:
    everything = inspector.rows.matches()
    inspector.focus_filter()
    assert inspector.filter.hasFocus()
    QTest.keyClicks(inspector.filter, "handle hei")
    titles = [i.content.title for i in inspector.rows._items if isinstance(i.content, Row)]
    assert "Handle height" in titles
    assert len(titles) < 5
    QTest.keyClick(inspector.filter, Qt.Key.Key_Escape)
    assert inspector.filter.text() == ""
    assert inspector.rows.matches() == everything


def test_sections_close_and_stay_closed(inspector: InspectorPanel) -> None:
    buttons = {b.text(): b for b in inspector.rows.findChildren(SectionButton) if b.isVisible()}
    buttons["Shape"].click()
    assert inspector.rows.row_widget("parameters/height_m") is None
    inspector.studio.selection.select(CAMERA)
    inspector.studio.selection.select("mugs")
    QApplication.processEvents()
    assert inspector.rows.row_widget("parameters/height_m") is None
    assert inspector.rows.bring_into_sight("parameters/height_m") is not None


def test_tab_goes_through_rows_out_of_sight(inspector: InspectorPanel) -> None:
    first = inspector.rows.bring_into_sight("parameters/handle_height")
    assert isinstance(first, LiteralRow)
    first.editor.setFocus(Qt.FocusReason.TabFocusReason)
    visited = set()
    for _ in range(60):
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        QApplication.processEvents()
        if inspector.current is not None:
            visited.add(inspector.current.key)
    assert "placement/tilt_deg" in visited
    assert inspector.rows.verticalScrollBar().value() > 0


def test_a_missing_plugin_is_told_and_the_rest_is_shown(inspector: InspectorPanel) -> None:
    studio = inspector.studio
    project = studio.document.project
    assert project is not None
    group = project.objects[0].model_copy(update={"type": "teapot"})
    studio.document.replace(project.model_copy(update={"objects": (group,)}), "Break")
    assert "teapot" in inspector.warning.text()
    assert inspector.kept.isVisible()
    assert "height_m" in inspector.kept.toPlainText()
    assert inspector.rows.bring_into_sight("placement/width_m") is not None


def test_a_refused_value_can_be_put_right(inspector: InspectorPanel) -> None:
    studio = inspector.studio
    project = studio.document.project
    assert project is not None
    address = Address("mugs", "parameters", "height_m")
    studio.document.replace(write(project, address, -5), "Break")
    widget = inspector.rows.bring_into_sight("parameters/height_m")
    assert isinstance(widget, RefusedRow)
    assert "limits" in widget.reason
    widget.line.setFocus()
    widget.line.selectAll()
    QTest.keyClicks(widget.line, "0.1")
    QTest.keyClick(widget.line, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert isinstance(inspector.rows.bring_into_sight("parameters/height_m"), LiteralRow)


def test_rename_and_disable(inspector: InspectorPanel) -> None:
    studio = inspector.studio
    inspector.header.name.selectAll()
    QTest.keyClicks(inspector.header.name, "Cups")
    QTest.keyClick(inspector.header.name, Qt.Key.Key_Return)
    inspector.header.enabled.click()
    project = studio.document.project
    assert project is not None
    assert (project.objects[0].name, project.objects[0].enabled) == ("Cups", False)
    studio.document.history.undo()
    assert inspector.header.enabled.value is True


def test_parts_show_their_forms(inspector: InspectorPanel) -> None:
    pytest.importorskip("myriorama.widgets.forms")
    for part in PARTS:
        inspector.studio.selection.select(part)
        QApplication.processEvents()
        if part == CAMERA:
            assert inspector.pages.currentWidget() is inspector.rows
        else:
            assert inspector.pages.currentWidget() is inspector.form_area
            assert inspector.form_area.widget() is not None
    inspector.studio.selection.select("mugs", CAMERA)
    assert "different kinds" in inspector.empty.text()


def test_everything_is_named_and_has_help(inspector: InspectorPanel) -> None:
    for row in inspector.inspection.rows()[:20]:
        widget = seen(inspector, row)
        assert widget.accessibleName() == row.full_title
        assert row.declaration.help in widget.help_text()
        for child in widget.findChildren(QWidget):
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisibleTo(widget):
                proxied = child.parentWidget()
                assert child.accessibleName() or (proxied is not None and proxied.accessibleName()), child


def test_actions_are_the_inspectors(inspector: InspectorPanel) -> None:
    actions = inspector.actions_here()
    assert {b.action.context for b in actions} == {"inspector"}
    assert "inspector" in CONTEXTS
    assert len({b.action.id for b in actions}) == len(actions)
    inspector.rows.bring_into_sight("placement/gap_m").editor.setFocus()  # type: ignore[union-attr]
    QApplication.processEvents()
    vary = next(b for b in actions if b.action.id == "inspector.vary")
    assert vary.enabled is not None
    assert vary.enabled()
    vary.run()
    QApplication.processEvents()
    assert inspector.current is not None
    assert inspector.current.state == "varied"


def test_switching_leaves_no_widget_behind(qtbot: QtBot, open_example: Callable[[str], Studio]) -> None:
    studio = open_example("mugs_on_conveyor")
    panel = InspectorPanel(studio)
    panel.show()
    project = studio.document.project
    assert project is not None
    for uid in [item.uid for _, item in items(project)] * 2:
        studio.selection.select(uid)
        QTest.qWait(5)
    gone: list[bool] = []
    panel.destroyed.connect(lambda: gone.append(True))
    panel.close()
    panel.deleteLater()
    qtbot.waitUntil(lambda: bool(gone), timeout=5000)
    studio.selection.select("mugs")
