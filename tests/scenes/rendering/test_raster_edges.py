"""Anti-aliasing, judged against many samples of every pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.lights import Background, SunLight
from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.raster.engine import RasterRenderer
from myriorama.scenes.rendering.raster.quality import Settings

pytestmark = pytest.mark.gl

REQUEST = RenderRequest(truth=False, amodal=False, linear=True)
PLAIN = Settings(1024, 12, 0, 0, 1)
FACTOR = 8


def crowd(make, scale: int = 1):
    """Balls and boxes over a plain ground, at `scale` times the resolution."""
    view = make.camera(
        make.look_at((0.9, -1.3, 0.9), (0, 0, 0.1)), width=200 * scale, height=150 * scale, focal=190.0 * scale
    )
    things = [make.thing(make.quad(6, 6), np.eye(4), Material(base_color=(0.7, 0.65, 0.6), roughness=1.0), "stuff")]
    for k in range(14):
        mesh = make.sphere(0.1, 32, 16) if k % 2 else make.box(0.16, 0.12, 0.2)
        at = make.pose(0.28 * (k % 4) - 0.45, 0.28 * (k // 4) - 0.45, 0.1, deg=31.0 * k)
        shade = 0.1 + 0.8 * (k * 5 % 14) / 14
        things.append(make.thing(mesh, at, Material(base_color=(shade, 0.3, 1 - shade), roughness=0.9)))
    sun = SunLight((0.5, 0.4, -1.0), (2.0, 2.0, 2.0), casts_shadow=False)
    return make.scene(view, things, [sun], Background(color=(0.4, 0.4, 0.5)))


def rmse(a: np.ndarray, b: np.ndarray, where: np.ndarray) -> float:
    return float(np.sqrt(np.mean((a[where] - b[where]) ** 2)))


def test_most_of_the_error_at_edges_is_taken_away(make) -> None:
    """Edge samples come close to shading every pixel four times, which costs three times as much."""
    with RasterRenderer(settings=PLAIN) as engine:
        fine = engine.render(crowd(make, FACTOR), REQUEST).linear
        twice = engine.render(crowd(make, 2), REQUEST).linear
        none = engine.render(crowd(make), REQUEST).linear
    reference = fine.reshape(150, FACTOR, 200, FACTOR, 3).mean(axis=(1, 3))
    twice = twice.reshape(150, 2, 200, 2, 3).mean(axis=(1, 3))
    with RasterRenderer(settings=replace(PLAIN, edge_samples=2)) as engine:
        ours = engine.render(crowd(make), REQUEST).linear
    with RasterRenderer(settings=replace(PLAIN, edge_samples=4)) as engine:
        best = engine.render(crowd(make), REQUEST).linear
    edges = np.abs(fine.reshape(150, FACTOR, 200, FACTOR, 3).std(axis=(1, 3))).max(axis=-1) > 0.03
    assert edges.mean() > 0.03
    error = {
        name: rmse(image, reference, edges)
        for name, image in (("none", none), ("ours", ours), ("2x2", twice), ("4x4", best))
    }
    assert error["ours"] < 0.55 * error["none"], error
    assert error["ours"] < 1.15 * error["2x2"], error
    assert error["4x4"] < 0.35 * error["none"], error
    smooth = ~edges
    assert rmse(ours, reference, smooth) <= rmse(none, reference, smooth) * 1.05


def test_a_tall_image_is_refined_in_bands_without_a_seam(make, monkeypatch) -> None:
    """Fine samples are taken a band of rows at a time; the picture does not show where."""
    with RasterRenderer(settings=replace(PLAIN, edge_samples=2)) as engine:
        whole = engine.render(crowd(make), REQUEST).rgb
    monkeypatch.setattr("myriorama.scenes.rendering.raster.picture._FINE_SAMPLES_AT_ONCE", 4 * 200 * 37)
    with RasterRenderer(settings=replace(PLAIN, edge_samples=2)) as engine:
        banded = engine.render(crowd(make), REQUEST).rgb
    assert np.abs(whole.astype(int) - banded).max() <= 1
