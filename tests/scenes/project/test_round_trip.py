"""Load, dump, migrate, schema: what is written is read back the same, and the shipped schema says what we read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from myriorama.resources import resource_path
from myriorama.scenes.errors import ProjectError
from myriorama.scenes.parameters.dialect import read_distribution
from myriorama.scenes.project.dump import dump_project, project_hash
from myriorama.scenes.project.json_schema import project_schema, schema_text
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.migrations import MIGRATIONS, migrate
from myriorama.scenes.project.model import VERSION, Project

VALIDATOR = jsonschema.Draft202012Validator(project_schema())
REAL = st.floats(-1e6, 1e6)
WORD = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=12)
PLAIN = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(-1e300, 1e300) | WORD


def ends(values: Any = REAL) -> Any:
    return st.tuples(values, values).map(sorted)


def weighted(word: str, options: Any) -> Any:
    def both(items: list[Any]) -> Any:
        weights = st.lists(st.floats(0.1, 9), min_size=len(items), max_size=len(items))
        return weights.map(lambda w: {word: items, "weights": w}) | st.just({word: items})

    return st.lists(options, min_size=1, max_size=4).flatmap(both)


HEX = st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True)
SHARE = ends(st.floats(0, 1))
BODIES = st.one_of(
    ends().map(lambda r: {"uniform": r}),
    ends(st.integers(-(10**9), 10**9)).map(lambda r: {"integers": r}),
    ends(st.floats(1e-9, 1e9)).map(lambda r: {"log_uniform": r}),
    st.tuples(REAL, st.floats(0.1, 1e3)).map(
        lambda m: {"normal": {"mean": m[0], "std": m[1], "low": m[0] - m[1], "high": m[0] + 3 * m[1]}}
    ),
    st.tuples(st.floats(0.1, 50), st.floats(0.1, 50), ends()).map(
        lambda b: {"beta": {"a": b[0], "b": b[1], "low": b[2][0], "high": b[2][1]}}
    ),
    weighted("choice", PLAIN),
    weighted("palette", HEX),
    st.tuples(ends(st.floats(0, 360)), SHARE, SHARE).map(lambda c: {"hsv": dict(zip("hsv", c, strict=True))}),
    st.lists(st.floats(0.1, 5), min_size=2, max_size=5).map(lambda y: {"curve": [[i, v] for i, v in enumerate(y)]}),
    st.just({"sphere": {}}),
    st.floats(0, 180).map(lambda a: {"hemisphere": {"axis": [0, 1, 0], "max_angle_deg": a}}),
    st.just({"hemisphere": {}}),
    st.just({"rotation": "uniform"}),
    st.just({"folder": "skies", "pattern": "*.exr"}),
    ends().map(lambda r: {"even": r}),
    ends().map(lambda r: {"even_group": {"group": "g", "range": r, "dimension": 3}}),
    st.sampled_from(["a + 1", "project.size * 2", "-@sun.x / max(1, 2)"]).map(lambda e: {"linked": e}),
)
MODIFIERS = st.fixed_dictionaries(
    {}, optional={"chance": st.floats(0, 1), "scope": st.sampled_from(["object", "sample", "dataset"])}
)
DISTRIBUTION = st.tuples(BODIES, MODIFIERS).map(lambda parts: {**parts[0], **parts[1]}) | st.just({"chance": 0.5})
VALUE = PLAIN | DISTRIBUTION | st.lists(PLAIN | DISTRIBUTION, max_size=4)
TABLE = st.dictionaries(WORD, VALUE, max_size=4)
NAMED = st.dictionaries(st.from_regex(r"[a-ln-oq-z][a-z_0-9]{0,8}", fullmatch=True), VALUE, max_size=3)


@st.composite
def projects(draw: Callable[[Any], Any]) -> dict[str, Any]:
    """Draw the tree of a project with unknown plugins and every sort of value."""
    uids = iter(
        draw(st.lists(st.from_regex(r"u[A-Za-z0-9_.-]{0,10}", fullmatch=True), min_size=9, max_size=9, unique=True))
    )

    def node() -> dict[str, Any]:
        return {"uid": next(uids), "type": draw(WORD), "name": draw(WORD), "parameters": draw(TABLE)}

    def group() -> dict[str, Any]:
        named = draw(st.sampled_from(["mug", "unlabelled", {"attribute": "kind", "map": {"a": "mug"}}]))
        count = draw(st.integers(0, 10_000) | st.just({"integers": [1, 5]}))
        slots = draw(st.dictionaries(WORD, TABLE, max_size=2))
        return {**node(), "class": named, "count": count, "materials": slots, "placement": node()}

    return {
        "format": "myriorama-project",
        "version": 1,
        "name": draw(WORD),
        "seed": draw(st.integers(0, 2**63 - 1)),
        "classes": [{"id": draw(st.integers(1, 65535)), "name": "mug", "color": draw(HEX)}],
        "parameters": draw(NAMED),
        "camera": {"rig": node(), "lens": draw(TABLE)},
        "environment": [node()],
        "lights": [{**node(), "enabled": draw(st.booleans())}],
        "stage": [],
        "objects": [group(), group()],
        "acceptance": [{"name": "some", "at_least": draw(st.integers(0, 9)), "class": "mug"}],
    }


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(projects())
def test_what_is_dumped_is_loaded_the_same(content: dict[str, Any]) -> None:
    project = parse_project(json.dumps(content))
    text = dump_project(project)
    again = parse_project(text)
    assert again == project
    assert dump_project(again) == text
    assert project_hash(again) == project_hash(project)
    VALIDATOR.validate(content)
    VALIDATOR.validate(json.loads(text))


@pytest.mark.long
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(projects())
def test_what_is_dumped_is_loaded_the_same_long(content: dict[str, Any]) -> None:
    project = parse_project(json.dumps(content))
    assert parse_project(dump_project(project)) == project


def test_the_dump_is_short_and_in_the_models_order(tree: dict[str, Any]) -> None:
    shuffled = {key: tree[key] for key in sorted(tree)}
    text = dump_project(parse_project(json.dumps(shuffled)))
    assert text == dump_project(parse_project(json.dumps(tree)))
    rest = [key for key in Project.model_fields if key in tree]
    assert list(json.loads(text)) == list(dict.fromkeys(["format", "version", "name", "seed", *rest]))
    assert '"height_m": {"uniform": [0.08, 0.12]}' in text
    assert "max_attempts" not in text
    assert max(map(len, text.splitlines())) <= 120
    assert text.endswith("}\n")


def test_numbers_come_back_exactly(tree: dict[str, Any]) -> None:
    numbers = [0.1, 1e22, 5e-324, 1.7976931348623157e308, -0.0, 2**63, -(2**200), 1.0, 1, 123456789.123456789]
    tree["lights"][0]["parameters"]["list"] = numbers
    found = parse_project(dump_project(parse_project(json.dumps(tree)))).lights[0].parameters["list"]
    assert [(type(v), repr(v)) for v in found] == [(type(v), repr(v)) for v in numbers]


def test_hash_depends_on_what_is_said_alone(tree: dict[str, Any]) -> None:
    first = project_hash(parse_project(json.dumps(tree)))
    spelled_out = {**{k: tree[k] for k in reversed(tree)}, "max_attempts": 20, "description": ""}
    assert project_hash(parse_project(json.dumps(spelled_out, indent=7))) == first
    tree["objects"][0]["parameters"]["sides"] = {"integers": [3, 13]}
    assert project_hash(parse_project(json.dumps(tree))) != first


def first_step(tree: dict[str, Any]) -> dict[str, Any]:
    out = dict(tree)
    out["title"] = out.pop("name")
    return out


def second_step(tree: dict[str, Any]) -> dict[str, Any]:
    return {**tree, "steps": [*tree.get("steps", ()), tree["version"]]}


def test_migration_walks_every_step_in_order() -> None:
    steps = {1: first_step, 2: second_step, 3: second_step}
    old = {"format": "myriorama-project", "version": 1, "name": "x"}
    new = migrate(old, steps=steps, newest=4)
    assert new == {"format": "myriorama-project", "version": 4, "title": "x", "steps": [2, 3]}
    assert old == {"format": "myriorama-project", "version": 1, "name": "x"}
    assert migrate({**new, "version": 3}, steps=steps, newest=4)["steps"] == [2, 3, 3]


@pytest.mark.parametrize(("version", "told"), [(0, "allowed: 1 to 4"), (5, "newer program"), ("1", "whole number")])
def test_versions_outside_the_table_are_refused(version: Any, told: str) -> None:
    steps = {1: first_step, 2: second_step, 3: second_step}
    with pytest.raises(ProjectError, match=told):
        migrate({"format": "myriorama-project", "version": version}, steps=steps, newest=4)


def test_a_gap_in_the_table_ends_what_can_be_read() -> None:
    with pytest.raises(ProjectError, match="allowed: 3 to 4"):
        migrate({"format": "myriorama-project", "version": 1}, steps={1: first_step, 3: second_step}, newest=4)


def test_the_shipped_table_is_ordered_and_ends_at_the_present() -> None:
    assert sorted(MIGRATIONS) == list(range(VERSION - len(MIGRATIONS), VERSION))
    assert Project.model_fields["version"].default == VERSION


def test_the_schema_file_is_in_step() -> None:
    shipped = resource_path("schemas/project.schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text(), "write json_schema.schema_text() to it anew"


def test_the_schema_is_a_schema_and_takes_the_good_project(tree: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(project_schema())
    VALIDATOR.validate(tree)


@settings(max_examples=150, deadline=None)
@given(DISTRIBUTION)
@example({"uniform": [0, 1], "chance": 0.5, "otherwise": 3})
def test_the_schema_takes_every_distribution_that_we_read(written: dict[str, Any]) -> None:
    assert read_distribution(written, "x")[1] == []
    schema = {**project_schema(), "$ref": "#/$defs/Distribution"}
    del schema["properties"], schema["required"], schema["additionalProperties"], schema["type"]
    jsonschema.Draft202012Validator(schema).validate(written)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("nmae", 1),
        ("version", 2),
        ("seed", -1),
        ("seed", 0.5),
        ("camera", {}),
        ("classes", [{"id": 0, "name": "x"}]),
        ("parameters", {"a": {}}),
        ("parameters", {"a": {"unifrom": [0, 1]}}),
        ("parameters", {"a": {"uniform": [0]}}),
        ("parameters", {"a": {"uniform": [0, "1"]}}),
        ("parameters", {"a": {"uniform": [0, 1], "even": [0, 1]}}),
        ("parameters", {"a": {"uniform": [0, 1], "weights": [1]}}),
        ("parameters", {"a": {"uniform": [0, 1], "otherwise": 1}}),
        ("parameters", {"a": {"uniform": [0, 1], "scope": "frame"}}),
        ("parameters", {"a": {"choice": []}}),
        ("parameters", {"a": {"choice": [{"uniform": [0, 1]}]}}),
        ("parameters", {"a": {"normal": {"mean": 0, "std": 0, "low": 0, "high": 1}}}),
        ("parameters", {"a": {"palette": ["red"]}}),
        ("parameters", {"a": {"rotation": "any"}}),
        ("parameters", {"a": [1, {"sphere": {"r": 1}}]}),
        ("objects", [{"uid": "a b", "type": "b", "class": "c", "placement": {"uid": "d", "type": "e"}}]),
    ],
)
def test_what_the_schema_refuses_we_refuse(tree: dict[str, Any], path: str, value: Any) -> None:
    tree[path] = value
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(tree)
    with pytest.raises(ProjectError):
        parse_project(json.dumps(tree))
