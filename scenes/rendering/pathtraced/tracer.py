"""The light transport: paths from the eye, with light sampled at every surface and found by chance in between.

One program traces any number of samples of every pixel, so memory does not grow with them, and sums come in one order.
It develops nothing and keeps nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import drjit as dr
import mitsuba as mi
import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.rendering.pathtraced.chance import hashed, pair, unit_number
from myriorama.scenes.rendering.pathtraced.device_scene import DeviceScene, as_rows
from myriorama.scenes.rendering.pathtraced.lighting import (
    Sampled,
    met_lamps,
    sample_lights,
    sample_sky,
    sky_density,
    sky_radiance,
    weight,
)
from myriorama.scenes.rendering.pathtraced.looking import emission, look_of, passes, place_of, rows_of, scaled_uv, texel
from myriorama.scenes.rendering.pathtraced.reflectance import average, draw, evaluate, scatter
from myriorama.scenes.rendering.pathtraced.surfaces import CLEAR
from myriorama.scenes.rendering.pathtraced.uploading import uploaded

PASSED_AT_MOST: Final = 48
"""Cut-out and clear faces that a path goes straight through, beside the surfaces that it meets."""
_ROULETTE_FROM: Final = 2
"""Surfaces after which dim paths are ended by chance: from the second on, a third less work for 2 % more grain."""
_BLURRED: Final = 0.4
"""Least roughness of what is met after a matt surface: what it mirrors into a matt one is grain, not detail."""
_DECISIONS: Final = 4


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over the samples of every pixel, N = width * height rows.

    Attributes
    ----------
    light : (N, 3) float32
        Radiance of what is hit; surroundings seen directly are left out.
    squares : (N, 3) float32
        Of every sample's radiance.
    direct : (N, 3) float32
        The part of `light` that was scattered once at most.
    open : (N, 1) float32
        How much is seen of what lies behind everything.
    albedo, normal : (N, 3) float32
        Of the first surface; normals in world axes, facing the eye.
    """

    light: F32
    squares: F32
    direct: F32
    open: F32
    albedo: F32
    normal: F32


