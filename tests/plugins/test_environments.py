"""Environments by what they put on white paper, and on where their light comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assets.store import Asset, OpenAsset
from myriorama.scenes.errors import ProjectError
from myriorama.scenes.lights import AreaLight, PointLight, RadianceMap, SpotLight, SunLight
from myriorama.scenes.materials.model import Texture
from myriorama.scenes.parameters.schema import Color, Direction, Float, Int, Vector
from myriorama.scenes.radiometry.color import luminance
from myriorama.scenes.radiometry.equirect import directions, irradiance
from myriorama.scenes.radiometry.rectangle import irradiance_from_rectangle

REGISTRY = builtin_registry()
UP = np.array([0.0, 0.0, 1.0])
NEED_A_FILE = ("hdri", "photo_backdrop")


def _plain(parameter):
    if isinstance(parameter, Color):
        return tuple(int(str(parameter.default)[i : i + 2], 16) / 255 for i in (1, 3, 5))
    if parameter.kind == "file":
        return None
    return tuple(parameter.default) if isinstance(parameter.default, list) else parameter.default


def _build(name, **values):
    plugin = REGISTRY.environment(name)
    return plugin.build({p.name: _plain(p) for p in plugin.parameters} | values)


def _level(parts, normal=UP, position=(0.0, 0.0, 0.0)):
    """How bright white paper is, by summing every light by hand; the background's map is turned with it."""
    normal, position = np.asarray(normal, float), np.asarray(position, float)
    total = np.zeros(3)
    if parts.background is not None:
        b = parts.background
        if b.radiance is None:
            total += math.pi * np.array(b.color)
        else:
            back = math.radians(-b.rotation_deg)
            cos, sin = math.cos(back), math.sin(back)
            turned = np.array([cos * normal[0] - sin * normal[1], sin * normal[0] + cos * normal[1], normal[2]])
            total += irradiance(b.radiance.pixels, turned) * np.array(b.color)
    for light in parts.lights:
        if isinstance(light, SunLight):
            total += np.array(light.irradiance) * max(0.0, -float(normal @ np.array(light.direction)))
        elif isinstance(light, AreaLight):
            total += irradiance_from_rectangle(light, position, normal, cells=24)
        else:
            away = np.array(light.position) - position
            reach = np.linalg.norm(away)
            total += np.array(light.intensity) / reach**2 * max(0.0, float(normal @ away / reach))
    return float(luminance(total)) / math.pi


@dataclass
class _Store:
    map: RadianceMap | None = None
    photo: Texture | None = None
    reads: int = 0

    def radiance(self, asset):
        self.reads += 1
        return self.map

    def image(self, asset, *, srgb):
        return self.photo


def _asset(store, sha="0" * 64):
    return OpenAsset(Asset("sky.exr", Path("/nowhere/sky.exr"), sha), store)


def _sunny_map(height=256):
    toward = directions(height, 2 * height)
    pixels = np.where(toward[..., 2:] > 0, [0.2, 0.3, 0.5], [0.05, 0.05, 0.04]).astype(np.float32)
    sun = np.array([math.cos(math.radians(40)), 0.0, math.sin(math.radians(40))])
    pixels[toward @ sun > math.cos(math.radians(0.8))] = 20000.0
    return RadianceMap(pixels)


@pytest.mark.parametrize("name", [n for n in REGISTRY.names("environment") if n not in NEED_A_FILE])
def test_every_environment_builds_from_its_defaults_and_repeats(name):
    first, second = _build(name), _build(name)
    assert first.background is not None or first.lights or first.pieces
    assert [repr(light) for light in first.lights] == [repr(light) for light in second.lights]
    if first.background is not None and first.background.radiance is not None:
        assert first.background.radiance.key == second.background.radiance.key


