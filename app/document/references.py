"""Which files a project refers to by a path that starts in its folder, so that they can go with it to another.

It copies what it is told to copy and never over a file that holds something else.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myriorama.app.assets.store import RESOURCE, FileAssetStore
from myriorama.app.document.lists import kind_of_list
from myriorama.app.document.uids import items
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import AssetError, InputError, PluginError, Problem
from myriorama.scenes.materials.spec import MATERIAL_PARAMETERS
from myriorama.scenes.parameters.schema import File, FileRole
from myriorama.scenes.project.model import ObjectGroup, Project


@dataclass(frozen=True)
class Reference:
    """A path that a project names.

    Attributes
    ----------
    text : str
        As written.
    role : str
        What it is read as; empty for a folder of files to choose from.
    """

    text: str
    role: FileRole | None


@dataclass(frozen=True)
class LeftBehind:
    """What a project would not find any more from another folder.

    Attributes
    ----------
    files : tuple of str
        Relative to `old`, with forward slashes; what a model names beside itself included.
    bytes : int
        All together.
    """

    old: Path
    new: Path
    files: tuple[str, ...]
    bytes: int

    def __bool__(self) -> bool:
        return bool(self.files)


def relative_references(project: Project, registry: PluginRegistry) -> tuple[Reference, ...]:
    """Return every reference that starts in the project's folder, of nodes that are switched off too.

    A plugin that is not here says not what its values mean: each text of its parameters counts as one.
    """
    found: dict[Reference, None] = {}
    for list_name, item in items(project):
        kind = kind_of_list(list_name)
        try:
            roles = {p.name: p.role for p in registry.parameters(kind, item.type) if isinstance(p, File)}
            found.update((r, None) for name, role in roles.items() for r in _named(item.parameters.get(name), role))
        except PluginError:
            found.update((r, None) for value in item.parameters.values() for r in _named(value, "image"))
        if isinstance(item, ObjectGroup):
            for slot in item.materials.values():
                for p in MATERIAL_PARAMETERS:
                    if isinstance(p, File):
                        found.update((r, None) for r in _named(slot.get(p.name), p.role))
    return tuple(r for r in found if not r.text.startswith(RESOURCE))


def _named(value: Any, role: FileRole) -> Iterator[Reference]:
    if isinstance(value, str):
        if value:
            yield Reference(value, role)
    elif isinstance(value, Mapping):
        for option in value.get("choice", ()):
            yield from _named(option, role)
        yield from _named(value.get("otherwise"), role)
        if isinstance(value.get("folder"), str):
            yield Reference(value["folder"], None)


def left_behind(project: Project, registry: PluginRegistry, old: Path, new: Path) -> LeftBehind:
    """Return the files of folder `old` that the project would miss in folder `new`.

    What is the same file, or holds the same bytes, in both is not missed; neither is what `old` has not. Models
    are asked for the files that they name beside themselves, which may take a moment: call it off the window's
    thread.

    Raises
    ------
    InputError
        In `new` another file has the name of one that would have to go there.
    """
    old, new = Path(os.path.realpath(old)), Path(os.path.realpath(new))
    if old == new:
        return LeftBehind(old, new, (), 0)
    store = FileAssetStore(old)
    needed: dict[str, None] = {}
    for reference in relative_references(project, registry):
        needed.update(dict.fromkeys(_files_of(reference, store, old)))
    taken = [name for name in needed if (new / name).exists() and not _same(old / name, new / name)]
    if taken:
        allowed = "another folder, or move that file away"
        message = "another file of this name is there, and the project's own would have to take its place"
        raise InputError([Problem("", message, "", allowed, str(new / name)) for name in taken[:20]])
    files = tuple(name for name in needed if not (new / name).exists())
    return LeftBehind(old, new, files, sum((old / name).stat().st_size for name in files))


def bring_files(found: LeftBehind) -> None:
    """Copy what would be left behind, each file whole or not at all. For any thread.

    Raises
    ------
    InputError
        One cannot be copied; those before it stay, and do no harm there.
    """
    for name in found.files:
        target = found.new / name
        part = target.with_name(target.name + ".part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found.old / name, part)
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            message = f"it could not be copied: {error.strerror or error}"
            allowed = "another folder, with free space"
            raise InputError(Problem("", message, "", allowed, str(target))) from error


def _files_of(reference: Reference, store: FileAssetStore, root: Path) -> Iterable[str]:
    """Yield the files behind a reference, relative to the root; none where there is no such file."""
    try:
        asset = store.resolve(reference.text)
    except AssetError:
        return
    base = asset.path.relative_to(root)
    if asset.path.is_dir():
        for entry in sorted(asset.path.iterdir()):
            if entry.is_file() and not entry.name.startswith("."):
                yield (base / entry.name).as_posix()
        return
    yield base.as_posix()
    if reference.role == "model":
        try:
            beside = store.dependencies(asset, "model")
        except AssetError:
            return
        for name, _ in beside:
            yield (base.parent / name).as_posix()


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and filecmp.cmp(one, other, shallow=False)
