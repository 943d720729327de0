"""The name of a recipe for judgments: what was drawn, and nothing else that the project says.

A sample's key also changes when the project's description, its formats or the name of a node do; a judgment must
outlive that.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from myriorama.scenes.sample import SceneSample, recipe_text, sample_to_json


def recipe_hash(sample: SceneSample) -> str:
    """Return 16 hex digits that name the drawn values and the types that they were drawn for."""
    recipe = {k: v for k, v in sample_to_json(sample).items() if k not in ("project_hash", "seed", "attempt")}
    for list_name in ("environment", "lights", "effects", "stage", "objects"):
        recipe[list_name] = [_unnamed(node) for node in recipe[list_name]]
    recipe["rig"] = _unnamed(recipe["rig"])
    return blake2b(recipe_text(recipe).encode(), digest_size=8).hexdigest()


def _unnamed(node: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in node.items() if k != "name"}
    if "placement" in kept:
        kept["placement"] = _unnamed(kept["placement"])
    return kept
