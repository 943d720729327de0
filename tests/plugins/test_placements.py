"""Placements by their laws: nothing overlaps, spacing is kept, every rejection is told, and the same draws repeat."""

from __future__ import annotations

import math

import numpy as np
import pytest
import trimesh

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.model import CollisionPiece, ObjectModel, Part
from myriorama.scenes.materials.model import Material
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.placement.footprint import footprint_of_model
from myriorama.scenes.placement.poses import rotation_from_quaternion, scale_of
from myriorama.scenes.registry import Item, PlaceContext

REGISTRY = builtin_registry()


def _model(mesh, **more):
    return ObjectModel((Part("body", mesh, Material()),), **more)


def _run(name, models, values=None, per_object=None, standing=(), index=0):
    """Place models, with declared defaults where nothing is said; per_object may be a function of the number."""
    plugin = REGISTRY.placement(name)
    own = {p.name: p.default for p in plugin.per_object}
    items = [
        Item(n, m, own | (per_object(n) if callable(per_object) else per_object or {})) for n, m in enumerate(models)
    ]
    group = {p.name: p.default for p in plugin.parameters} | (values or {})
    return plugin.place(group, items, PlaceContext(tuple(standing), KeyedDraws(7, index, 0, "place")))


def _positions(placed):
    return np.array([p[:3, 3] for p in placed.poses if p is not None])


def _world(model, pose):
    mesh = model.parts[0].mesh
    return trimesh.Trimesh(
        mesh.positions.astype(float) @ pose[:3, :3].T + pose[:3, 3], mesh.faces.astype(int), process=True
    )


def _hulls_share_a_point(a, b):
    """Whether the ground projections of two meshes overlap, by points spread over one of them (no separating axis)."""
    flat = [
        trimesh.convex.convex_hull(np.c_[np.tile(m.vertices[:, :2], (2, 1)), np.repeat([0, 1], len(m.vertices))])
        for m in (a, b)
    ]
    rng = np.random.default_rng(0)
    low = np.maximum(flat[0].bounds[0], flat[1].bounds[0])
    high = np.minimum(flat[0].bounds[1], flat[1].bounds[1])
    if (low >= high).any():
        return False
    points = rng.uniform(low, high, (2000, 3))
    return bool((_inside(flat[0], points) & _inside(flat[1], points)).any())


def _inside(hull, points):
    offset = (hull.triangles[:, 0] * hull.face_normals).sum(axis=1)
    return (points @ hull.face_normals.T - offset < 0).all(axis=1)


def test_fixed_is_what_the_numbers_say(scene_kit):
    quaternion = (math.cos(0.4), 0.0, math.sin(0.4), 0.0)
    placed = _run(
        "fixed",
        [_model(scene_kit.shapes.box(0.1, 0.1, 0.1))],
        per_object={"position_m": (1.0, 2.0, 3.0), "rotation": quaternion, "yaw_deg": 90.0, "scale": 2.0},
    )
    (pose,) = placed.poses
    np.testing.assert_allclose(pose[:3, 3], [1, 2, 3])
    assert scale_of(pose) == pytest.approx(2.0)
    quarter = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1.0]])
    np.testing.assert_allclose(pose[:3, :3] / 2, quarter @ rotation_from_quaternion(quaternion), atol=1e-12)
    assert placed.notes == ()


def test_grid_spacing_heading_and_jitter(scene_kit):
    models = [_model(scene_kit.shapes.box(0.05, 0.05, 0.05))] * 6
    values = {"columns": 3, "rows": 2, "column_spacing_m": 0.2, "row_spacing_m": 0.3, "center_m": (1.0, 2.0, 0.5)}
    at = _positions(_run("grid", models, values))
    np.testing.assert_allclose(at.mean(axis=0), [1.0, 2.0, 0.5])
    np.testing.assert_allclose(at[1] - at[0], [0.2, 0, 0], atol=1e-12)
    np.testing.assert_allclose(at[3] - at[0], [0, 0.3, 0], atol=1e-12)
    turned = _positions(_run("grid", models, values | {"heading_deg": 90.0}))
    np.testing.assert_allclose(turned[1] - turned[0], [0, 0.2, 0], atol=1e-12)
    shifted = _positions(_run("grid", models, values, {"jitter_x_m": 0.01, "jitter_y_m": -0.02}))
    np.testing.assert_allclose(shifted - at, np.tile([0.01, -0.02, 0.0], (6, 1)), atol=1e-12)


