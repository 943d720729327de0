"""Exact rays from the camera centre against the meshes of a scene, for the few points that need one.

This is a witness to the rasterised truth, not a renderer: it answers where single rays meet single
instances, in float64, cutouts included. It never looks at a depth buffer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.scenes.assembly.model import Part
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.materials.model import Material, Texture

_NO_HIT: Final = np.inf


@dataclass(frozen=True, eq=False)
class _Cone:
    """A mesh as seen from one point: corners relative to it, and the planes through it and each edge.

    A ray from the point with direction d passes a triangle where d . (b x c), d . (c x a) and
    d . (a x b) have one sign; the three values are its barycentric weights up to scale, and
    a . (b x c) over their sum is its distance in units of d.
    """

    bc: F64
    ca: F64
    ab: F64
    volume: F64

    @classmethod
    def of(cls, mesh: Mesh, eye: F64) -> _Cone:
        relative = mesh.positions.astype(np.float64) - eye
        xyz = np.ascontiguousarray(relative.T)
        corners = [[axis[mesh.faces[:, k]] for axis in xyz] for k in range(3)]
        a, b, c = corners
        bc, ca, ab = _cross(b, c), _cross(c, a), _cross(a, b)
        return cls(bc, ca, ab, a[0] * bc[0] + a[1] * bc[1] + a[2] * bc[2])


def _cross(p: list[F64], q: list[F64]) -> F64:
    """Return (3, T) cross products; p x q and q x p differ in sign alone, so shared edges leave no gap."""
    return np.stack([p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]])


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
        self._cones: dict[tuple[int, int], _Cone] = {}
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
        """Return where rays first meet an instance, or one part of it.

        Parameters
        ----------
        instance : int
            Index into Scene.instances.
        directions_world : (R, 3) float64
            Not normalised.
        part : int or None
            None means all parts.

        Returns
        -------
        (R,) float64
            In units of the direction's length; inf where the ray misses. What a cutout removes, and
            what a see-through material lets pass, is not met.
        """
        nearest = np.full(len(directions_world), _NO_HIT)
        d = directions_world @ self._object_from_world[instance].T
        for number, piece in enumerate(self._instances[instance].model.parts):
            if part is None or number == part:
                np.minimum(nearest, self._part_hit(instance, number, piece, d), out=nearest)
        return nearest

    def _part_hit(self, instance: int, number: int, part: Part, d: F64) -> F64:
        nearest = np.full(len(d), _NO_HIT)
        material = part.material
        if material.alpha == "transparent" and material.label_policy == "see_through":
            return nearest
        cone = self._cones.get((instance, number))
        if cone is None:
            cone = self._cones[instance, number] = _Cone.of(part.mesh, self._eyes[instance])
        u, v, w = d @ cone.bc, d @ cone.ca, d @ cone.ab
        ray, face = np.nonzero(((u >= 0) & (v >= 0) & (w >= 0)) | ((u <= 0) & (v <= 0) & (w <= 0)))
        if len(ray) == 0:
            return nearest
        weights = np.stack([u[ray, face], v[ray, face], w[ray, face]], axis=1)
        total = weights.sum(axis=1)
        # A triangle seen exactly edge-on has no inside; its neighbours carry the edge.
        solid = total != 0
        ray, face, weights, total = ray[solid], face[solid], weights[solid] / total[solid, None], total[solid]
        t = cone.volume[face] / total
        met = t > 0
        if material.alpha == "cutout":
            uv = np.einsum("hk,hkc->hc", weights, part.mesh.uv[part.mesh.faces[face]].astype(np.float64))
            met &= opacity_at(material, uv) >= material.alpha_cutoff
        np.minimum.at(nearest, ray[met], t[met])
        return nearest


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
