"""Decides which picture the viewport needs now: drafts while something moves, the real thing when it rests.

It watches the document and the index, and asks the preview process; it shows nothing and knows no widget.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from myriorama.app.document.document import Document
from myriorama.app.document.wording import worded
from myriorama.app.observable import Observable
from myriorama.app.preview.frames import Failure, FrameRequest, Layer, SampleFrame, View
from myriorama.app.preview.gallery import TileService
from myriorama.app.preview.service import PreviewService
from myriorama.app.problems import Problems, Trouble
from myriorama.app.settings.store import Settings, SettingsStore
from myriorama.plugins.sources import Grant
from myriorama.scenes.errors import Problem
from myriorama.scenes.project.model import Project

SOURCE: Final = "preview"
"""Under this name failures stand in the list of problems."""

DRAFT_MS: Final = 85.0
"""What a draft may take in the preview process, so that ten follow each other in a second."""
REST_S: Final = 0.25
_RESIZE_REST_S: Final = 0.12
_STEPS: Final = (1.0, 0.8, 0.64, 0.5, 0.4, 0.32, 0.25, 0.2)
_LEAST_WIDTH_PX: Final = 160
_LEAST_RENDER_MS: Final = 20.0
_ROOM_TO_GROW: Final = 1.3
_LARGEST_LOOK_PX: Final = {True: 1_000_000, False: 8_500_000}
"""Pixels of a free look, on software and on a graphics card."""
_READ_BY_POINTER: Final[frozenset[Layer]] = frozenset({"normal"})
_UNKNOWN_DISPLAY: Final = (960, 540)


@dataclass(frozen=True)
class Adviser:
    """How large drafts are made, as a place in `_STEPS`, learnt from how long the last ones took."""

    step: int = 3

    def scale(self) -> float:
        return _STEPS[self.step]

    def learnt(self, total_ms: float, render_ms: float) -> Adviser:
        """Return the advice after a draft that took so long; all but rendering takes as long at any size."""
        budget = max(_LEAST_RENDER_MS, DRAFT_MS - (total_ms - render_ms))
        ratio = budget / max(render_ms, 0.1)
        if ratio < 1.0:
            wanted = self.scale() * math.sqrt(ratio)
            lower = [n for n in range(self.step, len(_STEPS)) if _STEPS[n] <= wanted]
            return Adviser(lower[0] if lower else len(_STEPS) - 1)
        larger = self.step - 1
        if larger >= 0 and ratio >= _ROOM_TO_GROW * (_STEPS[larger] / self.scale()) ** 2:
            return Adviser(larger)
        return self


class Director:
    """Keeps the viewport's picture in step with the document.

    Parameters
    ----------
    document : Document
    index : Observable of int
    preview : PreviewService
    tiles : TileService
        Told of every committed state.
    settings : SettingsStore
    problems : Problems
        Failures of the newest picture stand there under `SOURCE` until one succeeds.
    """

    def __init__(
        self,
        document: Document,
        index: Observable[int],
        preview: PreviewService,
        tiles: TileService,
        settings: SettingsStore,
        problems: Problems,
    ) -> None:
        self._document = document
        self._index = index
        self._preview = preview
        self._tiles = tiles
        self._settings = settings
        self._problems = problems
        self._display = _UNKNOWN_DISPLAY
        self._layers: frozenset[Layer] = frozenset()
        self._view: View | None = None
        self._advisers = {False: Adviser(), True: Adviser()}
        self._software = True
        self._final_out = 0
        self._index_moved_on = False
        self._roots = settings.value.asset_roots
        document.opened.connect(self._on_opened)
        document.changing.connect(self._on_changing)
        document.changed.connect(self._on_changed)
        index.changed.connect(self._on_index_changed)
        settings.changed.connect(self._on_settings_changed)
        preview.frame_ready.connect(self._on_frame)
        preview.failed.connect(self._on_failed)

    @property
    def view(self) -> View | None:
        """The free look that pictures are asked for; None is the dataset camera."""
        return self._view

    def display(self, width_px: int, height_px: int) -> None:
        """Tell how many device pixels there are to show a picture in."""
        size = (max(1, width_px), max(1, height_px))
        if size == self._display:
            return
        self._display = size
        if self._view is not None and self._document.shown is not None:
            self._preview.request_at_rest(self._final(self._document.shown), _RESIZE_REST_S)

    def show_layers(self, layers: frozenset[Layer]) -> None:
        """Tell which layers are looked at, beside colour, ids and depth."""
        added = layers - self._layers
        self._layers = layers
        if added:
            self.refresh()

    def look(self, view: View | None, moving: bool = False) -> None:
        """Look from a free view, or through the dataset camera (None); drafts while it moves."""
        self._view = view
        project = self._document.shown
        if project is None:
            return
        if view is not None and moving:
            self._ask_draft(project)
        else:
            self._ask_final(project)

    def expect(self, project: Project, folder: Path) -> None:
        """Have the first picture of a project made that is going to be opened."""
        self._tiles.hold(True)
        layers = self._layers | _READ_BY_POINTER
        self._preview.request(replace(self._final(project), folder=str(folder), layers=layers))

    def use_plugins(self, grants: Sequence[Grant]) -> None:
        """Make everything again with these third-party plugins; a draft comes first where one is being written."""
        self._preview.use_plugins(grants)
        self._tiles.use_plugins(grants)
        if self._document.project is not None:
            self._tell_tiles()
            if any(grant.development for grant in grants) and self._document.shown is not None:
                self._ask_draft(self._document.shown)
            else:
                self.refresh()

    def refresh(self) -> None:
        """Ask for the picture again, in full."""
        if self._document.shown is not None:
            self._ask_final(self._document.shown)

    def close(self) -> None:
        """Listen no more."""
        self._document.opened.disconnect(self._on_opened)
        self._document.changing.disconnect(self._on_changing)
        self._document.changed.disconnect(self._on_changed)
        self._index.changed.disconnect(self._on_index_changed)
        self._settings.changed.disconnect(self._on_settings_changed)
        self._preview.frame_ready.disconnect(self._on_frame)
        self._preview.failed.disconnect(self._on_failed)

    # -- what changes ----------------------------------------------------------------------------------------------

    def _on_opened(self) -> None:
        self._view = None
        self._problems.set(SOURCE, ())
        self._tiles.hold(self._document.project is not None)  # until the first picture is there
        self._tell_tiles()
        self.refresh()

    def _on_changing(self, project: Project | None) -> None:
        if project is None:
            return
        if project is self._document.project:
            self._ask_final(project)
        else:
            self._ask_draft(project)

    def _on_changed(self, project: Project) -> None:
        self._tell_tiles()
        self._ask_final(project)
        self._tiles.hold(False)

    def _on_index_changed(self, _: int) -> None:
        # A final that is under way is waited for: with a key held down, samples pass by instead of none being shown.
        if self._final_out and self._final_out == self._preview.generation:
            self._index_moved_on = True
        else:
            self.refresh()

    def _on_settings_changed(self, settings: Settings) -> None:
        if settings.asset_roots != self._roots:
            self._roots = settings.asset_roots
            self._tell_tiles()
            self.refresh()

    def _tell_tiles(self) -> None:
        self._tiles.set_project(self._document.project, self._document.folder, self._roots)

    # -- asking ----------------------------------------------------------------------------------------------------

    def _ask_final(self, project: Project) -> None:
        self._index_moved_on = False
        self._final_out = self._preview.request(self._final(project))

    def _ask_draft(self, project: Project) -> None:
        self._index_moved_on = False
        self._final_out = 0
        self._tiles.hold(True)
        width, height = self._draft_size(project)
        self._preview.request(self._request(project, width, height, final=False))
        self._preview.request_at_rest(self._final(project), REST_S)

    def _final(self, project: Project) -> FrameRequest:
        if self._view is None:
            return self._request(project, project.output.width, project.output.height, final=True)
        return self._request(project, *self._look_size(), final=True)

    def _request(self, project: Project, width: int, height: int, *, final: bool) -> FrameRequest:
        return FrameRequest(
            project=project,
            folder=str(self._document.folder),
            index=self._index.value,
            width=width,
            height=height,
            quality=project.output.quality if final else "draft",
            final=final,
            layers=self._layers,
            view=self._view,
            asset_roots=self._roots,
        )

    def _look_size(self) -> tuple[int, int]:
        """Return the display's size, with fewer pixels where there are too many for the device."""
        width, height = self._display
        scale = min(1.0, math.sqrt(_LARGEST_LOOK_PX[self._software] / (width * height)))
        return max(1, round(width * scale)), max(1, round(height * scale))

    def _draft_size(self, project: Project) -> tuple[int, int]:
        """Return the size of a draft: of the picture as it is shown, reduced as the adviser says."""
        if self._view is not None:
            width, height = self._look_size()
        else:
            width, height = project.output.width, project.output.height
            fit = min(1.0, self._display[0] / width, self._display[1] / height)
            width, height = max(1, round(width * fit)), max(1, round(height * fit))
        scale = max(self._advisers[self._view is not None].scale(), min(1.0, _LEAST_WIDTH_PX / width))
        return max(1, round(width * scale)), max(1, round(height * scale))

    # -- what comes back -------------------------------------------------------------------------------------------

    def _on_frame(self, frame: SampleFrame) -> None:
        self._software = frame.device.software
        if not frame.final:
            free = frame.view is not None
            timings = frame.timings_ms
            self._advisers[free] = self._advisers[free].learnt(timings["total"], timings["render"])
            return
        self._answered(frame.generation)
        if frame.generation == self._preview.generation:
            self._problems.set(SOURCE, ())

    def _on_failed(self, failure: Failure) -> None:
        self._answered(failure.generation)
        self._problems.set(SOURCE, troubles_of(failure, self._document.shown))

    def _answered(self, generation: int) -> None:
        self._tiles.hold(False)
        if generation in (0, self._final_out):
            self._final_out = 0
            if self._index_moved_on:
                self.refresh()


