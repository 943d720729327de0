"""The edges of triangles as a layer of a picture: what a person looks at to judge a mesh.

Edges that a surface hides are left out, by the very depth of the picture. It is shown only and is no label.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from myriorama.scenes.assembly.scene import Instance, Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64, U8

MOST_TRIANGLES: Final = 200_000
"""Of one object; the edges of more would fill the picture and say nothing."""
_HIDDEN_BY: Final = 0.004
"""How far behind a surface an edge is still taken for its own, as a share of the distance: edges lie in surfaces."""
_NEAR_M: Final = 1e-4


def wire_layer(scene: Scene, depth: F32) -> U8:
    """Return (H, W) uint8: 255 on the visible edges of things, 0 elsewhere.

    Parameters
    ----------
    depth : (H, W) float32
        Of the picture of this scene: metres along camera z, 0 = nothing hit.
    """
    canvas = Image.new("L", (scene.camera.width, scene.camera.height))
    pen = ImageDraw.Draw(canvas)
    for instance in scene.instances:
        if instance.kind == "thing":
            for line in _visible_edges(instance, scene.camera, depth):
                pen.line(line, fill=255)
    out: U8 = np.array(canvas)
    return out


def _visible_edges(instance: Instance, camera: Camera, depth: F32) -> list[tuple[float, float, float, float]]:
    pose = camera.camera_from_world @ instance.world_from_object
    drift = None if instance.drift_m_s is None else camera.camera_from_world[:3, :3] @ instance.drift_m_s
    found: list[tuple[float, float, float, float]] = []
    for part in instance.model.parts:
        faces = part.mesh.faces
        if len(faces) > MOST_TRIANGLES:
            continue
        points = part.mesh.positions.astype(np.float64) @ pose[:3, :3].T + pose[:3, 3]
        # vertices are split where normals are, so edges are told apart by where they lie
        _, same = np.unique(part.mesh.positions, axis=0, return_inverse=True)
        pairs = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64)
        by_place = np.sort(same.reshape(-1)[pairs], axis=1)
        _, first = np.unique(by_place[:, 0] * (int(by_place.max()) + 1) + by_place[:, 1], return_index=True)
        ends = points[pairs[first]]
        ends = ends[(ends[:, :, 2] > _NEAR_M).all(axis=1)]
        if not len(ends):
            continue
        seen = _on_surface(camera, ends.mean(axis=1), drift, depth)
        pixels = camera.project_camera(ends[seen].reshape(-1, 3), drift)[0].reshape(-1, 4)
        pixels = pixels[np.isfinite(pixels).all(axis=1)]
        found += [(a, b, c, d) for a, b, c, d in pixels.tolist()]
    return found


def _on_surface(camera: Camera, points: F64, drift_m_s: F64 | None, depth: F32) -> np.ndarray:
    """Return which points, camera frame, no surface hides; (N,) bool."""
    pixels, far = camera.project_camera(points, drift_m_s)
    # What the camera does not show is put outside the picture.
    pixels[np.isnan(pixels)] = -1.0
    column, row = np.floor(pixels).astype(np.int64).T
    inside = (column >= 0) & (row >= 0) & (column < depth.shape[1]) & (row < depth.shape[0])
    hit = depth[np.clip(row, 0, depth.shape[0] - 1), np.clip(column, 0, depth.shape[1] - 1)].astype(np.float64)
    seen: np.ndarray = inside & ((hit == 0.0) | (far <= hit * (1.0 + _HIDDEN_BY)))
    return seen
