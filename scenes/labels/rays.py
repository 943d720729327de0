"""Exact rays from the camera centre against the meshes of a scene, for the few points that need one.

This is a witness to the rasterised truth, not a renderer: it answers where single rays meet single
instances, in float64, cutouts included. It never looks at a depth buffer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assembly.model import Part
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.materials.model import Material, Texture

Indices: TypeAlias = npt.NDArray[np.intp]

_NO_HIT: Final = np.inf
_BEHIND_M: Final = 1e-9
_GROWN: Final = 1e-9


@dataclass(frozen=True, eq=False)
class _View:
    """A mesh as seen from the camera.

    Attributes
    ----------
    corners : (V, 3) float64
        Vertices in the camera frame, metres.
    low_x, high_x, low_y, high_y : (T,) float64
        Each triangle's box on the plane z = 1, a little grown; boundless where it reaches behind the camera.
    """

    corners: F64
    low_x: F64
    high_x: F64
    low_y: F64
    high_y: F64

    @classmethod
    def of(cls, mesh: Mesh, camera_from_object: F64) -> _View:
        corners = mesh.positions @ camera_from_object[:3, :3].T + camera_from_object[:3, 3]
        z = corners[:, 2]
        behind = z <= _BEHIND_M
        safe = np.where(behind, 1.0, z) if behind.any() else z
        a, b, c = mesh.faces.T
        boxes = []
        for flat in (corners[:, 0] / safe, corners[:, 1] / safe):
            p, q, r = flat[a], flat[b], flat[c]
            low, high = np.minimum(np.minimum(p, q), r), np.maximum(np.maximum(p, q), r)
            boxes += [low - _GROWN * (1.0 + np.abs(low)), high + _GROWN * (1.0 + np.abs(high))]
        if behind.any():
            reaches = behind[a] | behind[b] | behind[c]
            for limit, value in zip(boxes, (-np.inf, np.inf, -np.inf, np.inf), strict=True):
                limit[reaches] = value
        return cls(corners, *boxes)

    def near(self, x: F64, y: F64) -> tuple[Indices, Indices]:
        """Return the pairs of ray and triangle that may meet; rays by their place (K,) on the plane z = 1."""
        found = (self.low_x <= x[:, None]) & (self.high_x >= x[:, None])
        found &= (self.low_y <= y[:, None]) & (self.high_y >= y[:, None])
        ray, face = np.nonzero(found)
        return ray, face


class CameraRays:
    """Where rays from the camera's centre first meet an instance.

    Parameters
    ----------
    scene : Scene
        Meshes are prepared when first asked for and kept as long as this object lives.
    """

    def __init__(self, scene: Scene) -> None:
        self._instances = scene.instances
        self._eye_world: F64 = scene.camera.world_from_camera[:3, 3]
        self._camera_from_world = scene.camera.camera_from_world
        self._views: dict[tuple[int, int], _View] = {}
        linear = np.stack([i.world_from_object[:3, :3] for i in scene.instances]) if scene.instances else None
        self._object_from_world = np.linalg.inv(linear) if linear is not None else np.zeros((0, 3, 3))
        shift = [self._eye_world - i.world_from_object[:3, 3] for i in scene.instances]
        self._eyes = np.einsum("nij,nj->ni", self._object_from_world, np.stack(shift)) if shift else np.zeros((0, 3))
        self._bounds = np.stack([i.model.bounds for i in scene.instances]) if scene.instances else np.zeros((0, 2, 3))

    def candidates(self, directions_world: F64) -> Mask:
        """Return which rays may meet which instances before t = 1, by their own boxes.

        Parameters
        ----------
        directions_world : (R, 3) float64
            Not normalised: t = 1 is the ray's target.

        Returns
        -------
        (R, I) bool
        """
        d = np.einsum("nij,rj->rni", self._object_from_world, directions_world)
        slack = 1e-6 * (1.0 + np.abs(self._bounds).max(axis=(1, 2), initial=0.0))[:, None]
        low, high = self._bounds[:, 0] - slack - self._eyes, self._bounds[:, 1] + slack - self._eyes
        tiny = np.abs(d) < 1e-300
        safe = np.where(tiny, 1.0, d)
        first, second = low / safe, high / safe
        beside = tiny & ((low > 0) | (high < 0))
        enter = np.where(tiny, -np.inf, np.minimum(first, second)).max(axis=2, initial=-np.inf)
        leave = np.where(tiny, np.inf, np.maximum(first, second)).min(axis=2, initial=np.inf)
        found: Mask = (enter <= leave) & (leave > 0) & (enter < 1.0) & ~beside.any(axis=2)
        return found

    def first_hit(self, instance: int, directions_world: F64, part: int | None = None) -> F64:
        """Return where rays first meet an instance, or one part of it; see `first_hits`.

        Parameters
        ----------
        instance : int
            Index into Scene.instances.
        directions_world : (R, 3) float64
        part : int or None
            None means all parts.
        """
        return self.first_hits([(instance, np.arange(len(directions_world)), part)], directions_world)

    def first_hits(self, asked: Sequence[tuple[int, Indices, int | None]], directions_world: F64) -> F64:
        """Return where rays first meet what each is asked about.

        Parameters
        ----------
        asked : sequence of (instance, (K,) int, part or None)
            Which rays to try on an instance, or on one part of it. A ray may be asked about several.
        directions_world : (R, 3) float64
            Not normalised; each points to the front of the camera.

        Returns
        -------
        (R,) float64
            In units of the direction's length; inf where the ray misses. What a cutout removes, and
            what a see-through material lets pass, is not met.

        Raises
        ------
        ValueError
            A direction does not point to the front.
        """
        nearest = np.full(len(directions_world), _NO_HIT)
        d = directions_world @ self._camera_from_world[:3, :3].T
        if len(d) and float(d[:, 2].min()) <= 0:
            raise ValueError("camera rays must point to the front of the camera")
        x, y = d[:, 0] / d[:, 2], d[:, 1] / d[:, 2]
        rays: list[Indices] = []
        corners: list[F64] = []
        cutouts: list[tuple[Part, Indices, slice]] = []
        count = 0
        for instance, chosen, part in asked:
            for number, piece in enumerate(self._instances[instance].model.parts):
                if (part is not None and number != part) or not _stops_rays(piece.material):
                    continue
                view = self._view(instance, number)
                ray, face = view.near(x[chosen], y[chosen])
                if len(ray) == 0:
                    continue
                rays.append(chosen[ray])
                corners.append(view.corners[piece.mesh.faces[face]])
                if piece.material.alpha == "cutout":
                    cutouts.append((piece, face, slice(count, count + len(ray))))
                count += len(ray)
        if count == 0:
            return nearest
        ray = np.concatenate(rays)
        weights, t = _crossing(d[ray], np.concatenate(corners))
        met = t > 0
        for piece, face, own in cutouts:
            uv = np.einsum("hk,hkc->hc", weights[own], piece.mesh.uv[piece.mesh.faces[face]].astype(np.float64))
            met[own] &= opacity_at(piece.material, uv) >= piece.material.alpha_cutoff
        np.minimum.at(nearest, ray[met], t[met])
        return nearest

    def _view(self, instance: int, number: int) -> _View:
        view = self._views.get((instance, number))
        if view is None:
            placed = self._instances[instance]
            pose = self._camera_from_world @ placed.world_from_object
            view = self._views[instance, number] = _View.of(placed.model.parts[number].mesh, pose)
        return view


def _stops_rays(material: Material) -> bool:
    return not (material.alpha == "transparent" and material.label_policy == "see_through")


def _crossing(d: F64, corners: F64) -> tuple[F64, F64]:
    """Return where rays d (N, 3) from the origin cross triangles (N, 3, 3): weights (N, 3) and distance (N,).

    The signed volumes d . (b x c), d . (c x a) and d . (a x b) have one sign exactly where the ray passes
    between the corners; over their sum they are the weights, and a . (b x c) over it is the distance in
    units of d. p x q and q x p differ in sign alone, so that shared edges leave no gap. A distance of -1
    means no crossing.
    """
    dx, dy, dz = np.ascontiguousarray(d.T)
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = np.ascontiguousarray(corners.transpose(1, 2, 0))
    bc_x, bc_y, bc_z = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
    u = dx * bc_x + dy * bc_y + dz * bc_z
    v = dx * (cy * az - cz * ay) + dy * (cz * ax - cx * az) + dz * (cx * ay - cy * ax)
    w = dx * (ay * bz - az * by) + dy * (az * bx - ax * bz) + dz * (ax * by - ay * bx)
    total = u + v + w
    # A triangle seen exactly edge-on has no inside; its neighbours carry the edge.
    passes = (((u >= 0) & (v >= 0) & (w >= 0)) | ((u <= 0) & (v <= 0) & (w <= 0))) & (total != 0)
    safe = np.where(passes, total, 1.0)
    t = np.where(passes, (ax * bc_x + ay * bc_y + az * bc_z) / safe, -1.0)
    return np.stack([u, v, w], axis=1) / safe[:, None], t


def opacity_at(material: Material, uv: F64) -> F64:
    """Return the opacity of a material at texture coordinates (N, 2), sampled with linear interpolation."""
    texture = material.base_color_texture
    if texture is None or texture.pixels.shape[2] != 4:
        return np.full(len(uv), material.opacity)
    return material.opacity * _sample_alpha(texture, uv * np.array(material.uv_scale))


def _sample_alpha(texture: Texture, uv: F64) -> F64:
    """Return alpha in [0, 1]; v = 0 is the bottom row, texel centres lie at half numbers."""
    alpha = texture.pixels[:, :, 3].astype(np.float64) / 255.0
    height, width = alpha.shape
    x, y = uv[:, 0] * width - 0.5, (1.0 - uv[:, 1]) * height - 0.5
    x0, y0 = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = x - x0, y - y0

    def texel(column: np.ndarray, row: np.ndarray) -> F64:
        repeats = texture.wrap == "repeat"
        inside_row = row % height if repeats else np.clip(row, 0, height - 1)
        inside_column = column % width if repeats else np.clip(column, 0, width - 1)
        found: F64 = alpha[inside_row, inside_column]
        return found

    upper = texel(x0, y0) * (1 - fx) + texel(x0 + 1, y0) * fx
    lower = texel(x0, y0 + 1) * (1 - fx) + texel(x0 + 1, y0 + 1) * fx
    blended: F64 = upper * (1 - fy) + lower * fy
    return blended


def distance_to_mesh(point: F64, mesh: Mesh, limit: float) -> float:
    """Return the distance from a point (3,), object frame, to a mesh; inf where it exceeds `limit`.

    Only triangles whose own box, grown by `limit`, holds the point are measured.
    """
    corners = mesh.positions[mesh.faces].astype(np.float64) - point
    near = (corners.min(axis=1) <= limit).all(axis=1) & (corners.max(axis=1) >= -limit).all(axis=1)
    found = corners[near]
    if len(found) == 0:
        return _NO_HIT
    distance = float(np.sqrt(_squared_distances_from_origin(found).min()))
    return distance if distance <= limit else _NO_HIT


def _squared_distances_from_origin(triangles: F64) -> F64:
    """Return squared distances from the origin to triangles (T, 3, 3): the face's plane, or its three edges."""
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    out = np.minimum(_edge(a, b), np.minimum(_edge(b, c), _edge(c, a)))
    normal = np.cross(b - a, c - a)
    area = np.einsum("ij,ij->i", normal, normal)
    inside = area > 0
    for p, q in ((a, b), (b, c), (c, a)):
        inside &= np.einsum("ij,ij->i", np.cross(q - p, -p), normal) >= 0
    height = np.einsum("ij,ij->i", a, normal)
    return np.where(inside, height**2 / np.where(area > 0, area, 1.0), out)


def _edge(p: F64, q: F64) -> F64:
    """Return squared distances from the origin to segments p q, (T, 3) each."""
    along = q - p
    length = np.einsum("ij,ij->i", along, along)
    t = np.clip(-np.einsum("ij,ij->i", p, along) / np.where(length > 0, length, 1.0), 0.0, 1.0)
    closest = p + t[:, None] * along
    squared: F64 = np.einsum("ij,ij->i", closest, closest)
    return squared
