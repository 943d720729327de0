"""Rays of pixel centres, brought into an item's own frame at each row's instant, to their first opaque hit.

Cutouts are asked by the one alpha test of the labels, and what is cut lets the ray go on behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.labels.rays import opacity_at
from myriorama.scenes.rendering.optics.bvh import Hits, MeshTracer
from myriorama.scenes.rendering.optics.item import Item
from myriorama.scenes.rendering.optics.lens_plane import Rect
from myriorama.scenes.rendering.optics.moments import poses_at
from myriorama.scenes.rendering.optics.tiles import Reach

_MOST_LAYERS: Final = 256
_STEP: Final = 1e-6
"""Beyond a cut hit a ray goes on by this share of the largest number in its place: Embree's own are float32."""


@dataclass(frozen=True, eq=False)
class Field:
    """The pixels of a rectangle and what they look along.

    Attributes
    ----------
    plane : (2, h, w) float64
        NaN where the lens shows nothing.
    times_s : (h,) or (1,) float64
        Of its rows; one for all where nothing rolls.
    poses : (h, 4, 4) or (1, 4, 4) float64
        world_from_camera.
    lit : (h, w) bool
        Which pixels are asked about.
    """

    rect: Rect
    plane: F64
    times_s: F64
    poses: F64
    lit: Mask

    @classmethod
    def of(cls, camera: Camera, rect: Rect, plane: F64, rolling: bool) -> Field:
        """Return the field of a rectangle whose plane is known."""
        times = camera.row_times(np.arange(rect[1], rect[3], dtype=np.float64) + 0.5) if rolling else np.zeros(1)
        return cls(rect, plane, times, poses_at(camera, times), np.isfinite(plane[0]))

    def crop(self, rect: Rect, reach: Reach, number: int) -> Field:
        """Return the field of a rectangle inside this one, of the pixels alone that look into an item's box."""
        x0, y0, x1, y1 = rect
        rows = slice(y0 - self.rect[1], y1 - self.rect[1])
        columns = slice(x0 - self.rect[0], x1 - self.rect[0])
        plane = self.plane[:, rows, columns]
        one = len(self.times_s) == 1 and self.rect[3] - self.rect[1] != 1
        return Field(
            rect,
            plane,
            self.times_s if one else self.times_s[rows],
            self.poses if one else self.poses[rows],
            reach.within(number, rect, plane),
        )

    def rays(self, item: Item) -> tuple[F64, F64, npt.NDArray[np.intp]]:
        """Return origins (3,) or (P, 3) and directions (P, 3) in an item's frame, and which pixels they belong to."""
        width = self.plane.shape[2]
        turns = item.object_from_world @ self.poses[:, :3, :3]
        places = item.world_from_object[:3, 3] + item.velocity * self.times_s[:, None]
        eyes = (self.poses[:, :3, 3] - places) @ item.object_from_world.T
        pixels = np.flatnonzero(self.lit)
        whole = len(pixels) == self.lit.size
        x, y = (p.ravel() if whole else p.ravel()[pixels] for p in self.plane)
        still = len(eyes) == 1
        row = None if still else pixels // width
        # Written out: a matrix library would start its threads for these three columns.
        directions = np.empty((len(pixels), 3))
        for k in range(3):
            a, b, c = (turns[0, k, n] if row is None else turns[row, k, n] for n in range(3))
            np.multiply(x, a, out=directions[:, k])
            directions[:, k] += y * b
            directions[:, k] += c
        return (eyes[0] if row is None else eyes[row]), directions, pixels


def cast(field: Field, item: Item, tracer: MeshTracer) -> Hits:
    """Return where the rays of a field first meet what an item leaves opaque; `ray` counts the rectangle's pixels."""
    origins, directions, pixels = field.rays(item)
    hits = tracer.first_hits(origins, directions)
    if item.material.alpha == "cutout":
        hits = _beyond_cuts(item, tracer, origins, directions, hits)
    return Hits(pixels[hits.ray], hits.face, hits.t, hits.u, hits.v)


def covered(field: Field, item: Item, tracer: MeshTracer) -> npt.NDArray[np.intp]:
    """Return the pixels of the field's rectangle, row by row, whose rays meet what an item leaves opaque."""
    if item.material.alpha == "cutout":
        return cast(field, item, tracer).ray
    origins, directions, pixels = field.rays(item)
    return np.asarray(pixels[tracer.meets(origins, directions)])


def _beyond_cuts(item: Item, tracer: MeshTracer, origins: F64, directions: F64, hits: Hits) -> Hits:
    found: list[Hits] = []
    for _ in range(_MOST_LAYERS):
        stays = opacity_at(item.material, _uv(item, hits)) >= item.material.alpha_cutoff
        found.append(Hits(hits.ray[stays], hits.face[stays], hits.t[stays], hits.u[stays], hits.v[stays]))
        cut = ~stays
        if not cut.any():
            break
        ray, t = hits.ray[cut], hits.t[cut]
        start = origins if origins.ndim == 1 else origins[ray]
        way = directions[ray]
        at = start + t[:, None] * way
        # In units of t: a step that float32 cannot swallow, whatever the face's slope.
        size = np.maximum(np.abs(start).max(axis=-1), np.abs(at).max(axis=1))
        step = _STEP * size / np.linalg.norm(way, axis=1)
        following = tracer.first_hits(at + step[:, None] * way, way)
        total = following.t + (t + step)[following.ray]
        hits = Hits(ray[following.ray], following.face, total, following.u, following.v)
    else:
        raise RuntimeError(f"a ray met more than {_MOST_LAYERS} cut layers of one part; its mesh is no surface")
    ray = np.concatenate([h.ray for h in found])
    order = np.argsort(ray, kind="stable")
    return Hits(
        ray[order],
        np.concatenate([h.face for h in found])[order],
        np.concatenate([h.t for h in found])[order],
        np.concatenate([h.u for h in found])[order],
        np.concatenate([h.v for h in found])[order],
    )


def _uv(item: Item, hits: Hits) -> F64:
    corners = item.mesh.uv[item.mesh.faces[hits.face]].astype(np.float64)
    u, v = hits.u[:, None].astype(np.float64), hits.v[:, None].astype(np.float64)
    return np.asarray((1.0 - u - v) * corners[:, 0] + u * corners[:, 1] + v * corners[:, 2])
