"""Which surface each pixel's centre sees, by Mitsuba's rays: a second witness to the raster engine's truth.

It serves tests and doctor alone; labels never come from it. It knows a pinhole only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F32, U32
from myriorama.scenes.rendering.pathtraced.device_scene import DeviceScene
from myriorama.scenes.rendering.pathtraced.engine import PathTracer
from myriorama.scenes.rendering.pathtraced.looking import passes, place_of, rows_of, scaled_uv, texel
from myriorama.scenes.rendering.pathtraced.tracer import PASSED_AT_MOST, Eye, meet


@dataclass(frozen=True, eq=False)
class Seen:
    """(H, W) uint32 surface ids, 0 where nothing is hit, and (H, W) float32 metres along the camera's z axis."""

    surface_id: U32
    depth: F32


def seen_at_centres(tracer: PathTracer, scene: Scene) -> Seen:
    """Return what rays through pixel centres hit first; cut-outs are passed, and what labels see through."""
    told, _, origin = tracer.told(scene)
    camera = scene.camera
    shape = (camera.height, camera.width)
    if told.body.scene is None:
        return Seen(np.zeros(shape, dtype=np.uint32), np.zeros(shape, dtype=np.float32))
    eye = Eye(camera, origin)
    start, direction = eye.ray(dr.arange(mi.UInt32, eye.count), 0.5, 0.5)

    def body(going: Any, at: Any, travelled: Any, part: Any, passed: Any) -> tuple[Any, ...]:
        hit, until, face, inside = meet(told, at, direction, going)
        place = place_of(told, face, inside, hit)
        skipped = hit & _skipped(told, place, direction, hit)
        step = until + 2e-5 * dr.maximum(dr.max(dr.abs(place.point)), until)
        found = hit & ~skipped
        return (
            skipped & (passed < PASSED_AT_MOST),
            dr.select(skipped, at + direction * step, at),
            dr.select(skipped, travelled + step, dr.select(found, travelled + until, travelled)),
            dr.select(found, place.part + 1, part),
            passed + 1,
        )

    state = (
        dr.full(mi.Bool, True, eye.count),
        mi.Vector3f(start),
        mi.Float(0.0),
        mi.UInt32(0),
        mi.UInt32(0),
    )
    names = ("going", "at", "travelled", "part", "passed")
    _, _, travelled, part, _ = dr.while_loop(state, lambda going, *_: going, body, labels=names, mode="symbolic")
    surface_id = np.array(part, dtype=np.uint32).reshape(shape)
    ahead = camera.world_from_camera[:3, 2]
    along = np.array(direction).T.astype(np.float64) @ ahead
    depth = (np.array(travelled).astype(np.float64) * along).reshape(shape)
    return Seen(surface_id, np.where(surface_id > 0, depth, 0.0).astype(np.float32))


def _skipped(scene: DeviceScene, place: Any, direction: Any, active: Any) -> Any:
    if not scene.kinds.porous:
        return mi.Bool(False)
    rows = rows_of(scene, place.material, active)
    alpha = rows.base.w
    if scene.kinds.mapped:
        mapped = active & (rows.textures.x > 0)
        value = texel(scene, rows.textures.x, scaled_uv(scene, place, mapped), mapped)
        alpha = dr.select(mapped, alpha * value.w, alpha)
    # Labels know a clear surface from both sides; it is passed only where its policy says so.
    see_through = rows.flags.z == 1
    cut = (rows.flags.x == 1) & passes(scene, place, rows, alpha, direction)
    return cut | see_through
