"""Small vector arithmetic on many vectors at once, where the general routine's care costs more than its sums."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.floating]


def cross(a: Vectors, b: Vectors) -> npt.NDArray[np.float64]:
    """Return the cross products of vectors (..., 3) of one shape, to the bit those of ``numpy.cross``."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    out = np.empty(a.shape, dtype=np.result_type(a, b))
    np.subtract(ay * bz, az * by, out=out[..., 0])
    np.subtract(az * bx, ax * bz, out=out[..., 1])
    np.subtract(ax * by, ay * bx, out=out[..., 2])
    return out
