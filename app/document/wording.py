"""What is wrong with a project in sentences for people: thing, place and way out, the same wherever it was found.

It finds nothing and decides nothing.
"""

from __future__ import annotations

import re
from typing import Final

from myriorama.app.document.addresses import ACCEPTANCE, CAMERA, CLASSES, LISTS, NAMED, OUTPUT, SETTINGS
from myriorama.app.problems import Severity, Trouble
from myriorama.scenes.errors import Problem
from myriorama.scenes.project.model import Project

_LONGEST_LIST: Final = 60
_KNOWN: Final = "; known: "
_LOOKED_IN: Final = "looked in: "
_PART_OF: Final = {
    "camera": CAMERA,
    "classes": CLASSES,
    "parameters": NAMED,
    "acceptance": ACCEPTANCE,
    "max_attempts": ACCEPTANCE,
    "output": OUTPUT,
}
_PLACE: Final = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")


def worded(source: str, project: Project, problem: Problem, severity: Severity = "error") -> Trouble:
    """Return a problem as a trouble of `source`, with what to select for it."""
    told, _, known = problem.message.partition(_KNOWN)
    message = told if len(known) > _LONGEST_LIST else problem.message
    if problem.value and problem.value != '""' and problem.value.strip('"') not in message:
        message += f" (got {problem.value})"
    message = message[:1].upper() + message[1:] + ("" if message.endswith((".", "?")) else ".")
    return Trouble(
        source, severity, message, titled(project, problem.place), _way_out(problem), owner_at(project, problem.place)
    )


def sentence(problem: Problem) -> str:
    """Return a refused edit in one sentence, without the place: that is what the person has just pointed at."""
    text = problem.message[:1].upper() + problem.message[1:]
    if problem.value:
        text += f" ({problem.value})"
    return text + (f"; allowed: {problem.allowed}" if problem.allowed else "")


def _way_out(problem: Problem) -> str:
    if problem.place.endswith(".type"):
        return "Install or enable the plugin, or choose another type; its parameters are kept until then."
    if problem.allowed.startswith(_LOOKED_IN):
        folders = problem.allowed.removeprefix(_LOOKED_IN).partition(";")[0]
        return f"Looked in: {folders}. Put it there, choose another file, or relink all missing ones in Assets."
    if not problem.allowed:
        return "Change the value, or undo."
    way_out = problem.allowed if problem.allowed.startswith("did you mean") else f"Allowed: {problem.allowed}."
    return way_out[:1].upper() + way_out[1:]


def owner_at(project: Project, place: str) -> str:
    """Return what to select for a place such as ``objects[2].parameters.height_m``: a uid, or that of a part."""
    word, number = _first(place)
    if word in LISTS and number is not None:
        held = getattr(project, word)
        return held[number].uid if number < len(held) else ""
    return _PART_OF.get(word, SETTINGS) if place else ""


def titled(project: Project, place: str) -> str:
    """Return a place with the item's own name in front: ``Mugs: parameters.height_m``."""
    word, number = _first(place)
    if word not in LISTS or number is None or number >= len(getattr(project, word)):
        return place
    item = getattr(project, word)[number]
    rest = place[len(f"{word}[{number}]") :].lstrip(".")
    return f"{item.name or item.uid}: {rest}" if rest else str(item.name or item.uid)


def _first(place: str) -> tuple[str, int | None]:
    found = _PLACE.match(place)
    if found is None:
        return "", None
    return found[1], int(found[2]) if found[2] is not None else None
