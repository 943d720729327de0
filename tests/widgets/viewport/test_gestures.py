"""Mouse and keys: selecting, reading, hiding, leafing, looking, dragging handles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QWheelEvent
from PySide6.QtTest import QTest

from myriorama.app.document.addresses import Address, read, write
from myriorama.app.overlays import BASES
from myriorama.app.preview.frames import SampleFrame
from myriorama.scenes.labels.record import Annotation

CENTER = Address("mugs", "placement", "center_m")


@pytest.fixture
def keys(shown: Any) -> Any:
    """The actions' keys, bound as the main window does."""
    for bound in shown.panel.actions_here():
        made = QAction(bound.action.title, shown.panel)
        made.setShortcuts([QKeySequence(k) for k in bound.action.keys])
        made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.triggered.connect(lambda _=False, run=bound.run: run())
        shown.panel.addAction(made)
    shown.panel.activateWindow()
    shown.panel.stage.canvas.native.setFocus()
    shown.qtbot.waitUntil(shown.panel.stage.canvas.native.hasFocus)
    return shown


def _inside(annotation: Annotation) -> tuple[int, int]:
    spots = np.argwhere(annotation.mask)
    middle = spots[np.abs(spots - spots.mean(axis=0)).sum(axis=1).argmin()]
    return annotation.box.x + int(middle[1]), annotation.box.y + int(middle[0])


def _at(shown: Any, x: float, y: float) -> QPoint:
    """Return the point of the canvas over an image pixel."""
    stage = shown.panel.stage
    px, py = stage.looking.frame_fit.to_view(x, y)
    return QPoint(round(px / stage.ratio), round(py / stage.ratio))


def _native(shown: Any) -> Any:
    return shown.panel.stage.canvas.native


