"""The generators' own collision pieces hold: a small ball dropped over a mug ends inside it, whatever the mug."""

from __future__ import annotations

import math

import numpy as np
import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.registry import Item, PlaceContext

REGISTRY = builtin_registry()


def _generated(name, **values):
    plugin = REGISTRY.generator(name)
    drawn = {p.name: tuple(p.default) if isinstance(p.default, list) else p.default for p in plugin.parameters}
    return plugin.generate(drawn | values)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"handle": False, "belly": 0.25, "base_ratio": 0.7},
        {"height_m": 0.14, "wall_m": 0.002, "base_ratio": 1.2},
    ],
)
def test_a_small_ball_dropped_over_a_mug_ends_inside(scene_kit, form):
    radius = 0.009
    mug = _generated("mug", **form)
    standing = scene_kit.instance("mug/0", scene_kit.shapes.box(1, 1, 1), scene_kit.pose_at(0.3, -0.2, 0.0, 50))
    object.__setattr__(standing, "model", mug)
    floor = scene_kit.instance("floor/0", scene_kit.shapes.plane(2.0), scene_kit.pose_at())
    ball = _generated("primitive", shape="sphere", **{f"size_{axis}_m": 2 * radius for axis in "xyz"})
    np.testing.assert_allclose(np.ptp(ball.bounds, axis=0), 2 * radius, rtol=0.02)
    pile = REGISTRY.placement("pile")
    values = {p.name: p.default for p in pile.parameters} | {
        "center_m": (0.3, -0.2, 0.0),
        "radius_m": 0.02,
        "drop_height_m": 0.25,
    }
    item = Item(0, ball, {p.name: p.default for p in pile.per_object})
    inner = form.get("diameter_m", 0.082) / 2 * max(1.0, form.get("base_ratio", 0.92)) * (1 + form.get("belly", 0.0))
    for index in range(4):
        draws = KeyedDraws(1, index, 0, "pile")
        placed = pile.place(values, [item], PlaceContext((floor, standing), draws))
        (pose,) = placed.poses
        middle = pose[:3, :3] @ ball.bounds.mean(axis=0) + pose[:3, 3]
        assert math.hypot(middle[0] - 0.3, middle[1] + 0.2) < inner - radius
        assert 0.002 + radius < middle[2] < 0.03
        assert placed.notes == ()
