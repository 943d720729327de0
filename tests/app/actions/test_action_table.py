"""The action table: what runs, which keys are in force, who is in whose way."""

from __future__ import annotations

from pathlib import Path

import pytest

from myriorama.app.actions import CONTEXTS, Action, ActionTable
from myriorama.app.actions.keys import CONTEXT_TITLES, refusal
from myriorama.app.settings.store import SettingsStore


def table() -> ActionTable:
    made = ActionTable(SettingsStore(None))
    made.add(Action("edit.undo", "Undo", "window", "Take back.", ("Ctrl+Z",), "Edit"), lambda: None)
    made.add(Action("gallery.pick", "Pick", "gallery", "Keep.", ("P",), "Samples"), lambda: None)
    made.add(Action("viewport.play", "Play", "viewport", "Play.", ("P",), "View/Samples"), lambda: None)
    return made


def test_a_row_runs_only_while_it_can() -> None:
    made, ran, open_ = ActionTable(SettingsStore(None)), [], [False]
    made.add(Action("a.b", "B", "window", ""), lambda: ran.append(1), lambda: open_[0])
    assert not made.run("a.b")
    assert ran == []
    open_[0] = True
    assert made.run("a.b")
    assert ran == [1]


def test_a_checkable_row_is_turned_over_or_set() -> None:
    made, state = ActionTable(SettingsStore(None)), [False]
    made.add(
        Action("a.b", "B", "window", "", checkable=True), lambda on: state.__setitem__(0, on), None, lambda: state[0]
    )
    made.run("a.b")
    assert state == [True]
    made.run("a.b")
    assert state == [False]
    made.run("a.b", False)
    assert state == [False]


def test_two_rows_with_one_id_are_refused() -> None:
    made = table()
    with pytest.raises(ValueError, match=r"edit\.undo"):
        made.add(Action("edit.undo", "Again", "window", ""), lambda: None)


def test_a_key_may_mean_two_things_in_two_panels_but_not_in_one_or_everywhere() -> None:
    made = table()
    assert made.conflicts() == ()
    made.add(Action("gallery.print", "Print", "gallery", "", ("P",)), lambda: None)
    assert [(key, a.id, b.id) for key, a, b in made.conflicts()] == [("P", "gallery.pick", "gallery.print")]
    made.set_keys("gallery.print", ("Ctrl+Z",))
    assert [(key, a.id, b.id) for key, a, b in made.conflicts()] == [("Ctrl+Z", "edit.undo", "gallery.print")]


def test_a_taken_key_is_refused_with_the_name_of_its_holder() -> None:
    made = table()
    play = made["viewport.play"].action
    assert "Undo (everywhere)" in refusal(made, play, "Ctrl+Z")
    assert refusal(made, play, "P") == ""  # its own
    assert refusal(made, made["gallery.pick"].action, "Q") == ""
    assert refusal(made, play, "Tab") != ""


def test_changed_keys_are_kept_and_can_be_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    store = SettingsStore(file)
    made, told = ActionTable(store), []
    made.add(Action("a.b", "B", "window", "", ("F2",)), lambda: None)
    made.keys_changed.connect(lambda: told.append(made.keys("a.b")))
    made.set_keys("a.b", ("F3", "F4"))
    assert SettingsStore(file).value.shortcuts == {"a.b": ("F3", "F4")}
    assert made.is_custom("a.b")
    made.set_keys("a.b", ())
    assert made.keys("a.b") == ()
    made.set_keys("a.b", ("F2",))
    assert not made.is_custom("a.b")
    assert SettingsStore(file).value.shortcuts == {}
    made.set_keys("a.b", ("F9",))
    made.reset_keys()
    assert told == [("F3", "F4"), (), ("F2",), ("F9",), ("F2",)]


def test_menus_list_groups_in_the_order_in_which_they_came() -> None:
    made = ActionTable(SettingsStore(None))
    for id_, group in (("z.one", ""), ("a.two", ""), ("z.three", ""), ("q.four", "first")):
        made.add(Action(id_, id_, "window", "", (), "File", "", False, group), lambda: None)
    made.add(Action("m.five", "five", "window", "", (), "File/More/Deep"), lambda: None)
    groups = [[getattr(i, "submenu", None) or i.command.id for i in g] for g in made.menus.iter_menu_groups("File")]
    assert groups == [["z.one", "z.three"], ["a.two"], ["q.four"], ["File/More"]]
    assert [i.submenu for g in made.menus.iter_menu_groups("File/More") for i in g] == ["File/More/Deep"]


def test_a_closed_table_watches_no_settings() -> None:
    store = SettingsStore(None)
    made, told = ActionTable(store), []
    made.keys_changed.connect(lambda: told.append(1))
    made.close()
    store.set(store.value.model_copy(update={"shortcuts": {"a.b": ("F1",)}}))
    assert told == []


def test_every_context_has_a_title() -> None:
    assert set(CONTEXT_TITLES) == set(CONTEXTS)
