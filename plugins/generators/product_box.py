"""A folding box with goods: cereals, tea, biscuits. Six printed sides, shut for good.

It does not open; a shipping carton with flaps is another generator.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from myriorama.plugins.api import Generator, Keypoint, ObjectModel, Part, Values
from myriorama.plugins.generators._declared import block, density, length, mass_kg, ratio
from myriorama.plugins.generators._product import PRINT, printed_product
from myriorama.scenes.geometry.box import box
from myriorama.scenes.geometry.combine import moved
from myriorama.scenes.materials.finishes import textured
from myriorama.scenes.materials.product_sheets import box_rects, box_sheet
from myriorama.scenes.materials.products import net_mass

BOARD_M = 0.0005
BOARD_DENSITY_KG_M3 = 750.0


class ProductBox(Generator):
    """A printed folding box."""

    name = "product_box"
    label = "Product box"
    help = "A printed folding box with goods, its front facing -Y, with brand, name, picture and EAN-13."
    watertight = True
    parameters = (
        length("size_x_m", 0.19, 0.03, 0.5, "Width of the front."),
        length("size_y_m", 0.065, 0.02, 0.3, "Depth."),
        length("size_z_m", 0.28, 0.03, 0.5, "Height."),
        ratio("edge_ratio", 0.02, 0.004, 0.08, "Radius of the edges over the smallest side."),
        *PRINT,
        density(130.0, "goods, air in the box included"),
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the box for these values, its bottom on z = 0."""
        x, y, z = (float(values[f"size_{axis}_m"]) for axis in "xyz")
        edge = float(values["edge_ratio"]) * min(x, y, z)
        mesh = moved(
            box((x, y, z), bevel_m=edge, bevel_steps=2, uv_rects=box_rects((x, y, z))), 0.0, 0.0, z / 2
        )  # fmt: skip
        goods = mass_kg(mesh, float(values["density_kg_m3"]))
        board = 2 * (x * y + y * z + z * x) * BOARD_M * BOARD_DENSITY_KG_M3
        amount = net_mass(goods * 1e3)
        product = printed_product("box", values)
        sheet = box_sheet(product, (x, y, z), amount)
        half = np.array([x, y, z]) / 2
        # On the rounded corner itself: along the diagonal of the bevel's ball.
        blunt = half - edge * (1 - 1 / np.sqrt(3.0))
        corners = [
            Keypoint(
                f"{level}_{side}_{end}", (sx * float(blunt[0]), sy * float(blunt[1]), z / 2 + sz * float(blunt[2]))
            )
            for level, sz in (("bottom", -1), ("top", 1))
            for side, sy in (("front", -1), ("back", 1))
            for end, sx in (("left", -1), ("right", 1))
        ]
        middle = Keypoint("front_centre", (0.0, -y / 2, z / 2))
        return ObjectModel(
            parts=(Part("box", mesh, textured(sheet.texture, 0.42, "printed board")),),
            keypoints=(*corners, middle),
            skeleton=_edges(),
            attributes=MappingProxyType(
                {
                    "mass_g": (goods + board) * 1e3,
                    "volume_ml": x * y * z * 1e6,
                    "net_amount": amount,
                    **product.attributes,
                    "has_bar_code": sheet.has_bar_code,
                }
            ),
            collision=(block((-x / 2, -y / 2, 0.0), (x / 2, y / 2, z)),),
            mass_kg=goods + board,
            friction=0.4,
        )


def _edges() -> tuple[tuple[str, str], ...]:
    ring = ("front_left", "front_right", "back_right", "back_left")
    out = []
    for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
        out += [(f"bottom_{a}", f"bottom_{b}"), (f"top_{a}", f"top_{b}"), (f"bottom_{a}", f"top_{a}")]
    return tuple(out)
