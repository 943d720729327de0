"""From a project and what is wanted of it to a job's snapshot: everything that can be refused is refused here.

It writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.dataset.sampleset import SampleSet
from myriorama.app.extensions.approvals import user_grants
from myriorama.app.production.clean_picture import can_be_drawn_again
from myriorama.app.production.plugins_used import PLUGIN, grants_used, plugin_version
from myriorama.app.production.snapshot import dataset_info, shown_as, versions
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.plugins.registry import PluginRegistry, registry_with
from myriorama.plugins.selection import View
from myriorama.plugins.sources import Grant
from myriorama.scenes.errors import DeviceError, InputError, Problem
from myriorama.scenes.project.check import check_project
from myriorama.scenes.project.dump import dump_project, project_hash
from myriorama.scenes.project.model import Project, TracingOptions
from myriorama.scenes.project.references import file_references
from myriorama.scenes.rendering.frame import Quality
from myriorama.scenes.rendering.pathtraced.probe import find_tracer
from myriorama.scenes.rendering.tracing import Engine


@dataclass(frozen=True)
class Wanted:
    """What to make of a project. None takes the project's own setting.

    Attributes
    ----------
    without : tuple of int
        Sample numbers to leave out: rejected ones.
    indices : range, tuple of int, or None
        These samples instead of ``start`` and ``count``.
    plugins : tuple of Grant or None
        What third-party plugins may be used; None is what the user has enabled.
    engine : str or None
        What makes the picture.
    tracing : mapping
        Options of the path tracer that take the place of the project's own, by name.
    """

    out: Path
    count: int = 1
    start: int = 0
    without: tuple[int, ...] = ()
    indices: range | tuple[int, ...] | None = None
    width: int | None = None
    height: int | None = None
    formats: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    quality: Quality | None = None
    seed: int | None = None
    asset_roots: tuple[Path, ...] = ()
    cache_folder: Path | None = None
    shard: tuple[int, int] | None = None
    created: str = ""
    fail_fast: bool = False
    plugins: tuple[Grant, ...] | None = None
    engine: Engine | None = None
    tracing: Mapping[str, Any] = field(default_factory=dict)


def make_snapshot(project: Project, folder: Path, wanted: Wanted, *, file: str = "") -> JobSnapshot:
    """Check a project with its assets and fix it as a job.

    Parameters
    ----------
    folder : Path
        Relative asset references start here.
    file : str
        Named in messages.

    Raises
    ------
    InputError
        The project, an asset, or what is wanted is not acceptable.
    DeviceError
        It is to be path-traced, and that cannot be done here.
    """
    project = _traced_as(project, wanted)
    if wanted.seed is not None:
        project = project.model_copy(update={"seed": wanted.seed})
    registry = registry_with(user_grants(folder / "project.json") if wanted.plugins is None else wanted.plugins)
    store = FileAssetStore(folder, extra_roots=wanted.asset_roots, cache_folder=wanted.cache_folder)
    check_project(project, registry, store, file=file)
    store.preflight(file_references(project, registry, store))
    size = (wanted.width or project.output.width, wanted.height or project.output.height)
    View(dataset_info(project, size), shown_as(project))  # which refuses a class map that cannot be
    formats = wanted.formats or project.output.formats
    labels = project.output.labels if wanted.labels is None else wanted.labels
    if project.output.clean:
        _refuse_vain_clean(project, registry, formats)
    used = grants_used(project, registry, formats, labels)
    return JobSnapshot(
        name=project.name,
        out=str(wanted.out.absolute()),
        project_text=dump_project(project),
        project_hash=project_hash(project),
        project_folder=str(folder.absolute()),
        samples=_samples(wanted),
        width=size[0],
        height=size[1],
        formats={name: project.output.writer_options.get(name, {}) for name in sorted(formats)},
        labels=labels,
        quality=wanted.quality or project.output.quality,
        versions={**versions(project.output.engine), **{PLUGIN + g.source.id: plugin_version(g) for g in used}},
        seed=project.seed,
        engine=project.output.engine,
        asset_roots=tuple(str(root) for root in wanted.asset_roots),
        cache_folder=str(store.cache_folder),
        shard=wanted.shard,
        created=wanted.created,
        fail_fast=wanted.fail_fast,
        plugins=tuple(grant.to_json() for grant in used),
    ).named()


def _traced_as(project: Project, wanted: Wanted) -> Project:
    """Return the project with the engine and the options that are wanted, once the machine is known to have it."""
    output = project.output
    tracing = TracingOptions.model_validate({**output.tracing.model_dump(), **wanted.tracing})
    engine = wanted.engine or output.engine
    if engine == "pathtraced":
        tracer = find_tracer()
        if not tracer.variant:
            raise DeviceError(f"{tracer.sentence}. The raster engine works without it (--engine raster).")
        if tracing.denoise and not tracer.denoises:
            way = "pip install 'myriorama[render]', or switch denoising off (--no-denoise)"
            raise InputError(Problem("denoise", "the denoiser, pyoidn, is not installed", allowed=way))
    elif wanted.tracing:
        told = "options of the path tracer say nothing to the raster engine"
        raise InputError(Problem(", ".join(sorted(wanted.tracing)), told, allowed="--engine pathtraced beside them"))
    if (engine, tracing) == (output.engine, output.tracing):
        return project
    return project.model_copy(update={"output": output.model_copy(update={"engine": engine, "tracing": tracing})})


def _refuse_vain_clean(project: Project, registry: PluginRegistry, formats: Sequence[str]) -> None:
    if "raw" not in formats:
        told = "only the format raw can hold clean pictures"
        raise InputError(Problem("output.clean", told, "true", "raw among the formats, or false"))
    if not can_be_drawn_again(project, registry):
        known = ", ".join(name for name in registry.names("effect") if registry.effect(name).redrawable)
        told = "this project has no effect that can be drawn again, so there is nothing to keep"
        raise InputError(Problem("output.clean", told, "true", f"one of these effects ({known}), or false"))


def _samples(wanted: Wanted) -> SampleSet:
    numbers = wanted.indices
    if isinstance(numbers, range):
        return SampleSet.between(numbers.start, numbers.stop)
    if numbers is not None:
        return SampleSet.of(numbers)
    return SampleSet.between(wanted.start, wanted.start + wanted.count, wanted.without)
