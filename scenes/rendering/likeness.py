"""How alike two pictures are: structural similarity of luma, root mean square error, ratio of means.

Figures for comparing engines and settings. It knows no engine, and refuses pictures of different sizes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F64

LUMA: Final = (0.2126, 0.7152, 0.0722)
"""Shares of red, green and blue in the luma of ITU-R BT.709."""
WINDOW_PX: Final = 11
_SIGMA_PX: Final = 1.5
_K1, _K2 = 0.01, 0.03


@dataclass(frozen=True)
class Likeness:
    """Figures of two pictures.

    Attributes
    ----------
    similarity : float
        Structural similarity of luma: 1 for the same picture, about 0 for pictures that have nothing to do with
        each other.
    error : float
        Root mean square of the differences of all channels, in display-referred units of [0, 1].
    mean_ratio : float
        Mean of the second picture over mean of the first: above 1 the second is brighter. NaN where the first is black.
    """

    similarity: float
    error: float
    mean_ratio: float


def compare(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> Likeness:
    """Return the figures of two pictures, (H, W, 3), uint8 or float in [0, 1].

    Raises
    ------
    ValueError
        Their sizes differ, or they are smaller than the window of the similarity.
    """
    a, b = _pair(first, second)
    mean = float(a.mean())
    ratio = float(b.mean()) / mean if mean > 0 else float("nan")
    return Likeness(structural_similarity(a, b), root_mean_square(a, b), ratio)


def structural_similarity(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> float:
    """Return the mean structural similarity of two pictures' luma.

    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural similarity",
    IEEE Transactions on Image Processing 13(4), 2004: Gaussian window of 11 px with sigma 1.5 px, K1 = 0.01,
    K2 = 0.03, moments of the population, and only windows that lie inside the picture.

    Parameters
    ----------
    first, second : (H, W) or (H, W, 3), uint8 or float in [0, 1]

    Raises
    ------
    ValueError
        Their sizes differ, or they are smaller than the window.
    """
    a, b = (_luma(picture) for picture in _pair(first, second))
    mean_a, mean_b = _blurred(a), _blurred(b)
    var_a = _blurred(a * a) - mean_a**2
    var_b = _blurred(b * b) - mean_b**2
    both = _blurred(a * b) - mean_a * mean_b
    c1, c2 = _K1**2, _K2**2
    upper = (2.0 * mean_a * mean_b + c1) * (2.0 * both + c2)
    lower = (mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)
    return float(np.mean(upper / lower))


def root_mean_square(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> float:
    """Return the root mean square of the differences, in units of [0, 1]."""
    a, b = _pair(first, second)
    return float(np.sqrt(np.mean((a - b) ** 2)))


def _pair(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> tuple[F64, F64]:
    if first.shape != second.shape:
        raise ValueError(f"pictures of different sizes cannot be compared: {first.shape} and {second.shape}")
    if first.ndim not in (2, 3) or min(first.shape[:2]) < WINDOW_PX:
        raise ValueError(f"a picture to compare has at least {WINDOW_PX} px on each side, not shape {first.shape}")
    return _unit(first), _unit(second)


def _unit(picture: npt.NDArray[Any]) -> F64:
    return picture / 255.0 if picture.dtype == np.uint8 else picture.astype(np.float64)


def _luma(picture: F64) -> F64:
    return picture if picture.ndim == 2 else picture @ np.asarray(LUMA)


def _blurred(values: F64) -> F64:
    """Return weighted means of the windows that lie inside."""
    from scipy.ndimage import correlate1d

    half = WINDOW_PX // 2
    at = np.arange(-half, half + 1)
    weights = np.exp(-0.5 * (at / _SIGMA_PX) ** 2)
    weights /= weights.sum()
    along = correlate1d(correlate1d(values, weights, axis=0), weights, axis=1)
    inside: F64 = along[half : values.shape[0] - half, half : values.shape[1] - half]
    return inside
