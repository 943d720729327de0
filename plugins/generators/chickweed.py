"""Chickweed: a mat of thin stems that lie and rise at their ends, with small oval leaves in crosswise pairs.

It does not flower. Pairs count as two leaves of the main stem; branches lie in the axils of its leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.plugins.generators._plants.colour import Dress, mixed
from myriorama.plugins.generators._plants.growth import Growth, by_rank, grown, opened
from myriorama.plugins.generators._plants.leaf import LeafForm
from myriorama.plugins.generators._plants.outline import oval
from myriorama.plugins.generators._plants.plant import Leaf, PlantGenerator, Shoot, bud, plant_parameters
from myriorama.plugins.generators._plants.seedling import SeedLeaves, seed_leaves
from myriorama.plugins.generators._plants.stem import on_line, stem_line, stem_mesh
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.combine import merge, moved
from myriorama.scenes.materials.finishes import srgb

# By rank of the leaf: blade length, distance of its node along the stem; metres.
BLADE_M: Final = (0.0070, 0.0070, 0.0105, 0.0105, 0.0145, 0.0145, 0.0170, 0.0170, 0.0185, 0.0185)
NODE_M: Final = (0.009, 0.009, 0.018, 0.018, 0.030, 0.030, 0.045, 0.045, 0.064, 0.064)
BRANCHES: Final = 4
FIRST_BRANCH_AT: Final = 3.0

SEED_LEAVES: Final = SeedLeaves(
    stay=(4.0, 7.0),
    blade_m=0.0068,
    half_width_m=0.0011,
    petiole_m=0.0035,
    petiole_radius_m=0.00028,
    rise_deg=(26.0, 4.0, 9.0, 40.0),
    droop_deg=(14.0, 40.0, 50.0),
    fold_deg=6.0,
    base_fold_deg=15.0,
    powers=(0.6, 0.75),
)


@dataclass(frozen=True, eq=False)
class _Axis:
    """The main stem or a branch."""

    number: int
    leaves: float
    foot_m: tuple[float, float]
    toward_rad: float
    line: F64
    length_m: float
    radius_m: float


class Chickweed(PlantGenerator):
    """Stellaria media from the cotyledons to ten leaves of the main stem.

    Notes
    -----
    Leaves stand in pairs, each across the one below, 3 to 25 mm long, oval with a short point, the lower ones
    stalked; branched stems lie and rise: R. Turkington, N. C. Kenkel and G. D. Franko, The biology of Canadian weeds
    42, Canadian Journal of Plant Science 60, 1980. Leaves of branches are parts of their own, named after the branch;
    `leaf_count` counts the main stem alone, as the BBCH code does.
    """

    name = "chickweed"
    label = "Chickweed"
    help = "Chickweed (Stellaria media), a low branching weed with small oval leaves in pairs, from two cotyledons on."
    parameters = plant_parameters(6.0, "#5f9a45", (86.0, 108.0))
    dress = Dress("pinnate", roughness=0.38, petiole=(1.35, 1.2, 1.2), rib=(1.2, 1.1, 1.15), relief=0.2)
    seed_dress = dress

    def shoot(self, growth: Growth) -> Shoot:
        """Return the plant at its stage."""
        toward = float(np.pi * growth.signed("toward", 0, 1)[0])
        tilt = float(np.interp(growth.leaves, [0, 3, 10], [0.15, 0.5, 1.2]))
        axes = [_axis(growth, 0, growth.leaves, (0.0, 0.0), toward, tilt)]
        main = axes[0]
        for number in range(1, BRANCHES + 1):
            own = min(6.0, growth.leaves - FIRST_BRANCH_AT - 0.8 * (number - 1))
            if own > 0:
                chance = growth.signed("branch", number, 3)
                away = toward + np.pi * (0.62 + 0.5 * (number - 1)) + 0.5 * chance[0]
                out = 0.0007 * growth.size
                foot = (float(out * np.cos(away)), float(out * np.sin(away)))
                axes.append(_axis(growth, number, own, foot, float(away), 1.1 + 0.3 * chance[1]))
        node = on_line(main.line, min(0.97, growth.size * 0.0072 / main.length_m))
        leaves = seed_leaves(SEED_LEAVES, growth, main.toward_rad, main.radius_m, node)
        for axis in axes:
            leaves.extend(_leaf(growth, axis, rank) for rank in range(1, int(np.ceil(axis.leaves - 1e-9)) + 1))
        sides = 4 + growth.detail
        stems = [
            moved(stem_mesh(a.line, a.radius_m * np.linspace(1.0, 0.6, len(a.line)), sides), *a.foot_m, 0.0)
            for a in axes
        ]
        return Shoot(
            stem=merge(stems),
            base_radius_m=main.radius_m,
            top_radius_m=0.6 * main.radius_m,
            growing_point=on_line(main.line, 1.0),
            leaves=tuple(leaves),
            stem_color=mixed(mixed(growth.color, srgb("#c0d49a"), 0.4), srgb("#8a5a52"), 0.2),
            told={"branches": len(axes) - 1},
            bud=bud(growth, lambda g, rank: _leaf(g, main, rank), 2, 1.0, 180.0),
        )


def _axis(growth: Growth, number: int, leaves: float, foot: tuple[float, float], toward: float, tilt: float) -> _Axis:
    length = growth.size * max(0.008, by_rank((0.008, *NODE_M), leaves + 0.4))
    # The stem lies the flatter the longer it is; its height is what is left.
    aside = length * float(np.sin(min(1.25, tilt)))
    height = max(0.35 * length, float(np.sqrt(max(length**2 - aside**2, 0.0))))
    reach = (1 - 0.35 * growth.wilting) * height
    line = stem_line(max(reach, 0.005 * growth.size), (aside * np.cos(toward), aside * np.sin(toward)), (0.0, 0.0), 8)
    radius = growth.size * float(np.interp(leaves, [0, 4, 10], [0.0004, 0.00055, 0.0008]))
    return _Axis(number, leaves, foot, toward, line, length, radius)


def _leaf(growth: Growth, axis: _Axis, rank: int) -> Leaf:
    """Return a leaf of the main stem (number 0) or of a branch."""
    own = 100 * axis.number + rank
    pair, second = divmod(rank - 1, 2)
    # Both of a pair begin together, but for a little.
    age = max(0.05, axis.leaves - 2 * pair - 0.35 * second)
    chance = growth.signed("leaf", own, 6)
    out, thirst = opened(age, 2.4), growth.wilting
    blade = growth.size * by_rank(BLADE_M, rank) * grown(age, 3.4) * (1 + 0.1 * chance[0])
    x, y, z = on_line(axis.line, min(0.99, growth.size * by_rank(NODE_M, rank) / axis.length_m))
    turn = axis.toward_rad + np.pi / 2 * (pair + 1) + np.pi * second
    stalk = by_rank((0.9, 0.9, 0.8, 0.8, 0.55, 0.55, 0.3, 0.3, 0.15, 0.15), rank)
    form = LeafForm(
        blade_m=float(blade),
        half_width_m=float(blade * 0.31 * (0.75 + 0.25 * out)),
        petiole_m=float(stalk * blade * (0.3 + 0.7 * out)),
        azimuth_rad=float(turn + np.radians(9 * chance[1])),
        radius_m=0.4 * axis.radius_m,
        height_m=z,
        aside_m=(axis.foot_m[0] + x, axis.foot_m[1] + y),
        rise_deg=float(76 - 44 * out + 9 * chance[2] - 34 * thirst * (0.4 + 0.6 * out)),
        droop_deg=float(6 + 30 * out + 8 * chance[3] + 66 * thirst),
        fold_deg=float(8 + 38 * (1 - out) + 12 * thirst),
        base_fold_deg=float(14 + 30 * (1 - out)),
        cup=0.10,
        twist_deg=float(12 * chance[4]),
        sweep=float(0.05 * chance[5]),
        petiole_radius_m=float(0.00016 * growth.size + 0.011 * blade),
    )
    name = f"leaf_{rank}" if axis.number == 0 else f"branch_{axis.number}_leaf_{rank}"
    return Leaf(name, "leaf", oval(4 + 2 * growth.detail, 0.55, 0.95), form, age, own)
