"""The columns of the facts: their names, titles and units. It holds no value.

Object columns may be narrowed to a class: ``distance@mug``. Drawn values are ``value:<path>`` without the object's
number, so that those of all objects of a group are one column; attributes are ``attribute:<name>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    name : str
        As `Condition.column` names it.
    per : str
        ``sample``: one value a sample; ``object``: one for each of its objects, so any number.
    """

    name: str
    title: str
    unit: str = ""
    kind: Literal["number", "word"] = "number"
    per: Literal["sample", "object"] = "sample"

    @property
    def heading(self) -> str:
        """Title with unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


SAMPLE_COLUMNS: Final = (
    Column("index", "Sample"),
    Column("objects", "Objects"),
    Column("hidden", "Wholly hidden objects"),
    Column("smallest_box", "Smallest box side", "px"),
    Column("largest_box", "Largest box side", "px"),
    Column("visible_min", "Least visible fraction"),
    Column("visible_mean", "Mean visible fraction"),
    Column("nearest", "Nearest object", "m"),
    Column("brightness", "Brightness"),
    Column("violations", "Contract violations"),
)
OBJECT_COLUMNS: Final = (
    Column("class", "Class", kind="word", per="object"),
    Column("box_size", "Box size, √(w·h)", "px", per="object"),
    Column("box_area", "Box area", "px²", per="object"),
    Column("mask_area", "Mask area", "px", per="object"),
    Column("aspect", "Box aspect, w/h", per="object"),
    Column("visible", "Visible fraction", per="object"),
    Column("distance", "Distance", "m", per="object"),
    Column("position_x", "Box centre, left to right", per="object"),
    Column("position_y", "Box centre, top to bottom", per="object"),
    Column("azimuth", "Seen from azimuth", "deg", per="object"),
    Column("elevation", "Seen from elevation", "deg", per="object"),
)
KNOWN: Final[Mapping[str, Column]] = {c.name: c for c in (*SAMPLE_COLUMNS, *OBJECT_COLUMNS)}
MEASURED: Final = tuple(c.name for c in OBJECT_COLUMNS if c.kind == "number")

_UNITS: Final = ("m", "deg", "px", "s", "kg", "k", "mm", "ev")
_SHOWN_UNITS: Final[Mapping[str, str]] = {"k": "K", "ev": "EV"}


@dataclass(frozen=True)
class ValueName:
    """How people call a drawn value."""

    title: str
    unit: str = ""


def value_column(path: str) -> str:
    """Return the column of a drawn value: its path without the object's number.

    ``mugs/3/height_m`` and ``mugs/height_m`` both give ``value:mugs/height_m``.
    """
    head, _, rest = path.partition("/")
    number, slash, name = rest.partition("/")
    return f"value:{head}/{name}" if slash and number.isdecimal() else f"value:{path}"


def is_per_object(path: str) -> bool:
    """Tell whether a path names the value of one object: ``uid/number/name``."""
    parts = path.split("/", 2)
    return len(parts) == 3 and parts[1].isdecimal()


def guessed_name(column: str) -> ValueName:
    """Return a title and unit that the column's own name tells."""
    path = column.partition(":")[2]
    owner, _, name = path.partition("/")
    stem, _, ending = name.partition("/")[0].rpartition("_")
    unit = _SHOWN_UNITS.get(ending, ending) if stem and ending in _UNITS else ""
    words = (stem if unit else name.partition("/")[0]).replace("_", " ")
    component = name.partition("/")[2]
    return ValueName(f"{owner}: {words}{' ' + component if component else ''}", unit)


def narrowed(column: Column, class_name: str) -> Column:
    """Return an object column of one class."""
    return replace(column, name=f"{column.name}@{class_name}", title=f"{column.title}, {class_name}")
