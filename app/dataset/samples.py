"""Writes one sample: encodes what the writers describe and commits it file by file. Runs in a worker.

It refuses a record that breaks the label contract or that a format cannot hold; such a sample is
quarantined by the caller, never bent to fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from myriorama.app.dataset.atomic import write_file
from myriorama.app.dataset.encoders import encode_npy, encode_png
from myriorama.app.dataset.layout import record_path
from myriorama.app.dataset.receipts import Receipt, write_receipt
from myriorama.plugins.registry import PluginRegistry, builtin_registry
from myriorama.plugins.writing import ArrayFile, DatasetInfo, PngFile, SampleFile
from myriorama.scenes.errors import PluginError
from myriorama.scenes.labels.record import Record
from myriorama.scenes.labels.stored import json_bytes, record_to_json


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
    """

    def __init__(
        self,
        root: Path,
        info: DatasetInfo,
        formats: Mapping[str, Mapping[str, Any]],
        registry: PluginRegistry | None = None,
        *,
        durable: bool = True,
    ) -> None:
        registry = registry or builtin_registry()
        self._root = root
        self._durable = durable
        self._writers = [registry.writer_class(name)(info, values) for name, values in sorted(formats.items())]

    def obstacles(self, record: Record) -> tuple[str, ...]:
        """Return why the chosen formats cannot hold a record; ask before a job with its first sample."""
        return tuple(f"{w.name}: {why}" for w in self._writers for why in w.obstacles(record))

    def write(self, record: Record) -> Receipt:
        """Write every file of a checked record, and last its receipt.

        Raises
        ------
        UnwritableError
            A format cannot hold it. Nothing has been written.
        PluginError
            Two writers describe different files of one path or role.
        """
        obstacles = self.obstacles(record)
        if obstacles:
            raise UnwritableError(obstacles)
        described = self._described(record)
        entries = [write_file(self._root, f.path, (_encoded(f),), durable=self._durable) for f in described.values()]
        told = {f.role: {"path": f.path, **f.meaning, **_form(f)} for f in described.values()}
        stored = json_bytes(record_to_json(record, told))
        entries.append(write_file(self._root, record_path(record.index), (stored,), durable=self._durable))
        counted = (len(record.annotations), len(record.hidden))
        receipt = Receipt(record.index, record.key, record.frame.device, tuple(entries), *counted)
        write_receipt(self._root, receipt, durable=self._durable)
        return receipt

    def _described(self, record: Record) -> dict[str, SampleFile]:
        """Return what is to be written by path; a picture that two formats share is written once."""
        by_path: dict[str, SampleFile] = {}
        roles: dict[str, str] = {}
        for writer in self._writers:
            for file in writer.sample_files(record):
                if by_path.setdefault(file.path, file) is not file and by_path[file.path].role != file.role:
                    raise PluginError(f"writer {writer.name!r}: {file.path} is already a {by_path[file.path].role}")
                if roles.setdefault(file.role, file.path) != file.path:
                    raise PluginError(f"writer {writer.name!r}: {file.role} is already written to {roles[file.role]}")
        return by_path


def _encoded(file: SampleFile) -> bytes:
    if isinstance(file, PngFile):
        return encode_png(file.pixels)
    if isinstance(file, ArrayFile):
        return encode_npy(file.array)
    return file.text.encode()


def _form(file: SampleFile) -> dict[str, Any]:
    """Return the form of a picture or array, for readers that choose a decoder by it."""
    if isinstance(file, PngFile):
        return {"format": "png", "bits": 8 * file.pixels.itemsize, "channels": 3 if file.pixels.ndim == 3 else 1}
    if isinstance(file, ArrayFile):
        return {"format": "npy", "dtype": file.array.dtype.str, "shape": list(file.array.shape)}
    return {"format": "text"}
