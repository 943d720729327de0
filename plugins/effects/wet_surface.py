"""Wet ground: what faces up gets darker, more saturated and glossy, with puddles that mirror.

It works on the picture: what the picture does not show is not mirrored, and no water runs or drips.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import Bool, Draws, Effect, Float, Frame, Values
from myriorama.plugins.effects._air.ground import Lie, Lit, lie_of, light_on, patches, softened, tile_of
from myriorama.plugins.effects._air.light import surroundings_of
from myriorama.plugins.effects._air.mirror import mirrored, smeared
from myriorama.plugins.effects._air.rays import Latest, camera_rays, sight
from myriorama.scenes.conventions import F32

Chosen: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
_FACING: Final = 0.0204
"""What water with an index of 1.333 reflects of light that falls straight on it."""
_ENTERS: Final = 0.934
"""What it lets in of light from all sides."""
_KEPT: Final = 0.474
"""What it throws back inside: 1 - 0.934 / 1.333 ** 2."""
_STEEP: Final = (0.5, 0.85)
_FILM_ROUGHNESS: Final = 0.22


class WetSurface(Effect):
    """Wet ground and puddles."""

    name = "wet_surface"
    label = "Wet surfaces"
    version = "2"
    help = "Darkens what faces up as water does, makes it glossy, and lays puddles that mirror the picture."
    rest: ClassVar[Mapping[str, Any]] = {"wetness": 0.0}
    parameters = (
        Float(
            "wetness",
            0.7,
            help="How wet what faces up is; 0 leaves the picture as it is.",
            minimum=0.0,
            maximum=1.0,
            group="Wet",
            suggested={"uniform": [0.0, 1.0]},
        ),
        Float(
            "porosity",
            0.7,
            help="How much water the ground takes up: 1 soil and asphalt, 0 glazed tiles, which do not get darker.",
            minimum=0.0,
            maximum=1.0,
            group="Wet",
            suggested={"uniform": [0.2, 1.0]},
        ),
        Float(
            "puddles",
            0.15,
            help="Share of level ground that stands under water.",
            minimum=0.0,
            maximum=1.0,
            group="Puddles",
            suggested={"uniform": [0.0, 0.5]},
        ),
        Float(
            "puddle_m",
            0.5,
            help="Size of a puddle.",
            unit="m",
            minimum=0.005,
            maximum=100.0,
            group="Puddles",
            suggested={"log_uniform": [0.1, 3.0]},
        ),
        Bool("cover_layer", False, help="Add the layer wet_cover: how much of each pixel is puddle.", group="Layer"),
    )

    def __init__(self) -> None:
        self._latest: Latest[tuple[Lie, F32, F32]] = Latest()

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture with wet ground: what is under the water darker, the mirrored picture above it."""
        if float(values["wetness"]) == 0.0:
            return linear
        camera, depth = sight(frame, self.name)
        around = surroundings_of(frame)
        lie, film, puddle = self._wet(values, frame, draws)
        lit = light_on(frame, lie, linear, around, self.name)
        wet = np.maximum(film, puddle)
        half = (slice(None, None, 2), slice(None, None, 2))
        small = np.zeros(depth.shape, dtype=np.bool_)
        small[half] = wet[half] > 0.02
        glossy = mirrored(camera, linear, depth, small, _standing(lie.normals[small], puddle[small]), around)[half]
        weight = small[half].astype(np.float32)
        at = np.flatnonzero(wet)
        row, column = at // camera.width // 2, at % camera.width // 2
        film, puddle, wet = film.ravel()[at], puddle.ravel()[at], wet.ravel()[at]
        rays, lengths = camera_rays(camera)
        normals = _of(lie.normals, at)
        # Turned as a picture: a long list of rows would go to many threads for nothing.
        onward = _of(rays @ camera.world_from_camera[:3, :3].T.astype(np.float32), at)
        onward /= lengths.ravel()[at][:, None]
        cosine = np.clip(-_dot(onward, _standing(normals, puddle)), 0.0, 1.0)
        slant = np.square(np.square(1.0 - cosine)) * (1.0 - cosine)
        fresnel = np.float32(_FACING) + np.float32(1.0 - _FACING) * slant
        # A rough film spreads what it mirrors; at a slant most of it still goes the mirror's way.
        gloss = smeared(glossy, weight, 2.5, 7.0)[row, column] * np.float32(0.7)
        gloss += _highlights(normals, lit, at, onward)
        gloss *= np.maximum(film - puddle, 0.0)[:, None]
        gloss += smeared(glossy, weight, 0.5, 0.7)[row, column] * puddle[:, None]
        gloss *= fresnel[:, None]
        dry = _of(linear, at)
        arriving = _of(lit.ambient, at) + lit.share.ravel()[at][:, None] * _of(lit.direct, at)
        gloss += dry * (1.0 - wet[:, None] * (1.0 - _darker(dry, arriving, float(values["porosity"]))))
        out = linear.reshape(-1, 3).copy()
        out[at] = gloss
        return out.reshape(linear.shape)

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        """Return ``wet_cover``: the share of each pixel that is puddle, float16."""
        if float(values["wetness"]) == 0.0 or not values["cover_layer"]:
            return {}
        return {"wet_cover": self._wet(values, frame, draws)[2].astype(np.float16)}

    def _wet(self, values: Values, frame: Frame, draws: Draws) -> tuple[Lie, F32, F32]:
        key = (tuple(sorted(values.items())), draws)
        return self._latest.of(frame, key, lambda: _wetted(values, frame, draws))


