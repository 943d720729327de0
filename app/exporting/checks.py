"""What keeps an export from starting, told beside the field that it is about, before anything is made.

A warning does not keep it from starting. Nothing is changed and nothing is created here.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from myriorama.app.amounts import size_text
from myriorama.app.cli.options import MAX_SIDE_PX, MIN_SIDE_PX
from myriorama.app.dataset.layout import PARTIAL_SUFFIX, QUARANTINE_SUFFIX, partial_of, quarantine_of
from myriorama.app.exporting.settings import ExportSettings
from myriorama.app.production.acceptance import missing_labels
from myriorama.app.production.whole_scenes import cut_scene
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import PluginError
from myriorama.scenes.parameters.fit import fit_literal
from myriorama.scenes.parameters.schema import by_name
from myriorama.scenes.project.model import Project

Field = Literal["count", "size", "engine", "labels", "formats", "folder", "workers", "seed"]
MAX_COUNT: Final = 100_000_000
MAX_WORKERS: Final = 256
_NAME_BYTES: Final = 255
_SPARE: Final = 1.1


@dataclass(frozen=True)
class FieldProblem:
    """Something about one field.

    Attributes
    ----------
    blocking : bool
        The export cannot start with it.
    """

    field: Field
    message: str
    blocking: bool = True


def check_export(
    settings: ExportSettings,
    project: Project,
    registry: PluginRegistry,
    needed_bytes: float | None = None,
    taken: Collection[str] = (),
) -> tuple[FieldProblem, ...]:
    """Return what is wrong with an export of a project, every problem at once.

    Parameters
    ----------
    needed_bytes : float or None
        The estimated size, where there is one.
    taken : collection of str
        Folders that jobs of the queue will write.
    """
    return (
        *_numbers(settings),
        *_scenes(settings, project),
        *_names(settings, project, registry),
        *_folder(settings.folder, taken),
        *_space(settings.folder, needed_bytes),
    )


def free_bytes(folder: Path) -> int | None:
    """Return what is free on the disk where a folder will lie; None where that cannot be told."""
    try:
        return shutil.disk_usage(_nearest(folder)).free
    except OSError:
        return None


def _nearest(folder: Path) -> Path:
    """Return the folder itself or the nearest one above it that exists."""
    for candidate in (folder, *folder.parents):
        if candidate.exists():
            return candidate
    return Path(folder.anchor or ".")


def _numbers(settings: ExportSettings) -> list[FieldProblem]:
    found = []
    if not 1 <= settings.count <= MAX_COUNT:
        found.append(FieldProblem("count", f"a dataset has 1 to {MAX_COUNT:,} samples"))
    elif settings.total == 0:
        found.append(FieldProblem("count", "all of these samples are rejected: none is left to write"))
    for side in (settings.width, settings.height):
        if side is not None and not MIN_SIDE_PX <= side <= MAX_SIDE_PX:
            found.append(FieldProblem("size", f"each side has {MIN_SIDE_PX} to {MAX_SIDE_PX} px"))
            break
    if not 1 <= settings.workers <= MAX_WORKERS:
        found.append(FieldProblem("workers", f"1 to {MAX_WORKERS} processes"))
    if settings.seed is not None and not 0 <= settings.seed < 2**63:
        found.append(FieldProblem("seed", "a whole number from 0 to 2^63 - 1"))
    return found


def _scenes(settings: ExportSettings, project: Project) -> list[FieldProblem]:
    cut = cut_scene(project, settings.start, settings.count)
    return [FieldProblem("count", cut)] if cut else []


def _names(settings: ExportSettings, project: Project, registry: PluginRegistry) -> list[FieldProblem]:
    found = []
    known = registry.names("annotator")
    unknown = [name for name in settings.labels or () if name not in known]
    if unknown:
        found.append(FieldProblem("labels", f"there is no label {', '.join(unknown)}; there are: {', '.join(known)}"))
    elif settings.labels == ():
        found.append(FieldProblem("labels", "choose at least one label"))
    else:
        labels = project.output.labels if settings.labels is None else settings.labels
        found += [FieldProblem("labels", p.message) for p in missing_labels(project, labels)]
    if not settings.formats:
        found.append(FieldProblem("formats", "choose at least one format"))
    for name, options in settings.formats.items():
        try:
            declared = by_name(registry.parameters("writer", name))
        except PluginError as error:
            found.append(FieldProblem("formats", str(error)))
            continue
        for option, value in options.items():
            if option not in declared:
                found.append(FieldProblem("formats", f"{name} has no option {option}"))
                continue
            problem = fit_literal(value, declared[option], f"{name}.{option}")[1]
            if problem is not None:
                found.append(FieldProblem("formats", f"{problem.place}: {problem.message} ({problem.allowed})"))
    return found


def _folder(folder: Path, taken: Collection[str]) -> list[FieldProblem]:
    if not folder.name or not folder.is_absolute():
        return [FieldProblem("folder", "give the dataset a folder, as a whole path")]
    if "\0" in str(folder) or len(os.fsencode(folder.name + QUARANTINE_SUFFIX)) > _NAME_BYTES:
        return [FieldProblem("folder", "this cannot be a folder's name; choose a shorter one")]
    if folder.name.endswith((PARTIAL_SUFFIX, QUARANTINE_SUFFIX)):
        return [
            FieldProblem("folder", f"names that end in {PARTIAL_SUFFIX} are for what is unfinished; choose another")
        ]
    if str(folder) in taken:
        return [FieldProblem("folder", "a job of the queue writes there; choose another name, or remove that job")]
    try:
        if os.path.lexists(folder):
            return [FieldProblem("folder", "this exists already; a dataset is never written over. Choose another name")]
        for left in (partial_of(folder), quarantine_of(folder)):
            if os.path.lexists(left):
                message = f"an earlier run left {left.name} there; choose another name, or move it away"
                return [FieldProblem("folder", message)]
        nearest = _nearest(folder)
        if not nearest.is_dir():
            return [FieldProblem("folder", f"{nearest} is a file, not a folder")]
        if not os.access(nearest, os.W_OK | os.X_OK):
            return [FieldProblem("folder", f"you may not write in {nearest}")]
    except OSError as error:
        return [FieldProblem("folder", f"this folder cannot be used: {error.strerror or error}")]
    return []


def _space(folder: Path, needed_bytes: float | None) -> list[FieldProblem]:
    free = free_bytes(folder)
    if needed_bytes is None or free is None or free > _SPARE * needed_bytes:
        return []
    short = free < needed_bytes
    message = f"about {size_text(needed_bytes)} are needed and {size_text(free)} are free on this disk"
    return [FieldProblem("folder", message + ("" if short else ": that is tight"), blocking=short)]
