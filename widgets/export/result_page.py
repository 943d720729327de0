"""What became of an export: what is there, what was refused and why, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.amounts import duration_text, size_text
from myriorama.app.exporting.export import ExportJob, ExportState, Outcome
from myriorama.app.exporting.settings import loading_snippet
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.export.parts import plain, push_button, set_role
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

_ICONS = {"finished": "check-circle-outline", "cancelled": "stop-circle-outline", "failed": "alert-circle-outline"}


class ResultPage(QWidget):
    """Shows a job that has ended.

    Attributes
    ----------
    again_wanted : signal of ()
        Back to the settings.
    resume_wanted : signal of ()
        Go on with what is unfinished.
    close_wanted : signal of ()
    sample_wanted : signal of (int,)
        A quarantined sample was double-clicked.
    """

    again_wanted = Signal()
    resume_wanted = Signal()
    close_wanted = Signal()
    sample_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: ExportJob | None = None
        self._mark = QLabel()
        self.heading = plain("", "heading")
        self.path = ElidedLabel()
        self.told = plain("", wraps=True)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.checked = plain("", "good", wraps=True)
        self.reasons = QTreeWidget()
        self.snippet_title = plain("Load it in Python", "dim")
        self.snippet = QPlainTextEdit()
        self.copy_snippet = push_button("Copy")
        self.open = push_button("Open folder")
        self.copy_path = push_button("Copy path")
        self.delete = push_button("Delete it")
        self.delete.setToolTip("Delete the unfinished folder")
        self.resume = push_button("Go on with it")
        self.resume.setToolTip("Make the samples that are missing; those that are written stay")
        self.again = push_button("Back to the settings")
        self.close_ = push_button("Close")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        tokens = theme()
        self.reasons.setHeaderLabels(["Sample", "Why it is not in the dataset"])
        self.reasons.setRootIsDecorated(False)
        self.reasons.setUniformRowHeights(True)
        self.reasons.setAccessibleName("What was refused")
        self.reasons.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.reasons.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.reasons.setMinimumHeight(90)
        self.snippet.setReadOnly(True)
        self.snippet.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.snippet.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.snippet.setAccessibleName("Python code that loads the dataset")
        self.snippet.setFixedHeight(self.snippet.fontMetrics().lineSpacing() * 7 + 22)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.gap * 2, tokens.gap * 2, tokens.gap * 2, tokens.gap * 2)
        column.setSpacing(tokens.gap)
        head = QHBoxLayout()
        head.setSpacing(tokens.gap)
        head.addWidget(self._mark)
        head.addWidget(self.heading, 1)
        column.addLayout(head)
        column.addWidget(self.path)
        column.addWidget(self.told)
        column.addWidget(self.checked)
        column.addWidget(self.reasons, 1)
        above = QHBoxLayout()
        above.addWidget(self.snippet_title)
        above.addStretch(1)
        above.addWidget(self.copy_snippet)
        column.addLayout(above)
        column.addWidget(self.snippet)
        column.addStretch(0)
        line = QHBoxLayout()
        line.setSpacing(tokens.gap)
        line.addWidget(self.again)
        line.addStretch(1)
        for button in (self.delete, self.copy_path, self.open, self.resume, self.close_):
            line.addWidget(button)
        column.addLayout(line)

    def _connect(self) -> None:
        self.open.clicked.connect(self._on_open)
        self.copy_path.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._place()))
        self.copy_snippet.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.snippet.toPlainText()))
        self.delete.clicked.connect(self._on_delete)
        self.again.clicked.connect(self.again_wanted)
        self.resume.clicked.connect(self.resume_wanted)
        self.close_.clicked.connect(self.close_wanted)
        self.reasons.itemActivated.connect(self._on_reason)

    def show_job(self, job: ExportJob) -> None:
        """Show how a job ended."""
        self._job = job
        state = job.state.value
        outcome = state.outcome
        role = _role(state)
        self._mark.setPixmap(icon(_ICONS[state.status], getattr(theme(), role)).pixmap(22, 22))
        self.heading.setText(_heading(state))
        self.path.set_text(self._place())
        self.told.setText(_told(state, job))
        self.told.setVisible(bool(self.told.text()))
        self._show_check(outcome)
        self._show_reasons(state)
        text = loading_snippet(outcome.folder, job.settings.formats) if outcome and outcome.written else ""
        self.snippet.setPlainText(text.rstrip())
        for widget in (self.snippet_title, self.snippet, self.copy_snippet):
            widget.setVisible(bool(text))
        there = bool(outcome) or bool(state.unfinished)
        self.open.setVisible(there)
        self.copy_path.setVisible(there)
        self.delete.setVisible(bool(state.unfinished))
        self.resume.setVisible(bool(state.unfinished and job.job))
        chosen = self.resume if state.unfinished and job.job else self.open if there else self.again
        chosen.setDefault(True)
        chosen.setFocus()

    def _show_check(self, outcome: Outcome | None) -> None:
        self.checked.setVisible(outcome is not None)
        if outcome is None:
            return
        set_role(self.checked, "good" if outcome.sound else "error")
        if outcome.sound:
            text = f"Verified: {outcome.files:,} files and every label are as they were written."
        else:
            text = "Verifying found: " + "; ".join(outcome.findings[:5])
        self.checked.setText(text)
        self.checked.setToolTip(f"Digest {outcome.digest}" if outcome.digest else "")

    def _show_reasons(self, state: ExportState) -> None:
        self.reasons.clear()
        rows = [(str(i), "; ".join(reasons)) for i, reasons in state.outcome.quarantined] if state.outcome else []
        self.reasons.setHeaderLabels(["Sample", "Why it is not in the dataset"])
        if state.problems:
            rows = [(p.place, _problem_text(p.message, p.value, p.allowed)) for p in state.problems]
            self.reasons.setHeaderLabels(["Where", "What is wrong"])
        for first, second in rows:
            item = QTreeWidgetItem([first, " ".join(second.split())])
            item.setToolTip(1, plain_tip(second))
            self.reasons.addTopLevelItem(item)
        self.reasons.setVisible(bool(rows))

    def _place(self) -> str:
        if self._job is None:
            return ""
        state = self._job.state.value
        return str(state.outcome.folder) if state.outcome else state.unfinished

    def _on_open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._place()))

    def _on_delete(self) -> None:
        if self._job is not None:
            self._job.discard_unfinished()
            self.show_job(self._job)

    def _on_reason(self, item: QTreeWidgetItem) -> None:
        if self._job is not None and self._job.state.value.outcome is not None:
            self.sample_wanted.emit(int(item.text(0)))


def _role(state: ExportState) -> str:
    if state.status == "failed" or (state.outcome and not state.outcome.sound):
        return "error"
    return "warning" if state.status == "cancelled" or (state.outcome and state.outcome.quarantined_count) else "good"


def _heading(state: ExportState) -> str:
    if state.outcome is None:
        return "The export was stopped" if state.status == "cancelled" else "The export failed"
    outcome = state.outcome
    text = f"{outcome.written:,} sample{'s' if outcome.written != 1 else ''} written"
    return text + (f", {outcome.quarantined_count:,} quarantined" if outcome.quarantined_count else "")


def _told(state: ExportState, job: ExportJob) -> str:
    if state.outcome is None:
        told = [state.message[:1].upper() + state.message[1:]] if not state.problems else []
        if state.unfinished:
            told.append("What was written until then lies there: no finished dataset, but one to go on with.")
        return "\n".join(told)
    outcome = state.outcome
    speed = f", {outcome.written / outcome.seconds:.1f} images a second" if outcome.seconds else ""
    size = size_text(outcome.bytes)
    lines = [f"{outcome.annotations:,} labelled objects, {size}, in {duration_text(outcome.seconds)}{speed}."]
    if job.settings.left_out:
        lines.append(f"{job.settings.count - job.settings.total} rejected samples were left out.")
    if outcome.refused:
        told = ", ".join(f"{rule} ({n})" for rule, n in sorted(outcome.refused.items()))
        lines.append(f"Draws that the acceptance rules refused, and that were drawn again: {told}.")
    return "\n".join(lines)


def _problem_text(message: str, value: str, allowed: str) -> str:
    return message + (f": {value}" if value else "") + (f" (allowed: {allowed})" if allowed else "")
