"""The gallery's service: thumbnails in the order in which they are wanted, then facts, from processes of its own.

It keeps nothing that was made; whoever listens does. Answers of an older epoch are never handed on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from psygnal import Signal

from myriorama.app.observable import Post
from myriorama.app.preview.crew import Crew, Job, Made, State
from myriorama.app.preview.tiles import ObjectFacts, SampleFacts, Tile, TileKey
from myriorama.app.production.lifetime import usable_cores
from myriorama.plugins.sources import Grant
from myriorama.scenes.project.model import Project


class TileService:
    """Thumbnails and facts of the open project.

    The processes start with the first wish, or with `start`.

    Parameters
    ----------
    post : callable
        Brings a call to the thread of the models.
    cache_folder : Path or None
        For imported assets; None is the user's.
    workers : int
        How many processes; 0 chooses by the machine.

    Attributes
    ----------
    epoch : int
        Grows with every state of the project.
    traced : frozenset of int
        Samples whose thumbnails are path traced.
    tile_ready : signal of (Tile,)
    facts_ready : signal of (SampleFacts,)
    epoch_changed : signal of (int,)
        All on the thread of the models.
    """

    tile_ready = Signal(Tile)
    facts_ready = Signal(SampleFacts)
    epoch_changed = Signal(int)

    def __init__(self, post: Post, cache_folder: Path | None = None, workers: int = 0) -> None:
        self._post = post
        self._cache_folder = cache_folder
        self._workers = workers or default_workers()
        self.epoch = 0
        self._serial = 0
        self._states: dict[str, State] = {}
        self._place: tuple[str, tuple[str, ...]] = ("", ())
        self._crew: Crew | None = None
        self._held = False
        self._closed = False
        self._plugins: tuple[Mapping[str, Any], ...] = ()
        self.traced: frozenset[int] = frozenset()

    @property
    def pids(self) -> tuple[int, ...]:
        """Of the processes that run now."""
        return self._crew.pids if self._crew is not None else ()

    def use_plugins(self, grants: Sequence[Grant]) -> None:
        """Use these third-party plugins from the next `set_project` on."""
        self._plugins = tuple(grant.to_json() for grant in grants)
        if self._crew is not None:
            self._crew.use_plugins(self._plugins)

    def set_project(self, project: Project | None, folder: Path, asset_roots: Sequence[str] = ()) -> None:
        """Show this project from now on: everything made before is stale, and what was wanted of it is forgotten."""
        self._place = (str(folder), tuple(asset_roots))
        self.epoch += 1
        self._states = {name: self._state(state.project) for name, state in self._states.items() if name}
        if project is not None:
            self._states[""] = self._state(project)
        self._keep()
        self.epoch_changed.emit(self.epoch)

    def set_variants(self, variants: Mapping[str, Project]) -> None:
        """Declare further projects by name, for `TileKey.variant`; those not named are forgotten."""
        kept = {"": self._states[""]} if "" in self._states else {}
        for name, project in variants.items():
            before = self._states.get(name)
            same = before is not None and before.project == project
            kept[name] = before if before is not None and same else self._state(project)
        self._states = kept
        self._keep()

    def want(self, keys: Sequence[TileKey], size_px: int) -> None:
        """Ask for these thumbnails, in this order, in place of what was asked for before.

        Parameters
        ----------
        size_px : int
            Of the longer side.
        """
        known = [(key, self._states.get(key.variant)) for key in dict.fromkeys(keys)]
        traced = self.traced
        jobs = [Job("tile", k, s, size_px, not k.variant and k.index in traced) for k, s in known if s is not None]
        self._ask("tile", jobs)

    def trace(self, indices: frozenset[int]) -> None:
        """Trace the thumbnails of these samples from the next `want` on; all others are the raster engine's."""
        self.traced = indices

    def want_facts(self, indices: Sequence[int]) -> None:
        """Ask for the facts of these samples, after the thumbnails, in place of what was asked for before."""
        state = self._states.get("")
        if state is not None:
            self._ask("facts", [Job("facts", TileKey(index), state) for index in dict.fromkeys(indices)])

    def start(self) -> None:
        """Start the processes ahead of the first wish; they take about a second to be ready."""
        if self._crew is None and not self._closed:
            self._crew = Crew(self._report, self._workers, self._cache_folder, held=self._held)
            self._crew.use_plugins(self._plugins)
            self._keep()

    def hold(self, on: bool) -> None:
        """Begin nothing new until told otherwise: something more urgent is being made. Wishes are kept."""
        if on != self._held:
            self._held = on
            if self._crew is not None:
                self._crew.hold(on)

    def close(self) -> None:
        """End the processes and everything that belongs to them. Safe to call twice."""
        self._closed = True
        crew, self._crew = self._crew, None
        if crew is not None:
            crew.close()

    def _state(self, project: Project) -> State:
        self._serial += 1
        return State(self._serial, project, *self._place)

    def _keep(self) -> None:
        """Have jobs of states that are gone forgotten."""
        if self._crew is not None:
            self._crew.keep(tuple(self._states.values()))

    def _ask(self, kind: Literal["tile", "facts"], jobs: Sequence[Job]) -> None:
        if jobs:
            self.start()
        if self._crew is not None:
            self._crew.ask(kind, jobs)

    def _report(self, made: Made) -> None:
        """Take what a process made, on the crew's thread."""
        self._post(partial(self._take, made))

    def _take(self, made: Made) -> None:
        """Hand on what was made, on the thread of the models, unless it is stale."""
        job = made.job
        if self._closed or self._states.get(job.key.variant) is not job.state:
            return
        if job.kind == "tile":
            self.tile_ready.emit(tile_of(made, self.epoch))
        elif made.facts is not None:
            self.facts_ready.emit(facts_of(made.facts, self.epoch))


def tile_of(made: Made, epoch: int) -> Tile:
    """Return the tile of what a process made; one grey pixel with the reason where it could not."""
    rgb = made.rgb
    if rgb is None:
        rgb = np.full((1, 1, 3), 128, dtype=np.uint8)
        rgb.flags.writeable = False
    job = made.job
    return Tile(job.key, epoch, made.sample_key, made.recipe_hash, rgb, made.items, made.problem, job.traced)


def facts_of(told: Mapping[str, Any], epoch: int) -> SampleFacts:
    """Return the facts that a process told."""
    return SampleFacts(
        **{name: value for name, value in told.items() if name not in ("objects", "values", "violations")},
        epoch=epoch,
        objects=tuple(_object_facts(o) for o in told["objects"]),
        values=MappingProxyType(dict(told["values"])),
        violations=tuple(told["violations"]),
    )


def _object_facts(told: Mapping[str, Any]) -> ObjectFacts:
    x, y, w, h = told["box"]
    dx, dy, dz = told["viewing_direction"]
    return ObjectFacts(
        **{name: told[name] for name in ("instance_key", "class_id", "class_name", "area_px", "visible", "distance_m")},
        box=(x, y, w, h),
        viewing_direction=(dx, dy, dz),
        attributes=MappingProxyType(dict(told["attributes"])),
    )


def default_workers() -> int:
    """Return how many processes suit this machine: one a core, at most four; they give way to the preview."""
    return max(1, min(4, usable_cores()))
