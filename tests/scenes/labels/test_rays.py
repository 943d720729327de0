"""Rays against meshes: the tracer's depth at every pixel, both ways of culling, and distances to triangles."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.scenes.labels import rays
from myriorama.scenes.labels.distance import distance_to_mesh
from myriorama.scenes.labels.rays import CameraRays


def pixel_rays(camera, step=3):
    rows, columns = np.mgrid[0 : camera.height : step, 0 : camera.width : step]
    centres = np.stack([columns.ravel() + 0.5, rows.ravel() + 0.5], axis=1)
    directions = camera.unproject(centres, np.ones(len(centres))) - camera.world_from_camera[:3, 3]
    return rows.ravel(), columns.ravel(), directions


@pytest.mark.parametrize("few_pairs", [0, 10**9])
def test_the_nearest_of_all_instances_is_the_traced_depth(table_frames, monkeypatch, few_pairs):
    monkeypatch.setattr(rays, "_FEW_PAIRS", few_pairs)
    for scene, frame in table_frames:
        rows, columns, directions = pixel_rays(scene.camera)
        caster = CameraRays(scene)
        hits = np.stack([caster.first_hit(i, directions) for i in range(len(scene.instances))])
        traced = frame.depth[rows, columns]
        nearest = hits.min(axis=0)
        assert np.array_equal(np.isfinite(nearest), traced > 0)
        hit = traced > 0
        assert np.abs(nearest[hit] - traced[hit]).max() < 1e-6
        owner = scene.instance_of_surface[frame.surface_id[rows, columns]]
        assert (hits.argmin(axis=0)[hit] + 1 == owner[hit]).mean() > 0.999


def test_no_hit_is_lost_to_the_boxes(table_frames):
    """Whatever is met before the target is among the candidates."""
    scene, _ = table_frames[0]
    _, _, directions = pixel_rays(scene.camera, 5)
    directions = directions * 4.0
    caster = CameraRays(scene)
    ray, instance = caster.candidates(directions)
    found = set(zip(ray.tolist(), instance.tolist(), strict=True))
    for i in range(len(scene.instances)):
        for r in np.flatnonzero(caster.first_hit(i, directions) < 1.0).tolist():
            assert (r, i) in found


def test_geometry_that_reaches_behind_the_camera_is_met(scene_kit):
    floor = scene_kit.instance("floor/0", scene_kit.shapes.plane(10.0), scene_kit.pose_at(), kind="stuff", class_id=9)
    scene = scene_kit.scene(scene_kit.looking((0, 0, 1), (0, 2, 0.5), 32, 32, 20.0), [floor])
    _, _, directions = pixel_rays(scene.camera)
    down = directions[:, 2] < 0
    expected = np.where(down, -1.0 / np.where(down, directions[:, 2], -1.0), np.inf)
    at = directions * np.where(down, expected, 0)[:, None]
    expected[(np.abs(at[:, :2]) > 5).any(axis=1)] = np.inf
    assert CameraRays(scene).first_hit(0, directions) == pytest.approx(expected)


def test_a_ray_to_the_back_is_refused(table_frames):
    scene, _ = table_frames[0]
    with pytest.raises(ValueError, match="front"):
        CameraRays(scene).first_hit(0, -scene.camera.world_from_camera[None, :3, 2])


def test_distances_to_a_box_are_those_of_the_formula(scene_kit):
    mesh = scene_kit.shapes.box(0.4, 0.6, 1.0, base=-0.5)
    rng = np.random.default_rng(8)
    half = np.array([0.2, 0.3, 0.5])
    for point in rng.uniform(-1, 1, (200, 3)):
        beyond = np.abs(point) - half
        expected = np.linalg.norm(np.maximum(beyond, 0)) or -beyond.max()
        assert distance_to_mesh(point, mesh, 5.0) == pytest.approx(expected, abs=1e-6)
        assert distance_to_mesh(point, mesh, expected * 0.99) == np.inf
