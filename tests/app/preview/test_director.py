"""Which picture is asked for when: drafts while something moves, finals at rest, one trouble at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psygnal import Signal

from myriorama.app.document.addresses import Address, write
from myriorama.app.document.document import Document
from myriorama.app.observable import Observable
from myriorama.app.preview.director import DRAFT_MS, SOURCE, Adviser, Director, troubles_of
from myriorama.app.preview.frames import Failure, FrameRequest, SampleFrame, View
from myriorama.app.preview.gallery import TileService
from myriorama.app.preview.service import PreviewService
from myriorama.app.problems import Problems
from myriorama.app.settings.store import SettingsStore
from myriorama.scenes.errors import Problem
from myriorama.scenes.project.model import Project
from myriorama.scenes.rendering.frame import Device

VIEW = View((1.0, 0, 0, 0, 0, 1.0, 0, 0, 0, 0, 1.0, 0, 0, 0, 0, 1.0), 50.0)
HEIGHT = Address("mugs", "parameters", "height_m")


class Asked:
    """Stands for the preview process: keeps what it is asked for, and answers when the test says so."""

    frame_ready = Signal(object)
    failed = Signal(object)

    def __init__(self) -> None:
        self.generation = 0
        self.requests: list[FrameRequest] = []
        self.at_rest: FrameRequest | None = None

    def request(self, wanted: FrameRequest) -> int:
        self.generation += 1
        self.requests.append(wanted)
        self.at_rest = None
        return self.generation

    def request_at_rest(self, wanted: FrameRequest, rest_s: float) -> None:
        assert rest_s > 0
        self.at_rest = wanted

    def answer(self, **more: Any) -> None:
        newest = self.requests[-1]
        told = {"generation": self.generation, "final": newest.final, "view": newest.view, **more}
        told["device"] = Device("e", "v", "r", "1", software=True)
        self.frame_ready.emit(cast("SampleFrame", type("Frame", (), told)()))


class Told:
    """Stands for the gallery's service."""

    def __init__(self) -> None:
        self.projects: list[Project | None] = []
        self.roots: tuple[str, ...] = ()
        self.held = False

    def hold(self, on: bool) -> None:
        self.held = on

    def set_project(self, project: Project | None, folder: Path, asset_roots: tuple[str, ...] = ()) -> None:
        self.projects.append(project)
        self.roots = tuple(asset_roots)


class Stage:
    def __init__(self, project: Project, folder: Path) -> None:
        self.document, self.index = Document(), Observable(0)
        self.preview, self.tiles, self.problems = Asked(), Told(), Problems()
        self.settings = SettingsStore(None)
        self.director = Director(
            self.document,
            self.index,
            cast("PreviewService", self.preview),
            cast("TileService", self.tiles),
            self.settings,
            self.problems,
        )
        self.project, self.folder = project, folder

    @property
    def newest(self) -> FrameRequest:
        return self.preview.requests[-1]

    def open(self) -> None:
        self.document.open(self.project, self.folder)
        self.preview.answer()


@pytest.fixture
def stage(small: Project, tmp_path: Path) -> Stage:
    return Stage(small, tmp_path)


def test_an_opened_project_is_asked_for_in_full(stage: Stage) -> None:
    stage.document.open(stage.project, stage.folder)
    assert stage.newest.final
    assert stage.newest.project is stage.project
    assert (stage.newest.width, stage.newest.height) == (120, 90)
    assert stage.newest.folder == str(stage.folder)
    assert stage.tiles.projects == [stage.project]
    stage.document.close()
    assert stage.tiles.projects == [stage.project, None]
    assert len(stage.preview.requests) == 1


def test_the_gallery_waits_for_the_first_picture_and_for_the_end_of_a_drag(stage: Stage) -> None:
    stage.document.open(stage.project, stage.folder)
    assert stage.tiles.held
    stage.preview.answer()
    assert not stage.tiles.held
    dragged = write(stage.project, HEIGHT, {"uniform": [0.08, 0.14]})
    stage.document.preview(dragged)
    assert stage.tiles.held
    stage.preview.answer(timings_ms={"total": 50.0, "render": 30.0})
    assert stage.tiles.held, "a draft is no end"
    stage.document.replace(dragged, "Change height")
    assert not stage.tiles.held
    stage.document.preview(stage.project)
    stage.document.close()
    assert not stage.tiles.held


def test_a_failure_lets_the_gallery_go_on(stage: Stage) -> None:
    stage.document.open(stage.project, stage.folder)
    stage.preview.failed.emit(Failure(stage.preview.generation, 0, "plugin", "it raised"))
    assert not stage.tiles.held


def test_what_is_going_to_be_opened_is_asked_for_ahead_with_all_that_the_pointer_reads(stage: Stage) -> None:
    stage.director.expect(stage.project, stage.folder)
    assert stage.newest.final
    assert stage.newest.project is stage.project
    assert stage.newest.folder == str(stage.folder)
    assert "normal" in stage.newest.layers
    assert stage.tiles.held


def test_a_drag_asks_for_drafts_and_its_end_for_a_final(stage: Stage) -> None:
    stage.open()
    dragged = write(stage.project, HEIGHT, {"uniform": [0.08, 0.14]})
    stage.document.preview(dragged)
    assert not stage.newest.final
    assert stage.newest.project is dragged
    assert stage.newest.width <= 120
    assert stage.preview.at_rest is not None
    assert stage.preview.at_rest.final
    assert stage.preview.at_rest.project is dragged
    assert len(stage.tiles.projects) == 1, "the gallery waits for the end of the drag"
    stage.document.replace(dragged, "Change height")
    assert stage.newest.final
    assert stage.preview.at_rest is None
    assert stage.tiles.projects[1:] == [dragged]
    stage.document.history.undo()
    assert stage.newest.final
    assert stage.newest.project is stage.project


