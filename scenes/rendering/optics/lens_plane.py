"""Which direction each pixel centre looks in: points of the plane z = 1, for whole rectangles of pixels at once.

The exact way back through a lens is dear, and smooth: it is solved on a grid, laid between by a cubic spline, and the
spline is held to the lens in the middle of every cell. Where that fails every pixel is solved; nothing is guessed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

import numpy as np
from scipy.interpolate import CubicSpline

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64

_STRIDES_PX: Final = (16, 8, 4)
_TOLERANCE_PX: Final = 2e-5
_LEAST_PX: Final = 8
_KEPT: Final = 4

Rect = tuple[int, int, int, int]
"""x0, y0, x1, y1 in whole pixels, the last two outside."""


class LensPlanes:
    """Planes of pixel rectangles, the last few kept by lens and rectangle: most projects keep their lens."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, F64] = OrderedDict()

    def of(self, camera: Camera, rect: Rect) -> F64:
        """Return `plane_of` as a read-only array."""
        key = (camera.fx, camera.fy, camera.cx, camera.cy, camera.distortion, rect)
        plane = self._kept.get(key)
        if plane is None:
            plane = plane_of(camera, rect)
            plane.flags.writeable = False
            self._kept[key] = plane
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return plane


def plane_of(camera: Camera, rect: Rect) -> F64:
    """Return where the rays of pixel centres meet the plane z = 1 of the camera's own frame.

    Parameters
    ----------
    rect : (x0, y0, x1, y1)
        Whole pixels; may lie outside the image.

    Returns
    -------
    (2, h, w) float64
        x / z and y / z; NaN where the lens shows nothing. Right to 1e-4 pixels.
    """
    x0, y0, x1, y1 = rect
    out = np.empty((2, max(y1 - y0, 0), max(x1 - x0, 0)))
    if out.size == 0:
        return out
    if camera.distortion is None:
        out[0] = (np.arange(x0, x1) + 0.5 - camera.cx) / camera.fx
        out[1] = ((np.arange(y0, y1) + 0.5 - camera.cy) / camera.fy)[:, None]
        return out
    if camera.distortion.model == "kannala_brandt" or min(x1 - x0, y1 - y0) < _LEAST_PX:
        return _exactly(camera, rect)
    for stride in _STRIDES_PX:
        nodes_x, nodes_y = _nodes(x0 + 0.5, x1 - 0.5, stride), _nodes(y0 + 0.5, y1 - 0.5, stride)
        solved = straightened(camera, *np.meshgrid(nodes_x, nodes_y))
        if not np.isfinite(solved).all():
            break
        middle_x, middle_y = (nodes_x[1:] + nodes_x[:-1]) / 2, (nodes_y[1:] + nodes_y[:-1]) / 2
        told = bent(camera, _between(solved, nodes_x, nodes_y, middle_x, middle_y))
        error = np.abs(told - np.stack(np.meshgrid(middle_x, middle_y))).max()
        if error <= _TOLERANCE_PX:  # a NaN fails
            return _between(solved, nodes_x, nodes_y, _centres(x0, x1), _centres(y0, y1))
    return _exactly(camera, rect)


def straightened(camera: Camera, x: F64, y: F64) -> F64:
    """Return the points (2, ...) of the plane z = 1 that continuous pixel coordinates x, y look at; exact."""
    flat = np.stack([(np.ravel(x) - camera.cx) / camera.fx, (np.ravel(y) - camera.cy) / camera.fy], axis=1)
    if camera.distortion is not None:
        flat = camera.distortion.straighten(flat)
    return np.ascontiguousarray(flat.T).reshape(2, *np.shape(x))


def bent(camera: Camera, plane: F64) -> F64:
    """Return the continuous pixels (2, ...) that show the points (2, ...) of the plane z = 1; NaN beyond the lens."""
    flat = plane.reshape(2, -1).T
    if camera.distortion is not None:
        flat = camera.distortion.bend(flat)
    pixels = flat * (camera.fx, camera.fy) + (camera.cx, camera.cy)
    return np.ascontiguousarray(pixels.T).reshape(plane.shape)


def _exactly(camera: Camera, rect: Rect) -> F64:
    x0, y0, x1, y1 = rect
    return straightened(camera, *np.meshgrid(np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5))


def _centres(first: int, end: int) -> F64:
    return np.arange(first, end, dtype=np.float64) + 0.5


def _nodes(first: float, last: float, stride: int) -> F64:
    count = max(4, int(np.ceil((last - first) / stride)) + 1)
    return np.linspace(first, last, count)


def _between(values: F64, nodes_x: F64, nodes_y: F64, x: F64, y: F64) -> F64:
    """Return a tensor cubic spline through values (2, ny, nx), at rows y and columns x: (2, len(y), len(x))."""
    down = CubicSpline(nodes_y, values, axis=1)(y)
    return np.asarray(CubicSpline(nodes_x, down, axis=2)(x), dtype=np.float64)
