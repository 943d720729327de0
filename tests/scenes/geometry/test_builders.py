"""Mesh builders against analytic volumes and trimesh: closed, wound outwards, normals with the faces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import trimesh

from myriorama.scenes.geometry.box import FACE_AXES, box, icosphere, plane
from myriorama.scenes.geometry.combine import (
    flipped,
    merge,
    moved,
    quarter_turned,
    rotation_about,
    scaled,
    transform,
    translation,
    with_faces,
)
from myriorama.scenes.geometry.cylinder import cylinder, frustum, largest_bevel_m
from myriorama.scenes.geometry.lathe import arc, bridge, capsule, lathe, outline_points, sphere, torus
from myriorama.scenes.geometry.measure import (
    area_m2,
    corner_normals,
    is_closed,
    signed_volume_m3,
    volume_m3,
    with_normals,
)
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.geometry.profile import Profile, rounded, sharp, smooth, turned_volume_m3
from myriorama.scenes.geometry.sweep import (
    bezier,
    curve_frames,
    extrude,
    rounded_rectangle,
    triangulate,
    tube,
)


def _ring_area(segments: int) -> float:
    """Area of the regular polygon inscribed in the unit circle over the circle's."""
    return segments / (2 * np.pi) * np.sin(2 * np.pi / segments)


def _line(t: np.ndarray) -> np.ndarray:
    return np.column_stack([np.cos(t), np.sin(t), 0.3 * t])


MUG = rounded(
    [(0.0, 0.0), (0.04, 0.0), (0.045, 0.1), (0.041, 0.1), (0.036, 0.005), (0.0, 0.005)],
    [0, 0.005, 0.0018, 0.0018, 0.01, 0],
)
TRAY = rounded(
    [(0.01, 0), (0.02, 0), (0.02, 0.1), (0.015, 0.1), (0.015, 0.005), (0.01, 0.005)], [0, 0.005, 0.002, 0.002, 0.004, 0]
)
THIN = rounded([(0.0, 0), (0.002, 0), (0.002, 0.1), (-0.004, 0.1), (-0.004, 0.005)], [0, 0.001, 0, 0, 0])
STAR = np.array([[np.cos(a) * r, np.sin(a) * r] for a, r in zip(np.arange(10) * np.pi / 5, [1, 0.4] * 5, strict=True)])

# Name -> (mesh, exact volume of the solid that the facets inscribe, or None).
SOLIDS: dict[str, Callable[[], tuple[Mesh, float | None]]] = {
    "box": lambda: (box((1, 2, 3)), 6.0),
    "bevelled box": lambda: (box((0.1, 0.2, 0.3), bevel_m=0.02, bevel_steps=3), None),
    "box of bevels": lambda: (box((1, 2, 3), bevel_m=0.5, bevel_steps=3, flats=3), None),
    "fine box": lambda: (box((0.3, 0.3, 0.3), bevel_m=0.05, bevel_steps=2, flats=7), None),
    "icosphere": lambda: (icosphere(1.0, 3), None),
    "sphere": lambda: (sphere(0.7, 48, tile_m=1), turned_volume_m3(arc((0, 0), 0.7, -90, 90, 24)) * _ring_area(48)),
    "torus": lambda: (torus(1.0, 0.3, 48), None),
    "capsule": lambda: (capsule(0.5, 2.0, 32), None),
    "flat capsule": lambda: (capsule(0.5, 1.0, 32), None),
    "cylinder": lambda: (cylinder(0.5, 2.0, 40), np.pi * 0.5 * _ring_area(40)),
    "bevelled cylinder": lambda: (cylinder(0.5, 2.0, 40, bevel_m=0.1, tile_m=0.3), None),
    "cone": lambda: (frustum(0.5, 0.0, 2.0, 40), np.pi * 0.5 / 3 * _ring_area(40)),
    "frustum": lambda: (frustum(0.5, 0.3, 0.2, 40, bevel_m=largest_bevel_m(0.5, 0.3, 0.2)), None),
    "mug": lambda: (lathe(MUG, 48), turned_volume_m3(MUG.points) * _ring_area(48)),
    "tray": lambda: (lathe(TRAY, 32, core_m=(0.1, 0.2), cap_start=True, cap_end=True, tile_m=0.1), None),
    "box with sharp inside": lambda: (lathe(THIN, 16, core_m=(0.1, 0.2), cap_start=True, cap_end=True), None),
    "tube": lambda: (tube(_line(np.linspace(0, 3, 40)), np.full((40, 2), 0.1), 16), None),
    "extruded star": lambda: (extrude(STAR, 0.5), 0.5 * 5 * 0.4 * np.sin(np.pi / 5)),
    "extruded plate": lambda: (extrude(rounded_rectangle(1, 2, 0.2, 5), 3.0), None),
    "mirrored": lambda: (transform(box((1, 2, 3), bevel_m=0.1), np.diag([-2.0, 1, 1, 1])), None),
    "turned": lambda: (quarter_turned(box((1, 2, 3)), 2, 1), 6.0),
}


