"""The tools over the samples of a written dataset: order, filter, which labels are drawn, how large the tiles are.

They tell and are told; what follows is decided by whoever listens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QToolButton, QToolTip, QWidget

from myriorama.app.browsing.columns import Column
from myriorama.app.overlays import OverlayState
from myriorama.widgets.theme import icon, theme

SIZES: Final = (96, 128, 160, 192, 256, 320, 384)
START: Final = 3
SWITCHES: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("mask", "texture-box", "Masks", "M"),
    ("boxes", "vector-square", "Boxes", "B"),
    ("keypoints", "vector-polyline", "Keypoints", "K"),
    ("boxes_3d", "cube-outline", "3D boxes", "3"),
    ("names", "label-outline", "Names", "N"),
    ("color_by", "palette-outline", "Colours of classes", "C"),
)
"""Part of the overlay's state, icon, title, key."""


def tool(parent: QWidget, picture: str, name: str, tip: str, *, checkable: bool = False) -> QToolButton:
    """Return a small button with a picture."""
    button = QToolButton(parent)
    button.setIcon(icon(picture))
    button.setIconSize(QSize(18, 18))
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setCheckable(checkable)
    button.setAutoRaise(True)
    button.setFixedHeight(theme().row)
    return button


class WrittenTools(QWidget):
    """One row of tools.

    Signals
    -------
    sort_changed : (str, bool)
        Column, and whether the largest comes first.
    filter_wanted : ()
    switched : (str, bool)
        A kind of label is to be drawn, or not.
    size_changed : (int,)
        Long side of the tiles in pixels.
    """

    sort_changed = Signal(str, bool)
    filter_wanted = Signal()
    switched = Signal(str, bool)
    size_changed = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        tokens = theme()
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.gap, tokens.tight, tokens.gap, tokens.tight)
        row.setSpacing(tokens.tight)
        self.sort = QComboBox(self)
        self.sort.setAccessibleName("Sort by")
        self.sort.setToolTip("Sort samples by what was written or drawn")
        self.sort.setMinimumContentsLength(14)
        self.sort.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.sort.activated.connect(self._on_sort)
        row.addWidget(self.sort)
        self.direction = tool(self, "sort-ascending", "Sort descending", "Largest first", checkable=True)
        self.direction.toggled.connect(self._on_sort)
        row.addWidget(self.direction)
        self.filter = tool(self, "filter-plus-outline", "Add filter", "Show only some samples")
        self.filter.clicked.connect(self.filter_wanted)
        row.addWidget(self.filter)
        row.addSpacing(tokens.gap)
        self.switches: dict[str, QToolButton] = {}
        for name, picture, title, key in SWITCHES:
            told = "named in the close look" if name == "color_by" else "as they were written"
            button = tool(self, picture, title, f"{title}, {told} ({key})", checkable=True)
            button.toggled.connect(partial(self.switched.emit, name))
            self.switches[name] = button
            row.addWidget(button)
        row.addStretch(1)
        self.tile_size = QSlider(Qt.Orientation.Horizontal, self)
        self.tile_size.setRange(0, len(SIZES) - 1)
        self.tile_size.setPageStep(1)
        self.tile_size.setFixedWidth(96)
        self.tile_size.setAccessibleName("Size of the tiles")
        self.tile_size.setToolTip("Size of the tiles")
        self.tile_size.setValue(START)
        self.tile_size.valueChanged.connect(self._on_size)
        row.addWidget(self.tile_size)
        self.set_columns(())

    def set_columns(self, columns: Sequence[Column]) -> None:
        """List what can be sorted by; the chosen one stays."""
        wanted = [("By number", "")]
        wanted += [(f"By {c.heading[:1].lower()}{c.heading[1:]}", c.name) for c in columns if c.name != "index"]
        if len(wanted) == self.sort.count() or self.sort.view().isVisible():
            return
        with QSignalBlocker(self.sort):
            chosen = self.sort.currentData() or ""
            self.sort.clear()
            for words, name in wanted:
                self.sort.addItem(words, name)
            self.sort.setCurrentIndex(max(0, self.sort.findData(chosen)))

    def set_lacking(self, lacking: Mapping[str, str]) -> None:
        """Disable the switches of labels that the dataset does not have, and say why there."""
        for name, _, title, _ in SWITCHES:
            if name in lacking:
                button = self.switches[name]
                button.setEnabled(False)
                button.setChecked(False)
                button.setToolTip(f"{title}: {lacking[name]}")
                button.setAccessibleDescription(lacking[name])

    def set_overlay(self, state: OverlayState) -> None:
        """Show which labels are drawn; what the dataset does not have never is."""
        for name, button in self.switches.items():
            with QSignalBlocker(button):
                button.setChecked(button.isEnabled() and _is_on(state, name))

    def press(self, name: str) -> None:
        """Turn a switch by its key; where it is disabled say why instead."""
        button = self.switches[name]
        if button.isEnabled():
            button.toggle()
        else:
            QToolTip.showText(button.mapToGlobal(QPoint(0, button.height())), button.toolTip(), button)

    def _on_sort(self) -> None:
        descending = self.direction.isChecked()
        self.direction.setIcon(icon("sort-descending" if descending else "sort-ascending"))
        self.sort_changed.emit(self.sort.currentData() or "", descending)

    def _on_size(self, at: int) -> None:
        self.size_changed.emit(SIZES[at])


def _is_on(state: OverlayState, name: str) -> bool:
    if name == "mask":
        return state.mask != "off"
    return state.color_by == "class" if name == "color_by" else bool(getattr(state, name))
