"""Printed designs for packages: names, emblems, bands, small print and bar codes, drawn by numpy.

It draws on float sheets and knows nothing of objects; names are invented, no real brand appears.
"""

from __future__ import annotations

import numpy as np

from myriorama.scenes.conventions import F32, F64, U8
from myriorama.scenes.materials import glyphs
from myriorama.scenes.materials.noise import uniforms

NAMES = (
    "ALDERA", "BRIO", "CALDO", "DUNMORE", "ELVA", "FJORD", "GALENE", "HALCYON", "IRIDA", "JUNO", "KUMA", "LUMEN",
    "MERIDA", "NORDAL", "OLIVA", "PIKO", "QUILL", "RIVERA", "SOLENE", "TERRA", "UMBER", "VERANO", "WREN", "ZEPHYR",
)  # fmt: skip
LINES = (
    "ORIGINAL", "CLASSIC", "NATURAL", "FRESH", "PREMIUM", "LIGHT", "GOLD", "SPRING", "NO 7", "EXTRA", "PURE", "DAILY",
)  # fmt: skip
Ink = tuple[float, ...]


def blank(height_px: int, width_px: int, ink: Ink) -> F32:
    """Return a (H, W, C) float32 sheet of one ink, values in [0, 1]."""
    return np.ascontiguousarray(np.broadcast_to(np.asarray(ink, dtype=np.float32), (height_px, width_px, len(ink))))


def lay(sheet: F32, top: int, left: int, cover: F32, ink: Ink) -> None:
    """Blend ink over the sheet by cover (h, w) placed at (top, left); what leaves the sheet is cut."""
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + cover.shape[0], sheet.shape[0]), min(left + cover.shape[1], sheet.shape[1])
    if y0 >= y1 or x0 >= x1:
        return
    part = cover[y0 - top : y1 - top, x0 - left : x1 - left, None]
    view = sheet[y0:y1, x0:x1]
    view += part * (np.asarray(ink, dtype=np.float32) - view)


def _span(low: float, high: float) -> tuple[int, F32]:
    """Return the first pixel and the coverage of each pixel under [low, high], pixels."""
    first, last = int(np.floor(low)), int(np.ceil(high))
    edge = np.arange(first, max(last, first + 1), dtype=np.float32)
    return first, np.clip(np.minimum(edge + 1, high) - np.maximum(edge, low), 0, 1).astype(np.float32)


def bar(sheet: F32, x: float, y: float, width: float, height: float, ink: Ink) -> None:
    """Draw a filled rectangle; pixels, y down from the top."""
    left, across = _span(x, x + width)
    top, down = _span(y, y + height)
    lay(sheet, top, left, down[:, None] * across, ink)


def disc(sheet: F32, x: float, y: float, radius: float, ink: Ink, ring: float = 0.0) -> None:
    """Draw a disc, or a ring of the given thickness; pixels."""
    top, left = int(np.floor(y - radius - 1)), int(np.floor(x - radius - 1))
    count = int(np.ceil(2 * radius + 3))
    axis = np.arange(count, dtype=np.float32) + np.float32(0.5)
    distance = np.hypot(axis + np.float32(left - x), (axis + np.float32(top - y))[:, None])
    cover = np.clip(np.float32(radius + 0.5) - distance, 0, 1)
    if ring:
        cover = np.minimum(cover, np.clip(distance - np.float32(radius - ring - 0.5), 0, 1))
    lay(sheet, top, left, np.asarray(cover, dtype=np.float32), ink)


def text(sheet: F32, x: float, y: float, height: float, words: str, ink: Ink, weight: float = 0.16) -> float:
    """Draw a line of capitals whose top left corner is (x, y); return its width, pixels.

    Parameters
    ----------
    height : float
        Of a capital, pixels.
    weight : float
        Stroke thickness over the height.
    """
    scale = height / 6.0
    half = max(weight * height / 2, 0.4)
    for number, letter in enumerate(words):
        segments = glyphs.strokes(letter)
        if not len(segments):
            continue
        origin = x + number * glyphs.ADVANCE * scale
        left, top = int(np.floor(origin - scale - half)), int(np.floor(y - half - 1))
        px = np.arange(int(np.ceil(6 * scale + 2 * half)) + 2, dtype=np.float32) + np.float32(left + 0.5 - origin)
        py = np.float32(y + height - top - 0.5) - np.arange(int(np.ceil(height + 2 * half)) + 3, dtype=np.float32)
        a, b = segments[:, :2] * np.float32(scale), segments[:, 2:] * np.float32(scale)
        along = b - a
        square = np.maximum((along * along).sum(axis=1), np.float32(1e-6))[:, None, None]
        dx, dy = px[None, None, :] - a[:, 0, None, None], py[None, :, None] - a[:, 1, None, None]
        ax, ay = along[:, 0, None, None], along[:, 1, None, None]
        t = np.clip((dx * ax + dy * ay) / square, 0, 1)
        ex, ey = dx - t * ax, dy - t * ay
        nearest = np.sqrt((ex * ex + ey * ey).min(axis=0))
        lay(sheet, top, left, np.asarray(np.clip(half + 0.5 - nearest, 0, 1), dtype=np.float32), ink)
    return glyphs.width_of(words) * scale


def fitted_text(
    sheet: F32, x: float, y: float, width: float, height: float, words: str, ink: Ink, weight: float = 0.16
) -> float:
    """Draw a line centred in a box of this width, no higher than `height`; return the height used, pixels."""
    used = min(height, width * 6.0 / glyphs.width_of(words))
    text(sheet, x + (width - glyphs.width_of(words) * used / 6.0) / 2, y, used, words, ink, weight)
    return used