def _oracle(mesh: Mesh) -> trimesh.Trimesh:
    out = trimesh.Trimesh(mesh.positions.astype(np.float64), mesh.faces, process=False)
    out.merge_vertices(merge_tex=True, merge_norm=True, digits_vertex=12)
    return out


@pytest.mark.parametrize("name", SOLIDS)
def test_solids_are_closed_and_wound_outwards(name: str) -> None:
    mesh, exact = SOLIDS[name]()
    witness = _oracle(mesh)
    assert witness.is_watertight
    assert witness.is_winding_consistent
    assert is_closed(mesh)
    assert witness.volume > 0
    assert volume_m3(mesh) == pytest.approx(witness.volume, rel=1e-6)
    assert area_m2(mesh) == pytest.approx(witness.area, rel=1e-6)
    if exact is not None:
        assert volume_m3(mesh) == pytest.approx(exact, rel=2e-6)


@pytest.mark.parametrize("name", SOLIDS)
def test_normals_are_unit_and_go_with_the_faces(name: str) -> None:
    mesh, _ = SOLIDS[name]()
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-5)
    corners = mesh.positions.astype(np.float64)[mesh.faces]
    face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    size = np.linalg.norm(face, axis=1, keepdims=True)
    assert (size > 0).all(), "a sliver was left in"
    cosine = np.einsum("fd,fcd->fc", face / size, mesh.normals[mesh.faces].astype(np.float64))
    assert cosine.min() > 0.5
    assert np.isfinite(mesh.uv).all()


def test_smooth_volumes_converge_to_the_analytic_ones() -> None:
    cases = [
        (icosphere(1.0, 5), 4 / 3 * np.pi),
        (torus(1.0, 0.3, 192), 2 * np.pi**2 * 0.09),
        (capsule(0.5, 2.0, 192), np.pi * 0.25 + np.pi / 6),
        (box((1.0, 1.0, 1.0), bevel_m=0.5, bevel_steps=24), np.pi / 6),
        # A box shrunk by the bevel, its offset: Steiner's formula.
        (box((1.0, 2.0, 3.0), bevel_m=0.2, bevel_steps=24), _steiner(0.6, 1.6, 2.6, 0.2)),
    ]
    for mesh, exact in cases:
        assert volume_m3(mesh) == pytest.approx(exact, rel=2e-3)
        assert volume_m3(mesh) < exact


def _steiner(x: float, y: float, z: float, r: float) -> float:
    return x * y * z + 2 * (x * y + y * z + z * x) * r + (x + y + z) * np.pi * r * r + 4 / 3 * np.pi * r**3


def test_round_bodies_fill_their_sizes() -> None:
    np.testing.assert_allclose(sphere(0.5, 16).bounds, [[-0.5] * 3, [0.5] * 3], atol=1e-7)
    np.testing.assert_allclose(cylinder(0.5, 2.0, 12, bevel_m=0.1).bounds, [[-0.5, -0.5, 0], [0.5, 0.5, 2]], atol=1e-7)
    np.testing.assert_allclose(torus(1.0, 0.25, 32).bounds, [[-1.25, -1.25, -0.25], [1.25, 1.25, 0.25]], atol=1e-7)
    np.testing.assert_allclose(capsule(0.5, 3.0, 16).bounds, [[-0.5, -0.5, -1.5], [0.5, 0.5, 1.5]], atol=1e-7)


