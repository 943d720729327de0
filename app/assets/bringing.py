"""Copies a file into a project's folder, under a name that holds the mark of its content; whole, or not at all.

It never writes over anything: the same content has the same name, so what is there already is used. For any thread.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from myriorama.app.assets.library import ASSETS_FOLDER, content_mark
from myriorama.scenes.assets.references import relative_path
from myriorama.scenes.errors import AssetError, InputError, Problem
from myriorama.scenes.parameters.schema import FileRole

_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST: Final = 80
_MARKED: Final = re.compile(r"-[0-9a-f]{8}$")


def bring(source: Path, role: FileRole, beside: Sequence[str], folder: Path) -> str:
    """Copy an asset into ``assets/`` of a project's folder; return its reference.

    A file alone becomes ``assets/name-<mark>.ext``. One with files beside it gets a folder ``assets/name-<mark>/`` in
    which all keep their names, for it names them itself. A texture set stays a folder.

    Parameters
    ----------
    beside : sequence of str
        Files that a model names, relative to its own folder, as the importer found them.
    folder : Path
        Of the project.

    Raises
    ------
    InputError
        Something cannot be read or written.
    """
    try:
        files = _files(source, role, beside)
        mark = content_mark(files)
        stem = fit_name(_MARKED.sub("", source.name if role == "texture_set" else source.stem))
        assets = folder / ASSETS_FOLDER
        assets.mkdir(parents=True, exist_ok=True)
        if role != "texture_set" and len(files) == 1:
            target = assets / f"{stem}-{mark}{source.suffix.lower()}"
            if not target.exists():
                _copy_file(source, target)
            return f"{ASSETS_FOLDER}/{target.name}"
        target = assets / f"{stem}-{mark}"
        if not target.exists():
            _copy_files(files, target)
        reference = f"{ASSETS_FOLDER}/{target.name}"
        return reference if role == "texture_set" else f"{reference}/{source.name}"
    except OSError as error:
        message = f"it could not be copied into the project: {error.strerror or error}"
        raise InputError(Problem("", message, "", "a project folder with free space", str(source))) from error


def fit_name(text: str) -> str:
    """Return a file name that every system can hold."""
    return _UNFIT.sub("_", text).strip("._")[:_LONGEST] or "asset"


def _files(source: Path, role: FileRole, beside: Sequence[str]) -> list[tuple[str, Path]]:
    if role == "texture_set":
        return [(p.name, p) for p in sorted(source.iterdir()) if p.is_file() and not p.name.startswith(".")]
    files = [(source.name, source)]
    for name in beside:
        try:
            relative = relative_path(name, file=source.name, place="beside")
        except AssetError as error:
            raise InputError(error.problems) from error
        files.append((relative.as_posix(), source.parent / relative))
    return files


def _copy_file(source: Path, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(source, part)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _copy_files(files: Sequence[tuple[str, Path]], target: Path) -> None:
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        for name, path in files:
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, part / name)
        part.replace(target)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        raise
