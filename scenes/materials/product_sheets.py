"""Textures for the packages of products: boxes, cans and tins, bags and pouches, bottle labels, price tags.

They know the sizes that they are printed for and no mesh; each says which part of the sheet is which face.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from myriorama.scenes.conventions import F32
from myriorama.scenes.materials import prints
from myriorama.scenes.materials.model import Texture
from myriorama.scenes.materials.noise import uniforms
from myriorama.scenes.materials.packaging import shaded, sheet_size_px
from myriorama.scenes.materials.product_prints import (
    BLACK,
    WHITE,
    on,
    paint_back,
    paint_bar_code,
    paint_front,
    turned_text,
)
from myriorama.scenes.materials.products import Family, Product, product_of
from myriorama.scenes.materials.textures import Srgb, kept_texture

UvRect = tuple[float, float, float, float]
TAG_COLUMNS: Final = 4
TAG_ROWS: Final = 4
TAG_SHAPE: Final = 0.62
"""Height of a price tag over its width."""
_TAG_PX: Final = 160
_FAMILIES: Final[tuple[Family, ...]] = ("box", "can", "tin", "bag", "pouch", "bottle")
_has_bar_code: Final[WeakKeyDictionary[Texture, bool]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Sheet:
    """A printed texture.

    Attributes
    ----------
    texture : Texture
    has_bar_code : bool
        Whether the article number found room as bars of at least one pixel.
    """

    texture: Texture
    has_bar_code: bool


def box_rects(size_m: tuple[float, float, float]) -> tuple[UvRect, ...]:
    """Return where the faces +x, -x, +y, -y, +z, -z of a box are on its sheet: (u0, v0, u1, v1), v up.

    Four sides in a strip above (left, front, right, back), top and bottom in a strip below.
    """
    x, y, z = size_m
    width, height = 2 * (x + y), z + y
    a, b, c, low = y / width, (y + x) / width, (2 * y + x) / width, y / height
    return (
        (b, low, c, 1.0),
        (0.0, low, a, 1.0),
        (c, low, 1.0, 1.0),
        (a, low, b, 1.0),
        (a, 0.0, b, low),
        (c, 0.0, 1.0, low),
    )


def box_sheet(product: Product, size_m: tuple[float, float, float], amount: str) -> Sheet:
    """Return the print of a box; see `box_rects` for where its faces are."""
    x, y, z = size_m
    width, height = sheet_size_px(2 * (x + y), z + y)
    scale = width / (2 * (x + y))
    rows = height * z / (z + y)

    def paint(sheet: F32) -> bool:
        prints.bar(sheet, 0, 0, width, height, product.main)
        side, front = y * scale, x * scale
        paint_front(sheet[: round(rows)], side, 0, front, rows, product, amount)
        for left, words in ((0.0, product.brand), (side + front, product.name)):
            ground = product.main if product.layout != 1 else product.paper
            prints.bar(sheet, left, 0, side, rows, ground)
            turned_text(
                sheet, left + 0.18 * side, 0.05 * rows, 0.64 * side, 0.9 * rows, words,
                on(ground, product.paper, product.dark), ground,
            )  # fmt: skip
        printed = paint_back(sheet, 2 * side + front, 0, front, rows, product, amount)
        for left in (side, 2 * side + front):
            prints.bar(sheet, left, rows, front, height - rows, product.main)
        # The tuck flap's edge, and the brand once more for who looks from above.
        deep = height - rows
        prints.bar(sheet, side, rows + 0.1 * deep, front, max(0.6, 0.01 * deep), shaded(product.main, 0.6))
        ink = on(product.main, product.paper, product.dark)
        prints.fitted_text(
            sheet, side + 0.1 * front, rows + 0.35 * deep, 0.8 * front, 0.3 * deep, product.brand, ink, 0.22
        )
        if not printed:
            printed = paint_bar_code(sheet, width - 1.0, rows + 1, front - 2, deep - 2, product)[1]
        return printed

    return _kept(("box", *size_m), product, (width, height), amount, paint)


def wrap_sheet(product: Product, around_m: float, height_m: float, amount: str) -> Sheet:
    """Return a print that goes once round a can or bottle: the front in the middle, the bar code to its right."""
    width, height = sheet_size_px(around_m, height_m)

    def paint(sheet: F32) -> bool:
        ground = product.main if product.layout != 1 else product.paper
        prints.bar(sheet, 0, 0, width, height, ground)
        front = min(0.33 * width, 1.3 * height)
        paint_front(sheet, (width - front) / 2, 0, front, height, product, amount, margin=0.05)
        rim = max(1.0, 0.035 * height)
        if product.layout == 1:
            prints.bar(sheet, 0, 0, width, rim, product.accent)
        elif product.layout == 0:
            prints.bar(sheet, 0, 0, (width - front) / 2, rim * 2, product.dark)
            prints.bar(sheet, (width + front) / 2, 0, (width - front) / 2, rim * 2, product.dark)
        ink = on(ground, product.paper, product.dark)
        side = (width - front) / 2
        turned_text(sheet, 0.03 * width, 0.1 * height, 0.14 * side + 4, 0.8 * height, product.brand, ink, ground)
        draws = np.array(product.draws[12:36])
        left, room = 0.03 * width + 0.2 * side + 6, 0.62 * side
        pitch = max(2.5, 0.035 * height)
        prints.small_print(sheet, left, 0.14 * height, room, int(0.7 * height / pitch), pitch, ink, draws)
        right = width - 0.03 * width
        return paint_bar_code(sheet, right, 0.12 * height, 0.88 * side, 0.76 * height, product)[1]

    return _kept(("wrap",), product, (width, height), amount, paint)


def bag_sheet(product: Product, width_m: float, height_m: float, seal: float, amount: str) -> Sheet:
    """Return a bag's print: the front in the left half, the back in the right; seals of a share of the height."""
    width, height = sheet_size_px(2 * width_m, height_m)

    def paint(sheet: F32) -> bool:
        half = width / 2
        edge = seal * height
        ground = product.main if product.layout != 1 else product.paper
        prints.bar(sheet, 0, 0, width, height, ground)
        paint_front(sheet[:, : round(half)], 0, edge, half, height - 2 * edge, product, amount, margin=0.12)
        for top in (0.0, height - edge):
            prints.bar(sheet, 0, top, width, edge, product.dark if product.layout != 1 else product.main)
            for line in range(4):
                prints.bar(sheet, 0, top + edge * (0.15 + 0.2 * line), width, 0.05 * edge, shaded(product.main, 1.2))
        prints.bar(sheet, half * 1.485, edge, 0.03 * half, height - 2 * edge, shaded(ground, 0.8))
        return paint_back(sheet, half * 1.08, 1.4 * edge, 0.84 * half, height - 2.8 * edge, product, amount)

    return _kept(("bag", seal), product, (width, height), amount, paint)


