"""The noise of a camera's sensor: photons counted, the dark, the electronics that read them, and what is fixed in it.

The model is that of EMVA standard 1288 in electrons: what a photosite counts is Poisson, what reads it is Gaussian. It
knows no colour filter: every pixel has three photosites of its own until `bayer` takes two of them away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np

from myriorama.plugins.api import Draws, Effect, Float, Frame, Int, Values
from myriorama.plugins.effects._sensor import pattern_of, poisson_counts, standard_normals
from myriorama.scenes.conventions import F32

_BASE_ISO: Final = 100.0
_COUNTED_BELOW_E: Final = np.float32(4.0)
"""Below this mean electrons are counted one by one; above, the normal distribution with the skewness put right."""


@dataclass(frozen=True)
class _Sensor:
    """The parameters, in electrons."""

    strength: float
    white_e: float
    read_e: float
    dark_e: float
    response: float
    offset_e: float
    columns_e: float
    rows_e: float
    hot_share: float
    hot_e: float


class SensorNoise(Effect):
    """Shot, dark, read and fixed-pattern noise."""

    name = "sensor_noise"
    label = "Sensor noise"
    help = "Shot, dark, read and fixed-pattern noise of a sensor, in linear light."
    version = "2"
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0}
    parameters = (
        Float(
            "strength",
            1.0,
            help="Factor on all noise; 0 leaves the picture as it is.",
            minimum=0.0,
            maximum=20.0,
            group="Noise",
            suggested={"uniform": [0.0, 1.5]},
        ),
        Float(
            "iso",
            800.0,
            help="Sensitivity: white has the electrons of a full well at ISO 100, and fewer in proportion above.",
            minimum=25.0,
            maximum=204800.0,
            group="Noise",
            suggested={"log_uniform": [100.0, 6400.0]},
        ),
        Float(
            "full_well_e",
            30000.0,
            help="Electrons that light 1 makes in a photosite at ISO 100: 5 000 in a phone, 90 000 in a large camera.",
            unit="e",
            minimum=100.0,
            maximum=1e6,
            group="Noise",
        ),
        Float(
            "clip_light",
            0.0,
            help="Light at which a photosite is full and shows no more; 0 lets light be as bright as it is.",
            minimum=0.0,
            maximum=100.0,
            group="Noise",
        ),
        Float(
            "read_noise_e",
            3.0,
            help="Standard deviation of the electronics, in electrons.",
            unit="e",
            minimum=0.0,
            maximum=1000.0,
            group="Electronics",
            suggested={"uniform": [1.0, 8.0]},
        ),
        Float(
            "dark_current_e_s",
            0.0,
            help="Electrons per second without light. Their mean is taken off again, their noise stays.",
            unit="e/s",
            minimum=0.0,
            maximum=1e6,
            group="Electronics",
            suggested={"log_uniform": [1.0, 500.0]},
        ),
        Float(
            "exposure_s",
            0.01,
            help="How long the dark current adds up.",
            unit="s",
            minimum=0.0,
            maximum=3600.0,
            group="Electronics",
        ),
        Float(
            "row_noise_e",
            0.0,
            help="Banding: what each row is off, in electrons; another in every picture.",
            unit="e",
            minimum=0.0,
            maximum=1000.0,
            group="Electronics",
            suggested={"uniform": [0.0, 0.8]},
        ),
        Int(
            "sensor",
            0,
            help="Which sensor it is: pictures of one sensor have one fixed pattern and the same hot pixels.",
            minimum=0,
            maximum=1_000_000,
            group="Fixed pattern",
        ),
        Float(
            "response_percent",
            0.0,
            help="How much photosites differ in response (PRNU), standard deviation.",
            unit="%",
            minimum=0.0,
            maximum=50.0,
            group="Fixed pattern",
            suggested={"uniform": [0.2, 2.0]},
        ),
        Float(
            "offset_e",
            0.0,
            help="How much photosites differ in the dark (DSNU), standard deviation in electrons.",
            unit="e",
            minimum=0.0,
            maximum=1000.0,
            group="Fixed pattern",
            suggested={"uniform": [0.0, 4.0]},
        ),
        Float(
            "column_noise_e",
            0.0,
            help="Banding: what each column is off, in electrons; the same in every picture of a sensor.",
            unit="e",
            minimum=0.0,
            maximum=1000.0,
            group="Fixed pattern",
            suggested={"uniform": [0.0, 0.8]},
        ),
        Float(
            "hot_pixels_ppm",
            0.0,
            help="How many of a million photosites are hot.",
            minimum=0.0,
            maximum=100_000.0,
            group="Fixed pattern",
            suggested={"log_uniform": [1.0, 200.0]},
        ),
        Float(
            "hot_pixel_e",
            5000.0,
            help="Electrons that a hot photosite has too many, on average.",
            unit="e",
            minimum=0.0,
            maximum=1e6,
            group="Fixed pattern",
        ),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture as the sensor reads it.

        With N electrons at light 1, response r and m = light * N * r + dark, a photosite's electrons have the mean m
        and the variance m + read ** 2; the mean dark is taken off, and all is divided by N. Below four electrons counts
        are exactly Poisson; above, mean, variance and skewness are those of the sum (second term of Cornish and
        Fisher's expansion). Light below 0, which no tone curve takes, becomes 0.
        """
        if float(values["strength"]) == 0.0:
            return linear
        s, sensor = _sensor(values), draws.device(int(values["sensor"]))
        fixed = _offsets(s, sensor, linear.shape, draws)
        mean = np.maximum(linear, np.float32(0.0))
        mean *= np.float32(s.white_e)
        if s.response > 0.0:
            pattern = pattern_of(sensor, *linear.shape[:2])
            mean *= np.maximum(np.float32(1.0) + np.float32(s.response) * pattern.gain, np.float32(0.0))
        out = mean.copy() if fixed is None else mean + fixed
        if s.dark_e > 0.0:
            mean += np.float32(s.dark_e)
        if s.hot_share > 0.0:
            hot = _hot(s, sensor, linear.shape)
            mean += hot
            out += hot
        out += _noise(s, mean, draws)
        out *= np.float32(1.0 / s.white_e)
        top = float(values["clip_light"])
        np.clip(out, np.float32(0.0), np.float32(top) if top > 0.0 else None, out=out)
        return out


