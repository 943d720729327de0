"""Shadows against rays: where the sun's way is blocked it is dark, elsewhere nothing is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, distance_transform_edt

from myriorama.scenes.lights import AreaLight, Background, SpotLight, SunLight
from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.frame import RenderRequest

pytestmark = pytest.mark.gl

LINEAR = RenderRequest(linear=True, amodal=False)
DARK = Background(color=(0.0, 0.0, 0.0), visible=False, visible_color=(0.0, 0.0, 0.0))
MATT = Material(base_color=(0.5, 0.5, 0.5), roughness=1.0)


def ground_points(view, frame, surface: int) -> tuple[np.ndarray, np.ndarray]:
    mask = frame.surface_id == surface
    y, x = np.nonzero(mask)
    return mask, view.unproject(np.stack([x + 0.5, y + 0.5], axis=1), frame.depth[mask].astype(float))


def blocked_by_box(points: np.ndarray, toward: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Slab test of rays from points towards the sun; (N,) bool."""
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = (low - points) / toward, (high - points) / toward
    enter, leave = np.fmin(a, b).max(axis=1), np.fmax(a, b).min(axis=1)
    return (leave > np.maximum(enter, 0.0)) & (leave > 1e-6)


def toward_sun(elevation_deg: float, azimuth_deg: float) -> np.ndarray:
    e, a = np.radians([elevation_deg, azimuth_deg])
    return np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])


@pytest.mark.parametrize("elevation", [12.0, 40.0, 70.0])
def test_the_shadow_starts_at_the_cube_and_ends_where_rays_say(renderer, make, elevation) -> None:
    """Ground between cube and shadow is never lit for more than two pixels, nor is lit ground ever dark."""
    view = make.camera(make.look_at((1.1, -1.5, 1.2), (0.0, 0.0, 0.0)), width=480, height=360, focal=420.0)
    sun = toward_sun(elevation, 150.0)
    things = [
        make.thing(make.quad(8, 8), np.eye(4), MATT, "stuff"),
        make.thing(make.box(0.3, 0.3, 0.3), make.pose(z=0.15), MATT),
    ]
    light = SunLight(tuple(-sun), (3.0, 3.0, 3.0))
    frame = renderer.render(make.scene(view, things, [light], DARK), LINEAR)
    ids = frame.surface_id
    mask, points = ground_points(view, frame, int(np.bincount(ids.ravel()).argmax()))
    expected = np.zeros(mask.shape, dtype=bool)
    expected[mask] = blocked_by_box(points, sun, np.array([-0.15, -0.15, 0.0]), np.array([0.15, 0.15, 0.3]))
    brightness = frame.linear[..., 0]
    lit = np.median(brightness[mask & ~expected])
    dark = brightness < 0.5 * lit
    to_lit_ground = distance_transform_edt(~(mask & ~expected))
    to_shadow = distance_transform_edt(~expected)
    # Inside the true shadow, further than two pixels from true light: dark, right up to the cube's own outline.
    assert expected.sum() > 800
    assert dark[expected & (to_lit_ground > 2.0)].all()
    open_ground = mask & ~expected & (distance_transform_edt(mask) > 1.5)  # its rim is mixed with what is beside it
    assert not dark[open_ground & (to_shadow > 2.0)].any()
    # Shadowed ground that touches the cube in the image: no bright seam wider than two pixels.
    seam = expected & binary_dilation(~mask & (ids > 0), iterations=3) & (to_lit_ground > 3.0)
    assert seam.sum() > 20
    assert (brightness[seam] < 0.2 * lit).mean() > 0.97


