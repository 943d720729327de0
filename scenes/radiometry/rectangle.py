"""The light of an evenly bright rectangle on a small plane: how area lights are given a brightness.

It knows nothing that stands between light and plane.
"""

from __future__ import annotations

import math

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.lights import AreaLight


def facing_form_factor(width_m: float, height_m: float, distance_m: float) -> float:
    """Return the share of a small plane's hemisphere that a parallel rectangle centred above it fills.

    The irradiance of the plane is pi times radiance times this. J. R. Howell, "A catalog of radiation heat transfer
    configuration factors", B-3 (rectangle over an element under its corner), four times.
    """
    a, b = 0.5 * width_m / distance_m, 0.5 * height_m / distance_m
    ra, rb = math.sqrt(1.0 + a * a), math.sqrt(1.0 + b * b)
    return 4.0 / (2.0 * math.pi) * (a / ra * math.atan(b / ra) + b / rb * math.atan(a / rb))


def irradiance_from_rectangle(light: AreaLight, position: F64, normal: F64, cells: int = 8) -> F64:
    """Return the irradiance of a small plane from an area light, (3,) float64, nothing in between.

    Parameters
    ----------
    light : AreaLight
    position, normal : (3,) float64
        Of the plane, world; `normal` unit.
    cells : int
        The rectangle is summed as cells x cells small lamps.
    """
    direction = np.array(light.direction)
    up = np.array(light.up)
    side = np.cross(direction, up)
    steps = (np.arange(cells) + 0.5) / cells - 0.5
    x, y = (g.reshape(-1, 1) for g in np.meshgrid(steps * light.width_m, steps * light.height_m))
    from_light = position - (np.array(light.position) + x * side + y * up)
    squared = np.einsum("ij,ij->i", from_light, from_light)
    leaving = np.maximum(from_light @ direction, 0.0)
    arriving = np.maximum(-(from_light @ normal), 0.0)
    area = light.width_m * light.height_m / cells**2
    return np.array(light.radiance) * float((leaving * arriving / squared**2).sum() * area)


def radiance_of_rectangle(light: AreaLight, position: F64, toward: F64) -> F64:
    """Return the radiance that a point sees of an area light, (..., 3) float64, 0 beside it.

    Parameters
    ----------
    light : AreaLight
    position : (3,) float64
    toward : (..., 3) float64
        Unit directions from `position`.
    """
    direction = np.array(light.direction)
    up = np.array(light.up)
    side = np.cross(direction, up)
    offset = np.array(light.position) - position
    against = -(toward @ direction)
    facing = against > 1e-9
    reach = float(-(offset @ direction)) / np.where(facing, against, 1.0)
    across = reach * (toward @ side) - offset @ side
    along = reach * (toward @ up) - offset @ up
    seen = facing & (reach > 0) & (np.abs(across) <= 0.5 * light.width_m) & (np.abs(along) <= 0.5 * light.height_m)
    return np.where(seen[..., None], np.array(light.radiance), 0.0)