def test_grid_that_is_too_small_says_so_and_shuffles_when_asked(scene_kit):
    models = [_model(scene_kit.shapes.box(0.05, 0.05, 0.05))] * 7
    placed = _run("grid", models, {"columns": 3, "rows": 2})
    assert [p is None for p in placed.poses] == [False] * 6 + [True]
    assert placed.rejections == {"no cell left in the grid": 1}
    assert "placed 6 of 7" in placed.notes[0]
    few = [_run("grid", models[:4], {"columns": 10, "rows": 10, "order": "shuffled"}, index=i) for i in range(2)]
    assert not np.allclose(_positions(few[0]), _positions(few[1]))
    cells = {tuple(np.round(p, 6)) for p in _positions(few[0])}
    assert len(cells) == 4
    full = _run("grid", models[:6], {"columns": 3, "rows": 2, "order": "shuffled"})
    ordered = _run("grid", models[:6], {"columns": 3, "rows": 2})
    np.testing.assert_allclose(np.sort(_positions(full), axis=0), np.sort(_positions(ordered), axis=0))


def test_rows_run_along_their_heading(scene_kit):
    models = [_model(scene_kit.shapes.box(0.05, 0.05, 0.05))] * 8
    values = {"rows": 2, "per_row": 4, "row_spacing_m": 0.7, "in_row_spacing_m": 0.2, "heading_deg": 90.0}
    at = _positions(_run("rows", models, values))
    np.testing.assert_allclose(np.diff(at[:4], axis=0), np.tile([0, 0.2, 0], (3, 1)), atol=1e-12)
    assert at[0, 0] == pytest.approx(-0.35)  # the first row is on the left, seen along the heading
    np.testing.assert_allclose(at[4] - at[0], [0.7, 0, 0], atol=1e-12)
    staggered = _positions(_run("rows", models, values | {"stagger": 0.5}))
    np.testing.assert_allclose(staggered[4] - at[4], [0, 0.1, 0], atol=1e-12)
    assert _run("rows", models, values | {"per_row": 3}).rejections == {"no place left in the rows": 2}


@pytest.mark.parametrize("tilt", [0.0, 12.0])
def test_scatter_overlaps_nothing_and_keeps_the_gap(scene_kit, tilt):
    s = scene_kit.shapes
    kinds = [_model(s.box(0.16, 0.05, 0.1)), _model(s.sphere(0.05)), _model(s.box(0.06, 0.06, 0.02))]
    models = [kinds[n % 3] for n in range(36)]
    placed = _run(
        "scatter",
        models,
        {"gap_m": 0.01, "center_m": (0.2, -0.3, 0.7), "heading_deg": 30.0},
        lambda n: {"yaw_deg": 37.0 * n, "scale": 0.8 + 0.1 * (n % 4), "tilt_deg": tilt, "tilt_azimuth_deg": 50.0 * n},
    )
    there = [(m, p) for m, p in zip(models, placed.poses, strict=True) if p is not None]
    assert len(there) > 25
    meshes = [_world(m, p) for m, p in there]
    outlines = [footprint_of_model(m, p[:3, :3] / scale_of(p), scale_of(p)).moved(p[0, 3], p[1, 3]) for m, p in there]
    for i in range(len(there)):
        assert meshes[i].bounds[0, 2] == pytest.approx(0.7, abs=1e-6)
        local = (meshes[i].vertices[:, :2] - [0.2, -0.3]) @ rotation_from_quaternion(
            (math.cos(math.radians(15)), 0, 0, math.sin(math.radians(15)))
        )[:2, :2]
        assert (np.abs(local) <= 0.5 + 1e-9).all()
        for j in range(i):
            if (meshes[i].bounds[0, :2] <= meshes[j].bounds[1, :2] + 0.01).all() and (
                meshes[j].bounds[0, :2] <= meshes[i].bounds[1, :2] + 0.01
            ).all():
                assert not _hulls_share_a_point(meshes[i], meshes[j])
                assert outlines[i].distance(outlines[j]) >= 0.01 - 1e-6


def test_scatter_in_a_disc_stays_inside_and_spreads_evenly(scene_kit):
    small = _model(scene_kit.shapes.box(0.002, 0.002, 0.002))
    values = {"shape": "disc", "radius_m": 0.4, "gap_m": 0.0, "center_m": (1.0, 1.0, 0.0)}
    at = np.concatenate([_positions(_run("scatter", [small] * 60, values, index=i)) for i in range(8)])
    radius = np.hypot(at[:, 0] - 1, at[:, 1] - 1)
    assert radius.max() <= 0.4
    inner = (radius < 0.4 / math.sqrt(2)).mean()  # half of the area
    assert inner == pytest.approx(0.5, abs=0.08)
    np.testing.assert_allclose(at[:, :2].mean(axis=0), 1.0, atol=0.05)


