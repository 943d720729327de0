"""Links: what they may name, what they give, and how each mistake is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from myriorama.scenes.drawing.plan import Plan
from myriorama.scenes.errors import ProjectError

Make = Callable[..., Plan]


def parameters(tree: dict[str, Any], **values: Any) -> dict[str, Any]:
    tree["objects"][0]["parameters"] = values
    return tree


def problems_of(compiled: Make, tree: dict[str, Any]) -> str:
    with pytest.raises(ProjectError) as caught:
        compiled(tree)
    return str(caught.value)


def test_siblings_project_and_other_nodes(compiled: Make, tree: dict[str, Any]) -> None:
    parameters(
        tree,
        height_m={"uniform": [0.1, 0.2]},
        width_m={"linked": "height_m / 2"},
        free={
            "linked": "project.size + @sun.elevation_deg + @camera.field_of_view_deg + @mugs.count + @rig.distance_m"
        },
        sides={"linked": "min(max(3, 2 * 4), 64)"},
    )
    tree["objects"][0]["materials"]["body"] = {"roughness": {"linked": "height_m * 4"}}
    tree["objects"][0]["placement"]["parameters"]["yaw_deg"] = {"linked": "radius_m + height_m"}
    tree["effects"][0]["parameters"]["amount"] = {"linked": "project.size"}
    sample = compiled(tree).draw(2)
    size, group = sample.effects[0].values["amount"], sample.objects[0]
    assert 0.5 <= size <= 0.9
    others = sample.lights[0].values["elevation_deg"] + 50.0 + len(group.members) + sample.rig.values["distance_m"]
    for member in group.members:
        height = member.values["height_m"]
        assert member.values["width_m"] == height / 2
        assert member.values["free"] == pytest.approx(size + others, rel=1e-14)
        assert member.values["sides"] == 8
        assert type(member.values["sides"]) is int
        assert member.materials["body"]["roughness"] == height * 4
        assert member.placement["yaw_deg"] == group.placement.values["radius_m"] + height


def test_chains_of_any_order(compiled: Make, tree: dict[str, Any]) -> None:
    tree["parameters"] = {f"p{i}": {"linked": f"project.p{i + 1} + 1"} for i in range(300)} | {"p300": 0}
    tree["effects"][0]["parameters"]["amount"] = {"linked": "project.p0 / 300"}
    assert compiled(tree).draw(0).effects[0].values["amount"] == 1.0


def test_an_object_value_of_sample_scope_can_be_named_from_outside(compiled: Make, tree: dict[str, Any]) -> None:
    parameters(tree, height_m={"uniform": [0.1, 0.2], "scope": "sample"}, width_m={"linked": "height_m"})
    tree["effects"][0]["parameters"]["amount"] = {"linked": "@mugs.width_m"}
    sample = compiled(tree).draw(0)
    assert {m.values["height_m"] for m in sample.objects[0].members} == {sample.effects[0].values["amount"]}


def test_a_link_does_not_change_what_is_drawn(compiled: Make, tree: dict[str, Any]) -> None:
    before = compiled(tree).draw(3)
    tree["effects"][0]["parameters"]["amount"] = {"linked": "@sun.elevation_deg / 90"}
    after = compiled(tree).draw(3)
    assert after.lights == before.lights
    assert after.objects == before.objects


def test_a_node_that_is_switched_off_can_still_be_named(compiled: Make, tree: dict[str, Any]) -> None:
    tree["effects"][0]["parameters"]["amount"] = {"linked": "@sun.elevation_deg / 90"}
    on = compiled(tree).draw(3)
    tree["lights"][0]["enabled"] = False
    off = compiled(tree).draw(3)
    assert off.lights == ()
    assert off.effects == on.effects


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"width_m": {"linked": "hight_m"}, "height_m": 0.1}, "did you mean height_m"),
        ({"width_m": {"linked": "project.sise"}}, "did you mean size"),
        ({"width_m": {"linked": "@sum.elevation_deg"}}, "did you mean @sun"),
        ({"width_m": {"linked": "@sun.elevation"}}, "did you mean elevation_deg"),
        ({"width_m": {"linked": "@sun.tint"}}, "no number but a color parameter"),
        ({"width_m": {"linked": "offset_m"}}, "no number but a vector parameter"),
        ({"width_m": {"linked": "handle"}}, "no number but a bool parameter"),
        ({"width_m": {"linked": "width_m"}}, "circle: mugs/width_m -> mugs/width_m"),
        ({"label": {"linked": "height_m"}}, "linked cannot stand for label"),
        ({"handle": {"linked": "height_m"}}, "linked cannot stand for handle"),
        ({"width_m": {"linked": "height_m", "scope": "sample"}, "height_m": {"uniform": [0.1, 0.2]}}, "scope sample"),
        ({"width_m": {"linked": "project.size", "scope": "dataset"}}, "differs from sample to sample"),
    ],
)
def test_wrong_links(compiled: Make, tree: dict[str, Any], values: dict[str, Any], told: str) -> None:
    text = problems_of(compiled, parameters(tree, **values))
    assert told in text
    assert text.startswith("objects[0].parameters.")
    assert text.count("\n") == 0


def test_a_circle_is_told_once_and_whole(compiled: Make, tree: dict[str, Any]) -> None:
    tree["parameters"]["size"] = {"linked": "@sun.elevation_deg + 1"}
    tree["lights"][0]["parameters"]["elevation_deg"] = {"linked": "@grain.amount * 2"}
    tree["effects"][0]["parameters"]["amount"] = {"linked": "max(project.size, @rig.distance_m)"}
    text = problems_of(compiled, tree)
    assert text.count("circle") == 1
    assert "project/size -> sun/elevation_deg -> grain/amount -> project/size" in text


def test_two_circles_are_both_told(compiled: Make, tree: dict[str, Any]) -> None:
    tree["parameters"] = {"a": {"linked": "project.b"}, "b": {"linked": "project.a"}, "c": {"linked": "project.c"}}
    assert problems_of(compiled, tree).count("circle") == 2


@pytest.mark.parametrize("where", ["effect", "another group", "count", "group-wide placement"])
def test_a_value_of_each_object_has_no_one_value_for_others(compiled: Make, tree: dict[str, Any], where: str) -> None:
    link = {"linked": "@mugs.height_m"}
    if where == "effect":
        tree["effects"][0]["parameters"]["amount"] = link
    elif where == "another group":
        tree["stage"][0]["parameters"] = {"height_m": link}
    elif where == "count":
        tree["objects"][0]["count"] = {"linked": "sides"}
    else:
        tree["objects"][0]["placement"]["parameters"]["radius_m"] = {"linked": "height_m"}
    text = problems_of(compiled, tree)
    assert "differs from object to object" in text
    assert '"scope": "sample"' in text


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {"width_m": {"linked": "height_m * 100"}},
            "the linked value of width_m is outside its limits in sample 3, object 0",
        ),
        ({"sides": {"linked": "height_m * 30"}}, "the linked value of sides is not whole in sample 3, object 0"),
        ({"free": {"linked": "1 / (height_m - height_m)"}}, "division by zero in sample 3, object 0"),
        ({"offset_m": [0, {"linked": "height_m * 100"}, 0]}, "the linked value of offset_m is outside its limits"),
    ],
)
def test_a_computed_value_is_never_moved_into_its_limits(
    compiled: Make, tree: dict[str, Any], values: dict[str, Any], told: str
) -> None:
    plan = compiled(parameters(tree, height_m={"uniform": [0.1, 0.2]}, **values))
    with pytest.raises(ProjectError) as caught:
        plan.draw(3)
    (problem,) = caught.value.problems
    assert told in str(problem)
    assert problem.place.startswith("objects[0].parameters.")
    assert problem.value
    assert problem.allowed


def test_a_count_may_be_computed(compiled: Make, tree: dict[str, Any]) -> None:
    tree["parameters"]["many"] = {"integers": [1, 9]}
    tree["objects"][0]["count"] = {"linked": "project.many * 2"}
    counts = {len(compiled(tree).draw(i).objects[0].members) for i in range(30)}
    assert counts <= set(range(2, 19, 2))
    assert len(counts) > 4
    tree["objects"][0]["count"] = {"linked": "project.many - 100"}
    with pytest.raises(ProjectError, match=r"objects\[0\].count: the linked value of count is outside its limits"):
        compiled(tree).draw(0)


def test_many_groups_together_have_a_limit_too(compiled: Make, tree: dict[str, Any]) -> None:
    def group(i: int) -> dict[str, Any]:
        place = {"uid": f"g{i}.p", "type": "scatter"}
        return {"uid": f"g{i}", "type": "mug", "class": "mug", "count": 10_000, "placement": place}

    tree["objects"] = [group(i) for i in range(11)]
    assert "the groups together may ask for too many objects" in problems_of(compiled, tree)
    for i in range(11):
        tree["objects"][i]["count"] = {"linked": "project.size * 0 + 10000"}
    with pytest.raises(ProjectError, match="too many objects in sample 0"):
        compiled(tree).draw(0)