def _sensor(values: Values) -> _Sensor:
    strength = float(values["strength"])
    return _Sensor(
        strength=strength,
        white_e=float(values["full_well_e"]) * _BASE_ISO / float(values["iso"]),
        read_e=float(values["read_noise_e"]),
        dark_e=float(values["dark_current_e_s"]) * float(values["exposure_s"]),
        response=0.01 * float(values["response_percent"]) * strength,
        offset_e=float(values["offset_e"]) * strength,
        columns_e=float(values["column_noise_e"]) * strength,
        rows_e=float(values["row_noise_e"]) * strength,
        hot_share=1e-6 * float(values["hot_pixels_ppm"]),
        hot_e=float(values["hot_pixel_e"]) * strength,
    )


def _noise(s: _Sensor, mean: F32, draws: Draws) -> F32:
    """Return what counting and reading add to electrons of these means, (H, W, 3) float32 of mean 0."""
    z = standard_normals(draws, mean.size).reshape(mean.shape)
    variance = mean + np.float32(s.read_e**2)
    variance += np.float32(1e-12)
    skew = mean / variance
    skew *= np.float32(1.0 / 6.0)
    # the skewed term has a variance of 2 skew ** 2 of its own
    spread = variance
    spread -= np.float32(2.0) * skew * skew
    np.sqrt(np.maximum(spread, np.float32(0.0), out=spread), out=spread)
    spread *= z
    z *= z
    z -= np.float32(1.0)
    z *= skew
    z += spread
    few = np.flatnonzero(mean.reshape(-1) < _COUNTED_BELOW_E)
    if len(few):
        means = mean.reshape(-1)[few]
        counted = poisson_counts(draws, means, "counts") - means
        counted += np.float32(s.read_e) * standard_normals(draws, len(few), "read")
        z.reshape(-1)[few] = counted
    if s.strength != 1.0:
        z *= np.float32(s.strength)
    return z


def _offsets(s: _Sensor, sensor: int, shape: tuple[int, ...], draws: Draws) -> F32 | None:
    """Return what is added to photosites, columns and rows whatever the light is, (H, W, 3) or smaller; None for 0."""
    height, width = shape[:2]
    out: F32 | None = None
    if s.offset_e > 0.0:
        out = np.float32(s.offset_e) * pattern_of(sensor, height, width).offset
    if s.columns_e > 0.0:
        columns = np.float32(s.columns_e) * pattern_of(sensor, height, width).columns[None, :, None]
        out = columns if out is None else out + columns
    if s.rows_e > 0.0:
        rows = np.float32(s.rows_e) * standard_normals(draws, height, "rows")[:, None, None]
        out = rows if out is None else out + rows
    return out


def _hot(s: _Sensor, sensor: int, shape: tuple[int, ...]) -> F32:
    pattern = pattern_of(sensor, shape[0], shape[1])
    size = np.float32(s.hot_e) * pattern.hot_size
    return np.where(pattern.hot_order < np.float32(s.hot_share), size, np.float32(0.0))
