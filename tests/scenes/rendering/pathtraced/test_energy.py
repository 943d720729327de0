"""Light is neither made nor lost: a furnace, a grey card, mirrors, lamps by their own formulas, exposure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.lights import AreaLight, Background, PointLight, RadianceMap, SpotLight, SunLight
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.tracing import Tracing

pytestmark = pytest.mark.gl

DARK = Background(color=(0.0, 0.0, 0.0))
WHITE = Background(radiance=RadianceMap(np.ones((32, 64, 3), np.float32)), color=(1, 1, 1))
MATT = Material(base_color=(1.0, 1.0, 1.0), roughness=1.0)
ENGINES = ["raster", "pathtraced"]


def asked(engine="pathtraced", **options):
    options.setdefault("denoise", False)
    return RenderRequest(
        rgb=False, truth=True, amodal=False, linear=True, quality="high", engine=engine, tracing=Tracing(**options)
    )


def light_of(engines, scene, engine="pathtraced", **options):
    return engines.render(scene, asked(engine, **options)).linear


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("roughness", [0.3, 1.0])
@pytest.mark.parametrize("metallic", [0.0, 1.0])
@pytest.mark.parametrize("around", [WHITE, Background(color=(1.0, 1.0, 1.0))], ids=["map", "colour"])
def test_a_white_ball_vanishes_in_a_white_furnace(both, make, engine, roughness, metallic, around) -> None:
    white = Material(base_color=(1.0, 1.0, 1.0), roughness=roughness, metallic=metallic)
    view = make.camera(width=64, height=48, focal=60.0)
    ball = make.thing(make.sphere(0.5), make.pose(z=-2.0), white)
    found = light_of(both, make.scene(view, [ball], (), around), engine, samples_per_pixel=64, max_depth=24)
    middle = found[12:36, 20:44]
    assert middle.mean() == pytest.approx(1.0, abs=0.015)
    assert np.abs(found.mean(axis=2) - 1.0).max() < 0.12


@pytest.mark.parametrize("engine", ENGINES)
def test_a_grey_card_under_even_light_has_its_own_grey(both, make, engine) -> None:
    card = Material(base_color=(0.18, 0.18, 0.18), roughness=1.0)
    view = make.camera(width=48, height=36, focal=60.0)
    found = light_of(
        both, make.scene(view, [make.thing(make.quad(9, 9), make.pose(z=-2.0), card)], (), WHITE), engine,
        samples_per_pixel=64,
    )  # fmt: skip
    # A dielectric mirrors a little of what it does not scatter: 0.04 at normal incidence and the fit of the table.
    assert found.mean() == pytest.approx(0.18 + 0.82 * 0.02, abs=0.015)


def test_a_mirror_ball_shows_the_surroundings(both, make) -> None:
    """Each pixel's mirrored direction, worked out here, looked up in the map here."""
    height, width = 64, 128
    theta = (np.arange(height) + 0.5) / height * np.pi
    phi = (0.5 - (np.arange(width) + 0.5) / width) * 2 * np.pi
    x = np.sin(theta)[:, None] * np.cos(phi)
    y = np.sin(theta)[:, None] * np.sin(phi)
    z = np.broadcast_to(np.cos(theta)[:, None], x.shape)
    around = np.stack([1.0 + 0.9 * x, 1.0 + 0.9 * y, 1.0 + 0.9 * z], axis=2).astype(np.float32)
    turned = Background(radiance=RadianceMap(around), color=(1, 1, 1), rotation_deg=30.0)
    chrome = Material(base_color=(1, 1, 1), metallic=1.0, roughness=0.045)
    view = make.camera(make.look_at((0.0, -3.0, 0.4), (0.0, 0.0, 0.0)), width=96, height=72, focal=160.0)
    scene = make.scene(view, [make.thing(make.sphere(0.5), make.pose(), chrome)], (), turned)
    frame = both.render(scene, asked(samples_per_pixel=32))
    rows, columns = np.nonzero(frame.surface_id > 0)
    depth = frame.depth[rows, columns].astype(float)
    points = view.unproject(np.column_stack([columns + 0.5, rows + 0.5]), depth)
    normal = points / np.linalg.norm(points, axis=1, keepdims=True)
    ray = points - view.world_from_camera[:3, 3]
    ray /= np.linalg.norm(ray, axis=1, keepdims=True)
    inner = -(normal * ray).sum(axis=1) > 0.3
    out = ray - 2 * (ray * normal).sum(axis=1, keepdims=True) * normal
    a = np.radians(30.0)
    into = np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]])
    expected = 1.0 + 0.9 * (out @ into.T)
    got = frame.linear[rows, columns]
    assert np.abs(got - expected)[inner].mean() < 0.01
    assert np.abs(got - expected)[inner].max() < 0.08