def test_sphere_normals_are_radial() -> None:
    for mesh in (sphere(2.0, 32), icosphere(2.0, 2)):
        np.testing.assert_allclose(mesh.normals, mesh.positions / 2.0, atol=2e-6)


def test_texture_stands_upright_and_reads_from_outside() -> None:
    size = (0.3, 0.2, 0.1)
    mesh = box(size)
    for number, ((axis, sign), (u_axis, u_sign), (v_axis, v_sign)) in enumerate(FACE_AXES):
        corner = slice(4 * number, 4 * number + 4)
        u = mesh.positions[corner, u_axis] * u_sign / size[u_axis] + 0.5
        v = mesh.positions[corner, v_axis] * v_sign / size[v_axis] + 0.5
        np.testing.assert_allclose(mesh.uv[corner], np.column_stack([u, v]), atol=1e-6)
        outward, right, upward = np.zeros(3), np.zeros(3), np.zeros(3)
        outward[axis], right[u_axis], upward[v_axis] = sign, u_sign, v_sign
        np.testing.assert_array_equal(np.cross(right, upward), outward)
    tube_wall = lathe(sharp([(0.1, 0.0), (0.1, 0.2)]), 64)
    for angle in np.radians([30, 120, 200, 290]):
        right = np.array([-np.sin(angle), np.cos(angle), 0.0])
        near = (
            np.linalg.norm(tube_wall.positions[:, :2] - 0.1 * np.array([np.cos(angle), np.sin(angle)]), axis=1) < 0.02
        )
        along = tube_wall.positions[near] @ right
        slope = np.polyfit(along, tube_wall.uv[near, 0], 1)[0]
        assert slope == pytest.approx(1 / (2 * np.pi * 0.1), rel=0.02)
    np.testing.assert_allclose(tube_wall.uv[:, 1], tube_wall.positions[:, 2] / 0.2, atol=1e-6)


def test_tiles_are_square_and_join_around() -> None:
    mesh = cylinder(0.05, 0.4, 48, tile_m=0.1)
    side = mesh.uv[np.abs(mesh.normals[:, 2]) < 0.5]
    assert np.ptp(side[:, 0]) == pytest.approx(3.0)
    circumference = 48 * 2 * 0.05 * np.sin(np.pi / 48)
    assert np.ptp(side[:, 1]) == pytest.approx(0.4 * 3 / circumference, rel=1e-5)
    ring = torus(1.0, 0.3, 48, tile_m=0.5)
    assert np.ptp(ring.uv, axis=0) == pytest.approx(np.round(np.ptp(ring.uv, axis=0)))


def test_parts_of_a_profile_have_the_normals_of_the_whole() -> None:
    crest = int(np.argmax(MUG.points[:, 1]))
    whole = lathe(MUG, 16)
    parts = merge([lathe(MUG.part(0, crest), 16), lathe(MUG.part(crest, len(MUG.points) - 1), 16)])
    assert is_closed(parts)
    known = {tuple(np.round(np.concatenate(row), 6)) for row in zip(whole.positions, whole.normals, strict=True)}
    for row in zip(parts.positions, parts.normals, strict=True):
        assert tuple(np.round(np.concatenate(row), 6)) in known


