"""What the files of COCO's family share: info, licences, and a document that is written as its records come.

No list of it is held in memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from myriorama.plugins.splitting import PARTS
from myriorama.plugins.writers._pictures import file_stem
from myriorama.plugins.writers._sharding import of_part
from myriorama.plugins.writing import DatasetInfo, StoredRecord
from myriorama.scenes.labels.stored import json_text

LICENCE_ID: Final = 1
_SPOOL_BYTES: Final = 8 * 2**20


def image_id(index: int) -> int:
    """Return the COCO image id of sample `index`: from 1, since some readers take 0 for none."""
    return index + 1


def info_of(info: DatasetInfo) -> dict[str, Any]:
    """Return COCO's ``info``."""
    head: dict[str, Any] = {
        "description": info.description or info.name,
        "version": "1.0",
        "contributor": info.program,
        "project_hash": info.project_hash,
        "seed": info.seed,
        "credits": list(info.credits),
    }
    if info.date:
        head |= {"date_created": info.date, "year": int(info.date[:4])}
    return head


def licences_of(info: DatasetInfo) -> list[dict[str, Any]]:
    """Return COCO's ``licenses``."""
    return [{"id": LICENCE_ID, "name": info.licence, "url": ""}] if info.licence else []


def image_of(info: DatasetInfo, record: StoredRecord) -> dict[str, Any]:
    """Return a row of COCO's ``images``."""
    image: dict[str, Any] = {
        "id": image_id(record["index"]),
        "width": record["width"],
        "height": record["height"],
        "file_name": f"{file_stem(record['index'])}.png",
    }
    if info.licence:
        image["license"] = LICENCE_ID
    return image


def document(
    head: Mapping[str, Any],
    records: Iterable[StoredRecord],
    image: Callable[[StoredRecord], Mapping[str, Any]],
    annotations: Callable[[StoredRecord], Iterable[Mapping[str, Any]]],
) -> Iterator[bytes]:
    """Yield a COCO document.

    Parameters
    ----------
    head : mapping
        What comes before the lists.
    image, annotations : callable
        The rows of one record.
    """
    yield json_text(head)[:-1].encode() + b',"annotations":[\n'
    # Images follow the annotations in the file, so they wait on disk: neither list is held in memory.
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as images:
        separator, image_separator = b"", b""
        for record in records:
            images.write(image_separator + json_text(image(record)).encode())
            image_separator = b",\n"
            for row in annotations(record):
                yield separator + json_text(row).encode()
                separator = b",\n"
        yield b'\n],"images":[\n'
        images.seek(0)
        while block := images.read(2**20):
            yield block
    yield b"\n]}\n"


def noting_parts(records: Iterable[StoredRecord], parts: set[str]) -> Iterator[StoredRecord]:
    """Yield the records, and add the parts that they belong to."""
    for record in records:
        parts.add(record["part"])
        yield record


def files_of_parts(
    records: Iterable[StoredRecord], parts: set[str], whole: str, single: str
) -> Iterator[tuple[str, Iterable[StoredRecord]]]:
    """Yield path and records of each file: one for all where there is one part.

    Parameters
    ----------
    whole, single : str
        Paths of the file of everything, and of that of one ``{part}``.
    """
    if len(parts) < 2:
        yield whole, records
        return
    for part in PARTS:
        if part in parts:
            yield single.format(part=part), of_part(records, part)
