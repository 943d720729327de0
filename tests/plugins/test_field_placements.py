"""Crop rows and weeds by their laws: spacing, gaps, shares, distances, and every stem on the soil that is seen."""

from __future__ import annotations

import math

import numpy as np
import pytest
import trimesh

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.model import ObjectModel, Part
from myriorama.scenes.materials.model import Material
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.placement.poses import pose
from myriorama.scenes.registry import Item, PlaceContext

REGISTRY = builtin_registry()


@pytest.fixture(scope="module")
def plant(scene_kit):
    return ObjectModel((Part("stem", scene_kit.shapes.box(0.01, 0.01, 0.1), Material()),))


@pytest.fixture(scope="module")
def flat_soil(scene_kit):
    return scene_kit.instance("soil/0", scene_kit.shapes.plane(40.0), scene_kit.pose_at(), kind="stuff", class_id=9)


@pytest.fixture(scope="module")
def tilled(scene_kit):
    """Real soil, as an instance, and the same for trimesh."""
    generator = REGISTRY.generator("soil_patch")
    values = {p.name: p.default for p in generator.parameters} | {
        "color": (0.5, 0.4, 0.3),
        "detail": 2,
        "ridge_height_m": 0.15,
        "length_m": 2.0,
    }
    model = generator.generate(values)
    instance = scene_kit.instance(
        "soil/0", {p.name: p.mesh for p in model.parts}, pose((0.0, 0.0, -0.3), np.eye(3)), kind="stuff", class_id=9
    )
    meshes = [trimesh.Trimesh(p.mesh.positions, p.mesh.faces.astype(int), process=False) for p in model.parts]
    return instance, trimesh.util.concatenate(meshes).apply_translation((0, 0, -0.3))


def _run(name, model, count, values=None, per_object=None, standing=(), index=0):
    plugin = REGISTRY.placement(name)
    own = {p.name: p.default for p in plugin.per_object} | (per_object or {})
    group = {p.name: p.default for p in plugin.parameters} | (values or {})
    context = PlaceContext(tuple(standing), KeyedDraws(7, index, 0, "place"))
    return plugin.place(group, [Item(n, model, own) for n in range(count)], context)


def _positions(placed):
    return np.array([p[:3, 3] for p in placed.poses if p is not None]).reshape(-1, 3)


EXACT = {"emergence": 1.0, "along_spread_m": 0.0, "across_spread_m": 0.0}


def test_rows_have_the_spacing_and_heading_that_are_said(plant, flat_soil):
    values = EXACT | {"rows": 3, "per_row": 4, "row_spacing_m": 0.5, "plant_spacing_m": 0.2, "center_m": (1, 2, 9)}
    at = _positions(_run("field_rows", plant, 12, values, standing=[flat_soil]))
    np.testing.assert_allclose(at.mean(axis=0), [1, 2, 0], atol=1e-9)  # on the soil, whatever the centre's z
    np.testing.assert_allclose(np.diff(at[:4], axis=0), np.tile([0.2, 0, 0], (3, 1)), atol=1e-9)
    np.testing.assert_allclose(at[4] - at[0], [0, -0.5, 0], atol=1e-9)  # numbered from the left along the heading
    turned = _positions(_run("field_rows", plant, 12, values | {"heading_deg": 90.0}, standing=[flat_soil]))
    np.testing.assert_allclose(turned[1] - turned[0], [0, 0.2, 0], atol=1e-9)
    jitter = {"jitter_along_m": 0.03, "jitter_across_m": -0.01}
    moved = _positions(_run("field_rows", plant, 12, values, jitter, [flat_soil]))
    np.testing.assert_allclose(moved - at, np.tile([0.03, -0.01, 0], (12, 1)), atol=1e-9)


def test_each_row_has_a_heading_of_its_own_within_the_spread(plant, flat_soil):
    values = EXACT | {"rows": 8, "per_row": 5, "heading_spread_deg": 4.0}
    at = _positions(_run("field_rows", plant, 40, values, standing=[flat_soil])).reshape(8, 5, 3)
    ahead = at[:, -1] - at[:, 0]
    heading = np.degrees(np.arctan2(ahead[:, 1], ahead[:, 0]))
    assert np.abs(heading).max() <= 4.0
    assert np.ptp(heading) > 2.0
    middle = at[:, 2]
    np.testing.assert_allclose(np.diff(middle[:, 1]), -0.5, atol=1e-9)  # a row turns about its own middle


