"""The render queue's speed: workers against cores, what queue and durability cost, and jobs of 100,000 samples.

``python tests/benchmarks/bench_queue.py [--samples N] [--rounds R]``. Settings take turns, so that a loaded machine
disturbs them alike; beside wall time it prints CPU seconds, which are the figures to trust there, and the load.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import psutil

EXAMPLE = "bench_table"
SETTINGS: dict[str, dict[str, Any]] = {
    "one worker, one core": {"workers": 1, "cores": 1},
    "one worker, LP_NUM_THREADS=0": {"workers": 1, "cores": 2, "threads": (0, 1)},
    "one worker, LP_NUM_THREADS=1": {"workers": 1, "cores": 2, "threads": (1, 1)},
    "one worker, all threads 2": {"workers": 1, "cores": 2, "threads": (2, 2)},
    "two workers": {"workers": 2, "cores": 2},
}
OVERHEAD = ("check", "commit")
TINY = {
    "format": "myriorama-project",
    "version": 1,
    "name": "tiny",
    "classes": [{"id": 1, "name": "solid"}],
    "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {"distance_m": 0.9}}},
    "environment": [{"uid": "light", "type": "uniform"}],
    "objects": [
        {
            "uid": "solid",
            "type": "primitive",
            "class": "solid",
            "placement": {"uid": "place", "type": "scatter", "parameters": {"width_m": 0.3, "depth_m": 0.3}},
        }
    ],
    "output": {"width": 64, "height": 64, "quality": "draft", "labels": ["visible"], "formats": ["coco"]},
}


def cpu_s() -> tuple[float, float]:
    """Return user + system seconds of this process and of the workers that run now."""
    me = psutil.Process()
    own = me.cpu_times()
    below = 0.0
    for process in me.children(recursive=True):
        spent = process.cpu_times()
        below += spent.user + spent.system
    return own.user + own.system, below


def task_job(project: str, samples: int, workers: int, cores: int, threads: tuple[int, int] | None) -> dict[str, Any]:
    """Run one job; return what a sample cost between the first few and the last."""
    from myriorama.app.finding import find_project
    from myriorama.app.production import lifetime
    from myriorama.app.production.job import JobSettings, run_job

    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    if threads is not None:
        gl, others = threads
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
        lifetime.hold_to_threads = lambda _: {"LP_NUM_THREADS": str(gl), **dict.fromkeys(names, str(others))}
    warm = 3 * workers
    marks: dict[int, tuple[float, float, float]] = {}

    def mark(progress: Any) -> None:
        if progress.done in (warm, warm + samples) and progress.done not in marks:
            marks[progress.done] = (time.perf_counter(), *cpu_s())

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "set"
        settings = JobSettings(find_project(project), warm + samples, out, workers=workers, queue_folder=Path(folder))
        result = run_job(settings, mark)
    (wall_0, own_0, below_0), (wall_1, own_1, below_1) = marks[warm], marks[warm + samples]
    return {
        "wall_s": (wall_1 - wall_0) / samples,
        "driver_cpu_s": (own_1 - own_0) / samples,
        "workers_cpu_s": (below_1 - below_0) / samples,
        "stages_ms": {name: ms / (warm + samples) for name, ms in result.timings_ms.items()},
    }


def child(**arguments: Any) -> dict[str, Any]:
    """Run `task_job` in a fresh process."""
    told = subprocess.run(
        [sys.executable, __file__, "--task", json.dumps(arguments)], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    answer: dict[str, Any] = json.loads(told)
    return answer


def scaling(samples: int, rounds: int) -> None:
    """Print images a second by setting, the two ratios that count, and the split of a sample's time."""
    runs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    loads = []
    for _ in range(rounds):
        for name, setting in SETTINGS.items():
            runs[name].append(child(project=EXAMPLE, samples=samples, **{"threads": None, **setting}))
            loads.append(os.getloadavg()[0])
    print(f"{EXAMPLE}, {samples} samples, {rounds} round(s), load {min(loads):.1f} to {max(loads):.1f}")
    wall, cpu = {}, {}
    for name, found in runs.items():
        wall[name] = statistics.median(r["wall_s"] for r in found)
        cpu[name] = statistics.median(r["driver_cpu_s"] + r["workers_cpu_s"] for r in found)
        used = cpu[name] / wall[name]
        print(f"  {name:32s} {1 / wall[name]:6.2f} images/s  {cpu[name]:6.3f} CPU s an image  {used:4.2f} cores used")
    one, two = "one worker, one core", "two workers"
    best = min((n for n in wall if n != two), key=lambda n: wall[n])
    print(f"  two workers / one on one core: {wall[one] / wall[two]:.2f} in wall time (goal 1.7);")
    print(f"    {2 * cpu[one] / cpu[two]:.2f} where two cores are free, by CPU seconds")
    print(f"  two workers / best single worker ({best}): {wall[best] / wall[two]:.2f} in wall time (goal > 1)")
    stages = runs[two][0]["stages_ms"]
    driver_ms = 1000 * statistics.median(r["driver_cpu_s"] for r in runs[two])
    whole = sum(stages.values()) + driver_ms
    for name, ms in {**stages, "queue (driver)": driver_ms}.items():
        print(f"    {name:16s} {ms:7.1f} ms  {100 * ms / whole:5.1f} %")
    share = (sum(stages[name] for name in OVERHEAD) + driver_ms) / whole
    print(f"  queue, hashes, syncs and contract: {100 * share:.1f} % of a sample (goal 15 %)")


def overhead(samples: int) -> None:
    """Print what queue and durability cost a sample that costs next to nothing itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiny.json"
        path.write_text(json.dumps(TINY))
        told = child(project=str(path), samples=samples, workers=2, cores=2, threads=None)
    stages = told["stages_ms"]
    print(f"64 px, {samples} samples, 2 workers, load {os.getloadavg()[0]:.1f}")
    driver_ms, workers_ms = 1000 * told["driver_cpu_s"], 1000 * told["workers_cpu_s"]
    print(
        f"  {1 / told['wall_s']:.0f} samples/s; CPU: driver {driver_ms:.2f} ms, workers {workers_ms:.2f} ms a sample;"
    )
    print(f"  commit {stages['commit']:.2f} ms of wall time")
    print(f"  all of it, the making too: {driver_ms + workers_ms:.2f} ms of CPU (the queue's goal: 20 ms)")


def main() -> None:
    """Run everything, or the one task that a child was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--task", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.task:
        print(json.dumps(task_job(**json.loads(asked.task))))
        return
    scaling(asked.samples, asked.rounds)
    overhead(800)  # no worker is replaced within, whose CPU time would be lost


if __name__ == "__main__":
    main()
