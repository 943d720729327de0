"""The same scene gives the same bytes, whatever was rendered before it and whoever renders it."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.scenes.errors import DeviceError
from myriorama.scenes.lights import AreaLight, Background, PointLight, RadianceMap, SpotLight, SunLight
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import Renderer, RenderRequest
from myriorama.scenes.rendering.raster.engine import RasterRenderer

pytestmark = pytest.mark.gl

ALL = RenderRequest(linear=True)


def scene_a(make):
    view = make.camera(make.look_at((0.8, -1.0, 0.8), (0, 0, 0)), width=160, height=120, focal=150.0)
    sky = np.ones((16, 32, 3), np.float32)
    sky[2:5, 3:9] = (9, 8, 7)
    glass = Material(alpha="transparent", opacity=0.4, base_color=(0.2, 0.7, 0.3), double_sided=True)
    things = [
        make.thing(make.quad(3, 3, uv=4), np.eye(4), Material(base_color_texture=noise()), "stuff"),
        make.thing(make.sphere(0.2, 32, 16), make.pose(0, 0, 0.2)),
        make.thing(make.box(0.3, 0.2, 0.2), make.pose(0.4, 0.1, 0.1, deg=30), glass),
        make.thing(make.sphere(0.2, 32, 16), make.pose(-0.4, 0.2, 0.2), Material(metallic=1.0, roughness=0.2)),
    ]
    return make.scene(view, things, [SunLight((0.3, 0.4, -1.0), (3, 3, 3))], Background(RadianceMap(sky)), "a")


def scene_b(make):
    view = make.camera(make.look_at((-0.8, -1.0, 1.1), (0, 0, 0)), width=96, height=160, focal=110.0, ev=1.0)
    lights = [
        SpotLight((0.5, 0.5, 2.0), (-0.2, -0.2, -1.0), (8, 8, 8)),
        AreaLight((-1, 0, 1.5), (0.5, 0, -1), (0, 1, 0), 0.5, 0.5, (4, 3, 3)),
        PointLight((0, -1, 1), (1, 1, 2)),
    ]
    holes = np.full((16, 16, 4), 200, np.uint8)
    holes[4:12, 4:12, 3] = 0
    things = [
        make.thing(make.box(2, 2, 0.1), make.pose(z=-0.05), kind="stuff"),
        make.thing(
            make.quad(0.6, 0.6),
            make.pose(z=0.3, axis=(1, 0, 0), deg=60),
            Material(base_color_texture=Texture(holes, srgb=True), alpha="cutout"),
        ),
    ]
    return make.scene(view, things, lights, Background(color=(0.2, 0.2, 0.3)), "b")


def noise() -> Texture:
    k = np.arange(64 * 64, dtype=np.uint32) * np.uint32(2654435761)
    return Texture((k >> np.uint32(24)).astype(np.uint8).reshape(64, 64, 1), srgb=True)


def fingerprint(frame) -> list[bytes]:
    arrays = [frame.rgb, frame.linear, frame.surface_id, frame.depth, frame.normal, frame.object_coordinates]
    masks = [bytes([v.x & 255, v.y & 255, v.clipped]) + v.mask.tobytes() for _, v in sorted(frame.amodal.items())]
    return [a.tobytes() for a in arrays] + masks


def test_what_was_rendered_before_leaves_no_trace(renderer, make) -> None:
    first = fingerprint(renderer.render(scene_a(make), ALL))
    other = fingerprint(renderer.render(scene_b(make), ALL))
    again = fingerprint(renderer.render(scene_a(make), ALL))
    assert first == again
    assert fingerprint(renderer.render(scene_b(make), ALL)) == other


def test_a_new_renderer_gives_the_same_bytes(renderer, make) -> None:
    old = fingerprint(renderer.render(scene_a(make), ALL))
    with RasterRenderer() as fresh:
        assert fingerprint(fresh.render(scene_a(make), ALL)) == old
        # Two contexts side by side do not mix.
        assert fingerprint(renderer.render(scene_a(make), ALL)) == old


def test_labels_do_not_depend_on_what_else_was_asked_for(renderer, make) -> None:
    full = renderer.render(scene_a(make), ALL)
    for request in (
        RenderRequest(rgb=False),
        RenderRequest(quality="draft"),
        RenderRequest(quality="high", amodal=False),
    ):
        frame = renderer.render(scene_a(make), request)
        assert (frame.surface_id == full.surface_id).all()
        assert frame.depth.tobytes() == full.depth.tobytes()
        assert frame.normal.tobytes() == full.normal.tobytes()


def test_a_picture_without_truth_is_the_same_picture(renderer, make) -> None:
    alone = renderer.render(scene_a(make), RenderRequest(truth=False, amodal=False))
    assert alone.surface_id is None
    assert alone.amodal is None
    assert (alone.rgb == renderer.render(scene_a(make), ALL).rgb).all()


def test_the_engine_is_a_renderer_that_names_its_device(renderer) -> None:
    engine: Renderer = renderer
    assert "raster" in str(engine.device)
    assert engine.device.renderer


def test_a_closed_renderer_says_so(make) -> None:
    engine = RasterRenderer()
    engine.close()
    engine.close()
    with pytest.raises(DeviceError, match="closed"):
        engine.render(scene_a(make), ALL)


def test_an_image_too_large_for_the_device_is_refused(renderer, make) -> None:
    with pytest.raises(DeviceError, match="100000"):
        renderer.render(make.scene(make.camera(width=100_000, height=8), []), ALL)


def test_amodal_without_truth_is_refused(renderer, make) -> None:
    with pytest.raises(ValueError, match="truth"):
        renderer.render(scene_a(make), RenderRequest(truth=False))


def test_device_memory_is_bounded(make) -> None:
    """Many different meshes pass through; what stays is less than what came."""
    with RasterRenderer() as engine:
        engine._meshes._store._limit_bytes = 200_000
        for k in range(12):
            view = make.camera(width=32, height=24, focal=30.0)
            engine.render(make.scene(view, [make.thing(make.sphere(0.1 + 0.01 * k, 32, 16), make.pose(z=-2.0))]), ALL)
        assert 0 < engine._meshes._store.nbytes <= 200_000
