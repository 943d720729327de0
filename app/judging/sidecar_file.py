"""The file of judgments beside a project: read with suspicion, written whole.

It knows no open project; `sidecar` decides which file belongs to which.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from myriorama.app.dataset.atomic import PART_SUFFIX
from myriorama.app.judging.judgments import REASONS, Judgment

FORMAT: Final = "myriorama-judgments"
VERSION: Final = 1
SUFFIX: Final = ".judgments.json"
LARGEST_BYTES: Final = 64 * 2**20
_HASH_LENGTH: Final = 16
_LARGEST_INDEX: Final = 2**63
_NUMBERS: Final = (("index", None), ("reason", 0), ("stars", 0))


@dataclass(frozen=True, eq=False)
class Read:
    """What a file held.

    Attributes
    ----------
    stamp : tuple or None
        Tells this state of the file from others; None where there is no file.
    trouble : str
        What could not be read and where the file is kept now; empty where all was well.
    """

    judgments: Mapping[str, Judgment]
    stamp: tuple[int, int, int] | None
    trouble: str = ""


class UnreadableError(ValueError):
    """A file that is no file of judgments, or not all of it."""

    def __init__(self, message: str, sound: Mapping[str, Judgment] | None = None) -> None:
        super().__init__(message)
        self.sound = dict(sound or {})


def sidecar_of(project_file: Path) -> Path:
    """Return where the judgments of a project file are kept: ``NAME.judgments.json`` beside it."""
    return project_file.with_name(project_file.stem + SUFFIX)


def stamp_of(file: Path) -> tuple[int, int, int] | None:
    """Return what changes whenever the file is replaced; None where there is none."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def read(file: Path) -> Read:
    """Return the judgments of a file; one that cannot be read, or not wholly, is set aside under another name.

    Raises
    ------
    OSError
        The disk refuses to read it, or to rename it.
    """
    stamp = stamp_of(file)
    if stamp is None:
        return Read({}, None)
    try:
        return Read(parse(_content(file)), stamp)
    except UnreadableError as error:
        aside = _aside(file)
        file.replace(aside)
        kept = f"; {len(error.sound)} of its judgments were taken over" if error.sound else ""
        return Read(error.sound, None, f"{file.name} was set aside as {aside.name}: {error}{kept}")


def parse(content: bytes) -> dict[str, Judgment]:
    """Return the judgments by recipe hash.

    Raises
    ------
    UnreadableError
        Something does not fit; its `sound` holds what does.
    """
    try:
        tree = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UnreadableError(f"it is no JSON text ({_short(error)})") from error
    if not isinstance(tree, dict) or tree.get("format") != FORMAT:
        raise UnreadableError(f'it does not say that its format is "{FORMAT}"')
    if tree.get("version") != VERSION:
        raise UnreadableError(f"it is of version {_short(tree.get('version'))}, and this program reads {VERSION}")
    listed = tree.get("judgments")
    if not isinstance(listed, dict):
        raise UnreadableError("its judgments are no table")
    sound: dict[str, Judgment] = {}
    broken: list[str] = []
    for recipe, written in listed.items():
        judgment = _judgment(recipe, written)
        if judgment is None:
            broken.append(recipe)
        elif not judgment.empty:
            sound[recipe] = judgment
    if broken:
        raise UnreadableError(f"{len(broken)} entries are no judgments, the first is {_short(broken[0])}", sound)
    return sound


def text_of(judgments: Mapping[str, Judgment]) -> bytes:
    """Return the file's content: one judgment a line, by sample, so that two versions can be compared."""
    rows = sorted(judgments.items(), key=lambda row: (row[1].index, row[0]))
    lines = [f"  {json.dumps(recipe)}: {json.dumps(_written(judgment))}" for recipe, judgment in rows]
    body = "{\n" + ",\n".join(lines) + "\n }" if lines else "{}"
    head = f' "format": "{FORMAT}",\n "version": {VERSION},\n "judgments": '
    return ("{\n" + head + body + "\n}\n").encode()


def write(file: Path, judgments: Mapping[str, Judgment]) -> tuple[int, int, int] | None:
    """Write the file whole or not at all; without judgments there is none.

    Returns
    -------
    stamp
        Of what was written.

    Raises
    ------
    OSError
        It cannot be written; what was there stays.
    """
    if not judgments:
        file.unlink(missing_ok=True)
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + PART_SUFFIX)
    with part.open("wb") as stream:
        stream.write(text_of(judgments))
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)
    return stamp_of(file)


def merged(
    base: Mapping[str, Judgment], ours: Mapping[str, Judgment], theirs: Mapping[str, Judgment]
) -> dict[str, Judgment]:
    """Return both sides' changes since `base`; where both changed the same judgment, ours holds."""
    out: dict[str, Judgment] = {}
    for recipe in {**theirs, **ours}:
        chosen = theirs.get(recipe) if ours.get(recipe) == base.get(recipe) else ours.get(recipe)
        if chosen is not None:
            out[recipe] = chosen
    return out


def _content(file: Path) -> bytes:
    with file.open("rb") as stream:
        content = stream.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise UnreadableError(f"it is larger than {LARGEST_BYTES // 2**20} MiB")
    return content


def _judgment(recipe: str, written: Any) -> Judgment | None:
    if len(recipe) != _HASH_LENGTH or not set(recipe) <= set("0123456789abcdef"):
        return None
    if not isinstance(written, dict) or not set(written) <= {"index", "flag", "reason", "stars"}:
        return None
    flag = written.get("flag", "")
    index, reason, stars = (_whole(written.get(name, default)) for name, default in _NUMBERS)
    if index is None or reason is None or stars is None:
        return None
    if not 0 <= index < _LARGEST_INDEX or not 0 <= stars <= 5 or flag not in ("", "pick", "reject"):
        return None
    if reason and (reason not in REASONS or flag != "reject"):
        return None
    return Judgment(index, flag, reason, stars)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _written(judgment: Judgment) -> dict[str, Any]:
    out: dict[str, Any] = {"index": judgment.index}
    if judgment.flag:
        out["flag"] = judgment.flag
    if judgment.reason:
        out["reason"] = judgment.reason
    if judgment.stars:
        out["stars"] = judgment.stars
    return out


def _aside(file: Path) -> Path:
    """Return a free name for a file that cannot be read: what was set aside before is not overwritten."""
    stem = file.name.removesuffix(".json")
    number = 1
    while (aside := file.with_name(f"{stem}.unreadable{'' if number == 1 else f'-{number}'}.json")).exists():
        number += 1
    return aside


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")
