"""A draft is drawn sharp where blur takes too long, and says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from myriorama.app.opened import open_project
from myriorama.app.preview.draft_lens import DraftLens
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.rendering.frame import Frame

pytestmark = pytest.mark.gl


@pytest.fixture(scope="module")
def scene() -> Scene:
    with open_project("first_light", size=(100, 80)) as opened:
        found = opened.record(0).scene
    return replace(found, camera=replace(found.camera, aperture_radius_m=0.01, shutter_s=0.02))


def took(scene: Scene, spent_ms: float) -> Frame:
    return Frame(scene.sample_key, 100, 80, "", timings_ms={"optics_picture": spent_ms})


def test_what_is_quick_is_drawn_and_what_is_not_is_held(scene: Scene) -> None:
    lens = DraftLens()
    assert lens.fitted(scene) == (scene, False)
    lens.learnt(scene, took(scene, 30.0))
    assert lens.fitted(scene) == (scene, False)
    lens.learnt(scene, took(scene, 90.0))
    drawn, held = lens.fitted(scene)
    assert held
    assert (drawn.camera.aperture_radius_m, drawn.camera.shutter_s, drawn.camera.readout_s) == (0.0, 0.0, 0.0)
    smaller = replace(scene, camera=scene.camera.resized(50, 40))
    assert not lens.fitted(smaller)[1]
    other = replace(scene, camera=replace(scene.camera, shutter_s=0.0))
    assert not lens.fitted(other)[1]
    lens.forget()
    assert not lens.fitted(scene)[1]


def test_a_sharp_camera_teaches_nothing(scene: Scene) -> None:
    lens = DraftLens()
    sharp = replace(scene, camera=replace(scene.camera, aperture_radius_m=0.0, shutter_s=0.0))
    lens.learnt(sharp, took(sharp, 500.0))
    assert not lens.fitted(sharp)[1]
