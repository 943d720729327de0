"""Finds third-party plugins: installed distributions, the user's folder, the folder beside a project.

It reads names, hashes and manifests and imports nothing of what it finds. Whatever is broken becomes a row with a
problem: a stranger's files end no search.
"""

from __future__ import annotations

import keyword
from dataclasses import replace
from pathlib import Path

from myriorama.plugins.authoring import GROUP, LONGEST_PROJECT_BYTES, MARKER, PROJECT_FILE, Authored, authored_in
from myriorama.plugins.distributions import find_installed
from myriorama.plugins.fingerprint import HashCache, files_of, fingerprint, read_bounded
from myriorama.plugins.found import MOST_SOURCES, Found, as_id, printable, told, with_hashes, with_manifest
from myriorama.plugins.glimpse import SourceText, look_at
from myriorama.plugins.manifest import FILE_NAME
from myriorama.plugins.sources import Origin, PluginSource
from myriorama.scenes.errors import InputError, Problem

__all__ = ["Found", "find_in_folder", "find_installed", "found_at", "rehashed", "source_at"]


def find_in_folder(folder: Path, origin: Origin, cache: HashCache | None = None) -> tuple[Found, ...]:
    """Return the single files and packages that lie in a folder, sorted by name; nothing where there is no folder.

    Names that begin with ``_`` or a dot are passed over, and so are Python files and folders that have no sign of
    being a plugin: an import of ``myriorama.plugins``, a manifest, an entry point.
    """
    try:
        listed = sorted(e for e, _ in zip(folder.iterdir(), range(20 * MOST_SOURCES), strict=False))
    except (OSError, ValueError):
        return ()
    root = folder.resolve()
    found: list[Found] = []
    taken: dict[str, str] = {}
    for path in listed:
        if path.name.startswith(("_", ".")) or len(found) >= MOST_SOURCES:
            continue
        one = _look_in_folder(path, root, origin, cache)
        if one is None:
            continue
        holder = taken.setdefault(one.source.id, path.name)
        if holder != path.name:
            one = replace(one, problem=one.problem or f"{holder} beside it has the same id, {one.source.id}")
        found.append(one)
    return tuple(found)


def found_at(path: Path, origin: Origin = "path", cache: HashCache | None = None) -> Found:
    """Return what lies at a path: a single file, a package, or a project folder whose pyproject.toml names its package.

    Raises
    ------
    InputError
        There is no plugin: the path, what was looked for and the way out are told.
    """
    path = path.absolute()
    if path.suffix == ".py" and path.is_file():
        return _single(path, origin, _text_of(path), cache)
    if not path.is_dir():
        raise InputError(Problem("", "there is no plugin here", "", "a .py file, or a plugin's folder", str(path)))
    return _package(authored_in(path), origin, cache)


def source_at(path: Path, origin: Origin = "path") -> PluginSource:
    """Return the source at a path with all hashes, every byte read; see `found_at`.

    Raises
    ------
    InputError
        There is no plugin, or its files cannot be hashed.
    """
    found = found_at(path, origin)
    if not found.source.sha256:
        raise InputError(Problem("", found.problem, file=str(path)))
    return found.source


def rehashed(source: PluginSource) -> PluginSource:
    """Return a source with the hashes of its files as they are now, every byte read.

    Raises
    ------
    InputError
        They are gone or cannot be hashed.
    """
    root = Path(source.root)
    if not root.exists():
        raise InputError(Problem("", "its files are gone", file=source.root))
    files = files_of(root)
    return replace(source, files=files, sha256=fingerprint(files))


def _look_in_folder(path: Path, root: Path, origin: Origin, cache: HashCache | None) -> Found | None:
    """Return what an entry of a plugin folder is; None where nothing says that it is a plugin."""
    try:
        if path.suffix == ".py":
            source = PluginSource(as_id(path.stem), origin, str(path), path.stem, {}, "")
            if not path.resolve().is_relative_to(root):
                return Found(source, None, "it is a link that leads out of the plugin folder")
            text = look_at(path)
            return _single(path, origin, text, cache) if text.concerns_us else None
        if not path.is_dir() or not _has_sign(path):
            return None
        source = PluginSource(as_id(path.name), origin, str(path), "", {}, "")
        if not path.resolve().is_relative_to(root):
            return Found(source, None, "it is a link that leads out of the plugin folder")
        authored = authored_in(path)
        found = _package(authored, origin, cache)
        is_plugin = authored.declared or found.manifest is not None or found.glimpses or found.problem
        return found if is_plugin else None
    except InputError as error:
        source = PluginSource(as_id(path.stem), origin, str(path), path.stem, {}, "")
        return Found(source, None, told(error))
    except (OSError, ValueError) as error:
        source = PluginSource(as_id(path.stem), origin, str(path), path.stem, {}, "")
        return Found(source, None, f"it cannot be read: {printable(str(error))}")


def _has_sign(folder: Path) -> bool:
    """Whether a folder may be a plugin; somebody else's project or package is none."""
    if (folder / FILE_NAME).is_file():
        return True
    file = folder / PROJECT_FILE
    if file.is_file():
        return GROUP.encode() in read_bounded(file, LONGEST_PROJECT_BYTES)
    return (folder / MARKER).is_file()


def _text_of(path: Path) -> SourceText:
    """Return what a file declares; nothing where it is no Python, which its author is told better when it is run."""
    try:
        return look_at(path)
    except InputError:
        return SourceText(True, ())


def _single(path: Path, origin: Origin, text: SourceText, cache: HashCache | None) -> Found:
    source = PluginSource(
        as_id(path.stem), origin, str(path), path.stem, {}, "", version=text.version, publisher=text.publisher
    )
    if not path.stem.isidentifier() or keyword.iskeyword(path.stem):
        return Found(source, None, "the name of a single-file plugin is a name of Python: my_apple.py")
    return with_hashes(Found(source, None, "", text.plugins, text.description), cache)


def _package(authored: Authored, origin: Origin, cache: HashCache | None) -> Found:
    source = PluginSource(
        authored.id,
        origin,
        str(authored.root),
        authored.package,
        {},
        "",
        version=authored.version,
        publisher=authored.publisher,
    )
    return with_manifest(with_hashes(Found(source, None, "", (), authored.description), cache))
