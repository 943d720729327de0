"""The gallery panel: the grid with its tools, and the pages for one sample and for two.

It brings models and views together; what is shown and judged is decided in `app.gallery`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from myriorama.app.actions.action import Context
from myriorama.app.gallery.gallery import Gallery
from myriorama.app.parts.shown import looks_of
from myriorama.app.preview.tiles import TileKey
from myriorama.app.settings.store import Settings
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.gallery.close_up import CloseUp
from myriorama.widgets.gallery.doings import GalleryDoings
from myriorama.widgets.gallery.filters import AddFilter, FilterChips
from myriorama.widgets.gallery.foot import Foot, quiet_label
from myriorama.widgets.gallery.grid import SampleGrid
from myriorama.widgets.gallery.judging_desk import JudgingDesk
from myriorama.widgets.gallery.looks import Looks
from myriorama.widgets.gallery.model import SamplesModel
from myriorama.widgets.gallery.pixmaps import TilePixmaps
from myriorama.widgets.gallery.reject_prompt import RejectPrompt
from myriorama.widgets.gallery.samples_menu import samples_menu
from myriorama.widgets.gallery.sheets import ContactSheet, SweepRow
from myriorama.widgets.gallery.tighten_dialog import TightenDialog
from myriorama.widgets.gallery.tool_row import ToolRow, nearest_size
from myriorama.widgets.panel import Bound, Panel

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
        self.close_up = CloseUp(self.gallery, self)
        self.detail, self.compare = self.close_up.detail, self.close_up.compare
        self.prompt = RejectPrompt(self)
        self.desk = JudgingDesk(
            self.gallery, studio.settings, self.prompt, self.looks, self.chosen_samples, self._keyboard, self
        )
        self._empty = quiet_label(self)
        self.foot = Foot(self)
        self._gather = QTimer(self, singleShot=True, interval=_GATHER_MS, timeout=self._refresh)
        self._count_soon = QTimer(self, singleShot=True, interval=_GATHER_MS, timeout=self._show_counts)
        self.pages = QStackedWidget(self)
        self._lay_out()
        self.doings = GalleryDoings(self)
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
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        column.addWidget(self.foot)

    def _connect(self) -> None:
        studio, gallery = self.studio, self.gallery
        for signal, slot in (
            (studio.document.opened, self._on_opened),
            (studio.document.changed, self._on_project),
            (studio.overlays.changed, self._on_overlays),
            (studio.settings.changed, self._on_settings),
            (studio.tracer.changed, self.doings.found_tracer),
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
        self.grid.in_view_changed.connect(self.ask_again)
        self.grid.current_moved.connect(gallery.current.set)
        self.grid.opened.connect(studio.index.set)
        self.grid.menu_wanted.connect(self.show_menu)
        for view in (self.grid, *self.close_up.pictures):
            view.hold_changed.connect(self._hold)
        for view in (self.grid, self.sweep.view, self.contact.view):
            view.frame_starts.connect(self.pixmaps.start_frame)
            view.frame_ended.connect(self._on_frame_ended)
        self._rest = QTimer(self, singleShot=True, interval=0, timeout=self._paint_rest)
        self.grid.key_pressed.connect(partial(self.doings.key, "gallery"))
        for view in self.close_up.pictures:
            view.key_pressed.connect(partial(self.doings.key, "detail"))
        self.tools.size_changed.connect(partial(self.doings.keep_setting, "tile_px"))
        self.tools.count_changed.connect(partial(self.doings.keep_setting, "gallery_count"))
        self.tools.sort_changed.connect(self._on_sort_chosen)
        self.tools.sieve_changed.connect(gallery.sieve.set)
        self.tools.filter_wanted.connect(self._open_filter)
        self.tools.sheet_toggled.connect(self.show_contact_sheet)
        self.tools.tighten_wanted.connect(self.open_tighten)
        self.desk.said.connect(self.say)
        self.desk.asked_changed.connect(self._repaint_grid)
        self.prompt.key_pressed.connect(self.doings.prompt_key)
        for part in (self.sweep, self.contact):
            part.variants_changed.connect(self._on_variants)
        self.contact.left.connect(partial(self.show_contact_sheet, False))
        self.detail.stepped.connect(self.doings.step)
        self.detail.left.connect(self.show_grid)
        self.compare.left.connect(self.show_grid)
        self.compare.active_changed.connect(self._on_active_side)

    def actions_here(self) -> tuple[Bound, ...]:
        return self.doings.bounds

    def keyboard_home(self) -> QWidget:
        return self.grid

    def widget_of(self, context: Context) -> QWidget:
        """Letters and digits judge in the grid and the pages of samples, not in the fields of the tool row."""
        return {"gallery": self.grid, "detail": self.close_up, "reject": self.prompt}.get(context, self)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _on_opened(self) -> None:
        self.desk.forget()
        self.studio.sweep.set(None)
        self.contact.stop()
        self.tools.set_sheet(False)
        self.gallery.held.traced = frozenset()
        self.foot.notice.say("")
        self.studio.tiles.trace(frozenset())
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
        self.looks.classes = looks_of(self.studio.document.shown)
        self.pixmaps.set_looks(self.looks.classes)
        self.close_up.set_looks(self.looks.classes)
        self._on_overlays()
        self._place_pictures()
        self.tools.setEnabled(project is not None)
        if project is not None:
            for picture in self.close_up.pictures:
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
        self.ask_again()

    def show_detail(self) -> None:
        """Show the current sample in detail."""
        self.close_up.show_one(self.gallery.current.value)
        self.pages.setCurrentWidget(self.close_up)
        self.close_up.take_keyboard()
        self.ask_again()

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
        self.close_up.show_two(chosen[0], chosen[1])
        self.pages.setCurrentWidget(self.close_up)
        self.gallery.current.set(chosen[1])
        self.compare.activate(1)
        self.ask_again()

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
        if self.pages.currentWidget() is self.close_up:
            self.close_up.show_again(index)
        self._count_soon_if_idle()

    def _on_current(self, index: int | None) -> None:
        self.grid.go_to(index)
        if self.pages.currentWidget() is self.close_up:
            self.close_up.go_to(index)
            self.ask_again()

    def _repaint_grid(self, *_told: object) -> None:
        self.grid.viewport().update()

    def _on_overlays(self, *_told: object) -> None:
        for view in (self.grid, self.sweep.view, self.contact.view):
            view.viewport().update()
        for picture in self.close_up.pictures:
            picture.set_overlay(self.studio.overlays.value, self.looks.classes)

    def _on_frame_ended(self) -> None:
        if self.pixmaps.postponed:
            self._rest.start()

    def _paint_rest(self) -> None:
        for view in (self.grid, self.sweep.view, self.contact.view):
            view.viewport().update()

    def _on_restart(self) -> None:
        self._on_overlays()
        self.ask_again()
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
        self.ask_again()

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
            self.foot.clear_counts()
        else:
            self.foot.show_counts(self.gallery)

    # -- asking for pictures ---------------------------------------------------------------------------------------

    def ask_again(self) -> None:
        """Ask for the pictures that are in view and not at hand."""
        row = self.sweep.view.picture
        self.looks.sweep_side_px = round(max(row.width(), row.height(), 1) * self.devicePixelRatioF())
        project = self.studio.document.project
        if project is None:
            return
        full = max(project.output.width, project.output.height)
        if self.pages.currentWidget() is self.close_up:
            self.studio.tiles.want(self.gallery.wanted_around(self.close_up.samples, full), full)
            return
        side = min(self.looks.side_px, full)
        variants = [key for part in (self.sweep, self.contact) for key in part.wanted_keys()]
        wanted = [key for key in variants if not self.gallery.held.serves(key, side)]
        if self.pages.currentWidget() is not self.contact:
            wanted += self.gallery.wanted(*self.grid.rows_in_view(), side)
        self.studio.tiles.want(wanted, side)

    # -- what people do --------------------------------------------------------------------------------------------

    def chosen_samples(self) -> Sequence[int]:
        """Return the samples that a key means: those selected in the grid, or the one that is looked at."""
        current = self.gallery.current.value
        if current is None:
            return ()
        if self.pages.currentWidget() is self.close_up:
            return (current,)
        selected = self.grid.selected_samples()
        return selected if len(selected) > 1 and current in selected else (current,)

    def _keyboard(self) -> QWidget:
        return self.close_up.picture if self.pages.currentWidget() is self.close_up else self.grid

    def _on_active_side(self, side: int) -> None:
        index = self.compare.indices[side]
        if index is not None:
            self.gallery.current.set(index)

    def _on_sort_chosen(self, column: str, descending: bool) -> None:
        self.studio.browse.sort_by(column, descending=descending)

    def _hold(self, held: bool) -> None:
        self.studio.overlays.update(lambda state: replace(state, hidden=held))

    def show_menu(self, at: QPoint) -> None:
        """Show the menu of the chosen samples."""
        samples_menu(self.doings.bounds, self.studio.settings.value.shortcuts, self).popup(at)

    def say(self, words: str) -> None:
        """Tell something in the panel's foot for a few seconds."""
        self.foot.say(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.prompt.place()
