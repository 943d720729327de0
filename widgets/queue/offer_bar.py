"""A bar that offers the jobs which an earlier run left unfinished: resume, leave, or remove, each by itself.

It waits for nobody: whoever takes no notice of it works on, and it changes nothing until a button is pressed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolBar, QVBoxLayout, QWidget

from myriorama.app.queue_view.figures import JobFigures, samples_text
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

_SHOWN: Final = 3


class OfferBar(QToolBar):
    """One line a job, at most three; the queue has the rest.

    Signals
    -------
    resumed, left, removed, shown : (str,)
        What to do with this job.
    done : ()
        No job is left to be offered.
    """

    resumed = Signal(str)
    left = Signal(str)
    removed = Signal(str)
    shown = Signal(str)
    done = Signal()

    def __init__(self, jobs: Sequence[JobFigures], parent: QWidget) -> None:
        super().__init__("Unfinished jobs", parent)
        self.setObjectName("offered jobs")
        self.setAccessibleName("Unfinished jobs")
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.rows: dict[str, QWidget] = {}
        self._waiting = list(jobs)
        content = QWidget()
        content.setObjectName("offer")
        content.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        tokens = theme()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(tokens.gap, tokens.tight, tokens.gap, tokens.tight)
        self._column.setSpacing(tokens.tight)
        self._more = QLabel()
        self._more.setProperty("role", "dim")
        self._column.addWidget(self._more)
        self.addWidget(content)
        self._fill()

    def _fill(self) -> None:
        while self._waiting and len(self.rows) < _SHOWN:
            job = self._waiting.pop(0)
            self.rows[job.id] = self._row(job)
            self._column.insertWidget(len(self.rows) - 1, self.rows[job.id])
        self._more.setVisible(bool(self._waiting))
        if self._waiting:
            self._more.setText(f"and {len(self._waiting)} more")

    def _row(self, job: JobFigures) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().gap)
        mark = QLabel()
        mark.setPixmap(icon("progress-clock", theme().warning).pixmap(QSize(18, 18)))
        line.addWidget(mark)
        told = ElidedLabel(_told(job), Qt.TextElideMode.ElideRight, role="")
        told.setToolTip(plain_tip(str(job.place)))
        line.addWidget(told, 1)
        for text, tip, call in (
            ("Resume", "Go on where it stands", partial(self._answer, self.resumed.emit, job.id)),
            ("Show", "Show it in the queue", partial(self.shown.emit, job.id)),
            ("Leave", "Leave it paused in the queue", partial(self._answer, self.left.emit, job.id)),
            (
                "Remove",
                "Forget it; what is written stays",
                partial(self._answer, self.removed.emit, job.id),
            ),
        ):
            button = QPushButton(text)
            button.setToolTip(tip)
            button.setAccessibleName(f"{text} {job.out.name}")
            button.clicked.connect(call)
            line.addWidget(button)
        return row

    def _answer(self, tell: Callable[[str], None], job: str) -> None:
        row = self.rows.pop(job, None)
        if row is None:
            return
        tell(job)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._fill()
        if not self.rows:
            self.done.emit()


def _told(job: JobFigures) -> str:
    if job.state == "queued":
        return f"{job.out.name} was not begun: {job.total:,} samples"
    return f"{job.out.name} is not finished: {samples_text(job)} ({job.word.lower()})"
