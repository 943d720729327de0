"""Named values: what reads one is found, follows its new name, and holds it back from being deleted."""

from __future__ import annotations

import json

import pytest

from myriorama.app.parts.named import (
    TEMPLATES,
    add_named,
    remove_named,
    rename_named,
    set_named,
    template,
    users_of,
    value_text,
)
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project

REGISTRY = builtin_registry()


def project(**parameters: object) -> Project:
    tree = {
        "format": "myriorama-project",
        "version": 1,
        "name": "p",
        "classes": [{"id": 1, "name": "mug"}],
        "parameters": {"clutter": 2, "other": 1, **parameters},
        "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {"distance_m": {"linked": "project.clutter"}}}},
        "objects": [
            {
                "uid": "mugs",
                "name": "Mugs",
                "type": "mug",
                "class": "mug",
                "count": {"linked": "project.clutter * 2"},
                "placement": {"uid": "place", "type": "scatter"},
            }
        ],
    }
    return parse_project(json.dumps(tree))


def count_of(project: Project, index: int) -> int:
    return len(compile_plan(project, REGISTRY, None).draw(index).objects[0].members)


def test_every_reader_is_named_with_its_place() -> None:
    users = users_of(project(twice={"linked": "clutter * 2"}), "clutter")
    assert set(users) == {"twice", "camera, distance m", "Mugs, count"}
    assert users_of(project(), "other") == ()


def test_links_follow_a_new_name_and_draw_the_same_counts() -> None:
    before = project(twice={"linked": "clutter * project.clutter + clutter_2"}, clutter_2=7)
    after = rename_named(before, "clutter", "crowd").project
    assert list(after.parameters) == ["crowd", "other", "twice", "clutter_2"]
    assert after.parameters["twice"] == {"linked": "crowd * project.crowd + clutter_2"}
    assert after.objects[0].count == {"linked": "project.crowd * 2"}
    assert after.camera.rig.parameters["distance_m"] == {"linked": "project.crowd"}
    assert count_of(after, 0) == count_of(before, 0) == 4


@pytest.mark.parametrize("name", ["other", "2fast", "min", "a b", ""])
def test_a_name_that_would_not_do_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        rename_named(project(), "clutter", name)


def test_a_value_that_is_read_stays() -> None:
    with pytest.raises(InputError, match=r"it is read by .*Mugs, count"):
        remove_named(project(), "clutter")
    assert "other" not in remove_named(project(), "other").project.parameters


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"uniform": [3, 1]}', "reversed"),
        ("nan", "JSON"),
        ('"three"', "no value"),
        ("true", "no value"),
        ("[1, 2]", "no value"),
        ('{"unifrom": [1, 2]}', "unknown key"),
        ('{"palette": ["#ffffff"]}', "palette"),
        ('{"linked": "project.clutter"}', "circle"),
        ("1 2", "JSON"),
    ],
)
def test_a_value_that_would_not_do_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        set_named(project(), REGISTRY, "clutter", text)


def test_a_value_that_breaks_what_reads_it_is_refused() -> None:
    linked = project().model_copy(update={"parameters": {"clutter": {"uniform": [1, 2], "scope": "dataset"}}})
    rig = linked.camera.rig.model_copy(
        update={"parameters": {"distance_m": {"linked": "project.clutter", "scope": "dataset"}}}
    )
    linked = linked.model_copy(update={"camera": linked.camera.model_copy(update={"rig": rig})})
    with pytest.raises(InputError, match="differs from sample to sample"):
        set_named(linked, REGISTRY, "clutter", '{"uniform": [1, 2]}')


def test_a_drawn_value_reaches_what_reads_it() -> None:
    edit = set_named(project(), REGISTRY, "clutter", '{"integers": [1, 3]}')
    counts = {count_of(edit.project, i) for i in range(40)}
    assert counts == {2, 4, 6}


@pytest.mark.parametrize("form", TEMPLATES)
@pytest.mark.parametrize(
    "start", [2.0, 0, -3.5, {"uniform": [1, 4]}, {"normal": {"mean": 3, "std": 1, "low": 0, "high": 9}}]
)
def test_every_form_to_start_from_is_a_value_that_is_taken(form: str, start: object) -> None:
    edit = set_named(project(), REGISTRY, "other", template(form, start))
    assert value_text(edit.project.parameters["other"]) == template(form, start)


def test_added_values_get_names_of_their_own() -> None:
    once = add_named(project()).project
    twice = add_named(once).project
    assert list(twice.parameters) == ["clutter", "other", "value_1", "value_2"]
