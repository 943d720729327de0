"""Words about keys: what a context is called, and why a key cannot be given to an action."""

from __future__ import annotations

from typing import Final

from myriorama.app.actions.action import Action, Context
from myriorama.app.actions.table import ActionTable

CONTEXT_TITLES: Final[dict[Context, str]] = {
    "window": "Everywhere",
    "viewport": "Viewport",
    "gallery": "Gallery",
    "reject": "Reject prompt",
    "detail": "Detail view",
    "outliner": "Outliner",
    "inspector": "Inspector",
    "statistics": "Statistics",
    "assets": "Assets",
    "queue": "Queue",
    "plugins": "Plugins",
}
_NEVER: Final = ("Tab", "Shift+Tab", "Esc")
"""These move the keyboard and close dialogs everywhere; an action on them would lock people out."""


def refusal(table: ActionTable, action: Action, key: str) -> str:
    """Say why an action cannot have a key; empty where it can."""
    if key in _NEVER and key not in action.keys:
        return f"{key} moves the keyboard's focus or closes dialogs everywhere."
    held = table.holders(key, action.context, besides=action.id)
    if not held:
        return ""
    told = ", ".join(f"{a.title} ({CONTEXT_TITLES[a.context].lower()})" for a in held)
    return f"{key} is already used by {told}."
