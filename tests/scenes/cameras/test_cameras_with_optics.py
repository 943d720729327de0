"""What a camera says of itself: plain or not, resized, and as JSON there and back."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest

from myriorama.scenes.cameras.camera import Camera, Distortion

PLAIN = Camera(np.eye(4), 640, 480, 500.0, 510.0, 322.0, 239.0, -0.5)
FULL = replace(
    PLAIN,
    distortion=Distortion("brown_conrady", (-0.2, 0.05, 0.001, 0.002)),
    aperture_radius_m=0.01,
    focus_distance_m=2.5,
    shutter_s=0.02,
    readout_s=0.01,
    velocity_m_s=(1.0, 2.0, 3.0),
    angular_velocity_rad_s=(0.1, 0.2, 0.3),
)


def test_a_camera_without_optics_is_plain_and_its_own_pinhole() -> None:
    assert PLAIN.is_plain
    assert PLAIN.pinhole is PLAIN
    assert PLAIN.at(0.7) is PLAIN
    assert PLAIN.optics() == {}


@pytest.mark.parametrize(
    ("name", "value", "plain", "bends"),
    [
        ("distortion", Distortion("kannala_brandt", (0.0,) * 4), False, True),
        ("aperture_radius_m", 0.01, False, False),
        ("shutter_s", 0.01, False, False),
        ("readout_s", 0.01, False, True),
        ("velocity_m_s", (1.0, 0.0, 0.0), True, False),
    ],
)
def test_each_part_of_the_optics_is_seen(name: str, value: object, plain: bool, bends: bool) -> None:
    camera = replace(PLAIN, **{name: value})
    assert (camera.is_plain, camera.bends) == (plain, bends)
    assert camera.optics()
    assert camera.pinhole.is_plain
    assert np.array_equal(camera.pinhole.K, PLAIN.K)
    assert camera.pinhole.exposure_ev == PLAIN.exposure_ev


def test_json_there_and_back() -> None:
    for camera in (PLAIN, FULL, replace(PLAIN, distortion=Distortion("kannala_brandt", (0.1, 0.2, 0.3, 0.4)))):
        back = Camera.from_json(json.loads(json.dumps(camera.to_json())))
        for field in fields(Camera):
            ours, theirs = getattr(camera, field.name), getattr(back, field.name)
            assert np.array_equal(ours, theirs) if field.name == "world_from_camera" else ours == theirs


def test_the_record_names_opencv_coefficients() -> None:
    told = FULL.optics()["distortion"]
    assert told["coefficients"] == [-0.2, 0.05, 0.001, 0.002, 0.0, 0.0, 0.0, 0.0]
    assert (told["k1"], told["k2"], told["p1"], told["p2"]) == (-0.2, 0.05, 0.001, 0.002)
    assert told["opencv"] == "cv2.projectPoints"


def test_resizing_scales_the_picture_and_keeps_the_optics() -> None:
    small = FULL.resized(160, 120)
    assert small.optics() == FULL.optics()
    points = np.random.default_rng(0).uniform((-0.5, -0.4, 1.0), (0.5, 0.4, 3.0), (100, 3))
    large, depth = FULL.project_camera(points)
    pixels, far = small.project_camera(points)
    assert pixels == pytest.approx(large / 4.0, abs=1e-7)
    assert far == pytest.approx(depth, abs=1e-12)


@pytest.mark.parametrize("change", [{"shutter_s": -1.0}, {"readout_s": float("nan")}, {"focus_distance_m": 0.0}])
def test_what_no_camera_has_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        replace(PLAIN, **change)
