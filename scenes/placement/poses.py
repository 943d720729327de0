"""world_from_object poses from the numbers that placements draw.

A pose is a rotation, one uniform scale and a shift; shear and mirrors cannot be said.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from myriorama.scenes.conventions import F64


def rotation_from_quaternion(quaternion: Sequence[float] | F64) -> F64:
    """Return (3, 3) float64 of (w, x, y, z), normalised first.

    Raises
    ------
    ValueError
        The quaternion has no length.
    """
    w, x, y, z = (float(v) for v in quaternion)
    length = math.sqrt(w * w + x * x + y * y + z * z)
    if not length > 0.0:
        raise ValueError("a quaternion of length 0 is no rotation")
    w, x, y, z = w / length, x / length, y / length, z / length
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def quaternion_from_rotation(rotation: F64) -> tuple[float, float, float, float]:
    """Return the unit (w, x, y, z), w >= 0, of a (3, 3) rotation.

    S. W. Shepperd, "Quaternion from rotation matrix", J. Guidance and Control 1 (1978): the largest of the four is
    found first, so no small number is divided by.
    """
    m = rotation
    trace = float(m[0, 0] + m[1, 1] + m[2, 2])
    squares = [trace, float(m[0, 0]), float(m[1, 1]), float(m[2, 2])]
    largest = squares.index(max(squares))
    if largest == 0:
        q = np.array([1.0 + trace, m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]])
    else:
        i = largest - 1
        j, k = (i + 1) % 3, (i + 2) % 3
        q = np.empty(4)
        q[0] = m[k, j] - m[j, k]
        q[1 + i] = 1.0 + m[i, i] - m[j, j] - m[k, k]
        q[1 + j] = m[j, i] + m[i, j]
        q[1 + k] = m[k, i] + m[i, k]
    q *= math.copysign(1.0, q[0]) / np.linalg.norm(q)
    return float(q[0]), float(q[1]), float(q[2]), float(q[3])


def yaw_rotation(yaw_deg: float) -> F64:
    """Return (3, 3) float64: a turn about +Z, counter-clockwise seen from above."""
    cos, sin = math.cos(math.radians(yaw_deg)), math.sin(math.radians(yaw_deg))
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def tilt_rotation(tilt_deg: float, azimuth_deg: float) -> F64:
    """Return (3, 3) float64: +Z tipped by `tilt_deg` towards the azimuth (counter-clockwise from +X)."""
    half = 0.5 * math.radians(tilt_deg)
    azimuth = math.radians(azimuth_deg)
    axis = (-math.sin(azimuth), math.cos(azimuth))
    return rotation_from_quaternion((math.cos(half), math.sin(half) * axis[0], math.sin(half) * axis[1], 0.0))


def uniform_rotation(u1: float, u2: float, u3: float) -> F64:
    """Return the (3, 3) rotation of three uniform numbers in [0, 1): even over all orientations.

    K. Shoemake, "Uniform random rotations", Graphics Gems III (1992).
    """
    a, b = math.sqrt(1.0 - u1), math.sqrt(u1)
    s, t = 2.0 * math.pi * u2, 2.0 * math.pi * u3
    return rotation_from_quaternion((b * math.cos(t), a * math.sin(s), a * math.cos(s), b * math.sin(t)))


def pose(position: Sequence[float] | F64, rotation: F64, scale: float = 1.0) -> F64:
    """Return world_from_object, (4, 4) float64."""
    out = np.eye(4)
    out[:3, :3] = rotation * scale
    out[:3, 3] = position
    return out


def scale_of(world_from_object: F64) -> float:
    """Return the uniform scale of a pose."""
    return float(np.cbrt(np.linalg.det(world_from_object[:3, :3])))
