"""What a person asks of an export of a finished dataset, and the same thing as a command line.

It exports nothing, and refuses a selection that leaves nothing to export.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from myriorama.app.conversion.class_map import Uses
from myriorama.app.conversion.command_words import words_of
from myriorama.app.conversion.exporting import ExportWanted
from myriorama.app.dataset.layout import PARTIAL_SUFFIX, partial_of
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.selection import ClassUse, Filter, Selection
from myriorama.plugins.splitting import WHOLE, Split
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.parameters.schema import by_name


@dataclass(frozen=True)
class ExportDraft:
    """What is asked for.

    Attributes
    ----------
    out : str
        As typed.
    options : mapping
        All options of the format.
    uses : mapping
        Class -> what becomes of it; what is not named stays as it is.
    shares, by, salt : tuple, str, str
        Of the split; of a set that is not divided the dataset's own salt stays.
    """

    source: Path
    out: str
    format: str
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    uses: Uses = field(default_factory=lambda: MappingProxyType({}))
    filter: Filter = field(default_factory=Filter)
    shares: tuple[float, float, float] = WHOLE.shares
    by: str = ""
    salt: str = ""
    link: bool = False


def selection_of(draft: ExportDraft, info: DatasetInfo, stored: Selection) -> Selection:
    """Return which objects an export shows, and as what; `stored` is what the dataset itself was written with.

    It is what the command line makes of `command_of`, so what a class's line does not change stays as the dataset has
    it.

    Raises
    ------
    InputError
        Every class is left out, or the shares are none.
    """
    changes = _changes(draft, info, stored)
    classes = {
        **stored.classes,
        **{name: ClassUse(use="ignore") for name in changes.ignored},
        **{name: ClassUse(shown) for name, shown in changes.renames.items()},
    }
    classes |= {name: replace(classes.get(name, ClassUse()), id=number) for name, number in changes.ids.items()}
    return Selection(classes, changes.only, draft.filter, _split_of(draft, stored))


def wanted_of(draft: ExportDraft, info: DatasetInfo, stored: Selection, registry: PluginRegistry) -> ExportWanted:
    """Return the export that a draft asks for."""
    options = _changed_options(draft, registry)
    selection = selection_of(draft, info, stored)
    return ExportWanted(draft.source, Path(draft.out), draft.format, options, selection, draft.link)


def command_of(draft: ExportDraft, info: DatasetInfo, stored: Selection, registry: PluginRegistry) -> str:
    """Return the command that makes the same export."""
    words = ["myriorama", "export", str(draft.source), "--format", draft.format, "--out", draft.out]
    for name, value in _changed_options(draft, registry).items():
        words += ["--option", f"{name}={value if isinstance(value, str) else json.dumps(value)}"]
    words += words_of(selection_of(draft, info, stored), stored, [row.name for row in info.classes])
    return shlex.join([*words, "--link"] if draft.link else words)


def folder_problem(text: str, source: Path) -> str:
    """Return why an export cannot lie there; empty where it can."""
    if not text.strip():
        return "give the export a folder"
    folder = Path(text)
    if not folder.is_absolute() or not folder.name:
        return "give the whole path of a folder"
    if "\0" in text or len(os.fsencode(folder.name + PARTIAL_SUFFIX)) > 255:
        return "this cannot be a folder's name; choose a shorter one"
    if folder == source or source in folder.parents:
        return "this lies inside the dataset, which stays as it is; choose a place outside"
    try:
        if os.path.lexists(folder):
            return "this exists already; an export is never written over. Choose another name"
        if os.path.lexists(partial_of(folder)):
            return f"an earlier export left {partial_of(folder).name} there; choose another name, or move it away"
        nearest = next(parent for parent in folder.parents if parent.exists())
        if not nearest.is_dir():
            return f"{nearest} is a file, not a folder"
        if not os.access(nearest, os.W_OK | os.X_OK):
            return f"you may not write in {nearest}"
    except OSError as error:
        return f"this folder cannot be used: {error.strerror or error}"
    return ""


def free_place(source: Path, format_name: str) -> Path:
    """Return a folder beside the dataset that is free: ``DATASET-FORMAT``, then ``DATASET-FORMAT-2``."""
    number = 1
    while True:
        place = source.with_name(f"{source.name}-{format_name}" + (f"-{number}" if number > 1 else ""))
        if not os.path.lexists(place) and not os.path.lexists(partial_of(place)):
            return place
        number += 1


@dataclass(frozen=True)
class _Changes:
    """What is asked for otherwise than the dataset has it; `only` is empty where every class is kept."""

    renames: dict[str, str]
    ignored: tuple[str, ...]
    ids: dict[str, int]
    only: tuple[str, ...]


def _changes(draft: ExportDraft, info: DatasetInfo, stored: Selection) -> _Changes:
    renames: dict[str, str] = {}
    ids: dict[str, int] = {}
    ignored: list[str] = []
    kept: list[str] = []
    dropped = False
    for row in info.classes:
        before = stored.classes.get(row.name, ClassUse())
        wanted = draft.uses.get(row.name, ClassUse())
        if wanted.use == "drop":
            dropped = dropped or before.use != "drop"
            continue
        kept.append(row.name)
        if wanted.use == "ignore":
            if before.use != "ignore":
                ignored.append(row.name)
            continue
        own_again = wanted.id is None and before.id is not None  # a new name takes the id with it
        if wanted.name != before.name or before.use != "label" or own_again:
            renames[row.name] = wanted.name or row.name
            before = ClassUse(wanted.name)
        if wanted.id is not None and wanted.id != before.id:
            ids[row.name] = wanted.id
    if dropped and not kept:
        raise InputError(Problem("classes", "every class is left out", allowed="at least one that is kept"))
    return _Changes(renames, tuple(ignored), ids, tuple(kept) if dropped else ())


def _split_of(draft: ExportDraft, stored: Selection) -> Split:
    split = Split(draft.shares, draft.by, stored.split.salt)
    return replace(split, salt=draft.salt) if len(split.parts) > 1 else split


def _changed_options(draft: ExportDraft, registry: PluginRegistry) -> dict[str, Any]:
    declared = by_name(registry.parameters("writer", draft.format))
    return {name: value for name, value in draft.options.items() if value != declared[name].default}
