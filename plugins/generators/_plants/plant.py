"""The base of the plants: it turns a shoot (a stem and leaves that stand somehow) into an object with its labels.

What a leaf looks like and where it stands is the species' own; nothing here knows one.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar, Final

import numpy as np

from myriorama.plugins.api import (
    Attribute,
    Color,
    Float,
    Generator,
    Int,
    Keypoint,
    Material,
    ObjectModel,
    Parameter,
    Part,
    Values,
)
from myriorama.plugins.generators._declared import turned_piece
from myriorama.plugins.generators._plants.colour import Dress, leaf_material, stem_material
from myriorama.plugins.generators._plants.damage import BITES, bites, bitten
from myriorama.plugins.generators._plants.growth import Growth, Rgb
from myriorama.plugins.generators._plants.leaf import (
    LeafForm,
    Sheet,
    Spine,
    joined,
    leaf_sheet,
    petiole_sheet,
    spine,
    tip_of,
)
from myriorama.plugins.generators._plants.outline import Outline
from myriorama.plugins.generators._plants.stem import Point
from myriorama.plugins.generators._plants.threads import Threads, grazed, thread_sheet
from myriorama.scenes.geometry.mesh import Mesh

GROWING_POINT_SLACK_M: Final = 0.004
SMALL_M: Final = 0.006
"""Half width of leaves that nobody sees from so near as to count the corners of a hole."""
EATEN_GRID: Final = (40, 9)
"""Rows and columns of a leaf with bites: the holes' outlines are as fine as the grid."""
EATEN_GRID_SMALL: Final = (22, 7)


@dataclass(frozen=True, eq=False)
class Leaf:
    """One leaf of a shoot.

    Attributes
    ----------
    name, slot : str
        Of its part.
    age : float
        In leaves that came after it; the newest is below 1.
    rank : int
        Distinguishes it from the plant's other leaves, for its own chances.
    fading : float
        In [0, 1]: how far age has yellowed it, before any other yellowing.
    threads : Threads or None
        What a finely divided leaf is made of; `outline` is then what they fill.
    """

    name: str
    slot: str
    outline: Outline
    form: LeafForm
    age: float
    rank: int
    fading: float = 0.0
    threads: Threads | None = None


@dataclass(frozen=True, eq=False)
class Shoot:
    """A plant before it has materials and labels.

    Attributes
    ----------
    stem : Mesh
    base_radius_m, top_radius_m : float
        Of the stem.
    growing_point : (x, y, z)
        Where new leaves come from, on the stem's surface.
    stem_color : (r, g, b)
        sRGB.
    told : mapping
        Attributes of this species alone.
    bud : tuple of Leaf
        Leaves still folded at the growing point: one part, not counted.
    """

    stem: Mesh
    base_radius_m: float
    top_radius_m: float
    growing_point: Point
    leaves: tuple[Leaf, ...]
    stem_color: Rgb
    told: dict[str, Attribute]
    bud: tuple[Leaf, ...] = ()


