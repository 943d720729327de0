"""The table says of every column what the facts say, whatever was replaced, and filters by it fast."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from myriorama.app.browsing.browse import Condition, Order
from myriorama.app.browsing.columns import Column, ValueName, value_column
from myriorama.app.browsing.table import FactsTable
from myriorama.app.preview.tiles import SampleFacts

Make = Callable[..., SampleFacts]
MUG, POT = ("mug", (10, 20, 30, 40), 0.5, 2.0), ("pot", (0, 0, 100, 50), 1.0, 3.0)


@pytest.fixture
def table(facts_of: Make) -> FactsTable:
    made = FactsTable()
    made.start_epoch(1)
    made.add(facts_of(0, (MUG, POT), {"cam/fov_deg": 50.0, "mugs/0/height_m": 0.1, "mugs/1/height_m": 0.2}))
    made.add(facts_of(2, (MUG,), {"cam/fov_deg": 40.0, "mugs/0/height_m": 0.3, "floor/file": ""}))
    made.add(facts_of(1, (), {"cam/fov_deg": 60.0, "floor/file": "wood.png"}))
    return made


def test_every_kind_of_column(table: FactsTable) -> None:
    assert table.value(0, "objects") == 2
    assert table.value(0, "count:mug") == 1
    assert table.value(1, "count:mug") == 0
    assert table.value(0, "smallest_box") == 30
    assert table.value(0, "largest_box") == 100
    assert table.value(1, "smallest_box") is None
    assert table.value(0, "visible_mean") == 0.75
    assert table.value(0, "position_x@mug") == pytest.approx(25 / 200)
    assert table.value(0, "position_y@mug") == pytest.approx(40 / 100)
    assert table.value(0, "distance") == 2.0
    assert table.value(0, "distance@pot") == 3.0
    assert table.value(2, "distance@pot") is None
    assert table.value(0, "class") == "mug, pot"
    assert table.value(0, "elevation") == pytest.approx(90.0)
    assert table.value(0, "value:mugs/height_m") == 0.1
    assert table.value(2, "value:floor/file") == "(none)"
    assert table.value(5, "objects") is None
    assert table.classes == ("mug", "pot")


def test_several_values_a_sample(table: FactsTable) -> None:
    indices, values = table.values("value:mugs/height_m")
    assert list(zip(indices.tolist(), values.tolist(), strict=True)) == [(0, 0.1), (0, 0.2), (2, 0.3)]
    assert table.values("no such column")[0].size == 0


def test_columns_that_have_values(facts_of: Make) -> None:
    named = FactsTable(lambda: {"value:b/y_m": ValueName("Cup: y", "m"), "value:a/x": ValueName("Arm: x")})
    named.add(facts_of(0, (MUG,), {"a/x": 1, "b/y_m": 2.0, "c/z_deg": 3.0}, attributes={"face": 6}))
    found = {c.name: c for c in named.columns()}
    drawn = [c.name for c in named.columns() if c.name.startswith("value:")]
    assert drawn == ["value:b/y_m", "value:a/x", "value:c/z_deg"], "the project's order, then by path"
    assert found["value:b/y_m"].heading == "Cup: y (m)"
    assert found["value:c/z_deg"].unit == "deg"
    assert found["count:mug"].per == "sample"
    assert found["attribute:face"].per == "object"
    assert named.column("distance@mug").title == "Distance, mug"  # type: ignore[union-attr]
    assert named.column("nothing") is None


def test_a_path_is_named_without_the_object_number() -> None:
    assert value_column("mugs/12/materials/*/base_color") == "value:mugs/materials/*/base_color"
    assert value_column("camera/lens/fov_deg") == "value:camera/lens/fov_deg"
    assert value_column("rig/target_m/0") == "value:rig/target_m/0"


def test_conditions_hold_together_and_one_object_is_enough(table: FactsTable) -> None:
    def shown(*conditions: Condition) -> list[int]:
        return table.matching(Order(conditions), 10)

    assert shown(Condition("distance", 2.5, 5.0)) == [0]
    assert shown(Condition("objects", 1, None)) == [0, 2]
    assert shown(Condition("objects", None, 0)) == [1], "samples without facts fulfil nothing"
    assert shown(Condition("class", words=frozenset({"mug", "cup"}))) == [0, 2]
    assert shown(Condition("class", words=frozenset({"mug"})), Condition("objects", 1, 1)) == [2]
    assert shown(Condition("value:floor/file", words=frozenset({"wood.png"}))) == [1]
    assert shown(Condition("removed", 0, 1)) == []
    assert table.matching(Order((Condition("objects", 1, None),)), 2) == [0], "only samples below the count"


def test_orders(table: FactsTable) -> None:
    assert table.matching(Order(), 4) == [0, 1, 2, 3]
    assert table.matching(Order(descending=True), 4) == [3, 2, 1, 0]
    assert table.matching(Order(sort="value:cam/fov_deg"), 4) == [2, 0, 1, 3], "unknown ones come last"
    assert table.matching(Order(sort="value:cam/fov_deg", descending=True), 4) == [1, 0, 2, 3]
    assert table.matching(Order(sort="distance", descending=True), 4) == [0, 2, 1, 3], "by the largest"
    assert table.matching(Order(sort="value:floor/file"), 4) == [2, 1, 0, 3]


def test_older_facts_stay_and_are_stale(table: FactsTable, facts_of: Make) -> None:
    table.start_epoch(2)
    assert (table.known, table.fresh) == (3, 0)
    assert table.is_stale(0)
    table.add(facts_of(0, (POT,), {"cam/fov_deg": 55.0}, epoch=2))
    assert (table.known, table.fresh) == (3, 1)
    assert not table.is_stale(0)
    indices, values = table.values("value:cam/fov_deg")
    told = dict(zip(indices.tolist(), zip(values.tolist(), table.stale(indices).tolist(), strict=True), strict=True))
    assert told == {0: (55.0, False), 1: (60.0, True), 2: (40.0, True)}
    assert table.value(0, "count:mug") == 0
    assert table.recipe_hash(0) == "hash0-2"
    table.add(facts_of(0, (MUG, MUG), epoch=1))
    assert table.value(0, "objects") == 1, "a late answer to an older question changes nothing"
    table.clear()
    assert (table.known, table.fresh, table.classes) == (0, 0, ())


def test_a_value_that_turns_from_numbers_to_words(table: FactsTable, facts_of: Make) -> None:
    table.start_epoch(2)
    table.add(facts_of(0, (), {"cam/fov_deg": "wide"}, epoch=2))
    assert table.values("value:cam/fov_deg")[1].tolist() == ["wide"], "numbers of the old project are gone"
    table.add(facts_of(1, (), {"cam/fov_deg": 3.5}, epoch=2))
    assert table.values("value:cam/fov_deg")[1].tolist() == ["wide", "3.5"]


def test_columns_from_elsewhere(table: FactsTable) -> None:
    held = {2: 5.0, 7: 1.0}

    def stars() -> tuple[np.ndarray, np.ndarray]:
        return np.array(list(held), dtype=np.int64), np.array(list(held.values()))

    table.provide(Column("stars", "Stars"), stars)
    assert table.matching(Order((Condition("stars", 3, None),)), 10) == [2]
    assert "stars" in [c.name for c in table.columns()]
    held[1] = 4.0
    assert table.matching(Order((Condition("stars", 3, None),)), 10) == [1, 2]


def test_replacing_over_and_over_leaves_what_was_said_last(facts_of: Make) -> None:
    table = FactsTable()
    last: dict[int, list[float]] = {}
    for step in range(600):
        index, epoch = (step * 7) % 23, step // 100
        distances = [1.0 + ((step * 13 + k * 5) % 17) for k in range(step % 5)]
        last[index] = distances
        table.add(facts_of(index, tuple(("mug", (0, 0, 5, 5), 1.0, d) for d in distances), {"a/b": step}, epoch))
    indices, values = table.values("distance")
    for index, distances in last.items():
        assert values[indices == index].tolist() == distances
    assert len(indices) == sum(map(len, last.values()))
    assert table.values("count:mug")[1].sum() == len(indices)


@pytest.mark.timed
def test_ten_thousand_samples_are_filtered_in_time(facts_of: Make, within: Callable[[float, float], None]) -> None:
    table = FactsTable()
    for i in range(10_000):
        seen = tuple(("mug" if k % 2 else "pot", (i % 150, k, 5 + k, 9), 0.5, 1.0 + (i * k) % 40) for k in range(6))
        table.add(facts_of(i, seen, {"cam/fov_deg": float(i % 90)}))
    order = Order((Condition("distance@mug", 5, 20), Condition("class", words=frozenset({"pot"}))), "value:cam/fov_deg")
    started = time.perf_counter()
    found = table.matching(order, 10_000)
    took = time.perf_counter() - started
    assert 0 < len(found) < 10_000
    within(took, 0.2)


def test_classes_of_one_name_are_one_and_can_be_told_apart_again(table: FactsTable) -> None:
    before = table.version
    table.call_classes({"mug": "vessel", "pot": "vessel"})
    assert table.version > before
    assert table.classes == ("vessel",)
    assert table.values("class")[1].tolist() == ["vessel"] * 3
    assert [table.value(i, "count:vessel") for i in (0, 1, 2)] == [2, 0, 1]
    assert sorted(table.values("distance@vessel")[1].tolist()) == [2.0, 2.0, 3.0]
    assert table.matching(Order((Condition("class", words=frozenset({"vessel"})),)), 3) == [0, 2]
    assert table.matching(Order((Condition("count:vessel", low=2.0),)), 3) == [0]
    assert table.matching(Order((Condition("count:pot", low=1.0),)), 3) == [0], "a filter of before still holds"
    version = table.version
    table.call_classes({"mug": "vessel", "pot": "vessel"})
    assert table.version == version
    table.call_classes({})
    assert table.classes == ("mug", "pot")
    assert sorted(table.values("class")[1].tolist()) == ["mug", "mug", "pot"]


def test_a_class_may_take_the_name_of_another(table: FactsTable) -> None:
    table.call_classes({"mug": "pot", "pot": "pot (ignored)"})
    assert table.value(0, "count:pot") == 1
    assert table.value(2, "count:pot") == 1
    assert table.value(2, "count:pot (ignored)") == 0
    assert table.classes == ("pot", "pot (ignored)")
