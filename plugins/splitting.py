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
        values of val and test were never trained on. Empty: every sample for itself.
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

        Views of one scene lie at one place: no part sees from the left what another sees from the right.
        """
        word = first_view_key(stored["key"]) if not self.by else _text(drawn_value(stored, self.by))
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


def drawn_value(stored: StoredRecord, path: str) -> Any:
    """Return a drawn value by its path: uid, number of the object for a group's own, name; see `drawn_paths`.

    Raises
    ------
    InputError
        There is none; near ones are named.
    """
    found = drawn_paths(stored)
    if path in found:
        return found[path]
    import difflib

    near = difflib.get_close_matches(path, found, n=3, cutoff=0.3) or sorted(found)[:5]
    raise InputError(Problem("--split-by", "no drawn value has this path", repr(path), ", ".join(near)))


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
