"""Values of effects drawn anew: from the project's ranges, each epoch others, and nothing that hangs on the scene."""

from __future__ import annotations

import json
import pickle
import threading
from typing import Any

import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.drawing.again import MAX_EPOCH, EffectValues
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import ProjectError
from myriorama.scenes.project.load import parse_project

REGISTRY = builtin_registry()
TREE: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "again",
    "seed": 5,
    "classes": [{"id": 1, "name": "mug"}],
    "parameters": {"dim": {"uniform": [0.0, 1.0]}, "haste": {"uniform": [0.0, 1.0]}},
    "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {"distance_m": {"uniform": [1.0, 2.0]}}}},
    "objects": [
        {
            "uid": "mugs",
            "type": "mug",
            "class": "mug",
            "count": {"integers": [1, 3]},
            "parameters": {"height_m": {"linked": "0.08 + 0.02 * project.dim"}},
            "placement": {"uid": "p", "type": "scatter"},
        }
    ],
}


def values(effects: list[dict[str, Any]], **changes: Any) -> EffectValues:
    return EffectValues(parse_project(json.dumps({**TREE, **changes, "effects": effects})), REGISTRY)


def noise(uid: str = "n", **parameters: Any) -> dict[str, Any]:
    return {"uid": uid, "type": "sensor_noise", "parameters": parameters}


def test_only_what_varies_is_drawn_within_its_range_and_always_the_same() -> None:
    made = values([noise(iso={"uniform": [100.0, 200.0]}, read_noise_e=5.0)])
    found = [made.draw(("n",), index, 0, epoch) for index in range(20) for epoch in range(1, 11)]
    assert all(set(one["n"]) == {"iso"} for one in found)
    isos = [one["n"]["iso"] for one in found]
    assert len(set(isos)) == len(isos)
    assert 100.0 <= min(isos) < 110.0
    assert 190.0 < max(isos) <= 200.0
    again = pickle.loads(pickle.dumps(made))
    assert again.draw(("n",), 3, 0, 4) == made.draw(("n",), 3, 0, 4) != made.draw(("n",), 3, 1, 4)


def test_what_plugins_remember_does_not_travel() -> None:
    made = values([noise(iso={"uniform": [100.0, 200.0]})])
    rain = REGISTRY.effect("rain")
    rain.seen_last = threading.Lock()  # type: ignore[attr-defined]  # as a memory of the last frame: of this process
    again = pickle.loads(pickle.dumps((made, REGISTRY)))
    assert not hasattr(again[1].effect("rain"), "seen_last")
    assert REGISTRY.effect("rain") is rain
    assert again[0].draw(("n",), 3, 0, 4) == made.draw(("n",), 3, 0, 4)
    del rain.seen_last  # type: ignore[attr-defined]


def test_epochs_are_no_attempt_and_no_sample_s_own_values() -> None:
    effects = [noise(iso={"uniform": [100.0, 200.0]})]
    plan = compile_plan(parse_project(json.dumps({**TREE, "effects": effects})), REGISTRY)
    own = {plan.draw(2, attempt).effects[0].values["iso"] for attempt in range(50)}
    assert not own & {values(effects).draw(("n",), 2, 0, epoch)["n"]["iso"] for epoch in range(1, 20)}


def test_what_hangs_on_the_scene_stays() -> None:
    made = values(
        [
            noise(
                iso={"linked": "100 + 100 * @rig.distance_m"},
                read_noise_e={"linked": "project.dim"},
                offset_e={"linked": "project.haste * 2"},
                row_noise_e={"linked": "offset_e + 1"},
                column_noise_e={"uniform": [0.0, 1.0], "scope": "dataset"},
            )
        ]
    )
    found = made.draw(("n",), 1, 0, 1)["n"]
    assert set(found) == {"offset_e", "row_noise_e"}, "a named number that an object reads is the scene's"
    assert found["row_noise_e"] == pytest.approx(found["offset_e"] + 1)
    assert 0.0 <= found["offset_e"] <= 2.0


def test_a_link_between_effects_holds_where_both_are_drawn_and_is_left_alone_where_one_stays() -> None:
    made = values(
        [
            noise("a", iso={"uniform": [100.0, 800.0]}),
            noise("b", iso={"linked": "@a.iso / 2"}, read_noise_e={"uniform": [0.0, 9.0]}),
        ]
    )
    both = made.draw(("a", "b"), 0, 0, 3)
    assert both["b"]["iso"] == pytest.approx(both["a"]["iso"] / 2)
    assert set(made.draw(("b",), 0, 0, 3)["b"]) == {"read_noise_e"}


def test_views_of_one_scene_share_their_values() -> None:
    camera = {**TREE["camera"], "views": [{"uid": "l", "name": "left"}, {"uid": "r", "name": "right"}]}
    made = values([noise(iso={"uniform": [100.0, 200.0]})], camera=camera)
    left, right, other = (made.draw(("n",), index, 0, 2) for index in (6, 7, 8))
    assert left == right != other


def test_other_plugins_need_not_be_there_but_the_effect_s_own_text_must_be_sound() -> None:
    foreign = [{**TREE["objects"][0], "type": "martian"}]
    assert values([noise(iso={"uniform": [100, 200]})], objects=foreign).draw(("n",), 0, 0, 1)["n"]
    wrong = values([noise(iso={"uniform": [100, 200]}), noise("m", iso={"uniform": [1, 5]})])
    assert wrong.draw(("n",), 0, 0, 1)["n"]
    with pytest.raises(ProjectError, match="iso"):
        wrong.draw(("m",), 0, 0, 1)


@pytest.mark.parametrize("epoch", [0, -1, MAX_EPOCH + 1])
def test_an_epoch_is_told_its_limits(epoch: int) -> None:
    with pytest.raises(ValueError, match="an epoch lies in"):
        values([noise()]).draw(("n",), 0, 0, epoch)
    assert values([noise()]).draw(("n",), 0, 0, MAX_EPOCH) == {"n": {}}
