"""Another plugin in the place of one: what fits stays, what does not is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from myriorama.app.document.addresses import CAMERA
from myriorama.app.document.retyping import change_placement, change_rig, change_type, fitting
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.cameras.rigs import RIGS
from myriorama.scenes.errors import InputError, PluginError
from myriorama.scenes.parameters.schema import Float, Int, Vector
from myriorama.scenes.project.check import project_problems
from myriorama.scenes.project.model import Project

Example = Callable[[str], Project]


def test_only_what_the_declaration_accepts_fits() -> None:
    declared = (
        Float("a", 0.0, help="x", minimum=0, maximum=1),
        Int("b", 0, help="x"),
        Vector("c", [0, 0, 0], help="x", size=3),
    )
    kept, lost = fitting(
        {"a": {"uniform": [0.2, 1.0]}, "b": {"uniform": [0, 1]}, "c": [0, {"uniform": [1, 2]}, 3], "d": 1}, declared
    )
    assert list(kept) == ["a", "c"]
    assert lost == ("b", "d")
    assert fitting({"a": 2, "c": [1, 2]}, declared) == ({}, ("a", "c"))


@pytest.mark.parametrize("name", builtin_registry().names("placement"))
def test_every_placement_can_take_the_place_of_another(example: Example, name: str) -> None:
    project = example("mugs_on_conveyor")
    edit = change_placement(project, builtin_registry(), "mugs", name)
    placement = edit.project.objects[0].placement
    assert (placement.type, placement.uid) == (name, "mugs_place")
    assert project_problems(edit.project, builtin_registry(), None) == []
    was = project.objects[0].placement.parameters
    lost = [key for key in was if key not in placement.parameters]
    assert all(was[key] == value for key, value in placement.parameters.items())
    assert all(key in edit.note for key in lost)
    assert bool(edit.note) == bool(lost)


@pytest.mark.parametrize("name", list(RIGS))
def test_every_rig_can_take_the_place_of_another(example: Example, name: str) -> None:
    edit = change_rig(example("mugs_on_conveyor"), name)
    assert edit.project.camera.rig.type == name
    assert edit.project.camera.rig.uid == "camera_rig"
    assert edit.select == (CAMERA,)
    assert project_problems(edit.project, builtin_registry(), None) == []


def test_another_generator_keeps_what_means_the_same(example: Example) -> None:
    project = example("mugs_on_conveyor")
    edit = change_type(project, builtin_registry(), "mugs", "bottle")
    group = edit.project.objects[0]
    assert (group.uid, group.type, group.class_) == ("mugs", "bottle", "mug")
    assert "handle_reach" in edit.note
    assert project_problems(edit.project, builtin_registry(), None) == []


def test_what_is_not_there_is_refused(example: Example) -> None:
    project, registry = example("mugs_on_conveyor"), builtin_registry()
    with pytest.raises(PluginError):
        change_placement(project, registry, "mugs", "scater")
    with pytest.raises(KeyError):
        change_placement(project, registry, "light", "scatter")
    with pytest.raises(InputError, match="did you mean orbit"):
        change_rig(project, "orbitt")
