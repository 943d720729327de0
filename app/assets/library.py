"""The assets that a project has or could have: what it names, what lies in its folder, what is shipped or approved.

It lists and hashes; it parses nothing and changes nothing. Call `library` off the window's thread.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from myriorama.app.assets.looks import locate
from myriorama.app.assets.store import RESOURCE
from myriorama.app.document.lists import kind_of_list
from myriorama.app.document.uids import items, title_of
from myriorama.plugins.registry import PluginRegistry
from myriorama.resources import resource_path
from myriorama.scenes.assets.models import MODEL_SUFFIXES
from myriorama.scenes.errors import PluginError
from myriorama.scenes.materials.spec import MATERIAL_PARAMETERS
from myriorama.scenes.parameters.schema import File, FileRole
from myriorama.scenes.project.model import ObjectGroup, Project

Place = Literal["project", "shipped", "approved", "nowhere"]
State = Literal["found", "missing", "changed"]

ASSETS_FOLDER: Final = "assets"
RADIANCE_SUFFIXES: Final = (".hdr", ".exr")
IMAGE_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp")
ROLE_TITLES: Final[Mapping[FileRole, str]] = {
    "model": "Model",
    "radiance": "HDRI",
    "image": "Image",
    "texture_set": "Texture set",
}
_SHIPPED: Final = ("models", "hdri", "textures")
_MOST_FILES: Final = 5_000
_DEEPEST: Final = 6
_HASHED_NAME: Final = re.compile(r"-([0-9a-f]{8})(?=\.[A-Za-z0-9]+$|/|$)")
_MAP_NAME: Final = re.compile(
    r"(_|\b)(color|diff|diffuse|albedo|basecolor|normal|normalgl|nor_gl|roughness|rough)\b", re.I
)


@dataclass(frozen=True)
class User:
    """A place in the project that names an asset."""

    uid: str
    title: str


@dataclass(frozen=True)
class Entry:
    """One asset.

    Attributes
    ----------
    reference : str
        As a project names it.
    state : str
        found; missing; changed: its content is not that which its name was given for when it was imported.
    size_bytes : int
        Of the file, or of a folder's files together; 0 where it is missing.
    users : tuple of User
        What names it; empty where nothing does.
    """

    reference: str
    role: FileRole
    place: Place
    state: State
    path: Path | None
    size_bytes: int = 0
    users: tuple[User, ...] = ()

    @property
    def name(self) -> str:
        """What to call it: its file name without the mark of its content."""
        return shown_name(self.reference)


def shown_name(reference: str) -> str:
    """Return a reference's last part, without the eight hex digits that importing puts into it."""
    last = reference.removeprefix(RESOURCE).rstrip("/").rsplit("/", 1)[-1]
    return _HASHED_NAME.sub("", last) or last


def role_of_file(path: Path) -> FileRole | None:
    """Return what a file or folder looks like by its name alone; None where it is no asset."""
    if path.is_dir():
        return "texture_set" if is_texture_set(path) else None
    suffix = path.suffix.lower()
    if suffix in MODEL_SUFFIXES:
        return "model"
    if suffix in RADIANCE_SUFFIXES:
        return "radiance"
    return "image" if suffix in IMAGE_SUFFIXES else None


def is_texture_set(folder: Path) -> bool:
    """Say whether a folder holds images that are named as the maps of one material."""
    try:
        names = [name for name in os.listdir(folder) if not name.startswith(".")]
    except OSError:
        return False
    images = [name for name in names if name.lower().endswith(IMAGE_SUFFIXES)]
    if not images or any(Path(name).suffix.lower() in MODEL_SUFFIXES for name in names):
        return False
    return "info.json" in names or sum(bool(_MAP_NAME.search(Path(n).stem)) for n in images) >= 2


def content_mark(files: Sequence[tuple[str, Path]]) -> str:
    """Return eight hex digits that name the content of files: (relative name, where it is).

    Raises
    ------
    OSError
        One cannot be read.
    """
    rows = []
    for name, path in sorted(files):
        with path.open("rb") as file:
            rows.append(f"{name}\n{hashlib.file_digest(file, 'sha256').hexdigest()}\n")
    if len(files) == 1:
        return rows[0].split("\n")[1][:8]
    return hashlib.sha256("".join(rows).encode()).hexdigest()[:8]


def users_of_assets(project: Project, registry: PluginRegistry) -> dict[tuple[str, FileRole], list[User]]:
    """Return who names what: (reference, role) -> users, nodes that are switched off included.

    A plugin that is not here says not what its values mean: they name nothing.
    """
    found: dict[tuple[str, FileRole], list[User]] = {}
    for list_name, item in items(project):
        tables: list[tuple[Mapping[str, Any], Sequence[Any]]] = []
        with contextlib.suppress(PluginError):
            tables.append((item.parameters, registry.parameters(kind_of_list(list_name), item.type)))
        if isinstance(item, ObjectGroup):
            tables += [(slot, MATERIAL_PARAMETERS) for slot in item.materials.values()]
        user = User(item.uid, title_of(item))
        for written, declared in tables:
            for parameter in declared:
                if isinstance(parameter, File):
                    for reference in named_in(written.get(parameter.name)):
                        users = found.setdefault((reference, parameter.role), [])
                        if user not in users:
                            users.append(user)
    return found


