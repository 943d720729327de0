"""Creeping thistle: a rosette of wavy, lobed leaves with a spine on every lobe, around a short stem.

It grows from seed here; shoots from old roots, and flowers, are left out.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from myriorama.plugins.generators._plants.colour import Dress, mixed
from myriorama.plugins.generators._plants.growth import Growth, by_rank, grown, opened, spiral_deg
from myriorama.plugins.generators._plants.leaf import LeafForm
from myriorama.plugins.generators._plants.outline import Outline, cut, oval
from myriorama.plugins.generators._plants.plant import Leaf, PlantGenerator, Shoot, plant_parameters
from myriorama.plugins.generators._plants.seedling import Folded, SeedLeaves, one_stem, seed_leaves
from myriorama.plugins.generators._plants.stem import stem_line
from myriorama.scenes.materials.finishes import srgb

# By rank of the leaf: blade length and width, height of its node; metres.
BLADE_M: Final = (0.022, 0.024, 0.040, 0.055, 0.072, 0.090, 0.105, 0.118, 0.128, 0.135)
WIDTH_M: Final = (0.010, 0.011, 0.016, 0.020, 0.024, 0.028, 0.031, 0.034, 0.036, 0.037)
NODE_M: Final = (0.006, 0.0065, 0.0075, 0.009, 0.011, 0.014, 0.019, 0.027, 0.038, 0.052)
DIVERGENCE_DEG: Final = 137.5
LOBE: Final = (
    (0.00, 0.46, 0.00),
    (0.16, 0.80, 0.03),
    (0.22, 1.16, 0.08),
    (0.28, 0.82, 0.04),
    (0.44, 0.95, 0.08),
    (0.52, 1.46, 0.20),
    (0.60, 0.90, 0.08),
    (0.76, 1.06, 0.10),
    (0.84, 0.66, 0.02),
    (0.95, 0.48, 0.00),
)

SEED_LEAVES: Final = SeedLeaves(
    stay=(3.5, 6.0),
    blade_m=0.0115,
    half_width_m=0.0031,
    rise_deg=(22.0, 4.0, 6.0, 20.0),
    droop_deg=(20.0, 30.0, 40.0),
    fold_deg=6.0,
    base_fold_deg=25.0,
    powers=(0.55, 0.38),
)


class CreepingThistle(PlantGenerator):
    """Cirsium arvense from the cotyledons to ten leaves.

    Notes
    -----
    Leaves are oblong to lance-shaped, stalkless, up to some 15 cm long here, lobed to half their width, ruffled, with
    spines at the margin; the first pair is only toothed. Cotyledons are broad ovals of about a centimetre: R. J.
    Moore, The biology of Canadian weeds 13, Canadian Journal of Plant Science 55, 1975.
    """

    name = "creeping_thistle"
    label = "Creeping thistle"
    help = "Creeping thistle (Cirsium arvense), a rosette of spiny lobed leaves, from two cotyledons on."
    parameters = plant_parameters(6.0, "#567a3e", (94.0, 122.0))
    dress = Dress("spiny", roughness=0.42, petiole=(1.5, 1.4, 1.4), rib=(1.6, 1.5, 1.5), relief=0.5)
    seed_dress = Dress("pinnate", roughness=0.45, petiole=(1.3, 1.2, 1.2), rib=(1.2, 1.15, 1.15), relief=0.2)

    def shoot(self, growth: Growth) -> Shoot:
        """Return the plant at its stage."""
        scale = growth.size
        height = scale * by_rank((0.006, *NODE_M), growth.leaves + 1) * 1.06
        radius = scale * float(np.interp(growth.leaves, [0, 4, 10], [0.0009, 0.0018, 0.0042]))
        lean = 0.10 * height * growth.signed("lean", 0, 2)
        line = stem_line(height, (float(lean[0]), float(lean[1])), (0.0, 0.0), 6)
        widths = radius * np.array([1.0, 1.0, 0.95, 0.88, 0.72, 0.25])
        start = float(np.pi * growth.signed("start", 0, 1)[0] / 8)
        first = seed_leaves(SEED_LEAVES, growth, start, radius, (0.0, 0.0, 0.7 * min(height, 0.006 * scale)))
        leaf_at = partial(self._leaf, height=height, radius=radius, start=start)
        color = mixed(mixed(growth.color, srgb("#c3cba0"), 0.45), srgb("#8f5a63"), 0.15)
        return one_stem(growth, line, widths, first, leaf_at, color, Folded(4, 0.8, DIVERGENCE_DEG))

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
            half_width_m=float(by_rank(WIDTH_M, rank) / 2 * size * (0.6 + 0.4 * out)),
            azimuth_rad=float(start + np.radians(turn + 8 * chance[1])),
            radius_m=0.35 * radius,
            height_m=min(growth.size * by_rank(NODE_M, rank), 0.95 * height),
            rise_deg=float(82 - 38 * out - 22 * old + 7 * chance[2] - 24 * thirst * (0.4 + 0.6 * out)),
            droop_deg=float(8 + 36 * out + 14 * old + 10 * chance[3] + 62 * thirst),
            arch=float(1.25 + 0.2 * chance[4]),
            fold_deg=float(12 + 38 * (1 - out) + 8 * thirst),
            base_fold_deg=float(40 + 10 * (1 - out)),
            wave=float((0.14 if rank <= 2 else 0.36) * (0.4 + 0.6 * out)),
            waves=2.5 if rank <= 2 else float(4.4 + 0.9 * chance[5]),
            phase=float(0.3 * chance[6]),
            twist_deg=float(16 * chance[7]),
            sweep=float(0.07 * chance[8]),
            petiole_radius_m=float(0.0004 * growth.size + 0.008 * blade),
        )
        return Leaf(f"leaf_{rank}", "leaf", blade_outline(rank, growth), form, age, rank)


def blade_outline(rank: int, growth: Growth) -> Outline:
    """Return a leaf's outline: the first two are toothed, the others lobed ever deeper."""
    whole = oval(7 + 3 * growth.detail, 0.42, 0.85)
    lobes = (4, 4, 4, 5, 5, 5, 6, 6, 6, 6)[rank - 1]
    stops = [float(s) for s in 0.09 + 0.85 * np.linspace(0.0, 1.0, lobes + 1) ** 0.95]
    depth = by_rank((0.22, 0.24, 0.6, 0.8, 1.0, 1.05, 1.08, 1.08, 1.08, 1.08), rank)
    lobe = [(share, 1 + (reach - 1) * depth, lean) for share, reach, lean in LOBE]
    shift = 0.22 * growth.signed("lobes", rank, lobes)
    return cut(whole, stops, lobe, [float(s) for s in shift])