@pytest.mark.parametrize("engine", ENGINES)
def test_one_stop_more_doubles_the_light(both, make, engine) -> None:
    view = make.camera(width=48, height=36, focal=60.0)
    lamp = PointLight((0.3, 0.2, 0.0), (2.0, 1.5, 1.0))
    scene = make.scene(view, [make.thing(make.quad(9, 9), make.pose(z=-2.0), MATT)], [lamp], WHITE)
    brighter = replace(scene, camera=replace(view, exposure_ev=1.0))
    a, b = (light_of(both, s, engine) for s in (scene, brighter))
    assert np.allclose(b, 2 * a, rtol=1e-5, atol=0)


def floor_light(both, make, lights, **options):
    """Mean radiance of a small matt patch around the world's origin, seen from above, and its brightness image."""
    view = make.camera(make.look_at((0.0, 0.0, 4.0), (0.0, 0.0, 0.0), (0, 1, 0)), width=32, height=32, focal=3200.0)
    black_gloss = Material(base_color=(0.5, 0.5, 0.5), roughness=1.0)
    things = [make.thing(make.quad(20, 20), make.pose(), black_gloss)]
    return light_of(both, make.scene(view, things, lights, DARK), samples_per_pixel=64, **options).mean()


SUN = SunLight((0.0, 0.6, -0.8), (3.0, 3.0, 3.0), angular_diameter_deg=2.0)
LAMPS = [
    (SUN, 3.0 * 0.8),
    (replace(SUN, angular_diameter_deg=0.0), 3.0 * 0.8),
    (PointLight((0.0, 1.5, 2.0), (5.0, 5.0, 5.0), radius_m=0.1), 5.0 * 2.0 / 2.5**3),
    (PointLight((0.0, 1.5, 2.0), (5.0, 5.0, 5.0), radius_m=0.0), 5.0 * 2.0 / 2.5**3),
    (SpotLight((0.0, 0.0, 2.0), (0.0, 0.0, -1.0), (5.0, 5.0, 5.0), 20.0, 30.0, 0.05), 5.0 / 4.0),
    (AreaLight((0.0, 0.0, 3.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), 0.2, 0.1, (40.0, 40.0, 40.0)), 40 * 0.02 / 9.0),
]


@pytest.mark.parametrize(("lamp", "irradiance"), LAMPS, ids=["sun", "sharp", "ball", "point", "spot", "panel"])
def test_a_lamp_gives_the_light_that_its_formula_says(both, make, lamp, irradiance) -> None:
    """At 8 degrees from the normal the dielectric's mirror adds little; it is bounded, not modelled."""
    got = floor_light(both, make, [lamp], max_depth=2)
    matt = 0.5 / np.pi * irradiance
    assert 0.93 * matt < got < 1.03 * matt + 0.04 / 4 * irradiance
    ten = floor_light(both, make, [lamp] * 10, max_depth=2)
    assert ten == pytest.approx(10 * got, rel=0.02), "ten lamps in one place are ten times as bright"


def test_a_spot_falls_off_as_the_raster_engines(both, make) -> None:
    lamp = SpotLight((0.0, 0.0, 2.0), (0.0, 0.0, -1.0), (5.0, 5.0, 5.0), 12.0, 30.0, 0.01, casts_shadow=False)
    view = make.camera(make.look_at((0.0, 0.0, 4.0), (0.0, 0.0, 0.0), (0, 1, 0)), width=64, height=64, focal=80.0)
    scene = make.scene(view, [make.thing(make.quad(20, 20), make.pose(), MATT)], [lamp], DARK)
    a, b = light_of(both, scene, "raster"), light_of(both, scene, samples_per_pixel=64, max_depth=2)
    assert b.mean() == pytest.approx(a.mean(), rel=0.03)
    assert np.abs(a - b).max() < 0.06 * a.max()
    assert b[0].max() == 0.0, "outside the cone there is nothing"


def test_lamps_are_not_seen_and_hide_nothing_but_are_mirrored(both, make) -> None:
    """A panel between camera and floor: the floor is seen through it, and a mirror behind shows it."""
    view = make.camera(make.look_at((0.0, 0.0, 4.0), (0.0, 0.0, 0.0), (0, 1, 0)), width=32, height=32, focal=30.0)
    lamp = AreaLight((0.0, 0.0, 2.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), 1.0, 1.0, (7.0, 7.0, 7.0))
    mirror = Material(base_color=(1, 1, 1), metallic=1.0, roughness=0.045)
    scene = make.scene(view, [make.thing(make.quad(20, 20), make.pose(), mirror)], [lamp], DARK)
    found = light_of(both, scene, samples_per_pixel=32)[:, :, 0]
    assert found[15:17, 15:17].mean() == pytest.approx(7.0, rel=0.02)
    assert found[:4].max() < 0.5


