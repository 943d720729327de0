"""Textures from patterns and two colours, kept while there is room.

Colours come and go with every sample, patterns stay: the map is cached apart from its colours, and laying
colours on it is one table look-up. It refuses unknown patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import RLock
from typing import Final

import numpy as np

from myriorama.scenes.assembly.cache import ByteBoundedCache
from myriorama.scenes.conventions import U8
from myriorama.scenes.materials.model import Texture
from myriorama.scenes.materials.noise import normals_from_height
from myriorama.scenes.materials.patterns import PATTERNS, PatternMap

Srgb = tuple[float, float, float]
SIZE_PX: Final = 512
CACHE_BYTES: Final = 24 * 2**20
"""Limit of each of the two caches."""

_maps: Final = ByteBoundedCache[PatternMap](CACHE_BYTES, lambda m: m.nbytes)
_textures: Final = ByteBoundedCache[Texture](CACHE_BYTES, lambda t: t.nbytes)
_lock: Final = RLock()


def pattern_map(pattern: str, seed: int, size_px: int = SIZE_PX) -> PatternMap:
    """Return a pattern before colour.

    Raises
    ------
    ValueError
        No pattern has this name.
    """
    if pattern not in PATTERNS:
        raise ValueError(f"no pattern {pattern!r}; there are {', '.join(PATTERNS)}")
    with _lock:
        return _maps.get_or_make((pattern, seed, size_px), lambda: PATTERNS[pattern](seed, size_px))


def color_texture(pattern: str, seed: int, base: Srgb, ink: Srgb, size_px: int = SIZE_PX) -> Texture:
    """Return a (size, size, 3) sRGB texture: `base` where the pattern is 0, `ink` where it is 1.

    Parameters
    ----------
    base, ink : three floats
        sRGB in [0, 1]; mixed as encoded, which looks even to the eye.
    """
    mix = pattern_map(pattern, seed, size_px).mix

    def make() -> Texture:
        share = np.arange(256)[:, None] / 255.0
        table: U8 = np.rint(255 * (np.array(base) * (1 - share) + np.array(ink) * share)).astype(np.uint8)
        return Texture(table[mix], srgb=True)

    with _lock:
        return _textures.get_or_make((pattern, seed, size_px, tuple(base), tuple(ink)), make)


def normal_texture(pattern: str, seed: int, size_px: int = SIZE_PX) -> Texture | None:
    """Return the pattern's relief as tangent-space normals, or None where it has none."""
    height = pattern_map(pattern, seed, size_px).height
    if height is None:
        return None
    # One texel is the same share of the tile at every size, so slopes do not depend on it.
    slope = size_px / SIZE_PX
    with _lock:
        return _textures.get_or_make(
            (pattern, seed, size_px, "normal"),
            lambda: Texture(normals_from_height(height, slope), srgb=False),
        )


def kept_texture(key: tuple[Hashable, ...], make: Callable[[], Texture]) -> Texture:
    """Return the texture of a key, made where it is not held; the key must name everything that `make` depends on."""
    with _lock:
        return _textures.get_or_make(("kept", *key), make)


def see_through_texture(color: Texture | None, opacity: Texture) -> Texture:
    """Return the colour (white where there is none) with an opacity map as its alpha channel."""
    # Imported here: it brings the image decoders, which a scene without texture sets never needs.
    from myriorama.scenes.assets.texture_folder import with_opacity

    def make() -> Texture:
        white = Texture(np.full((*opacity.pixels.shape[:2], 3), 255, dtype=np.uint8), srgb=True)
        return with_opacity(color or white, opacity)

    with _lock:
        return _textures.get_or_make((color.key if color else "", opacity.key, "opacity"), make)
