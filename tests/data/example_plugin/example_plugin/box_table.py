"""A writer: one table of all boxes, comma-separated, and the pictures beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from myriorama.plugins import Bool, PngFile, Record, SampleFile, StoredRecords, WholeFile, Writer


class BoxTable(Writer):
    """Boxes as comma-separated values."""

    name = "box_table"
    label = "Table of boxes"
    help = "One line for each visible object: picture, class, and its box in pixels."
    parameters = (Bool("heading", True, help="Whether the first line names the columns."),)

    def obstacles(self, record: Record) -> tuple[str, ...]:
        """A picture is needed."""
        return () if record.frame.rgb is not None else ("the table names pictures, and the frame has none",)

    def sample_files(self, record: Record) -> Iterable[SampleFile]:
        """Return the picture."""
        yield PngFile("rgb", f"images/{record.index:08d}.png", record.rgb, {"color_space": "sRGB"})

    def losses(self) -> tuple[str, ...]:
        """Only boxes are kept."""
        return ("masks, poses, keypoints and attributes",)

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        """Return the table, a line at a time."""
        yield WholeFile("boxes.csv", self._lines(records))

    def _lines(self, records: StoredRecords) -> Iterator[bytes]:
        if self.values["heading"]:
            yield _line(["picture", "class", "x_px", "y_px", "w_px", "h_px"])
        for record in records:
            for row in record["annotations"]:
                yield _line([record["files"]["rgb"]["path"], row["class_name"], *row["box"]])


def _line(cells: list[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode("utf-8")
