"""How long the viewport takes to show a frame and to toggle an overlay, painting included.

    xvfb-run -a -s "-screen 0 1920x1080x24" python tests/benchmarks/bench_viewport.py --size 1920x1080 --repeats 60

The frame is an example's sample rendered at that size in this process, and the window shows it whole. Prints p50, p95
and the longest, and the machine's load, which must be near 0 for the figures to mean anything. It judges nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QCoreApplication, Qt

QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)

from PySide6.QtWidgets import QApplication  # noqa: E402

from myriorama.app.finding import find_project  # noqa: E402
from myriorama.app.overlays import OverlayState  # noqa: E402
from myriorama.app.preview.frames import SampleFrame  # noqa: E402
from myriorama.app.qt.mailbox import Mailbox  # noqa: E402
from myriorama.app.settings.store import SettingsStore  # noqa: E402
from myriorama.app.studio import Studio  # noqa: E402
from myriorama.scenes.project.load import load_project  # noqa: E402
from myriorama.widgets.viewport.panel import ViewportPanel  # noqa: E402


def first_frame(application: QApplication, studio: Studio, example: str, size: tuple[int, int]) -> SampleFrame:
    """Return sample 0 of an example, made by the preview process at a size."""
    frames: list[SampleFrame] = []
    studio.preview.frame_ready.connect(frames.append)
    loaded = load_project(find_project(example))
    output = loaded.project.output.model_copy(update={"width": size[0], "height": size[1]})
    studio.document.open(loaded.project.model_copy(update={"output": output}), loaded.folder)
    until = time.monotonic() + 120.0
    while not any(f.final for f in frames):
        if time.monotonic() > until:
            raise SystemExit("no frame came within two minutes")
        application.processEvents()
        time.sleep(0.005)
    return next(f for f in frames if f.final)


def timed(run: Callable[[], None], repeats: int) -> list[tuple[float, float]]:
    """Return wall and processor milliseconds, all threads, of each run."""
    out = []
    for _ in range(repeats):
        start, worked = time.perf_counter(), time.process_time()
        run()
        out.append(((time.perf_counter() - start) * 1e3, (time.process_time() - worked) * 1e3))
    return out


def told(name: str, pairs: list[tuple[float, float]]) -> str:
    """Return a line of the report."""
    times = [wall for wall, _ in pairs]
    worked = statistics.median(cpu for _, cpu in pairs)
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    wall = f"p50 {statistics.median(times):6.1f} ms   p95 {p95:6.1f} ms   longest {ordered[-1]:6.1f} ms"
    return f"{name:22} {wall}   processor {worked:6.1f} ms"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--size", default="1920x1080", help="of the picture, WxH")
    arguments.add_argument("--window", default="1920x1080", help="of the panel, WxH")
    arguments.add_argument("--example", default="mugs_on_conveyor")
    arguments.add_argument("--repeats", type=int, default=60)
    given = arguments.parse_args()
    width, height = (int(n) for n in given.size.split("x"))
    application = QApplication([])
    with TemporaryDirectory() as folder:
        mailbox = Mailbox()
        studio = Studio(mailbox.post, SettingsStore(None), Path(folder))
        panel = ViewportPanel(studio)
        panel.resize(*(int(n) for n in given.window.split("x")))
        panel.show()
        frame = first_frame(application, studio, given.example, (width, height))
        native = panel.stage.canvas.native
        studio.overlays.set(OverlayState())
        names = ("mask", "boxes", "names", "keypoints", "boxes_3d", "color_by", "hide_overlays")
        run = {b.action.id.removeprefix("viewport."): b.run for b in panel.actions_here()}
        for name in names:
            timed(lambda n=name: (run[n](), native.repaint()), 2)  # type: ignore[misc]
        print(f"{given.example} at {width}x{height} in {native.width()}x{native.height()}; {frame.device}")
        for name in names:
            print(told(f"toggle {name}", timed(lambda n=name: (run[n](), native.repaint()), given.repeats)))  # type: ignore[misc]
        studio.overlays.set(OverlayState())
        print(told("repaint", timed(native.repaint, given.repeats)))

        def shown() -> None:
            studio.preview.frame_ready.emit(replace(frame))
            native.repaint()

        print(told("show a frame", timed(shown, given.repeats)))
        print(f"load of the machine: {os.getloadavg()[0]:.2f}")
        panel.dispose()
        panel.close()
        studio.close()
        mailbox.close()


if __name__ == "__main__":
    main()
