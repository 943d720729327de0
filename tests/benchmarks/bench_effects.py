"""What each shipped effect of light, curve and picture costs at 640 x 480.

    python tests/benchmarks/bench_effects.py [NAME ...]

The picture is made here and holds shadows, surfaces and a few lamps. CPU time, so that a busy machine does not show;
the first call, which makes patterns and kernels that are kept, is told apart. ``OPENBLAS_NUM_THREADS=1``, as workers
have it, keeps idle threads of the matrix library from being counted. It judges nothing.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import replace

import numpy as np

from myriorama.plugins.api import Effect
from myriorama.plugins.conformance.drawing import make_draw
from myriorama.plugins.conformance.stage import make_scene
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.rendering.frame import Frame
from myriorama.scenes.rendering.tone import curved

WIDTH_PX, HEIGHT_PX = 640, 480
CALLS = 9
AWAKE: dict[str, dict[str, object]] = {
    "chromatic_aberration": {"red_percent": 0.1, "blue_percent": -0.1},
    "exposure": {"gain_ev": 0.5},
    "tone_curve": {"curve": "film", "white_light": 4.0, "contrast": 1.2, "saturation": 1.1},
    "white_balance": {"temperature_k": 5000.0},
}
"""Values of those that do nothing at their defaults."""


def picture() -> np.ndarray:
    """Return (H, W, 3) float32 linear light."""
    y, x = np.mgrid[:HEIGHT_PX, :WIDTH_PX].astype(np.float32)
    waves = 0.25 + 0.2 * np.sin(x / 9.0) * np.cos(y / 13.0) + 0.1 * np.sin((x + 2 * y) / 3.0)
    linear = np.maximum(waves, 0.002)[..., None] * np.float32([1.0, 0.9, 0.75])
    linear[(x - 470) ** 2 + (y - 110) ** 2 < 60] = (60.0, 55.0, 45.0)
    linear[(x - 120) ** 2 + (y - 300) ** 2 < 12] = (40.0, 45.0, 60.0)
    return linear.astype(np.float32)


def frame_of(linear: np.ndarray) -> Frame:
    """Return a frame whose ground runs away from a camera, with upright boxes on it."""
    y, x = np.mgrid[:HEIGHT_PX, :WIDTH_PX].astype(np.float32)
    ground = np.where(y > 150, 250.0 / np.maximum(y - 150, 1.0), 0.0)
    boxes = (np.abs((x % 160) - 80) < 30) & (y > 220) & (y < 400)
    depth = np.where(boxes, 2.0 + (x // 160), ground).astype(np.float32)
    surface = np.where(boxes, 2 + (x // 160), np.where(depth > 0, 1, 0)).astype(np.uint32)
    normal = np.where(boxes[..., None], np.float32([0, 0, -1]), np.float32([0, -0.8, -0.6]))
    normal = np.where(depth[..., None] > 0, normal, np.float32(0.0)).astype(np.float32)
    scene = make_scene(make_draw((), 0, 0))
    eye = scene.camera
    camera = replace(eye, width=WIDTH_PX, height=HEIGHT_PX, fx=700.0, fy=700.0, cx=WIDTH_PX / 2, cy=HEIGHT_PX / 2)
    return Frame(
        "00000000-0123456789abcdef",
        WIDTH_PX,
        HEIGHT_PX,
        "bench | none | none | 1",
        linear=linear,
        surface_id=surface,
        depth=depth,
        normal=normal,
        camera=camera,
        lights=scene.lights,
        background=scene.background,
    )


def run(effect: Effect, frame: Frame, given: np.ndarray, index: int) -> None:
    """Call an effect as the pipeline does, channels too."""
    values = {**make_draw(effect.parameters, 0, 0).values, **AWAKE.get(effect.name, {})}
    draws = KeyedDraws(7, index, 0, "bench")
    effect.channels(values, frame, draws)
    {"light": effect.apply, "curve": effect.develop, "picture": effect.retouch}[effect.stage](
        values, given, frame, draws
    )


def main() -> None:
    """Print a row for each effect."""
    registry = builtin_registry()
    linear = picture()
    frame = frame_of(linear)
    shown = curved(linear)
    print("| effect | stage | first call, ms | then, ms |")
    print("| --- | --- | ---: | ---: |")
    for name in sys.argv[1:] or registry.names("effect"):
        effect = registry.effect(name)
        if effect.stage == "optics":
            continue
        given = shown if effect.stage == "picture" else linear
        spent = []
        for index in range(CALLS):
            started = time.process_time()
            run(effect, frame, given, index)
            spent.append((time.process_time() - started) * 1e3)
        print(f"| `{name}` | {effect.stage} | {spent[0]:.0f} | {statistics.median(spent[1:]):.0f} |")


if __name__ == "__main__":
    main()
