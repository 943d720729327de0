"""The lines between the rows: a section's heading, which opens and closes it, and a word over some rows."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from myriorama.app.inspection.rows import Section
from myriorama.widgets.inspector.row_widget import MARGIN, small_font
from myriorama.widgets.theme import icon, theme


class SectionButton(QAbstractButton):
    """The heading of a section: opens and closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.section: Section | None = None

    def show_section(self, section: Section, folded: bool) -> None:
        self.section = section
        self.setText(section.title)
        self.setChecked(not folded)
        self.setAccessibleName(f"{section.title}, {'closed' if folded else 'open'}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(tokens.raised if self.underMouse() else tokens.surface))
        painter.setPen(QColor(tokens.border))
        painter.drawLine(0, 0, self.width(), 0)
        chevron = icon("chevron-down" if self.isChecked() else "chevron-right", tokens.dim)
        chevron.paint(painter, MARGIN - 4, (self.height() - 18) // 2, 18, 18)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(tokens.text))
        area = self.rect().adjusted(MARGIN + 18, 0, -MARGIN, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())
        note = self.section.note if self.section is not None else ""
        if note:
            painter.setFont(small_font(self))
            painter.setPen(QColor(tokens.dim))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, note)
        if self.hasFocus():
            painter.setPen(QColor(tokens.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), tokens.radius, tokens.radius)
        painter.end()


class Heading(QWidget):
    """A line of words between rows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = ""

    def show_text(self, text: str) -> None:
        self.text = text
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(small_font(self))
        painter.setPen(QColor(theme().dim))
        area = self.rect().adjusted(MARGIN + 8, 4, -MARGIN, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text.upper())
        painter.end()
