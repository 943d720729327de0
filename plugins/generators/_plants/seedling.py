"""What the species share that come up with two seed leaves: those leaves, and one stem that the others follow on.

Every size and angle is the species' own and comes in its `SeedLeaves`; nothing here knows one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from myriorama.plugins.generators._plants.growth import Growth, Rgb, lingering
from myriorama.plugins.generators._plants.leaf import LeafForm
from myriorama.plugins.generators._plants.outline import oval
from myriorama.plugins.generators._plants.plant import Leaf, Shoot, bud
from myriorama.plugins.generators._plants.stem import Point, on_line, stem_mesh
from myriorama.scenes.conventions import F64


@dataclass(frozen=True)
class SeedLeaves:
    """The two cotyledons of a species.

    Attributes
    ----------
    stay : (fading from, gone at)
        Numbers of true leaves between which they yellow and hang; at the second they have dropped.
    young, gain : float
        Share of their final size without a true leaf, and what each true leaf adds, up to 1.
    blade_m, half_width_m, petiole_m, petiole_radius_m : float
        Final sizes of a plant of size 1; without a petiole they are stalkless.
    off_axis : float
        Where they leave the stem: distance from its axis as a share of its radius at the foot.
    rise_deg : (fresh, per leaf, spread, wilted)
        Angle over the horizon at the base; what each true leaf, chance (either way) and full wilting take off it.
    droop_deg : (fresh, old, wilted)
        Turn downwards at the tip; what old age and full wilting add.
    fold_deg, base_fold_deg : float
        As those of a `LeafForm`.
    rows : int
        Of the outline, before the detail asked for adds its own.
    powers : (base, tip)
        Of the outline, an `oval`.
    """

    stay: tuple[float, float]
    blade_m: float
    half_width_m: float
    rise_deg: tuple[float, float, float, float]
    droop_deg: tuple[float, float, float]
    fold_deg: float
    base_fold_deg: float
    powers: tuple[float, float]
    rows: int = 5
    petiole_m: float = 0.0
    petiole_radius_m: float = 0.0
    off_axis: float = 0.4
    young: float = 0.8
    gain: float = 0.1


def seed_leaves(spec: SeedLeaves, growth: Growth, start_rad: float, radius_m: float, at_m: Point) -> list[Leaf]:
    """Return the cotyledons at a stage: two across from each other, none once they have dropped.

    Parameters
    ----------
    start_rad : float
        Azimuth of the second; the first stands opposite.
    radius_m : float
        Of the stem at its foot.
    at_m : (x, y, z)
        Where the stem's axis bears them.
    """
    fresh = lingering(growth.leaves, *spec.stay)
    if fresh <= 0:
        return []
    rise, falling, spread, hanging = spec.rise_deg
    droop, aging, limp = spec.droop_deg
    x, y, z = at_m
    out = []
    for number in (1, 2):
        chance = growth.signed("cotyledon", number, 4)
        size = growth.size * (1 + 0.12 * chance[0]) * min(1.0, spec.young + spec.gain * growth.leaves)
        form = LeafForm(
            blade_m=float(spec.blade_m * size),
            half_width_m=float(spec.half_width_m * size),
            petiole_m=float(spec.petiole_m * size),
            azimuth_rad=float(start_rad + np.pi * number + 0.14 * chance[1]),
            radius_m=spec.off_axis * radius_m,
            height_m=z,
            aside_m=(x, y),
            rise_deg=float(rise - falling * growth.leaves + spread * chance[2] - hanging * growth.wilting),
            droop_deg=float(droop + aging * (1 - fresh) + limp * growth.wilting),
            fold_deg=spec.fold_deg,
            base_fold_deg=spec.base_fold_deg,
            petiole_radius_m=spec.petiole_radius_m * growth.size,
        )
        outline = oval(spec.rows + 2 * growth.detail, *spec.powers)
        out.append(Leaf(f"cotyledon_{number}", "cotyledon", outline, form, 2.0, number, 0.75 * (1 - fresh)))
    return out


@dataclass(frozen=True)
class Folded:
    """The leaves that wait at a species' growing point, as `bud` makes them."""

    count: int
    share: float
    turn_deg: float
    slender: float = 0.3


def one_stem(
    growth: Growth,
    line_m: F64,
    radius_m: F64,
    first: list[Leaf],
    leaf_at: Callable[[Growth, int], Leaf],
    stem_color: Rgb,
    folded: Folded,
) -> Shoot:
    """Return a plant of one stem: its first leaves, the leaves that have begun by rank, and its bud.

    Parameters
    ----------
    line_m : (N, 3) float64
        From the soil to the growing point.
    radius_m : (N,) float64
        Of the stem there.
    first : list of Leaf
        What came before the leaf of rank 1: cotyledons, or a coleoptile.
    leaf_at : function
        Returns a leaf of the plant by growth and rank.
    """
    return Shoot(
        stem=stem_mesh(line_m, radius_m, 4 + 2 * growth.detail),
        base_radius_m=float(radius_m[0]),
        top_radius_m=float(radius_m[-1]),
        growing_point=on_line(line_m, 1.0),
        leaves=(*first, *(leaf_at(growth, rank) for rank in range(1, growth.begun + 1))),
        stem_color=stem_color,
        told={},
        bud=bud(growth, leaf_at, folded.count, folded.share, folded.turn_deg, folded.slender),
    )
