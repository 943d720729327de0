"""Outlines against exact polygons, and gaps against brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from myriorama.scenes.assembly.model import CollisionPiece, ObjectModel, Part
from myriorama.scenes.materials.model import Material
from myriorama.scenes.placement.footprint import footprint_of_model, footprint_of_points, highest, lowest
from myriorama.scenes.placement.poses import (
    pose,
    quaternion_from_rotation,
    rotation_from_quaternion,
    scale_of,
    tilt_rotation,
    uniform_rotation,
    yaw_rotation,
)
from myriorama.scenes.placement.standing import Standing


def _model(mesh, **more):
    return ObjectModel((Part("body", mesh, Material()),), **more)


def _polygon_distance(a, b, samples=600):
    """Distance of two convex outlines by dense points along their edges: an oracle that knows no separating axis."""

    def edge_points(polygon):
        following = np.roll(polygon, -1, axis=0)
        t = np.linspace(0, 1, samples // len(polygon))[:, None, None]
        return ((1 - t) * polygon + t * following).reshape(-1, 2)

    p, q = edge_points(a), edge_points(b)
    return float(np.linalg.norm(p[:, None] - q[None], axis=2).min())


def test_outline_is_the_exact_hull(scene_kit):
    rng = np.random.default_rng(1)
    for count in (3, 40, 3000):
        for _ in range(8):
            points = rng.normal(size=(count, 3)) * rng.uniform(0.02, 2.0, 3)
            outline = footprint_of_points(points)
            hull = ConvexHull(points[:, :2])
            assert outline.area_m2 == pytest.approx(hull.volume, rel=1e-9)
            np.testing.assert_allclose(
                np.sort(outline.corners, axis=0), np.sort(points[hull.vertices, :2], axis=0), atol=1e-12
            )
            assert outline.contains(points[:, :2]).all()
    round_one = scene_kit.shapes.disc(0.3, 500)
    assert footprint_of_model(_model(round_one)).area_m2 == pytest.approx(math.pi * 0.09, rel=1e-3)


def test_moved_turned_and_rotated_outlines_agree(scene_kit):
    model = _model(scene_kit.shapes.box(0.2, 0.1, 0.3))
    turned = footprint_of_model(model).turned(30.0, 1.5).moved(0.4, -0.1)
    assert turned.contains(np.array([[0.4, -0.1]]))[0]
    exact = np.array([[x, y] for x in (-0.15, 0.15) for y in (-0.075, 0.075)]) @ yaw_rotation(30.0)[:2, :2].T
    assert turned.contains(exact + np.array([0.4, -0.1])).all()
    assert not turned.contains(exact * 1.01 + [0.4, -0.1]).any()
    by_vertices = footprint_of_model(model, yaw_rotation(30.0), 1.5).moved(0.4, -0.1)
    np.testing.assert_allclose(turned.box, by_vertices.box, atol=2e-4)


def test_distance_is_that_of_dense_points_and_no_overlap_is_missed():
    rng = np.random.default_rng(5)
    apart = 0
    for _ in range(60):
        a = footprint_of_points(rng.normal(size=(12, 2)) * [0.3, 0.1])
        b = footprint_of_points(rng.normal(size=(12, 2)) * [0.1, 0.2]).moved(*rng.uniform(-0.8, 0.8, 2))
        distance = a.distance(b)
        if distance > 0:
            apart += 1
            assert distance == pytest.approx(_polygon_distance(a.corners, b.corners), abs=2e-3)
            assert a.is_apart(b, 0.999 * distance)
            assert not a.is_apart(b, 1.001 * distance)
            assert not a.contains(_grid(b)).any()
        else:
            assert not a.is_apart(b, 0.0)
            assert a.contains(_grid(b)).any() or b.contains(_grid(a)).any()
        assert distance == pytest.approx(b.distance(a))
    assert 15 < apart < 45


def test_segments_and_points_have_outlines_too():
    segment = footprint_of_points(np.array([[0.0, 0.0], [0.5, 0.0], [1.0, 0.0]]))
    assert segment.distance(footprint_of_points(np.array([[1.3, 0.4]]))) == pytest.approx(0.5)
    assert segment.distance(footprint_of_points(np.array([[0.4, 0.2], [0.4, 0.9]]))) == pytest.approx(0.2)
    assert segment.distance(footprint_of_points(np.array([[0.4, -0.2], [0.4, 0.9]]))) == 0.0
    assert list(segment.contains(np.array([[0.7, 0.0], [0.7, 0.1], [1.1, 0.0]]))) == [True, False, False]


def _grid(outline):
    low, high = outline.box
    points = np.stack(np.meshgrid(*np.linspace(low, high, 60).T), axis=2).reshape(-1, 2)
    return points[outline.contains(points)]


def test_a_tilted_objects_extent_is_that_of_its_turned_corners(scene_kit):
    model = _model(scene_kit.shapes.box(0.2, 0.1, 0.3))
    rotation = tilt_rotation(40.0, 0.0)
    np.testing.assert_allclose(rotation[:, 2], [math.sin(math.radians(40)), 0.0, math.cos(math.radians(40))])
    corners = np.array([[x, y, z] for x in (-0.1, 0.1) for y in (-0.05, 0.05) for z in (0.0, 0.3)]) @ rotation.T
    assert lowest(model, rotation) == pytest.approx(corners[:, 2].min(), abs=1e-7)
    assert highest(model, rotation) == pytest.approx(corners[:, 2].max(), abs=1e-7)
    box = footprint_of_model(model, rotation).box
    np.testing.assert_allclose(box[:, 0], [corners[:, 0].min(), corners[:, 0].max()], atol=1e-6)


def test_rotations_round_trip_and_are_even_over_all_orientations():
    rng = np.random.default_rng(7)
    axes = []
    for _ in range(4000):
        rotation = uniform_rotation(*rng.random(3))
        axes.append(rotation[:, 2])
        if len(axes) <= 200:
            np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
            back = rotation_from_quaternion(quaternion_from_rotation(rotation))
            np.testing.assert_allclose(back, rotation, atol=1e-12)
    z = np.array(axes)
    np.testing.assert_allclose(z.mean(axis=0), 0.0, atol=0.04)
    np.testing.assert_allclose(z.T @ z / len(z), np.eye(3) / 3, atol=0.02)
    for half_turn in (np.diag([1.0, -1, -1]), np.diag([-1.0, 1, -1]), np.diag([-1.0, -1, 1])):
        np.testing.assert_allclose(rotation_from_quaternion(quaternion_from_rotation(half_turn)), half_turn)
    assert scale_of(pose((1, 2, 3), uniform_rotation(0.1, 0.2, 0.3), 2.5)) == pytest.approx(2.5)
    with pytest.raises(ValueError, match="quaternion"):
        rotation_from_quaternion((0, 0, 0, 0))


def test_tops_are_those_of_the_highest_thing_under_a_point(scene_kit):
    table = scene_kit.instance("table/0", scene_kit.shapes.box(1.0, 1.0, 0.7), scene_kit.pose_at())
    ball = scene_kit.instance("ball/0", scene_kit.shapes.sphere(0.1, 48, 24), scene_kit.pose_at(0.2, 0.0, 0.7))
    standing = Standing((table, ball))
    heights, owners = standing.tops_at(np.array([[0.2, 0.0], [-0.3, 0.0], [0.2, 0.06], [0.9, 0.9]]))
    assert owners == ("ball", "table", "ball", "")
    np.testing.assert_allclose(heights[:2], [0.9, 0.7], atol=1e-6)
    assert heights[2] == pytest.approx(0.7 + 0.1 + math.sqrt(0.1**2 - 0.06**2), abs=2e-3)
    assert heights[3] == -math.inf


def test_obstacles_are_cut_at_the_support_and_end_at_the_clearance(scene_kit):
    s = scene_kit.shapes
    conveyor = scene_kit.instance(
        "conveyor/0",
        {"belt": s.box(0.4, 2.0, 0.5), "rail": s.box(0.05, 2.0, 0.6)},
        scene_kit.pose_at(),
    )
    lamp = scene_kit.instance("lamp/0", s.box(0.2, 0.2, 0.1), scene_kit.pose_at(0.0, 0.0, 1.5))
    standing = Standing((conveyor, lamp))
    found = standing.obstacles_between(0.5, 0.8)
    assert [o.name for o in found] == ["conveyor"]
    np.testing.assert_allclose(found[0].outline.box[:, 0], [-0.025, 0.025], atol=1e-6)
    assert [o.name for o in standing.obstacles_between(0.5, 1.6)] == ["conveyor", "lamp"]
    assert [o.name for o in standing.obstacles_between(0.0, 0.1)] == ["conveyor"]
    cone = np.array([[1, 1, 0], [-1, 1, 0], [1, -1, 0], [-1, -1, 0], [0, 0, 1]], dtype=np.float32)
    pyramid = scene_kit.instance("pyramid/0", s.box(2, 2, 1), scene_kit.pose_at())
    object.__setattr__(pyramid.model, "collision", (CollisionPiece(cone),))
    (half,) = Standing((pyramid,)).obstacles_between(0.5, 0.7)
    np.testing.assert_allclose(half.outline.box, [[-0.5, -0.5], [0.5, 0.5]], atol=2e-3)
