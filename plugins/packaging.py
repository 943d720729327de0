"""Writes the manifest of a plugin into its package, and says what would keep it out of a wheel.

The classes are asked in a host process; nothing of the plugin is imported here, and nothing is built or uploaded.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from myriorama.plugins.authoring import PROJECT_FILE, Authored, authored_in
from myriorama.plugins.discovery import source_at
from myriorama.plugins.fingerprint import read_bounded
from myriorama.plugins.manifest import (
    FILE_NAME,
    LONGEST_MANIFEST_BYTES,
    Manifest,
    manifest_from_json,
    manifest_from_text,
)
from myriorama.plugins.registry import shadowed
from myriorama.plugins.sources import Grant, PluginSource
from myriorama.scenes.errors import InputError, Problem

if TYPE_CHECKING:
    from myriorama.plugins.hosting.hosts import PluginHosts

_TAKES_ALL: Final = (
    "hatchling",
    "flit_core",
    "flit_scm",
    "poetry",
    "pdm",
    "uv_build",
    "maturin",
    "mesonpy",
    "scikit_build",
)
"""Build backends that put every file of a package into the wheel unless told otherwise."""


@dataclass(frozen=True)
class Built:
    """A manifest as the code declares it now.

    Attributes
    ----------
    file : Path or None
        Where it belongs; None for a single file, which carries no manifest.
    text : str
        What belongs there.
    before : Manifest or None
        What the file there says; None where there is none, or it cannot be read.
    is_current : bool
        The file there holds this text already.
    problems : tuple of Problem
        What would keep a wheel from working.
    """

    source: PluginSource
    manifest: Manifest
    text: str
    file: Path | None
    before: Manifest | None
    is_current: bool
    problems: tuple[Problem, ...]


def build(path: Path, hosts: PluginHosts) -> Built:
    """Return the manifest of the plugin at a path: a project folder, a package, or a single file.

    Parameters
    ----------
    hosts : PluginHosts
        Runs the plugin's code to see its classes.

    Raises
    ------
    InputError
        There is no plugin, or its declarations do not fit the form; the place is named.
    PluginFault
        Its code cannot be imported, or its classes cannot be read.
    """
    source = source_at(path)
    described = hosts.describe(source)
    if source.is_single_file:
        manifest = manifest_from_json(described.to_json())
        problems = _taken_names(source, manifest, str(path))
        return Built(source, manifest, manifest.to_text(), None, None, True, tuple(problems))
    authored = authored_in(path.absolute())
    told = replace(
        described,
        id=authored.id,
        version=authored.version or described.version,
        publisher=authored.publisher or described.publisher,
        description=authored.description or described.description,
        licence=authored.licence or described.licence,
    )
    manifest = manifest_from_json(told.to_json())
    file, text = authored.root / FILE_NAME, manifest.to_text()
    manifest_from_text(text, str(file))  # what is written is what will be read
    there = read_bounded(file, LONGEST_MANIFEST_BYTES) if file.exists() else b""
    problems = [*_wheel_problems(authored), *_taken_names(source, manifest, str(path))]
    return Built(source, manifest, text, file, _read(there), there == text.encode(), tuple(problems))


def write(built: Built) -> None:
    """Put a manifest into its package, whole or not at all."""
    if built.file is None or built.is_current:
        return
    part = built.file.with_name(f".{built.file.name}.part")
    part.write_text(built.text, encoding="utf-8", newline="\n")
    part.replace(built.file)


def _read(content: bytes) -> Manifest | None:
    try:
        return manifest_from_text(content) if content else None
    except InputError:
        return None  # it is going to be replaced


def _taken_names(source: PluginSource, manifest: Manifest, file: str) -> list[Problem]:
    return [
        Problem(
            f"{entry.module}.{entry.class_name}.name", f"a built-in {entry.kind} has this name", entry.name, "", file
        )
        for _, entry, holder in shadowed([Grant(source, manifest)])
        if holder == "built-in"
    ]


def _wheel_problems(authored: Authored) -> list[Problem]:
    """Return why a wheel of this project would not hold its manifest, as far as its settings tell."""
    if not authored.declared:
        return []
    file = str(authored.folder / PROJECT_FILE)
    system = authored.tree.get("build-system", {})
    backend = str(system.get("build-backend", "setuptools.build_meta")) if isinstance(system, Mapping) else ""
    if backend.split(".")[0].startswith(_TAKES_ALL):
        return []
    if backend.split(".")[0] != "setuptools":
        told = "it is not known whether this build backend puts data files into a wheel; look into the wheel"
        return [Problem("build-system.build-backend", told, backend[:80], "setuptools, hatchling, flit_core ...", file)]
    settings = _table(_table(authored.tree, "tool"), "setuptools")
    problems = []
    packages = settings.get("packages")
    if isinstance(packages, list) and authored.package not in packages:
        told = f"the package {authored.package} is not among those that are packed"
        problems.append(Problem("tool.setuptools.packages", told, "", json.dumps([authored.package]), file))
    if not _is_packed(authored, settings):
        told = f"nothing puts {FILE_NAME} into the wheel"
        place, allowed = "tool.setuptools.package-data", f'{authored.package} = ["{FILE_NAME}"]'
        problems.append(Problem(place, told, "", allowed, file))
    return problems


def _is_packed(authored: Authored, settings: Mapping[str, Any]) -> bool:
    data = _table(settings, "package-data")
    patterns = [p for key in ("*", "", authored.package) for p in _words(data.get(key))]
    kept_out = [
        p for key in ("*", "", authored.package) for p in _words(_table(settings, "exclude-package-data").get(key))
    ]
    if any(fnmatch.fnmatch(FILE_NAME, p) for p in kept_out):
        return False
    if any(fnmatch.fnmatch(FILE_NAME, p.removeprefix("**/")) for p in patterns):
        return True
    if settings.get("include-package-data", True) is not True:
        return False
    listing = authored.folder / "MANIFEST.in"
    return listing.is_file() and FILE_NAME in read_bounded(listing, 2**20).decode("utf-8", "replace")


def _table(tree: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = tree.get(key, {})
    return found if isinstance(found, Mapping) else {}


def _words(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
