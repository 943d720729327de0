"""What is known of one plugin source: its status in words, what is in it, and what can be done with it.

It does nothing by itself; each button tells what is wanted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.extensions.counting import held_in
from myriorama.app.extensions.rows import PluginRow
from myriorama.app.object_studio.thumbnails import thumbnail_file
from myriorama.app.printable import printable
from myriorama.scenes.registry import PluginKind
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.forms.rows import Reason, plain_label, plain_row, tool_button
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.plugins.source_rows import SENTENCES, color_of, problem_of
from myriorama.widgets.theme import icon, theme

KIND_ICONS: Final = {
    "generator": "cube-outline",
    "placement": "dots-grid",
    "environment": "weather-partly-cloudy",
    "effect": "auto-fix",
    "annotator": "tag-outline",
    "writer": "file-export-outline",
}


class SourceDetail(QWidget):
    """Shows one row.

    Signals
    -------
    enable_wanted, disable_wanted, develop_wanted, show_wanted : ()
    page_wanted : (str,)
        The page of a generator, by its name.

    Attributes
    ----------
    pictures : Path or None
        Where thumbnails of third-party generators are kept.
    """

    enable_wanted = Signal()
    disable_wanted = Signal()
    develop_wanted = Signal()
    show_wanted = Signal()
    page_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: PluginRow | None = None
        self.pictures: Path | None = None
        tokens = theme()
        self.status = plain_label("", wraps=True)
        self.status.setAccessibleName("Status")
        self.problem = Reason()
        self.about = plain_label("", "dim", wraps=True)
        self.place = ElidedLabel("", name="Where it lies")
        self.list = QTreeWidget()
        self.list.setAccessibleName("Plugins in it")
        self.list.setHeaderLabels(["Plugin", "Parameters"])
        self.list.setRootIsDecorated(False)
        self.list.setIconSize(QSize(24, 24))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setMinimumHeight(74)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemActivated.connect(self._on_activated)
        self.enable_button = QPushButton("Enable…")
        self.enable_button.setToolTip("See what it is, and decide whether it may run")
        self.disable_button = QPushButton("Disable")
        self.disable_button.setToolTip("Nothing of it runs any more; projects keep their values")
        self.show_button = tool_button("folder-open-outline", "Show its files")
        self.develop_button = tool_button("code-braces", "Work on it: load it again each time it is saved")
        self.enable_button.clicked.connect(self.enable_wanted)
        self.disable_button.clicked.connect(self.disable_wanted)
        self.show_button.clicked.connect(self.show_wanted)
        self.develop_button.clicked.connect(self.develop_wanted)
        buttons = plain_row(self.enable_button, self.disable_button, None, self.develop_button, self.show_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, tokens.gap, 0, 0)
        layout.setSpacing(tokens.tight)
        for part in (self.status, self.problem, self.about, self.place):
            layout.addWidget(part)
        layout.addWidget(self.list, 100)
        layout.addStretch(1)
        layout.addWidget(buttons)

    def set_beside(self, beside: bool) -> None:
        """Stand beside the list, or under it."""
        gap = theme().gap
        self.setMinimumWidth(220 if beside else 0)
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(gap if beside else 0, 0 if beside else gap, 0, 0)

    def show_row(self, row: PluginRow) -> None:
        """Show a row."""
        self._row = row
        self.status.setText(SENTENCES[row.status])
        tokens = theme()
        loud = row.status in ("changed", "broken", "missing")
        self.status.setStyleSheet(f"color: {color_of(row.status, tokens)};" if loud else "")
        self.problem.show_reason(problem_of(row))
        held = held_in(row)
        self.about.setText(held.description)
        self.about.setVisible(bool(held.description))
        self.place.set_text(printable(row.source.root))
        self.list.clear()
        for plugin in held.plugins:
            count = "" if plugin.parameters is None else str(plugin.parameters)
            item = QTreeWidgetItem([plugin.label, count])
            item.setIcon(0, self._face(row.source.sha256, plugin.kind, plugin.name))
            item.setToolTip(0, plain_tip("\n".join(t for t in (f"{plugin.kind} {plugin.name}", plugin.help) if t)))
            item.setData(0, _PLUGIN, (plugin.kind, plugin.name))
            self.list.addTopLevelItem(item)
        self.list.setVisible(bool(held.plugins))
        on = row.status in ("enabled", "development")
        self.enable_button.setVisible(not on)
        self.enable_button.setEnabled(row.status in ("new", "changed", "disabled"))
        self.enable_button.setText("Review…" if row.status == "changed" else "Enable…")
        self.disable_button.setVisible(on)
        self.disable_button.setText("Stop" if row.status == "development" else "Disable")
        self.develop_button.setEnabled(row.status not in ("missing", "development"))
        self.show_button.setEnabled(row.status != "missing")

    def _face(self, sha256: str, kind: PluginKind, name: str) -> QIcon:
        """Return the generator's own picture where one was made, else the sign of the kind."""
        file = thumbnail_file(self.pictures, sha256, name) if self.pictures is not None else None
        if kind == "generator" and file is not None and file.is_file():
            return QIcon(str(file))
        return icon(KIND_ICONS[kind])

    def _on_activated(self, item: QTreeWidgetItem) -> None:
        kind, name = item.data(0, _PLUGIN)
        on = self._row is not None and self._row.status in ("enabled", "development")
        if kind == "generator" and on:
            self.page_wanted.emit(name)


_PLUGIN: Final = 0x0100
