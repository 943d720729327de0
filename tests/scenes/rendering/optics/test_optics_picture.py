"""Pictures through lenses and shutters: where edges fall, how far blur reaches, and what light does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.conventions import F64
from myriorama.scenes.lights import Background, RadianceMap
from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.frame import RenderRequest

DARK = Background(color=(0.0, 0.0, 0.0))
LAMP = Material(base_color=(0.0, 0.0, 0.0), emission=(0.8, 0.8, 0.8), roughness=1.0)
LINEAR = RenderRequest(rgb=False, linear=True, truth=False, amodal=False)


def crossing_columns(row: F64, level: float) -> list[float]:
    """Return the continuous columns at which a row of pixel values crosses a level."""
    above = row > level
    out = []
    for k in np.flatnonzero(above[1:] != above[:-1]):
        out.append(k + 0.5 + (level - row[k]) / (row[k + 1] - row[k]))
    return out


def sides_at_row(camera, instance, half: float, y: float) -> list[float]:
    """Return where the four sides of a square (object frame, z = 0) cross the middle line of a row, by projection."""
    t = np.linspace(-half, half, 801)
    out = []
    for side in ([t, t * 0 - half], [t, t * 0 + half], [t * 0 - half, t], [t * 0 + half, t]):
        local = np.stack([*side, t * 0], axis=1)
        world = local @ instance.world_from_object[:3, :3].T + instance.world_from_object[:3, 3]
        x, v = camera.project(world, np.array(instance.velocity_m_s))[0].T
        met = np.flatnonzero((v[1:] >= y) != (v[:-1] >= y))
        out += [float(x[k] + (y - v[k]) / (v[k + 1] - v[k]) * (x[k + 1] - x[k])) for k in met]
    return sorted(out)


@pytest.mark.parametrize("how", ["barrel", "pincushion", "fisheye", "wide", "rolling", "rolling_barrel", "conveyor"])
def test_edges_of_the_picture_lie_where_the_camera_projects_them(make, optical, lenses, moved, how: str) -> None:
    camera = make.camera(width=200, height=150, focal=150.0)
    velocity = (0.0, 0.0, 0.0)
    if how in ("barrel", "pincushion", "fisheye"):
        camera = replace(camera, distortion=getattr(lenses, how))
    elif how == "wide":
        camera = lenses.fisheye_of(camera, 82.0)
    elif how == "rolling":
        camera = replace(camera, readout_s=0.05, angular_velocity_rad_s=(0.0, 1.5, 0.6))
    elif how == "rolling_barrel":
        camera = replace(camera, readout_s=0.05, angular_velocity_rad_s=(0.0, 1.5, 0.6), distortion=lenses.barrel)
    else:
        camera, velocity = replace(camera, readout_s=0.05), (4.0, 0.0, 0.0)
    half = 0.6
    scene = make.scene(
        camera, [make.thing(make.quad(2 * half, 2 * half), make.pose(0.2, 0.1, -2.0, (0, 0, 1), 9), LAMP)], (), DARK
    )
    scene = moved(scene, camera, velocity)
    frame = optical.render(scene, RenderRequest(linear=True))
    value = frame.linear[:, :, 1].astype(float)
    checked, errors = 0, []
    for row in range(5, camera.height - 5, 4):
        expected = sides_at_row(camera, scene.instances[0], half, row + 0.5)
        found = crossing_columns(value[row], 0.4)
        if len(expected) != 2 or len(found) != 2 or expected[1] - expected[0] < 4:
            continue
        # Near a corner a row runs along a side, and a column is no measure of it.
        if (
            max(abs(np.diff(sides_at_row(camera, scene.instances[0], half, row + d))[0:1].sum()) for d in (0.0, 1.0))
            < 6
        ):
            continue
        steep = [
            abs(a - b)
            for a, b in zip(
                sides_at_row(camera, scene.instances[0], half, row),
                sides_at_row(camera, scene.instances[0], half, row + 1.0),
                strict=False,
            )
        ]
        if len(steep) != 2:
            continue
        for side in (0, 1):
            if steep[side] < 1.0:
                errors.append(found[side] - expected[side])
                checked += 1
                # The label's edge is that of pixel centres: within half a pixel of the true one.
                ids = frame.surface_id[row] > 0
                ends = np.flatnonzero(ids)
                label = (ends[0], ends[-1] + 1)[side]
                assert abs(label - expected[side]) <= 0.5 + 1e-3
    assert checked > (5 if how == "wide" else 15)
    assert np.abs(errors).max() < 0.3
    assert abs(np.mean(errors)) < 0.05


@pytest.mark.parametrize("how", ["barrel", "wide", "dof", "pan", "rolling", "all"])
def test_even_light_stays_even(make, optical, lenses, how: str) -> None:
    camera = make.camera(width=96, height=72, focal=80.0)
    if how == "barrel":
        camera = replace(camera, distortion=lenses.barrel)
    elif how == "wide":
        camera = lenses.fisheye_of(camera, 66.0)
    elif how == "dof":
        camera = replace(camera, aperture_radius_m=0.05, focus_distance_m=2.0)
    elif how == "pan":
        camera = replace(camera, shutter_s=0.02, angular_velocity_rad_s=(0.0, 2.0, 0.0))
    elif how == "rolling":
        camera = replace(camera, readout_s=0.02, angular_velocity_rad_s=(0.0, 2.0, 0.0))
    else:
        camera = replace(
            lenses.fisheye_of(camera, 66.0),
            aperture_radius_m=0.01,
            shutter_s=0.004,
            readout_s=0.01,
            velocity_m_s=(0.5, 0.0, 0.0),
            angular_velocity_rad_s=(0.0, 0.5, 0.0),
        )
    even = Background(color=(0.7, 0.4, 2.5))
    things = [make.thing(make.quad(0.01, 0.01), make.pose(0.0, 0.0, 3.0))]  # behind the camera
    linear = optical.render(make.scene(camera, things, (), even), replace(LINEAR, quality="draft")).linear
    assert linear.shape == (72, 96, 3)
    assert np.allclose(linear, (0.7, 0.4, 2.5), rtol=2e-4)


@pytest.mark.parametrize("half_angle_deg", [40.0, 85.0])
def test_a_sky_is_seen_in_its_own_directions_without_a_seam(
    make, optical, lenses, pixel_centres, half_angle_deg
) -> None:
    tall, wide = 256, 512
    up = np.pi / 2 - (np.arange(tall) + 0.5) / tall * np.pi
    around = -((np.arange(wide) + 0.5) / wide - 0.5) * 2 * np.pi
    across = np.cos(up)[:, None]
    x, y = across * np.cos(around), across * np.sin(around)
    z = np.broadcast_to(np.sin(up)[:, None], x.shape)
    sky = RadianceMap((1.5 + np.stack([x, y, z], axis=2)).astype(np.float32))
    view = make.look_at((0.0, 0.0, 0.0), (1.0, 0.4, 0.3))
    camera = lenses.fisheye_of(make.camera(view, width=160, height=120), half_angle_deg)
    scene = make.scene(
        camera, [make.thing(make.quad(0.01, 0.01), make.pose(-5.0, 0.0, 0.0))], (), Background(sky, (1, 1, 1))
    )
    linear = optical.render(scene, LINEAR).linear.reshape(-1, 3)
    d = camera.rays(pixel_centres(camera)).directions
    shown = np.isfinite(d[:, 0])
    d = d[shown] / np.linalg.norm(d[shown], axis=1, keepdims=True)
    assert np.abs(linear[shown] - (1.5 + d)).max() < 0.02
    assert (linear[~shown] == 0).all()


def test_no_light_digs_a_dark_ring_about_itself(make, optical, lenses) -> None:
    camera = replace(make.camera(width=120, height=90, focal=100.0), distortion=lenses.barrel)
    lamp = replace(LAMP, emission=(60.0, 60.0, 60.0))
    things = [make.thing(make.quad(0.05, 0.05), make.pose(0.013, 0.017, -2.0), lamp)]
    linear = optical.render(make.scene(camera, things, (), Background(color=(0.3, 0.3, 0.3))), LINEAR).linear
    assert linear.min() > 0.299
    assert linear.max() > 5.0


def spread(image: F64, axis: int) -> float:
    """Return the variance of a blob's light along an axis, pixels squared."""
    light = image.sum(axis=1 - axis)
    at = np.arange(len(light)) + 0.5
    middle = (light * at).sum() / light.sum()
    return float((light * (at - middle) ** 2).sum() / light.sum())


