"""Verifies a finished dataset from its files alone, offline: nothing is missing, added, changed or wrong.

Every file is hashed; every label is checked again from the written pictures and codes; whole-set files
are made again from the stored records and compared. It changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from myriorama.app.conversion.card_files import remade_card
from myriorama.app.conversion.tally import TalliedRecords
from myriorama.app.dataset.atomic import FileEntry
from myriorama.app.dataset.layout import CARD, CHECKSUMS, EXPORT, MANIFEST, PARTIAL_SUFFIX, record_path
from myriorama.app.dataset.manifest import CARD_FORM, Manifest, ManifestError, read_manifest
from myriorama.app.dataset.records import Records
from myriorama.app.dataset.samples import encoded
from myriorama.app.dataset.verify_record import check_stored
from myriorama.plugins.api import Writer
from myriorama.plugins.registry import PluginRegistry, builtin_registry
from myriorama.plugins.selection import View
from myriorama.scenes.errors import PluginError

Fault = Literal["missing", "extra", "tampered", "contract", "manifest", "unchecked"]

_BLOCK: Final = 2**20


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a file of a dataset.

    Attributes
    ----------
    file : str
        Path inside the dataset.
    fault : str
        ``missing``, ``extra``, ``tampered`` (other bytes than were written), ``contract`` (breaks the
        label contract), ``manifest``, or ``unchecked`` (this program cannot make the file again).
    """

    file: str
    fault: Fault
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.fault}: {self.message}"


