"""The path-traced picture over the viewport's own, and why there is none where there is none.

It exchanges colours and says words; when paths are traced is decided elsewhere.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject

from myriorama.app.preview.frames import SampleFrame
from myriorama.app.preview.traced import TracingNow
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.notice import Notice
from myriorama.widgets.theme import theme
from myriorama.widgets.viewport.stage import Stage

_LETTERS, _PLATE = "#eceef1", "rgba(24, 26, 31, 240)"
"""A dark plate in either theme, as all that lies on the picture."""


class TracedOver(QObject):
    """Shows on a stage what the refiner brings.

    Attributes
    ----------
    notice : Notice
        Why the picture is the raster one though paths were wanted.
    """

    def __init__(self, studio: Studio, stage: Stage) -> None:
        super().__init__(stage)
        self._studio = studio
        self._stage = stage
        self.notice = Notice(stage, _LETTERS, _PLATE)
        self.notice.put_away.connect(studio.refiner.put_away)
        stage.installEventFilter(self)
        bind(self, studio.refiner.refined, self._on_refined)
        bind(self, studio.preview.frame_ready, self._on_frame)
        bind(self, studio.tracing.now.changed, self._say)
        bind(self, stage.looking.changed, self._place)
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

    def _say(self, now: TracingNow) -> None:
        text = ""
        if now.state == "failed":
            text = f"Not path traced: {now.reason.rstrip('.')}. This is the raster picture."
        elif now.state == "refused":
            text = f"{now.reason} This is the raster picture."
        self.notice.say(text)
        self._place()

    def _place(self, *_: object) -> None:
        if self.notice.isHidden():
            return
        gap = theme().gap
        top = gap if not self._stage.looking.is_free else 2 * gap + self._stage.badge.height()
        self.notice.place(gap, top, self._stage.width() - 2 * gap)
