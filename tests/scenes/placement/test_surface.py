"""Plumb lines against trimesh's rays, on a rough mesh that stands askew; and slopes of a tilted plane."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.placement.surface import ground_of, slopes_under, surface_under


@pytest.fixture(scope="module")
def bumpy() -> Mesh:
    rng = np.random.default_rng(5)
    ball = trimesh.creation.icosphere(2)
    points = ball.vertices * (1 + 0.2 * rng.random((len(ball.vertices), 1)))
    return Mesh(points, points / np.linalg.norm(points, axis=1, keepdims=True), np.zeros((len(points), 2)), ball.faces)


@pytest.mark.parametrize("askew", [False, True])
def test_heights_are_those_of_a_ray(scene_kit, bumpy, askew):
    pose = scene_kit.pose_at(0.3, -0.2, 0.5, 35) if not askew else np.eye(4)
    if askew:
        pose[:3, :3] = 1.7 * trimesh.transformations.rotation_matrix(0.8, (1, 2, 3))[:3, :3]
    instance = scene_kit.instance("rock/0", bumpy, pose)
    places = np.random.default_rng(1).uniform(-2.2, 2.2, (400, 2))
    found = surface_under([instance], places)
    corners = bumpy.positions.astype(float) @ pose[:3, :3].T + pose[:3, 3]
    witness = trimesh.Trimesh(corners, bumpy.faces.astype(int), process=False)
    from_above = np.column_stack([places, np.full(len(places), 9.0)])
    hits, rays, _ = witness.ray.intersects_location(from_above, np.tile([0, 0, -1.0], (len(places), 1)))
    expected = np.full(len(places), -np.inf)
    np.maximum.at(expected, rays, hits[:, 2])
    assert 50 < np.isfinite(expected).sum() < 350
    assert np.array_equal(np.isfinite(found), np.isfinite(expected))
    hit = np.isfinite(expected)
    np.testing.assert_allclose(found[hit], expected[hit], atol=1e-5)


def test_the_highest_of_several_counts_and_outside_there_is_nothing(scene_kit):
    s = scene_kit.shapes
    floor = scene_kit.instance("floor/0", s.plane(2.0), scene_kit.pose_at())
    table = scene_kit.instance(
        "table/0", {"top": s.box(0.6, 0.6, 0.7), "foot": s.box(0.1, 0.1, 0.1)}, scene_kit.pose_at()
    )
    found = surface_under([floor, table], np.array([[0.0, 0.0], [0.9, 0.0], [1.5, 0.0], [0.05, 0.05]]))
    np.testing.assert_allclose(found, [0.7, 0.0, -np.inf, 0.7], atol=1e-6)


def test_the_slope_of_a_tilted_plane(scene_kit):
    pose = trimesh.transformations.rotation_matrix(np.radians(20), (0, 1, 0))
    plane = scene_kit.instance("hill/0", scene_kit.shapes.plane(2.0), pose)
    # Turned about +Y, x falls away; at the rim only one side of each direction has a surface.
    for place in ([[0.1, 0.2]], [[0.9, 0.2]]):
        slope = slopes_under([plane], np.array(place), 0.1)
        np.testing.assert_allclose(slope, [[-np.tan(np.radians(20)), 0.0]], atol=1e-6)
    nothing = slopes_under([plane], np.array([[5.0, 5.0]]), 0.1)
    assert np.array_equal(nothing, [[0.0, 0.0]])


def test_plants_are_no_ground_for_plants(scene_kit):
    s = scene_kit.shapes
    soil = scene_kit.instance("soil/0", s.plane(2.0), scene_kit.pose_at(), kind="stuff", class_id=9)
    leaf = scene_kit.instance("leaf/0", s.plane(0.3), scene_kit.pose_at(0, 0, 0.2))
    assert ground_of([soil, leaf]) == (soil,)
    assert ground_of([leaf]) == (leaf,)
