"""A shut can: for drinks, with neck, rim and pull tab, or for food, with beads, a paper label and a ring lid.

It is full and does not open: the mesh is one solid, the mass that of metal and contents.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import Bool, Choice, Generator, Keypoint, Material, Mesh, ObjectModel, Part, Texture, Values
from myriorama.plugins.generators._declared import DETAIL, FACETS_PER_STEP, density, length, ratio, turned_piece
from myriorama.plugins.generators._product import PRINT, printed_product
from myriorama.scenes.geometry.combine import merge, moved, quarter_turned
from myriorama.scenes.geometry.lathe import lathe
from myriorama.scenes.geometry.measure import area_m2, signed_volume_m3
from myriorama.scenes.geometry.profile import Profile, rounded
from myriorama.scenes.geometry.sweep import skin
from myriorama.scenes.materials.finishes import plain, textured
from myriorama.scenes.materials.product_sheets import wrap_sheet
from myriorama.scenes.materials.products import net_mass, net_volume

TILE_M: Final = 0.05
WALLS: Final = MappingProxyType({"drink": (0.00011, 2700.0), "food": (0.00019, 7850.0)})
"""Thickness of the sheet, metres, and its density, kg/m3: aluminium, tinplate."""


class Can(Generator):
    """A can for drinks or food."""

    name = "can"
    label = "Can"
    help = "A full, shut can with rim, lid, pull tab and a print all round; its front faces -Y."
    watertight = True
    parameters = (
        Choice(
            "style",
            "drink",
            help="drink: printed aluminium with a narrow neck; food: tinplate with beads and a paper label.",
            options=("drink", "food"),
            group="Shape",
            suggested={"choice": ["drink", "food"]},
        ),
        length("height_m", 0.115, 0.05, 0.25, "Height over all."),
        length("diameter_m", 0.066, 0.045, 0.16, "Diameter of the body."),
        ratio("neck_ratio", 0.83, 0.75, 0.95, "Diameter of a drink can's rim over that of its body."),
        Bool("tab", True, help="Whether the lid has a pull tab.", group="Shape"),
        *PRINT,
        density(1030.0, "contents"),
        ratio("fill", 0.95, 0.5, 1.0, "Share of the inside that the contents fill.", "Physics"),
        DETAIL,
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the can for these values, standing on z = 0."""
        style = str(values["style"])
        form = _Form.of(values)
        segments = FACETS_PER_STEP * int(values["detail"])
        outline, low, high = form.drink() if style == "drink" else form.food()
        last = len(outline.points) - 1
        # The lathe's seam is at +X; turned to +Y, the middle of the print faces -Y.
        bottom, wrap, lid = (
            quarter_turned(lathe(part, segments, tile_m=tile), 2, 1)
            for part, tile in (
                (outline.part(0, low), TILE_M),
                (outline.part(low, high), None),
                (outline.part(high, last), TILE_M),
            )
        )
        solid = merge([bottom, wrap, lid])
        inside = signed_volume_m3(solid)
        thick, metal_kg_m3 = WALLS[style]
        contents = inside * float(values["fill"]) * float(values["density_kg_m3"])
        mass = contents + area_m2(solid) * thick * metal_kg_m3
        volume_ml = inside * float(values["fill"]) * 1e6
        amount = net_volume(volume_ml) if style == "drink" else net_mass(contents * 1e3)
        product = printed_product("can" if style == "drink" else "tin", values)
        print_low, print_high = float(outline.points[low, 1]), float(outline.points[high, 1])
        sheet = wrap_sheet(product, 2 * np.pi * form.radius_m, print_high - print_low, amount)
        metal = plain("#c4c7ca", 0.3, "bare metal", metallic=1.0)
        parts = [
            Part("bottom", bottom, metal),
            Part("wrap", wrap, _ink(style, sheet.texture)),
            Part("lid", lid, metal),
        ]
        if values["tab"]:
            parts.append(Part("tab", _tab(form), plain("#b4b8bc", 0.26, "bare metal", metallic=1.0)))
        rim = float(outline.points[int(np.argmax(outline.points[:, 1])), 0])
        middle = (print_low + print_high) / 2
        return ObjectModel(
            parts=tuple(parts),
            keypoints=(
                Keypoint("base_centre", (0.0, 0.0, float(outline.points[0, 1]))),
                Keypoint("rim_front", (0.0, -rim, form.height_m)),
                Keypoint("rim_back", (0.0, rim, form.height_m)),
                Keypoint("label_front", (0.0, -form.radius_m, middle)),
                Keypoint("lid_centre", (0.0, 0.0, form.lid_m), "interior"),
            ),
            skeleton=(("base_centre", "lid_centre"), ("rim_front", "rim_back")),
            attributes=MappingProxyType(
                {
                    "mass_g": mass * 1e3,
                    "volume_ml": volume_ml,
                    "net_amount": amount,
                    **product.attributes,
                    "has_bar_code": sheet.has_bar_code,
                }
            ),
            collision=(turned_piece(form.hull(style), segments),),
            mass_kg=mass,
            friction=0.3,
        )


def _ink(style: str, texture: Texture) -> Material:
    if style == "food":
        return textured(texture, 0.4, "paper label")
    return Material((1.0, 1.0, 1.0), metallic=0.35, roughness=0.3, base_color_texture=texture, name="printed metal")


