"""Small finished datasets of real generators, rendered once, for formats that need what drew the objects."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.production.job import JobSettings, run_job

_TURNED = {"yaw_deg": {"uniform": [0, 360]}}
POSED: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "posed",
    "seed": 11,
    "classes": [
        {"id": 1, "name": "mug"},
        {"id": 3, "name": "block"},
        {"id": 2, "name": "ground", "kind": "stuff"},
    ],
    "camera": {
        "rig": {
            "uid": "rig",
            "type": "orbit",
            "parameters": {"distance_m": 0.55, "elevation_deg": 40, "azimuth_deg": {"uniform": [0, 360]}},
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
            "count": 3,
            "parameters": {"height_m": {"choice": [0.08, 0.12]}, "detail": 2},
            "placement": {
                "uid": "mugs_place",
                "type": "scatter",
                "parameters": {"width_m": 0.5, "depth_m": 0.5, **_TURNED},
            },
        },
        {
            "uid": "blocks",
            "type": "primitive",
            "class": "block",
            "count": 2,
            "parameters": {"shape": "box", "size_x_m": 0.06, "size_y_m": 0.09, "size_z_m": 0.05},
            "placement": {
                "uid": "blocks_place",
                "type": "scatter",
                "parameters": {"width_m": 0.3, "depth_m": 0.3, "scale": {"choice": [1.0, 1.5]}, **_TURNED},
            },
        },
    ],
    "output": {"width": 160, "height": 120},
}
STILL: dict[str, Any] = {
    **POSED,
    "name": "still",
    "objects": [
        {
            **group,
            "parameters": {**group["parameters"], "height_m": 0.1} if group["type"] == "mug" else group["parameters"],
            "placement": {"uid": f"{group['uid']}_place", "type": "fixed", "parameters": {"position_m": [x, 0, 0]}},
            "count": 1,
        }
        for x, group in zip((-0.08, 0.08), POSED["objects"], strict=True)
    ],
}

Render = Callable[..., Path]


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Render:
    """Return a function that gives a finished dataset: of one project and its options it is made once, never changed.

    `project` is ``posed`` (mugs of two heights and boxes of two scales, in new places each time) or ``still`` (one
    scene from all sides). A picture has 160 x 120 pixels times `scale`.
    """
    folder = tmp_path_factory.mktemp("rendered")
    made: dict[str, Path] = {}

    def render(
        formats: Mapping[str, Mapping[str, Any]],
        project: str = "posed",
        count: int = 4,
        split: Mapping[str, float] | None = None,
        scale: int = 1,
    ) -> Path:
        words = json.dumps([formats, project, count, split, scale])
        if words not in made:
            raw = json.loads(json.dumps({"posed": POSED, "still": STILL}[project]))
            if split:
                raw["output"]["split"] = dict(split)
            place = folder / str(len(made))
            place.mkdir()
            (place / "project.json").write_text(json.dumps(raw), encoding="utf-8")
            settings = JobSettings(
                place / "project.json",
                count,
                place / "dataset",
                formats=tuple(formats),
                width=160 * scale,
                height=120 * scale,
                writer_options=formats,
                queue_folder=place / "queue",
            )
            result = run_job(settings)
            assert result.folder is not None, result
            made[words] = result.folder
        return made[words]

    return render
