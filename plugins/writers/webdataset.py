"""Writer: WebDataset shards, tar files that are read from start to end: a picture and its labels for each sample.

The pictures are those of the dataset, byte for byte; nothing is decoded or packed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final

from myriorama.plugins.api import (
    Bool,
    Int,
    Parameter,
    ReusedFile,
    StoredRecord,
    StoredRecords,
    WholeFile,
)
from myriorama.plugins.splitting import PARTS
from myriorama.plugins.writers import _tar
from myriorama.plugins.writers._pictures import PictureWriter, file_stem
from myriorama.plugins.writers._sharding import PartReader
from myriorama.scenes.labels.stored import json_bytes

FOLDER: Final = "webdataset"
INDEX_PATH: Final = f"{FOLDER}/dataset.json"
_LEFT_OUT: Final = frozenset(("format", "version", "files", "surfaces", "report", "drawn", "resolved"))
"""Fields of a stored record that tell how it came about, or what lies where in a dataset."""


class Webdataset(PictureWriter):
    """Shards for each part of a split."""

    name: ClassVar[str] = "webdataset"
    label: ClassVar[str] = "WebDataset"
    help: ClassVar[str] = "Tar shards with the picture and all labels of each sample, for streaming with webdataset."
    version: ClassVar[str] = "1"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Int("samples_per_shard", 1000, minimum=1, maximum=1_000_000, help="How many samples a tar holds."),
        Bool("buffers", False, help="Also pack every other picture of the dataset: depth, normals, ids, as they are."),
        Bool("cls", False, help="Also write the class of the largest object, counted from 0, for classification."),
    )

    def reused_files(self, stored: StoredRecord) -> Iterable[ReusedFile]:
        return ()  # an export packs them into its shards

    def losses(self) -> tuple[str, ...]:
        always = ("how each sample was drawn and placed, and the table of surfaces",)
        return always if self.values["buffers"] else ("depth, normals, object coordinates and id images", *always)

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        size = int(self.values["samples_per_shard"])
        counts: dict[str, list[int]] = {}
        for part in PARTS:
            reader = PartReader(records, part)
            while reader.begin_shard(size):
                path = f"{FOLDER}/{part}-{len(counts.setdefault(part, [])):06d}.tar"
                yield WholeFile(path, self._shard(records, reader.shard()))
                reader.skip_shard()
                counts[part].append(reader.taken)
        yield WholeFile(INDEX_PATH, (json_bytes(self._index(counts)),))

    def _shard(self, records: StoredRecords, taken: Iterator[StoredRecord]) -> Iterator[bytes]:
        for stored in taken:
            for name, content in self._files(records, stored):
                yield from _tar.member(f"{file_stem(stored['index'])}.{name}", content)
        yield _tar.END

    def _files(self, records: StoredRecords, stored: StoredRecord) -> Iterator[tuple[str, bytes]]:
        """Yield the files of a sample by what follows its key; a reader joins neighbours of one key."""
        yield "png", records.picture(stored, "rgb")
        yield "json", json_bytes({name: value for name, value in stored.items() if name not in _LEFT_OUT})
        if self.values["cls"] and stored["annotations"]:
            largest = max(stored["annotations"], key=lambda a: (a["area_px"], -a["instance"]))
            yield "cls", str(self._class_numbers()[largest["class_id"]]).encode()
        if self.values["buffers"]:
            for role, told in stored["files"].items():
                if role != "rgb":
                    yield f"{role}.{told['path'].rpartition('.')[2]}", records.picture(stored, role)

    def _class_numbers(self) -> dict[int, int]:
        return {row.id: k for k, row in enumerate(r for r in self.info.classes if r.kind == "thing")}

    def _index(self, counts: dict[str, list[int]]) -> dict[str, Any]:
        shards = {
            part: [{"url": f"{part}-{k:06d}.tar", "nsamples": n} for k, n in enumerate(counts[part])] for part in counts
        }
        numbers = self._class_numbers()
        return {
            "name": self.info.name,
            "description": self.info.description,
            "licence": self.info.licence,
            "project_hash": self.info.project_hash,
            "seed": self.info.seed,
            "classes": [{"id": r.id, "name": r.name, "kind": r.kind, "color": r.color} for r in self.info.classes],
            "cls": {row.name: numbers[row.id] for row in self.info.classes if row.id in numbers},
            "shards": shards,
        }
