"""What each built-in generator promises of its own: sizes, masses, hollows, pips, labels and flaps."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
import trimesh
from scipy.spatial import Delaunay, cKDTree

from myriorama.plugins.api import Generator, Mesh, ObjectModel
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.geometry.combine import merge, rotation_about
from myriorama.scenes.geometry.measure import signed_volume_m3

REGISTRY = builtin_registry()

Made = Callable[..., ObjectModel]
Oracle = Callable[[Mesh], trimesh.Trimesh]
Whole = Callable[[ObjectModel], Mesh]


@pytest.mark.parametrize("shape", ["box", "sphere", "cylinder", "cone", "torus", "capsule"])
def test_primitives_fill_the_box_of_their_sizes(shape: str, made: Made) -> None:
    for size in ((0.1, 0.1, 0.1), (0.3, 0.05, 0.2), (0.02, 0.4, 0.6)):
        for bevel in (0.0, 0.2, 1.0):
            model = made(
                "primitive", shape=shape, bevel=bevel, size_x_m=size[0], size_y_m=size[1], size_z_m=size[2], detail=2
            )
            np.testing.assert_allclose(np.ptp(model.bounds, axis=0), size, rtol=1e-5)
            np.testing.assert_allclose(model.bounds.mean(axis=0)[:2], 0, atol=1e-7)


def test_primitive_masses_are_those_of_the_formulas(made: Made) -> None:
    x, y, z, rho = 0.12, 0.08, 0.2, 1100.0
    exact = {
        "box": x * y * z,
        "sphere": np.pi / 6 * x * y * z,
        "cylinder": np.pi / 4 * x * y * z,
        "cone": np.pi / 12 * x * y * z,
        # Tube ratio 0.3: ring radius 0.85 and tube 0.15 of the half size, height stretched to z.
        "torus": 2 * np.pi**2 * 0.85 * 0.15 * 0.5 * (x / 2) * (y / 2) * z,
    }
    for shape, volume in exact.items():
        model = made("primitive", shape=shape, bevel=0.0, size_x_m=x, size_y_m=y, size_z_m=z, detail=8)
        assert model.mass_kg == pytest.approx(volume * rho, rel=4e-3), shape


def test_a_ring_lets_things_through_its_hole(made: Made) -> None:
    model = made("primitive", shape="torus", size_z_m=0.03)
    hulls = [Delaunay(p.points.astype(np.float64)) for p in model.collision]
    assert all((h.find_simplex([[0.0, 0.0, 0.015], [0.02, 0.01, 0.015]]) < 0).all() for h in hulls)
    ring = [[0.0425 * np.cos(a), 0.0425 * np.sin(a), 0.015] for a in np.linspace(0, 6, 40)]
    assert (np.max([h.find_simplex(ring) >= 0 for h in hulls], axis=0)).all()


def test_a_straight_mug_holds_what_a_cylinder_holds(made: Made) -> None:
    height, diameter, wall = 0.1, 0.08, 0.003
    model = made("mug", height_m=height, diameter_m=diameter, wall_m=wall, base_ratio=1.0, belly=0.0)
    floor = 0.5 * wall + 1.25 * wall
    cylinder_ml = np.pi * (diameter / 2 - wall) ** 2 * (height - floor) * 1e6
    # The cove at the floor takes a little, the rounded lip gives a little.
    assert 0.96 * cylinder_ml < model.attributes["volume_ml"] < 1.005 * cylinder_ml
    bare = made("mug", height_m=height, diameter_m=diameter, wall_m=wall, base_ratio=1.0, belly=0.0, handle=False)
    shell = np.pi * ((diameter / 2) ** 2 - (diameter / 2 - wall) ** 2) * (height - floor)
    shell += np.pi * (diameter / 2) ** 2 * 1.25 * wall
    # Plus the foot ring and the cove inside, less the rounded edge at the foot: a corner is (1 - pi/4) r^2.
    foot, corner = 2.2 * wall, 1 - np.pi / 4
    shell += np.pi * ((diameter / 2) ** 2 - (diameter / 2 - foot) ** 2) * 0.5 * wall
    shell += corner * 0.007**2 * 2 * np.pi * (diameter / 2 - wall - 0.0016)
    shell -= corner * (0.6 * foot) ** 2 * 2 * np.pi * (diameter / 2 - 0.001)
    assert bare.mass_kg == pytest.approx(shell * 2350.0, rel=0.012)
    # Guldin: section area times the length of the centre line, between the thin middle and the flared ends.
    thick = 0.095 * diameter
    section = np.pi * thick / 2 * thick * 0.72
    assert section * 0.08 < (model.mass_kg - bare.mass_kg) / 2350.0 < section * 1.45**2 * 0.13


def test_the_mug_is_one_solid_weighed_once(made: Made, oracle: Oracle) -> None:
    """Monte Carlo through trimesh: a point inside body or handle counts once."""
    model = made("mug", belly=0.1)
    body = oracle(merge([p.mesh for p in model.parts if p.name != "handle"]))
    handle = oracle(next(p.mesh for p in model.parts if p.name == "handle"))
    low, high = model.bounds
    points = low + (high - low) * np.random.default_rng(0).random((60_000, 3))
    inside = body.contains(points) | handle.contains(points)
    volume = inside.mean() * float(np.prod(high - low))
    sigma = float(np.prod(high - low)) * np.sqrt(inside.mean() / len(points))
    assert abs(model.mass_kg / 2350.0 - volume) < 4 * sigma


def test_the_handle_ends_inside_the_wall(made: Made) -> None:
    """Its caps show neither outside nor in the cup."""
    wall = 0.0038
    model = made("mug", base_ratio=1.0, wall_m=wall)
    handle = next(p.mesh for p in model.parts if p.name == "handle")
    radius = np.hypot(handle.positions[:, 0], handle.positions[:, 1])
    assert radius.min() > 0.041 - wall
    corners = handle.positions.astype(np.float64)[handle.faces]
    middle = corners.mean(axis=1)
    out = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    caps = (np.hypot(middle[:, 0], middle[:, 1]) < 0.041 - 0.3 * wall) & (out[:, 0] < 0)
    assert caps.sum() > 10
    assert np.hypot(*corners[caps][..., :2].reshape(-1, 2).T).max() < 0.041


@pytest.mark.parametrize("form", [{}, {"belly": 0.2, "base_ratio": 0.7}, {"base_ratio": 1.15, "handle": False}])
def test_the_mug_is_hollow_for_physics(form: dict[str, Any], made: Made, oracle: Oracle) -> None:
    model = made("mug", **form)
    hulls = [Delaunay(p.points.astype(np.float64)) for p in model.collision]
    witness = oracle(merge([p.mesh for p in model.parts if p.name != "handle"]))
    low, high = np.array([-0.055, -0.055, 0.0]), np.array([0.055, 0.055, 0.095])
    points = low + (high - low) * np.random.default_rng(1).random((8000, 3))
    solid = np.max([h.find_simplex(points) >= 0 for h in hulls], axis=0)
    real = witness.contains(points)
    # Twelve flat sectors stand in for a round wall, straight stretches for a swollen one; the cove is left out.
    assert solid[real].mean() > 0.8
    near = _distances(witness, points) < 0.003
    handle = np.max([h.find_simplex(points) >= 0 for h in hulls[-5:]], axis=0) if form.get("handle", True) else False
    assert not (solid & ~real & ~near & ~handle).any()
    axis = [[0.0, 0.0, z] for z in np.linspace(0.012, 0.2, 20)]
    assert not np.max([h.find_simplex(axis) >= 0 for h in hulls], axis=0).any()


def _distances(mesh: trimesh.Trimesh, points: np.ndarray) -> np.ndarray:
    """Return distances to the nearest of many points on a surface."""
    samples, _ = trimesh.sample.sample_surface(mesh, 60_000, seed=0)
    return np.asarray(cKDTree(samples).query(points)[0])


def test_opposite_faces_of_a_die_sum_to_seven(defaults: Callable[[Generator], dict[str, Any]]) -> None:
    generator = REGISTRY.generator("die")
    values = defaults(generator)
    seen: dict[tuple[int, ...], int] = {}
    for axis, sign in product(range(3), (1, -1)):
        up = np.zeros(3)
        up[axis] = sign
        # A pose whose third row is this axis turns it upwards.
        other = np.roll(up, 1)
        rotation = np.stack([np.cross(other, up), other, up])
        assert np.linalg.det(rotation) == pytest.approx(1.0)
        pose = np.eye(4)
        pose[:3, :3] = rotation
        told = generator.observe(values, pose)
        assert told["tilt_deg"] == pytest.approx(0, abs=1e-6)
        seen[tuple(int(c) for c in up)] = int(told["face_up"])
    assert sorted(seen.values()) == [1, 2, 3, 4, 5, 6]
    for up, value in seen.items():
        assert value + seen[tuple(-c for c in up)] == 7
    one, two, three = (np.array(next(u for u, v in seen.items() if v == n)) for n in (1, 2, 3))
    # Right-handed: counter-clockwise seen from outside, about the corner where they meet.
    assert np.linalg.det(np.stack([one, two, three])) == pytest.approx(1.0)


def test_a_die_shows_as_many_pips_as_it_says(made: Made, oracle: Oracle) -> None:
    model = made("die")
    pips = next(p.mesh for p in model.parts if p.name == "pips")
    witness = oracle(pips)
    witness.merge_vertices(merge_tex=True, merge_norm=True, digits_vertex=9)
    generator = REGISTRY.generator("die")
    counts: dict[int, int] = {}
    for bowl in witness.split(only_watertight=False, repair=False):
        out = bowl.centroid - np.array([0.0, 0.0, 0.008])
        axis = int(np.argmax(np.abs(out)))
        pose = np.eye(4)
        up = np.zeros(3)
        up[axis] = np.sign(out[axis])
        pose[:3, :3] = np.stack([np.cross(np.roll(up, 1), up), np.roll(up, 1), up])
        value = int(generator.observe({}, pose)["face_up"])
        counts[value] = counts.get(value, 0) + 1
    assert counts == {n: n for n in range(1, 7)}


def test_a_cocked_die_tells_its_tilt() -> None:
    generator = REGISTRY.generator("die")
    told = generator.observe({}, rotation_about((1, 0, 0), np.radians(20)))
    assert told == {"face_up": 1, "tilt_deg": pytest.approx(20.0)}
    scaled = rotation_about((0, 0, 1), 0.3)
    scaled[:3, :3] *= 2.5
    assert generator.observe({}, scaled)["tilt_deg"] == pytest.approx(0.0, abs=1e-5)


def test_a_label_reads_upright_from_the_front(made: Made) -> None:
    model = made("bottle")
    label = next(p for p in model.parts if p.name == "label")
    mesh = label.mesh
    radius = np.hypot(mesh.positions[:, 0], mesh.positions[:, 1])
    front = (mesh.positions[:, 1] < -0.9 * radius) & (radius > radius.max() - 1e-6) & (np.ptp(mesh.uv[:, 1]) > 0)
    front &= np.abs(mesh.normals[:, 2]) < 0.1
    printed = mesh.uv[:, 0] > 0.1
    x, uv = mesh.positions[front & printed, 0], mesh.uv[front & printed]
    assert np.polyfit(x, uv[:, 0], 1)[0] > 0
    assert np.interp(0.0, np.sort(x), uv[np.argsort(x), 0]) == pytest.approx(0.5, abs=0.02)
    assert np.polyfit(mesh.positions[front & printed, 2], uv[:, 1], 1)[0] > 0
    assert label.material.base_color_texture is not None


def test_a_carton_reads_upright_on_its_front(made: Made) -> None:
    model = made("carton")
    sides = next(p.mesh for p in model.parts if p.name == "sides")
    front = sides.normals[:, 1] < -0.99
    x, z, uv = sides.positions[front, 0], sides.positions[front, 2], sides.uv[front]
    assert np.polyfit(x, uv[:, 0], 1)[0] > 0
    assert np.polyfit(z, uv[:, 1], 1)[0] > 0
    # The third of four sides, by their widths: back, left, front, right.
    share = (0.3 + 0.22) / (2 * (0.3 + 0.22))
    assert uv[:, 0].min() == pytest.approx(share, abs=0.01)
    assert uv[:, 0].max() == pytest.approx(share + 0.3 / 1.04, abs=0.01)


def test_a_shut_carton_has_its_sizes_and_an_open_one_its_room(made: Made) -> None:
    shut = made("carton", tape=False)
    np.testing.assert_allclose(np.ptp(shut.bounds, axis=0), (0.3, 0.22, 0.18), atol=1e-6)
    wide = made("carton", open_deg=130.0)
    hulls = [Delaunay(p.points.astype(np.float64)) for p in wide.collision]
    inside = [[0.0, 0.0, z] for z in (0.01, 0.1, 0.3)] + [[0.14, 0.1, 0.1]]
    assert not np.max([h.find_simplex(inside) >= 0 for h in hulls], axis=0).any()
    walls = [[0.149, 0.0, 0.1], [0.0, -0.109, 0.1], [0.0, 0.0, 0.002]]
    assert np.max([h.find_simplex(walls) >= 0 for h in hulls], axis=0).all()


@pytest.mark.parametrize("open_deg", [10.0, 60.0, 95.0, 130.0, 180.0, 210.0])
def test_flaps_of_a_carton_do_not_pass_through_each_other(open_deg: float, made: Made, oracle: Oracle) -> None:
    model = made("carton", open_deg=open_deg)
    flaps = merge([p.mesh for p in model.parts if p.name in ("flaps", "inside")])
    pieces = oracle(flaps)
    pieces.merge_vertices(merge_tex=True, merge_norm=True, digits_vertex=9)
    leaves = [s for s in pieces.split(only_watertight=True, repair=False) if s.is_watertight and len(s.faces) < 150]
    assert len(leaves) == 4
    for a, b in product(range(4), range(4)):
        if a == b:
            continue
        points, _ = trimesh.sample.sample_surface(leaves[a], 1500, seed=a)
        deep = leaves[b].contains(points)
        # Leaves meet at the corners of the box, within the board's own thickness.
        middle = points[deep]
        if len(middle):
            to_corner = np.linalg.norm(np.abs(middle) - [0.148, 0.108, 0.178], axis=1)
            assert to_corner.max() < 0.02


def test_sleeves_lie_on_the_cone(made: Made, oracle: Oracle) -> None:
    for hollow in (True, False):
        model = made("cone_marker", hollow=hollow, stripes=3)
        assert [p.name for p in model.parts] == ["cone", "base", "stripe_1", "stripe_2", "stripe_3"]
    cone = next(p.mesh for p in model.parts if p.name == "cone")
    for number in (1, 2, 3):
        sleeve = next(p.mesh for p in model.parts if p.name == f"stripe_{number}")
        for z in np.linspace(sleeve.bounds[0, 2] + 1e-4, sleeve.bounds[1, 2] - 1e-4, 5):
            widths = [oracle(m).section((0, 0, 1), (0, 0, float(z))).bounds[1, 0] for m in (cone, sleeve)]
            assert 0.0005 < widths[1] - widths[0] < 0.0015
    heavy, light = made("cone_marker", hollow=False), made("cone_marker", hollow=True)
    assert heavy.mass_kg > 1.5 * light.mass_kg


def test_cone_mass_is_that_of_its_frusta(made: Made) -> None:
    model = made("cone_marker", hollow=False, stripes=0, detail=8)
    cone = next(p.mesh for p in model.parts if p.name == "cone")
    low, high = 0.5 * 0.56 * 0.72 / 2, 0.5 * 0.56 * 0.72 / 2 * 0.2
    frustum = np.pi / 3 * (low * low + low * high + high * high) * (0.5 - 0.0275)
    assert signed_volume_m3(cone) == pytest.approx(frustum, rel=0.05)


def test_stage_pieces_carry_things_at_the_height_they_say(made: Made, oracle: Oracle, whole: Whole) -> None:
    for name, point in (("conveyor_belt", (0.1, 0.05)), ("table", (0.2, 0.1)), ("tray", (0.05, 0.03))):
        model = made(name)
        height = float(model.attributes["surface_height_m"])
        ray = oracle(whole(model)).ray
        hits, _, _ = ray.intersects_location([[*point, 5.0]], [[0, 0, -1.0]])
        assert hits[:, 2].max() == pytest.approx(height, abs=1e-6), name
        above, below = [[*point, height + 1e-4]], [[*point, height - 1e-4]]
        hulls = [Delaunay(p.points.astype(np.float64)) for p in model.collision]
        assert not any((h.find_simplex(above) >= 0).any() for h in hulls), name
        assert any((h.find_simplex(below) >= 0).any() for h in hulls), name
