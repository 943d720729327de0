"""Tells in the status bar of exports that run, and of one that has just ended, until it is looked at."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from myriorama.app.exporting.checks import duration_text
from myriorama.app.exporting.export import ExportJob, ExportState
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.theme import theme

_BAR_PX = 72


class ExportBadge(QAbstractButton):
    """Hidden while there is nothing to tell.

    Attributes
    ----------
    opened : signal of (ExportJob,)
        It was clicked: show this export.
    """

    opened = Signal(object)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exports = studio.exports
        self._job: ExportJob | None = None
        self._seen: ExportJob | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Exports")
        self.clicked.connect(self._on_clicked)
        bind(self, studio.exports.changed, self._on_changed)
        self._on_changed()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + _BAR_PX + 28, 20)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _on_changed(self) -> None:
        running = self._exports.running
        jobs = self._exports.jobs
        self._job = running[-1] if running else jobs[-1] if jobs else None
        shown = self._job is not None and self._job is not self._seen
        if shown and self._job is not None:
            text = _told(self._job.state.value, len(running))
            if text != self.text():
                self.setText(text)
                self.setToolTip(f"{text}\n{self._job.settings.folder}\nClick to see it")
                self.setAccessibleDescription(text)
                self.updateGeometry()
            self.update()
        self.setVisible(shown)

    def _on_clicked(self) -> None:
        job = self._job
        if job is None:
            return
        if job.state.value.ended:
            self._seen = job
            self.setVisible(False)
        self.opened.emit(job)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QColor(tokens.accent) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), tokens.radius, tokens.radius)
        state = self._job.state.value if self._job is not None else ExportState()
        bar = QRectF(8, self.height() / 2 - 3, _BAR_PX, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.border))
        painter.drawRoundedRect(bar, 3, 3)
        filled = QRectF(bar)
        filled.setWidth(max(6.0, bar.width() * (1.0 if state.ended else state.fraction)))
        painter.setBrush(QColor(_color(state)))
        painter.drawRoundedRect(filled, 3, 3)
        painter.setPen(QColor(tokens.text))
        place = QRectF(bar.right() + 8, 0, self.width() - bar.right() - 12, self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()


def _color(state: ExportState) -> str:
    tokens = theme()
    if state.status == "failed" or (state.outcome and not state.outcome.sound):
        return tokens.error
    if state.status == "cancelled":
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
    left = f", {duration_text(state.seconds_left)} left" if state.seconds_left is not None else ""
    return f"Exporting {state.done:,} of {state.total:,}{left}{more}"
