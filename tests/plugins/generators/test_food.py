"""Fruit and bread: masses from exact volumes, forms that can be measured, and colours where they belong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import trimesh
from scipy.spatial import ConvexHull

from myriorama.plugins.api import Mesh, ObjectModel
from myriorama.scenes.materials.finishes import srgb

Made = Callable[..., ObjectModel]
Oracle = Callable[[Mesh], trimesh.Trimesh]
FOOD = {"apple": ("flesh", 840.0), "banana": ("peel", 960.0), "bread_roll": ("crust", 270.0)}


def _body(model: ObjectModel) -> Mesh:
    return model.parts[0].mesh


def _pixels(model: ObjectModel) -> np.ndarray:
    texture = model.parts[0].material.base_color_texture
    assert texture is not None
    return texture.pixels.astype(np.float64)


def _keypoint(model: ObjectModel, name: str) -> np.ndarray:
    return np.array(next(k.position for k in model.keypoints if k.name == name))


@pytest.mark.parametrize("name", FOOD)
def test_mass_is_the_volume_that_trimesh_measures_times_the_density(name: str, made: Made, oracle: Oracle) -> None:
    part, density = FOOD[name]
    model = made(name)
    assert model.parts[0].name == part
    body = oracle(_body(model))
    body.merge_vertices(merge_tex=True, merge_norm=True, digits_vertex=9)
    assert body.is_watertight
    assert model.mass_kg == pytest.approx(body.volume * density, rel=1e-6)
    assert model.attributes["mass_g"] == pytest.approx(model.mass_kg * 1e3)
    assert model.attributes["volume_ml"] == pytest.approx(body.volume * 1e6, rel=1e-6)
    light = made(name, density_kg_m3=density / 2)
    assert light.mass_kg == pytest.approx(model.mass_kg / 2)
    # What a shop's scales show.
    assert {"apple": 120, "banana": 90, "bread_roll": 45}[name] < model.attributes["mass_g"] < 200


@pytest.mark.parametrize("name", FOOD)
def test_variants_are_individuals(name: str, made: Made) -> None:
    first, again, other = made(name, variant=3), made(name, variant=3), made(name, variant=4)
    assert _body(first).key == _body(again).key
    assert _body(first).key != _body(other).key
    assert not np.array_equal(_pixels(first), _pixels(other))
    assert np.abs(_pixels(first).mean(axis=(0, 1)) - _pixels(other).mean(axis=(0, 1))).max() < 25


@pytest.mark.parametrize("name", FOOD)
def test_the_physical_body_is_the_visible_one(name: str, made: Made, oracle: Oracle) -> None:
    model = made(name)
    body = oracle(_body(model))
    solid = sum(ConvexHull(p.points.astype(np.float64)).volume for p in model.collision)
    # Hulls cut dents off and fill them; a banana is cut into straight pieces.
    assert 0.85 < solid / body.volume < 1.15


def test_an_apple_has_hollows_a_stem_and_five_bumps(made: Made, oracle: Oracle) -> None:
    model = made("apple", ribs=1.0, stem_m=0.02, stem_tilt_deg=30.0)
    body = _body(model)
    low, high = body.bounds
    assert _keypoint(model, "stem_hollow")[2] < high[2] - 0.005
    assert low[2] + 0.003 < _keypoint(model, "calyx")[2] < low[2] + 0.02
    tip, foot = _keypoint(model, "stem_tip"), _keypoint(model, "stem_hollow")
    assert np.linalg.norm(tip - foot) == pytest.approx(0.02, rel=0.01)
    assert np.degrees(np.arccos((tip - foot)[2] / 0.02)) == pytest.approx(30, abs=0.5)
    stem = next(p.mesh for p in model.parts if p.name == "stem")
    assert oracle(body).contains(stem.positions[:1])[0]  # it grows out of the flesh
    assert _wave(oracle(body), 2, low[2] + 0.014, 5) > 5 * _wave(oracle(_body(made("apple", ribs=0.0))), 2, 0.014, 5)
    assert float(np.ptp(body.positions[:, 0])) == pytest.approx(0.075, rel=0.06)


def test_a_blush_covers_what_it_says_and_starts_on_the_sunny_side(made: Made) -> None:
    colors = {"ground_color": srgb("#a0c040"), "blush_color": srgb("#c02020"), "russet": 0.0}
    red = []
    for blush in (0.0, 0.5, 1.0):
        pixels = _pixels(made("apple", blush=blush, stripes=0.0, **colors))
        is_red = pixels[..., 0] > pixels[..., 1] + 30
        red.append(is_red[40:216].mean())
        if blush == 0.5:
            sunny, shady = is_red[40:216, :64].mean(), is_red[40:216, 96:160].mean()
            assert sunny > shady + 0.5
    assert red[0] < 0.05
    assert 0.25 < red[1] < 0.75
    assert red[2] > 0.95


def _cut(body: trimesh.Trimesh, axis: int, at: float) -> np.ndarray:
    """Return the segments of a cut at right angles to an axis, (N, 2, 2), about their middle."""
    normal, origin = np.eye(3)[axis], np.eye(3)[axis] * at
    segments = trimesh.intersections.mesh_plane(body, normal, origin)
    flat = np.delete(segments, axis, axis=2)
    return np.asarray(flat - flat.mean(axis=(0, 1)))


def _area(segments: np.ndarray) -> float:
    """Return the area that segments go round, seen whole from the middle."""
    a, b = segments[:, 0], segments[:, 1]
    return float(np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / 2)


def _wave(body: trimesh.Trimesh, axis: int, at: float, count: int) -> float:
    """Return how strongly the outermost line of a cut waves `count` times around, as a share of its radius."""
    points = _cut(body, axis, at).reshape(-1, 2)
    turn, radius = np.arctan2(points[:, 1], points[:, 0]), np.hypot(points[:, 0], points[:, 1])
    sector = ((turn + np.pi) / (2 * np.pi) * 40).astype(int) % 40
    outer = np.array([radius[sector == k].max() for k in range(40)])
    return float(abs((outer * np.exp(-2j * np.pi * count * np.arange(40) / 40)).mean()) / outer.mean())


def test_a_banana_bends_tapers_and_has_five_sides(made: Made, oracle: Oracle) -> None:
    model = made("banana", bend_deg=80.0, facets=1.0, length_m=0.2, thickness=0.18)
    assert model.attributes["length_m"] == pytest.approx(0.2, rel=0.005)
    stem, tip = _keypoint(model, "stem_end"), _keypoint(model, "blossom_end")
    # The chord of a bent line is shorter than it; of an even bend it would be 2 sin(40 deg) / (80 deg in radians).
    assert np.linalg.norm(stem - tip) / 0.2 == pytest.approx(2 * np.sin(np.radians(40)) / np.radians(80), abs=0.03)
    straight = made("banana", bend_deg=5.0)
    assert np.linalg.norm(_keypoint(straight, "stem_end") - _keypoint(straight, "blossom_end")) > 0.198
    body = oracle(_body(straight))
    areas = [_area(_cut(body, 0, x)) for x in (-0.085, -0.04, 0.01, 0.095)]
    assert areas[0] < 0.35 * areas[2]  # stem
    assert areas[3] < 0.35 * areas[2]  # blossom's end
    assert areas[1] > 0.4 * areas[2]
    faceted = oracle(_body(made("banana", bend_deg=5.0, facets=1.0)))
    strength = [_wave(faceted, 0, 0.0, k) for k in (3, 4, 5, 6, 7)]
    assert int(np.argmax(strength)) == 2


def test_a_banana_goes_from_green_over_yellow_to_brown(made: Made) -> None:
    words, colors = [], []
    for ripeness in (0.0, 0.25, 0.5, 0.7, 1.0):
        model = made("banana", ripeness=ripeness, bruises=0.0)
        words.append(model.attributes["ripeness_stage"])
        colors.append(_pixels(model)[80:176].mean(axis=(0, 1)))
    assert words == ["green", "turning", "yellow", "spotted", "brown"]
    green, _, yellow, spotted, brown = colors
    assert green[1] > green[0]
    assert yellow[0] > yellow[1] > 2 * yellow[2]
    assert yellow.sum() > spotted.sum() > brown.sum()


@pytest.mark.parametrize("scores", [0, 1, 3])
def test_a_roll_is_cut_as_often_as_it_says(scores: int, made: Made) -> None:
    model, plain = (made("bread_roll", scores=n, score_depth=1.0, lumps=0.0, detail=8) for n in (scores, 0))
    np.testing.assert_allclose(np.ptp(model.bounds, axis=0)[:2], (0.105, 0.082), rtol=0.01)
    # Along the middle line of the grid, across the cuts: one runs along X, several across it.
    other = 0 if scores == 1 else 1

    def line(of: ObjectModel) -> np.ndarray:
        half = _body(of).positions[: len(_body(of).positions) // 2].astype(np.float64)
        return half[np.abs(half[:, other]) < 1e-7, 2]

    deep = np.concatenate([[False], line(plain) - line(model) > 0.002])
    assert int((np.diff(deep.astype(int)) == 1).sum()) == scores
    assert model.attributes["scores"] == scores


def test_crumb_shows_in_the_score_and_flour_on_the_top_only(made: Made) -> None:
    dark = _pixels(made("bread_roll", scores=1, bake=0.8, flour=0.0, score_depth=0.8)).sum(axis=2)
    middle, beside = dark[125:131, 100:156].mean(), dark[85:100, 100:156].mean()
    assert middle > beside + 100
    bare, floured = (_pixels(made("bread_roll", scores=0, flour=f)) for f in (0.0, 0.8))
    changed = np.abs(floured - bare).sum(axis=2) > 40
    assert changed[:, :256].mean() > 0.05
    assert changed[:, 256:].mean() < 1e-3
