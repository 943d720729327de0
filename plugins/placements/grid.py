"""Objects in the cells of a rectangular grid.

It does not test for overlap: the spacing is the user's word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from myriorama.plugins.api import Choice, Float, Int, Item, PlaceContext, Placed, Placement, Values
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

NO_CELL: Final = "no cell left in the grid"


class Grid(Placement):
    """Rows and columns around a centre."""

    name = "grid"
    label = "Grid"
    help = "Rows and columns around a centre, row by row or in a shuffled order."
    parameters = (
        Int(
            "columns",
            4,
            help="Cells along the grid's x axis.",
            minimum=1,
            maximum=1000,
            group="Grid",
            suggested={"integers": [3, 6]},
        ),
        Int(
            "rows",
            3,
            help="Cells along the grid's y axis.",
            minimum=1,
            maximum=1000,
            group="Grid",
            suggested={"integers": [2, 5]},
        ),
        distance("column_spacing_m", 0.15, "From centre to centre along x.", group="Grid"),
        distance("row_spacing_m", 0.15, "From centre to centre along y.", group="Grid"),
        Float(
            "heading_deg",
            0.0,
            help="Turns the whole grid, counter-clockwise seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Grid",
            suggested={"uniform": [0.0, 360.0]},
        ),
        Choice(
            "order",
            "in_order",
            help="in_order: fill row by row; shuffled: fill cells in a random order.",
            options=("in_order", "shuffled"),
            group="Grid",
        ),
        CENTER,
        SUPPORT,
    )
    per_object = (jitter("jitter_x_m", "along the grid's x axis"), jitter("jitter_y_m", "along its y axis"), *TURN)

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        """Return a pose for each item that finds a cell."""
        columns, rows = int(values["columns"]), int(values["rows"])
        cells = np.arange(columns * rows)
        if values["order"] == "shuffled":
            cells = np.argsort(context.draws.uniforms("cells", 0, len(cells)), kind="stable")
        center_x, center_y = float(values["center_m"][0]), float(values["center_m"][1])
        places = []
        for item, cell in zip(items, cells, strict=False):
            row, column = divmod(int(cell), columns)
            x = (column - 0.5 * (columns - 1)) * float(values["column_spacing_m"]) + float(item.values["jitter_x_m"])
            y = (row - 0.5 * (rows - 1)) * float(values["row_spacing_m"]) + float(item.values["jitter_y_m"])
            x, y = turned(x, y, float(values["heading_deg"]))
            places.append((center_x + x, center_y + y))
        rejections: Counter[str] = Counter()
        poses = stand_at(places, items[: len(places)], values, context, rejections)
        if len(items) > len(places):
            rejections[NO_CELL] += len(items) - len(places)
            poses.extend([None] * (len(items) - len(places)))
        placed = sum(p is not None for p in poses)
        return Placed(tuple(poses), rejections, shortage_note("grid", placed, len(items), rejections))
