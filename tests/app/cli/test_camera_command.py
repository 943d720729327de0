"""``camera`` writes a whole camera into a project's file, and leaves alone what it may not write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.catalogue.camera_presets import camera_presets
from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.program import run

TREE: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "small",
    "seed": 11,
    "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {}}},
    "effects": [{"uid": "mine", "type": "tone_curve"}],
}


def test_a_camera_is_added_to_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "project.json"
    file.write_text(json.dumps(TREE))
    assert run(["camera", str(file), "phone", "--json"]) == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    effects = json.loads(file.read_text())["effects"]
    assert {row["uid"] for row in effects} == {*told["effects"], "mine"}
    assert [row.get("enabled", True) for row in effects if row["uid"] == "mine"] == [False]
    assert run(["camera", str(file), "thermal_look"]) == ExitCode.OK
    assert "4 effects added" in capsys.readouterr().out


def test_what_is_wrong_is_told_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "project.json"
    file.write_text(json.dumps(TREE))
    assert run(["camera", str(file), "phones"]) != ExitCode.OK
    assert "phone" in capsys.readouterr().err
    assert json.loads(file.read_text()) == TREE
    assert run(["camera", "bench_table", "phone"]) != ExitCode.OK  # came with the program


def test_cameras_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "cameras", "--json"]) == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in told] == [preset.name for preset in camera_presets()]
