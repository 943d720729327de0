"""Ground projections: convex outlines of objects seen from above, and whether two of them are apart.

An outline is the exact convex hull. Holes and bays are filled: a mug's outline takes its handle into the hull.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assembly.model import ObjectModel
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import Mesh

_SIEVE: Final = 64
_ANGLES: Final = np.arange(_SIEVE) * (2.0 * math.pi / _SIEVE)
_DIRECTIONS: Final = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])
_DIRECTIONS.flags.writeable = False
_INSIDE_SLACK_M: Final = 1e-9
_SAME_POINT: Final = 1e-7

_by_mesh: WeakKeyDictionary[Mesh, F64] = WeakKeyDictionary()
_by_first_mesh: WeakKeyDictionary[Mesh, dict[tuple[str, ...], F64]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Footprint:
    """A convex outline on the ground.

    Attributes
    ----------
    corners : (N, 2) float64
        Counter-clockwise, metres, no three in line; two for a segment, one for a point.
    """

    corners: F64

    @cached_property
    def normals(self) -> F64:
        """(N, 2) float64: unit outward normal of the side that starts at each corner."""
        if len(self.corners) < 3:
            along = self.corners[-1] - self.corners[0]
            length = float(np.hypot(*along))
            ahead = along / length if length > 0 else np.array([1.0, 0.0])
            left = np.array([-ahead[1], ahead[0]])
            return np.stack([ahead, left, -ahead, -left])
        sides = np.roll(self.corners, -1, axis=0) - self.corners
        out: F64 = np.stack([sides[:, 1], -sides[:, 0]], axis=1) / np.hypot(sides[:, 0], sides[:, 1])[:, None]
        return out

    @cached_property
    def reaches(self) -> F64:
        """(N,) float64: how far the outline goes along each normal from the origin, metres."""
        out: F64 = (self.corners @ self.normals.T).max(axis=0)
        return out

    @cached_property
    def box(self) -> F64:
        """(2, 2) float64: lowest and highest corner, metres."""
        return np.stack([self.corners.min(axis=0), self.corners.max(axis=0)])

    @cached_property
    def area_m2(self) -> float:
        """Area, square metres."""
        x, y = self.corners.T
        return 0.5 * float(x @ np.roll(y, -1) - y @ np.roll(x, -1))

    def moved(self, x: float, y: float) -> Footprint:
        """Return the outline shifted by (x, y) metres."""
        return Footprint(self.corners + np.array([x, y]))

    def turned(self, yaw_deg: float, scale: float = 1.0) -> Footprint:
        """Return the outline scaled and turned about the origin, counter-clockwise."""
        cos, sin = scale * math.cos(math.radians(yaw_deg)), scale * math.sin(math.radians(yaw_deg))
        return Footprint(self.corners @ np.array([[cos, sin], [-sin, cos]]))

    def contains(self, points: F64) -> npt.NDArray[np.bool_]:
        """Return whether each of the points, (N, 2) metres, is inside or on the outline, (N,) bool."""
        return np.asarray((points @ self.normals.T <= self.reaches + _INSIDE_SLACK_M).all(axis=1), dtype=np.bool_)

    def is_apart(self, other: Footprint, gap_m: float) -> bool:
        """Return whether two outlines share no point and are at least `gap_m` apart."""
        separation = self._separation(other)
        if separation >= gap_m:
            return separation > 0.0
        # Between corner and corner no side's normal shows the whole distance.
        return separation > 0.0 and self.distance(other) >= gap_m

    def distance(self, other: Footprint) -> float:
        """Return the distance between two outlines, metres; 0 where they touch or overlap."""
        if self._separation(other) <= 0.0:
            return 0.0
        return min(_corners_to_sides(self.corners, other.corners), _corners_to_sides(other.corners, self.corners))

    def _separation(self, other: Footprint) -> float:
        """Return the widest gap along any side's normal, positive exactly when they are apart (separating axes)."""
        mine = float(((other.corners @ self.normals.T).min(axis=0) - self.reaches).max())
        theirs = float(((self.corners @ other.normals.T).min(axis=0) - other.reaches).max())
        return max(mine, theirs)


def _corners_to_sides(corners: F64, outline: F64) -> float:
    """Return the least distance from corners, (N, 2), to the sides of an outline, (M, 2)."""
    side = np.roll(outline, -1, axis=0) - outline
    squared = np.maximum((side**2).sum(axis=1), 1e-300)
    offset = corners[:, None] - outline[None]
    along = np.clip((offset * side).sum(axis=2) / squared, 0.0, 1.0)
    away = offset - along[..., None] * side
    return math.sqrt(float((away**2).sum(axis=2).min()))