def test_scatter_keeps_off_what_stands_on_the_same_support(scene_kit):
    s = scene_kit.shapes
    conveyor = scene_kit.instance(
        "conveyor/0", {"belt": s.box(1.0, 1.0, 0.5), "rail": s.box(0.1, 1.0, 0.6)}, scene_kit.pose_at()
    )
    post = scene_kit.instance("post/0", s.box(0.2, 0.2, 0.3), scene_kit.pose_at(0.3, 0.3, 0.5, 20))
    placed = _run(
        "scatter",
        [_model(s.box(0.08, 0.08, 0.05))] * 15,
        {"center_m": (0.0, 0.0, 0.5), "gap_m": 0.002},
        lambda n: {"yaw_deg": 31.0 * n},
        [conveyor, post],
    )
    assert placed.rejections["overlaps conveyor"] > 0
    assert placed.rejections["overlaps post"] > 0
    assert placed.rejections["overlaps a member"] > 0
    assert placed.rejections["outside the area"] > 0
    block = trimesh.creation.box((0.2, 0.2, 0.3), scene_kit.pose_at(0.3, 0.3, 0.65, 20))
    for pose in placed.poses:
        assert pose is not None
        mesh = _world(_model(s.box(0.08, 0.08, 0.05)), pose)
        assert np.abs(mesh.bounds[:, 0]).min() >= 0.05
        assert not _hulls_share_a_point(mesh, block)


def test_scatter_stands_on_what_is_under_it_and_does_not_hang_over(scene_kit):
    s = scene_kit.shapes
    table = scene_kit.instance("table/0", s.box(0.6, 0.6, 0.7), scene_kit.pose_at())
    floor = scene_kit.instance("floor/0", s.plane(3.0), scene_kit.pose_at())
    model = _model(s.box(0.1, 0.1, 0.1))
    placed = _run(
        "scatter",
        [model] * 30,
        {"support": "on_top", "width_m": 1.6, "depth_m": 1.6},
        standing=[floor, table],
    )
    at = _positions(placed)
    on_table = np.isclose(at[:, 2], 0.7)
    assert on_table.any()
    assert np.isclose(at[~on_table, 2], 0.0).all()
    assert (~on_table).any()
    assert (np.abs(at[on_table, :2]) <= 0.25 + 1e-9).all()
    assert (np.abs(at[~on_table, :2]).max(axis=1) >= 0.35 - 1e-9).all()
    assert placed.rejections["hangs over the edge of table"] > 0
    nowhere = _run("scatter", [model], {"support": "on_top", "center_m": (50.0, 0, 0)}, standing=[floor])
    assert nowhere.rejections == {"nothing to stand on": 80}


def test_scatter_that_finds_no_room_says_how_many_and_why(scene_kit):
    placed = _run(
        "scatter", [_model(scene_kit.shapes.box(0.3, 0.3, 0.1))] * 9, {"width_m": 0.7, "depth_m": 0.7, "tries": 20}
    )
    count = sum(p is not None for p in placed.poses)
    assert 1 <= count < 9
    assert sum(placed.rejections.values()) >= 20 * (9 - count)
    assert f"placed {count} of 9" in placed.notes[0]


def test_tilted_objects_keep_their_lowest_point_on_the_support(scene_kit):
    model = _model(scene_kit.shapes.box(0.1, 0.1, 0.2))
    placed = _run("grid", [model] * 4, {"center_m": (0, 0, 0.3)}, lambda n: {"tilt_deg": 25.0 * n, "scale": 1.3})
    for pose in placed.poses:
        assert _world(model, pose).bounds[0, 2] == pytest.approx(0.3, abs=1e-7)


def _cup(scene_kit, radius=0.04, wall=0.003, height=0.09, sides=16):
    angles = 2 * math.pi * np.arange(sides + 1) / sides
    pieces = [
        [
            [r * math.cos(a), r * math.sin(a), z]
            for r in (radius - wall, radius)
            for a in angles[k : k + 2]
            for z in (0, height)
        ]
        for k in range(sides)
    ]
    pieces.append([[radius * math.cos(a), radius * math.sin(a), z] for a in angles[:-1] for z in (0, wall)])
    cup = scene_kit.instance("cup/0", scene_kit.shapes.box(0.08, 0.08, 0.09), scene_kit.pose_at(0.1, 0.05))
    collision = tuple(CollisionPiece(np.array(p, dtype=np.float32)) for p in pieces)
    object.__setattr__(cup, "model", _model(scene_kit.shapes.box(0.08, 0.08, 0.09), collision=collision))
    return cup


