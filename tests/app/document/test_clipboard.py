"""Copied nodes: text that says all that the nodes need, and a door that lets nothing else in."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from myriorama.app.document.clipboard import copied_text, is_copied_text, paste
from myriorama.app.document.uids import items, taken_uids
from myriorama.app.finding import example_names
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.errors import ProjectError
from myriorama.scenes.project.check import project_problems
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project

Example = Callable[[str], Project]


@pytest.mark.parametrize("name", example_names())
@pytest.mark.parametrize("target", ["first_light", "mugs_on_conveyor"])
def test_all_of_an_example_can_be_pasted_into_another(example: Example, name: str, target: str) -> None:
    source, into = example(name), example(target)
    text = copied_text(source, [item.uid for _, item in items(source)])
    edit = paste(into, text)
    assert len(edit.select) == len(list(items(source)))
    assert set(edit.select).isdisjoint(taken_uids(into))
    assert parse_project(dump_project(edit.project)) == edit.project
    assert project_problems(edit.project, builtin_registry(), None) == []
    assert edit.project.classes[: len(into.classes)] == into.classes


def test_a_paste_brings_classes_and_named_values(example: Example) -> None:
    source = example("mugs_on_conveyor")
    named = {"big": {"linked": "project.base * 2"}, "base": 0.04, "unused": 3}
    mugs = source.objects[0].model_copy(
        update={"parameters": {**source.objects[0].parameters, "height_m": {"linked": "project.big"}}}
    )
    source = source.model_copy(update={"parameters": named, "objects": (mugs,)})
    text = copied_text(source, ["mugs"])
    into = example("dice_tray")
    edit = paste(into, text, behind="dice")
    assert edit.project.parameters == {"big": named["big"], "base": 0.04}
    assert [g.uid for g in edit.project.objects] == ["dice", "mugs", "light_dice", "marbled_dice"]
    assert edit.project.classes[-1].name == "mug"
    assert edit.project.classes[-1].color == source.classes[0].color
    assert edit.project.classes[-1].id not in {r.id for r in into.classes}
    again = paste(source, text)
    assert again.project.parameters == source.parameters
    assert again.project.classes == source.classes
    assert [g.uid for g in again.project.objects] == ["mugs", "mugs_2"]
    assert again.label == "Paste Mugs"


def test_an_unknown_plugin_is_pasted_as_it_is(example: Example) -> None:
    source = example("mugs_on_conveyor")
    strange = source.objects[0].model_copy(update={"type": "teleporter", "parameters": {"beam": [1, {"x": "y"}]}})
    strange = strange.model_copy(update={"parameters": {"beam": [1, 2, 3], "deep": [[1], ["a"]]}})
    source = source.model_copy(update={"objects": (strange,)})
    pasted = paste(example("dice_tray"), copied_text(source, ["mugs"])).project.objects[-1]
    assert (pasted.type, pasted.parameters) == ("teleporter", strange.parameters)


def test_nothing_is_copied_of_nothing(example: Example) -> None:
    assert copied_text(example("first_light"), ["nobody", "project:camera"]) == ""


NODE = {"uid": "a", "type": "mug", "class": "unlabelled", "placement": {"uid": "b", "type": "fixed"}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "{}",
        json.dumps({"myriorama": "else", "objects": [NODE]}),
        json.dumps({"myriorama": "nodes"}),
        json.dumps({"myriorama": "nodes", "camera": {}, "objects": [NODE]}),
        json.dumps({"myriorama": "nodes", "version": 99, "objects": [NODE]}),
        json.dumps({"myriorama": "nodes", "objects": [{**NODE, "uid": "../../x"}]}),
        json.dumps({"myriorama": "nodes", "objects": [{**NODE, "class": "nowhere"}]}),
        json.dumps({"myriorama": "nodes", "objects": [NODE, NODE]}),
        json.dumps({"myriorama": "nodes", "objects": [{**NODE, "__class__": "os.system"}]}),
        json.dumps({"myriorama": "nodes", "objects": [{**NODE, "parameters": {"x": {"uniform": [2, 1]}}}]}),
        '{"myriorama": "nodes", "objects": [NaN]}',
        '{"myriorama": "nodes", "objects": ' + "[" * 3000 + "]" * 3000 + "}",
        '{"myriorama": "nodes", "name": "a\\u0000b"}',
    ],
)
def test_what_is_no_copied_node_is_refused(example: Example, text: str) -> None:
    with pytest.raises(ProjectError):
        paste(example("first_light"), text)


def test_a_glance_tells_copied_text(example: Example) -> None:
    assert is_copied_text(copied_text(example("first_light"), ["boxes"]))
    assert not is_copied_text("myriorama")
    assert not is_copied_text('{"other": 1}')
