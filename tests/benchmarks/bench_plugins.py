"""Third-party code in host processes: what a call costs, and how soon a lost process is replaced.

    python tests/benchmarks/bench_plugins.py

A plugin that hands a built-in object on is called directly and through its host, by turns, so that the ratio holds on a
busy machine. It judges nothing.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from myriorama.plugins.discovery import source_at
from myriorama.plugins.faults import PluginFault
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.registry import registry_with
from myriorama.plugins.sources import Grant

PLUGIN = '''
import os

from myriorama.plugins import Float, Generator, ObjectModel, Part
from myriorama.plugins.shapes import moved, plastic, sphere


class Ball(Generator):
    """A ball."""

    name = "bench_ball"
    label = "Ball"
    help = "A ball."
    parameters = (
        Float("radius_m", 0.1, help="Radius; ends the process above 0.9.", unit="m", minimum=0.01, maximum=1.0),
        Float("facets", 24.0, help="Facets around.", minimum=8.0, maximum=256.0),
    )

    def generate(self, values):
        if values["radius_m"] > 0.9:
            os._exit(3)
        ball = moved(sphere(values["radius_m"], int(values["facets"])), 0.0, 0.0, values["radius_m"])
        return ObjectModel((Part("ball", ball, plastic("#808080")),))
'''


def median_ms(run: Callable[[int], object], count: int) -> float:
    """Return the median wall milliseconds of a call."""
    spent = []
    for number in range(count):
        started = time.perf_counter()
        run(number)
        spent.append((time.perf_counter() - started) * 1e3)
    return statistics.median(spent)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench_balls.py")
        path.write_text(PLUGIN, encoding="utf-8")
        source = source_at(path)
        with closing(PluginHosts()) as hosts:
            started = time.perf_counter()
            manifest = hosts.describe(source)
            print(f"describe, a process started:       {(time.perf_counter() - started) * 1e3:8.1f} ms")
            registry = registry_with([Grant(source, manifest)], hosts)
            hosted = registry.generator("bench_ball")
            scope: dict[str, type] = {}
            exec(compile(PLUGIN, "bench_balls.py", "exec"), scope)  # noqa: S102 - the text above
            direct = scope["Ball"]()
            for facets in (24.0, 96.0, 256.0):
                values = [{"radius_m": 0.1 + 1e-6 * n, "facets": facets} for n in range(200)]
                faces = len(direct.generate(values[0]).parts[0].mesh.faces)
                hosted.generate(values[0])
                here = median_ms(lambda n, v=values: direct.generate(v[n]), 100)
                there = median_ms(lambda n, v=values: hosted.generate(v[n]), 100)
                print(
                    f"{faces:7,} faces: direct {here:7.2f} ms, in its host {there:7.2f} ms, over it {there - here:6.2f}"
                )
            replaced = []
            for n in range(10):
                with contextlib.suppress(PluginFault):
                    hosted.generate({"radius_m": 0.95, "facets": 24.0})
                started = time.perf_counter()
                hosted.generate({"radius_m": 0.2 + 1e-6 * n, "facets": 24.0})
                replaced.append((time.perf_counter() - started) * 1e3)
                time.sleep(0.7)  # a person, or a queue, does not fail without a pause: the next spare comes up
            print(
                f"first answer after a lost process: {statistics.median(replaced):8.1f} ms, worst {max(replaced):.1f}"
            )


if __name__ == "__main__":
    main()
