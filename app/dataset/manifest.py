"""The manifest: what a dataset is, every file with its SHA-256, and one digest over all of it.

It is written as a stream and holds no clock, host, process number or attempt: the same job gives the
same bytes. The last entry is the SHA-256 of every byte before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from myriorama.app.dataset.atomic import FileEntry
from myriorama.app.dataset.layout import MANIFEST
from myriorama.app.dataset.quarantine import Quarantined
from myriorama.app.dataset.receipts import Receipt
from myriorama.plugins.selection import Selection, selection_from_json
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.labels.stored import json_text

if TYPE_CHECKING:
    from myriorama.app.dataset.job import Job

FORMAT: Final = "myriorama-dataset"
VERSION: Final = 1
CARD_FORM: Final = 3
"""Of README.md and croissant.json, which are made again to be verified; a number for each change of their words."""

_DIGEST_KEY: Final = b'],\n"digest":"'
_END: Final = b'"}\n'


@dataclass(frozen=True, eq=False)
class Manifest:
    """A manifest as read.

    Attributes
    ----------
    head : mapping
        Everything except samples, quarantined, files and digest.
    """

    head: Mapping[str, Any]
    samples: tuple[Mapping[str, Any], ...]
    quarantined: tuple[Mapping[str, Any], ...]
    files: tuple[FileEntry, ...]
    digest: str

    @property
    def info(self) -> DatasetInfo:
        """The facts that writers are made with."""
        known = {k: self.head["info"][k] for k in DatasetInfo.__dataclass_fields__}
        classes = tuple(SceneClass(**c) for c in known.pop("classes"))
        return DatasetInfo(**{**known, "credits": tuple(known["credits"]), "classes": classes})

    @property
    def selection(self) -> Selection:
        """The class map and split that the formats were written with."""
        return selection_from_json(self.head.get("shown", {}))


class ManifestError(ValueError):
    """The manifest is not there, not one of ours, or was changed."""


def manifest_chunks(
    job: Job,
    writer_versions: Mapping[str, str],
    devices: Iterable[str],
    whole: Sequence[FileEntry],
    receipts: Callable[[], Iterator[Receipt]],
    quarantined: Sequence[Quarantined],
) -> Iterator[bytes]:
    """Yield the manifest's bytes; `receipts` is called twice, so that nothing is held in memory."""
    digest = hashlib.sha256()
    for chunk in _body(job, writer_versions, devices, whole, receipts, quarantined):
        digest.update(chunk)
        yield chunk
    yield _DIGEST_KEY + digest.hexdigest().encode() + _END


def _body(
    job: Job,
    writer_versions: Mapping[str, str],
    devices: Iterable[str],
    whole: Sequence[FileEntry],
    receipts: Callable[[], Iterator[Receipt]],
    quarantined: Sequence[Quarantined],
) -> Iterator[bytes]:
    info, spans = job.info, job.samples.spans
    shown = job.selection.to_json()
    head = {
        "format": FORMAT,
        "version": VERSION,
        "info": {
            **{name: getattr(info, name) for name in DatasetInfo.__dataclass_fields__ if name != "classes"},
            "classes": [vars(c) for c in info.classes],
        },
        "first_index": spans[0][0],
        "count": len(job.samples),
        **({} if len(spans) == 1 else {"index_runs": [[start, stop - 1] for start, stop in spans]}),
        "labels": list(job.labels),
        "formats": {
            name: {"version": writer_versions[name], "options": dict(job.formats[name])} for name in sorted(job.formats)
        },
        **({"shown": shown} if shown else {}),
        **({"quality": job.quality} if job.quality else {}),
        **({"engine": job.engine, "tracing": dict(job.tracing)} if job.engine != "raster" else {}),
        "card": CARD_FORM,
        "versions": dict(sorted(job.versions.items())),
        "devices": sorted(devices),
    }
    yield json_text(head)[:-1].encode() + b',\n"samples":['
    separator = b"\n"
    for row in receipts():
        told: dict[str, Any] = {
            "index": row.index,
            "key": row.key,
            "annotations": row.annotations,
            "hidden": row.hidden,
        }
        yield separator + json_text(told).encode()
        separator = b",\n"
    yield b'],\n"quarantined":['
    separator = b"\n"
    for entry in quarantined:
        # a traceback names places on the machine that met it: those stay in the quarantine
        reasons = [reason.partition("\n")[0] for reason in entry.reasons]
        told = {"index": entry.index, "key": entry.key, "reasons": reasons}
        yield separator + json_text(told).encode()
        separator = b",\n"
    yield b'],\n"files":['
    separator = b"\n"
    for entry_of_set in whole:
        yield separator + _file_row(entry_of_set.path, entry_of_set.sha256, entry_of_set.bytes)
        separator = b",\n"
    for row in receipts():
        for entry_of_sample in row.files:
            yield separator + _file_row(entry_of_sample.path, entry_of_sample.sha256, entry_of_sample.bytes)
            separator = b",\n"


def _file_row(path: str, sha256: str, size: int) -> bytes:
    return json_text({"path": path, "sha256": sha256, "bytes": size}).encode()


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a finished dataset.

    Raises
    ------
    ManifestError
        It is missing, is not a manifest, or its digest does not match its bytes.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise ManifestError(f"there is no {MANIFEST}: this is not a finished dataset")
    content = path.read_bytes()
    body, key, rest = content.rpartition(_DIGEST_KEY)
    if not key or len(rest) != 64 + len(_END) or not rest.endswith(_END):
        raise ManifestError(f"{MANIFEST} does not end with its digest")
    digest = rest[:64].decode("latin-1")
    if hashlib.sha256(body).hexdigest() != digest:
        raise ManifestError(f"{MANIFEST} was changed: its digest does not match")
    document = json.loads(content)
    if document.get("format") != FORMAT or document.get("version") != VERSION:
        raise ManifestError(f"{MANIFEST} is not of format {FORMAT} {VERSION}")
    lists = {name: document.pop(name) for name in ("samples", "quarantined", "files")}
    return Manifest(
        head=document,
        samples=tuple(lists["samples"]),
        quarantined=tuple(lists["quarantined"]),
        files=tuple(FileEntry(**f) for f in lists["files"]),
        digest=digest,
    )
