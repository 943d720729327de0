"""What the export sheet starts with, and how its fields become settings: only what differs from the project is said.

So the command line that is copied stays short, and a project that changes its own defaults is followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myriorama.app.browsing.table import FactsTable
from myriorama.app.exporting.settings import DEFAULT_COUNT, ExportSettings, Source, next_folder
from myriorama.app.judging.judgments import Judgments
from myriorama.app.production.lifetime import usable_cores
from myriorama.app.studio import Studio
from myriorama.plugins.registry import PluginRegistry
from myriorama.resources import resource_path
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.model import Project
from myriorama.scenes.rendering.frame import Quality


@dataclass(frozen=True)
class Draft:
    """What the fields say, every one of them filled.

    Attributes
    ----------
    options : mapping
        Writer -> all of its options.
    """

    count: int
    start: int
    width: int
    height: int
    labels: tuple[str, ...]
    formats: tuple[str, ...]
    options: Mapping[str, Mapping[str, Any]]
    folder: str
    workers: int
    quality: Quality
    seed: int
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """Rejected samples.

    Attributes
    ----------
    certain : tuple of int
        Rejected as they are drawn now.
    unsure : tuple of int
        Rejected when they were judged; whether they are still the same is not known yet.
    """

    certain: tuple[int, ...] = ()
    unsure: tuple[int, ...] = ()

    @property
    def all(self) -> tuple[int, ...]:
        return tuple(sorted({*self.certain, *self.unsure}))


def rejected_samples(judgments: Judgments, table: FactsTable, samples: range) -> Rejected:
    """Return which of the samples are rejected; one that is drawn otherwise now is not."""
    certain, unsure = set(), set()
    for recipe, judgment in judgments.all.items():
        if judgment.flag != "reject" or judgment.index not in samples:
            continue
        now = table.recipe_hash(judgment.index)
        if now and not table.is_stale(judgment.index):
            if now == recipe:
                certain.add(judgment.index)
        else:
            unsure.add(judgment.index)
    return Rejected(tuple(sorted(certain)), tuple(sorted(unsure)))


def first_draft(project: Project, registry: PluginRegistry, folder: Path) -> Draft:
    """Return what the sheet starts with: the project's own settings."""
    output = project.output
    return Draft(
        count=DEFAULT_COUNT,
        start=0,
        width=output.width,
        height=output.height,
        labels=output.labels or registry.names("annotator"),
        formats=output.formats,
        options={name: options_of(project, registry, name) for name in registry.names("writer")},
        folder=str(folder),
        workers=max(1, usable_cores() // 2),
        quality=output.quality,
        seed=project.seed,
    )


def options_of(project: Project, registry: PluginRegistry, writer: str) -> dict[str, Any]:
    """Return a writer's options as the project has them."""
    written = project.output.writer_options.get(writer, {})
    return {p.name: written.get(p.name, p.default) for p in registry.parameters("writer", writer)}


def settings_of(draft: Draft, project: Project, registry: PluginRegistry) -> ExportSettings:
    """Return what a draft asks for, told only where it differs from the project."""
    output = project.output
    same_size = (draft.width, draft.height) == (output.width, output.height)
    formats = {}
    for name in draft.formats:
        own = options_of(project, registry, name)
        formats[name] = {k: v for k, v in draft.options.get(name, {}).items() if v != own.get(k)}
    return ExportSettings(
        count=draft.count,
        folder=Path(draft.folder),
        start=draft.start,
        width=None if same_size else draft.width,
        height=None if same_size else draft.height,
        labels=None if _same(draft.labels, output.labels or registry.names("annotator")) else draft.labels,
        formats=formats,
        left_out=draft.left_out,
        workers=draft.workers,
        quality=None if draft.quality == output.quality else draft.quality,
        seed=None if draft.seed == project.seed else draft.seed,
    )


def source_of(studio: Studio) -> Source:
    """Return the open project as it is now.

    Raises
    ------
    ValueError
        Nothing is open.
    """
    document = studio.document
    if document.project is None:
        raise ValueError("there is no open project to export")
    return Source(
        text=dump_project(document.project),
        folder=str(document.folder),
        file=str(document.path) if document.path else "",
        asset_roots=studio.settings.value.asset_roots,
        cache_folder=str(studio.cache_folder) if studio.cache_folder else None,
        queue_folder=str(studio.cache_folder / "queue") if studio.cache_folder else None,
        plugins=tuple(grant.to_json() for grant in studio.registry.grants),
    )


def free_folder(studio: Studio) -> Path:
    """Return where an export of the open project would lie: beside it, unless it came with the program.

    Raises
    ------
    ValueError
        Nothing is open.
    """
    document = studio.document
    if document.project is None:
        raise ValueError("there is no open project to export")
    home = document.path.parent if document.path else None
    if home is not None and home.resolve().is_relative_to(resource_path("").resolve()):
        home = None
    return next_folder(document.project, home, taken_folders(studio))


def taken_folders(studio: Studio) -> frozenset[str]:
    """Return the folders that jobs of the queue, or exports on their way there, write or will write."""
    queued = {g.view.entry.out for g in studio.queue.glimpses if g.view.state != "finished"}
    return frozenset(queued | {str(job.settings.folder.absolute()) for job in studio.exports.running})


def _same(a: Iterable[str], b: Iterable[str]) -> bool:
    return set(a) == set(b)
