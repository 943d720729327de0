"""Planes of pixels agree with the camera's own rays, inside the picture, around it, and where a lens is dark."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.cameras.camera import Camera, Distortion
from myriorama.scenes.rendering.optics.lens_plane import LensPlanes, bent, plane_of

SIZE = 200, 150


def camera_with(lens: Distortion | None, focal: float = 150.0) -> Camera:
    return Camera(np.eye(4), *SIZE, focal, focal * 1.02, 103.0, 71.0, distortion=lens)


@pytest.mark.parametrize(
    "lens",
    [
        None,
        Distortion("brown_conrady", (-0.28, 0.09, 0.001, -0.0005)),
        Distortion("brown_conrady", (0.25, 0.05, -0.002, 0.001, 0.01)),
        Distortion("brown_conrady", (-0.45, 0.1, 0.0, 0.0)),
        Distortion("brown_conrady", (0.5, 0.1, 0.0, 0.0, 0.02, 0.8, 0.1, 0.01)),
        Distortion("kannala_brandt", (0.02, -0.01, 0.0, 0.0)),
    ],
)
@pytest.mark.parametrize("rect", [(0, 0, 200, 150), (-200, -150, 0, 300), (37, 11, 38, 12)])
def test_plane_is_that_of_the_cameras_rays(lens: Distortion | None, rect: tuple[int, int, int, int]) -> None:
    camera = camera_with(lens)
    x0, y0, x1, y1 = rect
    x, y = np.meshgrid(np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5)
    told = camera.rays(np.stack([x.ravel(), y.ravel()], axis=1)).directions[:, :2].T.reshape(2, y1 - y0, x1 - x0)
    plane = plane_of(camera, rect)
    assert (np.isfinite(plane) == np.isfinite(told)).all()
    shown = np.isfinite(plane[0])
    if shown.any():
        pixels = bent(camera, plane)
        assert np.abs(pixels[0] - x)[shown].max() < 1e-4
        assert np.abs(pixels[1] - y)[shown].max() < 1e-4
        assert np.allclose(plane[:, shown], told[:, shown], rtol=0, atol=1e-4 / 150 * 20)


def test_a_fisheye_is_dark_outside_its_circle() -> None:
    camera = camera_with(Distortion("kannala_brandt", (0.0, 0.0, 0.0, 0.0)), focal=45.0)
    plane = plane_of(camera, (0, 0, *SIZE))
    x, y = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5)
    angle = np.hypot((x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy)
    assert (np.isfinite(plane[0]) == (angle < np.radians(89.5))).all()
    assert np.isnan(plane[0]).any()


def test_planes_are_kept_by_lens_and_never_by_pose() -> None:
    planes, camera = LensPlanes(), camera_with(Distortion("brown_conrady", (-0.2, 0.0, 0.0, 0.0)))
    rect = (0, 0, *SIZE)
    first = planes.of(camera, rect)
    turned = replace(camera, world_from_camera=np.diag([-1.0, -1.0, 1.0, 1.0]))
    assert planes.of(turned, rect) is first
    assert planes.of(replace(camera, cx=104.0), rect) is not first
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0, 0] = 1.0
