"""What a path-traced sample costs, how far it is from the truth, and whether memory stays flat.

    python tests/benchmarks/bench_pathtraced.py --samples 20 --reference 512

Processor time of this process counts, all threads added: draw, build, truth with amodal masks, tracing, denoising,
labels and the check of the contract. The error is that of the finished picture in [0, 1] against a render of many
paths with other chances, without denoising. It writes nothing.
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
from myriorama.scenes.rendering.tone import curved
from myriorama.scenes.rendering.tracing import Tracing

GOAL_CPU_S = 2.5
GOAL_RMSE = 0.015


def resident_mib() -> float:
    """Return this process's memory now, MiB; at its peak where the system tells no more."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("project", nargs="?", default="bench_table")
    parser.add_argument("--samples", type=int, default=20, help="how many samples are made one after the other")
    parser.add_argument("--reference", type=int, default=0, help="paths per pixel of the reference; 0 leaves it out")
    options = parser.parse_args()
    loaded = load_project(find_project(options.project))
    store, registry = FileAssetStore(loaded.folder), builtin_registry()
    renderer = open_renderer()
    producer = Producer(loaded.project, registry, store, renderer, engine="pathtraced")
    spent, memory = [], []
    for index in range(options.samples):
        started = time.process_time()
        produced = producer.produce(index)
        spent.append(time.process_time() - started)
        memory.append(resident_mib())
        assert not produced.violations
    print(f"{options.project}: first sample {spent[0]:.2f} CPU s, then median {statistics.median(spent[1:]):.2f} CPU s")
    print(f"  goal {GOAL_CPU_S}; quarter of the slowest {np.percentile(spent[1:], 75):.2f}")
    marks = [memory[k] for k in sorted({min(len(memory) - 1, n) for n in (0, 9, 24, 49, 99, 199)})]
    print(f"  memory after 1, 10, 25, 50, 100, 200 samples: {', '.join(f'{m:.0f}' for m in marks)} MiB")
    if options.reference:
        builder = Builder(loaded.project, registry, store)
        output = loaded.project.output
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
