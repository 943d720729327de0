"""A foreign file as its parser sees it: a name to complain about, bytes, and a way to ask for neighbours.

A parser never opens a file; whoever supplies the `SourceFile` decides what `beside` may reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from myriorama.scenes.errors import AssetError, Problem


class Beside(Protocol):
    """Reads a file that another one refers to, relative to it. Raises AssetError where that is not allowed."""

    def __call__(self, reference: str, place: str) -> bytes: ...


@dataclass(frozen=True)
class SourceFile:
    """One file to parse.

    Attributes
    ----------
    name : str
        For messages: the reference as the user wrote it.
    content : bytes
        The whole file.
    beside : Beside
        Reads a neighbour, given the reference as written in this file and the place it was written at.
    """

    name: str
    content: bytes
    beside: Beside

    @property
    def suffix(self) -> str:
        """Lower-case ending with its dot, empty where there is none."""
        stem = self.name.replace("\\", "/").rsplit("/", 1)[-1]
        return "." + stem.rsplit(".", 1)[1].lower() if "." in stem else ""

    def fault(self, place: str, message: str, value: object = "", allowed: str = "") -> AssetError:
        """Return the error to raise: this file, where in it, what is wrong, what would do."""
        return asset_fault(self.name, place, message, value, allowed)


def asset_fault(file: str, place: str, message: str, value: object = "", allowed: str = "") -> AssetError:
    """Return an AssetError for one fault; a long value is shortened."""
    shown = value if isinstance(value, str) else repr(value)
    if len(shown) > 120:
        shown = shown[:117] + "..."
    return AssetError(Problem(place, message, shown, allowed, file))


def no_neighbours(reference: str, place: str) -> bytes:
    """Refuse every neighbour: for formats and callers that have none."""
    raise asset_fault(reference, place, "this file may not refer to other files")
