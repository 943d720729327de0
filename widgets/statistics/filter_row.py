"""What samples are filtered by, in words: one button for each condition, to take it away.

It holds no condition: those are `app.browsing`'s, and shared with the gallery.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from myriorama.app.browsing.browse import Browse, Condition
from myriorama.app.browsing.table import FactsTable
from myriorama.widgets.theme import icon, theme


class FilterRow(QWidget):
    """Hidden while all samples are shown."""

    def __init__(self, browse: Browse, table: FactsTable) -> None:
        super().__init__()
        self._browse = browse
        self._table = table
        self.clear = QToolButton()
        self.clear.setIcon(icon("filter-off-outline"))
        self.clear.setText("Clear filter")
        self.clear.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.clear.setToolTip("Show all samples again")
        self.clear.clicked.connect(browse.clear)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme().gap, 0, theme().gap, 6)
        self._row.setSpacing(theme().tight)

    def refresh(self) -> None:
        """Show the conditions as they are now."""
        while self._row.count():
            item = self._row.takeAt(0)
            widget = item.widget()
            if widget is not None and widget is not self.clear:
                widget.deleteLater()
        conditions = self._browse.value.conditions
        for condition in conditions:
            button = QToolButton()
            button.setText(self._in_words(condition))
            button.setIcon(icon("close"))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setToolTip("Take this condition away")
            button.clicked.connect(partial(self._browse.drop, condition.column))
            self._row.addWidget(button)
        self._row.addWidget(self.clear)
        self._row.addStretch(1)
        self.clear.setVisible(len(conditions) > 1)
        self.setVisible(bool(conditions))

    def _in_words(self, condition: Condition) -> str:
        column = self._table.column(condition.column)
        title = column.title if column is not None else condition.column
        unit = f" {column.unit}" if column is not None and column.unit else ""
        if condition.words:
            return f"{title}: {', '.join(sorted(condition.words))}"
        low = "" if condition.low is None else f"{condition.low:.4g}"
        high = "" if condition.high is None else f"{condition.high:.4g}"
        if low == high:
            return f"{title} = {low}{unit}"
        if not low or not high:
            return f"{title} {'≤' if high else '≥'} {high or low}{unit}"
        return f"{title} {low} to {high}{unit}"
