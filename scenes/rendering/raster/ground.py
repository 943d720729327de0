"""What the ground throws back up: the one bounce of light that no picture on a table does without.

A single radiance for the whole lower half, from the ground's mean colour and the light that falls on it.
It traces no path; where there is no ground, the surroundings reach all the way down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.scenes.assembly.scene import Instance
from myriorama.scenes.conventions import F64
from myriorama.scenes.lights import Light, PointLight, SpotLight, SunLight
from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.raster.drawlist import DrawList
from myriorama.scenes.rendering.raster.environment import DeviceEnvironment
from myriorama.scenes.rendering.raster.geometry import MeshStore
from myriorama.scenes.rendering.raster.textures import TextureStore

_LEVEL_COSINE: Final = 0.97
_LEAST_SHARE: Final = 0.05


@dataclass(frozen=True, eq=False)
class Ground:
    """The light from below.

    Attributes
    ----------
    radiance : (3,) float64
        Before exposure.
    share : float
        How much of the lower half the ground fills, cosine-weighted, seen from the middle of the things on it.
    """

    radiance: F64
    share: float


def ground_below(
    draws: DrawList,
    lights: tuple[Light, ...],
    environment: DeviceEnvironment | None,
    meshes: MeshStore,
    textures: TextureStore,
) -> Ground | None:
    """Find the level `stuff` that fills most of the view downwards, and what it throws back; None without one."""
    instances = draws.scene.instances
    things = np.array([i.kind != "stuff" for i in instances], dtype=bool)
    if things.all() or not things.any():
        return None
    bounds = np.stack([i.world_bounds for i in instances])
    middle = bounds[things].mean(axis=(0, 1))
    best, best_share, best_top = None, _LEAST_SHARE, 0.0
    for k in np.flatnonzero(~things):
        turn = instances[k].world_from_object[:3, :3]
        if turn[2, 2] < _LEVEL_COSINE * np.linalg.norm(turn[:, 2]):
            continue
        width, depth = bounds[k, 1, :2] - bounds[k, 0, :2]
        top = float(bounds[k, 1, 2])
        height = max(float(middle[2]) - top, 0.0)
        if middle[2] < bounds[k, 0, 2]:
            continue
        share = width * depth / (width * depth + np.pi * height**2)  # of a disc of this area
        if share > best_share:
            best, best_share, best_top = instances[k], float(share), top
    if best is None:
        return None
    tint = np.asarray(draws.scene.background.color, dtype=np.float64)
    level = np.ones(3)
    if environment is not None:
        above = environment.ambient_above
        level = above[0] + above[2] + 2.0 * above[6]
    light = level * tint
    point = np.array([middle[0], middle[1], best_top])
    for lamp in lights:
        light = light + level_irradiance(lamp, point) / np.pi
    return Ground(_reflectance(best, meshes, textures) * light, best_share)


def _reflectance(instance: Instance, meshes: MeshStore, textures: TextureStore) -> F64:
    """Return the mean colour of what faces up, (3,) float64."""
    total, area = np.zeros(3), 0.0
    for part in instance.model.parts:
        weight = meshes.get(part.mesh).upward_area(part.mesh)
        total += weight * _mean_color(part.material, textures)
        area += weight
    return total / area if area > 0 else total


def _mean_color(material: Material, textures: TextureStore) -> F64:
    color = np.asarray(material.base_color, dtype=np.float64)
    texture = material.base_color_texture
    return color if texture is None else np.asarray(color * textures.mean(texture))


def level_irradiance(light: Light, point: F64) -> F64:
    """Return the unshadowed irradiance, (3,) float64, of a level surface at a world point."""
    if isinstance(light, SunLight):
        direction = np.asarray(light.direction, dtype=np.float64)
        facing = max(0.0, -float(direction[2] / np.linalg.norm(direction)))
        return np.array(light.irradiance, dtype=np.float64) * np.float64(facing)
    away = np.asarray(light.position, dtype=np.float64) - point
    distance2 = max(float(away @ away), 1e-6)
    weight = max(0.0, float(away[2])) / float(np.sqrt(distance2)) / distance2
    if isinstance(light, PointLight):
        return np.array(light.intensity, dtype=np.float64) * np.float64(weight)
    ahead = np.asarray(light.direction, dtype=np.float64)
    leaving = -float(away @ ahead) / float(np.sqrt(distance2) * np.linalg.norm(ahead))
    if isinstance(light, SpotLight):
        inside = leaving > float(np.cos(np.radians(light.outer_angle_deg)))
        return np.array(light.intensity, dtype=np.float64) * np.float64(weight * inside)
    weight *= light.width_m * light.height_m * max(0.0, leaving)
    return np.array(light.radiance, dtype=np.float64) * np.float64(weight)
