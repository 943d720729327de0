"""Effects that equip a camera: what they give it, by whose formula, and that at rest they give back the very camera."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.cameras.camera import Camera, Distortion
from myriorama.scenes.errors import PluginError

REGISTRY = builtin_registry()
CAMERA = Camera(np.eye(4), 640, 480, 600.0, 600.0, 320.0, 240.0)
WITH_STRENGTH = ("lens_distortion", "depth_of_field", "shutter", "rolling_shutter")


def equipped(name: str, camera: Camera = CAMERA, **values: Any) -> Camera:
    effect = REGISTRY.effect(name)
    assert effect.stage == "optics"
    return effect.equip({p.name: p.default for p in effect.parameters} | values, camera)


@pytest.mark.parametrize("name", WITH_STRENGTH)
def test_at_rest_it_gives_back_the_very_camera(name: str) -> None:
    rest = REGISTRY.effect(name).rest
    assert rest
    assert equipped(name, **rest) is CAMERA
    assert equipped(name, **rest, **({"speed_right_m_s": 2.0} if "shutter" in name else {})) is CAMERA
    assert equipped(name) is not CAMERA


def test_lens_distortion_hands_on_opencv_coefficients_times_its_strength() -> None:
    given = {"k1": -0.3, "k2": 0.1, "p1": 0.001, "p2": 0.002, "k3": 0.03, "k4": 0.04, "k5": 0.05, "k6": 0.06}
    expected = (-0.3, 0.1, 0.001, 0.002, 0.03, 0.04, 0.05, 0.06)
    assert equipped("lens_distortion", **given).distortion == Distortion("brown_conrady", expected)
    half = equipped("lens_distortion", strength=0.5, **given).distortion
    assert half is not None
    assert half.coefficients == pytest.approx([c / 2 for c in expected])


def test_a_barrel_pulls_corners_in_and_a_pincushion_pushes_them_out() -> None:
    corner = np.array([[0.5, 0.4, 1.0]])
    plain = np.linalg.norm(CAMERA.project_camera(corner)[0] - (320, 240))
    barrel = np.linalg.norm(equipped("lens_distortion").project_camera(corner)[0] - (320, 240))
    cushion = np.linalg.norm(equipped("lens_distortion", strength=-1.0).project_camera(corner)[0] - (320, 240))
    assert barrel < plain < cushion


@pytest.mark.parametrize("spans", ["width", "height", "diagonal"])
@pytest.mark.parametrize("k1", [0.0, 0.04])
def test_a_fisheye_spans_its_field_of_view(spans: str, k1: float) -> None:
    camera = equipped("fisheye", field_of_view_deg=150.0, spans=spans, k1=k1)
    edge = {"width": (0.0, 240.0), "height": (320.0, 0.0), "diagonal": (0.0, 0.0)}[spans]
    way = camera.rays(np.array([edge])).directions[0]
    assert math.degrees(math.acos(way[2] / np.linalg.norm(way))) == pytest.approx(75.0, abs=1e-9)
    if k1 == 0.0 and spans == "width":
        assert camera.fx == camera.fy == pytest.approx(320.0 / math.radians(75.0))


def test_a_fisheye_may_keep_the_focal_length() -> None:
    camera = equipped("fisheye", field_of_view_deg=0.0)
    assert (camera.fx, camera.fy) == (600.0, 600.0)
    assert camera.distortion == Distortion("kannala_brandt", (0.0, 0.0, 0.0, 0.0))


def test_a_fisheye_that_folds_within_its_field_of_view_is_refused() -> None:
    with pytest.raises(PluginError, match="folds the picture"):
        equipped("fisheye", field_of_view_deg=170.0, k1=-0.5)


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ("lens_distortion", "fisheye", "a lens that distorts"),
        ("depth_of_field", "depth_of_field", "an aperture"),
        ("shutter", "shutter", "an exposure time"),
        ("rolling_shutter", "rolling_shutter", "a readout time"),
    ],
)
def test_what_a_camera_has_already_is_not_overwritten(first: str, second: str, what: str) -> None:
    with pytest.raises(PluginError, match=f"{second}.*{what}.*leave one of them switched on"):
        equipped(second, equipped(first))


def test_the_aperture_is_focal_length_over_f_number() -> None:
    # 600 px of 640 px on 36 mm are 33.75 mm; at f/2.8 that is a radius of 6.03 mm.
    camera = equipped("depth_of_field", focus_distance_m=2.0)
    assert camera.aperture_radius_m == pytest.approx(0.5e-3 * 33.75 / 2.8)
    assert camera.focus_distance_m == 2.0
    assert equipped("depth_of_field", focal_length_mm=50.0, f_number=2.0).aperture_radius_m == pytest.approx(0.0125)
    assert equipped("depth_of_field", aperture_mm=8.0, f_number=2.0).aperture_radius_m == pytest.approx(0.004)
    assert equipped("depth_of_field", aperture_mm=8.0, strength=0.25).aperture_radius_m == pytest.approx(0.001)


@pytest.mark.parametrize(
    ("name", "toward"),
    [("tilt_up_deg_s", (0.0, -1.0, 0.0)), ("pan_right_deg_s", (1.0, 0.0, 0.0))],
)
def test_turns_turn_the_way_they_say(name: str, toward: tuple[float, float, float]) -> None:
    camera = equipped("shutter", **{name: 10.0})
    view = camera.at(0.5).world_from_camera[:3, 2]  # the world is the camera's frame of time 0 here
    assert view @ np.array(toward) == pytest.approx(math.sin(math.radians(5.0)))


def test_rolling_clockwise_turns_the_picture_the_other_way() -> None:
    camera = equipped("shutter", roll_deg_s=10.0)
    pixels, _ = camera.at(1.0).project(np.array([[0.0, -0.3, 1.0]]))
    assert pixels[0, 0] < 320.0  # what was above the middle leans to the left


def test_motions_of_two_effects_add_up_in_either_order() -> None:
    first = equipped("rolling_shutter", equipped("shutter", speed_right_m_s=1.0, roll_deg_s=5.0), speed_right_m_s=0.5)
    second = equipped("shutter", equipped("rolling_shutter", speed_right_m_s=0.5), speed_right_m_s=1.0, roll_deg_s=5.0)
    assert first.optics() == second.optics()
    assert first.velocity_m_s == (1.5, 0.0, 0.0)
    assert (first.shutter_s, first.readout_s) == (0.01, 0.02)
