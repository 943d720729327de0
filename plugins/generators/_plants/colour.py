"""How leaves and stems are coloured: one texture of veins per kind of leaf, tinted by each leaf's own colour.

Textures hold shares of the leaf's colour, so any number of plants wears a handful of them. Light that shines
through a leaf is not traced; leaves are simply a little lighter than they reflect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from myriorama.plugins.generators._plants.growth import Rgb
from myriorama.scenes.conventions import F32
from myriorama.scenes.materials.finishes import srgb
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.materials.noise import cloud, normals_from_height, smoothstep
from myriorama.scenes.materials.textures import kept_texture
from myriorama.scenes.radiometry.color import linear_rgb, linear_to_srgb

Veins = Literal["parallel", "pinnate", "rugose", "mealy", "spiny"]
SIZE_PX: Final = 256
BLADE_SHARE: Final = 0.6
"""What the texture lets through of a blade's colour; the rest is room for paler veins."""
YELLOW: Final = linear_rgb(srgb("#a99f45"))
STRAW: Final = linear_rgb(srgb("#94794a"))
STEPS: Final = 4


@dataclass(frozen=True)
class Dress:
    """How a species' leaves look beside their colour.

    Attributes
    ----------
    veins : str
    roughness : float
    petiole, rib : (r, g, b)
        Colour of petioles and of midribs, as shares of the leaf's; 1.6 at most.
    relief : float
        Strength of the normal map.
    """

    veins: Veins
    roughness: float = 0.45
    petiole: Rgb = (1.2, 1.2, 1.0)
    rib: Rgb = (1.5, 1.4, 1.4)
    relief: float = 0.6


def leaf_material(dress: Dress, color: Rgb, light: float, yellow: float, dead: float) -> Material:
    """Return the surface of one leaf.

    Parameters
    ----------
    color : (r, g, b)
        sRGB of a grown leaf.
    light : float
        Brightness over that of a grown leaf.
    yellow : float
        In [0, 1]: green, yellow, straw. Margins and tips go first.
    dead : float
        In [0, 1], quantised: how far scorch has come in from margins and tip.
    """
    base = np.asarray(linear_rgb(color)) * light
    turned = base + (np.asarray(YELLOW) - base) * min(1.0, 1.5 * yellow)
    turned = turned + (np.asarray(STRAW) - turned) * max(0.0, 3 * yellow - 2)
    shown = np.minimum(turned / BLADE_SHARE, 1.0)
    step = round(max(yellow * 0.8, dead) * STEPS)
    return Material(
        base_color=(float(shown[0]), float(shown[1]), float(shown[2])),
        roughness=dress.roughness,
        base_color_texture=kept_texture(("leaf", dress, step), lambda: _leaf_texture(dress, step / STEPS)),
        normal_texture=kept_texture(("leaf relief", dress.veins), lambda: _relief(dress.veins)),
        normal_scale=dress.relief,
        double_sided=True,
        name="leaf",
    )


def stem_material(color: Rgb, roughness: float = 0.5) -> Material:
    """Return the surface of a stem, linear colour from sRGB, with fine lines along it."""

    def make() -> Texture:
        line = cloud("stem line", 0, 128, lowest=3, highest=50, slope=0.5, stretch=(1.0, 12.0))
        return _encoded(np.clip(0.85 + 0.06 * line, 0, 1)[..., None] * np.ones(3, dtype=np.float32))

    return Material(
        base_color=linear_rgb(color),
        roughness=roughness,
        base_color_texture=kept_texture(("stem lines",), make),
        name="stem",
    )