@pytest.mark.parametrize("elevation", [3.0, 20.0, 45.0, 88.0])
@pytest.mark.parametrize("tilt", [0.0, 37.0])
def test_no_pixel_of_a_lit_plane_is_dark(renderer, make, elevation, tilt) -> None:
    """Ground seen along itself, with a ball that makes a map necessary: outside the ball's shadow all is evenly lit."""
    view = make.camera(make.look_at((0.3, -2.5, 0.5), (0.0, 0.0, 0.1)), width=400, height=300, focal=300.0)
    sun = toward_sun(elevation, 75.0 + tilt)
    centre = np.array([0.2, 0.1, 0.6])
    things = [
        make.thing(make.box(9, 9, 0.2), make.pose(z=-0.1, deg=tilt), MATT, "stuff"),
        make.thing(make.sphere(0.2, 64, 32), make.pose(*centre), MATT),
    ]
    light = SunLight(tuple(-sun), (3.0, 3.0, 3.0), 0.0)
    frame = renderer.render(make.scene(view, things, [light], DARK), LINEAR)
    bare = renderer.render(make.scene(view, things, [replace(light, casts_shadow=False)], DARK), LINEAR)
    ground = next(s.surface_id for s in make.scene(view, things).surfaces if s.kind == "stuff")
    mask, points = ground_points(view, frame, ground)
    to_ball = centre - points
    along = to_ball @ sun
    blocked = np.zeros(mask.shape, dtype=bool)
    blocked[mask] = (np.linalg.norm(to_ball - along[:, None] * sun, axis=1) < 0.2) & (along > 0)
    clear = mask & (distance_transform_edt(~blocked) > 6.0 if blocked.any() else True)
    clear &= distance_transform_edt(mask) > 2.0
    assert clear.sum() > 20_000
    ratio = frame.linear[..., 0] / np.maximum(bare.linear[..., 0], 1e-6)
    assert ratio[clear].min() > 0.999
    deep = distance_transform_edt(blocked) > 3.0
    if deep.sum() > 200:
        assert (ratio[deep] < 0.05).mean() > 0.999


@pytest.mark.parametrize("elevation", [25.0, 60.0])
def test_a_lit_ball_does_not_shadow_itself(renderer, make, elevation) -> None:
    """Where a sphere faces the sun it is lit by the cosine, without stripes or spots."""
    view = make.camera(make.look_at((0.0, -2.0, 0.6), (0.0, 0.0, 0.0)), width=320, height=240, focal=330.0)
    sun = toward_sun(elevation, -60.0)
    ball = make.thing(make.sphere(0.4, 48, 24), np.eye(4), MATT)
    frame = renderer.render(make.scene(view, [ball], [SunLight(tuple(-sun), (3.0, 3.0, 3.0))], DARK), LINEAR)
    mask = frame.surface_id > 0
    cosine = frame.normal @ (view.camera_from_world[:3, :3] @ sun)
    facing = mask & (cosine > 0.2) & (distance_transform_edt(mask) > 2.0)
    expected = 0.5 / np.pi * 3.0 * cosine[facing]
    assert facing.sum() > 3000
    assert (np.abs(frame.linear[..., 0][facing] / expected - 1) < 0.2).mean() > 0.995


@pytest.mark.parametrize(
    "lamp",
    [
        SpotLight((0.4, 0.3, 2.0), (-0.2, -0.15, -1.0), (9.0, 9.0, 9.0), 40.0, 50.0, radius_m=0.01),
        AreaLight((0.4, 0.3, 2.0), (-0.2, -0.15, -1.0), (0.0, 1.0, 0.0), 0.1, 0.1, (400.0, 400.0, 400.0)),
    ],
    ids=["spot", "area"],
)
def test_a_lamp_throws_a_shadow_where_its_rays_are_blocked(renderer, make, lamp) -> None:
    view = make.camera(make.look_at((0.0, -2.2, 2.0), (0.0, 0.0, 0.0)), width=320, height=240, focal=300.0)
    things = [
        make.thing(make.quad(3, 3), np.eye(4), MATT, "stuff"),
        make.thing(make.box(0.3, 0.3, 0.3), make.pose(z=0.15), MATT),
    ]
    open_lit = renderer.render(make.scene(view, things[:1], [lamp], DARK), LINEAR).linear[..., 0]
    frame = renderer.render(make.scene(view, things, [lamp], DARK), LINEAR)
    ground = next(s.surface_id for s in make.scene(view, things).surfaces if s.kind == "stuff")
    mask, points = ground_points(view, frame, ground)
    toward = np.asarray(lamp.position) - points
    expected = np.zeros(mask.shape, dtype=bool)
    expected[mask] = blocked_by_box(points, toward, np.array([-0.15, -0.15, 0.0]), np.array([0.15, 0.15, 0.3]))
    ratio = frame.linear[..., 0] / np.maximum(open_lit, 1e-6)
    deep = expected & (distance_transform_edt(mask) > 1.5) & (distance_transform_edt(~(mask & ~expected)) > 4.0)
    away = (
        mask
        & ~expected
        & (distance_transform_edt(mask) > 1.5)
        & (distance_transform_edt(~expected) > 8.0)
        & (open_lit > 0.05)
    )
    assert deep.sum() > 100
    assert ratio[deep].max() < 0.1
    assert ratio[away].min() > 0.9