class Eye:
    """A pinhole on the device."""

    def __init__(self, camera: Camera, origin: F64) -> None:
        pose = camera.world_from_camera
        reals = [*pose[:3, :3].ravel(), *(pose[:3, 3] - origin), camera.fx, camera.fy, camera.cx, camera.cy]
        self.count = camera.width * camera.height
        self._reals = uploaded(mi.Float, reals)
        self._width = uploaded(mi.UInt32, [camera.width])

    def _real(self, k: int) -> Any:
        return dr.gather(mi.Float, self._reals, k)

    def ray(self, pixel: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """Return origin and unit direction through a point of a pixel, x and y in [0, 1)."""
        width = dr.gather(mi.UInt32, self._width, 0)
        row = pixel // width
        column = pixel - row * width
        across = (mi.Float(column) + x - self._real(14)) / self._real(12)
        down = (mi.Float(row) + y - self._real(15)) / self._real(13)
        turn = mi.Matrix3f(*(self._real(k) for k in range(9)))
        origin = mi.Vector3f(*(self._real(9 + k) for k in range(3)))
        return origin, dr.normalize(turn @ mi.Vector3f(across, down, 1.0))


def trace(scene: DeviceScene, eye: Eye, first: int, last: int, depth: int, seed: tuple[int, int], parts: bool) -> Sums:
    """Trace samples `first` up to, not including, `last` of every pixel.

    Parameters
    ----------
    depth : int
        Surfaces that a path meets at most.
    seed : (int, int)
        Two uint32.
    parts : bool
        Whether `direct` is asked for; it is zero otherwise.
    """
    if scene.body.scene is None:
        black = np.zeros((eye.count, 3), dtype=np.float32)
        return Sums(black, black, black, np.full((eye.count, 1), last - first, dtype=np.float32), black, black)
    limits = uploaded(mi.UInt32, [first, last, depth, *seed])
    start, end, deepest, seed_a, seed_b = (dr.gather(mi.UInt32, limits, k) for k in range(5))
    pixel = dr.arange(mi.UInt32, eye.count)
    key = hashed(pixel, seed_a, seed_b)
    black = mi.Color3f(0.0)
    state = (start + dr.zeros(mi.UInt32, eye.count), *(mi.Color3f(black) for _ in range(3)), mi.Float(0.0),
             mi.Color3f(black), mi.Vector3f(0.0))  # fmt: skip

    def body(
        sample: Any, light: Any, squares: Any, direct: Any, open_: Any, albedo: Any, normal: Any
    ) -> tuple[Any, ...]:
        x, y = pair(key, sample, 0)
        origin, direction = eye.ray(pixel, x, y)
        found = _path(scene, origin, direction, key, sample, deepest, parts)
        return (
            sample + 1,
            light + found[0],
            squares + dr.square(found[0]),
            direct + found[1],
            open_ + found[2],
            albedo + found[3],
            normal + found[4],
        )

    names = ("sample", "light", "squares", "direct", "open", "albedo", "normal")
    out = dr.while_loop(state, lambda *s: s[0] < end, body, labels=names, mode="symbolic")
    dr.eval(out)
    _, light, squares, direct, open_, albedo, normal = out
    return Sums(
        as_rows(light, 3, eye.count),
        as_rows(squares, 3, eye.count),
        as_rows(direct, 3, eye.count),
        as_rows(open_, 1, eye.count),
        as_rows(albedo, 3, eye.count),
        as_rows(normal, 3, eye.count),
    )


def _path(
    scene: DeviceScene, origin: Any, direction: Any, key: Any, sample: Any, deepest: Any, parts: bool
) -> tuple[Any, ...]:
    """Return radiance, its direct part, what is seen of the background, albedo and normal of one path."""
    state = {
        "active": mi.Bool(True),
        "origin": mi.Vector3f(origin),
        "direction": mi.Vector3f(direction),
        "carried": mi.Color3f(1.0),
        "light": mi.Color3f(0.0),
        "direct": mi.Color3f(0.0),
        "open": mi.Float(0.0),
        "albedo": mi.Color3f(0.0),
        "normal": mi.Vector3f(0.0),
        "met": mi.UInt32(0),
        "passed": mi.UInt32(0),
        "density": mi.Float(0.0),
        "travelled": mi.Float(0.0),
        "least": mi.Float(0.0),
    }
    names = tuple(state)

    def body(*values: Any) -> tuple[Any, ...]:
        after = _step(scene, dict(zip(names, values, strict=True)), key, sample, deepest, parts)
        return tuple(after[name] for name in names)

    found = dr.while_loop(tuple(state.values()), lambda active, *_: active, body, labels=names, mode="symbolic")
    out = dict(zip(names, found, strict=True))
    return out["light"], out["direct"], out["open"], out["albedo"], out["normal"]


def _step(scene: DeviceScene, s: dict[str, Any], key: Any, sample: Any, deepest: Any, parts: bool) -> dict[str, Any]:
    """Follow a path to the next face, gather its light there, and choose how it goes on."""
    kinds = scene.kinds
    active, direction, met = s["active"], s["direction"], s["met"]
    bounced = met > 0
    hit, until, face, inside = meet(scene, s["origin"], direction, active)
    gathered = mi.Color3f(0.0)
    if kinds.lamps:
        # Lamps are not seen by the eye, so only what was scattered finds them.
        scattered_at = s["origin"] - direction * s["travelled"]
        gathered += s["carried"] * met_lamps(
            scene, scattered_at, direction, s["travelled"], s["travelled"] + until, s["density"], active & bounced
        )
    missed = active & ~hit
    around = missed & bounced
    sky = sky_radiance(scene, direction, around)
    if kinds.panorama:
        sky *= weight(s["density"], sky_density(scene, direction, around))
    gathered += dr.select(around, s["carried"] * sky, 0.0)
    open_ = dr.select(missed & ~bounced, average(s["carried"]), 0.0)

    active = active & hit
    place = place_of(scene, face, inside, active)
    look = look_of(scene, place, direction, active)
    gone = active & look.gone
    here = active & ~gone
    if kinds.glowing:
        glow = emission(scene, place, here)
        way = s["travelled"] + until
        slant = dr.maximum(dr.abs(dr.dot(place.facet, direction)), 1e-6)
        share = dr.gather(mi.Float, scene.share_of_face, place.face, here & bounced)
        theirs = share * dr.square(way) * dr.rcp(dr.maximum(0.5 * place.area2 * slant, 1e-30))
        glow *= dr.select(bounced, weight(s["density"], theirs), 1.0)
        gathered += dr.select(here, s["carried"] * glow, 0.0)

    frame = mi.Frame3f(look.normal)
    eye = frame.to_local(-direction)
    scattering = scatter(
        scene.albedo_table,
        eye,
        look.base,
        look.metallic,
        dr.maximum(look.roughness, s["least"]),
        look.clear,
        look.opacity,
        here,
    )
    decision = 1 + (met + s["passed"]) * _DECISIONS
    step = 1e-5 * dr.maximum(dr.max(dr.abs(place.point)), until)
    lifted = place.point + look.facet * step
    # A light's own surface counts as one: the last surface of a path gathers none.
    lightable = here & (met + 2 <= deepest)
    u, v = pair(key, sample, decision)
    sampled = mi.Color3f(0.0)
    if kinds.panorama:
        sampled += _towards(scene, sample_sky(scene, u, v, lightable), scattering, frame, look, lifted, lightable)
    if kinds.lit:
        u, v = pair(key, sample, decision + 1)
        found = sample_lights(scene, lifted, u, v, lightable)
        sampled += _towards(scene, found, scattering, frame, look, lifted, lightable)
    sampled *= s["carried"]

    first = here & ~bounced
    seen = average(s["carried"]) * (1.0 - scattering.through)
    u, v = pair(key, sample, decision + 2)
    if kinds.porous:
        goes_through = here & (u < scattering.through_share)
        u = dr.select(goes_through, 0.0, (u - scattering.through_share) / (1.0 - scattering.through_share))
        u = dr.clip(u, 0.0, 0.99999994)
        straight = gone | goes_through
    else:
        goes_through = straight = mi.Bool(False)
    out, mirrored = draw(scattering, u, v)
    value, density = evaluate(scattering, out, here & ~goes_through)
    scattered = frame.to_world(out)
    works = (density > 0) & (dr.dot(scattered, look.facet) > 0)
    carried = dr.select(works, s["carried"] * value * dr.rcp(dr.maximum(density, 1e-30)), 0.0)
    if kinds.porous:
        through = s["carried"] * (scattering.through * dr.rcp(dr.maximum(scattering.through_share, 1e-6)))
        carried = dr.select(goes_through, through, dr.select(gone, s["carried"], carried))
    now_met = dr.select(straight, met, met + 1)
    keep = dr.clip(dr.max(carried), 0.05, 0.95)
    chance = unit_number(hashed(key, sample, decision + 3))
    gambled = ~straight & (now_met >= _ROULETTE_FROM)
    carried = dr.select(gambled, carried * dr.rcp(keep), carried)
    goes_on = active & (now_met < deepest) & (dr.max(carried) > 0) & ~(gambled & (chance >= keep))
    passed = s["passed"] + dr.select(straight, 1, 0)
    return {
        "active": goes_on & (passed <= PASSED_AT_MOST),
        "origin": dr.select(straight, place.point - look.facet * step, lifted),
        "direction": dr.select(straight, direction, scattered),
        "carried": carried,
        "light": s["light"] + gathered + sampled,
        "direct": s["direct"]
        + (dr.select(met <= 1, gathered, 0.0) + dr.select(met == 0, sampled, 0.0) if parts else mi.Color3f(0.0)),
        "open": s["open"] + open_,
        "albedo": s["albedo"] + dr.select(first, dr.clip(scattering.albedo, 0.0, 1.0) * seen, 0.0),
        "normal": s["normal"] + dr.select(first, look.normal * seen, 0.0),
        "met": now_met,
        "passed": passed,
        "density": dr.select(straight, s["density"], density),
        "travelled": dr.select(straight, s["travelled"] + until, 0.0),
        "least": dr.select(
            straight, s["least"], dr.maximum(s["least"], _BLURRED * dr.select(mirrored, dr.square(look.roughness), 1.0))
        ),
    }


def meet(scene: DeviceScene, origin: Any, direction: Any, active: Any) -> tuple[Any, Any, Any, Any]:
    """Return whether a ray hits, how far, which face, and where on it."""
    found = scene.body.scene.ray_intersect_preliminary(mi.Ray3f(mi.Point3f(origin), direction), False, active)
    hit = active & found.is_valid()
    return hit, dr.select(hit, found.t, dr.inf), dr.select(hit, found.prim_index, 0), found.prim_uv


def _towards(
    scene: DeviceScene, found: Sampled, scattering: Any, frame: Any, look: Any, origin: Any, active: Any
) -> Any:
    """Return what a sampled light sends to the eye: reflected, weighted, and only where it gets here."""
    value, density = evaluate(scattering, frame.to_local(found.direction), active)
    useful = active & (dr.dot(found.direction, look.facet) > 0) & (dr.max(value * found.radiance) > 0)
    share = dr.select(found.density > 0, weight(found.density, density), 1.0)
    arrives = _reaches(scene, origin, found.direction, found.distance, useful & found.casts)
    arriving = value * found.radiance * share * dr.select(found.casts, arrives, 1.0)
    return dr.select(useful, arriving, 0.0)


def _reaches(scene: DeviceScene, origin: Any, direction: Any, distance: Any, active: Any) -> Any:
    """Return how much light comes along a straight line: 0 behind anything solid, part of it behind clear surfaces."""
    reach = distance * (1.0 - 1e-4)
    if not scene.kinds.porous:
        ray = mi.Ray3f(mi.Point3f(origin), direction, reach, 0.0, mi.Color0f())
        return dr.select(scene.body.scene.ray_test(ray, active), 0.0, 1.0)

    def body(going: Any, at: Any, left: Any, share: Any, passed: Any) -> tuple[Any, ...]:
        hit, until, face, inside = meet(scene, at, direction, going)
        hit &= until < left
        place = place_of(scene, face, inside, hit)
        rows = rows_of(scene, place.material, hit)
        alpha = rows.base.w
        if scene.kinds.mapped:
            mapped = hit & (rows.textures.x > 0)
            value = texel(scene, rows.textures.x, scaled_uv(scene, place, mapped), mapped)
            alpha = dr.select(mapped, alpha * value.w, alpha)
        gone = passes(scene, place, rows, alpha, direction)
        clear = rows.flags.x == CLEAR
        # What a clear surface mirrors is lost to what lies behind; Schlick's term serves for its share here.
        miss = 1.0 - dr.abs(dr.dot(place.facet, direction))
        mirrored = 0.04 + 0.96 * dr.square(dr.square(miss)) * miss
        dims = dr.select(gone, 1.0, dr.select(clear, (1.0 - alpha) * (1.0 - mirrored), 0.0))
        share = dr.select(hit, share * dims, share)
        step = until + 2e-5 * dr.maximum(dr.max(dr.abs(place.point)), until)
        return (
            hit & (share > 0) & (passed < PASSED_AT_MOST),
            at + direction * step,
            left - step,
            dr.select(hit & (passed >= PASSED_AT_MOST), 0.0, share),
            passed + 1,
        )

    state = (mi.Bool(active), mi.Vector3f(origin), mi.Float(reach), mi.Float(1.0), mi.UInt32(0))
    names = ("going", "at", "left", "share", "passed")
    return dr.while_loop(state, lambda going, *_: going, body, labels=names, mode="symbolic")[3]
