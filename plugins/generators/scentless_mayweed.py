"""Scentless mayweed: a flat rosette of leaves divided into threads.

It does not flower: it ends at ten leaves.
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
from myriorama.plugins.generators._plants.threads import forked
from myriorama.scenes.materials.finishes import srgb

# By rank of the leaf: length with its stalk, width; metres.
BLADE_M: Final = (0.010, 0.011, 0.022, 0.032, 0.042, 0.052, 0.061, 0.069, 0.076, 0.082)
WIDTH_M: Final = (0.006, 0.0065, 0.013, 0.017, 0.021, 0.025, 0.028, 0.031, 0.034, 0.036)
DIVERGENCE_DEG: Final = 137.5

SEED_LEAVES: Final = SeedLeaves(
    stay=(3.0, 6.0),
    blade_m=0.0048,
    half_width_m=0.0012,
    rise_deg=(18.0, 3.0, 6.0, 20.0),
    droop_deg=(14.0, 30.0, 40.0),
    fold_deg=5.0,
    base_fold_deg=20.0,
    powers=(0.5, 0.36),
)


class ScentlessMayweed(PlantGenerator):
    """Tripleurospermum inodorum from the cotyledons to ten leaves.

    Notes
    -----
    A rosette at first; leaves are two to three times pinnate with thread-like segments, 2 to 8 cm long here; the
    first pair has a few lobes only. Cotyledons are stalkless ovals of a few millimetres: Q. O. N. Kay, Biological
    Flora of the British Isles, Tripleurospermum inodorum, Journal of Ecology 82, 1994.
    """

    name = "scentless_mayweed"
    label = "Scentless mayweed"
    help = "Scentless mayweed (Tripleurospermum inodorum), a rosette of thread-like leaves, from two cotyledons on."
    parameters = plant_parameters(6.0, "#4f8440", (92.0, 116.0))
    dress = Dress("pinnate", roughness=0.5, petiole=(1.2, 1.15, 1.2), rib=(1.15, 1.1, 1.15), relief=0.0)
    seed_dress = Dress("pinnate", roughness=0.45, petiole=(1.2, 1.1, 1.1), rib=(1.1, 1.05, 1.05), relief=0.15)

    def shoot(self, growth: Growth) -> Shoot:
        """Return the plant at its stage."""
        scale = growth.size
        height = scale * float(np.interp(growth.leaves, [0, 4, 10], [0.0035, 0.005, 0.011]))
        radius = scale * float(np.interp(growth.leaves, [0, 4, 10], [0.0005, 0.0011, 0.0024]))
        lean = 0.12 * height * growth.signed("lean", 0, 2)
        line = stem_line(height, (float(lean[0]), float(lean[1])), (0.0, 0.0), 5)
        widths = radius * np.array([1.0, 1.0, 0.95, 0.8, 0.25])
        start = float(np.pi * growth.signed("start", 0, 1)[0] / 8)
        first = seed_leaves(SEED_LEAVES, growth, start, radius, (0.0, 0.0, 0.75 * min(height, 0.004 * scale)))
        leaf_at = partial(self._leaf, height=height, radius=radius, start=start)
        color = mixed(mixed(growth.color, srgb("#c3cfa0"), 0.4), srgb("#8f5a63"), 0.2)
        return one_stem(growth, line, widths, first, leaf_at, color, Folded(4, 0.9, DIVERGENCE_DEG))

    def _leaf(self, growth: Growth, rank: int, height: float, radius: float, start: float) -> Leaf:
        age = growth.age(rank)
        chance = growth.signed("leaf", rank, 9)
        out, thirst = opened(age, 2.6), growth.wilting
        size = growth.size * grown(age, 3.0) * (1 + 0.08 * chance[0])
        old = min(1.0, max(0.0, age - 2.0) / 5)
        turn = spiral_deg(rank, DIVERGENCE_DEG)
        blade = by_rank(BLADE_M, rank) * size
        form = LeafForm(
            blade_m=float(blade),
            half_width_m=float(by_rank(WIDTH_M, rank) / 2 * size * (0.5 + 0.5 * out)),
            azimuth_rad=float(start + np.radians(turn + 8 * chance[1])),
            radius_m=0.4 * radius,
            height_m=float(height * (0.95 - 0.45 * old)),
            rise_deg=float(80 - 40 * out - 18 * old + 7 * chance[2] - 24 * thirst * (0.4 + 0.6 * out)),
            droop_deg=float(8 + 32 * out + 12 * old + 10 * chance[3] + 60 * thirst),
            arch=float(1.2 + 0.2 * chance[4]),
            fold_deg=float(16 + 34 * (1 - out) + 18 * thirst),
            base_fold_deg=float(30 + 20 * (1 - out)),
            wave=float(0.34 * out),
            waves=float(6.3 + chance[5]),
            phase=float(0.3 * chance[6]),
            twist_deg=float(20 * chance[7]),
            sweep=float(0.07 * chance[8]),
            petiole_radius_m=float(0.00015 * growth.size + 0.004 * blade),
        )
        pairs, forks = (2, 3, 5, 6, 7, 8, 9, 10, 10, 10)[rank - 1], (0, 1, 2, 2, 3, 3, 3, 3, 3, 3)[rank - 1]
        if growth.detail == 1:
            forks = min(forks, 1)
        drawn = growth.chances("threads", rank, pairs * 6).reshape(pairs, 2, 3)
        threads = forked(pairs, forks, drawn, 0.26)
        return Leaf(f"leaf_{rank}", "leaf", oval(15, 0.5, 0.5), form, age, rank, threads=threads)
