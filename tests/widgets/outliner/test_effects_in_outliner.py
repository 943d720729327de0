"""Effects: offered by group, added where their stage may stand, ordered by drag, refused with the check's sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from myriorama.app.catalogue.effect_groups import CAMERAS, GROUPS, group_of
from myriorama.app.studio import Studio
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.project.check import effect_problems
from myriorama.widgets.outliner.panel import OutlinerPanel

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot, open_example: Callable[[str], Studio]) -> OutlinerPanel:
    """The outliner of an example whose effects are taken away, shown."""
    studio = open_example("mugs_on_conveyor")
    project = studio.document.project
    assert project is not None
    studio.document.replace(project.model_copy(update={"effects": ()}), "no effects")
    made = OutlinerPanel(studio)
    qtbot.addWidget(made)
    made.resize(300, 700)
    made.show()
    qtbot.waitExposed(made)
    assert studio.catalogue.entries.found
    QApplication.processEvents()
    return made


def types(panel: OutlinerPanel) -> list[str]:
    project = panel.studio.document.project
    assert project is not None
    return [node.type for node in project.effects]


def add(panel: OutlinerPanel, name: str) -> None:
    entry = next(e for e in panel.studio.catalogue.entries.found if e.name == name and e.shelf == "effects")
    panel.add_entry(entry)


def run(panel: OutlinerPanel, word: str) -> None:
    (bound,) = [b for b in panel.actions_here() if b.action.id == f"outliner.{word}"]
    assert bound.enabled is None or bound.enabled()
    bound.run()


def test_every_shipped_effect_has_a_group_of_its_own_choosing() -> None:
    registry = builtin_registry()
    found = {name: group_of(name, registry.effect_stage(name)) for name in registry.names("effect")}
    assert set(found.values()) == set(GROUPS) - {CAMERAS}
    assert found["fog"] == "Air"
    assert found["fisheye"] == "Lens & shutter"
    assert found["tof_depth"] == "Depth sensors"
    assert group_of("somebody_elses", "picture") == "Picture"


def test_groups_narrow_the_list_and_the_menu_opens_one(panel: OutlinerPanel) -> None:
    run(panel, "effect_air")
    popup = panel.popup
    assert popup.group_row.isVisible()
    assert {e.group for e in popup.shown} == {"Air"}
    QTest.mouseClick(popup._group_buttons[CAMERAS], LEFT)
    assert {e.kind for e in popup.shown} == {"camera"}
    QTest.mouseClick(popup._buttons["objects"], LEFT)
    assert not popup.group_row.isVisible()
    QTest.mouseClick(popup._buttons["effects"], LEFT)
    QTest.keyClicks(popup.search_field, "fog")
    QTest.mouseClick(popup._group_buttons[""], LEFT)
    QTest.keyClick(popup.search_field, Qt.Key.Key_Return)
    assert types(panel) == ["fog"]


def test_effects_are_added_where_their_stage_may_stand(panel: OutlinerPanel) -> None:
    for name in ("jpeg", "tone_curve", "sensor_noise", "lens_distortion", "quantise"):
        add(panel, name)
    assert types(panel) == ["lens_distortion", "sensor_noise", "tone_curve", "jpeg", "quantise"]
    project = panel.studio.document.project
    assert project is not None
    assert list(effect_problems(project, panel.studio.registry)) == []


def test_a_second_curve_is_refused_with_its_sentence(panel: OutlinerPanel) -> None:
    add(panel, "tone_curve")
    before = panel.studio.document.project
    add(panel, "tone_curve")
    assert panel.studio.document.project is before
    assert panel._said.isVisible()
    assert "one tone curve" in panel._said.text()


def test_an_order_that_cannot_be_is_refused_by_drag_and_by_key(panel: OutlinerPanel) -> None:
    for name in ("sensor_noise", "vignette", "jpeg"):
        add(panel, name)
    document = panel.studio.document
    assert document.project is not None
    uids = [node.uid for node in document.project.effects]
    panel.tree.outline.dropped.emit([uids[1]], "effects", 0)
    assert types(panel) == ["vignette", "sensor_noise", "jpeg"]
    before = document.project
    panel.tree.outline.dropped.emit([uids[2]], "effects", 0)
    assert document.project is before
    assert "JPEG" in panel._said.text()
    assert "move it up" in panel._said.text()
    panel.studio.selection.select(uids[0])
    run(panel, "move_down")
    assert document.project is before
    document.history.undo()
    assert types(panel) == ["sensor_noise", "vignette", "jpeg"]


def test_a_camera_comes_whole_and_goes_with_one_undo(panel: OutlinerPanel) -> None:
    add(panel, "jpeg")
    run(panel, "camera_phone")
    assert len(types(panel)) > 5
    assert types(panel)[0] == "lens_distortion"
    project = panel.studio.document.project
    assert project is not None
    assert list(effect_problems(project, panel.studio.registry)) == []
    assert len(panel.studio.selection.value) == len(types(panel)) - 1
    panel.studio.document.history.undo()
    assert types(panel) == ["jpeg"]


def test_what_is_off_stands_anywhere_until_it_is_switched_on(panel: OutlinerPanel) -> None:
    add(panel, "tone_curve")
    project = panel.studio.document.project
    assert project is not None
    first = project.effects[0].uid
    panel.tree.switched.emit(first, False)
    add(panel, "tone_curve")
    assert types(panel) == ["tone_curve", "tone_curve"]
    panel.tree.switched.emit(first, True)
    assert "one tone curve" in panel._said.text()
    project = panel.studio.document.project
    assert project is not None
    assert not next(node for node in project.effects if node.uid == first).enabled
