"""Rays cast on the processor by another library, against the truth pass."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from scipy.ndimage import maximum_filter, minimum_filter
from trimesh.ray.ray_pyembree import RayMeshIntersector

from myriorama.scenes.rendering.frame import RenderRequest

pytestmark = pytest.mark.gl


def crowd(make):
    """Fifty things of four shapes over and in a bumpy ground, some sunk into each other."""
    shapes = (make.sphere(0.14, 48, 24), make.box(0.2, 0.16, 0.24), make.disc(0.16), make.quad(0.3, 0.2))
    things = [make.thing(make.box(8, 8, 0.3), make.pose(z=-0.15), kind="stuff")]
    for k in range(50):
        a, r = 2.39996 * k, 0.16 * np.sqrt(k)
        at = make.pose(
            r * np.cos(a), r * np.sin(a), 0.05 + 0.02 * (k % 5), axis=(1.0, 0.4 * (k % 3), 0.5), deg=37.0 * k
        )
        at[:3, :3] *= 0.7 + 0.1 * (k % 6)
        things.append(make.thing(shapes[k % 4], at, kind="unlabelled" if k % 9 == 0 else "thing"))
    return things


@pytest.mark.parametrize(
    ("eye", "focal"),
    [((1.4, -1.8, 1.3), 300.0), ((0.5, -0.6, 0.12), 180.0), ((0.05, 0.02, 4.0), 500.0)],
    ids=["view", "low", "top"],
)
def test_ids_depths_and_normals_agree_with_rays(renderer, make, eye, focal) -> None:
    view = make.camera(make.look_at(eye, (0.0, 0.0, 0.05)), width=640, height=480, focal=2 * focal)
    scene = make.scene(view, crowd(make))
    frame = renderer.render(scene, RenderRequest(rgb=False, amodal=False))
    vertices, faces, owner = [], [], []
    count = 0
    for row, instance in zip(scene.surfaces, scene.instances, strict=True):
        mesh = instance.model.parts[0].mesh
        pose = view.camera_from_world @ instance.world_from_object
        vertices.append(mesh.positions.astype(float) @ pose[:3, :3].T + pose[:3, 3])
        faces.append(mesh.faces.astype(np.int64) + count)
        owner.append(np.full(len(mesh.faces), row.surface_id))
        count += len(mesh.positions)
    whole = trimesh.Trimesh(np.concatenate(vertices), np.concatenate(faces), process=False)
    y, x = np.mgrid[:480, :640]
    ray = np.stack(
        [(x + 0.5 - view.cx) / view.fx, (y + 0.5 - view.cy) / view.fy, np.ones_like(x, float)], axis=-1
    ).reshape(-1, 3)
    hit = RayMeshIntersector(whole).intersects_first(np.zeros_like(ray), ray)
    ids = np.where(hit >= 0, np.concatenate(owner)[hit], 0).reshape(480, 640)
    normal = whole.face_normals[hit]
    origin = whole.triangles[hit][:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = ((origin * normal).sum(1) / (ray * normal).sum(1)).reshape(480, 640)
    facing = normal * np.where((normal * ray).sum(1) > 0, -1.0, 1.0)[:, None]

    off_edges = np.ones((480, 640), dtype=bool)
    for image in (ids, frame.surface_id.astype(int)):
        off_edges &= maximum_filter(image, 5) == minimum_filter(image, 5)
    assert off_edges.mean() > 0.8
    assert (ids == frame.surface_id)[off_edges].mean() >= 0.999
    assert (ids == frame.surface_id).mean() > 0.99
    both = (ids == frame.surface_id) & (ids > 0)
    close = np.abs(frame.depth - depth) < 1e-4 * depth + 1e-5
    assert close[both].mean() > 0.999
    flat = both & np.isin(
        ids, [s.surface_id for s in scene.surfaces if (s.surface_id - 2) % 4 != 0 or s.surface_id == 1]
    )
    turned = (frame.normal.reshape(-1, 3) * facing).sum(1).reshape(480, 640)
    assert (turned[flat] > 0.999).mean() > 0.999
