"""A dataset in the making: ``NAME.partial`` until every sample is written or quarantined, then ``NAME``.

Only the driver uses it; workers write samples and hand receipts over. It refuses to write over anything.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from myriorama.app.dataset.atomic import PART_SUFFIX, FileEntry, inside, sync_folder, write_file
from myriorama.app.dataset.layout import JOURNAL, MANIFEST, PROJECT, partial_of, quarantine_of, record_path
from myriorama.app.dataset.manifest import manifest_chunks
from myriorama.app.dataset.quarantine import Quarantined
from myriorama.app.dataset.samples import Receipt, SampleWriter
from myriorama.plugins.registry import PluginRegistry, builtin_registry
from myriorama.plugins.writing import DatasetInfo, StoredRecord
from myriorama.scenes.errors import InputError, MyrioramaError, Problem

SYNC_EVERY: Final = 32
"""Commits between two syncs of the folders and of the journal."""


class DatasetError(MyrioramaError):
    """A dataset cannot be finished: samples are missing, or files are not what was committed."""


@dataclass(frozen=True)
class Job:
    """What a dataset is to hold.

    Attributes
    ----------
    indices : range or tuple of int
        Sample numbers: a range of step 1, or rising numbers where some are left out.
    formats : mapping
        Writer name -> option values.
    labels : tuple of str
        Annotator names; empty for all.
    project_text : str
        The project file as it was when the job began; kept in the dataset.
    versions : mapping
        Program or library -> version, for the manifest.
    """

    info: DatasetInfo
    indices: range | tuple[int, ...]
    formats: Mapping[str, Mapping[str, Any]]
    labels: tuple[str, ...] = ()
    project_text: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)


class DatasetFolder:
    """The driver's view of a dataset in the making; make it with `create`.

    Attributes
    ----------
    path : Path
        Where the finished dataset will lie.
    partial : Path
        Where it lies until then.
    """

    def __init__(self, path: Path, job: Job, registry: PluginRegistry, *, durable: bool) -> None:
        self.path = path
        self.partial = partial_of(path)
        self.job = job
        self._registry = registry
        self._durable = durable
        self._places: dict[int, int] = {}
        self._quarantined: dict[int, Quarantined] = {}
        self._devices: set[str] = set()
        self._first: list[FileEntry] = []
        self._wanted = job.indices if isinstance(job.indices, range) else frozenset(job.indices)
        self._journal = (self.partial / JOURNAL).open("w+b")

    @classmethod
    def create(
        cls,
        path: Path,
        job: Job,
        registry: PluginRegistry | None = None,
        *,
        discard_partial: bool = False,
        durable: bool = True,
    ) -> DatasetFolder:
        """Start a dataset that will lie at `path`.

        Parameters
        ----------
        discard_partial : bool
            Delete what an earlier, unfinished run of the same name left.

        Raises
        ------
        InputError
            Something lies there already, or there is nothing to write.
        """
        path = path.absolute()
        registry = registry or builtin_registry()
        if not len(job.indices) or job.indices[0] < 0 or not _rising(job.indices):
            raise InputError(Problem("count", "a dataset needs at least one sample, numbered from 0 on"))
        if not job.formats:
            raise InputError(
                Problem("format", "no output format is chosen", allowed=", ".join(registry.names("writer")))
            )
        for name, values in job.formats.items():
            registry.writer_class(name)(job.info, values)
        if os.path.lexists(path):
            raise InputError(
                Problem(str(path), "this folder exists already; a dataset is never written over: choose another name")
            )
        for left in (partial_of(path), quarantine_of(path)):
            if not os.path.lexists(left):
                continue
            if not discard_partial or left.is_symlink() or not left.is_dir():
                raise InputError(
                    Problem(str(left), "an earlier run left this behind; move it away, or ask for it to be discarded")
                )
            shutil.rmtree(left)
        partial_of(path).mkdir(parents=True)
        folder = cls(path, job, registry, durable=durable)
        if job.project_text:
            text = job.project_text.encode()
            folder._first.append(write_file(folder.partial, PROJECT, (text,), durable=durable))
        return folder

    def sample_writer(self) -> SampleWriter:
        """Return what writes samples here; a worker makes its own from `partial` and `job`."""
        return SampleWriter(self.partial, self.job.info, self.job.formats, self._registry, durable=self._durable)

    @property
    def written(self) -> int:
        """Number of committed samples."""
        return len(self._places)

    @property
    def quarantined(self) -> tuple[Quarantined, ...]:
        """What may not enter the dataset, by sample number."""
        return tuple(self._quarantined[i] for i in sorted(self._quarantined))

    @property
    def missing(self) -> tuple[int, ...]:
        """Sample numbers that are neither committed nor quarantined."""
        return tuple(i for i in self.job.indices if i not in self._places and i not in self._quarantined)

    def commit(self, receipt: Receipt) -> None:
        """Take a written sample into the dataset.

        Raises
        ------
        DatasetError
            The number is not of this job or was settled before, or a file is not there in its size.
        """
        self._expect(receipt.index)
        for entry in receipt.files:
            target = inside(self.partial, entry.path)
            if not target.is_file() or target.stat().st_size != entry.bytes:
                raise DatasetError(f"sample {receipt.index}: {entry.path} is not there as it was reported")
        self._places[receipt.index] = self._journal.seek(0, os.SEEK_END)
        row = {
            "index": receipt.index,
            "key": receipt.key,
            "annotations": receipt.annotations,
            "hidden": receipt.hidden,
            "files": [[f.path, f.sha256, f.bytes] for f in receipt.files],
        }
        self._journal.write(json.dumps(row).encode() + b"\n")
        self._devices.add(receipt.device)
        if self.written % SYNC_EVERY == 0:
            self._sync()

    def add_quarantined(self, entry: Quarantined) -> None:
        """Note a sample that may not enter the dataset.

        Raises
        ------
        DatasetError
            The number is not of this job or was settled before.
        """
        self._expect(entry.index)
        self._quarantined[entry.index] = entry

    def finalize(self) -> Path:
        """Write the files of the whole set and the manifest, and give the folder its name.

        Returns
        -------
        Path
            The finished dataset.

        Raises
        ------
        DatasetError
            A sample is missing, or something appeared under the final name meanwhile.
        """
        if self.missing:
            some = ", ".join(str(i) for i in self.missing[:5])
            raise DatasetError(f"{len(self.missing)} samples are neither written nor quarantined: {some} ...")
        self._sweep()
        records = Records(self.partial, sorted(self._places))
        entries = list(self._first)
        for name, values in sorted(self.job.formats.items()):
            writer = self._registry.writer_class(name)(self.job.info, values)
            for file in writer.whole_files(records):
                if any(file.path == e.path for e in entries):
                    raise DatasetError(f"writer {name!r}: {file.path} is written twice")
                entries.append(write_file(self.partial, file.path, file.chunks, durable=self._durable))
        versions = {name: self._registry.writer_class(name).version for name in self.job.formats}
        chunks = manifest_chunks(self.job, versions, self._devices, entries, self._receipts, self.quarantined)
        write_file(self.partial, MANIFEST, chunks, durable=self._durable)
        self._journal.close()
        (self.partial / JOURNAL).unlink()
        self._sync()
        if os.path.lexists(self.path):
            raise DatasetError(f"{self.path} appeared while the dataset was made; it stays at {self.partial}")
        self.partial.rename(self.path)
        if self._durable:
            sync_folder(self.path.parent)
        return self.path

    def close(self) -> None:
        """Leave the dataset unfinished, as it is. Does nothing after `finalize`."""
        self._journal.close()

    def __enter__(self) -> DatasetFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _expect(self, index: int) -> None:
        if index not in self._wanted:
            raise DatasetError(f"sample {index} is not of this job")
        if index in self._places or index in self._quarantined:
            raise DatasetError(f"sample {index} was settled before")

    def _receipts(self) -> Iterator[Mapping[str, Any]]:
        for index in sorted(self._places):
            self._journal.seek(self._places[index])
            yield json.loads(self._journal.readline())

    def _sweep(self) -> None:
        """Delete what workers that died left: half-written files, and files of samples that were given up."""
        given_up = {f"{index:08d}" for index in self._quarantined}
        for path in sorted(self.partial.rglob("*")):
            if path.is_file() and (path.suffix == PART_SUFFIX or path.stem in given_up):
                path.unlink()
        for path in sorted((p for p in self.partial.rglob("*") if p.is_dir()), reverse=True):
            if not any(path.iterdir()):
                path.rmdir()

    def _sync(self) -> None:
        if not self._durable:
            return
        if not self._journal.closed:
            self._journal.flush()
            os.fsync(self._journal.fileno())
        for folder in (self.partial, *sorted(p for p in self.partial.rglob("*") if p.is_dir())):
            sync_folder(folder)


def _rising(indices: range | tuple[int, ...]) -> bool:
    return indices.step == 1 if isinstance(indices, range) else all(a < b for a, b in pairwise(indices))


class Records:
    """The stored records of a dataset, read one at a time in the order of their index."""

    def __init__(self, root: Path, indices: Iterable[int]) -> None:
        self._root = root
        self._indices = list(indices)

    def __len__(self) -> int:
        return len(self._indices)

    def __iter__(self) -> Iterator[StoredRecord]:
        for index in self._indices:
            record: StoredRecord = json.loads((self._root / record_path(index)).read_bytes())
            yield record
