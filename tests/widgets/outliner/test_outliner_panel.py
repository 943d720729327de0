"""The outliner by mouse and keys: what is shown, selected, changed, and what stays as it was."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from myriorama.app.document import addresses, edits
from myriorama.app.document.document import Document
from myriorama.app.problems import Trouble
from myriorama.app.studio import Studio
from myriorama.plugins.registry import builtin_registry
from myriorama.widgets.outliner.model import UID_ROLE
from myriorama.widgets.outliner.panel import OutlinerPanel

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot, open_example: Callable[[str], Studio]) -> OutlinerPanel:
    """The outliner of the belt with mugs, shown."""
    studio = open_example("mugs_on_conveyor")
    made = OutlinerPanel(studio)
    made.tester = QAbstractItemModelTester(made.tree.outline, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    qtbot.addWidget(made)
    made.resize(300, 700)
    made.show()
    qtbot.waitExposed(made)
    assert studio.catalogue.entries.found
    QApplication.processEvents()
    return made


def run(panel: OutlinerPanel, word: str) -> None:
    """Do what a key or menu row does."""
    (bound,) = [b for b in panel.actions_here() if b.action.id == f"outliner.{word}"]
    assert bound.enabled is None or bound.enabled()
    bound.run()


def enabled(panel: OutlinerPanel) -> set[str]:
    rows = [b for b in panel.actions_here() if not b.action.menu]  # the menu Add can be had whatever is selected
    return {b.action.id.partition(".")[2] for b in rows if b.enabled is None or b.enabled()}


def index(panel: OutlinerPanel, uid: str) -> QModelIndex:
    found = panel.tree.outline.index_of(uid)
    assert found.isValid()
    return found


def rect(panel: OutlinerPanel, uid: str) -> QRect:
    return panel.tree.visualRect(index(panel, uid))


def click(panel: OutlinerPanel, uid: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(panel.tree.viewport(), LEFT, modifier, rect(panel, uid).center())


def click_eye(panel: OutlinerPanel, uid: str) -> None:
    thing = panel.tree.outline.thing(index(panel, uid))
    parts = panel.tree.itemDelegate().parts(rect(panel, uid), thing, panel.tree.fontMetrics())
    QTest.mouseClick(panel.tree.viewport(), LEFT, pos=parts.mark.center())


def objects(panel: OutlinerPanel) -> list[str]:
    return [g.uid for g in panel.studio.document.project.objects]


def shown(panel: OutlinerPanel, key: str) -> list[str]:
    outline = panel.tree.outline
    at = next(i for i, s in enumerate(outline.sections) if s.key == key)
    parent = outline.index(at, 0)
    return [outline.index(i, 0, parent).data(UID_ROLE) for i in range(outline.rowCount(parent))]


def selected(panel: OutlinerPanel) -> set[str]:
    return {i.data(UID_ROLE) for i in panel.tree.selectionModel().selectedIndexes()}


def test_it_shows_the_project_and_its_parts(panel: OutlinerPanel) -> None:
    titles = [s.title for s in panel.tree.outline.sections]
    assert titles == [
        "Environment", "Stage", "Camera", "Lights", "Objects", "Effects", "Classes", "Named values", "Acceptance",
        "Output", "Project settings",
    ]  # fmt: skip
    assert shown(panel, "objects") == ["mugs", "bottles", "cartons"]
    row = panel.tree.outline.thing(index(panel, "mugs"))
    assert (row.title, row.type_label, row.count, row.color, row.enabled) == ("Mugs", "Mug", "3–9", "#30638e", True)
    assert panel.tree.isExpanded(index(panel, "mugs").parent())
    assert "3–9" in index(panel, "mugs").data(Qt.ItemDataRole.AccessibleTextRole)


def test_selection_goes_both_ways_once(panel: OutlinerPanel) -> None:
    told: list[tuple[str, ...]] = []
    panel.studio.selection.changed.connect(told.append)
    click(panel, "bottles")
    click(panel, "mugs", Qt.KeyboardModifier.ControlModifier)
    assert panel.studio.selection.value == ("bottles", "mugs")
    assert told == [("bottles",), ("bottles", "mugs")]
    panel.studio.selection.select("light", addresses.CAMERA)
    assert selected(panel) == {"light", addresses.CAMERA}
    assert told[-1] == ("light", addresses.CAMERA)
    assert len(told) == 3
    click(panel, addresses.OUTPUT)
    assert panel.studio.selection.value == (addresses.OUTPUT,)
    panel.studio.selection.select()
    assert selected(panel) == set()


def test_the_keyboard_walks_and_extends(panel: OutlinerPanel) -> None:
    click(panel, "mugs")
    QTest.keyClick(panel.tree, Qt.Key.Key_Down)
    assert panel.studio.selection.value == ("bottles",)
    QTest.keyClick(panel.tree, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert panel.studio.selection.value == ("bottles", "cartons")
    assert panel.studio.selection.uid == "cartons"


def test_what_can_be_done_follows_the_selection(panel: OutlinerPanel) -> None:
    QGuiApplication.clipboard().clear()
    panel.studio.selection.select()
    assert enabled(panel) == {"add"}
    panel.studio.selection.select(addresses.CAMERA)
    assert enabled(panel) == {"add"}
    panel.studio.selection.select("mugs", "bottles")
    assert "rename" not in enabled(panel)
    panel.studio.selection.select("mugs")
    assert enabled(panel) >= {"rename", "delete", "duplicate", "copy", "move_up"}


def test_duplicate_delete_undo_keep_what_is_open_and_scrolled(panel: OutlinerPanel) -> None:
    stage = index(panel, "belt").parent()
    panel.tree.collapse(stage)
    click(panel, "mugs")
    run(panel, "duplicate")
    assert objects(panel) == shown(panel, "objects") == ["mugs", "mugs_2", "bottles", "cartons"]
    assert panel.studio.selection.value == ("mugs_2",)
    assert selected(panel) == {"mugs_2"}
    run(panel, "delete")
    assert objects(panel) == shown(panel, "objects") == ["mugs", "bottles", "cartons"]
    assert panel.studio.selection.value == ("bottles",)
    assert not panel.tree.isExpanded(stage)
    panel.studio.document.history.undo()
    panel.studio.document.history.undo()
    assert shown(panel, "objects") == ["mugs", "bottles", "cartons"]
    assert panel.studio.selection.value == ("bottles",)
    assert panel.studio.document.history.labels == ("Duplicate Mugs", "Delete Mugs copy")


def test_a_selection_of_what_is_gone_is_given_up(panel: OutlinerPanel) -> None:
    project = panel.studio.document.project
    edits.commit(
        edits.add(project, builtin_registry(), "generator", "die"), panel.studio.document, panel.studio.selection
    )
    assert panel.studio.selection.value == ("die",)
    panel.studio.document.history.undo()
    assert panel.studio.selection.value == ()


def test_the_eye_switches(panel: OutlinerPanel) -> None:
    panel.studio.selection.select("light")
    click_eye(panel, "bottles")
    project = panel.studio.document.project
    assert [g.enabled for g in project.objects] == [True, False, True]
    assert panel.studio.selection.value == ("light",)
    click_eye(panel, "bottles")
    assert all(g.enabled for g in panel.studio.document.project.objects)
    panel.studio.selection.select("mugs", "cartons")
    click_eye(panel, "cartons")
    assert [g.enabled for g in panel.studio.document.project.objects] == [False, True, False]
    assert panel.studio.selection.value == ("mugs", "cartons")
    run(panel, "enable")
    assert all(g.enabled for g in panel.studio.document.project.objects)


def test_renaming_in_place(panel: OutlinerPanel, qtbot: QtBot) -> None:
    click(panel, "mugs")
    run(panel, "rename")
    editor = panel.tree.viewport().findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "Mugs"
    QTest.keyClicks(editor, "Cups & <b>saucers</b>")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.studio.document.project.objects[0].name == "Cups & <b>saucers</b>")
    assert panel.studio.document.project.objects[0].uid == "mugs"
    run(panel, "rename")
    editor = panel.tree.viewport().findChild(QLineEdit)
    QTest.keyClicks(editor, "nothing")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert panel.studio.document.project.objects[0].name == "Cups & <b>saucers</b>"


def test_a_name_that_cannot_be_is_refused_in_words(panel: OutlinerPanel) -> None:
    panel.tree.outline.setData(index(panel, "mugs"), "x" * 201)
    assert panel.studio.document.project.objects[0].name == "Mugs"
    assert "201 characters" in panel._said.text()
    assert panel._said.isVisible()


def test_moving_by_keys(panel: OutlinerPanel) -> None:
    click(panel, "cartons")
    run(panel, "move_up")
    assert objects(panel) == shown(panel, "objects") == ["mugs", "cartons", "bottles"]
    run(panel, "move_down")
    run(panel, "move_down")
    assert objects(panel) == shown(panel, "objects") == ["mugs", "bottles", "cartons"]
    assert selected(panel) == {"cartons"}
    assert panel.tree.currentIndex().data(UID_ROLE) == "cartons"


def drop(panel: OutlinerPanel, uids: list[str], at: QPoint) -> bool:
    """Let go of dragged rows over a point of the tree."""
    carried: QMimeData = panel.tree.outline.mimeData([index(panel, uid) for uid in uids])
    for kind in (QDragEnterEvent, QDragMoveEvent):
        over = kind(at, Qt.DropAction.MoveAction, carried, LEFT, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(panel.tree.viewport(), over)
    event = QDropEvent(QPointF(at), Qt.DropAction.MoveAction, carried, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(panel.tree.viewport(), event)
    return event.isAccepted()


def test_dragging_orders_and_moves_between_lists(panel: OutlinerPanel) -> None:
    drop(panel, ["cartons"], rect(panel, "mugs").topLeft() + QPoint(20, 1))
    assert objects(panel) == ["cartons", "mugs", "bottles"]
    drop(panel, ["mugs", "cartons"], rect(panel, "bottles").bottomLeft() + QPoint(20, 0))
    assert objects(panel) == ["bottles", "cartons", "mugs"]
    drop(panel, ["mugs"], rect(panel, "belt").topLeft() + QPoint(20, 1))
    assert objects(panel) == ["bottles", "cartons"]
    assert [g.uid for g in panel.studio.document.project.stage] == ["mugs", "belt"]
    assert panel.studio.selection.value == ("mugs",)
    before = panel.studio.document.project
    drop(panel, ["bottles"], rect(panel, "lamp").topLeft() + QPoint(20, 1))
    drop(panel, ["bottles"], rect(panel, addresses.CAMERA).center())
    assert panel.studio.document.project == before
    lights = index(panel, "lamp").parent()
    drop(panel, ["light"], panel.tree.visualRect(lights).center())
    assert [n.uid for n in panel.studio.document.project.lights] == ["lamp", "light"]
    assert panel.studio.document.history.done == 4


def test_copy_cut_and_paste_are_text(panel: OutlinerPanel) -> None:
    click(panel, "mugs")
    run(panel, "copy")
    text = QGuiApplication.clipboard().text()
    assert '"myriorama": "nodes"' in text
    click(panel, "bottles")
    run(panel, "paste")
    assert objects(panel) == ["mugs", "bottles", "mugs_2", "cartons"]
    assert panel.studio.selection.value == ("mugs_2",)
    run(panel, "cut")
    assert objects(panel) == ["mugs", "bottles", "cartons"]
    QGuiApplication.clipboard().setText('{"myriorama": "nodes", "objects": [{"uid": 1}]}')
    run(panel, "paste")
    assert objects(panel) == ["mugs", "bottles", "cartons"]
    assert panel._said.isVisible()
    QGuiApplication.clipboard().setText("just text")
    assert "paste" not in enabled(panel)


def test_adding_by_a_few_letters(panel: OutlinerPanel) -> None:
    run(panel, "add")
    popup = panel.popup
    assert popup.isVisible()
    QTest.keyClicks(popup.search_field, "spo")
    assert popup.shown[0].name == "spot"
    QTest.keyClick(popup.search_field, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert panel.studio.document.project.lights[-1].type == "spot"
    assert panel.studio.selection.value == ("spot",)
    assert shown(panel, "lights") == ["lamp", "spot"]


def test_the_arrows_choose_and_the_shelf_filters(panel: OutlinerPanel) -> None:
    run(panel, "add")
    popup = panel.popup
    QTest.mouseClick(popup._buttons["effects"], LEFT)
    assert {e.shelf for e in popup.shown} == {"effects"}
    QTest.mouseClick(popup._group_buttons["Picture"], LEFT)
    QTest.keyClick(popup.search_field, Qt.Key.Key_Down)
    wanted = popup.shown[1]
    QTest.keyClick(popup.search_field, Qt.Key.Key_Return)
    assert panel.studio.document.project.effects[-1].type == wanted.name
    run(panel, "add")
    QTest.keyClicks(popup.search_field, "qqqq")
    assert popup.shown == ()
    QTest.keyClick(popup.search_field, Qt.Key.Key_Return)
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()


def test_a_headings_plus_adds_to_its_list(panel: OutlinerPanel) -> None:
    stage = index(panel, "belt").parent()
    at = panel.tree.visualRect(stage)
    parts = panel.tree.itemDelegate().parts(at, panel.tree.outline.thing(stage), panel.tree.fontMetrics())
    QTest.mouseClick(panel.tree.viewport(), LEFT, pos=parts.mark.center())
    popup = panel.popup
    assert popup.isVisible()
    assert {e.shelf for e in popup.shown} == {"stage"}
    spot = popup.list.visualRect(popup.list.model().index(1, 0)).center()
    wanted = popup.shown[1].name
    QTest.mouseClick(popup.list.viewport(), LEFT, pos=spot)
    assert panel.studio.document.project.stage[-1].type == wanted


def test_an_unknown_plugin_is_shown_and_kept(panel: OutlinerPanel) -> None:
    project = panel.studio.document.project
    strange = project.objects[0].model_copy(update={"type": "teleporter", "parameters": {"beam": 1}})
    panel.studio.document.replace(project.model_copy(update={"objects": (strange,)}), "Open")
    tip = index(panel, "mugs").data(Qt.ItemDataRole.ToolTipRole)
    assert "Plugin teleporter is not here; its parameters are kept." in tip
    run_on = ("duplicate", "move_up", "enable")
    click(panel, "mugs")
    for word in run_on:
        run(panel, word)
    assert all(g.type == "teleporter" and g.parameters == {"beam": 1} for g in panel.studio.document.project.objects)


def test_problems_are_badges(panel: OutlinerPanel) -> None:
    trouble = Trouble("assets", "warning", "The file is missing.", "sky.hdr", "Find it.", "light")
    panel.studio.problems.set("assets", (trouble,))
    badge = panel.tree.outline.thing(index(panel, "light")).badge
    assert (badge.severity, badge.text) == ("warning", "The file is missing. Find it.")
    assert "Find it." in index(panel, "light").data(Qt.ItemDataRole.ToolTipRole)
    panel.studio.problems.set("assets", ())
    assert panel.tree.outline.thing(index(panel, "light")).badge is None


def test_the_menu_offers_what_the_keys_do(panel: OutlinerPanel, qtbot: QtBot) -> None:
    click(panel, "mugs")
    panel.tree.customContextMenuRequested.emit(rect(panel, "mugs").center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    rows = {a.text(): a for a in menu.actions() if a.text()}
    assert {"Rename", "Duplicate", "Copy", "Paste", "Delete", "Move up", "Move to Stage"} <= set(rows)
    rows["Move to Stage"].trigger()
    menu.close()
    assert [g.uid for g in panel.studio.document.project.stage] == ["belt", "mugs"]


def test_another_project_starts_afresh(panel: OutlinerPanel, open_example: Callable[[str], Studio]) -> None:
    panel.studio.selection.select("mugs")
    open_example("dice_tray")
    assert shown(panel, "objects") == ["dice", "light_dice", "marbled_dice"]
    assert panel.studio.selection.value == ()
    assert panel.tree.isExpanded(index(panel, "dice").parent())
    panel.studio.document.close()
    assert not panel.tree.isVisible()
    assert not panel.add_button.isEnabled()
    assert enabled(panel) == set()


def test_a_file_is_asked_for_where_nothing_goes_without(panel: OutlinerPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    choose = pytest.importorskip("myriorama.widgets.assets.choose")
    asked: list[str] = []
    answers = iter([None, "resource:models/kaykit/crate_tomatoes.gltf"])

    def answer(_studio: Studio, role: str, _parent: object) -> str | None:
        asked.append(role)
        return next(answers)

    monkeypatch.setattr(choose, "choose_asset", answer)
    (entry,) = [e for e in panel.studio.catalogue.entries.found if e.name == "mesh_file"]
    panel.popup.chosen.emit(entry, "")
    assert objects(panel) == ["mugs", "bottles", "cartons"]
    panel.popup.chosen.emit(entry, "")
    assert asked == ["model", "model"]
    assert panel.studio.document.project.objects[-1].parameters["file"].endswith("crate_tomatoes.gltf")


@pytest.mark.timed
def test_two_hundred_groups_are_shown_in_a_moment(panel: OutlinerPanel, within: Callable[[float, float], None]) -> None:
    document: Document = panel.studio.document
    project = document.project
    one = project.objects[0]
    many = tuple(
        one.model_copy(update={"uid": f"g{i}", "placement": one.placement.model_copy(update={"uid": f"p{i}"})})
        for i in range(200)
    )
    document.replace(project.model_copy(update={"objects": many}), "Add many")
    assert len(shown(panel, "objects")) == 200
    durations = []
    for i in range(10):
        edits.commit(edits.rename(document.project, f"g{i}", f"n{i}"), document)
        start = time.perf_counter()
        panel._on_changed()
        durations.append(time.perf_counter() - start)
    within(min(durations), 0.02)
