"""Whole cameras as lists of effects: what stands in which order, and how far each parameter varies.

A preset is a start and no measurement of one product; its figures are typical of the kind, and each may be changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class PresetEffect:
    """One effect of a preset. Parameters are literals or distributions, as a project writes them."""

    type: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Preset:
    """A camera.

    Attributes
    ----------
    name : str
        snake_case.
    label, help : str
        For people.
    effects : tuple of PresetEffect
        In order: lens, light on the sensor, sensor, curve, picture.
    """

    name: str
    label: str
    help: str
    effects: tuple[PresetEffect, ...]


def _varies(mean: float, spread: float) -> dict[str, Any]:
    return {"normal": {"mean": mean, "std": spread, "low": mean - 3 * spread, "high": mean + 3 * spread}}


PRESETS: Final[tuple[Preset, ...]] = (
    Preset(
        "phone",
        "Phone camera",
        "Small photosites, corrected lens, lively colours, fine JPEG.",
        (
            PresetEffect("lens_distortion", {"k1": _varies(0.0, 0.01), "k2": 0.0}),
            PresetEffect("chromatic_aberration", {"red_percent": _varies(0.0, 0.03), "blue_percent": _varies(0, 0.03)}),
            PresetEffect("vignette", {"corner_stops": {"uniform": [0.1, 0.5]}}),
            PresetEffect("bloom", {"strength": {"uniform": [0.01, 0.06]}, "radius_percent": 8.0}),
            PresetEffect("exposure", {"gain_ev": _varies(0.0, 0.3)}),
            PresetEffect(
                "sensor_noise",
                {
                    "strength": 1.0,
                    "iso": {"log_uniform": [50, 800]},
                    "full_well_e": 6000,
                    "read_noise_e": {"uniform": [1.2, 2.5]},
                    "response_percent": 0.8,
                    "offset_e": 0.5,
                    "row_noise_e": 0.15,
                    "column_noise_e": 0.15,
                    "hot_pixels_ppm": 5,
                },
            ),
            PresetEffect("bayer", {"pattern": "rggb", "demosaic": "malvar"}),
            PresetEffect("white_balance", {"temperature_k": _varies(6500, 350), "tint": _varies(0, 2)}),
            PresetEffect(
                "tone_curve",
                {
                    "contrast": {"uniform": [1.05, 1.2]},
                    "toe": {"uniform": [-0.1, 0.2]},
                    "shoulder": {"uniform": [0.0, 0.3]},
                    "saturation": {"uniform": [1.05, 1.2]},
                },
            ),
            PresetEffect("jpeg", {"quality": {"integers": [82, 95]}, "chroma": "4:2:0"}),
        ),
    ),
    Preset(
        "industrial_mono",
        "Industrial camera, monochrome",
        "Global shutter, grey, linear light with a gamma, visible column noise, no compression.",
        (
            PresetEffect("lens_distortion", {"k1": _varies(-0.06, 0.015), "k2": _varies(0.0, 0.005)}),
            PresetEffect("vignette", {"corner_stops": {"uniform": [0.1, 0.7]}}),
            PresetEffect("exposure", {"gain_ev": _varies(0.0, 0.25)}),
            PresetEffect("grey", {"sees": "panchromatic"}),
            PresetEffect(
                "sensor_noise",
                {
                    "strength": 1.0,
                    "iso": {"log_uniform": [100, 400]},
                    "full_well_e": 10500,
                    "clip_light": 1.0,
                    "read_noise_e": {"uniform": [4.0, 7.0]},
                    "dark_current_e_s": 50,
                    "response_percent": 0.9,
                    "offset_e": 1.5,
                    "row_noise_e": 0.3,
                    "column_noise_e": 1.2,
                    "hot_pixels_ppm": 10,
                    "hot_pixel_e": 2000,
                },
            ),
            # after the first all three photosites of a pixel see the same, and one of them is kept
            PresetEffect("grey", {"sees": "green"}),
            PresetEffect("tone_curve", {"curve": "gamma", "gamma": 2.2, "white_light": 1.0}),
            PresetEffect("quantise", {"bits": 8, "dither": False}),
        ),
    ),
    Preset(
        "dashcam",
        "Dash camera",
        "A wide barrel behind a dirty windscreen: stars around lamps, hard contrast, coarse JPEG.",
        (
            PresetEffect("lens_distortion", {"k1": _varies(-0.25, 0.03), "k2": _varies(0.06, 0.01)}),
            PresetEffect("lens_dirt", {"strength": {"uniform": [0.2, 0.9]}, "scratches": {"integers": [0, 5]}}),
            PresetEffect(
                "chromatic_aberration", {"red_percent": _varies(0.05, 0.05), "blue_percent": _varies(0, 0.04)}
            ),
            PresetEffect("vignette", {"corner_stops": {"uniform": [0.6, 1.5]}}),
            PresetEffect("bloom", {"strength": {"uniform": [0.05, 0.15]}, "radius_percent": 6.0}),
            PresetEffect("flare", {"strength": {"uniform": [0.1, 0.5]}, "blades": 6, "ghosts": {"integers": [3, 7]}}),
            PresetEffect("exposure", {"gain_ev": _varies(0.0, 0.4)}),
            PresetEffect(
                "sensor_noise",
                {
                    "strength": 1.0,
                    "iso": {"log_uniform": [100, 3200]},
                    "full_well_e": 8000,
                    "read_noise_e": {"uniform": [1.5, 4.0]},
                    "response_percent": 1.0,
                    "row_noise_e": 0.3,
                    "column_noise_e": 0.4,
                    "hot_pixels_ppm": 20,
                },
            ),
            PresetEffect("bayer", {"pattern": "grbg", "demosaic": "bilinear"}),
            PresetEffect("white_balance", {"temperature_k": _varies(6300, 500), "tint": _varies(0, 3)}),
            PresetEffect(
                "tone_curve", {"contrast": {"uniform": [1.1, 1.35]}, "toe": 0.1, "saturation": {"uniform": [1.0, 1.25]}}
            ),
            PresetEffect("jpeg", {"quality": {"integers": [35, 75]}, "chroma": "4:2:0"}),
        ),
    ),
    Preset(
        "satellite",
        "Satellite, push-broom",
        "Deep wells and low noise, stripes along the track, even contrast, no compression.",
        (
            PresetEffect("vignette", {"corner_stops": {"uniform": [0.0, 0.15]}}),
            PresetEffect("exposure", {"gain_ev": _varies(0.0, 0.2)}),
            PresetEffect(
                "sensor_noise",
                {
                    "strength": 1.0,
                    "iso": 100,
                    "full_well_e": 60000,
                    "clip_light": 2.0,
                    "read_noise_e": {"uniform": [20, 60]},
                    "column_noise_e": {"uniform": [20, 120]},
                    "response_percent": 0.2,
                },
            ),
            PresetEffect("white_balance", {"temperature_k": _varies(6500, 150)}),
            PresetEffect(
                "tone_curve",
                {"curve": "film", "white_light": 2.0, "contrast": {"uniform": [0.9, 1.05]}, "saturation": 0.9},
            ),
        ),
    ),
    Preset(
        "thermal_look",
        "Thermal look",
        "Grey by how warm things seem, soft and striped. A look: a scene has no temperatures.",
        (
            PresetEffect("lens_distortion", {"k1": _varies(-0.15, 0.03), "k2": 0.0}),
            PresetEffect("vignette", {"corner_stops": {"uniform": [0.0, 0.3]}}),
            PresetEffect(
                "thermal_grey",
                {
                    "palette": {"choice": ["white_hot", "black_hot"]},
                    "own_warmth": {"uniform": [0.5, 0.9]},
                    "gain": {"uniform": [0.6, 1.0]},
                    "softness_px": {"uniform": [0.9, 2.0]},
                    "noise_percent": {"uniform": [0.5, 2.5]},
                    "stripes_percent": {"uniform": [0.3, 1.2]},
                },
            ),
            PresetEffect("quantise", {"bits": 8, "dither": False}),
        ),
    ),
)
