"""Soil: the ridges, clods, tracks and colours are those that its numbers say, and physics meets its real surface."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import trimesh
from scipy.spatial import Delaunay

from myriorama.plugins.api import Mesh, ObjectModel
from myriorama.scenes.geometry.measure import is_closed
from myriorama.scenes.materials.finishes import srgb

Made = Callable[..., ObjectModel]
Oracle = Callable[[Mesh], trimesh.Trimesh]
LEVEL_M = 0.3
BARE = {"clods": 0.0, "stones": 0.0, "residue": 0.0, "roughness": 0.0}


def _grid(model: ObjectModel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x, y and the heights of the surface over the mean level, from the vertices that look up."""
    mesh = model.parts[0].mesh
    top = mesh.positions[(mesh.positions[:, 2] > 0) & (mesh.normals[:, 2] > 0.1)].astype(np.float64)
    x, y = np.unique(top[:, 0]), np.unique(top[:, 1])
    return x, y, top[:, 2].reshape(len(y), len(x)) - LEVEL_M


def _part(model: ObjectModel, name: str) -> Mesh:
    return next(p.mesh for p in model.parts if p.name == name)


def test_ridges_run_along_x_at_their_spacing_and_height(made: Made) -> None:
    model = made("soil_patch", **BARE, ridge_spacing_m=0.4, ridge_height_m=0.1, width_m=2.0, detail=4)
    x, y, height = _grid(model)
    assert [p.name for p in model.parts] == ["soil"]
    assert np.ptp(height) == pytest.approx(0.1, abs=0.003)
    assert height.mean() == pytest.approx(0.0, abs=1e-6)
    middle = height[:, len(x) // 2]
    crests = y[1:-1][(middle[1:-1] > middle[:-2]) & (middle[1:-1] >= middle[2:])]
    np.testing.assert_allclose(np.diff(crests), 0.4, atol=0.03)
    assert np.abs(crests).min() < 0.05  # a crest on the middle line, where a crop row stands
    assert height.std(axis=0).mean() > 3 * height.std(axis=1).mean()


def test_a_level_seedbed_is_level_and_roughness_is_what_makes_it_rough(made: Made) -> None:
    flat = _grid(made("soil_patch", **BARE, ridge_height_m=0.0, detail=3))[2]
    assert np.abs(flat).max() < 1e-6
    spread = [
        _grid(made("soil_patch", **{**BARE, "roughness": share}, ridge_height_m=0.0, detail=3))[2].std()
        for share in (0.2, 0.5, 1.0)
    ]
    # Random roughness of a seedbed: 5 to 15 mm.
    assert 0.001 < spread[0] < spread[1] < spread[2] < 0.02


@pytest.mark.parametrize("size", [0.012, 0.04])
def test_clods_are_as_many_and_as_large_as_said(size: float, made: Made, oracle: Oracle) -> None:
    model = made("soil_patch", clods=0.5, clod_size_m=size, length_m=1.5, width_m=1.0, detail=2)
    bodies = oracle(_part(model, "clods"))
    bodies.merge_vertices(merge_tex=True, merge_norm=True, digits_vertex=9)
    found = bodies.split(only_watertight=True, repair=False)
    assert len(found) == model.attributes["clod_count"] == round(0.5 * 360 * 1.5)
    wide = np.array([np.sqrt(np.prod(np.ptp(b.bounds, axis=0)[:2])) for b in found])
    # What the planes cut off a ball makes it somewhat smaller than its nominal size.
    assert 0.7 * size < np.median(wide) < 1.05 * size
    assert np.quantile(wide, 0.9) / np.median(wide) == pytest.approx(np.exp(0.5 * 1.28), rel=0.15)
    assert all(b.volume > 0 for b in found)


def test_what_lies_on_the_soil_touches_it(made: Made, oracle: Oracle) -> None:
    model = made("soil_patch", clods=0.3, stones=0.5, residue=0.6, length_m=1.5, width_m=1.0, roughness=0.8, detail=3)
    soil = oracle(_part(model, "soil"))
    for name in ("clods", "stones", "residue"):
        mesh = _part(model, name)
        assert is_closed(mesh)
        bodies = oracle(mesh)
        bodies.merge_vertices(merge_tex=True, merge_norm=True, digits_vertex=9)
        lowest = np.array(
            [b.vertices[np.argmin(b.vertices[:, 2])] for b in bodies.split(only_watertight=True, repair=False)]
        )
        hits, rays, _ = soil.ray.intersects_location(
            lowest * [1, 1, 0] + [0, 0, 9], np.tile([0, 0, -1.0], (len(lowest), 1))
        )
        top = np.full(len(lowest), -np.inf)
        np.maximum.at(top, rays, hits[:, 2])
        over = lowest[:, 2] - top
        assert np.median(over) < 0.003, name
        assert over.max() < 0.02, name


def test_wheels_press_the_soil_down_and_no_clod_lies_in_their_tracks(made: Made) -> None:
    over = {**BARE, "clods": 1.0, "ridge_height_m": 0.0, "track_gauge_m": 1.0, "track_width_m": 0.3, "detail": 4}
    model = made("soil_patch", track_depth_m=0.05, width_m=2.0, length_m=1.5, **over)
    _, y, height = _grid(model)
    profile = height.mean(axis=1)
    under = np.abs(np.abs(y) - 0.5) < 0.1
    beside = np.abs(np.abs(y) - 0.5) > 0.25
    assert 0.03 < profile[beside].mean() - profile[under].mean() < 0.05  # lugs stand a little higher
    clods = _part(model, "clods").positions
    assert not (np.abs(np.abs(clods[:, 1]) - 0.5) < 0.1).any()
    assert (np.abs(clods[:, 1]) < 0.3).any()
    moved = _grid(made("soil_patch", track_depth_m=0.05, track_offset_m=0.5, width_m=2.0, length_m=1.5, **over))
    assert abs(moved[1][np.argmin(moved[2].mean(axis=1))]) == pytest.approx(0.0, abs=0.2)


def test_wet_soil_is_darker_and_smoother_and_takes_its_colour(made: Made) -> None:
    pictures = []
    for moisture in (0.0, 0.5, 1.0):
        model = made("soil_patch", **BARE, moisture=moisture, detail=2, color=srgb("#a08060"))
        material = model.parts[0].material
        assert material.base_color_texture is not None
        pictures.append((material.base_color_texture.pixels.mean(axis=(0, 1)), material.roughness))
        assert model.attributes["moisture"] == pytest.approx(moisture, abs=0.08)
    (dry, rough), (_, _), (wet, smooth) = pictures
    np.testing.assert_allclose(dry, [160, 128, 96], rtol=0.05)
    assert 0.4 < (wet / dry).mean() < 0.6
    assert rough > smooth + 0.2
    assert pictures[0][0][0] > pictures[1][0][0] > pictures[2][0][0]


def test_variants_are_other_patches_of_the_same_kind(made: Made) -> None:
    first, other = (_grid(made("soil_patch", variant=v, detail=2)) for v in (1, 2))
    assert abs(np.corrcoef(first[2].ravel(), other[2].ravel())[0, 1]) < 0.8  # ridges agree, crumbs do not
    residual = [h - h.mean(axis=1, keepdims=True) for h in (first[2], other[2])]
    assert abs(np.corrcoef(residual[0].ravel(), residual[1].ravel())[0, 1]) < 0.2
    assert residual[0].std() == pytest.approx(residual[1].std(), rel=0.3)


def test_physics_meets_the_level_or_the_relief(made: Made) -> None:
    shape = {"ridge_height_m": 0.2, "ridge_spacing_m": 0.5, "width_m": 1.5, "length_m": 1.5, "detail": 3, **BARE}
    level = made("soil_patch", **shape)
    (block,) = level.collision
    assert block.points[:, 2].max() == pytest.approx(LEVEL_M)
    relief = made("soil_patch", support="relief", **shape)
    x, y, height = _grid(relief)
    hulls = [Delaunay(p.points.astype(np.float64)) for p in relief.collision]
    places = np.random.default_rng(0).uniform(-0.7, 0.7, (60, 2))
    away = []
    for px, py in places:
        z = height[np.argmin(np.abs(y - py)), np.argmin(np.abs(x - px))] + LEVEL_M
        line = np.column_stack([np.full(200, px), np.full(200, py), np.linspace(0.05, 0.55, 200)])
        solid = np.max([h.find_simplex(line) >= 0 for h in hulls], axis=0)
        away.append(line[solid, 2].max() - z)
    assert np.abs(away).max() < 0.035
    assert np.abs(np.mean(away)) < 0.01
