"""Laws that every built-in generator keeps over its whole limits, beyond those that every author's plugin keeps."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import trimesh
from scipy.spatial import ConvexHull

from myriorama.plugins.api import Bool, Choice, Color, Float, Int, Mesh, ObjectModel, Parameter
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.geometry.measure import is_closed

REGISTRY = builtin_registry()
NAMES = [n for n in REGISTRY.names("generator") if n != "mesh_file"]
DRAWS = 200
LARGE = {"soil_patch": (24, 130_000)}
"""A stage that is a landscape: how many draws are tried at most, and how many faces it may have; of others 7500."""
# Leaf sheets have no thickness: of these only the stem is closed.
OPEN = frozenset({"maize", "sugar_beet", "fat_hen", "creeping_thistle", "blackgrass", "scentless_mayweed", "chickweed"})
# Each new draw paints a print or a skin of its own, which takes tens of milliseconds.
DEAR = frozenset({"apple", "bag", "banana", "bread_roll", "can", "product_box", "shelf_unit"})

Made = Callable[..., ObjectModel]
Oracle = Callable[[Mesh], trimesh.Trimesh]
Whole = Callable[[ObjectModel], Mesh]
Distance = Callable[[Mesh, tuple[float, float, float]], float]


def _draw(parameter: Parameter, rng: np.random.Generator) -> Any:
    """Draw inside the limits; the limits themselves come up often."""
    if isinstance(parameter, Float | Int):
        share = float(np.clip(rng.uniform(-0.2, 1.2), 0, 1))
        value = parameter.minimum + share * (parameter.maximum - parameter.minimum)
        return int(value) if isinstance(parameter, Int) else float(np.clip(value, parameter.minimum, parameter.maximum))
    if isinstance(parameter, Bool):
        return bool(rng.random() < 0.5)
    if isinstance(parameter, Choice):
        return str(rng.choice(parameter.options))
    assert isinstance(parameter, Color)
    return tuple(float(c) for c in rng.random(3))


def test_all_are_here() -> None:
    assert set(NAMES) >= {
        "primitive", "mug", "bottle", "carton", "cone_marker", "die", "conveyor_belt", "table", "tray",
    }  # fmt: skip


def test_open_objects_say_so() -> None:
    for name in OPEN:
        assert not REGISTRY.generator(name).watertight, name


@pytest.mark.parametrize("name", NAMES)
def test_every_draw_inside_the_limits_is_a_sound_object(name: str, whole: Whole) -> None:
    share = 8 if name in DEAR else 4 if name in OPEN else 2
    _every_draw_is_sound(name, LARGE.get(name, (DRAWS, 0))[0] // share, whole)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_every_one_of_many_draws_is_a_sound_object(name: str, whole: Whole) -> None:
    _every_draw_is_sound(name, LARGE.get(name, (DRAWS, 0))[0], whole)


def _every_draw_is_sound(name: str, draws: int, whole: Whole) -> None:
    generator = REGISTRY.generator(name)
    rng = np.random.default_rng(11)
    for _ in range(draws):
        values = {p.name: _draw(p, rng) for p in generator.parameters}
        model = generator.generate(values)
        size = np.ptp(model.bounds, axis=0)
        told = f"{name} {values}"
        assert (size > 0).all(), told
        assert (size < 200).all(), told
        assert abs(model.bounds[0, 2]) <= 1e-6 * max(1.0, float(size.max())), told
        assert model.mass_kg is None or 0 < model.mass_kg < 1e11, told
        assert name in OPEN or is_closed(whole(model)), told
        for part in model.parts:
            mesh = part.mesh
            assert np.isfinite(mesh.uv).all(), told
            np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-4)
            corners = mesh.positions.astype(np.float64)[mesh.faces]
            face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
            area = np.linalg.norm(face, axis=1)
            large = area > 1e-7 * float(size.max()) ** 2
            mean = mesh.normals[mesh.faces].astype(np.float64).mean(axis=1)
            assert (np.einsum("ij,ij->i", face, mean)[large] > 0).all(), f"{part.name}: {told}"
        for piece in model.collision:
            assert np.isfinite(piece.points).all(), told
            assert (piece.points.min(axis=0) >= model.bounds[0] - 0.02 * size.max()).all(), told
            assert (piece.points.max(axis=0) <= model.bounds[1] + 0.02 * size.max()).all(), told
            assert float(piece.points[:, 2].min()) > -1e-6 * max(1.0, float(size.max())), told


@pytest.mark.parametrize("name", NAMES)
def test_the_default_object_is_modest_and_well_formed(
    name: str, made: Made, oracle: Oracle, whole: Whole, distance_to_surface: Distance
) -> None:
    model = made(name)
    assert sum(len(p.mesh.faces) for p in model.parts) <= LARGE.get(name, (0, 7500))[1]
    witness = oracle(whole(model))
    witness.merge_vertices(merge_tex=True, merge_norm=True, digits_vertex=9)
    assert witness.is_watertight or name in OPEN
    assert witness.is_winding_consistent or name in OPEN
    names = {k.name for k in model.keypoints}
    assert len(names) == len(model.keypoints)
    assert all(a in names and b in names for a, b in model.skeleton)
    for keypoint in model.keypoints:
        if keypoint.kind == "surface":
            assert distance_to_surface(whole(model), keypoint.position) < min(1e-5, keypoint.tolerance_m), keypoint
    for piece in model.collision:
        ConvexHull(piece.points.astype(np.float64))
    if model.mass_kg is not None and "mass_g" in model.attributes:
        assert model.attributes["mass_g"] == pytest.approx(model.mass_kg * 1e3)


def test_nothing_heavy_is_loaded_by_generators() -> None:
    code = (
        "import sys, importlib\n"
        f"for n in {NAMES!r}: importlib.import_module('myriorama.plugins.generators.' + n)\n"
        "print([m for m in ('scipy', 'trimesh', 'PIL', 'moderngl', 'mujoco') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
