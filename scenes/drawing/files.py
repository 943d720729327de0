"""File parameters: references become ``{"file": reference, "sha256": hash}``, found by the program's asset store.

A file that is named outright is found before anything is drawn; one of a folder is hashed when it is first drawn.
Without a store a reference is kept unchecked, with an empty hash, and a folder is refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from myriorama.scenes.assets.store import AssetStore
from myriorama.scenes.errors import AssetError, Problem, ProjectError
from myriorama.scenes.parameters import distributions as d


class Files:
    """Answers for the files of one project, each found and hashed once."""

    def __init__(self, store: AssetStore | None) -> None:
        self._store = store
        self._hashes: dict[str, str] = {}

    def value(self, reference: str) -> dict[str, str] | None:
        """Return what a sample holds for a reference; None for the empty one.

        Raises
        ------
        AssetError
            The store cannot find it.
        """
        if not reference:
            return None
        if reference not in self._hashes:
            self._hashes[reference] = self._store.resolve(reference).sha256 if self._store is not None else ""
        return {"file": reference, "sha256": self._hashes[reference]}

    def literal(self, reference: str, place: str) -> tuple[dict[str, str] | None, list[Problem]]:
        """Return the value of a reference, or why it has none."""
        try:
            return self.value(reference), []
        except AssetError as error:
            return None, _at(place, error)

    def fitted(self, distribution: d.Folder | d.OneOf, place: str) -> tuple[d.Distribution | None, list[Problem]]:
        """Return a choice among references, each there when it was asked for."""
        if isinstance(distribution, d.OneOf):
            problems = [
                problem
                for i, option in enumerate(distribution.options)
                for problem in self.literal(option, f"{place}.{distribution.word}[{i}]")[1]
            ]
            return (None, problems) if problems else (distribution, [])
        place = f"{place}.folder"
        if self._store is None:
            return None, [Problem(place, "a folder cannot be listed without an asset store", distribution.folder)]
        try:
            found = self._store.list_folder(distribution.folder, distribution.pattern)
        except AssetError as error:
            return None, _at(place, error)
        if not found:
            message = f"no file of the folder matches {distribution.pattern}"
            return None, [Problem(place, message, distribution.folder, "a folder with at least one such file")]
        return d.OneOf(tuple(found)), []

    def drawn(self, reference: Any, place: str) -> dict[str, str] | None:
        """Return the value of a drawn reference.

        Raises
        ------
        ProjectError
            It is gone since the project was checked.
        """
        if reference is None or isinstance(reference, dict):
            return reference  # `otherwise`, found when the project was checked
        try:
            return self.value(reference)
        except AssetError as error:
            raise ProjectError(_at(place, error)) from error


def _at(place: str, error: AssetError) -> list[Problem]:
    # The fault is told where the project says it; the reference is then the value.
    return [replace(p, file="", place=place, value=p.value or p.file) for p in error.problems]
