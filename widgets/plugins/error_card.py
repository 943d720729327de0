"""The card that tells how a plugin failed: its own line, the values, the seed, and a command that makes it fail again.

It shows what it is given as plain text, and runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from myriorama.app.extensions.telling import place_of, title_of, told, value_words
from myriorama.plugins.faults import Fault
from myriorama.widgets.forms.rows import plain_label, tool_button
from myriorama.widgets.plugins.fold import FixedText, Fold
from myriorama.widgets.plugins.opening import open_in_editor
from myriorama.widgets.theme import Theme, icon, theme

_WIDEST_PX: Final = 720
_ROOM: Final = 0.8
"""The share of what is under it that the card covers at most."""
_LONGEST_VALUE: Final = 400
_LONGEST_LINE: Final = 240
_LONGEST_WORD: Final = 60
_COPIED: Final = "Copied"


class ErrorCard(QFrame):
    """One fault. It stands in a layout, or over another widget by `place_over`.

    Attributes
    ----------
    fault : Fault or None
        What is shown.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("error_card")
        self.fault: Fault | None = None
        self._told = ""
        self._command = ""
        self._file: Path | None = None
        self._styled: Theme | None = None
        self._make_words()
        self._make_buttons()
        self._lay_out()
        self._restyle()
        self.hide()

    # --- what is shown

    def show_fault(
        self,
        fault: Fault,
        *,
        seed: int | None = None,
        index: int | None = None,
        command: str = "",
        file: Path | None = None,
    ) -> None:
        """Show a fault.

        Parameters
        ----------
        seed, index : int or None
            Of the sample in which it happened.
        command : str
            Makes it happen again; empty where nothing can.
        file : Path or None
            The plugin's own file, if it may be opened.
        """
        text = told(fault, seed, index, command)
        if self.fault == fault and text == self._told and file == self._file:
            self.show()
            return
        self.fault, self._told, self._command, self._file = fault, text, command, file
        self.title.setText(title_of(fault))
        self.source.setText(fault.source)
        self.message.setText(fault.message)
        self.place.setText(place_of(fault))
        self.place.setToolTip(fault.file)
        self.line.setText(fault.code.strip())
        self._code.setVisible(bool(fault.file or fault.code))
        self.way_out.setText(_sentence(fault.way_out))
        self.way_out.setVisible(bool(fault.way_out))
        sample = [f"{word} {n}" for word, n in (("seed", seed), ("sample", index)) if n is not None]
        self.sample.setText(", ".join(sample).capitalize())
        self.sample.setVisible(bool(sample))
        self._show_values(fault.values)
        for fold, body, words in ((self.trace, self._trace, fault.trace), (self.output, self._output, fault.output)):
            body.show_text(words.rstrip())
            fold.setVisible(bool(words.strip()))
        self.command_button.setVisible(bool(command))
        self.command_button.setToolTip(command)
        self.open_button.setVisible(file is not None)
        self.setAccessibleName(title_of(fault))
        self.setAccessibleDescription(fault.message)
        self.show()
        self._fit()

    def clear(self) -> None:
        """Show nothing."""
        self.fault = None
        self.hide()

    def place_over(self, under: QWidget) -> None:
        """Stand at the bottom of another widget, no higher than a part of it."""
        if self.isHidden():
            return
        gap = theme().gap
        width = max(200, min(_WIDEST_PX, under.width() - 2 * gap))
        height = min(self._height_at(width), max(120, round(under.height() * _ROOM)))
        self.setGeometry((under.width() - width) // 2, under.height() - height - gap, width, height)
        self.raise_()

    # --- making

    def _make_words(self) -> None:
        self.symbol = QLabel(self)
        self.symbol.setFixedSize(22, 22)
        self.title = plain_label("", "heading", parent=self)
        self.title.setWordWrap(True)
        self.source = plain_label("", "dim", parent=self)
        self.fold_button = tool_button("chevron-down", "Show less of it", self)
        self.fold_button.setCheckable(True)
        self.fold_button.toggled.connect(self._on_folded)
        self.message = plain_label("", wraps=True)
        self.message.setAccessibleName("What happened")
        self._code = QFrame()
        self._code.setObjectName("code")
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self.place, self.line = plain_label("", "dim"), plain_label("")
        for label in (self.place, self.line):
            label.setFont(fixed)
        for label in (self.message, self.line):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.line.setWordWrap(True)
        row = QHBoxLayout(self._code)
        row.setContentsMargins(8, 5, 8, 5)
        row.setSpacing(12)
        row.addWidget(self.place, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.line, 1)
        self.way_out = plain_label("", "dim", wraps=True)
        self.sample = plain_label("", "dim")
        self.given = plain_label("", wraps=True)
        self.given.setAccessibleName("Values")
        self.given.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._table = QWidget()
        self._rows = QGridLayout(self._table)
        self._rows.setContentsMargins(20, 0, 0, 0)
        self._rows.setHorizontalSpacing(16)
        self._rows.setVerticalSpacing(1)
        self._rows.setColumnStretch(1, 1)
        self._trace, self._output = FixedText("Traceback of the plugin"), FixedText("What the plugin printed")
        self.values = Fold("All values", self._table)
        self.trace = Fold("Traceback", self._trace)
        self.output = Fold("What it printed last", self._output)
        for fold in (self.values, self.trace, self.output):
            fold.unfolded.connect(self._fit)

    def _make_buttons(self) -> None:
        self.command_button = QPushButton("Copy command")
        self.command_button.setAccessibleDescription("Copies a command that makes the plugin fail in the same way")
        self.copy_button = QPushButton("Copy error")
        self.copy_button.setToolTip("Copy all of this as text, for the plugin's author")
        self.open_button = QPushButton("Open file")
        self.open_button.setToolTip("Open the plugin's file in an editor")
        self.command_button.clicked.connect(self._copy_command)
        self.copy_button.clicked.connect(self._copy_error)
        self.open_button.clicked.connect(self._open_file)
        self.said = plain_label("", "good")

    def _lay_out(self) -> None:
        tokens = theme()
        head = QHBoxLayout()
        head.setSpacing(tokens.gap)
        head.addWidget(self.symbol, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.title, 1)
        head.addWidget(self.source)
        head.addWidget(self.fold_button)
        inner = QWidget()
        inner.setObjectName("inner")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(6)
        for part in (
            self.message,
            self._code,
            self.given,
            self.sample,
            self.way_out,
            self.values,
            self.trace,
            self.output,
        ):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(inner)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setAccessibleName("Details of the fault")
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(tokens.gap)
        for button in (self.command_button, self.copy_button, self.open_button):
            foot.addWidget(button)
        foot.addWidget(self.said)
        foot.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 10)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._foot)

    def _show_values(self, values: Mapping[str, Any]) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for row, (name, value) in enumerate(values.items()):
            words = value_words(value)
            shown = plain_label(words if len(words) <= _LONGEST_VALUE else words[:_LONGEST_VALUE] + "…")
            shown.setWordWrap(True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._rows.addWidget(plain_label(name, "dim"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._rows.addWidget(shown, row, 1)
        words = "Called with " + ",  ".join(f"{name} = {_short(value)}" for name, value in values.items())
        cut = len(words) > _LONGEST_LINE
        self.given.setText(words[:_LONGEST_LINE].rpartition(",  ")[0] + ", …" if cut else words)
        self.given.setVisible(bool(values))
        self.values.set_title(f"All {len(values)} values")
        self.values.setVisible(cut)

    # --- doing

    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText(self._command)
        self.said.setText(_COPIED)

    def _copy_error(self) -> None:
        QGuiApplication.clipboard().setText(self._told)
        self.said.setText(_COPIED)

    def _open_file(self) -> None:
        if self._file is not None and self.fault is not None:
            opened = open_in_editor(self._file, self.fault.line)
            self.said.setText("" if opened else "No editor could be started; VISUAL may name one")

    def _on_folded(self, folded: bool) -> None:
        self._scroll.setVisible(not folded)
        self._foot.setVisible(not folded)
        words = "Show all of it" if folded else "Show less of it"
        self.fold_button.setIcon(icon("chevron-up" if folded else "chevron-down"))
        self.fold_button.setToolTip(words)
        self.fold_button.setAccessibleName(words)
        self._fit()

    # --- fitting

    def _height_at(self, width: int) -> int:
        """Return how high the card must be to show everything in a width."""
        layout = self.layout()
        assert layout is not None
        sides = layout.contentsMargins().left() + layout.contentsMargins().right()
        extra = 4
        if self._scroll.isHidden():
            return layout.sizeHint().height()
        inside = self._column.heightForWidth(width - sides - extra)
        inside = max(inside, self._column.sizeHint().height() if inside < 0 else 0)
        rest = layout.sizeHint().height() - self._scroll.sizeHint().height()
        return rest + inside + extra

    def _fit(self) -> None:
        self.said.setText("")
        self.updateGeometry()
        under = self.parentWidget()
        if under is not None and under.layout() is not None and under.layout().indexOf(self) < 0:
            self.place_over(under)

    def sizeHint(self) -> QSize:
        width = self.width() if self.width() > 200 else _WIDEST_PX
        return QSize(width, self._height_at(width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange) and hasattr(self, "_styled"):
            self._restyle()

    def _restyle(self) -> None:
        tokens = theme()
        if tokens is self._styled:
            return
        self._styled = tokens
        self.setStyleSheet(
            f"#error_card {{ background: {tokens.surface}; border: 1px solid {tokens.border};"
            f" border-left: 3px solid {tokens.error}; border-radius: 6px; }}"
            f"#error_card QWidget#inner {{ background: transparent; }}"
            f"#error_card QFrame#code {{ background: {tokens.field}; border: 1px solid {tokens.border};"
            f" border-radius: {tokens.radius}px; }}"
        )
        self.symbol.setPixmap(icon("alert-circle", tokens.error).pixmap(22, 22))


def _short(value: Any) -> str:
    words = value_words(value)
    if isinstance(value, list | tuple):
        words = f"({words})"
    return words if len(words) <= _LONGEST_WORD else words[:_LONGEST_WORD] + "…"


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}" if text else ""
