"""A small picture of a distribution: what it declares as a line, what the last samples had as bars.

It paints what it is given and draws no number itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from myriorama.app.inspection.histogram import Categories, Histogram, label
from myriorama.widgets.theme import theme


class HistogramView(QWidget):
    """About 100 x 36 pixels; a `Histogram` may be laid over a slider's pixels by `set_scale`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Histogram | Categories | None = None
        self._effective: list[Any] = []
        self._shown: list[Any] = []
        self._left = self._right = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(36)

    def sizeHint(self) -> QSize:
        return QSize(100, 36)

    @property
    def found(self) -> Histogram | Categories | None:
        return self._found

    def set_scale(self, left: float | None, right: float | None) -> None:
        """Let the ends of the histogram stand at these pixels; None is the widget's own edge."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.update()

    def set_found(self, found: Histogram | Categories | None) -> None:
        """Show what a distribution gives."""
        if found != self._found:
            self._found = found
            self.update()

    def set_effective(self, values: Sequence[Any], shown: Sequence[Any]) -> None:
        """Show what the last samples had, and what the one in the viewport has."""
        if (list(values), list(shown)) != (self._effective, self._shown):
            self._effective, self._shown = list(values), list(shown)
            self.update()

    def described(self) -> str:
        """Return what it shows, in words."""
        if self._effective:
            text = f"Line: declared. Bars: {len(self._effective)} values of the last samples."
        else:
            text = "Line: declared. Bars: 1,000 draws."
        if self._shown:
            text += " Mark: the sample in the viewport."
        return text

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme()
        floor = self.height() - 1.0
        painter.setPen(QPen(QColor(tokens.border), 1.0))
        painter.drawLine(QPointF(0, floor), QPointF(self.width(), floor))
        if isinstance(self._found, Histogram):
            self._paint_numbers(painter, self._found)
        elif isinstance(self._found, Categories):
            self._paint_categories(painter, self._found)
        painter.end()

    def _paint_numbers(self, painter: QPainter, found: Histogram) -> None:
        tokens = theme()
        left = self._left if self._left is not None else 1.0
        right = self._right if self._right is not None else self.width() - 1.0
        floor, top = self.height() - 1.0, 3.0
        numbers = np.array([v for v in self._effective if isinstance(v, int | float)], dtype=np.float64)
        if len(numbers):
            shares = self._binned(found, numbers)
            fill = QColor(tokens.accent)
        else:
            shares, fill = found.shares, QColor(tokens.dim)
        highest = max(float(shares.max()), float(found.curve[:, 1].max()) if len(found.curve) else 0.0, 1e-12)
        scale = (floor - top) / highest
        fill.setAlphaF(0.55 if len(numbers) else 0.4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        width = (right - left) / len(shares)
        for i, share in enumerate(shares.tolist()):
            if share > 0.0:
                height = max(1.0, share * scale)
                painter.drawRect(QRectF(left + i * width, floor - height, max(width - 0.5, 0.5), height))
        if len(found.curve):
            line = QPolygonF([QPointF(left + x * (right - left), floor - y * scale) for x, y in found.curve.tolist()])
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.text), 1.3))
            painter.drawPolyline(line)
        painter.setPen(QPen(QColor(tokens.warning), 1.5))
        for value in self._shown[:64]:
            if isinstance(value, int | float) and found.low <= value <= found.high:
                x = left + found.place(value) * (right - left)
                painter.drawLine(QPointF(x, floor), QPointF(x, floor - 6))

    @staticmethod
    def _binned(found: Histogram, numbers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        places = np.array([found.place(v) for v in numbers.tolist()])
        inside = places[(places >= 0.0) & (places <= 1.0)]
        counts, _ = np.histogram(inside, bins=len(found.shares), range=(0.0, 1.0))
        return counts / max(1, len(numbers))

    def _paint_categories(self, painter: QPainter, found: Categories) -> None:
        tokens = theme()
        floor, top, count = self.height() - 1.0, 3.0, len(found.entries)
        width = min(26.0, self.width() / count)
        labels = [label(v) for v in self._effective]
        total = len(labels)
        bars = [labels.count(name) / total if total else drawn for name, _, drawn in found.entries]
        highest = max([*bars, *(share for _, share, _ in found.entries), 1e-12])
        scale = (floor - top) / highest
        for i, ((name, share, _), bar) in enumerate(zip(found.entries, bars, strict=True)):
            own = QColor(name) if name.startswith("#") and len(name) == 7 else QColor(tokens.accent)
            if not name.startswith("#"):
                own.setAlphaF(0.55 if total else 0.4)
            x = i * width
            painter.setPen(QPen(QColor(tokens.border), 1.0) if name.startswith("#") else Qt.PenStyle.NoPen)
            painter.setBrush(own)
            painter.drawRect(QRectF(x + 1, floor - bar * scale, max(1.0, width - 3), bar * scale))
            painter.setPen(QPen(QColor(tokens.text), 1.3))
            y = floor - share * scale
            painter.drawLine(QPointF(x + 1, y), QPointF(x + width - 2, y))
