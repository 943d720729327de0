"""Oriented boxes: an object's own bounds, standing in the world and seen by the camera.

A box is what the generator's mesh fills, scaled and turned; it is never fitted to pixels.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from myriorama.scenes.assembly.scene import Instance
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64
from myriorama.scenes.labels.record import Box3D

CORNER_BITS: Final = np.array([[k & 1, k >> 1 & 1, k >> 2 & 1] for k in range(8)], dtype=np.float64)
"""(8, 3): corner k has high x, y, z where bits 0, 1, 2 of k are set."""


def scale_of(pose: F64) -> float:
    """Return the one scale of a (4, 4) pose: the length of its first axis."""
    return math.hypot(*pose[:3, 0].tolist())


def box_3d_of(instance: Instance, camera: Camera) -> Box3D:
    """Return the oriented box of an instance; a corner that the camera does not show has no pixel."""
    low, high = instance.model.bounds
    pose = instance.world_from_object
    scale = scale_of(pose)
    local = low + CORNER_BITS * (high - low)
    corners = local @ pose[:3, :3].T + pose[:3, 3]
    pixels, _ = camera.project(corners, instance.drift_m_s)
    return Box3D(
        center=pose[:3, :3] @ ((low + high) / 2) + pose[:3, 3],
        size=(high - low) * scale,
        rotation=quaternion_of(pose[:3, :3] / scale),
        corners_world=corners,
        corners_px=tuple(None if math.isnan(x) else (x, y) for x, y in pixels.tolist()),
    )


def quaternion_of(rotation: F64) -> F64:
    """Return the unit quaternion (w, x, y, z), w >= 0, of a (3, 3) rotation matrix.

    The largest of the four components is found first, from the trace and the diagonal, and the others
    from it, so that nothing is divided by a small number (Shepperd 1978).
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rotation.tolist()
    squares = (1.0 + xx + yy + zz, 1.0 + xx - yy - zz, 1.0 - xx + yy - zz, 1.0 - xx - yy + zz)
    largest = squares.index(max(squares))
    q = (
        (squares[0], zy - yz, xz - zx, yx - xy),
        (zy - yz, squares[1], xy + yx, xz + zx),
        (xz - zx, xy + yx, squares[2], yz + zy),
        (yx - xy, xz + zx, yz + zy, squares[3]),
    )[largest]
    length = math.copysign(math.hypot(*q), q[0])
    return np.array([component / length for component in q])
