"""Words with how often each was found: one bar a word, its name beside it. A click filters by it; it counts nothing."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from myriorama.widgets.theme import theme

_ROW_PX = 19
_MOST_SHOWN = 40


class WordBars(QWidget):
    """The most frequent words first; those that do not fit are counted together in the last line.

    Attributes
    ----------
    brushed : signal of (frozenset of str,)
        Click: this word; with Ctrl: this one too, or no longer. Empty: no filter.
    """

    brushed = Signal(object)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, int, int]] = []
        self._shares: Mapping[str, float] | None = None
        self._fresh_total = 0
        self._colors: Mapping[str, str] = {}
        self._held: frozenset[str] = frozenset()
        self._cursor = -1
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(220, 120)

    def show_counts(
        self,
        fresh: Mapping[str, int],
        stale: Mapping[str, int],
        shares: Mapping[str, float] | None = None,
        colors: Mapping[str, str] | None = None,
    ) -> None:
        """Show words with counts; `shares` marks what is declared, `colors` paints words in their own colour."""
        words = {*fresh, *stale, *(shares or ())}
        order = sorted(words, key=lambda w: (-(fresh.get(w, 0) + stale.get(w, 0)), w))
        self._rows = [(w, fresh.get(w, 0), stale.get(w, 0)) for w in order]
        self._fresh_total = sum(fresh.values())
        self._shares, self._colors = shares, colors or {}
        self.update()

    def show_brush(self, held: frozenset[str]) -> None:
        """Highlight these words."""
        if held != self._held:
            self._held = held
            self.update()

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.update()

    def _shown(self) -> int:
        fitting = max(1, self.height() // _ROW_PX)
        if len(self._rows) <= min(fitting, _MOST_SHOWN):
            return len(self._rows)
        return min(fitting, _MOST_SHOWN) - 1

    def _row_at(self, y: float) -> int:
        row = int(y // _ROW_PX)
        return row if 0 <= row < self._shown() else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self._toggle(row, more=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row < 0:
            QToolTip.hideText()
            return
        word, fresh, stale = self._rows[row]
        text = f"{word}: {fresh:,}" + (f" and {stale:,} from before the change" if stale else "")
        if self._shares is not None:
            text += f"\ndeclared: {100 * self._shares.get(word, 0.0):.0f} %"
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and self._rows:
            self._cursor = min(max(self._cursor + step, 0), self._shown() - 1)
            word, fresh, _ = self._rows[self._cursor]
            self.setAccessibleDescription(f"{word}: {fresh}")
            self.update()
        elif self._cursor >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space):
            self._toggle(self._cursor, more=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif event.key() == Qt.Key.Key_Escape and self._held:
            self.brushed.emit(frozenset())
        else:
            super().keyPressEvent(event)

    def _toggle(self, row: int, *, more: bool) -> None:
        word = self._rows[row][0]
        if more:
            self.brushed.emit(self._held ^ {word})
        else:
            self.brushed.emit(frozenset() if self._held == {word} else frozenset({word}))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        shown = self._shown()
        names = max((metrics.horizontalAdvance(_short(w)) for w, _, _ in self._rows[:shown]), default=0)
        left = min(names + 4, self.width() * 2 // 5)
        right = metrics.horizontalAdvance("99,999")
        room = max(10.0, self.width() - left - right - 14.0)
        top = max((f + s for _, f, s in self._rows), default=1) or 1
        for row in range(shown):
            self._paint_row(painter, row, left, room, top)
        if shown < len(self._rows):
            rest = self._rows[shown:]
            text = f"and {len(rest)} more: {sum(f + s for _, f, s in rest):,}"
            painter.setPen(QColor(tokens.dim))
            painter.drawText(QRectF(0, shown * _ROW_PX, self.width(), _ROW_PX), Qt.AlignmentFlag.AlignVCenter, text)
        if self.hasFocus() and 0 <= self._cursor < shown:
            painter.setPen(QPen(QColor(tokens.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(0.5, self._cursor * _ROW_PX + 0.5, self.width() - 1, _ROW_PX - 1), 3, 3)
        painter.end()

    def _paint_row(self, painter: QPainter, row: int, left: float, room: float, top: int) -> None:
        tokens = theme()
        word, fresh, stale = self._rows[row]
        held = not self._held or word in self._held
        y = row * _ROW_PX
        metrics = painter.fontMetrics()
        painter.setPen(QColor(tokens.text if held else tokens.dim))
        name = metrics.elidedText(_short(word), Qt.TextElideMode.ElideMiddle, int(left))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, y, left, _ROW_PX), middle | Qt.AlignmentFlag.AlignRight, name)
        color = QColor(self._colors.get(word, tokens.accent))
        color.setAlphaF(1.0 if held else 0.28)
        painter.setPen(QPen(QColor(tokens.border), 1) if word in self._colors else Qt.PenStyle.NoPen)
        painter.setBrush(color)
        x, long = left + 8.0, room * fresh / top
        painter.drawRect(QRectF(x, y + 4, long, _ROW_PX - 8))
        if stale:
            old = QColor(tokens.dim)
            old.setAlphaF(0.45)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(old)
            painter.drawRect(QRectF(x + long, y + 4, room * stale / top, _ROW_PX - 8))
        painter.setPen(QColor(tokens.dim))
        after = x + room * (fresh + stale) / top
        if self._shares is not None:
            expected = x + min(room, room * self._shares.get(word, 0.0) * self._fresh_total / top)
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.drawLine(QPointF(expected, y + 2), QPointF(expected, y + _ROW_PX - 2))
            after = max(after, expected)
            painter.setPen(QColor(tokens.dim))
        painter.drawText(QRectF(after + 6, y, self.width() - after, _ROW_PX), middle, f"{fresh + stale:,}")


def _short(word: str) -> str:
    """Return the last part of a path; anything else as it is."""
    return word.rstrip("/").rpartition("/")[2] or word
