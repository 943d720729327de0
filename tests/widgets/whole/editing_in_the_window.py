"""Run by a test in a process of its own: the real program, in which a project is edited without end until it is killed.

Says the number of each edit with the time at which it was made. An export runs meanwhile, so that there is every kind
of process. Some edits are saved, so that a kill may come in the middle of writing the project.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer

from myriorama.app.exporting.draft import first_draft, settings_of, source_of
from myriorama.widgets.application import Application


def main(folder: Path, project: Path, pause_ms: int, save_every: int) -> None:
    """Edit; with `save_every`, save now and then."""
    application = Application(
        settings_file=folder / "settings.json", cache_folder=folder / "cache", state=folder / "state"
    )
    application.show(project)
    document, window = application.studio.document, application.window
    number = 0

    def edit() -> None:
        nonlocal number
        number += 1
        assert document.project is not None
        document.replace(document.project.model_copy(update={"seed": 100 + number}), f"Edit {number}")
        if save_every and number % save_every == 0:
            window.flow.save()
        print(number, time.monotonic(), flush=True)

    studio = application.studio
    assert document.project is not None
    draft = first_draft(document.project, studio.registry, folder / "dataset")
    studio.exports.start(settings_of(draft, document.project, studio.registry), source_of(studio))
    timer = QTimer()
    timer.timeout.connect(edit)
    timer.start(pause_ms)
    application.qt.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
