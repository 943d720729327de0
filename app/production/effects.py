"""Runs the effects of a scene over its picture, in order: linear light, the curve, the picture.

Labels are not touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F32
from myriorama.scenes.errors import PluginError
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.registry import EffectStage
from myriorama.scenes.rendering.frame import Frame
from myriorama.scenes.rendering.tone import curved, develop, rounded
from myriorama.scenes.sample import SceneSample

JOINED: Final = frozenset(("lens_cover",))
"""Channels that several effects may give: covers of one lens, of which each leaves its share of the light."""


def with_effects(frame: Frame, scene: Scene, sample: SceneSample, registry: PluginRegistry) -> Frame:
    """Return the frame with its picture as the effects leave it, and the channels that they add.

    A scene without effects, or whose effects change nothing, keeps the very bytes that it had. What `equip` gave the
    camera is in the frame already.

    Raises
    ------
    PluginError
        An effect returned something else than an image of the same shape, stands behind the curve although it works
        in linear light, or is a second curve.
    """
    if not scene.effects:
        return frame
    if frame.linear is None:
        raise ValueError("effects work in linear light, and this frame was rendered without it")
    linear = frame.linear
    picture: F32 | None = None
    layers: dict[str, npt.NDArray[Any]] = dict(frame.layers)
    lit = replace(frame, lights=scene.lights, background=scene.background)
    for name, values, uid in scene.effects:
        effect = registry.effect(name)
        draws = KeyedDraws(sample.seed, sample.index, sample.attempt, uid, sample.scene_number, sample.view_number)
        _keep_channels(name, effect.channels(values, lit, draws), frame, layers)
        if effect.stage == "optics":
            continue
        if effect.stage == "picture":
            before = curved(linear) if picture is None else picture
            after = _checked(name, "retouch", before, effect.retouch(values, before, lit, draws))
            if after is not before:
                picture = after
        elif picture is not None:
            raise PluginError(_misplaced(name, effect.stage))
        elif effect.stage == "curve":
            developed = _checked(name, "develop", linear, effect.develop(values, linear, lit, draws))
            picture = None if developed is linear else developed
        else:
            linear = _checked(name, "apply", linear, effect.apply(values, linear, lit, draws))
    if len(layers) > len(frame.layers):
        frame = replace(frame, layers=MappingProxyType(layers))
    if picture is not None:
        return replace(frame, rgb=rounded(picture), linear=linear)
    if linear is frame.linear:
        return frame
    return replace(frame, rgb=develop(linear), linear=linear)


def _misplaced(name: str, stage: EffectStage) -> str:
    what = "is a tone curve" if stage == "curve" else "works in linear light"
    return f"effect {name!r} {what} and stands behind one that works on the finished picture; move it before that one"


def _checked(name: str, method: str, before: F32, after: F32) -> F32:
    if after.shape != before.shape or after.dtype != before.dtype:
        raise PluginError(
            f"effect {name!r}: {method} returned {after.dtype} of shape {after.shape}, "
            f"not {before.dtype} {before.shape}"
        )
    return after


def _keep_channels(
    name: str, given: Mapping[str, npt.NDArray[Any]], frame: Frame, layers: dict[str, npt.NDArray[Any]]
) -> None:
    for channel, values in given.items():
        size = (frame.height, frame.width)
        if np.shape(values)[:2] != size or values.dtype.kind not in "buif":
            raise PluginError(
                f"effect {name!r}: channel {channel!r} must be numbers of {size[0]} rows and {size[1]} columns"
            )
        if channel not in layers:
            layers[channel] = values
        elif channel in JOINED:
            clear = (np.float32(1.0) - layers[channel]) * (np.float32(1.0) - values)
            layers[channel] = np.float32(1.0) - clear
        else:
            told = f"effect {name!r} gives the channel {channel!r}, which an earlier one gave already"
            raise PluginError(f"{told}; switch one of the two off")
