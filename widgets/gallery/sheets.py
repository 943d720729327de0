"""The sweep row and the contact sheet: what is chosen along the axes, and the pictures that follow.

They tell which variants exist; the panel hands those to the tile service and asks for the pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QSpinBox, QToolButton, QVBoxLayout, QWidget
from superqt import QFlowLayout, QSearchableComboBox

from myriorama.app.gallery.axes import MOST_STEPS, Runner, runners, values_along
from myriorama.app.gallery.sweep import Sweep
from myriorama.app.gallery.variants import Sheet, axis_of, sheet_of, sheet_of_sweep, with_value
from myriorama.app.preview.tiles import TileKey
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError
from myriorama.widgets.binding import bind
from myriorama.widgets.gallery.cell import PAD, CellLook
from myriorama.widgets.gallery.sheet_view import SheetView
from myriorama.widgets.theme import icon, padded, theme

Look = Callable[[TileKey, bool, bool], CellLook]
SWEEP_STEPS: Final = 9
MIN_PICTURE: Final = 96
_FIRST_STEPS: Final = 5
_NONE: Final = "(none)"


class _Variants(QWidget):
    """What the two have in common: a sheet, made anew when the project changes, and what its pictures offer.

    Signals
    -------
    variants_changed : ()
        `sheet` is another one.
    left : ()
        The person wants the samples back.
    """

    variants_changed = Signal()
    left = Signal()

    def __init__(self, studio: Studio, look: Look, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.studio = studio
        self.sheet: Sheet | None = None
        self.view = SheetView(look, name, self)
        self.view.chosen.connect(self.use)
        self.view.menu_wanted.connect(self._menu)
        self.view.left.connect(self.left)
        self._trouble = QLabel(self)
        self._trouble.setTextFormat(Qt.TextFormat.PlainText)
        self._trouble.setProperty("role", "warning")
        self._trouble.setWordWrap(True)
        self._trouble.setVisible(False)
        bind(self, studio.document.changed, self._on_project)
        bind(self, studio.index.changed, self._on_index)

    def wanted_keys(self) -> list[TileKey]:
        """Return the pictures that are wanted, those in view first."""
        return self.view.keys_in_view() if self.sheet is not None else []

    def use(self, row: int, column: int) -> None:
        """Write a picture's values into the project."""
        project, sheet = self.studio.document.project, self.sheet
        if project is None or sheet is None:
            return
        changed = with_value(project, sheet.across, sheet.across.values[column])
        told = f"{sheet.across.title} to {sheet.across.headings[column]}"
        if sheet.down is not None:
            changed = with_value(changed, sheet.down, sheet.down.values[row])
            told += f", {sheet.down.title} to {sheet.down.headings[row]}"
        self.studio.document.replace(changed, f"Set {told}")

    def _menu(self, row: int, column: int, at: QPoint) -> None:
        sheet = self.sheet
        if sheet is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        many = sheet.down is not None
        menu.addAction(icon("check"), "Use these values" if many else "Use this value", partial(self.use, row, column))
        menu.popup(at)

    def _set(self, sheet: Sheet | None, trouble: str = "") -> None:
        self.sheet = sheet
        self._trouble.setText(trouble)
        self._trouble.setVisible(bool(trouble))
        self.view.setVisible(sheet is not None)
        self.view.show_sheet(sheet, self.studio.index.value)
        self.variants_changed.emit()

    def _on_index(self, *_told: object) -> None:
        self.view.show_sheet(self.sheet, self.studio.index.value)
        self.variants_changed.emit()

    def _on_project(self, *_told: object) -> None:
        """Make the sheet anew; each of the two does it in its own way."""


