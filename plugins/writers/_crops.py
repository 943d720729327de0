"""Masks of stored records cut to their box, and runs along rows, for formats that count so.

It measures nothing: the box is the stored one, and a mask that leaves it is a ValueError.
"""

from __future__ import annotations

import numpy as np

from myriorama.plugins.api import StoredRecord
from myriorama.scenes.conventions import Mask
from myriorama.scenes.labels.rle import I64, crop_of_counts, decode_counts


def cropped(a: StoredRecord, height: int, width: int) -> Mask:
    """Return the mask of an annotation inside its box, (h, w) bool.

    Raises
    ------
    ValueError
        The code is broken, or has pixels outside the box.
    """
    x, y, w, h = a["box"]
    (counts,) = decode_counts([a["rle"].encode()])
    if int(counts[1::2].sum()) != a["area_px"]:
        raise ValueError(f"the mask of instance {a['instance']} has not its area")
    crop = crop_of_counts(counts, height, width, x, w)[y : y + h]
    if int(np.count_nonzero(crop)) != a["area_px"]:
        raise ValueError(f"the mask of instance {a['instance']} leaves its box")
    return crop


def runs_by_rows(mask: Mask) -> I64:
    """Return the lengths of runs along the rows, zeros first: 0 where the first pixel is set."""
    flat = np.ascontiguousarray(mask).ravel()
    if flat.size == 0:
        return np.zeros(0, dtype=np.int64)
    breaks = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    lengths = np.diff(np.concatenate(([0], breaks, [flat.size])))
    return np.concatenate(([0], lengths)) if flat[0] else lengths
