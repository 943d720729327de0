"""What an object is made of, as a view is told of it on request: parts with their counts, keypoints, skeleton.

It carries no mesh: counts and names cross the border, triangles do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from myriorama.scenes.assembly.model import ObjectModel


@dataclass(frozen=True)
class SeenPart:
    """One named piece.

    Attributes
    ----------
    slot : str
        Under which a project's materials can replace its own.
    coarse_triangles : int
        Of the mesh that drafts draw in its place; 0 where it has none.
    """

    name: str
    slot: str
    triangles: int
    vertices: int
    coarse_triangles: int


@dataclass(frozen=True)
class SeenKeypoint:
    """A named point, metres in the object's own frame."""

    name: str
    position: tuple[float, float, float]
    kind: Literal["surface", "interior"]
    tolerance_m: float


@dataclass(frozen=True)
class Anatomy:
    """Parts and keypoints of one object, in the order of its generator.

    Attributes
    ----------
    skeleton : tuple of (str, str)
        Pairs of keypoint names.
    mass_kg : float or None
        As the generator says it.
    """

    parts: tuple[SeenPart, ...]
    keypoints: tuple[SeenKeypoint, ...]
    skeleton: tuple[tuple[str, str], ...]
    mass_kg: float | None


def anatomy_to_json(model: ObjectModel) -> dict[str, Any]:
    """Return the anatomy of an object as a message."""
    return {
        "parts": [
            [
                part.name,
                part.slot or part.name,
                len(part.mesh.faces),
                len(part.mesh.positions),
                0 if part.coarse is None else len(part.coarse.faces),
            ]
            for part in model.parts
        ],
        "keypoints": [[k.name, [float(v) for v in k.position], k.kind, k.tolerance_m] for k in model.keypoints],
        "skeleton": [list(pair) for pair in model.skeleton],
        "mass_kg": model.mass_kg,
    }


def anatomy_from(told: Mapping[str, Any]) -> Anatomy:
    """Return the anatomy of a message."""
    return Anatomy(
        tuple(SeenPart(*row) for row in told["parts"]),
        tuple(SeenKeypoint(name, (p[0], p[1], p[2]), kind, far) for name, p, kind, far in told["keypoints"]),
        tuple((a, b) for a, b in told["skeleton"]),
        told["mass_kg"],
    )
