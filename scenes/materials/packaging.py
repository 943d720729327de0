"""Whole prints for packages: a label that goes round a bottle, and the four sides of a carton.

They return textures and know no geometry beyond the sizes that they are printed for.
"""

from __future__ import annotations

import numpy as np

from myriorama.scenes.conventions import F32
from myriorama.scenes.materials import prints
from myriorama.scenes.materials.finishes import kraft_tone
from myriorama.scenes.materials.model import Texture
from myriorama.scenes.materials.noise import uniforms
from myriorama.scenes.materials.textures import Srgb, kept_texture


def shaded(color: Srgb, factor: float) -> Srgb:
    """Return an sRGB colour darkened (below 1) or mixed with white (above 1)."""
    if factor <= 1:
        return color[0] * factor, color[1] * factor, color[2] * factor
    share = min(factor - 1, 1.0)
    r, g, b = (c + (1 - c) * share for c in color)
    return r, g, b


def sheet_size_px(width_m: float, height_m: float) -> tuple[int, int]:
    """Return width and height of a sheet with nearly square texels, multiples of 4, at most half a million texels."""
    width = min(1024.0, 1024 * width_m / height_m, float(np.sqrt(2**19 * width_m / height_m)))
    height = width * height_m / width_m
    return max(16, 4 * round(width / 4)), max(16, 4 * round(height / 4))


def label_texture(seed: int, width_m: float, height_m: float, paper: Srgb, ink: Srgb) -> Texture:
    """Return a label to wrap around a bottle: the front in the middle, small print and bar code to the sides."""
    width, height = sheet_size_px(width_m, height_m)

    def make() -> Texture:
        sheet = prints.blank(height, width, paper)
        draws = uniforms("label", seed, 96)
        dark = shaded(ink, 0.45)
        edge = height * (0.045 + 0.05 * float(draws[0]))
        prints.bar(sheet, 0, 0, width, edge, ink)
        prints.bar(sheet, 0, height - edge, width, edge, ink)
        prints.bar(sheet, 0, edge * 1.35, width, edge * 0.18, ink)
        prints.bar(sheet, 0, height - edge * 1.53, width, edge * 0.18, ink)
        inner = height - 3.2 * edge
        front = min(width * 0.44, inner * 1.4)
        prints.paint_front(sheet, (width - front) / 2, 1.6 * edge, front, inner, seed, paper, (ink, dark))
        side = width * 0.2
        top = 1.6 * edge + inner * 0.14
        prints.small_print(sheet, width * 0.05, top, side, 9, inner * 0.08, dark, draws[8:40])
        code = min(side, inner * 0.9)
        left = width * 0.95 - (side + code) / 2
        prints.bar_code(sheet, left, top, code, inner * 0.5, (0.08, 0.08, 0.08), (0.97, 0.97, 0.97), draws[40:81])
        prints.small_print(sheet, width * 0.95 - side, top + inner * 0.58, side, 3, inner * 0.08, dark, draws[50:80])
        return Texture(prints.to_pixels(sheet), srgb=True)

    return kept_texture(("label", seed, width, height, *paper, *ink), make)


