"""What a draw depends on: index, attempt, seed and the parameter's own path, and nothing else in the project."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from myriorama.scenes.drawing.plan import Plan
from myriorama.scenes.errors import ProjectError
from myriorama.scenes.sample import GroupSample, NodeSample, SceneSample, sample_from_json, sample_to_json

Make = Callable[..., Plan]


def by_path(sample: SceneSample) -> dict[str, Any]:
    """Return every value of a sample by uid, object number and parameter."""
    out: dict[str, Any] = {}

    def node(found: NodeSample) -> None:
        out.update({f"{found.uid}/{name}": value for name, value in found.values.items()})

    def group(found: GroupSample) -> None:
        node(found.placement)
        for member in found.members:
            at = f"{found.uid}#{member.number}"
            out.update({f"{at}/{name}": value for name, value in member.values.items()})
            out.update({f"{at}/place/{name}": value for name, value in member.placement.items()})
            for slot, values in member.materials.items():
                out.update({f"{at}/{slot}/{name}": value for name, value in values.items()})

    node(sample.rig)
    out.update({f"lens/{name}": value for name, value in sample.lens.items()})
    for one in (*sample.environment, *sample.lights, *sample.effects):
        node(one)
    for several in (*sample.stage, *sample.objects):
        group(several)
    return out


def test_same_address_same_sample(compiled: Make, tree: dict[str, Any]) -> None:
    plan, again = compiled(tree), compiled(copy.deepcopy(tree))
    forwards = [plan.draw(i) for i in range(8)]
    backwards = [again.draw(i) for i in reversed(range(8))][::-1]
    assert forwards == backwards
    assert len({sample.key for sample in forwards}) == 8


def test_seed_index_and_attempt_each_matter(compiled: Make, tree: dict[str, Any]) -> None:
    plan = compiled(tree)
    other = compiled({**tree, "seed": 0})
    rigs = [s.rig.values["distance_m"] for s in (plan.draw(0), plan.draw(1), plan.draw(0, 1), other.draw(0))]
    assert len(set(rigs)) == 4


def test_seed_zero_is_a_seed(compiled: Make, tree: dict[str, Any]) -> None:
    zero = compiled({**tree, "seed": 0})
    without = compiled({k: v for k, v in tree.items() if k != "seed"})
    assert zero.draw(3) == without.draw(3) == compiled({**tree, "seed": 0}).draw(3)
    assert zero.draw(3) != compiled({**tree, "seed": 1}).draw(3)


@pytest.mark.parametrize(("index", "attempt"), [(-1, 0), (0, -1), (2**63, 0), (0, 2**63)])
def test_addresses_out_of_range_are_refused(compiled: Make, tree: dict[str, Any], index: int, attempt: int) -> None:
    with pytest.raises(ValueError, match="index and attempt"):
        compiled(tree).draw(index, attempt)


def test_the_last_index_can_be_drawn(compiled: Make, tree: dict[str, Any]) -> None:
    assert compiled(tree).draw(2**63 - 1).key.startswith(f"{2**63 - 1}-")


EDITS: dict[str, Callable[[dict[str, Any]], None]] = {}


def edit(function: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    EDITS[function.__name__] = function
    return function


def mugs(t: dict[str, Any]) -> dict[str, Any]:
    return next(group for group in (*t["objects"], *t["stage"]) if group["uid"] == "mugs")


@edit
def add_a_light_in_front(t: dict[str, Any]) -> None:
    light = {"uid": "new", "type": "sun", "parameters": {"elevation_deg": {"uniform": [0, 90]}}}
    t["lights"].insert(0, light)


@edit
def add_a_group_in_front(t: dict[str, Any]) -> None:
    group = copy.deepcopy(mugs(t))
    group["uid"], group["placement"]["uid"] = "extra", "extra.place"
    t["objects"].insert(0, group)


@edit
def add_parameters(t: dict[str, Any]) -> None:
    mugs(t)["parameters"]["width_m"] = {"uniform": [0.05, 0.09]}
    mugs(t)["parameters"]["axis"] = {"sphere": {}}
    t["parameters"]["another"] = {"even": [0, 1]}


@edit
def add_a_material(t: dict[str, Any]) -> None:
    mugs(t)["materials"]["rim"] = {"base_color": {"hsv": {"h": [0, 360], "s": [0, 1], "v": [0, 1]}}}


@edit
def remove_a_parameter(t: dict[str, Any]) -> None:
    del mugs(t)["parameters"]["sides"]


@edit
def remove_nodes(t: dict[str, Any]) -> None:
    t["effects"] = []
    t["stage"] = [group for group in t["stage"] if group["uid"] == "mugs"]


@edit
def switch_a_light_off(t: dict[str, Any]) -> None:
    t["lights"][0]["enabled"] = False


@edit
def reverse_everything(t: dict[str, Any]) -> None:
    for key in ("lights", "stage", "objects", "effects"):
        t[key].reverse()
    for group in t["objects"]:
        group["parameters"] = dict(reversed(group["parameters"].items()))


@edit
def rename_everything(t: dict[str, Any]) -> None:
    t["name"] = "another"
    for node in (*t["lights"], *t["objects"], *t["effects"]):
        node["name"] = "renamed"


@edit
def move_a_group_to_the_stage(t: dict[str, Any]) -> None:
    t["stage"] += t["objects"]
    t["objects"] = []


@edit
def more_objects(t: dict[str, Any]) -> None:
    mugs(t)["count"] = 9


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(EDITS)), max_size=6, unique=True), st.integers(0, 2**40), st.integers(0, 3))
def test_no_edit_changes_another_drawn_value(
    compiled: Make, tree: dict[str, Any], names: list[str], index: int, attempt: int
) -> None:
    before = by_path(compiled(tree).draw(index, attempt))
    edited = copy.deepcopy(tree)
    for name in names:
        EDITS[name](edited)
    after = by_path(compiled(edited).draw(index, attempt))
    shared = set(before) & set(after)
    assert {"rig/distance_m", "mugs#0/height_m", "mugs#1/body/roughness", "mugs#1/place/yaw_deg"} <= shared
    own = {
        f"mugs#{i}/{name}"
        for i in range(10)
        for name, by in (("sides", "remove_a_parameter"), ("width_m", "add_parameters"), ("axis", "add_parameters"))
        if by in names
    }
    assert {path for path in shared if before[path] != after[path]} <= own


def test_order_of_parameters_does_not_even_change_the_key(compiled: Make, tree: dict[str, Any]) -> None:
    turned = {key: tree[key] for key in reversed(tree)}
    turned["objects"][0]["parameters"] = dict(reversed(tree["objects"][0]["parameters"].items()))
    assert compiled(turned).draw(4) == compiled(tree).draw(4)


def test_objects_of_a_group_differ_and_their_number_does_not_matter(compiled: Make, tree: dict[str, Any]) -> None:
    tree["objects"][0]["count"] = 3
    three = compiled(tree).draw(0).objects[0].members
    tree["objects"][0]["count"] = 40
    forty = compiled(tree).draw(0).objects[0].members
    assert forty[:3] == three
    assert len({m.values["height_m"] for m in forty}) == 40
    assert [m.number for m in forty] == list(range(40))


def test_scopes(compiled: Make, tree: dict[str, Any]) -> None:
    tree["objects"][0]["count"] = 4
    tree["objects"][0]["parameters"] = {
        "height_m": {"uniform": [0.1, 0.2], "scope": "dataset"},
        "width_m": {"uniform": [0.1, 0.2], "scope": "sample"},
        "free": {"uniform": [0, 1], "scope": "object"},
        "sides": {"integers": [3, 64]},
    }
    tree["lights"][0]["parameters"]["elevation_deg"] = {"uniform": [0, 90], "scope": "dataset"}
    plan = compiled(tree)
    samples = [plan.draw(i, attempt) for i in range(5) for attempt in range(2)]

    def distinct(name: str) -> int:
        return len({m.values[name] for s in samples for m in s.objects[0].members})

    assert (distinct("height_m"), distinct("width_m"), distinct("free")) == (1, 10, 40)
    assert distinct("sides") > 10
    assert len({s.lights[0].values["elevation_deg"] for s in samples}) == 1
    assert len({s.rig.values["distance_m"] for s in samples}) == 10


def test_dataset_scope_is_the_draw_of_sample_zero_attempt_zero(compiled: Make, tree: dict[str, Any]) -> None:
    written = tree["lights"][0]["parameters"]["elevation_deg"]
    first = compiled(tree).draw(0, 0).lights[0].values["elevation_deg"]
    tree["lights"][0]["parameters"]["elevation_deg"] = {**written, "scope": "dataset"}
    assert compiled(tree).draw(17, 3).lights[0].values["elevation_deg"] == first


def test_defaults_are_filled_in_and_materials_left_to_their_generator(compiled: Make, tree: dict[str, Any]) -> None:
    member = compiled(tree).draw(0).objects[0].members[0]
    assert set(member.materials["body"]) == {"roughness"}
    assert member.values["width_m"] == 0.08
    assert member.values["tint"] == (1.0, 0.0, 0.0)
    assert member.values["turn"] == (1.0, 0.0, 0.0, 0.0)
    assert member.values["print"] is None


def test_each_entry_of_a_list_may_be_drawn(compiled: Make, tree: dict[str, Any]) -> None:
    tree["objects"][0]["count"] = 500
    tree["objects"][0]["parameters"] = {
        "offset_m": [0.5, {"uniform": [-1, 1]}, {"uniform": [-1, 1], "scope": "sample"}],
        "tint": [{"uniform": [0, 1]}, 0, 1],
        "axis": [{"uniform": [-1, 1]}, {"uniform": [-1, 1]}, 0.5],
        "turn": [1, 0, 0, {"choice": [0, 1]}],
    }
    members = compiled(tree).draw(0).objects[0].members
    offsets = np.array([m.values["offset_m"] for m in members])
    assert (offsets[:, 0] == 0.5).all()
    assert stats.kstest(offsets[:, 1], stats.uniform(-1, 2).cdf).pvalue > 0.001
    assert len(set(offsets[:, 2])) == 1
    assert np.linalg.norm([m.values["axis"] for m in members], axis=1) == pytest.approx(1.0, abs=1e-14)
    turns = np.array(sorted({m.values["turn"] for m in members}))
    assert turns == pytest.approx(np.array([[0.5**0.5, 0, 0, 0.5**0.5], [1, 0, 0, 0]]))
    assert all(m.values["tint"][1:] == (0.0, 1.0) for m in members)


def test_a_drawn_direction_without_length_is_an_error(compiled: Make, tree: dict[str, Any]) -> None:
    tree["objects"][0]["parameters"] = {"axis": [0, 0, {"choice": [0]}]}
    with pytest.raises(ProjectError, match=r"objects\[0\]\.parameters\.axis: the drawn axis has no length in sample 7"):
        compiled(tree).draw(7)


def test_chance(compiled: Make, tree: dict[str, Any]) -> None:
    tree["objects"][0]["count"] = 4000
    tree["objects"][0]["parameters"] = {
        "handle": {"chance": 0.25},
        "height_m": {"uniform": [0.1, 0.2], "chance": 0.5, "otherwise": 0.9},
        "width_m": {"uniform": [0.1, 0.2], "chance": 0.5},
        "free": {"linked": "height_m * 2", "chance": 0.5, "otherwise": -1},
        "sides": {"integers": [3, 9], "chance": 0.0, "otherwise": 30},
        "label": {"choice": ["a"], "chance": 1.0, "otherwise": "b"},
    }
    members = compiled(tree).draw(0).objects[0].members
    used = {name: np.array([m.values[name] for m in members]) for name in tree["objects"][0]["parameters"]}
    expected = {"handle": (True, 0.25), "height_m": (0.9, 0.5), "width_m": (0.08, 0.5), "free": (-1.0, 0.5)}
    for name, (value, share) in expected.items():
        assert stats.binomtest(int((used[name] == value).sum()), 4000, share).pvalue > 0.001, name
    linked = used["free"] != -1
    assert (used["free"][linked] == 2 * used["height_m"][linked]).all()
    assert set(used["sides"]) == {30}
    assert set(used["label"]) == {"a"}
    # The coin is no part of the value: what is used is still uniform over the whole range.
    drawn = used["height_m"][used["height_m"] != 0.9]
    assert stats.kstest(drawn, stats.uniform(0.1, 0.1).cdf).pvalue > 0.001
    both = np.mean((used["height_m"] == 0.9) & (used["width_m"] == 0.08))
    assert abs(both - 0.25) < 4 * (0.25 * 0.75 / 4000) ** 0.5


def test_even_parameters_are_even_over_samples(compiled: Make, tree: dict[str, Any]) -> None:
    tree["lights"][0]["parameters"]["elevation_deg"] = {"even": [-90, 90]}
    tree["objects"][0]["count"] = {"even": [0, 7]}
    tree["objects"][0]["parameters"] = {"height_m": {"even": [0.0625, 0.9375]}}
    tree["stage"][0]["parameters"] = {"sides": {"even": [3, 34]}, "free": {"even": [0, 1], "scope": "sample"}}
    plan = compiled(tree)
    samples = [plan.draw(i) for i in range(64)]
    elevation = np.array([s.lights[0].values["elevation_deg"] for s in samples])
    counts = [len(s.objects[0].members) for s in samples]
    for block in (slice(0, 64), slice(0, 16), slice(16, 32), slice(40, 48)):
        size = len(range(64)[block])
        assert len(set(np.floor((elevation[block] + 90) / 180 * size))) == size
        assert np.bincount(counts[block], minlength=8).tolist() == [size // 8] * 8
        sides = [s.stage[0].members[0].values["sides"] for s in samples[block]]
        assert max(np.bincount(sides)) == max(1, size // 32)
    assert all(type(s.stage[0].members[0].values["sides"]) is int for s in samples)


def test_even_in_object_scope_is_even_for_each_object_number(compiled: Make, tree: dict[str, Any]) -> None:
    tree["objects"][0]["count"] = 3
    tree["objects"][0]["parameters"] = {"height_m": {"even": [0.25, 0.75]}}
    plan = compiled(tree)
    heights = np.array([[m.values["height_m"] for m in plan.draw(i).objects[0].members] for i in range(32)])
    for number in range(3):
        assert len(set(np.floor((heights[:, number] - 0.25) * 64))) == 32
    assert len({tuple(np.argsort(column)) for column in heights.T}) == 3


def test_even_group_is_joint_and_takes_no_notice_of_other_groups(compiled: Make, tree: dict[str, Any]) -> None:
    member: dict[str, Any] = {"group": "pose", "range": [0, 1]}
    tree["parameters"] = {"a": {"even_group": member}, "b": {"even_group": member}}
    tree["lights"][0]["parameters"]["elevation_deg"] = {"linked": "project.a * 90"}
    tree["effects"][0]["parameters"]["amount"] = {"linked": "project.b"}

    def pairs(plan: Plan) -> np.ndarray:
        drawn = [plan.draw(i) for i in range(64)]
        return np.array([(s.lights[0].values["elevation_deg"] / 90, s.effects[0].values["amount"]) for s in drawn])

    joint = pairs(compiled(tree))
    assert (np.histogram2d(*joint.T, bins=8, range=[[0, 1], [0, 1]])[0] == 1).all()
    tree["parameters"]["aa"] = {"even_group": {**member, "group": "another"}}
    assert (pairs(compiled(tree)) == joint).all()
    # With named dimensions even a new member of the same group changes no other value.
    for name, dimension in (("a", 0), ("b", 1)):
        tree["parameters"][name] = {"even_group": {**member, "dimension": dimension}}
    assert (pairs(compiled(tree)) == joint).all()
    tree["parameters"]["a0"] = {"even_group": {**member, "dimension": 5}}
    assert (pairs(compiled(tree)) == joint).all()


def test_recipe_is_json_and_comes_back(compiled: Make, tree: dict[str, Any]) -> None:
    tree["objects"][0]["class"] = {"attribute": "kind", "map": {"a": "mug"}}
    tree["objects"][0]["parameters"]["turn"] = {"rotation": "uniform"}
    for index in range(5):
        sample = compiled(tree).draw(index, index % 2)
        assert sample_from_json(json.loads(json.dumps(sample_to_json(sample), allow_nan=False))) == sample


def test_switched_off_nodes_are_not_in_the_sample(compiled: Make, tree: dict[str, Any]) -> None:
    for key in ("environment", "lights", "stage", "objects", "effects"):
        tree[key][0]["enabled"] = False
    sample = compiled(tree).draw(0)
    assert sample.environment == sample.lights == sample.stage == sample.objects == sample.effects == ()


@pytest.mark.timed
def test_a_typical_sample_takes_three_milliseconds(
    compiled: Make, tree: dict[str, Any], within: Callable[[float, float], None]
) -> None:
    """20 objects of 10 drawn parameters each. Best of many: other programs may have the cores."""
    tree["objects"][0]["count"] = 20
    tree["objects"][0]["parameters"] = {
        "height_m": {"normal": {"mean": 0.1, "std": 0.02, "low": 0.05, "high": 0.2}},
        "width_m": {"beta": {"a": 2, "b": 3, "low": 0.05, "high": 0.2}},
        "free": {"even": [0, 1]},
        "sides": {"integers": [3, 64]},
        "handle": {"chance": 0.5},
        "shape": {"choice": ["round", "square"], "weights": [1, 3]},
        "tint": {"hsv": {"h": [0, 360], "s": [0, 1], "v": [0, 1]}},
        "axis": {"hemisphere": {}},
        "turn": {"rotation": "uniform"},
        "offset_m": [0, 0, {"linked": "height_m / 2"}],
    }
    plan = compiled(tree)
    best = 1.0
    for index in range(50):
        start = time.process_time()
        plan.draw(index)
        best = min(best, time.process_time() - start)
    within(best, 0.003)