def price_tags(variant: int) -> Texture:
    """Return a sheet of 16 price tags, 4 by 4: name, price, price of a kilogram, and bars that encode nothing."""
    size = (TAG_COLUMNS * _TAG_PX, TAG_ROWS * round(_TAG_PX * TAG_SHAPE))

    def make() -> Texture:
        sheet = prints.blank(size[1], size[0], WHITE)
        draws = uniforms("price tags", variant, 6 * TAG_COLUMNS * TAG_ROWS).reshape(-1, 6)
        for number, own in enumerate(draws):
            row, column = divmod(number, TAG_COLUMNS)
            _tag(sheet, column * _TAG_PX, row * (size[1] // TAG_ROWS), size[1] // TAG_ROWS, own, variant * 16 + number)
        return Texture(prints.to_pixels(sheet), srgb=True)

    return kept_texture(("price tags", variant), make)


def _tag(sheet: F32, left: int, top: int, height: int, draws: np.ndarray, number: int) -> None:
    is_offer = draws[0] < 0.22
    paper: Srgb = (0.99, 0.86, 0.16) if is_offer else (0.97, 0.97, 0.95)
    width = _TAG_PX
    prints.bar(sheet, left, top, width, height, shaded(paper, 0.75))
    prints.bar(sheet, left + 1, top + 1, width - 2, height - 2, paper)
    product = product_of(_FAMILIES[int(draws[1] * len(_FAMILIES))], number)
    prints.text(sheet, left + 7, top + 7, 0.11 * height, product.name, BLACK, 0.17)
    cents = (0.99, 0.49, 0.29, 0.79, 0.95)[int(draws[2] * 5)]
    price = f"{int(draws[3] ** 2 * 9) + cents:.2f}"
    ink: Srgb = (0.8, 0.05, 0.08) if is_offer else BLACK
    size = 0.38 * height
    whole, part = price.split(".")
    x = left + 0.5 * width
    used = prints.text(sheet, x, top + 0.3 * height, size, whole, ink, 0.2)
    prints.disc(sheet, x + used + 0.12 * size, top + 0.3 * height + size, 0.08 * size, ink)
    prints.text(sheet, x + used + 0.3 * size, top + 0.3 * height, 0.62 * size, part, ink, 0.2)
    unit_price = f"1 KG {float(price) * (1.5 + draws[4]):.2f}"
    prints.text(sheet, x + 0.07 * width, top + 0.84 * height, 0.07 * height, unit_price, BLACK)
    bars = np.repeat(np.arange(40) % 2 == 0, 1 + (uniforms("tag bars", number, 40) * 2.2).astype(int))
    for place in np.nonzero(bars)[0][: int(0.34 * width)]:
        prints.bar(sheet, left + 7 + int(place), top + 0.32 * height, 1, 0.44 * height, BLACK)
    prints.text(sheet, left + 7, top + 0.84 * height, 0.07 * height, product.ean13, BLACK)


def _kept(
    key: tuple[Hashable, ...], product: Product, size: tuple[int, int], amount: str, paint: Callable[[F32], bool]
) -> Sheet:
    """Return the sheet that `paint` makes, or the one it made before for the same product, size and key."""

    def make() -> Texture:
        sheet = prints.blank(size[1], size[0], product.paper)
        printed = paint(sheet)
        texture = Texture(prints.to_pixels(sheet), srgb=True)
        _has_bar_code[texture] = printed
        return texture

    look = (product.family, product.variant, *product.main, *product.accent, amount)
    texture = kept_texture(("product", *key, *size, *look), make)
    return Sheet(texture, _has_bar_code[texture])
