"""Directions and rotations: numbers, with the usual ones in a menu."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from myriorama.widgets.editors.vector import VectorField
from myriorama.widgets.theme import icon

_HALF = math.sqrt(0.5)
DIRECTIONS: Mapping[str, tuple[float, ...]] = {
    "Up (+Z)": (0.0, 0.0, 1.0),
    "Down (-Z)": (0.0, 0.0, -1.0),
    "Right (+X)": (1.0, 0.0, 0.0),
    "Left (-X)": (-1.0, 0.0, 0.0),
    "Back (+Y)": (0.0, 1.0, 0.0),
    "Front (-Y)": (0.0, -1.0, 0.0),
}
ROTATIONS: Mapping[str, tuple[float, ...]] = {
    "No rotation": (1.0, 0.0, 0.0, 0.0),
    "90° about X": (_HALF, _HALF, 0.0, 0.0),
    "-90° about X": (_HALF, -_HALF, 0.0, 0.0),
    "90° about Y": (_HALF, 0.0, _HALF, 0.0),
    "-90° about Y": (_HALF, 0.0, -_HALF, 0.0),
    "90° about Z": (_HALF, 0.0, 0.0, _HALF),
    "-90° about Z": (_HALF, 0.0, 0.0, -_HALF),
    "180° about Z": (0.0, 0.0, 0.0, 1.0),
}


class _WithPresets(VectorField):
    def __init__(
        self, presets: Mapping[str, tuple[float, ...]], names: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(len(names), names=names, parent=parent)
        self.presets = QToolButton(self)
        self.presets.setIcon(icon("compass-outline"))
        self.presets.setIconSize(QSize(16, 16))
        self.presets.setAutoRaise(True)
        self.presets.setToolTip("Usual values")
        self.presets.setAccessibleName("Usual values")
        self.presets.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.presets)
        for title, value in presets.items():
            menu.addAction(title).setData(value)
        menu.triggered.connect(self._on_preset)
        self.presets.setMenu(menu)
        self.presets.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.layout().addWidget(self.presets)

    def _on_preset(self, action: object) -> None:
        value = list(action.data())  # type: ignore[attr-defined]
        if value != self.value:
            self.set_value(value)
            self.changed.emit(value)


class DirectionField(_WithPresets):
    """x, y, z of a direction; its length does not matter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(DIRECTIONS, ("X", "Y", "Z"), parent)


class RotationField(_WithPresets):
    """w, x, y, z of a quaternion; its length does not matter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ROTATIONS, ("W", "X", "Y", "Z"), parent)
