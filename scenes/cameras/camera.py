"""The camera of one sample and the one projection function that renderer and labels share.

It holds numbers only; rigs decide where a camera stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import frozen_array


@dataclass(frozen=True)
class Distortion:
    """How a lens bends what a pinhole would show, in OpenCV's terms.

    Attributes
    ----------
    model : {"brown_conrady", "kannala_brandt"}
        Radial and tangential about the pinhole picture, or a fisheye by the angle to the axis.
    coefficients : tuple of float
        ``k1, k2, p1, p2, k3, k4, k5, k6`` (OpenCV's order and rational model), or ``k1, k2, k3, k4``.
    """

    model: Literal["brown_conrady", "kannala_brandt"]
    coefficients: tuple[float, ...]


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
        From the first row to the last; above 0 each row has an instant of its own, and the middle row's is time 0.
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

    def project(self, points_world: F64) -> tuple[F64, F64]:
        """Project world points to pixels.

        Parameters
        ----------
        points_world : (N, 3) float64
            Metres.

        Returns
        -------
        pixels : (N, 2) float64
            Continuous x, y; NaN where the point is not in front of the camera (z <= 0).
        depth : (N,) float64
            Metres along camera z.
        """
        return self.project_camera(points_world @ self.camera_from_world[:3, :3].T + self.camera_from_world[:3, 3])

    def project_camera(self, points_camera: F64) -> tuple[F64, F64]:
        """Project camera-frame points, (N, 3) float64 metres, as `project` does."""
        depth = points_camera[:, 2].copy()
        front = depth > 0
        safe = np.where(front, depth, 1.0)
        pixels = np.stack(
            [self.fx * points_camera[:, 0] / safe + self.cx, self.fy * points_camera[:, 1] / safe + self.cy], axis=1
        )
        pixels[~front] = np.nan
        return pixels, depth

    def unproject(self, pixels: F64, depth: F64) -> F64:
        """Return the world points, (N, 3) float64, seen at continuous `pixels` (N, 2) and `depth` (N,)."""
        x = (pixels[:, 0] - self.cx) / self.fx * depth
        y = (pixels[:, 1] - self.cy) / self.fy * depth
        points = np.stack([x, y, depth], axis=1)
        return points @ self.world_from_camera[:3, :3].T + self.world_from_camera[:3, 3]
