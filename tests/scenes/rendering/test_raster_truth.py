"""The truth pass against geometry worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import RenderRequest

pytestmark = pytest.mark.gl

TRUTH = RenderRequest(rgb=False, amodal=False)
EVERYTHING = RenderRequest(linear=True)


def pixel_centres(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[:height, :width]
    return x + 0.5, y + 0.5


def rays(camera) -> np.ndarray:
    """Camera-frame rays through pixel centres with z = 1, (H, W, 3)."""
    x, y = pixel_centres(camera.width, camera.height)
    return np.stack([(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, np.ones_like(x)], axis=-1)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.37, -0.21), (13.25, 7.75)])
def test_a_vertex_lands_where_the_camera_projects_it(renderer, make, shift) -> None:
    """Each pixel centre of a turned rectangle is covered exactly if it is inside the projected corners."""
    view = make.camera(shift=shift)
    at = make.pose(0.013, -0.027, -2.0, axis=(0.3, 0.5, 1.0), deg=33.0)
    mesh = make.quad(0.9, 0.6)
    frame = renderer.render(make.scene(view, [make.thing(mesh, at)]), TRUTH)
    corners, _ = view.project(mesh.positions.astype(float) @ at[:3, :3].T + at[:3, 3])
    x, y = pixel_centres(view.width, view.height)
    signed = []
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        edge = b - a
        signed.append((edge[0] * (y - a[1]) - edge[1] * (x - a[0])) / np.hypot(*edge))
    distance = np.stack(signed)
    distance *= np.sign(distance[:, int(corners[:, 1].mean()), int(corners[:, 0].mean())])[:, None, None]
    inside = distance.min(axis=0)
    clear = np.abs(inside) > 1 / 128  # vertices snap to 1/256 of a pixel
    assert ((frame.surface_id > 0) == (inside > 0))[clear].all()
    assert 10_000 < (frame.surface_id > 0).sum() < 20_000
    assert clear.mean() > 0.999


def test_a_sphere_covers_its_analytic_outline(renderer, make) -> None:
    """The outline of a sphere is a cone around its centre; its depth and normals follow from the ray."""
    view = make.camera(focal=280.0)
    centre, radius = np.array([0.31, -0.22, 2.0]), 0.4  # camera frame: x right, y down, z ahead
    frame = renderer.render(
        make.scene(view, [make.thing(make.sphere(radius, 512, 256), make.pose(0.31, 0.22, -2.0))]), TRUTH
    )
    ray = rays(view)
    b = ray @ centre
    a = (ray * ray).sum(-1)
    disc = b * b - a * (centre @ centre - radius**2)
    hit = disc > 0
    mask = frame.surface_id == 1
    assert (mask != hit).sum() <= 0.004 * hit.sum()  # the mesh is inscribed by 2e-5 of its radius
    x, y = pixel_centres(view.width, view.height)
    assert abs(x[mask].mean() - x[hit].mean()) < 0.02
    assert abs(y[mask].mean() - y[hit].mean()) < 0.02
    both = mask & (disc > 0.01)
    z = (b - np.sqrt(np.maximum(disc, 0))) / a
    assert np.abs(frame.depth - z)[both].max() < 2e-4
    normal = (ray * z[..., None] - centre) / radius
    assert (frame.normal[both] * normal[both]).sum(-1).min() > np.cos(np.radians(0.3))
    assert np.allclose(np.linalg.norm(frame.normal[mask], axis=-1), 1.0, atol=1e-5)
    assert ((frame.normal * ray).sum(-1)[mask] < 0).all()


def test_a_tilted_plane_has_its_depth_and_normal_everywhere(renderer, make) -> None:
    view = make.camera(make.look_at((1.0, -2.0, 1.5), (0.2, 0.3, 0.0)))
    frame = renderer.render(make.scene(view, [make.thing(make.quad(40, 40), np.eye(4), kind="stuff")]), TRUTH)
    up = view.camera_from_world[:3, :3] @ np.array([0.0, 0.0, 1.0])
    ray = rays(view)
    depth = (-1.5) / (ray @ up)
    mask = frame.surface_id == 1
    assert mask.mean() > 0.6
    assert np.abs(frame.depth / depth - 1)[mask].max() < 2e-6
    assert np.abs(frame.normal[mask] - up).max() < 1e-6
    assert (frame.depth[~mask] == 0).all()
    assert (frame.normal[~mask] == 0).all()


def test_normals_face_the_eye_even_where_they_point_ahead(renderer, make) -> None:
    """A floor seen by a camera that looks up: z > 0. Turned to z < 0 it would be the floor's underside."""
    view = make.camera(make.look_at((0.0, 0.0, 1.0), (0.0, 5.0, 1.9)), focal=150.0)
    frame = renderer.render(make.scene(view, [make.thing(make.quad(60, 60), np.eye(4), kind="stuff")]), TRUTH)
    up = view.camera_from_world[:3, :3] @ np.array([0.0, 0.0, 1.0])
    mask = frame.surface_id > 0
    assert mask.sum() > 10_000
    assert up[2] > 0.1
    assert np.abs(frame.normal[mask] - up).max() < 1e-6


