"""From sums over paths to a picture: passes until it is quiet enough, the denoiser, what lies behind, the layers.

It traces nothing itself and knows no device.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F32
from myriorama.scenes.rendering.tone import curved
from myriorama.scenes.rendering.tracing import Tracing

Trace = Callable[[int, int], Mapping[str, F32]]
"""Samples `first` up to `last` of every pixel, as named sums (N, C)."""

_LEAST_PASS: Final = 4
_MOST_PATHS: Final = 24_000_000
_BRIGHT: Final = 64.0
"""Six stops above white. Beside what is brighter still, the denoiser draws dark and coloured rims."""


@dataclass(frozen=True, eq=False)
class Exposed:
    """Means over the samples of every pixel, light multiplied by the exposure.

    Attributes
    ----------
    light, direct : (H, W, 3) float32
        Of what is hit, without what lies behind.
    open : (H, W, 1) float32
    albedo, normal : (H, W, 3) float32
    error : (H, W, 3) float32
        Standard error of `light`.
    samples : int
        How many were spent a pixel.
    """

    light: F32
    direct: F32
    open: F32
    albedo: F32
    normal: F32
    error: F32
    samples: int


def expose(trace: Trace, tracing: Tracing, width: int, height: int, exposure: float, times: int = 1) -> Exposed:
    """Spend samples as `tracing` says, so many `times` as many at most, and return their means."""
    limit = tracing.samples_per_pixel * times
    at_once = max(1, _MOST_PATHS // (width * height))
    total: dict[str, npt.NDArray[np.float64]] = {}
    spent = 0
    while True:
        step = limit - spent
        if tracing.noise_target > 0:
            step = min(step, max(_LEAST_PASS, spent))
        step = min(step, at_once)
        for name, sums in trace(spent, spent + step).items():
            total[name] = total[name] + sums if name in total else sums.astype(np.float64)
        spent += step
        if spent >= limit or (
            tracing.noise_target > 0 and noise_of(_means(total, spent, exposure)) <= tracing.noise_target
        ):
            break
    means = _means(total, spent, exposure)
    shaped = {name: values.reshape(height, width, -1) for name, values in means.items()}
    return Exposed(samples=spent, **shaped)


def _means(total: Mapping[str, npt.NDArray[np.float64]], spent: int, exposure: float) -> dict[str, F32]:
    light = total["light"] / spent
    spread = np.maximum(total["squares"] / spent - light**2, 0.0) / max(spent - 1, 1)
    out = {
        "light": light * exposure,
        "direct": total["direct"] / spent * exposure,
        "open": total["open"] / spent,
        "albedo": total["albedo"] / spent,
        "normal": total["normal"] / spent,
        "error": np.sqrt(spread) * exposure,
    }
    return {name: values.astype(np.float32) for name, values in out.items()}


def noise_of(means: Mapping[str, F32]) -> float:
    """Return the mean standard error of the picture before denoising, in display-referred units of [0, 1].

    The error of each channel is taken through the tone curve where the channel stands, half of it to either side.
    """
    light, error = means["light"], means["error"]
    half = error * np.float32(0.5)
    low, high = curved(light - half), curved(light + half)
    return float(np.mean(high - low, dtype=np.float64))


def denoised(picture: F32, albedo: F32, normal: F32) -> F32:
    """Return (H, W, 3) linear light without its grain, guided by what the eye meets first.

    Raises
    ------
    ImportError
        The denoiser is not installed.
    """
    bounded = np.minimum(picture, np.float32(_BRIGHT))
    quiet = _quiet(bounded, albedo, normal)
    if np.array_equal(bounded, picture):
        return quiet
    # What is brighter comes back where all around is bright; a single bright path among dark ones is grain.
    share = np.clip(quiet.max(axis=2, keepdims=True) / np.float32(_BRIGHT / 2) - np.float32(0.5), 0.0, 1.0)
    return np.asarray(quiet + share * (picture - bounded), dtype=np.float32)


def _quiet(picture: F32, albedo: F32, normal: F32) -> F32:
    import pyoidn

    quiet: Any = pyoidn.denoise(
        np.ascontiguousarray(picture),
        albedo=np.ascontiguousarray(np.clip(albedo, 0.0, 1.0)),
        normal=np.ascontiguousarray(np.clip(normal, -1.0, 1.0)),
        hdr=True,
        quality="fast",
    )
    return np.maximum(np.asarray(quiet, dtype=np.float32), np.float32(0.0))
