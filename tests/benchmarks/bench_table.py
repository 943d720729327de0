"""Speed and memory of the whole way, from project to committed files, on the scene `bench_table`.

Run it with ``make bench``. It prints CPU seconds (user + system of the process and its children), which
are the figures to trust on a shared machine, and ratios of runs made one after the other. It judges
nothing but marks what misses the goals of docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WARM_UP = 5
MEASURED = 50
EXAMPLE = "bench_table"


def cpu_s(who: int = resource.RUSAGE_SELF) -> float:
    """Return user + system seconds."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def pss_mib() -> float:
    """Return this process's proportional memory, MiB."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("smaps_rollup tells no Pss")


def child(task: str, *arguments: str, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Run one task of this file in a fresh process; return what it printed, with wall and CPU seconds."""
    before = cpu_s(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, "--task", task, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    wall_s = time.perf_counter() - started
    told: dict[str, Any] = json.loads(done.stdout)
    return {**told, "process_wall_s": wall_s, "process_cpu_s": cpu_s(resource.RUSAGE_CHILDREN) - before}


def task_first() -> dict[str, Any]:
    """Make one image in a fresh process."""
    from myriorama.app import open_project

    with open_project(EXAMPLE) as opened:
        opened.record(0)
    return {}


def task_steady(objects: int) -> dict[str, Any]:
    """Make, write and commit images in one process; return seconds by stage."""
    from myriorama.app import open_project
    from myriorama.app.dataset.folder import DatasetFolder, Job
    from myriorama.app.production.snapshot import dataset_info

    measured = MEASURED if objects <= 50 else 10
    warm_up = WARM_UP if objects <= 50 else 2
    with tempfile.TemporaryDirectory() as folder, open_project(with_objects(Path(folder), objects)) as opened:
        size = (opened.project.output.width, opened.project.output.height)
        formats = {name: {} for name in opened.project.output.formats}
        job = Job(dataset_info(opened.project, size), range(warm_up + measured), formats)
        with DatasetFolder.create(Path(folder) / "set", job) as dataset:
            writer = dataset.sample_writer()
            stages: dict[str, float] = {}
            renders: dict[str, float] = {}
            peak = annotations = 0.0
            for index in range(warm_up + measured):
                if index == warm_up:
                    stages.clear()
                    renders.clear()
                    annotations = 0
                    started, started_cpu = time.perf_counter(), cpu_s()
                produced = opened.produced(index)
                if produced.violations:
                    raise RuntimeError(f"sample {index}: {produced.violations}")
                before = time.perf_counter()
                dataset.commit(writer.write(produced.record))
                written = (time.perf_counter() - before) * 1000
                for stage, ms in (*produced.timings_ms.items(), ("encode and commit", written)):
                    stages[stage] = stages.get(stage, 0.0) + ms
                for stage, ms in produced.record.frame.timings_ms.items():
                    renders[stage] = renders.get(stage, 0.0) + ms
                annotations += len(produced.record.annotations)
                if index % 5 == 0:
                    peak = max(peak, pss_mib())
            return {
                "wall_s": (time.perf_counter() - started) / measured,
                "cpu_s": (cpu_s() - started_cpu) / measured,
                "pss_mib": peak,
                "annotations": annotations / measured,
                "stages_ms": {k: v / measured for k, v in stages.items()},
                "render_ms": {k: v / measured for k, v in renders.items()},
                "device": produced.record.frame.device,
            }


def with_objects(folder: Path, objects: int) -> str:
    """Return the example's name, or the path of a copy with another number of objects on a larger table."""
    from myriorama.app.finding import find_project

    if objects == 20:
        return EXAMPLE
    raw = json.loads(find_project(EXAMPLE).read_text())
    share = objects / sum(int(group["count"]) for group in raw["objects"])
    for group in raw["objects"]:
        group["count"] = round(int(group["count"]) * share)
        for side in ("width_m", "depth_m"):
            group["placement"]["parameters"][side] *= share**0.5
    raw["camera"]["rig"]["parameters"]["distance_m"] = 1.4 * share**0.5
    path = folder / "project.json"
    path.write_text(json.dumps(raw))
    return str(path)


def task_job(workers: int) -> dict[str, Any]:
    """Run a whole job with this many workers; return its steady rate."""
    from myriorama.app.finding import find_project
    from myriorama.app.production.job import JobSettings, run_job

    moments: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = JobSettings(
            find_project(EXAMPLE), WARM_UP * workers + MEASURED, Path(folder) / "set", workers=workers
        )
        result = run_job(settings, lambda p: moments.append((time.perf_counter(), p.done)))
    if result.quarantined:
        raise RuntimeError(str(result.quarantined))
    (start, first), (end, last) = moments[WARM_UP * workers], moments[-1]
    return {"images_per_s": (last - first) / (end - start), "seconds": result.seconds}


def task_settle() -> dict[str, Any]:
    """Draw and build the physics example; return CPU seconds a body beyond the cheapest scene."""
    from myriorama.app import open_project
    from myriorama.app.assets.store import FileAssetStore
    from myriorama.app.finding import find_project
    from myriorama.plugins.registry import builtin_registry
    from myriorama.scenes.assembly.build import Builder

    path = find_project("dice_tray")
    with open_project(str(path)) as opened:
        builder = Builder(opened.project, builtin_registry(), FileAssetStore(path.parent))
        builder.build(opened.sample(0))
        before, bodies = cpu_s(), 0
        for index in range(1, 11):
            sample = opened.sample(index)
            builder.build(sample)
            bodies += sum(len(group.members) for group in sample.objects if group.placement.type == "pile")
        return {"cpu_s_a_body": (cpu_s() - before) / bodies, "bodies": bodies}


def seconds_of(command: list[str], runs: int = 9) -> float:
    """Return the least wall seconds of a command: what it takes when nothing else runs."""
    spent = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        spent.append(time.perf_counter() - started)
    return min(spent)


def line(what: str, value: float, unit: str, goal: float | None = None, *, at_least: bool = False) -> None:
    """Print one figure, and whether it meets its goal."""
    text = f"  {what:<58}{value:>10.3f} {unit:<10}"
    if goal is not None:
        met = value >= goal if at_least else value <= goal
        text += f" goal {'>=' if at_least else '<='} {goal:g}{'' if met else '   MISSED'}"
    print(text, flush=True)


def main() -> None:
    """Print every figure."""
    steady = child("steady", "20")
    print(f"{steady['device']}, {len(os.sched_getaffinity(0))} cores, Python {sys.version.split()[0]}\n")
    print(f"{EXAMPLE}, one process, {WARM_UP} images warm-up, {MEASURED} measured")
    line("CPU an image", steady["cpu_s"], "s", 0.30)
    line("wall an image", steady["wall_s"], "s")
    line("memory, peak PSS", steady["pss_mib"], "MiB", 400)
    line("annotations an image", steady["annotations"], "")
    for stage, ms in steady["stages_ms"].items():
        line(f"  {stage}, wall", ms, "ms")
        if stage == "render":
            for part, part_ms in steady["render_ms"].items():
                line(f"    of it {part}", part_ms, "ms")
    lean = child("steady", "20", environment={"LP_NUM_THREADS": "0", "OMP_NUM_THREADS": "1"})
    line("CPU an image, held to one thread", lean["cpu_s"], "s")
    first = [child("first")["process_wall_s"] for _ in range(3)]
    line("first image of a fresh process, wall", statistics.median(first), "s", 2.0)

    print("\nworkers, whole job, one run each")
    jobs = {n: child("job", str(n)) for n in (1, 2)}
    for n, told in jobs.items():
        line(f"{n} worker{'s' if n > 1 else ''}", told["images_per_s"], "images/s")
        busy = told["process_cpu_s"] / told["seconds"] / len(os.sched_getaffinity(0))
        line("  share of the cores in use, start-up included", busy, "", 0.85 if n == 2 else None, at_least=True)
    line("2 workers against 1", jobs[2]["images_per_s"] / jobs[1]["images_per_s"], "x", 1.3, at_least=True)

    print("\n300 objects against 20, one process (no stage may grow faster than 15 x)")
    many = child("steady", "300")
    line("CPU an image", many["cpu_s"], "s")
    line("annotations an image", many["annotations"], "")
    for stage, ms in many["stages_ms"].items():
        line(f"  {stage}: {ms:.1f} ms", ms / steady["stages_ms"][stage], "x", 15)

    print("\nother")
    line("settling, CPU a body (draw and build included)", child("settle")["cpu_s_a_body"], "s", 0.05)
    bare = seconds_of([sys.executable, "-c", "import numpy, pydantic"])
    ours = seconds_of([sys.executable, "-c", "import numpy, pydantic, myriorama.plugins"])
    line("import myriorama.plugins above numpy and pydantic", (ours - bare) * 1000, "ms", 60)
    line("myriorama --help", seconds_of([sys.executable, "-m", "myriorama.app.cli", "--help"]) * 1000, "ms", 400)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", choices=("first", "steady", "job", "settle"))
    parser.add_argument("number", type=int, nargs="?", default=0)
    chosen = parser.parse_args()
    tasks: dict[str, Callable[[], dict[str, Any]]] = {
        "first": task_first,
        "steady": lambda: task_steady(chosen.number),
        "job": lambda: task_job(chosen.number),
        "settle": task_settle,
    }
    if chosen.task is None:
        main()
    else:
        json.dump(tasks[chosen.task](), sys.stdout)
