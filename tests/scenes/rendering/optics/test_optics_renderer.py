"""What the optical renderer asks of the engine inside it, told by an engine that only listens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.rendering.frame import Device, Frame, RenderRequest
from myriorama.scenes.rendering.optics.renderer import OpticalRenderer
from myriorama.scenes.rendering.optics.schedule import Blur, schedule
from myriorama.scenes.rendering.tracing import Tracing


class Listener:
    """Returns pictures of one colour, and a layer that counts its calls; remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Scene, RenderRequest]] = []
        self.closed = 0

    device = Device("listener", "", "", "", True)

    def render(self, scene: Scene, request: RenderRequest) -> Frame:
        self.asked.append((scene, request))
        size = scene.camera.height, scene.camera.width
        colour = np.full((*size, 3), 0.5, dtype=np.float32)
        return Frame(
            scene.sample_key,
            size[1],
            size[0],
            "listener",
            linear=colour,
            surface_id=np.zeros(size, dtype=np.uint32) if request.truth else None,
            camera=scene.camera,
            layers={"albedo": colour * 0.5, "count": np.full(size, len(self.asked), dtype=np.float32)},
        )

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def listener() -> Listener:
    return Listener()


def one_box(make, camera) -> Scene:
    return make.scene(camera, [make.thing(make.box(0.5, 0.5, 0.5), make.pose(0, 0, -2.0))])


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"velocity_m_s": (1.0, 0.0, 0.0), "angular_velocity_rad_s": (0.0, 1.0, 0.0)},
        {"shutter_s": 0.02},
        {"readout_s": 0.02},
        {"focus_distance_m": 0.3},
    ],
)
def test_what_needs_no_optics_goes_straight_through(make, listener, more) -> None:
    camera = replace(make.camera(width=32, height=24), **more)
    scene, request = one_box(make, camera), RenderRequest()
    frame = OpticalRenderer(listener).render(scene, request)
    assert len(listener.asked) == 1
    assert listener.asked[0][0] is scene
    assert listener.asked[0][1] is request
    assert frame.layers["count"][0, 0] == 1


def test_paths_are_shared_out_and_noise_differs(make, listener) -> None:
    camera = replace(make.camera(width=64, height=48), aperture_radius_m=0.05, focus_distance_m=1.0)
    request = RenderRequest(truth=False, amodal=False, engine="pathtraced", tracing=Tracing(samples_per_pixel=64))
    frame = OpticalRenderer(listener).render(one_box(make, camera), request)
    keys = [scene.sample_key for scene, _ in listener.asked]
    drawings = len(keys)
    assert drawings > 4
    assert len(set(keys)) == drawings
    assert {r.tracing.samples_per_pixel for _, r in listener.asked} == {max(1, round(64 / drawings))}
    assert all(not r.rgb and r.linear and r.engine == "pathtraced" for _, r in listener.asked)
    assert all(s.camera.is_plain for s, _ in listener.asked)
    assert frame.sample_key == "s"
    assert frame.camera is camera
    assert np.allclose(frame.layers["albedo"], 0.25)
    assert np.allclose(frame.layers["count"], (drawings + 1) / 2, rtol=1e-5)
    assert frame.layers["count"].shape == (48, 64)


def test_labels_of_a_blurred_picture_are_the_sharp_ones(make, listener) -> None:
    camera = replace(make.camera(width=64, height=48), aperture_radius_m=0.05, focus_distance_m=1.0)
    OpticalRenderer(listener).render(one_box(make, camera), RenderRequest(rgb=False))
    ((scene, request),) = listener.asked
    assert scene.camera.is_plain
    assert (scene.camera.world_from_camera == camera.world_from_camera).all()
    assert request.truth
    assert not request.linear


def test_amodal_masks_need_the_truth_pass(make, listener, lenses) -> None:
    camera = replace(make.camera(width=32, height=24), distortion=lenses.barrel)
    with pytest.raises(ValueError, match="ask for truth as well"):
        OpticalRenderer(listener).render(one_box(make, camera), RenderRequest(truth=False))


def test_closing_closes_the_engine(listener) -> None:
    with OpticalRenderer(listener):
        pass
    assert listener.closed == 1


@pytest.mark.parametrize("quality", ["draft", "standard", "high"])
@pytest.mark.parametrize("confusion", [0.0, 3.0, 40.0])
@pytest.mark.parametrize("speed", [0.0, 30.0, 3000.0])
@pytest.mark.parametrize(("shutter", "readout"), [(0.0, 0.0), (0.01, 0.0), (0.0, 0.03), (0.01, 0.03)])
def test_every_row_is_weighed_once_at_its_own_instant(quality, confusion, speed, shutter, readout) -> None:
    times = ((np.arange(90) + 0.5) / 90 - 0.5) * readout
    shots = schedule(Blur(confusion, speed), shutter, times, quality)
    total, moment = np.zeros(90), np.zeros(90)
    for shot in shots:
        total[shot.first : shot.end] += shot.weights
        moment[shot.first : shot.end] += shot.weights * shot.time_s
        assert np.hypot(*shot.lens) <= 1.0
        assert (shot.weights >= 0).all()
    assert np.allclose(total, 1.0, atol=1e-5)
    if speed * max(shutter, readout) > 0.05:
        assert np.abs(moment - times).max() * speed < 0.5
    if confusion == 0:
        assert all(shot.lens == (0.0, 0.0) for shot in shots) or speed * shutter > 0.02
    assert len(shots) <= 4 * {"draft": 12, "standard": 40, "high": 200}[quality] + 1


def test_the_lens_is_covered_evenly(make) -> None:
    points = np.array([s.lens for s in schedule(Blur(9.0, 0.0), 0.0, np.zeros(4), "high")])
    assert len(points) > 60
    assert np.abs(points.mean(axis=0)).max() < 0.01
    assert points.var(axis=0) == pytest.approx(0.25, rel=0.02)
    times = np.array([s.time_s for s in schedule(Blur(9.0, 5000.0), 0.01, np.zeros(4), "high")])
    assert np.allclose(np.sort(times), ((np.arange(len(times)) + 0.5) / len(times) - 0.5) * 0.01)
