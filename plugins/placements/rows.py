"""Objects in parallel rows, as crops stand in a field.

It does not test for overlap: the spacing is the user's word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from myriorama.plugins.api import Float, Int, Item, PlaceContext, Placed, Placement, Values
from myriorama.plugins.placements._declared import (
    CENTER,
    SUPPORT,
    TURN,
    distance,
    jitter,
    shortage_note,
    stand_at,
    turned,
)

NO_PLACE: Final = "no place left in the rows"


class Rows(Placement):
    """Rows with a heading."""

    name = "rows"
    label = "Rows"
    help = "Parallel rows with a heading, filled row by row: crops, seats, bottles in a line."
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
            8,
            help="Places in one row.",
            minimum=1,
            maximum=10000,
            group="Rows",
            suggested={"integers": [5, 12]},
        ),
        distance("row_spacing_m", 0.75, "From row to row.", group="Rows"),
        distance("in_row_spacing_m", 0.18, "From place to place in a row.", group="Rows"),
        Float(
            "heading_deg",
            90.0,
            help="Which way the rows run, counter-clockwise from +X seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Rows",
            suggested={"normal": {"mean": 90.0, "std": 4.0, "low": 78.0, "high": 102.0}},
        ),
        Float(
            "stagger",
            0.0,
            help="Shifts every second row by this share of the in-row spacing.",
            minimum=0.0,
            maximum=1.0,
            group="Rows",
            suggested={"uniform": [0.0, 0.5]},
        ),
        CENTER,
        SUPPORT,
    )
    per_object = (jitter("jitter_along_m", "along the row"), jitter("jitter_across_m", "across the row"), *TURN)

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        """Return a pose for each item that finds a place."""
        rows, per_row = int(values["rows"]), int(values["per_row"])
        center_x, center_y = float(values["center_m"][0]), float(values["center_m"][1])
        step, between = float(values["in_row_spacing_m"]), float(values["row_spacing_m"])
        places = []
        for number, item in enumerate(items[: rows * per_row]):
            row, place = divmod(number, per_row)
            along = (place - 0.5 * (per_row - 1)) * step + float(item.values["jitter_along_m"])
            along += step * float(values["stagger"]) * (row % 2)
            # Rows are numbered from the left, seen along the heading.
            across = (0.5 * (rows - 1) - row) * between + float(item.values["jitter_across_m"])
            x, y = turned(along, across, float(values["heading_deg"]))
            places.append((center_x + x, center_y + y))
        rejections: Counter[str] = Counter()
        poses = stand_at(places, items[: len(places)], values, context, rejections)
        if len(items) > len(places):
            rejections[NO_PLACE] += len(items) - len(places)
            poses.extend([None] * (len(items) - len(places)))
        placed = sum(p is not None for p in poses)
        return Placed(tuple(poses), rejections, shortage_note("rows", placed, len(items), rejections))
