"""Files that a project refers to go with it to another folder, or it is said which would be missed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from myriorama.app.document.references import Reference, bring_files, left_behind, relative_references
from myriorama.plugins.registry import builtin_registry
from myriorama.resources import resource_path
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.model import Project

Example = Callable[[str], Project]


@pytest.fixture
def project(example: Example) -> Project:
    """A project that names a file, a folder of files, a material's image, and something of a plugin unknown."""
    project = example("mugs_on_conveyor")
    light = project.environment[0].model_copy(
        update={"parameters": {"file": {"choice": ["sky/a.hdr", "resource:hdri/city.exr"]}}, "enabled": False}
    )
    belt = project.stage[0].model_copy(update={"materials": {"*": {"color_texture": "belt.png"}}})
    mugs = project.objects[0].model_copy(update={"type": "mesh_file", "parameters": {"file": {"folder": "models"}}})
    strange = project.objects[1].model_copy(update={"type": "teleporter", "parameters": {"map": "strange.bin", "n": 1}})
    return project.model_copy(
        update={"environment": (light,), "stage": (belt,), "objects": (mugs, strange, *project.objects[2:])}
    )


def folder_with(tmp_path: Path, *names: str) -> Path:
    root = tmp_path / "old"
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, encoding="utf-8")
    return root


def test_every_relative_reference_is_found(project: Project) -> None:
    texts = {r.text for r in relative_references(project, builtin_registry())}
    assert texts >= {"sky/a.hdr", "models", "strange.bin"}
    assert not any(text.startswith("resource:") for text in texts)
    assert Reference("models", None) in relative_references(project, builtin_registry())


def test_they_go_along(project: Project, tmp_path: Path) -> None:
    names = ("sky/a.hdr", "models/one.stl", "models/two.stl", "strange.bin")
    old = folder_with(tmp_path, *names, "other.txt")
    new = tmp_path / "new"
    new.mkdir()
    found = left_behind(project, builtin_registry(), old, new)
    assert set(found.files) == set(names)
    assert found.bytes == sum(len(n) for n in names)
    bring_files(found)
    assert {str(p.relative_to(new)) for p in new.rglob("*") if p.is_file()} == set(names)
    assert not left_behind(project, builtin_registry(), old, new)
    assert not left_behind(project, builtin_registry(), old, old)


def test_another_file_of_the_name_is_never_replaced(project: Project, tmp_path: Path) -> None:
    old = folder_with(tmp_path, "strange.bin")
    new = tmp_path / "new"
    new.mkdir()
    (new / "strange.bin").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="another file of this name"):
        left_behind(project, builtin_registry(), old, new)
    assert (new / "strange.bin").read_text(encoding="utf-8") == "mine"


def test_what_a_model_names_beside_itself_goes_along(example: Example, tmp_path: Path) -> None:
    source = resource_path("models") / "kaykit"
    gltf = next(path for path in sorted(source.glob("*.gltf")))
    old, new = tmp_path / "old", tmp_path / "new"
    new.mkdir()
    (old / "m").mkdir(parents=True)
    for path in source.iterdir():
        (old / "m" / path.name).write_bytes(path.read_bytes())
    project = example("real_models")
    group = project.objects[0].model_copy(update={"parameters": {"file": f"m/{gltf.name}"}})
    project = project.model_copy(update={"objects": (group,)})
    found = left_behind(project, builtin_registry(), old, new)
    assert f"m/{gltf.name}" in found.files
    assert len(found.files) >= 2
    assert set(found.files) <= {f"m/{p.name}" for p in source.iterdir()}
