"""Everything that can be done with the current row of the inspector, as rows of the action table.

It changes no value itself: each row calls the panel or its editing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from myriorama.app.actions import Action
from myriorama.app.inspection.changes import sweep_range
from myriorama.app.inspection.rows import Row
from myriorama.widgets.panel import Bound

if TYPE_CHECKING:
    from myriorama.widgets.inspector.panel import InspectorPanel

_FILTER = Action(
    "inspector.filter",
    "Filter parameters",
    "inspector",
    "Find a parameter of what is selected by a part of its name.",
    ("Ctrl+F",),
    icon="magnify",
)
_RESET = Action(
    "inspector.reset",
    "Reset value",
    "inspector",
    "Let the default of the parameter hold again.",
    ("Ctrl+Backspace",),
    icon="restore",
)
_VARY = Action(
    "inspector.vary",
    "Vary or fix value",
    "inspector",
    "Turn the value of the parameter into a distribution, or back.",
    ("Ctrl+D",),
    icon="dice-5-outline",
)
_COPY = Action(
    "inspector.copy",
    "Copy value",
    "inspector",
    "Copy the value of the parameter, distribution and all.",
    ("Ctrl+Shift+C",),
    icon="content-copy",
)
_PASTE = Action(
    "inspector.paste",
    "Paste value",
    "inspector",
    "Give the parameter the value that was copied.",
    ("Ctrl+Shift+V",),
    icon="content-paste",
)
_LOCK = Action(
    "inspector.lock",
    "Lock or unlock value",
    "inspector",
    "Keep the value of the parameter from being changed.",
    ("Ctrl+L",),
    icon="lock-outline",
)
_SWEEP = Action(
    "inspector.sweep",
    "Sweep value in the gallery",
    "inspector",
    "Show the parameter from low to high in a row of the gallery.",
    ("Ctrl+Shift+G",),
    icon="arrow-expand-horizontal",
)


class InspectorDoings:
    """The actions of an inspector: what each calls, and for which rows it can be done."""

    def __init__(self, panel: InspectorPanel) -> None:
        self._panel = panel

    def bounds(self) -> tuple[Bound, ...]:
        """Return the actions, bound to the panel."""
        panel, editing = self._panel, self._panel.editing
        return (
            Bound(_FILTER, panel.focus_filter),
            Bound(_RESET, self._with_current(editing.reset), self._resettable),
            Bound(_VARY, self._with_current(editing.toggle_varied), self._variable),
            Bound(_COPY, self._with_current(editing.copy_value), self._here),
            Bound(_PASTE, self._with_current(editing.paste_value), self._here),
            Bound(_LOCK, self._with_current(self._toggle_lock), self._here),
            Bound(_SWEEP, self._with_current(editing.sweep), self._sweepable),
        )

    def _with_current(self, run: Callable[[Row], object]) -> Callable[[], None]:
        def call() -> None:
            row = self._panel.current
            if row is not None:
                run(row)

        return call

    def _toggle_lock(self, row: Row) -> None:
        self._panel.editing.set_locked(row, not row.locked)

    def _here(self) -> bool:
        return self._panel.current is not None

    def _resettable(self) -> bool:
        row = self._panel.current
        return row is not None and self._panel.editing.can_reset(row)

    def _variable(self) -> bool:
        row = self._panel.current
        return row is not None and not row.locked and bool(row.can_vary or row.parts)

    def _sweepable(self) -> bool:
        row = self._panel.current
        return row is not None and not row.locked and sweep_range(row) is not None
