"""Samples of a project rendered while a training loop asks for them: an endless dataset without a disk.

Sample i is the same here, in a dataset and in the studio. It keeps nothing: what is wanted again is rendered again.
"""

from __future__ import annotations

import multiprocessing
import os
import weakref
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import count, islice
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from myriorama.app.extensions.approvals import user_grants
from myriorama.app.finding import find_project
from myriorama.app.loading.bases import StreamBase, loader_share
from myriorama.app.loading.epochs import Epoch, RedrawEffects, read_redraw
from myriorama.app.loading.maker import Maker, UnmadeError
from myriorama.app.loading.sample import BoxForm, LoadedSample
from myriorama.app.loading.team import Made, Team
from myriorama.app.loading.written import Transform, delivered
from myriorama.app.production.clean_picture import What, can_be_drawn_again
from myriorama.app.production.messages import WorkerSetup
from myriorama.app.production.snapshot import dataset_info, shown_as
from myriorama.app.render_queue.making import Wanted, make_snapshot
from myriorama.app.render_queue.starting import worker_setup
from myriorama.plugins.registry import registry_with
from myriorama.plugins.selection import Selection, View
from myriorama.plugins.splitting import PARTS
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.load import load_project
from myriorama.scenes.rendering.frame import Quality


class RenderedSamples(StreamBase):
    """The samples of a project, rendered in processes of their own, in order.

    Each ``iter()`` begins anew with the first index. Close it, or use it as a context manager. In a worker of a
    PyTorch DataLoader it renders in that worker, which gets every n-th index: give the loader the workers then.

    Parameters
    ----------
    project : str or Path
        A project file, its folder, or the name of a shipped example.
    indices : range, sequence of int or None
        Which samples; None is 0, 1, 2, ... without end.
    workers : int
        Processes that render, started with the first sample; 0 renders in this process.
    selection : Selection or None
        Which objects are shown, and as what; None is the project's class map and split.
    part : str or None
        ``train``, ``val`` or ``test`` of the selection's split; other samples are left out after they were rendered.
    fields, transform, box_form
        As for `WrittenSamples`. Naming `fields` saves what the others would cost between processes.
    size : (int, int) or None
        Width and height in pixels instead of the project's.
    quality, labels, seed
        Instead of the project's.
    asset_roots : sequence of path
        Folders outside the project's in which its references may be found.
    redraw_effects, epoch
        As for `WrittenSamples`; the project need not keep clean pictures. A loop has the epoch that it began in.
    unmade : "raise" or "skip"
        What becomes of a sample that cannot be made: a dataset quarantines it.

    Attributes
    ----------
    info : DatasetInfo
        With the classes as they are shown.
    skipped : dict
        Index -> why it was left out, of the samples that could not be made; `unmade` is ``skip``.

    Raises
    ------
    InputError
        The project or a file that it names is not acceptable; every problem is told.
    """

    def __init__(
        self,
        project: str | Path,
        indices: Sequence[int] | None = None,
        workers: int = 1,
        *,
        selection: Selection | None = None,
        part: str | None = None,
        fields: Sequence[str] | None = None,
        transform: Transform | None = None,
        box_form: BoxForm = "xyxy",
        size: tuple[int, int] | None = None,
        quality: Quality | None = None,
        labels: tuple[str, ...] | None = None,
        seed: int | None = None,
        asset_roots: Sequence[str | Path] = (),
        unmade: Literal["raise", "skip"] = "raise",
        redraw_effects: RedrawEffects = False,
        epoch: int = 0,
    ) -> None:
        if workers < 0:
            raise InputError(Problem("workers", "a number of processes", str(workers), "0 or more"))
        if part is not None and part not in PARTS:
            raise InputError(Problem("part", "there is no such part", repr(part), ", ".join(PARTS)))
        path = find_project(str(project))
        loaded = load_project(path)
        width, height = size or (loaded.project.output.width, loaded.project.output.height)
        wanted = Wanted(
            Path("unwritten"),
            formats=("raw",),
            width=width,
            height=height,
            labels=labels,
            quality=quality,
            seed=seed,
            asset_roots=tuple(Path(root).absolute() for root in asset_roots),
            plugins=user_grants(path),
        )
        registry = registry_with(wanted.plugins or ())
        known = registry.names("annotator")
        unknown = [name for name in labels or () if name not in known]
        if unknown:
            raise InputError(Problem("labels", "there are no such labels", ", ".join(unknown), ", ".join(known)))
        snapshot = make_snapshot(loaded.project, loaded.folder, wanted, file=str(path))
        self._what = read_redraw(redraw_effects)
        self._epoch = Epoch(epoch)
        if self._what is not None and not can_be_drawn_again(loaded.project, registry):
            told = "this project has no effect that can be drawn again"
            raise InputError(Problem("redraw_effects", told, str(redraw_effects), "False"))
        self._setup: WorkerSetup = worker_setup(snapshot, max(1, workers))
        info = dataset_info(loaded.project.model_copy(update={"seed": snapshot.seed}), (width, height))
        self._view = View(info, shown_as(loaded.project) if selection is None else selection)
        self.indices = indices
        self.part = part
        self._workers = workers
        self._fields = None if fields is None else tuple(fields)
        self._transform = transform
        self._box_form: BoxForm = box_form
        self._unmade = unmade
        self.skipped: dict[int, str] = {}
        self._team: Team | None = None
        self._ending: weakref.finalize[Any, Any] | None = None

    @property
    def epoch(self) -> int:
        """The epoch that the next loop is of."""
        return self._epoch.number

    def set_epoch(self, epoch: int) -> None:
        """Begin an epoch; see `WrittenSamples.set_epoch`."""
        self._epoch.number = epoch

    @property
    def info(self) -> DatasetInfo:
        return self._view.info

    def __iter__(self) -> Iterator[Any]:
        """Yield the samples, or what `fields` and `transform` make of them.

        Raises
        ------
        UnmadeError
            A sample cannot be made; `unmade` is ``raise``.
        MyrioramaError
            A process that renders ended, or the device failed.
        """
        share, of = loader_share()
        for index, made in self._made(islice(count() if self.indices is None else self.indices, share, None, of)):
            if isinstance(made, UnmadeError):
                if self._unmade == "raise":
                    raise made
                self.skipped[index] = str(made)
                continue
            record, pictures = made
            shown = self._view.apply(record)
            if self.part is None or shown["part"] == self.part:
                reads = {role: partial(pictures.__getitem__, role) for role in pictures}
                yield delivered(LoadedSample(shown, reads, self._box_form), self._fields, self._transform)

    def _made(self, indices: Iterator[int]) -> Iterator[tuple[int, Made | UnmadeError]]:
        again: tuple[int, What] = (0, "noise") if self._what is None else (self.epoch, self._what)
        if self._workers == 0 or multiprocessing.current_process().daemon:  # a daemon may start no process
            yield from _made_here(self._setup, indices, *again)
            return
        if self._team is None or self._team.owner != os.getpid():
            self._team = Team(self._setup, self._workers, self._roles())
            self._ending = weakref.finalize(self, self._team.close)
        yield from self._team.make(indices, *again)

    def _roles(self) -> tuple[str, ...] | None:
        """Return the pictures that the wanted fields need; None is all."""
        if self._fields is None:
            return None
        return tuple("rgb" if name == "image" else name for name in self._fields)

    def close(self) -> None:
        """End the processes that render; the next iteration starts others."""
        if self._ending is not None:
            self._ending()
        self._team = self._ending = None

    def __enter__(self) -> RenderedSamples:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the processes behind: a copy, such as a loader's worker gets, starts its own."""
        return {**self.__dict__, "_team": None, "_ending": None}


def _made_here(
    setup: WorkerSetup, indices: Iterator[int], epoch: int, what: What
) -> Iterator[tuple[int, Made | UnmadeError]]:
    with closing(Maker(setup)) as maker:
        for index in indices:
            try:
                made: Made | UnmadeError = maker.make(index, epoch, what)
            except UnmadeError as error:
                made = error
            yield index, made
