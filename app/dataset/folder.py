"""A dataset in the making: ``NAME.partial`` until every sample is written or quarantined, then ``NAME``.

Workers write samples and, last, a receipt of each; whoever drives the job takes the receipts in, and anyone may go on
where another stopped. It refuses to write over anything, and to give the final name to bytes that it has not checked.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from myriorama.app.conversion.card_files import write_card_of
from myriorama.app.conversion.facts import pattern_of, source_of_job
from myriorama.app.conversion.tally import TalliedRecords
from myriorama.app.dataset import faults
from myriorama.app.dataset.atomic import FileEntry, inside, sync_folder, write_file, write_streamed
from myriorama.app.dataset.job import Job
from myriorama.app.dataset.layout import (
    JOB,
    MANIFEST,
    PROJECT,
    RECEIPTS,
    partial_of,
    quarantine_of,
    receipt_path,
    receipts_aside,
)
from myriorama.app.dataset.manifest import manifest_chunks
from myriorama.app.dataset.quarantine import Quarantined, quarantined_in, release, sweep_quarantine
from myriorama.app.dataset.receipts import Receipt, holds, read_receipt, receipt_numbers
from myriorama.app.dataset.records import Records
from myriorama.app.dataset.samples import SampleWriter
from myriorama.app.dataset.sweeping import sweep_leftovers
from myriorama.app.dataset.whole_set import whole_set
from myriorama.plugins.registry import PluginRegistry, builtin_registry
from myriorama.plugins.selection import View
from myriorama.scenes.errors import InputError, MyrioramaError, Problem

__all__ = ["SYNC_EVERY", "DamagedSamplesError", "DatasetError", "DatasetFolder", "Job"]

SYNC_EVERY: Final = 16
"""Commits between two syncs of the folders: what a crash of the machine may cost."""


class DatasetError(MyrioramaError):
    """A dataset cannot be finished: samples are missing, or files are not what was committed."""


class DamagedSamplesError(DatasetError):
    """Files of committed samples are not what their receipts say. These samples are missing again."""

    def __init__(self, indices: tuple[int, ...]) -> None:
        self.indices = indices
        some = ", ".join(str(i) for i in indices[:5])
        super().__init__(f"{len(indices)} samples are not as they were written and must be made again: {some}")


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
        self.samples = job.samples
        self._registry = registry
        self._durable = durable
        self._done: set[int] = set()
        self._unsynced = 0
        self._folders = {self.partial, self.partial / RECEIPTS}
        self._quarantined: dict[int, Quarantined] = {}
        self._patterns: set[str] = set()

    @classmethod
    def create(
        cls,
        path: Path,
        job: Job,
        registry: PluginRegistry | None = None,
        *,
        discard_partial: bool = False,
        job_text: str = "",
        durable: bool = True,
    ) -> DatasetFolder:
        """Start a dataset that will lie at `path`. Its partial folder appears at once, with all that it begins with.

        Parameters
        ----------
        discard_partial : bool
            Delete what an earlier, unfinished run of the same name left.
        job_text : str
            Kept beside the receipts until the dataset is finished: what makes it.

        Raises
        ------
        InputError
            Something lies there already, or there is nothing to write.
        FileExistsError
            Another process was quicker.
        """
        path = path.absolute()
        registry = registry or builtin_registry()
        if len(job.samples) > 0 and not job.formats:
            raise InputError(
                Problem("format", "no output format is chosen", allowed=", ".join(registry.names("writer")))
            )
        shown = View(job.info, job.selection).info
        for name, values in job.formats.items():
            registry.writer_class(name)(shown, values)
        if os.path.lexists(path):
            raise InputError(
                Problem(str(path), "this folder exists already; a dataset is never written over: choose another name")
            )
        for left in (partial_of(path), quarantine_of(path), receipts_aside(path)):
            if not os.path.lexists(left):
                continue
            if not discard_partial or left.is_symlink() or not left.is_dir():
                raise InputError(
                    Problem(str(left), "an earlier run left this behind; move it away, or ask for it to be discarded")
                )
            shutil.rmtree(left)
        folder = cls(path, job, registry, durable=durable)
        making = folder.partial.with_name(f"{folder.partial.name}.{os.urandom(4).hex()}")
        try:
            (making / RECEIPTS).mkdir(parents=True)
            if job.project_text:
                write_file(making, PROJECT, (job.project_text.encode(),), durable=durable)
            if job_text:
                write_file(making, JOB, (job_text.encode(),), durable=durable)
            making.rename(folder.partial)
        except OSError as error:
            shutil.rmtree(making, ignore_errors=True)
            if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
                raise FileExistsError(f"{folder.partial} is there already") from error
            raise
        return folder

    @classmethod
    def resume(
        cls,
        path: Path,
        job: Job,
        registry: PluginRegistry | None = None,
        *,
        known: Collection[int] = (),
        durable: bool = True,
    ) -> DatasetFolder:
        """Go on with what an earlier run, or another machine, began.

        Parameters
        ----------
        known : collection of int
            Samples whose receipts were checked before: that these are there is enough.

        Raises
        ------
        InputError
            There is no unfinished dataset of this name, or it is of another project.
        """
        path = path.absolute()
        folder = cls(path, job, registry or builtin_registry(), durable=durable)
        aside = receipts_aside(path)
        if not folder.partial.is_dir() or folder.partial.is_symlink():
            raise InputError(Problem(str(folder.partial), "there is no unfinished dataset to go on with"))
        if aside.is_dir() and not (folder.partial / RECEIPTS).exists():
            aside.rename(folder.partial / RECEIPTS)  # an earlier run ended between its last two steps
        found = folder.partial / PROJECT
        if job.project_text and not found.is_file():
            write_file(folder.partial, PROJECT, (job.project_text.encode(),), durable=durable)
        elif job.project_text and found.read_bytes() != job.project_text.encode():
            raise InputError(Problem(str(found), "the unfinished dataset is of another project or another state of it"))
        for index in receipt_numbers(folder.partial):
            if index in folder.samples and (index in known or folder.accept(index) is not None):
                folder._done.add(index)
        folder._folders.update(Path(root) for root, _, _ in os.walk(folder.partial))
        for entry in quarantined_in(path):
            if entry.index in folder.samples and entry.index not in folder._done:
                folder._quarantined[entry.index] = entry
        return folder

    def sample_writer(self) -> SampleWriter:
        """Return what writes samples here; a worker makes its own from `partial` and `job`."""
        job = self.job
        return SampleWriter(
            self.partial, job.info, job.formats, self._registry, selection=job.selection, durable=self._durable
        )

    @property
    def written(self) -> int:
        """Number of committed samples."""
        return len(self._done)

    @property
    def quarantined(self) -> tuple[Quarantined, ...]:
        """What may not enter the dataset, by sample number."""
        return tuple(self._quarantined[i] for i in sorted(self._quarantined))

    @property
    def missing(self) -> tuple[int, ...]:
        """Sample numbers that are neither committed nor quarantined."""
        return tuple(i for i in self.samples if i not in self._done and i not in self._quarantined)

    def is_done(self, index: int) -> bool:
        """Return whether a sample is committed."""
        return index in self._done

    def accept(self, index: int, *, hashed: bool = True) -> Receipt | None:
        """Return the receipt that lies on the disk for a sample if its files are as it says; it is not committed."""
        receipt = read_receipt(self.partial, index)
        return receipt if receipt is not None and holds(self.partial, receipt, hashed=hashed) else None

    def commit(self, receipt: Receipt, *, checked: bool = False) -> None:
        """Take a written sample into the dataset.

        Parameters
        ----------
        checked : bool
            `accept` returned this receipt just now.

        Raises
        ------
        DatasetError
            The number is not of this job or was settled before, or a file is not there in its size.
        """
        self._expect(receipt.index)
        if not checked and self.accept(receipt.index, hashed=False) != receipt:
            raise DatasetError(f"sample {receipt.index}: its files are not there as it was reported")
        self._done.add(receipt.index)
        self._note_folders(receipt.files)
        self._unsynced += 1
        if self._unsynced >= SYNC_EVERY:
            self.sync()

    def forget(self, index: int) -> None:
        """Have a sample missing again: its receipt is taken away, a quarantined one is released."""
        self._done.discard(index)
        (self.partial / receipt_path(index)).unlink(missing_ok=True)
        entry = self._quarantined.pop(index, None)
        if entry is not None:
            release(self.path, entry)

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
        """Check every byte, write the files of the whole set and the manifest, and give the folder its name.

        Returns
        -------
        Path
            The finished dataset.

        Raises
        ------
        DamagedSamplesError
            Files are not what was committed; make these samples again, then call this again.
        DatasetError
            A sample is missing, or something appeared under the final name meanwhile.
        PluginError
            Two formats write one file.
        """
        if not self.partial.exists() and self.path.is_dir():
            shutil.rmtree(receipts_aside(self.path), ignore_errors=True)
            return self.path  # its name was the last thing that it got before something failed
        if self.missing:
            some = ", ".join(str(i) for i in self.missing[:5])
            raise DatasetError(f"{len(self.missing)} samples are neither written nor quarantined: {some} ...")
        devices = self._check_bytes()
        self._sweep()
        entries = [FileEntry(*entry) for entry in self._project_entries()]
        view = View(self.job.info, self.job.selection)
        records = TalliedRecords(Records(self.partial, sorted(self._done)), view)
        whole = whole_set(self.job.formats, self._registry, view.info, records, [e.path for e in entries])
        entries += write_streamed(self.partial, whole, durable=self._durable)
        self._note_folders(entries)
        source = source_of_job(self.job, devices, len(self._quarantined))
        entries += write_card_of(self.partial, source, records, self._registry, self._patterns, entries, self._durable)
        self._registry.close()
        versions = {name: self._registry.writer_class(name).version for name in self.job.formats}
        faults.point("finalize.before_manifest")
        chunks = manifest_chunks(self.job, versions, devices, entries, self._receipts, self.quarantined)
        write_file(self.partial, MANIFEST, chunks, durable=self._durable)
        faults.point("finalize.after_manifest")
        if os.path.lexists(self.path):
            raise DatasetError(f"{self.path} appeared while the dataset was made; it stays at {self.partial}")
        aside = receipts_aside(self.path)
        if (self.partial / RECEIPTS).is_dir():
            shutil.rmtree(aside, ignore_errors=True)  # of an earlier dataset of this name that is not here any more
            (self.partial / RECEIPTS).rename(aside)
        try:
            self.sync()
            faults.point("finalize.before_rename")
            self.partial.rename(self.path)
        except OSError:
            if aside.is_dir():
                aside.rename(self.partial / RECEIPTS)  # without them nothing here could be believed
            raise
        if self._durable:
            sync_folder(self.path.parent)
        faults.point("finalize.after_rename")
        shutil.rmtree(aside, ignore_errors=True)  # what is left of it is swept by the next look at this dataset
        return self.path

    @property
    def synced(self) -> bool:
        """Every name in the dataset survives a crash of the machine."""
        return self._unsynced == 0

    def sync(self) -> None:
        """Make every name in the dataset survive a crash of the machine."""
        self._unsynced = 0
        if not self._durable:
            return
        for folder in sorted(self._folders):
            if folder.is_dir():
                sync_folder(folder)

    def __enter__(self) -> DatasetFolder:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the dataset as it is."""

    def _expect(self, index: int) -> None:
        if index not in self.samples:
            raise DatasetError(f"sample {index} is not of this job")
        if index in self._done or index in self._quarantined:
            raise DatasetError(f"sample {index} was settled before")

    def _project_entries(self) -> Iterator[tuple[str, str, int]]:
        if self.job.project_text:
            text = self.job.project_text.encode()
            yield PROJECT, hashlib.sha256(text).hexdigest(), len(text)

    def _note_folders(self, files: Iterable[FileEntry]) -> None:
        """Have the folders of files synced with the next sync, and those that these lie in: a folder is a name too."""
        for entry in files:
            folder = inside(self.partial, entry.path).parent
            while folder not in self._folders:
                self._folders.add(folder)
                folder = folder.parent

    def _check_bytes(self) -> set[str]:
        """Check every file of every sample, and return what rendered them.

        Raises
        ------
        DamagedSamplesError
            Some are not as their receipts say; they are missing from now on.
        """
        devices, damaged = set(), []
        for index in sorted(self._done):
            receipt = self.accept(index)
            if receipt is None:
                damaged.append(index)
            else:
                devices.add(receipt.device)
                self._patterns.update(pattern_of(entry.path) for entry in receipt.files)
        for index in damaged:
            self.forget(index)
        if damaged:
            raise DamagedSamplesError(tuple(damaged))
        return devices

    def _receipts(self) -> Iterator[Receipt]:
        for index in sorted(self._done):
            receipt = read_receipt(self.partial, index)
            if receipt is None:
                self.forget(index)
                raise DamagedSamplesError((index,))
            yield receipt

    def _sweep(self) -> None:
        """Delete what workers that died left: half-written files, and files of samples that were given up."""
        sweep_quarantine(self.path, self.quarantined, self._done)
        for path in sorted(self.partial.parent.iterdir()):
            if path.name.startswith(f"{self.partial.name}.") and path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)  # a beginning of this dataset that never came to its name
        sweep_leftovers(self.partial, self._done, self._quarantined)
