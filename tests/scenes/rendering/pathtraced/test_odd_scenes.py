"""Scenes at the edges of sense: both engines draw them without a number that is none, and as what they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.lights import Background, SunLight
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.tone import curved
from myriorama.scenes.rendering.tracing import Tracing

pytestmark = pytest.mark.gl

ENGINES = ["raster", "pathtraced"]
SUN = SunLight((-0.5, 0.3, -0.8), (3.0, 2.8, 2.5))
SKY = Background(color=(0.4, 0.5, 0.7))
DARK = Background(color=(0.0, 0.0, 0.0))
RED = Material(base_color=(0.8, 0.2, 0.1), roughness=0.4)
GREY = Material(base_color=(0.6, 0.6, 0.6), roughness=0.6)
GLOW = Material(base_color=(0.0, 0.0, 0.0), roughness=1.0, emission=(5.0, 4.0, 2.0))


def seen(both, scene, engine):
    """Return the frame of a scene; every number of it is one."""
    request = RenderRequest(linear=True, amodal=False, engine=engine, tracing=Tracing(samples_per_pixel=8))
    frame = both.render(scene, request)
    assert np.isfinite(frame.linear).all()
    assert frame.linear.min() >= 0.0
    return frame


def table(make, ball, floor=GREY, *, size=1.0, at=(0.0, 0.0, 0.0), view=None, lights=(SUN,), around=SKY):
    """A ball of 0.3 on a square of 8, all `size` times as large and moved to `at`."""
    x, y, z = at
    eye = (x + 1.6 * size, y - 1.6 * size, z + 1.2 * size)
    view = view or make.camera(make.look_at(eye, (x, y, z + 0.3 * size)), width=80, height=60, focal=65.0)
    things = [make.thing(make.quad(8 * size, 8 * size), make.pose(x, y, z), floor, kind="stuff")]
    if ball is not None:
        mesh, material = ball if isinstance(ball, tuple) else (make.sphere(0.3 * size, 48, 24), ball)
        things.append(make.thing(mesh, make.pose(x, y, z + 0.3 * size), material))
    return make.scene(view, things, lights, around)


def apart(a, b):
    """Return the root mean square of the difference of two pictures in [0, 1]."""
    return float(np.sqrt(np.square(curved(a.linear) - curved(b.linear)).mean()))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("size", [1e-3, 1e4], ids=["a millimetre", "ten kilometres"])
def test_size_changes_nothing(both, make, engine, size) -> None:
    assert apart(seen(both, table(make, RED, size=size), engine), seen(both, table(make, RED), engine)) < 0.01


@pytest.mark.parametrize("engine", ENGINES)
def test_far_from_the_origin_nothing_changes(both, make, engine) -> None:
    far = table(make, RED, at=(1e4, -2e4, 500.0))
    assert apart(seen(both, far, engine), seen(both, table(make, RED), engine)) < 0.01


def test_a_millimetre_on_a_floor_of_metres_has_its_shadow(both, make) -> None:
    """Neither the step off a surface nor the scene's size may swallow what is small."""
    eye, to = (0.0016, -0.0016, 0.0012), (0.0, 0.0, 0.0003)
    view = make.camera(make.look_at(eye, to), width=80, height=60, focal=65.0)
    floor, ball = table(make, (make.sphere(0.0003, 48, 24), RED), view=view).instances
    ball = replace(ball, world_from_object=make.pose(z=0.0003))
    small = replace(table(make, RED, view=view), instances=(floor, ball))
    wide = table(make, RED)
    lower = slice(30, 60)
    a, b = (curved(seen(both, scene, "pathtraced").linear)[lower] for scene in (small, wide))
    assert np.sqrt(np.square(a - b).mean()) < 0.03


