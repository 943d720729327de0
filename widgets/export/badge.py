"""Tells in the status bar of the job at work, and of an export that has just ended, until it is looked at."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from myriorama.app.amounts import duration_text
from myriorama.app.exporting.export import ExportJob, ExportState
from myriorama.app.queue_view.figures import TONES, JobFigures, figures_of
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import theme

_BAR_PX = 72


class ExportBadge(QAbstractButton):
    """Hidden while there is nothing to tell.

    Attributes
    ----------
    opened : signal of (ExportJob,)
        It was clicked: show this export.
    job_wanted : signal of (str,)
        It was clicked: show this job of the queue.
    """

    opened = Signal(object)
    job_wanted = Signal(str)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exports = studio.exports
        self._queue = studio.queue
        self._row: JobFigures | None = None
        self._job: ExportJob | None = None
        self._seen: ExportJob | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Exports")
        self.clicked.connect(self._on_clicked)
        bind(self, studio.exports.changed, self._on_changed)
        bind(self, studio.queue.changed, self._on_changed)
        self._on_changed()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + _BAR_PX + 28, 20)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _on_changed(self) -> None:
        """Tell of the job at work; else of an export on its way into the queue or out of it, else of one that ended."""
        rows = [figures_of(g) for g in self._queue.glimpses]
        live = [r for r in rows if r.alive]
        open_ = sum(r.state == "queued" for r in rows)
        self._row = live[0] if live else None
        running = self._exports.running
        jobs = self._exports.jobs
        self._job = running[-1] if running else jobs[-1] if jobs else None
        if self._row is not None:
            self._show(_told_of(self._row, len(live) - 1 + open_), str(self._row.place))
        elif self._job is not None and self._job is not self._seen:
            self._show(_told(self._job.state.value, len(running)), str(self._job.settings.folder))
        else:
            self.setVisible(False)

    def _show(self, text: str, place: str) -> None:
        if text != self.text():
            self.setText(text)
            self.setAccessibleDescription(text)
            self.updateGeometry()
        self.setToolTip(plain_tip(f"{text}\n{place}\nClick to see it"))
        self.setVisible(True)
        self.update()

    def _on_clicked(self) -> None:
        if self._row is not None:
            self.job_wanted.emit(self._row.id)
            return
        job = self._job
        if job is None:
            return
        if job.state.value.ended:
            self._seen = job
            self.setVisible(False)
        self.opened.emit(job)

    def _filled(self) -> tuple[float, str]:
        """Return how much of the bar is filled, and its colour."""
        if self._row is not None:
            return self._row.fraction, getattr(theme(), TONES[self._row.state] or "accent")
        state = self._job.state.value if self._job is not None else ExportState()
        return 1.0 if state.ended else state.fraction, _color(state)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QColor(tokens.accent) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), tokens.radius, tokens.radius)
        share, color = self._filled()
        bar = QRectF(8, self.height() / 2 - 3, _BAR_PX, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.border))
        painter.drawRoundedRect(bar, 3, 3)
        filled = QRectF(bar)
        filled.setWidth(max(6.0, bar.width() * share))
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(filled, 3, 3)
        painter.setPen(QColor(tokens.text))
        place = QRectF(bar.right() + 8, 0, self.width() - bar.right() - 12, self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()


def _color(state: ExportState) -> str:
    tokens = theme()
    if state.status == "failed" or (state.outcome and not state.outcome.sound):
        return tokens.error
    if state.status in ("cancelled", "held"):
        return tokens.warning
    return tokens.good if state.status == "finished" else tokens.accent


def _told(state: ExportState, running: int) -> str:
    more = f" (+{running - 1})" if running > 1 else ""
    if state.status == "finished" and state.outcome is not None:
        text = f"Export finished: {state.outcome.written:,} samples"
        return text + (f", {state.outcome.quarantined_count} quarantined" if state.outcome.quarantined_count else "")
    if state.status == "failed":
        return "Export failed"
    if state.status == "cancelled":
        return "Export stopped"
    if state.status == "verifying":
        return f"Verifying the export{more}"
    if state.status == "starting":
        return f"Checking the export{more}"
    if state.status == "held":
        return f"Export waits for room on the disk{more}" if state.for_room else f"Export on hold{more}"
    left = f", {duration_text(state.seconds_left)} left" if state.seconds_left is not None else ""
    return f"Exporting {state.done:,} of {state.total:,}{left}{more}"


def _told_of(row: JobFigures, others: int) -> str:
    more = f" (+{others})" if others else ""
    if row.state == "finalizing":
        return f"Finishing {row.out.name}{more}"
    left = f", {duration_text(row.seconds_left)} left" if row.seconds_left is not None else ""
    held = "" if row.state == "running" else f" ({row.word.lower()})"
    return f"{row.out.name}: {row.done + row.failed:,} of {row.total:,}{left}{held}{more}"
