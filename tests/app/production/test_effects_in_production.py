"""Effects change the picture and nothing else; without strength they change nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app import open_project
from myriorama.app.catalogue.camera_presets import camera_preset
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.labels.record import Record
from myriorama.scenes.rendering.tone import develop

pytestmark = pytest.mark.gl


def first(path: Path) -> Record:
    with open_project(path) as opened:
        return opened.record(0)


def noisy(strength: float) -> Callable[[dict[str, Any]], None]:
    def change(raw: dict[str, Any]) -> None:
        raw["effects"] = [{"uid": "noise", "type": "sensor_noise", "parameters": {"strength": strength, "iso": 6400}}]

    return change


def test_noise_changes_the_picture_and_no_label(small_project: Callable[..., Path]) -> None:
    plain, with_noise = first(small_project()), first(small_project(noisy(1.0)))
    assert not np.array_equal(plain.rgb, with_noise.rgb)
    assert np.array_equal(plain.frame.surface_id, with_noise.frame.surface_id)
    assert np.array_equal(plain.frame.depth, with_noise.frame.depth)
    assert [a.rle for a in plain.annotations] == [a.rle for a in with_noise.annotations]


def test_noise_of_a_sample_is_always_the_same(small_project: Callable[..., Path]) -> None:
    assert np.array_equal(first(small_project(noisy(1.0))).rgb, first(small_project(noisy(1.0))).rgb)


def test_no_strength_no_change(small_project: Callable[..., Path]) -> None:
    assert np.array_equal(first(small_project()).rgb, first(small_project(noisy(0.0))).rgb)


def test_the_picture_developed_here_is_the_one_developed_by_the_engine(small_project: Callable[..., Path]) -> None:
    record = first(small_project(noisy(0.0)))
    assert record.frame.linear is not None
    difference = np.abs(develop(record.frame.linear).astype(int) - record.rgb)
    assert difference.max() <= 1
    assert (difference == 0).mean() > 0.98


def in_order(**changes: Any) -> list[dict[str, Any]]:
    """Return a node of every effect that is shipped, in the order of their stages."""
    registry = builtin_registry()
    stages = ("optics", "light", "curve", "picture")
    names = sorted(registry.names("effect"), key=lambda name: stages.index(registry.effect_stage(name)))
    return [{"uid": f"{name}_node", "type": name, **changes} for name in names]


def test_every_effect_at_rest_leaves_the_very_bytes(small_project: Callable[..., Path]) -> None:
    nodes = [
        {**node, "parameters": dict(rest)}
        for node in in_order()
        if (rest := builtin_registry().effect(node["type"]).rest) is not None
    ]
    assert len(nodes) > 20
    plain, rested = first(small_project()), first(small_project(lambda raw: raw.update(effects=nodes)))
    assert rested.rgb.tobytes() == plain.rgb.tobytes()
    assert dict(rested.layers) == dict(plain.layers) == {}
    assert [a.rle for a in rested.annotations] == [a.rle for a in plain.annotations]
    assert rested.frame.depth.tobytes() == plain.frame.depth.tobytes()


def test_every_effect_switched_off_leaves_the_very_bytes(small_project: Callable[..., Path]) -> None:
    plain = first(small_project())
    off = first(small_project(lambda raw: raw.update(effects=in_order(enabled=False))))
    assert off.rgb.tobytes() == plain.rgb.tobytes()
    assert dict(off.layers) == {}


def test_exposure_doubles_linear_light_and_leaves_the_labels(small_project: Callable[..., Path]) -> None:
    node = {"uid": "ev", "type": "exposure", "parameters": {"gain_ev": 1.0}}
    plain = first(small_project(noisy(0.0)))
    lighter = first(small_project(lambda raw: raw.update(effects=[node])))
    np.testing.assert_array_equal(lighter.frame.linear, 2 * plain.frame.linear)
    assert [a.rle for a in lighter.annotations] == [a.rle for a in plain.annotations]


def test_covers_of_one_lens_join_to_one_layer(small_project: Callable[..., Path]) -> None:
    nodes = [{"uid": name, "type": name} for name in ("lens_dirt", "lens_drops")]
    dirt, drops, both = (
        first(small_project(lambda raw, some=some: raw.update(effects=some))).layers["lens_cover"]
        for some in (nodes[:1], nodes[1:], nodes)
    )
    np.testing.assert_allclose(both, 1 - (1 - dirt) * (1 - drops), atol=1e-6)
    assert both.dtype == np.float32


def test_the_same_weather_twice_is_thicker_weather(small_project: Callable[..., Path]) -> None:
    """What two banks of fog let through is the product of what each does; so the layer tells of both."""
    low = {"uid": "low", "type": "fog", "parameters": {"visibility_m": 4.0, "height_scale_m": 0.3}}
    even = {"uid": "even", "type": "fog", "parameters": {"visibility_m": 9.0}}
    one, other, both = (
        first(small_project(lambda raw, some=some: raw.update(effects=some))).layers["fog_cover"]
        for some in ([low], [even], [low, even])
    )
    expected = 1 - (1 - one.astype(float)) * (1 - other.astype(float))
    np.testing.assert_allclose(both.astype(float), expected, atol=1e-3)
    assert both.dtype == np.float16
    assert both.mean() > max(one.mean(), other.mean())


def test_a_whole_camera_changes_no_label(small_project: Callable[..., Path]) -> None:
    def with_camera(raw: dict[str, Any]) -> None:
        rows = [row for row in camera_preset("dashcam").effects if row.type != "lens_distortion"]
        raw["effects"] = [
            {"uid": f"e{i}", "type": r.type, "parameters": dict(r.parameters)} for i, r in enumerate(rows)
        ]

    plain, shot = first(small_project()), first(small_project(with_camera))
    assert not np.array_equal(plain.rgb, shot.rgb)
    assert [a.rle for a in plain.annotations] == [a.rle for a in shot.annotations]
    assert np.array_equal(first(small_project(with_camera)).rgb, shot.rgb)
