"""Exports a finished dataset in another format, from its stored records and pictures; nothing is rendered.

It changes no label and leaves the source as it is. An export appears under its name when it is whole.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from myriorama.app.conversion.card_files import card_picture, write_card
from myriorama.app.conversion.facts import facts_of, pattern_of, source_of_export
from myriorama.app.conversion.tally import Tally
from myriorama.app.dataset.atomic import FileEntry, inside, sync_folder, write_file, write_streamed
from myriorama.app.dataset.layout import CHECKSUMS, EXPORT, PARTIAL_SUFFIX, partial_of
from myriorama.app.dataset.manifest import Manifest, ManifestError, read_manifest
from myriorama.app.dataset.records import Records
from myriorama.app.dataset.samples import encoded
from myriorama.plugins.api import Writer
from myriorama.plugins.registry import PluginRegistry, builtin_registry
from myriorama.plugins.selection import ALL, Selection, View, ViewedRecords
from myriorama.plugins.writing import ReusedFile, StoredRecord
from myriorama.scenes.errors import InputError, MyrioramaError, Problem
from myriorama.scenes.labels.stored import json_bytes

FORMAT: Final = "myriorama-export"
_BLOCK: Final = 2**20


class StoppedError(MyrioramaError):
    """The export was stopped; nothing is left of it."""


@dataclass(frozen=True)
class ExportWanted:
    """What to export.

    Attributes
    ----------
    source : Path
        A finished dataset.
    out : Path
        Must not exist.
    options : mapping
        The writer's.
    link : bool
        Pictures become hard links to the source's, where the file system can; else copies.
    """

    source: Path
    out: Path
    format: str
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    selection: Selection = ALL
    link: bool = False


@dataclass(frozen=True)
class Exported:
    """What an export holds.

    Attributes
    ----------
    removed : mapping
        Reason (``class``, ``visible``, ``size``, ``area``) -> objects that are not labelled for it.
    parts : mapping
        Part -> samples.
    losses : tuple of str
        What the format cannot hold of the records.
    """

    folder: Path
    samples: int
    annotations: int
    ignored: int
    removed: Mapping[str, int]
    parts: Mapping[str, int]
    files: int
    bytes: int
    losses: tuple[str, ...]


def export_dataset(
    wanted: ExportWanted,
    registry: PluginRegistry | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Exported:
    """Export a dataset.

    Parameters
    ----------
    on_progress : callable or None
        Called with the number of samples written and their total.
    stop : callable or None
        Asked between samples; True ends the export and takes away what was written.

    Raises
    ------
    InputError
        The source is no finished dataset, the place is taken, a class or option is unknown, a picture that the format
        needs is not in the source, or a file of the source is not what its manifest says.
    StoppedError
        `stop` said so.
    """
    source, out = wanted.source.absolute(), wanted.out.absolute()
    manifest = _manifest_of(source)
    registry = registry or builtin_registry()
    view = View(manifest.info, wanted.selection)
    writer = registry.writer_class(wanted.format)(view.info, wanted.options)
    partial = _fresh(out)
    try:
        with closing(_Sums(partial)) as sums:
            exported = _fill(wanted, manifest, view, writer, registry, sums, on_progress, stop)
        os.rename(partial, out)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_folder(out.parent)
    return exported


def _manifest_of(source: Path) -> Manifest:
    try:
        return read_manifest(source)
    except (ManifestError, OSError) as error:
        hint = "a finished dataset" if not source.name.endswith(PARTIAL_SUFFIX) else "one that is finished; resume it"
        raise InputError(Problem("DATASET", str(error), repr(str(source)), hint)) from error


def _fresh(out: Path) -> Path:
    """Return the empty folder that the export grows in."""
    if os.path.lexists(out):
        raise InputError(
            Problem(str(out), "this exists already; an export is never written over", allowed="a new name")
        )
    partial = partial_of(out)
    try:
        partial.mkdir(parents=True)
    except FileExistsError as error:
        told = "an unfinished dataset or export lies here; move it away, or choose another name"
        raise InputError(Problem(str(partial), told)) from error
    return partial


def _fill(
    wanted: ExportWanted,
    manifest: Manifest,
    view: View,
    writer: Writer,
    registry: PluginRegistry,
    sums: _Sums,
    on_progress: Callable[[int, int], None] | None,
    stop: Callable[[], bool] | None,
) -> Exported:
    hashes = {entry.path: entry.sha256 for entry in manifest.files}
    records = Records(wanted.source, [row["index"] for row in manifest.samples], hashes)
    removed: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    annotations = ignored = 0
    partial = sums.root
    tally, patterns = Tally(len(records)), set[str]()
    for number, stored in enumerate(records):
        if stop is not None and stop():
            raise StoppedError(f"the export to {wanted.out} was stopped")
        shown = view.apply(stored, removed)
        tally.add(shown)
        parts[shown["part"]] += 1
        annotations += len(shown["annotations"])
        ignored += len(shown["ignored"])
        for reused in writer.reused_files(shown):
            taken = _take_over(wanted, stored, reused, hashes, partial)
            sums.add(taken)
            patterns.update(() if taken is None else (pattern_of(taken.path),))
        labels = ((file.path, (encoded(file),)) for file in writer.label_files(shown))
        for entry in write_streamed(partial, labels, durable=False):
            sums.add(entry)
            patterns.add(pattern_of(entry.path))
        if on_progress is not None:
            on_progress(number + 1, len(records))
    files = ((f.path, f.chunks) for f in writer.whole_files(ViewedRecords(records, view)))
    whole = list(write_streamed(partial, files))
    told = _told(wanted, manifest, writer, removed, parts)
    whole.append(write_file(partial, EXPORT, (json_bytes(told),)))
    facts = facts_of(
        source_of_export(manifest, writer, wanted.options, wanted.selection), tally, registry, patterns, whole
    )
    tally.removed.update(removed)
    picture = card_picture(wanted.source, view.info, tally)
    for entry in (*whole, *write_card(facts, picture, lambda path, content: write_file(partial, path, (content,)))):
        sums.add(entry)
    return Exported(
        wanted.out.absolute(),
        len(records),
        annotations,
        ignored,
        dict(removed),
        dict(parts),
        sums.files,
        sums.bytes,
        writer.losses(),
    )


def _told(
    wanted: ExportWanted, manifest: Manifest, writer: Writer, removed: Counter[str], parts: Counter[str]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": 1,
        "dataset": manifest.info.name,
        "dataset_digest": manifest.digest,
        "writer": {"name": writer.name, "version": writer.version, "options": dict(writer.values)},
        "selection": wanted.selection.to_json(),
        "removed": dict(sorted(removed.items())),
        "parts": dict(sorted(parts.items())),
        "losses": list(writer.losses()),
    }


def _take_over(
    wanted: ExportWanted, stored: StoredRecord, reused: ReusedFile, hashes: Mapping[str, str], partial: Path
) -> FileEntry | None:
    """Link or copy a picture of the source, and hold it against the manifest's hash."""
    told = stored["files"].get(reused.role)
    if told is None:
        if not reused.required:
            return None
        message = f"format {wanted.format} needs pictures of the role {reused.role!r}, which the dataset does not have"
        have = ", ".join(stored["files"])
        raise InputError(Problem("DATASET", message, f"it has {have}", f"a dataset rendered with {reused.role}"))
    origin, target = inside(wanted.source, told["path"]), inside(partial, reused.path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not (wanted.link and _linked(origin, target)):
        shutil.copyfile(origin, target)
    digest, size = _hash(target)
    if digest != hashes.get(told["path"]):
        raise InputError(Problem(told["path"], "this file is not what the manifest says", allowed="`myriorama verify`"))
    return FileEntry(reused.path, digest, size)


def _linked(origin: Path, target: Path) -> bool:
    try:
        os.link(origin, target)
    except OSError as error:
        if error.errno in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS):
            return False  # the file system cannot, or not across its border
        raise
    return True


def _hash(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


class _Sums:
    """The list of checksums, in the form that ``sha256sum -c`` reads, written as the files come."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stream = (root / CHECKSUMS).open("w", encoding="utf-8", newline="\n")
        self.files = 0
        self.bytes = 0

    def add(self, entry: FileEntry | None) -> None:
        if entry is not None:
            self._stream.write(f"{entry.sha256}  {entry.path}\n")
            self.files += 1
            self.bytes += entry.bytes

    def close(self) -> None:
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()


def shown_records(source: Path, selection: Selection = ALL) -> Iterator[StoredRecord]:
    """Yield the records of a finished dataset as a selection shows them; see `export_dataset` for errors."""
    manifest = _manifest_of(source.absolute())
    view = View(manifest.info, selection)
    records = Records(source, [row["index"] for row in manifest.samples])
    return iter(ViewedRecords(records, view))
