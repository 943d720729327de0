"""What lenses and shutters cost on `bench_table`: truth and picture through each, beside those of a plain pinhole.

``python tests/benchmarks/bench_optics.py [--size 640x480] [--images N]``. It prints CPU milliseconds, which are the
figures to trust on a shared machine, medians after a warm-up. It judges nothing.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import statistics
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np

from myriorama.app import open_project
from myriorama.app.opened import OpenedProject
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera, Distortion
from myriorama.scenes.rendering.engines import open_renderer
from myriorama.scenes.rendering.frame import Quality, RenderRequest

TRUTH = RenderRequest(rgb=False)
Change = Callable[[Camera], Camera]


def cpu_ms() -> float:
    """Return user + system milliseconds of this process, all threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return 1000.0 * (usage.ru_utime + usage.ru_stime)


def fisheye(camera: Camera) -> Camera:
    """Return the camera with an equidistant lens of 170 degrees across the picture's width."""
    focal = camera.width / 2 / np.radians(85.0)
    return replace(camera, fx=focal, fy=focal, distortion=Distortion("kannala_brandt", (0.0, 0.0, 0.0, 0.0)))


def cameras(focus_m: float) -> dict[str, Change]:
    """Return what each row of the table does to the camera."""
    turn = (0.0, 1.0, 0.0)
    barrel = Distortion("brown_conrady", (-0.28, 0.09, 0.001, -0.0005))
    drift = itertools.count(1)

    def another(camera: Camera) -> Camera:
        lens = Distortion("brown_conrady", (-0.28 - 1e-4 * next(drift), 0.09, 0.001, -0.0005))
        return replace(camera, distortion=lens)

    return {
        "plain pinhole": lambda c: c,
        "barrel, the same lens each time": lambda c: replace(c, distortion=barrel),
        "barrel, another lens each time": another,
        "fisheye of 170 degrees": fisheye,
        "depth of field, f = 50 mm at f/2 (12.5 mm)": lambda c: replace(
            c, aperture_radius_m=0.0125, focus_distance_m=focus_m
        ),
        "motion blur, 16 px": lambda c: replace(c, shutter_s=16 / c.fx, angular_velocity_rad_s=turn),
        "rolling shutter, 16 px over the picture": lambda c: replace(
            c, readout_s=16 / c.fx, angular_velocity_rad_s=turn
        ),
    }


def scenes_of(opened: OpenedProject, count: int) -> list[Scene]:
    """Return the scenes of the first samples."""
    return [opened.produced(k).record.scene for k in range(count)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--images", type=int, default=6)
    parser.add_argument("--quality", default="standard", choices=["draft", "standard", "high"])
    options = parser.parse_args()
    width, height = (int(n) for n in options.size.split("x"))
    picture = RenderRequest(truth=False, amodal=False, quality=cast("Quality", options.quality))
    renderer = open_renderer()
    with open_project("bench_table", size=(width, height)) as opened:
        scenes = scenes_of(opened, min(3, options.images))
    depth = renderer.render(scenes[0], TRUTH).depth
    assert depth is not None  # truth was asked for
    print(renderer.device)
    for name, change in cameras(float(np.median(depth[depth > 0]))).items():
        spent: dict[str, list[float]] = {"truth": [], "picture": []}
        for k in range(-1, options.images):
            scene = replace(scenes[k % len(scenes)], camera=change(scenes[k % len(scenes)].camera))
            for kind, request in (("truth", TRUTH), ("picture", picture)):
                before = cpu_ms()
                renderer.render(scene, request)
                if k >= 0:
                    spent[kind].append(cpu_ms() - before)
        told = ", ".join(f"{kind} {statistics.median(values):6.0f}" for kind, values in spent.items())
        print(f"{name:44} {told}  CPU ms")
    renderer.close()


if __name__ == "__main__":
    main()
