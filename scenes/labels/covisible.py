"""What of one picture the other camera of a rectified pair sees too: a ray for every pixel, against the meshes.

No depth image is compared with another: between two pixel centres it knows nothing. A pair that is not rectified is
refused by whoever asks `stereo_of`, and never comes here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64, Mask
from myriorama.scenes.rendering.optics.bvh import TracerStore
from myriorama.scenes.rendering.optics.casting import Field, cast
from myriorama.scenes.rendering.optics.item import Item, items_of
from myriorama.scenes.rendering.raster.drawlist import draw_list

_DEPTH_SHARE: Final = 1e-5
"""Share of its depth by which a stored point may lie behind its surface: depth is float32."""
_GRID_PX: Final = 1.0 / 64.0
"""By so many pixels a rasterised face may lie beside its true place, twice its grid of 1/256 for each corner's axis."""
_LEAST_FACING: Final = 0.02
"""Below this cosine between ray and normal the tolerance grows no further."""
_SLACK_PX: Final = 1.0


def covisible(scene: Scene, partner: Camera, depth: F32, normal: F32 | None, tracers: TracerStore) -> Mask:
    """Return which pixels show a point that the partner sees too.

    Parameters
    ----------
    scene : Scene
        With the camera that `depth` belongs to; rectified with `partner`, which has the same K and size.
    depth : (H, W) float32
        0 where nothing was hit.
    normal : (H, W, 3) float32 or None
        Camera frame. It says how far a depth may be off where a surface is seen at a slant; None expects no slant.
    tracers : TracerStore
        Keeps what is built of each mesh.

    Returns
    -------
    (H, W) bool
        The point lies inside the partner's picture, and on the straight line from the partner's centre to it nothing
        that labels know lies more than a tolerance in front of it: 1e-5 of the depth, and by what the depth changes
        along 1/64 pixel. What a cutout removes and what a see-through material lets pass hides nothing.
    """
    camera = scene.camera
    shift = float((camera.camera_from_world @ partner.world_from_camera)[0, 3])
    hit = depth > 0
    z = np.where(hit, depth, 1.0).astype(np.float64)
    columns = np.arange(camera.width) + 0.5
    x = columns - camera.fx * shift / z
    seen = hit & (x >= 0.0) & (x < camera.width)
    if not seen.any():
        return np.asarray(seen, dtype=np.bool_)
    plane = np.empty((2, camera.height, camera.width))
    plane[0] = (x - camera.cx) / camera.fx
    plane[1] = ((np.arange(camera.height) + 0.5 - camera.cy) / camera.fy)[:, None]
    nearer = z - _tolerance(camera, z, normal)
    moved = (columns - x)[seen]
    reach = (float(moved.min()), float(moved.max()))
    poses = partner.world_from_camera[None]
    tracers.begin_frame()
    seen_by_partner = replace(scene, camera=partner)
    for item in items_of(seen_by_partner, draw_list(seen_by_partner)):
        box = _box_of(item, partner, reach)
        if box is None:
            continue
        x0, y0, x1, y1, near = box
        rows, cols = slice(y0, y1), slice(x0, x1)
        asked = seen[rows, cols] & (nearer[rows, cols] > near)
        if not asked.any():
            continue
        field = Field((x0, y0, x1, y1), plane[:, rows, cols], np.zeros(1), poses, asked)
        hits = cast(field, item, tracers.get(item.mesh))
        pixel_rows, pixel_columns = np.divmod(hits.ray, x1 - x0)
        hides = hits.t < nearer[rows, cols][pixel_rows, pixel_columns]
        seen[pixel_rows[hides] + y0, pixel_columns[hides] + x0] = False
    return np.asarray(seen, dtype=np.bool_)


def _tolerance(camera: Camera, z: F64, normal: F32 | None) -> F64:
    """Return by how much the depth of each pixel may be off: dz/dx = z n_x / (fx n.r) on a plane with normal n."""
    if normal is None:
        return np.asarray(z * _DEPTH_SHARE)
    x = (np.arange(camera.width) + 0.5 - camera.cx) / camera.fx
    y = ((np.arange(camera.height) + 0.5 - camera.cy) / camera.fy)[:, None]
    facing = np.abs(normal[:, :, 0] * x + normal[:, :, 1] * y + normal[:, :, 2])
    facing = np.maximum(facing / np.sqrt(1.0 + x * x + y * y), _LEAST_FACING)
    slope = np.abs(normal[:, :, 0]) / camera.fx + np.abs(normal[:, :, 1]) / camera.fy
    return np.asarray(z * (_DEPTH_SHARE + _GRID_PX * slope / facing), dtype=np.float64)


def _box_of(item: Item, partner: Camera, reach: tuple[float, float]) -> tuple[int, int, int, int, float] | None:
    """Return the pixels of the first picture whose points an item may hide from the partner, and its least depth.

    Parameters
    ----------
    reach : (float, float)
        The smallest and the largest difference between a column of the first picture and the partner's.
    """
    pose = partner.camera_from_world
    corners = item.corners @ pose[:3, :3].T + pose[:3, 3]
    z = corners[:, 2]
    if float(z.max()) <= 0.0:
        return None
    if float(z.min()) <= 0.0:
        return 0, 0, partner.width, partner.height, 0.0
    x = partner.fx * corners[:, 0] / z + partner.cx
    y = partner.fy * corners[:, 1] / z + partner.cy
    x0, x1 = _span(float(x.min()) + reach[0], float(x.max()) + reach[1], partner.width)
    y0, y1 = _span(float(y.min()), float(y.max()), partner.height)
    return None if x0 >= x1 or y0 >= y1 else (x0, y0, x1, y1, float(z.min()))


def _span(low: float, high: float, size: int) -> tuple[int, int]:
    return max(0, int(np.floor(low - _SLACK_PX))), min(size, int(np.ceil(high + _SLACK_PX)))