@pytest.mark.parametrize("deg", [0.0, 180.0])
def test_a_face_seen_from_behind_is_there_with_its_normal_turned(renderer, make, deg) -> None:
    view = make.camera()
    frame = renderer.render(
        make.scene(view, [make.thing(make.quad(), make.pose(z=-2.0, axis=(1, 0, 0), deg=deg))]), TRUTH
    )
    mask = frame.surface_id == 1
    assert mask.sum() == 150 * 150
    assert np.allclose(frame.normal[mask], (0, 0, -1), atol=1e-6)


def test_a_box_reaches_to_its_projected_corners(renderer, make) -> None:
    view = make.camera(make.look_at((1.6, -1.9, 1.3), (0, 0, 0)))
    at = make.pose(0.1, 0.05, -0.02, axis=(1, 2, 3), deg=50.0)
    mesh = make.box(0.6, 0.4, 0.5)
    frame = renderer.render(make.scene(view, [make.thing(mesh, at)]), TRUTH)
    corners, _ = view.project(mesh.positions.astype(float) @ at[:3, :3].T + at[:3, 3])
    rows, columns = np.nonzero(frame.surface_id)
    low, high = corners.min(axis=0), corners.max(axis=0)
    assert abs(columns.min() - low[0]) < 1.5
    assert abs(columns.max() + 1 - high[0]) < 1.5
    assert abs(rows.min() - low[1]) < 1.5
    assert abs(rows.max() + 1 - high[1]) < 1.5


def test_object_coordinates_lead_back_to_the_visible_point(renderer, make) -> None:
    """Undoing the normalisation and the pose gives the point that depth and camera give."""
    view = make.camera(make.look_at((1.6, -1.9, 1.3), (0, 0, 0)))
    at = make.pose(0.1, 0.05, -0.02, axis=(1, 2, 3), deg=50.0)
    at[:3, :3] *= 1.3
    mesh = make.box(0.6, 0.4, 0.5)
    things = [make.thing(mesh, at), make.thing(make.quad(9, 9), make.pose(z=-0.6), kind="stuff")]
    frame = renderer.render(make.scene(view, things), TRUTH)
    mask = frame.surface_id == 1
    low, high = mesh.bounds
    local = (frame.object_coordinates[mask] - 0.5) * np.linalg.norm(high - low) + (low + high) / 2
    x, y = pixel_centres(view.width, view.height)
    world = view.unproject(np.stack([x[mask], y[mask]], axis=1), frame.depth[mask].astype(float))
    assert np.abs(local @ at[:3, :3].T + at[:3, 3] - world).max() < 1e-5
    assert frame.object_coordinates.min() >= 0
    assert frame.object_coordinates.max() <= 1
    assert (frame.object_coordinates[~mask] == 0).all()


def test_two_overlapping_discs_share_pixels_as_circles_do(renderer, make) -> None:
    """Equal discs one radius apart overlap by a lens of known area; the nearer one hides it."""
    view = make.camera(focal=400.0)
    radius, far = 0.25, 2.0
    near_disc = make.thing(make.disc(radius, 2048), make.pose(x=0.0, z=-far))
    far_disc = make.thing(make.disc(radius * 1.5, 2048), make.pose(x=radius * 1.5, z=-far * 1.5))
    frame = renderer.render(make.scene(view, [far_disc, near_disc]), RenderRequest(rgb=False))
    r = radius / far * 400.0
    lens = r * r * (2 * np.pi / 3 - np.sqrt(3) / 2)
    circle = np.pi * r * r
    assert (frame.surface_id == 2).sum() == pytest.approx(circle, rel=0.004)
    assert (frame.surface_id == 1).sum() == pytest.approx(circle - lens, rel=0.006)
    assert frame.amodal[0].mask.sum() == pytest.approx(circle, rel=0.004)
    visible = (frame.surface_id == 1).sum() / frame.amodal[0].mask.sum()
    assert visible == pytest.approx(1 - lens / circle, abs=0.004)


def test_coordinates_far_from_the_origin_lose_nothing(renderer, make) -> None:
    """The same scene a thousand kilometres away gives the same ids and the same depth to float32."""
    mesh = make.sphere(0.3, 64, 32)
    shift = np.array([1.0e6, -2.0e6, 512.0])
    frames = []
    for offset in (np.zeros(3), shift):
        eye = make.look_at((1.0, -1.5, 0.8), (0, 0, 0))
        eye[:3, 3] += offset
        at = make.pose(0.1, 0.0, 0.0, deg=20.0)
        at[:3, 3] += offset
        frames.append(renderer.render(make.scene(make.camera(eye), [make.thing(mesh, at)]), TRUTH))
    assert (frames[0].surface_id != frames[1].surface_id).sum() <= 4
    both = (frames[0].surface_id > 0) & (frames[1].surface_id > 0)
    assert np.abs(frames[0].depth - frames[1].depth)[both].max() < 1e-6


