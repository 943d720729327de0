"""What a free look draws beside the scene: the ground's grid, the axes, and the dataset camera's frustum.

None of it is in any picture of a dataset.
"""

from __future__ import annotations

import math

import numpy as np

from myriorama.app.viewing.marks import Strokes, joined, strokes, world_strokes
from myriorama.app.viewing.projecting import project_segments
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64

_LINES = 20
_PIECES = 8
_RIM_PIECES = 12
_UNSEEN = 0.01
_GREY = (0.62, 0.64, 0.68)
_RED = (0.86, 0.30, 0.32, 0.9)
_GREEN = (0.42, 0.72, 0.30, 0.9)
_CAMERA = (0.96, 0.84, 0.40, 1.0)


def grid_strokes(camera: Camera, target: F64, distance_m: float) -> Strokes:
    """Return a grid on the ground about a point, its spacing a power of ten by the distance, fading outwards."""
    step = 10.0 ** math.floor(math.log10(max(distance_m, 1e-3) / 2.0))
    middle = np.round(target[:2] / (10 * step)) * 10 * step
    reach = _LINES * step
    bounds = np.linspace(-reach, reach, _PIECES + 1)
    offset = np.arange(-_LINES, _LINES + 1) * step
    found = []
    for axis in (0, 1):
        pieces = np.zeros((len(offset), _PIECES, 2, 3))
        pieces[..., 0, 1 - axis], pieces[..., 1, 1 - axis] = bounds[:-1], bounds[1:]
        pieces[..., 1 - axis] += middle[1 - axis]
        at = middle[axis] + offset
        pieces[..., axis] = at[:, None, None]
        away = np.hypot(np.abs(bounds[:-1] + bounds[1:])[None] / 2.0, offset[:, None]) / reach
        main = np.abs(np.round(at / step)) % 10 == 0
        colors = np.empty((len(offset), _PIECES, 4))
        colors[..., :3] = _GREY
        colors[..., 3] = np.clip(1.0 - away, 0.0, 1.0) * np.where(main, 0.5, 0.22)[:, None]
        origin = np.abs(at) < step * 1e-6
        colors[origin] = _RED if axis == 1 else _GREEN
        colors[origin, :, 3] *= np.clip(1.2 - away[origin], 0.0, 1.0)
        flat, flat_colors = pieces.reshape(-1, 2, 3), colors.reshape(-1, 4)
        seen = flat_colors[:, 3] > _UNSEEN
        starts, ends, line = project_segments(camera, flat[seen, 0], flat[seen, 1])
        part = strokes(np.stack([starts, ends], axis=1), (*_GREY, 1.0), 1.0)
        part.colors[:] = flat_colors[seen][line]
        found.append(part)
    return joined(found)


def frustum_segments(camera: Camera, depth_m: float) -> F64:
    """Return the edges, (N, 2, 3) metres, of what a camera sees up to a depth, with a mark on the image's top side."""
    if camera.distortion is not None:
        return _lens_segments(camera, depth_m)
    w, h = float(camera.width), float(camera.height)
    corners = camera.unproject(np.array([[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]]), np.full(4, depth_m))
    apex = camera.world_from_camera[:3, 3]
    lift = camera.unproject(np.array([[0.5 * w, -0.22 * h]]), np.full(1, depth_m))[0]
    out = [(apex, c) for c in corners]
    out += [(corners[k], corners[(k + 1) % 4]) for k in range(4)]
    out += [(corners[0], lift), (lift, corners[1])]
    return np.array(out)


def _lens_segments(camera: Camera, reach_m: float) -> F64:
    """Return the edges of what a camera sees through a lens, up to a distance: its rim is curved.

    Where the lens shows nothing at the picture's border, the rim is that of what it shows.
    """
    w, h = float(camera.width), float(camera.height)
    side = np.arange(_RIM_PIECES) / _RIM_PIECES
    none, full = np.zeros(_RIM_PIECES), np.ones(_RIM_PIECES)
    x, y = np.concatenate([side, full, 1.0 - side, none]) * w, np.concatenate([none, side, full, 1.0 - side]) * h
    border = np.stack([x, y], axis=1)
    inward = np.array([camera.cx, camera.cy]) - border
    shown = np.full(border.shape[0], np.nan)
    rim = np.zeros((len(border), 3))
    for share in np.linspace(0.0, 0.99, 100):
        ways = camera.rays(border + share * inward).directions
        new = np.isnan(shown) & np.isfinite(ways[:, 0])
        shown[new] = share
        rim[new] = ways[new] / np.linalg.norm(ways[new], axis=1)[:, None]
        if not np.isnan(shown).any():
            break
    apex = camera.world_from_camera[:3, 3]
    rim = apex + reach_m * rim[~np.isnan(shown)]
    out = list(zip(rim, np.roll(rim, -1, axis=0), strict=True))
    out += [(apex, rim[k * len(rim) // 4]) for k in range(4)]
    lift = rim[len(rim) // 8] - 0.2 * reach_m * camera.world_from_camera[:3, 1]
    out += [(rim[0], lift), (lift, rim[len(rim) // 4])]
    return np.array(out)


def frustum_strokes(camera: Camera, seen: Camera, depth_m: float) -> Strokes:
    """Return the frustum of `seen` as `camera` sees it."""
    return world_strokes(camera, frustum_segments(seen, depth_m), _CAMERA, 1.6)
