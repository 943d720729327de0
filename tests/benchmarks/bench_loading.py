"""The speed of samples for a training loop: rendered while they are asked for, read back, with effects drawn anew.

``python tests/benchmarks/bench_loading.py [--samples N] [--workers W]``. ``render`` of the same samples stands beside;
beside wall time it prints CPU seconds, which are the figures to trust on a loaded machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

EXAMPLE = "bench_table"
SIZE = (640, 480)
FIELDS = ("image", "boxes", "class_ids", "masks")
EFFECTS: list[dict[str, Any]] = [
    {"uid": "corners", "type": "vignette"},
    {"uid": "gain", "type": "exposure", "parameters": {"gain_ev": {"uniform": [-1.0, 1.0]}}},
    {"uid": "noise", "type": "sensor_noise", "parameters": {"iso": {"log_uniform": [400.0, 6400.0]}}},
    {"uid": "packing", "type": "jpeg", "parameters": {"quality": {"integers": [40, 95]}}},
]


def cpu_s() -> float:
    """Return user + system seconds of this process and of those that have ended below it."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(s.ru_utime + s.ru_stime for s in spent)


def line(name: str, samples: int, wall_s: float, used_s: float) -> None:
    print(
        f"{name:44} {samples / wall_s:8.2f} samples/s  {1000 * wall_s / samples:8.1f} ms  {used_s / samples:6.3f} CPU s"
    )


def drained(name: str, samples: Iterable[Any], count: int, close: Callable[[], None] = lambda: None) -> None:
    """Take samples and tell how fast they came: from the first one on, since a process takes a while to start."""
    before = cpu_s()
    rows = iter(samples)
    next(rows)
    start = time.perf_counter()
    taken = sum(1 for _ in rows)
    wall_s = time.perf_counter() - start
    close()
    line(name, taken, wall_s, (cpu_s() - before) * taken / count)


def with_effects(folder: Path) -> Path:
    """Return the file of the example with effects that can be drawn again."""
    from myriorama.app.finding import find_project

    home = find_project(EXAMPLE).parent
    made = Path(shutil.copytree(home, folder / "with_effects")) / "project.json"
    tree = json.loads(made.read_bytes())
    made.write_text(json.dumps({**tree, "effects": EFFECTS}), encoding="utf-8")
    return made


def main() -> None:
    """Run and print."""
    from myriorama.app.finding import find_project
    from myriorama.app.loading import RenderedSamples, WrittenSamples
    from myriorama.app.production.job import JobSettings, run_job

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    count, workers = chosen.samples, chosen.workers
    print(f"{EXAMPLE}, {SIZE[0]}x{SIZE[1]} px, {workers} workers, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        marks: list[float] = []
        before = cpu_s()
        settings = JobSettings(
            find_project(EXAMPLE),
            count,
            Path(folder) / "set",
            width=SIZE[0],
            height=SIZE[1],
            formats=("coco", "raw"),
            workers=workers,
            queue_folder=Path(folder) / "queue",
        )
        made = run_job(settings, lambda p: marks.append(time.perf_counter()) if p.done else None)
        line("render, coco and raw, to the disk", count - 1, marks[-1] - marks[0], cpu_s() - before)
        for name, fields in (("rendered, every field", None), ("rendered, picture, boxes and masks", FIELDS)):
            samples = RenderedSamples(EXAMPLE, range(count), workers, size=SIZE, fields=fields)
            drained(name, samples, count, samples.close)
        drained("read back, picture, boxes and masks", WrittenSamples(made.folder, fields=FIELDS), count)
        drained("read back, boxes", WrittenSamples(made.folder, fields=("boxes", "class_ids")), count)
        few = min(count, 12)
        noisy = replace(
            settings, project_path=with_effects(Path(folder)), count=few, out=Path(folder) / "clean", clean=True
        )
        folder_of_clean = run_job(noisy).folder
        kept = sum(path.stat().st_size for path in (folder_of_clean / "clean_linear").iterdir())
        print(f"{'clean picture':44} {kept / few / 1e6:8.2f} MB a sample")
        fields = ("image", "boxes")
        drained("read back, picture and boxes", WrittenSamples(folder_of_clean, fields=fields), few)
        for what in ("noise", "values"):
            anew = WrittenSamples(folder_of_clean, fields=fields, redraw_effects=what, epoch=1)
            drained(f"read back, four effects drawn anew ({what})", anew, few)


if __name__ == "__main__":
    main()
