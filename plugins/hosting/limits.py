"""How much a host process may use, and nothing of how it is held to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """The limits of one host process, or of one call in it.

    Attributes
    ----------
    memory_mb : int
        Address space beyond what Python, numpy and the program's own code take.
    cpu_s, wall_s : float
        Processor time and wall time of one call; also of importing the code.
    whole_wall_s : float
        Wall time of one step of a writer's `whole_files`.
    file_mb : int
        Largest file, and all files of the scratch folder together.
    output_kb : int
        How much of what was printed is kept.
    flood_mb : int
        Who prints more than this in one call is ended.
    faces : int
        Triangles of one object, or of all pieces of one environment.
    texture_px : int
        Pixels of one texture or radiance map.
    answer_mb : int
        All bytes of one answer.
    open_files : int
    """

    memory_mb: int = 2048
    cpu_s: float = 30.0
    wall_s: float = 20.0
    whole_wall_s: float = 60.0
    file_mb: int = 64
    output_kb: int = 256
    flood_mb: int = 64
    faces: int = 2_000_000
    texture_px: int = 64 * 2**20
    answer_mb: int = 1024
    open_files: int = 128

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def limits_from_json(tree: Mapping[str, Any]) -> Limits:
    """Return the limits that `Limits.to_json` told."""
    return Limits(**tree)
