"""What the command line tells of a project that can be rendered, before it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.cli.doubts import tell_doubts
from myriorama.app.cli.program import run
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.project.load import load_project

LATE = [{"uid": "fog", "type": "fog"}, {"uid": "lens", "type": "lens_distortion"}]


def told(tree: dict[str, Any], folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    file = folder / "project.json"
    file.write_text(json.dumps(tree), encoding="utf-8")
    tell_doubts(load_project(file), builtin_registry(), ())
    out, err = capsys.readouterr()
    assert out == "", "standard output is for what was asked for"
    return err.splitlines()


def test_a_doubt_is_a_warning_with_its_place_and_the_way_out(
    mugs_tree: Callable[..., dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = told(mugs_tree(effects=LATE), tmp_path, capsys)
    assert line.startswith("warning: effects[1]: ")
    assert "before anything is rendered" in line
    assert line.endswith("move it up")


def test_nothing_is_told_of_what_is_sound_and_of_what_is_refused(
    mugs_tree: Callable[..., dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(mugs_tree(effects=LATE[::-1]), tmp_path, capsys) == []
    assert told(mugs_tree(effects=[*LATE, {"uid": "eye", "type": "fisheye"}]), tmp_path, capsys) == []


def test_a_sample_is_told_with_its_doubts(
    mugs_tree: Callable[..., dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "project.json"
    file.write_text(json.dumps(mugs_tree(effects=LATE)), encoding="utf-8")
    assert run(["sample", str(file), "0"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["index"] == 0
    assert err.startswith("warning: effects[1]: ")
    assert len(err.splitlines()) == 1