def test_a_wide_sun_has_a_wider_penumbra_far_from_the_edge_that_throws_it(renderer, make) -> None:
    view = make.camera(width=320, height=240, focal=300.0)
    widths = []
    for height in (0.1, 0.8):
        things = [
            make.thing(make.quad(6, 6), make.pose(z=-2.0), MATT, "stuff"),
            make.thing(make.box(1.0, 3.0, 0.02), make.pose(x=-1.0 + 0.0, z=-2.0 + height), MATT),
        ]
        sun = SunLight((0.5, 0.0, -1.0), (3.0, 3.0, 3.0), angular_diameter_deg=6.0)
        frame = renderer.render(make.scene(view, things, [sun], DARK), LINEAR)
        row = np.median(frame.linear[100:140, :, 0], axis=0)
        right = row[int(np.argmin(row[:200])) :]
        high = right.max()
        widths.append(int(((right > 0.1 * high) & (right < 0.9 * high)).sum()))
    assert widths[1] > 2 * widths[0]


def test_a_room_around_the_lamp_takes_nothing_from_its_shadows(renderer, make) -> None:
    """The room's box reaches behind the lamp: what a board a hand above the floor shades is dark all the same."""
    view = make.camera(make.look_at((0.9, -1.6, 1.1), (0.0, 0.0, 0.0)), width=240, height=180, focal=200.0)
    things = [
        make.thing(make.box(8.0, 8.0, 3.4), make.pose(z=1.7), MATT, "stuff"),
        make.thing(make.box(0.6, 0.6, 0.02), make.pose(z=0.12), MATT),
    ]
    lamp = SpotLight((0.0, 0.0, 3.0), (0.0, 0.0, -1.0), (20.0, 20.0, 20.0), 50.0, 60.0, radius_m=0.005)
    frame = renderer.render(make.scene(view, things, [lamp], DARK), LINEAR)
    mask, points = ground_points(view, frame, 1)
    brightness = frame.linear[..., 0][mask]
    far = np.abs(points[:, :2]).max(axis=1)
    edge = 0.3 * 3.0 / (3.0 - 0.13)
    floor = points[:, 2] < 0.01
    lit = np.median(brightness[floor & (far > edge + 0.03) & (far < edge + 0.2)])
    shaded = floor & (far < edge - 0.03)
    assert shaded.sum() > 300
    assert (brightness[shaded] < 0.02 * lit).all()


@pytest.mark.parametrize("along", [True, False])
def test_the_penumbra_of_a_long_lamp_is_as_wide_as_the_lamp_across_the_edge(renderer, make, along) -> None:
    """An edge along the lamp has a narrow penumbra, one across it a wide one; both where geometry says."""
    view = make.camera(make.look_at((0.9, -0.2, 0.5), (0.0, 0.0, 0.0)), width=320, height=200, focal=400.0)
    things = [
        make.thing(make.quad(4, 4), np.eye(4), MATT, "stuff"),
        make.thing(make.box(2.0, 4.0, 0.01), make.pose(x=-1.0, z=0.2), MATT),
    ]
    up = (0.0, 1.0, 0.0) if not along else (1.0, 0.0, 0.0)
    lamp = AreaLight((0.0, 0.0, 2.0), (0.0, 0.0, -1.0), up, 1.2, 0.04, (40.0, 40.0, 40.0))
    scenes = [make.scene(view, things, [replace(lamp, casts_shadow=c)], DARK) for c in (True, False)]
    frame, bare = (renderer.render(scene, LINEAR) for scene in scenes)
    mask, points = ground_points(view, frame, 1)
    share = frame.linear[..., 0][mask] / bare.linear[..., 0][mask]
    half = (0.04 if along else 1.2) / 2 * 0.2 / 1.8
    x = points[:, 0]
    seen = np.abs(points[:, 1]) < 0.3
    assert np.median(share[seen & (x > half + 0.01)]) > 0.98
    dark = seen & (x < -half - 0.01) & (x > -half - 0.03)
    light = seen & (x > half + 0.01) & (x < half + 0.03)
    middle = seen & (np.abs(x) < 0.15 * half)
    assert min(dark.sum(), light.sum()) > 100
    assert share[dark].mean() < 0.03
    assert share[light].mean() > 0.97
    if not along:
        assert 0.35 < share[middle].mean() < 0.65
        assert 0.15 < share[seen & (x > -0.6 * half) & (x < -0.4 * half)].mean() < 0.35
