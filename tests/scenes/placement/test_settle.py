"""Physics by its laws: things rest on what they fell on, keep their shape and mass, lose their energy, and repeat."""

from __future__ import annotations

import math
import time
from itertools import pairwise

import numpy as np
import pytest

from myriorama.scenes.placement.poses import pose, quaternion_from_rotation, uniform_rotation
from myriorama.scenes.placement.settle import MOST_POINTS, Body, Support, fewer_points, settle


def _box(low, high):
    return np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])], float)


def _ball(radius, count=400):
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    turn = k * math.pi * (3 - math.sqrt(5))
    r = np.sqrt(1 - z * z)
    return np.concatenate([np.stack([r * np.cos(turn), r * np.sin(turn), z], axis=1), np.eye(3), -np.eye(3)]) * radius


def _cup(radius, wall, height, sides=12):
    """The inside of a cup of convex pieces: a ring of wedges on a round base."""
    angles = 2 * math.pi * np.arange(sides + 1) / sides
    pieces = [
        np.array(
            [[r * math.cos(a), r * math.sin(a), z] for r in (radius - wall, radius) for a in pair for z in (0, height)]
        )
        for pair in pairwise(angles)
    ]
    base = np.array([[radius * math.cos(a), radius * math.sin(a), z] for a in angles[:-1] for z in (0, wall)])
    return [Support(p, 0.6) for p in (*pieces, base)]


FLOOR = Support(_box((-3, -3, -0.2), (3, 3, 0)), 0.6)
TRAY = [
    Support(_box((-0.2, -0.2, 0), (-0.19, 0.2, 0.08)), 0.6),
    Support(_box((0.19, -0.2, 0), (0.2, 0.2, 0.08)), 0.6),
    Support(_box((-0.2, -0.2, 0), (0.2, -0.19, 0.08)), 0.6),
    Support(_box((-0.2, 0.19, 0), (0.2, 0.2, 0.08)), 0.6),
]


def _drop(points, position, rotation=None, scale=1.0, mass=0.05):
    rotation = np.eye(3) if rotation is None else rotation
    return Body((fewer_points(points),), pose(position, rotation, scale), scale, mass, 0.5)


@pytest.mark.parametrize("height", np.linspace(0.12, 1.2, 10))
def test_a_ball_dropped_into_a_cup_ends_inside(height):
    ball = _drop(_ball(0.012), (0.006, 0.002, float(height)), mass=0.01)
    settled = settle([FLOOR, *_cup(0.04, 0.003, 0.09)], [ball], time_limit_s=4.0, lost_below_m=-0.5)
    x, y, z = settled.poses[0][:3, 3]
    assert settled.resting == (True,)
    assert math.hypot(x, y) < 0.04 - 0.003 - 0.012 + 0.001
    assert z == pytest.approx(0.003 + 0.012, abs=0.001)


def test_a_ball_beside_the_cup_ends_beside_it():
    ball = _drop(_ball(0.012), (0.06, 0.0, 0.2), mass=0.01)
    settled = settle([FLOOR, *_cup(0.04, 0.003, 0.09)], [ball], time_limit_s=4.0, lost_below_m=-0.5)
    x, y, z = settled.poses[0][:3, 3]
    assert math.hypot(x, y) > 0.052 - 0.001
    assert z == pytest.approx(0.012, abs=0.001)


def test_a_box_comes_to_lie_flat_at_its_true_height_and_scale():
    for scale in (1.0, 0.5):
        body = _drop(_box((-0.05, -0.03, -0.02), (0.05, 0.03, 0.02)), (0, 0, 0.06), scale=scale)
        settled = settle([FLOOR], [body], time_limit_s=4.0, lost_below_m=-0.5)
        found = settled.poses[0]
        np.testing.assert_allclose(found[:3, :3] @ found[:3, :3].T, scale**2 * np.eye(3), atol=1e-9)
        up = np.abs(found[2, :3]) / scale
        assert up.max() == pytest.approx(1.0, abs=1e-3)
        half = np.array([0.05, 0.03, 0.02])[np.argmax(up)] * scale
        assert found[2, 3] == pytest.approx(half, abs=5e-4)


