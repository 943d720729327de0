"""What a path-traced frame promises: same bytes, options that work, pairs, clear surfaces, what lies behind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.lights import AreaLight, Background, PointLight, RadianceMap, SunLight
from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.engines import TwoEngines
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.raster.engine import RasterRenderer
from myriorama.scenes.rendering.tone import curved, develop, tone, untone
from myriorama.scenes.rendering.tracing import Tracing

pytestmark = pytest.mark.gl


def traced(**options):
    return RenderRequest(linear=True, amodal=False, engine="pathtraced", tracing=Tracing(**options))


def corner(make, key="corner", **camera):
    """A red and a white wall over a floor with a ball, a panel and a sun."""
    red, white = Material(base_color=(0.8, 0.1, 0.1), roughness=1.0), Material(base_color=(0.8,) * 3, roughness=0.6)
    things = [
        make.thing(make.quad(4, 4), make.pose(), white, kind="stuff"),
        make.thing(make.quad(4, 4), make.pose(x=-0.8, axis=(0, 1, 0), deg=90.0), red),
        make.thing(make.sphere(0.3, 48, 24), make.pose(z=0.3), white),
    ]
    lights = [
        AreaLight((0.0, 0.0, 2.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), 0.8, 0.8, (5.0, 5.0, 5.0)),
        SunLight((-0.5, 0.3, -0.8), (1.0, 0.9, 0.8)),
    ]
    view = make.camera(make.look_at((1.6, -1.6, 1.2), (0.0, 0.0, 0.3)), width=64, height=48, focal=60.0, **camera)
    return make.scene(view, things, lights, Background(color=(0.1, 0.12, 0.15)), key=key)


def test_the_same_sample_has_the_same_bytes_in_any_company(both, make) -> None:
    request = traced(samples_per_pixel=4)
    first = both.render(corner(make), request)
    other = both.render(corner(make, key="another"), request)
    again = both.render(corner(make), request)
    with RasterRenderer() as raster:
        anew = TwoEngines(raster)
        elsewhere = anew.render(corner(make), request)
    assert first.linear.tobytes() == again.linear.tobytes() == elsewhere.linear.tobytes()
    assert first.rgb.tobytes() == elsewhere.rgb.tobytes()
    assert not np.array_equal(first.linear, other.linear), "another sample has other grain"


def test_labels_do_not_know_which_engine_made_the_picture(both, make) -> None:
    scene = corner(make)
    a = both.render(scene, RenderRequest())
    b = both.render(scene, replace(traced(samples_per_pixel=1), amodal=True))
    for name in ("surface_id", "depth", "normal", "object_coordinates"):
        assert np.array_equal(getattr(a, name), getattr(b, name))
    assert a.amodal.keys() == b.amodal.keys()
    assert "Mitsuba" in b.device
    assert a.device in b.device
    assert np.array_equal(b.rgb, develop(b.linear))


def test_a_draft_is_the_raster_engines(both, make) -> None:
    scene = corner(make)
    a, b = (both.render(scene, RenderRequest(quality="draft", engine=e)) for e in ("raster", "pathtraced"))
    assert np.array_equal(a.rgb, b.rgb)
    assert a.device == b.device


def test_denoising_takes_error_away_and_keeps_the_mean(both, make) -> None:
    scene = corner(make)
    noisy = both.render(scene, traced(samples_per_pixel=4, denoise=False)).linear
    quiet = both.render(scene, traced(samples_per_pixel=4)).linear
    truth = both.render(scene, traced(samples_per_pixel=512, denoise=False)).linear
    assert np.square(quiet - truth).mean() < 0.5 * np.square(noisy - truth).mean()
    assert quiet.mean() == pytest.approx(truth.mean(), rel=0.02)
    assert noisy.mean() == pytest.approx(truth.mean(), rel=0.02)


def test_a_lower_noise_target_is_met_with_more_paths(both, make) -> None:
    scene = corner(make)
    truth = curved(both.render(scene, traced(samples_per_pixel=1024, denoise=False)).linear)
    errors = []
    for target in (0.02, 0.005):
        options = {"samples_per_pixel": 512, "noise_target": target, "denoise": False}
        got = curved(both.render(scene, traced(**options)).linear)
        # The mean absolute error of a bell curve is 0.8 of its standard error.
        errors.append(float(np.abs(got - truth).mean()))
        assert errors[-1] <= target
    assert errors[1] < 0.6 * errors[0]
    capped = both.render(scene, traced(samples_per_pixel=2, noise_target=1e-6, denoise=False)).linear
    plain = both.render(scene, traced(samples_per_pixel=2, denoise=False)).linear
    assert np.array_equal(capped, plain)


def test_pairs_are_two_renders_of_one_sample(both, make) -> None:
    scene = corner(make)
    options = {"samples_per_pixel": 8, "pairs": True, "clean_factor": 32, "denoise": False}
    frame = both.render(scene, traced(**options))
    layers = frame.layers
    assert set(layers) == {"noisy", "clean", "albedo", "guide_normal", "direct", "indirect"}
    assert np.array_equal(layers["noisy"], frame.linear)
    assert np.allclose(layers["direct"] + layers["indirect"], layers["clean"], atol=1e-6)
    assert layers["indirect"].min() >= -1e-6
    # Two renders: the difference has the noisy one's error and the clean one's, which is a 32nd in variance.
    truth = both.render(scene, replace(traced(samples_per_pixel=1024, denoise=False))).linear
    noisy, clean = (layers[n].astype(float) - truth for n in ("noisy", "clean"))
    assert np.square(clean).mean() < 0.2 * np.square(noisy).mean()
    assert abs((noisy * clean).mean()) < 0.35 * np.sqrt(np.square(noisy).mean() * np.square(clean).mean())
    inside = frame.surface_id == 3
    assert layers["albedo"][inside].mean() == pytest.approx(0.8, abs=0.05)
    flat = frame.surface_id == 1
    assert np.abs(layers["guide_normal"] - frame.normal)[flat].mean() < 0.05


def test_a_clean_picture_may_have_more_paths_than_any_option_says(tracer, make) -> None:
    """4096 paths a pixel and 32 times as many are both allowed."""
    scene = make.scene(make.camera(width=2, height=2), [make.thing(make.quad(9, 9), make.pose())], [], Background())
    layers = tracer.render(scene, Tracing(samples_per_pixel=4096, pairs=True, clean_factor=32, denoise=False)).layers
    assert np.isfinite(layers["clean"]).all()
    assert layers["clean"].mean() == pytest.approx(layers["noisy"].mean(), rel=0.05)


def test_direct_light_alone_is_what_two_surfaces_give(both, make) -> None:
    scene = corner(make)
    options = {"samples_per_pixel": 16, "pairs": True, "clean_factor": 4, "denoise": False}
    whole = both.render(scene, traced(**options)).layers
    short = both.render(scene, traced(**{**options, "max_depth": 2})).layers
    assert np.allclose(short["clean"], whole["direct"], rtol=1e-4, atol=1e-5)
    assert short["indirect"].max() < 1e-6
    wall = whole["indirect"].mean(axis=(0, 1))
    assert wall[0] > 1.2 * wall[2], "the red wall colours what lies before it"


def test_a_clear_pane_lets_through_what_its_opacity_leaves(both, make) -> None:
    glow = Material(base_color=(0, 0, 0), roughness=1.0, emission=(1.0, 1.0, 1.0))
    pane = Material(base_color=(0, 0, 0), roughness=1.0, opacity=0.25, alpha="transparent", double_sided=True)
    view = make.camera(width=32, height=24, focal=60.0)
    things = [
        make.thing(make.quad(9, 9), make.pose(z=-3.0), glow),
        make.thing(make.quad(9, 9), make.pose(z=-2.0), pane),
    ]
    black = Background(color=(0.0, 0.0, 0.0))
    scene = make.scene(view, things, (), black)
    got = both.render(scene, traced(samples_per_pixel=256, denoise=False, max_depth=8)).linear
    assert got.mean() == pytest.approx(0.75 * 0.96, rel=0.05)
    lamp = PointLight((0.0, 0.0, -1.0), (4.0, 4.0, 4.0), 0.05, casts_shadow=True)
    matt = Material(base_color=(0.5, 0.5, 0.5), roughness=1.0)
    floor = make.thing(make.quad(9, 9), make.pose(z=-3.0), matt)

    def lit(*chosen):
        scene = make.scene(view, list(chosen), [lamp], black)
        return both.render(scene, traced(samples_per_pixel=128, denoise=False, max_depth=2)).linear[8:16, 12:20].mean()

    # What the pane itself mirrors of the lamp is taken off; lamp and eye each look through it once.
    through = lit(floor, things[1]) - lit(things[1])
    assert through == pytest.approx(lit(floor) * (0.75 * 0.96) ** 2, rel=0.06)


@pytest.mark.parametrize("kind", ["photo", "colour", "map"])
def test_what_lies_behind_is_shown_as_the_raster_engine_shows_it(both, make, kind) -> None:
    rows, columns = np.mgrid[:48, :64]
    photo = np.stack([rows * 5, columns * 3, 255 - rows * 5], axis=2).astype(np.uint8)
    sky = RadianceMap(np.random.Generator(np.random.Philox(1)).random((16, 32, 3)).astype(np.float32))
    background = {
        "photo": Background(color=(1.0, 1.0, 1.0), backdrop=photo),
        "colour": Background(radiance=sky, color=(1.0, 1.0, 1.0), visible=False, visible_color=(0.2, 0.3, 0.4)),
        "map": Background(radiance=sky, color=(0.5, 1.0, 1.0), rotation_deg=77.0),
    }[kind]
    view = make.camera(make.look_at((0, -3, 0.5), (0, 0, 0)), width=64, height=48, focal=50.0, ev=0.7)
    scene = make.scene(view, [make.thing(make.sphere(0.3), make.pose())], (), background)
    a = both.render(scene, RenderRequest(amodal=False)).rgb.astype(int)
    frame = both.render(scene, traced(samples_per_pixel=4))
    away = np.abs(a - frame.rgb.astype(int))[frame.surface_id == 0]
    assert np.percentile(away, 95) <= (2 if kind != "map" else 6)


def test_the_curve_can_be_undone() -> None:
    values = np.linspace(0.0, 8.0, 200, dtype=np.float32)
    assert np.allclose(untone(tone(values)), values, rtol=2e-4, atol=1e-5)


def test_an_empty_scene_is_its_background(both, make) -> None:
    view = make.camera(width=16, height=12)
    assert isinstance(view, Camera)
    found = both.render(make.scene(view, [], (), Background(color=(0.3, 0.2, 0.1))), traced()).linear
    assert np.allclose(found, (0.3, 0.2, 0.1), rtol=1e-5)


def test_the_denoiser_draws_no_rim_around_what_is_far_too_bright(both, make) -> None:
    """A mirror in a sun of ten thousand whites: dark pixels and colours beside it would be the denoiser's."""
    sun = SunLight((-0.5, 0.3, -0.8), (3e4, 3e4, 3e4))
    chrome = Material(base_color=(0.9, 0.9, 0.9), metallic=1.0, roughness=0.1)
    things = [
        make.thing(make.quad(8, 8), make.pose(), Material(base_color=(0.6,) * 3, roughness=0.6), kind="stuff"),
        make.thing(make.sphere(0.3, 48, 24), make.pose(z=0.3), chrome),
    ]
    view = make.camera(make.look_at((1.6, -1.6, 1.2), (0.0, 0.0, 0.3)), width=160, height=120, focal=130.0)
    scene = make.scene(view, things, [sun], Background(color=(0.4, 0.4, 0.4)))
    found, many = (both.render(scene, traced(samples_per_pixel=n, denoise=n < 99)).linear for n in (8, 256))
    assert np.abs(curved(found) - curved(many)).max() < 0.6
    assert found.mean() == pytest.approx(many.mean(), rel=0.1)
    assert found.max() > 1e4, "what is bright stays so"
