"""Textures on slanted surfaces against the mean of many finer pixels."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.scenes.lights import Background
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.raster.engine import RasterRenderer
from myriorama.scenes.rendering.raster.quality import Settings

pytestmark = pytest.mark.gl

FINER = 6


@pytest.mark.parametrize("axis", [0, 1])
def test_stripes_on_a_slanted_floor_keep_their_contrast(make, axis: int) -> None:
    """Seen from 14 degrees above, the floor's pixels are four times as long as wide."""
    pixels = np.zeros((256, 256, 3), dtype=np.uint8)
    at = (np.arange(256) // 8) % 2 == 0
    pixels[at if axis == 0 else (slice(None), at)] = 255
    striped = Material(base_color_texture=Texture(pixels, srgb=True), roughness=1.0)
    even = Background(color=(1.0, 1.0, 1.0))
    leaning = make.pose(z=-2.0) @ _about_x(np.radians(-76.0))
    floor = make.thing(make.quad(8.0, 8.0), leaning, striped)

    def shown(finer: int) -> np.ndarray:
        camera = make.camera(width=96 * finer, height=72 * finer, focal=90.0 * finer)
        request = RenderRequest(truth=False, amodal=False, rgb=False, linear=True)
        with RasterRenderer(settings=Settings(256, 4, 0, 0, 1)) as engine:
            linear = engine.render(make.scene(camera, [floor], (), even), request).linear
        return linear.mean(axis=2).reshape(72, finer, 96, finer).mean(axis=(1, 3))

    one, mean = shown(1), shown(FINER)
    inside = np.s_[38:66, 20:76]
    spread = mean[inside].std()
    assert spread > 0.05  # the stripes are wide enough to be seen at all
    ratio = float(np.sqrt(np.mean((one[inside] - mean[inside]) ** 2)) / spread)
    assert ratio < 0.03, ratio


def _about_x(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0, 0], [0, c, -s, 0], [0, s, c, 0], [0, 0, 0, 1.0]])