def _wetted(values: Values, frame: Frame, draws: Draws) -> tuple[Lie, F32, F32]:
    """Return how the ground lies, how wet each pixel is, and how much of it is puddle."""
    lie = lie_of(frame, "wet_surface")
    low, high = _STEEP
    flat = np.clip((lie.level - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    wetness = np.float32(values["wetness"])
    film: F32 = flat * wetness
    puddle = np.zeros_like(film)
    if float(values["puddles"]) > 0.0:
        standing = np.clip((lie.level - np.float32(0.95)) / np.float32(0.04), 0.0, 1.0)
        level = standing > 0.0
        lies = patches(lie, tile_of(draws), float(values["puddle_m"]), float(values["puddles"]), 0.12, level)
        puddle[level] = standing[level] * lies * wetness
    return lie, softened(film, lie), softened(puddle, lie)


def _of(image: F32, at: Chosen) -> F32:
    """Return the chosen pixels of (H, W, 3), (N, 3)."""
    return np.asarray(image.reshape(-1, 3).take(at, axis=0), dtype=np.float32)


def _dot(a: F32, b: F32) -> F32:
    return np.asarray(np.einsum("ni,ni->n", a, b), dtype=np.float32)


def _standing(normals: F32, puddle: F32) -> F32:
    """Return the normals (N, 3) of the water: standing water is level, a film follows the ground."""
    level = np.clip(puddle * np.float32(1.5), 0.0, 1.0)[:, None]
    out = normals * (np.float32(1.0) - level)
    out[:, 2:] += level
    return np.asarray(out / np.maximum(np.sqrt(_dot(out, out)), np.float32(1e-6))[:, None], dtype=np.float32)


def _darker(dry: F32, arriving: F32, porosity: float) -> F32:
    """Return the factor that water leaves of a matt surface's light, (N, 3).

    Water lets light in, and throws part of what comes back inside again: of a reflectance a it leaves
    ``t (1 - p) a / (1 - p a)``, in each colour, so that dark colours fall most. J. Lekner and M. C. Dorf, "Why some
    things are darker when wet", Applied Optics 27 (1988).
    """
    back = np.clip(dry / np.maximum(arriving, np.float32(1e-6)), 0.0, 1.0)
    left = np.float32(_ENTERS * (1.0 - _KEPT)) / (np.float32(1.0) - np.float32(_KEPT) * back)
    return np.asarray(np.float32(1.0) - np.float32(porosity) * (np.float32(1.0) - left), dtype=np.float32)


def _highlights(normals: F32, lit: Lit, at: Chosen, onward: F32) -> F32:
    """Return the mirrored suns and lamps of a rough film over its Fresnel factor, (N, 3).

    B. Walter et al., "Microfacet models for refraction through rough surfaces", EGSR 2007 (GGX), without shadowing of
    facets.
    """
    total = np.zeros_like(onward)
    alpha2 = np.float32(_FILM_ROUGHNESS**4)
    facing = 4.0 * np.clip(-_dot(onward, normals), 0.05, 1.0)
    reached = lit.share.ravel()[at]
    for to_light, arrives, color in lit.sources:
        way = np.broadcast_to(to_light.reshape(1, 3), onward.shape) if to_light.size == 3 else _of(to_light, at)
        between = way - onward
        between /= np.maximum(np.sqrt(_dot(between, between)), np.float32(1e-6))[:, None]
        steep = np.clip(_dot(between, normals), 0.0, 1.0)
        spread = alpha2 / (np.float32(math.pi) * (steep * steep * (alpha2 - 1.0) + 1.0) ** 2)
        spread *= reached * (_dot(way, normals) > 0) / facing
        spread *= arrives.ravel() if arrives.size == 1 else arrives.ravel()[at]
        total += spread[:, None] * color
    return total
