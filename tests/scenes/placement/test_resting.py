"""How things can lie: known bodies have the rests that geometry gives them."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from scipy.spatial import ConvexHull

from myriorama.plugins.api import Color
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.model import ObjectModel, Part
from myriorama.scenes.geometry.combine import merge, moved
from myriorama.scenes.geometry.cylinder import cylinder
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.geometry.sweep import extrude
from myriorama.scenes.materials.finishes import srgb
from myriorama.scenes.materials.model import Material
from myriorama.scenes.placement.resting import center_of_mass, resting_rotations


def model(*meshes: Mesh) -> ObjectModel:
    return ObjectModel(tuple(Part(f"part_{k}", m, Material()) for k, m in enumerate(meshes)))


@pytest.fixture(scope="module")
def goods() -> dict[str, ObjectModel]:
    """Shop goods: a box, round ones, and one of many faces that no formula gives the rests of."""

    def ware(name: str, **values: float | str) -> ObjectModel:
        made = builtin_registry().generator(name)
        own = {p.name: srgb(p.default) if isinstance(p, Color) else p.default for p in made.parameters}
        return made.generate({**own, **values})

    return {
        "box": ware("product_box", size_x_m=0.12, size_y_m=0.05, size_z_m=0.18),
        "can": ware("can", detail=2),
        "bag": ware("bag", style="pouch", width_m=0.11, height_m=0.2, detail=1),
        "bottle": ware("bottle", detail=1),
    }


def downs(body: ObjectModel) -> np.ndarray:
    """Return the body's own directions that point down in each rest, (K, 3)."""
    return -resting_rotations(body)[:, 2]


def test_a_drum_rests_on_its_ends_and_along_its_side() -> None:
    body = model(cylinder(0.03, 0.1, 24))
    down = downs(body)
    assert len(down) == 2 + 24
    upright = np.abs(down[:, 2]) > 0.99
    assert upright.sum() == 2
    np.testing.assert_allclose(down[~upright, 2], 0, atol=1e-6)
    angles = np.sort(np.degrees(np.arctan2(down[~upright, 1], down[~upright, 0])) % 360)
    np.testing.assert_allclose(np.diff(angles), 15, atol=1e-3)
    # Lying is lower than standing.
    assert not upright[:24].any()


def test_a_leaning_prism_does_not_rest_on_what_it_falls_from() -> None:
    """A parallelogram whose centre of mass is past its short base tips over."""
    leaning = np.array([(0.0, 0.0), (0.02, 0.0), (0.12, 0.1), (0.1, 0.1)])
    down = downs(model(extrude(leaning, 0.05)))
    on_base = down @ [0.0, -1.0, 0.0] > 0.99
    assert not on_base.any()
    on_side = down @ np.array([1.0, -1.0, 0.0]) / np.sqrt(2) > 0.99
    assert on_side.sum() == 1
    steep = np.array([(0.0, 0.0), (0.12, 0.0), (0.14, 0.1), (0.02, 0.1)])
    assert (downs(model(extrude(steep, 0.05))) @ [0.0, -1.0, 0.0] > 0.99).sum() == 1


def test_all_parts_weigh_and_touch() -> None:
    """Two drums side by side: together they lie on the line between them, not on either."""
    drum = cylinder(0.03, 0.1, 24)
    pair = model(drum, moved(drum, 0.08, 0.0, 0.0))
    np.testing.assert_allclose(center_of_mass(pair), [0.04, 0.0, 0.05], atol=1e-7)
    joined = model(merge([drum, moved(drum, 0.08, 0.0, 0.0)]))
    np.testing.assert_allclose(center_of_mass(joined), center_of_mass(pair), atol=1e-12)
    down = downs(pair)
    flat = np.abs(down[:, 1]) > 0.99
    assert flat.sum() == 2
    assert not (np.abs(down[:, 0]) > 0.1)[np.abs(down[:, 1]) > 0.1].any()


def test_rests_are_rotations_that_put_the_footing_lowest() -> None:
    body = model(extrude(np.array([(0.0, 0.0), (0.09, 0.0), (0.02, 0.07)]), 0.03))
    points = body.parts[0].mesh.positions.astype(np.float64)
    for rotation in resting_rotations(body):
        assert np.linalg.det(rotation) == pytest.approx(1.0)
        z = points @ rotation[2]
        assert (z < z.min() + 1e-6).sum() >= 3


def test_a_rest_is_where_gravity_leaves_it(goods: dict[str, ObjectModel]) -> None:
    """Tipping a resting body a little raises its centre of mass, whichever way."""
    for name, ware in goods.items():
        solid = merge([p.mesh for p in ware.parts])
        body = trimesh.Trimesh(solid.positions.astype(np.float64), solid.faces)
        points = body.vertices[ConvexHull(body.vertices).vertices] - body.center_mass
        rests = resting_rotations(ware)
        assert len({tuple(np.round(r, 6).ravel()) for r in rests}) == len(rests)
        np.testing.assert_allclose(rests @ rests.transpose(0, 2, 1), np.tile(np.eye(3), (len(rests), 1, 1)), atol=1e-9)
        for rest in rests[:: max(1, len(rests) // 6)]:
            height = -(points @ rest[2]).min()
            for azimuth in np.linspace(0, 2 * np.pi, 12, endpoint=False):
                axis = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
                tip = trimesh.transformations.rotation_matrix(2e-4, axis)[:3, :3] @ rest
                assert -(points @ tip[2]).min() >= height - 1e-9, (name, azimuth)


def test_a_box_has_six_rests_and_they_are_its_faces(goods: dict[str, ObjectModel]) -> None:
    rests = resting_rotations(goods["box"])
    assert len(rests) == 6
    down = {tuple(np.round(-r[2]).astype(int)) for r in rests}
    assert down == {(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)}
    # Lowest first: on front or back.
    assert abs(rests[0][2, 1]) == pytest.approx(1.0)
