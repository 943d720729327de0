"""How a path tracer's effort is shared among the drawings of one picture, and their sum freed of grain.

A picture of many drawings spends as many paths as one would. It imports no path tracer and no denoiser by itself.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final

import numpy as np

from myriorama.scenes.conventions import F32
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.tracing import Tracing

_FEW: Final = 3
"""Up to as many drawings a pixel the engine frees each of grain, guided by what it sees; more are freed together."""
_MOST_TARGET: Final = 0.99


def share_of(request: RenderRequest, together: int) -> RenderRequest:
    """Return what is asked of each drawing where a pixel is made of `together`."""
    tracing = request.tracing
    if together > 1:
        tracing = replace(
            tracing,
            samples_per_pixel=paths_of_each(tracing, together),
            noise_target=min(tracing.noise_target * math.sqrt(together), _MOST_TARGET),
            denoise=tracing.denoise and together <= _FEW,
        )
    return replace(request, rgb=False, linear=True, truth=False, amodal=False, coordinates=False, tracing=tracing)


def paths_of_each(tracing: Tracing, together: int) -> int:
    """Return how many paths a pixel each drawing takes, at most, where a pixel is made of `together`."""
    return max(1, round(tracing.samples_per_pixel / together))


def freed_later(request: RenderRequest, together: int) -> bool:
    """Whether the mean of the drawings is to be freed of grain."""
    traced = request.engine == "pathtraced" and request.quality != "draft"
    return traced and request.tracing.denoise and together > _FEW


def freed(linear: F32) -> F32:
    """Return (H, W, 3) linear light without its grain; by itself, since what blurs light blurs every guide.

    Raises
    ------
    DeviceError
        The denoiser is not installed.
    """
    try:
        import pyoidn
    except ImportError as error:
        raise DeviceError(
            "denoising needs the package pyoidn: pip install 'myriorama[render]'; or switch it off (--no-denoise)"
        ) from error
    quiet: Any = pyoidn.denoise(np.ascontiguousarray(linear), hdr=True, quality="fast")
    return np.maximum(np.asarray(quiet, dtype=np.float32), np.float32(0.0))
