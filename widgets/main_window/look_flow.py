"""What the window does about foreign datasets: asks for one, opens it in a window of its own, takes what is dropped.

It parses nothing: of a dropped file it looks for two words in its first bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from myriorama.app.dataset.layout import MANIFEST
from myriorama.app.studio import Studio
from myriorama.widgets.reading.foreign_window import ForeignWindow
from myriorama.widgets.reading.look_sheet import LookSheet

_HEAD_BYTES: Final = 64 * 2**10
_PROJECT: Final = b"myriorama-project"
_LISTS: Final = re.compile(rb'"(?:images|annotations|categories)"\s*:\s*\[')
_LABELS: Final = (".yaml", ".yml", ".xml", ".csv")


class LookFlow(QObject):
    """The window's part in looking at datasets.

    Parameters
    ----------
    open_own : callable
        Opens a finished dataset of this program.
    """

    def __init__(self, studio: Studio, window: QWidget, open_own: Callable[[Path], None]) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self._open_own = open_own
        self._last = Path.home()
        self.windows: dict[Path, ForeignWindow] = {}

    def ask(self) -> None:
        """Ask which dataset to look at."""
        sheet = LookSheet(self._last, self._window)
        sheet.wanted.connect(self.open)
        sheet.open()

    def open(self, target: Path, pictures: Path | None = None, format_name: str = "") -> None:
        """Look at a dataset; one of this program opens as such, with everything that it knows of itself."""
        self._last = target if target.is_dir() else target.parent
        if not format_name and pictures is None and (target / MANIFEST).is_file():
            self._open_own(target)
            return
        window = self.windows.get(target)
        if window is None:
            window = ForeignWindow(self._studio, target, pictures, format_name, self._window)
            window.closed.connect(self._on_closed)
            self.windows[target] = window
        window.show()
        window.raise_()
        window.activateWindow()

    def _on_closed(self, target: Path) -> None:
        self.windows.pop(target, None)


def dropped_dataset(event: QDropEvent) -> Path | None:
    """Return the one dataset that is being dropped: a folder without a project, or a file of labels."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    if path.is_dir():
        own = (path / "project.json").is_file()
        return path if not own or (path / MANIFEST).is_file() else None
    if not path.is_file():
        return None
    if path.suffix.lower() == ".json":
        return path if _is_labels(path) else None
    return path if path.suffix.lower() in _LABELS else None


def _is_labels(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return _PROJECT not in head and _LISTS.search(head) is not None
