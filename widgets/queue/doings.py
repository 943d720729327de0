"""What can be done with a job, as rows of the action table. Their ids are permanent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from myriorama.app.actions import Action
from myriorama.widgets.panel import Bound

_MENU: Final = "Queue"
ACTIONS: Final = (
    Action("queue.pause", "Pause after the samples under way", "queue",
           "Finish the samples that are being made, then wait", ("P",), _MENU, "pause", group="run"),
    Action("queue.pause_now", "Pause now", "queue",
           "Give up the samples under way; they are made again later", ("Shift+P",), _MENU, "pause-octagon-outline",
           group="run"),
    Action("queue.resume", "Resume", "queue", "Go on where the job stands", ("R",), _MENU, "play", group="run"),
    Action("queue.cancel", "Cancel…", "queue", "Give the job up; what it has written stays", ("X",), _MENU, "stop",
           group="run"),
    Action("queue.again", "Make failed samples again", "queue",
           "Make failed and quarantined samples once more; of a finished dataset as a new one", ("F",), _MENU,
           "restore-alert", group="samples"),
    Action("queue.open_dataset", "Look at the dataset", "queue",
           "Open the finished dataset for checking, from the files that were written", ("Return", "Enter"), _MENU,
           "image-search-outline", group="samples"),
    Action("queue.verify", "Verify the dataset", "queue",
           "Check every file and every label of the finished dataset again", ("V",), _MENU, "shield-check-outline",
           group="samples"),
    Action("queue.export_as", "Export as…", "queue",
           "Write the finished dataset in another format, without rendering anything again", ("E",), _MENU,
           "database-export-outline", group="samples"),
    Action("queue.open_folder", "Open folder", "queue", "Show where the job writes", ("O",), _MENU,
           "folder-open-outline", group="samples"),
    Action("queue.up", "Earlier", "queue", "Move the job up one place", ("Alt+Up",), _MENU, "arrow-up", group="order"),
    Action("queue.down", "Later", "queue", "Move the job down one place", ("Alt+Down",), _MENU, "arrow-down",
           group="order"),
    Action("queue.priority", "Priority…", "queue", "Type the job's priority: higher goes first", ("F2",), _MENU,
           "sort-numeric-descending", group="order"),
    Action("queue.remove", "Remove from the list", "queue",
           "Forget the job; its dataset, finished or not, stays", ("Del",), _MENU, "trash-can-outline",
           group="order"),
)  # fmt: skip


def bound(runs: Mapping[str, tuple[Callable[..., None], Callable[[], bool]]]) -> tuple[Bound, ...]:
    """Return the actions with what they call and when they can be done, by the last part of their ids."""
    return tuple(Bound(action, *runs[action.id.partition(".")[2]]) for action in ACTIONS)
