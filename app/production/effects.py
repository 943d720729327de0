"""Runs the effects of a scene over its picture, in order, in linear light. Labels are not touched."""

from __future__ import annotations

from dataclasses import replace

from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.errors import PluginError
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.rendering.frame import Frame
from myriorama.scenes.rendering.tone import develop
from myriorama.scenes.sample import SceneSample


def with_effects(frame: Frame, scene: Scene, sample: SceneSample, registry: PluginRegistry) -> Frame:
    """Return the frame with its picture as the effects leave it.

    A scene without effects, or whose effects change nothing, keeps the very bytes that it had.

    Raises
    ------
    PluginError
        An effect returned something else than an image of the same shape.
    """
    if not scene.effects:
        return frame
    if frame.linear is None:
        raise ValueError("effects work in linear light, and this frame was rendered without it")
    linear = frame.linear
    for name, values, uid in scene.effects:
        draws = KeyedDraws(sample.seed, sample.index, sample.attempt, uid)
        changed = registry.effect(name).apply(values, linear, frame, draws)
        if changed.shape != linear.shape or changed.dtype != linear.dtype:
            raise PluginError(
                f"effect {name!r} returned {changed.dtype} of shape {changed.shape}, not {linear.dtype} {linear.shape}"
            )
        linear = changed
    if linear is frame.linear:
        return frame
    return replace(frame, rgb=develop(linear), linear=linear)
