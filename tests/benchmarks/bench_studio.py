"""How quickly the whole studio starts, follows a drag, fills the gallery, and whether its event loop ever stands still.

    xvfb-run -a -s "-screen 0 1920x1080x24" python tests/benchmarks/bench_studio.py [--example NAME] [--no-parts]

The program runs as a person would run it, in a process of its own that was started once before (so that files and
compiled modules are warm). Processor time stands beside wall time: on a busy machine only the former means anything.
With parts, the benchmarks of viewport, inspector and gallery follow. It judges nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from myriorama.widgets.launch import started

HERE = Path(__file__).parent
VIEWPORT_PX = (960, 540)
DRAG_S = 5.0
EVENTS_PER_S = 60
TILES, TILE_PX = 24, 256
ROUNDS = 5
VALUES = {"mugs_on_conveyor": ("mugs", "height_m", 0.075, 0.12), "dice_tray": ("dice", "size_m", 0.014, 0.018)}
PARTS = (("bench_viewport.py", "--repeats", "40"), ("bench_inspector.py",), ("bench_gallery.py",))


def main() -> int:
    """Warm up, measure, and run the parts' benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--example", choices=sorted(VALUES), default="mugs_on_conveyor")
    parser.add_argument("--no-parts", action="store_true", help="Leave out viewport, inspector and gallery.")
    parser.add_argument("--stacks", action="store_true", help="Tell where the event loop stood.")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        with tempfile.TemporaryDirectory(prefix="myriorama-bench-") as kept:
            Bench(given.example, Path(kept), stacks=given.stacks).run(only_start=given.inside == "start")
        return 0
    with tempfile.TemporaryDirectory(prefix="myriorama-bench-") as compiled:
        environment = {**os.environ, "QT_API": "pyside6", "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        own = [sys.executable, __file__, "--example", given.example, *(["--stacks"] if given.stacks else [])]
        for inside, told in (("start", False), ("start", True), ("all", True)):
            environment["MYRIORAMA_BENCH_BEGAN"] = str(time.time())
            output = None if told else subprocess.DEVNULL
            subprocess.run([*own, "--inside", inside], env=environment, check=True, stdout=output)
        for name, *arguments in () if given.no_parts else PARTS:
            print(f"\n{name}", flush=True)
            subprocess.run([sys.executable, str(HERE / name), *arguments], env=environment, check=True)
    return 0


class Bench:
    """The running program, and what was noted of it."""

    def __init__(self, example: str, folder: Path, *, stacks: bool) -> None:
        from stalls import StallRecorder

        from myriorama.app.finding import find_project

        self.path = find_project(example)
        self.group, self.name, self.low, self.high = VALUES[example]
        self.stacks = stacks
        self.program = started(self.path, folder / "settings.json", folder / "cache", folder / "state")
        self.studio, self.window = self.program.studio, self.program.window
        self.recorder = StallRecorder()
        self.frames: list[tuple[float, Any]] = []
        self.tiles: list[tuple[float, Any]] = []
        self.studio.preview.frame_ready.connect(self._on_frame)
        self.studio.tiles.tile_ready.connect(self._on_tile)

    def run(self, *, only_start: bool) -> None:
        """Measure everything, or the start alone."""
        try:
            self.start()
            if not only_start:
                self.settle()
                self.drag()
                self.gallery()
                self.tour()
                found = self.recorder.stalls
                own = sum(s.processor_s >= 0.1 for s in found)
                print(f"stalls of 100 ms or more: {len(found)}, of which {own} by the loop's own work")
                if self.stacks or found:
                    print(self.recorder.report())
        finally:
            self.recorder.stop()
            self.window.flow.forget()
            self.window.close()
            self.program.close()

    def start(self) -> None:
        began = float(os.environ["MYRIORAMA_BENCH_BEGAN"])
        self.recorder.step = "open an example"
        self.window.resize(1920, 1080)
        self.program.show(self.path)
        self.program.qt.processEvents()
        self.recorder.start()
        usable, worked = time.time() - began, time.process_time()
        self.until(lambda: any(f.final for _, f in self.frames))
        self.window.panels["viewport"].repaint()
        self.program.qt.processEvents()
        shown = time.time() - began
        print(f"usable window {usable:.2f} s ({worked:.2f} s processor), first full picture {shown:.2f} s", flush=True)

    def settle(self) -> None:
        """Bring the viewport to its size, and wait for the first thumbnails."""
        self.studio.selection.select(self.group)
        self.wait(3.0)
        self.until(lambda: len(self.tiles) >= TILES, 60.0)
        canvas = self.window.panels["viewport"].stage.canvas.native
        self.window.resize(
            self.window.width() + VIEWPORT_PX[0] - canvas.width(),
            self.window.height() + VIEWPORT_PX[1] - canvas.height(),
        )
        self.wait(1.0)
        print(f"viewport of {canvas.width()} x {canvas.height()} pixels")

    def drag(self) -> None:
        """Move a range's upper end sixty times a second, and let go."""
        self.recorder.step = "drag a range"
        with self.processor() as spent:
            self.frames.clear()
            began = time.perf_counter()
            step = 0
            while time.perf_counter() - began < DRAG_S:
                step += 1
                self.studio.document.preview(self.at(step))
                self.wait(1.0 / EVENTS_PER_S)
            took = time.perf_counter() - began
        drafts = [f for _, f in self.frames if not f.final]
        count = max(1, len(drafts))
        widths = sorted({f.width for f in drafts})
        print(
            f"drag: {len(drafts) / took:.1f} pictures/s, {widths[0]}..{widths[-1]} px wide; processor each: "
            f"preview {spent['preview'] / count * 1e3:.0f} ms, window {spent['window'] / count * 1e3:.0f} ms",
            flush=True,
        )
        waits = []
        for number in range(ROUNDS):
            self.studio.document.preview(self.at(1000 + 10 * number))
            self.wait(0.15)
            released = time.perf_counter()
            self.studio.document.replace(self.at(1000 + 10 * number), "Change")
            wanted = self.studio.preview.generation
            self.until(lambda wanted=wanted: any(f.generation == wanted for _, f in self.frames))  # type: ignore[misc]
            waits.append(self.frames[-1][0] - released)
            self.wait(0.3)
        print(f"release to full picture: {statistics.median(waits) * 1e3:.0f} ms, best {min(waits) * 1e3:.0f} ms")

    def gallery(self) -> None:
        """Change a range and wait for two dozen thumbnails, as the gallery asks for them."""
        from myriorama.app.preview.tiles import TileKey

        self.recorder.step = "gallery after a change"
        firsts, alls = [], []
        for number in range(3):
            self.tiles.clear()
            changed = time.perf_counter()
            self.studio.document.replace(self.at(2000 + number), "Change")
            epoch = self.studio.tiles.epoch
            self.studio.tiles.want([TileKey(i) for i in range(TILES)], TILE_PX)
            self.until(lambda epoch=epoch: sum(t.epoch == epoch for _, t in self.tiles) >= TILES, 120.0)  # type: ignore[misc]
            firsts.append(next(at for at, t in self.tiles if t.epoch == epoch) - changed)
            alls.append(self.tiles[-1][0] - changed)
        print(f"{TILES} thumbnails of {TILE_PX} px after a change: first {min(firsts):.2f} s, all {min(alls):.2f} s")

    def tour(self) -> None:
        """Do a little of everything, for its stalls."""
        studio, window = self.studio, self.window
        for group in (*studio.document.project.objects, *studio.document.project.environment):  # type: ignore[union-attr]
            self.recorder.step = f"select {group.uid}"
            studio.selection.select(group.uid)
            self.wait(0.5)
        for name in ("boxes_3d", "amodal_boxes", "attributes", "names"):
            self.recorder.step = f"toggle {name}"
            for on in (True, False):
                studio.overlays.update(lambda s, name=name, on=on: replace(s, **{name: on}))
                self.wait(0.3)
        self.recorder.step = "scroll the gallery"
        window.show_panel("gallery")
        self.wait(0.5)
        bar = window.panels["gallery"].grid.verticalScrollBar()
        for share in range(0, 101, 5):
            bar.setValue(bar.maximum() * share // 100)
            self.wait(0.05)
        for name in ("statistics", "assets", "history", "outliner", "problems", "gallery"):
            self.recorder.step = f"show {name}"
            window.show_panel(name)
            self.wait(1.5)
        for name in ("show_export", "show_settings", "show_palette"):
            self.recorder.step = name
            getattr(window.dialogs, name)()
            self.wait(1.0)
            for dialog in window.findChildren(_dialog_class()):
                dialog.close()
            self.wait(0.3)

    def at(self, step: int) -> Any:
        """Return the project with the range's upper end a little further at each step."""
        from myriorama.app.document.addresses import Address, write

        high = self.high * (1.0 + 1e-5 * (step + 1))
        address = Address(self.group, "parameters", self.name)
        return write(self.studio.document.project, address, {"uniform": [self.low, high]})  # type: ignore[arg-type]

    def wait(self, seconds: float) -> None:
        """Let the program go on."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.program.qt.processEvents()
            time.sleep(min(0.001, left))

    def until(self, ready: Callable[[], bool], limit_s: float = 60.0) -> None:
        end = time.perf_counter() + limit_s
        while not ready():
            if time.perf_counter() > end:
                raise SystemExit(f"waited {limit_s:.0f} s in vain: {self.recorder.step}")
            self.wait(0.002)

    @contextmanager
    def processor(self) -> Iterator[dict[str, float]]:
        """Processor seconds spent meanwhile by the window's and the preview's process."""
        pids = {"window": os.getpid(), "preview": self.studio.preview.pid or os.getpid()}
        before = {name: sum(psutil.Process(pid).cpu_times()[:2]) for name, pid in pids.items()}
        spent: dict[str, float] = {}
        yield spent
        spent.update({n: sum(psutil.Process(pid).cpu_times()[:2]) - before[n] for n, pid in pids.items()})

    def _on_frame(self, frame: Any) -> None:
        self.frames.append((time.perf_counter(), frame))

    def _on_tile(self, tile: Any) -> None:
        self.tiles.append((time.perf_counter(), tile))


def _dialog_class() -> type:
    from PySide6.QtWidgets import QDialog

    return QDialog


if __name__ == "__main__":
    sys.exit(main())
