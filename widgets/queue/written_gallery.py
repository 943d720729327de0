"""The samples of a written dataset as tiles, and one of them looked at closely; labels as they were written.

It shows; nothing is judged here, because what is written does not change.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final, Literal

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.gallery.gallery import near
from myriorama.app.gallery.held_tiles import HeldTiles
from myriorama.app.overlays import OverlayState
from myriorama.app.pictures.class_looks import labelled_count, legend, objects_told
from myriorama.app.preview.tiles import Tile, TileKey
from myriorama.app.queue_view.shown import ShownDataset
from myriorama.widgets.binding import bind
from myriorama.widgets.class_map.legend import Legend
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.export.parts import plain
from myriorama.widgets.gallery.cell import CellLook
from myriorama.widgets.gallery.filters import AddFilter, FilterChips
from myriorama.widgets.gallery.grid import SampleGrid
from myriorama.widgets.gallery.model import SamplesModel
from myriorama.widgets.gallery.picture_view import PictureView
from myriorama.widgets.gallery.pixmaps import TilePixmaps
from myriorama.widgets.queue.written_tools import SIZES, START, WrittenTools, tool
from myriorama.widgets.theme import icon, theme

_ASKED_FOR: Final = 300
_GATHER_MS: Final = 200
_FULL: Final = 1 << 20
"""Larger than any picture: it is then read as it was written."""


class WrittenGallery(QWidget):
    """The samples of one dataset.

    Signals
    -------
    sample_wanted : (int,)
        Show the sample with this number in the viewport.
    """

    sample_wanted = Signal(int)

    def __init__(self, dataset: ShownDataset, parent: QWidget) -> None:
        super().__init__(parent)
        self.dataset = dataset
        self.held = HeldTiles(dataset.tiles)
        self.destroyed.connect(self.held.close)
        self.pixmaps = TilePixmaps()
        self.pixmaps.set_looks(dataset.looks)
        self.grid = SampleGrid(self._look, SamplesModel(self._told, self._told, self), self)
        self.chips = FilterChips(dataset.browse, dataset.table, self)
        self.add_filter = AddFilter(dataset.browse, dataset.table, dataset.facts_demand, self)
        self.picture = PictureView("Written sample in detail", self)
        self.picture.set_output(*dataset.usual_size)
        self.legend = Legend(self.picture)
        self.caption = ElidedLabel("", Qt.TextElideMode.ElideRight, role="")
        self.foot = plain("", "dim")
        self.tools = WrittenTools(self)
        self.tools.set_lacking(dataset.lacking)
        self.pages = QStackedWidget(self)
        self.empty = plain("No sample fulfils what is asked for.", "dim", wraps=True)
        self._place: int | None = None
        self._gather = QTimer(self, singleShot=True, interval=_GATHER_MS, timeout=self.refresh)
        self._rest = QTimer(self, singleShot=True, interval=0, timeout=self.grid.viewport().update)
        self._lay_out()
        self._connect()
        self._show_overlays()
        self._on_size(SIZES[START])
        self.refresh()

    # -- making ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = theme()
        close_up = QWidget()
        head = QHBoxLayout()
        head.setContentsMargins(tokens.tight, 2, tokens.gap, 2)
        for picture, name, call in (
            ("arrow-left", "Back to all samples (Esc)", self.show_grid),
            ("chevron-left", "Previous sample (Left)", partial(self.step, -1)),
            ("chevron-right", "Next sample (Right)", partial(self.step, 1)),
        ):
            button = tool(self, picture, name, name)
            button.clicked.connect(call)
            head.addWidget(button)
        head.addWidget(self.caption, 1)
        self.show_in_viewport = tool(
            self, "eye-outline", "Show in viewport", "Show this very sample in the viewport (Return)"
        )
        self.show_in_viewport.setVisible(self.dataset.in_viewport)
        head.addWidget(self.show_in_viewport)
        inside = QVBoxLayout(close_up)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addLayout(head)
        inside.addWidget(self.picture, 1)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for page in (self.grid, close_up, self.empty):
            self.pages.addWidget(page)
        foot = QHBoxLayout()
        foot.setContentsMargins(tokens.gap, 2, tokens.gap, tokens.tight)
        foot.addWidget(self.foot)
        viewport = " · Return shows a sample in the viewport" if self.dataset.in_viewport else ""
        hint = QLabel(f"D looks closely{viewport} · Space hides the labels")
        hint.setProperty("role", "dim")
        foot.addStretch(1)
        foot.addWidget(hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tools)
        column.addWidget(self.chips)
        column.addWidget(self.pages, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        data = self.dataset
        bind(self, data.browse.changed, self._on_browse)
        bind(self, data.table.changed, self._on_facts)
        bind(self, data.overlays.changed, self._show_overlays)
        bind(self, self.held.arrived, self._on_arrived)
        self.grid.in_view_changed.connect(self._ask)
        self.grid.opened.connect(self._on_opened)
        self.grid.menu_wanted.connect(self._on_menu)
        self.grid.frame_starts.connect(self.pixmaps.start_frame)
        self.grid.frame_ended.connect(self._on_frame_ended)
        self.grid.key_pressed.connect(self._on_key)
        self.picture.key_pressed.connect(self._on_key)
        for view in (self.grid, self.picture):
            view.hold_changed.connect(self._on_hold)
        self.tools.switched.connect(self._on_switch)
        self.tools.size_changed.connect(self._on_size)
        self.tools.sort_changed.connect(self._on_sort)
        self.tools.filter_wanted.connect(self._on_filter)
        self.show_in_viewport.clicked.connect(self._on_show_in_viewport)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the samples that are asked for, in their order."""
        shown = self.dataset.shown()
        if list(shown) != list(self.grid.samples.shown):
            self.grid.show_samples(shown)
        if self.pages.currentIndex() != 1:
            self.pages.setCurrentIndex(0 if len(shown) else 2)
        known, total = self.dataset.table.known, self.dataset.count
        text = f"{len(shown):,} of {total:,} samples" if len(shown) != total else f"{total:,} samples"
        asks = bool(self.dataset.browse.value.conditions or self.dataset.browse.value.sort)
        self.foot.setText(text + (f", {known:,} read so far" if asks and known < total else ""))
        self.tools.set_columns(self.dataset.table.columns() if self.dataset.table.known else ())
        self._ask()

    def show_grid(self) -> None:
        """Show all samples again."""
        self._place = None
        self.pages.setCurrentIndex(0)
        self.refresh()
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def look_closely(self, place: int | None = None) -> None:
        """Show one sample as it was written, every pixel of it."""
        place = place if place is not None else self.grid.current_sample()
        if place is None and len(self.grid.samples.shown):
            place = self.grid.samples.shown[0]
        if place is None:
            return
        self._place = place
        self.grid.go_to(place)
        self.pages.setCurrentIndex(1)
        self.picture.set_output(*self.dataset.size(place))
        self._show_close(self.held.get(TileKey(place)))
        self.picture.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ask()

    def step(self, by: int) -> None:
        """Look closely at the sample `by` places further."""
        shown = self.grid.samples.shown
        if self._place is None or self._place not in shown:
            return
        at = list(shown).index(self._place) + by
        if 0 <= at < len(shown):
            self.look_closely(shown[at])

    def _ask(self) -> None:
        """Ask for the pictures that are in view, the nearest first; a close look is asked for in full."""
        if self._place is not None:
            at = self._place
            around = [p for p in (at, at + 1, at - 1) if 0 <= p < self.dataset.count]
            self.dataset.tiles.want([TileKey(p) for p in around if not self._is_full(p)], _FULL)
            return
        first, last = self.grid.rows_in_view()
        side = self._side_px()
        shown = self.grid.samples.shown
        keys = []
        for row in near(first, last, len(shown)):
            key = TileKey(shown[row])
            if not self._serves(key, side):
                keys.append(key)
            if len(keys) >= _ASKED_FOR or abs(row - first) > _ASKED_FOR:
                break
        self.dataset.tiles.want(keys, side)

    def _serves(self, key: TileKey, side: int) -> bool:
        return self.held.serves(key, min(side, max(self.dataset.size(key.index))))

    def _is_full(self, place: int) -> bool:
        return self._serves(TileKey(place), _FULL)

    def _side_px(self) -> int:
        size = self.grid.picture
        return round(max(size.width(), size.height()) * self.devicePixelRatioF())

    def _look(self, place: int, selected: bool, current: bool, focused: bool) -> CellLook:
        tile = self.held.get(TileKey(place))
        pixmap = None
        if tile is not None and not tile.problem:
            pixmap = self.pixmaps.get(tile, self.dataset.overlays.value, self._side_px())
        return CellLook(
            title=self.dataset.title(place),
            pixmap=pixmap,
            problem=tile.problem if tile else "",
            objects=labelled_count(tile.items, self.dataset.looks) if tile and not tile.problem else None,
            selected=selected,
            current=current,
            focused=focused,
        )

    def _told(self, place: int) -> str:
        tile = self.held.get(TileKey(place))
        text = self.dataset.told(place)
        if tile is None:
            return text
        told = tile.problem or objects_told(tile.items, self.dataset.looks, "labelled object")
        return f"{text}: {told}"

    def _show_close(self, tile: Tile | None) -> None:
        self.picture.show_tile(tile)
        self._caption(tile)
        self._show_legend(tile)

    def _show_legend(self, tile: Tile | None) -> None:
        """Name the colours of classes, and what formats show otherwise, in the picture that is looked at closely."""
        state = self.dataset.overlays.value
        seen = () if tile is None or tile.problem or state.hidden else tile.items
        by_class = state.color_by == "class"
        self.legend.show_rows(legend(self.dataset.looks, {i.name for i in seen}, colors_are_classes=by_class))

    def _caption(self, tile: Tile | None) -> None:
        if self._place is None:
            return
        text = self.dataset.told(self._place)
        if tile is not None and not tile.problem:
            text += f"  ·  {objects_told(tile.items, self.dataset.looks)}"
            text += f"  ·  {tile.sample_key}" if tile.sample_key not in text else ""
        self.caption.set_text(text)

    # -- overlays --------------------------------------------------------------------------------------------------

    def _show_overlays(self) -> None:
        state = self.dataset.overlays.value
        self.tools.set_overlay(state)
        self.picture.set_overlay(state, self.dataset.looks)
        self._show_legend(None if self._place is None else self.held.get(TileKey(self._place)))
        self.grid.viewport().update()

    def _on_switch(self, name: str, on: bool) -> None:
        def switched(state: OverlayState) -> OverlayState:
            if name == "mask":
                style: Literal["both", "off"] = "both" if on else "off"
                return replace(state, mask=style)
            if name == "color_by":
                color: Literal["class", "instance"] = "class" if on else "instance"
                return replace(state, color_by=color)
            return replace(state, **{name: on})  # type: ignore[arg-type]

        self.dataset.overlays.update(switched)

    def _on_hold(self, held: bool) -> None:
        self.dataset.overlays.update(lambda state: replace(state, hidden=held))

    # -- what people do --------------------------------------------------------------------------------------------

    def _on_key(self, event: QKeyEvent) -> None:
        key, close = event.key(), self._place is not None
        letters = {Qt.Key.Key_M: "mask", Qt.Key.Key_B: "boxes", Qt.Key.Key_K: "keypoints", Qt.Key.Key_3: "boxes_3d",
                   Qt.Key.Key_N: "names", Qt.Key.Key_C: "color_by"}  # fmt: skip
        event.setAccepted(True)
        if key in letters:
            self.tools.press(letters[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_show_in_viewport()
        elif key == Qt.Key.Key_D:
            self.show_grid() if close else self.look_closely()
        elif close and key == Qt.Key.Key_Escape:
            self.show_grid()
        elif close and key in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self.step(-1)
        elif close and key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self.step(1)
        elif close and key == Qt.Key.Key_F:
            self.picture.fit()
        elif close and key == Qt.Key.Key_Z:
            self.picture.one_to_one()
        else:
            event.setAccepted(False)

    def _on_show_in_viewport(self) -> None:
        place = self._place if self._place is not None else self.grid.current_sample()
        if place is not None and not self.dataset.in_viewport:
            self.look_closely(place)
        elif place is not None:
            self.sample_wanted.emit(self.dataset.number(place))

    def _on_opened(self, place: int) -> None:
        self.look_closely(place)

    def _on_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        closely = menu.addAction(icon("magnify"), "Look closely")
        closely.triggered.connect(partial(self.look_closely, None))
        entries = [closely]
        if self.dataset.in_viewport:
            entries.append(menu.addAction(icon("eye-outline"), "Show in viewport"))
            entries[1].triggered.connect(self._on_show_in_viewport)
        for entry in entries:
            entry.setEnabled(self.grid.current_sample() is not None)
        menu.popup(at)

    def _on_filter(self) -> None:
        self.add_filter.open_at(self.tools.filter.mapToGlobal(QPoint(0, self.tools.filter.height() + 2)))

    def _on_sort(self, column: str, descending: bool) -> None:
        self.dataset.browse.sort_by(column, descending=descending)

    def _on_size(self, side_px: int) -> None:
        width, height = self.dataset.usual_size
        self.grid.set_pictures(side_px, width / height)
        self._ask()

    # -- what comes in ---------------------------------------------------------------------------------------------

    def _on_browse(self) -> None:
        self.refresh()

    def _on_facts(self) -> None:
        if not self._gather.isActive():
            self._gather.start()

    def _on_arrived(self, key: TileKey) -> None:
        if key.index == self._place:
            tile = self.held.get(key)
            self._show_close(tile)
        self.grid.repaint_sample(key.index)

    def _on_frame_ended(self) -> None:
        if self.pixmaps.postponed:
            self._rest.start()