def footprint_of_points(points: npt.NDArray[np.floating]) -> Footprint:
    """Return the outline of points, (N, 2 or 3), metres; a third coordinate is ignored."""
    return Footprint(_hull(np.asarray(points[:, :2], dtype=np.float64)))


def footprint_of_model(model: ObjectModel, rotation: F64 | None = None, scale: float = 1.0) -> Footprint:
    """Return the outline of an object about its origin.

    Parameters
    ----------
    model : ObjectModel
    rotation : (3, 3) float64 or None
        None: upright as built; the outlines of upright meshes are kept while the mesh lives.
    scale : float
    """
    if rotation is None:
        return Footprint(_upright_together(tuple(p.mesh for p in model.parts)) * scale)
    outlines = [_hull(used_positions(p.mesh) @ rotation[:2].T) for p in model.parts]
    return Footprint((outlines[0] if len(outlines) == 1 else _hull(np.concatenate(outlines))) * scale)


def lowest(model: ObjectModel, rotation: F64) -> float:
    """Return the lowest z of an object turned by `rotation` about its origin, metres, at scale 1."""
    return min(float((used_positions(p.mesh) @ rotation[2]).min()) for p in model.parts)


def highest(model: ObjectModel, rotation: F64) -> float:
    """Return the highest z of an object turned by `rotation` about its origin, metres, at scale 1."""
    return max(float((used_positions(p.mesh) @ rotation[2]).max()) for p in model.parts)


def used_positions(mesh: Mesh) -> F64:
    """Return the positions that a face uses, (N, 3) float64."""
    if len(mesh.faces) * 3 >= len(mesh.positions):
        used = np.zeros(len(mesh.positions), dtype=np.bool_)
        used[mesh.faces] = True
        if used.all():
            return mesh.positions.astype(np.float64)
        return mesh.positions[used].astype(np.float64)
    return mesh.positions[np.unique(mesh.faces)].astype(np.float64)


def _upright(mesh: Mesh) -> F64:
    found = _by_mesh.get(mesh)
    if found is None:
        found = _by_mesh[mesh] = _hull(used_positions(mesh)[:, :2])
    return found


def _upright_together(meshes: tuple[Mesh, ...]) -> F64:
    """Return the hull of upright meshes together, kept while the first of them lives."""
    if len(meshes) == 1:
        return _upright(meshes[0])
    kept = _by_first_mesh.setdefault(meshes[0], {})
    rest = tuple(mesh.key for mesh in meshes[1:])
    found = kept.get(rest)
    if found is None:
        found = kept[rest] = _hull(np.concatenate([_upright(mesh) for mesh in meshes]))
    return found


def _hull(points: F64) -> F64:
    """Return the corners of the convex hull of points, (N, 2), counter-clockwise, without points on its sides.

    A. M. Andrew's monotone chain (1979), after dropping what lies inside the polygon of the points that are furthest
    in 64 directions (the idea of Akl and Toussaint 1978): of thousands of points a few dozen remain.
    """
    if len(points) > _SIEVE:
        furthest = points[np.unique(np.argmax(points @ _DIRECTIONS, axis=0))]
        sieve = Footprint(_chain(furthest))
        if len(sieve.corners) > 2:
            points = points[(points @ sieve.normals.T > sieve.reaches - 1e-12).any(axis=1)]
    return _chain(points)


def _chain(points: F64) -> F64:
    ordered = sorted(set(map(tuple, points.tolist())))
    if len(ordered) < 3:
        return np.array(ordered)
    halves = []
    for run in (ordered, ordered[::-1]):
        half: list[tuple[float, ...]] = []
        for p in run:
            while len(half) > 1 and (
                (half[-1][0] - half[-2][0]) * (p[1] - half[-2][1]) - (half[-1][1] - half[-2][1]) * (p[0] - half[-2][0])
                <= 0.0
            ):
                half.pop()
            half.append(p)
        halves.append(half[:-1])
    corners = np.array(halves[0] + halves[1])
    # Two corners that differ by rounding make a side without a direction.
    long = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T) > _SAME_POINT * np.ptp(corners, axis=0).max()
    distinct: F64 = corners[long]
    return distinct
