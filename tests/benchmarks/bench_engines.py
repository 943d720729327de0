"""How near the raster engine comes to the path tracer: similarity of the examples' default samples.

``python tests/benchmarks/bench_engines.py [EXAMPLE[:INDEX] ...] [--paths N] [--pictures FOLDER] [--json]``. Both draw
the same concrete scene with the same camera and tone curve; the path tracer's picture is denoised. Pictures show the
raster engine's, the path tracer's and three times their difference around grey. It changes nothing else.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import closing
from pathlib import Path

import numpy as np
from PIL import Image

from myriorama.app import open_project
from myriorama.app.finding import example_names
from myriorama.scenes.rendering.engines import open_renderer
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.likeness import compare
from myriorama.scenes.rendering.pathtraced.probe import find_tracer
from myriorama.scenes.rendering.tracing import Tracing

GOAL = 0.92
_GAIN = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("samples", nargs="*", default=None, metavar="EXAMPLE[:INDEX]")
    parser.add_argument("--paths", type=int, default=64, help="through every pixel, before denoising")
    parser.add_argument("--pictures", type=Path, default=None, help="folder for pictures side by side")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = find_tracer()
    if not found.variant:
        print(f"not measured: {found.sentence}")
        return
    rows = []
    for named in options.samples or example_names():
        name, _, index = named.partition(":")
        row = measured(name, int(index or 0), options.paths, options.pictures)
        rows.append(row)
        if not options.json:
            reached = "" if row["similarity"] >= GOAL else f"   below {GOAL}"
            print(
                f"{row['sample']:24} similarity {row['similarity']:.3f}, traced over raster {row['mean_ratio']:.2f}, "
                f"error {255 * row['error']:.1f} of 255, CPU s {row['raster_cpu_s']:.2f} raster "
                f"{row['traced_cpu_s']:.1f} traced{reached}",
                flush=True,
            )
    if options.json:
        print(json.dumps(rows, indent=1))


def measured(name: str, index: int, paths: int, pictures: Path | None) -> dict[str, object]:
    """Return the figures of one sample by both engines."""
    with open_project(name) as opened:
        scene = opened.record(index).scene
    with closing(open_renderer()) as renderer:
        plain = RenderRequest(amodal=False, linear=False)
        traced = RenderRequest(amodal=False, engine="pathtraced", tracing=Tracing(samples_per_pixel=paths))
        renderer.render(scene, plain)  # uploads and compiles
        times, shown = [], []
        for request in (plain, traced):
            started = time.process_time()
            frame = renderer.render(scene, request)
            times.append(time.process_time() - started)
            assert frame.rgb is not None
            shown.append(frame.rgb)
    likeness = compare(shown[0], shown[1])
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
        apart = 128.0 + _GAIN * (shown[0].astype(np.float32) - shown[1])
        side_by_side = np.concatenate([*shown, np.clip(apart, 0, 255).astype(np.uint8)], axis=1)
        Image.fromarray(side_by_side).save(pictures / f"{name}-{index}.png")
    return {
        "sample": f"{name}, {index}",
        **vars(likeness),
        "raster_cpu_s": times[0],
        "traced_cpu_s": times[1],
    }


if __name__ == "__main__":
    main()
