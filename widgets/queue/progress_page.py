"""Where a job stands, in figures: how far, how fast, how long still, how large, who works on it, what was promised."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from myriorama.app.amounts import duration_text, size_text
from myriorama.app.queue_view.board import QueueBoard
from myriorama.app.queue_view.figures import JobFigures, left_text, room_short, samples_text
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.export.parts import even_digits, plain, push_button, set_role
from myriorama.widgets.export.rate_plot import RatePlot
from myriorama.widgets.queue.cells import draw_bar
from myriorama.widgets.queue.model import tone_color
from myriorama.widgets.theme import theme

_FACTS: Final = (
    ("engine", "Engine"),
    ("samples", "Samples"),
    ("rate", "Speed"),
    ("left", "Time left"),
    ("size", "Written"),
    ("disk", "Disk"),
    ("workers", "Workers"),
    ("forecast", "Forecast"),
    ("stages", "Time goes to"),
)
_PLOT_FROM_PX: Final = 420


class JobBar(QWidget):
    """How far a job is, as a bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures: JobFigures | None = None
        self.setFixedHeight(6)
        self.setAccessibleName("Progress")

    def sizeHint(self) -> QSize:
        return QSize(200, 6)

    def show_job(self, figures: JobFigures) -> None:
        """Show how far this job is."""
        self._figures = figures
        self.setAccessibleDescription(samples_text(figures))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._figures is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_bar(painter, QRectF(self.rect()), self._figures)
            painter.end()


class ProgressPage(QWidget):
    """The figures of one job.

    Signals
    -------
    cancel_wanted : ()
        Ask whether the job that waits for room is to be given up.
    """

    cancel_wanted = Signal()

    def __init__(self, board: QueueBoard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self.state = plain("", "heading")
        self.told = plain("", "dim", wraps=True)
        self.cancel = push_button("Cancel the job…")
        self.cancel.clicked.connect(self.cancel_wanted)
        self.cancel.hide()
        self.bar = JobBar()
        self.path = ElidedLabel()
        self.facts: dict[str, QLabel] = {}
        self._titles: dict[str, QLabel] = {}
        self.plot = RatePlot()
        self._lay_out()

    def _lay_out(self) -> None:
        tokens = theme()
        column = QWidget()
        inner = QVBoxLayout(column)
        inner.setContentsMargins(tokens.gap, tokens.gap, tokens.gap, tokens.gap)
        inner.setSpacing(tokens.tight)
        inner.addWidget(self.state)
        inner.addWidget(self.told)
        inner.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignLeft)
        inner.addWidget(self.bar)
        inner.addWidget(self.path)
        grid = QGridLayout()
        grid.setContentsMargins(0, tokens.tight, 0, 0)
        grid.setHorizontalSpacing(tokens.gap + 4)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for line, (name, title) in enumerate(_FACTS):
            self._titles[name] = plain(title, "dim")
            self.facts[name] = even_digits(plain("", wraps=True))
            self.facts[name].setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.facts[name].setAccessibleName(title)
            grid.addWidget(self._titles[name], line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self.facts[name], line, 1)
        inner.addLayout(grid)
        inner.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setAccessibleName("Figures of the job")
        scroll.setWidget(column)
        scroll.setMinimumWidth(200)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.plot.setMaximumHeight(200)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, tokens.gap, 0)
        row.setSpacing(tokens.gap)
        row.addWidget(scroll, 3)
        row.addWidget(self.plot, 2)

    def show_job(self, figures: JobFigures) -> None:
        """Show a job as it stands."""
        self.state.setText(figures.word)
        self.state.setStyleSheet(f"color: {tone_color(figures)};")
        self.told.setText(figures.meaning)
        self.cancel.setVisible(figures.state == "waiting for disk")
        set_role(self.told, "warning" if figures.told and figures.state != "finished" else "dim")
        self.bar.show_job(figures)
        self.path.set_text(str(figures.place))
        for name, text in _told(figures).items():
            self.facts[name].setText(text)
            self.facts[name].setVisible(bool(text))
            self._titles[name].setVisible(bool(text))
        set_role(self.facts["disk"], "warning" if room_short(figures) else "")
        self.plot.set_points(self._board.rates.of(figures.id))
        self._fit_plot()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_plot()

    def _fit_plot(self) -> None:
        current = self._board.current
        some = current is not None and len(self._board.rates.of(current.id)) > 1
        self.plot.setVisible(some and self.width() >= _PLOT_FROM_PX)


def _told(row: JobFigures) -> dict[str, str]:
    samples = f"{row.done:,} done, {row.left:,} left" if row.state != "finished" else f"{row.done:,} written"
    if row.failed:
        samples += f", {row.failed:,} failed"
    speed = f"{row.images_per_s:.2f} images a second" if row.images_per_s else ""
    size = size_text(row.bytes_written) if row.bytes_written else ""
    if size and row.expected_bytes and row.left:
        size += f" of about {size_text(row.expected_bytes)}"
    disk = f"{size_text(row.free_bytes)} free" if row.free_bytes is not None else ""
    if room_short(row):
        assert row.expected_bytes is not None
        disk += f", {size_text(row.expected_bytes - row.bytes_written)} still needed"
    workers = ", ".join(f"{pid}: {size_text(memory)}" for pid, memory in row.workers)
    if row.workers:
        workers = f"{len(row.workers)} ({workers})"
    return {
        "engine": row.engine[:1].upper() + row.engine[1:],
        "samples": samples,
        "rate": speed,
        "left": left_text(row),
        "size": size,
        "disk": disk,
        "workers": workers,
        "forecast": _forecast(row),
        "stages": _stages(row),
    }


def _forecast(row: JobFigures) -> str:
    if row.forecast_s is None:
        return ""
    text = f"{duration_text(row.forecast_s)} in all"
    if row.forecast_bytes:
        text += f", {size_text(row.forecast_bytes)} more"
    if row.forecast_error is not None:
        share = abs(row.forecast_error)
        text += f"; it took {share:.0%} {'longer' if row.forecast_error > 0 else 'less'}"
    return text


def _stages(row: JobFigures) -> str:
    total = sum(spent for _, spent in row.stages_ms)
    if total <= 0:
        return ""
    return ", ".join(f"{name} {spent / total:.0%}" for name, spent in row.stages_ms[:4] if spent / total >= 0.01)