class SweepRow(_Variants):
    """One value from low to high, as one row over the samples."""

    def __init__(self, studio: Studio, look: Look, parent: QWidget) -> None:
        super().__init__(studio, look, "Sweep", parent)
        self._wanted = (192, 4 / 3)
        self._title = QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        close = QToolButton(self)
        close.setIcon(icon("close"))
        close.setAutoRaise(True)
        close.setToolTip("Close the sweep (Esc)")
        close.setAccessibleName("Close the sweep")
        close.clicked.connect(self._close)
        self.left.connect(self._close)
        head = QHBoxLayout()
        head.setContentsMargins(theme().gap, 2, theme().tight, 2)
        head.addWidget(self._title, 1)
        head.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._trouble)
        column.addWidget(self.view)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        bind(self, studio.sweep.changed, self._on_sweep)
        self._on_sweep(studio.sweep.value)

    def set_pictures(self, long_side: int, aspect: float) -> None:
        """Show pictures of at most this size; smaller, where the whole sweep then fits into the row."""
        self._wanted = (long_side, aspect)
        room_px = (self.width() - theme().gap) // SWEEP_STEPS - 2 * PAD
        self.view.set_pictures(max(MIN_PICTURE, min(long_side, room_px)), aspect)
        header = self.view.horizontalHeader()
        room = self.view.cell.height() + max(header.height(), header.sizeHint().height())
        self.view.setFixedHeight(room + self.view.horizontalScrollBar().sizeHint().height() + 8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.set_pictures(*self._wanted)

    def _on_sweep(self, sweep: Sweep | None) -> None:
        self.setVisible(sweep is not None)
        project = self.studio.document.project
        if sweep is None or project is None:
            self._set(None)
            return
        self._title.setText(f"Sweep of {sweep.title}, sample {self.studio.index.value}")
        try:
            self._set(sheet_of_sweep(project, self.studio.registry, sweep, SWEEP_STEPS))
        except (InputError, KeyError) as error:
            self._set(None, f"There is nothing to sweep: {error}")

    def _on_project(self, *_told: object) -> None:
        if self.studio.sweep.value is not None:
            self._on_sweep(self.studio.sweep.value)

    def _on_index(self, *_told: object) -> None:
        if self.studio.sweep.value is not None:
            self._title.setText(f"Sweep of {self.studio.sweep.value.title}, sample {self.studio.index.value}")
            super()._on_index()

    def _close(self) -> None:
        self.studio.sweep.set(None)


class ContactSheet(_Variants):
    """Two values as the axes of a sheet; all others as they are drawn for the sample that the viewport shows."""

    def __init__(self, studio: Studio, look: Look, parent: QWidget) -> None:
        super().__init__(studio, look, "Contact sheet", parent)
        self._runners: tuple[Runner, ...] = ()
        self._about = QLabel(self)
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._about.setProperty("role", "dim")
        bar = QWidget(self)
        row = QFlowLayout(bar)
        row.setContentsMargins(theme().gap, theme().tight, theme().gap, theme().tight)
        self.across, self.across_steps = self._picker(bar, row, "Across", "arrow-right")
        self.down, self.down_steps = self._picker(bar, row, "Down", "arrow-down")
        row.addWidget(self._about)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self._trouble)
        column.addWidget(self.view, 1)

    def set_pictures(self, long_side: int, aspect: float) -> None:
        """Show pictures of this size."""
        self.view.set_pictures(long_side, aspect)

    def start(self) -> None:
        """Offer the project's parameters, the first two that vary chosen, and show the sheet."""
        self._offer()
        self._make()

    def stop(self) -> None:
        """Show nothing, so that no picture is made for it."""
        if self.sheet is not None:
            self._set(None)

    def choose(
        self, across: Runner, down: Runner | None, steps: tuple[int, int] = (_FIRST_STEPS, _FIRST_STEPS)
    ) -> None:
        """Show these two values."""
        for combo, runner in ((self.across, across), (self.down, down)):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(combo.findText(runner.title if runner is not None else _NONE))
        for spin, count in zip((self.across_steps, self.down_steps), steps, strict=True):
            with QSignalBlocker(spin):
                spin.setValue(count)
        self._make()

    def _picker(self, bar: QWidget, row: QFlowLayout, name: str, picture: str) -> tuple[QSearchableComboBox, QSpinBox]:
        mark = QLabel(bar)
        mark.setPixmap(icon(picture, theme().dim).pixmap(16, 16))
        mark.setFixedHeight(theme().row)
        mark.setToolTip(name)
        row.addWidget(mark)
        combo = QSearchableComboBox(bar)
        combo.setAccessibleName(f"{name}: parameter")
        combo.setToolTip(f"{name}: which value runs along this axis")
        combo.setMinimumWidth(240)
        combo.currentIndexChanged.connect(self._make)
        row.addWidget(combo)
        steps = padded(QSpinBox(bar))
        steps.setRange(2, MOST_STEPS)
        steps.setValue(_FIRST_STEPS)
        steps.setKeyboardTracking(False)
        steps.setAccessibleName(f"{name}: number of values")
        steps.setToolTip(f"{name}: at how many values it is looked at")
        steps.valueChanged.connect(self._make)
        row.addWidget(steps)
        return combo, steps

    def _offer(self) -> None:
        project = self.studio.document.project
        found = runners(project, self.studio.registry) if project is not None else ()
        self._runners = found
        for combo, first, extra in ((self.across, 0, ()), (self.down, 1, (_NONE,))):
            titles = [*extra, *(r.title for r in found)]
            if titles == [combo.itemText(i) for i in range(combo.count())]:
                continue
            chosen = combo.itemText(combo.currentIndex())
            with QSignalBlocker(combo):
                combo.clear()
                combo.addItems(titles)
                place = combo.findText(chosen) if chosen else -1
                combo.setCurrentIndex(place if place >= 0 else min(first + len(extra), len(titles) - 1))

    def _runner(self, combo: QSearchableComboBox) -> Runner | None:
        chosen = combo.itemText(combo.currentIndex())  # not what is being typed
        return next((r for r in self._runners if r.title == chosen), None)

    def _make(self, *_told: object) -> None:
        project = self.studio.document.project
        across, down = self._runner(self.across), self._runner(self.down)
        self._about.setText(f"Everything else as in sample {self.studio.index.value}")
        if project is None or across is None:
            self._set(None, "" if project is None else "Choose a value to run across.")
            return
        if down is not None and (down.address, down.component) == (across.address, across.component):
            self._set(None, "Both axes show the same value: choose another one for one of them.")
            return
        try:
            first = axis_of(across, values_along(across, self.across_steps.value()))
            second = axis_of(down, values_along(down, self.down_steps.value())) if down is not None else None
            self._set(sheet_of(project, first, second))
        except InputError as error:
            self._set(None, f"The sheet cannot be made: {error}")

    def _on_project(self, *_told: object) -> None:
        if self.isVisible():
            self._offer()
            self._make()

    def _on_index(self, *_told: object) -> None:
        if self.isVisible():
            self._about.setText(f"Everything else as in sample {self.studio.index.value}")
            super()._on_index()
