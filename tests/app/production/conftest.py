"""A small real project: mugs and an imported model on a ground, at a size that renders in a moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SMALL: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "small",
    "seed": 5,
    "classes": [
        {"id": 1, "name": "mug"},
        {"id": 2, "name": "pot"},
        {"id": 3, "name": "ground", "kind": "stuff"},
    ],
    "camera": {
        "rig": {
            "uid": "rig",
            "type": "orbit",
            "parameters": {"distance_m": 0.9, "elevation_deg": 45, "azimuth_deg": {"uniform": [0, 360]}},
        }
    },
    "environment": [
        {"uid": "ground", "type": "ground_plane", "class": "ground"},
        {"uid": "light", "type": "studio"},
    ],
    "objects": [
        {
            "uid": "mugs",
            "type": "mug",
            "class": "mug",
            "count": {"integers": [2, 4]},
            "parameters": {"height_m": {"uniform": [0.08, 0.12]}, "detail": 2},
            "materials": {"*": {"base_color": {"palette": ["#c03020", "#2050a0", "#e8e4d8"]}}},
            "placement": {
                "uid": "mugs_place",
                "type": "scatter",
                "parameters": {"width_m": 0.4, "depth_m": 0.4, "yaw_deg": {"uniform": [0, 360]}},
            },
        },
        {
            "uid": "pots",
            "type": "mesh_file",
            "class": "pot",
            "count": 1,
            "parameters": {"file": "resource:models/kaykit/pot_A.gltf", "size_m": {"uniform": [0.12, 0.2]}},
            "placement": {
                "uid": "pots_place",
                "type": "scatter",
                "parameters": {"width_m": 0.4, "depth_m": 0.4, "yaw_deg": {"uniform": [0, 360]}},
            },
        },
    ],
    "output": {"width": 96, "height": 72},
}


@pytest.fixture
def small_project(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the small project, with changes, and returns its file."""

    def write(change: Callable[[dict[str, Any]], None] | None = None) -> Path:
        raw = json.loads(json.dumps(SMALL))
        if change is not None:
            change(raw)
        folder = tmp_path / "project"
        folder.mkdir(exist_ok=True)
        path = folder / "project.json"
        path.write_text(json.dumps(raw), encoding="utf-8")
        return path

    return write
