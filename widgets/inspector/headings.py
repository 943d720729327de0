"""The lines between the rows: a section's heading, which opens and closes it, and a word over some rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QToolButton, QWidget

from myriorama.app.inspection.rows import Section
from myriorama.widgets.inspector.row_widget import MARGIN, small_font
from myriorama.widgets.theme import icon, theme

_REMOVAL: Final = 22
"""Side of the button that takes a view off, in pixels."""


class SectionButton(QAbstractButton):
    """The heading of a section: opens and closes it; that of a view of the rig can also take the view off.

    Parameters
    ----------
    remove_view : callable
        Takes the uid of the view.
    """

    def __init__(self, parent: QWidget, remove_view: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._remove_view = remove_view
        self.removal = QToolButton(self)
        self.removal.setAutoRaise(True)
        self.removal.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.removal.setCursor(Qt.CursorShape.ArrowCursor)
        self.removal.setFixedSize(_REMOVAL, _REMOVAL)
        self.removal.clicked.connect(self._on_removal)
        self.removal.hide()
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.section: Section | None = None

    def show_section(self, section: Section, folded: bool) -> None:
        self.section = section
        self.setText(section.title)
        self.setChecked(not folded)
        self.setAccessibleName(f"{section.title}, {'closed' if folded else 'open'}")
        if section.view:
            self.removal.setIcon(icon("delete-outline"))
            self.removal.setToolTip(self._removal_title(section))
            self.removal.setAccessibleName(self._removal_title(section))
        self.removal.setVisible(bool(section.view))
        self.update()

    @staticmethod
    def _removal_title(section: Section) -> str:
        return f"Remove the {section.title[:1].lower()}{section.title[1:]}"

    def _on_removal(self) -> None:
        if self.section is not None and self.section.view:
            self._remove_view(self.section.view)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.removal.move(self.width() - MARGIN - _REMOVAL, (self.height() - _REMOVAL) // 2)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.section is None or not self.section.view:
            super().contextMenuEvent(event)
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon("delete-outline"), self._removal_title(self.section), self._on_removal)
        menu.popup(event.globalPos())

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
