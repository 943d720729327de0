"""A class map as rows for people: under which name and id each class is shown, with which others, and what is wrong.

It judges nothing by itself: what a map may say is asked of the view that formats are written through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from myriorama.plugins.selection import ClassUse, Selection, Use, View
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.errors import InputError, Problem

Uses = Mapping[str, ClassUse]
"""Class -> what becomes of it; what stays as it is need not be named."""
MAX_ID: Final = 65535
LONGEST: Final = 200


@dataclass(frozen=True)
class ShownRow:
    """One class.

    Attributes
    ----------
    name : str
        Its own.
    shown_name, shown_id : str, int
        As formats have it; its own where it is not labelled.
    shown_color : str
        Of the class of that name as formats have it; its own where there is none.
    merged : tuple of str
        Other classes that are shown as the same one.
    conflict : str
        Why it cannot be shown so; empty where it can.
    """

    name: str
    id: int
    kind: str
    color: str
    use: Use
    shown_name: str
    shown_id: int
    shown_color: str = ""
    merged: tuple[str, ...] = ()
    conflict: str = ""

    @property
    def changed(self) -> bool:
        """Whether it is shown as anything but itself."""
        return (self.use, self.shown_name, self.shown_id) != ("label", self.name, self.id)

    @property
    def told(self) -> str:
        """What to know of it beyond its cells."""
        if self.conflict:
            return self.conflict
        if self.merged:
            listed = ", ".join(self.merged[:4]) + (f" and {len(self.merged) - 4} more" if len(self.merged) > 4 else "")
            return f"one class with {listed}"
        return ""


def shown_rows(classes: Sequence[SceneClass], uses: Uses) -> tuple[ShownRow, ...]:
    """Return a row for each class, in their order; entries of classes that are not there are left out."""
    wrong = conflicts(classes, uses)
    given = _known(classes, uses)
    try:
        view = _view(classes, {name: use for name, use in given.items() if name not in wrong}, leave_out=tuple(wrong))
    except InputError:  # pragma: no cover - conflicts() leaves none
        view = _view(classes, {})
    by_name: dict[str, list[str]] = {}
    for row in classes:
        use = given.get(row.name, ClassUse())
        if use.use == "label":
            by_name.setdefault(use.name or row.name, []).append(row.name)
    colors = {row.name: row.color for row in view.info.classes}
    out = []
    for row in classes:
        use = given.get(row.name, ClassUse())
        shown = view.shown_class(row.name) if row.name not in wrong else None
        number = shown.id if shown is not None else use.id if use.id is not None else row.id
        called = use.name or row.name
        merged = tuple(n for n in by_name.get(called, ()) if n != row.name) if use.use == "label" else ()
        told = wrong.get(row.name, "")
        color = colors.get(called, row.color)
        out.append(ShownRow(row.name, row.id, row.kind, row.color, use.use, called, number, color, merged, told))
    return tuple(out)


def conflicts(classes: Sequence[SceneClass], uses: Uses) -> dict[str, str]:
    """Return the classes that cannot be shown as a map says, each with the view's sentence about it.

    A class has part in a conflict where leaving it out changes what the view complains of.
    """
    given = _known(classes, uses)
    found: dict[str, str] = {}
    while told := _complaint(classes, given, tuple(found)):
        left = [row.name for row in classes if row.name not in found]
        guilty = [n for n in left if _complaint(classes, given, (*found, n)) != told]
        found |= dict.fromkeys(guilty or left, told)
    return found


def with_use(
    classes: Sequence[SceneClass],
    uses: Uses,
    name: str,
    *,
    shown_name: str | None = None,
    shown_id: int | None = None,
    use: Use | None = None,
) -> dict[str, ClassUse]:
    """Return the map with one thing changed about a class.

    Parameters
    ----------
    shown_name : str or None
        Empty for its own.
    shown_id : int or None
        0 for its own. Of merged classes all get it: they are one.

    Raises
    ------
    KeyError
        There is no such class.
    InputError
        The name or id is none, or the change makes a conflict that was not there.
    """
    row = next((r for r in classes if r.name == name), None)
    if row is None:
        raise KeyError(name)
    changed = dict(uses)
    before = changed.get(name, ClassUse())
    if shown_name is not None:
        text = _checked_name(shown_name)
        changed[name] = replace(before, name="" if text == name else text)
    if shown_id is not None:
        if not 0 <= shown_id <= MAX_ID:
            raise InputError(Problem("id", "this is no class id", str(shown_id), f"1 to {MAX_ID}, empty for its own"))
        called = before.name or name
        for member in classes:
            entry = changed.get(member.name, ClassUse())
            if member.name == name or (entry.use == before.use == "label" and (entry.name or member.name) == called):
                changed[member.name] = replace(entry, id=None)
        own = next(r for r in shown_rows(classes, changed) if r.name == name)
        if shown_id not in (0, own.shown_id) or own.conflict:
            changed[name] = replace(changed[name], id=shown_id or None)
    if use is not None:
        changed[name] = replace(before, use=use)
    kept = {key: entry for key, entry in changed.items() if entry != ClassUse()}
    old, new = conflicts(classes, uses), conflicts(classes, kept)
    made = next((told for key, told in new.items() if key == name and old.get(key) != told), "") or next(
        (told for key, told in new.items() if key not in old), ""
    )
    if made:
        raise InputError(Problem(f"class {name}", made))
    return kept


def _checked_name(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST or not text.isprintable():
        raise InputError(Problem("name", "this cannot name a class", "", f"up to {LONGEST} printable characters"))
    return text


def _known(classes: Sequence[SceneClass], uses: Uses) -> dict[str, ClassUse]:
    there = {row.name for row in classes}
    return {name: use for name, use in uses.items() if name in there}


def _complaint(classes: Sequence[SceneClass], uses: Uses, leave_out: Sequence[str]) -> str:
    try:
        _view(classes, uses, leave_out)
    except InputError as error:
        problem = error.problems[0]
        more = f" ({problem.value})" if problem.value else ""
        return problem.message + more + (f"; allowed: {problem.allowed}" if problem.allowed else "")
    return ""


def _view(classes: Sequence[SceneClass], uses: Uses, leave_out: Sequence[str] = ()) -> View:
    info = DatasetInfo("", "", 0, 1, 1, tuple(classes))
    return View(info, Selection({**uses, **dict.fromkeys(leave_out, ClassUse(use="drop"))}))
