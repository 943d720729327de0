"""The gallery's tools: size, number of samples, order, what was judged. Setters down, signals up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QSpinBox, QToolButton, QWidget
from superqt import QFlowLayout

from myriorama.app.browsing.columns import Column
from myriorama.app.gallery.shown import JUDGED, Judged, Sieve
from myriorama.widgets.theme import icon, padded, theme

SIZES: Final = (96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512)
"""Sizes of tiles; few, so that a picture of the very size can be kept and none is blurred."""
MOST_SAMPLES: Final = 1_000_000
_TIGHT_BELOW_PX: Final = 860
_WIDTHS_PX: Final = {False: (136, 176, 136, 128, 84), True: (112, 136, 126, 114, 60)}
"""Number, order, judged, stars and size; True: so that one line holds them in a window of 1280 pixels."""


def nearest_size(size_px: int) -> int:
    """Return the size of `SIZES` that is nearest."""
    return min(SIZES, key=lambda s: abs(s - size_px))


class ToolRow(QWidget):
    """One row of tools that wraps where the panel is narrow.

    Signals
    -------
    size_changed : (int,)
        Of tiles, pixels.
    count_changed : (int,)
        How many samples are looked at.
    sort_changed : (str, bool)
        Column ("" is the index), descending.
    sieve_changed : (Sieve,)
    filter_wanted, sheet_toggled, tighten_wanted : (), (bool,), ()
    """

    size_changed = Signal(int)
    count_changed = Signal(int)
    sort_changed = Signal(str, bool)
    sieve_changed = Signal(object)
    filter_wanted = Signal()
    sheet_toggled = Signal(bool)
    tighten_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QFlowLayout(self)
        row.setContentsMargins(theme().gap, theme().tight, theme().gap, theme().tight)
        row.setSpacing(theme().tight)
        self.count = padded(QSpinBox(self))
        self.count.setRange(1, MOST_SAMPLES)
        self.count.setGroupSeparatorShown(True)
        self.count.setKeyboardTracking(False)
        self.count.setPrefix("Samples ")
        self.count.setAccessibleName("Number of samples")
        self.count.setToolTip("How many samples are looked at, from sample 0 on")
        self.count.valueChanged.connect(self.count_changed)
        row.addWidget(self.count)

        self.sort = QComboBox(self)
        self.sort.setAccessibleName("Sort by")
        self.sort.setToolTip("Sort samples by a label statistic or a drawn value")
        self.sort.setMinimumContentsLength(13)
        self.sort.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.sort.activated.connect(self._on_sort)
        row.addWidget(self.sort)
        self.direction = self._button("sort-ascending", "Sort descending", "Largest first", checkable=True)
        self.direction.toggled.connect(self._on_direction)
        row.addWidget(self.direction)

        self.filter = self._button("filter-plus-outline", "Add filter", "Show only some samples, by any statistic")
        self.filter.clicked.connect(self.filter_wanted)
        row.addWidget(self.filter)
        self.judged = QComboBox(self)
        self.judged.setAccessibleName("Show by judgment")
        self.judged.setToolTip("Show samples by what was said of them")
        for key, words in JUDGED.items():
            self.judged.addItem(words, key)
        self.judged.activated.connect(self._on_sieve)
        row.addWidget(self.judged)
        self.stars = QComboBox(self)
        self.stars.setAccessibleName("Least stars")
        self.stars.setToolTip("Show samples with at least so many stars")
        self.stars.addItem("Any stars", 0)
        for n in range(1, 6):
            self.stars.addItem(icon("star", theme().warning), f"{n} or more" if n < 5 else "5", n)
        self.stars.activated.connect(self._on_sieve)
        row.addWidget(self.stars)

        self.sheet = self._button("grid", "Contact sheet", "Contact sheet: two parameters as axes", checkable=True)
        self.sheet.toggled.connect(self.sheet_toggled)
        row.addWidget(self.sheet)
        self.tighten = self._button(
            "arrow-collapse-horizontal",
            "Tighten ranges…",
            "Tighten ranges: picked against rejected samples, parameter by parameter",
        )
        self.tighten.clicked.connect(self.tighten_wanted)
        row.addWidget(self.tighten)

        size = QWidget(self)
        line = QHBoxLayout(size)
        line.setContentsMargins(theme().tight, 0, 0, 0)
        line.setSpacing(theme().tight)
        self._picture = QLabel(size)
        self._picture.setPixmap(icon("image-size-select-large", theme().dim).pixmap(QSize(16, 16)))
        self._picture.setFixedHeight(theme().row)
        line.addWidget(self._picture)
        self.tile_size = QSlider(Qt.Orientation.Horizontal, size)
        self.tile_size.setRange(0, len(SIZES) - 1)
        self.tile_size.setPageStep(1)
        self.tile_size.setFixedHeight(theme().row)
        self.tile_size.setAccessibleName("Size of the tiles")
        self.tile_size.valueChanged.connect(self._on_size)
        line.addWidget(self.tile_size)
        row.addWidget(size)
        self._tight: bool | None = None
        self._set_tight(False)
        self.set_columns(())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_tight(self.width() < _TIGHT_BELOW_PX)

    def _set_tight(self, tight: bool) -> None:
        if tight == self._tight:
            return
        self._tight = tight
        fields = (self.count, self.sort, self.judged, self.stars)
        *widths, slider = _WIDTHS_PX[tight]
        for field, width in zip(fields, widths, strict=True):
            field.setFixedWidth(width)
        self.tile_size.setFixedWidth(slider)
        self._picture.setVisible(not tight)

    # -- setters: none of them tells ---------------------------------------------------------------------------------

    def set_size(self, size_px: int) -> None:
        with QSignalBlocker(self.tile_size):
            self.tile_size.setValue(SIZES.index(nearest_size(size_px)))
        self._tell_size()

    def set_count(self, count: int) -> None:
        with QSignalBlocker(self.count):
            self.count.setValue(count)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """List what can be sorted by; the chosen one stays."""
        chosen = self.sort.currentData() or ""
        wanted = [
            ("By number", ""),
            *((f"By {c.heading[:1].lower()}{c.heading[1:]}", c.name) for c in columns if c.name != "index"),
        ]
        listed = [(self.sort.itemText(i), self.sort.itemData(i)) for i in range(self.sort.count())]
        if wanted == listed or self.sort.view().isVisible():
            return
        with QSignalBlocker(self.sort):
            self.sort.clear()
            for words, name in wanted:
                self.sort.addItem(words, name)
            self.sort.setCurrentIndex(max(0, self.sort.findData(chosen)))

    def set_order(self, column: str, descending: bool) -> None:
        with QSignalBlocker(self.sort), QSignalBlocker(self.direction):
            self.sort.setCurrentIndex(max(0, self.sort.findData(column)))
            self.direction.setChecked(descending)
        self.direction.setIcon(icon("sort-descending" if descending else "sort-ascending"))

    def set_sieve(self, sieve: Sieve) -> None:
        with QSignalBlocker(self.judged), QSignalBlocker(self.stars):
            self.judged.setCurrentIndex(self.judged.findData(sieve.judged))
            self.stars.setCurrentIndex(self.stars.findData(sieve.min_stars))

    def set_sheet(self, shown: bool) -> None:
        with QSignalBlocker(self.sheet):
            self.sheet.setChecked(shown)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _button(self, picture: str, name: str, tip: str, *, checkable: bool = False) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(picture))
        button.setText(name)
        button.setAccessibleName(name)
        button.setToolTip(tip)
        button.setCheckable(checkable)
        button.setAutoRaise(True)
        button.setFixedHeight(theme().row)
        return button

    def _tell_size(self) -> None:
        self.tile_size.setToolTip(f"Size of the tiles: {SIZES[self.tile_size.value()]} pixels")

    def _on_size(self, place: int) -> None:
        self._tell_size()
        self.size_changed.emit(SIZES[place])

    def _on_sort(self) -> None:
        self.sort_changed.emit(self.sort.currentData() or "", self.direction.isChecked())

    def _on_direction(self, descending: bool) -> None:
        self.direction.setIcon(icon("sort-descending" if descending else "sort-ascending"))
        self._on_sort()

    def _on_sieve(self) -> None:
        judged: Judged = self.judged.currentData()
        self.sieve_changed.emit(Sieve(judged, int(self.stars.currentData())))