@pytest.mark.parametrize("name", REGISTRY.names("environment"))
def test_declarations_are_complete(name):
    plugin = REGISTRY.environment(name)
    assert plugin.label
    assert plugin.help.endswith(".")
    for p in plugin.parameters:
        assert p.help.endswith(".")
        if isinstance(p, (Float, Int)):
            assert p.minimum <= p.default <= p.maximum
            assert math.isfinite(p.minimum)
            assert math.isfinite(p.maximum)
        assert not isinstance(p, Direction) or len(p.default) == 3
        assert not isinstance(p, Vector) or len(p.default) == p.size
        for suffix, unit in (("_m", "m"), ("_deg", "deg"), ("_px", "px"), ("_k", "K"), ("_h", "h")):
            if p.name.endswith(suffix):
                assert p.unit == unit


@pytest.mark.parametrize("name", ["uniform", "sky", "studio"])
def test_default_environments_light_paper_to_the_reference(name):
    assert _level(_build(name)) == pytest.approx(1.0, rel=0.1)


@pytest.mark.parametrize("strength", [0.25, 1.0, 3.0])
@pytest.mark.parametrize("name", ["uniform", "sky", "studio", "sun", "area", "spot", "point"])
def test_strength_is_proportional(name, strength):
    facing = np.array([0.3, -0.5, 0.8])
    facing /= np.linalg.norm(facing)
    one, other = _build(name, strength=1.0), _build(name, strength=strength)
    assert _level(other, facing) == pytest.approx(strength * _level(one, facing), rel=1e-6)


def test_sun_brings_its_strength_to_facing_paper_from_its_azimuth():
    parts = _build("sun", azimuth_deg=90.0, elevation_deg=30.0, strength=0.7, temperature_k=3000.0)
    toward = np.array([0.0, math.cos(math.radians(30)), 0.5])
    np.testing.assert_allclose(parts.lights[0].direction, -toward, atol=1e-12)
    assert _level(parts, toward) == pytest.approx(0.7)
    assert _level(parts) == pytest.approx(0.35)


def test_lamps_bring_their_strength_to_paper_at_the_target():
    for name in ("spot", "area"):
        values = {"position_m": (1.0, 2.0, 3.0), "target_m": (0.5, 0.0, 0.2), "strength": 1.5}
        parts = _build(name, **values)
        toward = np.subtract(values["position_m"], values["target_m"])
        toward = toward / np.linalg.norm(toward)
        assert _level(parts, toward, values["target_m"]) == pytest.approx(1.5, rel=5e-3)
    point = _build("point", position_m=(0.0, 0.0, 2.0), reach_m=2.0, strength=0.8)
    assert isinstance(point.lights[0], PointLight)
    assert _level(point) == pytest.approx(0.8)
    spot = _build("spot", cone_deg=60.0, softness=0.5).lights[0]
    assert isinstance(spot, SpotLight)
    assert (spot.inner_angle_deg, spot.outer_angle_deg) == pytest.approx((15.0, 30.0))


@pytest.mark.parametrize("name", ["spot", "area"])
def test_a_light_in_its_own_target_is_refused(name):
    with pytest.raises(ProjectError, match="target_m"):
        _build(name, position_m=(1.0, 1.0, 1.0), target_m=(1.0, 1.0, 1.0))


def test_area_lights_that_hang_straight_above_have_a_frame():
    light = _build("area", position_m=(0.0, 0.0, 2.0), target_m=(0.0, 0.0, 0.0)).lights[0]
    np.testing.assert_allclose(light.direction, [0, 0, -1])
    np.testing.assert_allclose(np.dot(light.up, light.direction), 0.0, atol=1e-12)


