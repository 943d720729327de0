"""Class map, filters and split of stored records: nothing but what was asked for changes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np
import pytest

from myriorama.app.conversion.tally import TalliedRecords
from myriorama.plugins.selection import ALL, ClassUse, Filter, Selection, View, ViewedRecords, selection_from_json
from myriorama.plugins.splitting import Split
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.errors import InputError

INFO = DatasetInfo(
    "d",
    "0" * 32,
    0,
    64,
    48,
    (
        SceneClass(1, "maize", "crop", "#00ff00"),
        SceneClass(2, "fat_hen", "weed", "#ff0000"),
        SceneClass(3, "thistle", "weed", "#ff00ff"),
        SceneClass(4, "soil", "", "#888888", "stuff"),
    ),
)


def annotation(
    name: str, number: int, *, visible: float | None = 1.0, w: int = 20, h: int = 20, area: int = 300
) -> dict[str, Any]:
    row = next(c for c in INFO.classes if c.name == name)
    return {
        "instance": number,
        "instance_key": f"{name}/{number}",
        "class_id": row.id,
        "class_name": name,
        "box": [1, 2, w, h],
        "area_px": area,
        "visible": visible,
    }


def record(index: int = 0, *annotations: dict[str, Any], value: float = 0.5) -> dict[str, Any]:
    group = {
        "uid": "g",
        "members": [{"number": 0, "values": {"size_m": value}}],
        "placement": {"uid": "p", "values": {}},
    }
    return {
        "key": f"{index:08d}-{index * 2654435761 % 2**64:016x}",
        "index": index,
        "annotations": list(annotations),
        "surfaces": [{"surface_id": i + 1, "class_id": i} for i in range(5)],
        "image": {"segments": [{"id": 1, "class_id": 2}, {"id": 2, "class_id": 4}]},
        "drawn": {
            "lens": {},
            "rig": {"uid": "camera", "values": {"height_m": 2.0}},
            "environment": [],
            "lights": [],
            "effects": [],
            "stage": [],
            "objects": [group],
        },
    }


def test_the_plain_selection_changes_no_label() -> None:
    stored = record(3, annotation("maize", 0), annotation("thistle", 1, visible=0.01, w=1))
    shown = View(INFO, ALL).apply(stored)
    assert shown == {**stored, "ignored": [], "part": "train"}
    assert View(INFO, ALL).info == INFO


def test_classes_are_merged_renamed_ignored_and_dropped() -> None:
    uses = {
        "fat_hen": ClassUse("weed"),
        "thistle": ClassUse("weed", 7),
        "maize": ClassUse(use="ignore"),
        "soil": ClassUse(use="drop"),
    }
    view = View(INFO, Selection(uses))
    assert [(c.id, c.name) for c in view.info.classes] == [(7, "weed")]
    removed: Counter[str] = Counter()
    stored = record(0, annotation("maize", 0), annotation("fat_hen", 1), annotation("thistle", 2))
    before = json.dumps(stored)
    shown = view.apply(stored, removed)
    assert [(a["instance"], a["class_id"], a["class_name"]) for a in shown["annotations"]] == [
        (1, 7, "weed"),
        (2, 7, "weed"),
    ]
    assert [(a["instance"], a["class_id"], a["class_name"]) for a in shown["ignored"]] == [(0, 0, "maize")]
    assert removed == {"class": 1}
    assert [s["class_id"] for s in shown["surfaces"]] == [0, 0, 7, 7, 0]
    assert [s["class_id"] for s in shown["image"]["segments"]] == [7]
    assert json.dumps(stored) == before, "a view writes into no record"


def test_filters_count_what_they_remove_each_object_once() -> None:
    many = [
        annotation("maize", 0),
        annotation("maize", 1, visible=0.09, w=3),
        annotation("maize", 2, h=7),
        annotation("maize", 3, area=9),
        annotation("fat_hen", 4),
    ]
    wanted = Selection(only=("maize",), filter=Filter(0.1, 8, 10))
    removed: Counter[str] = Counter()
    shown = View(INFO, wanted).apply(record(0, *many), removed)
    assert [a["instance"] for a in shown["annotations"]] == [0]
    assert removed == {"visible": 1, "size": 1, "area": 1, "class": 1}
    kept = View(INFO, Selection(filter=Filter(0.1, 8, 10, "ignore"))).apply(record(0, *many))
    assert [a["instance"] for a in kept["ignored"]] == [1, 2, 3]
    merged = View(INFO, Selection({"maize": ClassUse("crop", 8)}, filter=Filter(0.1, 8, 10, "ignore")))
    assert {(a["class_id"], a["class_name"]) for a in merged.apply(record(0, *many))["ignored"]} == {(8, "crop")}
    exact = View(INFO, Selection(filter=Filter(0.09, 3, 9))).apply(record(0, *many))
    assert len(exact["annotations"]) == 5, "a limit itself is enough"


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection({"wheat": ClassUse()}), "no class of this name"),
        (Selection(only=("wheat",)), "no class of this name"),
        (Selection({"maize": ClassUse(id=2)}), "both have the id 2"),
        (Selection({"maize": ClassUse("x", 8), "thistle": ClassUse("x", 9)}), "several ids"),
        (Selection({"maize": ClassUse("x"), "soil": ClassUse("x")}), "things and stuff"),
        (Selection(filter=Filter(1.5)), "a fraction"),
        (Selection(filter=Filter(min_size_px=-1)), "number of pixels"),
    ],
)
def test_what_cannot_be_is_refused(selection: Selection, said: str) -> None:
    with pytest.raises(InputError, match=said):
        View(INFO, selection)


def test_a_filter_by_visibility_needs_fractions() -> None:
    with pytest.raises(InputError, match="no visible fractions"):
        View(INFO, Selection(filter=Filter(0.1))).apply(record(0, annotation("maize", 0, visible=None)))


def test_selections_survive_json() -> None:
    wanted = Selection(
        {"maize": ClassUse("crop", 9), "soil": ClassUse(use="drop")},
        ("maize",),
        Filter(0.1, 4, 5, "ignore"),
        Split((0.7, 0.2, 0.1), "camera/height_m", "b"),
    )
    assert selection_from_json(json.loads(json.dumps(wanted.to_json()))) == wanted
    assert ALL.to_json() == {}
    assert selection_from_json({}) == ALL


def test_a_part_is_a_matter_of_the_sample_alone() -> None:
    split = Split((0.8, 0.1, 0.1))
    parts = {i: split.part_of(record(i)) for i in range(4000)}
    counts = Counter(parts.values())
    for part, share in zip(("train", "val", "test"), split.shares, strict=True):
        deviation = (share * (1 - share) / 4000) ** 0.5
        assert abs(counts[part] / 4000 - share) < 4 * deviation
    assert all(split.part_of(record(i)) == parts[i] for i in range(0, 4000, 7))
    other = Split((0.8, 0.1, 0.1), salt="again")
    assert any(other.part_of(record(i)) != parts[i] for i in range(100))
    # More for training moves samples there and moves none away.
    more = Split((0.9, 0.05, 0.05))
    assert all(more.part_of(record(i)) == "train" for i in range(4000) if parts[i] == "train")


def test_values_share_a_part() -> None:
    split = Split((0.5, 0.5, 0.0), by="g/0/size_m")
    for value in (0.1, 0.2, 0.3):
        assert len({split.part_of(record(i, value=value)) for i in range(50)}) == 1
    assert len({split.part_of(record(0, value=v / 100)) for v in range(50)}) == 2
    with pytest.raises(InputError, match="g/0/size_m"):
        Split((0.5, 0.5, 0.0), by="g/0/size").part_of(record())


def of_models(index: int, *models: str) -> dict[str, Any]:
    stored = record(index)
    members = [{"number": 2 * k, "values": {"model": {"file": m, "sha256": m}}} for k, m in enumerate(models)]
    return {**stored, "drawn": {**stored["drawn"], "objects": [{**stored["drawn"]["objects"][0], "members": members}]}}


def test_no_object_of_val_and_test_was_ever_trained_on() -> None:
    split = Split((0.7, 0.2, 0.1), by="g/*/model")
    models = [f"m{k}" for k in range(40)]
    own = {model: split.part_of(of_models(0, model)) for model in models}
    assert set(own.values()) == {"train", "val", "test"}
    draw = np.random.default_rng(5)
    order = ("train", "val", "test")
    for index in range(400):
        chosen = [models[k] for k in draw.integers(0, len(models), int(draw.integers(1, 5)))]
        part = split.part_of(of_models(index, *chosen))
        assert part == max((own[model] for model in chosen), key=order.index)
        assert part == split.part_of(of_models(index + 1, *reversed(chosen))), "it is a matter of the objects alone"
    none = [split.part_of(of_models(index)) for index in range(200)]
    assert set(none) == {"train", "val", "test"}, "samples without an object go by their keys"
    for wrong in ("g/*/colour", "h/*/model", "g/*/"):
        with pytest.raises(InputError, match=r"g/\*/model"):
            split_of(wrong).part_of(of_models(0, "a"))


def split_of(path: str) -> Split:
    return Split((0.5, 0.5, 0.0), by=path)


@pytest.mark.parametrize("shares", [(0.5, 0.4, 0.2), (1.2, -0.2, 0.0), (0.0, 0.0, 0.0)])
def test_shares_add_up(shares: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="three shares"):
        Split(shares)


def test_records_are_viewed_one_at_a_time() -> None:
    records = [record(i, annotation("maize", 0)) for i in range(3)]
    viewed = ViewedRecords(records, View(INFO, Selection(only=("thistle",))))
    assert len(viewed) == 3
    assert [r["annotations"] for r in viewed] == [[], [], []] == [r["annotations"] for r in viewed]


class Counting:
    """Records by place that count how often each is read."""

    def __init__(self, stored: list[dict[str, Any]]) -> None:
        self._stored = stored
        self.read: Counter[int] = Counter()

    def __len__(self) -> int:
        return len(self._stored)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.at(range(len(self._stored)))

    def at(self, places: Iterable[int]) -> Iterator[dict[str, Any]]:
        for place in places:
            self.read[place] += 1
            yield self._stored[place]

    def picture(self, stored: Any, role: str) -> bytes:
        raise AssertionError("nobody asks for a picture")


@pytest.mark.parametrize("kind", [ViewedRecords, TalliedRecords])
def test_the_others_of_a_part_are_read_once_and_no_more(kind: type[ViewedRecords]) -> None:
    plain = {"hidden": [], "files": {}, "labels": []}
    stored = [{**record(k, {**annotation("maize", 0), "keypoints": []}), **plain} for k in range(40)]
    source = Counting(stored)
    viewed = kind(source, View(INFO, Selection(split=Split((0.5, 0.3, 0.2)))))
    before = {part: [r["index"] for r in viewed.of_part(part)] for part in ("train", "val", "test")}
    assert sorted(chain.from_iterable(before.values())) == list(range(40))
    assert all(before.values())
    first = sum(source.read.values())
    assert first < 3 * 40, "after the first part it is known which samples the others have"
    for part, indices in before.items():
        source.read.clear()
        assert [r["index"] for r in viewed.of_part(part)] == indices
        assert [r["part"] for r in viewed.of_part(part)] == [part] * len(indices)
        assert source.read == dict.fromkeys(indices, 2)


def test_a_pass_that_was_given_up_tells_no_parts() -> None:
    source = Counting([record(k, annotation("maize", 0)) for k in range(40)])
    viewed = ViewedRecords(source, View(INFO, Selection(split=Split((0.5, 0.5, 0.0)))))
    next(iter(viewed))
    found = [r["index"] for r in viewed.of_part("val")]
    assert found == [r["index"] for r in viewed if r["part"] == "val"]
    assert found