def test_what_does_not_emerge_is_a_gap_and_no_complaint(plant, flat_soil):
    values = EXACT | {"rows": 10, "per_row": 60, "plant_spacing_m": 0.2, "emergence": 0.7}
    placed = _run("field_rows", plant, 600, values, standing=[flat_soil])
    gaps = [p is None for p in placed.poses]
    assert placed.rejections == {"did not come up": sum(gaps)}
    assert placed.notes == ()
    # Binomial: mean 180, deviation 11.2.
    assert abs(sum(gaps) - 180) < 4 * math.sqrt(600 * 0.3 * 0.7)
    full = _run("field_rows", plant, 600, values | {"emergence": 1.0}, standing=[flat_soil])
    for there, pose_full in zip(placed.poses, full.poses, strict=True):
        assert there is None or np.array_equal(there, pose_full)  # its neighbours stay where they were
    fewer = _run("field_rows", plant, 600, values | {"emergence": 0.4}, standing=[flat_soil])
    assert all(b is None for a, b in zip(placed.poses, fewer.poses, strict=True) if a is None)
    assert sum(p is None for p in _run("field_rows", plant, 600, values | {"emergence": 0.0}).poses) == 600


def test_spread_stays_inside_its_bounds(plant, flat_soil):
    values = {"emergence": 1.0, "along_spread_m": 0.03, "across_spread_m": 0.01, "rows": 4, "per_row": 50}
    at = _positions(_run("field_rows", plant, 200, values, standing=[flat_soil]))
    exact = _positions(_run("field_rows", plant, 200, EXACT | {"rows": 4, "per_row": 50}, standing=[flat_soil]))
    off = np.abs(at - exact)
    assert off[:, 0].max() <= 0.03
    assert off[:, 1].max() <= 0.01
    assert off[:, 0].mean() == pytest.approx(0.015, rel=0.2)


def test_too_many_seeds_and_no_soil_are_told(plant, flat_soil):
    placed = _run("field_rows", plant, 7, EXACT | {"rows": 2, "per_row": 3}, standing=[flat_soil])
    assert placed.rejections == {"no place left in the rows": 1}
    assert "placed 6 of 7" in placed.notes[0]
    nowhere = _run("field_rows", plant, 3, EXACT)
    assert nowhere.poses == (None, None, None)
    assert nowhere.rejections == {"nothing to stand on": 3}


def test_every_stem_leaves_the_soil_where_the_soil_is(plant, tilled):
    soil, witness = tilled
    crops = _run("field_rows", plant, 24, {"rows": 3, "per_row": 8}, standing=[soil])
    leaning = {"tilt_deg": 20.0, "tilt_azimuth_deg": 50.0}
    weeds = _run("weeds_between", plant, 40, {"length_m": 1.6, "width_m": 1.6}, leaning, [soil])
    at = np.concatenate([_positions(crops), _positions(weeds)])
    assert len(at) > 50
    above = at + [0, 0, 5]
    hits, rays, _ = witness.ray.intersects_location(above, np.tile([0, 0, -1.0], (len(at), 1)))
    top = np.full(len(at), -np.inf)
    np.maximum.at(top, rays, hits[:, 2])
    np.testing.assert_allclose(at[:, 2], top, atol=1e-5)
    assert np.ptp(at[:, 2]) > 0.05  # a flat collision block would have given one height


def test_a_leaning_plant_is_square_to_its_slope(plant, scene_kit):
    tilt = trimesh.transformations.rotation_matrix(np.radians(25), (1, 2, 0))
    hill = scene_kit.instance("hill/0", scene_kit.shapes.plane(9.0), tilt, kind="stuff", class_id=9)
    for share in (0.0, 0.5, 1.0):
        placed = _run("field_rows", plant, 5, EXACT | {"lean_with_slope": share}, {"yaw_deg": 70.0}, [hill])
        for p in placed.poses:
            up = p[:3, 2]
            assert np.degrees(np.arccos(np.clip(up[2], -1, 1))) == pytest.approx(25 * share, abs=1e-4)
            assert np.linalg.det(np.stack([tilt[:3, 2], up, [0, 0, 1]])) == pytest.approx(0, abs=1e-9)  # downhill
            if share == 1.0:
                np.testing.assert_allclose(up, tilt[:3, 2], atol=1e-6)


