"""Plugins, assets and a project that exist only in tests: the domain is tested without any real plugin."""

from __future__ import annotations

import copy
import difflib
import fnmatch
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from myriorama.scenes.assets.store import Asset
from myriorama.scenes.drawing.owners import Shipped
from myriorama.scenes.errors import AssetError, PluginError, Problem
from myriorama.scenes.parameters.schema import (
    Bool,
    Choice,
    Color,
    Direction,
    File,
    Float,
    Int,
    Parameter,
    Rotation,
    Text,
    Vector,
)

LENGTH = Float("height_m", 0.1, help="Height.", unit="m", minimum=0.01, maximum=1.0)
TABLES: dict[tuple[str, str], tuple[Parameter, ...]] = {
    ("generator", "mug"): (
        LENGTH,
        Float("width_m", 0.08, help="Width.", unit="m", minimum=0.01, maximum=1.0),
        Float("free", 0.0, help="Any number."),
        Int("sides", 8, help="Sides.", minimum=3, maximum=64),
        Bool("handle", True, help="Has a handle."),
        Choice("shape", "round", help="Shape.", options=("round", "square", "oval")),
        Text("label", "", help="Printed words.", max_length=10),
        Color("tint", "#ff0000", help="Colour."),
        Vector("offset_m", [0, 0, 0], help="Shift.", unit="m", minimum=-1.0, maximum=1.0),
        Direction("axis", [0, 0, 1], help="Axis."),
        Rotation("turn", [1, 0, 0, 0], help="Turn."),
        File("print", "", help="A picture."),
    ),
    ("generator", "greedy"): (Int("count", 1, help="Clashes with the group's own count."),),
    ("placement", "scatter"): (Float("radius_m", 1.0, help="Radius.", unit="m", minimum=0.0, maximum=10.0),),
    ("environment", "sun"): (
        Float("elevation_deg", 45.0, help="Above the horizon.", unit="deg", minimum=-90.0, maximum=90.0),
        Color("tint", "#ffffff", help="Colour."),
    ),
    ("environment", "hdri"): (File("image", "", help="Radiance.", role="radiance"),),
    ("effect", "noise"): (Float("amount", 0.1, help="Strength.", minimum=0.0, maximum=1.0),),
}
PER_OBJECT = {"scatter": (Float("yaw_deg", 0.0, help="Turn.", unit="deg", minimum=-360.0, maximum=360.0),)}
SHIPPED = Shipped(
    rigs={"orbit": (Float("distance_m", 2.0, help="Distance.", unit="m", minimum=0.0, maximum=100.0),)},
    lens=(Float("field_of_view_deg", 50.0, help="Angle.", unit="deg", minimum=1.0, maximum=170.0),),
    material=(
        Float("roughness", 0.5, help="Roughness.", minimum=0.0, maximum=1.0),
        Color("base_color", "#888888", help="Colour."),
    ),
)
PROJECT: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "test",
    "seed": 5,
    "classes": [{"id": 1, "name": "mug"}, {"id": 2, "name": "table", "kind": "stuff"}],
    "parameters": {"size": {"uniform": [0.5, 0.9]}},
    "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {"distance_m": {"uniform": [1, 2]}}}},
    "environment": [{"uid": "sky", "type": "hdri", "parameters": {}}],
    "lights": [{"uid": "sun", "type": "sun", "parameters": {"elevation_deg": {"uniform": [10, 80]}}}],
    "stage": [
        {"uid": "table", "type": "mug", "class": "table", "placement": {"uid": "table.place", "type": "scatter"}}
    ],
    "objects": [
        {
            "uid": "mugs",
            "type": "mug",
            "name": "Mugs",
            "class": "mug",
            "count": {"integers": [2, 5]},
            "parameters": {"height_m": {"uniform": [0.08, 0.12]}, "sides": {"integers": [3, 12]}},
            "materials": {"body": {"roughness": {"uniform": [0.2, 0.8]}}},
            "placement": {
                "uid": "mugs.place",
                "type": "scatter",
                "parameters": {"radius_m": {"even": [0.5, 1.0]}, "yaw_deg": {"uniform": [0, 360]}},
            },
        }
    ],
    "effects": [{"uid": "grain", "type": "noise", "parameters": {"amount": {"uniform": [0, 0.2]}}}],
}


class FakeRegistry:
    """Declarations alone; nothing can be run."""

    def parameters(self, kind: str, name: str) -> tuple[Parameter, ...]:
        if (kind, name) not in TABLES:
            near = difflib.get_close_matches(name, self.names(kind))
            raise PluginError(f"there is no {kind} named {name!r}; did you mean {near}?")
        return TABLES[kind, name]

    def per_object_parameters(self, placement: str) -> tuple[Parameter, ...]:
        return PER_OBJECT[placement]

    def effect_stage(self, name: str) -> str:
        return "light"

    def names(self, kind: str) -> tuple[str, ...]:
        return {"writer": ("coco", "raw"), "annotator": ("visible", "amodal")}.get(
            kind, tuple(sorted(n for k, n in TABLES if k == kind))
        )


class FakeStore:
    """Files by reference; counts how often each was hashed."""

    def __init__(self, *references: str) -> None:
        self.references = references
        self.asked: list[str] = []

    def resolve(self, reference: str) -> Asset:
        self.asked.append(reference)
        if reference not in self.references:
            raise AssetError(Problem("assets", "there is no such file", reference))
        return Asset(reference, Path("/nowhere") / reference, sha256(reference.encode()).hexdigest())

    def list_folder(self, reference: str, pattern: str) -> tuple[str, ...]:
        inside = [r for r in self.references if r.startswith(f"{reference}/")]
        if not inside:
            raise AssetError(Problem("assets", "there is no such folder", reference))
        return tuple(sorted(r for r in inside if fnmatch.fnmatch(r.rpartition("/")[2], pattern)))


@pytest.fixture(scope="session")
def fake_registry() -> FakeRegistry:
    """Return plugins that only exist as declarations."""
    return FakeRegistry()


@pytest.fixture(scope="session")
def fake_shipped() -> Shipped:
    """Return rigs, lens and materials to go with them."""
    return SHIPPED


@pytest.fixture(scope="session")
def fake_store() -> Callable[..., FakeStore]:
    """Return what makes a store of some references."""
    return FakeStore


@pytest.fixture(scope="session")
def good_tree() -> dict[str, Any]:
    """Return the good project as decoded JSON; never changed by a test."""
    return PROJECT


@pytest.fixture
def tree() -> dict[str, Any]:
    """Return a project that is right in every way, as decoded JSON; a copy, to be spoiled."""
    return copy.deepcopy(PROJECT)
