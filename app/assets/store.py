"""The asset store: finds files in allowed folders, has them parsed elsewhere, keeps what was made.

It opens a foreign file only to hash it. It fetches nothing, follows no link out of a folder, and hands out
nothing that did not pass through the importer.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import threading
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import Final, TypeVar

from myriorama.app.assets.cache import SUFFIX, prune, read_entry, usable_cache_folder
from myriorama.app.assets.containment import check_plain_file, inside, missing
from myriorama.app.assets.importing import import_batch
from myriorama.app.assets.jobs import ImportJob
from myriorama.app.assets.kept import Kept, size_of
from myriorama.resources import resource_path
from myriorama.scenes.assets.container import Parsed
from myriorama.scenes.assets.limits import MAX_FILE_BYTES, MAX_FOLDER_FILES
from myriorama.scenes.assets.references import relative_path
from myriorama.scenes.assets.source import asset_fault
from myriorama.scenes.assets.store import Asset, ImportedModel, TextureSet
from myriorama.scenes.assets.texture_folder import INFO, SUFFIXES
from myriorama.scenes.errors import AssetError, Problem
from myriorama.scenes.lights import RadianceMap
from myriorama.scenes.materials.model import Texture
from myriorama.scenes.parameters.schema import FileRole

IMPORTER_VERSION: Final = 1
"""Raised whenever the same file would be read differently; older cache entries are then passed over."""
RESOURCE: Final = "resource:"
ALLOWED: Final = "a path relative to the project's folder or an approved asset folder, or resource:..."
MEMORY_BYTES: Final = 256 * 2**20
_DECODERS: Final = ("numpy", "pillow", "DracoPy", "OpenEXR", "scipy")
T = TypeVar("T")


class FileAssetStore:
    """Fulfils `scenes.assets.store.AssetStore` from the file system.

    Parameters
    ----------
    project_folder : Path or None
        Relative references start here; None leaves only resources and extra roots.
    extra_roots : sequence of Path
        Folders that the user approved, searched in order after the project's.
    cache_folder : Path or None
        None: the user's cache folder. Processes may share it.
    memory_bytes : int
        How much of what was read is kept in memory for the next caller.
    """

    def __init__(
        self,
        project_folder: Path | None,
        extra_roots: Sequence[Path] = (),
        cache_folder: Path | None = None,
        *,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        given = [*([project_folder] if project_folder is not None else []), *extra_roots]
        self._roots = tuple(Path(os.path.realpath(r)) for r in given)
        self._resources = Path(os.path.realpath(resource_path("")))
        self._wanted_cache = cache_folder
        self._cache: Path | None = None
        self._hashes: dict[tuple[str, int, int, int], str] = {}
        self._facts: dict[str, dict[str, object]] = {}
        self._kept = Kept(memory_bytes)
        self._lock = threading.RLock()

    @property
    def cache_folder(self) -> Path:
        """Where parsed assets are kept; made on first use."""
        if self._cache is None:
            self._cache = usable_cache_folder(self._wanted_cache)
        return self._cache

    def resolve(self, reference: str) -> Asset:
        """Return the file or folder behind a reference; see `AssetStore.resolve`."""
        found, _ = self._find(reference)
        if found.is_dir():
            listing = self._set_files(found, reference)
            return Asset(reference, found, hashlib.sha256(json.dumps(listing).encode()).hexdigest())
        return Asset(reference, found, self._hash(found, reference))

    def list_folder(self, reference: str, pattern: str) -> tuple[str, ...]:
        """Return references of a folder's own files whose names match, without regard to case.

        Hidden files and sub-folders are passed over.

        Raises
        ------
        AssetError
            There is no such folder, nothing matches, or a file is a link out of the folder.
        """
        folder, root = self._find(reference)
        if not folder.is_dir():
            raise asset_fault(reference, "folder", "is not a folder")
        wanted, base = pattern.lower(), folder.relative_to(root)
        matching = []
        for name in self._names(folder, reference):
            if not name.startswith(".") and fnmatch.fnmatchcase(name.lower(), wanted):
                real = inside(root, PurePosixPath(base.as_posix()) / name)
                if real is not None and real.is_file():
                    matching.append(name)
        if not matching:
            raise asset_fault(reference, "folder", f"no file matches {pattern}", allowed="a pattern such as *.jpg")
        return tuple(f"{reference.rstrip('/')}/{name}" for name in sorted(matching))

    def model(self, asset: Asset) -> ImportedModel:
        """Return a model file's parts, in the file's own units and axes."""
        return self._value(asset, "model", ImportedModel)

    def image(self, asset: Asset, *, srgb: bool) -> Texture:
        """Return an image as a texture, turned as its EXIF orientation says."""
        key = (asset.sha256, "srgb" if srgb else "linear")
        kept = self._kept.get(key)
        if isinstance(kept, Texture):
            return kept
        pixels = self._parsed(asset, "image")
        if isinstance(pixels, ImportedModel | TextureSet | RadianceMap):
            raise asset_fault(asset.reference, "", "is not an image")
        texture = Texture(pixels, srgb)
        self._kept.put(key, texture, texture.nbytes)
        return texture

    def radiance(self, asset: Asset) -> RadianceMap:
        """Return an equirectangular radiance map."""
        return self._value(asset, "radiance", RadianceMap)

    def texture_set(self, asset: Asset) -> TextureSet:
        """Return the maps of a folder."""
        return self._value(asset, "texture_set", TextureSet)

    def notes(self, asset: Asset, role: FileRole) -> tuple[str, ...]:
        """Return what could not be kept when the asset was read, one sentence each."""
        found = self._facts_of(asset, role).get("notes", ())
        return tuple(str(n) for n in found) if isinstance(found, list) else ()

    def dependencies(self, asset: Asset, role: FileRole) -> tuple[tuple[str, str], ...]:
        """Return the files beside the asset that were read with it: (relative path, sha256)."""
        found = self._facts_of(asset, role).get("dependencies", ())
        return tuple((str(p), str(h)) for p, h in found) if isinstance(found, list) else ()

    def preflight(self, wanted: Iterable[tuple[str, FileRole]]) -> dict[str, Asset]:
        """Find and parse every reference; return the assets by reference.

        Raises
        ------
        AssetError
            With *all* problems of all references, so that they can be mended in one go.
        """
        problems: list[Problem] = []
        found: dict[str, Asset] = {}
        ready: dict[tuple[str, FileRole], Asset] = {}
        for reference, role in dict.fromkeys(wanted):
            try:
                found[reference] = found.get(reference) or self.resolve(reference)
                ready[reference, role] = found[reference]
            except AssetError as error:
                problems += error.problems
        for result in self._import([(asset, role) for (_, role), asset in ready.items()]):
            problems += [] if result is None else result.problems
        if problems:
            raise AssetError(list(dict.fromkeys(problems)))
        return found

    # --- finding

    def _find(self, reference: str) -> tuple[Path, Path]:
        """Return the real path and the root it was found in."""
        roots: tuple[Path, ...] = self._roots
        text = reference
        if reference.startswith(RESOURCE):
            roots, text = (self._resources,), reference.removeprefix(RESOURCE)
        relative = relative_path(text, file=reference, place="reference", allowed=ALLOWED)
        for root in roots:
            found = inside(root, relative)
            if found is not None:
                if not found.is_dir():
                    check_plain_file(found, reference)
                return found, root
        names = ", ".join(r.name or str(r) for r in roots) or "no folder at all"
        raise missing(reference, "reference", f"looked in: {names}; a path relative to one of these")

    def _root_of(self, path: Path) -> Path:
        for root in (*self._roots, self._resources):
            if path.is_relative_to(root):
                return root
        raise asset_fault(str(path.name), "path", "is not inside an allowed folder", allowed=ALLOWED)

    def _names(self, folder: Path, reference: str) -> list[str]:
        try:
            names = sorted(os.listdir(folder))
        except OSError as error:
            raise asset_fault(reference, "folder", f"cannot be listed: {error.strerror}") from error
        if len(names) > MAX_FOLDER_FILES:
            raise asset_fault(reference, "folder", "holds too many files", len(names), f"at most {MAX_FOLDER_FILES:,}")
        return names

    def _set_files(self, folder: Path, reference: str) -> list[tuple[str, str]]:
        """Return (name, hash) of the files of a folder that a texture set may use."""
        root = self._root_of(folder)
        base = PurePosixPath(folder.relative_to(root).as_posix())
        out, total = [], 0
        for name in self._names(folder, reference):
            if name.startswith(".") or not (name.lower().endswith(SUFFIXES) or name == INFO):
                continue
            real = inside(root, base / name)
            if real is None or not real.is_file():
                continue
            total += check_plain_file(real, f"{reference}/{name}").st_size
            if total > MAX_FILE_BYTES:
                raise asset_fault(reference, "folder", "its images are too large together", f"{total:,} bytes")
            out.append((name, self._hash(real, f"{reference}/{name}")))
        return out

    def _hash(self, path: Path, reference: str) -> str:
        """Return the SHA-256 of a file, remembered by path, size and time of change."""
        status = check_plain_file(path, reference)
        key = (str(path), status.st_size, status.st_mtime_ns, status.st_ino)
        known = self._hashes.get(key)
        if known is None:
            try:
                with path.open("rb") as file:
                    known = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise asset_fault(reference, "file", f"cannot be read: {error.strerror}") from error
            self._hashes[key] = known
        return known

    # --- parsing and keeping

    def _value(self, asset: Asset, role: FileRole, kind: type[T]) -> T:
        found = self._parsed(asset, role)
        if not isinstance(found, kind):
            raise asset_fault(asset.reference, "", f"is not a {role.replace('_', ' ')}")
        return found

    def _facts_of(self, asset: Asset, role: FileRole) -> dict[str, object]:
        name = self._entry_name(asset, role)
        if name not in self._facts:
            self._parsed(asset, role, fresh=True)
        return self._facts[name]

    def _parsed(self, asset: Asset, role: FileRole, *, fresh: bool = False) -> Parsed:
        key = (self._entry_name(asset, role), role)
        with self._lock:
            kept = None if fresh else self._kept.get(key)
            if kept is not None and not isinstance(kept, Texture):
                return kept
            found = self._from_cache(asset, role)
            if found is None:
                (error,) = self._import([(asset, role)])
                if error is not None:
                    raise error
                found = self._from_cache(asset, role)
            if found is None:
                what = "the parsed file could not be read back from the cache folder"
                raise asset_fault(asset.reference, "", what, str(self.cache_folder), "a folder with free space")
            self._kept.put(key, found, size_of(found))
            return found

    def _from_cache(self, asset: Asset, role: FileRole) -> Parsed | None:
        """Return what is cached and still true: unharmed, and every file it was made from unchanged."""
        name = self._entry_name(asset, role)
        entry = read_entry(self.cache_folder / name)
        if entry is None:
            return None
        made, facts = entry
        rows = facts.get("dependencies", [])
        for row in rows if isinstance(rows, list) else []:
            relative, sha256 = row
            root = self._root_of(asset.path)
            folder = PurePosixPath(asset.path.parent.relative_to(root).as_posix())
            real = inside(root, folder / str(relative))
            if real is None or self._hash(real, asset.reference) != sha256:
                return None
        self._facts[name] = facts
        return made

    def _import(self, wanted: list[tuple[Asset, FileRole]]) -> list[AssetError | None]:
        """Return, per asset, what is wrong with it; parse those that are not cached."""
        results: dict[str, AssetError | None] = {}
        jobs: dict[str, ImportJob] = {}
        with self._lock:
            for asset, role in wanted:
                name = self._entry_name(asset, role)
                if name in results or name in jobs:
                    continue
                if self._from_cache(asset, role) is not None:
                    results[name] = None
                else:
                    try:
                        jobs[name] = self._job(asset, role)
                    except AssetError as error:
                        results[name] = error
            if jobs:
                roots = (*self._roots, self._resources)
                answers = import_batch(list(jobs.values()), roots, self.cache_folder)
                results.update(zip(jobs, answers, strict=True))
                prune(self.cache_folder)
        return [results[self._entry_name(asset, role)] for asset, role in wanted]

    def _job(self, asset: Asset, role: FileRole) -> ImportJob:
        is_folder = asset.path.is_dir()
        if is_folder != (role == "texture_set"):
            allowed = "a folder of images" if role == "texture_set" else "a file"
            raise asset_fault(asset.reference, "", f"is a {'folder' if is_folder else 'file'}", allowed=allowed)
        files = tuple(self._set_files(asset.path, asset.reference)) if is_folder else ()
        return ImportJob(
            role=role,
            reference=asset.reference,
            path=str(asset.path),
            root=str(self._root_of(asset.path)),
            sha256="" if is_folder else asset.sha256,
            out=str(self.cache_folder / self._entry_name(asset, role)),
            files=files,
        )

    def _entry_name(self, asset: Asset, role: FileRole) -> str:
        """Return the cache file: by content, role and versions; a model's neighbours make its place matter."""
        place = str(asset.path.parent) if role == "model" else ""
        facts = [IMPORTER_VERSION, _decoder_versions(), role, asset.sha256, asset.path.suffix.lower(), place]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:40] + SUFFIX


_versions: list[str] = []


def _decoder_versions() -> list[str]:
    """Return the versions of the libraries that decode, which may change what they make of a file."""
    if not _versions:
        for name in _DECODERS:
            try:
                _versions.append(f"{name} {version(name)}")
            except PackageNotFoundError:
                _versions.append(f"{name} absent")
    return _versions