@pytest.mark.parametrize("quality", ["standard", "high"])
@pytest.mark.parametrize("distance", [1.2, 3.5])
def test_a_point_out_of_focus_spreads_to_the_circle_of_confusion(make, optical, distance, quality) -> None:
    camera = make.camera(width=120, height=90, focal=160.0)
    focus, radius = 2.0, 0.06
    lens = replace(camera, aperture_radius_m=radius, focus_distance_m=focus)
    side = 2.6
    size = side * distance / camera.fx
    dot = make.thing(make.quad(size, size), make.pose(0.0, 0.0, -distance), LAMP)
    scene = make.scene(lens, [dot], (), DARK)
    image = optical.render(scene, replace(LINEAR, quality=quality)).linear[:, :, 0].astype(float)
    assert image.sum() == pytest.approx(0.8 * side * side, rel=0.03)
    expected = 2 * radius * camera.fx * abs(1 / focus - 1 / distance)
    for axis in (0, 1):
        # An even disc's variance along a line through its middle is the square of its diameter over 16.
        # The dot's own square, and the pixel's, add a twelfth of theirs.
        diameter = 4 * np.sqrt(spread(image, axis) - (side * side + 1) / 12)
        assert diameter == pytest.approx(expected, rel=0.05)


def test_the_focus_plane_stays_sharp_and_in_place(make, optical, lenses) -> None:
    for distortion in (None, lenses.barrel):
        camera = replace(make.camera(width=120, height=90, focal=100.0), distortion=distortion)
        lens = replace(camera, aperture_radius_m=0.08, focus_distance_m=2.0)
        things = [
            make.thing(make.quad(0.8, 0.6), make.pose(0.1, 0.05, -2.0, (0, 0, 1), 12), LAMP),
            make.thing(make.quad(0.3, 0.3), make.pose(1.6, 0.9, -4.0), LAMP),
        ]
        scene = make.scene(lens, things, (), DARK)
        sharp = optical.render(replace(scene, camera=camera), LINEAR).linear[:, :60]
        blurred = optical.render(scene, LINEAR).linear[:, :60]
        assert np.abs(sharp - blurred).max() < 0.12
        assert np.abs(sharp - blurred).mean() < 0.002
        beside = [optical.render(replace(scene, camera=c), LINEAR).linear[:, 85:] for c in (camera, lens)]
        assert np.abs(beside[0] - beside[1]).max() > 0.3


