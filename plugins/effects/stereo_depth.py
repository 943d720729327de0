"""What a stereo camera would measure of the exact depth, as a layer beside it.

Matching is modelled, not run: no second picture is rendered, and repeated patterns mislead nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter

from myriorama.plugins.api import Draws, Effect, Float, Frame, Int, Values
from myriorama.plugins.effects._air.particles import count_of
from myriorama.plugins.effects._air.rays import camera_rays
from myriorama.plugins.effects._depth_views import (
    baseline,
    contrast,
    depths,
    disparities,
    enabled,
    fattened,
    measured,
    metres,
    reach,
    seen_light,
    seen_twice,
)
from myriorama.scenes.conventions import F32, Mask

_JUMP_PX = 1.5


class StereoDepth(Effect):
    """A stereo depth camera."""

    name = "stereo_depth"
    label = "Stereo depth"
    help = "Adds the layer depth_stereo: depth as a stereo pair measures it, with its steps, noise and holes."
    rest: ClassVar[Mapping[str, Any]] = {"enabled": False}
    parameters = (
        baseline(0.1, "How far to the right of the camera the second one stands."),
        Float(
            "step_px",
            0.0625,
            help="Step of disparities: depth is rounded to steps that grow with its square; 0 does not round.",
            unit="px",
            minimum=0.0,
            maximum=8.0,
            group="Matching",
            suggested={"choice": [0.03125, 0.0625, 0.125, 1.0]},
        ),
        Float(
            "noise_px",
            0.1,
            help="Standard deviation of disparities.",
            unit="px",
            minimum=0.0,
            maximum=20.0,
            group="Matching",
            suggested={"log_uniform": [0.02, 0.3]},
        ),
        Int(
            "window_px",
            7,
            help="Side of the window that is matched; texture is asked of it, and near things grow by half of it.",
            unit="px",
            minimum=1,
            maximum=63,
            group="Matching",
            suggested={"choice": [5, 7, 9, 11]},
        ),
        Float(
            "fattening",
            0.5,
            help="How much of half a window near things grow over what is behind them.",
            minimum=0.0,
            maximum=1.0,
            group="Matching",
            suggested={"uniform": [0.0, 1.0]},
        ),
        Float(
            "outliers",
            0.002,
            help="Share of wrong matches: disparities from anywhere in the range.",
            minimum=0.0,
            maximum=1.0,
            group="Matching",
            suggested={"uniform": [0.0, 0.01]},
        ),
        Float(
            "least_contrast",
            0.015,
            help="Holes where the picture's standard deviation over its mean, within a window, is less.",
            minimum=0.0,
            maximum=10.0,
            group="Holes",
            suggested={"log_uniform": [0.005, 0.05]},
        ),
        Float(
            "saturation",
            2.0,
            help="Holes where the picture is brighter; 1 is white paper in the reference light.",
            minimum=0.001,
            maximum=1000.0,
            group="Holes",
        ),
        Float(
            "darkest",
            0.002,
            help="Holes where the picture is darker.",
            minimum=0.0,
            maximum=1.0,
            group="Holes",
            suggested={"log_uniform": [0.001, 0.01]},
        ),
        Float(
            "grazing_deg",
            80.0,
            help="Holes where a surface is seen at more than this angle to its normal.",
            unit="deg",
            minimum=0.0,
            maximum=90.0,
            group="Holes",
            suggested={"uniform": [70.0, 88.0]},
        ),
        *reach(0.2, 30.0),
        enabled("depth_stereo"),
    )

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        """Return ``depth_stereo``: float32 metres along camera z, 0 where there is none.

        Depth is ``fx * baseline / d`` with ``d = round((fx * baseline / z + noise) / step) * step``.
        """
        if not values["enabled"]:
            return {}
        base = float(values["baseline_m"])
        exact = disparities(frame, self.name, base)
        kept = seen_twice(exact, border=True) & self._textured(values, frame) & self._faced(values, frame)
        radius = round(float(values["fattening"]) * (int(values["window_px"]) // 2))
        wide = fattened(exact, radius, _JUMP_PX)
        # What a near thing grows over is matched as that thing is.
        grown = wide > exact
        found = measured(wide, draws, float(values["noise_px"]), float(values["step_px"]))
        camera, _, _ = metres(frame, self.name)
        _mismatched(found, float(exact.max(initial=0.0)), float(values["outliers"]), draws)
        return {"depth_stereo": depths(camera, found, base, kept | grown, values)}

    def _textured(self, values: Values, frame: Frame) -> Mask:
        light, window = seen_light(frame, self.name), int(values["window_px"])
        mean: F32 = uniform_filter(light, window, mode="nearest")
        out: Mask = (mean <= np.float32(values["saturation"])) & (mean >= np.float32(values["darkest"]))
        if float(values["least_contrast"]) > 0.0 and window > 1:
            out &= contrast(light, window) >= np.float32(values["least_contrast"])
        return out

    def _faced(self, values: Values, frame: Frame) -> Mask:
        if frame.normal is None or frame.camera is None:
            return np.ones((frame.height, frame.width), dtype=np.bool_)
        rays, lengths = camera_rays(frame.camera)
        cosine = -np.einsum("hwi,hwi->hw", rays, frame.normal) / lengths
        out: Mask = cosine >= np.cos(np.radians(float(values["grazing_deg"])))
        return out


def _mismatched(found: F32, most_px: float, share: float, draws: Draws) -> None:
    """Give a share of the pixels disparities from anywhere in the range, in place."""
    if share == 0.0:
        return
    number = count_of(share * found.size, float(draws.uniforms("mismatches", 0, 1)[0]))
    u = draws.uniforms("mismatched", 0, 2 * number).reshape(2, -1)
    found.ravel()[(u[0] * found.size).astype(np.int64)] = (u[1] * most_px).astype(np.float32)
