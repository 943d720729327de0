"""What a hand does in the inspector becomes one step of the history, or is refused with a reason."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from myriorama.app.document.addresses import CAMERA, MISSING, Address, read, write
from myriorama.app.preview.tiles import SampleFacts
from myriorama.scenes.project.model import Project
from myriorama.widgets.editors import NumberField
from myriorama.widgets.inspector.forms import RangeForm
from myriorama.widgets.inspector.menu import row_menu
from myriorama.widgets.inspector.panel import InspectorPanel
from myriorama.widgets.inspector.plain_rows import LiteralRow, MixedRow, UnsetRow
from myriorama.widgets.inspector.varied_row import VariedRow

HEIGHT = Address("mugs", "parameters", "height_m")


def project_of(panel: InspectorPanel) -> Project:
    project = panel.studio.document.project
    assert project is not None
    return project


def row(panel: InspectorPanel, key: str) -> Any:
    found = panel.rows.bring_into_sight(key)
    assert found is not None, key
    QApplication.processEvents()
    return found


def form(panel: InspectorPanel, key: str) -> RangeForm:
    found = cast(VariedRow, row(panel, key)).form
    assert isinstance(found, RangeForm)
    return found


def type_in(field: NumberField, text: str) -> None:
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_dragging_a_handle_previews_and_is_one_step(inspector: InspectorPanel) -> None:
    document = inspector.studio.document
    before = document.project
    shown: list[Any] = []
    document.changing.connect(lambda project: shown.append(read(project, HEIGHT)))
    slider = form(inspector, "parameters/height_m").slider
    start = QPoint(round(slider.pixel_of(0.12)), 10)
    QTest.mousePress(slider.handles, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for x in range(6, 31, 6):
        QTest.mouseMove(slider.handles, start + QPoint(x, 0))
        QApplication.processEvents()
        assert document.project is before, "nothing is committed while it is dragged"
    assert len(shown) >= 3
    assert slider.held
    QTest.mouseRelease(slider.handles, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(30, 0))
    written = read(project_of(inspector), HEIGHT)["uniform"]
    assert written[0] == 0.075
    assert written[1] == shown[-1]["uniform"][1] > 0.12
    assert document.history.labels == ("Change Mugs height",)
    document.history.undo()
    assert document.project == before
    assert form(inspector, "parameters/height_m").high.value == 0.12


def test_esc_takes_a_drag_back(inspector: InspectorPanel) -> None:
    document = inspector.studio.document
    slider = form(inspector, "parameters/height_m").slider
    start = QPoint(round(slider.pixel_of(0.12)), 10)
    QTest.mousePress(slider.handles, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(slider.handles, start + QPoint(12, 0))
    QTest.mouseMove(slider.handles, start + QPoint(24, 0))
    assert document.shown != document.project
    QTest.keyClick(slider.handles, Qt.Key.Key_Escape)
    assert document.shown == document.project
    QTest.mouseRelease(slider.handles, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    assert document.history.labels == ()


def test_a_bad_end_is_refused_in_the_field(inspector: InspectorPanel) -> None:
    before = inspector.studio.document.project
    height: Any = next(p for p in inspector.studio.registry.parameters("generator", "mug") if p.name == "height_m")
    refused = {"0.2": "reversed", "nan": "finite", "0.0001": f"at least {height.minimum:g} m", "5 kg": "no unit"}
    fields = form(inspector, "parameters/height_m")
    for text, reason in refused.items():
        type_in(fields.low, text)
        assert reason in fields.low.refusal
        assert reason in row(inspector, "parameters/height_m").reason
        assert fields.low.text() == text
        assert inspector.studio.document.project is before
        QTest.keyClick(fields.low, Qt.Key.Key_Escape)
        assert row(inspector, "parameters/height_m").reason == ""
        assert fields.low.value == 0.075


def test_a_typed_value_with_a_unit(inspector: InspectorPanel) -> None:
    literal = cast(LiteralRow, row(inspector, "placement/gap_m"))
    type_in(literal.editor, "3 cm")
    assert read(project_of(inspector), Address("mugs", "placement", "gap_m")) == 0.03


def test_the_die_turns_a_value_and_back(inspector: InspectorPanel) -> None:
    address = Address("mugs", "placement", "gap_m")
    row(inspector, "placement/gap_m").die.click()
    QApplication.processEvents()
    varied = read(project_of(inspector), address)
    assert isinstance(varied, dict)
    fields = row(inspector, "placement/gap_m")
    assert isinstance(fields, VariedRow)
    fields.kinds.activated.emit([fields.kinds.itemText(i) for i in range(fields.kinds.count())].index("Normal"))
    assert "normal" in read(project_of(inspector), address)
    row(inspector, "placement/gap_m").die.click()
    assert isinstance(read(project_of(inspector), address), float)
    row(inspector, "placement/gap_m").die.click()
    assert "normal" in read(project_of(inspector), address), "the one put away last comes again"
    assert len(inspector.studio.document.history.labels) >= 1


def test_several_are_changed_in_one_step(inspector: InspectorPanel) -> None:
    studio = inspector.studio
    studio.selection.select("mugs", "bottles")
    literal = cast(LiteralRow, row(inspector, "placement/width_m"))
    assert literal.editor.text() == "—"
    type_in(literal.editor, "0.8")
    for uid in ("mugs", "bottles"):
        assert read(project_of(inspector), Address(uid, "placement", "width_m")) == 0.8
    assert studio.document.history.labels == ("Change width of 2 selected",)
    studio.document.history.undo()
    QApplication.processEvents()
    assert cast(LiteralRow, row(inspector, "placement/width_m")).editor.text() == "—"


def test_mixed_distributions_are_a_dash(inspector: InspectorPanel) -> None:
    inspector.studio.selection.select("mugs", "bottles")
    found = row(inspector, "field/count")
    assert isinstance(found, MixedRow)
    found.button.click()
    assert project_of(inspector).objects[1].count == {"integers": [3, 9]}


def test_a_locked_value_stays(inspector: InspectorPanel) -> None:
    studio = inspector.studio
    before = studio.document.project
    inspector.editing.set_locked(row(inspector, "parameters/height_m").row, True)
    assert HEIGHT in studio.locks.value
    found = row(inspector, "parameters/height_m")
    assert not found.form.low.isEnabled()
    assert inspector.editing.commit(found.row, 0.1) == "this is locked"
    assert studio.document.project is before
    found.die.click()
    assert HEIGHT not in studio.locks.value
    studio.locks.set(frozenset({HEIGHT}))
    studio.document.open(project_of(inspector), studio.document.folder)
    assert studio.locks.value == frozenset()


def test_external_changes_leave_typing_alone(inspector: InspectorPanel) -> None:
    literal = cast(LiteralRow, row(inspector, "placement/gap_m"))
    field = literal.editor
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    QTest.keyClicks(field, "0.0")
    document = inspector.studio.document
    document.replace(write(project_of(inspector), Address("mugs", "placement", "gap_m"), 0.5), "Elsewhere")
    document.replace(write(project_of(inspector), Address("mugs", "parameters", "detail"), 2), "Elsewhere")
    QApplication.processEvents()
    assert field.hasFocus()
    assert field.text() == "0.0"
    QTest.keyClicks(field, "4")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert read(project_of(inspector), Address("mugs", "placement", "gap_m")) == 0.04
    assert row(inspector, "parameters/detail").editor.value == 2


def test_a_material_is_the_objects_own_until_it_is_set(inspector: InspectorPanel) -> None:
    found = row(inspector, "materials/*/metallic")
    assert isinstance(found, UnsetRow)
    found.button.click()
    address = Address("mugs", "materials/*", "metallic")
    assert read(project_of(inspector), address) == 0.0
    inspector.editing.reset(row(inspector, "materials/*/metallic").row)
    assert read(project_of(inspector), address) is MISSING


def test_each_number_of_a_list_varies_on_its_own(inspector: InspectorPanel) -> None:
    inspector.studio.selection.select(CAMERA)
    row(inspector, "rig/target_m/2").die.click()
    written = read(project_of(inspector), Address(CAMERA, "rig", "target_m"))
    assert all(isinstance(v, dict) for v in written)
    parts = row(inspector, "rig/target_m/")
    parts.kinds.activated.emit(0)
    written = read(project_of(inspector), Address(CAMERA, "rig", "target_m"))
    assert all(isinstance(v, float) for v in written)
    assert isinstance(row(inspector, "rig/target_m"), LiteralRow)


def test_the_menu_resets_copies_pastes_and_sweeps(inspector: InspectorPanel) -> None:
    found = row(inspector, "parameters/height_m").row
    menu = row_menu(found, inspector.editing, inspector)
    actions = {a.text(): a for a in menu.actions() if a.text()}
    actions["Copy value"].trigger()
    assert QGuiApplication.clipboard().text() == '{"uniform": [0.075, 0.12]}'
    actions["Copy path"].trigger()
    assert QGuiApplication.clipboard().text() == "mugs/height_m"
    actions["Sweep in the gallery"].trigger()
    sweep = inspector.studio.sweep.value
    assert sweep is not None
    assert (sweep.address, sweep.low, sweep.high) == (HEIGHT, 0.075, 0.12)
    actions["Reset to default"].trigger()
    assert read(project_of(inspector), HEIGHT) is MISSING
    QGuiApplication.clipboard().setText('{"uniform": [0.2, 0.1]}')
    assert "reversed" in inspector.editing.paste_value(found)
    QGuiApplication.clipboard().setText('{"uniform": [0.08, 0.1]}')
    assert inspector.editing.paste_value(found) == ""
    assert read(project_of(inspector), HEIGHT) == {"uniform": [0.08, 0.1]}
    menu.deleteLater()


def test_effective_values_reach_the_picture(inspector: InspectorPanel) -> None:
    values = {f"mugs/{i}/height_m": 0.08 + 0.01 * i for i in range(4)}
    facts = SampleFacts(0, 1, "00000000", "h", 64, 48, (), 0, values)
    inspector.studio.tiles.facts_ready.emit(facts)
    QTest.qWait(400)
    picture = form(inspector, "parameters/height_m").picture
    assert picture._effective == sorted(values.values())
    assert picture.found is not None
    inspector.studio.tiles.epoch_changed.emit(2)
    QTest.qWait(400)
    assert form(inspector, "parameters/height_m").picture._effective == []


def test_every_step_of_an_arrow_key_is_merged(inspector: InspectorPanel) -> None:
    literal = cast(LiteralRow, row(inspector, "placement/gap_m"))
    literal.editor.setFocus()
    for _ in range(4):
        QTest.keyClick(literal.editor, Qt.Key.Key_Up)
    assert len(inspector.studio.document.history.labels) == 1


def test_a_link_to_nowhere_is_refused(inspector: InspectorPanel) -> None:
    found = row(inspector, "parameters/wall_m").row
    before = inspector.studio.document.project
    assert "diameter_m" in inspector.editing.commit(found, {"linked": "diametr_m / 20"})
    assert inspector.studio.document.project is before
    assert inspector.editing.commit(found, {"linked": "diameter_m / 20"}) == ""


def test_scope_and_chance(inspector: InspectorPanel) -> None:
    found = cast(VariedRow, row(inspector, "parameters/height_m"))
    assert found.advanced is None or not found.advanced.isVisible()
    found.more.click()
    assert found.advanced is not None
    found.advanced.scope.activated.emit(1)
    assert read(project_of(inspector), HEIGHT)["scope"] == "sample"
    found = cast(VariedRow, row(inspector, "parameters/height_m"))
    assert found.advanced is not None
    type_in(found.advanced.chance, "50 %")
    written = read(project_of(inspector), HEIGHT)
    assert (written["chance"], written["otherwise"]) == (0.5, 0.095)
    type_in(cast(VariedRow, row(inspector, "parameters/height_m")).advanced.chance, "2")  # type: ignore[union-attr]
    assert read(project_of(inspector), HEIGHT) == written


def test_what_a_change_of_type_leaves_out_is_told(inspector: InspectorPanel) -> None:
    kind = row(inspector, "field/type").row
    assert inspector.editing.commit(kind, "bottle") == ""
    assert inspector.notice.isVisible()
    assert "handle_reach" in inspector.notice.text()
    assert any("handle_reach" in line for line in inspector.studio.problems.log)
    inspector.studio.document.history.undo()
    assert "handle_reach" in project_of(inspector).objects[0].parameters
