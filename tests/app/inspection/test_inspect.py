"""Which sections and rows a selection has, and what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from myriorama.app.document.addresses import CAMERA, SETTINGS, Address, write
from myriorama.app.inspection.inspect import inspect
from myriorama.app.inspection.rows import MIXED, Inspection, Row
from myriorama.app.inspection.tables import places_of
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.project.model import Project


def row_of(found: Inspection, key: str) -> Row:
    return next(row for row in found.rows() if row.key == key)


def test_nothing_open_and_nothing_selected_say_so(mugs: Project, registry: PluginRegistry) -> None:
    assert inspect(None, registry, ("mugs",)).kind == "nothing"
    assert inspect(mugs, registry, ()).kind == "nothing"
    assert inspect(mugs, registry, ("gone",)).message


def test_a_group_has_all_its_tables(mugs: Project, registry: PluginRegistry) -> None:
    found = inspect(mugs, registry, ("mugs",))
    assert [s.title for s in found.sections][:3] == ["General", "Shape", "Handle"]
    assert {"placement", "materials/*"} <= {s.key for s in found.sections}
    declared = {p.name for p in registry.parameters("generator", "mug")}
    assert declared == {r.declaration.name for r in found.rows() if r.addresses[0].section == "parameters"}
    height = row_of(found, "parameters/height_m")
    assert (height.state, height.title, height.paths) == ("varied", "Height", ("mugs/height_m",))
    assert row_of(found, "parameters/detail").state == "literal"
    assert row_of(found, "materials/*/metallic").state == "unset"
    assert row_of(found, "field/count").value == {"integers": [3, 9]}


def test_slots_that_were_seen_get_a_section(mugs: Project, registry: PluginRegistry) -> None:
    found = inspect(mugs, registry, ("mugs",), slots={"mugs": ("body", "handle")})
    assert {"materials/body", "materials/handle"} <= {s.key for s in found.sections}
    assert all(s.folded for s in found.sections if s.key == "materials/handle")


def test_the_camera_is_rig_and_lens(mugs: Project, registry: PluginRegistry) -> None:
    found = inspect(mugs, registry, (CAMERA,))
    assert [s.title for s in found.sections] == ["Rig", "Lens"]
    parts = [row_of(found, f"rig/target_m/{i}") for i in range(3)]
    assert [p.state for p in parts] == ["varied", "varied", "literal"]
    assert parts[1].paths == ("camera_rig/target_m/1",)
    assert row_of(found, "rig/target_m/").parts


def test_several_show_what_they_share(mugs: Project, registry: PluginRegistry) -> None:
    found = inspect(mugs, registry, ("mugs", "bottles"))
    assert found.title == "2 selected"
    keys = {row.key for row in found.rows()}
    assert "placement/center_m" in keys
    assert "parameters/handle_reach" not in keys
    width = row_of(found, "placement/width_m")
    assert width.value is MIXED
    assert width.state == "mixed"
    assert len(width.addresses) == 2
    same = row_of(found, "placement/gap_m")
    assert same.value == 0.012
    assert same.state == "literal"


def test_kinds_that_do_not_go_together(mugs: Project, registry: PluginRegistry) -> None:
    assert inspect(mugs, registry, (CAMERA, "mugs")).kind == "several"
    assert inspect(mugs, registry, (SETTINGS,)).kind == "part"
    assert inspect(mugs, registry, (SETTINGS, "mugs")).kind == "several"


def test_a_refused_value_is_shown_with_its_reason(mugs: Project, registry: PluginRegistry) -> None:
    broken = write(mugs, Address("mugs", "parameters", "height_m"), -5.0)
    row = row_of(inspect(broken, registry, ("mugs",)), "parameters/height_m")
    assert "limits" in row.reason
    assert row.value == -5.0


def test_a_missing_plugin_keeps_its_parameters(mugs: Project, registry: PluginRegistry) -> None:
    group = mugs.objects[0].model_copy(update={"type": "teapot"})
    found = inspect(mugs.model_copy(update={"objects": (group,)}), registry, ("mugs",))
    assert found.kind == "unknown"
    assert "teapot" in found.message
    assert '"height_m"' in found.kept
    assert any(s.key == "placement" for s in found.sections)


def test_locks_are_shown(mugs: Project, registry: PluginRegistry) -> None:
    address = Address("mugs", "parameters", "height_m")
    found = inspect(mugs, registry, ("mugs",), locks=frozenset({address}))
    assert [row.key for row in found.rows() if row.locked] == ["parameters/height_m"]


def test_the_same_selection_of_the_same_project_is_equal(mugs: Project, registry: PluginRegistry) -> None:
    one, other = (inspect(mugs, registry, ("mugs",)) for _ in range(2))
    assert one == other
    changed = write(mugs, Address("mugs", "parameters", "detail"), 2)
    assert inspect(changed, registry, ("mugs",)) != one


@pytest.mark.parametrize("kind", ["environment", "generator", "effect"])
def test_every_built_in_is_shown_whole(mugs: Project, registry: PluginRegistry, kind: str) -> None:
    """Every declared parameter of every built-in plugin becomes a row without a problem."""
    for name in registry.names(kind):  # type: ignore[arg-type]
        if kind == "generator":
            made = mugs.objects[0].model_copy(update={"type": name, "parameters": {}})
            project, uid = mugs.model_copy(update={"objects": (made,)}), made.uid
        else:
            node = mugs.environment[0].model_copy(update={"type": name, "parameters": {}})
            where = "environment" if kind == "environment" else "effects"
            project, uid = mugs.model_copy(update={"environment": (), where: (node,)}), node.uid
        found = inspect(project, registry, (uid,))
        declared = {p.name for p in registry.parameters(kind, name)}  # type: ignore[arg-type]
        rows = [r for r in found.rows() if r.addresses[0].section == "parameters"]
        assert {r.declaration.name for r in rows} == declared
        assert not [r for r in rows if r.reason]


def test_paths_are_those_of_drawing(mugs: Project, registry: PluginRegistry) -> None:
    """What a row says of its stream is the path under which the value is drawn."""
    from myriorama.scenes.drawing.compile import compile_project

    cells = {cell.path for cell in compile_project(mugs, registry)[0].cells}
    uids = (CAMERA, "light", "floor", "lamp", "belt", "mugs", "bottles", "cartons")
    for uid in uids:
        for row in inspect(mugs, registry, (uid,)).rows():
            if row.special in ("", "count") and row.state in ("literal", "varied") and not row.parts:
                assert row.paths[0] in cells, row.key


def test_places_name_unknown_rigs(mugs: Project, registry: PluginRegistry) -> None:
    rig = mugs.camera.rig.model_copy(update={"type": "crane"})
    project = mugs.model_copy(update={"camera": mugs.camera.model_copy(update={"rig": rig})})
    assert "crane" in places_of(project, registry, CAMERA)[1]
    assert replace(inspect(project, registry, (CAMERA,))).kind == "unknown"
