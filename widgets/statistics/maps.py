"""Two maps that can be brushed: where boxes lie in the image, and from where objects are seen. They count nothing."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from myriorama.app.browsing.directions import cell_ranges, disc_cells, ring_radius
from myriorama.app.browsing.rows import I64, Held
from myriorama.widgets.theme import theme

Range = tuple[float, float]
_DISC_PX = 220
_RINGS_DEG = (0, 30, 60)
_FOOT_PX = 17


class CellMap(QWidget):
    """Base, of no use alone: cells that are coloured by their count, and picked by a click or a drag.

    Attributes
    ----------
    brushed : signal of (object, object)
        Two ranges, (low, high) each.
    cleared : signal of ()
    """

    brushed = Signal(object, object)
    cleared = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts: I64 = np.zeros(0, dtype=np.int64)
        self.held: Held | None = None
        self._from: int | None = None
        self._to: int | None = None
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def sizeHint(self) -> QSize:
        return QSize(220, 130)

    def cell_at(self, at: QPointF) -> int:
        """Return the cell at a point; -1 for none."""
        return -1

    def ranges_of(self, first: int, last: int) -> tuple[Range, Range]:
        """Return the ranges of the block between two cells."""
        return (0.0, 1.0), (0.0, 1.0)

    def words_of(self, cell: int) -> str:
        """Return what a cell is, for its tool tip."""
        return f"{self.counts[cell]:,}"

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.update()

    def colors(self) -> np.ndarray:
        """Return (cells, 4) uint8 BGRA: from the surface for none to the accent for the highest count."""
        tokens = theme()
        low, high = (np.array(QColor(c).getRgb()[:3], dtype=np.float64) for c in (tokens.field, tokens.accent))
        share = np.sqrt(self.counts / max(1, int(self.counts.max(initial=0))))
        if self.held is not None:
            share = np.where(self.held, np.maximum(share, 0.12), share * 0.3)
        rgb = low + (high - low) * share[:, None]
        out = np.full((len(rgb), 4), 255, dtype=np.uint8)
        out[:, :3] = np.rint(rgb[:, ::-1])
        return out

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        cell = self.cell_at(event.position())
        if cell >= 0:
            self._from = self._to = cell
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if self._from is not None:
            if cell >= 0:
                self._to = cell
                self.update()
        elif cell >= 0:
            QToolTip.showText(event.globalPosition().toPoint(), self.words_of(cell), self)
        else:
            QToolTip.hideText()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        first, last = self._from, self._to
        self._from = self._to = None
        if first is None or last is None:
            return
        if first == last and self.held is not None and self.held.sum() == 1 and self.held[first]:
            self.cleared.emit()
        else:
            self.brushed.emit(*self.ranges_of(first, last))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.held is not None:
            self.cleared.emit()
        else:
            super().keyPressEvent(event)

    @property
    def dragged(self) -> tuple[int, int] | None:
        """First and last cell of a drag under way."""
        return None if self._from is None or self._to is None else (self._from, self._to)


class PositionMap(CellMap):
    """Box centres over the image, in its own proportions, row 0 at the top."""

    columns = 24
    rows = 18

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._aspect = 4 / 3
        self.counts = np.zeros(self.columns * self.rows, dtype=np.int64)

    def set_aspect(self, aspect: float) -> None:
        """Set the image's width over its height."""
        self._aspect = aspect
        self.update()

    def show_counts(self, counts: I64) -> None:
        """Show (rows * columns,) counts."""
        self.counts = counts
        self.update()

    def show_brush(self, x: Range | None, y: Range | None) -> None:
        """Highlight the cells whose middles lie in both ranges."""
        if x is None and y is None:
            self.held = None
        else:
            across, down = (np.arange(self.columns) + 0.5) / self.columns, (np.arange(self.rows) + 0.5) / self.rows
            (x0, x1), (y0, y1) = x or (0.0, 1.0), y or (0.0, 1.0)
            held = ((y0 <= down) & (down <= y1))[:, None] & ((x0 <= across) & (across <= x1))[None, :]
            self.held = held.reshape(-1)
        self.update()

    def _area(self) -> QRectF:
        width, height = self.width() - 2.0, self.height() - _FOOT_PX - 2.0
        w = min(width, height * self._aspect)
        return QRectF((self.width() - w) / 2, 1, w, w / self._aspect)

    def cell_at(self, at: QPointF) -> int:
        area = self._area()
        if not area.contains(at):
            return -1
        column = min(self.columns - 1, int((at.x() - area.left()) / area.width() * self.columns))
        row = min(self.rows - 1, int((at.y() - area.top()) / area.height() * self.rows))
        return row * self.columns + column

    def ranges_of(self, first: int, last: int) -> tuple[Range, Range]:
        across = sorted((first % self.columns, last % self.columns))
        down = sorted((first // self.columns, last // self.columns))
        return (
            (across[0] / self.columns, (across[1] + 1) / self.columns),
            (down[0] / self.rows, (down[1] + 1) / self.rows),
        )

    def words_of(self, cell: int) -> str:
        (x0, x1), (y0, y1) = self.ranges_of(cell, cell)
        return f"{100 * x0:.0f}–{100 * x1:.0f} % across, {100 * y0:.0f}–{100 * y1:.0f} % down: {self.counts[cell]:,}"

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        area = self._area()
        pixels = np.ascontiguousarray(self.colors())
        image = QImage(pixels.data, self.columns, self.rows, 4 * self.columns, QImage.Format.Format_RGB32)
        painter.drawImage(area, image)
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.drawRect(area)
        if self.dragged is not None:
            (x0, x1), (y0, y1) = self.ranges_of(*self.dragged)
            block = QRectF(
                area.left() + x0 * area.width(),
                area.top() + y0 * area.height(),
                (x1 - x0) * area.width(),
                (y1 - y0) * area.height(),
            )
            painter.setPen(QPen(QColor(tokens.text), 1.5))
            painter.drawRect(block)
        _foot(painter, self, f"the whole image; up to {int(self.counts.max(initial=0)):,} a cell")
        painter.end()


class DirectionMap(CellMap):
    """The sphere of viewing directions as two discs, seen from above and from below."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._cells = [disc_cells(_DISC_PX, lower=lower) for lower in (False, True)]
        self.counts = np.zeros(288, dtype=np.int64)

    def show_counts(self, counts: I64) -> None:
        """Show counts by cell, as `directions.cell_counts` gives them."""
        self.counts = counts
        self.update()

    def show_brush(self, azimuth: Range | None, elevation: Range | None) -> None:
        """Highlight the cells whose middles lie in both ranges, degrees."""
        if azimuth is None and elevation is None:
            self.held = None
        else:
            held = np.zeros(len(self.counts), dtype=bool)
            (a0, a1), (e0, e1) = azimuth or (-180.0, 180.0), elevation or (-90.0, 90.0)
            for cell in range(len(held)):
                (c0, c1), (f0, f1) = cell_ranges([cell])
                held[cell] = a0 <= (c0 + c1) / 2 <= a1 and e0 <= (f0 + f1) / 2 <= e1
            self.held = held
        self.update()

    def _discs(self) -> tuple[QRectF, QRectF]:
        side = min((self.width() - 48.0) / 2, self.height() - _FOOT_PX - 16.0)
        middle, top = self.width() / 2, 13.0 + max(0.0, (self.height() - _FOOT_PX - 16.0 - side) / 2)
        return QRectF(middle - side - 12, top, side, side), QRectF(middle + 8, top, side, side)

    def cell_at(self, at: QPointF) -> int:
        for disc, cells in zip(self._discs(), self._cells, strict=True):
            if disc.contains(at):
                x = min(_DISC_PX - 1, int((at.x() - disc.left()) / disc.width() * _DISC_PX))
                y = min(_DISC_PX - 1, int((at.y() - disc.top()) / disc.height() * _DISC_PX))
                return int(cells[y, x])
        return -1

    def ranges_of(self, first: int, last: int) -> tuple[Range, Range]:
        return cell_ranges([first, last])

    def words_of(self, cell: int) -> str:
        (a0, a1), (e0, e1) = cell_ranges([cell])
        return f"azimuth {a0:.0f}° to {a1:.0f}°, elevation {e0:.0f}° to {e1:.0f}°: {self.counts[cell]:,}"

    def colors(self) -> np.ndarray:
        out = super().colors()
        if self.dragged is not None:
            azimuth, elevation = self.ranges_of(*self.dragged)
            for cell in range(len(out)):
                (c0, c1), (f0, f1) = cell_ranges([cell])
                if azimuth[0] < (c0 + c1) / 2 < azimuth[1] and elevation[0] < (f0 + f1) / 2 < elevation[1]:
                    out[cell, :3] = QColor(theme().text).getRgb()[:3][::-1]
        return out

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        colors = np.vstack([self.colors(), np.zeros((1, 4), dtype=np.uint8)])
        for disc, cells, name in zip(self._discs(), self._cells, ("from above", "from below"), strict=True):
            pixels = np.ascontiguousarray(colors[cells])
            image = QImage(pixels.data, _DISC_PX, _DISC_PX, 4 * _DISC_PX, QImage.Format.Format_ARGB32)
            painter.drawImage(disc, image)
            line = QColor(tokens.dim)
            line.setAlphaF(0.5)
            painter.setPen(QPen(line, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for ring in _RINGS_DEG:
                radius = ring_radius(ring) * disc.width() / 2
                painter.drawEllipse(disc.center(), radius, radius)
            painter.drawLine(QPointF(disc.left(), disc.center().y()), QPointF(disc.right(), disc.center().y()))
            painter.drawLine(QPointF(disc.center().x(), disc.top()), QPointF(disc.center().x(), disc.bottom()))
            painter.setPen(QColor(tokens.dim))
            painter.drawText(QRectF(disc.left(), disc.top() - 14, disc.width(), 13), Qt.AlignmentFlag.AlignCenter, name)
            painter.drawText(QPointF(disc.right() + 2, disc.center().y() + 4), "x")
        _foot(painter, self, "rings at 0°, 30°, 60°; x is the object's own")
        painter.end()


def _foot(painter: QPainter, widget: QWidget, text: str) -> None:
    font = painter.font()
    font.setPixelSize(11)
    painter.setFont(font)
    painter.setPen(QColor(theme().dim))
    area = QRectF(0, widget.height() - _FOOT_PX + 2, widget.width(), _FOOT_PX - 2)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, shown)
