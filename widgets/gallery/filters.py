"""The conditions in force as chips that can be taken away, and the plate on which one is added."""

from __future__ import annotations

import math
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from superqt import QDoubleRangeSlider, QFlowLayout, QSearchableComboBox

from myriorama.app.browsing.browse import Browse, Condition
from myriorama.app.browsing.columns import Column
from myriorama.app.browsing.demand import FactsDemand
from myriorama.app.browsing.table import FactsTable
from myriorama.widgets.binding import bind
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, padded, theme

MOST_WORDS: Final = 200
"""So many different words can be chosen from."""
_TOLD_WORDS: Final = 3


def condition_text(condition: Condition, column: Column | None) -> str:
    """Return a condition in words: ``Distance (m): 0.5 to 1.2``."""
    name = column.heading if column is not None else condition.column
    if condition.words:
        words = sorted(condition.words)
        told = ", ".join(words[:_TOLD_WORDS]) + (f" and {len(words) - _TOLD_WORDS} more" if len(words) > 3 else "")
        return f"{name}: {told}"
    low, high = condition.low, condition.high
    if low is not None and high is not None:
        return f"{name}: {low:.4g}" if low == high else f"{name}: {low:.4g} to {high:.4g}"
    if low is not None:
        return f"{name}: {low:.4g} or more"
    return f"{name}: {high:.4g} or less" if high is not None else name


class FilterChips(QWidget):
    """One chip for each condition; hidden where there is none."""

    def __init__(self, browse: Browse, table: FactsTable, parent: QWidget) -> None:
        super().__init__(parent)
        self._browse = browse
        self._table = table
        self._row = QFlowLayout(self)
        self._row.setContentsMargins(theme().gap, 0, theme().gap, theme().tight)
        self._row.setSpacing(theme().tight)
        self.chips: list[QToolButton] = []
        bind(self, browse.changed, self._show)
        self._show()

    def _show(self, *_told: object) -> None:
        for chip in self.chips:
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = []
        conditions = self._browse.value.conditions
        for condition in conditions:
            text = condition_text(condition, self._table.column(condition.column))
            self._add(text, "Take this filter away", partial(self._browse.drop, condition.column))
        if len(conditions) > 1:
            self._add("Clear all", "Take all filters away", self._browse.clear)
        self.setVisible(bool(conditions))

    def _add(self, text: str, tip: str, call: object) -> None:
        chip = QToolButton(self)
        chip.setText(text)
        chip.setIcon(icon("close"))
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross stands behind the words
        chip.setCheckable(True)  # a chip is on, as it looks; pressing it takes it away
        chip.setChecked(True)
        chip.setToolTip(plain_tip(tip))
        chip.setAccessibleName(f"{tip}: {text}")
        chip.clicked.connect(call)
        self._row.addWidget(chip)
        chip.show()
        self.chips.append(chip)


