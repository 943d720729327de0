"""How one tile is painted: picture, flag, stars, number, count. The grid and the sheets paint with the same hand.

It asks for no picture and judges nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from myriorama.app.judging.judgments import REASONS, Judgment
from myriorama.widgets.theme import icon, theme

PAD: Final = 6
CAPTION: Final = 22
_BADGE: Final = 20
_STALE: Final = 0.4
_REJECTED: Final = 0.45


@dataclass(frozen=True, eq=False)
class CellLook:
    """Everything that a cell shows.

    Attributes
    ----------
    title : str
        Left in the caption: the sample's number, or nothing.
    objects : int or None
        Labelled objects; None where that is not known yet.
    stale_judgment : bool
        The judgment is of an earlier recipe: shown dimmed.
    in_viewport : bool
        The viewport shows this sample.
    pending : bool
        A reason for its rejection is being asked for.
    traced : bool
        The picture is path traced.
    """

    title: str
    pixmap: QPixmap | None
    stale: bool = False
    problem: str = ""
    judgment: Judgment | None = None
    stale_judgment: bool = False
    objects: int | None = None
    in_viewport: bool = False
    pending: bool = False
    selected: bool = False
    current: bool = False
    focused: bool = False
    traced: bool = False


def cell_size(long_side: int, aspect: float, caption: bool = True) -> QSize:
    """Return a cell's size for pictures of this long side.

    Parameters
    ----------
    aspect : float
        Width by height of the pictures.
    """
    picture = picture_size(long_side, aspect)
    return QSize(picture.width() + 2 * PAD, picture.height() + 2 * PAD + (CAPTION if caption else 0))


def picture_size(long_side: int, aspect: float) -> QSize:
    """Return the size of pictures of this long side."""
    if aspect >= 1:
        return QSize(long_side, max(16, round(long_side / aspect)))
    return QSize(max(16, round(long_side * aspect)), long_side)


class CellPainter:
    """Paints cells; icons are drawn once for each theme and screen."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._icons: dict[tuple[str, str, int, float], QPixmap] = {}

    def paint(self, painter: QPainter, cell: QRect, picture: QSize, look: CellLook) -> None:
        """Paint a cell into its rectangle; the picture is centred in it."""
        painter.save()
        tokens = theme()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        left = cell.x() + (cell.width() - picture.width()) // 2
        frame = QRect(QPointF(left, cell.y() + PAD).toPoint(), picture)
        card = frame.adjusted(-PAD + 1, -PAD + 1, PAD - 1, PAD - 1 + (CAPTION if look.title else 0))
        if look.selected or look.current:
            self._card(painter, card, look)
        shown = self._picture(painter, frame, look)
        if look.judgment is not None:
            self._flag(painter, shown, look)
        if look.traced:
            self._traced(painter, shown)
        if look.title:
            self._caption(painter, QRect(frame.left(), frame.bottom() + 2, frame.width(), CAPTION), look)
        if look.current and look.focused:
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(card), tokens.radius, tokens.radius)
        painter.restore()

    def _card(self, painter: QPainter, card: QRect, look: CellLook) -> None:
        tokens = theme()
        painter.setPen(QPen(QColor(tokens.accent if look.selected else tokens.border), 1))
        painter.setBrush(QColor(tokens.selection) if look.selected else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), tokens.radius, tokens.radius)

    def _picture(self, painter: QPainter, frame: QRect, look: CellLook) -> QRect:
        tokens = theme()
        if look.problem or look.pixmap is None:
            painter.setPen(QPen(QColor(tokens.border), 1))
            painter.setBrush(QColor(tokens.raised))
            painter.drawRect(QRectF(frame).adjusted(0.5, 0.5, -0.5, -0.5))
            name, tint = ("alert-outline", tokens.warning) if look.problem else ("image-outline", tokens.border)
            self._icon(painter, name, tint, frame.center(), 28)
            if look.problem and frame.height() >= 80:
                painter.setPen(QColor(tokens.dim))
                painter.setFont(self._letters(11))
                room = frame.adjusted(8, frame.height() // 2 + 18, -8, -4)
                text = QFontMetrics(painter.font()).elidedText(look.problem, Qt.TextElideMode.ElideRight, room.width())
                painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)
            return frame
        size = look.pixmap.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
        shown = QRect(frame.x() + (frame.width() - size.width()) // 2, 0, size.width(), size.height())
        shown.moveTop(frame.y() + (frame.height() - size.height()) // 2)
        rejected = look.pending or (look.judgment is not None and look.judgment.flag == "reject")
        faint = (_STALE if look.stale else 1.0) * (_REJECTED if rejected and not look.stale_judgment else 1.0)
        painter.setOpacity(faint)
        painter.drawPixmap(shown, look.pixmap)
        painter.setOpacity(1.0)
        return shown

    def _flag(self, painter: QPainter, shown: QRect, look: CellLook) -> None:
        judgment = look.judgment
        flag = "reject" if look.pending else (judgment.flag if judgment else "")
        if not flag or judgment is None:
            return
        tokens = theme()
        painter.setOpacity(0.5 if look.stale_judgment else 1.0)
        badge = QRect(shown.left() + 4, shown.top() + 4, _BADGE, _BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.good if flag == "pick" else tokens.error))
        painter.drawEllipse(badge)
        ink = tokens.accent_text if tokens.name == "light" else "#16181b"
        name = "check-bold" if flag == "pick" else "close-thick"
        self._icon(painter, name, ink, badge.center(), 14)
        reason = REASONS.get(judgment.reason, "") if flag == "reject" and not look.pending else ""
        if look.pending:
            reason = "why?"
        if reason:
            painter.setFont(self._letters(11))
            width = QFontMetrics(painter.font()).horizontalAdvance(reason) + 12
            plate = QRect(badge.right() + 5, badge.top() + 1, min(width, shown.right() - badge.right() - 8), _BADGE - 2)
            painter.setBrush(QColor(16, 18, 22, 205))
            painter.drawRoundedRect(plate, 3, 3)
            painter.setPen(QColor("#ffffff"))
            text = QFontMetrics(painter.font()).elidedText(reason, Qt.TextElideMode.ElideRight, plate.width() - 8)
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
        painter.setOpacity(1.0)

    def _traced(self, painter: QPainter, shown: QRect) -> None:
        badge = QRect(shown.right() - _BADGE - 3, shown.top() + 4, _BADGE, _BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(16, 18, 22, 205))
        painter.drawEllipse(badge)
        self._icon(painter, "camera-iris", "#ffffff", badge.center(), 14)

    def _caption(self, painter: QPainter, room: QRect, look: CellLook) -> None:
        tokens = theme()
        painter.setFont(self._letters(12))
        metrics = QFontMetrics(painter.font())
        ink = QColor(tokens.text if look.selected or look.current else tokens.dim)
        painter.setPen(ink)
        middle = Qt.AlignmentFlag.AlignVCenter
        count_px = metrics.horizontalAdvance(str(look.objects)) + 28 if look.objects is not None else 0
        title = metrics.elidedText(look.title, Qt.TextElideMode.ElideMiddle, max(24, room.width() - count_px))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | middle, title)
        x = room.left() + metrics.horizontalAdvance(title) + 8
        if look.in_viewport:
            self._icon(painter, "eye-outline", tokens.accent, QPointF(x + 6, room.center().y() + 1).toPoint(), 14)
            x += 20
        if look.objects is not None:
            count = str(look.objects)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | middle, count)
            at = QPointF(room.right() - metrics.horizontalAdvance(count) - 11, room.center().y() + 1)
            self._icon(painter, "cube-outline", ink.name(), at.toPoint(), 13)
        if look.judgment is not None and look.judgment.stars:
            painter.setOpacity(0.5 if look.stale_judgment else 1.0)
            wide = 12 * look.judgment.stars
            taken = metrics.horizontalAdvance(str(look.objects or 0)) + 24
            narrow = x + wide > room.right() - taken
            if narrow:
                painter.setPen(QColor(tokens.warning))
                painter.drawText(QRectF(x, room.top(), 30, room.height()), middle, f"{look.judgment.stars}")
                at = QPointF(x + metrics.horizontalAdvance("0") + 8, room.center().y() + 1)
                self._icon(painter, "star", tokens.warning, at.toPoint(), 12)
            else:
                for n in range(look.judgment.stars):
                    at = QPointF(x + 6 + 12 * n, room.center().y() + 1)
                    self._icon(painter, "star", tokens.warning, at.toPoint(), 12)
            painter.setOpacity(1.0)

    def _letters(self, size_px: int) -> QFont:
        font = QFont(self._widget.font())
        font.setPixelSize(size_px)
        return font

    def _icon(self, painter: QPainter, name: str, color: str, center: QPointF | object, size: int) -> None:
        ratio = self._widget.devicePixelRatioF()
        known = (name, color, size, ratio)
        pixmap = self._icons.get(known)
        if pixmap is None:
            pixmap = self._icons[known] = icon(name, color).pixmap(QSize(size, size), ratio)
        x, y = center.x(), center.y()  # type: ignore[attr-defined]
        painter.drawPixmap(QPointF(x - size / 2 + 0.5, y - size / 2 + 0.5), pixmap)
