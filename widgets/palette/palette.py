"""The palette itself: a line to type in and what fits it. Enter runs the chosen line; Escape forgets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from myriorama.app.actions.fuzzy import score
from myriorama.widgets.palette.choices import Choice, all_choices, sample_choice
from myriorama.widgets.theme import icon, theme

if TYPE_CHECKING:
    from myriorama.widgets.main_window.window import MainWindow

_Index = QModelIndex | QPersistentModelIndex
_CHOICE: Final = Qt.ItemDataRole.UserRole
_SHOWN: Final = 60
_SIZE: Final = QSize(620, 420)
_MOVES: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Palette(QDialog):
    """Made anew each time, so it shows what can be done now."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("palette")
        self.setWindowTitle("Command palette")
        self._window = window
        self._choices = all_choices(window.table, window.studio, window.flow.open)
        self.line = QLineEdit()
        self.line.setPlaceholderText("Type a command, an object, a sample number, a file…")
        self.line.setAccessibleName("Find a command")
        self.line.setStyleSheet("padding: 8px 10px; font-size: 15px;")
        self.list = QListWidget()
        self.list.setAccessibleName("What fits")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_Line(self.list))
        self.list.setUniformItemSizes(True)
        self.list.itemClicked.connect(self._on_clicked)
        self.line.textChanged.connect(self._fill)
        self.line.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(8)
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        self.setStyleSheet(f"#palette {{ background: {theme().raised}; border: 1px solid {theme().border}; }}")
        self.resize(_SIZE.boundedTo(window.size() * 0.9))
        self.move(window.mapToGlobal(QPoint((window.width() - self.width()) // 2, max(20, window.height() // 9))))
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the keys that move through the list do so while the line has the keyboard."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _MOVES:
                self._move({_MOVES[0]: -1, _MOVES[1]: 1, _MOVES[2]: -9, _MOVES[3]: 9}[Qt.Key(event.key())])
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _move(self, by: int) -> None:
        count = self.list.count()
        if count:
            at = self.list.currentRow() + by
            self.list.setCurrentRow(at % count if abs(by) == 1 else min(count - 1, max(0, at)))

    def _fill(self) -> None:
        typed = self.line.text()
        ranked = [(score(typed, f"{c.title} {c.kind}"), -n, c) for n, c in enumerate(self._choices)]
        found = [c for points, _, c in sorted(ranked, key=_points, reverse=True) if points > 0]
        sample = sample_choice(typed, self._window.studio)
        self.list.clear()
        for choice in ([sample] if sample else []) + found[:_SHOWN]:
            item = QListWidgetItem(choice.title)
            item.setData(_CHOICE, choice)
            item.setToolTip(choice.reason or choice.help)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, choice.reason or choice.help)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self._run(item)

    def _run(self, item: QListWidgetItem | None) -> None:
        choice = item.data(_CHOICE) if item is not None else None
        if not isinstance(choice, Choice):
            return
        if choice.reason:
            self._window.tell(f"{choice.title}: {choice.reason}")
            return
        self.accept()
        choice.run()


class _Line(QStyledItemDelegate):
    """Title at the left, what it is and its key at the right; dim where it cannot be done."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, 32)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        choice: Choice = index.data(_CHOICE)
        tokens = theme()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.selection))
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), tokens.radius, tokens.radius)
        text = tokens.disabled if choice.reason else tokens.text
        if choice.icon:
            mode = QIcon.Mode.Disabled if choice.reason else QIcon.Mode.Normal
            icon(choice.icon).paint(painter, QRect(area.left() + 10, area.top() + 8, 16, 16), mode=mode)
        right = self._paint_right(painter, area, choice)
        middle = QRect(area.left() + 36, area.top(), right - area.left() - 46, area.height())
        painter.setPen(QColor(text))
        title = choice.title if not choice.reason else f"{choice.title}  ({choice.reason})"
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, middle.width())
        painter.drawText(middle, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def _paint_right(self, painter: QPainter, area: QRect, choice: Choice) -> int:
        tokens = theme()
        right = area.right() - 10
        small = QFont(painter.font())
        small.setPixelSize(11)
        painter.setFont(small)
        metrics = painter.fontMetrics()
        if choice.keys:
            keys = QKeySequence.fromString(choice.keys).toString(QKeySequence.SequenceFormat.NativeText)
            width = metrics.horizontalAdvance(keys) + 12
            box = QRect(right - width, area.top() + 7, width, 18)
            painter.setPen(QColor(tokens.border))
            painter.setBrush(QColor(tokens.field))
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(QColor(tokens.dim))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, keys)
            right -= width + 10
        width = metrics.horizontalAdvance(choice.kind)
        painter.setPen(QColor(tokens.dim))
        painter.drawText(
            QRect(right - width, area.top(), width, area.height()), Qt.AlignmentFlag.AlignVCenter, choice.kind
        )
        normal = QFont(painter.font())
        normal.setPixelSize(13)
        painter.setFont(normal)
        return right - width


def _points(ranked: tuple[float, int, Choice]) -> tuple[float, int]:
    return ranked[0], ranked[1]