def test_a_lamp_without_shadow_shines_through_what_stands_before_it(both, make) -> None:
    view = make.camera(make.look_at((2.0, 0.0, 1.0), (0.0, 0.0, 0.0)), width=32, height=24, focal=200.0)
    shade = make.thing(make.quad(1, 1), make.pose(z=1.0), MATT)
    floor = make.thing(make.quad(20, 20), make.pose(), MATT)

    def at_floor(casts):
        lamp = PointLight((0.0, 0.0, 2.0), (5.0, 5.0, 5.0), 0.05, casts_shadow=casts)
        found = light_of(both, make.scene(view, [floor, shade], [lamp], DARK), samples_per_pixel=16, max_depth=2)
        return found[10:14, 14:18].mean()

    assert at_floor(True) == 0.0
    assert at_floor(False) == pytest.approx(5.0 / 4.0 / np.pi, rel=0.05)


def test_what_glows_lights_its_neighbours_as_a_lamp_of_its_shape_would(both, make) -> None:
    """A glowing rectangle and an area light of the same radiance give the floor the same light."""
    radiance = (6.0, 6.0, 6.0)
    view = make.camera(make.look_at((0.0, -3.0, 1.0), (0.0, 0.0, 0.0)), width=48, height=36, focal=120.0)
    floor = make.thing(make.quad(20, 20), make.pose(), MATT)
    dark = Material(base_color=(0.0, 0.0, 0.0), roughness=1.0, emission=radiance)
    panel = make.thing(make.quad(0.6, 0.4), make.pose(z=1.2, axis=(1, 0, 0), deg=180.0), dark)
    lamp = AreaLight((0.0, 0.0, 1.2), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), 0.6, 0.4, radiance)
    a = light_of(both, make.scene(view, [floor, panel], (), DARK), samples_per_pixel=64, max_depth=2)
    b = light_of(both, make.scene(view, [floor], [lamp], DARK), samples_per_pixel=64, max_depth=2)
    low = slice(20, 36)
    assert a[low].mean() == pytest.approx(b[low].mean(), rel=0.02)


def test_what_glows_is_seen_in_its_own_colours(both, make) -> None:
    """Half of the texture is black; the other is seen with the radiance that the material says."""
    pixels = np.zeros((4, 8, 3), np.uint8)
    pixels[:, 4:] = 255
    glow = Material(
        base_color=(0, 0, 0), roughness=1.0, emission=(3.0, 2.0, 1.0),
        emission_texture=Texture(pixels, srgb=True, wrap="clamp"),
    )  # fmt: skip
    view = make.camera(width=32, height=24, focal=20.0)
    scene = make.scene(view, [make.thing(make.quad(4, 4), make.pose(z=-2.0), glow)], (), DARK)
    found = light_of(both, scene)
    assert np.allclose(found[8:16, 22:], (3.0, 2.0, 1.0), rtol=1e-3)
    assert found[8:16, :10].max() < 1e-3


def test_lights_of_different_kinds_add_up(both, make) -> None:
    """Surroundings, a sun and something that glows: together they are the sum of each alone."""
    rows = np.linspace(3.0, 0.0, 32, dtype=np.float32)[:, None, None]
    sky = Background(radiance=RadianceMap(np.broadcast_to(rows, (32, 64, 3)).copy()), color=(1, 1, 1))
    view = make.camera(make.look_at((0.0, -3.0, 1.0), (0.0, 0.0, 0.0)), width=64, height=48, focal=120.0)
    glossy = Material(base_color=(0.5, 0.4, 0.3), roughness=0.4)
    glow = Material(base_color=(0.0, 0.0, 0.0), roughness=1.0, emission=(4.0, 4.0, 4.0))

    def light(background, lamps, radiance):
        ball = make.thing(make.sphere(0.2), make.pose(x=0.5, z=0.3), replace(glow, emission=radiance))
        floor = make.thing(make.quad(20, 20), make.pose(), glossy)
        scene = make.scene(view, [floor, ball], lamps, background)
        return light_of(both, scene, samples_per_pixel=64)[12:]

    black = (0.0, 0.0, 0.0)
    whole = light(sky, [SUN], glow.emission)
    alone = light(sky, [], black) + light(DARK, [SUN], black) + light(DARK, [], glow.emission)
    assert whole.mean() == pytest.approx(alone.mean(), rel=0.01)