def plant_parameters(leaves: float, color: str, hue: tuple[float, float]) -> tuple[Parameter, ...]:
    """Return the declarations that all plants share.

    Parameters
    ----------
    leaves : float
        Default growth stage.
    color : str
        Default colour of a grown leaf, ``#rrggbb``.
    hue : (low, high)
        Range of hues for a new node, degrees.
    """
    return (
        Float(
            "leaves",
            leaves,
            help="Growth stage: unfolded leaves of the main shoot; 0 is the seedling alone, the newest may be in part.",
            minimum=0.0,
            maximum=10.0,
            group="Growth",
            suggested={"uniform": [max(0.0, leaves - 2), min(10.0, leaves + 2)]},
        ),
        Float(
            "size",
            1.0,
            help="How large the plant is over what is usual at its stage.",
            minimum=0.5,
            maximum=1.5,
            group="Growth",
            suggested={"uniform": [0.8, 1.2]},
        ),
        Int(
            "variant",
            0,
            help="Which individual: angles, lengths and margins of its leaves.",
            minimum=0,
            maximum=9999,
            group="Growth",
            suggested={"integers": [0, 9999]},
        ),
        Float(
            "wilting",
            0.0,
            help="How far leaves hang for want of water.",
            minimum=0.0,
            maximum=1.0,
            group="Health",
            suggested={"uniform": [0.0, 0.3]},
        ),
        Float(
            "damage",
            0.0,
            help="How much has been eaten: holes and bays with brown rims.",
            minimum=0.0,
            maximum=1.0,
            group="Health",
            suggested={"uniform": [0.0, 0.4]},
        ),
        Float(
            "yellowing",
            0.0,
            help="How far leaves have lost their green, the oldest first; margins and tips scorch.",
            minimum=0.0,
            maximum=1.0,
            group="Health",
            suggested={"uniform": [0.0, 0.3]},
        ),
        Color(
            "leaf_color",
            color,
            help="Colour of a grown leaf; a channel above 0.75 looks no lighter: veins stay paler than the blade.",
            group="Look",
            suggested={"hsv": {"h": [hue[0], hue[1]], "s": [0.4, 0.7], "v": [0.4, 0.6]}},
        ),
        Int(
            "detail",
            3,
            help="Fineness of the leaves: more rows and columns for each step.",
            minimum=1,
            maximum=6,
            group="Mesh",
        ),
    )


class PlantGenerator(Generator):
    """A plant of open leaf sheets on a closed stem."""

    watertight = False
    extent_m = (0.002, 4.0)
    dress: ClassVar[Dress]
    seed_dress: ClassVar[Dress]
    seedling: ClassVar[str] = "cotyledon"

    @abstractmethod
    def shoot(self, growth: Growth) -> Shoot:
        """Return how this species stands at a stage."""

    def generate(self, values: Values) -> ObjectModel:
        """Return the plant for these values."""
        growth = Growth.of(self.name, values)
        shoot = self.shoot(growth)
        parts = [Part("stem", shoot.stem, stem_material(shoot.stem_color))]
        keypoints = [
            Keypoint("stem_base", (0.0, 0.0, 0.0), tolerance_m=shoot.base_radius_m + 0.002),
            Keypoint("growing_point", shoot.growing_point, tolerance_m=shoot.top_radius_m + GROWING_POINT_SLACK_M),
        ]
        for number, leaf in enumerate(shoot.leaves):
            # Leaves that lie on the soil lie on one another, the older ones below.
            form = replace(leaf.form, clearance_m=0.001 + 0.0005 * number)
            line = spine(form)
            mesh = _leaf_sheet(leaf, form, line, growth).mesh()
            parts.append(Part(leaf.name, mesh, self._surface(leaf, growth), leaf.slot))
            if leaf.slot == "leaf":
                keypoints.append(Keypoint(f"{leaf.name}_tip", tip_of(form, line), tolerance_m=0.002))
        if shoot.bud:
            lines = [(leaf, spine(leaf.form)) for leaf in shoot.bud]
            folded = joined([_bud_sheet(leaf, line) for leaf, line in lines])
            parts.append(Part("bud", folded.mesh(), self._surface(shoot.bud[0], growth), "leaf"))
        top = max(float(p.mesh.bounds[1, 2]) for p in parts)
        stem_top = float(shoot.stem.bounds[1, 2])
        attributes: dict[str, Attribute] = {
            "growth_stage": f"{growth.unfolded}_leaf" if growth.unfolded else self.seedling,
            "bbch": growth.bbch,
            "leaf_count": growth.unfolded,
            "height_m": top,
            "wilting": growth.wilting,
            "damage": growth.damage,
            **shoot.told,
        }
        named = {k.name for k in keypoints}
        return ObjectModel(
            parts=tuple(parts),
            keypoints=tuple(keypoints),
            skeleton=(
                ("stem_base", "growing_point"),
                *(("growing_point", k) for k in sorted(named) if k.startswith("leaf_")),
            ),
            attributes=MappingProxyType(attributes),
            collision=(turned_piece([(shoot.base_radius_m, 0.0), (shoot.top_radius_m, 0.98 * stem_top)], 8),),
        )

    def _surface(self, leaf: Leaf, growth: Growth) -> Material:
        young = max(0.0, 1.0 - leaf.age / 1.6)
        tone = 1 + 0.09 * float(growth.signed("tone", 0, 1)[0]) + 0.07 * float(growth.signed("tone", leaf.rank, 1)[0])
        old = min(1.0, max(0.0, leaf.age - 3) / 6)
        # The oldest leaf yellows first; the newest is green until nearly all are yellow.
        turn = min(1.0, leaf.age / max(growth.leaves, 1.0))
        spent = min(1.0, max(0.0, 2.0 * growth.yellowing - (1.0 - turn)))
        yellow = min(1.0, 0.85 * spent + 0.15 * growth.yellowing + leaf.fading)
        dress = self.dress if leaf.slot == "leaf" else self.seed_dress
        return leaf_material(
            dress, growth.color, tone * (1 + 0.22 * young - 0.1 * old), yellow, growth.wilting**2 * 0.4
        )