def _off_row(at, spacing):
    return np.abs(np.mod(at[:, 1] + spacing / 2, spacing) - spacing / 2)


@pytest.mark.parametrize("share", [0.0, 0.6, 1.0])
def test_the_share_between_the_rows_is_kept(share, plant, flat_soil):
    values = {"between_share": share, "length_m": 8.0, "width_m": 5.9, "apart_m": 0.0, "patches": 4}
    at = np.concatenate(
        [_positions(_run("weeds_between", plant, 150, values, standing=[flat_soil], index=i)) for i in range(3)]
    )
    between = _off_row(at, 0.5) > 0.06
    assert between.mean() == pytest.approx(share, abs=4 * math.sqrt(0.25 / len(at)) if 0 < share < 1 else 0.0)
    assert (np.abs(at[:, :2]) <= [4.0, 2.95]).all()


def test_weeds_spread_evenly_over_the_free_strips(plant, flat_soil):
    values = {"between_share": 1.0, "patches": 0, "length_m": 8.0, "width_m": 4.0, "apart_m": 0.0, "band_m": 0.2}
    at = np.concatenate(
        [_positions(_run("weeds_between", plant, 200, values, standing=[flat_soil], index=i)) for i in range(3)]
    )
    counts, _ = np.histogram(_off_row(at, 0.5), bins=3, range=(0.1, 0.25))
    assert counts.sum() == len(at)
    expected = len(at) / 3
    assert ((counts - expected) ** 2 / expected).sum() < 13.8  # chi-square, 2 degrees of freedom, 0.1 %


def test_patches_draw_weeds_together(plant, flat_soil):
    area = {"length_m": 12.0, "width_m": 12.0, "between_share": 1.0, "band_m": 0.02, "apart_m": 0.0}

    def mean_nearest(**more):
        at = _positions(_run("weeds_between", plant, 120, area | more, standing=[flat_soil]))[:, :2]
        away = np.hypot(*(at[:, None] - at).transpose(2, 0, 1)) + np.eye(len(at)) * 99
        return away.min(axis=1).mean()

    even = mean_nearest(patches=0)
    # n points at random in an area A: the nearest is 0.5 / sqrt(n / A) away on average (P. J. Clark, F. C. Evans 1954).
    assert even == pytest.approx(0.5 / math.sqrt(120 / 144), rel=0.15)
    assert mean_nearest(patches=3, in_patches=1.0, patch_radius_m=0.3) < 0.2 * even


def test_weeds_keep_off_stems_and_off_each_other(plant, flat_soil, scene_kit):
    stems = [
        scene_kit.instance(f"beet/{n}", scene_kit.shapes.plane(0.3), scene_kit.pose_at(0.2 * n - 1, 0, 0.1))
        for n in range(11)
    ]
    values = {
        "between_share": 0.0, "keep_off_m": 0.05, "apart_m": 0.04, "length_m": 2.0, "width_m": 0.2, "patches": 0,
    }  # fmt: skip
    placed = _run("weeds_between", plant, 60, values, standing=[flat_soil, *stems])
    at = _positions(placed)
    assert len(at) > 8
    assert np.abs(at[:, 2]).max() < 1e-9  # under the leaves, on the soil
    to_stems = np.hypot(*(at[:, None, :2] - [s.world_from_object[:2, 3] for s in stems]).transpose(2, 0, 1))
    assert to_stems.min() >= 0.05
    away = np.hypot(*(at[:, None, :2] - at[:, :2]).transpose(2, 0, 1)) + np.eye(len(at)) * 99
    assert away.min() >= 0.04
    assert placed.rejections["too near a plant"] > 0
    assert placed.rejections["too near a member"] > 0
    assert "weeds_between placed" in placed.notes[0]


def test_a_strip_as_wide_as_the_spacing_leaves_no_room_between(plant, flat_soil):
    placed = _run("weeds_between", plant, 5, {"band_m": 0.5, "between_share": 1.0}, standing=[flat_soil])
    assert placed.poses == (None,) * 5
    assert "band_m" in placed.notes[0]


@pytest.mark.parametrize("name", ["field_rows", "weeds_between"])
def test_the_same_draws_give_the_same_places(name, plant, flat_soil):
    first, again, other = (_run(name, plant, 20, standing=[flat_soil], index=i) for i in (0, 0, 1))
    assert np.array_equal(_positions(first), _positions(again))
    assert not np.array_equal(_positions(first)[:5], _positions(other)[:5])
