"""What the inspector shows, as frozen values: sections of rows, each row one parameter of all that is selected.

Nothing here is found or changed; `inspect` finds it, `changes` changes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from myriorama.app.document.addresses import MISSING, Address
from myriorama.app.inspection.naming import axis_name, readable
from myriorama.scenes.parameters.schema import Parameter

State = Literal["literal", "varied", "mixed", "unset"]
"""A plain value; a distribution; several selected differ; nothing is written and nothing declared holds."""
Special = Literal["", "type", "placement_type", "rig_type", "class", "count"]
"""What is no declared parameter, and is written in its own way."""

MIXED: Final = object()
"""Stands for the value where several selected differ."""


@dataclass(frozen=True)
class Row:
    """One parameter, or one number of a list that holds a distribution.

    Attributes
    ----------
    addresses : tuple of Address
        One for each selected owner.
    declaration : Parameter
        Of the whole parameter, also where `component` is one number of it.
    component : int or None
    written : tuple of JSON value
        Of the whole parameter, for each owner; `MISSING` where the project says nothing.
    paths : tuple of str
        Key of each owner's stream of draws: ``uid/name``, ``uid/name/0``.
    value : JSON value or MIXED
        What holds: written or the default; of the component where there is one.
    parts : bool
        The parameter's numbers have rows of their own, so this one is only their heading.
    reason : str
        Why the written value is refused; empty where it is not.
    """

    addresses: tuple[Address, ...]
    declaration: Parameter
    component: int | None
    per_object: bool
    written: tuple[Any, ...]
    paths: tuple[str, ...]
    value: Any
    state: State
    locked: bool = False
    parts: bool = False
    heading: str = ""
    reason: str = ""
    special: Special = ""

    @property
    def key(self) -> str:
        """Tells it from the other rows of one inspection."""
        address = self.addresses[0]
        part = "" if self.component is None else f"/{self.component}"
        return f"{address.section}/{address.name}{part}{'/' if self.parts else ''}"

    @property
    def title(self) -> str:
        """Its name in words."""
        name = readable(self.declaration.name, self.declaration.unit)
        if self.component is None:
            return name
        return axis_name(self.declaration, self.component)

    @property
    def full_title(self) -> str:
        """Its name in words, with the axis."""
        name = readable(self.declaration.name, self.declaration.unit)
        return name if self.component is None else f"{name} {axis_name(self.declaration, self.component)}"

    @property
    def set_here(self) -> bool:
        """The project says something of it."""
        return any(value is not MISSING for value in self.written)

    @property
    def can_vary(self) -> bool:
        """A distribution may stand here."""
        return self.special in ("", "count") and not self.parts


@dataclass(frozen=True)
class Section:
    """Rows under one heading.

    Attributes
    ----------
    key : str
        Permanent, for what is remembered of it (collapsed or not).
    note : str
        Shown beside the title.
    folded : bool
        Closed until it is opened.
    view : str
        Uid of the view that the rows are about, which can be taken off the rig; empty elsewhere.
    """

    key: str
    title: str
    rows: tuple[Row, ...]
    note: str = ""
    folded: bool = False
    view: str = ""


@dataclass(frozen=True)
class Inspection:
    """Everything that is shown of a selection.

    Attributes
    ----------
    kind : str
        ``nothing``, ``rows``, ``part`` (a form shows it), ``several`` (that cannot be shown together), or ``unknown``
        (its plugin is missing).
    title, subtitle : str
    icon : str
        Name for `widgets.theme.icon`.
    name : str or None
        What can be renamed; None where nothing can.
    enabled : bool or None
        None where several differ; `can_disable` says whether it means anything.
    message : str
        In place of rows.
    kept : str
        What the project holds for a missing plugin, as JSON.
    """

    kind: Literal["nothing", "rows", "part", "several", "unknown"]
    uids: tuple[str, ...] = ()
    title: str = ""
    subtitle: str = ""
    icon: str = ""
    name: str | None = None
    enabled: bool | None = None
    can_disable: bool = False
    sections: tuple[Section, ...] = ()
    message: str = ""
    kept: str = ""

    def rows(self) -> tuple[Row, ...]:
        """Return the rows of all sections."""
        return tuple(row for section in self.sections for row in section.rows)
