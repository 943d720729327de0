"""Materials as rows of numbers and all their textures in one long list of texels, as the tracer reads them.

Textures are decoded to linear light once and kept by content key. It evaluates no reflectance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F32, U32
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.pathtraced.keeping import Kept

LEAST_ROUGHNESS: Final = 0.045
"""The raster engine's own floor."""

OPAQUE, CUTOUT, CLEAR = 0, 1, 2
Halves = npt.NDArray[np.float16]
_ALPHAS: Final = {"opaque": OPAQUE, "cutout": CUTOUT, "transparent": CLEAR}
_WHITE: Final = np.ones((1, 4), dtype=np.float16)
_LEVEL: Final = np.array([[0.5, 0.5, 1.0, 1.0]], dtype=np.float16)


@dataclass(frozen=True, eq=False)
class Surfaces:
    """M materials and T textures.

    Attributes
    ----------
    numbers : (M, 16) float32
        Base colour, opacity; metallic, roughness, normal scale, alpha cutoff; emission, 0; uv scale, 0, 0.
    words : (M, 8) uint32
        Base, metal-rough, normal and emission texture; alpha mode, double sided, see-through, has a normal map.
    textures : (T, 4) uint32
        First texel, width, height, 1 where it repeats. Texture 0 is white, texture 1 a level normal map.
    texels : (N, 4) float16
        Linear light; alpha and measurements in [0, 1]. Row 0 of a texture is its top.
    mapped, bumpy, glowing, porous : bool
        Any colour or metal-rough texture; normal map; emission; cutout or clear surface.
    key : str
        Of the texels: equal keys mean equal texels.
    """

    numbers: F32
    words: U32
    textures: U32
    texels: Halves
    mapped: bool
    bumpy: bool
    glowing: bool
    porous: bool
    key: str


def surfaces_of(materials: tuple[Material, ...], decoded: Kept[Halves]) -> Surfaces:
    """Return the tables of materials; `decoded` keeps textures between scenes."""
    index: dict[str, int] = {}
    blocks: list[Halves] = [_WHITE, _LEVEL]
    rows: list[tuple[int, int, int, int]] = [(0, 1, 1, 1), (1, 1, 1, 1)]
    used = 2

    def row_of(texture: Texture | None, missing: int) -> int:
        nonlocal used
        if texture is None:
            return missing
        if texture.key not in index:
            index[texture.key] = len(rows)
            height, width = texture.pixels.shape[:2]
            rows.append((used, width, height, int(texture.wrap == "repeat")))
            blocks.append(decoded.get(texture.key, lambda: _sized(decode(texture))))
            used += width * height
        return index[texture.key]

    numbers = np.zeros((max(len(materials), 1), 16), dtype=np.float32)
    words = np.zeros((max(len(materials), 1), 8), dtype=np.uint32)
    for n, w, m in zip(numbers, words, materials, strict=False):
        n[:8] = (*m.base_color, m.opacity, m.metallic, m.roughness, m.normal_scale, m.alpha_cutoff)
        n[8:11] = m.emission
        n[12:14] = m.uv_scale
        w[0] = row_of(m.base_color_texture, 0)
        w[1] = row_of(m.metallic_roughness_texture, 0)
        w[2] = row_of(m.normal_texture, 1)
        w[3] = row_of(m.emission_texture if max(m.emission) > 0 else None, 0)
        see_through = m.alpha == "transparent" and m.label_policy == "see_through"
        w[4:] = (_ALPHAS[m.alpha], m.double_sided, see_through, m.normal_texture is not None)
    return Surfaces(
        numbers,
        words,
        np.asarray(rows, dtype=np.uint32),
        np.concatenate(blocks),
        mapped=bool((words[:, [0, 1, 3]] > 0).any()),
        bumpy=bool(words[:, 7].any()),
        glowing=bool((numbers[:, 8:11] > 0).any()),
        porous=bool((words[:, 4] != OPAQUE).any()),
        key="/".join(index),
    )


def _sized(texels: Halves) -> tuple[Halves, int]:
    return texels, texels.nbytes


def decode(texture: Texture) -> Halves:
    """Return (H * W, 4) float16: colours decoded from sRGB to linear light, alpha 1 where there is none."""
    levels = np.arange(256, dtype=np.float64) / 255.0
    table = levels.astype(np.float16)
    if texture.srgb:
        table = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4).astype(np.float16)
    height, width, channels = texture.pixels.shape
    pixels = texture.pixels.reshape(height * width, channels)
    out = np.ones((height * width, 4), dtype=np.float16)
    out[:, :3] = table[pixels[:, :3]]
    if channels == 4:
        out[:, 3] = levels.astype(np.float16)[pixels[:, 3]]
    return out
