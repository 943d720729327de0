"""Project files that must be refused, each a good project with one thing wrong; and the good ones."""

from __future__ import annotations

import copy
import json
from typing import Any

DISTANCE = "camera.rig.parameters.distance_m"
FILE = "objects.0.parameters.file"
GOOD: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "hostile",
    "seed": 3,
    "classes": [{"id": 1, "name": "solid"}],
    "parameters": {"near_m": 2.0, "far_m": 4.0},
    "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {"distance_m": 4.0, "elevation_deg": 30.0}}},
    "environment": [{"uid": "light", "type": "uniform"}],
    "objects": [
        {
            "uid": "solids",
            "type": "mesh_file",
            "class": "solid",
            "count": 1,
            "parameters": {"file": "models/cube.glb"},
            "placement": {"uid": "at", "type": "fixed"},
        }
    ],
    "output": {"width": 64, "height": 48},
}
"""The asset references are found with ``--assets`` on the folder above."""
SPOILT: dict[str, tuple[str, Any]] = {
    "other_format": ("format", "gltf"),
    "version_99": ("version", 99),
    "version_text": ("version", "1"),
    "unknown_key": ("camera.fov", 50),
    "unknown_parameter": ("camera.rig.parameters.distance", 3.0),
    "unknown_generator": ("objects.0.type", "mesh_fiel"),
    "unknown_class": ("objects.0.class", "nobody"),
    "unknown_writer": ("output.formats", ["coco", "cocoa"]),
    "uid_twice": ("environment.0.uid", "solids"),
    "low_above_high": (DISTANCE, {"uniform": [3.0, 1.0]}),
    "outside_limits": (DISTANCE, {"uniform": [-3.0, 1.0]}),
    "number_of_1e308": (DISTANCE, 1e308),
    "weights_of_zero": (DISTANCE, {"choice": [1.0, 2.0], "weights": [0, 0]}),
    "choice_of_nothing": (DISTANCE, {"choice": []}),
    "text_for_number": (DISTANCE, "near"),
    "count_negative": ("objects.0.count", -1),
    "count_of_1e9": ("objects.0.count", 10**9),
    "count_of_2_to_63": ("objects.0.count", 2**63),
    "count_drawn_of_1e9": ("objects.0.count", {"integers": [1, 10**9]}),
    "seed_negative": ("seed", -1),
    "image_of_no_size": ("output.width", 0),
    "image_too_large": ("output.height", 100_000),
    "link_missing": (DISTANCE, {"linked": "middle_m * 2"}),
    "link_to_itself": ("parameters.near_m", {"linked": "near_m + 1"}),
    "link_to_code": (DISTANCE, {"linked": "__import__('os').system('true')"}),
    "file_missing": (FILE, "models/gone.glb"),
    "file_not_named": (FILE, ""),
    "folder_for_file": (FILE, "models"),
    "folder_missing": (FILE, {"folder": "gone", "pattern": "*.glb"}),
    "folder_without_match": (FILE, {"folder": "models", "pattern": "*.usd"}),
    "folder_climbs": (FILE, {"folder": "../..", "pattern": "*"}),
    "path_climbs": (FILE, "../models/cube.glb"),
    "path_climbs_inside": (FILE, "models/../../hostile/models/cube.glb"),
    "path_climbs_encoded": (FILE, "%2e%2e/models/cube.glb"),
    "path_climbs_windows": (FILE, "..\\models\\cube.glb"),
    "path_climbs_resource": (FILE, "resource:../pyproject.toml"),
    "path_absolute": (FILE, "/etc/hostname"),
    "path_home": (FILE, "~/cube.glb"),
    "path_file_url": (FILE, "file:///etc/hostname"),
    "path_http_url": (FILE, "http://localhost:9/cube.glb"),
    "path_data_url": (FILE, "data:model/gltf-binary;base64,AAAA"),
    "path_drive": (FILE, "C:\\cube.glb"),
    "path_share": (FILE, "\\\\server\\share\\cube.glb"),
    "path_nul": (FILE, "models/cube.glb\0.png"),
    "path_long": (FILE, "m" * 300 + ".glb"),
    "path_trailing_dot": (FILE, "models/cube.glb."),
    "path_device": (FILE, "models/NUL"),
}


def project_files() -> dict[str, bytes]:
    """Return every project file by its name."""
    good = _text(GOOD)
    out = {f"{name}.json": _text(_spoilt(*change)) for name, change in SPOILT.items()}
    cycle = _spoilt("parameters.near_m", {"linked": "far_m / 2"})
    cycle["parameters"]["far_m"] = {"linked": "near_m * 2"}
    backdrop = {"uid": "light", "type": "photo_backdrop", "parameters": {"file": "pictures/png_bomb.png"}}
    map_of_light = {"uid": "light", "type": "hdri", "parameters": {"file": "pictures/exr_bomb.exr"}}
    nested: Any = 1.0
    for _ in range(70):
        nested = [nested]
    return {
        **out,
        "good.json": good,
        "link_cycle.json": _text(cycle),
        "backdrop_bomb.json": _text(_spoilt("environment", [backdrop]) | {"objects": []}),
        "light_bomb.json": _text(_spoilt("environment", [map_of_light]) | {"objects": []}),
        "not_json.json": b"name: hostile\nversion: 1\n",
        "cut_off.json": good[: len(good) // 2],
        "comment.json": b"// a comment\n" + good,
        "empty.json": b"",
        "list.json": b"[]\n",
        "utf16.json": good.decode().encode("utf-16"),
        "latin1.json": good.replace(b'"hostile"', b'"h\xf6stile"'),
        "nan.json": good.replace(b'"distance_m": 4.0', b'"distance_m": NaN'),
        "infinity.json": good.replace(b'"distance_m": 4.0', b'"distance_m": {"uniform": [1.0, -Infinity]}'),
        "number_of_1e999.json": good.replace(b'"distance_m": 4.0', b'"distance_m": 1e999'),
        "number_of_5000_digits.json": good.replace(b'"seed": 3', b'"seed": ' + b"9" * 5000),
        "key_twice.json": good.replace(b'"seed": 3', b'"seed": 3,\n  "seed": 4'),
        "half_a_character.json": good.replace(b'"hostile"', b'"\\ud800"'),
        "deep.json": json.dumps(_spoilt(DISTANCE, nested)).encode(),
        "very_deep.json": b'{"format": ' + b"[" * 5000,
        "several.json": _text(_spoilt("seed", -1) | {"nmae": "x", "output": {"width": 5}}),
    }


def _spoilt(path: str, value: Any) -> dict[str, Any]:
    tree = copy.deepcopy(GOOD)
    *steps, last = path.split(".")
    at: Any = tree
    for step in steps:
        at = at[int(step)] if step.isdigit() else at[step]
    at[last] = value
    return tree


def _text(tree: Any) -> bytes:
    return (json.dumps(tree, indent=2) + "\n").encode()
