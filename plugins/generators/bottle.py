"""A bottle with a screw cap and a printed label around its body.

It is empty: capacity is the volume inside up to the mouth, mass that of bottle, cap and label.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import (
    Bool,
    Choice,
    Color,
    Generator,
    Int,
    Keypoint,
    Mesh,
    ObjectModel,
    Part,
    Texture,
    Values,
)
from myriorama.plugins.generators._declared import DETAIL, FACETS_PER_STEP, density, length, ratio, turned_piece
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.combine import merge, moved, quarter_turned
from myriorama.scenes.geometry.lathe import lathe
from myriorama.scenes.geometry.measure import signed_volume_m3
from myriorama.scenes.geometry.profile import Profile, rounded, turned_volume_m3
from myriorama.scenes.geometry.sweep import skin
from myriorama.scenes.materials.finishes import plastic, textured
from myriorama.scenes.materials.packaging import label_texture
from myriorama.scenes.materials.product_sheets import wrap_sheet
from myriorama.scenes.materials.products import net_volume, product_of

TILE_M: Final = 0.08
LABEL_M: Final = 0.0003
CAP_DENSITY_KG_M3: Final = 950.0
LABEL_DENSITY_KG_M3: Final = 900.0
RIBS: Final = 36
NO_ARTICLE: Final[Mapping[str, str | bool]] = MappingProxyType(
    {
        "net_amount": "",
        "brand": "",
        "product": "",
        "ean13": "",
        "main_color": "",
        "accent_color": "",
        "has_bar_code": False,
    }
)
"""What is told without a label, or with one that is a mere design."""


class Bottle(Generator):
    """A bottle with cap and label."""

    name = "bottle"
    label = "Bottle"
    help = "A bottle with a ribbed screw cap and a printed label; the label's front faces -Y."
    watertight = True
    parameters = (
        length("height_m", 0.22, 0.06, 0.5, "Height without the cap's top."),
        length("diameter_m", 0.068, 0.03, 0.16, "Outer diameter of the body."),
        ratio("neck_ratio", 0.4, 0.28, 0.7, "Diameter of the neck over that of the body."),
        ratio("shoulder", 0.2, 0.1, 0.35, "Height of the shoulder over that of the bottle."),
        ratio("neck_length", 0.14, 0.1, 0.25, "Height of the neck over that of the bottle; the cap covers most of it."),
        length("wall_m", 0.0014, 0.0005, 0.003, "Thickness of the wall."),
        Bool("cap", True, help="Whether the cap is on.", group="Cap"),
        Bool("label", True, help="Whether it has a label.", group="Label"),
        ratio("label_height", 0.62, 0.2, 0.9, "Height of the label over that of the straight body.", "Label"),
        Color(
            "label_color",
            "#f4f1e8",
            help="Paper of the label.",
            group="Label",
            suggested={"hsv": {"h": [0, 360], "s": [0.0, 0.25], "v": [0.85, 1.0]}},
        ),
        Color(
            "ink_color",
            "#1f6f5c",
            help="Ink of the label.",
            group="Label",
            suggested={"hsv": {"h": [0, 360], "s": [0.5, 0.9], "v": [0.25, 0.7]}},
        ),
        Choice(
            "label_style",
            "plain",
            help="plain: a design in ink on paper; product: brand, picture and EAN-13 of the article that print_seed "
            "names, in its own colours.",
            options=("plain", "product"),
            group="Label",
        ),
        Int(
            "print_seed",
            0,
            help="Which of the endless label designs, or which article.",
            minimum=0,
            maximum=2**31 - 1,
            group="Label",
            suggested={"integers": [0, 50]},
        ),
        density(1380.0, "bottle"),
        DETAIL,
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the bottle for these values."""
        form = _Form.of(values)
        segments = FACETS_PER_STEP * int(values["detail"])
        profile = form.profile()
        body = _front_to_viewer(lathe(profile, segments, tile_m=TILE_M))
        mass = signed_volume_m3(body) * float(values["density_kg_m3"])
        parts = [Part("body", body, plastic("#e9e9e4", 0.24))]
        top = form.height_m
        keypoints = [Keypoint("base_centre", (0.0, 0.0, form.punt_m))]
        if values["cap"]:
            cap = moved(_cap(form.cap_radius_m, form.cap_height_m), 0.0, 0.0, form.cap_low_m)
            mass += signed_volume_m3(cap) * CAP_DENSITY_KG_M3
            parts.append(Part("cap", cap, plastic("#2f5d50", 0.42)))
            top = form.cap_low_m + form.cap_height_m
            keypoints.append(Keypoint("cap_top", (0.0, 0.0, top)))
        else:
            crest = int(np.argmax(profile.points[:, 1]))
            keypoints.append(Keypoint("mouth_front", (0.0, -float(profile.points[crest, 0]), form.height_m)))
        shoulder = form.body_top_m
        keypoints.append(Keypoint("shoulder_front", (0.0, -form.radius_m, shoulder)))
        volume_ml = turned_volume_m3(profile.points[int(np.argmax(profile.points[:, 1])) :][::-1]) * 1e6
        article = NO_ARTICLE
        if values["label"]:
            band = _label_band(form, segments)
            texture, article = _label_print(form, values, volume_ml)
            mass += signed_volume_m3(band) * LABEL_DENSITY_KG_M3
            parts.append(Part("label", band, textured(texture, 0.55, "printed paper")))
            middle = (form.label_low_m + form.label_high_m) / 2
            keypoints.append(Keypoint("label_front", (0.0, -form.radius_m - LABEL_M, middle)))
        outline = [(form.radius_m, 0.0), (form.radius_m, shoulder), (form.neck_radius_m, form.neck_low_m)]
        cap_top = [(form.cap_radius_m, form.cap_low_m), (form.cap_radius_m, top)]
        neck_top = [(form.neck_radius_m, form.neck_low_m), (form.neck_radius_m, top)]
        return ObjectModel(
            parts=tuple(parts),
            keypoints=tuple(keypoints),
            skeleton=(("base_centre", "shoulder_front"), ("shoulder_front", keypoints[1].name)),
            attributes=MappingProxyType(
                {
                    "mass_g": mass * 1e3,
                    "volume_ml": volume_ml,
                    "height_m": top,
                    "has_cap": bool(values["cap"]),
                    "has_label": bool(values["label"]),
                    **article,
                }
            ),
            collision=(turned_piece(outline), turned_piece(cap_top if values["cap"] else neck_top)),
            mass_kg=mass,
            friction=0.35,
        )


