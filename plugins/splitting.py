"""Which part of a dataset a sample belongs to: train, val or test, by its key alone.

It shuffles nothing: a sample keeps its part when others are added or left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from myriorama.plugins.writing import StoredRecord
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.sample import first_view_key

PARTS: Final = ("train", "val", "test")
ALL_OBJECTS: Final = "/*/"
"""In a path: the values of every object of a group."""
MAX_SALT: Final = 64
"""Characters that a salt may have where a person gives it."""


@dataclass(frozen=True)
class Split:
    """Shares of train, val and test.

    Attributes
    ----------
    shares : (float, float, float)
        Their sum is 1.
    by : str
        Path of a drawn value (``mugs/0/height_m``, ``backdrop/image``): samples of one value share a part, so that
        values of val and test were never trained on. ``mugs/*/model`` are the values of all objects of a group: each
        has a part, and a sample's is that of its value that is held out furthest (test before val before train), so
        that nothing that is trained on has an object of val or test. Empty: every sample for itself.
    salt : str
        Another salt, another division.
    """

    shares: tuple[float, float, float] = (1.0, 0.0, 0.0)
    by: str = ""
    salt: str = ""

    def __post_init__(self) -> None:
        if any(not 0 <= s <= 1 for s in self.shares) or abs(sum(self.shares) - 1) > 1e-9:
            raise InputError(Problem("--split", "three shares whose sum is 1", str(self.shares), "0.8,0.1,0.1"))

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that get samples."""
        return tuple(part for part, share in zip(PARTS, self.shares, strict=True) if share > 0)

    def part_of(self, stored: StoredRecord) -> str:
        """Return the part of a sample.

        Raises
        ------
        InputError
            The record has no drawn value of that path; those that it has are named.
        """
        if len(self.parts) == 1:
            return self.parts[0]
        return self.part_at(self.place_of(stored))

    def place_of(self, stored: StoredRecord) -> float:
        """Return where a sample lies in [0, 1): the shares follow one another from 0 on; see `part_of` for errors.

        Views of one scene lie at one place: no part sees from the left what another sees from the right. Of several
        values the furthest place counts; a group without an object has none, and its sample goes by its key.
        """
        words = [_text(value) for value in drawn_values(stored, self.by)] if self.by else []
        return max(map(self._place, words or [first_view_key(stored["key"])]))

    def _place(self, word: str) -> float:
        return int.from_bytes(blake2b(f"{self.salt}\0{word}".encode(), digest_size=8).digest(), "big") / 2**64

    def part_at(self, place: float) -> str:
        """Return the part of a sample that lies at a place."""
        for part, share in zip(PARTS, self.shares, strict=True):
            if place < share:
                return part
            place -= share
        return next(part for part, share in zip(PARTS[::-1], self.shares[::-1], strict=True) if share > 0)


WHOLE: Final = Split()
"""Everything is for training."""


def drawn_values(stored: StoredRecord, path: str) -> list[Any]:
    """Return the drawn value of a path, or those of a path with ``*`` for the number of a group's object.

    A path is uid, number of the object for a group's own, name; see `drawn_paths`. There are none where a group has no
    object in this sample.

    Raises
    ------
    InputError
        There is no such path; near ones are named.
    """
    found = drawn_paths(stored)
    if path in found:
        return [found[path]]
    several = [value for place, value in found.items() if starred(place) == path]
    group, star, _ = path.partition(ALL_OBJECTS)
    if several or (star and found.get(f"{group}/count") == 0):
        return several
    import difflib

    known = {*found, *(starred(place) for place in found)}
    near = difflib.get_close_matches(path, sorted(known), n=3, cutoff=0.3) or sorted(known)[:5]
    raise InputError(Problem("--split-by", "no drawn value has this path", repr(path), ", ".join(near)))


def starred(path: str) -> str:
    """Return the path of all objects' values of which `path` is that of one; of other values the path itself."""
    group, _, rest = path.partition("/")
    number, slash, name = rest.partition("/")
    return f"{group}{ALL_OBJECTS}{name}" if slash and number.isdecimal() else path


def drawn_paths(stored: StoredRecord) -> dict[str, Any]:
    """Return every drawn value of a record by its path."""
    drawn: Mapping[str, Any] = stored["drawn"]
    out: dict[str, Any] = {f"lens/{name}": value for name, value in drawn["lens"].items()}
    nodes = [drawn["rig"], *drawn["environment"], *drawn["lights"], *drawn["effects"]]
    for group in (*drawn["stage"], *drawn["objects"]):
        nodes.append(group["placement"])
        out[f"{group['uid']}/count"] = len(group["members"])
        for member in group["members"]:
            out |= {f"{group['uid']}/{member['number']}/{name}": value for name, value in member["values"].items()}
    for node in (*nodes, *drawn.get("views", ())):
        out |= {f"{node['uid']}/{name}": value for name, value in node["values"].items()}
    return out


def _text(value: Any) -> str:
    import json

    if isinstance(value, Mapping) and "sha256" in value:
        return str(value["sha256"])  # the same file under another name is the same value
    return json.dumps(value, sort_keys=True, allow_nan=False)
