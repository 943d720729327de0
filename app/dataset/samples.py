"""Writes one sample: encodes what the writers describe and commits it file by file. Runs in a worker.

It refuses a record that breaks the label contract or that a format cannot hold; such a sample is
quarantined by the caller, never bent to fit.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from myriorama.app.dataset.atomic import write_streamed
from myriorama.app.dataset.encoders import encode_npy, encode_png
from myriorama.app.dataset.layout import record_path
from myriorama.app.dataset.receipts import Receipt, write_receipt
from myriorama.plugins.registry import PluginRegistry, builtin_registry
from myriorama.plugins.selection import ALL, Selection, View
from myriorama.plugins.writing import ArrayFile, BytesFile, DatasetInfo, PngFile, SampleFile
from myriorama.scenes.errors import PluginError
from myriorama.scenes.labels.record import Record
from myriorama.scenes.labels.stored import json_bytes, record_to_json
from myriorama.scenes.sample import sample_to_json

_T = TypeVar("_T")


class UnwritableError(PluginError):
    """A format cannot hold a record without loss. Carries the obstacles."""

    def __init__(self, obstacles: tuple[str, ...]) -> None:
        self.obstacles = obstacles
        super().__init__("; ".join(obstacles))

    def __reduce__(self) -> tuple[type[UnwritableError], tuple[tuple[str, ...]]]:
        return (type(self), (self.obstacles,))


class SampleWriter:
    """Writes samples into a dataset that is not complete yet.

    Parameters
    ----------
    root : Path
        The ``.partial`` folder.
    info : DatasetInfo
    formats : mapping
        Writer name -> option values.
    selection : Selection
        Under which classes the formats show the records.
    """

    def __init__(
        self,
        root: Path,
        info: DatasetInfo,
        formats: Mapping[str, Mapping[str, Any]],
        registry: PluginRegistry | None = None,
        *,
        selection: Selection = ALL,
        durable: bool = True,
    ) -> None:
        registry = registry or builtin_registry()
        self._view = View(info, selection)
        self._root = root
        self._durable = durable
        self._writers = [
            registry.writer_class(name)(self._view.info, values) for name, values in sorted(formats.items())
        ]

    def obstacles(self, record: Record) -> tuple[str, ...]:
        """Return why the chosen formats cannot hold a record; ask before a job with its first sample."""
        return tuple(f"{w.name}: {why}" for w in self._writers for why in w.obstacles(record))

    def write(self, record: Record, spent: defaultdict[str, float] | None = None) -> Receipt:
        """Write every file of a checked record, and last its receipt.

        Parameters
        ----------
        spent : defaultdict of str to float, or None
            Wall milliseconds are added here: ``encode`` and ``commit`` (hashes, files, syncs, names, receipt).

        Raises
        ------
        UnwritableError
            A format cannot hold it. Nothing has been written.
        PluginError
            Two writers describe different files of one path or role.
        """
        spent = defaultdict(float) if spent is None else spent
        before = time.perf_counter()
        record = replace(record, part=self._part_of(record))
        obstacles = self.obstacles(record)
        if obstacles:
            raise UnwritableError(obstacles)
        described = self._described(record)
        described_ms = (time.perf_counter() - before) * 1000.0
        encoded = _Timed(self._encoded(record, described))
        entries = tuple(write_streamed(self._root, encoded, durable=self._durable))
        counted = (len(record.annotations), len(record.hidden))
        receipt = Receipt(record.index, record.key, record.frame.device, entries, *counted)
        write_receipt(self._root, receipt, durable=self._durable)
        encode_ms = described_ms + encoded.spent_ms
        spent["encode"] += encode_ms
        spent["commit"] += (time.perf_counter() - before) * 1000.0 - encode_ms
        return receipt

    def _part_of(self, record: Record) -> str:
        split = self._view.selection.split
        drawn = sample_to_json(record.sample) if split.by else {}
        return split.part_of({"key": record.key, "drawn": drawn})

    def _encoded(self, record: Record, described: Mapping[str, SampleFile]) -> Iterator[tuple[str, tuple[bytes]]]:
        """Yield path and content of every file, the stored record last; each is made when it is asked for."""
        packed: dict[int, bytes] = {}
        for file in described.values():
            if isinstance(file, PngFile):  # formats that want a picture in places of their own share its bytes
                if id(file.pixels) not in packed:
                    packed[id(file.pixels)] = encode_png(file.pixels)
                yield file.path, (packed[id(file.pixels)],)
            else:
                yield file.path, (encoded(file),)
        told: dict[str, dict[str, Any]] = {}
        for f in described.values():
            told.setdefault(f.role, {"path": f.path, **f.meaning, **_form(f)})
        stored = record_to_json(record, told)
        shown = self._view.apply(stored)
        taken = set(described)
        for writer in self._writers:
            for label in writer.label_files(shown):
                if label.path in taken:
                    raise PluginError(f"writer {writer.name!r}: {label.path} is written twice")
                taken.add(label.path)
                yield label.path, (encoded(label),)
        yield record_path(record.index), (json_bytes(stored),)

    def _described(self, record: Record) -> dict[str, SampleFile]:
        """Return what is to be written by path; a picture that two formats share is written once."""
        by_path: dict[str, SampleFile] = {}
        roles: dict[str, SampleFile] = {}
        for writer in self._writers:
            for file in writer.sample_files(record):
                if by_path.setdefault(file.path, file) is not file and by_path[file.path].role != file.role:
                    raise PluginError(f"writer {writer.name!r}: {file.path} is already a {by_path[file.path].role}")
                first = roles.setdefault(file.role, file)
                if first.path != file.path and not _same_picture(first, file):
                    raise PluginError(f"writer {writer.name!r}: {file.role} is already written to {first.path}")
        return by_path


class _Timed(Generic[_T]):
    """An iterator that knows how long its items took to make, in wall milliseconds."""

    def __init__(self, items: Iterator[_T]) -> None:
        self._items = items
        self.spent_ms = 0.0

    def __iter__(self) -> Iterator[_T]:
        return self

    def __next__(self) -> _T:
        before = time.perf_counter()
        try:
            return next(self._items)
        finally:
            self.spent_ms += (time.perf_counter() - before) * 1000.0


def _same_picture(first: SampleFile, second: SampleFile) -> bool:
    """Tell whether two files of one role are one picture in two places."""
    return isinstance(first, PngFile) and isinstance(second, PngFile) and first.pixels is second.pixels


def encoded(file: SampleFile) -> bytes:
    """Return the bytes of a file that a writer describes."""
    if isinstance(file, PngFile):
        return encode_png(file.pixels)
    if isinstance(file, ArrayFile):
        return encode_npy(file.array)
    return file.content if isinstance(file, BytesFile) else file.text.encode()


def _form(file: SampleFile) -> dict[str, Any]:
    """Return the form of a picture or array, for readers that choose a decoder by it."""
    if isinstance(file, PngFile):
        return {"format": "png", "bits": 8 * file.pixels.itemsize, "channels": 3 if file.pixels.ndim == 3 else 1}
    if isinstance(file, ArrayFile):
        return {"format": "npy", "dtype": file.array.dtype.str, "shape": list(file.array.shape)}
    return {"format": "bytes" if isinstance(file, BytesFile) else "text"}
