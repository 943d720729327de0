"""What the formats of labelling tools share: shapes of three kinds, and names that their XML must hold.

It draws no outline of its own: those of one picture are found together, by `_polygons`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from myriorama.plugins.api import Choice, Record, StoredRecord
from myriorama.plugins.writers._markup import fits
from myriorama.plugins.writers._pictures import PictureWriter
from myriorama.plugins.writers._polygons import Ring, polygons_of_all
from myriorama.plugins.writers._skeletons import untaken
from myriorama.scenes.assembly.scene import SceneClass

IGNORED: Final = "ignored"


def shapes_choice(exact: str) -> Choice:
    """Return the parameter `shapes`; `exact` is the tool's word for a mask to the pixel."""
    told = "Exact masks, outlines of each piece of an object, or tight boxes."
    return Choice("shapes", exact, options=(exact, "polygon", "box"), help=told)


class ShapeWriter(PictureWriter):
    """A labelling tool's format, with the parameter `shapes_choice`."""

    def obstacles(self, record: Record) -> tuple[str, ...]:
        odd = [row.name for row in self.info.classes if not fits(row.name)]
        told = (f"XML cannot hold the control characters of the class {name!r}" for name in odd)
        return (*super().obstacles(record), *told)

    def lost_of_shapes(self, joined_by: str) -> tuple[str, ...]:
        """Return what the chosen shapes lose; `joined_by` is what still tells which pieces are one object."""
        if self.values["shapes"] == "polygon":
            return (f"holes, and which pieces are one object but for their {joined_by}",)
        return ("masks",) if self.values["shapes"] == "box" else ()

    @property
    def things(self) -> list[SceneClass]:
        """The classes that objects have."""
        return [row for row in self.info.classes if row.kind == "thing"]

    @property
    def ignored_label(self) -> str:
        """The label of regions to ignore: one that no class has."""
        return untaken(IGNORED, (row.name for row in self.info.classes))

    def rings_of_all(self, stored: StoredRecord) -> Iterator[Sequence[Ring]]:
        """Yield the outlines of every object and region, where they are wanted: all of a sample at once is faster."""
        if self.values["shapes"] == "polygon":
            codes = [a["rle"] for a in (*stored["annotations"], *stored["ignored"])]
            yield from (found.rings for found in polygons_of_all(codes, stored["height"], stored["width"]))
