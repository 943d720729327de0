"""Writer: a set that Hugging Face's `datasets` loads: a folder of pictures with metadata.jsonl, or Parquet files.

It packs no picture again, and writes no card: README.md belongs to the dataset, whatever its formats are.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import IO, Any, ClassVar, Final

from myriorama.plugins.api import (
    Bool,
    Choice,
    Int,
    Parameter,
    Record,
    ReusedFile,
    StoredRecord,
    StoredRecords,
    WholeFile,
)
from myriorama.plugins.splitting import PARTS
from myriorama.plugins.writers import _parquet
from myriorama.plugins.writers._hugging_face_rows import features, row_of
from myriorama.plugins.writers._pictures import PictureWriter, file_stem
from myriorama.plugins.writers._sharding import PartReader
from myriorama.scenes.labels.stored import json_text

FOLDER: Final = "imagefolder"
PARQUET_PATH: Final = "data/{part}-{number:05d}-of-{count:05d}.parquet"
_SPOOL_BYTES: Final = 8 * 2**20
_BLOCK: Final = 2**20


class HuggingFace(PictureWriter):
    """An image folder, or Parquet."""

    name: ClassVar[str] = "hugging_face"
    label: ClassVar[str] = "Hugging Face"
    help: ClassVar[str] = "Pictures with metadata.jsonl, or Parquet files, for `datasets.load_dataset` and the Hub."
    version: ClassVar[str] = "1"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Choice(
            "form",
            "imagefolder",
            options=("imagefolder", "parquet"),
            help="A folder of pictures for each part, or Parquet files that hold pictures and labels (needs pyarrow).",
        ),
        Bool("masks", True, help="Also write the mask of each object, as a COCO run-length code."),
        Int("samples_per_file", 1000, minimum=1, maximum=1_000_000, help="How many samples a Parquet file holds."),
    )

    def obstacles(self, record: Record) -> tuple[str, ...]:
        found = [*super().obstacles(record)]
        if self._packs and _parquet.missing():
            found.append(_parquet.missing())
        return tuple(found)

    def losses(self) -> tuple[str, ...]:
        always = (
            "classes of stuff, and things without a visible pixel",
            "depth, normals, object coordinates and id images",
            "amodal and part masks, occluders, 3D boxes, poses and cameras",
            "how each sample was drawn and placed",
            "the numbers of classes: they are counted from 0",
        )
        return always if self.values["masks"] else (*always, "masks")

    def picture_path(self, part: str, index: int) -> str:
        return super().picture_path(part, index) if self._packs else _picture_path(part, index)

    def reused_files(self, stored: StoredRecord) -> Iterable[ReusedFile]:
        return () if self._packs else super().reused_files(stored)  # an export packs them into its files

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        return self._parquet_files(records) if self._packs else self._metadata_files(records)

    @property
    def _packs(self) -> bool:
        return bool(self.values["form"] == "parquet")

    def _row(self, stored: StoredRecord) -> dict[str, Any]:
        return row_of(self.info, stored, masks=self.values["masks"])

    def _metadata_files(self, records: StoredRecords) -> Iterator[WholeFile]:
        # A file for each part, made in one pass: the rows wait on disk, none is held in memory.
        with ExitStack() as opened:
            waiting: dict[str, IO[bytes]] = {}
            for stored in records:
                if stored["part"] not in waiting:
                    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - the stack closes it
                    waiting[stored["part"]] = opened.enter_context(spool)
                row = {"file_name": f"{file_stem(stored['index'])}.png", **self._row(stored)}
                waiting[stored["part"]].write(json_text(row).encode() + b"\n")
            for part in PARTS:
                if part in waiting:
                    yield WholeFile(f"{FOLDER}/{part}/metadata.jsonl", _blocks(waiting[part]))

    def _parquet_files(self, records: StoredRecords) -> Iterator[WholeFile]:
        counts = Counter(stored["part"] for stored in records)
        size = int(self.values["samples_per_file"])
        kinds = features(self.info, masks=self.values["masks"])
        for part in PARTS:
            count = -(-counts[part] // size)
            reader = PartReader(records, part) if count else None
            for number in range(count):
                if reader is not None and reader.begin_shard(size):
                    path = PARQUET_PATH.format(part=part, number=number, count=count)
                    rows = self._rows_with_pictures(records, reader.shard())
                    yield WholeFile(path, _parquet.parquet(rows, kinds), made_with="pyarrow")
                    reader.skip_shard()

    def _rows_with_pictures(self, records: StoredRecords, taken: Iterable[StoredRecord]) -> Iterator[dict[str, Any]]:
        for stored in taken:
            picture = {"bytes": records.picture(stored, "rgb"), "path": f"{file_stem(stored['index'])}.png"}
            yield {"image": picture, **self._row(stored)}


def _picture_path(part: str, index: int) -> str:
    return f"{FOLDER}/{part}/{file_stem(index)}.png"


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    while block := stream.read(_BLOCK):
        yield block
