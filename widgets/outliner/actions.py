"""The rows of the action table that are the outliner's. What each does is bound in the panel."""

from __future__ import annotations

from typing import Final

from myriorama.app.actions import Action


def _action(word: str, title: str, told: str, mark: str, *keys: str) -> Action:
    return Action(f"outliner.{word}", title, "outliner", told, keys, "", mark)


ACTIONS: Final[tuple[Action, ...]] = (
    _action("add", "Add", "Add an object, a light, surroundings or an effect.", "plus", "Shift+A"),
    _action("rename", "Rename", "Give the selected item another name.", "form-textbox", "F2"),
    _action(
        "duplicate",
        "Duplicate",
        "Copy the selected items, with draws of their own.",
        "content-duplicate",
        "Ctrl+D",
    ),
    _action(
        "enable",
        "Enable or disable",
        "Switch the selected items on or off; what is off keeps all its values.",
        "eye-outline",
        "H",
    ),
    _action("cut", "Cut", "Copy the selected items as text and delete them.", "content-cut", "Ctrl+X"),
    _action("copy", "Copy", "Copy the selected items as text.", "content-copy", "Ctrl+C"),
    _action("paste", "Paste", "Add the copied items.", "content-paste", "Ctrl+V"),
    _action(
        "look",
        "Look at this object alone",
        "Show an object of the group in the object studio, as the current sample draws it.",
        "rotate-3d-variant",
        "Ctrl+Return",
    ),
    _action("move_up", "Move up", "Move the selected items up in their list.", "arrow-up", "Alt+Up"),
    _action("move_down", "Move down", "Move the selected items down in their list.", "arrow-down", "Alt+Down"),
    _action("delete", "Delete", "Delete the selected items.", "delete-outline", "Del"),
)
