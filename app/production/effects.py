"""Runs the effects of a scene over its picture, in order: linear light, the curve, the picture.

Labels are not touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from myriorama.app.production.clean_picture import (
    BEFORE,
    CLEAN_LINEAR,
    CLEAN_PICTURE,
    Again,
    Step,
    draws_of,
    start_of_the_end,
    stored_as,
)
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F32, U8
from myriorama.scenes.errors import PluginError
from myriorama.scenes.registry import Draws, EffectStage
from myriorama.scenes.rendering.frame import Frame, Redrawable
from myriorama.scenes.rendering.tone import curved, develop, rounded
from myriorama.scenes.sample import SceneSample

JOINED: Final = frozenset(f"{what}_cover" for what in ("lens", "fog", "haze", "rain", "snow", "dust", "wet"))
"""Channels that several effects may give: covers, of which each leaves its share of what is behind it."""


@dataclass(frozen=True, eq=False)
class Lit:
    """A picture on its way through the effects: linear light, and once a curve is over it the sRGB picture."""

    linear: F32
    picture: F32 | None = None

    @property
    def rgb(self) -> U8:
        """(H, W, 3) uint8 sRGB."""
        return develop(self.linear) if self.picture is None else rounded(self.picture)


def with_effects(
    frame: Frame,
    scene: Scene,
    sample: SceneSample,
    registry: PluginRegistry,
    *,
    clean: bool = False,
    again: Again | None = None,
) -> Frame:
    """Return the frame with its picture as the effects leave it, and the channels that they add.

    A scene without effects, or whose effects change nothing, keeps the very bytes that it had. What `equip` gave the
    camera is in the frame already.

    Parameters
    ----------
    clean : bool
        Also keep the picture as it was before the last effects that can be drawn again, as a layer. These effects then
        work on what is kept, half floats, so that drawing them again gives the very same picture.
    again : Again or None
        Draw these last effects anew.

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
    lit = replace(frame, lights=scene.lights, background=scene.background)
    left = start_of_the_end(scene.effects, registry)
    last = tuple(uid for name, _, uid in scene.effects[left:] if registry.effect(name).redrawable)
    steps = scene.effects if again is None else again.steps(scene.effects, last)
    whose = (sample.seed, sample.index, sample.attempt, len(sample.views))
    draws = {uid: draws_of(*whose, uid, again.epoch if again and uid in last else 0) for _, _, uid in steps}
    layers: dict[str, npt.NDArray[Any]] = dict(frame.layers)
    add_channels([step for step in steps if step[2] not in last], lit, registry, draws, layers)
    held = dict(layers)
    add_channels([step for step in steps if step[2] in last], lit, registry, draws, layers)
    start = run_effects(steps[:left], Lit(frame.linear), lit, registry, draws)
    given, told = start, None
    if clean and last:
        measured = tuple(sorted(name for name, image in layers.items() if image is not held.get(name)))
        told = Redrawable(last, measured)
        kept = stored_as(start.linear if start.picture is None else start.picture)
        layers |= {BEFORE + name: held[name] for name in measured if name in held}
        layers[CLEAN_LINEAR if start.picture is None else CLEAN_PICTURE] = kept
        given = lit_from(kept, shown=start.picture is not None)
    end = run_effects(steps[left:], given, lit, registry, draws)
    if end is given and again is None:
        end = start
    if len(layers) > len(frame.layers):
        frame = replace(frame, layers=MappingProxyType(layers), redrawable=told)
    if end.picture is None and end.linear is frame.linear:
        return frame
    return replace(frame, rgb=end.rgb, linear=end.linear)


def lit_from(kept: npt.NDArray[Any], *, shown: bool) -> Lit:
    """Return what the last effects are drawn over; `shown` is whether a curve is over it already."""
    image = kept.astype(np.float32)
    return Lit(image, image) if shown else Lit(image)


def run_effects(
    steps: Sequence[Step], start: Lit, frame: Frame, registry: PluginRegistry, draws: Mapping[str, Draws]
) -> Lit:
    """Return a picture as effects leave it; `start` itself where they change nothing.

    Raises
    ------
    PluginError
        As `with_effects`.
    """
    linear, picture = start.linear, start.picture
    for name, values, uid in steps:
        effect = registry.effect(name)
        if effect.stage == "optics":
            continue
        if effect.stage == "picture":
            before = curved(linear) if picture is None else picture
            after = _checked(name, "retouch", before, effect.retouch(values, before, frame, draws[uid]))
            if after is not before:
                picture = after
        elif picture is not None:
            raise PluginError(_misplaced(name, effect.stage))
        elif effect.stage == "curve":
            developed = _checked(name, "develop", linear, effect.develop(values, linear, frame, draws[uid]))
            picture = None if developed is linear else developed
        else:
            linear = _checked(name, "apply", linear, effect.apply(values, linear, frame, draws[uid]))
    return start if linear is start.linear and picture is start.picture else Lit(linear, picture)


def add_channels(
    steps: Sequence[Step],
    frame: Frame,
    registry: PluginRegistry,
    draws: Mapping[str, Draws],
    layers: dict[str, npt.NDArray[Any]],
) -> None:
    """Add the channels that effects measure to the layers.

    Raises
    ------
    PluginError
        A channel is no image of the frame's size, or another effect gave it already.
    """
    for name, values, uid in steps:
        _keep_channels(name, registry.effect(name).channels(values, frame, draws[uid]), frame, layers)


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
            layers[channel] = (np.float32(1.0) - clear).astype(values.dtype)
        else:
            told = f"effect {name!r} gives the channel {channel!r}, which an earlier one gave already"
            raise PluginError(f"{told}; switch one of the two off")
