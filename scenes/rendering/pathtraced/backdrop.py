"""What the camera sees where nothing is hit, after exposure: surroundings, a photo, or one colour.

It follows the raster engine: a photo is a finished picture, shown as it is; what is seen does not light.
"""

from __future__ import annotations

import numpy as np

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F32, Mask
from myriorama.scenes.lights import Background
from myriorama.scenes.rendering.pathtraced.surroundings import RadianceTable
from myriorama.scenes.rendering.raster.environment import environment_from_world
from myriorama.scenes.rendering.raster.picture import cover
from myriorama.scenes.rendering.tone import untone

_POINTS = ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))
_SRGB = np.where(
    np.arange(256) / 255 <= 0.04045, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
)


def behind(scene: Scene, table: RadianceTable | None, shown: Mask) -> F32:
    """Return (H, W, 3) float32, exposed; black where `shown`, (H, W), says that nothing of it is seen."""
    camera, background = scene.camera, scene.background
    out = np.zeros((camera.height, camera.width, 3), dtype=np.float32)
    rows, columns = np.nonzero(shown)
    exposure = 2.0**camera.exposure_ev
    if background.backdrop is not None:
        out[rows, columns] = _photo(scene, rows, columns)
    elif background.visible and table is not None:
        out[rows, columns] = _panorama(scene, table, rows, columns) * exposure
    else:
        color = background.color if background.visible else background.visible_color
        out[rows, columns] = np.asarray(color) * exposure
    return out


def _photo(scene: Scene, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    photo = scene.background.backdrop
    assert photo is not None
    tall, wide = photo.shape[:2]
    a, b, c, d = cover(wide, tall, scene.camera.width, scene.camera.height)
    x = ((columns + 0.5) * a + c) * wide - 0.5
    y = (1.0 - ((rows + 0.5) * b + d)) * tall - 0.5
    return untone(_between(_SRGB[photo].reshape(-1, 3), wide, tall, x, y, around=False).astype(np.float32))


def _panorama(scene: Scene, table: RadianceTable, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    camera = scene.camera
    turn = environment_from_world(scene.background) @ camera.world_from_camera[:3, :3]
    total = np.zeros((len(rows), 3))
    for x, y in _POINTS:
        plane = np.stack(
            [(columns + x - camera.cx) / camera.fx, (rows + y - camera.cy) / camera.fy, np.ones(len(rows))], axis=1
        )
        total += radiance_along(scene.background, table, plane @ turn.T)
    return total / len(_POINTS)


def radiance_along(background: Background, table: RadianceTable, d: np.ndarray) -> np.ndarray:
    """Return (N, 3) radiance of a map along directions in its own frame, (N, 3), tinted; bilinear."""
    x = (0.5 - np.arctan2(d[:, 1], d[:, 0]) / (2 * np.pi)) * table.width - 0.5
    y = np.arctan2(np.hypot(d[:, 0], d[:, 1]), d[:, 2]) / np.pi * table.height - 0.5
    found = _between(table.texels[:, :3], table.width, table.height, x, y, around=True)
    return np.asarray(found * np.asarray(background.color))


def _between(texels: np.ndarray, width: int, height: int, x: np.ndarray, y: np.ndarray, *, around: bool) -> np.ndarray:
    x0, y0 = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    fx, fy = (x - x0)[:, None], (y - y0)[:, None]
    columns = [(x0 + k) % width if around else np.clip(x0 + k, 0, width - 1) for k in (0, 1)]
    lines = [np.clip(y0 + k, 0, height - 1) * width for k in (0, 1)]
    upper, lower = (texels[at + columns[0]] * (1 - fx) + texels[at + columns[1]] * fx for at in lines)
    return np.asarray(upper * (1 - fy) + lower * fy)
