"""Options with weights: what may be drawn, and how often each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QToolButton, QVBoxLayout, QWidget

from myriorama.app.inspection.quantities import shown_number
from myriorama.widgets.editors.color import ColorField
from myriorama.widgets.editors.number import NumberField
from myriorama.widgets.theme import icon, theme

MakeOption = Callable[[Any, QWidget], Any]
"""Makes the editor of one option: it has set_value, value, changed; sees the option's value and its parent."""


class _Share(QWidget):
    """A bar as long as an option is likely."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._share = 0.0
        self.setFixedWidth(44)

    def set_share(self, share: float) -> None:
        self._share = share
        self.setToolTip(f"{100.0 * share:.3g} % of the draws")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        area = QRectF(0, self.height() / 2 - 2, self.width(), 4)
        painter.setBrush(QColor(tokens.border))
        painter.drawRoundedRect(area, 2, 2)
        area.setWidth(area.width() * self._share)
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(area, 2, 2)
        painter.end()


class WeightsEditor(QWidget):
    """A list of options, each with its weight, growing and shrinking by buttons.

    Parameters
    ----------
    make_option : callable
    new_option : callable
        Value of the next option to add, or None where there is none left.

    Attributes
    ----------
    changing, changed : signal of (list of options, list of weights)
    """

    changing = Signal(object, object)
    changed = Signal(object, object)

    def __init__(
        self, make_option: MakeOption, new_option: Callable[[list[Any]], Any], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._make_option, self._new_option = make_option, new_option
        self._options: list[Any] = []
        self._weights: list[float] = []
        self._rows: list[tuple[Any, NumberField, _Share, QToolButton]] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme().tight)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        outer.addLayout(self._grid)
        self.add_button = QToolButton(self)
        self.add_button.setText("Add")
        self.add_button.setIcon(icon("plus"))
        self.add_button.setIconSize(QSize(14, 14))
        self.add_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add_button.setAutoRaise(True)
        self.add_button.setAccessibleName("Add an option")
        self.add_button.clicked.connect(self._on_add)
        outer.addWidget(self.add_button)

    @property
    def options(self) -> list[Any]:
        return list(self._options)

    def editors(self) -> list[Any]:
        """Return the editors of the options, in their order."""
        return [row[0] for row in self._rows]

    @property
    def can_add(self) -> bool:
        """There is another option to add."""
        return self._new_option(self._options) is not None

    @property
    def weights(self) -> list[float]:
        return list(self._weights)

    def set_value(self, options: Sequence[Any], weights: Sequence[float]) -> None:
        """Show options and their weights; no weights: all alike."""
        self._options = list(options)
        self._weights = list(weights) if weights else [1.0] * len(options)
        while len(self._rows) > len(self._options):
            self._drop_row()
        while len(self._rows) < len(self._options):
            self._add_row()
        for (editor, weight, _, remove), option, number in zip(self._rows, self._options, self._weights, strict=True):
            editor.set_value(option)
            weight.set_value(number)
            remove.setEnabled(len(self._options) > 1)
        self._show_shares()
        self.add_button.setVisible(self.can_add)

    def _add_row(self) -> None:
        place = len(self._rows)
        editor = self._make_option(self._options[place], self)
        weight = NumberField(1.0, minimum=0.0, parent=self)
        weight.setFixedWidth(48)
        weight.setAccessibleName(f"Weight of option {place + 1}")
        weight.setToolTip("Weight: twice as much is drawn twice as often")
        share = _Share(self)
        remove = QToolButton(self)
        remove.setIcon(icon("close"))
        remove.setIconSize(QSize(12, 12))
        remove.setAutoRaise(True)
        remove.setToolTip("Take this option away")
        remove.setAccessibleName(f"Take option {place + 1} away")
        editor.changed.connect(lambda value: self._on_option(place, value))
        weight.changing.connect(lambda value: self._on_weight(place, value, done=False))
        weight.changed.connect(lambda value: self._on_weight(place, value, done=True))
        weight.set_judge(lambda value: self._reason_against_weight(place, value))
        remove.clicked.connect(lambda: self._on_remove(place))
        for column, widget in enumerate((editor, weight, share, remove)):
            self._grid.addWidget(widget, place, column)
        self._rows.append((editor, weight, share, remove))

    def _drop_row(self) -> None:
        for widget in self._rows.pop():
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def _show_shares(self) -> None:
        total = sum(self._weights) or 1.0
        for (_, weight, share, _), number in zip(self._rows, self._weights, strict=True):
            share.set_share(number / total)
            weight.setToolTip(f"Weight {shown_number(number)}: {100.0 * number / total:.3g} % of the draws")

    def _reason_against_weight(self, place: int, value: float) -> str:
        rest = sum(w for i, w in enumerate(self._weights) if i != place)
        return "" if rest + value > 0.0 else "at least one weight must be above 0"

    def _on_option(self, place: int, value: Any) -> None:
        self._options[place] = value
        self._tell()

    def _on_weight(self, place: int, value: float, *, done: bool) -> None:
        self._weights[place] = value
        self._show_shares()
        if done:
            self._tell()
        else:
            self.changing.emit(self.options, self.weights)

    def _on_remove(self, place: int) -> None:
        options = self._options[:place] + self._options[place + 1 :]
        self.set_value(options, self._weights[:place] + self._weights[place + 1 :])
        self._tell()

    def _on_add(self) -> None:
        added = self._new_option(self._options)
        if added is not None:
            self.set_value([*self._options, added], [*self._weights, 1.0])
            self._tell()

    def _tell(self) -> None:
        self.changed.emit(self.options, self.weights)


class PaletteEditor(WeightsEditor):
    """Colours with weights."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(lambda value, owner: ColorField(value, owner), lambda options: "#808080", parent)
