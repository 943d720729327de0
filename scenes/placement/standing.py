"""What stands already, as a placement sees it: how high the top is under a point, and what is in the way above it.

Every standing object is a few convex pieces: its generator's collision pieces, or one hull for each of its parts. A
hollow part without collision pieces therefore counts as full.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from myriorama.scenes.assembly.model import ObjectModel
from myriorama.scenes.assembly.scene import Instance
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.placement.footprint import Footprint, footprint_of_model, footprint_of_points, used_positions
from myriorama.scenes.placement.poses import scale_of

TOUCHING_M: Final = 5e-4
"""What reaches less than this above a support does not stand in the way on it."""

_MANY_POINTS: Final = 64
_UPRIGHT_COS: Final = 1.0 - 1e-12
_hull_points: WeakKeyDictionary[Mesh, F64] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class _Piece:
    """A convex piece in the world: its corners, (N, 3) float64 metres."""

    points: F64

    @cached_property
    def outline(self) -> Footprint:
        return footprint_of_points(self.points)

    @cached_property
    def upper_planes(self) -> F64:
        return _upper_planes(self.points)


class Standing:
    """The standing instances, asked for heights and obstacles.

    Parameters
    ----------
    instances : sequence of Instance
    """

    def __init__(self, instances: Sequence[Instance]) -> None:
        self._instances = tuple(instances)
        self._pieces: dict[int, tuple[_Piece, ...]] = {}
        self._obstacles: dict[tuple[float, float], tuple[Obstacle, ...]] = {}

    def tops_at(self, points: F64) -> tuple[F64, tuple[str, ...]]:
        """Return the highest surface straight under each point.

        Parameters
        ----------
        points : (N, 2) float64
            World x, y, metres.

        Returns
        -------
        heights : (N,) float64
            World z, metres; -inf where nothing is under the point.
        owners : tuple of str
            Name of what is there; empty where nothing is.
        """
        heights = np.full(len(points), -np.inf)
        owners = np.full(len(points), -1)
        for number, instance in enumerate(self._instances):
            box = instance.world_bounds
            near = ((points >= box[0, :2]) & (points <= box[1, :2])).all(axis=1) & (heights < box[1, 2])
            if not near.any():
                continue
            for piece in self._pieces_of(number):
                under = np.nonzero(near)[0]
                under = under[piece.outline.contains(points[under])]
                planes = piece.upper_planes
                z = ((-planes[:, 3] - points[under] @ planes[:, :2].T) / planes[:, 2]).min(axis=1)
                higher = z > heights[under]
                heights[under[higher]] = z[higher]
                owners[under[higher]] = number
        return heights, tuple(self._instances[o].group_name if o >= 0 else "" for o in owners)

    def obstacles_between(self, support_m: float, top_m: float) -> tuple[Obstacle, ...]:
        """Return what stands in the way of things between two heights, world z in metres.

        Of an object that is partly below the support only what is above counts, cut exactly piece by piece: a
        conveyor's side rails are obstacles on its belt, its legs are not.
        """
        key = (round(support_m, 6), round(top_m, 6))
        found = self._obstacles.get(key)
        if found is None:
            out: list[Obstacle] = []
            floor = support_m + TOUCHING_M
            for number, instance in enumerate(self._instances):
                low, high = instance.world_bounds[:, 2]
                if high <= floor or low >= top_m:
                    continue
                if low >= support_m - TOUCHING_M:
                    out.append(Obstacle(instance.group_name, outline_of(instance)))
                    continue
                for piece in self._pieces_of(number):
                    z = piece.points[:, 2]
                    if z.max() > floor and z.min() < top_m:
                        out.append(Obstacle(instance.group_name, _cut(piece.points, floor)))
            found = self._obstacles[key] = tuple(out)
        return found

    def _pieces_of(self, number: int) -> tuple[_Piece, ...]:
        found = self._pieces.get(number)
        if found is None:
            instance = self._instances[number]
            linear, shift = instance.world_from_object[:3, :3], instance.world_from_object[:3, 3]
            found = tuple(_Piece(points @ linear.T + shift) for points in convex_pieces(instance.model))
            self._pieces[number] = found
        return found


@dataclass(frozen=True, eq=False)
class Obstacle:
    """Something in the way: what it is called, and its outline in the world."""

    name: str
    outline: Footprint


def outline_of(instance: Instance) -> Footprint:
    """Return an instance's outline in the world."""
    pose = instance.world_from_object
    scale = scale_of(pose)
    rotation = pose[:3, :3] / scale
    if rotation[2, 2] > _UPRIGHT_COS:
        yaw_deg = math.degrees(math.atan2(rotation[1, 0], rotation[0, 0]))
        return footprint_of_model(instance.model).turned(yaw_deg, scale).moved(pose[0, 3], pose[1, 3])
    return footprint_of_model(instance.model, rotation, scale).moved(pose[0, 3], pose[1, 3])


