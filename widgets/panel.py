"""What every panel of the main window is: a widget with a name and the actions that it can do.

It lays nothing out and knows no other panel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtWidgets import QWidget

from myriorama.app.actions import Action, Context
from myriorama.app.studio import Studio


@dataclass(frozen=True, eq=False)
class Bound:
    """An action with what it calls here.

    Attributes
    ----------
    run : callable
        Takes nothing; for a checkable action, the new state (bool).
    enabled : callable or None
        Whether it can be done now; asked when a menu or the palette opens and before a key runs it.
    checked : callable or None
        The state of a checkable action.
    """

    action: Action
    run: Callable[..., None]
    enabled: Callable[[], bool] | None = None
    checked: Callable[[], bool] | None = None


class Panel(QWidget):
    """Base of the panels. `name` is its object name and the key of its dock; `title` is shown."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.studio = studio
        self.setObjectName(self.name)
        self.setAccessibleName(self.title)

    def actions_here(self) -> tuple[Bound, ...]:
        """Return what can be done in this panel; asked once, by the main window."""
        return ()

    def keyboard_home(self) -> QWidget | None:
        """Return what takes the keyboard when it comes here for the first time; None: the first that Tab finds."""
        return self.focusProxy()

    def widget_of(self, context: Context) -> QWidget:
        """Return the widget within which the keys of this panel's actions of a context hold."""
        return self
