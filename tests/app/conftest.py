"""What the small projects of these tests have in common: mugs scattered on a ground, seen from a random side.

Every part that a test asks something of (sizes, further objects, rules) is added where that test is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

MUGS: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "small",
    "seed": 5,
    "classes": [{"id": 1, "name": "mug"}, {"id": 2, "name": "ground", "kind": "stuff"}],
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
            "placement": {
                "uid": "mugs_place",
                "type": "scatter",
                "parameters": {"width_m": 0.4, "depth_m": 0.4, "yaw_deg": {"uniform": [0, 360]}},
            },
        }
    ],
}


@pytest.fixture(scope="session")
def mugs_tree() -> Callable[..., dict[str, Any]]:
    """Returns a tree of one's own, with parts put in place of its own: ``mugs_tree(seed=7, effects=[...])``."""

    def tree(**parts: Any) -> dict[str, Any]:
        own: dict[str, Any] = json.loads(json.dumps({**MUGS, **parts}))
        return own

    return tree
