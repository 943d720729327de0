"""The gallery's actions and which key means which: the same rows serve menus, palette, and keys in the grid.

It judges nothing; what an action does is given to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from myriorama.app.actions import Action
from myriorama.app.actions.action import Context
from myriorama.app.judging.judgments import REASONS
from myriorama.widgets.panel import Bound

_MODIFIERS: Final = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


def judging_actions(context: Context) -> tuple[Action, ...]:
    """Return pick, reject, unflag and the stars, for the grid or for a view of one sample."""
    menu = "Samples" if context == "gallery" else ""
    rows = [
        Action(f"{context}.pick", "Pick", context, "Flag the selected samples as picked", ("P",), menu, "check-bold"),
        Action(
            f"{context}.reject",
            "Reject…",
            context,
            "Flag the selected samples as rejected; a digit then says why",
            ("X",),
            menu,
            "close-thick",
        ),
        Action(f"{context}.unflag", "Unflag", context, "Take the flag away", ("U",), menu, "flag-off-outline"),
    ]
    for stars in range(6):
        title = f"{stars} star{'s' if stars != 1 else ''}" if stars else "No stars"
        told = f"Give the selected samples {stars} of 5 stars" if stars else "Take the stars away"
        menu_stars = f"{menu}/Stars" if menu else ""
        rows.append(Action(f"{context}.stars_{stars}", title, context, told, (str(stars),), menu_stars, "star-outline"))
    return tuple(rows)


def reason_actions() -> tuple[Action, ...]:
    """Return the reasons for a rejection, and the way round them: ``reject.reason_0``."""
    rows = [
        Action(f"reject.reason_{digit}", f"Reason: {reason}", "reject", f"Reject, because of: {reason}", (str(digit),))
        for digit, reason in REASONS.items()
    ]
    told = "Reject without saying why"
    return (*rows, Action("reject.reason_0", "No reason", "reject", told, ("Esc",)))


GRID_ACTIONS: Final = (
    Action(
        "gallery.open",
        "Show in viewport",
        "gallery",
        "Show this very sample in the viewport",
        ("Return", "Enter"),
        "Samples",
        "eye-outline",
    ),
    Action(
        "gallery.detail",
        "Look closely",
        "gallery",
        "Show one sample, to zoom to its pixels",
        ("D",),
        "Samples",
        "magnify",
    ),
    Action(
        "gallery.compare",
        "Compare two",
        "gallery",
        "Show two selected samples side by side",
        ("C",),
        "Samples",
        "compare",
    ),
    Action(
        "gallery.trace",
        "Path traced",
        "gallery",
        "Make the pictures of the selected samples by path tracing, or by the raster engine again",
        ("Shift+Z",),
        "Samples",
        "camera-iris",
        checkable=True,
    ),
    Action(
        "gallery.copy_key",
        "Copy sample key",
        "gallery",
        "Copy the names of the selected samples",
        ("Ctrl+C",),
        "Samples",
        "content-copy",
    ),
    Action(
        "gallery.contact_sheet",
        "Contact sheet",
        "window",
        "Show one sample at different values of two parameters",
        (),
        "Samples",
        "grid",
        checkable=True,
        group="gallery sheets",
    ),
    Action(
        "gallery.tighten",
        "Tighten ranges…",
        "window",
        "Hold picked against rejected samples, parameter by parameter",
        (),
        "Samples",
        "arrow-collapse-horizontal",
        group="gallery sheets",
    ),
    Action(
        "gallery.auto_advance",
        "Go on after judging",
        "window",
        "After a judgment the next sample becomes the current one",
        (),
        "Samples",
        "skip-next-outline",
        checkable=True,
        group="gallery settings",
    ),
)
DETAIL_ACTIONS: Final = (
    Action("detail.next", "Next sample", "detail", "Show the next sample", ("Right", "Down")),
    Action("detail.previous", "Previous sample", "detail", "Show the previous sample", ("Left", "Up")),
    Action("detail.back", "Back to all samples", "detail", "Show the grid again", ("Esc", "D")),
    Action("detail.fit", "Fit", "detail", "Show the whole picture", ("F",), "", "fit-to-page-outline"),
    Action("detail.one_to_one", "One to one", "detail", "Show a pixel as a pixel", ("Z",), "", "numeric-1-box-outline"),
    Action("detail.zoom_in", "Zoom in", "detail", "Enlarge the picture", ("+", "="), "", "magnify-plus-outline"),
    Action("detail.zoom_out", "Zoom out", "detail", "Make the picture smaller", ("-",), "", "magnify-minus-outline"),
    Action("detail.open", "Show in viewport", "detail", "Show this very sample in the viewport", ("Return", "Enter")),
)


def sequence_of(event: QKeyEvent) -> str:
    """Return the key with its modifiers in Qt's portable notation."""
    modifiers = event.modifiers() & _MODIFIERS
    combination = QKeyCombination(modifiers, Qt.Key(event.key()))
    return QKeySequence(combination).toString(QKeySequence.SequenceFormat.PortableText)


def run_key(
    event: QKeyEvent, bounds: Iterable[Bound], contexts: Iterable[Context], shortcuts: Mapping[str, tuple[str, ...]]
) -> bool:
    """Run the action that a key means in these contexts, if there is one and it can be done now.

    Where the main window has made shortcuts of the same rows they come first, and this is not reached.
    """
    pressed = sequence_of(event)
    wanted = frozenset(contexts)
    for bound in bounds:
        action = bound.action
        keys = shortcuts.get(action.id, action.keys)
        if action.context in wanted and pressed in keys and (bound.enabled is None or bound.enabled()):
            if action.checkable:
                bound.run(not (bound.checked() if bound.checked else False))
            else:
                bound.run()
            event.accept()
            return True
    return False
