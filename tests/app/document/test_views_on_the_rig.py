"""Views are mounted and taken off by edits that leave a project which can be drawn."""

from __future__ import annotations

from typing import Any

import pytest

from myriorama.app.document.addresses import CAMERA, Address, read, write
from myriorama.app.document.views import add_view, remove_view, single_camera, stereo_pair
from myriorama.app.finding import find_project
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.cameras.views import MAX_VIEWS
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.check import project_problems
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.load import load_project, parse_project
from myriorama.scenes.project.model import Project


@pytest.fixture
def mugs() -> Project:
    return load_project(find_project("mugs_on_conveyor")).project


def sound(project: Project) -> Project:
    assert parse_project(dump_project(project)) == project
    assert not [p for p in project_problems(project, builtin_registry(), None) if "camera" in p.place]
    return project


def test_a_pair_stands_left_and_right_and_is_made_once(mugs: Project) -> None:
    edit = stereo_pair(mugs, 0.2)
    views = sound(edit.project).camera.views
    assert [(v.name, v.parameters) for v in views] == [("left", {"right_m": -0.1}), ("right", {"right_m": 0.1})]
    assert edit.select == (CAMERA,)
    with pytest.raises(InputError, match="has views already"):
        stereo_pair(edit.project)


def test_off_again_it_is_the_project_that_it_was(mugs: Project) -> None:
    paired = stereo_pair(mugs).project
    assert single_camera(paired).project == mugs
    assert dump_project(single_camera(paired).project) == dump_project(mugs)
    assert [v.name for v in remove_view(paired, "left").project.camera.views] == ["right"]
    with pytest.raises(KeyError):
        remove_view(paired, "middle")


def test_views_are_added_until_the_rig_is_full(mugs: Project) -> None:
    project = add_view(mugs).project
    assert [v.name for v in project.camera.views] == ["view_1", "view_2"]
    while len(project.camera.views) < MAX_VIEWS:
        project = add_view(project).project
    assert len({v.uid for v in sound(project).camera.views} | {v.name for v in project.camera.views}) == MAX_VIEWS
    with pytest.raises(InputError, match="full"):
        add_view(project)


def test_uids_that_are_taken_are_not_taken_twice(mugs: Project) -> None:
    tree: dict[str, Any] = mugs.model_dump(by_alias=True)
    tree["objects"][0]["uid"] = "left"
    views = sound(stereo_pair(Project.model_validate(tree)).project).camera.views
    assert [v.uid for v in views] == ["left_2", "right"]
    assert [v.name for v in views] == ["left", "right"]


def test_what_a_link_reads_stays(mugs: Project) -> None:
    paired = stereo_pair(mugs).project
    linked = write(paired, Address(CAMERA, "views/right", "right_m"), {"linked": "-@left.right_m"})
    with pytest.raises(InputError, match="link reads a value of the view left"):
        remove_view(linked, "left")
    assert read(remove_view(linked, "right").project, Address(CAMERA, "views/left", "right_m")) == -0.06
    assert single_camera(linked).project == mugs
