"""Memory of a path tracer over scenes that share nothing: flat once what is kept between scenes is full."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.gl

SCRIPT = """
import json
import numpy as np
from pathlib import Path
from myriorama.scenes.assembly.model import ObjectModel, Part
from myriorama.scenes.assembly.scene import Instance, Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.lights import Background
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.pathtraced.engine import PathTracer
from myriorama.scenes.rendering.tracing import Tracing

pose = np.diag([1.0, -1.0, -1.0, 1.0])
pose[2, 3] = 4.0
view = Camera(pose, 160, 120, 100.0, 100.0, 80.0, 60.0)
up = np.array([0, 0, 1], np.float32)

def scene(number):
    side = 180 + 40 * (number % 5)
    chance = np.random.Generator(np.random.Philox(number))
    x, y = np.meshgrid(np.linspace(-2, 2, side), np.linspace(-2, 2, side))
    points = np.stack([x, y, chance.random(x.shape) * 0.01], axis=2).reshape(-1, 3).astype(np.float32)
    corner = (np.arange(side - 1)[:, None] * side + np.arange(side - 1)).ravel()
    faces = np.concatenate([np.stack([corner, corner + 1, corner + side], axis=1),
                            np.stack([corner + 1, corner + side + 1, corner + side], axis=1)]).astype(np.uint32)
    mesh = Mesh(points, np.tile(up, (len(points), 1)), np.zeros((len(points), 2), np.float32), faces)
    texels = chance.integers(0, 256, (896 + 64 * (number % 3), 1024, 3), dtype=np.uint8)
    model = ObjectModel((Part("floor", mesh, Material(base_color_texture=Texture(texels, srgb=True))),))
    floor = Instance("o/0", "o", "o", 0, model, np.eye(4), "thing", 1, 1)
    return Scene(f"key{number}", 0, view, (floor,), (), Background(color=(1.0, 1.0, 1.0)), ())

def resident_mib():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20

tracer, told = PathTracer(), []
for number in range(SCENES):
    tracer.render(scene(number), Tracing(samples_per_pixel=1, max_depth=2))
    told.append(resident_mib())
print(json.dumps(told))
"""
SCENES = 45
WARM = 30
GROWTH_MIB = 24.0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_scenes_that_share_nothing_leave_nothing_behind() -> None:
    """Each has more than ten MiB of its own, so that fifteen scenes that were not let go would show."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace("range(SCENES)", f"range({SCENES})")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert len(told) == SCENES
    # The sizes repeat every fifteen scenes, what is given back every four: highest marks of whole rounds are compared.
    assert max(told[WARM:]) - max(told[:WARM]) < GROWTH_MIB, [round(m) for m in told]
