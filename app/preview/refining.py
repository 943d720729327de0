"""Puts a path-traced picture over the viewport's raster one, while nothing moves.

Labels, depth and all that is read stay those of the raster picture's truth pass; only its colours are exchanged.
"""

from __future__ import annotations

from dataclasses import replace

from psygnal import Signal

from myriorama.app.document.document import Document
from myriorama.app.observable import Observable
from myriorama.app.preview.frames import Failure, FrameRequest, SampleFrame
from myriorama.app.preview.service import PreviewService
from myriorama.app.preview.traced import TracedPicture, TracingNow
from myriorama.app.preview.tracer_here import SOURCE, TracerFound, TracerHere
from myriorama.app.preview.tracing import TracingService
from myriorama.app.problems import Problems
from myriorama.scenes.project.model import Project


class Refiner:
    """Asks for a path-traced picture of every raster picture that rests, where that is wanted.

    Parameters
    ----------
    document : Document
    preview : PreviewService
    tracing : TracingService
    tracer : TracerHere
        Where it answers that this machine cannot, the wish is taken back and the reason told.
    problems : Problems
        Has one entry about that, until the project's engine changes or another project is opened.

    Attributes
    ----------
    wanted : Observable of bool
        Whether paths are traced: to be read; `want` changes it. It follows the engine of the project whenever that
        changes.
    refined : signal of (SampleFrame,)
        The frame that is shown, with better colours.
    raster : SampleFrame or None
        The full picture of the raster engine that is shown or under the traced one.
    traced : SampleFrame or None
        The same with the last traced colours.
    """

    refined = Signal(SampleFrame)

    def __init__(
        self,
        document: Document,
        preview: PreviewService,
        tracing: TracingService,
        tracer: TracerHere,
        problems: Problems,
    ) -> None:
        self.wanted: Observable[bool] = Observable(False)
        self.raster: SampleFrame | None = None
        self.traced: SampleFrame | None = None
        self._document = document
        self._preview = preview
        self._tracing = tracing
        self._tracer = tracer
        self._problems = problems
        self._refusal = ""
        self._request: FrameRequest | None = None
        self._engine = ""
        document.opened.connect(self._on_opened)
        document.changed.connect(self._follow)
        preview.asked.connect(self._on_asked)
        preview.frame_ready.connect(self._on_frame)
        preview.failed.connect(self._on_failed)
        tracing.picture_ready.connect(self._on_picture)
        tracing.now.changed.connect(self._on_now)
        tracer.changed.connect(self._on_found)
        self.wanted.changed.connect(self._on_wanted)

    def want(self, on: bool) -> bool:
        """Trace paths from now on, or not; return whether they are: not where no tracer can run."""
        found = self._tracer.value
        self._refusal = ""
        if on and found is not None and not found.runs:
            self._refuse(found)
            return False
        if on:
            self._tracer.ask()
        if on == self.wanted.value:
            self._put_away()
        self.wanted.set(on)
        return on

    def put_away(self) -> None:
        """Say no more why paths are not traced; the list of problems still does."""
        self._refusal = ""
        self._put_away()

    def tell_missing(self, found: TracerFound) -> None:
        """Say in the list of problems, once, that paths were wanted and cannot be traced here."""
        self._problems.set(SOURCE, (found.as_trouble(of_project=self._engine == "pathtraced"),))

    def _put_away(self) -> None:
        if self._tracing.now.value.state == "refused":
            self._tracing.give_up(TracingNow())

    def close(self) -> None:
        """Listen no more."""
        self._document.opened.disconnect(self._on_opened)
        self._document.changed.disconnect(self._follow)
        self._preview.asked.disconnect(self._on_asked)
        self._preview.frame_ready.disconnect(self._on_frame)
        self._preview.failed.disconnect(self._on_failed)
        self._tracing.picture_ready.disconnect(self._on_picture)
        self._tracing.now.changed.disconnect(self._on_now)
        self._tracer.changed.disconnect(self._on_found)

    def _on_opened(self) -> None:
        self.raster = self.traced = None
        self._refusal = ""
        self._engine = ""
        self._rest()
        self._follow(self._document.project)

    def _follow(self, project: Project | None) -> None:
        engine = "raster" if project is None else project.output.engine
        if engine != self._engine:
            self._engine = engine
            self._problems.set(SOURCE, ())
            self.want(engine == "pathtraced")

    def _on_found(self, found: TracerFound | None) -> None:
        """Take back the wish that came before the answer did."""
        if found is not None and not found.runs and self.wanted.value:
            self._refuse(found)

    def _refuse(self, found: TracerFound) -> None:
        self._refusal = found.refusal
        self.tell_missing(found)
        self.wanted.set(False)
        self._rest()

    def _on_asked(self, _: int, request: FrameRequest) -> None:
        before, self._request = self._request, request
        if before is not None and request.final and _same_picture(before, request) and self.raster is not None:
            return  # the same with another layer: what is being traced goes on
        self.raster = self.traced = None
        self._rest()

    def _on_frame(self, frame: SampleFrame) -> None:
        if not frame.final or frame.generation != self._preview.generation:
            return
        again = self.raster is not None and self.traced is not None
        self.raster = frame
        if again and self.traced is not None:
            self.traced = replace(frame, rgb=self.traced.rgb)  # views that show frames take it from here
        elif self.wanted.value and self._tracing.now.value.state in ("waiting", "off", "failed"):
            self._begin()

    def _on_failed(self, _: Failure) -> None:
        self.raster = self.traced = None
        self._rest()

    def _on_wanted(self, on: bool) -> None:
        if not on:
            self._rest()
            self.traced = None
            if self.raster is not None:
                self.refined.emit(self.raster)
        elif self.raster is not None:
            self._begin()
        else:
            self._rest()

    def _on_now(self, now: TracingNow) -> None:
        """Show the raster picture again where tracing failed: half a picture is none."""
        if now.state == "failed" and self.traced is not None:
            self.traced = None
            if self.raster is not None:
                self.refined.emit(self.raster)

    def _begin(self) -> None:
        if self.raster is not None and self._request is not None and self.wanted.value:
            self._tracing.ask(self.raster.generation, self._request)

    def _rest(self) -> None:
        if self.wanted.value:
            self._tracing.give_up(TracingNow("waiting"))
        elif self._refusal:
            self._tracing.give_up(TracingNow("refused", reason=self._refusal))
        else:
            self._tracing.give_up(TracingNow())

    def _on_picture(self, picture: TracedPicture) -> None:
        if self.raster is None or not self.wanted.value or picture.rgb.shape != self.raster.rgb.shape:
            return
        self.traced = replace(self.raster, rgb=picture.rgb)
        self.refined.emit(self.traced)


def _same_picture(a: FrameRequest, b: FrameRequest) -> bool:
    names = ("final", "index", "width", "height", "quality", "view", "folder", "asset_roots")
    return a.project is b.project and all(getattr(a, name) == getattr(b, name) for name in names)
