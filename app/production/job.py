"""A job: so many samples of a project, in a dataset folder, made by workers.

Everything that can be refused is refused before the first sample is written.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.dataset.atomic import FileEntry
from myriorama.app.dataset.folder import DatasetFolder, Job
from myriorama.app.dataset.layout import partial_of
from myriorama.app.dataset.quarantine import Quarantined, quarantine_sample
from myriorama.app.dataset.receipts import Receipt
from myriorama.app.production.lifetime import usable_cores
from myriorama.app.production.messages import Outcome, WorkerSetup
from myriorama.app.production.snapshot import dataset_info, versions
from myriorama.app.production.supervisor import Supervisor
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.check import check_project
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.references import file_references
from myriorama.scenes.rendering.frame import Quality

_RECENT: Final = 40


@dataclass(frozen=True)
class JobSettings:
    """What to make. None takes the project's own setting.

    Attributes
    ----------
    out : Path
        Must not exist.
    workers : int
        Processes; together they use all cores and no more.
    asset_roots : tuple of Path
        Folders outside the project's that its references may be found in.
    """

    project_path: Path
    count: int
    out: Path
    start: int = 0
    width: int | None = None
    height: int | None = None
    formats: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    workers: int = 1
    asset_roots: tuple[Path, ...] = ()
    seed: int | None = None
    quality: Quality | None = None
    cache_folder: Path | None = None


@dataclass(frozen=True)
class Progress:
    """Where a job stands. `seconds_left` is None until there is something to judge by."""

    done: int
    total: int
    failed: int
    images_per_s: float
    seconds_left: float | None


@dataclass(frozen=True)
class JobResult:
    """What a job did.

    Attributes
    ----------
    quarantined : tuple of Quarantined
    refused : mapping
        Acceptance rule -> draws that it refused.
    placed_short : mapping
        Group uid -> objects that found no place, over all samples.
    timings_ms : mapping
        Stage -> wall milliseconds, all samples added.
    """

    folder: Path
    written: int
    quarantined: tuple[Quarantined, ...]
    refused: Mapping[str, int]
    seconds: float
    placed_short: Mapping[str, int] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)


def run_job(settings: JobSettings, progress: Callable[[Progress], None] | None = None) -> JobResult:
    """Make the dataset and return what became of it.

    Raises
    ------
    InputError
        The project, an asset, or a setting is not acceptable; nothing was written.
    DeviceError
        There is no OpenGL device; nothing was written.
    """
    started = time.perf_counter()
    loaded = load_project(settings.project_path)
    project = loaded.project
    if settings.seed is not None:
        project = project.model_copy(update={"seed": settings.seed})
    registry = builtin_registry()
    store = FileAssetStore(loaded.folder, extra_roots=settings.asset_roots, cache_folder=settings.cache_folder)
    check_project(project, registry, store, file=str(settings.project_path))
    store.preflight(file_references(project, registry, store))
    size = (settings.width or project.output.width, settings.height or project.output.height)
    formats = settings.formats or project.output.formats
    labels = project.output.labels if settings.labels is None else settings.labels
    text = dump_project(project)
    job = Job(
        info=dataset_info(project, size),
        indices=range(settings.start, settings.start + settings.count),
        formats={name: project.output.writer_options.get(name, {}) for name in formats},
        labels=labels,
        project_text=text,
        versions=versions(),
    )
    setup = WorkerSetup(
        project_text=text,
        project_folder=str(loaded.folder),
        asset_roots=tuple(str(root) for root in settings.asset_roots),
        cache_folder=str(store.cache_folder),
        out=str(settings.out.absolute()),
        formats=formats,
        labels=labels,
        width=size[0],
        height=size[1],
        quality=settings.quality or project.output.quality,
        threads=max(1, usable_cores() // settings.workers),
    )
    told = _Told(settings.count, progress)
    with DatasetFolder.create(settings.out, job, registry) as folder:
        try:
            with Supervisor(setup, min(settings.workers, settings.count)) as supervisor:
                _refuse_obstacles(supervisor.probe(settings.start), formats)
                for outcome in supervisor.run(job.indices):
                    _settle(folder, outcome)
                    told.add(outcome)
        except BaseException:
            if folder.written == 0 and not folder.quarantined:
                shutil.rmtree(partial_of(settings.out))  # nothing was made: leave nothing behind
            raise
        finished = folder.finalize()
        quarantined = folder.quarantined
        written = folder.written
    return JobResult(
        folder=finished,
        written=written,
        quarantined=quarantined,
        refused=dict(told.refused),
        seconds=time.perf_counter() - started,
        placed_short=dict(told.placed_short),
        timings_ms=dict(told.timings_ms),
    )


def _refuse_obstacles(obstacles: tuple[str, ...], formats: tuple[str, ...]) -> None:
    if obstacles:
        raise InputError([Problem(f"format {', '.join(formats)}", why) for why in obstacles])


def _settle(folder: DatasetFolder, outcome: Outcome) -> None:
    if outcome.status == "lost":
        folder.add_quarantined(quarantine_sample(folder.path, outcome.index, (outcome.reason,)))
    elif outcome.status == "done":
        raw = dict(outcome.receipt)
        raw["files"] = tuple(FileEntry(**entry) for entry in raw["files"])
        folder.commit(Receipt(**raw))
    else:
        folder.add_quarantined(Quarantined(outcome.index, str(outcome.receipt["key"]), (outcome.reason,)))


class _Told:
    """Adds up outcomes and tells how far the job is."""

    def __init__(self, total: int, progress: Callable[[Progress], None] | None) -> None:
        self._total = total
        self._progress = progress
        self._done = 0
        self._failed = 0
        self._moments = [time.perf_counter()]
        self.refused: Counter[str] = Counter()
        self.placed_short: Counter[str] = Counter()
        self.timings_ms: dict[str, float] = {}

    def add(self, outcome: Outcome) -> None:
        self._done += 1
        self._failed += outcome.status != "done"
        self.refused.update(outcome.refused)
        self.placed_short.update(outcome.placed_short)
        for stage, spent in outcome.timings_ms.items():
            self.timings_ms[stage] = self.timings_ms.get(stage, 0.0) + spent
        self._moments.append(time.perf_counter())
        if self._progress is None:
            return
        # the rate of the last samples: the first ones carry the start-up
        recent = self._moments[-_RECENT:]
        elapsed = recent[-1] - recent[0]
        rate = (len(recent) - 1) / elapsed if elapsed > 0 else 0.0
        left = (self._total - self._done) / rate if rate > 0 else None
        self._progress(Progress(self._done, self._total, self._failed, rate, left))
