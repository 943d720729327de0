"""A class map as rows: merges are seen, conflicts are told of those that have part in them and of nobody else."""

from __future__ import annotations

import pytest

from myriorama.app.conversion.class_map import conflicts, shown_rows, with_use
from myriorama.plugins.selection import ClassUse
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.errors import InputError

CLASSES = (
    SceneClass(1, "mug", "", "#ff0000"),
    SceneClass(2, "cup", "", "#00ff00"),
    SceneClass(3, "bowl", "", "#0000ff"),
    SceneClass(9, "floor", "", "#777777", "stuff"),
)


def test_rows_show_what_formats_show() -> None:
    rows = {r.name: r for r in shown_rows(CLASSES, {"cup": ClassUse("mug"), "bowl": ClassUse(use="ignore")})}
    assert (rows["cup"].shown_name, rows["cup"].shown_id, rows["cup"].merged) == ("mug", 1, ("mug",))
    assert rows["mug"].merged == ("cup",)
    assert rows["mug"].told == "one class with cup"
    assert rows["bowl"].use == "ignore"
    assert not rows["floor"].changed
    assert rows["cup"].changed


def test_conflicts_name_those_that_have_part() -> None:
    same_id = {"mug": ClassUse(id=2)}
    assert set(conflicts(CLASSES, same_id)) == {"mug", "cup"}
    assert "both have the id 2" in conflicts(CLASSES, same_id)["mug"]
    assert set(conflicts(CLASSES, {"floor": ClassUse("mug")})) == {"floor", "mug"}
    two = {"mug": ClassUse("x", 4), "cup": ClassUse("x", 5), "floor": ClassUse("bowl")}
    told = conflicts(CLASSES, two)
    assert set(told) == {"mug", "cup", "floor", "bowl"}
    assert "several ids" in told["mug"]
    assert "things and stuff" in told["bowl"]
    rows = {r.name: r for r in shown_rows(CLASSES, two)}
    assert rows["mug"].told == told["mug"]


def test_a_change_that_makes_a_conflict_is_refused_and_others_are_not() -> None:
    with pytest.raises(InputError, match="both have the id 2"):
        with_use(CLASSES, {}, "mug", shown_id=2)
    with pytest.raises(InputError, match="things and stuff"):
        with_use(CLASSES, {}, "floor", shown_name="mug")
    with pytest.raises(InputError, match="no class id"):
        with_use(CLASSES, {}, "mug", shown_id=70_000)
    with pytest.raises(InputError, match="printable"):
        with_use(CLASSES, {}, "mug", shown_name="a\x07")
    with pytest.raises(KeyError):
        with_use(CLASSES, {}, "dragon", shown_name="x")
    broken = {"mug": ClassUse(id=2)}
    mended = with_use(CLASSES, broken, "mug", shown_id=0)
    assert mended == {}
    assert with_use(CLASSES, broken, "bowl", shown_name="dish")["bowl"] == ClassUse("dish")


def test_an_id_of_a_merged_class_is_that_of_all() -> None:
    merged = with_use(CLASSES, {}, "cup", shown_name="mug")
    numbered = with_use(CLASSES, merged, "cup", shown_id=5)
    again = with_use(CLASSES, numbered, "mug", shown_id=6)
    assert {r.shown_id for r in shown_rows(CLASSES, again) if r.name in ("mug", "cup")} == {6}
    assert with_use(CLASSES, again, "mug", shown_id=1) == merged


def test_its_own_name_and_use_leave_nothing_behind() -> None:
    changed = with_use(CLASSES, {}, "mug", shown_name="beaker")
    assert with_use(CLASSES, changed, "mug", shown_name="mug") == {}
    assert with_use(CLASSES, changed, "mug", shown_name="  ") == {}
    assert with_use(CLASSES, with_use(CLASSES, {}, "mug", use="drop"), "mug", use="label") == {}


def test_a_class_that_is_left_out_gives_its_id_free() -> None:
    dropped = with_use(CLASSES, {}, "cup", use="drop")
    taken = with_use(CLASSES, dropped, "mug", shown_id=2)
    with pytest.raises(InputError, match="both have the id 2"):
        with_use(CLASSES, taken, "cup", use="label")
