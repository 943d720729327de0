"""Edits of the project's lists: what each keeps, what it changes, and that its result can always be opened again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from myriorama.app.document import edits
from myriorama.app.document.addresses import PARTS
from myriorama.app.document.document import Document
from myriorama.app.document.uids import fresh_uid, items, taken_uids
from myriorama.app.finding import example_names
from myriorama.app.observable import Selection
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.build import Builder
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import InputError, PluginError
from myriorama.scenes.parameters.schema import File
from myriorama.scenes.project.check import project_problems
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project

Example = Callable[[str], Project]
EVERYTHING = [(kind, name) for kind in edits.LISTS_OF_KIND for name in builtin_registry().names(kind)]


def assert_loadable(project: Project) -> None:
    assert parse_project(dump_project(project)) == project
    camera = 3 + len(project.camera.views)  # its own, its rig's, the word that is reserved, and the views'
    assert len(taken_uids(project)) == camera + sum(len(uids) for uids in _all_uids(project))


def _all_uids(project: Project) -> list[tuple[str, ...]]:
    return [(i.uid, i.placement.uid) if hasattr(i, "placement") else (i.uid,) for _, i in items(project)]


@pytest.mark.parametrize(("kind", "name"), EVERYTHING)
@pytest.mark.parametrize("example_name", ["mugs_on_conveyor", "first_light"])
def test_whatever_is_added_can_be_drawn(example: Example, kind: str, name: str, example_name: str) -> None:
    registry = builtin_registry()
    project = example(example_name)
    wanted = [p for p in registry.parameters(kind, name) if isinstance(p, File) and p.required and not p.suggested]
    values = {p.name: "resource:hdri/city.exr" for p in wanted}
    edit = edits.add(project, registry, kind, name, values=values)
    assert project_problems(edit.project, registry, None) == []
    assert_loadable(edit.project)
    (uid,) = edit.select
    assert uid not in taken_uids(project)
    drawn = compile_plan(edit.project, registry, None).draw(3)
    assert uid in {n.uid for n in (*drawn.environment, *drawn.lights, *drawn.stage, *drawn.objects, *drawn.effects)}


@pytest.mark.parametrize("name", [n for kind, n in EVERYTHING if kind == "generator" and n != "mesh_file"])
def test_what_is_added_stands_where_it_is_put(example: Example, name: str) -> None:
    """The suggested values are bodies that can be built, on a stage as well as on bare ground."""
    registry = builtin_registry()
    bare = example("mugs_on_conveyor").model_copy(update={"environment": (), "objects": ()})
    for start in (bare, bare.model_copy(update={"stage": ()})):
        edit = edits.add(start, registry, "generator", name)
        plan, builder = compile_plan(edit.project, registry, None), Builder(edit.project, registry, None)
        placed = [i for n in range(3) for i in builder.build(plan.draw(n)).instances if i.group_uid == edit.select[0]]
        assert placed


def test_what_is_added_takes_what_its_plugin_suggests_and_a_class(example: Example) -> None:
    registry = builtin_registry()
    before = example("dice_tray")
    edit = edits.add(before, registry, "generator", "mug")
    group = edit.project.objects[-1]
    suggested = {p.name: p.suggested for p in registry.parameters("generator", "mug") if p.suggested is not None}
    assert suggested
    assert group.parameters == suggested
    assert group.class_ == "mug"
    (row,) = set(edit.project.classes) - set(before.classes)
    assert (row.name, row.id) == ("mug", max(r.id for r in before.classes) + 1)
    assert row.color not in {r.color for r in before.classes}
    # It stands in the tray, where the dice are, not beside the table.
    assert group.placement.parameters["center_m"] == before.objects[-1].placement.parameters["center_m"]
    assert edit.label == "Add Mug"
    again = edits.add(edit.project, registry, "generator", "mug")
    assert again.project.objects[-1].uid == "mug_2"
    assert again.project.classes == edit.project.classes


def test_a_stage_starts_without_a_label_and_fixed(example: Example) -> None:
    edit = edits.add(example("first_light"), builtin_registry(), "generator", "table")
    table = edit.project.stage[-1]
    assert (table.class_, table.count, table.placement.type) == ("unlabelled", 1, "fixed")
    onto = edits.add(edit.project.model_copy(update={"objects": ()}), builtin_registry(), "generator", "mug")
    assert onto.project.objects[-1].placement.parameters["support"] == "on_top"


def test_lists_take_only_what_may_stand_in_them(example: Example) -> None:
    project, registry = example("first_light"), builtin_registry()
    assert edits.add(project, registry, "environment", "spot").project.lights[-1].type == "spot"
    assert edits.add(project, registry, "environment", "sky").project.environment[-1].type == "sky"
    with pytest.raises(InputError, match="cannot stand in this list"):
        edits.add(project, registry, "environment", "sky", "objects")
    with pytest.raises(InputError, match="cannot stand in this list"):
        edits.move(project, ["light"], "objects", 0)
    with pytest.raises(InputError, match="cannot stand in this list"):
        edits.add(project, registry, "writer", "coco")
    with pytest.raises(PluginError, match="did you mean mug"):
        edits.add(project, registry, "generator", "mugg")


def test_fresh_uids_are_readable_and_never_taken() -> None:
    assert fresh_uid("mug", ()) == "mug"
    assert fresh_uid("mug", {"mug"}) == "mug_2"
    assert fresh_uid("mug_2", {"mug", "mug_2"}) == "mug_3"
    assert fresh_uid("Tasse à café!", ()) == "Tasse_caf"
    assert fresh_uid("杯", ()) == "node"
    long = fresh_uid("x" * 90, {"x" * 64})
    assert len(long) == 64
    assert long.endswith("_2")


def test_duplicates_are_new_nodes_whose_links_follow(example: Example) -> None:
    project = example("mugs_on_conveyor")
    mugs = project.objects[0]
    linked = {**mugs.placement.parameters, "scale": {"linked": "@mugs.height_m / @bottles.height_m * height_m"}}
    mugs = mugs.model_copy(update={"placement": mugs.placement.model_copy(update={"parameters": linked})})
    mugs = mugs.model_copy(
        update={
            "parameters": {
                **mugs.parameters,
                "belly": {"even_group": {"group": "g", "range": [0, 0.1], "dimension": 3}},
            }
        }
    )
    project = project.model_copy(update={"objects": (mugs, *project.objects[1:])})
    edit = edits.duplicate(project, ["mugs"])
    assert [g.uid for g in edit.project.objects] == ["mugs", "mugs_2", "bottles", "cartons"]
    copy = edit.project.objects[1]
    assert (copy.name, copy.placement.uid) == ("Mugs copy", "mugs_place_2")
    assert copy.placement.parameters["scale"] == {"linked": "@mugs_2.height_m / @bottles.height_m * height_m"}
    assert copy.parameters["belly"] == {"even_group": {"group": "g", "range": [0, 0.1]}}
    assert edit.project.objects[0] == mugs
    assert edits.duplicate(edit.project, ["mugs"]).project.objects[1].name == "Mugs copy 2"
    assert edits.duplicate(edit.project, ["mugs_2"]).project.objects[2].name == "Mugs copy 2"
    both = edits.duplicate(project, ["bottles", "mugs"])
    assert "@mugs_2.height_m / @bottles_2.height_m" in str(both.project.objects[1].placement.parameters)
    assert_loadable(both.project)


def test_removing_selects_the_neighbour(example: Example) -> None:
    project = example("mugs_on_conveyor")
    assert edits.remove(project, ["mugs"]).select == ("bottles",)
    assert edits.remove(project, ["cartons"]).select == ("bottles",)
    assert edits.remove(project, ["mugs", "bottles"]).select == ("cartons",)
    gone = edits.remove(project, ["mugs", "lamp", "belt"])
    assert gone.label == "Delete 3 items"
    assert (len(gone.project.objects), gone.project.lights, gone.project.stage) == (2, (), ())
    with pytest.raises(KeyError):
        edits.remove(project, ["nobody"])


def test_names_that_a_file_could_not_hold_are_refused(example: Example) -> None:
    project = example("mugs_on_conveyor")
    renamed = edits.rename(project, "mugs", "  Cups ")
    assert renamed.project.objects[0].name == "Cups"
    assert renamed.project.objects[0].uid == "mugs"
    for bad in ("a\nb", "x" * 201, "tab\there"):
        with pytest.raises(InputError):
            edits.rename(project, "mugs", bad)


def test_moving_keeps_the_order_of_what_is_moved(example: Example) -> None:
    project = example("mugs_on_conveyor")

    def order(edit: edits.Edit, name: str = "objects") -> list[str]:
        return [i.uid for i in getattr(edit.project, name)]

    assert order(edits.move(project, ["cartons", "mugs"], "objects", 2)) == ["bottles", "mugs", "cartons"]
    assert order(edits.move(project, ["cartons"], "objects", 0)) == ["cartons", "mugs", "bottles"]
    assert order(edits.move(project, ["mugs"], "objects", 3)) == ["bottles", "cartons", "mugs"]
    across = edits.move(project, ["bottles", "belt"], "stage", 0)
    assert order(across, "stage") == ["belt", "bottles"]
    assert order(across) == ["mugs", "cartons"]
    assert order(edits.move_by(project, ["bottles", "cartons"], -1)) == ["bottles", "cartons", "mugs"]
    assert order(edits.move_by(project, ["mugs", "bottles"], -1)) == ["mugs", "bottles", "cartons"]
    assert order(edits.move_by(project, ["mugs", "bottles"], 1)) == ["cartons", "mugs", "bottles"]
    # What is drawn does not depend on the order.
    assert {g.uid: g for g in across.project.stage}["bottles"] == project.objects[1]


def test_switching_off_keeps_everything_else(example: Example) -> None:
    project = example("mugs_on_conveyor")
    off = edits.set_enabled(project, ["mugs", "lamp"], False)
    assert not off.project.objects[0].enabled
    assert not off.project.lights[0].enabled
    assert edits.set_enabled(off.project, ["mugs", "lamp"], True).project == project


def test_commit_is_one_undoable_step(document: Document) -> None:
    selection = Selection()
    before = document.project
    assert before is not None
    edits.commit(edits.add(before, builtin_registry(), "generator", "die"), document, selection)
    assert document.history.labels == ("Add Die",)
    assert selection.value == ("die",)
    document.history.undo()
    assert document.project == before
    assert edits.existing(document.project, selection.value, PARTS) == ()
    assert edits.existing(document.project, ("mugs", "project:camera"), PARTS) == ("mugs", "project:camera")


@pytest.mark.parametrize("name", example_names())
def test_every_edit_of_every_example_keeps_a_loadable_project(example: Example, name: str) -> None:
    project, registry = example(name), builtin_registry()
    for list_name, item in items(project):
        for edit in (
            edits.remove(project, [item.uid]),
            edits.duplicate(project, [item.uid]),
            edits.rename(project, item.uid, "Ünïcode ✓"),
            edits.set_enabled(project, [item.uid], False),
            *(edits.move(project, [item.uid], other, 0) for other in edits.lists_for(list_name)),
        ):
            assert_loadable(edit.project)
            assert project_problems(edit.project, registry, None) == []
