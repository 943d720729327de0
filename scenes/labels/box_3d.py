"""Oriented boxes: an object's own bounds, standing in the world and seen by the camera.

A box is what the generator's mesh fills, scaled and turned; it is never fitted to pixels.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from myriorama.scenes.assembly.scene import Instance
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64
from myriorama.scenes.labels.record import Box3D

CORNER_BITS: Final = np.array([[k & 1, k >> 1 & 1, k >> 2 & 1] for k in range(8)], dtype=np.float64)
"""(8, 3): corner k has high x, y, z where bits 0, 1, 2 of k are set."""


def box_3d_of(instance: Instance, camera: Camera) -> Box3D:
    """Return the oriented box of an instance; a corner behind the camera has no pixel."""
    low, high = instance.model.bounds
    pose = instance.world_from_object
    scale = float(np.cbrt(np.linalg.det(pose[:3, :3])))
    local = low + CORNER_BITS * (high - low)
    corners = local @ pose[:3, :3].T + pose[:3, 3]
    pixels, _ = camera.project(corners)
    return Box3D(
        center=pose[:3, :3] @ ((low + high) / 2) + pose[:3, 3],
        size=(high - low) * scale,
        rotation=quaternion_of(pose[:3, :3] / scale),
        corners_world=corners,
        corners_px=tuple(None if np.isnan(x) else (x, y) for x, y in pixels.tolist()),
    )


def quaternion_of(rotation: F64) -> F64:
    """Return the unit quaternion (w, x, y, z), w >= 0, of a (3, 3) rotation matrix.

    The largest of the four components is found first, from the trace and the diagonal, and the others
    from it, so that nothing is divided by a small number (Shepperd 1978).
    """
    r = rotation
    squares = 1.0 + np.array(
        [
            r[0, 0] + r[1, 1] + r[2, 2],
            r[0, 0] - r[1, 1] - r[2, 2],
            r[1, 1] - r[0, 0] - r[2, 2],
            r[2, 2] - r[0, 0] - r[1, 1],
        ]
    )
    largest = int(np.argmax(squares))
    products = {
        0: (squares[0], r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]),
        1: (r[2, 1] - r[1, 2], squares[1], r[0, 1] + r[1, 0], r[0, 2] + r[2, 0]),
        2: (r[0, 2] - r[2, 0], r[0, 1] + r[1, 0], squares[2], r[1, 2] + r[2, 1]),
        3: (r[1, 0] - r[0, 1], r[0, 2] + r[2, 0], r[1, 2] + r[2, 1], squares[3]),
    }[largest]
    q = np.array(products, dtype=np.float64)
    q /= np.linalg.norm(q)
    return -q if q[0] < 0 else q
