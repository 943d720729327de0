"""What a path-traced sample costs, how far it is from the truth, and whether memory stays flat.

    python tests/benchmarks/bench_pathtraced.py --samples 20 --reference 512
    python tests/benchmarks/bench_pathtraced.py --samples 200 --size 160x120 --paths 2

Processor time of this process counts, all threads added: draw, build, truth with amodal masks, tracing, denoising,
labels and the check of the contract. The error is that of the finished picture in [0, 1] against a render of many
paths with other chances, without denoising. Memory is what the system holds for the process, and of it what is no
file's; the highest mark of the samples from one number to the next. It writes nothing.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.finding import find_project
from myriorama.app.production.producer import Producer
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.build import Builder
from myriorama.scenes.project.load import load_project
from myriorama.scenes.rendering.engines import open_renderer
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.pathtraced.probe import find_tracer
from myriorama.scenes.rendering.tone import curved
from myriorama.scenes.rendering.tracing import Tracing

GOAL_CPU_S = 2.5
GOAL_RMSE = 0.015


MARKS = (1, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200)


def resident_mib() -> tuple[float, float]:
    """Return this process's memory now and what of it is no file's, MiB; its peak where the system tells no more."""
    status = Path("/proc/self/statm")
    if status.exists():
        _, resident, files, *_ = (int(n) * resource.getpagesize() / 2**20 for n in status.read_text().split())
        return resident, resident - files
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return peak, peak


def told_memory(memory: list[tuple[float, float]]) -> str:
    """Return a row of highest marks."""
    ends = [m for m in MARKS if m < len(memory)] + [len(memory)]
    parts = []
    for first, last in zip([0, *ends], ends, strict=False):
        highest = max(memory[first:last])
        parts.append(f"{last}: {highest[0]:.0f} ({highest[1]:.0f})")
    return ", ".join(parts)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("project", nargs="?", default="bench_table")
    parser.add_argument("--samples", type=int, default=20, help="how many samples are made one after the other")
    parser.add_argument("--reference", type=int, default=0, help="paths per pixel of the reference; 0 leaves it out")
    parser.add_argument("--size", default="", help="such as 160x120 instead of the project's; makes many samples quick")
    parser.add_argument("--paths", type=int, default=0, help="paths per pixel instead of the project's")
    options = parser.parse_args()
    found = find_tracer()
    if not found.variant:
        print(f"not measured: {found.sentence}")
        return
    loaded = load_project(find_project(options.project))
    store, registry = FileAssetStore(loaded.folder), builtin_registry()
    renderer = open_renderer()
    project = loaded.project
    if options.paths:
        tracing = project.output.tracing.model_copy(update={"samples_per_pixel": options.paths})
        project = project.model_copy(update={"output": project.output.model_copy(update={"tracing": tracing})})
    size = tuple(int(n) for n in options.size.split("x")) if options.size else None
    producer = Producer(project, registry, store, renderer, engine="pathtraced", size=size)
    spent, memory = [], []
    for index in range(options.samples):
        started = time.process_time()
        produced = producer.produce(index)
        spent.append(time.process_time() - started)
        memory.append(resident_mib())
        assert not produced.violations
    print(f"{options.project}: first sample {spent[0]:.2f} CPU s, then median {statistics.median(spent[1:]):.2f} CPU s")
    print(f"  goal {GOAL_CPU_S}; quarter of the slowest {np.percentile(spent[1:], 75):.2f}")
    print(f"  resident MiB, in brackets what is no file's, up to sample {told_memory(memory)}")
    if options.reference:
        builder = Builder(project, registry, store)
        output = project.output
        scene = builder.build(producer.draw(0, 0), size=(output.width, output.height))
        base = RenderRequest(truth=False, amodal=False, rgb=False, linear=True, engine="pathtraced")
        got = renderer.render(scene, replace(base, tracing=Tracing(**output.tracing.model_dump()))).linear
        other = replace(scene, sample_key=scene.sample_key + "/reference")
        many = Tracing(samples_per_pixel=options.reference, denoise=False)
        truth = renderer.render(other, replace(base, tracing=many)).linear
        assert got is not None
        assert truth is not None
        error = float(np.sqrt(np.square(curved(got) - curved(truth), dtype=np.float64).mean()))
        print(f"  RMSE against {options.reference} paths a pixel: {error:.4f}; goal {GOAL_RMSE}")
    renderer.close()


if __name__ == "__main__":
    main()
