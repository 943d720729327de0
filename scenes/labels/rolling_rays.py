"""Exact rays where each has an instant of its own: a rolling shutter, seen by a camera or on things that move.

It answers as `CameraRays` does. No mesh is flattened onto the picture, for there is no one picture to flatten it onto:
each ray meets a thing in the thing's own frame, where that stands at the ray's instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F64
from myriorama.scenes.labels.rays import CameraRays, Indices, crossing, opacity_at, stops_rays

_GROWN: Final = 1e-9


class RollingRays(CameraRays):
    """Where rays from a camera's centre, each at its own instant, first meet an instance where it is then."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._camera = scene.camera
        self._velocities = np.array([i.velocity_m_s for i in scene.instances]).reshape(-1, 3)
        self._places = np.array([i.world_from_object[:3, 3] for i in scene.instances]).reshape(-1, 3)
        self._positions: dict[tuple[int, int], F64] = {}

    def _seats(self, instance: Indices, times_s: F64) -> F64:
        """Return the camera's centre in the frames of instances at instants, (P, 3)."""
        away = self._camera.centres(times_s) - self._velocities[instance] * times_s[:, None] - self._places[instance]
        return np.asarray(np.einsum("pij,pj->pi", self._object_from_world[instance], away))

    def candidates(self, directions_world: F64, times_s: F64 | None = None) -> tuple[Indices, Indices]:
        """Return the pairs of ray and instance that may meet before t = 1; see `CameraRays.candidates`."""
        times = np.zeros(len(directions_world)) if times_s is None else times_s
        count = len(self._instances)
        instance = np.repeat(np.arange(count), len(times))
        ray = np.tile(np.arange(len(times)), count)
        met = self._through_boxes(instance, directions_world[ray], self._seats(instance, times[ray]))
        return ray[met], instance[met]

    def first_hits(
        self, asked: Sequence[tuple[int, Indices, int | None]], directions_world: F64, times_s: F64 | None = None
    ) -> F64:
        """Return where rays first meet what each is asked about; see `CameraRays.first_hits`."""
        times = np.zeros(len(directions_world)) if times_s is None else times_s
        nearest = np.full(len(directions_world), np.inf)
        for instance, chosen, part in asked:
            whole = np.full(len(chosen), instance)
            seats = self._seats(whole, times[chosen])
            ways = np.einsum("pij,pj->pi", self._object_from_world[whole], directions_world[chosen])
            for number, piece in enumerate(self._instances[instance].model.parts):
                if (part is not None and number != part) or not stops_rays(piece.material):
                    continue
                positions = self._positions.get((instance, number))
                if positions is None:
                    positions = self._positions[instance, number] = piece.mesh.positions.astype(np.float64)
                for ray, seat, way in zip(chosen.tolist(), seats, ways, strict=True):
                    face = _faces_beside(positions, piece.mesh.faces, seat, way)
                    if len(face) == 0:
                        continue
                    corners = positions[piece.mesh.faces[face]] - seat
                    weights, t = crossing(np.broadcast_to(way, (len(face), 3)), corners)
                    met = t > 0
                    if piece.material.alpha == "cutout":
                        uv = np.einsum("hk,hkc->hc", weights, piece.mesh.uv[piece.mesh.faces[face]].astype(np.float64))
                        met &= opacity_at(piece.material, uv) >= piece.material.alpha_cutoff
                    nearest[ray] = min(float(nearest[ray]), float(t[met].min(initial=np.inf)))
        return nearest


def _faces_beside(positions: F64, faces: np.ndarray, seat: F64, way: F64) -> Indices:
    """Return the faces whose box, seen along a line, holds the line: all that it may meet."""
    # Two directions across the line: the axis least along it makes the first sound.
    axis = np.zeros(3)
    axis[int(np.abs(way).argmin())] = 1.0
    across = np.cross(way, axis)
    across /= np.linalg.norm(across)
    other = np.cross(way / np.linalg.norm(way), across)
    kept: Indices = np.arange(len(faces))
    for direction in (across, other):
        flat = positions @ direction - seat @ direction
        slack = _GROWN * (1.0 + float(np.abs(flat).max(initial=0.0)))
        corners = flat[faces[kept]]
        kept = kept[(corners.min(axis=1) <= slack) & (corners.max(axis=1) >= -slack)]
    return kept