class AddFilter(QFrame):
    """A plate that pops up: choose a column, then a range or words."""

    def __init__(self, browse: Browse, table: FactsTable, demand: FactsDemand, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._browse = browse
        self._table = table
        self._demand = demand
        self._columns: dict[str, Column] = {}
        self._gather = QTimer(self, singleShot=True, interval=500, timeout=self._offer)
        bind(self, table.changed, self._on_facts)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName("Add filter")
        self.setMinimumWidth(320)
        column = QVBoxLayout(self)
        self.column = QSearchableComboBox(self)
        self.column.setAccessibleName("What to filter by")
        self.column.currentIndexChanged.connect(self._on_column)
        column.addWidget(self.column)
        self._kinds = QStackedWidget(self)
        column.addWidget(self._kinds)
        self._kinds.addWidget(self._make_range())
        self.words = QListWidget(self)
        self.words.setAccessibleName("Words to show")
        self.words.itemChanged.connect(self._tell)
        self._kinds.addWidget(self.words)
        self._none = QLabel("Nothing is known of the samples yet: their facts come in while they are rendered.", self)
        self._none.setWordWrap(True)
        self._none.setTextFormat(Qt.TextFormat.PlainText)
        self._kinds.addWidget(self._none)
        foot = QHBoxLayout()
        self._found = QLabel(self)
        self._found.setProperty("role", "dim")
        foot.addWidget(self._found, 1)
        self.add = QPushButton("Add filter", self)
        self.add.setDefault(True)
        self.add.clicked.connect(self._on_add)
        foot.addWidget(self.add)
        column.addLayout(foot)

    def open_at(self, at: QPoint) -> None:
        """Show the plate there, with the columns that are known now."""
        self._demand.hold("filter")
        self._offer()
        self._on_column()
        self.adjustSize()
        self.move(at)
        self.show()
        self.column.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._demand.release("filter")

    def _on_facts(self, *_told: object) -> None:
        if self.isVisible() and not self._gather.isActive():
            self._gather.start()

    def _offer(self) -> None:
        """List the columns that are known now; the chosen one stays."""
        chosen = self.column.itemText(self.column.currentIndex())
        self._columns = {c.heading: c for c in self._table.columns()}
        with QSignalBlocker(self.column):
            self.column.clear()
            self.column.addItems(list(self._columns))
            place = self.column.findText(chosen) if chosen else -1
            self.column.setCurrentIndex(max(0, place))
        if self._kinds.currentWidget() is self._none:
            self._on_column()

    def condition(self) -> Condition | None:
        """Return what is asked for; None where that is nothing yet."""
        column = self._columns.get(self.column.itemText(self.column.currentIndex()))  # not what is being typed
        if column is None or self._kinds.currentWidget() is self._none:
            return None
        if column.kind == "word":
            rows = (self.words.item(i) for i in range(self.words.count()))
            words = frozenset(item.text() for item in rows if item.checkState() == Qt.CheckState.Checked)
            return Condition(column.name, words=words) if words else None
        return Condition(column.name, self.low.value(), self.high.value())

    def _make_range(self) -> QWidget:
        page = QWidget(self)
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)
        self.slider = QDoubleRangeSlider(Qt.Orientation.Horizontal, page)
        self.slider.setAccessibleName("Range")
        self.slider.valueChanged.connect(self._on_slider)
        form.addRow(self.slider)
        self.low, self.high = padded(QDoubleSpinBox(page)), padded(QDoubleSpinBox(page))
        for words, field in (("From", self.low), ("To", self.high)):
            field.setKeyboardTracking(False)
            field.setAccessibleName(words)
            field.valueChanged.connect(self._on_field)
            form.addRow(words, field)
        return page

    def _on_column(self, *_told: object) -> None:
        column = self._columns.get(self.column.itemText(self.column.currentIndex()))  # not what is being typed
        if column is None:
            self._kinds.setCurrentWidget(self._none)
            self._tell()
            return
        _, values = self._table.values(column.name)
        if not len(values):
            self._kinds.setCurrentWidget(self._none)
        elif column.kind == "word":
            with QSignalBlocker(self.words):
                self.words.clear()
                for word in sorted(set(values.tolist()))[:MOST_WORDS]:
                    item = QListWidgetItem(word)
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                    item.setCheckState(Qt.CheckState.Unchecked)
                    self.words.addItem(item)
            self._kinds.setCurrentWidget(self.words)
        else:
            self._set_range(float(np.min(values)), float(np.max(values)))
            self._kinds.setCurrentIndex(0)
        self._tell()

    def _set_range(self, low: float, high: float) -> None:
        """Span what occurs; ends are rounded outwards, so that nothing that occurs is left out."""
        span = high - low
        digits = 0 if span == 0 and low.is_integer() else max(0, 2 - math.floor(math.log10(span or abs(low) or 1.0)))
        step = 10.0**-digits
        ends = (math.floor(low / step) * step, math.ceil(high / step) * step)
        for field in (self.low, self.high):
            with QSignalBlocker(field):
                field.setDecimals(digits)
                field.setRange(*ends)
                field.setSingleStep(max(step, round(span / 50, digits)))
        with QSignalBlocker(self.low), QSignalBlocker(self.high), QSignalBlocker(self.slider):
            self.low.setValue(ends[0])
            self.high.setValue(ends[1])
            self.slider.setRange(ends[0], max(ends[1], ends[0] + step))
            self.slider.setValue(ends)

    def _on_slider(self, ends: tuple[float, float]) -> None:
        with QSignalBlocker(self.low), QSignalBlocker(self.high):
            self.low.setValue(ends[0])
            self.high.setValue(ends[1])
        self._tell()

    def _on_field(self, *_told: object) -> None:
        if self.low.value() <= self.high.value():
            with QSignalBlocker(self.slider):
                self.slider.setValue((self.low.value(), self.high.value()))
        self._tell()

    def _tell(self, *_told: object) -> None:
        condition = self.condition()
        reversed_range = condition is not None and not condition.words and (condition.low or 0) > (condition.high or 0)
        self.add.setEnabled(condition is not None and not reversed_range)
        if reversed_range:
            self._found.setText("the lower end comes first")
            return
        self._found.setText("")

    def _on_add(self) -> None:
        condition = self.condition()
        if condition is not None:
            self._browse.demand(condition)
        self.close()
