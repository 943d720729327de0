"""How each class is drawn once a class map is applied: under which name and colour, hatched, greyed, or as it is.

Viewport, gallery and every close look ask here and nowhere else; nothing is drawn here and no label is changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from myriorama.app.conversion.class_map import ShownRow
from myriorama.app.pictures.overlay import LEFT_OUT, OverlayItem
from myriorama.plugins.selection import Use

Rgb = tuple[int, int, int]

IGNORED_WORD: Final = "ignored"
LEFT_OUT_WORD: Final = "left out"


@dataclass(frozen=True)
class ClassLook:
    """How the objects of one class are drawn.

    Attributes
    ----------
    name : str
        That formats give it; its own where it is not labelled.
    color : (r, g, b)
        Of the class that it is shown as, 0 to 255.
    use : "label", "ignore" or "drop"
        Drawn as it is, hatched, or greyed without a mark.
    """

    name: str
    color: Rgb
    use: Use = "label"


Looks = Mapping[str, ClassLook]
"""Class of the project -> its look; a class that is not named is drawn as it is."""
NO_LOOKS: Final[Looks] = MappingProxyType({})


@dataclass(frozen=True)
class LegendRow:
    """One line of a legend."""

    use: Use
    color: Rgb
    text: str


def class_looks(rows: Sequence[ShownRow]) -> dict[str, ClassLook]:
    """Return the look of each class; see `class_map.shown_rows`."""
    return {
        row.name: ClassLook(row.shown_name if row.use == "label" else row.name, rgb_of(row.shown_color), row.use)
        for row in rows
    }


def plain_looks(colors: Mapping[str, Rgb]) -> dict[str, ClassLook]:
    """Return looks of classes that are all drawn as they are."""
    return {name: ClassLook(name, color) for name, color in colors.items()}


def use_of(looks: Looks, name: str) -> Use:
    """Return what becomes of a class."""
    look = looks.get(name)
    return "label" if look is None else look.use


def named(name: str, use: Use) -> str:
    """Return a class's name, and what becomes of it where it is not labelled."""
    return name if use == "label" else f"{name} ({IGNORED_WORD if use == 'ignore' else LEFT_OUT_WORD})"


def item_use(item: OverlayItem, looks: Looks) -> Use:
    """Return what becomes of an object: what it says itself, else what its class's look says."""
    return use_of(looks, item.name) if item.use == "label" else item.use


def item_name(item: OverlayItem, looks: Looks) -> str:
    """Return the name that is written beside an object."""
    look = looks.get(item.name)
    return named(item.name if look is None else look.name, item_use(item, looks))


def looked(item: OverlayItem, looks: Looks) -> OverlayItem:
    """Return an object under the name that formats give it, marked as ignored or left out where it is."""
    look = looks.get(item.name)
    return item if look is None else replace(item, name=look.name, use=item_use(item, looks))


def item_color(item: OverlayItem, looks: Looks) -> Rgb | None:
    """Return the colour that an object has by its class, None for a class without a look; what is left out is grey."""
    if item_use(item, looks) == "drop":
        return LEFT_OUT
    look = looks.get(item.name)
    return None if look is None else look.color


def objects_told(items: Iterable[OverlayItem], looks: Looks, noun: str = "object") -> str:
    """Return how many objects are labelled, and of the others how many are ignored and left out."""
    return uses_told([item_use(item, looks) for item in items], noun)


def uses_told(uses: Sequence[Use], noun: str = "object") -> str:
    """Return the same of what becomes of each object."""
    count = uses.count("label")
    parts = [f"{count} {noun}{'s' if count != 1 else ''}"]
    for use, word in (("ignore", IGNORED_WORD), ("drop", LEFT_OUT_WORD)):
        if use in uses:
            parts.append(f"{uses.count(use)} {word}")
    return ", ".join(parts)


def labelled_count(items: Iterable[OverlayItem], looks: Looks) -> int:
    """Return how many of these objects formats label."""
    return sum(item_use(item, looks) == "label" for item in items)


def legend(looks: Looks, present: Collection[str], *, colors_are_classes: bool = False) -> tuple[LegendRow, ...]:
    """Return what has to be told of the classes that are present: merges and new names, then what is not labelled.

    It is empty where every class is drawn as it is, unless each object has the colour of its class: then all are named.
    """
    seen = [(name, look) for name, look in looks.items() if name in present]
    merged: dict[str, list[str]] = {}
    for name, look in seen:
        if look.use == "label":
            merged.setdefault(look.name, []).append(name)
    colors = {look.name: look.color for _, look in seen if look.use == "label"}
    rows = [
        LegendRow("label", colors[shown], shown if names == [shown] else f"{shown}: {', '.join(names)}")
        for shown, names in merged.items()
        if colors_are_classes or names != [shown]
    ]
    rows += [LegendRow("ignore", look.color, f"{IGNORED_WORD}: {name}") for name, look in seen if look.use == "ignore"]
    gone = [name for name, look in seen if look.use == "drop"]
    if gone:
        rows.append(LegendRow("drop", LEFT_OUT, f"{LEFT_OUT_WORD}: {', '.join(gone)}"))
    return tuple(rows)


def rgb_of(color: str) -> Rgb:
    """Return the colour that is written ``#rrggbb``."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def hex_of(color: Rgb) -> str:
    """Return a colour as ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*color)
