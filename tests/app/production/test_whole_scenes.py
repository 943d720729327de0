"""A job makes whole scenes: a count that would cut one is refused in the terminal and in the export sheet."""

from __future__ import annotations

from pathlib import Path

import pytest

from myriorama.app.cli.program import run
from myriorama.app.finding import find_project
from myriorama.app.production.whole_scenes import cut_scene, in_scenes
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import MountedView, Project


def with_views(*names: str) -> Project:
    project = load_project(find_project("stereo_bench")).project
    views = tuple(MountedView(uid=name, name=name) for name in names)
    return project.model_copy(update={"camera": project.camera.model_copy(update={"views": views})})


@pytest.mark.parametrize(
    ("names", "start", "count", "told"),
    [
        ((), 3, 7, ""),
        (("a",), 3, 7, ""),
        (("a", "b"), 0, 8, ""),
        (("a", "b"), 6, 2, ""),
        (("a", "b", "c"), 3, 9, ""),
        (("a", "b"), 0, 7, "take 6 or 8"),
        (("a", "b"), 0, 1, "take 2"),
        (("a", "b", "c"), 0, 7, "take 6 or 9"),
        (("a", "b", "c"), 4, 6, "start at 3 or 6"),
    ],
)
def test_what_is_no_whole_scene_is_told_with_what_would_be(
    names: tuple[str, ...], start: int, count: int, told: str
) -> None:
    found = cut_scene(with_views(*names), start, count)
    assert (told in found) if told else found == ""
    if told:
        assert ", ".join(names) in found


def test_pictures_are_told_as_scenes() -> None:
    assert in_scenes(with_views(), 1) == "1 sample"
    assert in_scenes(with_views("a"), 12) == "12 samples"
    assert in_scenes(with_views("a", "b"), 12) == "12 pictures, 6 scenes of 2 views"
    assert in_scenes(with_views("a", "b"), 3) == "3 pictures, 1 scene of 2 views and 1 more"


def test_the_terminal_refuses_before_anything_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render", "stereo_bench", "--count", "5", "--out", str(tmp_path / "set")]) == 2
    error = capsys.readouterr().err
    assert "every scene has 2 views (left, right), and 5 pictures would cut one: take 4 or 6" in error
    assert not list(tmp_path.iterdir())
