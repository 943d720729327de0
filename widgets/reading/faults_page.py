"""What is wrong with a foreign dataset: by kind, how often, and where."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from myriorama.app.reading.foreign import ForeignDataset
from myriorama.app.reading.neutral import Fault
from myriorama.widgets.binding import bind
from myriorama.widgets.export.parts import plain, push_button
from myriorama.widgets.theme import icon, theme

_OPEN_UP_TO: Final = 60
"""So many faults are shown opened; of more, their kinds alone at first."""


class FaultsPage(QWidget):
    """The faults of one dataset."""

    def __init__(self, dataset: ForeignDataset, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset = dataset
        self.words = plain("", "dim", wraps=True)
        self.copy = push_button("Copy list")
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("Faults of the dataset")
        self.tree.setHeaderLabels(["What is wrong, and where", "As it is written"])
        self.tree.setUniformRowHeights(True)
        self.tree.setAlternatingRowColors(True)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.tree.setRootIsDecorated(True)
        head = self.tree.header()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Interactive)
        head.resizeSection(1, 360)
        tokens = theme()
        row = QHBoxLayout()
        row.setContentsMargins(tokens.gap, tokens.gap, tokens.gap, tokens.tight)
        row.addWidget(self.words, 1)
        row.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.tree, 1)
        self.copy.clicked.connect(self._on_copy)
        bind(self, dataset.faults_changed, self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """List what is known now."""
        data = self._dataset
        rows: dict[str, list[Fault]] = defaultdict(list)
        for fault in data.faults:
            rows[fault.message].append(fault)
        total = data.kinds.total()
        self.tree.clear()
        for message, count in sorted(data.kinds.items(), key=lambda kind: (-kind[1], kind[0])):
            kind = QTreeWidgetItem([f"{count:,} ×  {message}", ""])
            kind.setIcon(0, icon("alert-outline", theme().warning))
            kind.setToolTip(0, message)
            for fault in rows[message]:
                place = QTreeWidgetItem([fault.place, fault.value])
                place.setToolTip(0, fault.place)
                place.setToolTip(1, fault.value)
                kind.addChild(place)
            if count > len(rows[message]):
                kind.addChild(QTreeWidgetItem([f"and {count - len(rows[message]):,} more of this kind", ""]))
            self.tree.addTopLevelItem(kind)
            kind.setExpanded(total <= _OPEN_UP_TO)
        if total:
            kinds = len(data.kinds)
            self.words.setText(f"{told_count(total, 'fault')} of {told_count(kinds, 'kind')}. The rest was read.")
        else:
            self.words.setText("Nothing wrong was found. A picture is decoded when it is shown, and checked then.")
        self.copy.setEnabled(bool(total))

    def _on_copy(self) -> None:
        lines = [f"{f.place}: {f.message}" + (f" ({f.value})" if f.value else "") for f in self._dataset.faults]
        QGuiApplication.clipboard().setText("\n".join(lines))


def told_count(count: int, word: str) -> str:
    """Return ``1 fault``, ``2,000 faults``."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
