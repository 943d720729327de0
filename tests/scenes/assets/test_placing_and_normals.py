"""Models in the object frame: axes, sizes, origin, hulls; and normals that bring the right creases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from myriorama.scenes.assembly.model import Part
from myriorama.scenes.assets.normals import with_smooth_normals
from myriorama.scenes.assets.placing import collision_piece, joined_by_slot, placed
from myriorama.scenes.assets.store import ImportedModel
from myriorama.scenes.geometry.lathe import sphere
from myriorama.scenes.geometry.measure import signed_volume_m3
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.materials.model import Material


def wedge() -> Mesh:
    """A tetrahedron whose vertices tell the axes apart: origin, x = 1, y = 2, z = 3."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]], dtype=np.float32)
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], dtype=np.uint32)
    return with_smooth_normals(corners, np.zeros((4, 2), dtype=np.float32), faces)


def model(*meshes: Mesh) -> ImportedModel:
    return ImportedModel(tuple(Part(f"p{k}", m, Material(), f"s{k % 2}") for k, m in enumerate(meshes)), "y", "glb")


def place(found: ImportedModel, **changes: Any) -> tuple[Part, ...]:
    given: dict[str, Any] = {"up_axis": "z", "scale": 1.0, "size_m": 0.0, "yaw_deg": 0.0, "centre": False}
    return placed(found, **(given | changes))


@pytest.mark.parametrize(("up_axis", "extent"), [("z", (1, 2, 3)), ("y", (1, 3, 2)), ("x", (3, 2, 1))])
def test_up_is_up_and_nothing_is_mirrored(up_axis: str, extent: tuple[float, ...]) -> None:
    (part,) = place(model(wedge()), up_axis=up_axis)
    np.testing.assert_allclose(np.ptp(part.mesh.bounds, axis=0), extent)
    assert signed_volume_m3(part.mesh) == pytest.approx(1.0)
    tip = {"x": [0], "y": [1], "z": [2]}[up_axis][0]
    highest = part.mesh.positions[part.mesh.positions[:, 2].argmax()]
    assert highest[2] == pytest.approx([1, 2, 3][tip])


def test_size_scale_and_origin() -> None:
    (part,) = place(model(wedge()), scale=0.01, centre=True)
    np.testing.assert_allclose(part.mesh.bounds, [[-0.005, -0.01, 0], [0.005, 0.01, 0.03]], atol=1e-9)
    (part,) = place(model(wedge()), scale=123.0, size_m=0.6)
    np.testing.assert_allclose(part.mesh.bounds, [[0, 0, 0], [0.2, 0.4, 0.6]], atol=1e-7)


def test_yaw_turns_about_the_vertical_before_the_origin_is_set() -> None:
    (part,) = place(model(wedge()), yaw_deg=90.0, centre=True)
    np.testing.assert_allclose(part.mesh.bounds, [[-1, -0.5, 0], [1, 0.5, 3]], atol=1e-6)
    corner = part.mesh.positions[np.abs(part.mesh.positions[:, 1] - 0.5).argmin()]  # was x = 1
    np.testing.assert_allclose(corner, [1, 0.5, 0], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(part.mesh.normals, axis=1), 1.0, atol=1e-6)


def test_parts_of_one_slot_become_one() -> None:
    joined = joined_by_slot(model(wedge(), sphere(1.0, 8), wedge()).parts)
    assert [p.name for p in joined] == ["s0", "s1"]
    assert len(joined[0].mesh.faces) == 8
    assert signed_volume_m3(joined[0].mesh) == pytest.approx(2.0)


