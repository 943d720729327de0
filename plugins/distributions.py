"""Finds the installed distributions that declare plugins, by their metadata alone.

It imports nothing of theirs. Metadata that cannot be read is a row with a problem, never the end of the search.
"""

from __future__ import annotations

import importlib.util
import json
import keyword
import re
import sys
import urllib.parse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Final

from myriorama.plugins.authoring import GROUP
from myriorama.plugins.fingerprint import HashCache
from myriorama.plugins.found import MOST_SOURCES, Found, as_id, printable, with_hashes, with_manifest
from myriorama.plugins.manifest import FILE_NAME
from myriorama.plugins.sources import PluginSource

_OURS: Final = frozenset({"myriorama"})


def find_installed(path: Iterable[str] | None = None, cache: HashCache | None = None) -> tuple[Found, ...]:
    """Return the distributions of this environment that declare plugins, sorted by id.

    Parameters
    ----------
    path : iterable of str or None
        Folders in place of ``sys.path``.
    cache : mapping or None
        See `fingerprint.files_of`.
    """
    found: dict[str, Found] = {}
    where = list(sys.path if path is None else path)
    for distribution in _distributions(where):
        try:
            values = _entry_points(distribution)
            if not values:
                continue
            name = str(distribution.metadata["Name"] or "")
            key = re.sub(r"[-_.]+", "-", name).lower()
            if key not in found:  # the first on the path is the one that Python takes
                found[key] = _installed(distribution, name, values, cache)
        except Exception as error:  # noqa: BLE001 - a stranger's metadata; whatever is wrong with it is told in its row
            name = printable(_folder_of(distribution))
            source = PluginSource(as_id(name), "installed", _folder_of(distribution), "", {}, "")
            told = f"its metadata cannot be read ({type(error).__name__}: {printable(str(error))})"
            found[f"\0{name}"] = Found(source, None, told)
        if len(found) >= MOST_SOURCES:
            break
    return tuple(sorted(found.values(), key=lambda f: f.source.key))


def _installed(
    distribution: metadata.Distribution, name: str, values: tuple[str, ...], cache: HashCache | None
) -> Found:
    facts = distribution.metadata
    source = PluginSource(
        as_id(name),
        "installed",
        _folder_of(distribution),
        "",
        {},
        "",
        version=printable(str(facts["Version"] or "")),
        publisher=printable(str(facts["Author"] or facts["Maintainer"] or facts["Author-email"] or "")),
    )
    if source.id != name:
        return Found(source, None, f"its name, {printable(name)!r}, is none that a distribution may have")
    package, colon, file = (piece.strip() for piece in values[0].partition(":"))
    if len(values) > 1 or not colon or file != FILE_NAME or not package.isidentifier() or keyword.iskeyword(package):
        told = "; ".join(printable(value) for value in values[:3])
        return Found(
            source, None, f"its entry point in {GROUP} must be one, of the form package:{FILE_NAME}; it is {told!r}"
        )
    if package in _OURS or package in sys.stdlib_module_names:
        return Found(source, None, f"its entry point names {package}, which is not its own")
    root = _located(distribution, package)
    if root is None:
        return Found(source, None, f"its package {package} is not where its metadata says, so it cannot be read")
    found = Found(
        replace(source, root=str(root), package=package), None, "", (), printable(str(facts["Summary"] or ""))
    )
    starting = None if _project_of(distribution) else _runs_at_start(distribution)
    if starting:
        return replace(found, problem=f"it installs {starting}, which Python runs at every start, enabled or not")
    return with_manifest(with_hashes(found, cache))


def _located(distribution: metadata.Distribution, package: str) -> Path | None:
    """Return the folder of a distribution's own package without importing it."""
    project = _project_of(distribution)
    if project is None:
        root = Path(str(distribution.locate_file(package))).absolute()
        listed = distribution.files
        owns = listed is None or any(file.parts[:1] == (package,) for file in listed)
        return root if owns and root.is_dir() else None
    for root in (project / package, project / "src" / package):
        if root.is_dir():
            return root
    # mapped by the build's own settings: the finder that the editable install put in place knows where
    spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations if spec else None) or ():
        if Path(place).resolve().is_relative_to(project.resolve()):
            return Path(place)
    return None


def _project_of(distribution: metadata.Distribution) -> Path | None:
    """Return the folder that an editable install points to; None where it is a plain one."""
    text = distribution.read_text("direct_url.json")
    if not text or len(text) > 65536:
        return None
    tree = json.loads(text)
    if not isinstance(tree, dict) or not isinstance(tree.get("dir_info"), dict) or not tree["dir_info"].get("editable"):
        return None
    from urllib.request import url2pathname  # it loads the network's modules, which most searches do without

    url = urllib.parse.urlsplit(str(tree.get("url", "")))
    return Path(url2pathname(url.path)) if url.scheme == "file" and url.netloc in ("", "localhost") else None


def _runs_at_start(distribution: metadata.Distribution) -> str:
    """Return the name of a file that the interpreter runs by itself; empty where there is none."""
    for file in distribution.files or ():
        if len(file.parts) == 1 and (file.suffix == ".pth" or file.name in ("sitecustomize.py", "usercustomize.py")):
            return printable(file.name)
    return ""


def _distributions(path: list[str]) -> Iterator[metadata.Distribution]:
    context = metadata.DistributionFinder.Context(path=path)
    yield from metadata.MetadataPathFinder.find_distributions(context)


def _entry_points(distribution: metadata.Distribution) -> tuple[str, ...]:
    """Return the values of our group; the text is looked at before it is parsed, as most have none of ours."""
    text = distribution.read_text("entry_points.txt")
    if not text or GROUP not in text:
        return ()
    section, values = "", []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("[") and stripped.endswith("]"):
            section = stripped[1:-1].strip()
        elif section == GROUP and stripped and not stripped.startswith(("#", ";")):
            values.append(stripped.partition("=")[2].strip())
    return tuple(values)


def _folder_of(distribution: metadata.Distribution) -> str:
    return str(getattr(distribution, "_path", "") or distribution.locate_file(""))
