"""The project file's schema with every plugin's parameters: an independent reader agrees with our own check."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import pytest

from myriorama.plugins.registry import FOLDERS, builtin_registry
from myriorama.resources import resource_path
from myriorama.scenes.errors import ProjectError
from myriorama.scenes.parameters.schema import Float, Int
from myriorama.scenes.project.check import project_problems
from myriorama.scenes.project.json_schema import project_schema
from myriorama.scenes.project.load import parse_project

REGISTRY = builtin_registry()
VALIDATOR = jsonschema.Draft202012Validator(project_schema(REGISTRY))
EXAMPLES = sorted(path.parent.name for path in resource_path("examples").glob("*/project.json"))


def tree_of(name: str) -> dict[str, Any]:
    return json.loads(resource_path(f"examples/{name}/project.json").read_text(encoding="utf-8"))


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_takes_the_examples(name: str) -> None:
    VALIDATOR.validate(tree_of(name))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("objects", 0, "parameters", "no_such_thing"), 1),
        (("objects", 0, "parameters", "detail"), "three"),
        (("objects", 0, "parameters", "detail"), 2.5),
        (("objects", 0, "placement", "parameters", "no_such_thing"), 1),
        (("environment", 0, "parameters", "no_such_thing"), 1),
    ],
)
def test_it_refuses_what_our_own_check_refuses(place: tuple[str | int, ...], value: Any) -> None:
    tree = copy.deepcopy(tree_of("mugs_on_conveyor"))
    node: Any = tree
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    assert list(VALIDATOR.iter_errors(tree))
    with pytest.raises(ProjectError):
        refuse(tree)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        (n, p)
        for n in REGISTRY.names("generator")
        for p in REGISTRY.parameters("generator", n)
        if isinstance(p, Float | Int)
    ],
    ids=lambda v: getattr(v, "name", v),
)
def test_limits_of_the_schema_are_those_of_the_declaration(name: str, parameter: Float | Int) -> None:
    tree = tree_of("first_light")
    tree["objects"] = tree["objects"][:1]
    tree["objects"][0] |= {"type": name, "materials": {}}
    for value, is_good in ((parameter.minimum, True), (parameter.maximum, True), (parameter.maximum + 1, False)):
        tree["objects"][0]["parameters"] = {parameter.name: value}
        assert (not list(VALIDATOR.iter_errors(tree))) is is_good, value
        told = project_problems(parse_project(json.dumps(tree)), REGISTRY, None)
        assert (not [p for p in told if p.place.endswith(parameter.name)]) is is_good, value


def test_every_plugin_with_a_place_in_a_project_is_told() -> None:
    for kind in set(FOLDERS) - {"annotator", "writer"}:
        for name in REGISTRY.names(kind):
            told = VALIDATOR.schema["$defs"][f"{kind}_{name}"]["properties"]
            assert {p.name for p in REGISTRY.parameters(kind, name)} <= set(told)


def refuse(tree: dict[str, Any]) -> None:
    problems = project_problems(parse_project(json.dumps(tree)), REGISTRY, None)
    if problems:
        raise ProjectError(problems)
