"""Where commands write pictures to. The format follows from the file's name; anything else is refused before work."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from myriorama.scenes.errors import InputError, Problem

if TYPE_CHECKING:
    from myriorama.scenes.conventions import U8

SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp")


def check_picture(option: str, path: Path) -> None:
    """Refuse a file name that cannot become a picture.

    Raises
    ------
    InputError
        An unknown suffix, a folder of that name, or no folder to write into.
    """
    if path.suffix.lower() not in SUFFIXES:
        allowed = f"a file name that ends in {', '.join(SUFFIXES)}"
        raise InputError(Problem(option, "this is not a picture's file name", repr(str(path)[:80]), allowed))
    if path.is_dir():
        raise InputError(Problem(option, "this is a folder", repr(str(path))))
    if not path.resolve().parent.is_dir():
        raise InputError(Problem(option, "the folder to write into does not exist", repr(str(path.parent))))


def save_picture(rgb: U8, path: Path) -> None:
    """Write (H, W, 3) uint8 sRGB to `path`, whole or not at all; an older file of that name is replaced."""
    from PIL import Image

    handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.resolve().parent)
    os.close(handle)
    try:
        Image.fromarray(rgb).save(unfinished, quality=92)
        os.chmod(unfinished, 0o644)
        os.replace(unfinished, path)
    finally:
        Path(unfinished).unlink(missing_ok=True)
