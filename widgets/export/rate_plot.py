"""Images a second over the time of an export, as one filled line. It computes nothing."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from myriorama.widgets.theme import theme

_STEPS = (1, 2, 5)


class RatePlot(QWidget):
    """The height is its own highest value, rounded up and written at the left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[tuple[float, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Images a second since the start")

    def sizeHint(self) -> QSize:
        return QSize(320, 104)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 80)

    def set_points(self, points: tuple[tuple[float, float], ...]) -> None:
        """Show (seconds, images a second) pairs, oldest first."""
        self._points = points
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        top = _ceiling(max((rate for _, rate in self._points), default=1.0))
        left = metrics.horizontalAdvance(f"{top:g}") + 8
        area = QRectF(left, 6, self.width() - left - 2, self.height() - metrics.height() - 12)
        painter.setPen(QPen(QColor(tokens.border), 1))
        for share in (0.0, 0.5, 1.0):
            y = area.bottom() - share * area.height()
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(QColor(tokens.dim))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share in (0.0, 1.0):
            y = area.bottom() - share * area.height()
            painter.drawText(QRectF(0, y - 10, left - 6, 20), right, f"{share * top:g}")
        foot = QRectF(area.left(), area.bottom() + 3, area.width(), metrics.height() + 2)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, "images a second")
        if len(self._points) > 1:
            last_s = self._points[-1][0]
            painter.drawText(foot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, f"{last_s:.0f} s")
            self._draw_line(painter, area, top)
        painter.end()

    def _draw_line(self, painter: QPainter, area: QRectF, top: float) -> None:
        first_s, last_s = self._points[0][0], self._points[-1][0]
        span_s = max(last_s - first_s, 1e-6)
        line = [
            QPointF(area.left() + (s - first_s) / span_s * area.width(), area.bottom() - rate / top * area.height())
            for s, rate in self._points
        ]
        accent = QColor(theme().accent)
        painter.setPen(QPen(accent, 1.75))
        painter.drawPolyline(QPolygonF(line))
        accent.setAlphaF(0.16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        painter.drawPolygon(
            QPolygonF([QPointF(line[0].x(), area.bottom()), *line, QPointF(line[-1].x(), area.bottom())])
        )


def _ceiling(value: float) -> float:
    """Return the next round number above a value."""
    power = 1e-3
    while True:
        for step in _STEPS:
            if step * power >= value:
                return step * power
        power *= 10.0
