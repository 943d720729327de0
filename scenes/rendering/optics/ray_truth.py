"""The truth pass of a camera that is no pinhole: one ray through each pixel's centre, by the camera's own projection.

Labels are found, never warped: no picture is looked at here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64, U32, Mask
from myriorama.scenes.rendering.frame import AmodalMask, empty_mask
from myriorama.scenes.rendering.optics.bvh import TracerStore
from myriorama.scenes.rendering.optics.casting import Field, cast, covered
from myriorama.scenes.rendering.optics.item import Item, items_of
from myriorama.scenes.rendering.optics.lens_plane import LensPlanes, Rect, plane_of
from myriorama.scenes.rendering.optics.moments import rolls
from myriorama.scenes.rendering.optics.surface_fields import facing_normals, object_coordinates
from myriorama.scenes.rendering.optics.tiles import Reach, Tiles
from myriorama.scenes.rendering.raster.amodal import tight
from myriorama.scenes.rendering.raster.drawlist import DrawList, draw_list
from myriorama.scenes.rendering.raster.truth import TruthBuffers

_EQUAL: Final = 1e-7
"""Depths that differ by a smaller share are equal, and the last drawn stays: a device's depth buffer has 24 bits."""


@dataclass(frozen=True, eq=False)
class RayTruth:
    """Truth buffers, and the amodal mask of every thing by instance index where they were asked for."""

    buffers: TruthBuffers
    amodal: Mapping[int, AmodalMask] | None


class _Nearest:
    """The nearest hit of every pixel so far; flat arrays over the image."""

    def __init__(self, count: int) -> None:
        self.depth: F64 = np.full(count, np.inf)
        self.item: npt.NDArray[np.int32] = np.full(count, -1, dtype=np.int32)
        self.face: npt.NDArray[np.int32] = np.zeros(count, dtype=np.int32)
        self.u: F32 = np.zeros(count, dtype=np.float32)
        self.v: F32 = np.zeros(count, dtype=np.float32)


