"""Sweeps and contact sheets: one value runs, all others are drawn as they were."""

from __future__ import annotations

import pytest

from myriorama.app.document.addresses import CAMERA, Address
from myriorama.app.finding import find_project
from myriorama.app.gallery.axes import evenly, runners, values_along
from myriorama.app.gallery.sweep import Sweep
from myriorama.app.gallery.variants import axis_of, sheet_of, sheet_of_sweep
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project
from myriorama.scenes.sample import sample_to_json

REGISTRY = builtin_registry()


@pytest.fixture
def project() -> Project:
    return load_project(find_project("mugs_on_conveyor")).project


def test_a_swept_value_runs_and_every_other_stays_as_it_was_drawn(project: Project) -> None:
    sheet = sheet_of_sweep(project, REGISTRY, Sweep(Address(CAMERA, "rig", "elevation_deg"), None, 10, 80, "up"), 8)
    before = sample_to_json(compile_plan(project, REGISTRY).draw(3))
    seen = []
    for name in sheet.names[0]:
        drawn = sample_to_json(compile_plan(sheet.projects[name], REGISTRY).draw(3))
        seen.append(drawn["rig"]["values"].pop("elevation_deg"))
        expected = {**before, "rig": {**before["rig"], "values": dict(before["rig"]["values"])}}
        del expected["rig"]["values"]["elevation_deg"]
        for tree in (drawn, expected):
            del tree["key"], tree["project_hash"]
        assert drawn == expected
    assert seen == [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0]


def test_one_component_of_a_vector_runs(project: Project) -> None:
    sheet = sheet_of_sweep(project, REGISTRY, Sweep(Address("lamp", "parameters", "position_m"), 2, 1, 3, "z"), 3)
    for name, height in zip(sheet.names[0], (1, 2, 3), strict=True):
        written = sheet.projects[name].lights[0].parameters["position_m"]
        assert written == [{"uniform": [-1.2, 1.2]}, {"uniform": [-1.2, 1.2]}, height]


def test_a_component_of_what_nobody_wrote_starts_from_the_default(project: Project) -> None:
    sweep = Sweep(Address("floor", "parameters", "center_m"), 0, -1, 1, "x")
    sheet = sheet_of_sweep(project, REGISTRY, sweep, 3)
    assert [sheet.projects[n].environment[1].parameters["center_m"] for n in sheet.names[0]] == [
        [-1, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [1, 0.0, 0.0],
    ]


def test_whole_numbers_run_in_whole_steps_each_once(project: Project) -> None:
    sheet = sheet_of_sweep(project, REGISTRY, Sweep(Address("mugs", "field", "count"), None, 3, 6, "n"), 9)
    assert [sheet.projects[n].objects[0].count for n in sheet.names[0]] == [3, 4, 5, 6]


def test_a_value_that_is_gone_is_told_of(project: Project) -> None:
    with pytest.raises(InputError, match="no longer"):
        sheet_of_sweep(project, REGISTRY, Sweep(Address("gone", "parameters", "height_m"), None, 0, 1, "h"), 3)


def test_a_value_outside_the_limits_is_refused(project: Project) -> None:
    with pytest.raises(InputError, match="limit"):
        sheet_of_sweep(project, REGISTRY, Sweep(Address("mugs", "parameters", "height_m"), None, -1, 1, "h"), 3)


def test_two_axes_make_every_pair(project: Project) -> None:
    found = {r.title: r for r in runners(project, REGISTRY)}
    across = found["Mugs: Height (m)"]
    down = found["Hall light: File"]
    sheet = sheet_of(project, axis_of(across, values_along(across, 4)), axis_of(down, values_along(down, 4)))
    assert len(sheet.names) == 2
    assert len(sheet.projects) == 8
    one = sheet.projects[sheet.names[1][3]]
    assert one.objects[0].parameters["height_m"] == 0.12
    assert one.environment[0].parameters["file"] == "resource:hdri/warehouse.exr"
    assert sheet.across.headings == ("0.075", "0.09", "0.105", "0.12")


def test_what_varies_comes_first_and_runs_over_its_own_range(project: Project) -> None:
    found = runners(project, REGISTRY)
    varying = [r for r in found if r.varies]
    assert list(found[: len(varying)]) == varying
    height = next(r for r in varying if r.title == "Mugs: Height (m)")
    assert (height.low, height.high, height.column, height.per_object) == (0.075, 0.12, "value:mugs/height_m", True)
    azimuth = next(r for r in varying if r.title == "Camera: Azimuth (deg)")
    assert azimuth.options == (-90, 90)
    assert list(runners(project, REGISTRY, varying_only=True)) == varying


def test_columns_of_runners_are_those_of_the_facts(project: Project) -> None:
    from myriorama.app.browsing.columns import value_column
    from myriorama.app.preview.drawn import drawn_values

    sample = compile_plan(project, REGISTRY).draw(0)
    columns = {value_column(path) for path in drawn_values(sample, REGISTRY)}
    missing = {
        r.column for r in runners(project, REGISTRY, varying_only=True) if not r.column.startswith("value:bottles")
    } - columns
    assert missing == set()


def test_places_between_are_even_or_by_ratio() -> None:
    assert evenly(0.0, 1.0, 5) == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert evenly(1.0, 100.0, 3, by_ratio=True) == (1.0, 10.0, 100.0)
    assert evenly(2, 4, 9, whole=True) == (2, 3, 4)
    assert evenly(0.5, 0.5, 4) == (0.5,)
