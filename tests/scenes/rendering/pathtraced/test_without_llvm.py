"""The slow way, in a process of its own: Mitsuba keeps one variant a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from myriorama.scenes.rendering.pathtraced import probe

SCRIPT = """
import json
import numpy as np
from myriorama.scenes.assembly.model import ObjectModel, Part
from myriorama.scenes.assembly.scene import Instance, Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.lights import AreaLight, Background, SunLight
from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.pathtraced.engine import PathTracer
from myriorama.scenes.rendering.tracing import Tracing

up = np.tile(np.array([[0, 0, 1]], np.float32), (4, 1))
square = np.array([[-5, -5, 0], [5, -5, 0], [5, 5, 0], [-5, 5, 0]], np.float32)
mesh = Mesh(square, up, np.zeros((4, 2), np.float32), np.array([[0, 1, 2], [0, 2, 3]], np.uint32))
pose = np.diag([1.0, -1.0, -1.0, 1.0])
pose[2, 3] = 4.0

def render(material, lights, background, **options):
    model = ObjectModel((Part("floor", mesh, material),))
    floor = Instance("o/0", "o", "o", 0, model, np.eye(4), "thing", 1, 1)
    view = Camera(pose, 16, 12, 40.0, 40.0, 8.0, 6.0)
    scene = Scene("key", 0, view, (floor,), lights, background, ())
    return tracer.render(scene, Tracing(samples_per_pixel=16, max_depth=3, **{"denoise": False, **options})).linear

tracer = PathTracer()
matt, dark = Material(base_color=(0.5, 0.5, 0.5), roughness=1.0), Background(color=(0.0, 0.0, 0.0))
sun = (SunLight((0.0, 0.0, -1.0), (2.0, 2.0, 2.0), angular_diameter_deg=1.0),)
panel = (AreaLight((0.0, 0.0, 3.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), 0.2, 0.1, (40.0,) * 3),)
glow = Material(base_color=(0, 0, 0), roughness=1.0, emission=(3.0, 2.0, 1.0))
first, again = (render(matt, sun, dark) for _ in range(2))
told = {
    "device": tracer.device.renderer,
    "sun": float(first.mean()),
    "same": first.tobytes() == again.tobytes(),
    "panel": float(render(matt, panel, dark)[5:7, 7:9].mean()),
    "glow": render(glow, (), dark).mean(axis=(0, 1)).tolist(),
    "denoised": float(render(matt, sun, dark, denoise=True).mean()),
}
try:
    render(matt, sun, dark, pairs=True)
except DeviceError as error:
    told["refused"] = str(error)
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told():
    key = json.dumps([os.environ.get(name, "") for name in probe._HEARD])
    answer = vars(probe.Tracer(probe.SCALAR, "x", "slow", "apt", denoises=True))
    handed = json.dumps({"key": [key, sys.prefix], "tracer": answer})
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, probe.ANSWER_VARIABLE: handed},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_lamps_and_what_glows_are_as_bright_as_they_say(told) -> None:
    """Mitsuba's principled surface is a little brighter than Lambert's where light comes back to the eye."""
    assert told["device"] == probe.SCALAR
    assert told["sun"] == pytest.approx(0.5 / 3.1416 * 2.0, rel=0.2)
    assert told["panel"] == pytest.approx(0.5 / 3.1416 * 40 * 0.02 / 9, rel=0.4)
    assert told["glow"] == pytest.approx([3.0, 2.0, 1.0], rel=0.02)
    assert told["denoised"] == pytest.approx(told["sun"], rel=0.03)


def test_it_is_the_same_each_time_and_refuses_what_it_cannot_do(told) -> None:
    assert told["same"]
    assert "pairs" in told["refused"]
    assert "libllvm19" in told["refused"]