def named_in(value: Any) -> Iterator[str]:
    """Yield the references in a written value; of a folder to choose from, the files are not listed."""
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, Mapping):
        for option in value.get("choice", ()):
            yield from named_in(option)
        yield from named_in(value.get("otherwise"))


def library(
    project: Project | None, registry: PluginRegistry, folder: Path | None, roots: Sequence[Path] = ()
) -> tuple[Entry, ...]:
    """Return every asset, the used ones first: missing, then changed, then by name.

    Parameters
    ----------
    folder : Path or None
        Of the project.
    roots : sequence of Path
        Folders that the user approved.
    """
    used = users_of_assets(project, registry) if project is not None else {}
    found: dict[tuple[str, FileRole], Entry] = {}
    for (reference, role), users in used.items():
        path = locate(reference, folder, roots)
        found[reference, role] = replace(_entry(reference, role, path, folder, roots), users=tuple(users))
    if folder is not None:
        for path, role in _walk(folder / ASSETS_FOLDER):
            reference = path.relative_to(folder).as_posix()
            found.setdefault((reference, role), _entry(reference, role, path, folder, roots))
    for name in _SHIPPED:
        for path, role in _walk(resource_path(name)):
            reference = RESOURCE + path.relative_to(resource_path("")).as_posix()
            found.setdefault((reference, role), _entry(reference, role, path, folder, roots))
    for root in roots:
        for path, role in _walk(root):
            reference = path.relative_to(root).as_posix()
            found.setdefault((reference, role), _entry(reference, role, path, folder, roots))
    states = ("missing", "changed", "found")
    return tuple(
        sorted(found.values(), key=lambda e: (not e.users, states.index(e.state), e.name.lower(), e.reference))
    )


def _entry(reference: str, role: FileRole, path: Path | None, folder: Path | None, roots: Sequence[Path]) -> Entry:
    if path is None or path.is_dir() != (role == "texture_set"):
        return Entry(reference, role, "nowhere", "missing", None)
    place: Place = "approved"
    if reference.startswith(RESOURCE):
        place = "shipped"
    elif folder is not None and path.is_relative_to(Path(os.path.realpath(folder))):
        place = "project"
    files = _files_of(reference, path)
    size = sum(p.stat().st_size for _, p in files if p.is_file())
    return Entry(reference, role, place, _state(reference, files), path, size)


def _files_of(reference: str, path: Path) -> list[tuple[str, Path]]:
    """Return the files that an asset's mark is of: itself, or all of the folder that was made for it."""
    marked = _HASHED_NAME.search(reference)
    top = path
    if not path.is_dir() and marked and reference[marked.end() : marked.end() + 1] == "/":
        for _ in range(reference[marked.end() + 1 :].count("/") + 1):
            top = top.parent
    if not top.is_dir():
        return [(path.name, path)]
    return [(p.relative_to(top).as_posix(), p) for p in sorted(top.rglob("*")) if p.is_file()]


def _state(reference: str, files: Sequence[tuple[str, Path]]) -> State:
    marked = _HASHED_NAME.search(reference)
    if marked is None or not reference.startswith(ASSETS_FOLDER + "/"):
        return "found"
    try:
        return "found" if content_mark(files) == marked[1] else "changed"
    except OSError:
        return "missing"


def _walk(top: Path) -> Iterator[tuple[Path, FileRole]]:
    """Yield the assets under a folder; files that belong to one beside them are passed over."""
    seen = 0
    for here, folders, names in os.walk(top):
        at = Path(here)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if len(at.relative_to(top).parts) >= _DEEPEST:
            folders.clear()
        if at != top and is_texture_set(at):
            folders.clear()
            yield at, "texture_set"
            continue
        has_model = any(Path(name).suffix.lower() in MODEL_SUFFIXES for name in names)
        if has_model:
            # Textures beside a model and below it are the model's own.
            folders[:] = [f for f in folders if _holds_model(at / f)]
        for name in sorted(names):
            seen += 1
            if seen > _MOST_FILES:
                return
            role = role_of_file(at / name)
            if role is not None and not name.startswith(".") and not (role == "image" and has_model):
                yield at / name, role


def _holds_model(folder: Path) -> bool:
    return any(Path(name).suffix.lower() in MODEL_SUFFIXES for _, _, names in os.walk(folder) for name in names)
