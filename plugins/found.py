"""What a search finds: a source with its hashes, and its manifest or the reason why it cannot be used.

It reads a manifest's words and a text's literals; it imports nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from myriorama.plugins.api import API_VERSION
from myriorama.plugins.fingerprint import HashCache, files_of, fingerprint, read_bounded
from myriorama.plugins.glimpse import Glimpse, look_at
from myriorama.plugins.manifest import FILE_NAME, IDENTITY, LONGEST_MANIFEST_BYTES, Manifest, manifest_from_text
from myriorama.plugins.soundness import declaration_problems
from myriorama.plugins.sources import PluginSource
from myriorama.scenes.errors import InputError

MOST_SOURCES: Final = 500
_LONGEST_TEXT: Final = 200
_MOST_TEXTS: Final = 100


@dataclass(frozen=True)
class Found:
    """A source as it lies there.

    Attributes
    ----------
    source : PluginSource
        Without files and hash where these could not be read; `problem` then says why.
    manifest : Manifest or None
        None where there is none yet: a single file, a package in development; and where it is broken.
    problem : str
        Why it cannot be used; empty where it can.
    glimpses : tuple of Glimpse
        What the text declares, where there is no manifest.
    description : str
    """

    source: PluginSource
    manifest: Manifest | None
    problem: str = ""
    glimpses: tuple[Glimpse, ...] = ()
    description: str = ""


def with_hashes(found: Found, cache: HashCache | None) -> Found:
    """Hash the files of what was found; where that is refused, the reason is its problem."""
    try:
        files = files_of(Path(found.source.root), cache)
    except InputError as error:
        return replace(found, problem=told(error))
    return replace(found, source=replace(found.source, files=files, sha256=fingerprint(files)))


def with_manifest(found: Found) -> Found:
    """Read the manifest of a package, or glance at its text where it has none."""
    source, root = found.source, Path(found.source.root)
    if found.problem:
        return found
    if FILE_NAME not in source.files:
        return replace(found, glimpses=tuple(_glimpses_of(root, source)))
    try:
        manifest = manifest_from_text(read_bounded(root / FILE_NAME, LONGEST_MANIFEST_BYTES), FILE_NAME)
    except InputError as error:
        return replace(found, problem=told(error))
    source = replace(
        source, version=source.version or manifest.version, publisher=source.publisher or manifest.publisher
    )
    found = replace(found, source=source, description=found.description or printable(manifest.description))
    problem = manifest_problem(manifest, source)
    return replace(found, manifest=None if problem else manifest, problem=problem)


def manifest_problem(manifest: Manifest, source: PluginSource) -> str:
    """Return why a manifest is not this source's, or not for this program; empty where it is."""
    if manifest.api_version > API_VERSION:
        return (
            f"it was written for version {manifest.api_version} of the plugin interface; this program has "
            f"{API_VERSION}: a newer Myriorama is needed"
        )
    if manifest.api_version < 1:
        return f"its manifest names version {manifest.api_version} of the plugin interface, which never was"
    if re.sub(r"[-_.]+", "-", manifest.id).lower() != re.sub(r"[-_.]+", "-", source.id).lower():
        return f"its manifest is that of {manifest.id!r}; its author has to run `myriorama plugin build`"
    strangers = sorted({e.module for e in manifest.entries if e.module.split(".")[0] != source.package})
    if strangers:
        return f"its manifest names {strangers[0][:_LONGEST_TEXT]}, which is not in its package {source.package}"
    unsound = declaration_problems(manifest)
    return printable(f"what it declares cannot be used: {unsound[0]}", 600) if unsound else ""


def as_id(name: str) -> str:
    """Return a name as it may be shown and filed; what may not stand in it becomes an underscore."""
    cleaned = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:100].strip("._-")
    return cleaned if IDENTITY.fullmatch(cleaned) else "unnamed"


def printable(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Return a text of bounded length in which nothing steers a terminal."""
    return "".join(c if c.isprintable() else " " for c in text[:longest])


def told(error: InputError) -> str:
    """Return an error in one bounded piece."""
    return printable("; ".join(str(p) for p in error.problems[:3])) if len(error.problems) > 1 else str(error)[:1000]


def _glimpses_of(root: Path, source: PluginSource) -> Iterator[Glimpse]:
    for name in [name for name in source.files if name.endswith(".py")][:_MOST_TEXTS]:
        try:
            text = look_at(root / name)
        except InputError:
            continue  # a package may hold files that are no plugins; what is broken is told when it is described
        if text.concerns_us:
            yield from text.plugins
