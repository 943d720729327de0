"""Blackgrass: a tuft of narrow blades in two ranks; side shoots (tillers) come from the third leaf on.

It does not head: it ends at ten leaves of the main shoot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.plugins.generators._plants.colour import Dress, mixed
from myriorama.plugins.generators._plants.growth import Growth, by_rank, grown, opened
from myriorama.plugins.generators._plants.leaf import LeafForm
from myriorama.plugins.generators._plants.outline import strap
from myriorama.plugins.generators._plants.plant import Leaf, PlantGenerator, Shoot, plant_parameters
from myriorama.plugins.generators._plants.stem import on_line, stem_line, stem_mesh
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.combine import merge, moved
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.materials.finishes import srgb

# By rank of the leaf: blade length and width, height of its collar; metres.
BLADE_M: Final = (0.055, 0.065, 0.080, 0.095, 0.110, 0.122, 0.132, 0.140, 0.145, 0.148)
WIDTH_M: Final = (0.0018, 0.0022, 0.0029, 0.0036, 0.0043, 0.0050, 0.0056, 0.0061, 0.0065, 0.0067)
COLLAR_M: Final = (0.010, 0.014, 0.019, 0.026, 0.034, 0.044, 0.058, 0.076, 0.098, 0.124)
TILLERS: Final = 6
FIRST_TILLER_AT: Final = 3.0
DIVERGENCE_DEG: Final = 180.0


@dataclass(frozen=True, eq=False)
class _Culm:
    """The main shoot or a tiller: its own stage, where it stands, and how it leans."""

    number: int
    leaves: float
    foot_m: tuple[float, float]
    plane_rad: float
    line: F64
    radius_m: float


class Blackgrass(PlantGenerator):
    """Alopecurus myosuroides from emergence to ten leaves.

    Notes
    -----
    Blades are 3 to 16 cm long and 2 to 8 mm wide, in two ranks; the foot of the shoots is purplish: C. E. Hubbard,
    Grasses, 3rd edition, 1984. Each tiller comes from the axil of a leaf, about one for each new leaf. Leaves of
    tillers are parts of their own, named after the tiller; `leaf_count` counts the main shoot alone, as the BBCH
    code does.
    """

    name = "blackgrass"
    label = "Blackgrass"
    help = "Blackgrass (Alopecurus myosuroides), a tufted grass weed that tillers from its third leaf on."
    parameters = plant_parameters(5.0, "#5b8a40", (86.0, 112.0))
    dress = Dress("parallel", roughness=0.5, rib=(1.15, 1.1, 1.1), relief=0.3)
    seed_dress = dress
    seedling = "coleoptile"

    def shoot(self, growth: Growth) -> Shoot:
        """Return the plant at its stage."""
        plane = float(np.pi * growth.signed("plane", 0, 1)[0])
        lean = 0.12 * growth.signed("lean", 0, 2)
        culms = [_culm(growth, 0, growth.leaves, (0.0, 0.0), plane, (float(lean[0]), float(lean[1])))]
        for number in range(1, TILLERS + 1):
            own = growth.leaves - FIRST_TILLER_AT - 0.9 * (number - 1)
            if own > 0:
                culms.append(_tiller(growth, number, own, plane))
        main = culms[0]
        leaves = [_spear(growth, main)] if growth.begun <= 2 else []
        for culm in culms:
            leaves.extend(_leaf(growth, culm, rank) for rank in range(1, int(np.ceil(culm.leaves - 1e-9)) + 1))
        sides = 4 + growth.detail
        return Shoot(
            stem=merge([_stem(culm, sides) for culm in culms]),
            base_radius_m=main.radius_m,
            top_radius_m=0.6 * main.radius_m,
            growing_point=on_line(main.line, 1.0),
            leaves=tuple(leaves),
            stem_color=mixed(mixed(growth.color, srgb("#b7c48c"), 0.35), srgb("#84506a"), 0.38),
            told={"tillers": len(culms) - 1},
        )


def _stem(culm: _Culm, sides: int) -> Mesh:
    widths = culm.radius_m * np.linspace(1.0, 0.6, len(culm.line))
    return moved(stem_mesh(culm.line, widths, sides), *culm.foot_m, 0.0)


def _culm(
    growth: Growth,
    number: int,
    leaves: float,
    foot: tuple[float, float],
    plane: float,
    lean: tuple[float, float],
) -> _Culm:
    scale = growth.size * (1.0 if number == 0 else 0.9)
    height = scale * by_rank((0.007, *COLLAR_M), leaves + 1)
    radius = scale * float(np.interp(leaves, [0, 3, 10], [0.0006, 0.0010, 0.0019]))
    line = stem_line(height, (lean[0] * height, lean[1] * height), (0.0, 0.0), 6)
    return _Culm(number, leaves, foot, plane, line, radius)


def _tiller(growth: Growth, number: int, leaves: float, plane: float) -> _Culm:
    """Return a side shoot: it leaves on the side of its leaf and leans outwards."""
    chance = growth.signed("tiller", number, 4)
    away = plane + np.radians(DIVERGENCE_DEG * (number - 1) + 38 * chance[0])
    out = 0.0022 * growth.size * (1 + 0.5 * ((number - 1) // 2))
    tilt = 0.42 + 0.22 * chance[1]
    foot = (float(out * np.cos(away)), float(out * np.sin(away)))
    lean = (float(tilt * np.cos(away)), float(tilt * np.sin(away)))
    return _culm(growth, number, leaves, foot, float(away + np.pi / 2 + 0.5 * chance[2]), lean)


def _spear(growth: Growth, main: _Culm) -> Leaf:
    """Return the coleoptile: the sheath that broke the soil, soon outgrown."""
    form = LeafForm(
        blade_m=0.012 * growth.size,
        half_width_m=0.0013 * growth.size,
        azimuth_rad=main.plane_rad + np.pi,
        radius_m=0.0,
        height_m=0.001,
        rise_deg=86.0,
        droop_deg=4.0 + 20 * growth.wilting,
        fold_deg=52.0,
        base_fold_deg=60.0,
    )
    return Leaf("coleoptile", "cotyledon", strap(6, 0.8, 0.4, 3.0), form, 1.0, 0, 0.5 * min(1.0, growth.leaves / 2))


def _leaf(growth: Growth, culm: _Culm, rank: int) -> Leaf:
    """Return a leaf of the main shoot (number 0) or of a tiller."""
    own = 100 * culm.number + rank
    age = culm.leaves - (rank - 1)
    # A tiller's first leaves are as large as the main shoot's of the same time.
    order = min(10.0, rank + 0.75 * culm.number)
    chance = growth.signed("leaf", own, 9)
    out, thirst = opened(age, 2.2), growth.wilting
    height = float(culm.line[-1, 2])
    share = min(0.97, growth.size * by_rank(COLLAR_M, rank) / height)
    x, y, z = on_line(culm.line, share)
    form = LeafForm(
        blade_m=float(growth.size * by_rank(BLADE_M, order) * grown(age, 2.4) * (1 + 0.12 * chance[0])),
        half_width_m=float(growth.size * by_rank(WIDTH_M, rank + 0.3 * culm.number) / 2 * (0.6 + 0.4 * grown(age))),
        azimuth_rad=float(culm.plane_rad + np.radians(DIVERGENCE_DEG * (rank - 1) + 14 * chance[1])),
        radius_m=0.2 * culm.radius_m,
        height_m=z,
        aside_m=(culm.foot_m[0] + x, culm.foot_m[1] + y),
        rise_deg=float(87 - out * (26 + 10 * chance[2]) - 20 * thirst * out),
        droop_deg=float(6 + out * (42 + 26 * chance[3]) + thirst * (40 + 40 * out)),
        arch=float(1.5 + 0.4 * chance[4]),
        fold_deg=float(14 + 46 * (1 - out) + 34 * thirst),
        base_fold_deg=62.0,
        wave=0.0,
        twist_deg=float(70 * chance[7] * out),
        sweep=float(0.13 * chance[8]),
    )
    name = f"leaf_{rank}" if culm.number == 0 else f"tiller_{culm.number}_leaf_{rank}"
    return Leaf(name, "leaf", strap(6 + 2 * growth.detail, 0.75, 0.3, 2.0), form, age, own)
