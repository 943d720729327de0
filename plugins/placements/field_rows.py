"""Plants in drill rows: every object is a seed, some do not come up, and each stem leaves the soil where it is.

It does not test for overlap: neighbours in a field do touch.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from myriorama.plugins.api import Float, Int, Item, PlaceContext, Placed, Placement, Values
from myriorama.plugins.placements._declared import CENTER, distance, jitter, shortage_note
from myriorama.plugins.placements._growing import GROWN, LEAN, grow_at
from myriorama.plugins.placements.rows import NO_PLACE
from myriorama.scenes.conventions import F64

NOT_EMERGED: Final = "did not come up"


class FieldRows(Placement):
    """Drill rows."""

    name = "field_rows"
    label = "Field rows"
    help = "Drill rows of plants on the soil beneath, row by row; what does not emerge leaves a gap."
    parameters = (
        Int(
            "rows",
            3,
            help="How many rows.",
            minimum=1,
            maximum=10000,
            group="Rows",
            suggested={"integers": [2, 5]},
        ),
        Int(
            "per_row",
            10,
            help="Seeds in one row.",
            minimum=1,
            maximum=10000,
            group="Rows",
            suggested={"integers": [6, 16]},
        ),
        distance("row_spacing_m", 0.5, "From row to row.", group="Rows"),
        distance("plant_spacing_m", 0.18, "From seed to seed in a row.", group="Rows"),
        Float(
            "heading_deg",
            0.0,
            help="Which way the rows run, counter-clockwise from +X seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Rows",
            suggested={"normal": {"mean": 0.0, "std": 1.5, "low": -4.0, "high": 4.0}},
        ),
        Float(
            "heading_spread_deg",
            0.0,
            help="Each row's own heading is off by up to this, to either side.",
            unit="deg",
            minimum=0.0,
            maximum=45.0,
            group="Rows",
            suggested={"uniform": [0.0, 1.0]},
        ),
        Float(
            "emergence",
            0.92,
            help="Chance that a seed comes up; the others leave gaps.",
            minimum=0.0,
            maximum=1.0,
            group="Stand",
            suggested={"uniform": [0.75, 1.0]},
        ),
        distance("along_spread_m", 0.015, "Seeds lie off their place along the row by up to this.", group="Stand"),
        distance("across_spread_m", 0.01, "Seeds lie off the row by up to this.", group="Stand"),
        LEAN,
        CENTER,
    )
    per_object = (jitter("jitter_along_m", "along the row"), jitter("jitter_across_m", "across the row"), *GROWN)

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        """Return a pose for each seed that has a place and comes up."""
        rejections: Counter[str] = Counter()
        room = int(values["rows"]) * int(values["per_row"])
        sown = items[:room]
        if len(items) > room:
            rejections[NO_PLACE] = len(items) - room
        up = [
            number
            for number, item in enumerate(sown)
            if context.draws.uniforms("emergence", item.number, 1)[0] < float(values["emergence"])
        ]
        missing = len(sown) - len(up)
        places = np.array([_place(number, sown[number], values, context) for number in up]).reshape(-1, 2)
        grown = grow_at(places, [sown[n] for n in up], float(values["lean_with_slope"]), context, rejections)
        poses: list[F64 | None] = [None] * len(items)
        for number, found in zip(up, grown, strict=True):
            poses[number] = found
        placed = sum(p is not None for p in poses)
        # A gap is what was asked for: it is counted, but no reason to complain.
        notes = shortage_note("field_rows", placed, len(items) - missing, rejections)
        if missing:
            rejections[NOT_EMERGED] = missing
        return Placed(tuple(poses), rejections, notes)


def _place(number: int, item: Item, values: Values, context: PlaceContext) -> tuple[float, float]:
    """Return where a seed lies, world x, y, metres."""
    rows, per_row = int(values["rows"]), int(values["per_row"])
    row, place = divmod(number, per_row)
    u = 2.0 * context.draws.uniforms("seed", item.number, 2) - 1.0
    along = (place - 0.5 * (per_row - 1)) * float(values["plant_spacing_m"])
    along += float(values["along_spread_m"]) * float(u[0]) + float(item.values["jitter_along_m"])
    # Rows are numbered from the left, seen along the heading.
    offset = (0.5 * (rows - 1) - row) * float(values["row_spacing_m"])
    across = float(values["across_spread_m"]) * float(u[1]) + float(item.values["jitter_across_m"])
    off = float(values["heading_spread_deg"]) * (2.0 * float(context.draws.uniforms("heading", row, 1)[0]) - 1.0)
    own, whole = math.radians(off), math.radians(float(values["heading_deg"]))
    x = math.cos(own) * along - math.sin(own) * across
    y = math.sin(own) * along + math.cos(own) * across + offset
    return (
        float(values["center_m"][0]) + math.cos(whole) * x - math.sin(whole) * y,
        float(values["center_m"][1]) + math.sin(whole) * x + math.cos(whole) * y,
    )
