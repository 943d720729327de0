"""What the engine shows of white paper is what the environments promise: one scale for all, exposure 0 for all."""

from __future__ import annotations

import math

import numpy as np
import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.model import ObjectModel, Part
from myriorama.scenes.assembly.scene import Instance, Scene
from myriorama.scenes.cameras.rigs import camera_from
from myriorama.scenes.geometry.box import plane
from myriorama.scenes.lights import Background
from myriorama.scenes.materials.model import Material
from myriorama.scenes.parameters.schema import Color
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.raster.engine import RasterRenderer

pytestmark = pytest.mark.gl

REGISTRY = builtin_registry()
PAPER = ObjectModel((Part("paper", plane(0.4, 0.4), Material(base_color=(1.0, 1.0, 1.0), roughness=1.0)),))
ABOVE = camera_from("top_down", {"height_m": 0.3}, {"field_of_view_deg": 20.0}, 48, 32)


@pytest.fixture(scope="module")
def engine():
    renderer = RasterRenderer()
    yield renderer
    renderer.close()


def _plain(parameter):
    if isinstance(parameter, Color):
        return tuple(int(str(parameter.default)[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return tuple(parameter.default) if isinstance(parameter.default, list) else parameter.default


def _paper(engine, *nodes):
    """Return the mean linear luminance and the picture of white paper lying at the origin."""
    background, lights = Background(color=(0.0, 0.0, 0.0), visible=False), []
    for name, values in nodes:
        plugin = REGISTRY.environment(name)
        parts = plugin.build({p.name: _plain(p) for p in plugin.parameters} | values)
        background = parts.background or background
        lights.extend(parts.lights)
    paper = Instance("paper/0", "paper", "paper", 0, PAPER, np.eye(4), "thing", 1, 1)
    scene = Scene("00000000-0123456789abcdef", 0, ABOVE, (paper,), tuple(lights), background, ())
    frame = engine.render(scene, RenderRequest(amodal=False, linear=True))
    assert (frame.surface_id == 1).all()
    return float((frame.linear @ np.array([0.2126, 0.7152, 0.0722])).mean()), frame.rgb


@pytest.mark.parametrize("name", ["uniform", "studio", "sky"])
def test_default_environments_show_white_paper_at_the_reference(engine, name):
    level, rgb = _paper(engine, (name, {}))
    assert level == pytest.approx(1.0, rel=0.12)
    assert 205 < rgb.mean() < 240
    assert np.ptp(rgb.reshape(-1, 3).mean(axis=0)) < 12  # and no strong cast


def test_lamps_show_their_strength(engine):
    sun, _ = _paper(engine, ("sun", {"elevation_deg": 90.0, "strength": 0.7}))
    assert sun == pytest.approx(0.7, rel=0.08)
    low, _ = _paper(engine, ("sun", {"elevation_deg": 30.0, "strength": 0.7}))
    assert low == pytest.approx(0.35, rel=0.12)
    above = {"position_m": (0.0, 0.0, 1.5), "strength": 0.7}
    for name, values in (("spot", above), ("area", above), ("point", above | {"reach_m": 1.5})):
        level, _ = _paper(engine, (name, values))
        assert level == pytest.approx(0.7, rel=0.08), name


def test_light_adds_up(engine):
    fill, key = ("uniform", {"strength": 0.3}), ("sun", {"elevation_deg": 60.0, "strength": 0.5})
    both, _ = _paper(engine, fill, key)
    assert both == pytest.approx(_paper(engine, fill)[0] + _paper(engine, key)[0], rel=0.01)
    assert both == pytest.approx(0.3 + 0.5 * math.sin(math.radians(60.0)), rel=0.1)


def test_every_hour_is_usable(engine):
    levels = [_paper(engine, ("sky", {"time_h": t, "day_of_year": 80.0}))[0] for t in (12.0, 16.0, 17.8, 18.5, 24.0)]
    assert levels == sorted(levels, reverse=True)
    assert levels[1] > 0.5
    assert levels[-1] > 0.03
