"""When and through which point of the lens each drawing of a picture is made, and what it weighs in each row.

Numbers from numbers: the same camera and the same blur give the same schedule. It refuses no blur; a quality has a
largest number of drawings, and beyond it they stand farther apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.rendering.frame import Quality

_SPACING_PX: Final[dict[Quality, float]] = {"draft": 2.5, "standard": 1.5, "high": 1.0}
_MOST: Final[dict[Quality, int]] = {"draft": 12, "standard": 40, "high": 200}
_ROLLING_PX: Final = 1.0
"""How far things may move between two instants that a row of a rolling shutter blends."""
_GOLDEN_ANGLE: Final = math.pi * (3.0 - math.sqrt(5.0))
_PLASTIC: Final = 1.3247179572447460260
_STILL_PX: Final = 0.02


@dataclass(frozen=True, eq=False)
class Shot:
    """One drawing.

    Attributes
    ----------
    time_s : float
    lens : (float, float)
        Point of the unit disc; times the aperture's radius it is metres along camera x and y.
    first, end : int
        Rows of the picture that it is seen in.
    weights : (end - first,) float32
        What it weighs in each; over all shots a row's weights sum to 1.
    """

    time_s: float
    lens: tuple[float, float]
    first: int
    end: int
    weights: F32


@dataclass(frozen=True)
class Blur:
    """How far a picture's points spread.

    Attributes
    ----------
    confusion_px : float
        Largest circle of confusion, diameter.
    speed_px_s : float
        Fastest point of the picture.
    """

    confusion_px: float
    speed_px_s: float


def together(blur: Blur, shutter_s: float, quality: Quality) -> int:
    """Return how many drawings make up one row."""
    spacing = _SPACING_PX[quality]
    wide = math.ceil(math.pi / 4 * (blur.confusion_px / spacing) ** 2) if blur.confusion_px > _STILL_PX else 1
    if 1 < wide < 7:
        wide = 7
    length = blur.speed_px_s * shutter_s
    long = max(2, math.ceil(length / spacing) + 1) if length > _STILL_PX else 1
    return min(max(wide, long), _MOST[quality])


def schedule(blur: Blur, shutter_s: float, row_times_s: F64, quality: Quality) -> list[Shot]:
    """Return the drawings of one picture.

    Parameters
    ----------
    row_times_s : (H,) float64
        The instant of every row's middle of exposure; all 0 where nothing rolls.
    """
    count = together(blur, shutter_s, quality)
    height = len(row_times_s)
    readout = float(row_times_s.max() - row_times_s.min())
    if readout * blur.speed_px_s <= _STILL_PX:
        weights = np.full(height, 1.0 / count, dtype=np.float32)
        return [Shot(_moment(k, count) * shutter_s, _lens(k, count), 0, height, weights) for k in range(count)]
    return _rolling(blur, shutter_s, row_times_s, readout, quality, count)


def _rolling(
    blur: Blur, shutter_s: float, row_times_s: F64, readout: float, quality: Quality, count: int
) -> list[Shot]:
    apart = _ROLLING_PX / blur.speed_px_s
    window = shutter_s if count == 1 else max(shutter_s, apart)
    step = min(apart, window / count) if count > 1 else apart
    most = 2 * _MOST[quality] * (1 if count == 1 else 2)
    number = min(math.ceil((readout + window) / step) + 1, most)
    middle = 0.5 * float(row_times_s.max() + row_times_s.min())
    instants = middle + np.linspace(-0.5, 0.5, number) * (readout + window)
    step = float(instants[1] - instants[0])
    away = (row_times_s[:, None] - instants) / step
    half = 0.5 * window / step
    weights = _tent(away) if half < 1e-6 else (_tent_sum(away + half) - _tent_sum(away - half)) / (2 * half)
    weights /= weights.sum(axis=1, keepdims=True)
    shots = []
    for k in range(number):
        rows = np.flatnonzero(weights[:, k] > 1e-6)
        if len(rows):
            first, end = int(rows[0]), int(rows[-1]) + 1
            own = weights[first:end, k].astype(np.float32)
            shots.append(Shot(float(instants[k]), _lens_along(k) if count > 1 else (0.0, 0.0), first, end, own))
    return shots


def _moment(k: int, count: int) -> float:
    """Return instant k of `count` in [-0.5, 0.5]: every stratum once, in an order unlike that of the lens's points."""
    if count == 1:
        return 0.0
    order = np.argsort([(n / _PLASTIC) % 1.0 for n in range(count)], kind="stable")
    place = int(np.flatnonzero(order == k)[0])
    return (place + 0.5) / count - 0.5


def _lens(k: int, count: int) -> tuple[float, float]:
    """Return point k of Vogel's spiral (1979), which spreads `count` points evenly over the unit disc."""
    if count == 1:
        return 0.0, 0.0
    radius = math.sqrt((k + 0.5) / count)
    return radius * math.cos(k * _GOLDEN_ANGLE), radius * math.sin(k * _GOLDEN_ANGLE)


def _lens_along(k: int) -> tuple[float, float]:
    """Return point k of a sequence of which every run of neighbours covers the unit disc (Roberts's R2, 2018)."""
    a, b = (0.5 + k / _PLASTIC) % 1.0, (0.5 + k / _PLASTIC**2) % 1.0
    radius = math.sqrt(a)
    return radius * math.cos(2 * math.pi * b), radius * math.sin(2 * math.pi * b)


def _tent(x: F64) -> F64:
    return np.asarray(np.maximum(1.0 - np.abs(x), 0.0))


def _tent_sum(x: F64) -> F64:
    """Return the integral of the tent from minus infinity to x."""
    x = np.clip(x, -1.0, 1.0)
    return np.asarray(np.where(x < 0, 0.5 * (1 + x) ** 2, 1.0 - 0.5 * (1 - x) ** 2))
