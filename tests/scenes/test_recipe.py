"""Recipes: a sample as JSON and back, and what is told when somebody changed one."""

from __future__ import annotations

import copy
import json
import re
from hashlib import blake2b
from typing import Any

import pytest

from myriorama.scenes.drawing.owners import Shipped
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import Registry
from myriorama.scenes.sample import sample_from_json, sample_key, sample_to_json


@pytest.fixture
def recipe(tree: dict[str, Any], fake_registry: Registry, fake_shipped: Shipped) -> dict[str, Any]:
    sample = compile_plan(Project.model_validate(tree), fake_registry, None, fake_shipped).draw(12)
    recipe: dict[str, Any] = json.loads(json.dumps(sample_to_json(sample)))
    return recipe


def test_key_names_index_and_content(recipe: dict[str, Any]) -> None:
    assert re.fullmatch(r"00000012-[0-9a-f]{16}", recipe["key"])
    unnamed = {k: v for k, v in recipe.items() if k != "key"}
    text = json.dumps(unnamed, sort_keys=True, separators=(",", ":"))
    assert recipe["key"].endswith(blake2b(text.encode(), digest_size=8).hexdigest())


def test_order_of_keys_does_not_matter(recipe: dict[str, Any]) -> None:
    turned = {key: recipe[key] for key in reversed(recipe)}
    assert sample_key(turned) == recipe["key"]
    assert sample_from_json(turned) == sample_from_json(recipe)


def test_there_and_back(recipe: dict[str, Any]) -> None:
    assert sample_to_json(sample_from_json(copy.deepcopy(recipe))) == recipe


def test_a_changed_value_is_noticed(recipe: dict[str, Any]) -> None:
    recipe["lens"]["field_of_view_deg"] = 51.0
    with pytest.raises(InputError, match="its key does not fit its content"):
        sample_from_json(recipe, "r.json")


def spoil(recipe: dict[str, Any], path: str, value: Any) -> None:
    *parts, last = path.split("/")
    at: Any = recipe
    for part in parts:
        at = at[int(part)] if isinstance(at, list) else at[part]
    if value is ...:
        del at[last]
    else:
        at[last] = value


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("format", "other", "format"),
        ("version", 2, "version"),
        ("version", ..., "version"),
        ("seed", ..., "seed"),
        ("seed", "5", "seed"),
        ("seed", -1, "seed"),
        ("index", True, "index"),
        ("index", 1.5, "index"),
        ("surprise", 1, "surprise"),
        ("rig", None, "rig"),
        ("rig/uid", 3, "rig.uid"),
        ("rig/values", [], "rig.values"),
        ("lights", {}, "lights"),
        ("lights/0/type", ..., "lights[0].type"),
        ("objects/0/members", 3, "objects[0].members"),
        ("objects/0/members/1/number", "1", "objects[0].members[1].number"),
        ("objects/0/members/1/extra", 1, "objects[0].members[1].extra"),
        ("objects/0/class_spec", 7, "objects[0].class_spec"),
        ("lens/field_of_view_deg", float("nan"), ""),
    ],
)
def test_broken_recipes_name_the_place(recipe: dict[str, Any], path: str, value: Any, place: str) -> None:
    spoil(recipe, path, value)
    with pytest.raises(InputError) as caught:
        sample_from_json(recipe, "r.json")
    assert [p.place for p in caught.value.problems] == [place]
    assert all(p.file == "r.json" for p in caught.value.problems)


@pytest.mark.parametrize("content", [None, [], "x", 3])
def test_what_is_no_recipe_at_all(content: Any) -> None:
    with pytest.raises(InputError, match="this is not a recipe"):
        sample_from_json(content)


def test_all_faults_are_told_at_once(recipe: dict[str, Any]) -> None:
    for path, value in (("seed", "x"), ("rig/uid", 3), ("lights/0/type", ...)):
        spoil(recipe, path, value)
    with pytest.raises(InputError) as caught:
        sample_from_json(recipe)
    assert len(caught.value.problems) == 3
