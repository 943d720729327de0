"""Every obstacle is told beside its field before anything is made."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.exporting.checks import FieldProblem, check_export
from myriorama.app.exporting.settings import ExportSettings
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def project(small_file: Path) -> Project:
    return load_project(small_file).project


def told(settings: ExportSettings, project: Project, needed: float | None = None) -> tuple[FieldProblem, ...]:
    return check_export(settings, project, builtin_registry(), needed)


def test_nothing_is_wrong(project: Project, tmp_path: Path) -> None:
    assert told(ExportSettings(5, tmp_path / "a" / "b" / "set-1", formats={"coco": {}}), project, 1e3) == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 10**9}, "count"),
        ({"count": 3, "left_out": (0, 1, 2, 9)}, "count"),
        ({"width": 8, "height": 48}, "size"),
        ({"width": 64, "height": 20_000}, "size"),
        ({"workers": 0}, "workers"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"labels": ("masks",)}, "labels"),
        ({"labels": ()}, "labels"),
        ({"formats": {}}, "formats"),
        ({"formats": {"yola": {}}}, "formats"),
        ({"formats": {"raw": {"depth": "png17"}}}, "formats"),
        ({"formats": {"raw": {"deep": True}}}, "formats"),
        ({"folder": Path("relative/set")}, "folder"),
        ({"folder": Path("/")}, "folder"),
    ],
)
def test_one_obstacle(project: Project, tmp_path: Path, change: dict[str, Any], field: str) -> None:
    good = ExportSettings(5, tmp_path / "set-1", formats={"coco": {}})
    found = told(replace(good, **change), project)
    assert [p.field for p in found] == [field]
    assert found[0].blocking
    assert found[0].message


@pytest.mark.parametrize("name", ["set.partial", "set.quarantine", "x" * 250])
def test_names_that_cannot_be(project: Project, tmp_path: Path, name: str) -> None:
    assert [p.field for p in told(ExportSettings(5, tmp_path / name, formats={"coco": {}}), project)] == ["folder"]


def test_what_lies_there_already(project: Project, tmp_path: Path) -> None:
    settings = ExportSettings(5, tmp_path / "set", formats={"coco": {}})
    (tmp_path / "set.quarantine").mkdir()
    assert "set.quarantine" in told(settings, project)[0].message
    (tmp_path / "set").mkdir()
    assert "exists" in told(settings, project)[0].message
    (tmp_path / "file").write_text("")
    assert "is a file" in told(replace(settings, folder=tmp_path / "file" / "set"), project)[0].message


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_is_not_writable(project: Project, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert "may not write" in told(ExportSettings(5, closed / "set", formats={"coco": {}}), project)[0].message


def test_disk_space(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 0, 10**9))
    settings = ExportSettings(5, tmp_path / "set", formats={"coco": {}})
    assert told(settings, project, 0.5e9) == ()
    (tight,) = told(settings, project, 0.95e9)
    (short,) = told(settings, project, 2e9)
    assert (tight.blocking, short.blocking) == (False, True)
    assert "2.0 GB" in short.message