def test_a_click_selects_the_group_of_the_object_under_it(shown: Any, recorded: SampleFrame) -> None:
    x, y = _inside(recorded.annotations[0])
    QTest.mouseClick(_native(shown), Qt.MouseButton.LeftButton, pos=_at(shown, x + 0.5, y + 0.5))
    assert shown.studio.selection.value == ("mugs",)
    ids = shown.panel.stage._frame.ids
    carton = next(i for i, s in enumerate(recorded.instances) if s.group_uid == "belt")
    rows, columns = np.nonzero(ids == carton + 1)
    place = _at(shown, float(columns[-1]) + 0.5, float(rows[-1]) + 0.5)
    QTest.mouseClick(_native(shown), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, place)
    assert shown.studio.selection.value == ("mugs", "belt")
    QTest.mouseClick(_native(shown), Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert shown.studio.selection.value == ()


def test_hover_reads_the_truth_of_the_pixel(shown: Any, recorded: SampleFrame) -> None:
    annotation = recorded.annotations[-1]
    x, y = _inside(annotation)
    QTest.mouseMove(_native(shown), _at(shown, x + 0.5, y + 0.5))
    strip, seen = shown.panel.readout, recorded.instances[annotation.instance]
    shown.qtbot.waitUntil(lambda: strip.text("Pixel") == f"{x}, {y}")
    assert strip.text("Object").startswith(f"{seen.group_name} #{seen.number}")
    assert strip.text("Class") == annotation.class_name
    assert strip.text("Depth") == f"{recorded.depth[y, x]:.3f} m"
    assert annotation.visible is not None
    assert strip.text("Visible") == f"{annotation.visible:.0%}"
    assert recorded.normal is not None
    assert [float(v) for v in strip.text("Normal").split()] == pytest.approx(recorded.normal[y, x], abs=0.0051)
    world = recorded.camera.unproject(np.array([[x + 0.5, y + 0.5]]), np.array([float(recorded.depth[y, x])]))[0]
    assert [float(v) for v in strip.text("World").removesuffix(" m").split()] == pytest.approx(world, abs=0.00051)
    assert "mass_g" in strip.text("Attributes")


def test_keys_1_to_7_show_the_layers(keys: Any) -> None:
    for number, base in enumerate(BASES, 1):
        QTest.keyClick(_native(keys), str(number))
        assert keys.studio.overlays.value.base == base
        assert keys.panel.toolbar._buttons[f"layer_{base}"].isChecked()


def test_layers_are_asked_for_when_they_are_looked_at(shown: Any) -> None:
    shown.run("layer_object_coordinates")
    assert "object_coordinates" in shown.requests[-1].layers
    shown.run("layer_amodal")
    assert shown.requests[-1].layers >= {"amodal"}


def test_space_hides_labels_for_as_long_as_it_is_held(keys: Any) -> None:
    with_labels = keys.pixels()
    QTest.keyPress(_native(keys), Qt.Key.Key_Space)
    assert keys.studio.overlays.value.hidden
    hidden = keys.pixels()
    assert not np.array_equal(hidden, with_labels)
    QTest.keyRelease(_native(keys), Qt.Key.Key_Space)
    assert not keys.studio.overlays.value.hidden
    assert np.array_equal(keys.pixels(), with_labels)


def test_brackets_change_opacity_and_c_the_colours(keys: Any) -> None:
    before = keys.studio.overlays.value.opacity
    QTest.keyClick(_native(keys), Qt.Key.Key_BracketRight)
    assert keys.studio.overlays.value.opacity == pytest.approx(before + 0.1)
    QTest.keyClick(_native(keys), Qt.Key.Key_BracketLeft)
    assert keys.studio.overlays.value.opacity == pytest.approx(before)
    seen = []
    for _ in range(3):
        QTest.keyClick(_native(keys), "c")
        seen.append(keys.studio.overlays.value.color_by)
    assert seen == ["class", "visible", "instance"]


def test_arrows_leaf_and_shuffle_goes_elsewhere_the_same_way(keys: Any) -> None:
    QTest.keyClick(_native(keys), Qt.Key.Key_Right)
    QTest.keyClick(_native(keys), Qt.Key.Key_Period)
    assert keys.studio.index.value == 2
    assert keys.panel.samples.index.value() == 2
    QTest.keyClick(_native(keys), Qt.Key.Key_Left)
    assert keys.studio.index.value == 1
    QTest.keyClick(_native(keys), "j")
    first = keys.studio.index.value
    assert first != 1
    keys.studio.index.set(1)
    QTest.keyClick(_native(keys), "j")
    assert keys.studio.index.value == first


def test_play_steps_when_the_picture_has_come(shown: Any, recorded: SampleFrame) -> None:
    shown.run("play")
    shown.qtbot.waitUntil(lambda: shown.studio.index.value == 1)
    shown.qtbot.wait(200)
    assert shown.studio.index.value == 1
    shown.studio.preview.frame_ready.emit(replace(recorded, index=1))
    shown.qtbot.waitUntil(lambda: shown.studio.index.value == 2)
    shown.run("play")
    assert not shown.panel.samples.is_playing


def test_the_sample_key_can_be_copied(shown: Any, recorded: SampleFrame) -> None:
    shown.run("copy_key")
    assert QGuiApplication.clipboard().text() == recorded.sample_key


def test_status_tells_device_counts_and_things_without_a_class(shown: Any, recorded: SampleFrame) -> None:
    told = shown.panel.status.text
    assert "llvmpipe" in told
    assert "1,234 triangles" in told
    assert f"{len(recorded.instances)} instances" in told
    assert "0 without a class" in told
    shown.studio.preview.frame_ready.emit(replace(recorded, unclassed=2, violations=("box: wrong",)))
    assert shown.panel.status._unclassed.property("role") == "error"
    assert "box: wrong" in shown.panel.samples.note.text()
    assert shown.panel.samples.note.property("role") == "error"


def test_the_wheel_zooms_about_the_cursor(shown: Any) -> None:
    stage, at = shown.panel.stage, QPointF(300, 200)
    before = stage.image_point(at)
    event = QWheelEvent(
        at,
        QPointF(_native(shown).mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 360),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    scale = stage.looking.scale
    QGuiApplication.sendEvent(_native(shown), event)
    assert stage.looking.scale > scale
    assert stage.image_point(at) == pytest.approx(before, abs=1.0)
    shown.run("home")
    assert stage.looking.is_home
    assert stage.looking.scale == scale


def test_free_look_orbits_by_the_mouse_map_and_home_returns(shown: Any) -> None:
    stage = shown.panel.stage
    shown.run("free_look")
    assert shown.requests[-1].view is not None
    assert "statistics are of the dataset camera" in stage.badge.text
    before = stage.looking.orbit
    native, start = _native(shown), QPoint(300, 300)
    QTest.mousePress(native, Qt.MouseButton.MiddleButton, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(native, start + QPoint(10 * step, 4 * step))
    moved = shown.requests[-1]
    QTest.mouseRelease(native, Qt.MouseButton.MiddleButton, pos=start + QPoint(50, 20))
    after = stage.looking.orbit
    assert after.azimuth_deg != before.azimuth_deg
    assert after.distance_m == before.distance_m
    assert moved.view is not None
    assert shown.requests[-1].final
    shown.run("home")
    assert shown.requests[-1].view is None
    assert stage.badge.text == ""


def test_simple_map_orbits_with_the_left_button(shown: Any) -> None:
    shown.studio.settings.update(lambda s: s.model_copy(update={"navigation": "simple"}))
    shown.run("free_look")
    before = shown.panel.stage.looking.orbit
    native, start = _native(shown), QPoint(120, 300)
    QTest.mousePress(native, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(native, start + QPoint(30, 0))
    QTest.mouseMove(native, start + QPoint(60, 0))
    QTest.mouseRelease(native, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 0))
    assert shown.panel.stage.looking.orbit.azimuth_deg != before.azimuth_deg
    assert shown.studio.selection.value == ()


def test_flying_moves_while_the_right_button_is_held(keys: Any) -> None:
    keys.run("free_look")
    native, looking = _native(keys), keys.panel.stage.looking
    before = looking.orbit.position_m
    QTest.mousePress(native, Qt.MouseButton.RightButton, pos=QPoint(200, 200))
    QTest.keyPress(native, Qt.Key.Key_W)
    keys.qtbot.waitUntil(lambda: np.linalg.norm(looking.orbit.position_m - before) > 0.01)
    QTest.keyRelease(native, Qt.Key.Key_W)
    QTest.mouseRelease(native, Qt.MouseButton.RightButton, pos=QPoint(200, 200))
    rested = looking.orbit.position_m
    keys.qtbot.wait(80)
    assert np.array_equal(looking.orbit.position_m, rested)


def _handle(shown: Any, part: str) -> QPoint:
    stage = shown.panel.stage
    gizmo = stage.handling.gizmo(stage.handle_scale)
    handle = next(h for h in gizmo.handles if h.part == part)
    place = handle.spots[0] if len(handle.spots) else handle.lines[0].mean(axis=0)
    pixel = gizmo.camera.project(np.atleast_2d(place))[0][0]
    return _at(shown, *pixel)


def _drag(shown: Any, start: QPoint, by: QPoint) -> None:
    native = _native(shown)
    QTest.mousePress(native, Qt.MouseButton.LeftButton, pos=start)
    for k in range(1, 6):
        QTest.mouseMove(native, start + by * k / 5)
    QTest.mouseRelease(native, Qt.MouseButton.LeftButton, pos=start + by)


def test_dragging_the_middle_moves_the_centre_and_undo_restores_it(shown: Any) -> None:
    document = shown.studio.document
    shown.studio.selection.select("mugs")
    before = document.project
    drafts = []
    document.changing.connect(drafts.append)
    _drag(shown, _handle(shown, "plane"), QPoint(60, 0))
    centre = read(document.project, CENTER)
    assert centre[0] != 0
    assert centre[2] == 0.75
    assert drafts
    assert (document.history.done, len(document.history.labels)) == (1, 1)
    document.history.undo()
    assert document.project == before


def test_an_arrow_keeps_to_its_axis_and_a_range_moves_as_a_whole(shown: Any) -> None:
    document = shown.studio.document
    ranged = write(document.project, CENTER, [{"uniform": [-0.1, 0.3]}, 0, 0.75])
    document.replace(ranged, "Widen")
    shown.studio.selection.select("mugs")
    _drag(shown, _handle(shown, "x"), QPoint(50, 0))
    x, y, z = read(document.project, CENTER)
    low, high = x["uniform"]
    assert high - low == pytest.approx(0.4, abs=1e-4)
    assert low != -0.1
    assert (y, z) == (0, 0.75)


def test_a_draft_of_fewer_pixels_changes_no_drag(shown: Any, recorded: SampleFrame) -> None:
    half = np.ix_(np.arange(0, recorded.height, 3), np.arange(0, recorded.width, 3))
    k, camera = 1 / 3, recorded.camera
    small = replace(
        camera, width=107, height=81, fx=camera.fx * k, fy=camera.fy * k, cx=camera.cx * k, cy=camera.cy * k
    )
    draft = replace(
        recorded,
        width=107,
        height=81,
        final=False,
        camera=small,
        rgb=np.ascontiguousarray(recorded.rgb[half]),
        surface_id=np.ascontiguousarray(recorded.surface_id[half]),
        depth=np.ascontiguousarray(recorded.depth[half]),
        normal=None,
        object_coordinates=None,
        annotations=(),
    )
    found = []
    for drafts in (False, True):
        shown.studio.selection.select("mugs")
        native, start = _native(shown), _handle(shown, "x")
        QTest.mousePress(native, Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(native, start + QPoint(20, 0))
        if drafts:
            shown.studio.preview.frame_ready.emit(draft)
        QTest.mouseMove(native, start + QPoint(40, 0))
        QTest.mouseRelease(native, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 0))
        found.append(read(shown.studio.document.project, CENTER)[0])
        shown.studio.document.history.undo()
        shown.studio.preview.frame_ready.emit(recorded)
    assert found[0] != 0
    assert found[1] == pytest.approx(found[0], abs=1e-3)


def test_an_edge_scales_its_side_only(shown: Any) -> None:
    shown.studio.selection.select("mugs")
    _drag(shown, _handle(shown, "depth"), QPoint(0, 14))
    project = shown.studio.document.project
    assert read(project, Address("mugs", "placement", "width_m")) == 1.0
    assert read(project, Address("mugs", "placement", "depth_m")) != 0.46


def test_g_moves_until_a_click_and_escape_leaves_it(keys: Any) -> None:
    keys.studio.selection.select("mugs")
    before = keys.studio.document.project
    native = _native(keys)
    QTest.mouseMove(native, QPoint(400, 300))
    QTest.keyClick(native, "g")
    assert keys.panel.stage.handling.is_modal
    QTest.mouseMove(native, QPoint(430, 300))
    QTest.mouseMove(native, QPoint(450, 300))
    assert keys.studio.document.shown != before
    QTest.keyClick(native, Qt.Key.Key_Escape)
    assert keys.studio.document.shown == before
    assert not keys.panel.stage.handling.is_dragging
    QTest.keyClick(native, "g")
    QTest.keyClick(native, "x")
    QTest.mouseMove(native, QPoint(480, 310))
    QTest.mouseClick(native, Qt.MouseButton.LeftButton, pos=QPoint(480, 310))
    x, y, _ = read(keys.studio.document.project, CENTER)
    assert x != 0
    assert y == 0


def _refused(shown: Any, why: str) -> None:
    """Drag the selected placement's arrow: the strip says why not, and nothing changes."""
    before, at, native = shown.studio.document.project, _handle(shown, "x"), _native(shown)
    QTest.mousePress(native, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(native, at + QPoint(30, 0))
    assert why in shown.panel.status.text
    QTest.mouseRelease(native, Qt.MouseButton.LeftButton, pos=at + QPoint(30, 0))
    assert shown.studio.document.project == before


def test_what_cannot_move_says_why(shown: Any) -> None:
    document = shown.studio.document
    document.replace(write(document.project, CENTER, [{"linked": "1 + 1"}, 0, 0.75]), "Link")
    shown.studio.selection.select("mugs")
    _refused(shown, "computed from other values")


def test_a_drag_leaves_what_is_locked(shown: Any) -> None:
    studio = shown.studio
    before = studio.document.project
    studio.selection.select("mugs")
    studio.locks.set(frozenset({CENTER}))
    _refused(shown, "is locked: unlock")
    studio.locks.set(frozenset())
    _drag(shown, _handle(shown, "x"), QPoint(30, 0))
    assert studio.document.project != before