def _many(count, seed=2):
    rng = np.random.default_rng(seed)
    shape = fewer_points(rng.normal(size=(60, 3)) * 0.012)
    return [
        Body(
            (shape,),
            pose((*rng.uniform(-0.1, 0.1, 2), 0.05 + 0.012 * k), uniform_rotation(*rng.random(3))),
            1.0,
            None,
            0.5,
        )
        for k in range(count)
    ]


@pytest.mark.timed
def test_a_pile_rests_without_overlap_and_costs_little(within):
    bodies = _many(30)
    settle([FLOOR], bodies[:1], time_limit_s=0.1, lost_below_m=-0.5)  # loads the engine
    started = time.process_time()
    settled = settle([FLOOR, *TRAY], bodies, time_limit_s=5.0, lost_below_m=-0.5)
    within((time.process_time() - started) / len(bodies), 0.05)
    assert all(settled.resting)
    assert settled.kinetic_j < 1e-4
    assert settled.deepest_m < 1e-3
    for found in settled.poses:
        assert (np.abs(found[:2, 3]) < 0.2).all()
        assert ((bodies[0].pieces[0] @ found[:3, :3].T + found[:3, 3])[:, 2] > -1e-3).all()


def test_what_rests_stays_where_it_is_when_time_goes_on():
    bodies = _many(12)
    first = settle([FLOOR, *TRAY], bodies, time_limit_s=5.0, lost_below_m=-0.5)
    again = [Body(b.pieces, p, 1.0, b.mass_kg, b.friction) for b, p in zip(bodies, first.poses, strict=True)]
    second = settle([FLOOR, *TRAY], again, time_limit_s=1.0, lost_below_m=-0.5)
    moved = [np.linalg.norm(a[:3, 3] - b[:3, 3]) for a, b in zip(first.poses, second.poses, strict=True)]
    assert max(moved) < 0.002


def test_the_same_fall_ends_in_the_same_bytes():
    runs = [settle([FLOOR, *TRAY], _many(10), time_limit_s=3.0, lost_below_m=-0.5) for _ in range(2)]
    for a, b in zip(runs[0].poses, runs[1].poses, strict=True):
        assert a.tobytes() == b.tobytes()


def test_a_ball_rolls_to_rest_by_rolling_friction_and_a_lost_one_is_not_waited_for():
    ramp = Support(np.array([[-0.3, y, z] for y in (-1, 1) for z in (0.0, 0.1)] + [[0, y, 0.0] for y in (-1, 1)]), 0.6)
    ball = _drop(_ball(0.02), (-0.2, 0, 0.12))
    settled = settle([FLOOR, ramp], [ball], time_limit_s=20.0, lost_below_m=-0.5, rolling_friction=0.05)
    assert settled.resting == (True,)
    assert settled.simulated_s < 20.0
    assert settled.poses[0][0, 3] > 0.05
    edge = settle([FLOOR], [_drop(_ball(0.02), (4.0, 0, 0.1))], time_limit_s=20.0, lost_below_m=-0.5)
    assert edge.simulated_s < 2.0
    assert edge.poses[0][2, 3] < -0.5


def test_a_thin_sheet_holds_and_an_endless_floor_too():
    sheet = Support(np.array([[-1, -1, 0.5], [1, -1, 0.5], [1, 1, 0.5], [-1, 1, 0.5]], float), 0.6)
    settled = settle([sheet], [_drop(_ball(0.02), (0, 0, 1.2))], time_limit_s=5.0, lost_below_m=-0.5)
    assert settled.poses[0][2, 3] == pytest.approx(0.52, abs=1e-3)
    settled = settle([], [_drop(_ball(0.02), (50, 0, 1.2))], time_limit_s=5.0, lost_below_m=-0.5, floor_m=0.25)
    assert settled.poses[0][2, 3] == pytest.approx(0.27, abs=1e-3)
    assert settle([], [], time_limit_s=1.0, lost_below_m=0.0).poses == ()


def test_fewer_points_keeps_the_extremes():
    ball = _ball(0.1, 3000)
    few = fewer_points(ball)
    assert len(few) <= MOST_POINTS
    np.testing.assert_allclose(few.max(axis=0), ball.max(axis=0), rtol=1e-9)
    small = _box((0, 0, 0), (1, 1, 1))
    assert len(fewer_points(np.concatenate([small, small]))) == 8
    assert quaternion_from_rotation(np.eye(3)) == (1.0, 0.0, 0.0, 0.0)
