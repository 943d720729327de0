"""A sugar beet: a rosette of stalked, puckered blades in a 5/13 spiral on a crown, from the cotyledons on.

The root stays in the soil and is no part of it.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from myriorama.plugins.generators._plants.colour import Dress, mixed
from myriorama.plugins.generators._plants.growth import Growth, by_rank, grown, opened, spiral_deg
from myriorama.plugins.generators._plants.leaf import LeafForm
from myriorama.plugins.generators._plants.outline import oval
from myriorama.plugins.generators._plants.plant import Leaf, PlantGenerator, Shoot, plant_parameters
from myriorama.plugins.generators._plants.seedling import Folded, SeedLeaves, one_stem, seed_leaves
from myriorama.plugins.generators._plants.stem import stem_line
from myriorama.scenes.materials.finishes import srgb

# By rank of the leaf: blade length, blade width and petiole length, metres.
BLADE_M: Final = (0.045, 0.047, 0.068, 0.082, 0.105, 0.13, 0.155, 0.175, 0.195, 0.21)
WIDTH_M: Final = (0.028, 0.029, 0.043, 0.052, 0.067, 0.083, 0.098, 0.112, 0.125, 0.134)
PETIOLE_M: Final = (0.030, 0.031, 0.045, 0.055, 0.075, 0.095, 0.12, 0.145, 0.17, 0.19)
CROWN_M: Final = (0.0012, 0.0014, 0.0017, 0.0024, 0.0033, 0.0045, 0.006, 0.008, 0.0105, 0.013)
DIVERGENCE_DEG: Final = 360.0 * 5 / 13

SEED_LEAVES: Final = SeedLeaves(
    stay=(5.0, 8.0),
    young=0.72,
    gain=0.14,
    blade_m=0.024,
    half_width_m=0.0042,
    petiole_m=0.006,
    petiole_radius_m=0.0007,
    rise_deg=(30.0, 4.0, 9.0, 30.0),
    droop_deg=(22.0, 40.0, 50.0),
    fold_deg=8.0,
    base_fold_deg=25.0,
    rows=6,
    powers=(0.42, 0.45),
)


class SugarBeet(PlantGenerator):
    """Beta vulgaris ssp. vulgaris from the cotyledons to ten leaves.

    Notes
    -----
    The first two true leaves come as a pair across the cotyledons; the others follow in a spiral of 5/13 of a turn.
    Blades grow with rank up to some 20 cm by the tenth leaf, on petioles nearly as long: G. F. J. Milford, T. O.
    Pocock and J. Riley, An analysis of leaf growth in sugar beet, II, Annals of Applied Biology 106, 1985.
    """

    name = "sugar_beet"
    label = "Sugar beet"
    help = "A sugar beet's rosette, from two cotyledons to ten stalked leaves in a spiral."
    parameters = plant_parameters(6.0, "#4b7c34", (88.0, 112.0))
    dress = Dress("rugose", roughness=0.4, petiole=(1.5, 1.25, 1.3), rib=(1.6, 1.4, 1.5), relief=0.42)
    seed_dress = Dress("pinnate", roughness=0.4, petiole=(1.4, 1.1, 1.2), rib=(1.15, 1.1, 1.1), relief=0.25)

    def shoot(self, growth: Growth) -> Shoot:
        """Return the plant at its stage."""
        scale = growth.size
        crown = scale * by_rank((0.0009, *CROWN_M), growth.leaves + 1)
        height = scale * float(np.interp(growth.leaves, [0, 2, 6, 10], [0.013, 0.015, 0.02, 0.03]))
        lean = 0.12 * height * growth.signed("lean", 0, 2)
        line = stem_line(height, (float(lean[0]), float(lean[1])), (0.0, 0.0), 5)
        widths = crown * np.array([0.92, 1.0, 1.0, 0.82, 0.2])
        start = float(np.pi * growth.signed("start", 0, 1)[0] / 12)
        first = seed_leaves(SEED_LEAVES, growth, start, crown, (0.0, 0.0, 0.80 * height))
        leaf_at = partial(self._leaf, height=height, crown=crown, start=start)
        color = mixed(mixed(growth.color, srgb("#d8cfae"), 0.55), srgb("#b0586a"), 0.3)
        return one_stem(growth, line, widths, first, leaf_at, color, Folded(3, 0.8, DIVERGENCE_DEG))

    def _leaf(self, growth: Growth, rank: int, height: float, crown: float, start: float) -> Leaf:
        age = growth.age(rank)
        chance = growth.signed("leaf", rank, 9)
        out = opened(age, 2.4)
        size = growth.size * grown(age) * (1 + 0.08 * chance[0])
        turn = spiral_deg(rank, DIVERGENCE_DEG)
        old = min(1.0, max(0.0, age - 2.0) / 6)
        thirst = growth.wilting
        form = LeafForm(
            blade_m=float(by_rank(BLADE_M, rank) * size),
            half_width_m=float(by_rank(WIDTH_M, rank) / 2 * size * (0.72 + 0.28 * out)),
            petiole_m=float(by_rank(PETIOLE_M, rank) * size * (0.4 + 0.6 * out)),
            azimuth_rad=float(start + np.radians(turn + 7 * chance[1])),
            radius_m=float(crown * (0.25 + 0.45 * old)),
            height_m=float(height * (0.95 - 0.55 * old)),
            rise_deg=float(84 - 22 * out - 24 * old + 6 * chance[2] - 26 * thirst * (0.4 + out)),
            droop_deg=float(10 + 44 * out + 22 * old + 10 * chance[3] + thirst * 75),
            arch=float(1.5 + 0.3 * chance[4]),
            fold_deg=float(6 + 42 * (1 - out) - 14 * thirst),
            base_fold_deg=float(18 + 40 * (1 - out)),
            cup=0.06,
            wave=float(0.24 * out),
            waves=float(2.6 + 0.5 * chance[5]),
            phase=float(chance[6]),
            twist_deg=float(14 * chance[7] * (1 + thirst)),
            sweep=float(0.07 * chance[8]),
            petiole_radius_m=float(0.0011 * growth.size + 0.0125 * by_rank(PETIOLE_M, rank) * size),
        )
        return Leaf(f"leaf_{rank}", "leaf", oval(8 + 4 * growth.detail, 0.52, 0.66), form, age, rank)
