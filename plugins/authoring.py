"""What an author's folder says in its pyproject.toml: who it is, and which package holds its plugins.

It reads a table of words. It imports no package and runs no build.
"""

from __future__ import annotations

import keyword
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from myriorama.plugins.fingerprint import read_bounded
from myriorama.plugins.manifest import FILE_NAME, IDENTITY
from myriorama.scenes.errors import InputError, Problem

GROUP: Final = "myriorama.plugins"
MARKER: Final = "__init__.py"
PROJECT_FILE: Final = "pyproject.toml"
LONGEST_PROJECT_BYTES: Final = 2**20
_LONGEST_TEXT: Final = 400


@dataclass(frozen=True)
class Authored:
    """A plugin's folder as its author has it.

    Attributes
    ----------
    folder : Path
        What was looked at: the project, or the package itself.
    root : Path
        The package's folder.
    declared : bool
        Whether pyproject.toml names the package in the entry-point group.
    tree : mapping
        pyproject.toml, empty where there is none.
    """

    id: str
    package: str
    folder: Path
    root: Path
    declared: bool = False
    version: str = ""
    publisher: str = ""
    description: str = ""
    licence: str = ""
    tree: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def authored_in(folder: Path) -> Authored:
    """Return what a folder declares: a project with a pyproject.toml, or a package alone.

    Raises
    ------
    InputError
        It is neither, or its declaration cannot be used; the place in the file is named.
    """
    file = folder / PROJECT_FILE
    if not file.is_file():
        if not (folder / MARKER).is_file() and not (folder / FILE_NAME).is_file():
            allowed = f"a folder with {PROJECT_FILE}, or a package with {MARKER}"
            raise InputError(Problem("", "there is no plugin in this folder", "", allowed, str(folder)))
        if not _is_package_name(folder.name):
            raise InputError(Problem("", "a package's folder has a name of Python", folder.name[:80], "", str(folder)))
        return Authored(folder.name, folder.name, folder, folder)
    tree = _tree(file)
    project = _table(tree, "project", file)
    name, group = project.get("name"), _group(project, file)
    if not isinstance(name, str) or not IDENTITY.fullmatch(name):
        raise InputError(Problem("project.name", "a plugin's project has a name", repr(name)[:80], "", str(file)))
    package = _package(group, file)
    root = _root(folder, package, tree)
    if root is None:
        told = f"the package {package} is not here"
        raise InputError(Problem(_place(), told, "", f"{package}/ or src/{package}/", str(file)))
    return Authored(
        id=name,
        package=package,
        folder=folder,
        root=root,
        declared=True,
        version=_word(project.get("version")),
        publisher=_publisher(project),
        description=_word(project.get("description")),
        licence=_licence(project.get("license")),
        tree=tree,
    )


def _tree(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_bounded(file, LONGEST_PROJECT_BYTES).decode())
    except (ValueError, RecursionError) as error:  # a TOML fault and broken UTF-8 are both ValueErrors
        raise InputError(Problem("", f"it cannot be read: {str(error)[:200]}", file=str(file))) from error


def _table(tree: Mapping[str, Any], key: str, file: Path) -> Mapping[str, Any]:
    found = tree.get(key, {})
    if not isinstance(found, Mapping):
        raise InputError(Problem(key, "this is a table", repr(found)[:80], f"[{key}]", str(file)))
    return found


def _group(project: Mapping[str, Any], file: Path) -> Mapping[str, Any]:
    points = project.get("entry-points", {})
    group = points.get(GROUP) if isinstance(points, Mapping) else None
    if not isinstance(group, Mapping) or len(group) != 1:
        allowed = f'one line there: apples = "apples:{FILE_NAME}"'
        raise InputError(Problem(_place(), "this names the package that holds the plugins", "", allowed, str(file)))
    return group


def _package(group: Mapping[str, Any], file: Path) -> str:
    ((_, value),) = group.items()
    package, colon, target = (p.strip() for p in value.partition(":")) if isinstance(value, str) else ("", "", "")
    if not colon or target != FILE_NAME or not _is_package_name(package):
        told = "an entry point of plugins is of the form package:file"
        raise InputError(Problem(_place(), told, repr(value)[:80], f'"package:{FILE_NAME}"', str(file)))
    return package


def _root(folder: Path, package: str, tree: Mapping[str, Any]) -> Path | None:
    """Return the package's folder: beside pyproject.toml, in ``src``, or where setuptools' package-dir says."""
    places = [folder / package, folder / "src" / package]
    mapped: Any = tree
    for key in ("tool", "setuptools", "package-dir"):
        mapped = mapped.get(key) if isinstance(mapped, Mapping) else None
    if isinstance(mapped, Mapping):
        places += [folder / str(mapped[package])] if package in mapped else []
        places += [folder / str(mapped[""]) / package] if "" in mapped else []
    top = folder.resolve()
    return next((p for p in places if p.is_dir() and p.resolve().is_relative_to(top)), None)


def _publisher(project: Mapping[str, Any]) -> str:
    people = project.get("authors") or project.get("maintainers") or ()
    if not isinstance(people, list):
        return ""
    names = [_word(p.get("name") or p.get("email")) for p in people if isinstance(p, Mapping)]
    return ", ".join(name for name in names if name)[:_LONGEST_TEXT]


def _licence(value: Any) -> str:
    if isinstance(value, Mapping):
        return _word(value.get("text"))
    return _word(value)


def _word(value: Any) -> str:
    """Return the first line of a text, printable, of bounded length; empty for anything else."""
    lines = value.strip().splitlines() if isinstance(value, str) else []
    return re.sub(r"\s", " ", "".join(c if c.isprintable() else " " for c in lines[0][:_LONGEST_TEXT])) if lines else ""


def _is_package_name(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def _place() -> str:
    return f'project.entry-points."{GROUP}"'
