"""Class map and split as edits: they are what formats are written with, and follow the class table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from myriorama.app.document.classes import remove_class, rename_class
from myriorama.app.parts.shown import (
    DividingValue,
    class_rows,
    dividing_of,
    dividing_values,
    in_words,
    names_of,
    reset_shown,
    set_divided_by,
    set_shares,
    set_shown,
)
from myriorama.app.production.snapshot import shown_as
from myriorama.plugins.registry import builtin_registry
from myriorama.plugins.selection import ClassUse
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.model import Project


@pytest.fixture
def project(mugs_tree: Callable[..., dict[str, Any]]) -> Project:
    return Project.model_validate(mugs_tree())


def test_an_edit_is_what_formats_are_written_with(project: Project) -> None:
    edit = set_shown(project, "mug", shown_name="cup")
    assert shown_as(edit.project).classes == {"mug": ClassUse("cup")}
    assert edit.label == "Show class mug as cup"
    ignored = set_shown(edit.project, "ground", use="drop")
    assert ignored.label == "Leave out class ground"
    assert shown_as(ignored.project).classes["ground"] == ClassUse(use="drop")
    assert shown_as(reset_shown(ignored.project).project).classes == {}


def test_the_map_follows_the_class_table(project: Project) -> None:
    mapped = set_shown(project, "mug", shown_name="cup").project
    renamed = rename_class(mapped, "mug", "beaker").project
    assert renamed.output.class_map["beaker"].name == "cup"
    assert "mug" not in renamed.output.class_map
    assert remove_class(renamed, "beaker").project.output.class_map == {}
    assert [row.name for row in class_rows(renamed)] == ["beaker", "ground"]


def test_shares_are_three_whose_sum_is_1(project: Project) -> None:
    edit = set_shares(project, 0.8, 0.2, 0.0)
    assert edit.label == "Split 80 % train, 20 % val"
    assert shown_as(edit.project).split.shares == (0.8, 0.2, 0.0)
    with pytest.raises(InputError):
        set_shares(project, 0.8, 0.8, 0.0)
    assert set_divided_by(edit.project, "light/file").project.output.split.by == "light/file"


def test_values_that_vary_are_offered_by_names_that_can_be_read(project: Project) -> None:
    found = dividing_values(project, builtin_registry())
    titles = {value.path: value.title for value in found}
    assert titles["mugs/count"] == "mugs · Count"
    assert titles["mugs/0/height_m"] == "mugs 1 · Height"
    assert titles["rig/azimuth_deg"] == "Camera · Azimuth"
    assert "rig/distance_m" not in titles, "it is the same in every sample"
    assert "mugs/3/height_m" not in titles, "some samples have fewer mugs"
    assert [value.word for value in found] == sorted((value.word for value in found), reverse=True)


def test_words_that_all_objects_of_a_group_have_are_offered_together() -> None:
    def drawn(*models: str) -> dict[str, Any]:
        members = [
            {"number": k, "values": {"model": {"file": m, "sha256": m}, "turn": ord(m) / (k + 2), "lid": k > 0, "n": k}}
            for k, m in enumerate(models)
        ]
        groups = [{"uid": "things", "members": members, "placement": {"uid": "place", "values": {}}}]
        nodes = {"lens": {}, "rig": {"uid": "rig", "values": {}}, "environment": [], "lights": [], "effects": []}
        return {"drawn": {**nodes, "stage": [], "objects": groups}}

    found = dividing_of([drawn("a", "b"), drawn("b"), drawn("c", "a", "b")], {"things": "Things"})
    assert found[0] == DividingValue("things/*/model", "Things, every one · Model", word=True)
    offered = [value.path for value in found if "*" in value.path]
    assert offered == ["things/*/model", "things/*/n"], "turns are never the same, and all parts have lids"
    alone = dividing_of([drawn("a"), drawn("b")], {})
    assert not [value.path for value in alone if "*" in value.path], "of one object its own value says the same"


def test_what_a_split_means_is_said() -> None:
    assert "one held-out object holds its whole picture out" in in_words((0.8, 0.2, 0.0), "things/*/model")
    assert in_words((1.0, 0.0, 0.0), "") == "Not divided: every sample is in train."
    assert "keeps its part" in in_words((0.8, 0.1, 0.1), "")
    assert "never trained on" in in_words((0.8, 0.2, 0.0), "light/file", "Room · File")
    assert "Room · File" in in_words((0.8, 0.2, 0.0), "light/file", "Room · File")


def test_what_classes_are_called(project: Project) -> None:
    assert names_of(project) == names_of(None) == {}
    renamed = set_shown(project, "mug", shown_name="cup").project
    assert names_of(renamed) == {"mug": "cup"}
    assert names_of(set_shown(renamed, "mug", use="ignore").project) == {"mug": "mug (ignored)"}
