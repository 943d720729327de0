"""The edits of the inspector: one project in, one project out."""

from __future__ import annotations

from typing import Any

import pytest

from myriorama.app.document.addresses import CAMERA, MISSING, Address, read, write
from myriorama.app.inspection import changes
from myriorama.app.inspection.effective import EffectiveValues, place_of
from myriorama.app.inspection.inspect import inspect
from myriorama.app.inspection.rows import Row
from myriorama.app.preview.tiles import SampleFacts
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.project.model import Project


def row_of(project: Project, registry: PluginRegistry, key: str, *uids: str) -> Row:
    return next(row for row in inspect(project, registry, uids).rows() if row.key == key)


def test_several_are_changed_together_and_locked_ones_stay(mugs: Project, registry: PluginRegistry) -> None:
    row = row_of(mugs, registry, "placement/width_m", "mugs", "bottles")
    locked = Address("bottles", "placement", "width_m")
    both = changes.with_value(mugs, registry, row, 0.5, frozenset())
    one = changes.with_value(mugs, registry, row, 0.5, {locked})
    assert [read(both, a) for a in row.addresses] == [0.5, 0.5]
    assert [read(one, a) for a in row.addresses] == [0.5, 1.2]


def test_one_number_of_a_list(mugs: Project, registry: PluginRegistry) -> None:
    row = row_of(mugs, registry, "rig/target_m/2", CAMERA)
    after = changes.with_value(mugs, registry, row, 0.9, frozenset())
    assert read(after, row.addresses[0]) == [{"uniform": [-0.15, 0.15]}, {"uniform": [-0.05, 0.05]}, 0.9]
    assert read(mugs, row.addresses[0])[2] == 0.79


def test_types_and_classes_are_changed_in_their_own_way(mugs: Project, registry: PluginRegistry) -> None:
    kind = row_of(mugs, registry, "field/type", "mugs")
    after = changes.with_value(mugs, registry, kind, "bottle", frozenset())
    assert after.objects[0].type == "bottle"
    assert "height_m" in after.objects[0].parameters
    rig = row_of(mugs, registry, "field/rig_type", CAMERA)
    assert changes.with_value(mugs, registry, rig, "top_down", frozenset()).camera.rig.type == "top_down"
    place = row_of(mugs, registry, "field/placement_type", "mugs")
    assert changes.with_value(mugs, registry, place, "grid", frozenset()).objects[0].placement.type == "grid"
    named = row_of(mugs, registry, "field/class_", "mugs")
    assert changes.with_value(mugs, registry, named, "conveyor", frozenset()).objects[0].class_ == "conveyor"
    assert changes.reason_against(mugs, registry, named, "cup")
    count = row_of(mugs, registry, "field/count", "mugs")
    assert changes.with_value(mugs, registry, count, MISSING, frozenset()).objects[0].count == 1
    assert "limits" in changes.reason_against(mugs, registry, count, -1)


def test_python_of_a_row_runs(mugs: Project, registry: PluginRegistry) -> None:
    row = row_of(mugs, registry, "parameters/height_m", "mugs")
    code = compile(changes.python_of(row), "copied", "exec")
    names: dict[str, Any] = {"project": write(mugs, row.addresses[0], 1.0), "Address": Address, "write": write}
    names["MISSING"] = MISSING
    exec(code, names)  # noqa: S102 - what a person would do with it
    assert names["project"] == mugs


def test_copy_and_paste_give_the_value_back(mugs: Project, registry: PluginRegistry) -> None:
    row = row_of(mugs, registry, "parameters/height_m", "mugs")
    assert changes.pasted(changes.copied(row)) == row.value
    assert changes.pasted("#ff0000") == "#ff0000"
    with pytest.raises(ValueError, match="no value"):
        changes.pasted("  ")


def test_sweeps_run_over_what_is_declared(mugs: Project, registry: PluginRegistry) -> None:
    assert changes.sweep_range(row_of(mugs, registry, "parameters/height_m", "mugs")) == (0.075, 0.12)
    assert changes.sweep_range(row_of(mugs, registry, "rig/target_m/0", CAMERA)) == (-0.15, 0.15)
    low, high = changes.sweep_range(row_of(mugs, registry, "parameters/density_kg_m3", "mugs")) or (0, 0)
    assert low < 2350 < high
    assert changes.sweep_range(row_of(mugs, registry, "parameters/handle", "mugs")) is None


def test_vary_only_keeps_ranges_and_stills_the_rest(mugs: Project, registry: PluginRegistry) -> None:
    row = row_of(mugs, registry, "parameters/height_m", "mugs")
    plan = compile_plan(changes.varying_only(mugs, row), registry)
    first, second = plan.draw(0), plan.draw(1)
    assert first.rig.values == second.rig.values
    assert first.lens == second.lens
    one, other = first.objects[0].members, second.objects[0].members
    assert len(one) == len(other)
    assert [m.values["height_m"] for m in one] != [m.values["height_m"] for m in other]
    assert all(m.values["diameter_m"] == one[0].values["diameter_m"] for m in (*one, *other))


def test_labels_of_steps(mugs: Project, registry: PluginRegistry) -> None:
    assert changes.label_of(mugs, row_of(mugs, registry, "parameters/height_m", "mugs")) == "Change Mugs height"
    several = row_of(mugs, registry, "placement/width_m", "mugs", "bottles")
    assert changes.label_of(mugs, several) == "Change width of 2 selected"


def facts(index: int, values: dict[str, Any]) -> SampleFacts:
    return SampleFacts(index, 1, f"{index:08d}", "h", 64, 48, (), 0, values)


def test_effective_values_come_by_path() -> None:
    assert place_of("mugs/3/height_m") == "mugs/height_m"
    assert place_of("rig/target_m/0") == "rig/target_m/0"
    told: list[int] = []
    known = EffectiveValues()
    known.changed.connect(lambda: told.append(1))
    known.add(facts(0, {"mugs/0/height_m": 0.1, "mugs/1/height_m": 0.2, "sun/strength": 3.0}))
    known.add(facts(1, {"mugs/0/height_m": 0.3}))
    assert sorted(known.at("mugs/height_m")) == [0.1, 0.2, 0.3]
    known.add(facts(0, {"mugs/0/height_m": 0.7}))
    assert sorted(known.at("mugs/height_m")) == [0.3, 0.7]
    known.show({"mugs/0/height_m": 0.5})
    assert known.shown_at("mugs/height_m") == [0.5]
    known.forget()
    assert known.at("mugs/height_m") == []
    assert len(told) == 5
