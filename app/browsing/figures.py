"""What a sample's facts give to each column: figures of the sample, of each object, and drawn values as plain ones.

It keeps nothing and knows no table: facts in, figures out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from myriorama.app.preview.tiles import ObjectFacts, SampleFacts

NONE: Final = "(none)"
"""The word for a value that is not there."""


def of_sample(facts: SampleFacts) -> dict[str, float]:
    """Return what is known of a sample as a whole, by column; NaN where there is no object to measure."""
    seen = facts.objects
    return {
        "objects": len(seen),
        "hidden": facts.hidden,
        "smallest_box": min((min(o.box[2:]) for o in seen), default=math.nan),
        "largest_box": max((max(o.box[2:]) for o in seen), default=math.nan),
        "visible_min": min((o.visible for o in seen), default=math.nan),
        "visible_mean": sum(o.visible for o in seen) / len(seen) if seen else math.nan,
        "nearest": min((o.distance_m for o in seen), default=math.nan),
        "brightness": facts.brightness,
        "violations": len(facts.violations),
    }


def of_object(item: ObjectFacts, facts: SampleFacts) -> dict[str, float]:
    """Return what is measured of an object, by column."""
    x, y, w, h = item.box
    dx, dy, dz = item.viewing_direction
    return {
        "box_size": math.sqrt(w * h),
        "box_area": w * h,
        "mask_area": item.area_px,
        "aspect": w / h,
        "visible": item.visible,
        "distance": item.distance_m,
        "position_x": (x + w / 2) / facts.width,
        "position_y": (y + h / 2) / facts.height,
        "azimuth": math.degrees(math.atan2(dy, dx)),
        "elevation": math.nan if math.isnan(dz) else math.degrees(math.asin(min(1.0, max(-1.0, dz)))),
    }


def plain(value: Any) -> list[tuple[str, float | str]]:
    """Return a value as numbers or words, each with what is added to its column's name."""
    if isinstance(value, bool):
        return [("", "true" if value else "false")]
    if isinstance(value, int | float | str) and value != "":
        return [("", value)]
    if value is None or value == "":
        return [("", NONE)]
    if isinstance(value, Mapping):
        return [("", str(value.get("file", NONE)))]
    return [(f"/{i}{ending}", one) for i, part in enumerate(value) for ending, one in plain(part)]
