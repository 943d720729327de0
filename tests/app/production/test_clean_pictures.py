"""The clean picture: what it is, how exact it is, and that keeping it disturbs neither rest nor labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from myriorama.app.production.clean_picture import (
    Again,
    can_be_drawn_again,
    draws_of,
    start_of_the_end,
    stored_as,
)
from myriorama.app.production.effects import lit_from, run_effects, with_effects
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.rendering.frame import Frame
from myriorama.scenes.rendering.tone import develop

REGISTRY = builtin_registry()
Pair = tuple[Scene, Frame]


def steps(*wanted: Any) -> tuple[Any, ...]:
    """Return effects with their defaults; a tuple has a name and other values."""
    out = []
    for i, given in enumerate(wanted):
        name, values = given if isinstance(given, tuple) else (given, {})
        defaults = {p.name: p.default for p in REGISTRY.effect(name).parameters}
        out.append((name, {**defaults, **values}, f"e{i}"))
    return tuple(out)


@pytest.fixture
def shot(table_frames: list[Pair]) -> Pair:
    scene, frame = table_frames[0]
    rows, columns = np.mgrid[0 : frame.height, 0 : frame.width].astype(np.float32)
    linear = np.stack([rows / frame.height, columns / frame.width, np.full_like(rows, 0.3)], axis=2) * np.float32(1.7)
    return scene, replace(frame, linear=linear, rgb=develop(linear), camera=scene.camera)


def through(shot: Pair, scene_kit: Any, effects: Sequence[Any], **words: Any) -> Frame:
    scene = replace(shot[0], effects=tuple(effects))
    return with_effects(shot[1], scene, scene_kit.sample(scene), REGISTRY, **words)


STILL_FOG = ("fog", {"strength": 0.0})


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (("vignette", "sensor_noise"), 0),
        (("fog", "vignette", "jpeg"), 1),
        (("vignette", "fog", "jpeg"), 2),
        (("vignette", "fog"), 2),
        (("vignette", STILL_FOG, "jpeg"), 0),
        (("vignette", "lens_distortion", "jpeg"), 0),
        (("vignette", "stereo_depth", "jpeg"), 0),
        (("fog", "tone_curve", "jpeg"), 1),
        ((), 0),
    ],
)
def test_what_is_in_the_way(wanted: tuple[Any, ...], left: int) -> None:
    """Optics act before, depth sensors beside, what rests not at all: fog between two effects holds the first."""
    assert start_of_the_end(steps(*wanted), REGISTRY) == left


def test_half_floats_are_as_exact_as_is_said_and_too_bright_light_stays_float32() -> None:
    values = np.geomspace(1e-9, 65000.0, 30_000).astype(np.float32).reshape(100, 100, 3)
    half = stored_as(values)
    assert half.dtype == np.float16
    error = np.abs(half.astype(np.float64) - values)
    assert (error <= np.maximum(values * 2.0**-11, 2.0**-25)).all()
    assert (stored_as(-values).astype(np.float32) == -half.astype(np.float32)).all()
    bright = values.copy()
    bright[3, 4] = 1e6
    kept = stored_as(bright)
    assert kept.dtype == np.float32
    assert kept.tobytes() == bright.tobytes()


def test_the_kept_image_is_what_stood_before_and_gives_the_very_picture(shot: Pair, scene_kit: Any) -> None:
    effects = steps("fog", "vignette", ("sensor_noise", {"iso": 3200.0}), "jpeg")
    frame = through(shot, scene_kit, effects, clean=True)
    assert frame.redrawable is not None
    assert frame.redrawable.effects == ("e1", "e2", "e3")
    before = through(shot, scene_kit, effects[:1])
    kept = frame.layers["clean_linear"]
    assert kept.dtype == np.float16
    assert kept.tobytes() == before.linear.astype(np.float16).tobytes()
    sample = scene_kit.sample(shot[0])
    draws = {uid: draws_of(sample.seed, sample.index, sample.attempt, 0, uid) for _, _, uid in effects}
    bare = Frame("", frame.width, frame.height, "")
    again = run_effects(effects[1:], lit_from(kept, shown=False), bare, REGISTRY, draws)
    assert again.rgb.tobytes() == frame.rgb.tobytes()
    off = through(shot, scene_kit, effects)
    assert off.redrawable is None
    assert set(frame.layers) - set(off.layers) == {"clean_linear"}


def test_keeping_it_moves_no_level_by_more_than_one(shot: Pair, scene_kit: Any) -> None:
    effects = steps("vignette", ("exposure", {"gain_ev": 0.4}), "white_balance", "tone_curve")
    difference = np.abs(
        through(shot, scene_kit, effects, clean=True).rgb.astype(int) - through(shot, scene_kit, effects).rgb
    )
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.1


def test_behind_a_picture_that_stays_the_picture_itself_is_kept(shot: Pair, scene_kit: Any) -> None:
    effects = steps("thermal_grey", "quantise", "jpeg")
    assert REGISTRY.effect_stage("thermal_grey") == "picture"
    frame = through(shot, scene_kit, effects, clean=True)
    assert set(frame.layers) >= {"clean_picture"}
    assert "clean_linear" not in frame.layers
    assert frame.redrawable is not None
    assert frame.redrawable.effects == ("e1", "e2")
    kept = frame.layers["clean_picture"].astype(np.float32)
    assert np.abs(kept * 255 - through(shot, scene_kit, effects[:1]).rgb).max() <= 0.5 + 255 * 2.0**-12


def test_at_rest_the_bytes_stay_with_and_without_it(shot: Pair, scene_kit: Any) -> None:
    for clean in (False, True):
        still = steps(
            *((name, dict(REGISTRY.effect(name).rest or {})) for name in ("vignette", "sensor_noise", "jpeg"))
        )
        assert through(shot, scene_kit, still, clean=clean).rgb.tobytes() == shot[1].rgb.tobytes()
        fog = through(shot, scene_kit, steps("fog"), clean=clean)
        both = through(shot, scene_kit, steps("fog", ("sensor_noise", {"strength": 0.0})), clean=clean)
        assert both.rgb.tobytes() == fog.rgb.tobytes()
        assert ("clean_linear" in both.layers) is clean
        assert fog.redrawable is None


def test_a_cover_that_stays_is_kept_beside_the_joined_one(shot: Pair, scene_kit: Any) -> None:
    effects = steps("lens_dirt", "fog", "lens_drops")
    frame = through(shot, scene_kit, effects, clean=True)
    dirt = through(shot, scene_kit, effects[:1]).layers["lens_cover"]
    assert frame.redrawable is not None
    assert frame.redrawable.channels == ("lens_cover",)
    assert np.array_equal(frame.layers["clean_lens_cover"], dirt)
    assert (frame.layers["lens_cover"] > dirt).any()


def test_each_epoch_is_another_and_each_time_the_same(shot: Pair, scene_kit: Any) -> None:
    effects = steps("fog", ("sensor_noise", {"iso": 6400.0}))
    made = [through(shot, scene_kit, effects, again=Again(epoch)).rgb for epoch in (0, 1, 2, 1)]
    assert made[0].tobytes() == through(shot, scene_kit, effects).rgb.tobytes()
    assert made[1].tobytes() == made[3].tobytes()
    assert len({image.tobytes() for image in made}) == 3
    plain = through(shot, scene_kit, effects[:1]).rgb
    noise = [image.astype(float) - plain for image in made[:3]]
    for a, b in ((0, 1), (1, 2), (0, 2)):
        assert abs(np.corrcoef(noise[a].ravel(), noise[b].ravel())[0, 1]) < 0.1


def test_new_values_are_those_of_the_effects_that_are_drawn_again(shot: Pair, scene_kit: Any) -> None:
    effects = steps(("vignette", {"strength": 0.2}), "fog", ("exposure", {"gain_ev": 0.0}))
    asked: list[tuple[str, ...]] = []

    def brighter(uids: Sequence[str]) -> dict[str, dict[str, Any]]:
        asked.append(tuple(uids))
        return {"e2": {"gain_ev": 1.0}}

    frame = through(shot, scene_kit, effects, again=Again(1, brighter))
    assert asked == [("e2",)]
    wanted = through(shot, scene_kit, (*effects[:2], ("exposure", {"gain_ev": 1.0}, "e2")))
    assert frame.rgb.tobytes() == wanted.rgb.tobytes()


def test_a_project_s_effects_that_can_be_drawn_again() -> None:
    from myriorama.scenes.project.model import CameraNode, Node, Project

    nodes = (Node(uid="a", type="fog"), Node(uid="b", type="jpeg", enabled=False), Node(uid="c", type="grey"))
    project = Project(name="x", camera=CameraNode(rig=Node(uid="rig", type="orbit")), effects=nodes)
    assert can_be_drawn_again(project, REGISTRY) == ("grey",)
