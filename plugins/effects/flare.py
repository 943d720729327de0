"""Lens flare: stars, streaks and ghosts of what is brighter than the picture can show.

It knows what is in the picture: a sun beside it makes no flare.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft2, next_fast_len, rfft2

from myriorama.plugins.api import Draws, Effect, Float, Frame, Int, Values
from myriorama.plugins.effects._lens.glare import blade_kernel, ghosts_of, moving, star_kernel
from myriorama.plugins.effects._spread import block_means, both_axes, enlarged
from myriorama.scenes.conventions import F32

_STAR_WIDTH_PX: Final = 320
_GHOST_WIDTH_PX: Final = 160
Spectrum = npt.NDArray[np.complexfloating[Any, Any]]


class Flare(Effect):
    """Lens flare."""

    name = "flare"
    label = "Lens flare"
    help = "Stars around bright lights and ghosts of the aperture across the picture from them."
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0}
    parameters = (
        Float(
            "strength",
            0.3,
            help="Factor on stars and ghosts; 0 leaves the picture as it is.",
            minimum=0.0,
            maximum=5.0,
            group="Flare",
            suggested={"uniform": [0.0, 0.6]},
        ),
        Float(
            "above_light",
            1.5,
            help="Only light above this flares; white is about 1.",
            minimum=0.0,
            maximum=1000.0,
            group="Flare",
        ),
        Int(
            "blades",
            6,
            help="Of the aperture: six give six rays, seven fourteen.",
            minimum=3,
            maximum=16,
            group="Flare",
            suggested={"integers": [5, 9]},
        ),
        Float(
            "turn_deg",
            10.0,
            help="How the aperture is turned.",
            unit="deg",
            minimum=0.0,
            maximum=360.0,
            group="Flare",
            suggested={"uniform": [0.0, 72.0]},
        ),
        Float(
            "star",
            1.0,
            help="Share of stars.",
            minimum=0.0,
            maximum=4.0,
            group="Star",
        ),
        Float(
            "length_percent",
            12.0,
            help="How far rays reach, in percent of the picture's diagonal.",
            unit="%",
            minimum=1.0,
            maximum=60.0,
            group="Star",
            suggested={"uniform": [6.0, 20.0]},
        ),
        Float(
            "streak",
            0.0,
            help="How much of a star is one level blue streak, as behind an anamorphic lens.",
            minimum=0.0,
            maximum=1.0,
            group="Star",
        ),
        Float(
            "ghost",
            1.0,
            help="Share of ghosts.",
            minimum=0.0,
            maximum=4.0,
            group="Ghosts",
        ),
        Int(
            "ghosts",
            7,
            help="How many there are.",
            minimum=0,
            maximum=16,
            group="Ghosts",
            suggested={"integers": [3, 10]},
        ),
        Int(
            "lens",
            0,
            help="Which lens it is: where its ghosts stand, how large and of what colour they are.",
            minimum=0,
            maximum=1_000_000,
            group="Ghosts",
        ),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture and what its bright light adds to it, all linear in that light."""
        strength = float(values["strength"])
        if strength == 0.0:
            return linear
        block = max(1, round(linear.shape[1] / _STAR_WIDTH_PX))
        bright = block_means(np.maximum(linear - np.float32(values["above_light"]), np.float32(0.0)), block)
        if not bright.any():
            return linear
        out = linear.copy()
        if float(values["star"]) > 0.0:
            added = _stars(values, bright) * np.float32(0.25 * strength * float(values["star"]))
            out += enlarged(added, linear.shape[0], linear.shape[1], block)
        if float(values["ghost"]) > 0.0 and int(values["ghosts"]) > 0:
            more = max(1, round(bright.shape[1] / _GHOST_WIDTH_PX))
            small = _ghosts(values, block_means(bright, more)) * np.float32(0.05 * strength * float(values["ghost"]))
            added = enlarged(small, bright.shape[0], bright.shape[1], more)
            out += enlarged(added, linear.shape[0], linear.shape[1], block)
        return out


def _stars(values: Values, bright: F32) -> F32:
    height, width = bright.shape[:2]
    length_px = 0.01 * float(values["length_percent"]) * float(np.hypot(height, width))
    turn_deg, streak = float(values["turn_deg"]), float(values["streak"])
    star = _star_spectrum(height, width, int(values["blades"]), turn_deg, length_px, streak)
    return _joined(_spectrum(bright) * star, height, width)


def _ghosts(values: Values, bright: F32) -> F32:
    height, width = bright.shape[:2]
    diagonal = float(np.hypot(height, width))
    total: Spectrum | None = None
    for ghost in ghosts_of(int(values["lens"]), int(values["ghosts"])):
        moved = both_axes(bright, moving(height, ghost.scale), moving(width, ghost.scale))
        radius_px = max(ghost.radius * diagonal, 1.0)
        kernel = _blade_spectrum(height, width, int(values["blades"]), float(values["turn_deg"]), radius_px)
        tint = np.float32(ghost.share) * np.array(ghost.tint, dtype=np.float32)
        part = _spectrum(moved * tint) * kernel
        total = part if total is None else total + part
    return np.zeros_like(bright) if total is None else _joined(total, height, width)


@lru_cache(maxsize=4)
def _star_spectrum(height: int, width: int, blades: int, turn_deg: float, length_px: float, streak: float) -> Spectrum:
    return _kernel_spectrum(star_kernel(height, width, blades, turn_deg, length_px, streak), height, width)


@lru_cache(maxsize=32)
def _blade_spectrum(height: int, width: int, blades: int, turn_deg: float, radius_px: float) -> Spectrum:
    return _kernel_spectrum(blade_kernel(height, width, blades, turn_deg, radius_px), height, width)


def _padded(height: int, width: int) -> tuple[int, int]:
    """Return the size of the transforms: what wraps around at twice the picture's size lies outside the picture."""
    return next_fast_len(2 * height - 1, real=True), next_fast_len(2 * width - 1, real=True)


def _kernel_spectrum(kernel: F32, height: int, width: int) -> Spectrum:
    return np.asarray(rfft2(kernel, s=_padded(height, width), axes=(0, 1)))


def _spectrum(image: F32) -> Spectrum:
    return np.asarray(rfft2(image, s=_padded(*image.shape[:2]), axes=(0, 1)))


def _joined(spectrum: Spectrum, height: int, width: int) -> F32:
    """Return (H, W, 3): what lies in the picture, which begins where the kernel's middle does."""
    whole = irfft2(spectrum, s=_padded(height, width), axes=(0, 1))
    inside = whole[height - 1 : 2 * height - 1, width - 1 : 2 * width - 1]
    return np.maximum(inside, 0.0).astype(np.float32)
