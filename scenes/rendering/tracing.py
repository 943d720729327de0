"""How a path-traced picture is made: numbers alone, shared by the project, the request and the engine.

It imports no path tracer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Engine = Literal["raster", "pathtraced"]
MAX_SAMPLES: Final = 65536
MAX_PATH_DEPTH: Final = 64
MAX_CLEAN_FACTOR: Final = 1024


@dataclass(frozen=True)
class Tracing:
    """Options of the path tracer.

    Attributes
    ----------
    samples_per_pixel : int
        Paths through every pixel; with `noise_target` the most that may be spent.
    noise_target : float
        Above 0: pixels are sampled in passes until the mean standard error of the picture, in display-referred
        units of [0, 1], is below it. 0: always `samples_per_pixel`.
    denoise : bool
        Guided by albedo and normal.
    max_depth : int
        Surfaces that a path meets at most; 1 shows emission and surroundings alone, 2 direct light.
    pairs : bool
        Also keep what trains a denoiser or a renderer: the noisy and the clean picture, albedo, direct and indirect
        light, as layers of the frame.
    clean_factor : int
        How many times `samples_per_pixel` the clean picture of a pair has. It is a render of its own, with paths that
        the noisy one did not take, so that their errors have nothing in common; it is never denoised.
    """

    samples_per_pixel: int = 8
    noise_target: float = 0.0
    denoise: bool = True
    max_depth: int = 6
    pairs: bool = False
    clean_factor: int = 16

    def __post_init__(self) -> None:
        if not 1 <= self.samples_per_pixel <= MAX_SAMPLES:
            raise ValueError(f"samples_per_pixel is 1 to {MAX_SAMPLES}, not {self.samples_per_pixel}")
        if not 1 <= self.max_depth <= MAX_PATH_DEPTH:
            raise ValueError(f"max_depth is 1 to {MAX_PATH_DEPTH}, not {self.max_depth}")
        if not 1 <= self.clean_factor <= MAX_CLEAN_FACTOR:
            raise ValueError(f"clean_factor is 1 to {MAX_CLEAN_FACTOR}, not {self.clean_factor}")
        if not 0.0 <= self.noise_target < 1.0:
            raise ValueError(f"noise_target is at least 0 and below 1, not {self.noise_target}")
