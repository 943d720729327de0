"""What the palette offers: actions, objects of the project, samples, examples and recent files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from myriorama.app.actions import ActionTable
from myriorama.app.document import addresses
from myriorama.app.finding import example_names
from myriorama.app.studio import Studio


@dataclass(frozen=True, eq=False)
class Choice:
    """A line of the palette.

    Attributes
    ----------
    kind : str
        What it is, in a word or two: "Gallery", "Object".
    keys : str
        A shortcut, as shown.
    reason : str
        Why it cannot be chosen now; empty where it can.
    """

    title: str
    kind: str
    run: Callable[[], object]
    keys: str = ""
    icon: str = ""
    help: str = ""
    reason: str = ""


def all_choices(table: ActionTable, studio: Studio, open_project: Callable[[str], None]) -> tuple[Choice, ...]:
    """Return everything that can be found by name now."""
    return (
        *_actions(table),
        *_objects(studio),
        *(Choice(f"Open example {n.replace('_', ' ')}", "Example", _call(open_project, n), icon="image-outline")
          for n in example_names()),
        *(Choice(f"Open {Path(p).name}", "Recent file", _call(open_project, p), icon="file-outline", help=p,
                 reason="" if Path(p).is_file() else "the file is not there any more")
          for p in studio.settings.value.recent),
    )  # fmt: skip


def sample_choice(typed: str, studio: Studio) -> Choice | None:
    """Return the choice that goes to a sample, where what is typed names one: "123", "sample 123"."""
    match = re.fullmatch(r"\s*(?:go\s+to\s+)?(?:sample\s*)?#?\s*(\d{1,9})\s*", typed, re.IGNORECASE)
    if match is None:
        return None
    index = int(match[1])
    reason = "" if studio.document.project is not None else "no project is open"
    return Choice(f"Go to sample {index}", "Sample", _call(studio.index.set, index), icon="image-search", reason=reason)


def _actions(table: ActionTable) -> Iterator[Choice]:
    for row in table:
        action = row.action
        if action.id == "program.palette":
            continue
        kind = action.menu.partition("/")[0] or action.context.title()
        reason = "" if table.can_run(action.id) else "not possible here and now"
        keys = table.keys(action.id)
        yield Choice(
            action.title, kind, _call(table.run, action.id), keys[0] if keys else "", action.icon, action.help, reason
        )


def _objects(studio: Studio) -> Iterator[Choice]:
    project = studio.document.project
    if project is None:
        return
    for list_name in addresses.LISTS:
        for node in getattr(project, list_name):
            title = node.name or node.uid
            yield Choice(
                f"Select {title}", _KINDS[list_name], _call(studio.selection.select, node.uid), icon="cube-outline"
            )
    for uid, title in _PARTS.items():
        yield Choice(f"Select {title}", "Project", _call(studio.selection.select, uid), icon="tune-variant")


_KINDS = {"environment": "Environment", "lights": "Light", "stage": "Stage", "objects": "Object", "effects": "Effect"}
_PARTS = {
    addresses.CAMERA: "camera",
    addresses.CLASSES: "classes",
    addresses.NAMED: "named values",
    addresses.ACCEPTANCE: "acceptance rules",
    addresses.OUTPUT: "output",
    addresses.SETTINGS: "project settings",
}


def _call(function: Callable[..., object], argument: object) -> Callable[[], object]:
    def call() -> object:
        return function(argument)

    return call
