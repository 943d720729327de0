"""The free look's camera: a point that is looked at, a distance and two angles, moved the way hands expect.

It is a turntable, up stays up; it renders nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from myriorama.app.preview.frames import View
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64

NEAREST_M: Final = 0.005
FURTHEST_M: Final = 1e4
Side = Literal["front", "right", "top", "back", "left", "bottom"]
SIDES: Final[dict[Side, tuple[float, float]]] = {
    "front": (-90.0, 0.0),
    "right": (0.0, 0.0),
    "top": (-90.0, 90.0),
    "back": (90.0, 0.0),
    "left": (180.0, 0.0),
    "bottom": (-90.0, -90.0),
}
"""Azimuth and elevation, degrees."""


@dataclass(frozen=True)
class Orbit:
    """Where one looks from.

    Attributes
    ----------
    target_m : (x, y, z)
        The point that stays in the middle while one orbits.
    azimuth_deg, elevation_deg : float
        Where the camera stands, seen from the target: counter-clockwise from +X, and above its horizon.
    field_of_view_deg : float
        Horizontal.
    """

    target_m: tuple[float, float, float]
    distance_m: float
    azimuth_deg: float
    elevation_deg: float
    field_of_view_deg: float

    @property
    def axes(self) -> F64:
        """(3, 3) float64: the camera's x, y, z axes in the world, as columns."""
        azimuth, elevation = math.radians(self.azimuth_deg), math.radians(self.elevation_deg)
        forward = -np.array(
            [math.cos(elevation) * math.cos(azimuth), math.cos(elevation) * math.sin(azimuth), math.sin(elevation)]
        )
        # The azimuth alone decides what is right, so looking straight down does not flip the picture.
        right = np.array([-math.sin(azimuth), math.cos(azimuth), 0.0])
        return np.stack([right, np.cross(forward, right), forward], axis=1)

    @property
    def position_m(self) -> F64:
        """(3,) float64: where the camera stands."""
        return np.array(self.target_m) - self.distance_m * self.axes[:, 2]

    @property
    def view(self) -> View:
        """The view to ask for."""
        pose = np.eye(4)
        pose[:3, :3] = self.axes
        pose[:3, 3] = self.position_m
        return View(tuple(pose.ravel().tolist()), self.field_of_view_deg)

    def orbited(self, azimuth_deg: float, elevation_deg: float) -> Orbit:
        """Return the look turned about its target; the distance stays."""
        azimuth = (self.azimuth_deg + azimuth_deg + 180.0) % 360.0 - 180.0
        return replace(
            self, azimuth_deg=azimuth, elevation_deg=min(max(self.elevation_deg + elevation_deg, -90.0), 90.0)
        )

    def panned(self, right: float, down: float, width_px: int) -> Orbit:
        """Return the look moved so that the target's plane follows the mouse by these pixels."""
        metres = 2.0 * self.distance_m * math.tan(math.radians(self.field_of_view_deg) / 2.0) / max(width_px, 1)
        return self._moved(-right * metres * self.axes[:, 0] - down * metres * self.axes[:, 1])

    def zoomed(self, factor: float) -> Orbit:
        """Return the look from a distance divided by `factor`."""
        return replace(self, distance_m=min(max(self.distance_m / factor, NEAREST_M), FURTHEST_M))

    def flown(self, right_m: float, up_m: float, forward_m: float) -> Orbit:
        """Return the look with camera and target moved together: along its right and forward, and the world's up."""
        return self._moved(right_m * self.axes[:, 0] + forward_m * self.axes[:, 2] + np.array([0.0, 0.0, up_m]))

    def turned(self, azimuth_deg: float, elevation_deg: float) -> Orbit:
        """Return the look turned about the camera: the head moves, the feet stay."""
        stands = self.position_m
        looked = self.orbited(azimuth_deg, elevation_deg)
        return replace(looked, target_m=_point(stands + looked.distance_m * looked.axes[:, 2]))

    def seen_from(self, side: Side) -> Orbit:
        """Return the look from one of the six sides."""
        azimuth, elevation = SIDES[side]
        return replace(self, azimuth_deg=azimuth, elevation_deg=elevation)

    def framed(self, low: F64, high: F64, aspect: float) -> Orbit:
        """Return the look, in the same direction, that shows the box from `low` to `high`, (3,) metres, whole.

        Parameters
        ----------
        aspect : float
            Width of the view over its height.
        """
        radius = max(0.5 * float(np.linalg.norm(high - low)), 0.01)
        half = math.radians(self.field_of_view_deg) / 2.0
        narrow = min(half, math.atan(math.tan(half) / max(aspect, 1e-3)))
        distance = min(max(1.15 * radius / math.sin(narrow), NEAREST_M), FURTHEST_M)
        return replace(self, target_m=_point((low + high) / 2.0), distance_m=distance)

    def _moved(self, by: F64) -> Orbit:
        return replace(self, target_m=_point(np.array(self.target_m) + by))


def orbit_from(camera: Camera, distance_m: float, aspect: float) -> Orbit:
    """Return the look that stands where a camera does and looks the same way, without its roll.

    Parameters
    ----------
    distance_m : float
        How far ahead the point lies that one orbits about.
    aspect : float
        Width of the view over its height; what the camera sees stays in it whole.
    """
    forward = camera.world_from_camera[:3, 2]
    elevation = math.degrees(math.asin(float(np.clip(-forward[2], -1.0, 1.0))))
    if math.hypot(float(forward[0]), float(forward[1])) > 1e-6:
        azimuth = math.degrees(math.atan2(float(-forward[1]), float(-forward[0])))
    else:
        right = camera.world_from_camera[:3, 0]
        azimuth = math.degrees(math.atan2(float(-right[0]), float(right[1])))
    half_width = max(0.5 * camera.width / camera.fx, 0.5 * camera.height / camera.fy * aspect)
    field = math.degrees(2.0 * math.atan(half_width))
    target = camera.world_from_camera[:3, 3] + distance_m * forward
    return Orbit(_point(target), distance_m, azimuth, elevation, min(max(field, 1.0), 150.0))


def _point(array: F64) -> tuple[float, float, float]:
    return float(array[0]), float(array[1]), float(array[2])
