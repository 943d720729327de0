"""Weeds where nobody sowed them: in patches, between the rows or among the crop, on the soil beneath.

It keeps off the stems that stand already and off its own; leaves may overlap, as they do in a field.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import Float, Int, Item, PlaceContext, Placed, Placement, Values
from myriorama.plugins.placements._declared import CENTER, NOTHING_UNDER, distance, shortage_note
from myriorama.plugins.placements._growing import GROWN, LEAN, grow_at
from myriorama.scenes.conventions import F64
from myriorama.scenes.placement.surface import ground_of, surface_under

NEAR_A_PLANT: Final = "too near a plant"
NEAR_A_MEMBER: Final = "too near a member"
OUTSIDE: Final = "outside the area"
NO_ROOM: Final = "no room where it should stand: see band_m and row_spacing_m"


class WeedsBetween(Placement):
    """Patches of weeds between rows."""

    name = "weeds_between"
    label = "Weeds between rows"
    help = "Scattered plants in patches, mostly between crop rows, kept off the stems of what stands already."
    parameters = (
        distance("length_m", 2.4, "Size of the area along the rows."),
        distance("width_m", 1.6, "Size of the area across the rows."),
        Float(
            "heading_deg",
            0.0,
            help="Which way the rows run, counter-clockwise from +X seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Area",
        ),
        CENTER,
        distance("row_spacing_m", 0.5, "From crop row to crop row; one row runs through `row_offset_m`.", 1e-3, "Rows"),
        Float(
            "row_offset_m",
            0.0,
            help="Where one of the crop rows runs, across from the centre.",
            unit="m",
            minimum=-1e5,
            maximum=1e5,
            group="Rows",
        ),
        distance("band_m", 0.12, "Width of the strip along each row that counts as in the row.", group="Rows"),
        Float(
            "between_share",
            0.8,
            help="Chance that a weed stands between the rows and not within a row's strip.",
            minimum=0.0,
            maximum=1.0,
            group="Rows",
            suggested={"uniform": [0.6, 1.0]},
        ),
        Int(
            "patches",
            3,
            help="How many patches the weeds grow in; 0 spreads them evenly.",
            minimum=0,
            maximum=1000,
            group="Patches",
            suggested={"integers": [0, 5]},
        ),
        distance("patch_radius_m", 0.25, "Spread of a patch: two thirds of its weeds are nearer.", 1e-4, "Patches"),
        Float(
            "in_patches",
            0.7,
            help="Chance that a weed grows in a patch; the others stand anywhere.",
            minimum=0.0,
            maximum=1.0,
            group="Patches",
            suggested={"uniform": [0.3, 0.9]},
        ),
        distance("keep_off_m", 0.03, "Least distance from the stem of a plant that stands already.", group="Spacing"),
        distance("apart_m", 0.015, "Least distance between two weeds' stems.", group="Spacing"),
        Int(
            "tries",
            60,
            help="Places tried for each weed before it is left out.",
            minimum=1,
            maximum=10000,
            group="Spacing",
        ),
        LEAN,
    )
    per_object = GROWN

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        """Return a pose for each weed that finds a place."""
        rejections: Counter[str] = Counter()
        stems = np.array([i.world_from_object[:2, 3] for i in context.standing if i.kind != "stuff"]).reshape(-1, 2)
        ground = ground_of(context.standing)
        taken = np.empty((0, 2))
        found: list[int] = []
        for number, item in enumerate(items):
            local, inside = _candidates(values, item.number, context)
            if not len(local):
                rejections[NO_ROOM] += 1
                continue
            places = _in_world(values, local)
            faults = [
                (OUTSIDE, ~inside),
                (NEAR_A_PLANT, _nearest(places, stems) < float(values["keep_off_m"])),
                (NEAR_A_MEMBER, _nearest(places, taken) < float(values["apart_m"])),
                (NOTHING_UNDER, np.isinf(surface_under(ground, places))),
            ]
            reason = np.full(len(places), -1)
            for k, (_, bad) in reversed(list(enumerate(faults))):
                reason[bad] = k
            free = np.flatnonzero(reason < 0)
            for k in reason[: free[0]] if len(free) else reason:
                rejections[faults[int(k)][0]] += 1
            if len(free):
                found.append(number)
                taken = np.concatenate([taken, places[free[:1]]])
        grown = grow_at(taken, [items[n] for n in found], float(values["lean_with_slope"]), context, rejections)
        poses: list[F64 | None] = [None] * len(items)
        for number, pose in zip(found, grown, strict=True):
            poses[number] = pose
        placed = sum(p is not None for p in poses)
        return Placed(tuple(poses), rejections, shortage_note("weeds_between", placed, len(items), rejections))


def _nearest(places: F64, others: F64) -> F64:
    """Return how far the nearest of others is from each place, metres; infinity where there is none."""
    if not len(others):
        return np.full(len(places), np.inf)
    out: F64 = np.hypot(*(places[:, None] - others).transpose(2, 0, 1)).min(axis=1)
    return out


def _candidates(values: Values, number: int, context: PlaceContext) -> tuple[F64, npt.NDArray[np.bool_]]:
    """Return places to try, (N, 2) along and across the rows from the centre, and whether they are in the area.

    Whether a weed is one of a patch, and whether it stands between the rows, is said once for all its tries: what
    finds no place within a row must not escape to the free space between them.
    """
    tries = int(values["tries"])
    size = np.array([float(values["length_m"]), float(values["width_m"])])
    chance = context.draws.uniforms("kind", number, 3)
    u = context.draws.uniforms("place", number, 2 * tries).reshape(tries, 2)
    patches = int(values["patches"])
    if patches and chance[0] < float(values["in_patches"]):
        patch = min(int(chance[1] * patches), patches - 1)
        middle = (context.draws.uniforms("patch", patch, 2) - 0.5) * size
        # A round normal cloud holds two thirds of itself within sigma * sqrt(2 ln 3).
        sigma = float(values["patch_radius_m"]) / math.sqrt(2.0 * math.log(3.0))
        radius, angle = sigma * np.sqrt(-2.0 * np.log1p(-u[:, 0])), 2.0 * math.pi * u[:, 1]
        local = middle + np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    else:
        local = (u - 0.5) * size
    spacing, band = float(values["row_spacing_m"]), float(values["band_m"])
    between = bool(chance[2] < float(values["between_share"]))
    if (between and band >= spacing) or (not between and band == 0.0):
        return np.empty((0, 2)), np.empty(0, dtype=np.bool_)
    offset = float(values["row_offset_m"])
    off = np.mod(local[:, 1] - offset + spacing / 2, spacing) - spacing / 2
    row = local[:, 1] - off
    # The whole spacing is drawn together onto the strip, or onto what is beside it: evenly, and nothing is thrown away.
    if between:
        off = np.where(off < 0, -1.0, 1.0) * (band / 2 + np.abs(off) * (spacing - band) / spacing)
    else:
        off = off * min(band, spacing) / spacing
    local = np.stack([local[:, 0], row + off], axis=1)
    return local, np.asarray((np.abs(local) <= size / 2).all(axis=1), dtype=np.bool_)


def _in_world(values: Values, local: F64) -> F64:
    heading = math.radians(float(values["heading_deg"]))
    cos, sin = math.cos(heading), math.sin(heading)
    out: F64 = local @ np.array([[cos, sin], [-sin, cos]]) + [float(v) for v in values["center_m"][:2]]
    return out
