"""The camera of one sample and the one projection function that renderer and labels share.

It holds numbers only; rigs decide where a camera stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from myriorama.scenes.cameras.distortion import Distortion
from myriorama.scenes.cameras.motion import meeting_times, pose_at, seen_at, turned
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import frozen_array

Indices: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Rays:
    """What pixels look along, N of them.

    Attributes
    ----------
    origins : (N, 3) float64
        World, metres: where the camera is at each ray's instant.
    directions : (N, 3) float64
        World; 1 along the camera's z axis at that instant, so that a length along the ray is the depth. NaN where the
        lens shows nothing.
    times_s : (N,) float64
        The instant of the pixel's row; the middle of the picture is 0.
    """

    origins: F64
    directions: F64
    times_s: F64

    def of(self, chosen: Indices) -> Rays:
        """Return some of the rays."""
        return Rays(self.origins[chosen], self.directions[chosen], self.times_s[chosen])


@dataclass(frozen=True, eq=False)
class Camera:
    """A camera: a pinhole, with what a lens and a shutter add to it.

    Attributes
    ----------
    world_from_camera : (4, 4) float64
        Camera frame: x right, y down, z forward; metres.
    width, height : int
        Image size in pixels.
    fx, fy, cx, cy : float
        Pixels; the first pixel's centre is (0.5, 0.5).
    exposure_ev : float
        Linear radiance is multiplied by 2**exposure_ev before the tone curve.
    distortion : Distortion or None
        None is a pinhole's picture.
    aperture_radius_m, focus_distance_m : float
        Of the entrance pupil, and of the sharp plane along z; radius 0 is sharp everywhere.
    shutter_s : float
        How long a row is exposed.
    readout_s : float
        From the picture's upper edge to its lower; above 0 each row has an instant of its own (`row_times`), and the
        middle of the picture is time 0.
    velocity_m_s, angular_velocity_rad_s : (float, float, float)
        Of the camera at time 0, in its own frame. A body's path is its velocity's straight line, and a turn about a
        fixed axis through the camera's centre.
    """

    world_from_camera: F64
    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    exposure_ev: float = 0.0
    distortion: Distortion | None = None
    aperture_radius_m: float = 0.0
    focus_distance_m: float = 1.0
    shutter_s: float = 0.0
    readout_s: float = 0.0
    velocity_m_s: tuple[float, float, float] = (0.0, 0.0, 0.0)
    angular_velocity_rad_s: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        for name in ("aperture_radius_m", "shutter_s", "readout_s"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"a camera's {name} is finite and not below 0, not {getattr(self, name)}")
        if not self.focus_distance_m > 0:
            raise ValueError(f"a camera's focus_distance_m is above 0, not {self.focus_distance_m}")
        pose = frozen_array(self.world_from_camera, np.float64, (4, 4), "world_from_camera")
        object.__setattr__(self, "world_from_camera", pose)

    @property
    def camera_from_world(self) -> F64:
        """(4, 4) float64, the inverse pose."""
        rotation = self.world_from_camera[:3, :3]
        out = np.eye(4)
        out[:3, :3] = rotation.T
        out[:3, 3] = -rotation.T @ self.world_from_camera[:3, 3]
        return out

    @property
    def K(self) -> F64:
        """(3, 3) float64 intrinsics; the first pixel's centre is (0.5, 0.5)."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    @property
    def K_opencv(self) -> F64:
        """(3, 3) float64 intrinsics; the first pixel's centre is (0, 0)."""
        return np.array([[self.fx, 0.0, self.cx - 0.5], [0.0, self.fy, self.cy - 0.5], [0.0, 0.0, 1.0]])

    @property
    def is_plain(self) -> bool:
        """Whether it is a pinhole that is open for one instant: no optics at all."""
        return not (self.bends or self.aperture_radius_m > 0 or self.shutter_s > 0)

    @property
    def bends(self) -> bool:
        """Whether a sharp picture may differ from a pinhole's: the lens distorts, or the shutter rolls."""
        return self.distortion is not None or self.readout_s > 0

    @property
    def moves(self) -> bool:
        """Whether it has a velocity or a turn of its own."""
        return any(self.velocity_m_s) or any(self.angular_velocity_rad_s)

    @property
    def pinhole(self) -> Camera:
        """The same camera without optics and standing still; itself where it has none."""
        if self.is_plain and not self.moves:
            return self
        return Camera(
            self.world_from_camera, self.width, self.height, self.fx, self.fy, self.cx, self.cy, self.exposure_ev
        )

    def at(self, time_s: float) -> Camera:
        """Return the pinhole that stands where this camera is at an instant; time 0 is the middle row's."""
        if time_s == 0 or not self.moves:
            return self.pinhole
        pose = pose_at(self.world_from_camera, self.velocity_m_s, self.angular_velocity_rad_s, time_s)
        return replace(self.pinhole, world_from_camera=pose)

    def resized(self, width: int, height: int) -> Camera:
        """Return this camera with its picture scaled to another size; lens and shutter stay."""
        x, y = width / self.width, height / self.height
        return replace(self, width=width, height=height, fx=self.fx * x, fy=self.fy * y, cx=self.cx * x, cy=self.cy * y)

    def row_times(self, y: F64) -> F64:
        """Return the instants of rows, seconds, at continuous pixel coordinates y.

        ``(y / height - 0.5) * readout_s``: the upper edge of the first row is -readout / 2, the lower edge of the last
        row is readout / 2, and the row with index n, whose centre is y = n + 0.5, has the instant of its centre. Rows
        beyond the picture share the instant of its edge.
        """
        return np.asarray((np.clip(y / self.height, 0.0, 1.0) - 0.5) * self.readout_s)

    def project(self, points_world: F64, velocity_m_s: F64 | None = None) -> tuple[F64, F64]:
        """Project world points to pixels.

        Parameters
        ----------
        points_world : (N, 3) float64
            Metres, at time 0.
        velocity_m_s : (3,) or (N, 3) float64, or None
            Of the points, world; it matters with a rolling shutter only. None stands still.

        Returns
        -------
        pixels : (N, 2) float64
            Continuous x, y; NaN where the camera does not show the point: it is not in front (z <= 0), or lies beyond
            what the lens maps one to one.
        depth : (N,) float64
            Metres along camera z, at the instant at which the point is seen.
        """
        pose = self.camera_from_world
        drift = None if velocity_m_s is None else np.asarray(velocity_m_s, dtype=np.float64) @ pose[:3, :3].T
        return self.project_camera(points_world @ pose[:3, :3].T + pose[:3, 3], drift)

    def project_camera(self, points_camera: F64, velocity_m_s: F64 | None = None) -> tuple[F64, F64]:
        """Project points of the camera's frame at time 0, (N, 3) float64 metres, as `project` does.

        With a rolling shutter of a moving camera the points stand still in the world, or move by their velocity, which
        is in this frame too.
        """
        if self.readout_s > 0 and (self.moves or velocity_m_s is not None):
            return self._project_rolling(points_camera, velocity_m_s)
        return self._project_instant(points_camera)

    def _project_instant(self, points_camera: F64) -> tuple[F64, F64]:
        depth = points_camera[:, 2].copy()
        front = depth > 0
        safe = np.where(front, depth, 1.0)
        if self.distortion is not None:
            plane = points_camera[:, :2] / safe[:, None]
            pixels = self.distortion.bend(plane) * (self.fx, self.fy) + (self.cx, self.cy)
        else:
            pixels = np.stack(
                [self.fx * points_camera[:, 0] / safe + self.cx, self.fy * points_camera[:, 1] / safe + self.cy], axis=1
            )
        pixels[~front] = np.nan
        return pixels, depth

    def _project_rolling(self, points_camera: F64, velocity_m_s: F64 | None) -> tuple[F64, F64]:
        drift = np.zeros(3) if velocity_m_s is None else velocity_m_s
        drift = np.broadcast_to(drift - np.array(self.velocity_m_s), points_camera.shape)

        def seen(times_s: F64, chosen: Indices) -> F64:
            return seen_at(points_camera[chosen], drift[chosen], self.angular_velocity_rad_s, times_s)

        def rows(times_s: F64, chosen: Indices) -> F64:
            return self._project_instant(seen(times_s, chosen))[0][:, 1]

        times = meeting_times(rows, self.row_times, len(points_camera), self.readout_s, self.height)
        never = np.isnan(times)
        pixels, depth = self._project_instant(seen(np.where(never, 0.0, times), np.arange(len(times))))
        pixels[never] = np.nan
        return pixels, depth

    def rays(self, pixels: F64) -> Rays:
        """Return what continuous `pixels`, (N, 2) float64, look along; pixels outside the picture have rays as well."""
        plane = (pixels - (self.cx, self.cy)) / (self.fx, self.fy)
        if self.distortion is not None:
            plane = self.distortion.straighten(plane)
        return self._rays_on(plane, self.row_times(pixels[:, 1]))

    def pixel_rays(self) -> Rays:
        """Return the rays of all pixel centres, row by row, height * width of them.

        Going back through a lens is what costs, so it is kept: pictures of one lens and size share it.
        """
        plane = _plane_of_pixels(self.distortion, self.width, self.height, self.fx, self.fy, self.cx, self.cy)
        return self._rays_on(
            plane, np.repeat(self.row_times(np.arange(self.height, dtype=np.float64) + 0.5), self.width)
        )

    def centres(self, times_s: F64) -> F64:
        """Return where the camera's centre is at instants (N,), in the world, (N, 3) metres."""
        turn, place = self.world_from_camera[:3, :3], self.world_from_camera[:3, 3]
        return np.asarray(place + (np.array(self.velocity_m_s) * times_s[:, None]) @ turn.T)

    def _rays_on(self, plane: F64, times_s: F64) -> Rays:
        directions = np.concatenate([plane, np.ones((len(plane), 1))], axis=1)
        turn, place = self.world_from_camera[:3, :3], self.world_from_camera[:3, 3]
        if self.readout_s > 0 and self.moves:
            directions = turned(directions, self.angular_velocity_rad_s, times_s)
            origins = self.centres(times_s)
        else:
            origins = np.broadcast_to(place, directions.shape)
        return Rays(origins, directions @ turn.T, times_s)

    def unproject(self, pixels: F64, depth: F64) -> F64:
        """Return the world points, (N, 3) float64, seen at continuous `pixels` (N, 2) and `depth` (N,).

        With a rolling shutter each point is where it is at its row's instant; NaN where the lens shows nothing.
        """
        if self.bends:
            rays = self.rays(pixels)
            return np.asarray(rays.origins + rays.directions * depth[:, None])
        x = (pixels[:, 0] - self.cx) / self.fx * depth
        y = (pixels[:, 1] - self.cy) / self.fy * depth
        points = np.stack([x, y, depth], axis=1)
        return points @ self.world_from_camera[:3, :3].T + self.world_from_camera[:3, 3]

    def optics(self) -> dict[str, Any]:
        """Return what a lens, an aperture, a shutter and motion add, as JSON; empty for a pinhole that stands still.

        ``distortion`` is in OpenCV's terms: its model, its coefficients by OpenCV's names, and as the list that
        OpenCV's functions take.
        """
        told: dict[str, Any] = {}
        if self.distortion is not None:
            told["distortion"] = self.distortion.to_json()
        if self.aperture_radius_m > 0:
            told |= {"aperture_radius_m": self.aperture_radius_m, "focus_distance_m": self.focus_distance_m}
        if self.shutter_s > 0:
            told["shutter_s"] = self.shutter_s
        if self.readout_s > 0:
            told["readout_s"] = self.readout_s
        if self.moves:
            told["velocity_m_s"] = list(self.velocity_m_s)
            told["angular_velocity_rad_s"] = list(self.angular_velocity_rad_s)
        return told

    def to_json(self) -> dict[str, Any]:
        """Return the camera as JSON; its numbers come back as they were."""
        told = {f.name: getattr(self, f.name) for f in fields(Camera)}
        told["world_from_camera"] = self.world_from_camera.tolist()
        if self.distortion is not None:
            told["distortion"] = self.distortion.to_json()
        return told | {name: list(told[name]) for name in ("velocity_m_s", "angular_velocity_rad_s")}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Camera:
        """Return the camera of `to_json`; what is left out takes its default."""
        values = dict(told)
        values["world_from_camera"] = np.array(told["world_from_camera"], dtype=np.float64)
        lens = told.get("distortion")
        if lens is not None:
            values["distortion"] = Distortion(lens["model"], tuple(lens["coefficients"]))
        for name in ("velocity_m_s", "angular_velocity_rad_s"):
            if name in told:
                values[name] = tuple(float(v) for v in told[name])
        return cls(**values)


@lru_cache(maxsize=2)
def _plane_of_pixels(
    lens: Distortion | None, width: int, height: int, fx: float, fy: float, cx: float, cy: float
) -> F64:
    """Return where all pixel centres lie on the plane z = 1, (height * width, 2); NaN where the lens shows nothing."""
    out = np.empty((height, width, 2))
    out[:, :, 0] = (np.arange(width) + 0.5 - cx) / fx
    out[:, :, 1] = ((np.arange(height) + 0.5 - cy) / fy)[:, None]
    flat = out.reshape(-1, 2)
    if lens is not None:
        flat = lens.straighten(flat)
    flat.flags.writeable = False
    return flat


__all__ = ["Camera", "Distortion", "Rays"]
