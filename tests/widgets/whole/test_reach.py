"""The window can be reached by keys and told by a screen reader, and fits the smallest screen that is promised."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLabel,
    QMenu,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from myriorama.widgets.application import Application

pytestmark = pytest.mark.gl
NARROW_PX = 1280
LOW_PX = 800
SCALE = 1.25
PARTS = ("settings", "classes", "parameters", "acceptance", "output", "camera")


def inside(widget: QWidget) -> bool:
    """Whether a widget is a part that another one speaks for: an editor in a spin box, a viewport in a list."""
    parent = widget.parentWidget()
    if isinstance(widget, QMenu | QTabBar) or widget.objectName().startswith("qt_"):
        return True
    if parent is not None and parent.focusProxy() is widget and parent.accessibleName():
        return True
    if isinstance(parent, QComboBox) or type(widget).__name__ in ("QComboBoxListView", "QComboBoxPrivateContainer"):
        return True
    spin = parent is not None and parent.inherits("QAbstractSpinBox")
    area = isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget
    return spin or area


def unnamed(top: QWidget) -> set[str]:
    found = set()
    spoken_for = {label.buddy() for label in top.findChildren(QLabel)}
    for widget in [top, *top.findChildren(QWidget)]:
        told = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or not widget.isVisible() or told or widget in spoken_for:
            continue
        if widget.focusProxy() is None and not inside(widget):
            parent = widget.parentWidget()
            found.add(f"{type(widget).__name__} {widget.objectName()!r} in {type(parent).__name__}")
    return found


def open_everything(program: Application, small: Callable[..., Path], seen: Callable[[str], None]) -> None:
    """Show every panel and select every kind of thing, and tell after each."""
    window, studio = program.window, program.studio
    window.flow.open(small("dice_tray", (640, 480)))
    project = studio.document.project
    assert project is not None
    uids = [n.uid for part in (project.objects, project.environment, project.stage) for n in part[:1]]
    for uid in [*uids, *(f"project:{p}" for p in PARTS)]:
        studio.selection.select(uid)
        QApplication.processEvents()
        QApplication.processEvents()
        seen(uid)
    for name in window.docks:
        window.show_panel(name)
        QApplication.processEvents()
        seen(name)


def test_everything_that_takes_the_keyboard_has_a_name(program: Application, small: Callable[..., Path]) -> None:
    found: set[str] = unnamed(program.window)
    open_everything(program, small, lambda _: found.update(unnamed(program.window)))
    program.window.dialogs.show_export()
    QApplication.processEvents()
    assert program.window.dialogs.export is not None
    found.update(unnamed(program.window.dialogs.export))
    program.window.dialogs.export.close()
    assert sorted(found) == []


def test_the_window_is_no_larger_than_the_screen_when_it_comes_up(program: Application) -> None:
    available = program.window.screen().availableSize()
    assert program.window.minimumWidth() <= NARROW_PX
    program.window.resize(NARROW_PX, LOW_PX)
    assert program.window.size().toTuple() == (NARROW_PX, LOW_PX)
    assert available.width() >= NARROW_PX


def test_the_window_needs_no_more_than_a_small_screen(program: Application, small: Callable[..., Path]) -> None:
    window = program.window
    window.resize(NARROW_PX, LOW_PX)
    needs: dict[str, tuple[int, int]] = {}

    def measure(what: str) -> None:
        needs[what] = window.minimumSizeHint().toTuple()  # type: ignore[assignment]
        assert window.width() == NARROW_PX, what
        right = window.docks["inspector"].geometry().right()
        assert right < NARROW_PX, what

    open_everything(program, small, measure)
    too_large = {k: v for k, v in needs.items() if v[0] > NARROW_PX / SCALE or v[1] > LOW_PX / SCALE}
    assert too_large == {}


def test_tab_goes_through_the_panels_and_comes_back(
    program: Application, small: Callable[..., Path], qtbot: QtBot
) -> None:
    window = program.window
    window.flow.open(small("dice_tray"))
    program.studio.selection.select("project:output")
    QApplication.processEvents()
    window.docks["outliner"].widget().setFocus(Qt.FocusReason.TabFocusReason)
    panels: list[str] = []
    first = QApplication.focusWidget()
    for _ in range(400):
        focused = QApplication.focusWidget()
        assert focused is not None
        owner = next((n for n, p in window.panels.items() if p is focused or p.isAncestorOf(focused)), "window")
        if not panels or panels[-1] != owner:
            panels.append(owner)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is first:
            break
    else:
        pytest.fail(f"the keyboard never comes back to where it began: {panels}")
    visited = [p for p in panels if p != "window"]
    assert {"outliner", "viewport", "inspector", "gallery"} <= set(visited)
    assert len(visited) <= len(set(visited)) + 1, f"the keyboard leaves a panel and comes back to it: {visited}"


def test_f6_goes_from_panel_to_panel_and_back(program: Application, small: Callable[..., Path], qtbot: QtBot) -> None:
    window = program.window
    window.flow.open(small("dice_tray"))
    program.studio.selection.select("project:output")
    QApplication.processEvents()

    def owner() -> str:
        focused = QApplication.focusWidget()
        assert focused is not None
        return next((n for n, p in window.panels.items() if p is focused or p.isAncestorOf(focused)), "window")

    def gone(key: Qt.KeyboardModifier) -> str:
        focused = QApplication.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_F6, key)
        return owner()

    none, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
    window.panels["outliner"].setFocus(Qt.FocusReason.TabFocusReason)
    gone(none)
    begun = owner()
    there = [gone(none) for _ in range(4)]
    assert set(there) == {"outliner", "viewport", "inspector", "gallery"}
    assert there[-1] == begun, "round again"
    assert [gone(shift) for _ in range(4)] == [*there[-2::-1], begun]
    ring = window.panels["viewport"].ring  # type: ignore[attr-defined]
    while owner() != "viewport":
        assert not ring.isVisible()
        gone(none)
    assert ring.isVisible(), "it is seen where the keys go"
    while owner() != "inspector":
        gone(none)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    kept = QApplication.focusWidget()
    assert owner() == "inspector"
    for _ in range(4):
        gone(none)
    assert QApplication.focusWidget() is kept, "it comes back to where it was in the panel"
    window.show_panel("problems")
    QApplication.processEvents()
    assert "gallery" not in [gone(none) for _ in range(4)], "what is behind another tab is passed over"
