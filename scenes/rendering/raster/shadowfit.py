"""Where a shadow map must look: at what can cast onto what the camera sees, and no further.

Pure geometry in the camera frame, float64. It draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.lights import AreaLight, Light, SpotLight, SunLight
from myriorama.scenes.rendering.raster.drawlist import DrawList
from myriorama.scenes.rendering.raster.lighting import ShadowPlacement, unit
from myriorama.scenes.rendering.raster.view import View

BORDER: Final = 3
"""Texels around a map's used part, so that the filter never reads past the tile."""

_WIDEST_TANGENT: Final = 2.75
_STEPS_PER_OCTAVE: Final = 4
_NARROW_TEXELS: Final = 2.0
_NEAREST_CASTER: Final = 0.1
"""Of the way to the nearest thing that is lit; a caster nearer to the lamp is taken to stand there."""
_RECEIVERS_LOOKED_AT: Final = 700


@dataclass(frozen=True, eq=False)
class ShadowFit:
    """How to draw one map, and how to read it.

    Attributes
    ----------
    clip_from_camera : (4, 4) float64
        For drawing into the tile's viewport.
    casters : (N,) bool
        Instances to draw.
    """

    clip_from_camera: F64
    casters: np.ndarray
    placement: ShadowPlacement


def receiver_points(depth: F32, view: View) -> F64:
    """Return points, (K, 3) float64 camera frame, whose hull holds every visible surface point.

    The image is cut in blocks; each gives its corner rays at its least and greatest depth.
    """
    height, width = depth.shape
    side = max(8, -(-max(width, height) // 96))
    rows, columns = -(-height // side), -(-width // side)
    padded = np.zeros((rows * side, columns * side), dtype=np.float32)
    padded[:height, :width] = depth
    high = padded.reshape(rows, side, columns, side).max(axis=(1, 3))
    padded[padded == 0] = np.inf
    low = padded.reshape(rows, side, columns, side).min(axis=(1, 3))
    row, column = np.nonzero(high > 0)
    z = np.stack([low[row, column], high[row, column]], axis=1).astype(np.float64)
    x = (np.stack([column, column + 1], axis=1) * side - view.cx) / view.fx
    y = (np.stack([row, row + 1], axis=1) * side - view.cy) / view.fy
    points = np.empty((len(row), 2, 2, 2, 3))
    points[..., 0] = x[:, :, None, None] * z[:, None, None, :]
    points[..., 1] = y[:, None, :, None] * z[:, None, None, :]
    points[..., 2] = z[:, None, None, :]
    return points.reshape(-1, 3)


def casters(draws: DrawList, toward: F64) -> np.ndarray:
    """Return which instances can throw a shadow, (N,) bool.

    A flat convex floor under everything else cannot: all others lie on its lit side. To leave it
    out keeps the map as sharp as the things on it need.

    Parameters
    ----------
    toward : (N, 3) float64
        From each instance's centre to the light, camera frame.
    """
    corners = draws.placement.corners
    count = len(corners)
    out = np.ones(count, dtype=bool)
    extent = draws.placement.high - draws.placement.low
    for i in range(count):
        if extent[i].max() < 4.0 * np.median(extent.max(axis=1)) and count > 1:
            continue
        parts = draws.scene.instances[i].model.parts
        if not all(part.mesh.nbytes < 16384 and _box_like(part.mesh.positions) for part in parts):
            continue
        thin = int(np.argmin(extent[i]))
        axis = unit(draws.placement.camera_from_object[i, :3, thin])
        axis = axis if axis @ toward[i] > 0 else -axis
        top = (corners[i] @ axis).max()
        others = np.delete(corners, i, axis=0) @ axis
        size = float(np.linalg.norm(corners[i, 7] - corners[i, 0]))
        out[i] = bool(others.size and others.min() < top - 1e-4 * size)
    return out


def _box_like(positions: F32) -> bool:
    low, high = positions.min(axis=0), positions.max(axis=0)
    return bool(((positions == low) | (positions == high)).all())


def fit(light: Light, draws: DrawList, receivers: F64, origin: tuple[int, int], side: int) -> ShadowFit | None:
    """Fit one light's map into a square tile; None where nothing casts onto what is seen.

    Parameters
    ----------
    origin : (int, int)
        The tile's lowest texel.
    side : int
        The tile's texels along one side.
    """
    if len(receivers) == 0 or len(draws.placement.corners) == 0:
        return None
    if isinstance(light, SunLight):
        return _fit_sun(light, draws, receivers, origin, side)
    return _fit_lamp(light, draws, receivers, origin, side)


def _axes(ahead: F64) -> F64:
    """Return rows right, up, ahead, with right along the image's own as far as it can be."""
    hint = np.array([1.0, 0.0, 0.0]) if abs(ahead[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    right = unit(hint - ahead * (hint @ ahead))
    return np.stack([right, np.cross(ahead, right), ahead])


def _span(light: F64, receivers: F64, chosen: np.ndarray) -> tuple[F64, F64, np.ndarray]:
    """Intersect what is seen with what can cast, in the map's plane; (N, 8, 2) and (K, 2)."""
    low, high = receivers.min(axis=0), receivers.max(axis=0)
    box_low, box_high = light.min(axis=1), light.max(axis=1)
    meets = chosen & (box_low < high).all(axis=1) & (box_high > low).all(axis=1)
    if not meets.any():
        return low, high, meets
    return np.maximum(low, box_low[meets].min(axis=0)), np.minimum(high, box_high[meets].max(axis=0)), meets


def _deepest_fall(boxes: F64, seen: F64) -> float:
    """Return the longest way, metres, that a shadow falls from a caster's top to what is seen under it.

    Parameters
    ----------
    boxes : (N, 8, 3) float64
        Casters, light frame (z away from the light).
    seen : (K, 3) float64
        Receivers, light frame; a few hundred of them are looked at.
    """
    some = seen[:: max(1, len(seen) // _RECEIVERS_LOOKED_AT)]
    low, high = boxes.min(axis=1), boxes.max(axis=1)
    under = ((some[None, :, :2] >= low[:, None, :2]) & (some[None, :, :2] <= high[:, None, :2])).all(axis=2)
    fall = np.where(under, some[None, :, 2] - low[:, None, 2], 0.0)
    return float(fall.max())


def _ladder(size: float) -> float:
    """Round up on a geometric ladder, so that a small move of the camera does not resize every texel."""
    return float(2.0 ** (np.ceil(np.log2(size) * _STEPS_PER_OCTAVE) / _STEPS_PER_OCTAVE))


def _fit_sun(light: SunLight, draws: DrawList, receivers: F64, origin: tuple[int, int], side: int) -> ShadowFit | None:
    camera: Camera = draws.scene.camera
    axes = _axes(camera.camera_from_world[:3, :3] @ unit(light.direction))
    boxes, seen = draws.placement.corners @ axes.T, receivers @ axes.T
    toward = np.broadcast_to(-axes[2], (len(boxes), 3))
    low, high, meets = _span(boxes[:, :, :2], seen[:, :2], casters(draws, toward))
    if not meets.any():
        return None
    used = side - 2 * BORDER - 1
    texel = _ladder(max(float((high - low).max()), 1e-9) / used)
    corner = np.floor(low / texel) * texel
    z0, z1 = float(boxes[meets, :, 2].min()), float(seen[:, 2].max())
    z1 = max(z1, z0 + 1e-6)
    margin = 1e-3 * (z1 - z0)
    z0, span = z0 - margin, z1 - z0 + 2 * margin
    texel_from_camera = np.eye(4)
    for k in range(2):
        texel_from_camera[k, :3] = axes[k] / texel
        texel_from_camera[k, 3] = origin[k] + BORDER - corner[k] / texel
    texel_from_camera[2, :3] = axes[2] / span
    texel_from_camera[2, 3] = -z0 / span
    spread = np.tan(np.radians(light.angular_diameter_deg) / 2) / texel
    reach = float(np.abs(seen).max())
    placement = ShadowPlacement(
        map_from_camera=texel_from_camera,
        plane_factor=(texel / span) ** 2,
        penumbra_factor=float(span * spread),
        offset=1e-6 + 4e-7 * reach / span,
        tile=_tile(origin, side),
        wide=bool(_deepest_fall(boxes[meets], seen) * spread > _NARROW_TEXELS),
    )
    return ShadowFit(_clip(texel_from_camera, origin, side), meets, placement)


def _fit_lamp(light: Light, draws: DrawList, receivers: F64, origin: tuple[int, int], side: int) -> ShadowFit | None:
    camera = draws.scene.camera
    assert not isinstance(light, SunLight)
    place = camera.camera_from_world[:3, :3] @ np.asarray(light.position) + camera.camera_from_world[:3, 3]
    limit, radius = _WIDEST_TANGENT, 0.0
    if isinstance(light, AreaLight):
        ahead = unit(camera.camera_from_world[:3, :3] @ unit(light.direction))
        radius = (light.width_m + light.height_m) / 4
    elif isinstance(light, SpotLight):
        ahead = unit(camera.camera_from_world[:3, :3] @ unit(light.direction))
        limit, radius = min(limit, 1.02 * float(np.tan(np.radians(min(light.outer_angle_deg, 80.0))))), light.radius_m
    else:
        middle = receivers.mean(axis=0) - place
        ahead = unit(middle) if np.linalg.norm(middle) > 1e-9 else np.array([0.0, 1.0, 0.0])
        radius = light.radius_m
    axes = _axes(ahead)
    boxes, seen = (draws.placement.corners - place) @ axes.T, (receivers - place) @ axes.T
    far = float(seen[:, 2].max())
    if far <= 0:
        return None
    least = 1e-3 * far
    plane_boxes, plane_seen = _tangents(boxes, least), _tangents(seen[None], least)[0]
    plane_seen = np.clip(plane_seen[seen[:, 2] > least], -limit, limit)
    if len(plane_seen) == 0:
        return None
    centre = draws.placement.corners.mean(axis=1)
    chosen = casters(draws, place - centre) & (boxes[:, :, 2].max(axis=1) > least)
    low, high, meets = _span(plane_boxes, plane_seen, chosen)
    if not meets.any():
        return None
    used = side - 2 * BORDER - 1
    step = _ladder(max(float((high - low).max()), 1e-9) / used)
    corner = np.floor(low / step) * step
    # What is nearer to the lamp is drawn all the same, at depth 0: a room around the lamp would else take nearly all of
    # the depth's precision for the first millimetres.
    reached = seen[seen[:, 2] > least, 2]
    near = max(least, 0.9 * float(boxes[meets, :, 2].min()), _NEAREST_CASTER * float(reached.min()))
    far = max(1.01 * far, 1.01 * near)
    a, b = far / (far - near), -far * near / (far - near)
    rows = np.zeros((4, 4))
    for k in range(2):
        rows[k, :3] = axes[k] / step + (origin[k] + BORDER - corner[k] / step) * axes[2]
    rows[2, :3] = a * axes[2]
    rows[3, :3] = axes[2]
    rows[:, 3] = -rows[:, :3] @ place
    rows[2, 3] += b
    reach = float(np.abs(receivers).max())
    placement = ShadowPlacement(
        map_from_camera=rows,
        plane_factor=b,
        penumbra_factor=radius / (step * -b),
        offset=1e-6 + 4e-7 * reach / near,
        tile=_tile(origin, side),
        wide=True,
    )
    return ShadowFit(_clip(rows, origin, side), meets, placement)


def _tangents(points: F64, least: float) -> F64:
    """Project (N, 8, 3) onto the plane at distance 1; a box that reaches behind the light is everywhere."""
    z = points[..., 2]
    flat = points[..., :2] / np.where(z > least, z, 1.0)[..., None]
    across = (z <= least).any(axis=1)
    if points.shape[0] > 1 or points.shape[1] == 8:
        flat[across, 0] = -1e6
        flat[across, 1] = 1e6
    return np.asarray(flat)


def _tile(origin: tuple[int, int], side: int) -> F64:
    """Return the tile without the texels that the 4x4 block of a filter would read beyond it."""
    return np.array([origin[0] + 1.5, origin[1] + 1.5, origin[0] + side - 2.5, origin[1] + side - 2.5])


def _clip(texel_from_camera: F64, origin: tuple[int, int], side: int) -> F64:
    """Turn a map matrix (texels, depth 0..1, times w) into a clip matrix for the tile's viewport."""
    w = texel_from_camera[3]
    out = texel_from_camera.copy()
    for k in range(2):
        out[k] = 2.0 * (texel_from_camera[k] - origin[k] * w) / side - w
    out[2] = 2.0 * texel_from_camera[2] - w
    return out
