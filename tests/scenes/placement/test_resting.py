"""How things can lie: known bodies have the rests that geometry gives them."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.scenes.assembly.model import ObjectModel, Part
from myriorama.scenes.geometry.combine import merge, moved
from myriorama.scenes.geometry.cylinder import cylinder
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.geometry.sweep import extrude
from myriorama.scenes.materials.model import Material
from myriorama.scenes.placement.resting import center_of_mass, resting_rotations


def model(*meshes: Mesh) -> ObjectModel:
    return ObjectModel(tuple(Part(f"part_{k}", m, Material()) for k, m in enumerate(meshes)))


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
