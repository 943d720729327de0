"""Exact rays from the camera centre against the meshes of a scene, for the few points that need one.

This is a witness to the rasterised truth, not a renderer: it answers where single rays meet single
instances, in float64, cutouts included. It never looks at a depth buffer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assembly.model import Part
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.materials.model import Material, Texture

Indices: TypeAlias = npt.NDArray[np.intp]

_NO_HIT: Final = np.inf
_BEHIND_M: Final = 1e-9
_GROWN: Final = 1e-9
_BLOCK: Final = 32
_FEW_PAIRS: Final = 20_000


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
        faces = len(self.low_x)
        if len(x) * faces <= _FEW_PAIRS:
            found = (self.low_x <= x[:, None]) & (self.high_x >= x[:, None])
            found &= (self.low_y <= y[:, None]) & (self.high_y >= y[:, None])
            ray, face = np.nonzero(found)
            return ray, face
        # Neighbours in a mesh's list of faces are mostly neighbours in space: ask blocks of them first.
        low_x, high_x, low_y, high_y = self._blocks
        found = (low_x <= x[:, None]) & (high_x >= x[:, None])
        found &= (low_y <= y[:, None]) & (high_y >= y[:, None])
        ray, block = np.nonzero(found)
        face = (block[:, None] * _BLOCK + np.arange(_BLOCK)).ravel()
        ray = np.repeat(ray, _BLOCK)
        ray, face = ray[face < faces], face[face < faces]
        met = (self.low_x[face] <= x[ray]) & (self.high_x[face] >= x[ray])
        met &= (self.low_y[face] <= y[ray]) & (self.high_y[face] >= y[ray])
        return ray[met], face[met]

    @cached_property
    def _blocks(self) -> tuple[F64, F64, F64, F64]:
        """Boxes of _BLOCK triangles each, as low_x, high_x, low_y, high_y."""
        starts = np.arange(0, len(self.low_x), _BLOCK)
        return (
            np.minimum.reduceat(self.low_x, starts),
            np.maximum.reduceat(self.high_x, starts),
            np.minimum.reduceat(self.low_y, starts),
            np.maximum.reduceat(self.high_y, starts),
        )


class CameraRays:
    """Where rays from the camera's centre first meet an instance.

    Parameters
    ----------
    scene : Scene
        Meshes are prepared when first asked for and kept as long as this object lives.
    """

    def __init__(self, scene: Scene) -> None:
        self._instances = scene.instances
        self._camera_from_world = scene.camera.camera_from_world
        self._views: dict[tuple[int, int], _View] = {}
        count = len(scene.instances)
        poses = np.array([i.world_from_object for i in scene.instances]).reshape(count, 4, 4)
        self._bounds = np.array([i.model.bounds for i in scene.instances]).reshape(count, 2, 3)
        self._object_from_world = np.linalg.inv(poses[:, :3, :3])
        away = scene.camera.world_from_camera[:3, 3] - poses[:, :3, 3]
        self._eyes = np.einsum("nij,nj->ni", self._object_from_world, away)
        self._low, self._high = _shadows(self._camera_from_world @ poses, self._bounds)

    def candidates(self, directions_world: F64, times_s: F64 | None = None) -> tuple[Indices, Indices]:
        """Return the pairs of ray and instance that may meet before t = 1, by the instances' own boxes.

        Parameters
        ----------
        directions_world : (R, 3) float64
            Not normalised: t = 1 is the ray's target. Each points to the front of the camera.
        times_s : (R,) float64 or None
            Each ray's instant. It matters to `RollingRays` alone: here camera and things stand still.

        Returns
        -------
        ray, instance : (P,) int
            Sorted by instance, then by ray.
        """
        d_camera = directions_world @ self._camera_from_world[:3, :3].T
        x, y = d_camera[:, 0] / d_camera[:, 2], d_camera[:, 1] / d_camera[:, 2]
        beneath = (self._low[:, :1] <= x) & (self._high[:, :1] >= x)
        beneath &= (self._low[:, 1:] <= y) & (self._high[:, 1:] >= y)
        instance, ray = np.nonzero(beneath)
        met = self._through_boxes(instance, directions_world[ray], self._eyes[instance])
        return ray[met], instance[met]

    def _through_boxes(self, instance: Indices, directions_world: F64, eyes: F64) -> Indices:
        """Return which of P pairs meet before t = 1: an instance's box, a direction, a start in its frame."""
        d = np.einsum("pij,pj->pi", self._object_from_world[instance], directions_world)
        slack = 1e-6 * (1.0 + np.abs(self._bounds).max(axis=(1, 2), initial=0.0))[instance, None]
        low = self._bounds[instance, 0] - slack - eyes
        high = self._bounds[instance, 1] + slack - eyes
        parallel = np.abs(d) < 1e-300
        safe = np.where(parallel, 1.0, d)
        first, second = low / safe, high / safe
        beside = (parallel & ((low > 0) | (high < 0))).any(axis=1)
        enter = np.where(parallel, -np.inf, np.minimum(first, second)).max(axis=1, initial=-np.inf)
        leave = np.where(parallel, np.inf, np.maximum(first, second)).min(axis=1, initial=np.inf)
        return np.flatnonzero((enter <= leave) & (leave > 0) & (enter < 1.0) & ~beside)

    def first_hit(
        self, instance: int, directions_world: F64, part: int | None = None, times_s: F64 | None = None
    ) -> F64:
        """Return where rays first meet an instance, or one part of it; see `first_hits`.

        Parameters
        ----------
        instance : int
            Index into Scene.instances.
        directions_world : (R, 3) float64
        part : int or None
            None means all parts.
        times_s : (R,) float64 or None
        """
        return self.first_hits([(instance, np.arange(len(directions_world)), part)], directions_world, times_s)

    def first_hits(
        self, asked: Sequence[tuple[int, Indices, int | None]], directions_world: F64, times_s: F64 | None = None
    ) -> F64:
        """Return where rays first meet what each is asked about.

        Parameters
        ----------
        asked : sequence of (instance, (K,) int, part or None)
            Which rays to try on an instance, or on one part of it. A ray may be asked about several.
        directions_world : (R, 3) float64
            Not normalised; each points to the front of the camera.
        times_s : (R,) float64 or None
            Each ray's instant. It matters to `RollingRays` alone: here camera and things stand still.

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
                if (part is not None and number != part) or not stops_rays(piece.material):
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
        weights, t = crossing(d[ray], np.concatenate(corners))
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


def _shadows(camera_from_object: F64, bounds: F64) -> tuple[F64, F64]:
    """Return the box, low and high (N, 2), of each object's own box on the plane z = 1; boundless behind the camera."""
    bits = np.array([[k & 1, k >> 1 & 1, k >> 2 & 1] for k in range(8)])
    local = bounds[:, None, 0] + bits * (bounds[:, None, 1] - bounds[:, None, 0])
    corners = local @ camera_from_object[:, :3, :3].transpose(0, 2, 1) + camera_from_object[:, None, :3, 3]
    z = corners[:, :, 2:]
    behind = (z <= _BEHIND_M).any(axis=(1, 2))
    flat = corners[:, :, :2] / np.where(z <= _BEHIND_M, 1.0, z)
    low, high = flat.min(axis=1), flat.max(axis=1)
    low[behind], high[behind] = -np.inf, np.inf
    grown = 1e-6 * (1.0 + high - low)
    grown[behind] = 0.0
    return low - grown, high + grown


def stops_rays(material: Material) -> bool:
    """Return whether a surface of this material is met at all: see-through ones are not."""
    return not (material.alpha == "transparent" and material.label_policy == "see_through")


def crossing(d: F64, corners: F64) -> tuple[F64, F64]:
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
