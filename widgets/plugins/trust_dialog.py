"""Asks whether a plugin may run, and says what is asked: who, which files, what changed, what is enforced here.

Doing nothing leaves the plugin off: Cancel is the default, and Enable does not answer to Enter or to a click that was
meant for what stood there before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QFontDatabase, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.amounts import size_text
from myriorama.app.extensions.changes import Change
from myriorama.app.extensions.counting import ORIGINS, held_in, kinds_in_words, sizes_of
from myriorama.app.extensions.rows import PluginRow
from myriorama.app.printable import printable
from myriorama.plugins.hosting.enforcement import Enforcement
from myriorama.widgets.forms.rows import plain_label, tool_button
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.plugins.fold import Fold
from myriorama.widgets.theme import icon, theme

WAIT_MS: Final = 500
"""So long Enable cannot be pressed after the dialog came up."""
_ROWS_SHOWN: Final = 8
_CHANGES_SHOWN: Final = 60


class TrustDialog(QDialog):
    """Accepted: the person enabled exactly these files.

    Parameters
    ----------
    row : PluginRow
        What is asked about. Where there is no manifest, what the text of the files says is shown: nothing has run.
    guards : sequence of Enforcement
        What this system keeps a plugin from.
    """

    def __init__(
        self,
        row: PluginRow,
        guards: Sequence[Enforcement] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("trust")
        self.setWindowTitle("Enable a plugin")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._row, self._source, self._manifest = row, row.source, row.manifest
        change = row.change
        tokens = theme()
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, tokens.gap, 0)
        column.setSpacing(10)
        column.addWidget(self._facts())
        if change is not None:
            column.addWidget(self._section("Changed since you enabled it", _lines(lines_of(change))))
        column.addWidget(self._section("In it", self._contents()))
        column.addWidget(self._section("What it may do", self._limits(guards)))
        column.addWidget(self._files())
        column.addStretch(1)
        self.scroll_area = QScrollArea()
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setWidget(inner)
        self.scroll_area.setAccessibleName("About this plugin")
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 14, 14)
        layout.setSpacing(12)
        layout.addLayout(self._head(change is not None))
        layout.addWidget(self.scroll_area, 1)
        layout.addLayout(self._buttons(change is not None))
        self.resize(QSize(640, 620))

    # --- parts

    def _head(self, changed: bool) -> QHBoxLayout:
        source = self._source
        name = printable(f"{source.id} {source.version}".strip(), 120)
        sign = QLabel()
        sign.setPixmap(icon("puzzle-outline", theme().warning if changed else theme().accent).pixmap(32, 32))
        verb = "Enable the changed" if changed else "Enable the plugin"
        title = plain_label(f"{verb} {name}?", "heading", wraps=True)
        told = (
            "It is not what you enabled before, so it is off. Nothing of it has run since it changed."
            if changed
            else "Nothing of it has run. It is code by someone else: enable it only if you trust whom you have it from."
        )
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(title)
        words.addWidget(plain_label(told, "dim", wraps=True))
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        return line

    def _facts(self) -> QWidget:
        source, manifest = self._source, self._manifest
        publisher = source.publisher or (manifest.publisher if manifest is not None else "")
        known = f"{printable(publisher, 120)} (says the plugin; not verified)" if publisher else "unknown"
        rows = [
            ("Version", printable(source.version or (manifest.version if manifest else ""), 80) or "unknown"),
            ("Publisher", known),
            ("Licence", printable(manifest.licence, 120) if manifest is not None else ""),
            ("From", ORIGINS[source.origin]),
            ("File" if source.is_single_file else "Folder", source.root),
        ]
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for title, text in (r for r in rows if r[1]):
            row = grid.rowCount()
            value = plain_label(printable(text), wraps=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setAccessibleName(title)
            grid.addWidget(plain_label(title, "dim"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
        row = grid.rowCount()
        digits = plain_label(_grouped(source.sha256), wraps=True)
        digits.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        digits.setAccessibleName("SHA-256 over all files")
        self.copy_button = tool_button("content-copy", "Copy the SHA-256 over all files")
        self.copy_button.clicked.connect(self._copy_hash)
        grid.addWidget(plain_label("SHA-256", "dim"), row, 0, Qt.AlignmentFlag.AlignTop)
        line = QHBoxLayout()
        line.addWidget(digits, 1)
        line.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(line, row, 1)
        return holder

    def _contents(self) -> QWidget:
        held = held_in(self._row)
        if self._manifest is None:
            told = ", ".join(f"{plugin.kind} {plugin.label}" for plugin in held.plugins)
            words = f"By its text, unproven: {told}." if told else "What is in it is known only once it has run."
            return _lines([("", line) for line in (held.description, words) if line])
        lines = [("", line) for line in (held.description, kinds_in_words(held.plugins)) if line]
        for plugin in held.plugins[:_ROWS_SHOWN]:
            lines.append(("•", f"{plugin.label} ({plugin.kind})" + (f": {plugin.help}" if plugin.help else "")))
        if len(held.plugins) > _ROWS_SHOWN:
            lines.append(("", f"and {len(held.plugins) - _ROWS_SHOWN} more"))
        return _lines(lines)

    def _limits(self, guards: Sequence[Enforcement]) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(
            plain_label(
                "It runs in processes of its own, never in this window; it gets the values and the meshes that it is "
                "asked about, and gives back objects, pictures or labels. It runs with your rights on this machine, "
                "within what is enforced here:",
                wraps=True,
            )
        )
        for guard in guards:
            column.addWidget(_guard(guard))
        return holder

    def _files(self) -> QWidget:
        sizes = sizes_of(self._source)
        total = size_text(sum(size or 0 for size in sizes.values()))
        count = "1 file" if len(sizes) == 1 else f"{len(sizes)} files"
        table = QTableWidget(len(sizes), 3)
        table.setAccessibleName("Files")
        table.setHorizontalHeaderLabels(["File", "Size", "SHA-256"])
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        for row, (name, digest) in enumerate(self._source.files.items()):
            size = sizes[name]
            for column, (text, tip) in enumerate(
                (
                    (printable(name), name),
                    ("gone" if size is None else size_text(size), ""),
                    (f"{digest[:12]}…", digest),
                )
            ):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(printable(tip)))
                table.setItem(row, column, item)
        table.setFixedHeight(min(200, 34 + 26 * len(sizes)))
        self.files = Fold(f"{count}, {total}", table)
        self.table = table
        return self.files

    def _section(self, title: str, body: QWidget) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        heading = plain_label(title)
        heading.setStyleSheet("font-weight: 600;")
        column.addWidget(heading)
        column.addWidget(body)
        return holder

    def _buttons(self, changed: bool) -> QHBoxLayout:
        self.enable_button = QPushButton("Enable these files" if changed else "Enable")
        self.enable_button.setAutoDefault(False)
        self.enable_button.setEnabled(False)
        self.enable_button.clicked.connect(self.accept)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setDefault(True)
        self.cancel_button.setMinimumWidth(96)
        self.cancel_button.clicked.connect(self.reject)
        note = plain_label("It holds for exactly these files; when one changes you are asked again.", "dim", wraps=True)
        line = QHBoxLayout()
        line.setSpacing(theme().gap)
        line.addWidget(note, 1)
        line.addWidget(self.enable_button)
        line.addWidget(self.cancel_button)
        return line

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.cancel_button.setFocus()
        QTimer.singleShot(WAIT_MS, self, self._offer)

    def _offer(self) -> None:
        self.enable_button.setEnabled(True)

    def _copy_hash(self) -> None:
        QGuiApplication.clipboard().setText(self._source.sha256)


def _guard(guard: Enforcement) -> QWidget:
    row = QFrame()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    sign = QLabel()
    name, color = ("check", theme().good) if guard.kept else ("alert-outline", theme().warning)
    sign.setPixmap(icon(name, color).pixmap(16, 16))
    sign.setAccessibleName("enforced" if guard.kept else "not enforced on this system")
    line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    kept = "" if guard.kept else "not enforced here: "
    line.addWidget(plain_label(f"{guard.name[:1].upper()}{guard.name[1:]}: {kept}{guard.how}", wraps=True), 1)
    return row


def lines_of(change: Change) -> list[tuple[str, str]]:
    """Return what changed, with a sign for what became of each file."""
    out = [("", words) for words in replace(change, added=(), removed=(), changed=()).sentences()]
    for sign, names in (("~", change.changed), ("+", change.added), ("−", change.removed)):
        out += [(sign, name) for name in names]
    out = [(sign, printable(words)) for sign, words in out] or [("", "The files are as they were.")]
    more = len(out) - _CHANGES_SHOWN
    return out if more <= 0 else [*out[:_CHANGES_SHOWN], ("", f"and {more} more")]


def _lines(lines: Sequence[tuple[str, str]]) -> QWidget:
    """Return lines under each other; a sign stands in a column of its own."""
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    for row, (sign, words) in enumerate(lines):
        label = plain_label(words, wraps=True)
        if sign:
            grid.addWidget(plain_label(sign, "dim"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label, row, 1)
        else:
            grid.addWidget(label, row, 0, 1, 2)
    return holder


def _grouped(digits: str) -> str:
    """Return a hash in groups of eight on two lines, so that two can be compared by eye."""
    groups = [digits[i : i + 8] for i in range(0, len(digits), 8)]
    return "\n".join(" ".join(groups[i : i + 4]) for i in range(0, len(groups), 4))
