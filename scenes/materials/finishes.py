"""Materials of everyday things, as the built-in generators wear them.

Plain values only: textures that are more than a pattern belong to the generator that prints them.
"""

from __future__ import annotations

import numpy as np

from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.materials.noise import cloud
from myriorama.scenes.materials.textures import Srgb, color_texture, kept_texture, normal_texture
from myriorama.scenes.radiometry.color import linear_rgb


def srgb(code: str) -> Srgb:
    """Return the three sRGB floats of ``#rrggbb``.

    Raises
    ------
    ValueError
        It is not six hexadecimal digits behind a number sign.
    """
    if len(code) != 7 or code[0] != "#":
        raise ValueError(f"a colour is written #rrggbb, not {code!r}")
    return int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255


def plain(code: str, roughness: float, name: str, *, metallic: float = 0.0) -> Material:
    """Return an even surface of one colour."""
    return Material(base_color=linear_rgb(srgb(code)), roughness=roughness, metallic=metallic, name=name)


def ceramic(code: str = "#f3efe7") -> Material:
    """Return glazed stoneware."""
    return plain(code, 0.22, "glazed ceramic")


def plastic(code: str, roughness: float = 0.38) -> Material:
    """Return moulded plastic."""
    return plain(code, roughness, "plastic")


def rubber(code: str = "#1d1d1f") -> Material:
    """Return matt rubber."""
    return plain(code, 0.82, "rubber")


def brushed_steel(code: str = "#b9bcc0") -> Material:
    """Return bare steel with a satin finish."""
    return plain(code, 0.36, "steel", metallic=1.0)


def painted_metal(code: str) -> Material:
    """Return metal under a coat of satin paint."""
    return plain(code, 0.42, "painted metal")


def timber(light: str = "#c79a63", dark: str = "#7a4e2a", seed: int = 0, roughness: float = 0.5) -> Material:
    """Return oiled wood with its grain along v."""
    return Material(
        base_color=(1.0, 1.0, 1.0),
        roughness=roughness,
        base_color_texture=color_texture("wood", seed, srgb(light), srgb(dark)),
        normal_texture=normal_texture("wood", seed),
        normal_scale=0.6,
        name="wood",
    )


def textured(texture: Texture, roughness: float, name: str) -> Material:
    """Return a surface that shows a texture as it is."""
    return Material(base_color=(1.0, 1.0, 1.0), roughness=roughness, base_color_texture=texture, name=name)


def kraft_tone(size_px: int) -> np.ndarray:
    """Return the (size, size) float32 brightness of raw cardboard about 1: fibres, mottling, faint flutes."""
    fibre = cloud("kraft fibre", 0, size_px, lowest=20, highest=120, slope=0.3, stretch=(0.5, 1.0))
    mottle = cloud("kraft mottle", 0, size_px, lowest=2, highest=24, slope=1.0)
    flute = np.cos(np.arange(size_px, dtype=np.float32) * np.float32(2 * np.pi * 32 / size_px))
    return np.asarray(1 + 0.030 * fibre + 0.022 * mottle + 0.008 * flute, dtype=np.float32)


def cloth(code: str, roughness: float, name: str) -> Material:
    """Return an even woven or felted surface: fine fibres, hardly any blotches."""
    color = np.asarray(srgb(code), dtype=np.float32)

    def make() -> Texture:
        fibre = cloud("cloth fibre", 0, 256, lowest=16, highest=120, slope=0.2)
        blotch = cloud("cloth blotch", 0, 256, lowest=2, highest=16, slope=0.8)
        sheet = (1 + 0.10 * fibre + 0.025 * blotch)[..., None] * color
        return Texture(np.rint(np.clip(sheet, 0, 1) * np.float32(255)).astype(np.uint8), srgb=True)

    return textured(kept_texture(("cloth", code), make), roughness, name)


def cardboard(color: Srgb) -> Material:
    """Return raw cardboard of an sRGB colour."""

    def make() -> Texture:
        sheet = kraft_tone(256)[..., None] * np.asarray(color, dtype=np.float32)
        return Texture(np.rint(np.clip(sheet, 0, 1) * np.float32(255)).astype(np.uint8), srgb=True)

    return textured(kept_texture(("cardboard", *color), make), 0.85, "cardboard")
