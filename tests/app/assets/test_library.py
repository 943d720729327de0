"""The library: what is listed, copied in, found again, and put in another's place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from myriorama.app.assets.bringing import bring, fit_name
from myriorama.app.assets.guessing import likely_unit, size_in_words
from myriorama.app.assets.library import content_mark, library, role_of_file, shown_name, users_of_assets
from myriorama.app.assets.looks import Look
from myriorama.app.assets.relinking import search
from myriorama.app.assets.using import put_in_place, uses_for
from myriorama.plugins.registry import builtin_registry
from myriorama.resources import resource_path
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.check import project_problems
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project

REGISTRY = builtin_registry()
HOSTILE = Path(__file__).resolve().parents[2] / "data" / "hostile"


def using(*files: str, **hdri: object) -> Project:
    groups = [
        {
            "uid": f"g{i}",
            "name": f"Group {i}",
            "type": "mesh_file",
            "class": "thing",
            "enabled": i != 1,
            "parameters": {"file": file},
            "materials": {"*": {"image": "photo.png"}} if i == 0 else {},
            "placement": {"uid": f"p{i}", "type": "scatter"},
        }
        for i, file in enumerate(files)
    ]
    tree = {
        "format": "myriorama-project",
        "version": 1,
        "name": "p",
        "classes": [{"id": 1, "name": "thing"}],
        "camera": {"rig": {"uid": "rig", "type": "orbit"}},
        "environment": [{"uid": "sky", "name": "Sky", "type": "hdri", "parameters": dict(hdri)}],
        "objects": groups,
    }
    return parse_project(json.dumps(tree))


def test_users_are_found_in_choices_materials_and_what_is_switched_off() -> None:
    project = using("a.glb", "a.glb", file={"choice": ["x.exr", "y.exr"], "chance": 0.5, "otherwise": "z.exr"})
    users = users_of_assets(project, REGISTRY)
    assert [u.uid for u in users["a.glb", "model"]] == ["g0", "g1"]
    assert {reference for reference, role in users if role == "radiance"} == {"x.exr", "y.exr", "z.exr"}
    assert users["photo.png", "image"][0].title == "Group 0"


def test_missing_used_files_come_first_and_shipped_ones_are_listed(tmp_path: Path) -> None:
    entries = library(using("gone.glb"), REGISTRY, tmp_path)
    assert (entries[0].reference, entries[0].state) == ("gone.glb", "missing")
    shipped = {e.reference: e.role for e in entries if e.place == "shipped"}
    assert shipped["resource:hdri/studio.exr"] == "radiance"
    assert shipped["resource:textures/tiles"] == "texture_set"
    assert shipped["resource:models/pmndrs/suzi.glb"] == "model"
    assert not any("colormap.png" in reference for reference in shipped), "a model's own texture is no asset"


def test_an_imported_file_is_named_by_its_content_and_told_when_it_changes(tmp_path: Path) -> None:
    source = resource_path("models/pmndrs/suzi.glb")
    home = tmp_path / "home"
    home.mkdir()
    reference = bring(source, "model", (), home)
    assert reference == f"assets/suzi-{content_mark([('suzi.glb', source)])}.glb"
    assert (home / reference).read_bytes() == source.read_bytes()
    assert bring(source, "model", (), home) == reference, "the same content is the same file"
    assert len(list((home / "assets").iterdir())) == 1
    assert shown_name(reference) == "suzi.glb"
    (found,) = [e for e in library(using(reference), REGISTRY, home) if e.users and e.role == "model"]
    assert (found.state, found.place) == ("found", "project")
    (home / reference).write_bytes(b"something else")
    (found,) = [e for e in library(using(reference), REGISTRY, home) if e.users and e.role == "model"]
    assert found.state == "changed"


def test_a_model_with_files_beside_it_keeps_them_under_their_names(tmp_path: Path) -> None:
    source = resource_path("models/kaykit/pot_A.gltf")
    reference = bring(source, "model", ("pot_A.bin", "restaurantbits_texture.png"), tmp_path)
    made = tmp_path / reference
    assert made.name == "pot_A.gltf"
    assert sorted(p.name for p in made.parent.iterdir()) == ["pot_A.bin", "pot_A.gltf", "restaurantbits_texture.png"]
    entry = next(e for e in library(using(reference), REGISTRY, tmp_path) if e.reference == reference)
    assert entry.state == "found"
    (made.parent / "pot_A.bin").write_bytes(b"x")
    entry = next(e for e in library(using(reference), REGISTRY, tmp_path) if e.reference == reference)
    assert entry.state == "changed", "what lies beside it counts"


def test_a_texture_set_stays_a_folder(tmp_path: Path) -> None:
    reference = bring(resource_path("textures/tiles"), "texture_set", (), tmp_path)
    assert role_of_file(tmp_path / reference) == "texture_set"
    entry = next(e for e in library(None, REGISTRY, tmp_path) if e.reference == reference)
    assert (entry.role, entry.state) == ("texture_set", "found")


def test_nothing_half_copied_is_left_and_the_reason_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="could not be copied"):
        bring(resource_path("models/kaykit/pot_A.gltf"), "model", ("not_there.bin",), tmp_path)
    with pytest.raises(InputError, match="climbs"):
        bring(resource_path("models/kaykit/pot_A.gltf"), "model", ("../kenney/apple.gltf",), tmp_path)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


@pytest.mark.parametrize(
    ("text", "name"), [("a b/c", "a_b_c"), ("..", "asset"), ("Tasse ä", "Tasse"), ("x" * 300, "x" * 80)]
)
def test_file_names_fit_every_system(text: str, name: str) -> None:
    assert fit_name(text) == name


def test_missing_files_are_found_by_content_first_and_by_name_second(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    (elsewhere / "deep" / "models").mkdir(parents=True)
    (elsewhere / "other").mkdir()
    home.mkdir()
    marked = bring(resource_path("models/pmndrs/suzi.glb"), "model", (), home)
    shutil.move(home / marked, elsewhere / "deep" / "renamed by somebody.glb")
    shutil.copy(resource_path("models/kenney/apple.gltf"), elsewhere / "other" / "Apple.gltf")
    shutil.copy(resource_path("models/kenney/apple.gltf"), elsewhere / "deep" / "models" / "apple.gltf")
    shutil.copy(resource_path("models/kenney/bowl.gltf"), elsewhere / "other" / "suzi.glb")
    entries = library(using(marked, "models/apple.gltf", "nowhere.glb"), REGISTRY, home)
    missing = [e for e in entries if e.state == "missing" and e.role == "model"]
    found = search(missing, elsewhere)
    assert found == {
        marked: elsewhere / "deep" / "renamed by somebody.glb",
        "models/apple.gltf": elsewhere / "deep" / "models" / "apple.gltf",
    }


def test_one_edit_puts_other_files_in_place_everywhere() -> None:
    project = using("a.glb", "b.glb", file={"choice": ["a.exr", "b.exr"], "weights": [1, 2]})
    edit = put_in_place(project, REGISTRY, {"a.glb": "n.glb", "b.exr": "n.exr", "photo.png": "new.png"})
    assert edit.project.objects[0].parameters["file"] == "n.glb"
    assert edit.project.objects[0].materials["*"]["image"] == "new.png"
    assert edit.project.objects[1] == project.objects[1]
    assert edit.project.environment[0].parameters["file"] == {"choice": ["a.exr", "n.exr"], "weights": [1, 2]}
    assert edit.label == "Relink 3 files"


def test_what_is_selected_takes_the_asset_first() -> None:
    project = using("a.glb", file="x.exr")
    assert uses_for(project, REGISTRY, "radiance", None)[0].title == "Set as file of Sky"
    assert uses_for(project, REGISTRY, "model", None)[0].title == "Add an object group of it"
    assert uses_for(project, REGISTRY, "model", "g0")[0].title == "Set as file of Group 0"
    image = uses_for(project, REGISTRY, "image", "g0")[0]
    laid = image.make(project, "p.png", {}).project
    assert laid.objects[0].materials["*"] == {"image": "p.png"}


def test_an_added_model_is_a_project_without_a_fault() -> None:
    project = using()
    use = uses_for(project, REGISTRY, "model", None)[0]
    made = use.make(project, "assets/tea_pot-0123abcd.glb", {"unit": "millimetres", "up_axis": "z"}).project
    (group,) = made.objects
    assert group.name == "tea pot"
    assert group.parameters["unit"] == "millimetres"
    faults = project_problems(made, REGISTRY, None)
    assert [f for f in faults if not f.place.startswith("environment")] == []


@pytest.mark.parametrize(
    ("source", "extent", "unit"),
    [
        ("GLB", (500.0, 1.0, 1.0), "metres"),
        ("STL", (120.0, 80.0, 60.0), "millimetres"),
        ("STL", (0.2, 0.1, 0.1), "metres"),
        ("OBJ", (30.0, 20.0, 10.0), "centimetres"),
        ("OBJ", (1800.0, 600.0, 400.0), "millimetres"),
        ("PLY", (1.5, 1.5, 1.5), "metres"),
    ],
)
def test_likely_units(source: str, extent: tuple[float, float, float], unit: str) -> None:
    assert likely_unit(Look(facts=(("Format", source),), extent=extent)) == unit


def test_sizes_in_words_follow_unit_and_axis() -> None:
    assert size_in_words((320.0, 240.0, 180.0), "y", "millimetres") == "0.32 × 0.18 × 0.24 m"
    assert size_in_words((320.0, 240.0, 180.0), "z", "centimetres") == "3.2 × 2.4 × 1.8 m"
    assert size_in_words((12.0, 8.0, 5.0), "z", "millimetres") == "12 × 8 × 5 mm"
