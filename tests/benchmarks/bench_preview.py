"""How quickly the studio's pictures follow: a drag, its release, a screen of thumbnails, facts.

    python tests/benchmarks/bench_preview.py [--example NAME] [--seconds 5]

It prints wall and processor time of the preview's own processes, so that a busy machine can be told from a slow
program. The display is 960 by 540 pixels, as in docs/performance.md.
"""

from __future__ import annotations

import argparse
import queue
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from myriorama.app.document.addresses import Address, write
from myriorama.app.document.document import Document
from myriorama.app.finding import find_project
from myriorama.app.observable import Observable
from myriorama.app.preview.director import Director
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.preview.gallery import TileService
from myriorama.app.preview.service import PreviewService
from myriorama.app.preview.tiles import SampleFacts, Tile, TileKey
from myriorama.app.problems import Problems
from myriorama.app.settings.store import SettingsStore
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project

DISPLAY = (960, 540)
EVENTS_PER_S = 60
TILES, TILE_PX = 24, 256
VALUES = {
    "mugs_on_conveyor": (Address("mugs", "parameters", "height_m"), 0.075, 0.12),
    "dice_tray": (Address("dice", "parameters", "size_m"), 0.014, 0.018),
}


class Bench:
    """The services without a window, and what came from them with the time of its coming."""

    def __init__(self, example: str) -> None:
        self._calls: queue.Queue[Callable[[], None]] = queue.Queue()
        self.loaded = load_project(find_project(example))
        self.address, self.low, self.high = VALUES[example]
        self.document, self.index = Document(), Observable(0)
        self.preview = PreviewService(self._calls.put)
        self.tiles = TileService(self._calls.put)
        self.director = Director(self.document, self.index, self.preview, self.tiles, SettingsStore(None), Problems())
        self.director.display(*DISPLAY)
        self.frames: list[tuple[float, SampleFrame]] = []
        self.made: list[tuple[float, Tile]] = []
        self.facts: list[tuple[float, SampleFacts]] = []
        self.preview.frame_ready.connect(self._on_frame)
        self.tiles.tile_ready.connect(self._on_tile)
        self.tiles.facts_ready.connect(self._on_facts)
        self.preview.failed.connect(print)

    def _on_frame(self, frame: SampleFrame) -> None:
        self.frames.append((time.perf_counter(), frame))

    def _on_tile(self, tile: Tile) -> None:
        self.made.append((time.perf_counter(), tile))

    def _on_facts(self, facts: SampleFacts) -> None:
        self.facts.append((time.perf_counter(), facts))

    def run(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            try:
                self._calls.get(timeout=left)()
            except queue.Empty:
                return

    def until(self, done: Callable[[], bool]) -> None:
        while not done():
            self._calls.get(timeout=120)()

    def at(self, step: int) -> Project:
        """Return the project with the range's upper end a little further at each step."""
        high = self.high * (1.0 + 1e-5 * (step + 1))
        return write(self.loaded.project, self.address, {"uniform": [self.low, high]})

    def close(self) -> None:
        self.preview.close()
        self.tiles.close()


def processor_s(pids: list[int]) -> float:
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)


def opening(bench: Bench) -> None:
    started = time.perf_counter()
    bench.document.open(bench.loaded.project, bench.loaded.folder, Path(bench.loaded.path))
    bench.until(lambda: bool(bench.frames))
    print(f"first picture, with the start of the process  {bench.frames[-1][0] - started:6.2f} s")


def dragging(bench: Bench, seconds: float) -> None:
    assert bench.preview.pid is not None
    pids = [bench.preview.pid]
    for name, drag in (("value", bench.document.preview), ("camera", None)):
        bench.frames.clear()
        before, started, step = processor_s(pids), time.perf_counter(), 0
        while time.perf_counter() - started < seconds:
            step += 1
            if drag is not None:
                drag(bench.at(step))
            else:
                exposure = Address("project:camera", "lens", "exposure_ev")
                bench.document.preview(write(bench.loaded.project, exposure, 0.001 * step))
            bench.run(1.0 / EVENTS_PER_S)
        elapsed = time.perf_counter() - started
        drafts = [f for _, f in bench.frames if not f.final]
        spent = (processor_s(pids) - before) / max(1, len(drafts))
        widths = sorted({f.width for f in drafts})
        stages = {n: statistics.median(f.timings_ms.get(n, 0.0) for f in drafts) for n in ("open", "build", "render")}
        told = ", ".join(f"{n} {ms:.0f}" for n, ms in stages.items())
        print(
            f"drag of a {name}: {len(drafts) / elapsed:5.1f} pictures/s, {spent * 1e3:4.0f} ms processor each", end=""
        )
        print(f" ({told} ms; {widths[0]}..{widths[-1]} px wide)")
        waits = []
        for round_number in range(5):
            project = bench.at(10_000 + 40 * round_number + step)
            bench.document.preview(project)
            bench.run(0.08)
            released = time.perf_counter()
            bench.document.replace(project, "Change")
            newest = bench.preview.generation
            bench.until(lambda newest=newest: any(f.generation == newest for _, f in bench.frames))
            waits.append(bench.frames[-1][0] - released)
        print(f"  release to full picture: {statistics.median(waits) * 1e3:.0f} ms, {max(waits) * 1e3:.0f} at most")


def thumbnails(bench: Bench) -> None:
    bench.tiles.start()
    for round_number in range(3):
        project = bench.at(20_000 + round_number)
        bench.made.clear()
        before = processor_s(list(bench.tiles.pids)) if round_number else 0.0
        started = time.perf_counter()
        bench.tiles.set_project(project, bench.loaded.folder)
        bench.tiles.want([TileKey(i) for i in range(TILES)], TILE_PX)
        bench.until(lambda: len(bench.made) == TILES)
        first, last = bench.made[0][0] - started, bench.made[-1][0] - started
        spent = (processor_s(list(bench.tiles.pids)) - before) / TILES
        word = "with the start of the processes" if round_number == 0 else "after a change"
        print(f"{TILES} thumbnails {word}: first {first:.2f} s, all {last:.2f} s, {spent:.3f} s processor each")
    bench.facts.clear()
    before, started = processor_s(list(bench.tiles.pids)), time.perf_counter()
    bench.tiles.want_facts(range(1000, 1000 + TILES))
    bench.until(lambda: len(bench.facts) == TILES)
    elapsed = time.perf_counter() - started
    spent = (processor_s(list(bench.tiles.pids)) - before) / TILES
    print(f"facts: {TILES / elapsed:.1f} samples/s, {spent:.3f} s processor each")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--example", choices=sorted(VALUES), default="mugs_on_conveyor")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each drag")
    arguments = parser.parse_args()
    bench = Bench(arguments.example)
    try:
        opening(bench)
        dragging(bench, arguments.seconds)
        thumbnails(bench)
    finally:
        bench.close()


if __name__ == "__main__":
    main()