@pytest.mark.parametrize("mover", ["thing", "camera"])
def test_motion_blur_is_as_long_as_the_way_in_the_exposure(make, optical, moved, mover) -> None:
    camera = make.camera(width=160, height=90, focal=120.0)
    speed, shutter, distance = 6.0, 1 / 60, 2.0
    dot = make.thing(make.quad(0.05, 0.05), make.pose(0.0, 0.0, -distance), LAMP)
    open_ = replace(camera, shutter_s=shutter)
    if mover == "thing":
        scene = moved(make.scene(open_, [dot], (), DARK), open_, (speed, 0.0, 0.0))
    else:
        scene = make.scene(replace(open_, velocity_m_s=(-speed, 0.0, 0.0)), [dot], (), DARK)
    image = optical.render(scene, LINEAR).linear[:, :, 0].astype(float)
    side = 0.05 * camera.fx / distance  # the dot's own square, and the pixel's, add a twelfth of theirs
    length = np.sqrt(12 * spread(image, 1) - side * side - 1)
    assert length == pytest.approx(speed * shutter * camera.fx / distance, rel=0.05)
    assert spread(image, 0) == pytest.approx((side * side + 1) / 12, abs=0.1)
    middle = (image.sum(0) * (np.arange(160) + 0.5)).sum() / image.sum()
    assert middle == pytest.approx(80.0, abs=0.1)
    # No gap between the drawings: along the path the light is even.
    line = image.sum(axis=0)
    inside = line[line > 0.5 * line.max()]
    assert len(inside) > 5
    assert inside[2:-2].std() < 0.1 * inside.mean()


def test_the_same_scene_gives_the_same_bytes(make, optical, lenses) -> None:
    camera = replace(
        make.camera(width=80, height=60, focal=60.0),
        distortion=lenses.barrel,
        aperture_radius_m=0.02,
        focus_distance_m=2.5,
    )
    things = [make.thing(make.box(0.5, 0.5, 0.5), make.pose(0.1, 0.0, -2.0, (1, 1, 0), 30))]
    scene = make.scene(camera, things, (), Background(color=(0.6, 0.7, 0.9)))
    request = RenderRequest(linear=True, quality="draft")
    first = optical.render(scene, request)
    optical.render(replace(scene, camera=lenses.fisheye_of(make.camera(width=64, height=48), 80.0)), request)
    again = optical.render(scene, request)
    for name in ("rgb", "linear", "surface_id", "depth", "normal", "object_coordinates"):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()
    only = optical.render(scene, replace(request, truth=False, amodal=False))
    assert only.rgb.tobytes() == first.rgb.tobytes()
    assert only.surface_id is None


@pytest.mark.parametrize("how", ["barrel", "fisheye", "rolling"])
def test_a_backdrop_stays_in_the_picture(make, optical, lenses, how) -> None:
    y, x = np.indices((120, 170))
    photo = np.stack([128 + 100 * np.sin(x / 9.0), 128 + 100 * np.cos(y / 7.0), 1.4 * x], axis=2).astype(np.uint8)
    plain = make.camera(width=160, height=120, focal=140.0)
    camera = {
        "barrel": replace(plain, distortion=lenses.barrel),
        "fisheye": replace(plain, distortion=lenses.fisheye),
        "rolling": replace(plain, readout_s=0.02, angular_velocity_rad_s=(0.0, 2.0, 0.0)),
    }[how]
    behind = Background(color=(0.5, 0.5, 0.5), backdrop=photo)
    # One thing far to the side: a rolling shutter rolls only where something is seen to move.
    scene = make.scene(plain, [make.thing(make.quad(0.05, 0.05), make.pose(0.0, 0.0, -2.0))], (), behind)
    straight = optical.render(scene, RenderRequest(truth=False, amodal=False)).rgb.astype(int)
    seen = optical.render(replace(scene, camera=camera), RenderRequest(truth=False, amodal=False)).rgb.astype(int)
    away = np.abs(straight - seen)
    away[50:70, 60:100] = 0
    assert away.mean() < 1.5
    assert np.quantile(away, 0.999) < 12
