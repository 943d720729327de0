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
from typing import Any, Final

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.dataset.atomic import FileEntry
from myriorama.app.dataset.folder import DatasetFolder, Job
from myriorama.app.dataset.layout import partial_of, quarantine_of
from myriorama.app.dataset.quarantine import Quarantined, quarantine_sample
from myriorama.app.dataset.samples import Receipt
from myriorama.app.production.lifetime import usable_cores
from myriorama.app.production.messages import Outcome, WorkerSetup
from myriorama.app.production.snapshot import dataset_info, versions
from myriorama.app.production.supervisor import Supervisor
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.errors import InputError, MyrioramaError, Problem
from myriorama.scenes.project.check import check_project
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.load import load_project, parse_project
from myriorama.scenes.project.model import Project
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
    indices : tuple of int or None
        These samples, each once, instead of the `count` from `start` on.
    writer_options : mapping
        Writer -> options that take the place of the project's own.
    project_text : str or None
        The project as it is to be made, instead of what `project_path` holds by then.
    project_folder : Path or None
        Where relative references of `project_text` start; None is the folder of `project_path`.
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
    indices: tuple[int, ...] | None = None
    writer_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    project_text: str | None = None
    project_folder: Path | None = None

    def numbers(self) -> range | tuple[int, ...]:
        """Return the sample numbers in rising order; a range where they have no gap.

        Raises
        ------
        InputError
            A number is named twice.
        """
        if self.indices is None:
            return range(self.start, self.start + self.count)
        chosen = tuple(sorted(self.indices))
        if len(set(chosen)) != len(chosen):
            raise InputError(Problem("indices", "a sample is named twice"))
        whole = range(chosen[0], chosen[-1] + 1) if chosen else range(0)
        return whole if len(whole) == len(chosen) else chosen


@dataclass(frozen=True)
class Progress:
    """Where a job stands. `seconds_left` is None until there is something to judge by.

    Attributes
    ----------
    bytes : int
        Of the samples' own files so far.
    """

    done: int
    total: int
    failed: int
    images_per_s: float
    seconds_left: float | None
    bytes: int = 0


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


class JobCancelledError(MyrioramaError):
    """The job was stopped before it was done; what it had written lies in the partial folder."""

    def __init__(self, out: Path, done: int) -> None:
        self.partial = partial_of(out)
        self.done = done
        super().__init__(f"the job was stopped after {done} samples; what it wrote is {self.partial}")


def discard_unfinished(out: Path) -> None:
    """Delete what an unfinished job left beside `out`: its partial folder and its quarantine."""
    for left in (partial_of(out), quarantine_of(out)):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)


def run_job(
    settings: JobSettings,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> JobResult:
    """Make the dataset and return what became of it.

    Parameters
    ----------
    progress : callable or None
        Told after every sample.
    stop : callable or None
        Asked between samples; True ends the job.

    Raises
    ------
    InputError
        The project, an asset, or a setting is not acceptable; nothing was written.
    DeviceError
        There is no OpenGL device; nothing was written.
    JobCancelledError
        `stop` asked for it.
    """
    started = time.perf_counter()
    project, home = _project(settings)
    if settings.seed is not None:
        project = project.model_copy(update={"seed": settings.seed})
    if settings.writer_options:
        options = dict(project.output.writer_options)
        for name, given in settings.writer_options.items():
            options[name] = {**options.get(name, {}), **given}
        output = project.output.model_copy(update={"writer_options": {k: v for k, v in options.items() if v}})
        project = project.model_copy(update={"output": output})
    indices = settings.numbers()
    registry = builtin_registry()
    store = FileAssetStore(home, extra_roots=settings.asset_roots, cache_folder=settings.cache_folder)
    check_project(project, registry, store, file=str(settings.project_path))
    store.preflight(file_references(project, registry, store))
    size = (settings.width or project.output.width, settings.height or project.output.height)
    formats = settings.formats or project.output.formats
    labels = project.output.labels if settings.labels is None else settings.labels
    text = dump_project(project)
    job = Job(
        info=dataset_info(project, size),
        indices=indices,
        formats={name: project.output.writer_options.get(name, {}) for name in formats},
        labels=labels,
        project_text=text,
        versions=versions(),
    )
    setup = WorkerSetup(
        project_text=text,
        project_folder=str(home),
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
    told = _Told(len(indices), progress)
    with DatasetFolder.create(settings.out, job, registry) as folder:
        try:
            with Supervisor(setup, min(settings.workers, len(indices))) as supervisor:
                _refuse_obstacles(supervisor.probe(indices[0]), formats)
                _stop_if_asked(stop, settings.out, 0)
                for outcome in supervisor.run(job.indices):
                    _settle(folder, outcome)
                    told.add(outcome)
                    if told.done < len(indices):
                        _stop_if_asked(stop, settings.out, told.done)
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


def _project(settings: JobSettings) -> tuple[Project, Path]:
    """Return the project that a job makes, and the folder where its relative references start."""
    if settings.project_text is None:
        loaded = load_project(settings.project_path)
        return loaded.project, loaded.folder
    project = parse_project(settings.project_text, str(settings.project_path))
    return project, (settings.project_folder or settings.project_path.parent).resolve()


def _stop_if_asked(stop: Callable[[], bool] | None, out: Path, done: int) -> None:
    if stop is not None and stop():
        raise JobCancelledError(out, done)


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
        self.done = 0
        self._failed = 0
        self._bytes = 0
        self._moments = [time.perf_counter()]
        self.refused: Counter[str] = Counter()
        self.placed_short: Counter[str] = Counter()
        self.timings_ms: dict[str, float] = {}

    def add(self, outcome: Outcome) -> None:
        self.done += 1
        self._failed += outcome.status != "done"
        self._bytes += sum(entry["bytes"] for entry in outcome.receipt.get("files", ()))
        self.refused.update(outcome.refused)
        self.placed_short.update(outcome.placed_short)
        for stage, spent in outcome.timings_ms.items():
            self.timings_ms[stage] = self.timings_ms.get(stage, 0.0) + spent
        self._moments.append(time.perf_counter())
        if self._progress is None:
            return
        # the rate of the last samples: the first ones carry the start-up
        recent = (self._moments[1:] if self.done > 1 else self._moments)[-_RECENT:]
        elapsed = recent[-1] - recent[0]
        rate = (len(recent) - 1) / elapsed if elapsed > 0 else 0.0
        left = (self._total - self.done) / rate if rate > 0 else None
        self._progress(Progress(self.done, self._total, self._failed, rate, left, self._bytes))
