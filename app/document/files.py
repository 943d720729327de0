"""The open project and its file: opening, saving whole or not at all, and noticing who else wrote there.

It asks nothing of the user: what must be asked is an error of its own type, and the call that follows the answer.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from myriorama.app.dataset.atomic import PART_SUFFIX, sync_folder, write_file
from myriorama.app.document.backups import keep_backup
from myriorama.app.document.document import Document
from myriorama.app.document.templates import copy_example, template_file
from myriorama.app.finding import examples_folder, find_project
from myriorama.resources import resource_path
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project
from myriorama.scenes.project.text import decode_text, read_bytes


class NoFileYetError(InputError):
    """The project was never saved, or came with the program: ask where to keep it, then `save` with a path."""


class ChangedOnDiskError(InputError):
    """Somebody else wrote the file since it was read: ask, then `save` with ``overwrite=True``, or open it again.

    Attributes
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        message = "the file was changed by another program since it was opened"
        super().__init__(Problem("", message, "", "save under another name, overwrite it, or open it again", str(path)))

    def __reduce__(self) -> tuple[type[ChangedOnDiskError], tuple[Path]]:  # type: ignore[override]
        return (type(self), (self.path,))


@dataclass(frozen=True)
class Saved:
    """Where a project was saved. `note` says what went wrong beside it; empty where nothing did."""

    path: Path
    note: str = ""


def open_path(document: Document, path: str | Path) -> None:
    """Open a project file, a folder that holds one, or a shipped example by its name.

    What came with the program is opened without a path of its own, so that saving asks where to keep it.

    Raises
    ------
    InputError
        It cannot be read; what was open stays open.
    """
    found = find_project(str(path)).resolve()
    project, file_hash = read_project(found)
    if is_shipped(found):
        document.open(project, found.parent)
    else:
        document.open(project, found.parent, found, file_hash=file_hash)


def read_project(path: Path) -> tuple[Project, str]:
    """Return the project of a file and the SHA-256 of the bytes that it was read from.

    Raises
    ------
    ProjectError
        With every problem found.
    """
    content = read_bytes(path)
    return parse_project(decode_text(content, str(path)), str(path)), hashlib.sha256(content).hexdigest()


def is_shipped(path: Path) -> bool:
    """Say whether a file came with the program, where nothing may be written."""
    return path.is_relative_to(resource_path("").resolve()) or path.is_relative_to(examples_folder().resolve())


def new_from(document: Document, template: str, folder: Path | None = None) -> None:
    """Start a project from the blank template or an example.

    Parameters
    ----------
    template : str
        One of `templates.template_names`.
    folder : Path or None
        A folder to make for it; None starts an untitled one that is kept nowhere yet.

    Raises
    ------
    InputError
        There is no such template, or the folder cannot be made; what was open stays open.
    """
    if folder is None:
        source = template_file(template)
        project, _ = read_project(source)
        document.open(project.model_copy(update={"name": "untitled"}), source.parent, saved=False)
        return
    try:
        made = copy_example(template, folder)
    except OSError as error:
        raise _not_written(folder, error) from error
    open_path(document, made)


def changed_on_disk(document: Document) -> bool:
    """Say whether the file is another than the one that was read or written last; a missing one is no change.

    Raises
    ------
    InputError
        The file is there and cannot be read.
    """
    path = document.path
    if path is None or not document.file_hash or not path.exists():
        return False
    return hashlib.sha256(read_bytes(path)).hexdigest() != document.file_hash


def save(document: Document, path: Path | None = None, *, overwrite: bool = False, state: Path | None = None) -> Saved:
    """Write the project to its file, or to another one, which then is its file.

    The bytes go to the disk under another name and take the file's name only when they are there. What the file
    held before is kept as a backup among the user's own state, ten deep.

    Parameters
    ----------
    path : Path or None
        None: where it was opened from or saved to. Relative references start in its folder from then on; see
        `references.left_behind` before a change of folder.
    overwrite : bool
        Also where somebody else changed the file.
    state : Path or None
        Folder for backups; None is the user's.

    Raises
    ------
    NoFileYetError
        There is no path to save to.
    ChangedOnDiskError
        The file is not the one that was read.
    InputError
        It cannot be written, or could not be opened again as it is; what was there stays.
    ValueError
        Nothing is open.
    """
    project = document.project
    if project is None:
        raise ValueError("there is no open project to save")
    target = path if path is not None else document.path
    if target is None:
        raise NoFileYetError(Problem("", "the project has no file yet", "", "a file name to save it under"))
    target = Path(os.path.abspath(target)) if not target.exists() else target.resolve()
    same = document.path is not None and target == document.path.resolve()
    if same and not overwrite and changed_on_disk(document):
        raise ChangedOnDiskError(target)
    _check_target(target)
    content = dump_project(project).encode()
    parse_project(content.decode(), str(target))  # never a file that could not be opened again
    note = ""
    try:
        keep_backup(target, state)
    except OSError as error:
        note = f"what the file held before could not be kept as a backup: {error.strerror or error}"
    try:
        _take_mode(target)
        entry = write_file(target.parent, target.name, [content])
        sync_folder(target.parent)
    except (OSError, ValueError) as error:
        target.with_name(target.name + PART_SUFFIX).unlink(missing_ok=True)
        raise _not_written(target, error) from error
    document.mark_saved(target, entry.sha256)
    return Saved(target, note)


def close(document: Document) -> None:
    """Have nothing open. Whether to save first is the shell's question: `Document.dirty`."""
    document.close()


def _check_target(target: Path) -> None:
    reason, allowed = "", ""
    if is_shipped(target):
        reason, allowed = "this folder belongs to the program", "a folder of your own"
    elif target.is_dir():
        reason, allowed = "this is a folder", f"a file in it, such as {target.name}/project.json"
    elif not target.parent.is_dir():
        reason, allowed = "the folder to save in does not exist", "a folder that exists"
    elif target.exists() and not os.access(target, os.W_OK):
        reason, allowed = "the file is write-protected", "another name, or a file that may be written"
    elif not os.access(target.parent, os.W_OK):
        reason, allowed = "nothing may be written in this folder", "another folder"
    if reason:
        raise InputError(Problem("", reason, "", allowed, str(target)))


def _take_mode(target: Path) -> None:
    """Make the file that will take the target's place, with the permissions of the target."""
    if target.exists():
        part = target.with_name(target.name + PART_SUFFIX)
        part.touch(mode=0o600)
        part.chmod(target.stat().st_mode & 0o7777)


def _not_written(path: Path, error: OSError | ValueError) -> InputError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    allowed = "another folder or name, with free space; the project is still open and unharmed"
    return InputError(Problem("", f"it could not be saved: {reason}", "", allowed, str(path)))
