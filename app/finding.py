"""Finds the project file that a word stands for: a path, a folder, or a shipped example.

It opens no project.
"""

from __future__ import annotations

from pathlib import Path

from myriorama.resources import resource_path
from myriorama.scenes.errors import InputError, Problem


def examples_folder() -> Path:
    """Return the folder of the shipped examples."""
    return resource_path("examples")


def example_names() -> tuple[str, ...]:
    """Return the names of the shipped examples, sorted."""
    return tuple(sorted(path.parent.name for path in examples_folder().glob("*/project.json")))


def find_project(text: str) -> Path:
    """Return the project file that `text` names: a file, a folder that holds one, or an example.

    Raises
    ------
    InputError
        It names none of these.
    """
    path = Path(text)
    try:
        if path.is_file():
            return path
        if (path / "project.json").is_file():
            return path / "project.json"
        is_folder = path.is_dir()
    except (OSError, ValueError):  # too long a name, or a NUL in it: no file, and no example either
        is_folder = False
    if text in example_names():
        return examples_folder() / text / "project.json"
    message = "this folder holds no project.json" if is_folder else "there is no such project"
    allowed = f"a project.json, a folder that holds one, or an example: {', '.join(example_names()) or 'none shipped'}"
    raise InputError(Problem("PROJECT", message, repr(text if len(text) <= 80 else text[:77] + "..."), allowed))
