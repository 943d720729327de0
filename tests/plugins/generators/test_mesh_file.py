"""mesh_file: what a project says about size, axes and origin is what comes out, from any file the store can read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app.assets.store import FileAssetStore
from myriorama.plugins.generators.mesh_file import MeshFile
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.model import ObjectModel
from myriorama.scenes.assets.store import Asset, ImportedModel, OpenAsset
from myriorama.scenes.errors import AssetError, ProjectError
from myriorama.scenes.geometry.box import box

SHIPPED = "resource:models/kaykit/crate_tomatoes.gltf"


class OneModel:
    """A store that holds one model."""

    def __init__(self, model: ImportedModel) -> None:
        self.imported = model

    def model(self, asset: Asset) -> ImportedModel:
        return self.imported


def generate(opened: OpenAsset | None, **changes: Any) -> ObjectModel:
    values = {p.name: p.default for p in MeshFile.parameters} | {"file": opened} | changes
    return MeshFile().generate(values)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> OpenAsset:
    store = FileAssetStore(None, cache_folder=tmp_path_factory.mktemp("cache"))
    return OpenAsset(store.resolve(SHIPPED), store)


def opened(shipped: OpenAsset, up_axis: str) -> OpenAsset:
    """A box of 1 x 2 x 4 units, away from its origin, as a file would hold it."""
    part = shipped.model().parts[0]
    mesh = box((1.0, 2.0, 4.0))
    moved = replace(mesh, positions=mesh.positions + np.float32([10, 20, 30]))
    model = ImportedModel((replace(part, mesh=moved),), up_axis, "obj")
    return OpenAsset(Asset("parcel.obj", Path("/nowhere/parcel.obj"), "0" * 64), OneModel(model))  # type: ignore[arg-type]


def extents(model: ObjectModel) -> list[float]:
    return [round(float(e), 5) for e in np.ptp(model.bounds, axis=0)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [1, 2, 4]),
        ({"unit": "centimetres"}, [0.01, 0.02, 0.04]),
        ({"unit": "millimetres", "scale": 10.0}, [0.01, 0.02, 0.04]),
        ({"unit": "inches"}, [0.0254, 0.0508, 0.1016]),
        ({"unit": "feet"}, [0.3048, 0.6096, 1.2192]),
        ({"size_m": 0.5, "unit": "feet"}, [0.125, 0.25, 0.5]),
        ({"up_axis": "y"}, [1, 4, 2]),
        ({"up_axis": "x"}, [4, 2, 1]),
        ({"yaw_deg": 90.0}, [2, 1, 4]),
    ],
)
def test_the_model_has_the_size_that_was_asked_for(
    shipped: OpenAsset, changes: dict[str, Any], expected: list[float]
) -> None:
    model = generate(opened(shipped, "z"), **changes)
    assert extents(model) == pytest.approx(expected, abs=1e-5)
    named = [model.attributes[f"extent_{a}_m"] for a in "xyz"]
    assert named == pytest.approx(expected, abs=1e-5)
    assert model.attributes["file"] == "parcel"
    low, high = model.bounds
    np.testing.assert_allclose([*(low + high)[:2], low[2]], 0.0, atol=1e-5)  # rests on its origin
    points = model.collision[0].points
    np.testing.assert_allclose([points.min(axis=0), points.max(axis=0)], model.bounds, atol=1e-6)


def test_auto_takes_the_files_own_axis_and_the_origin_can_stay(shipped: OpenAsset) -> None:
    assert extents(generate(opened(shipped, "y"))) == [1, 4, 2]
    assert extents(generate(opened(shipped, "z"))) == [1, 2, 4]
    kept = generate(opened(shipped, "z"), centre=False)
    assert kept.bounds[0][:2].tolist() == [9.5, 19.0]


def test_a_size_that_cannot_be_meant_is_refused(shipped: OpenAsset) -> None:
    for changes in ({"scale": 1e7}, {"scale": 1e-6}):
        with pytest.raises(AssetError, match=r"parcel.obj.*not credible.*size_m"):
            generate(opened(shipped, "z"), **changes)
    with pytest.raises(ProjectError, match="no model file"):
        generate(None)


def test_a_shipped_model_is_whole_and_the_same_each_time(shipped: OpenAsset) -> None:
    first, second = (generate(shipped, size_m=0.4) for _ in range(2))
    assert max(extents(first)) == pytest.approx(0.4)
    assert [p.mesh.key for p in first.parts] == [p.mesh.key for p in second.parts]
    assert first.parts[0].material.base_color_texture is not None
    assert sum(len(p.mesh.faces) for p in first.parts) == 2072


def test_parts_are_materials_or_nodes(shipped: OpenAsset) -> None:
    part = shipped.model().parts[0]
    several = (
        replace(part, name="a/x", slot="x"),
        replace(part, name="b/x", slot="x"),
        replace(part, name="b/y", slot="y"),
    )
    asset = OpenAsset(shipped.asset, OneModel(ImportedModel(several, "y", "glb")))  # type: ignore[arg-type]
    assert [p.name for p in generate(asset).parts] == ["x", "y"]
    by_node = generate(asset, parts="nodes")
    assert [(p.name, p.slot) for p in by_node.parts] == [("a/x", "x"), ("b/x", "x"), ("b/y", "y")]
    assert by_node.nbytes > 0


def test_the_registry_finds_it_by_its_name() -> None:
    assert builtin_registry().plugin_class("generator", "mesh_file") is MeshFile
