"""What a look at a foreign file showed: a small picture and facts in words, kept in the cache folder.

It parses nothing itself: the file was read by an importer, and drawn by the process of `look_worker`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from myriorama.app.assets.cache import SUFFIX, read_entry, write_entry
from myriorama.app.assets.containment import inside
from myriorama.app.assets.store import RESOURCE
from myriorama.resources import resource_path
from myriorama.scenes.assets.container import pack
from myriorama.scenes.assets.references import relative_path
from myriorama.scenes.conventions import U8
from myriorama.scenes.errors import AssetError, Problem
from myriorama.scenes.parameters.schema import FileRole

LOOK_VERSION: Final = 1
"""Raised whenever the same file would be shown differently."""
LOOK_PX: Final = 256
"""Longest side of a look's picture."""


@dataclass(frozen=True)
class LookRequest:
    """One file to look at.

    Attributes
    ----------
    folder : str
        Where relative references start; empty for none.
    roots : tuple of str
        Further folders that the user approved.
    up_axis : str
        Of a model: x, y, z, or auto for what its format says.
    """

    reference: str
    role: FileRole
    folder: str = ""
    roots: tuple[str, ...] = ()
    up_axis: str = "auto"


@dataclass(frozen=True, eq=False)
class Look:
    """What was found.

    Attributes
    ----------
    rgb : (H, W, 3) uint8 or None
        None where it could not be drawn.
    facts : tuple of (str, str)
        Title and value, for people.
    extent : tuple of 3 floats or None
        Of a model: its size along its own axes, in its own units.
    up_axis : str
        Of a model: what its format says.
    beside : tuple of str
        Files that were read with it, relative to its folder.
    notes : tuple of str
        What was left out when it was read.
    problems : tuple of Problem
        Why it cannot be used; empty where it can.
    """

    rgb: U8 | None = None
    facts: tuple[tuple[str, str], ...] = ()
    extent: tuple[float, float, float] | None = None
    up_axis: str = ""
    beside: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default_factory=tuple)


def locate(reference: str, folder: Path | None, roots: Sequence[Path] = ()) -> Path | None:
    """Return where a reference leads, or None where nothing is there or it may not be followed."""
    searched = [*([folder] if folder is not None else []), *roots]
    text = reference
    if reference.startswith(RESOURCE):
        searched, text = [resource_path("")], reference.removeprefix(RESOURCE)
    try:
        relative = relative_path(text, file=reference, place="reference")
        for root in searched:
            found = inside(root, relative)
            if found is not None:
                return found
    except AssetError:
        return None
    return None


def stamp(path: Path) -> list[Any]:
    """Return what changes when a file, or a file of a folder, is written: without reading any."""
    try:
        status = path.stat()
        if not path.is_dir():
            return [status.st_size, status.st_mtime_ns]
        with os.scandir(path) as entries:
            return sorted([e.name, *stamp(Path(e.path))] for e in entries if e.is_file())
    except OSError:
        return []


def look_file(cache: Path, path: Path, wanted: LookRequest) -> Path:
    """Return where the look at a file in its present state is kept."""
    facts = [LOOK_VERSION, wanted.role, wanted.up_axis, str(path), stamp(path)]
    return cache / ("look-" + hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:40] + SUFFIX)


def read_look(file: Path, path: Path) -> Look | None:
    """Return a kept look, or None where there is none or a file beside the asset was changed since."""
    found = read_entry(file)
    if found is None:
        return None
    pixels, extra = found
    told: Any = extra.get("look")
    try:
        for name, when in told["stamps"]:
            if stamp(path.parent / name) != when:
                return None
        return _from_tree(told, pixels if told["drawn"] else None)
    except (KeyError, TypeError, ValueError):
        return None


def write_look(file: Path, path: Path, look: Look) -> None:
    """Keep a look; OSError where the cache folder cannot be written."""
    import numpy as np

    tree = look_tree(look)
    tree["stamps"] = [[name, stamp(path.parent / name)] for name in look.beside]
    pixels = look.rgb if look.rgb is not None else np.zeros((1, 1, 3), np.uint8)
    write_entry(file, pack(pixels, {"look": tree}))


def look_tree(look: Look) -> dict[str, Any]:
    """Return everything but the pixels as JSON."""
    return {
        "drawn": look.rgb is not None,
        "facts": [list(f) for f in look.facts],
        "extent": list(look.extent) if look.extent else None,
        "up_axis": look.up_axis,
        "beside": list(look.beside),
        "notes": list(look.notes),
        "problems": [asdict(p) for p in look.problems],
    }


def _from_tree(tree: dict[str, Any], pixels: Any) -> Look:
    extent = tree["extent"]
    return Look(
        rgb=pixels,
        facts=tuple((str(title), str(value)) for title, value in tree["facts"]),
        extent=(float(extent[0]), float(extent[1]), float(extent[2])) if extent else None,
        up_axis=str(tree["up_axis"]),
        beside=tuple(str(name) for name in tree["beside"]),
        notes=tuple(str(note) for note in tree["notes"]),
        problems=read_problems(tree["problems"]),
    )


def read_problems(rows: Any) -> tuple[Problem, ...]:
    """Return problems from JSON."""
    return tuple(Problem(**{key: str(value) for key, value in row.items()}) for row in rows)
