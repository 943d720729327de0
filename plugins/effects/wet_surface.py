"""Wet ground: what faces up gets darker, more saturated and glossy, with puddles that mirror.

It works on the picture: what the picture does not show is not mirrored, and no water runs or drips.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import Bool, Draws, Effect, Float, Frame, Values
from myriorama.plugins.effects._air_ground import Lie, Lit, lie_of, light_on, patches, softened, tile_of
from myriorama.plugins.effects._air_light import Surroundings, surroundings_of
from myriorama.plugins.effects._air_mirror import mirrored, smeared
from myriorama.plugins.effects._air_rays import Latest, camera_rays, sight
from myriorama.scenes.conventions import F32

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
        out = linear * (1.0 - wet[..., None] * (1.0 - _darker(linear, lit, float(values["porosity"]))))
        # Standing water is level, a film follows the ground.
        own = lie.normals
        level = np.clip(puddle * 1.5, 0.0, 1.0)[..., None]
        normals = own + level * (np.array([0.0, 0.0, 1.0], dtype=np.float32) - own)
        normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), np.float32(1e-6))
        rays, lengths = camera_rays(camera)
        onward = (rays @ camera.world_from_camera[:3, :3].T.astype(np.float32)) / lengths[..., None]
        cosine = np.clip(-np.einsum("hwi,hwi->hw", onward, normals), 0.0, 1.0)
        fresnel = _FACING + (1.0 - _FACING) * (1.0 - cosine) ** 5
        half = (slice(None, None, 2), slice(None, None, 2))
        small = np.zeros(depth.shape, dtype=np.bool_)
        small[half] = wet[half] > 0.02
        glossy = mirrored(camera, linear, depth, small, normals[small], around)[half]
        weight = small[half].astype(np.float32)
        sharp, soft = smeared(glossy, weight, 0.5, 0.7), smeared(glossy, weight, 2.5, 7.0)
        gloss = _doubled(sharp, depth.shape) * puddle[..., None]
        # A rough film spreads what it mirrors; at a slant most of it still goes the mirror's way.
        film_only = np.maximum(film - puddle, 0.0)[..., None]
        gloss += (_doubled(soft, depth.shape) * np.float32(0.7) + _highlights(lie, lit, around, onward)) * film_only
        out += gloss * fresnel[..., None]
        return np.asarray(out, dtype=np.float32)

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
        size = float(values["puddle_m"])
        puddle = standing * patches(lie, tile_of(draws), size, float(values["puddles"]), 0.12) * wetness
    return lie, softened(film, lie), softened(puddle, lie)


def _darker(linear: F32, lit: Lit, porosity: float) -> F32:
    """Return the factor that water leaves of a matt surface's light, (H, W, 3).

    Water lets light in, and throws part of what comes back inside again: of a reflectance a it leaves
    ``t (1 - p) a / (1 - p a)``, in each colour, so that dark colours fall most. J. Lekner and M. C. Dorf, "Why some
    things are darker when wet", Applied Optics 27 (1988).
    """
    dry = np.clip(linear / np.maximum(lit.arriving, np.float32(1e-6)), 0.0, 1.0)
    left = _ENTERS * (1.0 - _KEPT) / (1.0 - _KEPT * dry)
    return np.asarray(1.0 - porosity * (1.0 - left), dtype=np.float32)


def _highlights(lie: Lie, lit: Lit, around: Surroundings, onward: F32) -> F32:
    """Return the mirrored suns and lamps of a rough film over its Fresnel factor, (H, W, 3).

    B. Walter et al., "Microfacet models for refraction through rough surfaces", EGSR 2007 (GGX), without shadowing of
    facets.
    """
    total, normals = np.zeros_like(onward), lie.normals
    alpha2 = _FILM_ROUGHNESS**4
    for to_light, arrives in _lights(lie, around):
        between = to_light - onward
        between /= np.maximum(np.linalg.norm(between, axis=-1, keepdims=True), np.float32(1e-6))
        steep = np.clip(np.einsum("hwi,hwi->hw", between, normals), 0.0, 1.0)
        spread = alpha2 / (math.pi * (steep * steep * (alpha2 - 1.0) + 1.0) ** 2)
        facing = np.clip(-np.einsum("hwi,hwi->hw", onward, normals), 0.05, 1.0)
        above = np.einsum("hwi,hwi->hw", np.broadcast_to(to_light, onward.shape), normals) > 0
        total += (spread / (4.0 * facing) * lit.share * above)[..., None] * arrives
    return total


def _lights(lie: Lie, around: Surroundings) -> list[tuple[F32, F32]]:
    out: list[tuple[F32, F32]] = []
    for toward, arriving in around.suns:
        out.append((toward.astype(np.float32).reshape(1, 1, 3), arriving.astype(np.float32)))
    for lamp in around.lamps:
        share, to_lamp = lamp.arriving(lie.places.astype(np.float64))
        arrives = share[..., None] * lamp.intensity
        out.append((to_lamp.astype(np.float32), arrives.astype(np.float32)))
    return out


def _doubled(small: F32, shape: tuple[int, ...]) -> F32:
    """Return a picture of half the size at full size."""
    out: F32 = np.repeat(np.repeat(small, 2, axis=0), 2, axis=1)[: shape[0], : shape[1]]
    return out
