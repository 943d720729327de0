"""Exact rays where each has an instant of its own: a rolling shutter, seen by a camera or on things that move.

It answers as `CameraRays` does. No mesh is flattened onto the picture, for there is no one picture to flatten it onto:
each ray meets a thing in the thing's own frame, where that stands at the ray's instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.scenes.assembly.model import Part
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.labels.rays import CameraRays, Indices, crossing, opacity_at, stops_rays

_GROWN: Final = 1e-9
_TOGETHER: Final = 8
_MOST_PAIRS: Final = 500_000


class RollingRays(CameraRays):
    """Where rays from a camera's centre, each at its own instant, first meet an instance where it is then."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._camera = scene.camera
        self._velocities = np.array([i.velocity_m_s for i in scene.instances]).reshape(-1, 3)
        self._places = np.array([i.world_from_object[:3, 3] for i in scene.instances]).reshape(-1, 3)
        self._clusters: dict[tuple[int, int], _Clusters] = {}

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
        rays: list[Indices] = []
        ways: list[F64] = []
        corners: list[F64] = []
        cutouts: list[tuple[Part, Indices, slice]] = []
        count = 0
        for instance, chosen, part in asked:
            if len(chosen) == 0:
                continue
            whole = np.full(len(chosen), instance)
            seats = self._seats(whole, times[chosen])
            along = np.einsum("pij,pj->pi", self._object_from_world[whole], directions_world[chosen])
            for number, piece in enumerate(self._instances[instance].model.parts):
                if (part is not None and number != part) or not stops_rays(piece.material):
                    continue
                ray, face = self._clusters_of(instance, number).near(seats, along)
                if len(ray) == 0:
                    continue
                rays.append(chosen[ray])
                ways.append(along[ray])
                corners.append(piece.mesh.positions[piece.mesh.faces[face]] - seats[ray][:, None])
                if piece.material.alpha == "cutout":
                    cutouts.append((piece, face, slice(count, count + len(ray))))
                count += len(ray)
        if count == 0:
            return nearest
        found = np.concatenate(rays)
        weights, t = crossing(np.concatenate(ways), np.concatenate(corners))
        met = t > 0
        for piece, face, own in cutouts:
            uv = np.einsum("hk,hkc->hc", weights[own], piece.mesh.uv[piece.mesh.faces[face]].astype(np.float64))
            met[own] &= opacity_at(piece.material, uv) >= piece.material.alpha_cutoff
        np.minimum.at(nearest, found[met], t[met])
        return nearest

    def _clusters_of(self, instance: int, number: int) -> _Clusters:
        found = self._clusters.get((instance, number))
        if found is None:
            mesh = self._instances[instance].model.parts[number].mesh
            found = self._clusters[instance, number] = _Clusters.of(mesh)
        return found


@dataclass(frozen=True, eq=False)
class _Clusters:
    """Balls about a mesh's triangles, some at a time: neighbours in its list are mostly neighbours in space.

    Attributes
    ----------
    middles : (B, 3) float64
        In the object's frame.
    squares : (B,) float64
        Of the radii, a little grown.
    faces : int
        How many triangles there are.
    """

    middles: F64
    squares: F64
    faces: int

    @classmethod
    def of(cls, mesh: Mesh) -> _Clusters:
        corners = mesh.positions[mesh.faces].astype(np.float64)
        starts = np.arange(0, len(corners), _TOGETHER)
        low = np.minimum.reduceat(corners.min(axis=1), starts)
        high = np.maximum.reduceat(corners.max(axis=1), starts)
        radii = np.linalg.norm(high - low, axis=1) / 2
        grown = radii + _GROWN * (1.0 + np.abs(corners).max(initial=0.0))
        return cls((low + high) / 2, grown**2, len(corners))

    def near(self, seats: F64, ways: F64) -> tuple[Indices, Indices]:
        """Return the pairs of line, by its seat and way (R, 3), and triangle that may meet."""
        unit = ways / np.linalg.norm(ways, axis=1)[:, None]
        step = max(1, _MOST_PAIRS // len(self.middles))
        met = [self._beside(seats[n : n + step], unit[n : n + step]) for n in range(0, len(seats), step)]
        ray = np.concatenate([n * step + ray for n, (ray, _) in enumerate(met)])
        cluster = np.concatenate([cluster for _, cluster in met])
        face = (cluster[:, None] * _TOGETHER + np.arange(_TOGETHER)).ravel()
        ray = np.repeat(ray, _TOGETHER)
        return ray[face < self.faces], face[face < self.faces]

    def _beside(self, seats: F64, unit: F64) -> tuple[Indices, Indices]:
        """Return the pairs of line and cluster whose ball the line passes through."""
        away = seats[:, None] - self.middles
        far = np.einsum("rbi,rbi->rb", away, away)
        beside = far - np.einsum("rbi,ri->rb", away, unit) ** 2
        # The difference of two squares is exact to their own rounding only.
        ray, cluster = np.nonzero(beside <= self.squares + _GROWN * far)
        return ray, cluster
