"""An export under way: how far, how fast, how long still, and the way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from myriorama.app.amounts import duration_text, size_text
from myriorama.app.exporting.export import ExportJob, ExportState
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.export.parts import even_digits, plain, push_button
from myriorama.widgets.export.rate_plot import RatePlot
from myriorama.widgets.theme import theme

_STEPS = 1000


class RunningPage(QWidget):
    """Shows one job.

    Attributes
    ----------
    hide_wanted : signal of ()
        Let it go on and show something else.
    queue_wanted : signal of ()
        Show it among the other jobs.
    """

    hide_wanted = Signal()
    queue_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: ExportJob | None = None
        self.heading = plain("", "heading")
        self.path = ElidedLabel()
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName("Progress of the export")
        self.told = even_digits(plain())
        self.figures = {name: even_digits(plain("–"), larger=7, bold=True) for name in ("rate", "left", "size", "took")}
        self.plot = RatePlot()
        self.cancel = push_button("Cancel…")
        self.background = push_button("Go on in the background", default=True)
        self.in_queue = push_button("Show in the queue")
        self.resume = push_button("Resume")
        self.message = plain("", "warning", wraps=True)
        self.question = self._question()
        self._lay_out()
        self.cancel.clicked.connect(self._ask)
        self.background.clicked.connect(self.hide_wanted)
        self.in_queue.clicked.connect(self.queue_wanted)
        self.resume.clicked.connect(self._on_resume)

    def _question(self) -> QWidget:
        self.keep = push_button("Stop and keep what is written")
        self.discard = push_button("Stop and delete it")
        self.go_on = push_button("Go on")
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().gap)
        line.addWidget(plain("Stop this export?"))
        line.addStretch(1)
        for button in (self.discard, self.keep, self.go_on):
            line.addWidget(button)
        self.keep.clicked.connect(lambda: self._stop(discard=False))
        self.discard.clicked.connect(lambda: self._stop(discard=True))
        self.go_on.clicked.connect(self._put_away)
        return box

    def _lay_out(self) -> None:
        tokens = theme()
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.gap * 2, tokens.gap * 2, tokens.gap * 2, tokens.gap * 2)
        column.setSpacing(tokens.gap)
        column.addWidget(self.heading)
        column.addWidget(self.path)
        column.addWidget(self.message)
        column.addSpacing(tokens.gap)
        column.addWidget(self.bar)
        column.addWidget(self.told)
        column.addSpacing(tokens.gap)
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.gap * 2)
        titles = {"rate": "images a second", "left": "left", "size": "written", "took": "since the start"}
        for place, (name, title) in enumerate(titles.items()):
            grid.addWidget(self.figures[name], 0, place)
            grid.addWidget(plain(title, "dim"), 1, place)
            grid.setColumnStretch(place, 1)
        column.addLayout(grid)
        column.addSpacing(tokens.gap)
        column.addWidget(self.plot, 1)
        column.addSpacing(tokens.gap)
        column.addWidget(self.question)
        self._buttons = QWidget()
        line = QHBoxLayout(self._buttons)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(tokens.gap)
        line.addWidget(self.cancel)
        line.addStretch(1)
        for button in (self.in_queue, self.resume, self.background):
            line.addWidget(button)
        column.addWidget(self._buttons)
        self.question.setVisible(False)

    def show_job(self, job: ExportJob) -> None:
        """Show a job as it stands."""
        if job is not self._job:
            self._job = job
            self._put_away()
        state = job.state.value
        self.path.set_text(str(job.settings.folder))
        self.heading.setText(_FOR_ROOM if state.for_room and state.status == "held" else _HEADINGS[state.status])
        self.message.setText(state.message)
        self.message.setVisible(state.status == "held" and bool(state.message))
        self.resume.setVisible(state.status == "held" and not state.for_room)  # what waits for room needs no one
        self.in_queue.setEnabled(bool(job.job))
        starting = state.status == "starting"
        self.bar.setRange(0, 0 if starting else _STEPS)
        if not starting:
            self.bar.setValue(round(state.fraction * _STEPS))
        self.told.setText(_told(state))
        self.figures["rate"].setText(f"{state.images_per_s:.1f}" if state.images_per_s else "–")
        self.figures["left"].setText(duration_text(state.seconds_left) if state.seconds_left is not None else "–")
        self.figures["size"].setText(size_text(state.bytes) if state.bytes else "–")
        self.tick()
        self.plot.set_points(state.rates)
        stoppable = state.status in ("starting", "waiting", "running", "held")
        self.cancel.setEnabled(stoppable)
        if not stoppable:
            self._put_away()

    def tick(self) -> None:
        """Show the time since the start; called about once a second."""
        if self._job is not None and not self._job.state.value.ended:
            self.figures["took"].setText(duration_text(round(self._job.elapsed_s)))

    def _on_resume(self) -> None:
        if self._job is not None:
            self._job.resume()

    def _ask(self) -> None:
        self.question.setVisible(True)
        self._buttons.setVisible(False)
        self.go_on.setDefault(True)
        self.go_on.setFocus()

    def _put_away(self) -> None:
        self.question.setVisible(False)
        self._buttons.setVisible(True)
        self.background.setDefault(True)

    def _stop(self, *, discard: bool) -> None:
        if self._job is not None:
            self._job.cancel(discard=discard)
        self._put_away()


_FOR_ROOM = "Waiting for room on the disk"
_HEADINGS = {
    "starting": "Checking the project and its files",
    "waiting": "Waiting for its turn in the queue",
    "running": "Exporting",
    "held": "On hold",
    "cancelling": "Stopping after the samples under way",
    "verifying": "Verifying every file and label",
    "finished": "Finished",
    "failed": "Failed",
    "cancelled": "Stopped",
}


def _told(state: ExportState) -> str:
    thing = "files" if state.status == "verifying" else "samples"
    text = f"{state.done:,} of {state.total:,} {thing}"
    return text + (f" · {state.failed:,} quarantined" if state.failed else "")
