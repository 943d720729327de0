"""The path-traced picture over the viewport's own, and why there is none where there is none.

It exchanges colours and says words; when paths are traced is decided elsewhere.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject

from myriorama.app.preview.frames import SampleFrame
from myriorama.app.preview.traced import TracingNow
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.theme import theme
from myriorama.widgets.viewport.covers import Badge
from myriorama.widgets.viewport.stage import Stage

_RED = "#ff8f7d"
"""On the dark plates of either theme."""
_LONGEST = 80


class TracedOver(QObject):
    """Shows on a stage what the refiner brings."""

    def __init__(self, studio: Studio, stage: Stage) -> None:
        super().__init__(stage)
        self._studio = studio
        self._stage = stage
        self.badge = Badge(stage, _RED)
        stage.installEventFilter(self)
        bind(self, studio.refiner.refined, self._on_refined)
        bind(self, studio.preview.frame_ready, self._on_frame)
        bind(self, studio.refiner.wanted.changed, self._on_wanted)
        bind(self, studio.tracing.now.changed, self._say)
        self._say(studio.tracing.now.value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _on_refined(self, frame: SampleFrame) -> None:
        self._stage.show_colors(frame)

    def _on_frame(self, frame: SampleFrame) -> None:
        """Keep the traced colours over the same picture that came once more, with another layer."""
        traced = self._studio.refiner.traced
        if traced is not None and traced.generation == frame.generation and self._studio.refiner.wanted.value:
            self._stage.show_colors(traced)

    def _on_wanted(self, on: bool) -> None:
        if on:
            self._studio.tracer.ask()

    def _say(self, now: TracingNow) -> None:
        text = ""
        if now.state == "failed":
            reason = now.reason if len(now.reason) <= _LONGEST else now.reason[:_LONGEST].rsplit(" ", 1)[0] + " …"
            text = f"Not path traced: {reason.rstrip('.')}. This is the raster picture."
        self.badge.say(text)
        self.badge.setToolTip(now.reason)
        self._place()

    def _place(self) -> None:
        gap = theme().gap
        top = gap if not self._stage.looking.is_free else 2 * gap + self.badge.height()
        self.badge.move(gap, top)