def test_a_small_thing_before_a_huge_ground_is_not_cut(renderer, make) -> None:
    """200 m of ground reaching behind the camera, and a die at 0.3 m: nothing is clipped, depths stay exact."""
    view = make.camera(make.look_at((0.0, -0.3, 0.1), (0.0, 0.0, 0.02)))
    die = make.thing(make.box(0.02, 0.02, 0.02), make.pose(0, 0, 0.0102))
    ground = make.thing(make.quad(200, 200), np.eye(4), kind="stuff")
    frame = renderer.render(make.scene(view, [ground, die]), RenderRequest(rgb=False))
    assert (frame.surface_id == 2).sum() == frame.amodal[1].mask.sum() > 300
    assert not frame.amodal[1].clipped
    up = view.camera_from_world[:3, :3] @ np.array([0.0, 0.0, 1.0])
    depth = -0.1 / (rays(view) @ up)
    floor = frame.surface_id == 1
    assert floor[-1].all()
    # One triangle from 100 m behind to 100 m ahead, interpolated in float32: 4e-5 is its resolution.
    assert np.abs(frame.depth / depth - 1)[floor].max() < 1e-4


def test_standing_inside_a_room_shows_its_walls(renderer, make) -> None:
    """A closed box seen from inside: every pixel hits, at the distance of its wall."""
    view = make.camera(make.look_at((0.0, 0.0, 0.0), (0.0, 1.0, 0.0)), focal=150.0)
    frame = renderer.render(make.scene(view, [make.thing(make.box(4, 6, 3), np.eye(4), kind="stuff")]), TRUTH)
    ray = np.abs(rays(view))
    expected = np.minimum(np.minimum(2.0 / np.maximum(ray[..., 0], 1e-9), 1.5 / np.maximum(ray[..., 1], 1e-9)), 3.0)
    assert np.abs(frame.depth / expected - 1).max() < 1e-5


def leaf(make, hole_alpha: int = 0):
    pixels = np.full((64, 64, 4), 255, np.uint8)
    pixels[:32, :, 3] = hole_alpha  # the upper half of the image: v > 0.5
    return Texture(pixels, srgb=True, wrap="clamp")


def test_a_cutout_is_cut_in_every_label(renderer, make) -> None:
    """v = 0 is the bottom row of the image, so the kept half is the one at low y."""
    view = make.camera()
    material = Material(base_color_texture=leaf(make), alpha="cutout")
    frame = renderer.render(make.scene(view, [make.thing(make.quad(), make.pose(z=-2.0), material)]), RenderRequest())
    rows = np.nonzero(frame.surface_id.any(axis=1))[0]
    assert (rows.min(), rows.max()) == (120, 194)  # image down is -Y
    assert (frame.surface_id > 0).sum() == 75 * 150
    assert frame.amodal[0].mask.sum() == 75 * 150
    assert ((frame.depth > 0) == (frame.surface_id > 0)).all()


@pytest.mark.parametrize(("policy", "seen"), [("first_hit", 2), ("see_through", 1)])
def test_a_clear_surface_is_labelled_by_its_policy(renderer, make, policy, seen) -> None:
    view = make.camera()
    glass = Material(alpha="transparent", opacity=0.3, label_policy=policy)
    things = [
        make.thing(make.quad(0.5, 0.5), make.pose(z=-2.5)),
        make.thing(make.quad(1.0, 1.0), make.pose(z=-2.0), glass),
    ]
    frame = renderer.render(make.scene(view, things), RenderRequest())
    assert frame.surface_id[120, 160] == seen
    assert frame.amodal[1].mask.sum() == (150 * 150 if policy == "first_hit" else 0)
    assert frame.amodal[0].mask.sum() == 60 * 60


def test_equal_depths_are_settled_the_same_way_each_time(renderer, make) -> None:
    view = make.camera()
    things = [make.thing(make.quad(1, 1), make.pose(z=-2.0)), make.thing(make.quad(1, 1), make.pose(z=-2.0, deg=90.0))]
    first = renderer.render(make.scene(view, things), TRUTH).surface_id
    for _ in range(3):
        assert (renderer.render(make.scene(view, things), TRUTH).surface_id == first).all()


def test_an_empty_scene_is_empty(renderer, make) -> None:
    frame = renderer.render(make.scene(make.camera(), []), EVERYTHING)
    assert not frame.surface_id.any()
    assert not frame.depth.any()
    assert dict(frame.amodal) == {}
    assert (frame.rgb == frame.rgb[0, 0]).all()


def test_arrays_are_as_the_frame_promises(renderer, make) -> None:
    view = make.camera(width=161, height=77)
    frame = renderer.render(make.scene(view, [make.thing(make.quad(), make.pose(z=-2.0))]), EVERYTHING)
    promised = {
        "rgb": ((77, 161, 3), np.uint8),
        "linear": ((77, 161, 3), np.float32),
        "surface_id": ((77, 161), np.uint32),
        "depth": ((77, 161), np.float32),
        "normal": ((77, 161, 3), np.float32),
        "object_coordinates": ((77, 161, 3), np.float32),
    }
    for name, (shape, dtype) in promised.items():
        array = getattr(frame, name)
        assert array.shape == shape
        assert array.dtype == dtype
        assert array.flags.c_contiguous
    assert set(frame.timings_ms) >= {"truth", "amodal", "shade"}
