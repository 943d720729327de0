"""Run by a test in a process of its own: opens, selects, changes, undoes, resizes and closes, over and over.

Prints one line of JSON: what was alive before and after, and the memory at the end of every tenth cycle.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import re
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from myriorama.app.preview.frames import SampleFrame
from myriorama.widgets.application import Application

MEASURED_EVERY = 10
QUIET_S = 0.05
RESTING, PATIENCE = 40, 600  # looks of QUIET_S each


class Rounds:
    """The real program, and what is done with it again and again."""

    def __init__(self, application: Application, projects: list[Path]) -> None:
        self.application = application
        self.projects = projects
        self.number = 0

    def settle(self, seconds: float = 0.0) -> None:
        """Let what was put off happen."""
        end = time.perf_counter() + seconds
        while True:
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            self.application.qt.processEvents()
            if time.perf_counter() >= end:
                return

    def go(self) -> None:
        """Do one cycle."""
        window, studio = self.application.window, self.application.studio
        self.number += 1
        window.flow.open(self.projects[self.number % len(self.projects)])
        self.settle()
        project = studio.document.project
        assert project is not None
        for uid in (project.objects[0].uid, "project:output", "project:camera"):
            studio.selection.select(uid)
            self.settle()
        studio.document.replace(project.model_copy(update={"seed": 100 + self.number}), "Change the seed")
        self.settle()
        studio.document.history.undo()
        self.settle()
        window.resize(1100 + 40 * (self.number % 5), 760 + 20 * (self.number % 3))
        self.settle()
        window.flow.close()
        self.settle()

    def wait_for_picture(self) -> None:
        """Open the first project, wait for its picture and close: what is held of a picture is the same after each."""
        finals: list[bool] = []
        heard = self.application.studio.preview.frame_ready

        def on_frame(frame: SampleFrame) -> None:
            finals.append(frame.final)

        heard.connect(on_frame)
        self.application.window.flow.open(self.projects[0])
        while True not in finals:
            self.settle(QUIET_S)
        self.application.window.flow.close()
        heard.disconnect(on_frame)

    def write_a_journal(self) -> None:
        """Leave a change unsaved for long enough to be written: the journal's file is locked from then on."""
        application = self.application
        application.window.flow.open(self.projects[0])
        project = application.studio.document.project
        assert project is not None
        application.studio.document.replace(project.model_copy(update={"seed": 99}), "Change the seed")
        while application.journal.file is None:
            self.settle(QUIET_S)
        application.studio.document.history.undo()
        application.window.flow.close()

    def files_at_rest(self) -> Counter[str]:
        """Wait until no helper comes or goes, and count the open files by kind."""
        seen: list[Counter[str]] = []
        while len(seen) < RESTING or any(s != seen[-1] for s in seen[-RESTING:]):
            self.settle(QUIET_S)
            links = []
            for name in os.listdir("/proc/self/fd"):
                with contextlib.suppress(FileNotFoundError):  # the listing's own
                    links.append(re.sub(r"\d+", "N", os.readlink(f"/proc/self/fd/{name}")))
            seen.append(Counter(links))
            if len(seen) > PATIENCE:
                raise TimeoutError(f"open files never come to rest: {seen[-RESTING:]}")
        return seen[-1]

    def alive(self) -> dict[str, Any]:
        """Count what lives now."""
        self.wait_for_picture()
        for _ in range(4):
            self.settle(QUIET_S)
            gc.collect()
        files = self.files_at_rest()
        top = QApplication.topLevelWidgets()
        widgets = QApplication.allWidgets()
        return {
            "top-level widgets": len(top),
            "widgets": len(widgets),
            "timers": sum(isinstance(o, QTimer) for w in {*top, *widgets} for o in w.findChildren(QTimer)),
            "timer objects": sum(isinstance(o, QTimer) for o in gc.get_objects()),
            "threads": threading.active_count(),
            "system threads": len(os.listdir("/proc/self/task")),
            "files": sum(files.values()),
            "file kinds": files,
            "types": Counter(f"{type(o).__module__}.{type(o).__qualname__}" for o in gc.get_objects()),
            "widget types": Counter(type(w).__name__ for w in widgets if isinstance(w, QWidget)),
        }


def private_bytes() -> int:
    """Return what this process alone holds in memory, without what its allocator has free."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    text = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return sum(int(n) for n in re.findall(r"^(?:Private_Dirty|Swap):\s+(\d+)", text, re.MULTILINE)) * 1024


def main(folder: Path, warm: int, cycles: int, *projects: str) -> None:
    """Run so many cycles unmeasured, then so many measured ones."""
    application = Application(
        settings_file=folder / "settings.json", cache_folder=folder / "cache", state=folder / "state"
    )
    application.show()
    rounds = Rounds(application, [Path(p) for p in projects])
    try:
        for _ in range(warm):
            rounds.go()
        rounds.write_a_journal()
        while not application.window.dialogs.prepared:
            rounds.settle(QUIET_S)
        before = rounds.alive()
        memory = [private_bytes()]
        for _ in range(cycles // MEASURED_EVERY):
            for _ in range(MEASURED_EVERY):
                rounds.go()
            rounds.settle(QUIET_S)
            memory.append(private_bytes())
        told = {"before": before, "after": rounds.alive(), "memory": memory, "every": MEASURED_EVERY}
    finally:
        application.close()
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
