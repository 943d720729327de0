"""New projects from shipped ones: a copy in a folder of its own. It never writes into a folder that exists."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

from myriorama.app.finding import example_names, examples_folder
from myriorama.resources import resource_path
from myriorama.scenes.errors import InputError, Problem

BLANK: Final = "blank"
"""The template with a camera, light and a floor, and nothing else."""


def template_names() -> tuple[str, ...]:
    """Return what a new project may start from: the blank one, then the examples."""
    return (BLANK, *example_names())


def template_file(template: str) -> Path:
    """Return the project file of a template.

    Raises
    ------
    InputError
        There is none of this name.
    """
    if template == BLANK:
        return resource_path("templates") / BLANK / "project.json"
    if template not in example_names():
        problem = Problem("--from", "there is no such example", repr(template[:80]), ", ".join(example_names()))
        raise InputError(problem)
    return examples_folder() / template / "project.json"


def copy_example(example: str, folder: Path) -> Path:
    """Copy an example into a new `folder`, named after it, and return its project file.

    The uids stay, so the same seed still draws the same samples. The folder appears whole or not at all.

    Raises
    ------
    InputError
        There is no such example, the folder exists, or the folder above it does not.
    """
    from myriorama.scenes.project.dump import dump_project
    from myriorama.scenes.project.load import load_project

    source = template_file(example)
    name = folder.resolve().name
    if not 1 <= len(name) <= 200:
        raise InputError(Problem("NAME", "this cannot name a project", repr(str(folder)[:80]), "1 to 200 characters"))
    if folder.exists() or folder.is_symlink():
        raise InputError(Problem("NAME", "this exists already", repr(str(folder)), "a folder that does not exist yet"))
    if not folder.resolve().parent.is_dir():
        raise InputError(Problem("NAME", "the folder to make it in does not exist", repr(str(folder.parent))))
    project = load_project(source).project
    with tempfile.TemporaryDirectory(prefix=f".{name[:80]}.", dir=folder.resolve().parent) as unfinished:
        copy = Path(unfinished) / "copy"
        shutil.copytree(source.parent, copy, ignore=shutil.ignore_patterns("picture.*"))
        text = dump_project(project.model_copy(update={"name": name}))
        (copy / "project.json").write_text(text, encoding="utf-8")
        copy.rename(folder)
    return folder / "project.json"
