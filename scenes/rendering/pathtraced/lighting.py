"""Light sampled towards a point, and found by chance along a ray, with the density of one for the weight of the other.

Solid angles throughout; no visibility is tested here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import drjit as dr
import mitsuba as mi

from myriorama.scenes.rendering.pathtraced.device_scene import DeviceScene
from myriorama.scenes.rendering.pathtraced.lamps import BALL, FACE, PANEL, SUN
from myriorama.scenes.rendering.pathtraced.lamps import PICKS as LIGHT_PICKS
from myriorama.scenes.rendering.pathtraced.looking import emission, place_of
from myriorama.scenes.rendering.pathtraced.surroundings import PICKS as SKY_PICKS


@dataclass(frozen=True, eq=False)
class Sampled:
    """Light towards a point.

    Attributes
    ----------
    direction : Vector3f
        Unit, to the light.
    distance : Float
    radiance : Color3f
        Over the density: what a sample is worth.
    density : Float
        Per steradian; 0 for light without size, which no ray finds by chance.
    casts : Bool
        Whether what stands between hides it.
    """

    direction: Any
    distance: Any
    radiance: Any
    density: Any
    casts: Any


def weight(mine: Any, other: Any) -> Any:
    """Return the share of a sample of density `mine` that `other` could have found as well (power heuristic)."""
    return dr.square(mine) * dr.rcp(dr.maximum(dr.square(mine) + dr.square(other), 1e-30))


def sky_radiance(scene: DeviceScene, direction: Any, active: Any) -> Any:
    """Return the surroundings along a world direction; bilinear between texels."""
    if not scene.kinds.panorama:
        return scene.tint
    d = scene.turn @ direction
    width, height, _, _ = scene.sky_shape
    x = (0.5 - dr.atan2(d.y, d.x) * (0.5 * dr.inv_pi)) * mi.Float(width) - 0.5
    y = dr.atan2(dr.sqrt(dr.square(d.x) + dr.square(d.y)), d.z) * dr.inv_pi * mi.Float(height) - 0.5
    x0, y0 = dr.floor(x), dr.floor(y)
    fx, fy = x - x0, y - y0
    w, h = mi.Int32(width), mi.Int32(height)
    left = mi.Int32(x0)
    left, right = dr.select(left < 0, left + w, left), left + 1
    right = dr.select(right >= w, right - w, right)
    top, low = dr.clip(mi.Int32(y0), 0, h - 1), dr.clip(mi.Int32(y0) + 1, 0, h - 1)
    corners = [
        dr.gather(mi.Vector4f, scene.sky.texels, mi.UInt32(line * w + column), active)
        for line in (top, low)
        for column in (left, right)
    ]
    upper = dr.fma(corners[1] - corners[0], fx, corners[0])
    lower = dr.fma(corners[3] - corners[2], fx, corners[2])
    value = dr.fma(lower - upper, fy, upper)
    return mi.Color3f(value.x, value.y, value.z) * scene.tint


def sky_density(scene: DeviceScene, direction: Any, active: Any) -> Any:
    """Return the density with which `sample_sky` finds a direction."""
    d = scene.turn @ direction
    _, _, across, down = scene.sky_shape
    x = (0.5 - dr.atan2(d.y, d.x) * (0.5 * dr.inv_pi)) * mi.Float(across)
    y = dr.atan2(dr.sqrt(dr.square(d.x) + dr.square(d.y)), d.z) * dr.inv_pi * mi.Float(down)
    column = dr.minimum(mi.UInt32(dr.maximum(x, 0.0)), across - 1)
    line = dr.minimum(mi.UInt32(dr.maximum(y, 0.0)), down - 1)
    return dr.gather(mi.Float, scene.sky.density, line * across + column, active)


def sample_sky(scene: DeviceScene, u: Any, v: Any, active: Any) -> Sampled:
    """Draw a direction to the surroundings' light."""
    at = u * float(SKY_PICKS)
    pick = dr.minimum(mi.UInt32(at), SKY_PICKS - 1)
    block = dr.gather(mi.UInt32, scene.sky.picks, pick, active)
    rest = dr.clip(at - mi.Float(pick), 0.0, 0.99999994)
    _, _, across, down = scene.sky_shape
    line = block // across
    column = block - line * across
    around = (0.5 - (mi.Float(column) + rest) * dr.rcp(mi.Float(across))) * dr.two_pi
    top = dr.cos(mi.Float(line) * (dr.pi * dr.rcp(mi.Float(down))))
    low = dr.cos(mi.Float(line + 1) * (dr.pi * dr.rcp(mi.Float(down))))
    cosine = dr.lerp(top, low, v)
    sine = dr.safe_sqrt(1.0 - dr.square(cosine))
    sin_a, cos_a = dr.sincos(around)
    # A matrix times a vector is no vector in Mitsuba's terms, and a loop's variables keep their types.
    d = mi.Vector3f(scene.turn.T @ mi.Vector3f(sine * cos_a, sine * sin_a, cosine))
    density = dr.gather(mi.Float, scene.sky.density, block, active)
    radiance = sky_radiance(scene, d, active) * dr.select(density > 0, dr.rcp(density), 0.0)
    return Sampled(d, mi.Float(dr.inf), radiance, density, mi.Bool(True))