def _leaf_sheet(leaf: Leaf, form: LeafForm, line: Spine, growth: Growth) -> Sheet:
    outline = leaf.outline.varied(growth.chances("margin", leaf.rank, 8), 0.10)
    eaten = np.zeros((0, 6))
    if growth.damage > 0 and leaf.age > 0.6:
        # Some leaves are spared more than others.
        share = growth.damage * (0.35 + 0.65 * float(growth.chances("taste", leaf.rank, 1)[0]))
        drawn = growth.chances("bite", leaf.rank, BITES * 5).reshape(BITES, 5)
        eaten = bites(form.half_width_m, form.blade_m, form.petiole_m, outline, share, drawn)
    columns = 2 * ((growth.detail + 1) // 2) + 1
    if leaf.threads is not None:
        left = grazed(leaf.threads, form, eaten) if len(eaten) else leaf.threads
        sheet = thread_sheet(left, form, line)
    elif len(eaten):
        rows, finer = EATEN_GRID if form.half_width_m > SMALL_M else EATEN_GRID_SMALL
        times = max(1, round(rows / len(outline.foot)))
        sheet = bitten(leaf_sheet(outline.denser(times), form, line, max(columns, finer)), eaten)
    else:
        sheet = leaf_sheet(outline, form, line, columns)
    stalk = petiole_sheet(form, line)
    return joined([sheet, stalk] if stalk is not None else [sheet])


def _bud_sheet(leaf: Leaf, line: Spine) -> Sheet:
    if leaf.threads is not None:
        return thread_sheet(leaf.threads, leaf.form, line)
    return leaf_sheet(leaf.outline, leaf.form, line, 3)


def bud(
    growth: Growth,
    leaf_at: Callable[[Growth, int], Leaf],
    count: int,
    share: float,
    turn_deg: float,
    slender: float = 0.3,
) -> tuple[Leaf, ...]:
    """Return the folded leaves that wait at a growing point: small upright copies of the next leaf to come.

    Parameters
    ----------
    leaf_at : function
        Returns a leaf of the plant by growth and rank.
    share : float
        Size of the first over a leaf that has just begun.
    turn_deg : float
        Divergence of the species.
    slender : float
        Half of its width over its length, at most.
    """
    rank = min(10, growth.begun + 1)
    leaf = leaf_at(replace(growth, leaves=rank - 0.95), rank)
    out = []
    for number in range(count):
        size = share * 0.72**number
        form = replace(
            leaf.form,
            blade_m=leaf.form.blade_m * size,
            half_width_m=min(leaf.form.half_width_m, slender * leaf.form.blade_m) * size,
            petiole_m=leaf.form.petiole_m * size * 0.5,
            azimuth_rad=leaf.form.azimuth_rad + float(np.radians(turn_deg)) * (number + 1),
            rise_deg=min(86.0, leaf.form.rise_deg + 3.0 * number),
            fold_deg=min(62.0, leaf.form.fold_deg + 14.0),
            petiole_radius_m=0.0,
        )
        out.append(replace(leaf, name="bud", form=form, age=0.1, rank=leaf.rank + number))
    return tuple(out)
