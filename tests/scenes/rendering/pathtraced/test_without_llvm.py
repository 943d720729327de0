"""The slow way, in a process of its own: Mitsuba keeps one variant a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from myriorama.scenes.rendering.pathtraced import probe

SCRIPT = """
import json
from dataclasses import replace
import numpy as np
from myriorama.scenes.assembly.model import ObjectModel, Part
from myriorama.scenes.assembly.scene import Instance, Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.lights import AreaLight, Background, SunLight
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.pathtraced.engine import PathTracer
from myriorama.scenes.rendering.tracing import Tracing

up = np.tile(np.array([[0, 0, 1]], np.float32), (4, 1))
square = np.array([[-5, -5, 0], [5, -5, 0], [5, 5, 0], [-5, 5, 0]], np.float32)
mesh = Mesh(square, up, np.zeros((4, 2), np.float32), np.array([[0, 1, 2], [0, 2, 3]], np.uint32))
pose = np.diag([1.0, -1.0, -1.0, 1.0])
pose[2, 3] = 4.0

def render(material, lights, background, mesh=mesh, view=Camera(pose, 16, 12, 40.0, 40.0, 8.0, 6.0), **options):
    model = ObjectModel((Part("floor", mesh, material),))
    floor = Instance("o/0", "o", "o", 0, model, np.eye(4), "thing", 1, 1)
    scene = Scene("key", 0, view, (floor,), lights, background, ())
    return tracer.render(scene, Tracing(samples_per_pixel=16, max_depth=3, **{"denoise": False, **options})).linear

tracer = PathTracer()
matt, dark = Material(base_color=(0.5, 0.5, 0.5), roughness=1.0), Background(color=(0.0, 0.0, 0.0))
sun = (SunLight((0.0, 0.0, -1.0), (2.0, 2.0, 2.0), angular_diameter_deg=1.0),)
panel = (AreaLight((0.0, 0.0, 3.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), 0.2, 0.1, (40.0,) * 3),)
glow = Material(base_color=(0, 0, 0), roughness=1.0, emission=(3.0, 2.0, 1.0))
corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
curtain = Mesh(square * np.float32(0.15), up, corners, mesh.faces)
alpha = np.full((2, 4, 4), 255, np.uint8)
alpha[:, :, 3] = [0, 0, 200, 255]
holes = {"alpha": "cutout", "base_color_texture": Texture(alpha, srgb=True, wrap="clamp")}
near = {"mesh": curtain, "view": Camera(pose, 64, 48, 160.0, 160.0, 32.0, 24.0)}
cut, burning = Material(base_color=(1, 1, 1), roughness=1.0, **holes), replace(glow, **holes)
curtains = [render(cut, sun, dark, **near), render(burning, (), dark, **near)]
first, again = (render(matt, sun, dark) for _ in range(2))
told = {
    "device": tracer.device.renderer,
    "sun": float(first.mean()),
    "same": first.tobytes() == again.tobytes(),
    "panel": float(render(matt, panel, dark)[5:7, 7:9].mean()),
    "glow": render(glow, (), dark).mean(axis=(0, 1)).tolist(),
    "curtains": [c[:, :, 0].mean(axis=0).tolist() for c in curtains],
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


def test_what_is_cut_out_ends_where_labels_have_it(told) -> None:
    """Alpha 0, 0, 200, 255 along 60 pixels reaches a half 0.6375 of the way from the second texel to the third."""
    edge_px = 2.0 + 60.0 * (0.375 + 0.25 * 127.5 / 200.0)
    for light in told["curtains"]:  # lit, and glowing
        beyond = [v for column, v in enumerate(light) if column + 1 < edge_px - 1.5 or column > 62]
        held = [v for column, v in enumerate(light) if edge_px + 1.5 < column < 61]
        assert max(beyond) == 0.0
        assert min(held) > 0.7 * np.mean(held)
        assert edge_px == pytest.approx(62.0 - sum(light) / np.mean(held), abs=0.7)
