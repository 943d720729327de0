"""Takes the README's picture of the studio: the program itself, an example open, some samples judged.

.venv/bin/python docs/tools/make_studio_picture.py        (on Linux without a screen: xvfb-run -a -s "-screen 0
1920x1080x24" before it)
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from myriorama.app.finding import find_project
from myriorama.app.preview.tiles import TileKey
from myriorama.app.settings.store import Settings
from myriorama.widgets.application import Application
from myriorama.widgets.gallery.panel import GalleryPanel

PICTURE: Final = Path(__file__).parent.parent / "pictures" / "studio.jpg"
WINDOW_PX: Final = (1920, 1080)
PICTURE_PX: Final = (1600, 900)
EXAMPLE: Final = "mugs_on_conveyor"
SAMPLE: Final = 4
TILES: Final = 28
OUTLINER_PX: Final = 290
HOVERED: Final = (0.582, 0.48)
"""Where the pointer is in the picture, as shares of the viewport: a mug, whose reading is told below."""
_PATIENCE_S: Final = 240


def wait(ready: Callable[[], bool]) -> None:
    """Let the program work until something is so; give up after some minutes."""
    end = time.monotonic() + _PATIENCE_S
    while not ready():
        if time.monotonic() > end:
            raise SystemExit("the studio was not ready in time; nothing was written")
        QApplication.processEvents()
        time.sleep(0.01)


def rest(seconds: float) -> None:
    """Let the program work for a while."""
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() > end)


def take(program: Application, target: Path) -> None:
    """Bring the window into the state that is shown, and write its picture."""
    window, studio = program.window, program.studio
    program.show(find_project(EXAMPLE))
    window.setWindowState(Qt.WindowState.WindowNoState)
    window.setGeometry(0, 0, *WINDOW_PX)
    gallery = window.panels["gallery"]
    assert isinstance(gallery, GalleryPanel)
    wait(lambda: all(gallery.gallery.held.get(TileKey(k)) is not None for k in range(TILES)))
    said = gallery.gallery.session
    for index in (0, 1):
        said.pick([index])
    said.reject([2], 1)
    said.rate([3], 4)
    window.resizeDocks([window.docks["outliner"]], [OUTLINER_PX], Qt.Orientation.Horizontal)
    gallery.grid.setCurrentIndex(gallery.grid.model().index(SAMPLE, 0))
    studio.index.set(SAMPLE)
    studio.selection.select("mugs")
    canvas = window.panels["viewport"].stage.canvas.native  # type: ignore[attr-defined]
    stage = window.panels["viewport"].stage  # type: ignore[attr-defined]
    wait(lambda: stage.frame is not None and stage.frame.index == SAMPLE)
    rest(8.0)  # the full picture follows the draft, and statistics the last thumbnail
    at = QPoint(round(canvas.width() * HOVERED[0]), round(canvas.height() * HOVERED[1]))
    QCursor.setPos(canvas.mapToGlobal(at))
    QTest.mouseMove(canvas, at)
    rest(2.0)
    shot = window.grab()
    scaled = shot.scaled(*PICTURE_PX, mode=Qt.TransformationMode.SmoothTransformation)
    if not scaled.save(str(target), quality=90):
        raise SystemExit(f"{target} cannot be written")


def main() -> None:
    """Start the program in a folder of its own and take the picture."""
    parser = argparse.ArgumentParser(description="Takes the README's picture of the studio.")
    parser.add_argument("--out", type=Path, default=PICTURE, help="the picture's file (default: %(default)s)")
    target = parser.parse_args().out.absolute()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = folder / "settings.json"
        settings.write_text(Settings(theme="light", gallery_count=60).model_dump_json(), encoding="utf-8")
        program = Application(settings_file=settings, cache_folder=folder / "cache", state=folder / "state")
        try:
            take(program, target)
        finally:
            program.close()


if __name__ == "__main__":
    main()