@pytest.mark.parametrize("engine", ENGINES)
def test_from_inside_a_thing_there_is_but_the_thing(both, make, engine) -> None:
    view = make.camera(make.look_at((0.0, 0.0, 0.3), (1.0, 0.0, 0.3)), width=80, height=60, focal=65.0)
    frame = seen(both, table(make, RED, view=view), engine)
    assert (frame.surface_id == 2).all()
    if engine == "pathtraced":
        assert frame.linear.max() < 0.01, "no light comes in"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_scene_of_nothing_is_its_background(both, make, engine) -> None:
    nothing = make.scene(make.camera(width=80, height=60), [], (SUN,), SKY)
    assert np.allclose(seen(both, nothing, engine).linear, SKY.color, rtol=1e-5)


def test_what_glows_is_all_the_light_there_is(both, make) -> None:
    frame = seen(both, table(make, GLOW, lights=(), around=DARK), "pathtraced")
    ball, floor = frame.surface_id == 2, frame.surface_id == 1
    assert np.median(frame.linear[ball], axis=0) == pytest.approx(GLOW.emission, rel=0.02)
    near = floor & (np.abs(frame.depth - frame.depth[ball].mean()) < 0.3)
    assert frame.linear[near].mean() > 4 * frame.linear[floor & ~near].mean() > 0.0
    assert frame.linear[:4].max() == 0.0, "nothing is there, and nothing shines"


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_cut_out_wholly_is_not_there(both, make, engine) -> None:
    texels = np.full((8, 8, 4), 255, np.uint8)
    texels[:, :, 3] = 0
    gone = Material(base_color_texture=Texture(texels, srgb=True), alpha="cutout")
    frame = seen(both, table(make, gone), engine)
    assert set(np.unique(frame.surface_id)) <= {0, 1}
    assert apart(frame, seen(both, table(make, None), engine)) < 0.01


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("material", [RED, GLOW], ids=["lit", "glowing"])
def test_triangles_without_area_are_not_seen(both, make, engine, material) -> None:
    """Corners in one place or on one line, with a normal map, whose tangents have no length there."""
    level = Texture(np.full((4, 4, 3), (150, 128, 240), np.uint8), srgb=False)
    ball = make.sphere(0.3, 48, 24)
    count = len(ball.positions)
    flat = np.array([[0, 0, 0], [count, count, count], [count, count + 1, count + 2], [5, 5, 9]], np.uint32)
    spoilt = Mesh(
        np.concatenate([ball.positions, np.zeros((3, 3), np.float32)]),
        np.concatenate([ball.normals, np.tile(np.array([[0, 0, 1]], np.float32), (3, 1))]),
        np.concatenate([ball.uv, np.zeros((3, 2), np.float32)]),
        np.concatenate([flat, ball.faces]),
    )
    bumpy = replace(material, normal_texture=level)
    a, b = (seen(both, table(make, (mesh, bumpy)), engine) for mesh in (spoilt, ball))
    assert np.array_equal(a.surface_id, b.surface_id)
    assert apart(a, b) < 0.01
    alone = make.scene(a.camera, [make.thing(replace(spoilt, faces=flat), make.pose(), bumpy)], (SUN,), SKY)
    assert not seen(both, alone, engine).surface_id.any()


def test_five_thousand_things_are_told_apart(both, tracer, make) -> None:
    from myriorama.scenes.rendering.pathtraced.witness import seen_at_centres

    view = make.camera(make.look_at((0.0, 0.0, 6.0), (0.0, 0.0, 0.0), (0, 1, 0)), width=160, height=120, focal=200.0)
    bead = make.box(0.05, 0.05, 0.05)
    things = [make.thing(bead, make.pose(x=(k % 80 - 39.5) * 0.06, y=(k // 80 - 31) * 0.06), RED) for k in range(5000)]
    scene = make.scene(view, things, (SUN,), SKY)
    frame, witness = seen(both, scene, "pathtraced"), seen_at_centres(tracer, scene)
    assert len(np.unique(frame.surface_id)) > 4000
    assert (frame.surface_id == witness.surface_id).mean() > 0.98