def mixed(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Return a colour between two."""
    a, b = np.asarray(first), np.asarray(second)
    r, g, blue = a + (b - a) * share
    return float(r), float(g), float(blue)


def _encoded(linear: F32) -> Texture:
    pixels = np.rint(np.clip(linear_to_srgb(linear), 0, 1) * 255).astype(np.uint8)
    return Texture(pixels, srgb=True, wrap="clamp")


def _grid() -> tuple[F32, F32]:
    """Return u and v of the texture's pixels, (rows, columns); row 0 is v = 1."""
    at = (np.arange(SIZE_PX, dtype=np.float32) + np.float32(0.5)) / np.float32(SIZE_PX)
    return np.broadcast_to(at, (SIZE_PX, SIZE_PX)), np.broadcast_to(at[::-1, None], (SIZE_PX, SIZE_PX))


def _veins(kind: Veins) -> tuple[F32, F32]:
    """Return (share of vein, height of the blade's relief), (size, size) float32."""
    u, v = _grid()
    v = v / np.float32(0.86)
    out = np.abs(u - np.float32(0.5)) * 2
    rib = np.exp(-((out / np.float32(0.07)) ** 2)) * (1 - 0.5 * v)
    if kind == "parallel":
        lines = 0.5 + 0.5 * np.cos(2 * np.pi * 17 * u)
        rib = np.exp(-((out / np.float32(0.09)) ** 2)) * (1 - 0.55 * v)
        return np.clip(rib + 0.10 * lines**3, 0, 1), np.asarray(1.1 * lines - 2.2 * rib, dtype=np.float32)
    count, lean, width = {"pinnate": (7, 0.30, 0.09), "rugose": (8, 0.26, 0.10), "mealy": (5, 0.34, 0.10)}.get(
        kind, (8, 0.2, 0.12)
    )
    bend = cloud("vein bend", 3, SIZE_PX, lowest=2, highest=14, slope=1.6)
    phase = count * (v - np.float32(lean) * out**0.85) + 0.06 * bend + np.where(u > 0.5, 0.5, 0.0)
    off = np.abs(phase - np.rint(phase))
    side = np.exp(-((off / np.float32(width)) ** 2)) * (1 - 0.55 * out)
    net = cloud("vein net", 5, SIZE_PX, lowest=8, highest=40, slope=1.2)
    mesh = np.exp(-np.abs(net) * np.float32(6))
    swell = cloud("leaf swell", 2, SIZE_PX, lowest=4, highest=26, slope=1.0)
    puff = 4.5 if kind == "rugose" else 1.6
    height = -2.4 * side - 4.0 * rib - 0.6 * mesh + puff * (swell * 0.6 + np.minimum(off * 3, 1))
    return np.asarray(np.clip(rib + 0.42 * side + 0.08 * mesh, 0, 1)), np.asarray(height, dtype=np.float32)


def _relief(kind: Veins) -> Texture:
    _, height = _veins(kind)
    return Texture(normals_from_height(height, 0.5), srgb=False, wrap="clamp")


def _leaf_texture(dress: Dress, scorch: float) -> Texture:
    u, v = _grid()
    out = np.abs(u - np.float32(0.5)) * 2
    vein, _ = _veins(dress.veins)
    mottle = cloud("leaf mottle", 1, SIZE_PX, lowest=2, highest=40, slope=1.1)
    blade = np.float32(BLADE_SHARE) * (1 + 0.055 * mottle)[..., None] * np.ones(3, dtype=np.float32)
    pale = np.minimum(np.float32(BLADE_SHARE) * np.asarray(dress.rib, dtype=np.float32), 1.0)
    sheet = blade + vein[..., None] * (pale - blade)
    if dress.veins == "mealy":
        meal = smoothstep(0.2, 1.8, cloud("leaf meal", 4, SIZE_PX, lowest=20, highest=110, slope=0.4))
        sheet = sheet + (meal * 0.35)[..., None] * (1 - sheet)
    if dress.veins == "spiny":
        edge = smoothstep(0.90, 0.99, out)[..., None]
        sheet = sheet + edge * (np.array([1.0, 1.0, 0.95], dtype=np.float32) - sheet)
    if scorch > 0:
        # Margins and the tip die first, in tongues between the veins.
        rim = 0.62 * out**3 + 0.62 * (v / np.float32(0.86)) ** 3 + 0.11 * mottle - 0.3 * vein
        burnt = smoothstep(1.12 - 0.9 * scorch, 1.27 - 0.9 * scorch, np.asarray(rim, dtype=np.float32))[..., None]
        sheet = sheet + burnt * (_dead(mottle) - sheet)
    sheet = np.where((v > 0.945)[..., None], _dead(mottle), sheet)
    stalk = np.minimum(np.float32(BLADE_SHARE) * np.asarray(dress.petiole, dtype=np.float32), 1.0)
    sheet = np.where(((v > 0.875) & (v <= 0.945))[..., None], stalk, sheet)
    return _encoded(np.asarray(sheet, dtype=np.float32))


def _dead(mottle: F32) -> F32:
    """Return brown as shares of a green leaf's colour."""
    brown = np.array([0.95, 0.36, 0.75], dtype=np.float32)
    return np.asarray((1 + 0.12 * mottle)[..., None] * brown, dtype=np.float32)