def test_the_collision_piece_has_the_models_extents_and_nearly_its_hull() -> None:
    ball = Part("ball", sphere(0.5, 48), Material())
    piece = collision_piece((ball,))
    assert len(piece.points) <= 64
    np.testing.assert_allclose(piece.points.min(axis=0), ball.mesh.bounds[0], atol=1e-6)
    np.testing.assert_allclose(piece.points.max(axis=0), ball.mesh.bounds[1], atol=1e-6)
    mine, whole = ConvexHull(piece.points).volume, ConvexHull(ball.mesh.positions).volume
    assert 0.85 * whole < mine <= whole * 1.0001
    cube = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float32)
    box = Part(
        "box",
        Mesh(cube, np.tile(np.float32([0, 0, 1]), (8, 1)), np.zeros((8, 2)), np.arange(9).reshape(3, 3) % 8),
        Material(),
    )
    assert ConvexHull(collision_piece((box,)).points).volume == pytest.approx(1.0)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_flat_model_gets_a_slab(axis: int) -> None:
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=np.float32)
    square = np.roll(square, axis, axis=1)
    faces = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.uint32)
    part = Part("sheet", with_smooth_normals(square, np.zeros((4, 2), dtype=np.float32), faces), Material())
    assert ConvexHull(collision_piece((part,)).points).volume == pytest.approx(1e-3, rel=1e-3)
    needle = np.array([[0, 0, 0], [0, 0, 1], [0, 0, 2]], dtype=np.float32)
    part = Part("line", with_smooth_normals(needle, np.zeros((3, 2), dtype=np.float32), faces[:1]), Material())
    assert ConvexHull(collision_piece((part,)).points).volume > 0


def unwelded(mesh: Mesh) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Triangle soup, as STL has it."""
    corners = mesh.faces.reshape(-1)
    return mesh.positions[corners], mesh.uv[corners], np.arange(len(corners), dtype=np.uint32).reshape(-1, 3)


def test_a_sphere_without_normals_becomes_smooth_again() -> None:
    ball = sphere(2.0, 48)
    positions, uv, faces = unwelded(ball)
    found = with_smooth_normals(positions, uv, faces)
    radial = found.positions / np.linalg.norm(found.positions, axis=1, keepdims=True)
    assert (found.normals * radial).sum(axis=1).min() > np.cos(np.radians(3.0))


def test_creases_split_and_soft_edges_do_not() -> None:
    """Prisms of 8 and 12 sides: 45 and 30 degrees an edge, the crease being 40."""
    for sides, smooth in ((8, False), (12, True)):
        angle = np.arange(sides) * 2 * np.pi / sides
        ring = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
        positions = np.concatenate([ring, ring + [0, 0, 1]]).astype(np.float32)
        k = np.arange(sides)
        following = (k + 1) % sides
        faces = np.concatenate(
            [np.stack([k, following, following + sides], 1), np.stack([k, following + sides, k + sides], 1)]
        ).astype(np.uint32)
        found = with_smooth_normals(positions, np.zeros((2 * sides, 2), dtype=np.float32), faces)
        radial = found.positions * [1, 1, 0]
        agrees = (found.normals * radial).sum(axis=1)
        assert len(found.positions) == (2 if smooth else 4) * sides
        expected = 1.0 if smooth else np.cos(np.pi / sides)
        np.testing.assert_allclose(agrees, expected, atol=1e-3)


def test_how_a_flat_side_is_cut_does_not_tilt_its_normals() -> None:
    """A cube corner where one side is cut into many slivers: by angle, three sides count the same."""
    fan = [[1, 0, 0]] + [[np.cos(t), np.sin(t), 0] for t in np.linspace(0.1, np.pi / 2, 12)]
    positions = np.array([[0, 0, 0], *fan, [0, 0, 1]], dtype=np.float32)
    last = len(positions) - 1
    faces = [[0, k, k + 1] for k in range(1, last - 1)] + [[0, last - 1, last], [0, last, 1]]
    found = with_smooth_normals(
        positions, np.zeros((len(positions), 2), dtype=np.float32), np.array(faces, dtype=np.uint32), 179.0
    )
    at_corner = found.normals[(found.positions == 0).all(axis=1)]
    np.testing.assert_allclose(at_corner, np.full((1, 3), 1 / np.sqrt(3)), atol=1e-5)


def test_ten_thousand_faces_around_one_vertex_take_no_quadratic_memory() -> None:
    count = 10_000
    angle = np.arange(count) * 2 * np.pi / count
    positions = np.concatenate([[[0, 0, 1.0]], np.stack([np.cos(angle), np.sin(angle), 0 * angle], 1)])
    k = np.arange(count)
    faces = np.stack([0 * k, 1 + k, 1 + (k + 1) % count], axis=1).astype(np.uint32)
    found = with_smooth_normals(positions.astype(np.float32), np.zeros((count + 1, 2), dtype=np.float32), faces)
    assert len(found.positions) == count + 1
    np.testing.assert_allclose(found.normals[(found.positions[:, 2] == 1)], [[0, 0, 1]], atol=1e-4)
