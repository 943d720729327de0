"""Fat hen: an upright weed with mealy, toothed, rhombic leaves, in pairs at first and in a spiral later.

It does not flower: it ends at ten leaves.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from myriorama.plugins.generators._plants.colour import Dress, mixed
from myriorama.plugins.generators._plants.growth import Growth, by_rank, grown, opened
from myriorama.plugins.generators._plants.leaf import LeafForm
from myriorama.plugins.generators._plants.outline import Outline, cut, oval
from myriorama.plugins.generators._plants.plant import Leaf, PlantGenerator, Shoot, plant_parameters
from myriorama.plugins.generators._plants.seedling import Folded, SeedLeaves, one_stem, seed_leaves
from myriorama.plugins.generators._plants.stem import on_line, stem_line
from myriorama.scenes.conventions import F64
from myriorama.scenes.materials.finishes import srgb

# By rank of the leaf: blade length, its width over its length, height of its node; metres.
BLADE_M: Final = (0.016, 0.016, 0.024, 0.025, 0.033, 0.040, 0.046, 0.051, 0.055, 0.058)
ASPECT: Final = (0.62, 0.62, 0.66, 0.66, 0.68, 0.68, 0.66, 0.63, 0.60, 0.57)
NODE_M: Final = (0.016, 0.017, 0.028, 0.030, 0.050, 0.072, 0.098, 0.128, 0.160, 0.192)
PAIRED: Final = 4
DIVERGENCE_DEG: Final = 135.0
TOOTH: Final = ((0.0, 0.86, 0.0), (0.34, 0.93, 0.03), (0.60, 1.07, 0.08), (0.74, 1.06, 0.12), (0.97, 0.86, 0.0))

SEED_LEAVES: Final = SeedLeaves(
    stay=(4.0, 7.0),
    blade_m=0.0115,
    half_width_m=0.0017,
    petiole_m=0.004,
    petiole_radius_m=0.0004,
    off_axis=0.5,
    rise_deg=(24.0, 3.0, 9.0, 40.0),
    droop_deg=(16.0, 40.0, 60.0),
    fold_deg=8.0,
    base_fold_deg=20.0,
    powers=(0.5, 0.42),
)


class FatHen(PlantGenerator):
    """Chenopodium album from the cotyledons to ten leaves.

    Notes
    -----
    The first two pairs of leaves stand crosswise, later ones in a spiral of 3/8 of a turn. Blades are rhombic to
    ovate, 1 to 6 cm here, irregularly toothed, on petioles of half their length; young ones are dusted with white
    meal: I. J. Bassett and C. W. Crompton, The biology of Canadian weeds 32, Canadian Journal of Plant Science 58,
    1978.
    """

    name = "fat_hen"
    label = "Fat hen"
    help = "Fat hen (Chenopodium album), an upright weed with toothed rhombic leaves, from two cotyledons on."
    parameters = plant_parameters(6.0, "#6b8856", (96.0, 128.0))
    dress = Dress("mealy", roughness=0.62, petiole=(1.45, 1.3, 1.35), rib=(1.4, 1.3, 1.35), relief=0.35)
    seed_dress = Dress("mealy", roughness=0.6, petiole=(1.5, 1.0, 1.3), rib=(1.1, 1.05, 1.1), relief=0.15)

    def shoot(self, growth: Growth) -> Shoot:
        """Return the plant at its stage."""
        scale, thirst = growth.size, growth.wilting
        # Nodes part late: the two newest leaves still stand at the tip.
        height = scale * max(0.0125, by_rank((0.0115, *NODE_M), growth.leaves - 0.2))
        radius = scale * float(np.interp(growth.leaves, [0, 4, 10], [0.0006, 0.0009, 0.0021]))
        lean, nod = 0.10 * height * growth.signed("lean", 0, 2), growth.signed("nod", 0, 2)
        nod = nod / max(float(np.hypot(*nod)), 1e-6) * (0.30 * thirst * height)
        line = stem_line(height, (float(lean[0]), float(lean[1])), (float(nod[0]), float(nod[1])), 9)
        widths = radius * np.linspace(1.0, 0.42, 9)
        start = float(np.pi * growth.signed("start", 0, 1)[0] / 8)
        node = on_line(line, min(0.96, scale * 0.0115 / float(line[-1, 2])))
        first = seed_leaves(SEED_LEAVES, growth, start, radius, node)
        leaf_at = partial(self._leaf, line=line, radius=radius, start=start)
        color = mixed(mixed(growth.color, srgb("#b9d09a"), 0.4), srgb("#a05a70"), 0.14)
        return one_stem(growth, line, widths, first, leaf_at, color, Folded(3, 0.85, DIVERGENCE_DEG))

    def _leaf(self, growth: Growth, rank: int, line: F64, radius: float, start: float) -> Leaf:
        age = growth.age(rank)
        chance = growth.signed("leaf", rank, 9)
        out, thirst = opened(age, 2.2), growth.wilting
        size = growth.size * grown(age, 3.0) * (1 + 0.09 * chance[0])
        blade = by_rank(BLADE_M, rank) * size
        # Points of a stem's line are evenly spaced before it leans.
        share = min(0.985, growth.size * by_rank(NODE_M, rank) / (float(line[-1, 2]) + 1e-9))
        x, y, z = on_line(line, share)
        form = LeafForm(
            blade_m=float(blade),
            half_width_m=float(blade * by_rank(ASPECT, rank) / 2 * (0.7 + 0.3 * out)),
            petiole_m=float(0.55 * blade * (0.3 + 0.7 * out)),
            azimuth_rad=float(start + np.radians(turn_deg(rank) + 8 * chance[1])),
            radius_m=0.4 * radius * (1.1 - share),
            height_m=z,
            aside_m=(x, y),
            rise_deg=float(78 - 34 * out + 8 * chance[2] - 34 * thirst * (0.4 + 0.6 * out)),
            droop_deg=float(6 + 40 * out + 10 * chance[3] + 72 * thirst),
            arch=1.3,
            fold_deg=float(6 + 40 * (1 - out) + 12 * thirst),
            base_fold_deg=float(12 + 30 * (1 - out)),
            cup=0.05,
            wave=float(0.10 * out),
            waves=2.5,
            phase=float(chance[6]),
            twist_deg=float(14 * chance[7]),
            sweep=float(0.05 * chance[8]),
            petiole_radius_m=float(0.00035 * growth.size + 0.011 * blade),
        )
        return Leaf(f"leaf_{rank}", "leaf", blade_outline(rank, growth), form, age, rank)


def turn_deg(rank: int) -> float:
    """Return where a leaf stands about the stem: crosswise pairs, then the spiral."""
    if rank <= PAIRED:
        pair, second = divmod(rank - 1, 2)
        return 90.0 * (pair + 1) + 180.0 * second
    return 90.0 * PAIRED / 2 + 180.0 + DIVERGENCE_DEG * (rank - PAIRED)


def blade_outline(rank: int, growth: Growth) -> Outline:
    """Return a leaf's outline: few blunt teeth on the first leaves, more and sharper ones above."""
    whole = oval(9 + 3 * growth.detail, 0.80, 1.15)
    teeth = (2, 2, 3, 3, 4, 4, 5, 5, 5, 5)[rank - 1]
    stops = 0.30 + 0.56 * np.linspace(0.0, 1.0, teeth + 1) ** 0.94
    shift = 0.30 * growth.signed("teeth", rank, teeth)
    depth = by_rank((0.35, 0.35, 0.7, 0.7, 1.0, 1.1, 1.15, 1.1, 1.0, 0.9), rank)
    tooth = [(share, 1 + (reach - 1) * depth, lean) for share, reach, lean in TOOTH]
    return cut(whole, [float(s) for s in stops], tooth, [float(s) for s in shift])
