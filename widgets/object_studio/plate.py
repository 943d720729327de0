"""A plain surface in the theme's colour, under the parts of the window. It holds nothing of its own.

A style sheet on a window has all its children polished again; painting one rectangle does not.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from myriorama.widgets.theme import theme


class Plate(QWidget):
    """A surface."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(theme().surface))
        painter.end()


def bare(area: QScrollArea, inside: QWidget) -> None:
    """Let a scroll area show what lies under it."""
    area.setWidget(inside)
    area.viewport().setAutoFillBackground(False)
    inside.setAutoFillBackground(False)
