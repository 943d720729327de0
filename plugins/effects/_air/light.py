"""The light that hangs in the air of a scene: what particles, fog and wet ground are lit by.

It reads the frame's background and lights. It knows no shadow: light is taken to reach every place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, TypeVar

import numpy as np

from myriorama.plugins.api import AreaLight, Frame, PointLight, RadianceMap, SpotLight, SunLight
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.radiometry.equirect import irradiance, reduced, scalar_irradiance, turned_about_z

Real = TypeVar("Real", F32, F64)
AXES: Final = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=np.float64)
_METERED_PX: Final = 256
_EVENLY: Final = 0.125 / math.pi
"""Half of a sun's light, from everywhere."""


@dataclass(frozen=True, eq=False)
class Lamp:
    """A light that stands somewhere.

    Attributes
    ----------
    position : (3,) float64
        World, metres.
    axis : (3,) float64 or None
        Where a cone or a rectangle faces; None shines everywhere.
    cosines : (float, float)
        Of the half-angles of full and of zero light; (1, 0) is a matt rectangle, whose light falls with the cosine.
    intensity : (3,) float64
        Per steradian, along the axis.
    size_m : float
        Nearer than this its light grows no further.
    """

    position: F64
    axis: F64 | None
    cosines: tuple[float, float]
    intensity: F64
    size_m: float

    def arriving(self, points: Real) -> tuple[Real, Real]:
        """Return what reaches points (..., 3) as a factor (...) on the intensity, per m2, and unit vectors to it.

        As exact as the points are: float32 gives float32.
        """
        toward = self.position.astype(points.dtype) - points
        squared = np.maximum(np.einsum("...i,...i->...", toward, toward), points.dtype.type(1e-12))
        toward /= np.sqrt(squared)[..., None]
        share = points.dtype.type(1.0) / np.maximum(squared, points.dtype.type(self.size_m**2))
        if self.axis is not None:
            full, zero = self.cosines
            cosine = toward @ -self.axis.astype(points.dtype)
            share *= np.clip((cosine - zero) / max(full - zero, 1e-6), 0.0, 1.0)
        return share, toward


@dataclass(frozen=True, eq=False)
class Surroundings:
    """All light of a scene, exposed as the picture is.

    Attributes
    ----------
    cube : (6, 3) float64
        Mean radiance, weighted by the cosine, about +x, -x, +y, -y, +z and -z of the world.
    mean : (3,) float64
        Mean radiance from all directions, without suns and lamps.
    suns : tuple of ((3,) unit vector to it, (3,) irradiance of a facing plane)
    lamps : tuple of Lamp
    radiance : RadianceMap or None
    tint : (3,) float64
        Factor on the map.
    rotation_deg : float
    """

    cube: F64
    mean: F64
    suns: tuple[tuple[F64, F64], ...]
    lamps: tuple[Lamp, ...]
    radiance: RadianceMap | None
    tint: F64
    rotation_deg: float

    def without_suns(self) -> Surroundings:
        """Return the same surroundings without suns and lamps."""
        return replace(self, suns=(), lamps=())

    def along(self, directions: F32) -> F32:
        """Return the radiance of the surroundings in unit directions, world, (N, 3) float32; no suns, no lamps."""
        if self.radiance is None:
            return np.broadcast_to(self.mean.astype(np.float32), directions.shape)
        pixels = self.radiance.pixels
        height, width = pixels.shape[:2]
        turn = math.radians(self.rotation_deg)
        polar = np.arccos(np.clip(directions[:, 2], -1.0, 1.0))
        azimuth = np.arctan2(directions[:, 1], directions[:, 0]) - np.float32(turn)
        row = np.minimum((polar * (height / math.pi)).astype(np.int64), height - 1)
        column = ((math.pi - azimuth) * (width / (2.0 * math.pi))).astype(np.int64) % width
        out: F32 = pixels[row, column] * self.tint.astype(np.float32)
        return out

    def facing(self, normals: F32) -> F32:
        """Return the irradiance over pi of planes with these unit normals (..., 3), world: surroundings and suns."""
        squared = np.square(normals)
        high, low = self.cube[0::2].astype(np.float32), self.cube[1::2].astype(np.float32)
        out: F32 = squared @ high
        squared *= normals < 0
        out += squared @ (low - high)
        for toward, arriving in self.suns:
            cosine = np.maximum(normals @ toward.astype(np.float32), np.float32(0.0))
            out += cosine[..., None] * (arriving / math.pi).astype(np.float32)
        return out

    def scattered(self, points: F64, directions: F64, forward: float, *, clear: bool) -> F64:
        """Return the radiance of particles at points (N, 3), seen along unit `directions` (N, 3).

        Clear ones show the half of the surroundings that lies behind them, as a drop does that gathers 165 degrees
        (K. Garg and S. K. Nayar, "Vision and rain", IJCV 75, 2007); white ones the mean of all. Suns and lamps are
        added by the phase function of Henyey and Greenstein (1941) with asymmetry `forward`; of white ones half of the
        suns' light, as airlight does, so that they are no darker than the air that is full of them.
        """
        if clear:
            squared = np.repeat(np.square(directions), 2, axis=1)
            squared[:, 0::2] *= directions > 0
            squared[:, 1::2] *= directions <= 0
            out = squared @ self.cube
        else:
            out = np.broadcast_to(self.mean, points.shape).copy()
        for toward, arriving in self.suns:
            onward = phase(directions @ toward, forward)
            share = onward if clear else 0.5 * onward + _EVENLY
            out += share[:, None] * arriving
        for lamp in self.lamps:
            share, to_lamp = lamp.arriving(points)
            cosine = np.einsum("ni,ni->n", directions, to_lamp)
            out += (share * phase(cosine, forward))[:, None] * lamp.intensity
        return out