def test_bridge_closes_a_hole_in_a_plate() -> None:
    core, offset, hole = (0.1, 0.1), 0.02, 0.05
    edge = sharp([(offset, 0.0), (offset, 0.01)])
    bore = sharp([(hole, 0.01), (hole, 0.0)])
    plate = merge(
        [
            lathe(edge, 32, core_m=core),
            lathe(bore, 32),
            bridge(hole, offset, 0.0, 32, core_m=core, up=False, tile_m=0.1),
            bridge(hole, offset, 0.01, 32, core_m=core, up=True, tile_m=0.1),
        ]
    )
    witness = _oracle(plate)
    assert witness.is_watertight
    square = outline_points(core, offset, 32)
    x, y = square.T
    area = 0.5 * float(x[:-1] @ y[1:] - x[1:] @ y[:-1])
    assert witness.volume == pytest.approx((area - np.pi * hole**2 * _ring_area(32)) * 0.01, rel=1e-5)
    with pytest.raises(ValueError, match="does not fit"):
        bridge(0.2, offset, 0.0, 32, core_m=core, up=True, tile_m=0.1)


def test_roundings_touch_their_lines() -> None:
    line = rounded([(0.0, 0.0), (1.0, 0.0), (1.0, 2.0), (0.0, 2.0)], [0.0, 0.3, 0.0, 0.0], 6)
    arc_part = line.points[(line.points[:, 0] > 0.69) & (line.points[:, 1] < 0.31)]
    np.testing.assert_allclose(np.hypot(arc_part[:, 0] - 0.7, arc_part[:, 1] - 0.3), 0.3, atol=1e-12)
    assert len(arc_part) == 7
    assert line.hard.tolist() == [True] + [False] * 7 + [True, True]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: rounded([(0, 0), (1, 0), (1, 0.5), (0, 0.5)], [0, 0.3, 0.3, 0]), "beside piece 1"),
        (lambda: rounded([(0, 0), (1, 0)], [0.1, 0]), "0 at both ends"),
        (lambda: lathe(sharp([(0.1, 0), (0.1, 1)]), 30), "multiple of 4"),
        (lambda: lathe(sharp([(-0.1, 0), (0.1, 1)]), 32), "may not pass the axis"),
        (lambda: lathe(sharp([(0.1, 0), (0.1, 0), (0.1, 1)]), 32), "same point twice"),
        (lambda: box((1, 1, 0.1), bevel_m=0.06), "cannot carry"),
        (lambda: box((1, 1, 0.0)), "positive sizes"),
        (lambda: torus(0.3, 0.3, 16), "torus needs"),
        (lambda: capsule(0.5, 0.8, 16), "capsule of radius"),
        (lambda: extrude(STAR[::-1], 1.0), "counter-clockwise"),
        (lambda: extrude(STAR, 0.0), "positive height"),
        (lambda: triangulate(np.array([[0, 0], [2, 2], [2, 0], [0.0, 3]])), "crosses itself"),
        (lambda: curve_frames(np.zeros((3, 3))), "no two in a row equal"),
        (lambda: curve_frames(np.array([[0, 0, 0], [1.0, 0, 0], [0, 0, 0]])), "straight back"),
        (lambda: transform(box((1, 1, 1)), np.diag([1.0, 1, 0, 1])), "flattens"),
        (lambda: volume_m3(plane(1.0, 1.0)), "closed mesh"),
        (lambda: icosphere(1.0, 7), "0 to 6"),
        (lambda: merge([]), "at least one"),
        (lambda: Profile(np.zeros((3, 3)), np.zeros(3, dtype=bool)), r"\(N, 2\)"),
    ],
)
def test_refusals_name_the_trouble(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong()


def test_maps_keep_volume_law_and_normals() -> None:
    mesh = moved(box((0.2, 0.3, 0.4), bevel_m=0.03), 0.5, -0.2, 0.1)
    rigid = translation(1.0, 2.0, 3.0) @ rotation_about((1.0, 2.0, -0.5), 1.1)
    turned = transform(mesh, rigid)
    assert volume_m3(turned) == pytest.approx(volume_m3(mesh), rel=1e-5)
    np.testing.assert_allclose(turned.normals, mesh.normals @ rigid[:3, :3].T, atol=1e-6)
    stretched = scaled(mesh, 2.0, 0.5, 3.0)
    assert volume_m3(stretched) == pytest.approx(3 * volume_m3(mesh), rel=1e-5)
    back = transform(transform(mesh, rigid), np.linalg.inv(rigid))
    np.testing.assert_allclose(back.positions, mesh.positions, atol=1e-6)
    four = quarter_turned(quarter_turned(mesh, 1, 3), 1, 1)
    assert four.key == mesh.key
    np.testing.assert_allclose(
        quarter_turned(mesh, 2, 1).positions,
        transform(mesh, rotation_about((0, 0, 1), np.pi / 2)).positions,
        atol=1e-7,
    )
    assert signed_volume_m3(flipped(mesh)) == pytest.approx(-signed_volume_m3(mesh))


def test_with_faces_drops_what_nothing_uses() -> None:
    mesh = box((1, 2, 3))
    keep = np.zeros(12, dtype=bool)
    keep[8:10] = True
    top = with_faces(mesh, keep)
    assert len(top.positions) == 4
    np.testing.assert_array_equal(top.positions[:, 2], 1.5)


@pytest.mark.parametrize("seed", range(6))
def test_triangulation_covers_any_simple_polygon(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(5, 60))
    angle = np.sort(rng.uniform(0, 2 * np.pi, count))
    polygon = rng.uniform(0.2, 1.0, count)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    if np.diff(angle, append=angle[0] + 2 * np.pi).max() > np.pi:
        polygon = np.concatenate([polygon, [[0.0, 0.0]]])
    faces = triangulate(polygon)
    assert len(faces) == len(polygon) - 2
    a, b, c = (polygon[faces[:, k]] for k in range(3))
    areas = 0.5 * ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])
    x, y = polygon.T
    assert (areas > 0).all()
    assert areas.sum() == pytest.approx(0.5 * float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def test_frames_do_not_twist() -> None:
    tangents, normals, binormals = curve_frames(_line(np.linspace(0, 6, 400)))
    frame = np.stack([tangents, normals, binormals], axis=1)
    np.testing.assert_allclose(frame @ frame.transpose(0, 2, 1), np.tile(np.eye(3), (400, 1, 1)), atol=1e-6)
    # Rotation minimising: the normal turns towards the tangent only, never about it.
    change = np.einsum("ij,ij->i", np.diff(normals, axis=0), binormals[:-1])
    assert np.abs(change).max() < 1e-4
    straight = tube(np.array([[0, 0, 0], [0, 0, 1.0], [0, 0, 3.0]]), np.full((3, 2), 0.2), 12)
    assert volume_m3(straight) == pytest.approx(3 * np.pi * 0.04 * _ring_area(12), rel=1e-5)
    ends = bezier(np.arange(12.0).reshape(4, 3), 9)
    np.testing.assert_allclose(ends[[0, -1]], np.arange(12.0).reshape(4, 3)[[0, -1]])


def test_corner_normals_split_at_creases_only() -> None:
    cube = box((1, 1, 1))
    flat = corner_normals(cube.positions, cube.faces, 30.0)
    np.testing.assert_allclose(flat, cube.normals[cube.faces], atol=1e-12)
    ball = icosphere(1.0, 3)
    round_normals = corner_normals(ball.positions, ball.faces)
    assert np.einsum("fcd,fcd->fc", round_normals, ball.normals[ball.faces]).min() > 0.999
    rebuilt = with_normals(cube.positions, cube.uv, cube.faces, 30.0)
    assert len(rebuilt.positions) == 24
    assert volume_m3(rebuilt) == pytest.approx(1.0)
    assert len(with_normals(ball.positions, np.zeros((len(ball.positions), 2)), ball.faces, 60.0).positions) == len(
        ball.positions
    )


def test_equal_arguments_give_equal_bytes() -> None:
    for build in SOLIDS.values():
        assert build()[0].key == build()[0].key


def test_smooth_profiles_have_vertical_poles() -> None:
    mesh = lathe(smooth(arc((0, 0), 1.0, -90, 90, 8)), 16)
    poles = np.abs(mesh.positions[:, 2]) == 1.0
    np.testing.assert_array_equal(np.abs(mesh.normals[poles]), np.tile([0, 0, 1.0], (int(poles.sum()), 1)))
