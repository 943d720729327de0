"""Scenes through lenses: a tracer, an optical renderer over the raster engine, and examples at a small size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera, Distortion
from myriorama.scenes.rendering.optics.ray_truth import RayTracer
from myriorama.scenes.rendering.optics.renderer import OpticalRenderer
from myriorama.scenes.rendering.raster.engine import RasterRenderer

BARREL = Distortion("brown_conrady", (-0.28, 0.09, 0.001, -0.0005))
PINCUSHION = Distortion("brown_conrady", (0.25, 0.05, 0.0, 0.001))
FISHEYE = Distortion("kannala_brandt", (0.02, -0.01, 0.0, 0.0))


@pytest.fixture(scope="session")
def lenses() -> SimpleNamespace:
    """Three distortions, and `fisheye_of(camera, half_angle_deg)`: a camera whose half width spans an angle."""

    def fisheye_of(camera: Camera, half_angle_deg: float) -> Camera:
        focal = camera.width / 2 / np.radians(half_angle_deg)
        return replace(camera, fx=focal, fy=focal, distortion=FISHEYE)

    return SimpleNamespace(barrel=BARREL, pincushion=PINCUSHION, fisheye=FISHEYE, fisheye_of=fisheye_of)


@pytest.fixture(scope="session")
def tracer() -> Iterator[RayTracer]:
    found = RayTracer()
    yield found
    found.release()


@pytest.fixture(scope="session")
def optical(renderer: RasterRenderer) -> OpticalRenderer:
    """Over the engine of the session, which is closed by its own fixture."""
    return OpticalRenderer(renderer)


@pytest.fixture(scope="session")
def moved() -> Callable[..., Scene]:
    """`moved(scene, camera, velocity)`: the scene with another camera and every thing under way."""

    def change(scene: Scene, camera: Camera, velocity: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Scene:
        instances = tuple(replace(i, velocity_m_s=velocity) if i.kind == "thing" else i for i in scene.instances)
        return replace(scene, camera=camera, instances=instances)

    return change


@pytest.fixture(scope="session")
def pixel_centres() -> Callable[[Camera], np.ndarray]:
    """`pixel_centres(camera)`: (H * W, 2), row by row."""

    def centres(camera: Camera) -> np.ndarray:
        x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
        return np.stack([x.ravel(), y.ravel()], axis=1)

    return centres


@pytest.fixture(scope="session")
def off_edges() -> Callable[..., np.ndarray]:
    """`off_edges(a, b)`: pixels whose 5x5 neighbourhood is one number in both images."""

    def quiet(*images: np.ndarray) -> np.ndarray:
        out = np.ones(images[0].shape, dtype=bool)
        for image in images:
            windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, 2, mode="edge"), (5, 5))
            out &= (windows == image[..., None, None]).all(axis=(2, 3))
        return out

    return quiet
