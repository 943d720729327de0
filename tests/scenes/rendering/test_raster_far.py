"""Scenes that reach from a hand's breadth to the horizon: what is nearer is seen, in labels and in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.raster.drawlist import draw_list

pytestmark = pytest.mark.gl

RED, GREEN = (4.0, 0.0, 0.0), (0.0, 4.0, 0.0)


def before_and_behind(make, distance: float, gap: float, tilt_deg: float, nearer_last: bool, near: float = 0.05):
    """Two parallel walls, one `gap` behind the other, over 20 km of ground, and a die close to the eye."""
    size, turn = 0.3 * distance, make.pose(0.0, 0.0, 1.5, axis=(1, 0, 0), deg=90.0 + tilt_deg)
    places = (distance + gap, distance) if nearer_last else (distance, distance + gap)
    things = [
        make.thing(make.quad(20_000, 20_000), make.pose(z=-size), kind="stuff"),
        make.thing(make.box(0.01, 0.01, 0.01), make.pose(0.2 * near, near, 1.5)),
    ]
    for place, light in zip(places, (RED, GREEN), strict=True):
        at = turn.copy()
        at[1, 3] = place
        things.append(make.thing(make.quad(size, size), at, Material(base_color=(0.0, 0.0, 0.0), emission=light)))
    view = make.camera(make.look_at((0, 0, 1.5), (0, 100, 1.5)), width=160, height=120, focal=150.0)
    return make.scene(view, things)


@pytest.mark.parametrize("nearer_last", [False, True])
@pytest.mark.parametrize(("distance", "gap"), [(100, 0.01), (1000, 0.1), (1000, 1.0), (5000, 1.0)])
@pytest.mark.parametrize("tilt_deg", [-28.0, 13.0])
def test_the_nearer_of_two_walls_is_labelled_and_shown(renderer, make, distance, gap, tilt_deg, nearer_last) -> None:
    scene = before_and_behind(make, distance, gap, tilt_deg, nearer_last)
    frame = renderer.render(scene, RenderRequest(linear=True))
    nearer, behind = (4, 3) if nearer_last else (3, 4)
    own, other = frame.surface_id == nearer, frame.surface_id == behind
    alone = frame.amodal[nearer - 1]
    die = frame.surface_id[alone.y : alone.y + alone.mask.shape[0], alone.x : alone.x + alone.mask.shape[1]] == 2
    assert own.sum() == (alone.mask & ~die).sum() > 1000
    # What is behind may look out over an upper or lower edge alone, by the parallax of the gap.
    assert other.sum() <= 160
    lit = frame.linear[own]
    shown = (lit[:, 1] > lit[:, 0]) == nearer_last
    assert shown.mean() > 0.98  # smoothed edges are mixtures


def test_depth_behind_something_close_is_exact(renderer, make) -> None:
    scene = before_and_behind(make, 5000.0, 1.0, 0.0, nearer_last=False)
    frame = renderer.render(scene, RenderRequest(rgb=False))
    wall = frame.surface_id == 3
    assert np.abs(frame.depth[wall] / 5000.0 - 1.0).max() < 2e-6


def test_only_scenes_that_reach_far_are_ordered_so(make) -> None:
    far = before_and_behind(make, 1000.0, 1.0, 0.0, nearer_last=False)
    assert draw_list(far).view.reaches_far
    assert not draw_list(before_and_behind(make, 1000.0, 1.0, 0.0, nearer_last=False, near=40.0)).view.reaches_far


def test_clear_surfaces_far_away_keep_their_order(renderer, make) -> None:
    """A clear wall a metre before a solid one, and one a metre behind it, a kilometre off."""
    glass = Material(base_color=(0.0, 0.0, 0.0), emission=GREEN, alpha="transparent", opacity=0.5)
    for gap, seen in ((-1.0, True), (1.0, False)):
        scene = before_and_behind(make, 1000.0, 5.0, 10.0, nearer_last=False)
        things = [make.Thing(((i.model.parts[0].mesh, i.model.parts[0].material),), i.world_from_object, i.kind)
                  for i in scene.instances]  # fmt: skip
        pane = things[2].pose.copy()
        pane[1, 3] += gap
        things.append(make.thing(things[2].parts[0][0], pane, glass))
        frame = renderer.render(make.scene(scene.camera, things), RenderRequest(linear=True))
        middle = frame.linear[50:70, 70:90].reshape(-1, 3).mean(axis=0)
        assert (frame.surface_id[50:70, 70:90] == (5 if seen else 3)).all()
        assert (middle[1] > 0.1) == seen


@pytest.mark.parametrize("near", [0.003, 0.0012])
@pytest.mark.parametrize("tilt_deg", [0.0, -20.0, 40.0])
def test_the_farthest_thing_is_not_lost_to_rounding(renderer, make, near, tilt_deg) -> None:
    """A wall at 10 km, and a grain of sand a few millimetres from the eye."""
    view = make.camera(make.look_at((0, 0, 0), (0.3, 100, 0.1)), width=160, height=120, focal=150.0)
    wall = make.quad(4000, 4000)
    at = make.pose(0, 10_000, 0, axis=(1, 0.2, 0), deg=90.0 + tilt_deg)
    sand = make.thing(make.box(near / 10, near / 10, near / 10), make.pose(0.3 * near, near, 0))
    frame = renderer.render(make.scene(view, [sand, make.thing(wall, at)]), RenderRequest(rgb=False))
    x, y = view.project(wall.positions.astype(float) @ at[:3, :3].T + at[:3, 3])[0].T
    area = 0.5 * abs(x @ np.roll(y, -1) - np.roll(x, -1) @ y)
    assert frame.amodal[1].mask.sum() == pytest.approx(area, rel=0.02)
    assert (frame.surface_id == 2).sum() > 0.9 * area
