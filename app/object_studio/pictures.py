"""Asks one preview process for a page's pictures: what is looked at first, random draws when nothing else is wanted.

It keeps no values; whoever owns them says what to show. No more than one request is out at a time.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from psygnal import Signal

from myriorama.app.object_studio.bench import Extent, staged
from myriorama.app.object_studio.looks import Turn, object_extent
from myriorama.app.observable import Observable, Post
from myriorama.app.preview.director import REST_S, Adviser
from myriorama.app.preview.frames import Failure, FrameRequest, Layer, SampleFrame
from myriorama.app.preview.service import PreviewService, ServiceState
from myriorama.plugins.sources import Grant
from myriorama.scenes.project.model import Project

DRAW_PX: Final = (176, 148)
_PROBE_PX: Final = (32, 24)
_LARGEST_PX: Final = {True: 560_000, False: 4_000_000}
"""Pixels of a picture at rest, on software and on a graphics card."""
_LEAST_WIDTH_PX: Final = 200
_GROWN: Final = 1.03
_SHRUNK: Final = 0.62
_MOVED: Final = 0.3
"""Beyond these an object that was changed is framed anew: relative to the radius that the camera stands for."""

Kind = Literal["probe", "draft", "final", "draw probe", "draw"]


@dataclass(frozen=True, eq=False)
class _Asked:
    """What a generation of the service answers."""

    kind: Kind
    project: Project
    number: int = 0


class Pictures:
    """The pictures of one page.

    Parameters
    ----------
    post : callable
        Brings a call to the thread of the models.
    cache_folder : Path or None
        For imported assets; None is the user's.
    draw_px : (int, int)
        Width and height of a draw's picture.

    Attributes
    ----------
    shown : signal of (SampleFrame,)
        A picture of what is looked at: a draft, or one at rest.
    failed : signal of (Failure,)
    drawn : signal of (int, SampleFrame)
        A draw, by its place among those that were asked for.
    draw_failed : signal of (int, Failure)
    idle : signal of ()
        What is looked at is there: there is time for draws.
    state : Observable of ServiceState
    """

    shown = Signal(object)
    failed = Signal(object)
    drawn = Signal(int, object)
    draw_failed = Signal(int, object)
    idle = Signal()

    def __init__(self, post: Post, cache_folder: Path | None = None, *, draw_px: tuple[int, int] = DRAW_PX) -> None:
        self.state: Observable[ServiceState] = Observable("idle")
        self._post = post
        self._cache_folder = cache_folder
        self._service: PreviewService | None = None
        self._draw_px = draw_px
        self._grants: tuple[Grant, ...] = ()
        self._folder = Path.cwd()
        self._roots: tuple[str, ...] = ()
        self._project: Project | None = None
        self._framed: Extent | None = None
        self._turn = Turn()
        self._layers: frozenset[Layer] = frozenset({"anatomy"})
        self._size = (640, 480)
        self._software = True
        self._adviser = Adviser()
        self._out: dict[int, _Asked] = {}
        self._main_out = False
        self._leaving: list[threading.Thread] = []

    # -- the process -----------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return self._service.pid if self._service is not None else None

    @property
    def framed(self) -> Extent | None:
        """What the camera frames; None until the object was measured."""
        return self._framed

    def start(self) -> None:
        """Start the process. Call it on the main thread."""
        if self._service is None:
            service = self._service = PreviewService(self._post, self._cache_folder)
            service.use_plugins(self._grants)
            service.frame_ready.connect(self._on_frame)
            service.failed.connect(self._on_failed)
            service.state.changed.connect(self.state.set)
            service.start()
            if self._project is not None:
                self.show(self._project)

    def stop(self) -> None:
        """End the process, without waiting for it; what it had made stays with those who took it."""
        service, self._service = self._service, None
        if service is not None:
            service.frame_ready.disconnect(self._on_frame)
            service.failed.disconnect(self._on_failed)
            service.state.changed.disconnect(self.state.set)
            # It may be in the middle of a picture, or of a plugin that hangs: the window has better things to do.
            leaving = threading.Thread(target=service.close, name="pictures end", daemon=True)
            leaving.start()
            self._leaving = [*(t for t in self._leaving if t.is_alive()), leaving]
        self._out.clear()
        self._main_out = False
        self.state.set("idle")

    def close(self) -> None:
        """End the process and wait until it has ended."""
        self.stop()
        for thread in self._leaving:
            thread.join()
        self._leaving.clear()

    def use_plugins(self, grants: Sequence[Grant]) -> None:
        """Make every further picture with these third-party plugins."""
        self._grants = tuple(grants)
        self._out.clear()
        self._main_out = False
        if self._service is not None:
            self._service.use_plugins(self._grants)

    # -- what to show ----------------------------------------------------------------------------------------------

    def set_place(self, folder: Path, roots: tuple[str, ...]) -> None:
        """Find files here."""
        self._folder, self._roots = folder, roots

    def set_size(self, width_px: int, height_px: int) -> None:
        """Tell how many device pixels there are to show a picture in."""
        size = (max(1, width_px), max(1, height_px))
        if size != self._size:
            self._size = size
            if self._project is not None and self._service is not None and self._framed is not None:
                self._service.request_at_rest(self._final(self._project), REST_S)
                self._main_out = True

    def set_layers(self, layers: frozenset[Layer]) -> None:
        """Ask for these layers too."""
        added = layers - self._layers
        self._layers = layers | {"anatomy"}
        if added and self._project is not None:
            self.show(self._project)

    def forget(self) -> None:
        """Another object comes: it is measured before it is shown."""
        self._framed = None

    def show(self, project: Project, *, moving: bool = False) -> None:
        """Show the object of a project; a draft while a hand moves a value."""
        self._project = project
        if self._service is None:
            return
        if self._framed is None:
            self._ask("probe", project, self._request(project, None, *_PROBE_PX, final=False))
        elif moving:
            self._draft(project)
        else:
            self._ask("final", project, self._final(project))

    def look(self, turn: Turn, *, moving: bool) -> None:
        """Look from elsewhere."""
        self._turn = turn
        if self._project is not None:
            self.show(self._project, moving=moving)

    @property
    def at_rest(self) -> bool:
        """The picture in full of what is looked at is there, or could not be made."""
        return not self._main_out

    @property
    def can_draw(self) -> bool:
        """Nothing else is being made."""
        return self._service is not None and not self._main_out and not self._out

    def draw(self, number: int, project: Project) -> None:
        """Make a draw's picture; `drawn` or `draw_failed` tells of it, unless something else is asked for first."""
        request = self._request(project, None, *_PROBE_PX, final=False, index=number + 1)
        self._ask("draw probe", project, request, number)

    # -- asking ----------------------------------------------------------------------------------------------------

    def _ask(self, kind: Kind, project: Project, request: FrameRequest, number: int = 0) -> None:
        if self._service is None:
            return
        generation = self._service.request(request)
        if kind in ("draw probe", "draw") or not self._main_out:
            self._out.clear()  # the newest wins: what was asked for before is answered by nobody
        self._out[generation] = _Asked(kind, project, number)
        self._main_out = kind in ("probe", "draft", "final")

    def _draft(self, project: Project) -> None:
        width, height = self._rest_size()
        scale = max(self._adviser.scale(), min(1.0, _LEAST_WIDTH_PX / width))
        small = max(1, round(width * scale)), max(1, round(height * scale))
        self._ask("draft", project, self._request(project, self._framed, *small, final=False))
        if self._service is not None:
            self._service.request_at_rest(self._final(project), REST_S)

    def _final(self, project: Project) -> FrameRequest:
        return self._request(project, self._framed, *self._rest_size(), final=True)

    def _rest_size(self) -> tuple[int, int]:
        width, height = self._size
        scale = min(1.0, math.sqrt(_LARGEST_PX[self._software] / (width * height)))
        return max(1, round(width * scale)), max(1, round(height * scale))

    def _request(
        self, project: Project, extent: Extent | None, width: int, height: int, *, final: bool, index: int = 0
    ) -> FrameRequest:
        view = None
        if extent is not None:
            aspect = width / height
            project = staged(project, extent, aspect=aspect)
            view = self._turn.orbit(extent, aspect).view
        return FrameRequest(
            project=project,
            folder=str(self._folder),
            index=index,
            width=width,
            height=height,
            quality="standard" if final else "draft",
            final=final,
            layers=self._layers if index == 0 else frozenset(),
            view=view,
            asset_roots=self._roots,
        )

    # -- what comes back -------------------------------------------------------------------------------------------

    def _on_frame(self, frame: SampleFrame) -> None:
        asked = self._out.pop(frame.generation, None)
        self._software = frame.device.software
        newest = self._service is not None and frame.generation == self._service.generation
        if asked is not None and asked.kind in ("draw probe", "draw"):
            self._take_draw(asked, frame)
            return
        if asked is not None and asked.kind == "probe":
            self._measure(frame)
            if newest and self._project is not None:
                self.show(self._project)
            return
        if self._framed is None or frame.index != 0:
            return  # it was asked for before another object came
        if not frame.final:
            self._adviser = self._adviser.learnt(frame.timings_ms["total"], frame.timings_ms["render"])
        self.shown.emit(frame)
        if frame.final and newest:
            self._main_out = False
            self._out.clear()
            if self._outgrown(frame):
                self._measure(frame)
                if self._project is not None:
                    self.show(self._project)
            else:
                self.idle.emit()

    def _take_draw(self, asked: _Asked, frame: SampleFrame) -> None:
        extent = object_extent(frame)
        if asked.kind == "draw":
            self.drawn.emit(asked.number, frame)
            self.idle.emit()
        elif extent is not None:
            width, height = self._draw_px
            project = staged(asked.project, extent, aspect=width / height)
            request = self._request(project, None, width, height, final=True, index=asked.number + 1)
            self._ask("draw", project, request, asked.number)

    def _on_failed(self, failure: Failure) -> None:
        asked = self._out.pop(failure.generation, None)
        if asked is not None and asked.kind in ("draw probe", "draw"):
            self.draw_failed.emit(asked.number, failure)
            self.idle.emit()
            return
        self._main_out = False
        self._out.clear()
        self.failed.emit(failure)

    def _measure(self, frame: SampleFrame) -> None:
        self._framed = object_extent(frame) or self._framed

    def _outgrown(self, frame: SampleFrame) -> bool:
        """Tell whether the object fills too much or too little of what the camera frames."""
        extent, framed = object_extent(frame), self._framed
        if extent is None or framed is None:
            return False
        ratio = extent.radius_m / framed.radius_m
        return not _SHRUNK <= ratio <= _GROWN or math.dist(extent.middle, framed.middle) > _MOVED * framed.radius_m
