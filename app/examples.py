"""The shipped examples as a shop window shows them: name, a sentence, a picture. It opens none of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from myriorama.app.finding import example_names, examples_folder

_IN_FRONT: Final = ("mugs_on_conveyor", "cones_and_cubes", "dice_tray", "real_models", "first_light")
"""Shown first, in this order; whatever else is shipped follows by name."""


@dataclass(frozen=True)
class Example:
    """A shipped project.

    Attributes
    ----------
    picture : Path or None
        None where none is shipped.
    """

    name: str
    about: str
    picture: Path | None


def examples() -> tuple[Example, ...]:
    """Return every shipped example; what a broken file says about itself is left empty."""
    names = sorted(example_names(), key=lambda n: (_IN_FRONT.index(n) if n in _IN_FRONT else len(_IN_FRONT), n))
    return tuple(Example(name, _about(name), _picture(name)) for name in names)


def _about(name: str) -> str:
    try:
        tree = json.loads((examples_folder() / name / "project.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    about = tree.get("description", "") if isinstance(tree, dict) else ""
    return about if isinstance(about, str) else ""


def _picture(name: str) -> Path | None:
    path = examples_folder() / name / "picture.jpg"
    return path if path.is_file() else None
