"""The noise of a camera's sensor: photons counted, and the electronics that read them.

It knows no fixed pattern, no hot pixels and no colour filter: every pixel and channel is on its own.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np

from myriorama.plugins.api import Draws, Effect, Float, Frame, Values
from myriorama.scenes.conventions import F32

_FULL_WELL_AT_BASE_E: Final = 30000.0
_BASE_ISO: Final = 100.0
_BITS: Final = 13
_LEVELS: Final = 1 << _BITS
_PER_UNIFORM: Final = 4


class SensorNoise(Effect):
    """Shot noise and read noise."""

    name = "sensor_noise"
    label = "Sensor noise"
    help = "Shot and read noise of a sensor, in linear light."
    parameters = (
        Float(
            "strength",
            1.0,
            help="Factor on the noise; 0 leaves the picture as it is.",
            minimum=0.0,
            maximum=20.0,
            group="Noise",
            suggested={"uniform": [0.0, 1.5]},
        ),
        Float(
            "iso",
            800.0,
            help="Sensitivity: white is 30 000 electrons at ISO 100, and fewer in proportion above.",
            minimum=25.0,
            maximum=204800.0,
            group="Noise",
            suggested={"log_uniform": [100.0, 6400.0]},
        ),
        Float(
            "read_noise_e",
            3.0,
            help="Standard deviation of the electronics, in electrons.",
            unit="e",
            minimum=0.0,
            maximum=1000.0,
            group="Noise",
            suggested={"uniform": [1.0, 8.0]},
        ),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture with noise: variance (light * N + read ** 2) / N ** 2, N electrons at radiance 1.

        The counts are taken as normal, which they are to a few percent from ten electrons on; light below 0, which no
        tone curve takes, becomes 0.
        """
        strength = float(values["strength"])
        if strength == 0.0:
            return linear
        electrons = _FULL_WELL_AT_BASE_E * _BASE_ISO / float(values["iso"])
        read = float(values["read_noise_e"])
        spread = linear * np.float32(1.0 / electrons)
        spread += np.float32((read / electrons) ** 2)
        np.sqrt(spread, out=spread)
        spread *= standard_normals(draws, linear.size).reshape(linear.shape)
        spread *= np.float32(strength)
        spread += linear
        np.maximum(spread, np.float32(0.0), out=spread)
        return spread


def standard_normals(draws: Draws, count: int) -> F32:
    """Return (count,) float32 normal numbers of mean 0 and variance 1, four from each uniform's leading 52 bits.

    Each is one of 8192 equally likely levels, the middles of as many slices of the normal distribution.
    """
    uniforms = draws.uniforms("noise", 0, -(-count // _PER_UNIFORM))
    bits = (uniforms * float(1 << (_BITS * _PER_UNIFORM))).astype(np.uint64)
    levels = np.empty((len(bits), _PER_UNIFORM), dtype=np.uint16)
    for lane in range(_PER_UNIFORM):
        levels[:, lane] = (bits >> np.uint64(_BITS * lane)) & np.uint64(_LEVELS - 1)
    normals: F32 = _levels()[levels.reshape(-1)[:count]]
    return normals


@lru_cache(maxsize=1)
def _levels() -> F32:
    """Return the (8192,) float32 levels, lowest first, scaled to variance 1."""
    standard = NormalDist()
    upper = np.array([standard.inv_cdf((k + 0.5) / _LEVELS) for k in range(_LEVELS // 2, _LEVELS)])
    levels = np.concatenate([-upper[::-1], upper])
    out: F32 = (levels / np.sqrt(np.mean(levels**2))).astype(np.float32)
    out.flags.writeable = False
    return out
