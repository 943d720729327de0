"""The project of one object: every generator can stand in it, whatever its size, and draws stay inside limits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.inspection.candidates import refusal
from myriorama.app.object_studio.bench import (
    Extent,
    bench_project,
    compile_suggested,
    distance_m,
    drawn_from,
    extent_of,
    staged,
    values_of,
    with_values,
)
from myriorama.app.object_studio.groups import first_of_group, is_group
from myriorama.app.object_studio.looks import FURTHEST, NEAREST, Turn
from myriorama.app.object_studio.spans import span_of
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.assembly.build import Builder
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.parameters.schema import Float, Int
from myriorama.scenes.project.check import check_project
from myriorama.scenes.project.model import Project

SIZES_M = [0.004, 0.1, 3.0, 300.0]


def test_every_generator_stands_alone_and_its_draws_do_too(registry: PluginRegistry) -> None:
    store = FileAssetStore(None)
    for name in registry.names("generator"):
        project = bench_project(registry, name)
        check_project(project, registry, store)
        scene = Builder(project, registry, store).build(compile_plan(project, registry, store).draw(0))
        ours = [i for i in scene.instances if i.group_uid == "object"]
        assert [i.kind for i in ours] == ["thing"], name
        parameters = registry.parameters("generator", name)
        drawn, again = (
            drawn_from(compile_suggested(registry, project, 5), parameters, values_of(project), 3) for _ in range(2)
        )
        check_project(with_values(project, drawn), registry, store)
        assert drawn == again, name
        for parameter in parameters:
            assert not refusal(drawn[parameter.name], parameter), (name, parameter.name)


@pytest.mark.parametrize("size_m", SIZES_M)
def test_ground_lamps_and_camera_fit_an_object_of_any_size(registry: PluginRegistry, size_m: float) -> None:
    extent = Extent((-size_m / 2, -size_m / 2, -size_m / 4), (size_m / 2, size_m / 2, size_m))
    project = staged(bench_project(registry, "mug"), extent, aspect=1.5)
    check_project(project, registry, FileAssetStore(None))
    ground = project.environment[1].parameters
    assert ground["center_m"][2] == extent.low[2], "the ground lies under what goes below the origin"
    assert ground["width_m"] > 20 * size_m or ground["width_m"] == 1e4
    camera = Builder(project, registry, None).build(compile_plan(project, registry).draw(0), size=(300, 200)).camera
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (0, 1)], dtype=float)
    low, high = np.array(extent.low), np.array(extent.high)
    world = low + (corners * 0.5 + [0.5, 0.5, 0.0]) * (high - low)
    inside = world @ camera.camera_from_world[:3, :3].T + camera.camera_from_world[:3, 3]
    pixels, _ = camera.project_camera(inside)
    assert (inside[:, 2] > 0).all()
    assert (pixels > 0).all()
    assert (pixels < [300, 200]).all()


def test_a_dragged_value_leaves_ground_and_lamps_alone(registry: PluginRegistry) -> None:
    project = bench_project(registry, "mug")
    one = staged(project, Extent((-0.05, -0.05, 0.0), (0.05, 0.05, 0.1)))
    other = staged(project, Extent((-0.05, -0.05, 0.0), (0.05, 0.05, 0.101)))
    assert one.environment == other.environment
    assert one.camera != other.camera


def test_values_that_a_generator_does_not_declare_are_left_out(registry: PluginRegistry) -> None:
    project = bench_project(registry, "mug", {"height_m": 0.12, "antenna_m": 3.0})
    assert values_of(project)["height_m"] == 0.12
    assert "antenna_m" not in values_of(project)


def test_the_turn_keeps_its_distance_to_the_size_and_its_limits() -> None:
    small, large = Extent((0, 0, 0), (0.01, 0.01, 0.01)), Extent((0, 0, 0), (2, 2, 2))
    for extent in (small, large):
        assert Turn().orbit(extent, 1.0).distance_m == pytest.approx(distance_m(extent))
        assert Turn(zoom=2.0).orbit(extent, 1.0).distance_m == pytest.approx(distance_m(extent) / 2.0)
    assert Turn().turned(720.0 + 10.0).azimuth_deg == pytest.approx(Turn().azimuth_deg + 10.0)
    assert Turn().turned(0.0, 400.0).elevation_deg < 90.0
    assert Turn().zoomed(1e9).zoom == NEAREST
    assert Turn().zoomed(1e-9).zoom == FURTHEST


def test_a_slider_reaches_its_ends_and_gives_back_what_it_shows(registry: PluginRegistry) -> None:
    seen = 0
    for name in registry.names("generator"):
        for parameter in registry.parameters("generator", name):
            span = span_of(parameter)
            if span is None:
                continue
            seen += 1
            assert isinstance(parameter, Float | Int)
            assert parameter.minimum <= span.low < span.high <= parameter.maximum, (name, parameter.name)
            for place in (0.0, 0.25, 0.5, 1.0):
                value = span.value_at(place)
                assert not refusal(int(value) if span.whole else value, parameter), (name, parameter.name, value)
                if not span.whole:
                    assert span.place_of(value) == pytest.approx(place, abs=0.02), (name, parameter.name)
    assert seen > 50


def test_a_wide_span_is_even_in_the_logarithm() -> None:
    span = span_of(Float("size_m", 1.0, help="x", minimum=0.001, maximum=100.0, suggested={"uniform": [0.5, 2.0]}))
    assert span is not None
    assert span.logarithmic
    assert span.value_at(0.5) == pytest.approx(math.sqrt(0.1), rel=0.02)
    seed = span_of(Int("seed", 0, help="x", minimum=0, maximum=2**31 - 1, suggested={"integers": [0, 50]}))
    assert seed is not None
    assert seed.high <= 1000.0
    assert seed.usual == (0.0, 50.0)


def test_an_object_of_a_group_is_what_the_sample_draws(registry: PluginRegistry, project_of_mugs: Project) -> None:
    sample = compile_plan(project_of_mugs, registry).draw(2)
    member = next(g for g in sample.objects if g.uid == "mugs").members[0]
    wanted = first_of_group(project_of_mugs, registry, "mugs", 2)
    assert wanted.name == "mug"
    assert wanted.values["height_m"] == member.values["height_m"]
    assert wanted.materials["*"]["roughness"] == member.materials["*"]["roughness"]
    project = bench_project(registry, wanted.name, wanted.values, materials=wanted.materials, title=wanted.title)
    check_project(project, registry, FileAssetStore(None))
    assert is_group(project_of_mugs, "mugs")
    assert not is_group(project_of_mugs, "light")
    assert not is_group(None, "x")
    with pytest.raises(KeyError):
        first_of_group(project_of_mugs, registry, "light", 0)


def test_a_group_that_cannot_be_drawn_gives_what_is_written_plainly(
    registry: PluginRegistry, project_of_mugs: Project
) -> None:
    group = project_of_mugs.objects[0]
    broken = group.model_copy(update={"parameters": {"height_m": 0.11, "belly": {"uniform": [1, 0]}}})
    wanted = first_of_group(project_of_mugs.model_copy(update={"objects": (broken,)}), registry, "mugs", 0)
    assert dict(wanted.values) == {"height_m": 0.11}


@pytest.fixture
def project_of_mugs(registry: PluginRegistry) -> Project:
    project = bench_project(registry, "mug", {"height_m": {"uniform": [0.08, 0.12]}})
    group = project.objects[0].model_copy(
        update={"uid": "mugs", "materials": {"*": {"roughness": {"uniform": [0.2, 0.9]}}}}
    )
    return project.model_copy(update={"objects": (group,)})


def test_extents_come_from_bounds() -> None:
    extent = extent_of(np.array([[-1.0, 0.0, 0.0], [1.0, 2.0, 4.0]]))
    assert extent.size_m == (2.0, 2.0, 4.0)
    assert extent.middle == (0.0, 1.0, 2.0)
    assert extent.radius_m == pytest.approx(math.sqrt(24.0) / 2.0)
