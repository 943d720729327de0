"""What a generator returns: an object made of parts, before it stands anywhere.

It carries no pose, no class and no identity; those come with an instance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np

from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.geometry.mesh import Mesh, frozen_array
from myriorama.scenes.materials.model import Material

Attribute: TypeAlias = float | int | bool | str


@dataclass(frozen=True, eq=False)
class Part:
    """One named piece with one material; it gets a surface id of its own.

    Attributes
    ----------
    slot : str
        Material slot that a project's ``materials`` table can override; defaults to `name`.
    coarse : Mesh or None
        What drafts draw in its place while a hand moves something; labels and finals never use it.
    """

    name: str
    mesh: Mesh
    material: Material
    slot: str = ""
    coarse: Mesh | None = None


@dataclass(frozen=True)
class Keypoint:
    """A named 3D point that belongs to the object.

    Attributes
    ----------
    position : (float, float, float)
        Metres, object frame.
    kind : {"surface", "interior"}
        A surface keypoint lies on the mesh; an interior one ignores its own instance when hidden.
    tolerance_m : float
        How far from the mesh a surface keypoint may lie, metres.
    """

    name: str
    position: tuple[float, float, float]
    kind: Literal["surface", "interior"] = "surface"
    tolerance_m: float = 0.001


@dataclass(frozen=True, eq=False)
class CollisionPiece:
    """A convex piece for physics: the hull of these points.

    Attributes
    ----------
    points : (N, 3) float32
        Metres, object frame; N >= 4, not all in one plane.
    """

    points: F32

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", frozen_array(self.points, np.float32, (None, 3), "collision points"))


@dataclass(frozen=True, eq=False)
class ObjectModel:
    """An object as its generator built it. Origin where it rests on its support, Z up, metres.

    Attributes
    ----------
    parts : tuple of Part
        At least one; names are unique.
    skeleton : tuple of (str, str)
        Pairs of keypoint names that a viewer joins by a line.
    attributes : mapping
        Numbers and words computed from the values (mass_g, growth_stage, ...).
    collision : tuple of CollisionPiece
        Empty means: the convex hull of all parts.
    mass_kg : float or None
        For physics; None means: from the hull's volume at 500 kg/m3.
    """

    parts: tuple[Part, ...]
    keypoints: tuple[Keypoint, ...] = ()
    skeleton: tuple[tuple[str, str], ...] = ()
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}))
    collision: tuple[CollisionPiece, ...] = ()
    mass_kg: float | None = None
    friction: float = 0.6

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("an object needs at least one part")
        names = [p.name for p in self.parts]
        if len(set(names)) != len(names):
            raise ValueError(f"part names must be unique, not {names}")

    @cached_property
    def bounds(self) -> F64:
        """(2, 3) float64: lowest and highest corner over all parts, object frame, metres."""
        every = np.stack([p.mesh.bounds for p in self.parts])
        return np.stack([every[:, 0].min(axis=0), every[:, 1].max(axis=0)])

    @property
    def nbytes(self) -> int:
        """Bytes held by meshes and textures."""
        meshes = sum(m.nbytes for p in self.parts for m in (p.mesh, p.coarse) if m is not None)
        return meshes + sum(t.nbytes for p in self.parts for t in p.material.textures)