@dataclass(frozen=True)
class _Form:
    """The can's measures, metres."""

    height_m: float
    radius_m: float
    neck_m: float

    @staticmethod
    def of(values: Values) -> _Form:
        radius = float(values["diameter_m"]) / 2
        neck = float(values["neck_ratio"]) if values["style"] == "drink" else 1.0
        return _Form(float(values["height_m"]), radius, radius * neck)

    @property
    def seam_m(self) -> float:
        """Height of the rim over the lid."""
        return min(0.0035, 0.12 * self.radius_m)

    @property
    def lid_m(self) -> float:
        """Height of the lid."""
        return self.height_m - self.seam_m

    @property
    def rim_m(self) -> float:
        """Outer radius of the rim: that of the neck, or a little more than a food can's body."""
        return self.neck_m * 0.995 if self.neck_m < self.radius_m else self.radius_m * 1.025

    def _lid(self) -> tuple[list[tuple[float, float]], list[float]]:
        """Return the rim and the lid sunk into it, from outside in."""
        top, rim, seam = self.height_m, self.rim_m, self.seam_m
        wide = 0.07 * self.radius_m
        points = [(rim, top - seam), (rim, top), (rim - wide, top), (rim - 1.3 * wide, top - 1.25 * seam)]
        points += [(rim - 2.2 * wide, top - 1.25 * seam), (rim - 2.6 * wide, top - seam), (0.0, top - seam)]
        soft = 0.3 * min(wide, seam)
        return points, [0.5 * soft, soft, soft, soft, soft, soft, 0.0]

    def drink(self) -> tuple[Profile, int, int]:
        """Return a drink can's outline, and between which of its points the print goes round."""
        r, neck = self.radius_m, self.neck_m
        stand, slope = 0.74 * r, min(0.22 * r, 0.08 * self.height_m)
        shoulder = self.height_m - self.seam_m - max(1.6 * (r - neck), 0.1 * r)
        dome = [(0.0, 0.28 * stand * min(1.0, self.height_m / (3 * r)))]
        dome += [(stand * s, dome[0][1] * float(np.sqrt(1 - s * s))) for s in (0.35, 0.6, 0.8)]
        points = [*dome, (0.93 * stand, 0.0), (stand, 0.0), (r, slope), (r, shoulder)]
        radii = [0.0] * len(dome) + [0.02 * r, 0.02 * r, 0.35 * slope, 0.0]
        lid, lid_radii = self._lid()
        points += [(neck * 0.985, self.height_m - 1.45 * self.seam_m), *lid]
        radii += [0.0, *lid_radii]
        # Hard where print ends, else smooth.
        outline = rounded(points, radii, 3, soft=[*range(len(dome)), len(points) - 1])
        return _between(outline, r, slope, shoulder)

    def food(self) -> tuple[Profile, int, int]:
        """Return a food can's outline: seams at both ends, and a straight body under its label."""
        r, seam, top = self.radius_m, self.seam_m, self.height_m
        rim, lid = self.rim_m, self._lid()
        foot = [(0.0, 0.35 * seam), (0.82 * r, 0.35 * seam), (rim - 0.06 * r, 0.0), (rim, 0.0), (rim, seam)]
        low, high = 1.35 * seam, top - 1.35 * seam
        points = [*foot, (r, low), (r, high), *lid[0]]
        radii = [0.0, 0.1 * seam, 0.1 * seam, 0.25 * seam, 0.0, 0.0, 0.0, *lid[1]]
        outline = rounded(points, radii, 3, soft=[0, len(points) - 1])
        return _between(outline, r, low, high)

    def hull(self, style: str) -> list[tuple[float, float]]:
        """Return the (radius, z) rings of the can's convex hull."""
        r, rim, top = self.radius_m, self.rim_m, self.height_m
        if style == "food":
            return [(rim, 0.0), (rim, top)]
        slope = min(0.22 * r, 0.08 * top)
        shoulder = top - self.seam_m - max(1.6 * (r - self.neck_m), 0.1 * r)
        return [(0.74 * r, 0.0), (r, slope), (r, shoulder), (rim, top)]


def _between(outline: Profile, radius: float, low: float, high: float) -> tuple[Profile, int, int]:
    """Return the outline with the first and last of its points on the straight body between two heights."""
    on_body = np.abs(outline.points[:, 0] - radius) < 1e-9
    inside = on_body & (outline.points[:, 1] >= low - 1e-9) & (outline.points[:, 1] <= high + 1e-9)
    places = np.nonzero(inside)[0]
    return outline, int(places[0]), int(places[-1])


def _tab(form: _Form) -> Mesh:
    """Return the ring to pull: a flat closed band round a hole, a little above the lid, riveted towards the front."""
    reach = 0.4 * form.neck_m
    thick = min(0.0012, 0.35 * form.seam_m)
    turns = 24
    angle = np.arange(turns + 1) * (2 * np.pi / turns)
    path = np.stack([0.62 * reach * np.cos(angle), reach * np.sin(angle)], axis=1)
    # A rectangular section led round an oval; the last ring is the first.
    wide = 0.2 * reach
    section = np.array([(-wide, 0.0), (-wide, thick), (wide, thick), (wide, 0.0), (-wide, 0.0)])
    outward = np.stack([np.cos(angle) / 0.62, np.sin(angle)], axis=1)
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    grid = np.empty((turns + 1, 5, 3))
    grid[..., :2] = path[:, None] + section[None, :, :1] * outward[:, None]
    grid[..., 2] = section[:, 1]
    grid[-1] = grid[0]
    ring = skin(grid, capped=False, tile_m=TILE_M)
    return moved(ring, 0.0, 0.12 * form.neck_m, form.lid_m + 0.4 * thick)
