"""The camera of one sample and the one projection function that renderer and labels share.

It holds numbers only; rigs decide where a camera stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import frozen_array


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera.

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
    """

    world_from_camera: F64
    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    exposure_ev: float = 0.0

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
