"""The edits of the class table, with everything that refers to a class brought along.

Ids are permanent: no edit here gives a row another id, and none is used again while its row stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from myriorama.app.document.addresses import CLASSES, with_owner
from myriorama.app.document.edit import Edit
from myriorama.app.document.uids import items, title_of
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.parameters.wording import shown
from myriorama.scenes.project.model import AcceptanceRule, ClassFromAttribute, ClassRow, ObjectGroup, Output, Project
from myriorama.scenes.project.structure import UNLABELLED

# Told apart on dark and light surfaces, and with the common colour deficiencies as far as so many can be.
COLORS: Final = (
    "#d1495b",
    "#edae49",
    "#00798c",
    "#30638e",
    "#66a182",
    "#5b4b8a",
    "#d96b27",
    "#3f8f4f",
    "#9c6b3f",
    "#c06c9e",
    "#4a8fe7",
    "#8a8f3a",
)
MAX_ID: Final = 65535
LONGEST: Final = 200


@dataclass(frozen=True)
class Uses:
    """What refers to a class.

    Attributes
    ----------
    groups : tuple of str
        Uids of nodes and groups.
    rules : tuple of str
        Names of acceptance rules.
    """

    groups: tuple[str, ...]
    rules: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.groups or self.rules)


def uses(project: Project, name: str) -> Uses:
    """Return what refers to the class of this name."""
    groups = []
    for _, item in items(project):
        written = item.class_
        if written == name or (isinstance(written, ClassFromAttribute) and name in written.map.values()):
            groups.append(item.uid)
    return Uses(tuple(groups), tuple(rule.name for rule in project.acceptance if rule.class_ == name))


def next_color(project: Project) -> str:
    """Return the first colour that no class has, or the one that is used least."""
    used = [row.color.lower() for row in project.classes]
    return min(COLORS, key=lambda color: (used.count(color), COLORS.index(color)))


def new_class(project: Project, name: str) -> ClassRow:
    """Return a row for a class that the project has not yet.

    Raises
    ------
    InputError
        The name is taken or reserved, or there is no free id.
    """
    check_class_name(project, name)
    highest = max((row.id for row in project.classes), default=0)
    free = highest + 1
    if free > MAX_ID:
        taken = {row.id for row in project.classes}
        free = next((i for i in range(1, MAX_ID + 1) if i not in taken), 0)
        if not free:
            raise InputError(Problem("classes", "there is no free class id", "", f"at most {MAX_ID} classes"))
    return ClassRow(id=free, name=name, color=next_color(project))


def check_class_name(project: Project, name: str, present: str = "") -> None:
    """Refuse what cannot be the name of another class; `present` is the one that it would replace.

    Raises
    ------
    InputError
        With what would do.
    """
    if not 1 <= len(name) <= LONGEST or not name.isprintable() or not name.strip():
        raise InputError(
            Problem("classes", "this cannot name a class", shown(name), f"1 to {LONGEST} printable characters")
        )
    if name == UNLABELLED:
        message = "this word means: drawn without a label"
        raise InputError(Problem("classes", message, shown(name), "another class name"))
    if name != present and any(row.name == name for row in project.classes):
        raise InputError(Problem("classes", "there is a class of this name already", shown(name), "another class name"))


def with_class(project: Project, row: ClassRow) -> Project:
    """Return the project with one more class."""
    return project.model_copy(update={"classes": (*project.classes, row)})


def add_class(project: Project, name: str = "") -> Edit:
    """Add a class; without a name, ``class_1`` or the next that is free.

    Raises
    ------
    InputError
        The name is taken or reserved.
    """
    if not name:
        taken = {row.name for row in project.classes}
        name = next(f"class_{n}" for n in range(1, len(taken) + 2) if f"class_{n}" not in taken)
    return _edit(with_class(project, new_class(project, name)), f"Add class {name}")


def rename_class(project: Project, old: str, new: str) -> Edit:
    """Rename a class wherever it is named; its id, and so every exported label, stays.

    Raises
    ------
    KeyError
        There is no such class.
    InputError
        The new name is taken or reserved.
    """
    row = row_of(project, old)
    new = new.strip()
    check_class_name(project, new, old)
    rows = tuple(r.model_copy(update={"name": new}) if r is row else r for r in project.classes)
    changed = _referring(project.model_copy(update={"classes": rows}), old, new)
    by_attribute = [
        title_of(item)
        for _, item in items(project)
        if isinstance(item.class_, ClassFromAttribute) and not item.class_.map
    ]
    note = ""
    if by_attribute:
        note = f"{', '.join(by_attribute)}: the class is an attribute's own text; give a map where it is {old!r}"
    return _edit(changed, f"Rename class {old} to {new}", note)


def remove_class(project: Project, name: str, instead: str = UNLABELLED) -> Edit:
    """Take a class away; what referred to it refers to `instead`.

    Acceptance rules about it go with it where nothing takes its place.

    Raises
    ------
    KeyError
        There is no such class, or none of the name `instead`.
    """
    row = row_of(project, name)
    if instead != UNLABELLED:
        row_of(project, instead)
    gone = [rule.name for rule in project.acceptance if rule.class_ == name] if instead == UNLABELLED else []
    changed = project.model_copy(
        update={
            "classes": tuple(r for r in project.classes if r is not row),
            "acceptance": tuple(r for r in project.acceptance if not (gone and r.class_ == name)),
        }
    )
    note = f"the rules about it went with it: {', '.join(gone)}" if gone else ""
    return _edit(_referring(changed, name, instead), f"Delete class {name}", note)


def set_class(project: Project, name: str, **fields: Any) -> Edit:
    """Set color, kind or supercategory of a class.

    Raises
    ------
    KeyError
        There is no such class.
    pydantic.ValidationError
        A field does not take this value.
    """
    row = row_of(project, name)
    made = ClassRow.model_validate({**row.__dict__, **fields, "id": row.id, "name": row.name})
    rows = tuple(made if r is row else r for r in project.classes)
    return _edit(project.model_copy(update={"classes": rows}), f"Change {' and '.join(sorted(fields))} of class {name}")


def move_class(project: Project, name: str, position: int) -> Edit:
    """Show a class before the one that has this place now.

    Raises
    ------
    KeyError
        There is no such class.
    """
    row = row_of(project, name)
    head = [r for r in project.classes[:position] if r is not row]
    tail = [r for r in project.classes[position:] if r is not row]
    return _edit(project.model_copy(update={"classes": (*head, row, *tail)}), f"Move class {name}")


def row_of(project: Project, name: str) -> ClassRow:
    """Return a row of the class table.

    Raises
    ------
    KeyError
        There is no such class.
    """
    for row in project.classes:
        if row.name == name:
            return row
    raise KeyError(name)


def _referring(project: Project, old: str, new: str) -> Project:
    """Return the project with every reference to a class replaced."""
    changed = project
    for _, item in items(project):
        written: Any = item.class_
        if written == old:
            written = new
        elif isinstance(written, ClassFromAttribute) and old in written.map.values():
            table = {key: new if name == old else name for key, name in written.map.items()}
            written = written.model_copy(update={"map": table})
        if written is not item.class_:
            changed = with_owner(changed, item.uid, item.model_copy(update={"class_": written}))
    rules: tuple[AcceptanceRule, ...] = tuple(
        r.model_copy(update={"class_": new}) if r.class_ == old else r for r in changed.acceptance
    )
    return changed.model_copy(update={"acceptance": rules, "output": _shown_under(changed.output, old, new)})


def _shown_under(output: Output, old: str, new: str) -> Output:
    """Return the output whose class map speaks of a class by its new name; the entry of one that goes is gone."""
    if old not in output.class_map:
        return output
    taken = new == UNLABELLED or new in output.class_map
    rows = {new if name == old else name: row for name, row in output.class_map.items() if not (taken and name == old)}
    return output.model_copy(update={"class_map": rows})


def class_color(project: Project, item: Any) -> str:
    """Return the colour of a node's or group's class; empty where it has none or more than one."""
    named = item.class_ if isinstance(item, ObjectGroup) or item.class_ != UNLABELLED else UNLABELLED
    return next((row.color for row in project.classes if row.name == named), "")


def _edit(project: Project, label: str, note: str = "") -> Edit:
    return Edit(project, label, (CLASSES,), note)
