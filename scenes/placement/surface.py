"""Where a plumb line meets what stands: heights and slopes of the very meshes, not of their collision pieces.

A stem must leave the soil where the picture shows the soil. It looks straight down only, and draws nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from myriorama.scenes.assembly.scene import Instance
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import Mesh

_CELLS: Final = 128
_EDGE: Final = 1e-9
_bins: WeakKeyDictionary[Mesh, _Bins] = WeakKeyDictionary()


def ground_of(standing: Sequence[Instance]) -> tuple[Instance, ...]:
    """Return what things stand on: all that has a stuff class (a soil, a table); everything where nothing has one.

    A plant that stands already is no ground for the next, though its leaf may lie under the plumb line.
    """
    stuff = tuple(i for i in standing if i.kind == "stuff")
    return stuff or tuple(standing)


def surface_under(instances: Sequence[Instance], places_m: F64) -> F64:
    """Return the height of the highest surface under each place.

    Parameters
    ----------
    instances : sequence of Instance
        All their parts count, cutouts as if they were whole.
    places_m : (N, 2) float64
        World x, y, metres.

    Returns
    -------
    (N,) float64
        World z, metres; -inf where a plumb line meets nothing.
    """
    heights = np.full(len(places_m), -np.inf)
    for instance in instances:
        low, high = instance.world_bounds
        near = np.flatnonzero(((places_m >= low[:2]) & (places_m <= high[:2])).all(axis=1) & (heights < high[2]))
        if not len(near):
            continue
        pose = instance.world_from_object
        upright = pose[2, 0] == pose[2, 1] == pose[0, 2] == pose[1, 2] == 0.0
        for part in instance.model.parts:
            if upright:
                # The plumb line stays one in the object's frame: the mesh's own bins serve every pose.
                back = np.linalg.inv(pose[:2, :2])
                found = _bins_of(part.mesh).heights((places_m[near] - pose[:2, 3]) @ back.T) * pose[2, 2] + pose[2, 3]
            else:
                corners = part.mesh.positions.astype(np.float64) @ pose[:3, :3].T + pose[:3, 3]
                found = _Bins(corners, part.mesh.faces).heights(places_m[near])
            heights[near] = np.maximum(heights[near], found)
    return heights


def slopes_under(instances: Sequence[Instance], places_m: F64, reach_m: float) -> F64:
    """Return the mean slope about each place, (N, 2) float64 as dz/dx, dz/dy, from four plumb lines `reach_m` away.

    A side without a surface is left out; where both sides of a direction lack one, it counts as level.
    """
    steps = np.array([(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)]) * reach_m
    around = (places_m[:, None] + steps).reshape(-1, 2)
    z = surface_under(instances, around).reshape(-1, 2, 2)
    middle = surface_under(instances, places_m)
    out = np.zeros((len(places_m), 2))
    for axis in range(2):
        ahead, behind = z[:, axis, 0], z[:, axis, 1]
        a, b = np.isfinite(ahead), np.isfinite(behind)
        span = reach_m * (a.astype(np.float64) + b)
        here = np.isfinite(middle)
        level = np.where(here, middle, 0.0)
        rise = np.where(a, ahead, level) - np.where(b, behind, level)
        known = (a & b) | ((a | b) & here)
        out[known, axis] = rise[known] / span[known]
    return out


class _Bins:
    """The triangles of a mesh, found by where they are seen from above.

    Parameters
    ----------
    corners : (V, 3) float64
    faces : (F, 3) uint32
    """

    def __init__(self, corners: F64, faces: np.ndarray) -> None:
        triangles = corners[faces]
        a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
        twice = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
        # Seen on edge a triangle covers nothing; its rims belong to its neighbours too.
        flat = np.abs(twice) > 1e-16
        self._triangles, self._twice = triangles[flat], twice[flat]
        plan = self._triangles[..., :2]
        low, high = plan.min(axis=1), plan.max(axis=1)
        self._low = low.min(axis=0) if len(low) else np.zeros(2)
        span = (high.max(axis=0) if len(high) else np.ones(2)) - self._low
        self._step = np.maximum(span / _CELLS, 1e-9)
        first, last = self._cell(low), self._cell(high)
        wide = last - first + 1
        count = wide[:, 0] * wide[:, 1]
        owner = np.repeat(np.arange(len(count)), count)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
        column = first[owner, 0] + within % wide[owner, 0]
        row = first[owner, 1] + within // wide[owner, 0]
        cell = row * _CELLS + column
        order = np.argsort(cell, kind="stable")
        self._owner = owner[order]
        self._starts = np.searchsorted(cell[order], np.arange(_CELLS * _CELLS + 1))

    def _cell(self, places: F64) -> np.ndarray:
        return np.clip(np.floor((places - self._low) / self._step), 0, _CELLS - 1).astype(np.int64)

    def heights(self, places: F64) -> F64:
        """Return the highest z over each place, (N,); -inf where there is none."""
        column, row = self._cell(places).T
        cell = row * _CELLS + column
        begin, count = self._starts[cell], self._starts[cell + 1] - self._starts[cell]
        place = np.repeat(np.arange(len(places)), count)
        within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
        triangle = self._owner[begin[place] + within]
        a, b, c = (self._triangles[triangle, k] for k in range(3))
        p = places[place]
        twice = self._twice[triangle]
        wb = ((p[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (p[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])) / twice
        wc = ((b[:, 0] - a[:, 0]) * (p[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (p[:, 0] - a[:, 0])) / twice
        inside = (wb >= -_EDGE) & (wc >= -_EDGE) & (wb + wc <= 1 + _EDGE)
        z = a[:, 2] + wb * (b[:, 2] - a[:, 2]) + wc * (c[:, 2] - a[:, 2])
        out = np.full(len(places), -np.inf)
        np.maximum.at(out, place[inside], z[inside])
        return out


def _bins_of(mesh: Mesh) -> _Bins:
    found = _bins.get(mesh)
    if found is None:
        found = _bins[mesh] = _Bins(mesh.positions.astype(np.float64), mesh.faces)
    return found
