"""Problems in words for people: short, with a place that people know, a way out, and something to select."""

from __future__ import annotations

import pytest

from myriorama.app.document.wording import owner_at, worded
from myriorama.app.finding import find_project
from myriorama.app.problems import Problems, Trouble
from myriorama.scenes.errors import Problem
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project


@pytest.fixture(scope="module")
def mugs() -> Project:
    return load_project(find_project("mugs_on_conveyor")).project


def test_a_plugin_that_is_not_here_is_told_without_the_list_of_all_others(mugs: Project) -> None:
    known = ", ".join(f"generator_{n}" for n in range(25))
    problem = Problem("objects[1].type", f"there is no generator named 'bottle'; known: {known}", '"bottle"')
    trouble = worded("project", mugs, problem)
    assert trouble.message == "There is no generator named 'bottle'."
    assert trouble.place == "Bottles in between: type"
    assert "enable the plugin" in trouble.way_out
    assert trouble.uid == mugs.objects[1].uid


def test_a_missing_file_says_where_it_was_looked_for_and_where_to_relink_it(mugs: Project) -> None:
    allowed = "looked in: farm, shared; a path relative to one of these"
    problem = Problem("environment[0].parameters.file", "there is no such file", "assets/gone.hdr", allowed)
    trouble = worded("preview", mugs, problem)
    assert trouble.message == "There is no such file (got assets/gone.hdr)."
    assert trouble.place == "Hall light: parameters.file"
    assert trouble.way_out.startswith("Looked in: farm, shared. Put it there")
    assert "Assets" in trouble.way_out


def test_places_lead_to_what_can_be_selected(mugs: Project) -> None:
    places = {
        "objects[0].placement.type": mugs.objects[0].uid,
        "environment[1].parameters.x": mugs.environment[1].uid,
        "camera.rig.parameters.roll_deg": "project:camera",
        "acceptance[0].min_visible": "project:acceptance",
        "output.labels[0]": "project:output",
        "seed": "project:settings",
        "objects[9].type": "",
        "": "",
    }
    assert {place: owner_at(mugs, place) for place in places} == places


def test_what_two_have_found_in_the_same_words_is_told_once() -> None:
    problems = Problems()
    problems.set("project", (Trouble("project", "error", "There is no such file.", "Floor: file", "Put it there."),))
    problems.set("preview", (Trouble("preview", "error", "There is no such file.", "Floor: file", "Put it there."),))
    assert [t.source for t in problems.all] == ["project"]
    problems.set("project", ())
    assert [t.source for t in problems.all] == ["preview"]
