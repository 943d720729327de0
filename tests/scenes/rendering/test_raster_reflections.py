"""Reflections against the integral that they stand for, worked out by brute force in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.scenes.lights import AreaLight, Background, RadianceMap
from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.raster.engine import RasterRenderer
from myriorama.scenes.rendering.raster.quality import Settings
from myriorama.scenes.rendering.raster.reflectance import directional_albedo

pytestmark = pytest.mark.gl

LINEAR = RenderRequest(linear=True, amodal=False)
DARK = Background(color=(0.0, 0.0, 0.0), visible=False, visible_color=(0.0, 0.0, 0.0))
UP = np.array([0.0, 0.0, 1.0])


def mirrored(f0: float, roughness: float, eye: np.ndarray, to: np.ndarray) -> np.ndarray:
    """GGX with Smith's height-correlated term on a plane facing +z, times the cosine to the light.

    Parameters
    ----------
    eye : (3,)
    to : (K, 3)
        Unit directions towards eye and light.
    """
    a2 = roughness**4
    h = to + eye
    h /= np.linalg.norm(h, axis=1, keepdims=True)
    n_eye, n_light = eye[2], np.maximum(to[:, 2], 0.0)
    distribution = a2 / np.pi / (h[:, 2] ** 2 * (a2 - 1.0) + 1.0) ** 2
    heights = 0.5 / (n_light * np.sqrt(n_eye**2 * (1 - a2) + a2) + n_eye * np.sqrt(n_light**2 * (1 - a2) + a2) + 1e-12)
    fresnel = f0 + (1.0 - f0) * (1.0 - h @ eye) ** 5
    albedo = directional_albedo(64)
    row, column = (min(int(v * 64), 63) for v in (roughness, n_eye))
    gain = 1.0 + f0 * (1.0 / albedo[row, column].sum() - 1.0)
    return np.asarray(distribution * heights * fresnel * gain * n_light)


def shown(engine: RasterRenderer, make, material: Material, lights, background: Background):
    """Render a large plane from 35 degrees above; return points on it, directions to the eye, and radiance."""
    view = make.camera(make.look_at((0.0, -1.2, 0.85), (0.0, 0.0, 0.0)), width=48, height=36, focal=44.0)
    things = [make.thing(make.quad(40, 40), make.pose(), material)]
    frame = engine.render(make.scene(view, things, lights, background), LINEAR)
    y, x = (v.ravel() for v in np.mgrid[3:36:4, 2:48:5])
    points = view.unproject(np.column_stack([x + 0.5, y + 0.5]), frame.depth[y, x].astype(float))
    eye = view.world_from_camera[:3, 3] - points
    return points, eye / np.linalg.norm(eye, axis=1, keepdims=True), frame.linear[y, x, 0]


@pytest.mark.parametrize(("metallic", "f0"), [(1.0, 1.0), (0.0, 0.04)])
@pytest.mark.parametrize("roughness", [0.35, 0.6, 0.9])
@pytest.mark.parametrize("place", [(0.0, 1.2, 0.8), (1.1, 0.2, 0.9), (0.0, 0.0, 1.3)])
def test_a_rectangle_is_mirrored_as_bright_as_the_integral_says(renderer, make, metallic, f0, roughness, place) -> None:
    """Ahead, beside and above; the whole plane is asked, not the highlight's peak alone."""
    toward = -np.array(place) / np.linalg.norm(place)
    hint = np.array([1.0, 0.0, 0.0]) if abs(toward[2]) > 0.9 else UP
    lamp = AreaLight(place, tuple(toward), tuple(hint), 1.0, 0.3, (3.0, 3.0, 3.0), casts_shadow=False)
    surface = Material(base_color=(metallic,) * 3, metallic=metallic, roughness=roughness)
    points, eyes, got = shown(renderer, make, surface, [lamp], DARK)
    up = hint - toward * (hint @ toward)
    up /= np.linalg.norm(up)
    right = np.cross(toward, up)
    u, v = np.meshgrid((np.arange(96) + 0.5) / 96 - 0.5, (np.arange(48) + 0.5) / 48 - 0.5)
    spots = np.array(place) + u.ravel()[:, None] * right + v.ravel()[:, None] * 0.3 * up
    truth = []
    for point, eye in zip(points, eyes, strict=True):
        to = spots - point
        d2 = np.einsum("ij,ij->i", to, to)
        to /= np.sqrt(d2)[:, None]
        solid = np.maximum(-to @ toward, 0.0) / d2 * (0.3 / len(spots))
        truth.append(3.0 * float(mirrored(f0, roughness, eye, to) @ solid))
    expected = np.array(truth)
    assert got.sum() == pytest.approx(expected.sum(), rel=0.2)
    assert np.sqrt(((got - expected) ** 2).mean()) < 0.3 * np.sqrt((expected**2).mean())


@pytest.mark.parametrize("roughness", [0.5, 0.75, 1.0])
def test_a_rough_mirror_sees_more_of_what_is_overhead(make, roughness) -> None:
    """Under a sky that is bright overhead a rough metal is brighter than its mirror ray alone would have it."""
    height, width = 64, 128
    z = np.cos((np.arange(height) + 0.5) / height * np.pi)
    rows = 0.2 + 2.0 * np.maximum(z, 0.0) ** 2
    sky = RadianceMap(np.broadcast_to(rows[:, None, None], (height, width, 3)).astype(np.float32))
    metal = Material(base_color=(1, 1, 1), metallic=1.0, roughness=roughness)
    with RasterRenderer(settings=Settings(512, 8, 0, 0, 1)) as engine:
        _, eyes, got = shown(engine, make, metal, (), Background(radiance=sky, color=(1, 1, 1)))
    phi = (np.arange(width) + 0.5) / width * 2 * np.pi
    half = height // 2
    level = z[:half, None]
    sine = np.sqrt(1 - level**2)
    to = np.stack([sine * np.cos(phi), sine * np.sin(phi), np.broadcast_to(level, (half, width))], axis=-1)
    edges = np.cos(np.linspace(0, np.pi, height + 1))
    weight = np.repeat((rows * (edges[:-1] - edges[1:]))[:half] * 2 * np.pi / width, width)
    expected = np.array([mirrored(1.0, roughness, eye, to.reshape(-1, 3)) @ weight for eye in eyes])
    assert np.abs(got / expected - 1.0).mean() < 0.12
