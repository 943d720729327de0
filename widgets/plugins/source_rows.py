"""Plugin sources as rows of a list: their data, which of them a search keeps, and how one is drawn.

It decides no status; it gives each a word, a colour and a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from myriorama.app.extensions.counting import ORIGINS, held_in, kinds_in_words
from myriorama.app.extensions.rows import PluginRow
from myriorama.app.printable import printable
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import Theme, theme

ROW: Final = int(Qt.ItemDataRole.UserRole)
_HEIGHT: Final = 50
Index = QModelIndex | QPersistentModelIndex

WORDS: Final = {
    "enabled": "on",
    "disabled": "off",
    "new": "new",
    "changed": "changed",
    "broken": "broken",
    "missing": "missing",
    "development": "working on",
}
SENTENCES: Final = {
    "enabled": "Enabled: it runs in worker processes when a project uses it.",
    "disabled": "Off: nothing of it runs.",
    "new": "New: nothing of it has run. Look at it before you enable it.",
    "changed": "Its files are not those that you enabled, so it is off. Look at what changed.",
    "broken": "It cannot be used as it is.",
    "missing": "Its files are gone. Projects keep all values that they hold for it.",
    "development": "You are working on it: it is loaded again each time you save, until the program ends.",
}


def color_of(status: str, tokens: Theme) -> str:
    """Return the colour of a status."""
    return {
        "enabled": tokens.good,
        "development": tokens.accent,
        "new": tokens.accent,
        "changed": tokens.warning,
        "broken": tokens.error,
        "missing": tokens.error,
    }.get(status, tokens.dim)


def second_line(row: PluginRow) -> str:
    """Return what stands under the name: from where, and what is in it."""
    return " · ".join(part for part in (kinds_in_words(held_in(row).plugins), ORIGINS[row.source.origin]) if part)


def problem_of(row: PluginRow) -> str:
    """Return what is wrong with a source, without its own path in front."""
    text = row.problem.removeprefix(f"{row.source.root}: ")
    return printable(text[:1].upper() + text[1:], 1000)


def found_by(row: PluginRow, words: Sequence[str]) -> bool:
    """Tell whether a row holds every word: in its names, its plugins' names, its status or where it is from."""
    names = " ".join(f"{e.name} {e.label} {e.kind}" for e in held_in(row).plugins)
    text = f"{row.source.id} {row.source.version} {row.source.publisher} {WORDS[row.status]} {row.status} "
    text = (text + f"{second_line(row)} {names}").lower()
    return all(word in text for word in words)


class SourceModel(QAbstractListModel):
    """The rows that a search keeps."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._all: tuple[PluginRow, ...] = ()
        self._words: tuple[str, ...] = ()
        self.rows: tuple[PluginRow, ...] = ()

    def show(self, rows: tuple[PluginRow, ...]) -> None:
        """Show other rows; where they are the same sources, the selection stays."""
        self._all = rows
        self._keep()

    def search(self, text: str) -> None:
        """Keep the rows that hold every word."""
        self._words = tuple(text.lower().split())
        self._keep()

    def index_of(self, key: str) -> QModelIndex:
        """Return where a source stands; an invalid index where it is not shown."""
        return next((self.index(i) for i, row in enumerate(self.rows) if row.key == key), QModelIndex())

    def _keep(self) -> None:
        kept = tuple(row for row in self._all if found_by(row, self._words))
        if [r.source.key for r in kept] == [r.source.key for r in self.rows]:
            self.rows = kept
            if kept:
                self.dataChanged.emit(self.index(0), self.index(len(kept) - 1))
            return
        self.beginResetModel()
        self.rows = kept
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own default)
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        name = printable(f"{row.source.id} {row.source.version}".strip(), 200)
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [name, second_line(row), printable(row.source.root), printable(row.problem)]
            return plain_tip("\n".join(line for line in lines if line))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{name}, {WORDS[row.status]}, {second_line(row)}"
        return row if role == ROW else None


class SourceDelegate(QStyledItemDelegate):
    """Draws a source: name and version, what is in it, and its status at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme()
        row: PluginRow = index.data(ROW)
        area: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(tokens.selection))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(tokens.hover))
        right = self._paint_chip(painter, area, row.status)
        left = area.left() + 10
        name_area = QRect(left, area.top() + 6, right - left - 8, 19)
        told_area = QRect(left, area.top() + 26, area.right() - left - 8, 18)
        bold = QFont(painter.font())
        bold.setWeight(QFont.Weight.DemiBold)
        name, version = printable(row.source.id, 120), printable(row.source.version, 40)
        shown = QFontMetrics(bold).elidedText(name, Qt.TextElideMode.ElideMiddle, name_area.width())
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        off = row.status in ("disabled", "missing")
        painter.setPen(QColor(tokens.dim if off else tokens.text))
        plain_font = QFont(painter.font())
        painter.setFont(bold)
        painter.drawText(name_area, middle, shown)
        taken = QFontMetrics(bold).horizontalAdvance(shown) + 7
        painter.setFont(plain_font)
        painter.setPen(QColor(tokens.dim))
        if name_area.width() - taken > 20:
            rest = name_area.adjusted(taken, 0, 0, 0)
            painter.drawText(rest, middle, painter.fontMetrics().elidedText(version, _END, rest.width()))
        told = problem_of(row) if row.status == "broken" and row.problem else second_line(row)
        painter.setPen(QColor(tokens.error if row.status == "broken" else tokens.dim))
        painter.drawText(told_area, middle, painter.fontMetrics().elidedText(told, _END, told_area.width()))
        painter.restore()

    def _paint_chip(self, painter: QPainter, area: QRect, status: str) -> int:
        """Draw the status at the right and return where it begins."""
        color, words = QColor(color_of(status, theme())), WORDS[status]
        small = QFont(painter.font())
        small.setPixelSize(11)
        metrics = QFontMetrics(small)
        chip = QRectF(0, area.top() + 7, metrics.horizontalAdvance(words) + 14, 17)
        chip.moveRight(area.right() - 8)
        ground = QColor(color)
        ground.setAlphaF(0.16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(chip, 8.5, 8.5)
        before = QFont(painter.font())
        painter.setFont(small)
        painter.setPen(color)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, words)
        painter.setFont(before)
        return int(chip.left())


_END: Final = Qt.TextElideMode.ElideRight
