"""What must hold of part masks: each is sound in itself, none overlap, and together they are the visible mask.

It works on run-length codes alone, so it serves a finished record and a stored file alike; it paints no image.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from myriorama.scenes.labels.record import Record
from myriorama.scenes.labels.rle import I64, Runs, decode_counts
from myriorama.scenes.labels.truth import Truth, boxes_of
from myriorama.scenes.labels.violation import Violation


def parts_make_up_the_visible_mask(record: Record, truth: Truth) -> Iterator[Violation]:
    """Invariant 3, of parts: box, area and code agree, and the parts are a partition of the visible mask."""
    for a in record.annotations:
        for fault in part_faults(a.extra.get("parts", ()), a.rle, truth.height, truth.width):
            yield Violation(3, fault, a.instance_key)


def part_faults(parts: Sequence[Mapping[str, Any]], visible_rle: bytes, height: int, width: int) -> Iterator[str]:
    """Yield what is wrong with the part masks of one instance.

    Parameters
    ----------
    parts : sequence of mapping
        As the annotator ``part_masks`` gives them; empty where it was not asked for.
    visible_rle : bytes
        COCO compressed counts of the visible mask of the whole instance.
    """
    if not parts:
        return
    try:
        whole, *codes = decode_counts([visible_rle, *(str(part["rle"]).encode() for part in parts)])
    except ValueError as error:
        yield f"the code of one of its parts is broken: {error}"
        return
    starts, ends = [], []
    for part, counts in zip(parts, codes, strict=True):
        name = part["name"]
        if int(counts.sum()) != height * width:
            yield f"the code of its part {name!r} is not for a {width}x{height} image"
            return
        low, high = _ones(counts)
        area = int((high - low).sum())
        if area == 0:
            yield f"its part {name!r} is told without a visible pixel"
            continue
        box = boxes_of(Runs(np.ones(len(low), dtype=np.int64), low, high, height, width))[1]
        if list(part["box"]) != [box.x, box.y, box.w, box.h]:
            yield f"the box of its part {name!r} is {part['box']}, its mask reaches {[box.x, box.y, box.w, box.h]}"
        if part["area_px"] != area:
            yield f"the area of its part {name!r} is {part['area_px']}, its mask has {area} pixels"
        starts.append(low)
        ends.append(high)
    if not starts:
        return
    first, last = np.concatenate(starts), np.concatenate(ends)
    order = np.argsort(first, kind="stable")
    first, last = first[order], last[order]
    if (first[1:] < last[:-1]).any():
        yield "masks of its parts overlap"
        return
    if not all(np.array_equal(a, b) for a, b in zip(_joined(first, last), _joined(*_ones(whole)), strict=True)):
        yield "its parts together are not its visible mask"


def _ones(counts: I64) -> tuple[I64, I64]:
    """Return where the runs of ones of decoded counts start and end, column-major pixel numbers."""
    borders = np.cumsum(counts)
    ends = borders[1::2]
    starts = ends - counts[1::2]
    some = ends > starts
    return starts[some], ends[some]


def _joined(starts: I64, ends: I64) -> tuple[I64, I64]:
    """Return sorted runs with those joined that touch."""
    apart = np.flatnonzero(starts[1:] != ends[:-1]) + 1
    firsts = np.concatenate(([0], apart))
    lasts = np.concatenate((apart, [len(starts)])) - 1
    return starts[firsts], ends[lasts]
