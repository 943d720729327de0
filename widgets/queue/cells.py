"""How the cells of a job's row are painted: a name with its folder, a word with its colour, a bar, a small plot."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QSpinBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from myriorama.app.queue_view.figures import JobFigures
from myriorama.widgets.queue.model import FIGURES, JOB, POINTS, PRIORITY, RATE, SAMPLES, STATE, tone_color
from myriorama.widgets.theme import theme

ROW_PX = 30
_PAD = 8
_BAR_PX = 6
_Index = QModelIndex | QPersistentModelIndex


class JobCells(QStyledItemDelegate):
    """Paints the rows of the queue."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(60, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        figures = index.data(FIGURES)
        if figures is None or index.column() not in (JOB, STATE, SAMPLES, RATE):
            super().paint(painter, option, index)
            return
        plain = QStyleOptionViewItem(option)
        self.initStyleOption(plain, index)
        plain.text = ""  # type: ignore[attr-defined]
        style = self._view.style() or QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, plain, painter, self._view)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRect(option.rect).adjusted(_PAD, 0, -_PAD, 0)  # type: ignore[attr-defined]
        if index.column() == JOB:
            _paint_name(painter, room, figures)
        elif index.column() == STATE:
            _paint_state(painter, room, figures)
        elif index.column() == SAMPLES:
            _paint_samples(painter, room, figures)
        else:
            _paint_rate(painter, room, figures, index.data(POINTS) or ())
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        if index.column() != PRIORITY:
            return super().createEditor(parent, option, index)
        field = QSpinBox(parent)
        field.setRange(-1000, 1000)
        field.setFrame(False)
        field.setAccessibleName("Priority: higher goes first")
        return field


def _paint_name(painter: QPainter, room: QRect, figures: JobFigures) -> None:
    tokens = theme()
    metrics = painter.fontMetrics()
    middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    name = metrics.elidedText(figures.out.name, Qt.TextElideMode.ElideRight, room.width())
    painter.setPen(QColor(tokens.text))
    painter.drawText(room, middle, name)
    beside = room.adjusted(metrics.horizontalAdvance(name) + _PAD, 0, 0, 0)
    if figures.name != figures.out.name and beside.width() > 40:
        painter.setPen(QColor(tokens.dim))
        painter.drawText(beside, middle, metrics.elidedText(figures.name, Qt.TextElideMode.ElideRight, beside.width()))


def _paint_state(painter: QPainter, room: QRect, figures: JobFigures) -> None:
    color = QColor(tone_color(figures))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(QPointF(room.left() + 4, room.center().y() + 0.5), 3.5, 3.5)
    text = painter.fontMetrics().elidedText(figures.word, Qt.TextElideMode.ElideRight, room.width() - 14)
    painter.setPen(color)
    painter.drawText(room.adjusted(14, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def _paint_samples(painter: QPainter, room: QRect, figures: JobFigures) -> None:
    """Draw words above a bar: done from the left, failed after it."""
    tokens = theme()
    font = _even(painter.font())
    painter.setFont(font)
    metrics = QFontMetrics(font)
    words = room.adjusted(0, 3, 0, -_BAR_PX - 4)
    text = f"{figures.done:,} of {figures.total:,}"
    painter.setPen(QColor(tokens.text))
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    if figures.failed:
        left = room.width() - metrics.horizontalAdvance(text) - _PAD
        ways = (f"{figures.failed:,} failed", f"{figures.failed:,}")
        failed = next((way for way in ways if metrics.horizontalAdvance(way) <= left), "")
        painter.setPen(QColor(tokens.error))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, failed)
    bar = QRectF(room.left(), room.bottom() - _BAR_PX, room.width(), 4)
    draw_bar(painter, bar, figures)


def draw_bar(painter: QPainter, bar: QRectF, figures: JobFigures) -> None:
    """Draw how far a job is: what is done in the colour of its state, what failed in red after it."""
    tokens = theme()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.border))
    radius = bar.height() / 2
    painter.drawRoundedRect(bar, radius, radius)
    if not figures.total:
        return
    done = bar.width() * figures.done / figures.total
    failed = bar.width() * figures.failed / figures.total
    if figures.failed:
        painter.setBrush(QColor(tokens.error))
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), max(done + failed, 4), bar.height()), radius, radius)
    if figures.done:
        painter.setBrush(QColor(tokens.dim if figures.state in ("cancelled", "queued") else tone_color(figures)))
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), max(done, 4), bar.height()), radius, radius)


def _paint_rate(painter: QPainter, room: QRect, figures: JobFigures, points: tuple[tuple[float, float], ...]) -> None:
    tokens = theme()
    painter.setFont(_even(painter.font()))
    text = f"{figures.images_per_s:.1f}" if figures.images_per_s else ""
    width = QFontMetrics(painter.font()).horizontalAdvance("000.0")
    painter.setPen(QColor(tokens.text))
    painter.drawText(
        QRect(room.left(), room.top(), width, room.height()),
        Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
        text,
    )
    plot = QRectF(room.left() + width + _PAD, room.top() + 6, room.width() - width - _PAD, room.height() - 12)
    if len(points) < 2 or plot.width() < 16:
        return
    top = max(rate for _, rate in points) * 1.05 or 1.0
    span_s = max(points[-1][0], 1e-6)
    line = [
        QPointF(plot.left() + s / span_s * plot.width(), plot.bottom() - r / top * plot.height()) for s, r in points
    ]
    ink = QColor(tokens.accent if figures.alive else tokens.dim)
    faint = QColor(ink)
    faint.setAlphaF(0.18)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faint)
    painter.drawPolygon(QPolygonF([QPointF(plot.left(), plot.bottom()), *line, plot.bottomRight()]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink, 1.25))
    painter.drawPolyline(QPolygonF(line))


def _even(font: QFont) -> QFont:
    """Return the font with digits of one width, so that a running number does not tremble."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made
