"""What a time-of-flight camera would measure of the exact depth, as a layer beside it.

Continuous-wave light of one frequency, with the amplitude's noise. Indirect light is a blur of the direct, not traced.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from myriorama.plugins.api import Bool, Draws, Effect, Float, Frame, Values
from myriorama.plugins.effects._air.ground import reflectance
from myriorama.plugins.effects._air.rays import camera_rays
from myriorama.plugins.effects._depth_views import LUMA, enabled, linear_light, metres, reach
from myriorama.plugins.effects._sensor import standard_normals
from myriorama.scenes.conventions import F32

LIGHT_M_S: Final = 299792458.0
_INDIRECT_SHARE: Final = 0.06
"""Indirect light comes from around, within this share of the picture's width."""


class TofDepth(Effect):
    """A time-of-flight depth camera."""

    name = "tof_depth"
    label = "Time-of-flight depth"
    version = "2"
    help = "Adds the layer depth_tof: flying pixels, noise by amplitude, indirect light's bias, and wrapped ranges."
    rest: ClassVar[Mapping[str, Any]] = {"enabled": False}
    parameters = (
        Float(
            "frequency_mhz",
            20.0,
            help="Modulation in MHz: ranges repeat after c / 2f, 7.5 m for 20 MHz.",
            unit="MHz",
            minimum=0.1,
            maximum=1000.0,
            group="Light",
            suggested={"choice": [15.0, 20.0, 80.0, 100.0]},
        ),
        Bool("wraps", True, help="Whether ranges beyond c / 2f fold back; off, other frequencies tell.", group="Light"),
        Float(
            "noise_m",
            0.002,
            help="Standard deviation of the range to a white surface that faces the camera at 1 m.",
            unit="m",
            minimum=0.0,
            maximum=10.0,
            group="Noise",
            suggested={"log_uniform": [0.0005, 0.01]},
        ),
        Float(
            "ambient",
            0.0,
            help="How much of the scene's own light is counted: noise grows with it. 1 is as much as the sensor's own "
            "light off white paper at 1 m, for a scene as bright as white paper.",
            minimum=0.0,
            maximum=1000.0,
            group="Noise",
            suggested={"log_uniform": [0.01, 2.0]},
        ),
        Float(
            "footprint_px",
            0.6,
            help="Standard deviation of the spot that a pixel measures: at edges it mixes near and far.",
            unit="px",
            minimum=0.0,
            maximum=20.0,
            group="Edges",
            suggested={"uniform": [0.3, 1.2]},
        ),
        Float(
            "indirect",
            0.03,
            help="Share of light that comes by way of other surfaces, and is late.",
            minimum=0.0,
            maximum=1.0,
            group="Light",
            suggested={"uniform": [0.0, 0.1]},
        ),
        Float(
            "least_amplitude",
            0.002,
            help="Holes where less comes back: reflectance times cosine over range squared, in m-2.",
            minimum=0.0,
            maximum=1000.0,
            group="Holes",
            suggested={"log_uniform": [0.0005, 0.01]},
        ),
        Float(
            "largest_amplitude",
            25.0,
            help="Holes where more comes back than the pixel holds: very near or bright things.",
            minimum=0.001,
            maximum=1000000.0,
            group="Holes",
        ),
        *reach(0.1, 100.0),
        enabled("depth_tof"),
    )

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        """Return ``depth_tof``: float32 metres along camera z, 0 where there is none.

        With amplitude A (1 for white at 1 m) and ambient light B the range's standard deviation is
        ``noise_m * sqrt(A + B) / A``: R. Lange and P. Seitz, "Solid-state time-of-flight range camera", IEEE JQE 37
        (2001). Mixed pixels are means of the phasors ``A exp(4 pi i f r / c)``.
        """
        if not values["enabled"]:
            return {}
        camera, depth, hit = metres(frame, self.name)
        linear = linear_light(frame, self.name)
        _, lengths = camera_rays(camera)
        exact = depth * lengths
        back, cosine = reflectance(frame, linear, self.name)
        amplitude = np.where(hit, back * cosine / np.maximum(np.square(exact), np.float32(1e-6)), np.float32(0.0))
        per_m = 4.0 * math.pi * float(values["frequency_mhz"]) * 1e6 / LIGHT_M_S
        found, strength = _mixed(exact, amplitude, per_m, values, camera.fx)
        kept = hit & (strength >= np.float32(values["least_amplitude"])) & (strength > 0)
        kept &= strength <= np.float32(values["largest_amplitude"])
        noise_m = float(values["noise_m"])
        if noise_m > 0.0:
            counted = strength + np.float32(values["ambient"]) * (linear @ LUMA)
            spread = np.sqrt(counted) / np.maximum(strength, np.float32(1e-9))
            noise = standard_normals(draws, exact.size, "phase").reshape(exact.shape)
            found = found + np.where(kept, spread, np.float32(0.0)) * noise * np.float32(noise_m)
        if values["wraps"]:
            found = np.mod(found, np.float32(2.0 * math.pi / per_m))
        out: F32 = np.where(kept & (found > 0), found, np.float32(0.0)).astype(np.float32) / lengths
        out[(out < np.float32(values["nearest_m"])) | (out > np.float32(values["furthest_m"]))] = 0.0
        return {"depth_tof": out}


def _mixed(exact: F32, amplitude: F32, per_m: float, values: Values, focal_px: float) -> tuple[F32, F32]:
    """Return ranges and amplitudes with the mixing of neighbours and of indirect light.

    Phasors are turned back by each pixel's own phase first, so that what comes out is an offset to its exact range.
    """
    spot, indirect = float(values["footprint_px"]), float(values["indirect"])
    if spot == 0.0 and indirect == 0.0:
        return exact, amplitude
    phase = exact * np.float32(per_m)
    real, imaginary = amplitude * np.cos(phase), amplitude * np.sin(phase)
    direct = (gaussian_filter(real, spot), gaussian_filter(imaginary, spot)) if spot > 0.0 else (real, imaginary)
    if indirect > 0.0:
        around = _INDIRECT_SHARE * exact.shape[1]
        late = np.float32(0.5 * per_m * around / focal_px) * exact
        blurred = _wide(real, around), _wide(imaginary, around)
        cos, sin = np.cos(late), np.sin(late)
        direct = (
            direct[0] + np.float32(indirect) * (blurred[0] * cos - blurred[1] * sin),
            direct[1] + np.float32(indirect) * (blurred[0] * sin + blurred[1] * cos),
        )
    cos, sin = np.cos(phase), np.sin(phase)
    ahead = np.arctan2(direct[1] * cos - direct[0] * sin, direct[0] * cos + direct[1] * sin)
    return (exact + ahead / np.float32(per_m)).astype(np.float32), np.hypot(*direct).astype(np.float32)


def _wide(picture: F32, sigma_px: float) -> F32:
    """Return a wide blur, made small for speed: every fourth pixel of means."""
    small = gaussian_filter(picture[::4, ::4], sigma_px / 4.0)
    out: F32 = np.repeat(np.repeat(small, 4, axis=0), 4, axis=1)[: picture.shape[0], : picture.shape[1]]
    return out