def cone_height(sine: Any) -> Any:
    """Return 1 - cosine of an angle of that sine, without cancellation."""
    return dr.square(sine) * dr.rcp(1.0 + dr.safe_sqrt(1.0 - dr.square(sine)))


def sample_lights(scene: DeviceScene, point: Any, u: Any, v: Any, active: Any) -> Sampled:
    """Draw a lamp or a glowing face, and a point on it."""
    pick = dr.minimum(mi.UInt32(u * float(LIGHT_PICKS)), LIGHT_PICKS - 1)
    light = dr.gather(mi.UInt32, scene.light_picks, pick, active)
    chosen = dr.gather(mi.Vector2f, scene.light_chosen, light, active)
    u = dr.clip((u - chosen.x) * dr.rcp(dr.maximum(chosen.y, 1e-9)), 0.0, 0.99999994)
    kind = dr.gather(mi.UInt32, scene.light_kinds, light, active)
    rows = [dr.gather(mi.Vector4f, scene.light_rows, 5 * light + k, active) for k in range(5)]
    position, ahead, color, right, up = (mi.Vector3f(r.x, r.y, r.z) for r in rows)
    radius, casts = rows[0].w, rows[2].w > 0
    radiance = mi.Color3f(color.x, color.y, color.z)
    # Sun and ball: a cone around the line to the middle. Panel and face: a point on them.
    to_middle = position - point
    middle2 = dr.squared_norm(to_middle)
    middle = dr.sqrt(dr.maximum(middle2, 1e-20))
    is_sun, is_ball, is_face = (kind == k for k in (SUN, BALL, FACE))
    round_one = is_sun | is_ball
    axis = dr.select(is_sun, -ahead, to_middle * dr.rcp(middle))
    sine = dr.select(is_sun, radius, dr.minimum(radius * dr.rcp(middle), 0.999))
    height = cone_height(sine)
    x = u * height
    sin_t = dr.safe_sqrt(x * (2.0 - x))
    sin_p, cos_p = dr.sincos(dr.two_pi * v)
    cone = mi.Frame3f(axis).to_world(mi.Vector3f(sin_t * cos_p, sin_t * sin_p, 1.0 - x))
    point_like = round_one & (radius <= 0)
    root = dr.sqrt(u)
    a = dr.select(is_face, root * (1.0 - v), 2.0 * u - 1.0)
    b = dr.select(is_face, root * v, 2.0 * v - 1.0)
    to_point = position + right * a + up * b - point
    distance2 = dr.maximum(dr.squared_norm(to_point), 1e-20)
    distance = dr.sqrt(distance2)
    direction = dr.select(round_one, dr.select(point_like, axis, cone), to_point * dr.rcp(distance))
    across = dr.cross(right, up)
    size = dr.maximum(dr.norm(across), 1e-30)
    area = size * dr.select(is_face, 0.5, 4.0)
    slant = dr.select(is_face, dr.abs(dr.dot(across, direction)) * dr.rcp(size), -dr.dot(ahead, direction))
    density = dr.select(
        round_one, dr.rcp(dr.two_pi * dr.maximum(height, 1e-30)), distance2 * dr.rcp(area * dr.maximum(slant, 1e-9))
    )
    shown = dr.select(round_one, True, slant > 1e-6)
    radiance *= dr.select(is_ball, cone_share(rows, axis), 1.0)
    if scene.kinds.glowing:
        glowing = active & is_face
        face = dr.gather(mi.UInt32, scene.light_faces, light, glowing)
        place = place_of(scene, face, mi.Point2f(a, b), glowing)
        radiance = dr.select(is_face, emission(scene, place, glowing), radiance)
    worth = dr.select(
        point_like, dr.select(is_sun, 1.0, dr.rcp(dr.maximum(middle2, 1e-20))), dr.rcp(dr.maximum(density, 1e-30))
    )
    reach = dr.select(is_sun, dr.inf, dr.select(is_ball, middle - radius, distance))
    share = dr.maximum(chosen.y, 1e-9)
    return Sampled(
        direction,
        reach,
        dr.select(shown, radiance * (worth * dr.rcp(share)), 0.0),
        dr.select(point_like, 0.0, density * share),
        is_face | casts,
    )


