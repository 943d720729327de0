"""The class table: what an edit of it brings along, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from myriorama.app.document import classes
from myriorama.app.finding import example_names
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import AcceptanceRule, ClassFromAttribute, Project

Example = Callable[[str], Project]


def test_a_rename_goes_wherever_the_class_is_named(example: Example) -> None:
    project = example("mugs_on_conveyor")
    edit = classes.rename_class(project, "mug", "cup")
    assert [r.name for r in edit.project.classes] == ["cup", "conveyor", "floor"]
    assert [r.id for r in edit.project.classes] == [r.id for r in project.classes]
    assert edit.project.objects[0].class_ == "cup"
    assert edit.project.acceptance[0].class_ == "cup"
    assert classes.rename_class(edit.project, "floor", "ground").project.environment[1].class_ == "ground"
    assert classes.rename_class(edit.project, "cup", "mug").project == project


def test_a_rename_reaches_maps_and_warns_of_classes_by_attribute(example: Example) -> None:
    project = example("dice_tray")
    assert "Dice" in classes.rename_class(project, "1", "one").note
    mapped = ClassFromAttribute(attribute="face_up", map={str(i): str(i) for i in range(1, 7)})
    dice = project.objects[0].model_copy(update={"class_": mapped})
    project = project.model_copy(update={"objects": (dice,)})
    edit = classes.rename_class(project, "1", "one")
    assert edit.note == ""
    held = edit.project.objects[0].class_
    assert isinstance(held, ClassFromAttribute)
    assert held.map == {**mapped.map, "1": "one"}
    assert parse_project(dump_project(edit.project)) == edit.project


def test_a_deleted_class_leaves_nothing_that_names_it(example: Example) -> None:
    project = example("mugs_on_conveyor")
    alone = classes.remove_class(project, "mug")
    assert alone.project.objects[0].class_ == "unlabelled"
    assert alone.project.acceptance == ()
    assert "two mugs in view" in alone.note
    merged = classes.remove_class(project, "mug", "conveyor")
    assert merged.project.objects[0].class_ == "conveyor"
    assert [r.class_ for r in merged.project.acceptance] == ["conveyor"]
    for edit in (alone, merged):
        assert not classes.uses(edit.project, "mug")
        assert parse_project(dump_project(edit.project)) == edit.project
    assert classes.uses(project, "mug") == classes.Uses(("mugs",), ("two mugs in view",))
    for wrong in (("nothing", "mug"), ("mug", "nothing")):
        with pytest.raises(KeyError):
            classes.remove_class(project, *wrong)


def test_a_rule_about_any_object_stays(example: Example) -> None:
    project = example("mugs_on_conveyor")
    rule = AcceptanceRule(name="something", at_least=1)
    project = project.model_copy(update={"acceptance": (*project.acceptance, rule)})
    assert classes.remove_class(project, "mug").project.acceptance == (rule,)


def test_new_classes_have_free_ids_and_colours(example: Example) -> None:
    project = example("dice_tray")
    for _ in range(20):
        project = classes.add_class(project).project
    assert len({r.id for r in project.classes}) == 28
    assert len({r.name for r in project.classes}) == 28
    assert {r.color for r in project.classes[-20:]} >= set(classes.COLORS) - {r.color for r in project.classes[:8]}
    assert parse_project(dump_project(project)) == project
    full = project.model_copy(update={"classes": (project.classes[0].model_copy(update={"id": classes.MAX_ID}),)})
    assert classes.add_class(full).project.classes[-1].id == 1


@pytest.mark.parametrize("bad", ["", "  ", "unlabelled", "mug", "a\nb", "x" * 201])
def test_names_that_cannot_be_classes_are_refused(example: Example, bad: str) -> None:
    project = example("mugs_on_conveyor")
    with pytest.raises(InputError):
        classes.rename_class(project, "conveyor", bad)
    assert classes.rename_class(project, "conveyor", "belt").project.classes[1].name == "belt"


def test_fields_and_order(example: Example) -> None:
    project = example("mugs_on_conveyor")
    row = classes.set_class(project, "mug", color="#123456", kind="stuff").project.classes[0]
    assert (row.color, row.kind, row.id, row.name) == ("#123456", "stuff", 1, "mug")
    with pytest.raises(ValueError, match="pattern"):
        classes.set_class(project, "mug", color="red")
    assert [r.name for r in classes.move_class(project, "floor", 0).project.classes] == ["floor", "mug", "conveyor"]
    group = project.objects[0].model_copy(update={"class_": "conveyor"})
    assert classes.class_color(project, group) == "#4a4f57"


@pytest.mark.parametrize("name", example_names())
def test_every_class_of_every_example_can_go(example: Example, name: str) -> None:
    project = example(name)
    for row in project.classes:
        for edit in (classes.remove_class(project, row.name), classes.rename_class(project, row.name, "new one")):
            assert parse_project(dump_project(edit.project)) == edit.project
