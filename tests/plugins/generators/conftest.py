"""Objects made by built-in generators, and what measures them from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import trimesh

from myriorama.plugins.api import Color, Generator, Mesh, ObjectModel
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.geometry.combine import merge
from myriorama.scenes.materials.finishes import srgb


def _defaults(generator: Generator) -> dict[str, Any]:
    return {p.name: srgb(p.default) if isinstance(p, Color) else p.default for p in generator.parameters}


def _made(name: str, **over: Any) -> ObjectModel:
    generator = builtin_registry().generator(name)
    unknown = set(over) - {p.name for p in generator.parameters}
    assert not unknown, unknown
    return generator.generate({**_defaults(generator), **over})


def _oracle(mesh: Mesh) -> trimesh.Trimesh:
    return trimesh.Trimesh(mesh.positions.astype(np.float64), mesh.faces, process=False)


def _whole(model: ObjectModel) -> Mesh:
    return merge([p.mesh for p in model.parts])


def _distance_to_surface(mesh: Mesh, point: tuple[float, float, float]) -> float:
    # In units of the object's size: trimesh drops triangles under an absolute size.
    scale = 1000.0 / float(np.ptp(mesh.bounds))
    triangles = mesh.positions.astype(np.float64)[mesh.faces] * scale
    target = np.tile(np.array(point) * scale, (len(triangles), 1))
    return float(np.linalg.norm(trimesh.triangles.closest_point(triangles, target) - target, axis=1).min() / scale)


@pytest.fixture(scope="session")
def defaults() -> Callable[[Generator], dict[str, Any]]:
    """A generator's default values, colours as linear numbers."""
    return _defaults


@pytest.fixture(scope="session")
def made() -> Callable[..., ObjectModel]:
    """Makes a generator's default object, with changes: ``made("mug", handle=False)``."""
    return _made


@pytest.fixture(scope="session")
def oracle() -> Callable[[Mesh], trimesh.Trimesh]:
    """The same mesh for trimesh, which knows nothing of ours."""
    return _oracle


@pytest.fixture(scope="session")
def whole() -> Callable[[ObjectModel], Mesh]:
    """All parts of an object as one mesh."""
    return _whole


@pytest.fixture(scope="session")
def distance_to_surface() -> Callable[[Mesh, tuple[float, float, float]], float]:
    """How far a point is from the nearest triangle."""
    return _distance_to_surface
