"""The viewport's actions as a set: their help, their keys, their menu, and what is remembered of them."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QKeySequence


def test_every_action_has_help_and_no_two_share_a_key(shown: Any) -> None:
    keys: dict[str, str] = {}
    for bound in shown.panel.actions_here():
        assert bound.action.context == "viewport"
        assert bound.action.help.endswith(".")
        for key in bound.action.keys:
            text = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
            assert text, key
            assert text not in keys, f"{key}: {bound.action.id} and {keys[text]}"
            keys[text] = bound.action.id


def test_the_menu_lists_actions_and_runs_them(shown: Any) -> None:
    menu = shown.panel.menu()
    titles = [a.text() for a in menu.actions() if a.text()]
    assert "Free look" in titles
    assert "Copy sample key" in titles
    next(a for a in menu.actions() if a.text() == "Free look").trigger()
    assert shown.panel.stage.looking.is_free
    menu.deleteLater()


def test_how_labels_are_drawn_is_remembered_but_not_that_a_key_hides_them(shown: Any) -> None:
    shown.run("boxes_3d")
    shown.run("hide_overlays")
    shown.panel.dispose()
    kept = shown.studio.settings.value.overlays
    assert kept.boxes_3d
    assert not kept.hidden
