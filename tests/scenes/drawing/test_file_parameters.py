"""Files: found before anything is drawn, hashed once, and stored in the recipe with their hash."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from scipy import stats

from myriorama.scenes.drawing.plan import Plan
from myriorama.scenes.errors import ProjectError

Make = Callable[..., Plan]


def value(reference: str) -> dict[str, str]:
    return {"file": reference, "sha256": sha256(reference.encode()).hexdigest()}


def test_a_named_file(compiled: Make, tree: dict[str, Any], fake_store: Any) -> None:
    tree["environment"][0]["parameters"]["image"] = "sky.hdr"
    tree["objects"][0]["parameters"]["print"] = "art/a.png"
    store = fake_store("sky.hdr", "art/a.png")
    plan = compiled(tree, store)
    sample = plan.draw(0)
    assert sample.environment[0].values["image"] == value("sky.hdr")
    assert all(m.values["print"] == value("art/a.png") for m in sample.objects[0].members)
    plan.draw(1)
    assert sorted(store.asked) == ["art/a.png", "sky.hdr"]


def test_a_file_of_a_folder(compiled: Make, tree: dict[str, Any], fake_store: Any) -> None:
    names = [f"skies/{i}.hdr" for i in range(4)]
    tree["environment"][0]["parameters"]["image"] = {"folder": "skies", "pattern": "*.hdr"}
    store = fake_store("skies/readme.txt", *names)
    plan = compiled(tree, store)
    assert store.asked == []
    drawn = [plan.draw(i).environment[0].values["image"] for i in range(400)]
    assert all(v == value(v["file"]) for v in drawn)
    assert stats.chisquare(np.bincount([names.index(v["file"]) for v in drawn])).pvalue > 0.001
    assert sorted(store.asked) == names


def test_choice_of_files_with_a_chance(compiled: Make, tree: dict[str, Any], fake_store: Any) -> None:
    tree["objects"][0]["count"] = 200
    tree["objects"][0]["parameters"]["print"] = {"choice": ["a.png", "b.png", ""], "chance": 0.5, "otherwise": "c.png"}
    members = compiled(tree, fake_store("a.png", "b.png", "c.png")).draw(0).objects[0].members
    drawn = {None if m.values["print"] is None else m.values["print"]["file"] for m in members}
    assert drawn == {"a.png", "b.png", "c.png", None}


@pytest.mark.parametrize(
    ("written", "place", "told"),
    [
        ("gone.hdr", "image", "there is no such file"),
        ({"choice": ["sky.hdr", "gone.hdr"]}, "image.choice[1]", "there is no such file"),
        ({"folder": "skies", "chance": 0.5, "otherwise": "gone.hdr"}, "image.otherwise", "there is no such file"),
        ({"folder": "nowhere"}, "image.folder", "there is no such folder"),
        ({"folder": "skies", "pattern": "*.exr"}, "image.folder", "no file of the folder matches *.exr"),
        ({"uniform": [0, 1]}, "image", "uniform cannot stand for image"),
        (7, "image", "this is no value for image"),
        (None, "image", "this is no value for image"),
    ],
)
def test_missing_files(
    compiled: Make, tree: dict[str, Any], fake_store: Any, written: Any, place: str, told: str
) -> None:
    tree["environment"][0]["parameters"]["image"] = written
    with pytest.raises(ProjectError) as caught:
        compiled(tree, fake_store("sky.hdr", "skies/a.hdr"))
    (problem,) = caught.value.problems
    assert problem.place == f"environment[0].parameters.{place}"
    assert told in problem.message


def test_without_a_store(compiled: Make, tree: dict[str, Any]) -> None:
    tree["environment"][0]["parameters"]["image"] = "sky.hdr"
    assert compiled(tree).draw(0).environment[0].values["image"] == {"file": "sky.hdr", "sha256": ""}
    tree["environment"][0]["parameters"]["image"] = {"folder": "skies"}
    with pytest.raises(ProjectError, match="without an asset store"):
        compiled(tree)


def test_a_file_that_vanishes_later(compiled: Make, tree: dict[str, Any], fake_store: Any) -> None:
    tree["environment"][0]["parameters"]["image"] = {"folder": "skies"}
    store = fake_store("skies/a.hdr")
    plan = compiled(tree, store)
    store.references = ()
    with pytest.raises(ProjectError, match=r"environment\[0\]\.parameters\.image"):
        plan.draw(0)
