"""Problems of the project as a list: each with what to select, what is missing named, nothing that waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from myriorama.app.document import addresses
from myriorama.app.document.checking import SOURCE, Checker, missing_plugins, troubles
from myriorama.app.document.document import Document
from myriorama.app.document.wording import owner_at
from myriorama.app.finding import example_names
from myriorama.app.observable import no_post
from myriorama.app.problems import Problems
from myriorama.app.settings.store import SettingsStore
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.project.model import Project

Example = Callable[[str], Project]


@pytest.fixture
def problems() -> Problems:
    return Problems()


@pytest.fixture
def checker(document: Document, problems: Problems) -> Iterator[Checker]:
    made = Checker(document, builtin_registry(), problems, SettingsStore(None), no_post)
    yield made
    made.close()


def part(model: Any, **fields: object) -> Any:
    """Return a part of a project with other fields."""
    return model.model_copy(update=fields)


def with_object(project: Project, **fields: object) -> Project:
    return project.model_copy(update={"objects": (project.objects[0].model_copy(update=fields), *project.objects[1:])})


@pytest.mark.parametrize("name", example_names())
def test_examples_have_no_troubles(example: Example, name: str) -> None:
    assert troubles(example(name), builtin_registry(), None) == ()


@pytest.mark.parametrize(
    ("change", "uid", "words"),
    [
        (lambda p: with_object(p, type="mugg"), "mugs", "no generator named 'mugg'"),
        (lambda p: with_object(p, parameters={"height_m": 9.0}), "mugs", "outside its limits"),
        (lambda p: with_object(p, count={"integers": [1, 20_000]}), "mugs", "outside the limits"),
        (lambda p: with_object(p, parameters={"hight_m": 0.1}), "mugs", "no such parameter"),
        (
            lambda p: with_object(p, placement=p.objects[0].placement.model_copy(update={"type": "?"})),
            "mugs",
            "named '?'",
        ),
        (
            lambda p: p.model_copy(update={"effects": (p.lights[0].model_copy(update={"uid": "e", "type": "x"}),)}),
            "e",
            "",
        ),
        (lambda p: p.model_copy(update={"classes": ()}), "mugs", "no such class"),
        (lambda p: p.model_copy(update={"parameters": {"1x": 2}}), addresses.NAMED, "no name"),
        (
            lambda p: p.model_copy(update={"camera": p.camera.model_copy(update={"lens": {"x": 1}})}),
            addresses.CAMERA,
            "",
        ),
        (
            lambda p: p.model_copy(update={"output": p.output.model_copy(update={"formats": ("yolo9",)})}),
            addresses.OUTPUT,
            "",
        ),
    ],
)
def test_each_trouble_says_what_to_select(
    example: Example, change: Callable[[Project], Project], uid: str, words: str
) -> None:
    found = troubles(change(example("mugs_on_conveyor")), builtin_registry(), None)
    mine = [t for t in found if t.uid == uid and words in t.message]
    assert mine
    assert all(t.source == SOURCE and t.way_out and t.message[0].isupper() for t in found)


def test_a_missing_plugin_is_named_and_its_parameters_stay(
    document: Document, checker: Checker, problems: Problems
) -> None:
    assert document.project is not None
    strange = with_object(document.project, type="teleporter", parameters={"beam": 3})
    document.replace(strange, "Open of another machine")
    assert checker.flush()
    (trouble,) = problems.all
    assert "teleporter" in trouble.message
    assert trouble.place == "Mugs: type"
    assert "its parameters are kept" in trouble.way_out
    assert document.project.objects[0].parameters == {"beam": 3}
    assert missing_plugins(document.project, builtin_registry()) == {"mugs": "teleporter"}
    document.history.undo()
    assert checker.flush()
    assert problems.all == ()


def test_a_missing_file_is_found_and_its_coming_too(document: Document, checker: Checker, problems: Problems) -> None:
    assert document.project is not None
    light = document.project.environment[0].model_copy(update={"parameters": {"file": "sky.hdr"}})
    document.replace(document.project.model_copy(update={"environment": (light,)}), "Choose file")
    assert checker.flush()
    (trouble,) = problems.all
    assert (trouble.uid, trouble.place) == ("light", "Hall light: parameters.file")
    (document.folder / "sky.hdr").write_bytes(b"x")
    checker.check()
    assert checker.flush()
    assert problems.all == ()


@pytest.mark.timed
def test_asking_costs_the_window_nothing_and_the_newest_wins(
    document: Document, checker: Checker, problems: Problems, within: Callable[[float, float], None]
) -> None:
    assert document.project is not None
    good = document.project
    start = time.perf_counter()
    for n in range(30):
        document.replace(with_object(good, parameters={"height_m": 10.0 + n}), "Change")
    document.replace(with_object(good, parameters={"height_m": 0.1}), "Change")
    within(time.perf_counter() - start, 0.5)
    assert checker.flush()
    assert problems.all == ()


def test_closing_the_project_clears_the_list(document: Document, checker: Checker, problems: Problems) -> None:
    assert document.project is not None
    document.replace(with_object(document.project, type="x"), "Change")
    assert checker.flush()
    assert problems.all
    document.close()
    assert problems.all == ()


def test_places_lead_to_their_owners(example: Example) -> None:
    project = example("mugs_on_conveyor")
    for place, uid in {
        "objects[1].placement.parameters.width_m": "bottles",
        "stage[0]": "belt",
        "camera.rig.parameters": addresses.CAMERA,
        "acceptance[0].class": addresses.ACCEPTANCE,
        "seed": addresses.SETTINGS,
        "": "",
        "objects[99].type": "",
    }.items():
        assert owner_at(project, place) == uid


@pytest.mark.timed
def test_a_hundred_groups_are_checked_in_a_moment(example: Example, within: Callable[[float, float], None]) -> None:
    project = example("mugs_on_conveyor")
    one = project.objects[0]
    many = tuple(
        one.model_copy(update={"uid": f"g{i}", "placement": one.placement.model_copy(update={"uid": f"p{i}"})})
        for i in range(100)
    )
    project = project.model_copy(update={"objects": many})
    start = time.perf_counter()
    assert troubles(project, builtin_registry(), None) == ()
    within(time.perf_counter() - start, 1.0)
