"""How effects are checked: each by the method of its stage, over pictures of several contents, and at rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final, cast

import numpy as np

from myriorama.plugins.api import Camera, Effect, Frame, Plugin
from myriorama.plugins.conformance.digest import digest
from myriorama.plugins.conformance.drawing import Draw
from myriorama.plugins.conformance.options import Options
from myriorama.plugins.conformance.pictures import SCENES, shot
from myriorama.plugins.conformance.probing import Probe
from myriorama.plugins.conformance.stage import HEIGHT_PX, WIDTH_PX
from myriorama.scenes.conventions import F32
from myriorama.scenes.registry import EffectStage
from myriorama.scenes.rendering.tone import curved

METHODS: Final[Mapping[EffectStage, str]] = MappingProxyType(
    {"optics": "equip", "light": "apply", "curve": "develop", "picture": "retouch"}
)
_SLACK: Final = 1e-4
"""A picture may leave [0, 1] by so much: float32 rounds."""


@dataclass(frozen=True)
class Affected:
    """What an effect made of a picture or a camera.

    Attributes
    ----------
    result : array or Camera
    channels : mapping
        What it measured.
    same : bool
        The very object that was given came back.
    rested : bool or None
        With the values of `rest` the very object came back, and no channel; None where it declares no rest.
    """

    result: Any
    channels: Mapping[str, Any]
    same: bool
    rested: bool | None


class EffectProbe(Probe):
    """Runs an effect over pictures of several contents, in the method of its stage."""

    method = "apply"

    def __init__(self, plugin: type[Plugin], options: Options) -> None:
        super().__init__(plugin, options)
        self._effect = cast("type[Effect]", plugin)
        self._made = self._effect()
        self.method = METHODS[self._effect.stage]  # type: ignore[misc]  # of this probe, not of all

    def call(self, draw: Draw) -> Affected:
        _, frame = shot(draw.number % SCENES)
        labels = digest(frame)
        given, before = self._given(draw, frame)
        result = self._run(draw.values, given, frame, draw)
        channels = self._made.channels(dict(draw.values), frame, draw.draws)
        if result is not given and _content(given) != before:
            raise ValueError(f"{self.method} changed what it was given; return another one")
        if digest(frame) != labels:
            raise ValueError(f"{self.method} changed the frame's buffers: an effect never changes a label")
        same = result is given
        out = result.copy() if same and isinstance(result, np.ndarray) else result
        return Affected(out, dict(channels), same, self._rested(draw, given, frame))

    def _run(self, values: Mapping[str, Any], given: Any, frame: Frame, draw: Draw) -> Any:
        if self._effect.stage == "optics":
            return self._made.equip(dict(values), given)
        return getattr(self._made, self.method)(dict(values), given, frame, draw.draws)

    def _given(self, draw: Draw, frame: Frame) -> tuple[Any, str]:
        if self._effect.stage == "optics":
            camera = shot(draw.number % SCENES)[0].camera
            return camera, _content(camera)
        linear = cast("F32", frame.linear).copy()
        if draw.number % 3 == 1:
            linear[...] = 0.0
        elif draw.number % 3 == 2:
            linear *= np.float32(50.0)
        picture = curved(linear) if self._effect.stage == "picture" else linear
        picture.flags.writeable = False
        return picture, _content(picture)

    def _rested(self, draw: Draw, given: Any, frame: Frame) -> bool | None:
        rest = self._effect.rest
        if rest is None:
            return None
        values = {**draw.values, **rest}
        if self._run(values, given, frame, draw) is not given:
            return False
        return not self._made.channels(dict(values), frame, draw.draws)

    def _kept(self, draw: Draw, out: Affected) -> str:
        wrong = _channel_fault(out.channels)
        if wrong or out.same:
            return wrong
        if self._effect.stage == "optics":
            return _camera_fault(out.result)
        picture, shape = out.result, (HEIGHT_PX, WIDTH_PX, 3)
        if not isinstance(picture, np.ndarray) or picture.shape != shape or picture.dtype != np.float32:
            told = f"{picture.dtype} of shape {picture.shape}" if isinstance(picture, np.ndarray) else type(picture)
            return f"{self.method} returned {told}, not float32 of shape {shape}"
        if not np.isfinite(picture).all():
            return "the picture holds numbers that are not finite"
        if self._effect.stage == "light":
            return ""
        low, high = float(picture.min()), float(picture.max())
        inside = low >= -_SLACK and high <= 1.0 + _SLACK
        return "" if inside else f"a developed picture lies in [0, 1], not in [{low:.4g}, {high:.4g}]"

    def _rests(self, draw: Draw, out: Affected) -> str:
        if out.rested is False:
            told = ", ".join(f"{name} = {value!r}" for name, value in dict(self._effect.rest or {}).items())
            return f"with {told} it must hand back the very object that it was given, and no channel"
        return ""

    laws: ClassVar[dict[str, Callable[[Any, Draw, Any], str]]] = {"picture_kept": _kept, "rests": _rests}


def _content(given: Any) -> str:
    return digest(given)


def _camera_fault(camera: Any) -> str:
    if not isinstance(camera, Camera):
        return f"equip returned {type(camera).__name__}, not a Camera"
    if (camera.width, camera.height) != (WIDTH_PX, HEIGHT_PX):
        return f"equip keeps the size of the picture, not {camera.width} x {camera.height} pixels"
    numbers = (camera.fx, camera.fy, camera.cx, camera.cy, camera.exposure_ev, camera.aperture_radius_m)
    more = (camera.focus_distance_m, camera.shutter_s, camera.readout_s)
    every = [*numbers, *more, *camera.velocity_m_s, *camera.angular_velocity_rad_s, *camera.world_from_camera.flat]
    return "" if np.isfinite(every).all() else "the camera holds numbers that are not finite"


def _channel_fault(channels: Mapping[str, Any]) -> str:
    for name, values in channels.items():
        if not isinstance(values, np.ndarray) or values.shape[:2] != (HEIGHT_PX, WIDTH_PX):
            return f"channel {name!r} must be an array of {HEIGHT_PX} rows and {WIDTH_PX} columns"
        if values.dtype.kind not in "buif" or not np.isfinite(values).all():
            return f"channel {name!r} must hold finite numbers"
    return ""
