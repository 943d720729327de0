"""Every effect with the values that it declares as its rest hands back the very object, and measures nothing.

Its other parameters may be anything.
"""

from __future__ import annotations

from typing import Any

import pytest

from myriorama.plugins.api import Effect
from myriorama.plugins.conformance.drawing import make_draw
from myriorama.plugins.conformance.pictures import shot
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.rendering.tone import curved

REGISTRY = builtin_registry()
NAMES = REGISTRY.names("effect")


def hands_back(effect: Any, values: Any, scene: Any, frame: Any, draws: Any) -> bool:
    """Return whether an effect gives back what it is given."""
    if effect.stage == "optics":
        return effect.equip(values, scene.camera) is scene.camera
    method = {"light": "apply", "curve": "develop", "picture": "retouch"}[effect.stage]
    given = curved(frame.linear) if effect.stage == "picture" else frame.linear
    return getattr(effect, method)(values, given, frame, draws) is given


@pytest.mark.parametrize("name", [name for name in NAMES if REGISTRY.effect(name).rest is not None])
def test_at_rest_nothing_is_touched(name: str) -> None:
    effect = REGISTRY.effect(name)
    rest = dict(effect.rest or {})
    scene, frame = shot(0)
    for number in range(6):
        draw = make_draw(effect.parameters, number, 1)
        values = {**draw.values, **rest}
        assert hands_back(effect, values, scene, frame, draw.draws), values
        assert dict(effect.channels(values, frame, draw.draws)) == {}, values


@pytest.mark.parametrize("name", NAMES)
def test_an_effect_says_how_it_rests_or_cannot(name: str) -> None:
    """Only a lens that is another kind of lens has no rest: it is switched off instead."""
    assert REGISTRY.effect(name).rest is not None or name in ("fisheye",)


@pytest.mark.parametrize("name", [name for name in NAMES if REGISTRY.effect(name).redrawable])
def test_what_may_be_drawn_again_reads_no_buffer_of_the_frame(name: str) -> None:
    """It gets a frame of a size alone, and must give the same."""
    from myriorama.scenes.rendering.frame import Frame

    effect = REGISTRY.effect(name)
    assert effect.stage != "optics", "a camera cannot be changed after rendering"
    _, frame = shot(0)
    bare = Frame(frame.sample_key, frame.width, frame.height, "none")
    draw = make_draw(effect.parameters, 3, 1)
    method = {"light": "apply", "curve": "develop", "picture": "retouch"}[effect.stage]
    given = curved(frame.linear) if effect.stage == "picture" else frame.linear
    full = getattr(effect, method)(draw.values, given, frame, draw.draws)
    again = getattr(effect, method)(draw.values, given, bare, draw.draws)
    assert full.tobytes() == again.tobytes()


def test_every_effect_tells_its_law() -> None:
    for name in NAMES:
        effect = REGISTRY.effect(name)
        method = {"optics": "equip", "light": "apply", "curve": "develop", "picture": "retouch"}[effect.stage]
        written = getattr(type(effect), method)
        if written is getattr(Effect, method):
            written = type(effect).channels
            assert written is not Effect.channels, name
        assert (written.__doc__ or "").strip().endswith("."), name
        assert effect.help.endswith("."), name
