"""Lights as the shaders read them: one uniform block in the camera frame.

The layout is that of lighting.glsl, field for field. It casts no shadow; it only carries the maps' numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.lights import AreaLight, Background, Light, SpotLight, SunLight
from myriorama.scenes.rendering.raster.environment import DeviceEnvironment, environment_from_world
from myriorama.scenes.rendering.raster.ground import Ground

MAX_LIGHTS: Final = 32
LIGHTING_BINDING: Final = 1
_LIGHT_FLOATS: Final = 44
_HEAD_FLOATS: Final = 9 * 4 + 16 + 4
BLOCK_BYTES: Final = 4 * (_HEAD_FLOATS + MAX_LIGHTS * _LIGHT_FLOATS)


@dataclass(frozen=True, eq=False)
class ShadowPlacement:
    """Where one light's shadow map is and how to read it; see shadow.glsl.

    Attributes
    ----------
    map_from_camera : (4, 4) float64
        To texel x, y and depth in [0, 1]; times w for a perspective light.
    plane_factor, penumbra_factor, offset : float
    tile : (4,) float64
        Lowest and highest texel centre that belongs to it.
    wide : bool
        Its penumbra may be wider than the smallest filter.
    """

    map_from_camera: F64
    plane_factor: float
    penumbra_factor: float
    offset: float
    tile: F64
    wide: bool


@dataclass(frozen=True, eq=False)
class Lighting:
    """The block, how many lights of each kind are in it (suns by whether their shadow is soft), and if any casts."""

    block: F32
    suns: int
    soft_suns: int
    points: int
    areas: int
    casting: bool


def checked(lights: tuple[Light, ...]) -> tuple[Light, ...]:
    """Return the lights as they are.

    Raises
    ------
    DeviceError
        More lights than the shaders hold.
    """
    if len(lights) > MAX_LIGHTS:
        raise DeviceError(f"a scene may hold {MAX_LIGHTS} lights for this engine, not {len(lights)}")
    return lights


def pack_lighting(
    lights: tuple[Light, ...],
    shadows: tuple[ShadowPlacement | None, ...],
    camera: Camera,
    background: Background,
    environment: DeviceEnvironment | None,
    ground: Ground | None,
) -> Lighting:
    """Fill the block.

    Parameters
    ----------
    lights : tuple of Light
        In any order; the block holds them by kind.
    shadows : tuple of ShadowPlacement or None
        One for each light.
    """
    pairs = sorted(zip(lights, shadows, strict=True), key=_soft_suns_second)
    lights, shadows = tuple(p[0] for p in pairs), tuple(p[1] for p in pairs)
    block = np.zeros(BLOCK_BYTES // 4, dtype=np.float32)
    tint = np.asarray(background.color, dtype=np.float64)
    block[:36] = np.pad(ambient_over_ground(environment, tint, ground), ((0, 0), (0, 1))).ravel()
    if ground is not None:
        block[52:56] = (*ground.radiance, ground.share)
    turn = np.eye(4)
    turn[:3, :3] = environment_from_world(background) @ camera.world_from_camera[:3, :3]
    block[36:52] = turn.T.ravel()
    rows = block[_HEAD_FLOATS:].reshape(MAX_LIGHTS, 11, 4)
    camera_from_world = camera.camera_from_world
    for row, light, shadow in zip(rows, lights, shadows, strict=False):
        _pack_light(row, light, camera_from_world)
        if shadow is not None:
            row[5] = (1.0, shadow.plane_factor, shadow.penumbra_factor, shadow.offset)
            row[6] = shadow.tile
            row[7:11] = shadow.map_from_camera.T
    ranks = [_soft_suns_second(pair) for pair in pairs]
    casting = any(shadow is not None for shadow in shadows)
    return Lighting(block, ranks.count(0), ranks.count(1), ranks.count(2), ranks.count(3), casting)


def _soft_suns_second(pair: tuple[Light, ShadowPlacement | None]) -> int:
    light, shadow = pair
    if isinstance(light, SunLight):
        return int(shadow is not None and shadow.wide)
    return 3 if isinstance(light, AreaLight) else 2


def ambient_over_ground(environment: DeviceEnvironment | None, tint: F64, ground: Ground | None) -> F64:
    """Return the nine ambient coefficients, (9, 3) float64, with the ground's light in the lower half.

    A lower half of radiance 1 gives irradiance / pi of (1 - n.z) / 2: two coefficients, exactly.
    """
    below = np.zeros((9, 1))
    below[0], below[2] = 0.5, -0.5
    if environment is None:
        whole, upper = np.zeros((9, 3)), np.zeros((9, 3))
        whole[0] = 1.0
        upper[0] = upper[2] = 0.5
    else:
        whole, upper = environment.ambient, environment.ambient_above
    if ground is None:
        return np.asarray(whole * tint)
    return np.asarray((1.0 - ground.share) * whole * tint + ground.share * (upper * tint + below * ground.radiance))


def _pack_light(row: np.ndarray, light: Light, camera_from_world: F64) -> None:
    turn, shift = camera_from_world[:3, :3], camera_from_world[:3, 3]
    if isinstance(light, SunLight):
        row[1, :3] = turn @ unit(light.direction)
        row[1, 3] = np.tan(np.radians(light.angular_diameter_deg) / 2)
        row[2, :3] = light.irradiance
        return
    row[0, :3] = turn @ np.asarray(light.position, dtype=np.float64) + shift
    if isinstance(light, AreaLight):
        ahead = unit(light.direction)
        up = np.asarray(light.up, dtype=np.float64)
        up = unit(up - ahead * (up @ ahead))
        right = np.cross(ahead, up)
        row[1, :3] = turn @ ahead
        row[2, :3] = light.radiance
        row[3, :3] = turn @ right * (light.width_m / 2)
        row[4, :3] = turn @ up * (light.height_m / 2)
        return
    row[0, 3] = light.radius_m
    row[2, :3] = light.intensity
    if isinstance(light, SpotLight):
        row[1, :3] = turn @ unit(light.direction)
        outer, inner = np.cos(np.radians([light.outer_angle_deg, light.inner_angle_deg]))
        # A cone without a soft rim still needs a rim of some width, or its edge would be a division by zero.
        row[3, 3], row[4, 3] = outer, max(inner, outer + 1e-4)
    else:
        row[1, 2] = 1.0
        row[3, 3], row[4, 3] = -3.0, -2.0


def unit(vector: object) -> F64:
    """Return the vector at length 1.

    Raises
    ------
    ValueError
        It has no direction.
    """
    out = np.asarray(vector, dtype=np.float64)
    length = float(np.linalg.norm(out))
    if length == 0.0:
        raise ValueError("a direction must not be the zero vector")
    return np.asarray(out / length)