def carton_texture(
    style: str, seed: int, sides_m: tuple[float, float, float, float], height_m: float, board: Srgb, ink: Srgb
) -> Texture:
    """Return the sides of a carton as one strip.

    Parameters
    ----------
    style : {"plain", "shipping", "retail"}
        Raw board; board with marks in one ink; a coloured print on white.
    sides_m : four floats
        Widths of the sides in order from left to right, metres: back, left, front, right.
    height_m : float
        Height of the sides, metres.
    board, ink : sRGB colours
    """
    total = sum(sides_m)
    width, height = sheet_size_px(total, height_m)

    def make() -> Texture:
        paper: Srgb = board if style != "retail" else (0.95, 0.94, 0.92)
        sheet = prints.blank(height, width, paper)
        left = 0.0
        for number, side in enumerate(sides_m):
            across = width * side / total
            if style == "shipping":
                _shipping_side(sheet, left, across, height, number, seed, board, ink)
            elif style == "retail":
                _retail_side(sheet, left, across, height, number, seed, paper, ink)
            left += across
        if style != "retail":
            tone = kraft_tone(256)
            tiled = np.tile(tone, (height // 256 + 1, width // 256 + 1))[:height, :width]
            sheet *= tiled[..., None]
        return Texture(prints.to_pixels(sheet), srgb=True, wrap="repeat")

    return kept_texture(("carton", style, seed, width, height, *sides_m, *board, *ink), make)


def _shipping_side(
    sheet: F32, left: float, across: float, height: int, number: int, seed: int, board: Srgb, ink: Srgb
) -> None:
    draws = uniforms(f"shipping {number % 2}", seed, 96)
    unit = min(across, height)
    pad = 0.1 * unit
    if number % 2 == 0:
        name = prints.choose(prints.NAMES, float(uniforms("shipping name", seed, 1)[0]))
        inner = across - 2 * pad
        used = prints.fitted_text(sheet, left + pad, pad * 1.2, inner, height * 0.22, name, ink)
        prints.bar(sheet, left + pad, pad * 1.6 + used, inner, unit * 0.025, ink)
        _handling_marks(sheet, left + pad, height - pad - unit * 0.26, unit * 0.26, board, ink, draws)
        small = unit * 0.26
        prints.small_print(
            sheet,
            left + across - pad - inner * 0.38,
            height - pad - small,
            inner * 0.38,
            5,
            small / 5,
            ink,
            draws[8:40],
        )
    else:
        code = min(across * 0.7, unit * 0.6)
        top = height * 0.6 - code * 0.3
        label = (0.95, 0.95, 0.93)
        prints.bar(
            sheet, left + (across - code) / 2 - pad * 0.4, top - code * 0.28, code + pad * 0.8, code * 0.95, label
        )
        prints.small_print(sheet, left + (across - code) / 2, top - code * 0.22, code, 3, code * 0.07, ink, draws[8:40])
        prints.bar_code(
            sheet, left + (across - code) / 2, top, code, code * 0.6, (0.06, 0.06, 0.06), label, draws[40:81]
        )


def _handling_marks(sheet: F32, x: float, y: float, size: float, board: Srgb, ink: Srgb, draws: np.ndarray) -> None:
    """Draw two framed marks: this side up, and keep dry."""
    for number in range(2):
        left = x + number * size * 1.15
        thick = size * 0.05
        prints.bar(sheet, left, y, size, size, ink)
        prints.bar(sheet, left + thick, y + thick, size - 2 * thick, size - 2 * thick, board)
        if number == 0:
            for column in (0.32, 0.68):
                centre = left + column * size
                prints.bar(sheet, centre - size * 0.045, y + size * 0.3, size * 0.09, size * 0.45, ink)
                for step in range(12):
                    half = size * 0.145 * (step + 1) / 12
                    prints.bar(sheet, centre - half, y + size * (0.14 + 0.018 * step), 2 * half, size * 0.02, ink)
            prints.bar(sheet, left + size * 0.16, y + size * 0.8, size * 0.68, size * 0.05, ink)
        else:
            prints.disc(sheet, left + size * 0.5, y + size * 0.5, size * 0.3, ink)
            prints.bar(sheet, left + thick, y + size * 0.5, size - 2 * thick, size * 0.35, board)
            prints.bar(sheet, left + size * 0.475, y + size * 0.4, size * 0.05, size * 0.42, ink)
            for drop in range(4):
                prints.bar(sheet, left + size * (0.2 + 0.2 * drop), y + size * 0.09, size * 0.03, size * 0.08, ink)


def _retail_side(
    sheet: F32, left: float, across: float, height: int, number: int, seed: int, paper: Srgb, ink: Srgb
) -> None:
    draws = uniforms(f"retail {number % 2}", seed, 96)
    dark = shaded(ink, 0.4)
    # The colour runs round all four sides below a line that is the same on each.
    base = height * (0.14 + 0.1 * float(uniforms("retail base", seed, 1)[0]))
    prints.bar(sheet, left, height - base, across + 1, base, shaded(ink, 0.75))
    prints.bar(sheet, left, 0, across + 1, height * 0.05, ink)
    room = height - base - height * 0.05
    if number % 2 == 0:
        prints.paint_front(sheet, left, height * 0.05, across, room, seed, paper, (ink, dark))
        return
    unit = min(across, room)
    pad = 0.1 * unit
    inner = across - 2 * pad
    name = prints.choose(prints.NAMES, float(uniforms("front", seed, 2)[1]))
    used = prints.fitted_text(sheet, left + pad, height * 0.05 + pad, inner, room * 0.14, name, ink)
    top = height * 0.05 + 1.7 * pad + used
    free = room - (top - height * 0.05) - pad
    rows = max(2, int(free * 0.5 / (0.07 * unit)))
    prints.small_print(sheet, left + pad, top, inner, rows, 0.07 * unit, dark, draws[8:40])
    code = min(inner, free * 0.6)
    prints.bar_code(
        sheet, left + across - pad - code, height - base - pad - free * 0.36, code, free * 0.36, (0.06, 0.06, 0.06),
        (1.0, 1.0, 1.0), draws[40:81],
    )  # fmt: skip
