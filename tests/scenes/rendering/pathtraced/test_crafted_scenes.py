"""Scenes made to trip the path tracer: meshes that move, maps stretched unevenly, lamps of every kind, turned skies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.lights import AreaLight, Background, PointLight, RadianceMap, SpotLight, SunLight
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.tracing import Tracing

pytestmark = pytest.mark.gl

STEEP = np.array([[[190, 160, 220]]], dtype=np.uint8)
"""A normal that leans to u by twice as much as to v."""


def traced(**options):
    return RenderRequest(linear=True, amodal=False, engine="pathtraced", tracing=Tracing(denoise=False, **options))


@pytest.mark.parametrize("scale", [(1.0, 1.0), (3.0, 3.0), (1.0, 4.0), (4.0, 1.0), (-1.0, 1.0), (1.0, -2.0)])
@pytest.mark.parametrize("sun", [(-0.6, 0.0, -0.8), (0.0, -0.6, -0.8)])
def test_a_normal_map_leans_alike_in_both_engines(both, make, scale, sun) -> None:
    """However its texture is stretched or mirrored over the surface."""
    bumpy = Material((0.8,) * 3, roughness=1.0, normal_texture=Texture(STEEP, srgb=False), uv_scale=scale)
    view = make.camera(make.look_at((0.0, 0.0, 3.0), (0.0, 0.0, 0.0), up=(0.0, 1.0, 0.0)), width=16, height=12)
    lights = [SunLight(sun, (2.0,) * 3, angular_diameter_deg=0.0)]
    scene = make.scene(view, [make.thing(make.quad(40, 40), make.pose(), bumpy)], lights, Background(color=(0.0,) * 3))
    raster = both.render(scene, RenderRequest(linear=True, amodal=False)).linear[4:8, 6:10].mean()
    found = both.render(scene, traced(samples_per_pixel=64, max_depth=2)).linear[4:8, 6:10].mean()
    assert raster > 0.1
    assert found == pytest.approx(raster, rel=0.02)


def many_kinds(make, key="kinds", moved=0.0):
    """Things that share a mesh, a cut-out behind a pane, what glows by a texture, two lamps of each kind, a map."""
    chance = np.random.default_rng(5)
    dots = chance.integers(0, 256, (16, 16, 4), dtype=np.uint8)
    leaf = Material((0.9,) * 3, base_color_texture=Texture(dots, srgb=True), alpha="cutout", double_sided=True)
    pane = Material((0.9,) * 3, opacity=0.2, alpha="transparent", double_sided=True, label_policy="see_through")
    glow = Material(emission=(2.0, 1.5, 1.0), emission_texture=Texture(dots[:, :, :3], srgb=True))
    ball, wall = make.sphere(0.2, 24, 12), make.quad(0.8, 0.8)
    things = [
        make.thing(make.quad(6, 6), make.pose(), kind="stuff"),
        *(make.thing(ball, make.pose(x=0.5 * k - 0.5 + moved * (k == 1), z=0.2)) for k in range(3)),
        make.thing(wall, make.pose(y=0.4, z=0.4, axis=(1, 0, 0), deg=90.0), leaf),
        make.thing(wall, make.pose(y=-0.5, z=0.4, axis=(1, 0, 0), deg=90.0), pane),
        make.thing(make.quad(0.3, 0.3), make.pose(x=0.9, z=0.01), glow),
    ]
    lights = []
    for k in (-1.0, 1.0):
        lights += [
            SunLight((0.3 * k, 0.2, -0.9), (0.4,) * 3),
            PointLight((k, -1.0, 1.5), (0.5,) * 3, radius_m=0.05 * (k > 0), casts_shadow=True),
            SpotLight((k, 1.0, 1.5), (-0.5 * k, -0.5, -0.7), (1.0, 0.8, 0.5)),
            AreaLight((0.7 * k, 0.0, 1.8), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), 0.4, 0.2, (2.0,) * 3),
        ]
    sky = RadianceMap(chance.random((8, 16, 3), dtype=np.float32))
    view = make.camera(make.look_at((0.3, -2.0, 1.0), (0.0, 0.0, 0.3)), width=48, height=36, focal=45.0)
    return make.scene(view, things, lights, Background(color=(0.3,) * 3, radiance=sky, rotation_deg=30.0), key=key)


def test_what_was_rendered_before_changes_no_byte(both, make) -> None:
    """Things that moved, lights that went, a sky that turned: each is kept between samples, none for another."""
    request = traced(samples_per_pixel=2, pairs=True, clean_factor=2)
    first = both.render(many_kinds(make), request)
    scene = many_kinds(make, moved=0.1)
    moved = both.render(scene, request)
    assert not np.array_equal(first.linear, moved.linear)
    unlit = both.render(replace(scene, lights=()), request)
    assert unlit.linear.mean() < 0.8 * moved.linear.mean()
    turned = both.render(replace(scene, background=replace(scene.background, rotation_deg=120.0)), request)
    assert not np.array_equal(turned.linear, moved.linear)
    again = both.render(many_kinds(make), request)
    assert again.linear.tobytes() == first.linear.tobytes()
    assert again.layers.keys() == first.layers.keys()
    for name in first.layers:
        assert again.layers[name].tobytes() == first.layers[name].tobytes(), name
    assert 0.0 <= first.layers["albedo"].min() <= first.layers["albedo"].max() <= 1.0


@pytest.mark.parametrize("around", ["map", "color"])
@pytest.mark.parametrize("alpha", ["cutout", "transparent"])
def test_what_can_be_seen_through_stands_under_a_sky(both, make, alpha, around) -> None:
    """A floor below a sheet that lets half of the light through, under a map of one colour as under that colour."""
    half = np.full((8, 8, 4), 255, dtype=np.uint8)
    half[:, ::2, 3] = 0
    options = {"opacity": 0.5} if alpha == "transparent" else {"base_color_texture": Texture(half, srgb=True)}
    sheet = Material((0.0,) * 3, roughness=1.0, alpha=alpha, double_sided=True, **options)
    floor, cover = make.quad(2, 2), make.quad(40, 40, uv=200.0)
    things = [
        make.thing(floor, make.pose(), Material((0.5,) * 3, roughness=1.0)),
        make.thing(cover, make.pose(z=1.0), sheet),
    ]
    view = make.camera(make.look_at((0.5, -0.5, 0.6), (0.0, 0.0, 0.0)), width=16, height=12, focal=60.0)
    sky = RadianceMap(np.ones((8, 16, 3), dtype=np.float32)) if around == "map" else None
    scene = make.scene(view, things, [], Background(color=(0.6,) * 3, radiance=sky))
    linear = both.render(scene, traced(samples_per_pixel=256)).linear
    # Half of the sky's light, less what a clear sheet mirrors; the floor's own spots add a little.
    assert 0.11 < linear.mean() < 0.18


def test_lamps_of_every_kind_add_up(both, make) -> None:
    """Each alone, and all at once: the list that picks among them loses and doubles nothing."""
    scene = replace(many_kinds(make), background=Background(color=(0.0,) * 3))
    request = traced(samples_per_pixel=256)
    dark = both.render(replace(scene, lights=()), request).linear.mean()
    alone = [both.render(replace(scene, lights=(light,)), request).linear.mean() - dark for light in scene.lights]
    everything = both.render(scene, request).linear.mean()
    assert min(alone) > 0
    assert everything == pytest.approx(dark + sum(alone), rel=0.02)