_WAYS_OUT: Final = {
    "input": "correct the value in the inspector, or undo the change",
    "device": "install or update the graphics driver; Mesa's software one will do",
    "plugin": "change the values that the plugin was given, switch its node off, or tell its author",
    "lost": "change the project or press refresh to try again",
    "refused": "widen the acceptance rules, or change ranges so that samples can meet them",
}


def troubles_of(failure: Failure, project: Project | None) -> tuple[Trouble, ...]:
    """Return what a person should know of a failure, one trouble for each problem."""
    way_out = _WAYS_OUT[failure.kind]
    if not failure.problems:
        return (Trouble(SOURCE, "error", failure.message, f"sample {failure.index}", way_out),)
    if project is None:
        return tuple(Trouble(SOURCE, "error", p.message, p.place, way_out) for p in failure.problems)
    return tuple(dict.fromkeys(_trouble(failure, problem, project) for problem in failure.problems))


def _trouble(failure: Failure, problem: Problem, project: Project) -> Trouble:
    """Return a problem in the words of the project's own check; a file that it is in comes first."""
    trouble = worded(SOURCE, project, problem)
    if problem.file:
        trouble = replace(trouble, place=": ".join(part for part in (problem.file, trouble.place) if part))
    if not problem.allowed and failure.kind != "input":
        trouble = replace(trouble, way_out=_WAYS_OUT[failure.kind])
    return trouble