def _front_to_viewer(mesh: Mesh) -> Mesh:
    """Turn the lathe's seam from +X to +Y, so that the middle of a label faces -Y."""
    return quarter_turned(mesh, 2, 1)


def _label_band(form: _Form, segments: int) -> Mesh:
    outer, inner = form.radius_m + LABEL_M, form.radius_m - form.wall_m / 2
    low, high = form.label_low_m, form.label_high_m
    sheet = Profile(np.array([(outer, low), (outer, high)]), np.array([True, True]))
    back = Profile(np.array([(outer, high), (inner, high), (inner, low), (outer, low)]), np.ones(4, dtype=np.bool_))
    # The back and the edges show bare paper: a corner of the print without ink.
    bare = (0.01, 0.5, 0.02, 0.5)
    return _front_to_viewer(merge([lathe(sheet, segments), lathe(back, segments, uv_rect=bare)]))


def _label_print(form: _Form, values: Values, volume_ml: float) -> tuple[Texture, Mapping[str, str | bool]]:
    """Return the label's print, and what it tells about the article."""
    turn, height = 2 * np.pi * (form.radius_m + LABEL_M), form.label_high_m - form.label_low_m
    seed = int(values["print_seed"])
    if values["label_style"] == "plain":
        return label_texture(seed, turn, height, tuple(values["label_color"]), tuple(values["ink_color"])), NO_ARTICLE
    product, amount = product_of("bottle", seed), net_volume(0.93 * volume_ml)
    sheet = wrap_sheet(product, turn, height, amount)
    return sheet.texture, {"net_amount": amount, **product.attributes, "has_bar_code": sheet.has_bar_code}


def _cap(radius: float, height: float) -> Mesh:
    """Return a closed cap with upright ribs, standing on z = 0."""
    columns = RIBS * 4
    angle = np.arange(columns) * (2 * np.pi / columns)
    rib = np.array([0.0, 0.7, 1.0, 0.7])[np.arange(columns) % 4]
    depth = 0.035 * radius
    soft = min(0.09 * height, 0.1 * radius)
    rows = [(-soft, 0.0, 0.0), (0.0, soft, 1.0), (0.0, 0.74 * height, 1.0), (-0.15 * depth, 0.8 * height, 0.0)]
    rows += [(0.0 - soft * (1 - np.cos(a)), height - soft * (1 - np.sin(a)), 0.0) for a in np.linspace(0, np.pi / 2, 3)]
    grid = np.empty((len(rows), columns + 1, 3))
    for number, (inset, z, ribbed) in enumerate(rows):
        r = radius + inset - depth * (1 - rib) * ribbed - depth * (1 - ribbed) * 0.5
        grid[number, :-1] = np.column_stack([r * np.cos(angle), r * np.sin(angle), np.full(columns, z)])
    grid[:, -1] = grid[:, 0]
    return skin(grid, tile_m=TILE_M)


