"""What the goods of a shop share: the parameters of their print, and the article that these choose.

Declarations and one look-up; it builds no mesh.
"""

from __future__ import annotations

from typing import Final

from myriorama.plugins.api import Choice, Color, Int, Parameter, Values
from myriorama.scenes.materials.products import MOST_VARIANTS, Family, Product, product_of

VARIANT: Final = Int(
    "variant",
    0,
    help="Which article: another number is another brand, name, picture and EAN-13.",
    minimum=0,
    maximum=MOST_VARIANTS,
    group="Print",
    suggested={"integers": [0, 50]},
)
PRINT: Final[tuple[Parameter, ...]] = (
    VARIANT,
    Choice(
        "colors",
        "own",
        help="own: the article's own colours; given: main_color and accent_color.",
        options=("own", "given"),
        group="Print",
    ),
    Color(
        "main_color",
        "#c8102e",
        help="Leading colour of the print, with colors given.",
        group="Print",
        suggested={"hsv": {"h": [0, 360], "s": [0.5, 1.0], "v": [0.3, 0.9]}},
    ),
    Color(
        "accent_color",
        "#ffd23f",
        help="Second colour of the print, with colors given.",
        group="Print",
        suggested={"hsv": {"h": [0, 360], "s": [0.3, 1.0], "v": [0.7, 1.0]}},
    ),
)


def printed_product(family: Family, values: Values) -> Product:
    """Return the article that PRINT's values choose."""
    if values["colors"] == "own":
        return product_of(family, int(values["variant"]))
    main, accent = values["main_color"], values["accent_color"]
    return product_of(
        family,
        int(values["variant"]),
        (float(main[0]), float(main[1]), float(main[2])),
        (float(accent[0]), float(accent[1]), float(accent[2])),
    )