def test_a_drag_that_is_given_up_shows_the_project_again(stage: Stage) -> None:
    stage.open()
    stage.document.preview(write(stage.project, HEIGHT, 0.1))
    stage.document.cancel_preview()
    assert stage.newest.final
    assert stage.newest.project is stage.project


def test_samples_pass_by_one_after_the_other(stage: Stage) -> None:
    stage.open()
    for index in range(1, 6):
        stage.index.set(index)
    assert [r.index for r in stage.preview.requests] == [0, 1]
    stage.preview.answer()
    assert stage.newest.index == 5
    stage.preview.failed.emit(Failure(stage.preview.generation, 5, "refused", "no"))
    stage.index.set(6)
    assert stage.newest.index == 6


def test_drafts_become_smaller_until_they_are_quick(stage: Stage) -> None:
    stage.open()
    stage.director.display(2000, 2000)
    project = stage.project.model_copy(
        update={"output": stage.project.output.model_copy(update={"width": 1200, "height": 900})}
    )
    widths = []
    for step in range(12):
        stage.document.preview(write(project, HEIGHT, 0.1 + 0.001 * step))
        request = stage.newest
        widths.append(request.width)
        assert request.width * 3 == pytest.approx(request.height * 4, abs=4)
        render_ms = 20.0 + request.width * request.height * 5e-4
        stage.preview.answer(timings_ms={"total": 30.0 + render_ms, "render": render_ms})
    assert widths[-1] < widths[0]
    assert widths[-1] == widths[-2] == widths[-3], "the size swings"
    assert 30.0 + 20.0 + widths[-1] ** 2 * 0.75 * 5e-4 <= DRAFT_MS


def test_the_display_bounds_drafts_and_not_finals(stage: Stage) -> None:
    stage.open()
    stage.director.display(60, 60)
    stage.document.preview(write(stage.project, HEIGHT, 0.1))
    assert stage.newest.width <= 60
    stage.document.replace(write(stage.project, HEIGHT, 0.1), "x")
    assert stage.newest.width == 120


def test_a_look_is_drafted_while_it_moves(stage: Stage) -> None:
    stage.open()
    stage.director.display(800, 400)
    stage.director.look(VIEW, moving=True)
    assert not stage.newest.final
    assert stage.newest.view == VIEW
    assert stage.newest.width == 2 * stage.newest.height
    stage.director.look(VIEW, moving=False)
    assert stage.newest.final
    assert (stage.newest.width, stage.newest.height) == (800, 400)
    stage.director.display(400, 400)
    assert stage.preview.at_rest is not None
    assert (stage.preview.at_rest.width, stage.preview.at_rest.height) == (400, 400)
    stage.director.display(8000, 8000)
    assert stage.preview.at_rest.width * stage.preview.at_rest.height <= 1_010_000
    stage.director.look(None)
    assert (stage.newest.view, stage.newest.width) == (None, 120)


def test_layers_that_are_not_there_yet_are_asked_for(stage: Stage) -> None:
    stage.open()
    stage.director.show_layers(frozenset({"normal"}))
    assert stage.newest.layers == {"normal"}
    asked = len(stage.preview.requests)
    stage.director.show_layers(frozenset())
    assert len(stage.preview.requests) == asked


def test_approved_folders_reach_pictures_and_thumbnails(stage: Stage) -> None:
    stage.open()
    stage.settings.set(stage.settings.value.model_copy(update={"asset_roots": ("/models",)}))
    assert stage.newest.asset_roots == ("/models",)
    assert stage.tiles.roots == ("/models",)


def test_failures_stand_in_the_list_until_a_picture_comes(stage: Stage) -> None:
    stage.open()
    stage.director.refresh()
    problem = Problem("objects[0].parameters.height_m", "too high", "3", "at most 1")
    stage.preview.failed.emit(Failure(stage.preview.generation, 0, "input", "too high", (problem,)))
    (trouble,) = stage.problems.all
    assert (trouble.source, trouble.uid, trouble.place) == (SOURCE, "mugs", "mugs: parameters.height_m")
    assert "at most 1" in trouble.way_out
    assert "3" in trouble.message
    stage.director.refresh()
    stage.preview.answer()
    assert stage.problems.all == ()


def test_every_kind_of_failure_has_a_way_out(small: Project) -> None:
    for kind in ("input", "device", "plugin", "lost", "refused"):
        (trouble,) = troubles_of(Failure(1, 7, kind, "what happened"), small)
        assert trouble.way_out
        assert "7" in trouble.place


def test_a_closed_director_listens_no_more(stage: Stage) -> None:
    stage.open()
    asked = len(stage.preview.requests)
    stage.director.close()
    stage.index.set(4)
    stage.document.replace(write(stage.project, HEIGHT, 0.1), "x")
    assert len(stage.preview.requests) == asked


@given(st.lists(st.tuples(st.floats(0.01, 5000), st.floats(0.0, 1000)), max_size=30))
def test_advice_stays_within_its_steps(spent: list[tuple[float, float]]) -> None:
    adviser = Adviser()
    for render_ms, rest_ms in spent:
        before = adviser.scale()
        adviser = adviser.learnt(render_ms + rest_ms, render_ms)
        assert 0.2 <= adviser.scale() <= 1.0
        if render_ms + rest_ms > DRAFT_MS and render_ms > 20.0:
            assert adviser.scale() < before or before == 0.2
