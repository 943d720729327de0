"""Which objects of a record a format shows, and as what: a class map and filters, applied to stored records.

It changes no label: an object is shown, shown under another class, set aside as a region to ignore, or left out.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Literal

from myriorama.plugins.splitting import WHOLE, Split
from myriorama.plugins.writing import DatasetInfo, RecordsByPlace, StoredRecord, StoredRecords
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.errors import InputError, Problem

Use = Literal["label", "ignore", "drop"]
"""label: shown; ignore: a region that a trainer neither rewards nor punishes; drop: as if it were background."""


@dataclass(frozen=True)
class ClassUse:
    """What becomes of a class.

    Attributes
    ----------
    name : str
        Under which it is shown; empty keeps its own. Classes of one name are merged.
    id : int or None
        None keeps its own; of merged classes the lowest.
    """

    name: str = ""
    id: int | None = None
    use: Use = "label"


@dataclass(frozen=True)
class Filter:
    """Which objects are too little to be learnt from.

    Attributes
    ----------
    min_visible : float
        Least visible fraction, in [0, 1]; where fractions were not computed only 0 is accepted.
    min_size_px : int
        Least shorter side of the tight box.
    min_area_px : int
        Least number of visible pixels.
    use : "ignore" or "drop"
        What becomes of those that are less.
    """

    min_visible: float = 0.0
    min_size_px: int = 0
    min_area_px: int = 0
    use: Literal["ignore", "drop"] = "drop"


@dataclass(frozen=True)
class Selection:
    """A class map and a filter.

    Attributes
    ----------
    classes : mapping
        Name in the project -> what becomes of it; a class that is not named stays as it is.
    only : tuple of str
        Names in the project; not empty: every other class is dropped.
    """

    classes: Mapping[str, ClassUse] = field(default_factory=lambda: MappingProxyType({}))
    only: tuple[str, ...] = ()
    filter: Filter = Filter()
    split: Split = WHOLE

    @property
    def shows_all(self) -> bool:
        """Whether it leaves every label as it is."""
        return not self.classes and not self.only and self.filter == Filter(use=self.filter.use)

    def to_json(self) -> dict[str, Any]:
        """Return the selection as JSON, what is at its default left out."""
        out: dict[str, Any] = {}
        if self.classes:
            out["classes"] = {name: asdict(use) for name, use in sorted(self.classes.items())}
        if self.only:
            out["only"] = list(self.only)
        if self.filter != Filter():
            out["filter"] = asdict(self.filter)
        if self.split != WHOLE:
            out["split"] = {**asdict(self.split), "shares": list(self.split.shares)}
        return out


def selection_from_json(tree: Mapping[str, Any]) -> Selection:
    """Return the selection that `Selection.to_json` told."""
    split = dict(tree.get("split", {}))
    if split:
        split["shares"] = tuple(split["shares"])
    return Selection(
        {name: ClassUse(**use) for name, use in tree.get("classes", {}).items()},
        tuple(tree.get("only", ())),
        Filter(**tree.get("filter", {})),
        Split(**split),
    )


ALL: Final = Selection()
"""Every class as it is."""


class View:
    """A dataset as a selection shows it.

    Parameters
    ----------
    info : DatasetInfo
        Of the dataset.

    Attributes
    ----------
    info : DatasetInfo
        With the classes as they are shown.
    selection : Selection

    Raises
    ------
    InputError
        A class is unknown, two shown classes have one id, or things and stuff are merged.
    """

    def __init__(self, info: DatasetInfo, selection: Selection) -> None:
        self.selection = self._selection = selection
        self._uses = _uses_of(info, selection)
        self._class_of = _shown_classes(info, self._uses)
        shown = {row.id: row for row in self._class_of.values()}
        self.info = replace(info, classes=tuple(shown[key] for key in sorted(shown)))
        self._filter = _checked(selection.filter)

    def use_of_class(self, name: str) -> Use:
        """Return what becomes of a class of the dataset."""
        return self._uses[1][name].use

    def shown_class(self, name: str) -> SceneClass | None:
        """Return the class as which a class of the dataset is shown; None where it is not labelled."""
        return self._class_of.get(name)

    def apply(self, stored: StoredRecord, removed: Counter[str] | None = None) -> StoredRecord:
        """Return a record as it is shown.

        Its ``annotations`` are what is labelled; ``ignored`` holds the others that are to be ignored, in the same
        form: under the shown class where there is one, with ``class_id`` 0 where their class is not shown at all;
        ``part`` is ``train``, ``val`` or ``test``; ``surfaces`` and the image's ``segments`` have the shown classes, 0
        where nothing is shown.

        Parameters
        ----------
        removed : Counter or None
            Reason -> how many objects, counted up: ``class``, ``visible``, ``size``, ``area``.

        Raises
        ------
        InputError
            A filter needs the visible fraction, and the record has none.
        """
        part = self._selection.split.part_of(stored)
        if self._selection.shows_all:
            return {**stored, "ignored": [], "part": part}
        labelled: list[dict[str, Any]] = []
        ignored: list[dict[str, Any]] = []
        for annotation in stored["annotations"]:
            use, reason = self._use_of(annotation)
            if reason and removed is not None:
                removed[reason] += 1
            row = self._class_of.get(annotation["class_name"])
            if use == "label" and row is not None:
                labelled.append({**annotation, "class_id": row.id, "class_name": row.name})
            elif use == "ignore":
                known = {"class_id": 0} if row is None else {"class_id": row.id, "class_name": row.name}
                ignored.append({**annotation, **known})
        ids = {row.id: self._class_of[row.name].id if row.name in self._class_of else 0 for row in self._source}
        return {
            **stored,
            "annotations": labelled,
            "ignored": ignored,
            "part": part,
            "surfaces": [{**row, "class_id": ids.get(row["class_id"], 0)} for row in stored["surfaces"]],
            "image": self._image(stored["image"], ids),
        }

    @property
    def _source(self) -> tuple[SceneClass, ...]:
        return self._uses[0]

    def _use_of(self, annotation: Mapping[str, Any]) -> tuple[Use, str]:
        use = self._uses[1][annotation["class_name"]].use
        if use != "label":
            return use, "class"
        wanted = self._filter
        if wanted.min_visible > 0:
            if annotation["visible"] is None:
                told = "these records have no visible fractions: render with the annotator `fractions`"
                raise InputError(Problem("--min-visible", told, str(wanted.min_visible), "0"))
            if annotation["visible"] < wanted.min_visible:
                return wanted.use, "visible"
        if min(annotation["box"][2:]) < wanted.min_size_px:
            return wanted.use, "size"
        if annotation["area_px"] < wanted.min_area_px:
            return wanted.use, "area"
        return "label", ""

    def _image(self, image: Mapping[str, Any], ids: Mapping[int, int]) -> dict[str, Any]:
        if "segments" not in image:
            return dict(image)
        shown = [{**s, "class_id": ids.get(s["class_id"], 0)} for s in image["segments"]]
        return {**image, "segments": [s for s in shown if s["class_id"]]}


class ViewedRecords:
    """Stored records as a view shows them, one at a time."""

    def __init__(self, records: StoredRecords, view: View) -> None:
        self._records = records
        self._view = view
        self._parts: list[str] = []

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[StoredRecord]:
        return self._noted(self._view.apply(record) for record in self._records)

    def of_part(self, part: str) -> Iterator[StoredRecord]:
        """Return the records of one part of the split; the others are not read if all were read before."""
        if len(self._parts) == len(self._records) and isinstance(self._records, RecordsByPlace):
            places = [place for place, found in enumerate(self._parts) if found == part]
            return (self._view.apply(record) for record in self._records.at(places))
        return (record for record in self if record["part"] == part)

    def _noted(self, shown: Iterable[StoredRecord]) -> Iterator[StoredRecord]:
        """Yield all records, and remember their parts when the last one was taken."""
        parts: list[str] = []
        for record in shown:
            parts.append(sys.intern(record["part"]))
            yield record
        self._parts = parts

    def picture(self, stored: StoredRecord, role: str) -> bytes:
        """Return a picture of a record, whatever is shown of its labels."""
        return self._records.picture(stored, role)


def _uses_of(info: DatasetInfo, selection: Selection) -> tuple[tuple[SceneClass, ...], dict[str, ClassUse]]:
    known = [row.name for row in info.classes]
    for name in (*selection.classes, *selection.only):
        if name not in known:
            raise InputError(Problem("classes", "there is no class of this name", repr(name), ", ".join(known)))
    uses = {name: selection.classes.get(name, ClassUse()) for name in known}
    if selection.only:
        uses = {name: use if name in selection.only else ClassUse(use="drop") for name, use in uses.items()}
    return info.classes, uses


def _shown_classes(
    info: DatasetInfo, uses: tuple[tuple[SceneClass, ...], dict[str, ClassUse]]
) -> dict[str, SceneClass]:
    """Return the shown class of every source class that is labelled."""
    by_name: dict[str, list[tuple[SceneClass, ClassUse]]] = {}
    for row in info.classes:
        use = uses[1][row.name]
        if use.use == "label":
            by_name.setdefault(use.name or row.name, []).append((row, use))
    out: dict[str, SceneClass] = {}
    holders: dict[int, str] = {}
    for name, members in by_name.items():
        if len({row.kind for row, _ in members}) > 1:
            told = ", ".join(f"{row.name} is {row.kind}" for row, _ in members)
            raise InputError(Problem("classes", f"{name!r} would be things and stuff at once", told))
        given = {use.id for _, use in members if use.id is not None}
        if len(given) > 1:
            raise InputError(Problem("classes", f"{name!r} is given several ids", str(sorted(given)), "one id"))
        own = next((row for row, _ in members if row.name == name), members[0][0])
        number = given.pop() if given else min(row.id for row, _ in members)
        if holders.setdefault(number, name) != name:
            told = f"{holders[number]!r} and {name!r} would both have the id {number}"
            raise InputError(Problem("classes", told, allowed="an id of its own for each"))
        shown = replace(own, id=number, name=name)
        out |= {row.name: shown for row, _ in members}
    return out


def _checked(wanted: Filter) -> Filter:
    if not 0.0 <= wanted.min_visible <= 1.0:
        raise InputError(Problem("--min-visible", "a fraction", str(wanted.min_visible), "0 to 1"))
    if wanted.min_size_px < 0 or wanted.min_area_px < 0:
        raise InputError(Problem("--min-size", "a number of pixels", str(wanted.min_size_px), "0 or more"))
    return wanted