def small_print(sheet: F32, x: float, y: float, width: float, rows: int, pitch: float, ink: Ink, draws: F64) -> None:
    """Draw lines of words too small to read: bars of word length, ragged at the right; pixels."""
    number = 0
    for row in range(rows):
        limit = width if row < rows - 1 else width * (0.3 + 0.5 * draws[-1])
        at = 0.0
        while at < limit:
            word = min(pitch * (0.7 + 3.2 * float(draws[number % len(draws)])), limit - at)
            bar(sheet, x + at, y + row * pitch, word, pitch * 0.48, ink)
            at += word + pitch * 0.45
            number += 1


def bar_code(sheet: F32, x: float, y: float, width: float, height: float, ink: Ink, paper: Ink, draws: F64) -> None:
    """Draw a white field with upright bars and digits below; pixels. The bars encode nothing."""
    bar(sheet, x, y, width, height, paper)
    margin = width * 0.07
    modules = np.floor(draws * 4).astype(np.int64) + 1
    edges = np.concatenate([[0], np.cumsum(modules)])
    unit = (width - 2 * margin) / edges[-1]
    for i in range(0, len(modules), 2):
        bar(sheet, x + margin + edges[i] * unit, y + margin, modules[i] * unit, height * 0.72 - margin, ink)
    digits = "".join(str(int(d * 10)) for d in draws[:8])
    fitted_text(sheet, x + margin, y + height * 0.79, width - 2 * margin, height * 0.13, digits, ink)


def choose(options: tuple[str, ...], draw: float) -> str:
    """Return the option that a uniform draw in [0, 1) falls on."""
    return options[int(draw * len(options))]


def ink_sheet(seed: int, size: int) -> F32:
    """Return a (size, size) float32 one-ink design: 0 paper, 1 ink. It tiles, since its rim is paper."""
    sheet = blank(size, size, (0.0,))
    paint_front(sheet, 0, 0, size, size, seed, (0.0,), ((1.0,), (1.0,)))
    return sheet[..., 0]


def paint_front(
    sheet: F32, x: float, y: float, width: float, height: float, seed: int, paper: Ink, inks: tuple[Ink, Ink]
) -> None:
    """Draw the front of a package into a rectangle of a sheet, pixels: band, name, emblem, small print.

    `inks` are those of the band with the emblem, and of the text on paper.
    """
    draws = uniforms("front", seed, 64)
    main, dark = inks
    unit = min(width, height)
    pad = 0.08 * unit
    inner = width - 2 * pad
    band = height * (0.3 + 0.12 * float(draws[0]))
    top = y + pad
    bar(sheet, x + pad, top, inner, band, main)
    name = choose(NAMES, float(draws[1]))
    used = fitted_text(sheet, x + pad * 1.8, top + band * 0.22, inner - pad * 1.6, band * 0.42, name, paper)
    if draws[2] < 0.7:
        line = choose(LINES, float(draws[3]))
        fitted_text(sheet, x + pad * 2, top + band * 0.36 + used, inner - pad * 2, band * 0.14, line, paper)
    else:
        bar(sheet, x + pad * 2, top + band * 0.4 + used, inner - pad * 2, band * 0.05, paper)
    rest = y + height - pad - (top + band)
    radius = min(rest * 0.3, inner * 0.2)
    cx = x + width * (0.5 if draws[4] < 0.4 else 0.3)
    cy = top + band + rest * 0.42
    _emblem(sheet, cx, cy, radius, paper, main, draws[8:16])
    if draws[4] >= 0.4:
        column = x + width * 0.52
        small_print(sheet, column, cy - radius, x + width - pad - column, 6, radius / 3.2, dark, draws[16:48])
    foot = y + height - pad
    bar(sheet, x + pad, foot - rest * 0.045, inner, rest * 0.045, main)
    weight = choose(("250 G", "400 G", "500 G", "750 ML", "1 KG", "24 X 50"), float(draws[5]))
    text(sheet, x + pad, foot - rest * 0.19, rest * 0.09, weight, dark)


def _emblem(sheet: F32, x: float, y: float, radius: float, paper: Ink, ink: Ink, draws: F64) -> None:
    kind = int(draws[0] * 4)
    disc(sheet, x, y, radius, ink)
    if kind == 0:
        disc(sheet, x, y, radius * 0.86, paper, ring=radius * 0.08)
        text(sheet, x - radius * 0.28, y - radius * 0.42, radius * 0.84, chr(65 + int(draws[1] * 26)), paper)
    elif kind == 1:
        for i in range(3):
            bar(sheet, x - radius * 0.6, y + radius * (-0.4 + 0.32 * i), radius * 1.2, radius * 0.14, paper)
    elif kind == 2:
        disc(sheet, x + radius * 0.3, y - radius * 0.2, radius * 0.72, paper)
        disc(sheet, x + radius * 0.34, y - radius * 0.24, radius * 0.3, ink)
    else:
        for i in range(6):
            angle = i * np.pi / 3 + float(draws[2])
            disc(sheet, x + radius * 0.55 * float(np.cos(angle)), y + radius * 0.55 * float(np.sin(angle)),
                 radius * 0.24, paper)  # fmt: skip
        disc(sheet, x, y, radius * 0.22, paper)


def to_pixels(sheet: F32) -> U8:
    """Return a sheet's values in [0, 1] as uint8, same shape."""
    pixels: U8 = np.rint(np.clip(sheet, 0, 1) * np.float32(255)).astype(np.uint8)
    return pixels
