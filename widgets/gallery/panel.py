"""The gallery panel: the grid with its tools, and the pages for one sample and for two.

It brings models and views together; what is shown and judged is decided in `app.gallery`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from myriorama.app.actions.action import Context
from myriorama.app.gallery.gallery import Gallery
from myriorama.app.preview.tiles import TileKey
from myriorama.app.settings.store import Settings
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.gallery.filters import AddFilter, FilterChips
from myriorama.widgets.gallery.grid import SampleGrid
from myriorama.widgets.gallery.judging_desk import JudgingDesk
from myriorama.widgets.gallery.judging_keys import (
    DETAIL_ACTIONS,
    GRID_ACTIONS,
    judging_actions,
    reason_actions,
    run_key,
)
from myriorama.widgets.gallery.looks import Looks, class_colors
from myriorama.widgets.gallery.model import SamplesModel
from myriorama.widgets.gallery.picture_view import PictureView
from myriorama.widgets.gallery.pixmaps import TilePixmaps
from myriorama.widgets.gallery.reject_prompt import RejectPrompt
from myriorama.widgets.gallery.sample_pages import ComparePage, DetailPage
from myriorama.widgets.gallery.samples_menu import samples_menu
from myriorama.widgets.gallery.sheets import ContactSheet, SweepRow
from myriorama.widgets.gallery.tighten_dialog import TightenDialog
from myriorama.widgets.gallery.tool_row import ToolRow, nearest_size
from myriorama.widgets.panel import Bound, Panel
from myriorama.widgets.theme import theme

_GATHER_MS: Final = 250
"""What comes in within so long is sorted and counted at once."""


class GalleryPanel(Panel):
    """Samples 0..N-1 as tiles, to be looked at and judged by keys."""

    name = "gallery"
    title = "Gallery"

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(studio, parent)
        self.gallery = Gallery(
            studio.tiles, studio.judgments, studio.browse, studio.table, lambda: studio.settings.value.gallery_count
        )
        self.destroyed.connect(self.gallery.close)
        self.pixmaps = TilePixmaps()
        self.tools = ToolRow(self)
        self.chips = FilterChips(studio.browse, studio.table, self)
        self.add_filter = AddFilter(studio.browse, studio.table, studio.facts_demand, self)
        self.looks = Looks(studio, self.gallery, self.pixmaps)
        self.sweep = SweepRow(studio, self.looks.variant, self)
        self.grid = SampleGrid(self.looks.sample, SamplesModel(self.looks.told, self.looks.tip, self), self)
        self.contact = ContactSheet(studio, self.looks.variant, self)
        self.close_up = QStackedWidget(self)
        self.detail = DetailPage(self.gallery, self)
        self.compare = ComparePage(self.gallery, self)
        self.prompt = RejectPrompt(self)
        self.desk = JudgingDesk(
            self.gallery, studio.settings, self.prompt, self.looks, self._chosen_samples, self._keyboard, self
        )
        self._empty = _quiet_label(self)
        self._progress = _quiet_label(self)
        self._tally = _quiet_label(self)
        self._said = _quiet_label(self)
        self._said_until = QTimer(self, singleShot=True, interval=4000, timeout=self._said.clear)
        self._gather = QTimer(self, singleShot=True, interval=_GATHER_MS, timeout=self._refresh)
        self._count_soon = QTimer(self, singleShot=True, interval=_GATHER_MS, timeout=self._show_counts)
        self.pages = QStackedWidget(self)
        self._lay_out()
        self._bounds = self._make_actions()
        self._connect()
        self._on_opened()

    # -- making ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.tools, self.chips, self.sweep):
            column.addWidget(widget)
        column.addWidget(self.pages, 1)
        for page in (self.grid, self._empty, self.contact, self.close_up):
            self.pages.addWidget(page)
        self.close_up.addWidget(self.detail)
        self.close_up.addWidget(self.compare)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme().gap, 2, theme().gap, 2)
        foot.setSpacing(theme().gap * 2)
        foot.addWidget(self._progress)
        foot.addWidget(self._said, 1)
        foot.addWidget(self._tally)
        column.addLayout(foot)

    def _connect(self) -> None:
        studio, gallery = self.studio, self.gallery
        for signal, slot in (
            (studio.document.opened, self._on_opened),
            (studio.document.changed, self._on_project),
            (studio.overlays.changed, self._on_overlays),
            (studio.settings.changed, self._on_settings),
            (studio.index.changed, self._repaint_grid),
            (studio.browse.changed, self._on_browse),
            (studio.table.changed, self._count_soon_if_idle),
            (studio.judgments.changed, self._count_soon_if_idle),
            (gallery.outdated, self._refresh_soon),
            (gallery.shown_changed, self._on_shown),
            (gallery.sample_changed, self._on_sample),
            (gallery.current.changed, self._on_current),
            (gallery.sieve.changed, self.tools.set_sieve),
            (gallery.held.restarted, self._on_restart),
            (gallery.held.arrived, self._on_arrived),
        ):
            bind(self, signal, slot)
        self.grid.in_view_changed.connect(self._ask)
        self.grid.current_moved.connect(gallery.current.set)
        self.grid.opened.connect(studio.index.set)
        self.grid.menu_wanted.connect(self.show_menu)
        for view in (self.grid, self.detail.picture, *self.compare.pictures):
            view.hold_changed.connect(self._hold)
        for view in (self.grid, self.sweep.view, self.contact.view):
            view.frame_starts.connect(self.pixmaps.start_frame)
            view.frame_ended.connect(self._on_frame_ended)
        self._rest = QTimer(self, singleShot=True, interval=0, timeout=self._paint_rest)
        self.grid.key_pressed.connect(partial(self._on_key, "gallery"))
        for view in (self.detail.picture, *self.compare.pictures):
            view.key_pressed.connect(partial(self._on_key, "detail"))
        self.tools.size_changed.connect(partial(self._keep_setting, "tile_px"))
        self.tools.count_changed.connect(partial(self._keep_setting, "gallery_count"))
        self.tools.sort_changed.connect(self._on_sort_chosen)
        self.tools.sieve_changed.connect(gallery.sieve.set)
        self.tools.filter_wanted.connect(self._open_filter)
        self.tools.sheet_toggled.connect(self.show_contact_sheet)
        self.tools.tighten_wanted.connect(self.open_tighten)
        self.desk.said.connect(self.say)
        self.desk.asked_changed.connect(self._repaint_grid)
        self.prompt.key_pressed.connect(self._on_prompt_key)
        for part in (self.sweep, self.contact):
            part.variants_changed.connect(self._on_variants)
        self.contact.left.connect(partial(self.show_contact_sheet, False))
        self.detail.stepped.connect(self._step)
        self.detail.left.connect(self.show_grid)
        self.compare.left.connect(self.show_grid)
        self.compare.active_changed.connect(self._on_active_side)

    def _make_actions(self) -> tuple[Bound, ...]:
        rows: list[Bound] = []
        for context in ("gallery", "detail"):
            runs: dict[str, Callable[..., None]] = {
                f"{context}.pick": self.desk.pick,
                f"{context}.reject": self.desk.ask_reason,
                f"{context}.unflag": self.desk.unflag,
                **{f"{context}.stars_{n}": partial(self.desk.rate, n) for n in range(6)},
            }
            rows += [Bound(action, runs[action.id], self.desk.can_judge) for action in judging_actions(context)]
        for action in reason_actions():
            reason = int(action.id.rpartition("_")[2])
            rows.append(Bound(action, partial(self.prompt.answer, reason), self.prompt.isVisible))
        others: dict[str, tuple[Callable[..., None], Callable[[], bool] | None, Callable[[], bool] | None]] = {
            "gallery.open": (self._open_current, self.desk.can_judge, None),
            "gallery.detail": (self.show_detail, self.desk.can_judge, None),
            "gallery.compare": (self.show_compare, self.desk.can_judge, None),
            "gallery.copy_key": (self._copy_keys, self.desk.can_judge, None),
            "gallery.contact_sheet": (self.show_contact_sheet, self._is_open, self.tools.sheet.isChecked),
            "gallery.tighten": (self.open_tighten, self._is_open, None),
            "gallery.auto_advance": (
                partial(self._keep_setting, "auto_advance"),
                None,
                lambda: self.studio.settings.value.auto_advance,
            ),
            "detail.next": (partial(self._step, 1), None, None),
            "detail.previous": (partial(self._step, -1), None, None),
            "detail.back": (self.show_grid, None, None),
            "detail.fit": (lambda: self._picture().fit(), None, None),
            "detail.one_to_one": (lambda: self._picture().one_to_one(), None, None),
            "detail.zoom_in": (lambda: self._picture().zoom_by(1.25), None, None),
            "detail.zoom_out": (lambda: self._picture().zoom_by(0.8), None, None),
            "detail.open": (self._open_current, self.desk.can_judge, None),
        }
        rows += [Bound(action, *others[action.id]) for action in (*GRID_ACTIONS, *DETAIL_ACTIONS)]
        return tuple(rows)

    def actions_here(self) -> tuple[Bound, ...]:
        return self._bounds

    def widget_of(self, context: Context) -> QWidget:
        """Letters and digits judge in the grid and the pages of samples, not in the fields of the tool row."""
        return {"gallery": self.grid, "detail": self.close_up, "reject": self.prompt}.get(context, self)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _on_opened(self) -> None:
        self.desk.forget()
        self.studio.sweep.set(None)
        self.contact.stop()
        self.tools.set_sheet(False)
        self.gallery.held.clear()
        self.pixmaps.clear()
        self.tools.set_size(self.studio.settings.value.tile_px)
        self.tools.set_count(self.studio.settings.value.gallery_count)
        self._on_project()
        self._refresh()
        self.gallery.current.set(self.gallery.shown[0] if self.gallery.shown else None)
        self.show_grid()

    def _on_project(self, *_told: object) -> None:
        project = self.studio.document.project
        self.pixmaps.set_classes(class_colors(self.studio.document.shown))
        self._on_overlays()
        self._place_pictures()
        self.tools.setEnabled(project is not None)
        if project is not None:
            for picture in (self.detail.picture, *self.compare.pictures):
                picture.set_output(project.output.width, project.output.height)

    def _place_pictures(self) -> None:
        project = self.studio.document.project
        aspect = project.output.width / project.output.height if project else 4 / 3
        size = nearest_size(self.studio.settings.value.tile_px)
        for view in (self.grid, self.sweep, self.contact):
            view.set_pictures(size, aspect)
        self.looks.side_px = round(
            max(self.grid.picture.width(), self.grid.picture.height()) * self.devicePixelRatioF()
        )

    def show_grid(self) -> None:
        """Show all samples, or the contact sheet where that was chosen."""
        if self.studio.document.project is None:
            self._empty.setText("Nothing is open. Open a project to see its samples.")
            self.pages.setCurrentWidget(self._empty)
        elif self.tools.sheet.isChecked():
            self.pages.setCurrentWidget(self.contact)
        elif not self.gallery.shown:
            known, total = self.studio.table.known, self.gallery.total
            more = f"\nFacts of {known:,} of {total:,} samples are known so far." if known < total else ""
            self._empty.setText("No sample fulfils what is asked for." + more)
            self.pages.setCurrentWidget(self._empty)
        else:
            had_keyboard = self.close_up.isAncestorOf(QApplication.focusWidget())
            self.pages.setCurrentWidget(self.grid)
            if had_keyboard:
                self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ask()

    def show_detail(self) -> None:
        """Show the current sample in detail."""
        self.detail.show_sample(self.gallery.current.value)
        self.close_up.setCurrentWidget(self.detail)
        self.pages.setCurrentWidget(self.close_up)
        self.detail.picture.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ask()

    def show_compare(self) -> None:
        """Show two selected samples side by side, or the current one and the next."""
        chosen = self.grid.selected_samples()[:2]
        current = self.gallery.current.value
        if len(chosen) < 2 and current is not None:
            place = self.gallery.shown.index(current)
            beside = place + 1 if place + 1 < len(self.gallery.shown) else place - 1
            chosen = [current, self.gallery.shown[max(0, beside)]]
        if len(chosen) < 2:
            return
        self.compare.show_samples(chosen[0], chosen[1])
        self.close_up.setCurrentWidget(self.compare)
        self.pages.setCurrentWidget(self.close_up)
        self.gallery.current.set(chosen[1])
        self.compare.activate(1)
        self._ask()

    def show_contact_sheet(self, shown: bool) -> None:
        """Show one sample at different values of two parameters, or the samples again."""
        self.tools.set_sheet(shown)
        if shown:
            self.pages.setCurrentWidget(self.contact)
            self.contact.start()
        else:
            self.contact.stop()
        self.show_grid()

    def open_tighten(self) -> None:
        """Open the dialog that holds picked against rejected samples."""
        TightenDialog(self.studio, self.gallery, self).open()

    def _open_filter(self) -> None:
        button = self.tools.filter
        self.add_filter.open_at(button.mapToGlobal(QPoint(0, button.height() + 2)))

    def _refresh_soon(self) -> None:
        if not self._gather.isActive():
            self._gather.start()

    def _refresh(self) -> None:
        self.gallery.refresh()
        if self.pages.currentWidget() in (self.grid, self._empty):
            self.show_grid()
        self._show_counts()

    def _on_shown(self) -> None:
        self.grid.show_samples(self.gallery.shown)

    def _on_sample(self, index: int) -> None:
        self.grid.repaint_sample(index)
        self._show_close_up(index)
        self._count_soon_if_idle()

    def _on_current(self, index: int | None) -> None:
        self.grid.go_to(index)
        if self.pages.currentWidget() is not self.close_up:
            return
        if self.close_up.currentWidget() is self.detail:
            self.detail.show_sample(index)
        elif index is not None and index != self.compare.active_index:
            self.compare.set_active_index(index)
        self._ask()

    def _show_close_up(self, index: int) -> None:
        if self.pages.currentWidget() is not self.close_up:
            return
        if self.close_up.currentWidget() is self.detail and self.detail.index == index:
            self.detail.show_sample(index)
        elif self.close_up.currentWidget() is self.compare and index in self.compare.indices:
            self.compare.refresh()

    def _repaint_grid(self, *_told: object) -> None:
        self.grid.viewport().update()

    def _on_overlays(self, *_told: object) -> None:
        for view in (self.grid, self.sweep.view, self.contact.view):
            view.viewport().update()
        for picture in (self.detail.picture, *self.compare.pictures):
            picture.set_overlay(self.studio.overlays.value, class_colors(self.studio.document.shown))

    def _on_frame_ended(self) -> None:
        if self.pixmaps.postponed:
            self._rest.start()

    def _paint_rest(self) -> None:
        for view in (self.grid, self.sweep.view, self.contact.view):
            view.viewport().update()

    def _on_restart(self) -> None:
        self._on_overlays()
        self._ask()
        self._count_soon_if_idle()

    def _on_arrived(self, key: TileKey) -> None:
        if key.variant:
            self.sweep.view.viewport().update()
            self.contact.view.viewport().update()

    def _on_variants(self) -> None:
        projects = {}
        for part in (self.sweep, self.contact):
            if part.sheet is not None:
                projects.update(part.sheet.projects)
        self.gallery.held.forget_variants()
        self.studio.tiles.set_variants(projects)
        self._ask()

    def _on_settings(self, settings: Settings) -> None:
        self.tools.set_size(settings.tile_px)
        self.tools.set_count(settings.gallery_count)
        self._place_pictures()
        self._refresh()

    def _on_browse(self, *_told: object) -> None:
        order = self.studio.browse.value
        self.tools.set_order(order.sort, order.descending)
        self._refresh()

    def _count_soon_if_idle(self, *_told: object) -> None:
        if not self._count_soon.isActive():
            self._count_soon.start()

    def _show_counts(self) -> None:
        self.tools.set_columns(self.studio.table.columns())
        if self.studio.document.project is None:
            self._progress.clear()
            self._tally.clear()
            return
        total, shown = self.gallery.total, len(self.gallery.shown)
        ready = self.gallery.held.ready(total)
        words = [f"{ready:,} of {total:,} ready"] if ready < total else [f"{total:,} samples"]
        if shown != total:
            words.insert(0, f"{shown:,} shown")
        self._progress.setText("  ·  ".join(words))
        picked, rejected, stale = self.gallery.tallies()
        parts = [f"{picked} picked", f"{rejected} rejected"] + ([f"{stale} stale"] if stale else [])
        self._tally.setText("  ·  ".join(parts))
        self._tally.setToolTip(
            "Stale: judged when the sample was another picture; kept in the file, not counted" if stale else ""
        )

    # -- asking for pictures ---------------------------------------------------------------------------------------

    def _ask(self) -> None:
        row = self.sweep.view.picture
        self.looks.sweep_side_px = round(max(row.width(), row.height(), 1) * self.devicePixelRatioF())
        project = self.studio.document.project
        if project is None:
            return
        full = max(project.output.width, project.output.height)
        if self.pages.currentWidget() is self.close_up:
            on_page = self.compare.indices if self.close_up.currentWidget() is self.compare else [self.detail.index]
            looked_at = [index for index in on_page if index is not None]
            self.studio.tiles.want(self.gallery.wanted_around(looked_at, full), full)
            return
        side = min(self.looks.side_px, full)
        variants = [key for part in (self.sweep, self.contact) for key in part.wanted_keys()]
        wanted = [key for key in variants if not self.gallery.held.serves(key, side)]
        if self.pages.currentWidget() is not self.contact:
            wanted += self.gallery.wanted(*self.grid.rows_in_view(), side)
        self.studio.tiles.want(wanted, side)

    # -- what people do --------------------------------------------------------------------------------------------

    def _is_open(self) -> bool:
        return self.studio.document.project is not None

    def _picture(self) -> PictureView:
        page = self.close_up.currentWidget()
        return self.compare.pictures[self.compare.active] if page is self.compare else self.detail.picture

    def _chosen_samples(self) -> Sequence[int]:
        """Return the samples that a key means: those selected in the grid, or the one that is looked at."""
        current = self.gallery.current.value
        if current is None:
            return ()
        if self.pages.currentWidget() is self.close_up:
            return (current,)
        selected = self.grid.selected_samples()
        return selected if len(selected) > 1 and current in selected else (current,)

    def _keyboard(self) -> QWidget:
        return self._picture() if self.pages.currentWidget() is self.close_up else self.grid

    def _on_prompt_key(self, event: QKeyEvent) -> None:
        shortcuts = self.studio.settings.value.shortcuts
        if run_key(event, self._bounds, ("reject",), shortcuts):
            return
        # any other key means: no reason, and go on
        self.prompt.answer(0)
        if self.pages.currentWidget() is self.close_up:
            self._on_key("detail", event)
        else:
            self.grid.keyPressEvent(event)

    def _on_key(self, context: Context, event: QKeyEvent) -> None:
        run_key(event, self._bounds, (context,), self.studio.settings.value.shortcuts)

    def _step(self, by: int) -> None:
        self.gallery.advance(by)

    def _on_active_side(self, side: int) -> None:
        index = self.compare.indices[side]
        if index is not None:
            self.gallery.current.set(index)

    def _open_current(self) -> None:
        current = self.gallery.current.value
        if current is not None:
            self.studio.index.set(current)

    def _copy_keys(self) -> None:
        tiles = [self.gallery.held.get(TileKey(i)) for i in self._chosen_samples()]
        keys = [tile.sample_key for tile in tiles if tile is not None and tile.sample_key]
        if keys:
            QGuiApplication.clipboard().setText("\n".join(keys))
            self.say(f"Copied {keys[0]}" if len(keys) == 1 else f"Copied {len(keys)} keys")

    def _on_sort_chosen(self, column: str, descending: bool) -> None:
        self.studio.browse.sort_by(column, descending=descending)

    def _keep_setting(self, name: str, value: object) -> None:
        settings = self.studio.settings
        settings.set(settings.value.model_copy(update={name: value}))

    def _hold(self, held: bool) -> None:
        self.studio.overlays.update(lambda state: replace(state, hidden=held))

    def show_menu(self, at: QPoint) -> None:
        """Show the menu of the chosen samples."""
        samples_menu(self._bounds, self.studio.settings.value.shortcuts, self).popup(at)

    def say(self, words: str) -> None:
        """Tell something in the panel's foot for a few seconds."""
        self._said.setText(words)
        self._said_until.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.prompt.place()


def _quiet_label(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "dim")
    return label
