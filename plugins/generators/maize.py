"""A young maize plant: two ranks of arching straps around a stem of rolled sheaths, from the coleoptile on.

It grows no ear and no tassel: it ends at ten leaves.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from myriorama.plugins.generators._plants.colour import Dress, mixed
from myriorama.plugins.generators._plants.growth import Growth, by_rank, grown, opened
from myriorama.plugins.generators._plants.leaf import LeafForm
from myriorama.plugins.generators._plants.outline import strap
from myriorama.plugins.generators._plants.plant import Leaf, PlantGenerator, Shoot, plant_parameters
from myriorama.plugins.generators._plants.seedling import Folded, one_stem
from myriorama.plugins.generators._plants.stem import stem_line
from myriorama.scenes.conventions import F64
from myriorama.scenes.materials.finishes import srgb

# By rank of the leaf: blade length and width, and height of its collar, metres.
BLADE_M: Final = (0.055, 0.13, 0.21, 0.30, 0.40, 0.51, 0.61, 0.70, 0.77, 0.82)
WIDTH_M: Final = (0.017, 0.021, 0.028, 0.037, 0.047, 0.058, 0.068, 0.077, 0.085, 0.090)
COLLAR_M: Final = (0.025, 0.040, 0.065, 0.10, 0.14, 0.19, 0.25, 0.32, 0.40, 0.48)
STEM_M: Final = (0.0021, 0.0026, 0.0033, 0.0045, 0.006, 0.008, 0.010, 0.0115, 0.0125, 0.013)
DIVERGENCE_DEG: Final = 180.0


def _sheaths(collars: list[float]) -> tuple[F64, F64]:
    """Return where the stem's outline bends, shares of its height, and its radius there over that at the foot.

    What looks like a stem is sheaths, each inside the one below: at a collar the outer one ends in a step.
    """
    at, width = [0.0, 0.03], [1.0, 1.02]
    for share in sorted(collars):
        if share > at[-1] + 0.02:
            here = 1.0 - 0.34 * share
            at += [share - 0.008, share]
            width += [here * 1.06, here * 0.96]
    at += [0.93, 0.97, 1.0]
    width += [0.52, 0.34, 0.14]
    return np.array(at), np.array(width)


class Maize(PlantGenerator):
    """Zea mays from emergence to ten leaves.

    Notes
    -----
    Leaves stand in two ranks, 180 degrees apart. The first has a rounded tip, the others run into a long point.
    Blade length and width rise with rank over the first ten leaves, up to some 0.8 m and 9 cm. Stages: L. J.
    Abendroth and others, Corn Growth and Development, Iowa State University PMR 1009, 2011.
    """

    name = "maize"
    label = "Maize"
    help = "A young maize plant, from the spear of the coleoptile to ten leaves in two ranks along X."
    parameters = plant_parameters(5.0, "#5c8838", (84.0, 104.0))
    dress = Dress("parallel", roughness=0.42, rib=(1.55, 1.35, 1.5), relief=0.5)
    seed_dress = Dress("parallel", roughness=0.4, rib=(1.2, 1.1, 1.2), relief=0.2)
    seedling = "coleoptile"

    def shoot(self, growth: Growth) -> Shoot:
        """Return the plant at its stage."""
        scale = growth.size
        stage = max(growth.leaves, 0.0)
        height = scale * by_rank((0.016, *COLLAR_M), stage + 1) * 1.1
        radius = scale * by_rank((0.0019, *STEM_M), stage + 1)
        lean = 0.05 * height * growth.signed("lean", 0, 2)
        collars = [min(0.90, scale * by_rank(COLLAR_M, rank) / height) for rank in range(1, growth.unfolded + 1)]
        at, widths = _sheaths(collars)
        widths = radius * widths
        line = stem_line(height, (float(lean[0]), float(lean[1])), (0.0, 0.0), at)
        first = [self._spear(growth, height, radius)] if growth.begun <= 2 else []
        leaf_at = partial(self._leaf, height=height, radius=radius)
        pale = mixed(growth.color, srgb("#a9bd78"), 0.35)
        color = mixed(pale, srgb("#8a4a58"), 0.35 if stage < 3 else 0.06)
        return one_stem(growth, line, widths, first, leaf_at, color, Folded(2, 1.1, DIVERGENCE_DEG, 0.11))

    def _spear(self, growth: Growth, height: float, radius: float) -> Leaf:
        """Return the coleoptile: the sheath that broke the soil, soon outgrown."""
        form = LeafForm(
            blade_m=growth.size * 0.028,
            half_width_m=growth.size * 0.0042,
            azimuth_rad=float(np.pi + 0.2 * growth.signed("spear", 0, 1)[0]),
            radius_m=0.3 * radius,
            height_m=0.004,
            rise_deg=86.0,
            droop_deg=6.0 + 30 * growth.wilting,
            fold_deg=52.0,
            base_fold_deg=62.0,
        )
        fading = min(1.0, growth.leaves / 2)
        return Leaf("coleoptile", "cotyledon", strap(7, 0.8, 0.4, 3.0), form, 1.0, 0, 0.6 * fading)

    def _leaf(self, growth: Growth, rank: int, height: float, radius: float) -> Leaf:
        age = growth.age(rank)
        chance = growth.signed("leaf", rank, 8)
        out = opened(age, 2.2)
        length = growth.size * by_rank(BLADE_M, rank) * grown(age, 2.2) * (1 + 0.09 * chance[0])
        collar = min(growth.size * by_rank(COLLAR_M, rank), 0.90 * height)
        width = growth.size * by_rank(WIDTH_M, rank) / 2 * min(1.0, 0.45 + 0.6 * grown(age))
        # Large leaves arch under their weight, small ones stand.
        weight = by_rank((24, 40, 60, 72, 84, 92, 98, 102, 104, 104), rank)
        thirst = growth.wilting
        form = LeafForm(
            blade_m=float(length),
            half_width_m=float(min(width, 0.17 * length)),
            azimuth_rad=float(np.radians(DIVERGENCE_DEG * (rank - 1) + 13 * chance[1])),
            radius_m=0.25 * radius,
            height_m=collar,
            rise_deg=float(88 - out * (30 + 6 * chance[2]) - thirst * out * 16),
            droop_deg=float(8 + out * weight * (1 + 0.2 * chance[3]) + thirst * (35 + 45 * out)),
            arch=float(1.15 + 0.25 * chance[4]),
            fold_deg=float(8 + 58 * (1 - out) + 40 * thirst * out),
            base_fold_deg=68.0,
            cup=0.0,
            wave=float(by_rank((0.05, 0.08, 0.14, 0.2, 0.26), rank) * out * (1 - thirst)),
            waves=4.0,
            phase=float(chance[5]),
            twist_deg=float(22 * chance[6] * out),
            sweep=float(0.10 * chance[7] * out),
        )
        rows = 9 + 5 * growth.detail
        outline = strap(rows, 0.75, 0.3, 5.0) if rank == 1 else strap(rows, 0.48, 0.36, 2.1)
        return Leaf(f"leaf_{rank}", "leaf", outline, form, age, rank)
