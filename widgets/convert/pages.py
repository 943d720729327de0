"""An export of a finished dataset under way, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QProgressBar, QVBoxLayout, QWidget

from myriorama.app.amounts import duration_text, size_text
from myriorama.app.conversion.conversions import Conversion, ConversionState
from myriorama.app.conversion.exporting import Exported
from myriorama.app.conversion.shown_snippets import snippets_in
from myriorama.app.conversion.snippet import Snippet
from myriorama.plugins.splitting import PARTS
from myriorama.widgets.editors import ChoiceField
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.export.parts import even_digits, plain, push_button
from myriorama.widgets.theme import icon, theme

_STEPS = 1000
_HEADINGS = {
    "starting": "Looking at the dataset",
    "exporting": "Exporting",
    "finishing": "Writing the files of the whole set",
    "stopping": "Stopping; what was written is taken away",
}
_REASONS = {
    "class": "of classes that are not labelled",
    "visible": "hardly visible",
    "size": "too small",
    "area": "too few pixels",
}
READ_BACK: Final = ("coco", "yolo", "pascal_voc")
"""Formats that can be looked at again."""


class RunningPage(QWidget):
    """How far it is.

    Attributes
    ----------
    hide_wanted : signal of ()
        Let it go on and show something else.
    """

    hide_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversion: Conversion | None = None
        self.heading = plain("", "heading")
        self.path = ElidedLabel()
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the export")
        self.told = even_digits(plain())
        self.cancel = push_button("Cancel")
        self.cancel.setToolTip("Nothing is left of an export that is cancelled")
        self.background = push_button("Go on in the background", default=True)
        tokens = theme()
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.gap * 4, tokens.gap * 2, tokens.gap * 4, tokens.gap * 2)
        column.setSpacing(tokens.gap)
        column.addStretch(2)
        column.addWidget(self.heading)
        column.addWidget(self.path)
        column.addSpacing(tokens.gap)
        column.addWidget(self.bar)
        column.addWidget(self.told)
        column.addStretch(3)
        line = QHBoxLayout()
        line.setSpacing(tokens.gap)
        line.addWidget(self.cancel)
        line.addStretch(1)
        line.addWidget(self.background)
        column.addLayout(line)
        self.cancel.clicked.connect(self._on_cancel)
        self.background.clicked.connect(self.hide_wanted)

    def show_conversion(self, conversion: Conversion) -> None:
        """Show an export as it stands."""
        self._conversion = conversion
        state = conversion.state.value
        self.heading.setText(_HEADINGS.get(state.status, ""))
        self.path.set_text(str(conversion.wanted.out))
        known = state.status == "exporting" and state.total > 0
        self.bar.setRange(0, _STEPS if known else 0)
        if known:
            self.bar.setValue(round(_STEPS * state.done / state.total))
        self.told.setText(_progress_text(state))
        self.cancel.setEnabled(state.status != "stopping")

    def _on_cancel(self) -> None:
        if self._conversion is not None:
            self._conversion.stop()


class ResultPage(QWidget):
    """What became of it.

    Attributes
    ----------
    again_wanted : signal of ()
        Back to the settings.
    close_wanted : signal of ()
    look_wanted : signal of (Path,)
        Open what was written, as a dataset by others is looked at.
    """

    again_wanted = Signal()
    close_wanted = Signal()
    look_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversion: Conversion | None = None
        self._mark = QLabel()
        self.heading = plain("", "heading")
        self.path = ElidedLabel()
        self.told = plain("", wraps=True)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.losses = plain("", "dim", wraps=True)
        self._snippets: tuple[Snippet, ...] = ()
        self.snippet_title = plain("Load it, train with it", "dim")
        self.snippet_choice = ChoiceField()
        self.snippet_choice.setMinimumContentsLength(34)
        self.snippet_choice.setAccessibleName("By what it is loaded")
        self.snippet_needs = plain("", "dim", wraps=True)
        self.snippet = code_field("Code that loads the export", lines=14)
        self.copy_snippet = push_button("Copy")
        self.again = push_button("Back to the settings")
        self.copy_path = push_button("Copy path")
        self.look = push_button("Look at it")
        self.look.setToolTip("Read it back and show its pictures, labels, statistics and faults")
        self.open = push_button("Open folder")
        self.close_ = push_button("Close")
        self._lay_out()
        self.look.clicked.connect(lambda: self.look_wanted.emit(Path(self.path.text())))
        self.open.clicked.connect(self._on_open)
        self.copy_path.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.path.text()))
        self.copy_snippet.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.snippet.toPlainText()))
        self.snippet_choice.changed.connect(lambda _: self._show_snippet())
        self.again.clicked.connect(self.again_wanted)
        self.close_.clicked.connect(self.close_wanted)

    def _lay_out(self) -> None:
        tokens = theme()
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.gap * 2, tokens.gap * 2, tokens.gap * 2, tokens.gap * 2)
        column.setSpacing(tokens.gap)
        head = QHBoxLayout()
        head.setSpacing(tokens.gap)
        head.addWidget(self._mark)
        head.addWidget(self.heading, 1)
        column.addLayout(head)
        for widget in (self.path, self.told, self.losses):
            column.addWidget(widget)
        column.addSpacing(tokens.gap)
        above = QHBoxLayout()
        above.setSpacing(tokens.gap)
        above.addWidget(self.snippet_title)
        above.addWidget(self.snippet_choice)
        above.addStretch(1)
        above.addWidget(self.copy_snippet)
        column.addLayout(above)
        column.addWidget(self.snippet)
        column.addWidget(self.snippet_needs)
        column.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(tokens.gap)
        line.addWidget(self.again)
        line.addStretch(1)
        for button in (self.copy_path, self.look, self.open, self.close_):
            line.addWidget(button)
        column.addLayout(line)

    def show_conversion(self, conversion: Conversion) -> None:
        """Show how an export ended."""
        self._conversion = conversion
        state = conversion.state.value
        looks = {
            "finished": ("check-circle-outline", "good"),
            "stopped": ("stop-circle-outline", "warning"),
            "failed": ("alert-circle-outline", "error"),
        }
        name, role = looks[state.status]
        self._mark.setPixmap(icon(name, getattr(theme(), role)).pixmap(22, 22))
        made = state.made
        self.path.set_text(str(conversion.wanted.out) if made is not None else "")
        self._snippets = ()
        if made is None:
            self.heading.setText("The export was cancelled" if state.status == "stopped" else "The export failed")
            self.told.setText(
                "Nothing is left of it; the dataset is as it was."
                if state.status == "stopped"
                else _trouble_text(state)
            )
            self.losses.setText("")
        else:
            self.heading.setText(f"{made.samples:,} sample{'s' if made.samples != 1 else ''} exported")
            self.told.setText(_made_text(made, state.took_s))
            lost = "; ".join(made.losses)
            self.losses.setText(f"Not held by this format: {lost}." if lost else "")
            self._snippets = snippets_in(made.folder)
        self.losses.setVisible(bool(self.losses.text()))
        titles = [snippet.title for snippet in self._snippets]
        self.snippet_choice.set_options([str(i) for i in range(len(titles))], titles)
        self.snippet_choice.set_value("0")
        self._show_snippet()
        for widget in (self.open, self.copy_path):
            widget.setVisible(made is not None)
        self.look.setVisible(made is not None and conversion.wanted.format in READ_BACK)
        chosen = self.open if made is not None else self.again
        chosen.setDefault(True)
        chosen.setFocus()

    def _show_snippet(self) -> None:
        there = bool(self._snippets)
        for widget in (
            self.snippet_title,
            self.snippet_choice,
            self.snippet,
            self.snippet_needs,
            self.copy_snippet,
        ):
            widget.setVisible(there)
        if there:
            chosen = self._snippets[int(self.snippet_choice.value or 0)]
            self.snippet.setPlainText(chosen.code.rstrip())
            needs = f" It needs: pip install {chosen.needs}" if chosen.needs else ""
            self.snippet_needs.setText(f"To be run in the folder of the export.{needs}")

    def _on_open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self.path.text()))


def code_field(title: str, *, lines: int, wraps: bool = False) -> QPlainTextEdit:
    """Return a field of text to be copied, in letters of one width."""
    made = QPlainTextEdit()
    made.setReadOnly(True)
    made.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    mode = QPlainTextEdit.LineWrapMode.WidgetWidth if wraps else QPlainTextEdit.LineWrapMode.NoWrap
    made.setLineWrapMode(mode)
    made.setAccessibleName(title)
    made.setTabChangesFocus(True)
    made.setFixedHeight(made.fontMetrics().lineSpacing() * lines + (16 if wraps else 22))
    return made


def show_code(field: QPlainTextEdit, text: str, most: int) -> None:
    """Show a text in a field that is as high as it needs, up to `most` lines."""
    if text != field.toPlainText():
        field.setPlainText(text)
    lines = min(max(1, int(field.document().size().height())), most)
    field.setFixedHeight(field.fontMetrics().lineSpacing() * lines + 20)


def _progress_text(state: ConversionState) -> str:
    if not state.total:
        return " "
    left = f", {duration_text(state.seconds_left)} left" if state.seconds_left is not None else ""
    return f"{state.done:,} of {state.total:,} samples{left}"


def _made_text(made: Exported, took_s: float) -> str:
    size = f"{made.files:,} files, {size_text(made.bytes)}, in {duration_text(took_s)}"
    lines = [f"{made.annotations:,} labelled objects, {size}. Checksums are in SHA256SUMS."]
    if len(made.parts) > 1:
        told = ", ".join(f"{part} {made.parts[part]:,}" for part in PARTS if part in made.parts)
        lines.append(f"Samples: {told}.")
    gone = [f"{number:,} {_REASONS[reason]}" for reason, number in sorted(made.removed.items()) if number]
    if gone:
        lines.append("Not labelled: " + ", ".join(gone) + ".")
    if made.ignored:
        lines.append(f"{made.ignored:,} are regions to ignore.")
    return "\n".join(lines)


def _trouble_text(state: ConversionState) -> str:
    if not state.problems:
        return state.message[:1].upper() + state.message[1:]
    lines = []
    for problem in state.problems:
        more = f": {problem.value}" if problem.value else ""
        lines.append(f"{problem.message[:1].upper()}{problem.message[1:]}{more}")
        if problem.allowed:
            lines.append(f"Allowed: {problem.allowed}")
    return "\n".join(lines)