def test_a_small_ball_dropped_over_a_cup_ends_inside(scene_kit):
    floor = scene_kit.instance("floor/0", scene_kit.shapes.plane(2.0), scene_kit.pose_at())
    ball = _model(scene_kit.shapes.sphere(0.01, 48, 24), mass_kg=0.005)
    values = {"center_m": (0.1, 0.05, 0.0), "radius_m": 0.015, "drop_height_m": 0.2, "keep_within_m": 0.3}
    for index in range(5):
        placed = _run("pile", [ball], values, standing=[floor, _cup(scene_kit)], index=index)
        (x, y, z) = _positions(placed)[0]
        # The ball's origin is at its lowest point as built; its centre is one radius along its own axis.
        middle = np.array([x, y, z]) + placed.poses[0][:3, :3] @ [0, 0, 0.01]
        assert math.hypot(middle[0] - 0.1, middle[1] - 0.05) < 0.04 - 0.003 - 0.01 + 0.001
        assert middle[2] == pytest.approx(0.013, abs=0.0015)


def test_pile_reports_what_fell_off_and_repeats(scene_kit):
    s = scene_kit.shapes
    stool = scene_kit.instance("stool/0", s.box(0.2, 0.2, 0.4), scene_kit.pose_at())
    models = [_model(s.box(0.04, 0.05, 0.06)), _model(s.sphere(0.025))] * 8
    values = {"center_m": (0.0, 0.0, 0.4), "radius_m": 0.15, "keep_within_m": 0.2}
    placed = _run("pile", models, values, standing=[stool])
    lost = sum(p is None for p in placed.poses)
    assert 0 < lost < 16
    assert sum(placed.rejections.values()) == lost
    assert f"placed {16 - lost} of 16" in placed.notes[0]
    again = _run("pile", models, values, standing=[stool])
    for a, b in zip(placed.poses, again.poses, strict=True):
        assert (a is None and b is None) or a.tobytes() == b.tobytes()
    other = _run("pile", models, values, standing=[stool], index=1)
    assert any(
        (a is None) != (b is None) or (a is not None and not np.array_equal(a, b))
        for a, b in zip(placed.poses, other.poses, strict=True)
    )


def test_pile_takes_given_orientations_and_scales(scene_kit):
    model = _model(scene_kit.shapes.box(0.1, 0.06, 0.04))
    quaternion = (math.cos(math.pi / 4), math.sin(math.pi / 4), 0.0, 0.0)
    placed = _run(
        "pile",
        [model],
        {"orientation": "given", "floor": True, "drop_height_m": 0.001},
        {"rotation": quaternion, "scale": 1.5},
    )
    (pose,) = placed.poses
    assert scale_of(pose) == pytest.approx(1.5)
    np.testing.assert_allclose(pose[:3, :3] / 1.5, rotation_from_quaternion(quaternion), atol=0.02)
    assert _world(model, pose).bounds[0, 2] == pytest.approx(0.0, abs=1e-3)


def test_a_heap_in_a_tray_does_not_interpenetrate(scene_kit):
    s = scene_kit.shapes
    floor = scene_kit.instance("floor/0", s.plane(2.0), scene_kit.pose_at())
    model = _model(s.box(0.03, 0.03, 0.03))
    placed = _run("pile", [model] * 20, {"radius_m": 0.04, "keep_within_m": 1.0}, standing=[floor])
    assert sum(p is not None for p in placed.poses) == 20
    meshes = [_world(model, p) for p in placed.poses]
    assert min(m.bounds[0, 2] for m in meshes) > -1e-3
    assert max(m.bounds[1, 2] for m in meshes) > 0.04  # some lie on others
    for i in range(20):
        for j in range(20):
            if i != j:
                corners = np.c_[meshes[i].vertices, np.ones(len(meshes[i].vertices))]
                local = (np.linalg.inv(placed.poses[j]) @ corners.T)[:3].T
                assert not (np.abs(local - [0, 0, 0.015]) < 0.014).all(axis=1).any()


@pytest.mark.parametrize("name", ["fixed", "grid", "rows", "scatter", "pile"])
def test_no_items_no_places(name):
    placed = _run(name, [])
    assert placed.poses == ()
    assert placed.notes == ()


@pytest.mark.parametrize("name", ["grid", "rows", "scatter", "fixed"])
def test_adding_an_item_moves_no_earlier_one(scene_kit, name):
    models = [_model(scene_kit.shapes.box(0.05, 0.05, 0.05))] * 6
    few, more = _run(name, models[:5]), _run(name, models)
    for a, b in zip(few.poses, more.poses[:5], strict=True):
        np.testing.assert_array_equal(a, b)