@pytest.mark.parametrize("time_h", [6.5, 9.0, 12.0, 16.0])
@pytest.mark.parametrize("adaptation", [0.0, 1.0])
def test_sky_and_its_sun_agree_on_direction(time_h, adaptation):
    parts = _build("sky", time_h=time_h, day_of_year=172.0, north_deg=37.0, adaptation=adaptation)
    (sun,) = parts.lights
    pixels, turn = parts.background.radiance.pixels, math.radians(parts.background.rotation_deg)
    upper = luminance(pixels)[: pixels.shape[0] // 2]
    brightest = directions(*pixels.shape[:2])[np.unravel_index(np.argmax(upper), upper.shape)]
    cos, sin = math.cos(turn), math.sin(turn)
    world = np.array([cos * brightest[0] - sin * brightest[1], sin * brightest[0] + cos * brightest[1], brightest[2]])
    assert float(world @ -np.array(sun.direction)) > math.cos(math.radians(6.0))


def test_sky_at_noon_has_the_sun_in_the_south_and_north_turns_it():
    (sun,) = _build("sky", time_h=12.0, north_deg=90.0, latitude_deg=45.0).lights
    assert sun.direction[1] > 0.2  # light travels north, from a sun in the south (-Y)
    assert sun.direction[0] == pytest.approx(0.0, abs=1e-9)
    (turned,) = _build("sky", time_h=12.0, north_deg=0.0, latitude_deg=45.0).lights
    np.testing.assert_allclose(turned.direction, [sun.direction[1], 0.0, sun.direction[2]], atol=1e-9)


def test_adaptation_levels_the_day_and_leaves_the_night_darker():
    noon, dusk, night = (_level(_build("sky", time_h=t, day_of_year=80.0, adaptation=0.85)) for t in (12.0, 18.3, 24.0))
    assert 0.9 < noon < 1.1
    assert 0.1 < dusk < 0.8
    assert 0.01 < night < dusk
    even = [_level(_build("sky", time_h=t, day_of_year=80.0, adaptation=1.0)) for t in (10.0, 12.0, 24.0)]
    np.testing.assert_allclose(even, 1.0, atol=0.05)
    assert _build("sky", time_h=24.0, day_of_year=80.0).lights == ()
    assert _build("sky", cloudiness=1.0).lights == ()


@pytest.mark.parametrize("time_h", [7.0, 12.0, 19.0])
def test_white_balance_takes_the_colour_cast_and_leaves_the_brightness(time_h):
    casts = []
    for amount in (0.0, 0.5, 1.0):
        parts = _build("sky", time_h=time_h, day_of_year=172.0, white_balance=amount)
        total = irradiance(parts.background.radiance.pixels, UP) * np.array(parts.background.color)
        for sun in parts.lights:
            total = total - np.array(sun.irradiance) * sun.direction[2]
        casts.append(float(np.ptp(total / total.mean())))
        assert _level(parts) == pytest.approx(_level(_build("sky", time_h=time_h, day_of_year=172.0)), rel=1e-6)
    assert casts[0] > casts[1] > casts[2]
    assert casts[2] == pytest.approx(0.0, abs=1e-6)


def test_studio_boxes_face_the_target_and_show_in_the_map():
    parts = _build("studio", boxes=4, target_m=(0.5, 0.2, 0.1), azimuth_deg=20.0)
    assert len(parts.lights) == 4
    for light in parts.lights:
        offset = np.array([0.5, 0.2, 0.1]) - light.position
        np.testing.assert_allclose(offset / np.linalg.norm(offset), light.direction, atol=1e-9)
    assert _level(parts, position=(0.5, 0.2, 0.1)) == pytest.approx(1.0, rel=0.05)
    bright = luminance(parts.background.radiance.pixels)
    toward = directions(*bright.shape)
    key = -np.array(parts.lights[0].direction)
    middle = toward[bright > 0.99 * bright.max()].mean(axis=0)
    assert float(middle / np.linalg.norm(middle) @ key) > math.cos(math.radians(2))
    assert bright.min() == pytest.approx(0.25, rel=1e-3)


def test_hdri_is_brought_to_the_reference_and_its_sun_turns_with_it():
    store = _Store(_sunny_map())
    for turn in (0.0, 75.0):
        parts = _build("hdri", file=_asset(store), rotation_deg=turn)
        (sun,) = parts.lights
        azimuth = math.degrees(math.atan2(-sun.direction[1], -sun.direction[0]))
        assert azimuth == pytest.approx(turn, abs=0.3)
        assert _level(parts) == pytest.approx(1.0, rel=0.01)
    assert store.reads == 1  # kept by content


def test_hdri_with_and_without_its_sun_taken_out_gives_the_same_light():
    store = _Store(_sunny_map())
    kept = _build("hdri", file=_asset(store), extract_sun=False, normalize=False)
    taken = _build("hdri", file=_asset(store), extract_sun=True, normalize=False)
    assert kept.lights == ()
    assert len(taken.lights) == 1
    for normal in (UP, [1.0, 0, 0], [0, 0.6, 0.8]):
        assert _level(taken, normal) == pytest.approx(_level(kept, normal), rel=0.01)
    halved = _build("hdri", file=_asset(store), extract_sun=True, normalize=False, widest_px=128)
    assert halved.background.radiance.pixels.shape == (64, 128, 3)
    assert _level(halved) == pytest.approx(_level(kept), rel=0.01)


def test_hdri_without_a_file_or_without_light_is_refused():
    with pytest.raises(ProjectError, match="file"):
        _build("hdri")
    black = _Store(RadianceMap(np.zeros((32, 64, 3), dtype=np.float32)))
    with pytest.raises(ProjectError, match="black"):
        _build("hdri", file=_asset(black, sha="1" * 64))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_photo_backdrop_shows_the_photo_and_takes_its_colours(channels):
    pixels = np.zeros((40, 60, channels), dtype=np.uint8)
    pixels[:20] = ([80, 120, 220, 255])[:channels]
    pixels[20:] = ([200, 150, 60, 255])[:channels]
    store = _Store(photo=Texture(pixels, srgb=True))
    parts = _build("photo_backdrop", file=_asset(store), match_colors=1.0)
    assert parts.background.backdrop.shape == (40, 60, 3)
    if channels > 1:
        np.testing.assert_array_equal(parts.background.backdrop, pixels[..., :3])
        light = parts.background.radiance.pixels
        assert light[0, 0, 2] > light[0, 0, 0]
        assert light[-1, 0, 0] > light[-1, 0, 2]
    assert _level(parts) == pytest.approx(1.0, rel=0.05)
    white = _build("photo_backdrop", file=_asset(store), match_colors=0.0, key_share=0.0).background
    np.testing.assert_allclose(white.radiance.pixels, 1.0)


def test_ground_lies_at_its_height_with_metres_on_its_texture():
    parts = _build("ground_plane", width_m=4.0, depth_m=2.0, center_m=(1.0, 2.0, 0.5), tile_m=0.5)
    (piece,) = parts.pieces
    mesh = piece.model.parts[0].mesh
    world = mesh.positions @ piece.world_from_object[:3, :3].T + piece.world_from_object[:3, 3]
    np.testing.assert_allclose(world.min(axis=0), [-1.0, 1.0, 0.5], atol=1e-6)
    np.testing.assert_allclose(world.max(axis=0), [3.0, 3.0, 0.5], atol=1e-6)
    np.testing.assert_allclose(np.ptp(mesh.uv, axis=0), [8.0, 4.0])
    assert (mesh.normals[:, 2] == 1).all()
    solid = piece.model.collision[0].points
    assert solid[:, 2].max() == 0
    assert solid[:, 2].min() < -0.1


def test_ground_takes_its_material_and_plain_defaults_stay_plain():
    plain = _build("ground_plane").pieces[0].model.parts[0].material
    assert plain.base_color_texture is None
    assert plain.roughness == pytest.approx(0.8)
    painted = _build("ground_plane", base_color=(1.0, 0.0, 0.0), pattern="checks").pieces[0].model.parts[0].material
    assert painted.base_color_texture is not None


def test_room_walls_face_inwards_and_enclose():
    parts = _build("room", width_m=4.0, depth_m=3.0, height_m=2.5, ceiling=True)
    model = parts.pieces[0].model
    assert len(model.parts) == 6
    middle = np.array([0.0, 0.0, 1.25])
    for part, solid in zip(model.parts, model.collision, strict=True):
        mesh = part.mesh
        corners = mesh.positions[mesh.faces]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        np.testing.assert_allclose(normal, mesh.normals[:2], atol=1e-6)
        assert (((middle - corners[:, 0]) * normal).sum(axis=1) > 0).all()
        assert (((solid.points - corners[0, 0]) @ normal[0]) <= 1e-6).all()
    assert len(_build("room").pieces[0].model.parts) == 5
    np.testing.assert_allclose(model.bounds, [[-2, -1.5, 0], [2, 1.5, 2.5]])