def cone_share(rows: list[Any], axis: Any) -> Any:
    """Return how much of a ball's light goes the way opposite to `axis`: a spot's smooth rim."""
    cosine = -(rows[1].x * axis.x + rows[1].y * axis.y + rows[1].z * axis.z)
    outer, inner = rows[3].w, rows[4].w
    t = dr.clip((cosine - outer) * dr.rcp(inner - outer), 0.0, 1.0)
    return dr.square(t) * (3.0 - 2.0 * t)


def met_lamps(
    scene: DeviceScene, start: Any, direction: Any, travelled: Any, until: Any, density: Any, active: Any
) -> Any:
    """Return the light of lamps that a ray runs through by chance, each weighted against its sampling.

    Parameters
    ----------
    start : Vector3f
        Where the ray was scattered.
    travelled, until : Float
        The stretch from there that is looked at; a lamp that casts no shadow is taken with the first stretch, whole.
    density : Float
        With which the ray's direction was drawn.
    """

    def body(k: Any, total: Any) -> tuple[Any, Any]:
        rows = [dr.gather(mi.Vector4f, scene.light_rows, 5 * k + j, active) for j in range(5)]
        position, ahead, color, right, up = (mi.Vector3f(r.x, r.y, r.z) for r in rows)
        kind = dr.gather(mi.UInt32, scene.light_kinds, k, active)
        chosen = dr.gather(mi.Vector2f, scene.light_chosen, k, active)
        radius, casts = rows[0].w, rows[2].w > 0
        is_sun, is_ball, is_panel = kind == SUN, kind == BALL, kind == PANEL
        to_middle = position - start
        middle = dr.sqrt(dr.maximum(dr.squared_norm(to_middle), 1e-20))
        axis = dr.select(is_sun, -ahead, to_middle * dr.rcp(middle))
        sine = dr.select(is_sun, radius, dr.minimum(radius * dr.rcp(middle), 0.999))
        off = dr.norm(dr.cross(axis, direction))
        in_cone = (off < sine) & (dr.dot(axis, direction) > 0)
        near = middle * dr.dot(axis, direction) - dr.safe_sqrt(dr.square(radius) - dr.square(middle * off))
        toward = -dr.dot(ahead, direction)
        plane = -dr.dot(to_middle, ahead) * dr.rcp(dr.maximum(toward, 1e-9))
        on = start + direction * plane - position
        across = dr.abs(dr.dot(on, right)) <= dr.squared_norm(right)
        along = dr.abs(dr.dot(on, up)) <= dr.squared_norm(up)
        on_panel = is_panel & (toward > 1e-6) & (plane > 0) & across & along
        area = 4.0 * dr.norm(right) * dr.norm(up)
        distance = dr.select(is_panel, plane, dr.select(is_sun, dr.inf, near))
        theirs = dr.select(
            is_panel,
            dr.square(plane) * dr.rcp(dr.maximum(area * toward, 1e-30)),
            dr.rcp(dr.two_pi * dr.maximum(cone_height(sine), 1e-30)),
        )
        met = dr.select(is_panel, on_panel, in_cone & (radius > 0))
        hidden_by = dr.select(is_sun, until < dr.inf, (distance < travelled) | (distance >= until))
        met &= dr.select(casts, ~hidden_by, travelled == 0)
        light = mi.Color3f(color.x, color.y, color.z) * dr.select(is_ball, cone_share(rows, axis), 1.0)
        return k + 1, total + dr.select(met, light * weight(density, theirs * chosen.y), 0.0)

    count = scene.lamp_count
    _, total = dr.while_loop(
        (mi.UInt32(0), mi.Color3f(0.0)), lambda k, total: active & (k < count), body, labels=("lamp", "total")
    )
    return total
