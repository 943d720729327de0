"""Holes and bays that something has eaten: the sheet itself is cut, so masks and areas know of them.

The midrib and the tip are spared: a leaf stays in one piece and keeps its keypoint.
"""

from __future__ import annotations

import numpy as np

from myriorama.plugins.generators._plants.leaf import Sheet
from myriorama.plugins.generators._plants.outline import Outline
from myriorama.scenes.conventions import F64, U32, Mask

DEAD_V = 0.975
BITES = 9
RIM = 0.16
"""Width of the brown rim over a bite's radius."""
THINNEST_RIM_M = 1.2e-4
"""Rims that nobody could see are left out."""


def bites(half_width_m: float, blade_m: float, petiole_m: float, outline: Outline, damage: float, chances: F64) -> F64:
    """Return (N, 6) bites: x, y, radius in metres on the flat leaf, two phases of their wobble, and their stretch.

    They come one after the other as damage rises, and each grows: what is eaten never grows back. On narrow leaves
    they are stretched along the veins.

    Parameters
    ----------
    damage : float
        In [0, 1].
    chances : (BITES, 5) float64
        In [0, 1).
    """
    begun = np.clip(damage * BITES - np.arange(BITES), 0.0, 1.0)
    x = 0.1 + 0.74 * chances[:, 0]
    width = half_width_m * np.interp(x, outline.foot, outline.outward.mean(axis=1))
    at_margin = chances[:, 1] < 0.45
    place = np.where(at_margin, 1.0, 0.4 + 0.28 * chances[:, 2])
    largest = np.minimum(np.where(at_margin, 0.8, 0.55) * place * width, 0.14 * blade_m)
    radius = largest * (0.5 + 0.5 * chances[:, 3]) * np.sqrt(begun)
    side = np.where(chances[:, 4] < 0.5, -1.0, 1.0)
    stretch = np.full(BITES, float(np.clip(blade_m / half_width_m / 5.0, 1.0, 7.0)))
    found = np.stack(
        [petiole_m + blade_m * x, side * place * width, radius, chances[:, 2] * 9, chances[:, 0] * 7, stretch], axis=1
    )
    chosen: F64 = found[(begun > 0) & (radius > 2e-4)]
    return chosen


def bitten(sheet: Sheet, eaten: F64) -> Sheet:
    """Return the sheet without its bites, a brown rim around each."""
    distance = _distance(sheet.flat, eaten)
    rest = _largest_piece(_clipped(sheet, distance > 0, distance))
    # A second cut parts the rim from the rest, so that the brown ends in a line.
    rim_m = RIM * float(eaten[:, 2].mean())
    if rim_m < THINNEST_RIM_M:
        return rest
    beyond = _distance(rest.flat, eaten) - rim_m
    green = _clipped(rest, beyond > 0, beyond)
    brown = _clipped(rest, beyond <= 0, -beyond)
    brown_uv = np.column_stack([brown.uv[:, 0], np.full(len(brown.uv), DEAD_V)])
    parts = [s for s in (green, Sheet(brown.positions, brown.flat, brown_uv, brown.faces)) if len(s.faces)]
    starts = np.cumsum([0] + [len(s.positions) for s in parts[:-1]])
    return Sheet(
        np.concatenate([s.positions for s in parts]),
        np.concatenate([s.flat for s in parts]),
        np.concatenate([s.uv for s in parts]),
        np.concatenate([s.faces + np.uint32(n) for s, n in zip(parts, starts, strict=True)]).astype(np.uint32),
    )


def _largest_piece(sheet: Sheet) -> Sheet:
    """Return the sheet without what bites have cut off: the piece with most faces holds the midrib."""
    faces = sheet.faces.astype(np.int64)
    label = np.arange(len(sheet.positions))
    while True:
        lowest = label[faces].min(axis=1)
        spread = label.copy()
        for corner in range(3):
            np.minimum.at(spread, faces[:, corner], lowest)
        # Each place takes over the label of its label, so that a long leaf is crossed in few rounds.
        spread = spread[spread]
        if np.array_equal(spread, label):
            break
        label = spread
    piece = label[faces[:, 0]]
    kept = piece == np.bincount(piece).argmax()
    return Sheet(sheet.positions, sheet.flat, sheet.uv, sheet.faces[kept])


def _distance(flat: F64, eaten: F64) -> F64:
    """Return how far points lie outside all bites, metres, below 0 inside."""
    dx, dy = (flat[:, :1] - eaten[:, 0]) / eaten[:, 5], flat[:, 1:] - eaten[:, 1]
    angle = np.arctan2(dy, dx)
    wobble = 1 + 0.14 * np.sin(3 * angle + eaten[:, 3]) + 0.08 * np.sin(5 * angle + eaten[:, 4])
    return np.asarray((np.hypot(dx, dy) - eaten[:, 2] * wobble).min(axis=1), dtype=np.float64)


def _clipped(sheet: Sheet, kept: Mask, level: F64) -> Sheet:
    """Return the part of a sheet where `kept`; triangles on the border are cut where `level` passes 0."""
    faces = sheet.faces
    count = kept[faces].sum(axis=1)
    one, two = faces[count == 1], faces[count == 2]
    rows = np.arange(3)
    # The odd corner comes first.
    one = one[np.arange(len(one))[:, None], (kept[one].argmax(axis=1)[:, None] + rows) % 3]
    two = two[np.arange(len(two))[:, None], ((~kept[two]).argmax(axis=1)[:, None] + rows) % 3]
    edges = np.concatenate([one[:, [0, 1]], one[:, [0, 2]], two[:, [0, 1]], two[:, [0, 2]]]).astype(np.int64)
    total = len(sheet.positions)
    low, high = edges.min(axis=1), edges.max(axis=1)
    keys, index = np.unique(low * total + high, return_inverse=True)
    low, high = keys // total, keys % total
    share = (level[low] / np.where(level[low] == level[high], 1.0, level[low] - level[high]))[:, None]

    def mixed(column: F64) -> F64:
        return np.concatenate([column, column[low] + share * (column[high] - column[low])])

    new = (total + index.reshape(-1)).astype(np.uint32)
    a, b = new[: len(one)], new[len(one) : 2 * len(one)]
    c, d = new[2 * len(one) : 2 * len(one) + len(two)], new[2 * len(one) + len(two) :]
    pieces: list[U32] = [
        faces[count == 3],
        np.stack([one[:, 0], a, b], axis=1),
        np.stack([c, two[:, 1], two[:, 2]], axis=1),
        np.stack([c, two[:, 2], d], axis=1),
    ]
    return Sheet(mixed(sheet.positions), mixed(sheet.flat), mixed(sheet.uv), np.concatenate(pieces).astype(np.uint32))
