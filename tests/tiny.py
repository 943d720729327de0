"""The smallest project that the real renderer makes: one solid under even light, a few milliseconds for 64 px.

It shows nothing of labels but that they are there: whoever tests those makes a scene of their own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

TINY: Final[dict[str, Any]] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "tiny",
    "seed": 5,
    "classes": [{"id": 1, "name": "solid"}],
    "camera": {
        "rig": {"uid": "rig", "type": "orbit", "parameters": {"distance_m": 0.9, "azimuth_deg": {"uniform": [0, 360]}}}
    },
    "environment": [{"uid": "light", "type": "uniform"}],
    "objects": [
        {
            "uid": "solid",
            "type": "primitive",
            "class": "solid",
            "placement": {"uid": "place", "type": "scatter", "parameters": {"width_m": 0.3, "depth_m": 0.3}},
        }
    ],
    "output": {"width": 64, "height": 64, "quality": "draft", "labels": ["visible"], "formats": ["coco"]},
}


@pytest.fixture
def tiny_project(tmp_path: Path) -> Path:
    """The project's file."""
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(TINY), encoding="utf-8")
    return path
