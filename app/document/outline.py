"""The project as a short list of sections and rows: what the outliner shows, without a widget.

It names what is there; it selects and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from myriorama.app.catalogue.effect_groups import group_of_shipped
from myriorama.app.document import addresses
from myriorama.app.document.classes import class_color
from myriorama.app.document.uids import title_of
from myriorama.app.problems import Severity, Trouble
from myriorama.scenes.project.model import ClassFromAttribute, Node, ObjectGroup, Project
from myriorama.scenes.project.structure import UNLABELLED

_RANK: Final[Mapping[Severity, int]] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Badge:
    """What is wrong with a row: the worst of it, and in words."""

    severity: Severity
    text: str


@dataclass(frozen=True)
class Row:
    """A node or group.

    Attributes
    ----------
    kind : str
        The list it stands in.
    type_label : str
        What it is, for people; empty where that is its name.
    class_name, color : str
        Its class and the class's colour; empty where it has none or several.
    count : str
        How many objects; empty where that is one, or where nothing is counted.
    missing : str
        Name of the plugin that is not here; empty where all is well.
    group : str
        The heading under which an effect is offered; empty for what is none, or not shipped.
    """

    uid: str
    kind: str
    title: str
    type_label: str
    class_name: str
    color: str
    count: str
    enabled: bool
    missing: str
    badge: Badge | None
    group: str = ""


@dataclass(frozen=True)
class Section:
    """A heading with its rows, or a part of the project that is one row by itself.

    Attributes
    ----------
    key : str
        A list of the project, or the uid of a part.
    uid : str
        What is selected by it: a part's uid; empty for a list.
    note : str
        Said beside the title: how many there are, the image size, ...
    colors : tuple of str
        Of the classes, for a row of dots.
    """

    key: str
    title: str
    uid: str
    note: str
    rows: tuple[Row, ...] = ()
    colors: tuple[str, ...] = ()
    badge: Badge | None = None


_TITLES: Final = (
    ("environment", "Environment"),
    ("stage", "Stage"),
    (addresses.CAMERA, "Camera"),
    ("lights", "Lights"),
    ("objects", "Objects"),
    ("effects", "Effects"),
    (addresses.CLASSES, "Classes"),
    (addresses.NAMED, "Named values"),
    (addresses.ACCEPTANCE, "Acceptance"),
    (addresses.OUTPUT, "Output"),
    (addresses.SETTINGS, "Project settings"),
)


def outline(
    project: Project, labels: Mapping[str, str], missing: Mapping[str, str], troubles: Iterable[Trouble]
) -> tuple[Section, ...]:
    """Return the sections of a project, always the same ones in the same order.

    Parameters
    ----------
    labels : mapping
        ``kind of list/plugin name`` -> the plugin's label; a name without one is shown as it is.
    missing : mapping
        uid -> name of the plugin that is not here.
    """
    by_uid: dict[str, list[Trouble]] = {}
    for trouble in troubles:
        by_uid.setdefault(trouble.uid, []).append(trouble)
    out = []
    for key, title in _TITLES:
        if key in addresses.LISTS:
            held = getattr(project, key)
            rows = tuple(_row(project, key, item, labels, missing, by_uid) for item in held)
            out.append(Section(key, title, "", "", rows))
        else:
            colors = tuple(r.color for r in project.classes) if key == addresses.CLASSES else ()
            out.append(Section(key, title, key, _note(project, key, labels), (), colors, _badge(by_uid.get(key, ()))))
    return tuple(out)


def uids_in(sections: Iterable[Section]) -> tuple[str, ...]:
    """Return everything that can be selected, from top to bottom."""
    return tuple(uid for s in sections for uid in ((s.uid,) if s.uid else tuple(row.uid for row in s.rows)))


def _row(
    project: Project,
    kind: str,
    item: Node | ObjectGroup,
    labels: Mapping[str, str],
    missing: Mapping[str, str],
    by_uid: Mapping[str, list[Trouble]],
) -> Row:
    title = title_of(item)
    label = labels.get(f"{kind}/{item.type}", item.type)
    gone = missing.get(item.uid, "")
    badge = _badge(by_uid.get(item.uid, ()))
    if gone:
        badge = Badge("error", f"Plugin {gone} is not here; its parameters are kept.")
    return Row(
        item.uid,
        kind,
        title,
        "" if label.lower() == title.lower() else label,
        _class_words(item),
        class_color(project, item),
        _count(item.count) if isinstance(item, ObjectGroup) else "",
        item.enabled,
        gone,
        badge,
        group_of_shipped(item.type) if kind == "effects" else "",
    )


def _badge(troubles: Iterable[Trouble]) -> Badge | None:
    found = sorted(troubles, key=lambda t: _RANK[t.severity])
    if not found:
        return None
    lines = [f"{t.message} {t.way_out}".strip() for t in found[:4]]
    if len(found) > 4:
        lines.append(f"and {len(found) - 4} more")
    return Badge(found[0].severity, "\n".join(lines))


def _class_words(item: Node | ObjectGroup) -> str:
    if isinstance(item.class_, ClassFromAttribute):
        return f"by {item.class_.attribute}"
    return "" if item.class_ == UNLABELLED and not isinstance(item, ObjectGroup) else item.class_


def _count(value: Any) -> str:
    """Return a number of objects in as few signs as say it: 3, 2-5, or ~ for what is not two ends."""
    if isinstance(value, int):
        return "" if value == 1 else str(value)
    if isinstance(value, dict):
        for word in ("integers", "uniform", "even"):
            ends = value.get(word)
            if isinstance(ends, list) and len(ends) == 2 and all(isinstance(v, int | float) for v in ends):
                return f"{ends[0]:g}\N{EN DASH}{ends[1]:g}"
    return "~"


def _note(project: Project, key: str, labels: Mapping[str, str]) -> str:
    if key == addresses.CAMERA:
        rig = project.camera.rig
        views = len(project.camera.views)
        return labels.get(f"rig/{rig.type}", rig.type) + (f", {views} views" if views > 1 else "")
    if key == addresses.CLASSES:
        return f"{len(project.classes)}" if project.classes else "none"
    if key == addresses.NAMED:
        return f"{len(project.parameters)}" if project.parameters else ""
    if key == addresses.ACCEPTANCE:
        return f"{len(project.acceptance)}" if project.acceptance else ""
    if key == addresses.OUTPUT:
        return f"{project.output.width} \N{MULTIPLICATION SIGN} {project.output.height}"
    return f"seed {project.seed}"
