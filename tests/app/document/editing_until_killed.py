"""Run by a test in a process of its own: edits a project without end, and says after each edit what it did."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from myriorama.app.document import files
from myriorama.app.document.document import Document
from myriorama.app.document.journal import Journal
from myriorama.app.observable import no_post
from myriorama.app.problems import Problems


def main(project: Path, folder: Path, pause_s: float, save_every: int) -> None:
    """Edit; with `save_every`, save now and then."""
    document = Document()
    journal = Journal(document, Problems(), no_post, folder)
    files.open_path(document, project)
    number = 0
    while True:
        number += 1
        assert document.project is not None
        document.replace(document.project.model_copy(update={"seed": 100 + number}), f"Edit {number}")
        if save_every and number % save_every == 0:
            files.save(document, state=folder / "state")
        print(number, time.monotonic(), flush=True)
        time.sleep(pause_s)
        assert journal.file is None or journal.file.parent == folder


main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