@dataclass(frozen=True)
class VerifyReport:
    """What a verification found.

    Attributes
    ----------
    findings : tuple of Finding
        Empty for a sound dataset.
    notes : tuple of Finding
        What could not be checked; not faults.
    digest : str
        The manifest's, to compare with what its maker published; empty where there is no manifest.
    """

    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    samples: int
    quarantined: int
    files: int
    annotations: int
    bytes: int
    digest: str

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def verify(
    folder: Path,
    registry: PluginRegistry | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> VerifyReport:
    """Check a finished dataset.

    Parameters
    ----------
    folder : Path
    on_progress : callable or None
        Called with the number of files checked and their total.

    Returns
    -------
    VerifyReport
        With one finding for each tampered, missing, extra or wrong file, named.
    """
    try:
        manifest = read_manifest(folder)
    except ManifestError as error:
        hint = ""
        if folder.name.endswith(PARTIAL_SUFFIX):
            hint = " (a folder that ends in .partial was never finished)"
        elif (folder / EXPORT).is_file():
            hint = f" but an export (sha256sum -c {CHECKSUMS} in it checks its files, myriorama look its labels)"
        finding = Finding(MANIFEST, "manifest", f"{error}{hint}")
        return VerifyReport((finding,), (), 0, 0, 0, 0, 0, "")
    findings = list(_strangers(folder, manifest))
    findings += _counts(manifest)
    damaged: set[str] = set()
    for number, entry in enumerate(manifest.files):
        found = _file_fault(folder, entry)
        if found is not None:
            findings.append(found)
            damaged.add(entry.path)
        if on_progress is not None:
            on_progress(number + 1, len(manifest.files))
    notes: list[Finding] = []
    annotations = 0
    readable: list[int] = []
    for sample in manifest.samples:
        path = record_path(sample["index"])
        if path in damaged or not (folder / path).is_file():
            continue
        record = json.loads((folder / path).read_bytes())
        readable.append(sample["index"])
        annotations += len(record["annotations"])
        for violation in check_stored(folder, record, sample, manifest.info, damaged):
            findings.append(Finding(path, "contract", str(violation)))
    if len(readable) == len(manifest.samples):
        wrong, unchecked = _whole_files(folder, manifest, readable, registry or builtin_registry(), damaged)
        findings += wrong
        notes += unchecked
    return VerifyReport(
        tuple(findings),
        tuple(notes),
        samples=len(manifest.samples),
        quarantined=len(manifest.quarantined),
        files=len(manifest.files),
        annotations=annotations,
        bytes=sum(e.bytes for e in manifest.files),
        digest=manifest.digest,
    )


def _strangers(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    """Yield what lies in the folder and is not of the dataset; links and empty folders too."""
    known = {e.path for e in manifest.files} | {MANIFEST}
    folders = {parent.as_posix() for path in known for parent in Path(path).parents}
    for root, names, files in os.walk(folder):
        here = Path(root).relative_to(folder)
        for name in sorted(names):
            path = (here / name).as_posix()
            if (folder / path).is_symlink() or path not in folders:
                yield Finding(path, "extra", "this folder is not of the dataset")
        names[:] = sorted(n for n in names if (here / n).as_posix() in folders)
        for name in sorted(files):
            path = (here / name).as_posix()
            if path not in known:
                yield Finding(path, "extra", "this file is not of the dataset")


def _counts(manifest: Manifest) -> Iterator[Finding]:
    """Yield it where samples and quarantined are not exactly the job's numbers."""
    told = [row["index"] for row in (*manifest.samples, *manifest.quarantined)]
    first, count = manifest.head["first_index"], manifest.head["count"]
    runs = manifest.head.get("index_runs", [[first, first + count - 1]])
    fits = sum(last - start + 1 for start, last in runs) == count == len(told) and runs[0][0] == first
    if not fits or sorted(told) != [index for start, last in runs for index in range(start, last + 1)]:
        where = f"from {first} on" if "index_runs" not in manifest.head else "of its runs"
        yield Finding(MANIFEST, "manifest", f"its samples and quarantined are not the {count} numbers {where}")


def _file_fault(folder: Path, entry: FileEntry) -> Finding | None:
    path = folder / entry.path
    if path.is_symlink():
        return Finding(entry.path, "tampered", "it is a link")
    if not path.is_file():
        return Finding(entry.path, "missing", "it was written, and is not there")
    size = path.stat().st_size
    if size != entry.bytes:
        return Finding(entry.path, "tampered", f"it has {size} bytes, {entry.bytes} were written")
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    if digest.hexdigest() != entry.sha256:
        return Finding(entry.path, "tampered", "its bytes are not those that were written")
    return None


def _whole_files(
    folder: Path, manifest: Manifest, indices: list[int], registry: PluginRegistry, damaged: set[str]
) -> tuple[list[Finding], list[Finding]]:
    """Make every whole-set file again from the stored records and compare; return faults and notes."""
    wrong: list[Finding] = []
    notes: list[Finding] = []
    written = {e.path: e.sha256 for e in manifest.files}
    formats: dict[str, dict[str, Any]] = manifest.head["formats"]
    view = View(manifest.info, manifest.selection)
    records = TalliedRecords(Records(folder, indices, written), view)
    made: set[str] = set()
    known = 0
    for name in sorted(formats):
        try:
            writer_class = registry.writer_class(name)
        except PluginError as error:
            notes.append(Finding(MANIFEST, "unchecked", str(error)))
            continue
        if writer_class.version != formats[name]["version"]:
            told = f"writer {name!r} was of version {formats[name]['version']}, this program has {writer_class.version}"
            notes.append(Finding(MANIFEST, "unchecked", told))
            continue
        known += 1
        writer = writer_class(view.info, formats[name]["options"])
        wrong += _label_files(writer, records, written, damaged)
        for file in writer.whole_files(records):
            made.add(file.path)
            if file.path in damaged:
                continue
            digest = hashlib.sha256()
            try:
                for chunk in file.chunks:
                    digest.update(chunk)
            except PluginError as error:  # a picture is missing, or a library
                notes.append(Finding(file.path, "unchecked", f"it cannot be made again: {error}"))
                continue
            if file.path not in written:
                wrong.append(
                    Finding(file.path, "missing", f"writer {name!r} makes it, and the manifest does not know it")
                )
            elif digest.hexdigest() != written[file.path] and file.made_with:
                told = f"{file.made_with} makes other bytes of it here than it was written with"
                notes.append(Finding(file.path, "unchecked", told))
            elif digest.hexdigest() != written[file.path]:
                wrong.append(Finding(file.path, "contract", "it does not say what the stored records say"))
    form = manifest.head.get("card", 0)  # 0: of before there were cards
    if form == CARD_FORM and known == len(formats):
        for path, content in remade_card(manifest, records, registry, made).items():
            if path not in damaged and hashlib.sha256(content).hexdigest() != written.get(path):
                wrong.append(Finding(path, "contract", "it does not say what the records and the manifest say"))
    elif form != CARD_FORM and form:
        notes.append(Finding(CARD, "unchecked", "another version of the program words it otherwise"))
    return wrong, notes


def _label_files(writer: Writer, records: TalliedRecords, written: dict[str, str], damaged: set[str]) -> list[Finding]:
    """Make every sample's own label files again and compare; return faults."""
    wrong: list[Finding] = []
    for record in records:
        for file in writer.label_files(record):
            if file.path in damaged:
                continue
            if file.path not in written:
                told = f"writer {writer.name!r} makes it, and the manifest does not know it"
                wrong.append(Finding(file.path, "missing", told))
            elif hashlib.sha256(encoded(file)).hexdigest() != written[file.path]:
                wrong.append(Finding(file.path, "contract", "it does not say what its stored record says"))
    return wrong
