"""Finds the picture of each sample, and holds its header against what the labels say of it. Nothing is decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from myriorama.app.reading.neutral import Faults, ForeignSet
from myriorama.app.reading.pictures import header_of
from myriorama.app.reading.reach import NotReadableError, Reach

Progress = Callable[[int, int], None]
"""Takes how many samples were gone through, and of how many."""


def find_pictures(
    made: ForeignSet, reach: Reach, folders_of: Callable[[int], Sequence[str]], faults: Faults, progress: Progress
) -> None:
    """Replace the names in `made.paths` by paths inside the dataset, and fill in sizes that the labels do not tell.

    Parameters
    ----------
    folders_of : callable
        Place -> prefixes under which its picture may lie, the likeliest first.
    """
    best: dict[tuple[str, ...], str] = {}
    for place in range(len(made)):
        name = made.paths[place]
        made.paths[place] = ""
        where = made.names[place] or f"sample {place}"
        if name:
            folders = tuple(folders_of(place))
            first = best.get(folders)
            found = _look_up(reach, name, folders if first is None else (first, *folders), where, faults, made, place)
            if found is not None:
                prefix, made.paths[place], real = found
                best[folders] = prefix
                measure(made, place, reach, real, where, faults)
        else:
            made.unseen[place] = "it has no picture"
        progress(place + 1, len(made))


def _look_up(
    reach: Reach, name: str, folders: Iterable[str], where: str, faults: Faults, made: ForeignSet, place: int
) -> tuple[str, str, str] | None:
    """Return under which prefix a picture is, its path inside the dataset, and its real path."""
    try:
        if reach.pictures is not None:
            for candidate in (name, name.replace("\\", "/").rpartition("/")[2]):
                real = reach.resolve(candidate, (reach.pictures,))
                if real is not None:
                    return "", candidate, real
        for prefix in folders:
            real = reach.resolve(prefix + name)
            if real is not None:
                return prefix, prefix + name, real
    except NotReadableError as error:
        made.unseen[place] = f"its picture {error}"
        faults.tell(where, f"the picture {error}", name)
        return None
    made.unseen[place] = "its picture is not there"
    faults.tell(where, "the picture is not there; its labels are counted", name)
    return None


def measure(made: ForeignSet, place: int, reach: Reach, real: str, where: str, faults: Faults) -> None:
    """Hold a picture's size against that of its labels; take it where they tell none."""
    try:
        header = header_of(reach, real)
    except NotReadableError as error:
        made.unseen[place] = f"its picture {error}"
        faults.tell(where, f"the picture {error}")
        return
    told = (int(made.sizes[place, 0]), int(made.sizes[place, 1]))
    if told == (0, 0):
        made.sizes[place] = np.array(header.upright, dtype=np.int32)
    elif told not in (header.upright, header.stored):
        shown = f"{header.upright[0]} x {header.upright[1]} and not {told[0]} x {told[1]}"
        faults.tell(where, "the picture has another size than its labels tell; they are drawn in proportion", shown)
