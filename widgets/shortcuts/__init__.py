"""The dialog of keyboard shortcuts."""

from myriorama.widgets.shortcuts.dialog import ShortcutsDialog

__all__ = ["ShortcutsDialog"]
