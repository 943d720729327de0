"""What is printed on a product: its front with brand, name, picture and net weight, its small print, its bar code.

It paints on sheets of pixels and knows no package; `product_sheets` arranges these for each kind of one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from myriorama.scenes.conventions import F32
from myriorama.scenes.materials import ean13, glyphs, prints
from myriorama.scenes.materials.pictures import paint_picture, polar, shaped_star
from myriorama.scenes.materials.products import Product
from myriorama.scenes.materials.textures import Srgb

BLACK: Final[Srgb] = (0.04, 0.04, 0.05)
WHITE: Final[Srgb] = (1.0, 1.0, 1.0)
_CODE_SHAPE: Final = 0.66
"""Height of a bar code, digits included, over its width."""
_PROMISES: Final = ("NEW", "XL", "+20%", "BEST", "VEGAN", "1A", "PLUS", "EXTRA")
_FIELDS: Final = ("ENERGY", "FAT", "CARBS", "SUGAR", "FIBRE", "PROTEIN", "SALT")


def on(color: Srgb, light: Srgb, dark: Srgb) -> Srgb:
    """Return whichever of two inks stands out more on a colour."""

    def luma(c: Srgb) -> float:
        return 0.30 * c[0] + 0.59 * c[1] + 0.11 * c[2]

    return light if abs(luma(light) - luma(color)) >= abs(luma(dark) - luma(color)) else dark


def paint_front(
    sheet: F32, x: float, y: float, width: float, height: float, product: Product, amount: str, margin: float = 0.07
) -> None:
    """Paint a product's front into a rectangle, pixels, its ground included.

    Parameters
    ----------
    amount : str
        The line of net weight or volume.
    margin : float
        Free border over the smaller side.
    """
    ground, band, ink_on_band = _grounds(product)
    prints.bar(sheet, x, y, width, height, ground)
    unit = min(width, height)
    pad = margin * unit
    inner = width - 2 * pad
    tall = height > 1.15 * width
    split = y + height * (0.38 if tall else 0.44)
    brand_px = min(height * (0.18 if tall else 0.22), inner * 6.0 / glyphs.width_of(product.brand))
    name_px = min(height * (0.065 if tall else 0.085), 0.94 * inner * 6.0 / glyphs.width_of(product.name))
    lead = 0.5 * name_px
    # Brand and name hang together, in the middle of their field.
    block = brand_px + lead + name_px
    top = y + 0.5 * (split - y - block) + (0.02 * height if product.layout == 1 else 0.0)
    if product.layout == 0:
        _bowed(sheet, x, y, width, split - y, band, 0.16 * unit * (product.draws[0] - 0.3))
    elif product.layout == 1:
        prints.bar(sheet, x, y, width, 0.045 * height, product.accent)
        prints.bar(sheet, x, top - 0.8 * lead - 0.02 * height, width, block + 1.6 * lead + 0.04 * height, band)
    else:
        for ink, share in ((product.accent, 1.32), (product.dark, 1.16), (band, 1.0)):
            _cut_disc(sheet, (x, y, width, height), y + 0.1 * height, 0.62 * width * share, ink)
    prints.fitted_text(sheet, x + pad, top, inner, brand_px, product.brand, ink_on_band, 0.24)
    prints.fitted_text(sheet, x + pad, top + brand_px + lead, inner, name_px, product.name, ink_on_band, 0.19)
    foot = 0.05 * height if tall else 0.08 * height
    low = y + height - pad - 1.25 * foot
    radius = min(0.37 * inner, 0.46 * (low - split))
    cx = x + width * (0.5 if product.layout != 1 else 0.54)
    cy = 0.5 * (split + low)
    if product.layout != 1:
        prints.disc(sheet, cx, cy, radius * 1.08, product.paper if product.layout == 0 else product.accent)
        prints.disc(sheet, cx, cy, radius, product.accent if product.layout == 0 else product.paper)
    paint_picture(sheet, cx, cy, radius * (0.9 if product.layout != 1 else 1.05), product.picture, product.draws[1:9])
    if product.draws[9] < 0.5:
        _badge(sheet, x + width - pad - 0.13 * unit, split + 0.11 * unit, 0.14 * unit, product)
    prints.text(sheet, x + pad, y + height - pad - foot, foot, amount, on(ground, product.paper, product.dark), 0.18)


def paint_back(
    sheet: F32, x: float, y: float, width: float, height: float, product: Product, amount: str, bar_module_px: int = 0
) -> bool:
    """Paint a product's back into a rectangle, pixels; return whether its bar code found room.

    Parameters
    ----------
    bar_module_px : int
        Width of the code's module; 0 takes the widest that leaves room for the rest.
    """
    prints.bar(sheet, x, y, width, height, product.paper)
    unit = min(width, height)
    pad = 0.07 * unit
    inner = width - 2 * pad
    prints.bar(sheet, x, y, width, 0.13 * height, product.main)
    ink = on(product.main, WHITE, product.dark)
    prints.fitted_text(sheet, x + pad, y + 0.035 * height, inner, 0.065 * height, product.brand, ink, 0.2)
    top = y + 0.16 * height
    text_room = 0.28 * height
    pitch = max(2.5, min(0.05 * unit, text_room / 5))
    draws = np.array(product.draws[12:36])
    prints.small_print(sheet, x + pad, top, inner, int(text_room / pitch), pitch, product.dark, draws)
    low = top + text_room + 0.02 * height
    room = y + height - pad - low
    code_width, printed = paint_bar_code(sheet, x + width - pad, low, 0.62 * inner, room, product, bar_module_px)
    if printed:
        _table(sheet, x + pad, low, inner - code_width - pad, room, product, amount)
        return True
    return paint_bar_code(sheet, x + width - pad, low, inner, room, product, bar_module_px)[1]


def paint_bar_code(
    sheet: F32, right: float, top: float, width: float, height: float, product: Product, module_px: int = 0
) -> tuple[float, bool]:
    """Paint the EAN-13 into the upper right corner of a room, upright or turned; bars fall on whole pixels.

    Returns
    -------
    used : float
        Width taken, pixels; 0 where it was not painted.
    printed : bool
        False where the room is too small for bars of one pixel.
    """
    count = ean13.MODULES + ean13.QUIET_LEFT + ean13.QUIET_RIGHT
    options = []
    for is_turned in (False, True):
        along, across = (height, width) if is_turned else (width, height)
        unit = int(min(along / count, across / (count * _CODE_SHAPE * 0.7)))
        options.append((min(unit, module_px) if module_px else unit, not is_turned))
    unit, is_upright = max(options)
    if unit < 1:
        return 0.0, False
    along = unit * count
    across = int(min(along * _CODE_SHAPE, height if is_upright else width))
    field = prints.blank(across, along, WHITE)
    bars = np.array([int(c) for c in ean13.modules(product.ean13)])
    foot = max(4, round(0.17 * across))
    head = max(1, round(0.04 * across))
    dark = np.repeat(bars, unit).astype(bool)
    start = ean13.QUIET_LEFT * unit
    field[head : across - foot, start : start + len(dark)][:, dark] = BLACK
    digits = f"{product.ean13[0]} {product.ean13[1:7]} {product.ean13[7:]}"
    prints.fitted_text(field, 0.04 * along, across - 0.85 * foot, 0.92 * along, 0.7 * foot, digits, BLACK)
    if not is_upright:
        field = np.ascontiguousarray(np.rot90(field))
    rows, columns = field.shape[:2]
    left, first = int(right) - columns, int(np.ceil(top))
    sheet[first : first + rows, left : left + columns] = field
    return float(columns), True


def turned_text(
    sheet: F32, x: float, y: float, width: float, height: float, words: str, ink: Srgb, ground: Srgb
) -> None:
    """Paint a line that runs upwards into a rectangle of one colour, pixels."""
    line = prints.blank(max(4, int(width)), max(4, int(height)), ground)
    size = min(0.62 * line.shape[0], 0.86 * line.shape[1] * 6.0 / glyphs.width_of(words))
    prints.fitted_text(
        line, 0.07 * line.shape[1], (line.shape[0] - size) / 2, 0.86 * line.shape[1], size, words, ink, 0.2
    )
    paste(sheet, int(x), int(y), np.rot90(line))


def paste(sheet: F32, left: int, top: int, picture: F32) -> None:
    """Lay a picture on a sheet; what leaves the sheet is cut."""
    rows = max(0, min(picture.shape[0], sheet.shape[0] - top))
    columns = max(0, min(picture.shape[1], sheet.shape[1] - left))
    sheet[top : top + rows, left : left + columns] = picture[:rows, :columns]


def _grounds(product: Product) -> tuple[Srgb, Srgb, Srgb]:
    """Return the colours of the ground and of the field behind the brand, and the ink on the latter."""
    if product.layout == 0:
        ground, band = product.main, product.dark
    elif product.layout == 1:
        ground, band = product.paper, product.main
    else:
        ground, band = product.main, product.paper
    return ground, band, on(band, product.paper, product.dark)


def _bowed(sheet: F32, x: float, y: float, width: float, height: float, ink: Srgb, bow: float) -> None:
    """Paint the top of a rectangle down to a bowed line."""
    first, last = round(x), min(round(x + width), sheet.shape[1])
    for column in range(max(first, 0), last):
        share = 2 * (column + 0.5 - x) / width - 1
        prints.bar(sheet, column, y, 1, height + bow * (1 - share * share), ink)


def _cut_disc(sheet: F32, frame: tuple[float, float, float, float], y: float, radius: float, ink: Srgb) -> None:
    """Paint a disc about a point on the middle line, cut to a frame (x, y, width, height)."""
    x, top, width, height = frame
    rows = slice(max(0, round(top)), max(0, round(top + height)))
    columns = slice(max(0, round(x)), max(0, round(x + width)))
    prints.disc(sheet[rows, columns], width / 2, y - top, radius, ink)


def _badge(sheet: F32, x: float, y: float, radius: float, product: Product) -> None:
    ink: Srgb = product.accent if product.layout == 1 else (0.86, 0.1, 0.12)
    outline: Callable[[F32], F32] = shaped_star(14, 0.12)
    polar(sheet, x, y, radius, outline, ink)
    words = prints.choose(_PROMISES, product.draws[10])
    prints.fitted_text(
        sheet, x - 0.72 * radius, y - 0.2 * radius, 1.44 * radius, 0.42 * radius, words, on(ink, WHITE, BLACK), 0.2
    )


def _table(sheet: F32, x: float, y: float, width: float, height: float, product: Product, amount: str) -> None:
    """Paint the table of contents per 100 g, and the amount below it."""
    if width < 8 or height < 16:
        return
    ink = product.dark
    step = height / (len(_FIELDS) + 2)
    for row, field in enumerate(_FIELDS):
        top = y + row * step
        prints.bar(sheet, x, top + 0.86 * step, width, max(0.5, 0.05 * step), ink)
        prints.text(sheet, x, top + 0.3 * step, min(0.42 * step, 0.5 * width * 6 / glyphs.width_of(field)), field, ink)
        number = f"{0.1 + 40 * product.draws[36 + row % 8] ** 2:.1f} G"
        size = min(0.42 * step, 0.4 * width * 6 / glyphs.width_of(number))
        prints.text(sheet, x + width - glyphs.width_of(number) * size / 6, top + 0.3 * step, size, number, ink)
    prints.fitted_text(sheet, x, y + height - 1.2 * step, width, 0.9 * step, amount, ink, 0.2)
