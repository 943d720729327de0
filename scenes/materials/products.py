"""Invented goods for a shop: brand, product, colours and article number, all from one number.

It draws nothing and names no real brand: words are put together from syllables.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from myriorama.scenes.materials.ean13 import article_number
from myriorama.scenes.materials.finishes import srgb
from myriorama.scenes.materials.noise import uniforms
from myriorama.scenes.materials.textures import Srgb

Family = Literal["box", "can", "tin", "bag", "pouch", "bottle"]
Picture = Literal[
    "wheat", "leaf", "berry", "orange", "lemon", "lime", "bean", "crisp", "tomato", "star", "drop", "biscuit"
]
MOST_VARIANTS: Final = 2**31 - 1

_STARTS: Final = (
    "BRU", "TOR", "VEL", "KAM", "ZIN", "PAL", "DOR", "MEL", "SKA", "FLO", "GRI", "HUL", "JOR", "LUM", "NAV", "OST",
)  # fmt: skip
_MIDDLES: Final = (
    "BA", "DI", "KO", "LE", "MO", "NI", "PU", "RA", "SI", "TE", "VO", "XA", "ZU", "GO", "FE", "WI",
)  # fmt: skip
_ENDS: Final = (
    "", "N", "R", "S", "X", "LO", "MI", "TA", "RIN", "DEL", "VA", "NO", "KEL", "RO", "ZA", "LU",
)  # fmt: skip
_BRANDS: Final = len(_STARTS) * len(_MIDDLES) * len(_ENDS)

_GOODS: Final = MappingProxyType[Family, tuple[tuple[str, Picture], ...]](
    {
        "box": (
            ("OAT FLAKES", "wheat"), ("CRUNCHY MUESLI", "berry"), ("GREEN TEA", "leaf"), ("COCOA RINGS", "bean"),
            ("CORN FLAKES", "star"), ("WHOLE CRACKERS", "biscuit"), ("LEMON TEA", "lemon"), ("HONEY POPS", "drop"),
        ),
        "can": (
            ("ORANGE SODA", "orange"), ("COLA", "star"), ("LEMON FIZZ", "lemon"), ("BERRY SPARK", "berry"),
            ("ICED TEA", "leaf"), ("SPRING WATER", "drop"), ("MALT DRINK", "wheat"), ("COLD COFFEE", "bean"),
        ),
        "tin": (
            ("PEELED TOMATOES", "tomato"), ("KIDNEY BEANS", "bean"), ("SPINACH", "leaf"), ("MANDARINS", "orange"),
            ("TOMATO SOUP", "tomato"), ("CHERRIES", "berry"), ("BAKED BEANS", "bean"), ("BARLEY STEW", "wheat"),
        ),
        "bag": (
            ("SALTED CRISPS", "crisp"), ("PAPRIKA CRISPS", "tomato"), ("LIME CHIPS", "lime"), ("HERB CRISPS", "leaf"),
            ("CORN STARS", "star"), ("FRUIT GUMS", "berry"), ("GRAIN SNACK", "wheat"), ("BUTTER BISCUITS", "biscuit"),
        ),
        "pouch": (
            ("ROAST COFFEE", "bean"), ("ESPRESSO", "bean"), ("HERBAL TEA", "leaf"), ("BROWN SUGAR", "star"),
            ("WHEAT FLOUR", "wheat"), ("DRIED BERRIES", "berry"), ("OAT BITES", "biscuit"), ("CITRUS SALT", "lemon"),
        ),
        "bottle": (
            ("ORANGE JUICE", "orange"), ("APPLE SPRITZ", "leaf"), ("STILL WATER", "drop"), ("TOMATO JUICE", "tomato"),
            ("BERRY JUICE", "berry"), ("OAT DRINK", "wheat"), ("COLD BREW", "bean"), ("LEMONADE", "lemon"),
        ),
    }
)  # fmt: skip
_FAMILIES: Final = tuple(_GOODS)
# Main, dark, accent, paper.
_PALETTES: Final = (
    ("#c8102e", "#6e0718", "#ffd23f", "#fff6e5"), ("#0057b8", "#00295c", "#ffc32b", "#f4f9ff"),
    ("#00843d", "#00452a", "#f7d117", "#f3fbef"), ("#f26b21", "#8e3200", "#fff1c9", "#fffaf2"),
    ("#6d2077", "#350d3f", "#f9a1bc", "#fbf3fb"), ("#009cbd", "#00505f", "#ffe14d", "#eefafd"),
    ("#e5007d", "#7d0044", "#ffe36b", "#fff5fa"), ("#43301f", "#1e130b", "#d9a441", "#f2e7d5"),
    ("#f2b705", "#8a4b00", "#c8102e", "#fff8df"), ("#1f2a44", "#0b101d", "#e0b354", "#eef1f7"),
    ("#7ab800", "#335a00", "#ffef8a", "#f6fbe8"), ("#a6192e", "#4f0913", "#e9d7a9", "#f7efe0"),
)  # fmt: skip


@dataclass(frozen=True)
class Product:
    """An article: who makes it, what it is, how it is printed.

    Attributes
    ----------
    ean13 : str
        Thirteen digits; see `ean13.article_number`.
    main, dark, accent, paper : sRGB colours
    layout : int
        Which of the three arrangements of a front, 0 to 2.
    draws : tuple of float
        Uniform numbers for what is left to chance in the print.
    """

    family: Family
    variant: int
    brand: str
    name: str
    picture: Picture
    ean13: str
    main: Srgb
    dark: Srgb
    accent: Srgb
    paper: Srgb
    layout: int
    draws: tuple[float, ...]

    @property
    def attributes(self) -> dict[str, str]:
        """What a generator tells about it: brand, product, ean13 and the two leading colours as #rrggbb."""
        return {
            "brand": self.brand,
            "product": self.name.lower(),
            "ean13": self.ean13,
            "main_color": _code(self.main),
            "accent_color": _code(self.accent),
        }


