"""The camera as the rasteriser needs it: clip planes from the scene's bounds, and one clip matrix.

It draws nothing. All of it is float64 on the processor; only camera-relative numbers go to the device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.geometry.mesh import Mesh

_FAR_OVER_NEAR: Final = 1e5
_ORDERED: Final = 1024.0
"""Up to this far over near a depth of 24 bits tells surfaces apart, at the far end still by 1e-4 of their distance."""
_CORNERS: Final = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])


@dataclass(frozen=True, eq=False)
class Placement:
    """Where the instances of a scene are, seen from the camera; N instances.

    Attributes
    ----------
    camera_from_object : (N, 4, 4) float64
    low, high : (N, 3) float64
        The object's own box, object frame.
    corners : (N, 8, 3) float64
        Its corners, camera frame, metres.
    """

    camera_from_object: F64
    low: F64
    high: F64
    corners: F64

    @property
    def z_range(self) -> F64:
        """(N, 2) float64: least and greatest camera z of the boxes, metres."""
        z = self.corners[:, :, 2]
        return np.stack([z.min(axis=1), z.max(axis=1)], axis=1) if len(z) else np.zeros((0, 2))


def place(camera: Camera, world_from_object: F64, bounds: F64) -> Placement:
    """Bring instances into the camera frame.

    Parameters
    ----------
    world_from_object : (N, 4, 4) float64
    bounds : (N, 2, 3) float64
        Lowest and highest corner of each object's own box.
    """
    pose = camera.camera_from_world @ world_from_object if len(world_from_object) else np.zeros((0, 4, 4))
    low, high = bounds[:, 0], bounds[:, 1]
    local = low[:, None, :] + _CORNERS[None] * (high - low)[:, None, :]
    corners = local @ pose[:, :3, :3].transpose(0, 2, 1) + pose[:, None, :3, 3]
    return Placement(pose, low, high, corners)


@dataclass(frozen=True, eq=False)
class View:
    """One camera's projection for the device.

    Attributes
    ----------
    near, far : float
        Metres along camera z.
    clip_from_camera : (4, 4) float64
        Row 0 of the image is row 0 of the framebuffer, so no buffer is ever turned over.
    """

    width: int
    height: int
    near: float
    far: float
    fx: float
    fy: float
    cx: float
    cy: float

    @property
    def reaches_far(self) -> bool:
        """Whether surfaces are ordered by the logarithm of their depth, since its inverse is too coarse far away."""
        return self.far > _ORDERED * self.near

    @property
    def order(self) -> tuple[float, float]:
        """What order.glsl takes: 1 / near, and 1 / log2(far / near)."""
        return 1.0 / self.near, 1.0 / float(np.log2(self.far / self.near))

    @property
    def clip_from_camera(self) -> F64:
        return self.clip_of_tile(0, 0)

    def clip_of_tile(self, column: int, row: int) -> F64:
        """Return the clip matrix of the image-sized neighbour `column` images right and `row` images down."""
        n, f = self.near, self.far
        out = np.zeros((4, 4))
        out[0, 0] = 2.0 * self.fx / self.width
        out[0, 2] = 2.0 * self.cx / self.width - 1.0 - 2.0 * column
        out[1, 1] = 2.0 * self.fy / self.height
        out[1, 2] = 2.0 * self.cy / self.height - 1.0 - 2.0 * row
        if self.reaches_far:
            # No far plane, which rounding would lay before the farthest thing; the clip depth orders nothing here.
            out[2, 2], out[2, 3] = 1.0, -2.0 * n
        else:
            out[2, 2] = (f + n) / (f - n)
            out[2, 3] = -2.0 * f * n / (f - n)
        out[3, 2] = 1.0
        return out

    def screen_boxes(self, placement: Placement) -> F64:
        """Return (N, 4) float64: x0, y0, x1, y1 in pixels that hold each instance; infinite where it crosses z = 0."""
        z = placement.corners[:, :, 2]
        front = (z > self.near).all(axis=1)
        safe = np.where(z > self.near, z, 1.0)
        x = self.fx * placement.corners[:, :, 0] / safe + self.cx
        y = self.fy * placement.corners[:, :, 1] / safe + self.cy
        boxes = np.stack([x.min(axis=1), y.min(axis=1), x.max(axis=1), y.max(axis=1)], axis=1)
        boxes[~front] = (-np.inf, -np.inf, np.inf, np.inf)
        # An instance wholly behind the near plane covers nothing.
        boxes[(z <= self.near).all(axis=1)] = (np.inf, np.inf, -np.inf, -np.inf)
        return boxes


def view_of(camera: Camera, placement: Placement, meshes: list[list[Mesh]]) -> tuple[View, Mask]:
    """Choose clip planes that hold all that the camera, or the grid of 3x3 images around it, can see.

    A point at distance d inside the field of view has z >= d cos(widest angle); so the distance to the
    nearest box (to the nearest triangle, where the camera stands inside a box) gives a near plane that
    cuts nothing visible, even where a large ground reaches behind the camera.

    Parameters
    ----------
    meshes : list of list of Mesh
        Of each instance, in order.

    Returns
    -------
    view : View
    outside : (N,) bool
        The camera stands outside the instance's box, and the near plane leaves it whole in sight.
    """
    z = placement.z_range
    ahead = z[:, 1] > 0
    far = float(z[ahead, 1].max()) * 1.01 if ahead.any() else 100.0
    floor = min(1e-3, far / _FAR_OVER_NEAR)
    near = far / 2
    outside = np.zeros(len(z), dtype=np.bool_)
    if ahead.any():
        x_reach = max(camera.cx + camera.width, 2 * camera.width - camera.cx) / camera.fx
        y_reach = max(camera.cy + camera.height, 2 * camera.height - camera.cy) / camera.fy
        cosine = 1.0 / np.sqrt(1.0 + x_reach**2 + y_reach**2)
        eye = _eye_in_object(placement)
        away = _distance_to_boxes(placement, eye)
        nearest = away.copy()
        for i in np.flatnonzero(ahead & (nearest <= 0)):
            scale = _least_scale(placement.camera_from_object[i])
            nearest[i] = min(distance_to_mesh(eye[i], mesh) for mesh in meshes[i]) * scale
        bound = np.maximum(z[:, 0], nearest * cosine)[ahead]
        near = max(floor, min(near, 0.9 * float(bound.min())))
        outside = (away > 0) & (np.maximum(z[:, 0], away * cosine) > near)
    return View(camera.width, camera.height, near, far, camera.fx, camera.fy, camera.cx, camera.cy), outside


def _least_scale(pose: F64) -> float:
    return float(np.linalg.norm(pose[:3, :3], axis=0).min())


def _eye_in_object(placement: Placement) -> F64:
    pose = placement.camera_from_object
    eye = np.linalg.solve(pose[:, :3, :3], -pose[:, :3, 3:])[:, :, 0]
    return np.asarray(eye, dtype=np.float64)


def _distance_to_boxes(placement: Placement, eye: F64) -> F64:
    outside = np.maximum(np.maximum(placement.low - eye, eye - placement.high), 0.0)
    scale = np.linalg.norm(placement.camera_from_object[:, :3, :3], axis=1).min(axis=1)
    return np.asarray(np.linalg.norm(outside, axis=1) * scale)


def distance_to_mesh(point: F64, mesh: Mesh) -> float:
    """Return the distance from a point to a mesh's nearest triangle, in the mesh's own frame, metres."""
    a, b, c = (mesh.positions[mesh.faces[:, k]].astype(np.float64) - point for k in range(3))
    best = min(_distance_to_segments(p, q) for p, q in ((a, b), (b, c), (c, a)))
    normal = np.cross(b - a, c - a)
    area = np.einsum("ij,ij->i", normal, normal)
    inside = area > 0
    for p, q in ((a, b), (b, c), (c, a)):
        inside &= np.einsum("ij,ij->i", np.cross(q - p, -p), normal) >= 0
    if inside.any():
        height = np.abs(np.einsum("ij,ij->i", a, normal)[inside]) / np.sqrt(area[inside])
        best = min(best, float(height.min()))
    return best


def _distance_to_segments(p: F64, q: F64) -> float:
    along = q - p
    length2 = np.einsum("ij,ij->i", along, along)
    t = np.clip(-np.einsum("ij,ij->i", p, along) / np.where(length2 > 0, length2, 1.0), 0.0, 1.0)
    nearest = p + t[:, None] * along
    return float(np.sqrt(np.einsum("ij,ij->i", nearest, nearest).min()))