@dataclass(frozen=True)
class _Form:
    """The bottle's measures, metres."""

    height_m: float
    radius_m: float
    neck_radius_m: float
    shoulder_m: float
    neck_m: float
    wall_m: float
    label_share: float

    @staticmethod
    def of(values: Values) -> _Form:
        """Read the values."""
        height, radius = float(values["height_m"]), float(values["diameter_m"]) / 2
        return _Form(
            height_m=height,
            radius_m=radius,
            neck_radius_m=radius * float(values["neck_ratio"]),
            shoulder_m=height * float(values["shoulder"]),
            neck_m=height * float(values["neck_length"]),
            wall_m=float(values["wall_m"]),
            label_share=float(values["label_height"]),
        )

    @property
    def punt_m(self) -> float:
        """How far the middle of the bottom lies above its rim."""
        return min(0.06 * self.radius_m, 0.02 * self.height_m)

    @property
    def neck_low_m(self) -> float:
        """Where the neck starts."""
        return self.height_m - self.neck_m

    @property
    def body_top_m(self) -> float:
        """Where the straight body ends."""
        return self.neck_low_m - self.shoulder_m

    @property
    def base_round_m(self) -> float:
        """Radius of the edge at the bottom."""
        return min(0.22 * self.radius_m, 0.08 * self.body_top_m)

    @property
    def label_low_m(self) -> float:
        """Lower edge of the label."""
        return self._label_middle_m - self._label_half_m

    @property
    def label_high_m(self) -> float:
        """Upper edge of the label."""
        return self._label_middle_m + self._label_half_m

    @property
    def _label_middle_m(self) -> float:
        return (1.3 * self.base_round_m + 0.985 * self.body_top_m) / 2

    @property
    def _label_half_m(self) -> float:
        return self.label_share * (0.985 * self.body_top_m - 1.3 * self.base_round_m) / 2

    @property
    def cap_radius_m(self) -> float:
        """Outer radius of the cap."""
        return self.neck_radius_m * 1.16

    @property
    def cap_height_m(self) -> float:
        """Height of the cap; it covers most of the neck."""
        return 0.82 * self.neck_m + 0.02 * self.height_m

    @property
    def cap_low_m(self) -> float:
        """Lower edge of the cap."""
        return self.height_m - 0.82 * self.neck_m

    def shoulder_line(self, inset_m: float) -> F64:
        """Return the curve from the body to the neck, (N, 2), at a distance inside the outer wall."""
        t = np.linspace(0.0, 1.0, 9 if inset_m == 0 else 6)
        blend = t * t * (3 - 2 * t)
        # Rounder at the body than at the neck, as blown bottles are.
        blend = blend**1.25
        radius = self.radius_m + (self.neck_radius_m - self.radius_m) * blend - inset_m
        return np.column_stack([radius, self.body_top_m + self.shoulder_m * t])

    def profile(self) -> Profile:
        """Return the outline from the middle of the bottom up, over the mouth and down inside."""
        outer = [tuple(p) for p in self.shoulder_line(0.0)]
        inner = [tuple(p) for p in self.shoulder_line(self.wall_m)][::-1]
        base, wall = self.base_round_m, self.wall_m
        lip = 0.49 * wall
        ring = 0.62 * self.radius_m
        points = [(0.0, self.punt_m), (ring, 0.0), (self.radius_m, 0.0), *outer]
        radii = [0.0, 0.1 * ring, base] + [0.0] * len(outer)
        # The ring under the cap by which the bottle is carried.
        out, low, thick = 1.13 * self.neck_radius_m, self.neck_low_m + 0.05 * self.neck_m, 0.06 * self.neck_m
        soft = 0.3 * min(thick, out - self.neck_radius_m)
        points += [(self.neck_radius_m, low), (out, low), (out, low + thick), (self.neck_radius_m, low + thick)]
        radii += [soft] * 4
        points += [(self.neck_radius_m, self.height_m), (self.neck_radius_m - wall, self.height_m), *inner]
        radii += [lip, lip] + [0.0] * len(inner)
        floor = self.punt_m + wall
        points += [(self.radius_m - wall, floor), (0.0, floor)]
        radii += [0.8 * base, 0.0]
        return rounded(points, radii, 3, soft=range(len(points)))
