"""The project as an outline and as differences in words; and that views hear of a jump in the history once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from myriorama.app.document import addresses, edits
from myriorama.app.document.difference import differences
from myriorama.app.document.document import Document
from myriorama.app.document.outline import Badge, Row, Section, outline, uids_in
from myriorama.app.document.uids import items
from myriorama.app.finding import example_names
from myriorama.app.problems import Trouble
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.project.model import Project

Example = Callable[[str], Project]


def rows(sections: tuple[Section, ...]) -> dict[str, Row]:
    return {row.uid: row for section in sections for row in section.rows}


@pytest.mark.parametrize("name", example_names())
def test_everything_that_can_be_selected_is_in_it_once(example: Example, name: str) -> None:
    project = example(name)
    uids = uids_in(outline(project, {}, {}, ()))
    assert sorted(uids) == sorted([*(item.uid for _, item in items(project)), *addresses.PARTS])


def test_rows_say_what_they_are(example: Example) -> None:
    project = example("dice_tray")
    found = rows(outline(project, {"objects/die": "Die", "stage/tray": "Tray"}, {}, ()))
    assert (found["dice"].title, found["dice"].type_label) == ("Dice", "Die")
    assert found["tray"].type_label == ""  # that is its name
    assert (found["dice"].class_name, found["dice"].color, found["dice"].count) == ("by face_up", "", "~")
    assert (found["tray"].class_name, found["tray"].color, found["tray"].count) == ("tray", "#7a5c3e", "~")
    assert (found["light"].class_name, found["light"].color) == ("", "")


@pytest.mark.parametrize(
    ("count", "told"),
    [(1, ""), (0, "0"), (12, "12"), ({"integers": [2, 5]}, "2–5"), ({"choice": [1, 9]}, "~"), ({"linked": "x"}, "~")],
)
def test_counts_are_short(example: Example, count: Any, told: str) -> None:
    project = example("dice_tray")
    dice = project.objects[0].model_copy(update={"count": count})
    found = rows(outline(project.model_copy(update={"objects": (dice,)}), {}, {}, ()))
    assert found["dice"].count == told


def test_the_worst_trouble_is_the_badge(example: Example) -> None:
    project = example("dice_tray")
    mild = Trouble("a", "note", "Mild.", uid="dice")
    bad = Trouble("b", "error", "Bad.", way_out="Mend it.", uid="dice")
    many = [replace(mild, message=f"Mild {i}.") for i in range(9)]
    found = rows(outline(project, {}, {}, [mild, bad]))
    assert found["dice"].badge == Badge("error", "Bad. Mend it.\nMild.")
    assert rows(outline(project, {}, {}, many))["dice"].badge.text.endswith("and 5 more")
    camera = next(
        s for s in outline(project, {}, {}, [replace(bad, uid=addresses.CAMERA)]) if s.uid == addresses.CAMERA
    )
    assert camera.badge is not None
    gone = rows(outline(project, {}, {"dice": "polyhedron"}, [mild]))["dice"]
    assert gone.missing == "polyhedron"
    assert gone.badge == Badge("error", "Plugin polyhedron is not here; its parameters are kept.")


def test_differences_name_what_changed(example: Example) -> None:
    project, registry = example("mugs_on_conveyor"), builtin_registry()
    assert differences(project, project) == ()
    assert differences(None, project) == ("never saved: 7 items",)
    assert differences(project, edits.add(project, registry, "generator", "die").project) == (
        "the classes changed",
        "Die was added",
    )
    assert differences(project, edits.remove(project, ["mugs"]).project) == ("Mugs was deleted",)
    assert differences(project, edits.rename(project, "mugs", "Cups").project) == ("Mugs: name changed",)
    assert differences(project, edits.move(project, ["mugs"], "stage", 0).project) == ("Mugs moved to stage",)
    assert differences(project, edits.move_by(project, ["mugs"], 1).project) == ("the order of objects changed",)
    taller = addresses.write(project, addresses.Address("mugs", "parameters", "height_m"), 0.1)
    wider = addresses.write(taller, addresses.Address("mugs", "placement", "gap_m"), 0.02)
    assert differences(project, wider) == ("Mugs: height_m, gap_m changed",)
    assert differences(project, project.model_copy(update={"seed": 8})) == ("the seed: 7 became 8",)


def test_many_differences_are_counted(example: Example) -> None:
    project = example("mugs_on_conveyor")
    more = project
    for _ in range(30):
        more = edits.duplicate(more, ["mugs"]).project
    told = differences(project, more)
    assert len(told) == 12
    assert told[-1] == "and 19 more"


def test_a_jump_is_told_once(document: Document) -> None:
    project = document.project
    assert project is not None
    told: list[int] = []
    places: list[bool] = []
    for seed in (1, 2, 3):
        document.replace(project.model_copy(update={"seed": seed}), "Change seed")
    document.changed.connect(lambda p: told.append(p.seed))
    document.location_changed.connect(lambda: places.append(document.dirty))
    document.history.go_to(0)
    document.history.go_to(3)
    document.history.go_to(1)
    document.history.undo()
    assert told == [project.seed, 3, 1, project.seed]
    assert places == [False, True, False]
    assert document.history.done == 0


def test_a_view_that_edits_when_told_of_a_jump_makes_a_step(document: Document) -> None:
    """Told of a jump, it may edit: the history is in order again by then."""
    project = document.project
    assert project is not None
    document.replace(project.model_copy(update={"seed": 1}), "One")
    document.replace(project.model_copy(update={"seed": 2}), "Two")

    def meddle(now: Project) -> None:
        if now.seed == 1:
            document.replace(now.model_copy(update={"seed": 50}), "Meddle")

    document.changed.connect(meddle)
    document.history.undo()
    assert document.project is not None
    assert document.project.seed == 50
    document.history.undo()
    assert document.project.seed == 50