class RayTracer:
    """Traces truth passes; keeps tracers of meshes and the planes of lenses from frame to frame.

    Attributes
    ----------
    planes : LensPlanes
    """

    def __init__(self) -> None:
        self._tracers = TracerStore()
        self.planes = LensPlanes()

    def release(self) -> None:
        """Let everything go that is kept."""
        self._tracers.release()

    def trace(self, scene: Scene, *, coordinates: bool = True, amodal: bool = True) -> RayTruth:
        """Return what labels are made of.

        Parameters
        ----------
        coordinates : bool
            Also object coordinates.
        amodal : bool
            Also the mask of every thing as if it were alone.
        """
        camera = scene.camera
        rolling = rolls(scene)
        self._tracers.begin_frame()
        around = Tiles.around(camera) if amodal else None
        draws = draw_list(replace(scene, camera=_pinhole_that_sees_as_wide(camera, around)))
        items = items_of(scene, draws)
        image = (0, 0, camera.width, camera.height)
        field = Field.of(camera, image, self.planes.of(camera, image), rolling)
        nearest = _Nearest(camera.width * camera.height)
        tiles = Tiles.of_plane(image, field.plane)
        reached = tiles.reached(camera, items, rolling)
        crops: dict[int, list[tuple[int, int, Mask]]] = {}
        for number, item in enumerate(items):
            rect = reached.rect(number)
            if rect is None:
                continue
            mask = self._draw(field.crop(rect, reached, number), item, number, nearest, camera.width)
            if amodal and item.is_thing and mask is not None:
                crops.setdefault(item.instance, []).append((rect[0], rect[1], mask))
        masks: dict[int, AmodalMask] | None = None
        if around is not None:
            outside = self._outside(camera, items, around, rolling)
            masks = _amodal_masks(scene, crops, outside, _clipped(scene, draws))
        return RayTruth(self._buffers(scene, field, items, nearest, coordinates), masks)

    def _draw(self, field: Field, item: Item, number: int, nearest: _Nearest, width: int) -> Mask | None:
        """Cast at one item, keep what is nearest, and return its own pixels within the field's rectangle."""
        hits = cast(field, item, self._tracers.get(item.mesh))
        if len(hits.ray) == 0:
            return None
        x0, y0, x1, y1 = field.rect
        columns = x1 - x0
        pixel = hits.ray if columns == width else (hits.ray // columns) * width + hits.ray % columns + x0
        if columns == width:
            pixel = pixel + y0 * width
        elif y0:
            pixel += y0 * width
        wins = hits.t <= nearest.depth[pixel] * (1.0 + _EQUAL)
        place = pixel[wins]
        nearest.depth[place] = hits.t[wins]
        nearest.item[place] = number
        nearest.face[place] = hits.face[wins]
        nearest.u[place] = hits.u[wins]
        nearest.v[place] = hits.v[wins]
        if not item.is_thing:
            return None
        mask = np.zeros((y1 - y0) * columns, dtype=np.bool_)
        mask[hits.ray] = True
        return mask.reshape(y1 - y0, columns)

    def _outside(self, camera: Camera, items: list[Item], around: Tiles, rolling: bool) -> dict[int, int]:
        """Return how many pixels of the 3x3 images around, the image left out, each thing covers alone."""
        things = [i for i in items if i.is_thing]
        if not things:
            return {}
        reached = around.reached(camera, things, rolling)
        rects = [reached.rect(number) for number in range(len(things))]
        counts: dict[int, int] = {}
        for image in _images_around(camera):
            own = [(k, part) for k, rect in enumerate(rects) if rect and (part := _common(rect, image))]
            if own:
                for instance, count in self._count(camera, things, reached, own, rolling).items():
                    counts[instance] = counts.get(instance, 0) + count
        return counts

    def _count(
        self, camera: Camera, things: list[Item], reach: Reach, own: list[tuple[int, Rect]], rolling: bool
    ) -> dict[int, int]:
        """Return how many pixels each thing covers alone, items given by number with rectangles within one image."""
        whole = _around([rect for _, rect in own])
        field = Field.of(camera, whole, plane_of(camera, whole), rolling)
        parts: dict[int, list[tuple[int, Rect]]] = {}
        for number, rect in own:
            parts.setdefault(things[number].instance, []).append((number, rect))
        counts = {}
        for instance, pieces in parts.items():
            x0, y0, x1, y1 = _around([rect for _, rect in pieces])
            found = np.zeros((y1 - y0, x1 - x0), dtype=np.bool_)
            for number, rect in pieces:
                item = things[number]
                pixels = covered(field.crop(rect, reach, number), item, self._tracers.get(item.mesh))
                rows, columns = np.divmod(pixels, rect[2] - rect[0])
                found[rows + rect[1] - y0, columns + rect[0] - x0] = True
            counts[instance] = int(np.count_nonzero(found))
        return counts

    def _buffers(
        self, scene: Scene, field: Field, items: list[Item], nearest: _Nearest, coordinates: bool
    ) -> TruthBuffers:
        height, width = field.plane.shape[1:]
        surface: U32 = np.zeros(height * width, dtype=np.uint32)
        normal: F32 = np.zeros((height * width, 3), dtype=np.float32)
        placed: F32 | None = np.zeros((height * width, 3), dtype=np.float32) if coordinates else None
        hit = nearest.item >= 0
        ids = np.array([i.surface_id for i in items], dtype=np.uint32)
        surface[hit] = ids[nearest.item[hit]]
        order = np.argsort(nearest.item, kind="stable")
        starts = np.searchsorted(nearest.item[order], np.arange(len(items) + 1))
        flat = field.plane.reshape(2, -1)
        for number, item in enumerate(items):
            pixel = order[starts[number] : starts[number + 1]]
            if len(pixel) == 0:
                continue
            rays = np.stack([flat[0, pixel], flat[1, pixel], np.ones(len(pixel))], axis=1)
            row = pixel // width if len(field.poses) > 1 else np.zeros(1, dtype=np.intp)
            turn = field.poses[:, :3, :3].transpose(0, 2, 1) @ item.world_from_object[:3, :3]
            normal[pixel] = facing_normals(
                item,
                self._tracers.get(item.mesh),
                nearest.face[pixel],
                nearest.u[pixel],
                nearest.v[pixel],
                turn[row] if len(row) > 1 else turn[int(row[0])],
                rays,
            )
            if placed is not None and item.is_thing:
                back = item.object_from_world @ field.poses[:, :3, :3]
                places = item.world_from_object[:3, 3] + item.velocity * field.times_s[:, None]
                eyes = (field.poses[:, :3, 3] - places) @ item.object_from_world.T
                reach = rays * nearest.depth[pixel][:, None]
                if len(row) > 1:
                    points = eyes[row] + np.einsum("kij,kj->ki", back[row], reach)
                else:
                    points = eyes[int(row[0])] + np.einsum("kj,ij->ki", reach, back[int(row[0])])
                low, high = scene.instances[item.instance].model.bounds
                placed[pixel] = object_coordinates(low, high, points)
        depth = np.where(hit, nearest.depth, 0.0).astype(np.float32)
        return TruthBuffers(
            surface_id=surface.reshape(height, width),
            depth=depth.reshape(height, width),
            normal=normal.reshape(height, width, 3),
            object_coordinates=None if placed is None else placed.reshape(height, width, 3),
        )


def _pinhole_that_sees_as_wide(camera: Camera, around: Tiles | None) -> Camera:
    """Return a pinhole whose grid of 3x3 images holds all that the lens's does: for the near plane, and no picture."""
    pinhole = camera.pinhole
    if camera.distortion is None or around is None:
        return pinhole
    ends = np.stack([around.low, around.high])
    reach = np.abs(np.where(np.isfinite(ends), ends, np.nan))
    if np.isinf(ends).any() or np.isnan(reach).all():
        widest = np.full(2, np.tan(camera.distortion.limit_rad))
    else:
        widest = np.nanmax(reach, axis=(0, 2, 3))
    return replace(
        pinhole,
        fx=max(camera.cx + camera.width, 2 * camera.width - camera.cx) / float(widest[0]),
        fy=max(camera.cy + camera.height, 2 * camera.height - camera.cy) / float(widest[1]),
    )


def _clipped(scene: Scene, draws: DrawList) -> set[int]:
    """Return the things with vertices on both sides of the near plane."""
    out = set()
    z, near = draws.placement.z_range, draws.view.near
    for i, instance in enumerate(scene.instances):
        if instance.kind != "thing" or not z[i, 0] < near < z[i, 1]:
            continue
        row = draws.placement.camera_from_object[i, 2]
        depths = [p.mesh.positions @ row[:3] + row[3] for p in instance.model.parts]
        if min(float(d.min()) for d in depths) < near < max(float(d.max()) for d in depths):
            out.add(i)
    return out


def _amodal_masks(
    scene: Scene, crops: dict[int, list[tuple[int, int, Mask]]], outside: dict[int, int], clipped: set[int]
) -> dict[int, AmodalMask]:
    out = {}
    for i, instance in enumerate(scene.instances):
        if instance.kind != "thing":
            continue
        found = _joined(crops[i]) if i in crops else None
        x, y, mask = found if found is not None else (0, 0, empty_mask())
        out[i] = AmodalMask(x, y, mask, int(np.count_nonzero(mask)) + outside.get(i, 0), i in clipped)
    return out


def _joined(crops: list[tuple[int, int, Mask]]) -> tuple[int, int, Mask] | None:
    x0, y0 = min(c[0] for c in crops), min(c[1] for c in crops)
    x1, y1 = max(c[0] + c[2].shape[1] for c in crops), max(c[1] + c[2].shape[0] for c in crops)
    whole = np.zeros((y1 - y0, x1 - x0), dtype=np.bool_)
    for x, y, mask in crops:
        whole[y - y0 : y - y0 + mask.shape[0], x - x0 : x - x0 + mask.shape[1]] |= mask
    return tight(whole, x0, y0)


def _common(a: Rect, b: Rect) -> Rect | None:
    x0, y0, x1, y1 = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _around(rects: list[Rect]) -> Rect:
    x0, y0, x1, y1 = zip(*rects, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def _images_around(camera: Camera) -> list[Rect]:
    """Return the eight images about the picture, each of its size."""
    w, h = camera.width, camera.height
    return [(c * w, r * h, (c + 1) * w, (r + 1) * h) for r in (-1, 0, 1) for c in (-1, 0, 1) if (c, r) != (0, 0)]
