"""Lights and what is behind everything, as immutable values in linear radiometric units.

Colours are linear RGB. This file computes no shading.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Rgb: TypeAlias = tuple[float, float, float]
Vector3: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True)
class SunLight:
    """Parallel light. `direction` is where the light travels *to* (unit, world); `irradiance` on a facing plane."""

    direction: Vector3
    irradiance: Rgb
    angular_diameter_deg: float = 0.53
    casts_shadow: bool = True


@dataclass(frozen=True)
class PointLight:
    """Sphere light at `position` (world, metres). `intensity` is radiant intensity (W/sr in relative units)."""

    position: Vector3
    intensity: Rgb
    radius_m: float = 0.02
    casts_shadow: bool = False


@dataclass(frozen=True)
class SpotLight:
    """Cone light. `direction` points away from the light; angles are half-angles of full and of zero light."""

    position: Vector3
    direction: Vector3
    intensity: Rgb
    inner_angle_deg: float = 20.0
    outer_angle_deg: float = 30.0
    radius_m: float = 0.02
    casts_shadow: bool = True


@dataclass(frozen=True)
class AreaLight:
    """Rectangle that emits `radiance` from the side that `direction` leaves.

    `up` is the rectangle's height axis; width and height in metres. Not visible to the camera.
    """

    position: Vector3
    direction: Vector3
    up: Vector3
    width_m: float
    height_m: float
    radiance: Rgb
    casts_shadow: bool = True


Light: TypeAlias = SunLight | PointLight | SpotLight | AreaLight


@dataclass(frozen=True, eq=False)
class RadianceMap:
    """Equirectangular radiance.

    Attributes
    ----------
    pixels : (H, W, 3) float32
        Linear radiance; row 0 is straight up (+Z); the image's centre column looks along +X, columns
        increase towards -Y (so that the sky reads left to right as seen from inside).
    """

    pixels: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        pixels = np.ascontiguousarray(self.pixels, dtype=np.float32)
        if pixels.ndim != 3 or pixels.shape[2] != 3:
            raise ValueError(f"radiance map must be (H, W, 3), not {pixels.shape}")
        if not np.isfinite(pixels).all() or float(pixels.min()) < 0:
            raise ValueError("radiance map holds negative or non-finite values")
        if pixels is self.pixels and pixels.flags.writeable:
            pixels = pixels.copy()
        pixels.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)

    @cached_property
    def key(self) -> str:
        """Content hash."""
        digest = blake2b(str(self.pixels.shape).encode(), digest_size=16)
        digest.update(self.pixels.data)
        return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class Background:
    """What lights the scene from all around, and what the camera sees where nothing is hit.

    Attributes
    ----------
    radiance : RadianceMap or None
        None means `color` from every direction.
    color : Rgb
        Multiplied with the map.
    rotation_deg : float
        The map is turned about +Z, counter-clockwise seen from above.
    visible : bool
        False: it lights, but the camera sees `visible_color` instead.
    backdrop : (H, W, 3) uint8 or None
        A photo shown behind everything, fitted to cover the image; it does not light.
    """

    radiance: RadianceMap | None = None
    color: Rgb = (0.5, 0.5, 0.5)
    rotation_deg: float = 0.0
    visible: bool = True
    visible_color: Rgb = (0.5, 0.5, 0.5)
    backdrop: npt.NDArray[np.uint8] | None = None
