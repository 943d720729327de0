"""How the gallery scrolls, judges and toggles overlays, with made-up tiles, painting included.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/bench_gallery.py --samples 10000 --size 1280x800

Prints milliseconds a frame (p50, p95, longest) while 10,000 samples are scrolled through by steps and by jumps, from
a judging key to the next sample painted, and for an overlay toggle with 24 tiles of 256 px; and how much the process
grew above the same panel with one sample. It judges nothing.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from myriorama.app.finding import find_project
from myriorama.app.pictures.overlay import OverlayItem
from myriorama.app.preview.tiles import Tile, TileKey
from myriorama.app.qt.mailbox import Mailbox
from myriorama.app.settings.store import SettingsStore
from myriorama.app.studio import Studio
from myriorama.scenes.project.load import load_project
from myriorama.widgets.gallery.panel import GalleryPanel
from myriorama.widgets.theme import style

OBJECTS = 6


def made_up(key: TileKey, epoch: int, size_px: int) -> Tile:
    """A tile with noise and `OBJECTS` round objects with names."""
    height = size_px * 3 // 4
    rng = np.random.default_rng(key.index)
    rgb = rng.integers(0, 256, (height, size_px, 3), dtype=np.uint8)
    items = []
    for k in range(OBJECTS):
        side = int(rng.integers(height // 8, height // 3))
        x, y = int(rng.integers(0, size_px - side)), int(rng.integers(0, height - side))
        across, down = np.mgrid[:side, :side]
        mask = (across - side / 2) ** 2 + (down - side / 2) ** 2 < (side / 2) ** 2
        items.append(OverlayItem(x, y, mask, "mug", f"mugs/{k}", ((x + 3.0, y + 3.0, 2), (x + 9.0, y + 9.0, 1))))
    recipe = f"{key.index:016x}"
    return Tile(key, epoch, f"{key.index:08d}-{recipe}", recipe, rgb, tuple(items))


def resident_bytes() -> int:
    """Memory of this process that is in use now."""
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * 4096


def told(name: str, times_ms: Sequence[float]) -> None:
    """Print one line of figures."""
    ordered = sorted(times_ms)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print(f"{name:34s} p50 {statistics.median(ordered):6.1f}   p95 {p95:6.1f}   longest {ordered[-1]:6.1f} ms")


def timed(call: Callable[[], object]) -> float:
    """Return how long a call took, in milliseconds."""
    before = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - before)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--samples", type=int, default=10_000)
    arguments.add_argument("--size", default="1280x800", help="of the panel")
    given = arguments.parse_args()
    width, height = (int(n) for n in given.size.split("x"))
    app = QApplication(sys.argv[:1])
    style.prepare(app)
    style.apply_theme(app, "dark")
    with tempfile.TemporaryDirectory() as folder:
        measure(app, Path(folder), given.samples, width, height)


def measure(app: QApplication, folder: Path, samples: int, width: int, height: int) -> None:
    """Scroll, judge and toggle."""
    mailbox = Mailbox()
    studio = Studio(mailbox.post, SettingsStore(None), folder / "cache")
    studio.preview.request = lambda wanted: 0  # type: ignore[method-assign]
    waiting: list[tuple[TileKey, int]] = []

    def want(keys: Sequence[TileKey], size_px: int) -> None:
        waiting[:] = [(key, size_px) for key in keys]

    def feed(most: int) -> None:
        """Let tiles come in, as from two workers."""
        for key, size_px in waiting[:most]:
            studio.tiles.tile_ready.emit(made_up(key, studio.tiles.epoch, size_px))
        del waiting[:most]

    studio.tiles.want = want  # type: ignore[method-assign]
    studio.tiles.want_facts = lambda indices: None  # type: ignore[method-assign]
    studio.tiles.set_project = lambda *args, **kwargs: None  # type: ignore[method-assign]
    set_count(studio, 1, 192)
    panel = GalleryPanel(studio)
    panel.resize(width, height)
    panel.show()
    loaded = load_project(find_project("first_light"))
    studio.document.open(loaded.project, loaded.folder)
    QTest.qWait(300)
    feed(1)
    gc.collect()
    empty = resident_bytes()
    grid, bar = panel.grid, panel.grid.verticalScrollBar()

    print(f"{samples} samples, panel {width} x {height}, tiles of 192 px")
    counted = timed(lambda: (set_count(studio, samples, 192), grid.repaint()))
    print(f"{'from the count to the rows':34s} {counted:10.1f} ms")
    feed(400)

    def frame(value: int) -> float:
        return timed(lambda: (bar.setValue(value), app.processEvents(), grid.viewport().repaint()))

    steps = []
    for i in range(400):
        steps.append(frame(bar.value() + 90))
        if i % 4 == 0:
            feed(8)
    told("scroll by a wheel's step", steps)
    rng = np.random.default_rng(1)
    jumps = []
    for value in rng.integers(0, bar.maximum(), 200):
        jumps.append(frame(int(value)))
        QTest.qWait(50)
        feed(30)
        for _ in range(3):
            jumps.append(timed(lambda: (grid.viewport().repaint(), app.processEvents())))
    told("jump anywhere, and its pictures", jumps)
    gc.collect()
    print(f"{'memory above one sample':34s} {(resident_bytes() - empty) / 2**20:10.1f} MiB")

    bar.setValue(0)
    QTest.qWait(250)
    feed(400)
    panel.gallery.current.set(0)
    grid.setFocus()

    def key(code: Qt.Key, text: str) -> None:
        app.sendEvent(grid, QKeyEvent(QEvent.Type.KeyPress, code, Qt.KeyboardModifier.NoModifier, text))
        app.processEvents()
        grid.viewport().repaint()

    told("key to the next sample painted", [timed(lambda: key(Qt.Key.Key_P, "p")) for _ in range(150)])

    set_count(studio, 24, 256)
    panel.resize(1700, 1100)
    QTest.qWait(300)
    feed(400)
    grid.viewport().repaint()
    first, last = grid.rows_in_view()

    def toggle(boxes: bool) -> None:
        studio.overlays.update(lambda state: replace(state, boxes=boxes, mask="both" if boxes else "contour"))
        grid.viewport().repaint()

    told(
        f"overlay toggle, {last - first + 1} tiles of 256 px",
        [timed(lambda i=i: toggle(i % 2 == 0)) for i in range(40)],
    )
    panel.deleteLater()
    studio.close()
    mailbox.close()


def set_count(studio: Studio, samples: int, tile_px: int) -> None:
    """Look at so many samples, with tiles of this size."""
    settings = studio.settings
    settings.set(settings.value.model_copy(update={"gallery_count": samples, "tile_px": tile_px}))


if __name__ == "__main__":
    main()
