"""Paints the outliner's rows and says where in them each thing stands; renames in place.

It changes nothing, and what a click on a mark means is the tree's affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from myriorama.app.document.outline import Badge, Row, Section
from myriorama.widgets.outliner.marks import GROUP_MARKS, MARKS
from myriorama.widgets.outliner.model import THING_ROLE
from myriorama.widgets.theme import Theme, icon, theme

ICON_PX: Final = 16
_MARK_PX: Final = 20
_GAP_PX: Final = 6
_DOT_PX: Final = 9
_NAME_PX: Final = 48
_WORD_PX: Final = 40
"""The least room for a name beside the number of objects, and for the type behind it; with less that is left out."""
_DOTS: Final = 10
"""Dots of classes in the row of labels; of more, how many there are is said in words."""

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Parts:
    """Where in a row each thing is; marks are null where the row has none."""

    icon: QRect
    text: QRect
    mark: QRect
    badge: QRect
    dot: QRect


class RowDelegate(QStyledItemDelegate):
    """Rows and headings."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icons: dict[tuple[str, str], QIcon] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, max(theme().row, option.fontMetrics.height() + 8))

    def parts(self, rect: QRect, thing: Section | Row, metrics: QFontMetrics) -> Parts:
        """Return where the things of a row stand in its rectangle."""
        middle = rect.center().y()

        def square(x: int, size: int) -> QRect:
            return QRect(x, middle - size // 2, size, size)

        right = rect.right() - 4
        mark = badge = dot = QRect()
        if isinstance(thing, Row) or not thing.uid:
            mark = square(right - _MARK_PX + 1, _MARK_PX)
        right -= _MARK_PX + _GAP_PX
        if thing.badge is not None:
            badge = square(right - ICON_PX, ICON_PX)
            right -= ICON_PX + _GAP_PX
        if isinstance(thing, Row) and (thing.color or thing.count):  # so that counts stand below each other
            dot = square(right - _DOT_PX, _DOT_PX)
            right -= _DOT_PX + _GAP_PX
        at = square(rect.left() + 2, ICON_PX)
        left = at.right() + _GAP_PX + 1
        return Parts(at, QRect(left, rect.top(), max(0, right - left), rect.height()), mark, badge, dot)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        thing = index.data(THING_ROLE)
        if thing is None:
            return
        widget = option.widget
        option.text = ""
        style = widget.style() if widget is not None else None
        if style is not None:
            style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme()
        parts = self.parts(option.rect, thing, option.fontMetrics)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if isinstance(thing, Row):
            self._paint_row(painter, option, thing, parts, tokens, hovered)
        else:
            self._paint_section(painter, option, thing, parts, tokens, hovered)
        if thing.badge is not None:
            self._paint_badge(painter, thing.badge, parts.badge, tokens)
        painter.restore()

    def _paint_row(
        self, painter: QPainter, option: QStyleOptionViewItem, row: Row, parts: Parts, tokens: Theme, hovered: bool
    ) -> None:
        color = tokens.text if row.enabled else tokens.dim
        name = "puzzle-remove-outline" if row.missing else GROUP_MARKS.get(row.group) or MARKS[row.kind]
        tint = tokens.error if row.missing else tokens.dim
        self._icon(name, tint).paint(painter, parts.icon)
        font = QFont(option.font)
        font.setStrikeOut(not row.enabled)
        rest = QRect(parts.text)
        if row.count:
            words = f"\N{MULTIPLICATION SIGN} {row.count}"
            width = QFontMetrics(option.font).horizontalAdvance(words)
            if rest.width() > width + _NAME_PX:
                at = QRect(rest.right() - width, rest.top(), width + 1, rest.height())
                self._text(painter, at, words, option.font, tokens.dim)
                rest.setRight(at.left() - 8)
        rest = self._text(painter, rest, row.title, font, color)
        if row.type_label and rest.width() >= min(
            _WORD_PX, QFontMetrics(option.font).horizontalAdvance(row.type_label)
        ):
            self._text(painter, rest, row.type_label, option.font, tokens.dim)
        if row.color:
            painter.setPen(QColor(tokens.dim))
            painter.setBrush(QColor(row.color))
            painter.drawEllipse(parts.dot)
        if hovered or not row.enabled or option.state & QStyle.StateFlag.State_Selected:
            self._icon("eye-outline" if row.enabled else "eye-off-outline", tokens.dim).paint(
                painter, parts.mark.adjusted(2, 2, -2, -2)
            )

    def _paint_section(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        section: Section,
        parts: Parts,
        tokens: Theme,
        hovered: bool,
    ) -> None:
        self._icon(MARKS[section.key], tokens.text if section.uid else tokens.dim).paint(painter, parts.icon)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        rest = self._text(painter, parts.text, section.title, font, tokens.text if section.uid else tokens.dim)
        if section.colors and rest.width() > (_DOT_PX + 3) * min(len(section.colors), _DOTS) + 40:
            painter.setPen(QColor(tokens.dim))
            x = rest.left()
            for color in section.colors[:_DOTS]:
                painter.setBrush(QColor(color))
                painter.drawEllipse(QRect(x, rest.center().y() - _DOT_PX // 2, _DOT_PX, _DOT_PX))
                x += _DOT_PX + 3
            rest.setLeft(x + 5)
        if section.note and rest.width() > 20:
            self._text(painter, rest, section.note, option.font, tokens.dim)
        if not section.uid:
            shown = tokens.text if hovered else tokens.dim
            self._icon("plus", shown).paint(painter, parts.mark.adjusted(2, 2, -2, -2))

    def _text(self, painter: QPainter, rect: QRect, text: str, font: QFont, color: str) -> QRect:
        """Draw a text, cut with dots where there is no room, and return what is left of the rectangle."""
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.setFont(font)
        painter.setPen(QColor(color))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        rest = QRect(rect)
        rest.setLeft(rect.left() + metrics.horizontalAdvance(shown) + 8)
        return rest

    def _paint_badge(self, painter: QPainter, badge: Badge, rect: QRect, tokens: Theme) -> None:
        color = {"error": tokens.error, "warning": tokens.warning, "note": tokens.dim}[badge.severity]
        self._icon("alert", color).paint(painter, rect)

    def _icon(self, name: str, color: str) -> QIcon:
        key = (name, color)
        if key not in self._icons:
            self._icons[key] = icon(name, color)
        return self._icons[key]

    # --- renaming in place

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName("New name")
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        thing = index.data(THING_ROLE)
        rect = self.parts(option.rect, thing, option.fontMetrics).text.adjusted(-7, 0, 0, 0)
        editor.setGeometry(rect)
