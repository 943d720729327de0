"""Reader of plain pictures: with a table of their classes (labels.csv), or without any labels at all.

A class of a whole picture is shown as a box around it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

import numpy as np

from myriorama.app.printable import printable
from myriorama.app.reading import limits
from myriorama.app.reading.finding import Progress, find_pictures
from myriorama.app.reading.neutral import Faults, ForeignObject, ForeignSet, refused
from myriorama.app.reading.reach import NotReadableError, Reach

TABLE_NAMES: Final = ("labels.csv", "annotations.csv", "classes.csv")
_NAME_COLUMNS: Final = ("image", "filename", "file_name", "file", "path")
_CLASS_COLUMNS: Final = ("label", "species", "class", "class_name", "category")


class PicturesReader:
    """Reads pictures.

    Parameters
    ----------
    table : str
        A CSV file inside the folder that names pictures and their classes; empty for none.
    """

    def __init__(self, reach: Reach, table: str, faults: Faults) -> None:
        self._reach = reach
        self._table = table
        self._faults = faults
        self._classes: list[str] = []
        self._sizes = np.zeros((0, 2), dtype=np.int32)

    def read(self, progress: Progress) -> ForeignSet:
        """Go through all pictures."""
        rows = self._rows() if self._table else [(path, "") for path in self._pictures()]
        if not rows:
            told = "a folder with COCO, YOLO or Pascal VOC labels, or with pictures (PNG, JPEG, WebP, BMP, TIFF)"
            raise refused("", "neither labels nor pictures are there", "", told)
        made = ForeignSet("Pictures with classes" if self._table else "Pictures without labels", (), self.objects_of)
        self._classes = [name for _, name in rows]
        made.paths = [path for path, _ in rows]
        made.names = [printable(path) for path, _ in rows]
        made.parts = [""] * len(rows)
        made.sizes = self._sizes = np.zeros((len(rows), 2), dtype=np.int32)
        find_pictures(made, self._reach, lambda place: ("", "images/"), self._faults, progress)
        for place in range(len(rows)):
            made.count(self.objects_of(place, self._faults))
        made.classes = tuple(dict.fromkeys(name for name in self._classes if name))
        return made

    def objects_of(self, place: int, faults: Faults) -> Sequence[ForeignObject]:
        """Return a box around the whole picture, of its class."""
        width, height = (float(v) for v in self._sizes[place])
        name = self._classes[place]
        return (ForeignObject(name, (0.0, 0.0, width, height)),) if name and width else ()

    def _pictures(self) -> Sequence[str]:
        return self._reach.extra_pictures or self._reach.picture_files

    def _rows(self) -> list[tuple[str, str]]:
        try:
            text = self._reach.read(self._table, 8 * limits.MAX_LABEL_BYTES).decode("utf-8-sig")
            table = list(csv.DictReader(io.StringIO(text), strict=True))
        except NotReadableError as error:
            raise refused(self._table, f"this table {error}") from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise refused(self._table, f"this table cannot be read: {error}") from error
        if len(table) > limits.MAX_SAMPLES:
            raise refused(self._table, "this table has too many rows", f"{len(table):,}", f"{limits.MAX_SAMPLES:,}")
        heads = list(table[0]) if table else []
        picture = next((c for c in _NAME_COLUMNS if c in heads), None)
        known = next((c for c in _CLASS_COLUMNS if c in heads), None)
        if picture is None or known is None:
            told = f"a column of {', '.join(_NAME_COLUMNS)}, and one of {', '.join(_CLASS_COLUMNS)}"
            raise refused(self._table, "this table names no pictures and classes", ", ".join(map(str, heads)), told)
        out = []
        for number, row in enumerate(table, 2):
            name, title = row.get(picture), row.get(known)
            if not name or not title:
                self._faults.tell(f"{self._table}:{number}", "a row without a picture or a class; it is left out")
                continue
            out.append((name, printable(title.strip(), limits.MAX_NAME)))
        return out
