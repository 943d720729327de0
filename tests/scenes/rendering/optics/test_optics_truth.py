"""Truth by rays, against the rasteriser where a pinhole allows it, and against analysis where none does."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import RenderRequest

TRUTH = RenderRequest(rgb=False)


def scattered(make: SimpleNamespace, camera: Camera) -> object:
    things = [
        make.thing(make.quad(8.0, 8.0), make.pose(0, 0, -3.0), kind="stuff"),
        make.thing(make.box(0.6, 0.4, 0.5), make.pose(-0.6, 0.3, -2.7, (1, 2, 3), 40)),
        make.thing(make.sphere(0.35, 48, 24), make.pose(0.5, 0.1, -2.4)),
        make.thing(make.box(0.5, 0.5, 0.2), make.pose(0.9, 0.7, -2.2, (0, 1, 1), 70)),
        make.thing(make.sphere(0.3, 48, 24), make.pose(-1.9, -1.2, -2.5)),
    ]
    return make.scene(camera, things)


def test_a_pinhole_gives_the_rasters_truth(make, renderer, tracer, off_edges) -> None:
    scene = scattered(make, make.camera(width=320, height=240, focal=260.0))
    frame = renderer.render(scene, TRUTH)
    truth = tracer.trace(scene)
    quiet = off_edges(frame.surface_id, truth.buffers.surface_id)
    assert quiet.mean() > 0.8
    assert (frame.surface_id == truth.buffers.surface_id)[quiet].mean() >= 0.999
    both = quiet & (frame.surface_id == truth.buffers.surface_id) & (frame.surface_id > 0)
    assert np.allclose(truth.buffers.depth[both], frame.depth[both], rtol=1e-4)
    assert np.einsum("ij,ij->i", truth.buffers.normal[both], frame.normal[both]).min() > 0.9999
    assert np.abs(truth.buffers.object_coordinates - frame.object_coordinates)[both].max() < 1e-4
    for i, mask in frame.amodal.items():
        own = truth.amodal[i]
        assert abs(int(own.mask.sum()) - int(mask.mask.sum())) <= 0.002 * mask.mask.sum() + 2
        assert abs(own.pixels_extended - mask.pixels_extended) <= 0.002 * mask.pixels_extended + 2
        assert own.clipped == mask.clipped


@pytest.mark.parametrize("lens", ["barrel", "pincushion", "fisheye"])
def test_a_plane_and_a_sphere_lie_where_analysis_has_them(make, tracer, lenses, pixel_centres, lens: str) -> None:
    camera = replace(make.camera(width=200, height=150, focal=130.0), distortion=getattr(lenses, lens))
    centre, radius = np.array([0.4, 0.2, -2.2]), 0.5
    scene = make.scene(
        camera,
        [
            make.thing(make.quad(60.0, 60.0), make.pose(0, 0, -3.0), kind="stuff"),
            make.thing(make.sphere(radius, 384, 192), make.pose(*centre)),
        ],
    )
    truth = tracer.trace(scene).buffers
    rays = camera.rays(pixel_centres(camera))
    d, o = rays.directions, rays.origins
    plane_t = (-3.0 - o[:, 2]) / d[:, 2]
    away = o - centre
    a, b, c = (d * d).sum(1), (d * away).sum(1), (away * away).sum(1) - radius**2
    under = b * b - a * c
    sphere_t = np.where(under > 0, (-b - np.sqrt(np.maximum(under, 0))) / a, np.inf)
    expected = np.where(sphere_t < plane_t, 2, 1)
    seen = truth.surface_id.ravel()
    # The mesh has 384 sides: its outline stands inside the sphere's by 3e-5 of the radius.
    sure = np.abs(under) > 1e-3
    assert sure.mean() > 0.99
    assert (seen == expected)[sure].all()
    depth = truth.depth.ravel().astype(float)
    assert np.allclose(depth[sure & (expected == 1)], plane_t[sure & (expected == 1)], rtol=2e-7)
    inside = sure & (expected == 2) & (under > 0.05)
    assert np.allclose(depth[inside], sphere_t[inside], rtol=3e-4)
    # Normals of the plane are exact, and those of the ball point from its centre.
    turn = camera.world_from_camera[:3, :3]
    normal = truth.normal.reshape(-1, 3) @ turn.T
    assert np.allclose(normal[sure & (expected == 1)], (0, 0, 1), atol=1e-6)
    outward = (o + d * sphere_t[:, None] - centre)[inside] / radius
    assert np.einsum("ij,ij->i", outward, normal[inside]).min() > 0.9999


@pytest.mark.parametrize("rolling", [False, True])
@pytest.mark.parametrize("lens", ["barrel", "fisheye", None])
def test_what_a_pixel_shows_projects_into_the_pixel(make, tracer, lenses, moved, pixel_centres, lens, rolling) -> None:
    camera = make.camera(width=160, height=120, focal=100.0)
    if lens is not None:
        camera = replace(camera, distortion=getattr(lenses, lens))
    velocity = (0.0, 0.0, 0.0)
    if rolling:
        camera = replace(camera, readout_s=0.03, velocity_m_s=(0.5, -0.2, 0.3), angular_velocity_rad_s=(0.2, -0.8, 0.5))
        velocity = (1.5, 0.5, 0.2)
    scene = moved(scattered(make, camera), camera, velocity)
    truth = tracer.trace(scene).buffers
    things = np.isin(truth.surface_id, (2, 3, 4, 5)).ravel()
    assert things.sum() > 500
    pixels = pixel_centres(camera)[things]
    local = truth.object_coordinates.reshape(-1, 3)[things].astype(float)
    owner = truth.surface_id.ravel()[things].astype(int) - 1
    depth = truth.depth.ravel()[things].astype(float)
    points, speeds = np.empty_like(local), np.empty_like(local)
    for i in np.unique(owner):
        instance = scene.instances[i]
        low, high = instance.model.bounds
        diagonal = np.linalg.norm(high - low)
        own = (local[owner == i] - 0.5) * diagonal + (low + high) / 2
        points[owner == i] = own @ instance.world_from_object[:3, :3].T + instance.world_from_object[:3, 3]
        speeds[owner == i] = instance.velocity_m_s
    found, far = camera.project(points, speeds)
    assert np.abs(found - pixels).max() < 1e-3
    assert np.allclose(far, depth, rtol=1e-6)
    # And the way there and back of every pixel that shows something.
    hit = truth.depth.ravel() > 0
    every = pixel_centres(camera)[hit]
    if not rolling:
        back = camera.project(camera.unproject(every, truth.depth.ravel()[hit].astype(float)))[0]
        assert np.abs(back - every).max() < 1e-3


def test_a_row_of_a_rolling_shutter_is_that_row_of_a_still_scene(make, tracer, moved) -> None:
    still = make.camera(width=160, height=120, focal=100.0)
    camera = replace(still, readout_s=0.15, velocity_m_s=(0.4, 0.0, 0.3), angular_velocity_rad_s=(0.3, 0.9, -0.4))
    scene = moved(scattered(make, camera), camera, (1.0, -0.7, 0.3))
    truth = tracer.trace(scene).buffers
    for row in (0, 31, 60, 119):
        time_s = float(camera.row_times(np.array([row + 0.5]))[0])
        frozen = tuple(
            replace(
                i,
                world_from_object=i.world_from_object + _shift(np.array(i.velocity_m_s) * time_s),
                velocity_m_s=(0, 0, 0),
            )
            for i in scene.instances
        )
        once = tracer.trace(replace(scene, camera=camera.at(time_s), instances=frozen)).buffers
        assert (once.surface_id[row] == truth.surface_id[row]).all()
        assert np.allclose(once.depth[row], truth.depth[row], rtol=1e-6)
        assert np.allclose(once.normal[row], truth.normal[row], atol=1e-5)
    assert (tracer.trace(replace(scene, camera=still)).buffers.surface_id != truth.surface_id).mean() > 0.01


def _shift(by: np.ndarray) -> np.ndarray:
    out = np.zeros((4, 4))
    out[:3, 3] = by
    return out


@pytest.mark.parametrize("lens", ["barrel", "fisheye"])
def test_the_extended_count_is_that_of_a_picture_three_times_as_large(make, tracer, lenses, lens: str) -> None:
    camera = replace(make.camera(width=96, height=72, focal=75.0), distortion=getattr(lenses, lens))
    scene = scattered(make, camera)
    large = replace(camera, width=288, height=216, cx=camera.cx + 96, cy=camera.cy + 72)
    whole = tracer.trace(replace(scene, camera=large)).amodal
    own = tracer.trace(scene).amodal
    assert [m.pixels_extended for m in own.values()] == [int(m.mask.sum()) for m in whole.values()]
    assert any(m.pixels_extended > m.mask.sum() for m in own.values())
    for i, mask in own.items():
        placed = np.zeros((72, 96), dtype=bool)
        placed[mask.y : mask.y + mask.mask.shape[0], mask.x : mask.x + mask.mask.shape[1]] = mask.mask
        large_one = np.zeros((216, 288), dtype=bool)
        other = whole[i]
        large_one[other.y : other.y + other.mask.shape[0], other.x : other.x + other.mask.shape[1]] = other.mask
        assert (placed == large_one[72:144, 96:192]).all()


def leafy(alpha: np.ndarray) -> Material:
    pixels = np.full((*alpha.shape, 4), 255, dtype=np.uint8)
    pixels[:, :, 3] = alpha
    texture = Texture(pixels, srgb=True, wrap="clamp")
    return Material(base_color_texture=texture, alpha="cutout", alpha_cutoff=0.5)


def test_a_ray_goes_on_behind_what_is_cut(make, renderer, tracer, lenses, off_edges) -> None:
    alpha = np.zeros((64, 64), dtype=np.uint8)
    alpha[8:56, 8:56] = np.kron(np.indices((6, 6)).sum(0) % 2, np.ones((8, 8))) * 255
    leaf = leafy(alpha)
    camera = make.camera(width=200, height=150, focal=160.0)
    things = [
        make.thing(make.quad(8.0, 8.0), make.pose(0, 0, -3.0), kind="stuff"),
        make.thing(make.quad(1.2, 1.2), make.pose(0.1, 0.1, -2.0, (1, 0, 0), 20), leaf),
        make.thing(make.quad(1.2, 1.2), make.pose(0.2, 0.0, -2.5, (0, 1, 0), 160), leaf),
    ]
    scene = make.scene(camera, things)
    frame, truth = renderer.render(scene, TRUTH), tracer.trace(scene)
    quiet = off_edges(frame.surface_id, truth.buffers.surface_id)
    assert (frame.surface_id == truth.buffers.surface_id)[quiet].all()
    assert (frame.surface_id != truth.buffers.surface_id).mean() < 2e-3
    for i in (1, 2):
        share = truth.amodal[i].mask.sum() / max(truth.amodal[i].mask.size, 1)
        assert 0.3 < share < 0.7
    bent = tracer.trace(replace(scene, camera=replace(camera, distortion=lenses.barrel)))
    assert set(np.unique(bent.buffers.surface_id)) == {1, 2, 3}


def test_labels_see_through_what_they_should(make, tracer, lenses) -> None:
    camera = replace(make.camera(width=80, height=60, focal=60.0), distortion=lenses.barrel)
    clear = Material(alpha="transparent", opacity=0.2, label_policy="see_through")
    glass = replace(clear, label_policy="first_hit")
    for material, ids in ((clear, {1}), (glass, {1, 2})):
        things = [
            make.thing(make.quad(9.0, 9.0), make.pose(0, 0, -3.0), kind="stuff"),
            make.thing(make.quad(1.0, 1.0), make.pose(0, 0, -2.0), material),
        ]
        truth = tracer.trace(make.scene(camera, things))
        assert set(np.unique(truth.buffers.surface_id)) == ids
        assert bool(truth.amodal[1].mask.any()) == (len(ids) == 2)


def test_of_equals_the_last_drawn_stays(make, renderer, tracer) -> None:
    camera = make.camera(width=80, height=60, focal=60.0)
    things = [
        make.thing(make.quad(2.0, 2.0), make.pose(0, 0, -2.0), Material(base_color=(c, 0.5, 0.5)))
        for c in (0.1, 0.7, 0.3)
    ]
    scene = make.scene(camera, things)
    frame, truth = renderer.render(scene, TRUTH), tracer.trace(scene).buffers
    assert len(np.unique(frame.surface_id[20:40, 30:50])) == 1
    assert (frame.surface_id == truth.surface_id)[20:40, 30:50].all()


def test_every_normal_faces_its_ray(make, tracer, lenses, pixel_centres) -> None:
    camera = lenses.fisheye_of(make.camera(width=160, height=120), 80.0)
    truth = tracer.trace(scattered(make, camera)).buffers
    plane = camera.rays(pixel_centres(camera)).directions @ camera.world_from_camera[:3, :3]
    hit = truth.depth.ravel() > 0
    normal = truth.normal.reshape(-1, 3)
    assert np.allclose(np.linalg.norm(normal[hit], axis=1), 1.0, atol=1e-5)
    assert (np.einsum("ij,ij->i", normal[hit], plane[hit]) < 0).all()
    assert (normal[~hit] == 0).all()
    assert ((truth.depth > 0) == (truth.surface_id > 0)).all()