def brand_of(family: Family, variant: int) -> str:
    """Return the maker's name; variants of one family less than 4096 apart have different ones."""
    # An odd stride runs through all of a power of two before it repeats.
    place = (variant * 2_654_435_761 + _FAMILIES.index(family) * 977) % _BRANDS
    start, rest = divmod(place, len(_MIDDLES) * len(_ENDS))
    middle, end = divmod(rest, len(_ENDS))
    return _STARTS[start] + _MIDDLES[middle] + _ENDS[end]


def product_of(family: Family, variant: int, main: Srgb | None = None, accent: Srgb | None = None) -> Product:
    """Return the article of a number.

    Parameters
    ----------
    variant : int
        0 to `MOST_VARIANTS`; another number is another brand and article.
    main, accent : sRGB colour or None
        In place of the article's own.

    Raises
    ------
    ValueError
        The variant is out of range.
    """
    if not 0 <= variant <= MOST_VARIANTS:
        raise ValueError(f"no product has variant {variant}: 0 to {MOST_VARIANTS}")
    draws = uniforms(f"product {family}", variant, 48)
    goods = _GOODS[family]
    name, picture = goods[int(draws[0] * len(goods))]
    own_main, own_dark, own_accent, paper = (srgb(c) for c in _PALETTES[int(draws[1] * len(_PALETTES))])
    dark = own_dark if main is None else (main[0] * 0.4, main[1] * 0.4, main[2] * 0.4)
    return Product(
        family=family,
        variant=variant,
        brand=brand_of(family, variant),
        name=name,
        picture=picture,
        ean13=article_number(_FAMILIES.index(family), variant),
        main=own_main if main is None else main,
        dark=dark,
        accent=own_accent if accent is None else accent,
        paper=paper,
        layout=int(draws[2] * 3),
        draws=tuple(float(d) for d in draws[3:]),
    )


def net_mass(mass_g: float) -> str:
    """Return the words for a net mass, rounded as a packer would: to 5 g below 200 g, to 25 g above."""
    step = 5 if mass_g < 200 else 25 if mass_g < 1000 else 100
    rounded = max(step, step * round(mass_g / step))
    return f"{rounded} G" if rounded < 1000 else f"{rounded / 1000:g} KG"


def net_volume(volume_ml: float) -> str:
    """Return the words for a net volume, rounded to 10 ml below a litre and to 0.1 litre above."""
    if volume_ml < 995:
        return f"{max(10, 10 * round(volume_ml / 10))} ML"
    return f"{round(volume_ml / 1000, 1):g} L"


def _code(color: Srgb) -> str:
    return "#" + "".join(f"{round(max(0.0, min(1.0, c)) * 255):02x}" for c in color)
