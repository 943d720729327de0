"""What every row has: its name, the mark of a value that was set, the die, the lock.

A row is bound to another parameter again and again; it asks `RowEditing` for everything.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolButton, QToolTip, QWidget

from myriorama.app.inspection.naming import described_limits
from myriorama.app.inspection.quantities import shown_unit
from myriorama.app.inspection.rows import Row
from myriorama.app.inspection.wording import value_in_words
from myriorama.widgets.inspector.editing import RowEditing
from myriorama.widgets.theme import icon, theme

HEIGHT: Final = 30
FIELD: Final = 24
REASON: Final = 17
MARGIN: Final = 10
DIE: Final = 26
_WRAPPED: Final = int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWordWrap)


def name_width(width: int) -> int:
    """Return how much of a row its name takes."""
    return min(200, max(112, round(width * 0.4)))


def _painted(row: Row) -> tuple[object, ...]:
    """Return what `RowWidget.paintEvent` shows of a row."""
    return row.title, row.declaration.unit, row.set_here, row.special, row.component, row.state


class RowWidget(QWidget):
    """Base of the rows.

    Attributes
    ----------
    resized : signal of ()
        It wants another height.
    menu_wanted : signal of (RowWidget, QPoint)
        In global coordinates.
    """

    resized = Signal()
    menu_wanted = Signal(object, object)

    def __init__(self, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(parent)
        self.editing = editing
        self.row: Row | None = None
        self.reason = ""
        self.die = QToolButton(self)
        self.die.setIconSize(QSize(17, 17))
        self.die.setAutoRaise(True)
        self.die.setCheckable(True)
        self.die.setFixedSize(DIE, FIELD)
        self.die.clicked.connect(self._on_die)
        self._die_face = ""

    # for those who make rows

    def show_row(self, row: Row) -> None:
        """Show the row's value."""

    def content_height(self) -> int:
        """Height without the line for a reason."""
        return HEIGHT

    def place_content(self, width: int) -> None:
        """Put the content where it belongs in a row of this width."""

    # binding

    def bind_row(self, row: Row) -> None:
        """Become the row of a parameter, or take its newest state."""
        if row == self.row:
            return
        before = self.row
        self.row = row
        face = "lock" if row.locked else "dice-3" if row.state == "varied" else "dice-3-outline"
        if face != self._die_face:
            self._die_face = face
            color = theme().accent if face == "dice-3" else theme().dim
            self.die.setIcon(icon(face, color))
        self.die.setVisible(row.can_vary or row.parts or row.locked)
        self.die.setChecked(row.state == "varied" and not row.locked)
        if row.locked:
            tip = "Locked: unlock"
        else:
            tip = "Make it a fixed value" if row.state == "varied" else "Let it vary"
        self.die.setToolTip(tip)
        self.die.setAccessibleName(f"{tip}: {row.full_title}")
        if before is None or before.addresses != row.addresses or before.component != row.component:
            self.setAccessibleName(row.full_title)
            self.setAccessibleDescription(row.declaration.help)
            self.set_reason("")
        self.show_row(row)
        if before is None or _painted(before) != _painted(row):  # else its parts repaint what of them changed
            self.update()

    def abandon(self) -> None:
        """Forget what is being typed: the row is going to show something else."""

    def take_focus(self) -> None:
        """Take the keyboard, without starting to type."""
        self.die.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        """Take the colours of the theme in force."""
        self._die_face = ""
        row, self.row = self.row, None
        if row is not None:
            self.bind_row(row)

    def set_reason(self, reason: str) -> None:
        """Show beneath the value why it is refused."""
        if reason != self.reason:
            self.reason = reason
            self.update()
            self.resized.emit()

    def wanted_height(self) -> int:
        return self.content_height() + (self.reason_rect().height() + 4 if self.reason else 0)

    def reason_rect(self) -> QRect:
        """Return where the reason stands: beneath the value, or over the whole row where it is long."""
        metrics = QFontMetrics(small_font(self))
        left = self.reason_left()
        if metrics.horizontalAdvance(self.reason) > self.width() - left - MARGIN:
            left = MARGIN + 8
        room = QRect(left, self.content_height() - 3, max(60, self.width() - left - MARGIN), 10 * REASON)
        return metrics.boundingRect(room, _WRAPPED, self.reason)

    def content_rect(self) -> QRect:
        """Return where the value stands in the first line."""
        left = name_width(self.width())
        right = self.width() - MARGIN - DIE - 4
        return QRect(left, (HEIGHT - FIELD) // 2, max(40, right - left), FIELD)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.die.move(self.width() - MARGIN - DIE, (HEIGHT - FIELD) // 2)
        self.place_content(self.width())

    # painting

    def name_rect(self) -> QRect:
        left = MARGIN + 8 + (14 if self.row is not None and self.row.component is not None else 0)
        return QRect(left, 0, name_width(self.width()) - left - 6, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        row = self.row
        if row is None:
            return
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.set_here and not row.special and row.component is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent))
            painter.drawEllipse(QRectF(MARGIN - 2, HEIGHT / 2 - 2, 4, 4))
        area = self.name_rect()
        suffix = shown_unit(row.declaration.unit) if self.unit_beside_name() else ""
        metrics = self.fontMetrics()
        room = area.width() - (metrics.horizontalAdvance(suffix) + 5 if suffix else 0)
        text = metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, room)
        painter.setPen(QColor(tokens.text if row.set_here or row.special else tokens.dim))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        if suffix:
            area.setLeft(area.left() + metrics.horizontalAdvance(text) + 5)
            painter.setPen(QColor(tokens.dim))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, suffix)
        if self.reason:
            painter.setFont(small_font(self))
            painter.setPen(QColor(tokens.error))
            painter.drawText(self.reason_rect(), _WRAPPED, self.reason)
        painter.end()

    def unit_beside_name(self) -> bool:
        """The fields have no room for the unit."""
        return False

    def reason_left(self) -> int:
        return name_width(self.width())

    # help and menu

    def help_text(self) -> str:
        """Return the tooltip of the name: help, default, limits, path."""
        row = self.row
        if row is None:
            return ""
        lines = [row.declaration.help]
        if row.special in ("", "count"):
            default = value_in_words(row.declaration.default, row.declaration)
            if default:
                lines.append(f"Default: {default}")
            limits = described_limits(row.declaration)
            if limits:
                lines.append(f"Allowed: {limits}")
            lines.append(f"Path: {row.paths[0]}")
        if row.reason:
            lines.append(f"Refused: {row.reason}")
        return "\n".join(lines)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            told = self.reason if self.reason and event.y() >= self.content_height() - 3 else self.help_text()
            QToolTip.showText(event.globalPos(), told, self)
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(self, event.globalPos())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Menu:
            self.menu_wanted.emit(self, self.mapToGlobal(QPoint(MARGIN, HEIGHT)))
            event.accept()
            return
        super().keyPressEvent(event)

    def _on_die(self) -> None:
        row = self.row
        if row is None:
            return
        self.die.setChecked(row.state == "varied" and not row.locked)
        if row.locked:
            self.editing.set_locked(row, False)
        else:
            self.editing.toggle_varied(row)


def small_font(widget: QWidget) -> QFont:
    """Return the font of what stands beneath a value."""
    font = QFont(widget.font())
    size = font.pixelSize() if font.pixelSize() > 0 else 13
    font.setPixelSize(max(9, size - 2))
    return font
