"""A page with its process: what is looked at comes first, draws after it, and everything ends when it is hidden."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from myriorama.app.document.document import Document
from myriorama.app.object_studio.bench import OBJECT, bench_project, values_of
from myriorama.app.object_studio.compositing import composed, part_colors, part_indices
from myriorama.app.object_studio.facts_words import attribute_rows, size_words, summary
from myriorama.app.object_studio.looks import Turn
from myriorama.app.object_studio.page import DRAWS, ObjectPage
from myriorama.plugins.registry import PluginRegistry

MADE = ["mug", "die", "conveyor_belt"]


def test_three_objects_of_very_different_size_fill_the_picture(bench: Any) -> None:
    page = bench.page
    page.start()
    for name in MADE:
        page.open(name)
        bench.until(bench.settled)
        assert page.failure.value is None
        assert page.name.value == name
        model = bench.registry.generator(name).generate(
            {p.name: tuple(p.default) if isinstance(p.default, list) else p.default for p in page.parameters}
        )
        facts = page.facts.value
        assert [k.name for k in facts.keypoints] == [k.name for k in model.keypoints]
        assert [p.name for p in facts.parts] == [p.name for p in model.parts]
        assert facts.triangles == sum(len(p.mesh.faces) for p in model.parts)
        assert np.allclose([facts.extent.low, facts.extent.high], model.bounds)
        assert facts.skeleton == model.skeleton
        assert dict(facts.attributes).keys() >= set(model.attributes)
        seen = part_indices(page.frame) > 0
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        height, width = seen.shape
        assert max((rows[-1] - rows[0]) / height, (columns[-1] - columns[0]) / width) > 0.5, name
        assert 0 < rows[0] < rows[-1] < height - 1, name
        assert 0 < columns[0] < columns[-1] < width - 1, name
        labels = {k.name for a in page.frame.annotations for k in a.keypoints}
        assert labels == {k.name for k in model.keypoints}


def test_turning_and_values_and_draws(bench: Any) -> None:
    page = bench.page
    page.open("mug")
    page.start()
    bench.until(bench.settled)
    first = page.frame
    page.turn_by(90.0)
    bench.until(lambda: page.frame is not first and not page.frame.final)
    bench.until(bench.settled)
    middle = np.array(page.facts.value.extent.middle)
    eye, before = (f.camera.world_from_camera[:3, 3] - middle for f in (page.frame, first))
    assert np.linalg.norm(eye) == pytest.approx(np.linalg.norm(before))
    assert not np.allclose(eye, before)
    assert page.turn.value.azimuth_deg == pytest.approx(Turn().azimuth_deg + 90.0)

    page.try_value("height_m", 0.2)
    bench.until(lambda: page.facts.value.extent.high[2] == pytest.approx(0.2))
    assert not page.frame.final
    assert page.document.history.undo_label == ""
    page.set_value("height_m", 0.2)
    bench.until(bench.settled)
    assert page.pictures.framed.high[2] == pytest.approx(0.2), "what grew out of the picture is framed anew"

    bench.until(lambda: all(d.done for d in page.draws))
    assert len(page.draws) == DRAWS
    assert not any(d.problem for d in page.draws)
    heights = {round(d.extent.high[2], 6) for d in page.draws}
    assert len(heights) > DRAWS // 2, "each draw is an object of its own"
    page.take_draw(3)
    assert page.values == dict(page.draws[3].values)
    bench.until(bench.settled)
    assert page.facts.value.extent.high[2] == pytest.approx(page.draws[3].extent.high[2])
    page.document.history.undo()
    assert page.values["height_m"] == 0.2

    plain = page.frame.rgb
    tinted = composed(page.frame, parts=True, wire=False)
    ours = part_indices(page.frame) > 0
    assert (tinted[~ours] == plain[~ours]).all()
    assert (tinted[ours] != plain[ours]).any()
    page.shows.set(replace(page.shows.value, wire=True))
    bench.until(lambda: page.frame.wire is not None and bench.settled())
    edges = page.frame.wire > 0
    assert edges.any()
    assert (edges & ours).sum() > 0.8 * edges.sum(), "edges lie on the object"

    pid = page.pictures.pid
    page.stop()
    assert page.pictures.pid is None
    page.pictures.close()  # stopping waits for nothing; this does
    bench.until(lambda: not _alive(pid))
    page.start()
    bench.until(bench.settled)
    assert page.pictures.pid != pid


def test_a_failure_keeps_the_last_picture(bench: Any) -> None:
    page = bench.page
    page.open("mug")
    page.start()
    bench.until(bench.settled)
    shown = page.frame
    page.document.replace(_with(page, "wall_m", {"linked": "nothing_at_all"}), "Break it")
    bench.until(lambda: page.failure.value is not None)
    assert page.frame is shown
    assert "nothing_at_all" in page.failure.value.message
    page.document.history.undo()
    bench.until(lambda: page.failure.value is None and bench.settled())


# --- without a process


@pytest.fixture
def page(registry: PluginRegistry) -> ObjectPage:
    def at_once(call: Callable[[], None]) -> None:
        call()

    made = ObjectPage(registry, at_once)
    made.open("mug")
    return made


def test_values_stay_inside_their_limits(page: ObjectPage) -> None:
    before = page.values
    assert "0.25" in page.set_value("height_m", 9.0)
    assert page.values == before
    page.try_value("height_m", 9.0)
    assert page.document.shown is page.document.project
    assert page.set_value("height_m", 0.2) == ""
    assert page.values["height_m"] == 0.2
    page.reset("height_m")
    assert page.values == before
    assert page.document.history.undo_label == "Reset height"
    page.document.history.undo()
    assert page.values["height_m"] == 0.2
    with pytest.raises(KeyError):
        page.set_value("antenna_m", 1.0)


def test_rolls_draw_what_is_suggested_and_nothing_else(page: ObjectPage) -> None:
    before = page.values
    page.roll("height_m")
    assert {k for k, v in page.values.items() if v != before[k]} == {"height_m"}
    page.roll()
    suggested = {p.name for p in page.parameters if p.suggested is not None}
    assert {k for k, v in page.values.items() if v != before[k]} == suggested
    page.reset_all()
    assert page.values == before


def test_adding_to_a_project_is_one_step_that_can_be_undone(page: ObjectPage, registry: PluginRegistry) -> None:
    document = Document()
    with pytest.raises(ValueError, match="no open project"):
        page.add_to(document, registry)
    project = bench_project(registry, "die")
    document.open(project, document.folder)
    page.set_value("height_m", 0.123)
    page.set_value("handle", False)
    uid = page.add_to(document, registry)
    group = next(g for g in document.project.objects if g.uid == uid)  # type: ignore[union-attr]
    assert group.type == "mug"
    assert group.parameters["height_m"] == 0.123
    assert group.parameters["handle"] is False
    assert not any(isinstance(v, dict) for v in group.parameters.values()), "values are fixed, not suggested"
    assert "detail" not in group.parameters, "what is at its default is not written"
    document.history.undo()
    assert document.project == project
    assert not document.history.undo_label


def test_materials_of_a_group_come_along(page: ObjectPage, registry: PluginRegistry) -> None:
    page.open("mug", materials={"*": {"base_color": "#ff0000"}}, title="Red mug")
    document = Document()
    document.open(bench_project(registry, "die"), document.folder)
    uid = page.add_to(document, registry)
    group = next(g for g in document.project.objects if g.uid == uid)  # type: ignore[union-attr]
    assert group.materials == {"*": {"base_color": "#ff0000"}}
    assert group.name == "Red mug"


def test_a_plugin_that_changed_keeps_the_values_that_are_still_there(page: ObjectPage, monkeypatch: Any) -> None:
    page.set_value("height_m", 0.2)
    cls = page.registry.plugin_class("generator", "mug")
    fewer = tuple(p for p in cls.parameters if p.name != "belly")
    monkeypatch.setattr(cls, "parameters", fewer)
    page.plugins_changed(())
    assert page.values["height_m"] == 0.2
    assert "belly" not in page.values
    monkeypatch.undo()
    page.plugins_changed(())
    assert page.values["height_m"] == 0.2
    assert page.values["belly"] == 0.0


def test_words_for_sizes_and_attributes(page: ObjectPage) -> None:
    assert size_words((0.0041, 0.0041, 0.0041)) == "4.10 × 4.10 × 4.10 mm"
    assert size_words((0.5, 3.0, 1.0), largest=True) == "3.00 m"
    colors = part_colors(20)
    assert len(set(colors)) == 20, "parts are told apart"


def test_the_summary_says_what_is_known(bench: Any) -> None:
    page = bench.page
    page.open("die")
    page.start()
    bench.until(bench.settled)
    words = summary(page.facts.value)
    assert "16.0 × 16.0 × 16.0 mm" in words
    assert "2 parts" in words
    assert "6 keypoints" in words
    assert "4.49 g" in words
    assert ("face_up", "1", "whole number") in attribute_rows(page.facts.value)


def _with(page: ObjectPage, name: str, value: Any) -> Any:
    project = page.document.project
    assert project is not None
    group = project.objects[0]
    assert group.uid == OBJECT
    assert name in values_of(project)
    return project.model_copy(
        update={"objects": (group.model_copy(update={"parameters": {**group.parameters, name: value}}),)}
    )


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
