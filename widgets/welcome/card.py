"""A project as a picture with its name and a line about it: one large button.

Where there is no picture it shows the name's own first letter on a plain ground, never a borrowed picture.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from myriorama.widgets.theme import theme

_PICTURE_RATIO = 3 / 2
_WORDS_HEIGHT = 82


class ProjectCard(QAbstractButton):
    """Opens what it shows when it is clicked."""

    def __init__(self, name: str, about: str, picture: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._about = about
        self._picture = QPixmap(str(picture)) if picture is not None else QPixmap()
        self._scaled = QPixmap()
        words = name.replace("_", " ")
        self.setText(words[:1].upper() + words[1:])
        self.setAccessibleName(f"Open {self.text()}")
        self.setAccessibleDescription(about)
        self.setToolTip(about)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(260, self.heightForWidth(260))

    def minimumSizeHint(self) -> QSize:
        return QSize(180, self.heightForWidth(180))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(width / _PICTURE_RATIO) + _WORDS_HEIGHT

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave, QEvent.Type.Enter, QEvent.Type.Leave):
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(frame, 8, 8)
        painter.fillPath(shape, QColor(tokens.hover if self.underMouse() else tokens.raised))
        picture = QRect(0, 0, self.width(), self.height() - _WORDS_HEIGHT)
        painter.setClipPath(shape)
        self._paint_picture(painter, picture)
        painter.setClipping(False)
        active = self.hasFocus() or self.underMouse()
        painter.setPen(QPen(QColor(tokens.accent if active else tokens.border), 2 if self.hasFocus() else 1))
        painter.drawPath(shape)
        words = QRect(12, picture.bottom() + 8, self.width() - 24, 22)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(tokens.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, _elided(painter, self.text(), words.width()))
        painter.setFont(self.font())
        painter.setPen(QColor(tokens.dim))
        line = painter.fontMetrics().lineSpacing()
        for number, text in enumerate(_wrapped(painter, self._about, words.width(), lines=2)):
            painter.drawText(words.left(), words.bottom() + 16 + number * line, text)
        painter.end()

    def _paint_picture(self, painter: QPainter, area: QRect) -> None:
        if self._picture.isNull():
            painter.fillRect(area, QColor(theme().selection))
            large = QFont(self.font())
            large.setPixelSize(44)
            painter.setFont(large)
            painter.setPen(QColor(theme().text))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.text()[:1].upper())
            return
        wanted = area.size() * self.devicePixelRatioF()
        if self._scaled.size() != wanted:
            filling = Qt.AspectRatioMode.KeepAspectRatioByExpanding
            whole = self._picture.scaled(wanted, filling, Qt.TransformationMode.SmoothTransformation)
            left, top = (whole.width() - wanted.width()) // 2, (whole.height() - wanted.height()) // 2
            self._scaled = whole.copy(left, top, wanted.width(), wanted.height())
        painter.drawPixmap(area, self._scaled)


def _elided(painter: QPainter, text: str, width_px: int) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width_px)


def _wrapped(painter: QPainter, text: str, width_px: int, lines: int) -> list[str]:
    """Break a text into at most so many lines; the last one ends with dots where there is more."""
    words, out = text.split(), [""]
    while words:
        longer = f"{out[-1]} {words[0]}".strip()
        if not out[-1] or painter.fontMetrics().horizontalAdvance(longer) <= width_px:
            out[-1] = longer
            words.pop(0)
        elif len(out) < lines:
            out.append("")
        else:
            out[-1] = " ".join([out[-1], *words])
            break
    return [_elided(painter, line, width_px) for line in out]
