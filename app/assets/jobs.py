"""What an importer is asked and what it answers: plain JSON lines, so that no object crosses over.

Both sides of the pipe import this file; it does nothing itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from myriorama.scenes.errors import AssetError, Problem
from myriorama.scenes.parameters.schema import FileRole


@dataclass(frozen=True)
class ImportJob:
    """One asset to parse.

    Attributes
    ----------
    role : str
        model, image, radiance or texture_set.
    reference : str
        As the user wrote it, for messages.
    path : str
        The real file or folder.
    root : str
        The real folder that neighbours must lie in.
    sha256 : str
        What the file's bytes must hash to; empty for a folder.
    files : tuple of (str, str)
        Of a folder: the names that may be read, with their hashes.
    out : str
        Where to write the container.
    """

    role: FileRole
    reference: str
    path: str
    root: str
    sha256: str
    out: str
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Batch:
    """Jobs for one importer process, which may read the roots and write the cache folder."""

    roots: tuple[str, ...]
    cache_folder: str
    memory_bytes: int
    jobs: tuple[ImportJob, ...]

    def to_json(self) -> str:
        """Return one line of JSON."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Batch:
        """Read what `to_json` wrote."""
        found: dict[str, Any] = json.loads(text)
        jobs = []
        for row in found["jobs"]:
            row["files"] = tuple((name, digest) for name, digest in row["files"])
            jobs.append(ImportJob(**row))
        return Batch(tuple(found["roots"]), found["cache_folder"], found["memory_bytes"], tuple(jobs))


def answer(error: AssetError | None) -> str:
    """Return one line of JSON: the problems of a job, none if it went well."""
    problems: Sequence[Problem] = () if error is None else error.problems
    return json.dumps({"problems": [asdict(p) for p in problems]})


def read_answer(line: bytes) -> AssetError | None:
    """Read what `answer` wrote.

    Raises
    ------
    ValueError
        The line is not an answer.
    """
    try:
        problems = [Problem(**{k: str(v) for k, v in row.items()}) for row in json.loads(line)["problems"]]
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not an importer's answer: {error}") from error
    return AssetError(problems) if problems else None