def convex_pieces(model: ObjectModel) -> tuple[F64, ...]:
    """Return the corners of an object's convex pieces, each (N, 3) float64, object frame, metres.

    Its collision pieces where its generator gave some; otherwise the hull of each part.
    """
    if model.collision:
        return tuple(c.points.astype(np.float64) for c in model.collision)
    return tuple(hull_points(p.mesh) for p in model.parts)


def solid_points(model: ObjectModel) -> tuple[F64, ...]:
    """Return points whose hulls are an object's convex pieces, as `convex_pieces` does, without finding the corners."""
    if model.collision:
        return tuple(c.points.astype(np.float64) for c in model.collision)
    return tuple(used_positions(p.mesh) for p in model.parts)


def hull_points(mesh: Mesh) -> F64:
    """Return the corners of a mesh's convex hull, (N, 3) float64; all its points where it is flat."""
    found = _hull_points.get(mesh)
    if found is None:
        points = np.unique(used_positions(mesh), axis=0)
        if len(points) > _MANY_POINTS:
            from scipy.spatial import ConvexHull, QhullError  # heavy, and only needed for large stage meshes

            try:
                points = points[np.sort(ConvexHull(points).vertices)]
            except QhullError:  # a flat mesh has no volume to wrap: an outline says as much
                if np.ptp(points[:, 2]) == 0:
                    corners = footprint_of_points(points).corners
                    points = np.column_stack([corners, np.full(len(corners), points[0, 2])])
        found = _hull_points[mesh] = points
    return found


def _upper_planes(points: F64) -> F64:
    """Return (F, 4) planes n . p + d = 0 of the hull's faces that look up; its highest level where it is flat."""
    level = np.array([[0.0, 0.0, 1.0, -float(points[:, 2].max())]])
    if len(points) < 4 or float(np.ptp(points[:, 2])) < 1e-9:
        return level
    from scipy.spatial import ConvexHull, QhullError  # heavy, and only needed once something is asked

    try:
        planes: F64 = np.unique(np.round(ConvexHull(points).equations, 12), axis=0)
    except QhullError:
        return level
    upper = planes[planes[:, 2] > 1e-6]
    return upper if len(upper) else level


def _cut(points: F64, floor_m: float) -> Footprint:
    """Return the outline of the part of a convex piece above a height.

    Its corners are those above, and where segments from those above to those below cross the height: every such
    segment lies in the piece, and the hull's edges are among them.
    """
    if points[:, 2].min() > floor_m:
        return footprint_of_points(points)
    above = points[points[:, 2] > floor_m]
    below = points[points[:, 2] <= floor_m]
    share = (above[:, None, 2] - floor_m) / (above[:, None, 2] - below[None, :, 2])
    crossing = above[:, None, :2] + share[..., None] * (below[None, :, :2] - above[:, None, :2])
    return footprint_of_points(np.concatenate([above[:, :2], crossing.reshape(-1, 2)]))
