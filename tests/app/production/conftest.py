"""A small real project: mugs and an imported model on a ground, at a size that renders in a moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

POTS: dict[str, Any] = {
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
}
PALETTE = ["#c03020", "#2050a0", "#e8e4d8"]


@pytest.fixture
def small_project(tmp_path: Path, mugs_tree: Callable[..., dict[str, Any]]) -> Callable[..., Path]:
    """Return a function that writes the small project, with changes, and returns its file."""

    def write(change: Callable[[dict[str, Any]], None] | None = None) -> Path:
        raw = mugs_tree(output={"width": 96, "height": 72})
        raw["classes"][1:] = [{"id": 2, "name": "pot"}, {"id": 3, "name": "ground", "kind": "stuff"}]
        raw["objects"][0]["materials"] = {"*": {"base_color": {"palette": PALETTE}}}
        raw["objects"].append(json.loads(json.dumps(POTS)))
        if change is not None:
            change(raw)
        folder = tmp_path / "project"
        folder.mkdir(exist_ok=True)
        path = folder / "project.json"
        path.write_text(json.dumps(raw), encoding="utf-8")
        return path

    return write