def phase(cosine: F64 | F32, forward: float) -> F64:
    """Return the share of light, per steradian, that goes on at an angle; 1 over the sphere.

    L. G. Henyey and J. L. Greenstein, "Diffuse radiation in the galaxy", ApJ 93 (1941).

    Parameters
    ----------
    cosine : (...) float64
        Of the angle between the light's way on and the way to the eye; 1 is straight through.
    forward : float
        Mean cosine, in (-1, 1).
    """
    g = forward
    return np.asarray((1.0 - g * g) / (4.0 * math.pi * (1.0 + g * g - 2.0 * g * cosine) ** 1.5))


def surroundings_of(frame: Frame) -> Surroundings:
    """Return the light of a frame's scene; of a frame that is not told it, the mean of the picture from everywhere."""
    camera, background = frame.camera, frame.background
    exposed = 1.0 if camera is None else 2.0**camera.exposure_ev
    suns, lamps = [], []
    for light in frame.lights:
        if isinstance(light, SunLight):
            suns.append((-np.array(light.direction), np.array(light.irradiance) * exposed))
        else:
            lamps.append(_lamp(light, exposed))
    if background is None:
        seen = np.zeros(3) if frame.linear is None else frame.linear.reshape(-1, 3).mean(axis=0, dtype=np.float64)
        return Surroundings(np.tile(seen, (6, 1)), seen, tuple(suns), tuple(lamps), None, seen, 0.0)
    tint = np.array(background.color) * exposed
    if background.radiance is None:
        return Surroundings(np.tile(tint, (6, 1)), tint, tuple(suns), tuple(lamps), None, tint, 0.0)
    turn = background.rotation_deg
    pixels = _metered(background.radiance)
    cube = np.stack([irradiance(pixels, turned_about_z(axis, -turn)) for axis in AXES]) / math.pi * tint
    mean = scalar_irradiance(pixels) / (4.0 * math.pi) * tint
    return Surroundings(cube, mean, tuple(suns), tuple(lamps), background.radiance, tint, turn)


@lru_cache(maxsize=8)
def _metered(radiance: RadianceMap) -> F32:
    """Return a small map of the same light."""
    return reduced(reduced(radiance.pixels, _METERED_PX), _METERED_PX // 4)


def _lamp(light: PointLight | SpotLight | AreaLight, exposed: float) -> Lamp:
    position = np.array(light.position)
    if isinstance(light, AreaLight):
        area = light.width_m * light.height_m
        axis = np.array(light.direction)
        return Lamp(position, axis, (1.0, 0.0), np.array(light.radiance) * area * exposed, 0.5 * math.sqrt(area))
    intensity = np.array(light.intensity) * exposed
    if isinstance(light, PointLight):
        return Lamp(position, None, (1.0, -1.0), intensity, max(light.radius_m, 0.01))
    cosines = (math.cos(math.radians(light.inner_angle_deg)), math.cos(math.radians(light.outer_angle_deg)))
    return Lamp(position, np.array(light.direction), cosines, intensity, max(light.radius_m, 0.01))
