"""Arguments and options that several commands share, and how their text is read.

It opens no project; it only finds the file that a name stands for and refuses what cannot be one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from myriorama.scenes.errors import InputError, Problem

ProjectArgument = Annotated[
    str,
    typer.Argument(metavar="PROJECT", help="A project.json, a folder that holds one, or the name of an example."),
]
DatasetArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A dataset's folder.")]
AssetsOption = Annotated[
    list[Path] | None,
    typer.Option("--assets", metavar="DIR", help="A folder that the project may read files from; may be repeated."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document to stdout, errors included.")]

MIN_SIDE_PX: Final = 16
MAX_SIDE_PX: Final = 16384
ALSO_CALLED: Final = {
    "hf": "hugging_face",
    "openexr": "exr",
    "panoptic": "coco_panoptic",
    "parquet": "hugging_face",
    "tartanair": "depth_pose",
    "tum": "depth_pose",
    "ultralytics": "yolo",
    "wds": "webdataset",
}
"""What people call formats besides the names that they have here."""
_SIZE = re.compile(r"([0-9]{1,9})[xX×]([0-9]{1,9})")


def read_size(text: str) -> tuple[int, int]:
    """Return (width, height) in pixels of a text such as ``640x480``.

    Raises
    ------
    InputError
        It is not two whole numbers, or a side is outside of 16 to 16384.
    """
    match = _SIZE.fullmatch(text.strip())
    allowed = f"WIDTHxHEIGHT, each {MIN_SIDE_PX} to {MAX_SIDE_PX}, such as 640x480"
    if match is None:
        raise InputError(Problem("--size", "this is not an image size", _quoted(text), allowed))
    width, height = int(match[1]), int(match[2])
    if not (MIN_SIDE_PX <= width <= MAX_SIDE_PX and MIN_SIDE_PX <= height <= MAX_SIDE_PX):
        raise InputError(Problem("--size", "the image size is out of range", _quoted(text), allowed))
    return width, height


def read_names(option: str, text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of a comma-separated list, in order, each once.

    Parameters
    ----------
    option : str
        For the message: ``--format``.
    known : tuple of str
        The names there are.

    Raises
    ------
    InputError
        The list is empty, or holds a name that is not known (all of those are told).
    """
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    allowed = f"a comma-separated list of: {', '.join(known)}"
    if not names:
        raise InputError(Problem(option, "the list is empty", _quoted(text), allowed))
    unknown = [
        Problem(option, "there is no such name", _quoted(n), near_names(n, known) or allowed)
        for n in names
        if n not in known
    ]
    if unknown:
        raise InputError(unknown)
    return names


def near_names(name: str, known: Sequence[str]) -> str:
    """Return a question with the known names that are meant or look alike, and all of them; empty where none does."""
    word = name.strip().lower().replace("-", "_")
    meant = ALSO_CALLED.get(word, word)
    bare = {n.replace("_", ""): n for n in known}
    found = [meant] if meant in known else [n for n in known if len(word) > 2 and word in n.split("_")]
    found = found or [bare[n] for n in difflib.get_close_matches(word.replace("_", ""), bare, n=2, cutoff=0.7)]
    return f"did you mean {' or '.join(found)}? There are: {', '.join(known)}" if found else ""


def read_folders(option: str, folders: list[Path] | None) -> tuple[Path, ...]:
    """Return the folders, all of which exist.

    Raises
    ------
    InputError
        Some are not there (all of those are told).
    """
    given = tuple(folders or ())
    missing = [
        Problem(option, "there is no such folder", _quoted(str(f)), "a folder that exists")
        for f in given
        if not f.is_dir()
    ]
    if missing:
        raise InputError(missing)
    return given


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
