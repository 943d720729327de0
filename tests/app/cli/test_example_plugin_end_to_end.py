"""The example distribution, installed and enabled: a project that uses one plugin of each kind becomes a dataset."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "data" / "example_plugin"
Command = Callable[..., Any]

PROJECT = {
    "format": "myriorama-project",
    "version": 1,
    "name": "ring",
    "seed": 3,
    "classes": [
        {"id": 1, "name": "stone", "color": "#aa8855"},
        {"id": 2, "name": "ground", "color": "#777777", "kind": "stuff"},
    ],
    "camera": {
        "rig": {
            "uid": "rig",
            "type": "orbit",
            "parameters": {"distance_m": 1.0, "elevation_deg": 35, "target_m": [0, 0, 0.03]},
        },
        "lens": {"field_of_view_deg": 45},
    },
    "environment": [
        {"uid": "lamps", "type": "two_lamps", "parameters": {"key": {"uniform": [0.8, 1.4]}}},
        {"uid": "ground", "type": "ground_plane", "class": "ground", "parameters": {"width_m": 4, "depth_m": 4}},
    ],
    "objects": [
        {
            "uid": "stones",
            "type": "pebble",
            "class": "stone",
            "count": 9,
            "parameters": {"seed": {"integers": [0, 9999]}, "length_m": {"uniform": [0.07, 0.14]}},
            "placement": {
                "uid": "place",
                "type": "stone_ring",
                "parameters": {"radius_m": 0.3, "yaw_deg": {"uniform": [0, 360]}},
            },
        }
    ],
    "effects": [{"uid": "steady", "type": "flicker", "parameters": {"stops": 0.5}}],
    "output": {
        "width": 160,
        "height": 120,
        "labels": ["fill_of_box", "visible"],
        "formats": ["box_table"],
        "writer_options": {"box_table": {"heading": True}},
    },
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder as pip leaves it: the package and its metadata."""
    folder = tmp_path / "site"
    shutil.copytree(SOURCE / "example_plugin", folder / "example_plugin", ignore=shutil.ignore_patterns("__pycache__"))
    told = folder / "example_plugin-1.2.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: example-plugin\nVersion: 1.2.0\nSummary: One plugin of each kind\n"
        "Author: Example Author\n"
    )
    (told / "entry_points.txt").write_text(
        "[myriorama.plugins]\nexample_plugin = example_plugin:myriorama_plugin.json\n"
    )
    return folder


@pytest.fixture
def command(site: Path, tmp_path: Path) -> Command:
    """Runs the program with that site folder and settings of the test's own; returns what it printed."""
    own = {name: str(tmp_path / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}

    def ask(*arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "myriorama.app.cli", *arguments],
            env={**os.environ, **own, "PYTHONPATH": str(site)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return ask


@pytest.mark.gl
def test_one_plugin_of_each_kind_makes_a_dataset(command: Command, tmp_path: Path) -> None:
    (tmp_path / "project.json").write_text(json.dumps(PROJECT), encoding="utf-8")
    row = json.loads(command("plugin", "list", "--json"))["plugins"][0]
    assert row["state"] == "new"
    refused = command("render", "project.json", "--count", "1", "--out", "early", code=2)
    assert "there is no generator named 'pebble'" in refused
    command("plugin", "enable", "example-plugin", "--yes", row["sha256"])
    command("render", "project.json", "--count", "2", "--out", "out")
    command("verify", "out")
    with (tmp_path / "out" / "boxes.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["picture", "class", "x_px", "y_px", "w_px", "h_px"]
    assert len(rows) == 1 + 2 * 9
    for index in (0, 1):
        record = json.loads((tmp_path / "out" / "records" / f"{index:08d}.json").read_text())
        fills = [a["extra"]["fill_of_box"] for a in record["annotations"]]
        assert all(0.4 < fill <= 1 for fill in fills)
        shown = sum(a["area_px"] for a in record["annotations"])
        assert record["image"]["share_of_things"] == pytest.approx(shown / (160 * 120))


def test_the_manifest_in_the_tree_is_current(command: Command) -> None:
    assert "up to date" in command("plugin", "build", "--check", str(SOURCE))


def test_all_six_keep_what_they_must(command: Command) -> None:
    report = json.loads(command("plugin", "check", str(SOURCE), "--quick", "--draws", "6", "--json"))
    assert report["ok"]
    assert {f["kind"] for f in report["findings"]} >= {
        "generator", "placement", "environment", "effect", "annotator", "writer",
    }  # fmt: skip
