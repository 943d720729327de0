"""Judging by keys, order and filters, pages: what a person does in the gallery is what the models say after it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from myriorama.app.browsing.browse import Condition
from myriorama.app.gallery.shown import Sieve
from myriorama.widgets.gallery.panel import GalleryPanel


def said(panel: GalleryPanel, index: int) -> tuple[str, int, int]:
    judgment, stale = panel.gallery.said_of(index)
    assert not stale
    return judgment.flag, judgment.reason, judgment.stars


def current(panel: GalleryPanel) -> int | None:
    return panel.gallery.current.value


def press(qtbot: QtBot, panel: GalleryPanel, *keys: Qt.Key) -> None:
    for key in keys:
        target = panel.prompt if panel.prompt.isVisible() else panel.grid
        qtbot.keyClick(target, key)


def test_keys_judge_and_go_on(qtbot: QtBot, panel: GalleryPanel) -> None:
    assert current(panel) == 0
    press(qtbot, panel, Qt.Key.Key_P, Qt.Key.Key_3, Qt.Key.Key_U)
    assert said(panel, 0) == ("pick", 0, 0)
    assert said(panel, 1) == ("", 0, 3)
    assert current(panel) == 3
    assert panel.grid.current_sample() == 3


def test_without_auto_advance_the_sample_stays(qtbot: QtBot, panel: GalleryPanel) -> None:
    settings = panel.studio.settings
    settings.set(settings.value.model_copy(update={"auto_advance": False}))
    press(qtbot, panel, Qt.Key.Key_P, Qt.Key.Key_5)
    assert said(panel, 0) == ("pick", 0, 5)
    assert current(panel) == 0


def test_a_rejection_asks_for_its_reason(qtbot: QtBot, panel: GalleryPanel) -> None:
    press(qtbot, panel, Qt.Key.Key_X)
    assert panel.prompt.isVisible()
    assert said(panel, 0) == ("", 0, 0)
    press(qtbot, panel, Qt.Key.Key_4)
    assert not panel.prompt.isVisible()
    assert said(panel, 0) == ("reject", 4, 0)
    assert current(panel) == 1
    assert panel.studio.document.history.undo_label == "Reject sample 0 (too dark)"


def test_escape_rejects_without_a_reason(qtbot: QtBot, panel: GalleryPanel) -> None:
    press(qtbot, panel, Qt.Key.Key_X, Qt.Key.Key_Escape)
    assert said(panel, 0) == ("reject", 0, 0)


def test_a_key_that_is_no_reason_ends_the_question_and_means_what_it_means(qtbot: QtBot, panel: GalleryPanel) -> None:
    press(qtbot, panel, Qt.Key.Key_X, Qt.Key.Key_X, Qt.Key.Key_P)
    assert [said(panel, i)[0] for i in range(3)] == ["reject", "reject", "pick"]
    assert not panel.prompt.isVisible()


def test_a_click_on_a_reason_answers(qtbot: QtBot, panel: GalleryPanel) -> None:
    press(qtbot, panel, Qt.Key.Key_X)
    qtbot.mouseClick(panel.prompt.buttons[6], Qt.MouseButton.LeftButton)
    assert said(panel, 0) == ("reject", 6, 0)


def test_undo_takes_a_judgment_back(qtbot: QtBot, panel: GalleryPanel) -> None:
    press(qtbot, panel, Qt.Key.Key_P, Qt.Key.Key_X, Qt.Key.Key_2)
    history = panel.studio.document.history
    history.undo()
    assert said(panel, 1) == ("", 0, 0)
    assert said(panel, 0) == ("pick", 0, 0)
    history.undo()
    assert said(panel, 0) == ("", 0, 0)
    history.redo()
    assert said(panel, 0) == ("pick", 0, 0)


def test_several_selected_are_judged_together(qtbot: QtBot, panel: GalleryPanel) -> None:
    press(qtbot, panel, Qt.Key.Key_Right)
    for _ in range(2):
        qtbot.keyClick(panel.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    press(qtbot, panel, Qt.Key.Key_P)
    assert [said(panel, i)[0] for i in range(5)] == ["", "pick", "pick", "pick", ""]
    assert len(panel.studio.document.history.labels) == 1


def test_what_has_no_picture_yet_cannot_be_judged(qtbot: QtBot, panel: GalleryPanel, feeder: Any) -> None:
    feeder.answers = False
    feeder.restart()
    press(qtbot, panel, Qt.Key.Key_P)
    assert current(panel) == 0
    assert not panel.studio.judgments.all
    assert "Sample 0" in panel.foot.said.text()


def test_enter_shows_the_very_sample_in_the_viewport(qtbot: QtBot, panel: GalleryPanel) -> None:
    press(qtbot, panel, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return)
    assert panel.studio.index.value == 2


def test_a_double_click_shows_the_sample_in_the_viewport(qtbot: QtBot, panel: GalleryPanel) -> None:
    at = panel.grid.cell_rect(3).center()
    qtbot.mouseClick(panel.grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(panel.grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert current(panel) == 3
    assert panel.studio.index.value == 3


def test_unflagged_only_lets_judged_samples_leave(qtbot: QtBot, panel: GalleryPanel) -> None:
    panel.gallery.sieve.set(Sieve("unflagged"))
    qtbot.waitUntil(lambda: not panel._gather.isActive())
    press(qtbot, panel, Qt.Key.Key_P, Qt.Key.Key_P)
    assert list(panel.gallery.shown[:2]) == [2, 3]
    assert current(panel) == 2
    panel.studio.document.history.undo()
    qtbot.waitUntil(lambda: 1 in panel.gallery.shown)


def test_stars_and_flags_filter(qtbot: QtBot, panel: GalleryPanel) -> None:
    press(qtbot, panel, Qt.Key.Key_2, Qt.Key.Key_4, Qt.Key.Key_5, Qt.Key.Key_X, Qt.Key.Key_1)
    panel.tools.stars.setCurrentIndex(panel.tools.stars.findData(4))
    panel.tools.stars.activated.emit(panel.tools.stars.currentIndex())
    qtbot.waitUntil(lambda: list(panel.gallery.shown) == [1, 2])
    panel.gallery.sieve.set(Sieve("rejected"))
    qtbot.waitUntil(lambda: list(panel.gallery.shown) == [3])


def test_facts_filter_and_sort(qtbot: QtBot, panel: GalleryPanel, feeder: Any) -> None:
    for index in range(6):
        feeder.facts(index)
    panel.studio.browse.demand(Condition("distance", 3.0, 6.5))
    qtbot.waitUntil(lambda: list(panel.gallery.shown) == [2, 3, 4, 5])
    panel._show_counts()
    panel.tools.sort.setCurrentIndex(panel.tools.sort.findData("distance"))
    panel.tools.direction.setChecked(True)
    qtbot.waitUntil(lambda: list(panel.gallery.shown) == [5, 4, 3, 2])
    assert len(panel.chips.chips) == 1
    assert "3 to 6.5" in panel.chips.chips[0].text()
    qtbot.mouseClick(panel.chips.chips[0], Qt.MouseButton.LeftButton)
    assert panel.studio.browse.value.conditions == ()
    assert len(panel.gallery.shown) == 40


def test_the_filter_plate_adds_a_condition(qtbot: QtBot, panel: GalleryPanel, feeder: Any) -> None:
    for index in range(6):
        feeder.facts(index)
    qtbot.mouseClick(panel.tools.filter, Qt.MouseButton.LeftButton)
    plate = panel.add_filter
    assert plate.isVisible()
    plate.column.setCurrentIndex(plate.column.findText("Distance (m)"))
    plate.low.setValue(4.0)
    qtbot.mouseClick(plate.add, Qt.MouseButton.LeftButton)
    (condition,) = panel.studio.browse.value.conditions
    assert (condition.column, condition.low) == ("distance", 4.0)
    assert list(panel.gallery.shown) == [3, 4, 5]


def test_nothing_found_is_said(qtbot: QtBot, panel: GalleryPanel) -> None:
    panel.studio.browse.demand(Condition("distance", 100.0, 200.0))
    assert panel.pages.currentWidget() is panel._empty
    assert "No sample" in panel._empty.text()


def test_stale_tiles_are_dimmed_until_they_are_replaced(qtbot: QtBot, panel: GalleryPanel, feeder: Any) -> None:
    at = panel.grid.cell_rect(0).center()

    def brightness() -> int:
        return panel.grid.grab().toImage().pixelColor(at).lightness()

    panel.gallery.current.set(5)
    panel.studio.index.set(9)
    before = brightness()
    assert not panel.looks.sample(0, False, False, False).stale
    feeder.answers = False
    feeder.restart()
    assert panel.looks.sample(0, False, False, False).stale
    dimmed = brightness()
    assert dimmed != before
    feeder.answers = True
    panel.ask_again()
    assert not panel.looks.sample(0, False, False, False).stale
    assert brightness() == before


def test_a_judgment_of_an_earlier_recipe_is_shown_dimmed_and_does_not_count(
    qtbot: QtBot, panel: GalleryPanel, feeder: Any
) -> None:
    press(qtbot, panel, Qt.Key.Key_P)
    assert panel.gallery.tallies() == (1, 0, 0)
    feeder.restart()
    judgment, stale = panel.gallery.said_of(0)
    assert (judgment.flag, stale) == ("pick", True)
    assert panel.gallery.tallies() == (0, 0, 1)
    assert panel.gallery.session.judgment_of(0).empty


def test_a_sample_that_cannot_be_made_says_why(qtbot: QtBot, panel: GalleryPanel, feeder: Any) -> None:
    feeder.problems[1] = "generator mug: wall_m is larger than the mug"
    feeder.restart()
    look = panel.looks.sample(1, False, False, False)
    assert look.pixmap is None
    assert "wall_m" in look.problem
    tip = panel.grid.samples.data(panel.grid.samples.index(1), Qt.ItemDataRole.ToolTipRole)
    assert "wall_m" in tip


def test_what_is_in_view_is_wanted_first_and_then_its_neighbours(
    qtbot: QtBot, panel: GalleryPanel, feeder: Any
) -> None:
    settings = panel.studio.settings
    settings.set(settings.value.model_copy(update={"gallery_count": 5000}))
    feeder.answers = False
    feeder.wanted.clear()
    panel.grid.verticalScrollBar().setValue(panel.grid.verticalScrollBar().maximum() // 2)
    qtbot.waitUntil(lambda: bool(feeder.wanted))
    keys, size = feeder.wanted[-1]
    first, last = panel.grid.rows_in_view()
    assert first > 1000
    assert [k.index for k in keys[: last - first + 1]] == list(range(first, last + 1))
    assert keys[last - first + 1].index == last + 1
    assert len(keys) <= 400
    assert size == 128


def test_detail_shows_the_sample_at_full_size_and_judges(qtbot: QtBot, panel: GalleryPanel, feeder: Any) -> None:
    press(qtbot, panel, Qt.Key.Key_Right, Qt.Key.Key_D)
    assert panel.pages.currentWidget() is panel.close_up
    _, size = feeder.wanted[-1]
    output = panel.studio.document.project.output  # type: ignore[union-attr]
    assert size == max(output.width, output.height)
    assert panel.detail.index == 1
    picture = panel.detail.picture
    qtbot.keyClick(picture, Qt.Key.Key_P)
    assert said(panel, 1)[0] == "pick"
    assert panel.detail.index == 2
    qtbot.keyClick(picture, Qt.Key.Key_Z)
    assert picture.zoom_percent == pytest.approx(100.0)
    qtbot.keyClick(picture, Qt.Key.Key_Left)
    assert panel.detail.index == 1
    assert picture.zoom_percent == pytest.approx(100.0)
    qtbot.keyClick(picture, Qt.Key.Key_Escape)
    assert panel.pages.currentWidget() is panel.grid


def test_compare_shows_two_that_are_looked_at_alike(qtbot: QtBot, panel: GalleryPanel) -> None:
    panel.gallery.current.set(4)
    qtbot.keyClick(panel.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    press(qtbot, panel, Qt.Key.Key_C)
    left, right = panel.compare.pictures
    assert panel.compare.indices == [4, 5]
    left.zoom_by(3.0)
    assert right.look == left.look
    assert right.look.zoom is not None
    qtbot.keyClick(right, Qt.Key.Key_X)
    qtbot.keyClick(panel.prompt, Qt.Key.Key_1)
    assert said(panel, 5)[:2] == ("reject", 1)
    assert panel.compare.indices == [4, 6]
    qtbot.keyClick(right, Qt.Key.Key_Tab)
    assert panel.compare.active == 0
    qtbot.keyClick(left, Qt.Key.Key_P)
    assert said(panel, 4)[0] == "pick"


def test_shift_tab_leads_out_of_the_comparison_and_what_has_the_keyboard_is_framed(
    qtbot: QtBot, panel: GalleryPanel
) -> None:
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    press(qtbot, panel, Qt.Key.Key_C)
    page = panel.compare
    left, right = page.pictures
    right.setFocus()
    qtbot.waitUntil(right.hasFocus)
    qtbot.keyClick(right, Qt.Key.Key_Tab)
    assert left.hasFocus()
    qtbot.keyClick(left, Qt.Key.Key_Tab)
    assert right.hasFocus()
    qtbot.keyClick(right, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert left.hasFocus()
    assert page.active == 0
    qtbot.keyClick(left, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    button = QApplication.focusWidget()
    assert isinstance(button, QToolButton)
    assert page.isAncestorOf(button)
    qtbot.keyClick(button, Qt.Key.Key_Tab)
    assert left.hasFocus()
    right.setFocus(Qt.FocusReason.OtherFocusReason)
    assert page.active == 1, "the one that has the keyboard is judged"


def test_space_hides_overlays_while_it_is_held(qtbot: QtBot, panel: GalleryPanel) -> None:
    qtbot.keyPress(panel.grid, Qt.Key.Key_Space)
    assert panel.studio.overlays.value.hidden
    qtbot.keyRelease(panel.grid, Qt.Key.Key_Space)
    assert not panel.studio.overlays.value.hidden


def test_the_menu_lists_what_can_be_done(qtbot: QtBot, panel: GalleryPanel) -> None:
    from PySide6.QtWidgets import QMenu

    panel.show_menu(panel.grid.mapToGlobal(QPoint(20, 20)))
    menus = [m for m in panel.findChildren(QMenu) if m.isVisible()]
    titles = [a.text() for a in menus[0].actions()]
    assert {"Pick", "Reject…", "Unflag", "Show in viewport", "Compare two"} <= set(titles)
    menus[0].close()


def test_no_two_actions_on_one_key_in_one_context(panel: GalleryPanel) -> None:
    seen: dict[tuple[str, str], str] = {}
    for bound in panel.actions_here():
        for key in bound.action.keys:
            place = (bound.action.context, key)
            assert place not in seen, f"{bound.action.id} and {seen[place]} on {key}"
            seen[place] = bound.action.id


def test_ten_thousand_rows_cost_no_objects(qtbot: QtBot, panel: GalleryPanel) -> None:
    settings = panel.studio.settings
    settings.set(settings.value.model_copy(update={"gallery_count": 10_000}))
    assert panel.grid.samples.rowCount() == 10_000
    assert isinstance(panel.gallery.shown, range)
    bar = panel.grid.verticalScrollBar()
    for _ in range(2):  # to the end, where the last rows are in view
        bar.setValue(bar.maximum())
        qtbot.wait(1)
    assert panel.grid.rows_in_view()[1] == 9_999
    assert panel.pixmaps.held_bytes <= 48 * 2**20
    assert panel.gallery.held.held_bytes <= 48 * 2**20
    press(qtbot, panel, Qt.Key.Key_Home)
    assert current(panel) == 0
