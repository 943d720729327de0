"""Which blocks of pixels an item may reach: boxes on the plane z = 1, held against what each block looks at.

It only ever says too much: the rays decide. Blocks of a lens's dark part look at nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.rendering.optics.item import Item
from myriorama.scenes.rendering.optics.lens_plane import Rect, straightened
from myriorama.scenes.rendering.optics.moments import poses_at

TILE_PX: Final = 16
_BEHIND_M: Final = 1e-9
_GROWN: Final = 1e-6
_SWEEP_SHARE: Final = 0.25


class Tiles:
    """Blocks of TILE_PX by TILE_PX pixels over a rectangle, and the part of the plane z = 1 that each looks at.

    Attributes
    ----------
    low, high : (2, rows, columns) float64
        NaN where a block looks at nothing.
    """

    def __init__(self, rect: Rect, low: F64, high: F64) -> None:
        self.rect = rect
        self.low = low
        self.high = high

    @classmethod
    def of_plane(cls, rect: Rect, plane: F64) -> Tiles:
        """Return the blocks of a plane (2, h, w) of pixel centres."""
        rows, columns = (np.arange(0, n, TILE_PX) for n in plane.shape[1:])
        low = np.fmin.reduceat(np.fmin.reduceat(plane, rows, axis=1), columns, axis=2)
        high = np.fmax.reduceat(np.fmax.reduceat(plane, rows, axis=1), columns, axis=2)
        return cls(rect, low, high)

    @classmethod
    def around(cls, camera: Camera) -> Tiles:
        """Return blocks over the grid of 3x3 images, from a few looks through the lens at each.

        Where the lens's picture ends, every pixel of a block is looked through.
        """
        width, height = camera.width, camera.height
        rect = (-width, -height, 2 * width, 2 * height)
        columns, rows = -(-3 * width // TILE_PX), -(-3 * height // TILE_PX)
        half = TILE_PX / 2
        x = rect[0] + half * np.arange(2 * columns + 1)
        y = rect[1] + half * np.arange(2 * rows + 1)
        looks = straightened(camera, *np.meshgrid(x, y))
        lowest, highest = looks[:, : 2 * rows : 2, : 2 * columns : 2], looks[:, : 2 * rows : 2, : 2 * columns : 2]
        dark = np.zeros(lowest.shape[1:], dtype=np.int64)
        for i in range(3):
            for j in range(3):
                piece = looks[:, i : i + 2 * rows - 1 : 2, j : j + 2 * columns - 1 : 2]
                lowest, highest = np.fmin(lowest, piece), np.fmax(highest, piece)
                dark += np.isnan(piece[0])
        slack = 0.1 * (highest - lowest)
        lowest, highest = lowest - slack, highest + slack
        down, along = np.nonzero(((dark > 0) & (dark < 9)) | (_dilated(dark < 9) & (dark == 9)))
        if len(down):
            within = np.arange(TILE_PX) + 0.5
            column = rect[0] + TILE_PX * along[:, None, None] + within
            row = rect[1] + TILE_PX * down[:, None, None] + within[:, None]
            every = straightened(camera, *np.broadcast_arrays(column, row)).reshape(2, len(down), -1)
            lowest[:, down, along] = np.fmin.reduce(every, axis=2)
            highest[:, down, along] = np.fmax.reduce(every, axis=2)
        return cls(rect, lowest, highest)

    def reached(self, camera: Camera, items: list[Item], rolling: bool) -> Mask:
        """Return which blocks each item may reach, (M, rows, columns) bool."""
        rows = self.low.shape[1]
        corners = np.array([i.corners for i in items]).reshape(-1, 8, 3)
        if rolling:
            edges = self.rect[1] + TILE_PX * np.arange(rows + 1.0)
            times = camera.row_times(np.minimum(edges, self.rect[3]))
        else:
            times = np.zeros(1)
        drift = np.array([i.velocity for i in items]).reshape(-1, 1, 3)
        low, high = _shadows(corners + drift * times[:, None, None, None], poses_at(camera, times))
        if rolling:
            first, second = low[:-1], low[1:]
            with np.errstate(invalid="ignore"):
                low = np.minimum(first, second) - _SWEEP_SHARE * np.nan_to_num(np.abs(first - second), posinf=0.0)
                first, second = high[:-1], high[1:]
                high = np.maximum(first, second) + _SWEEP_SHARE * np.nan_to_num(np.abs(first - second), posinf=0.0)
        low, high = low.transpose(1, 2, 0)[..., None], high.transpose(1, 2, 0)[..., None]
        with np.errstate(invalid="ignore"):
            met = (self.low[0] <= high[:, 0]) & (self.high[0] >= low[:, 0])
            met &= (self.low[1] <= high[:, 1]) & (self.high[1] >= low[:, 1])
        return np.asarray(met)

    def rect_of(self, met: Mask) -> Rect | None:
        """Return the pixel rectangle around some blocks (rows, columns), or None where there are none."""
        rows, columns = np.flatnonzero(met.any(axis=1)), np.flatnonzero(met.any(axis=0))
        if len(rows) == 0:
            return None
        x0, y0, x1, y1 = self.rect
        return (
            x0 + TILE_PX * int(columns[0]),
            y0 + TILE_PX * int(rows[0]),
            min(x0 + TILE_PX * (int(columns[-1]) + 1), x1),
            min(y0 + TILE_PX * (int(rows[-1]) + 1), y1),
        )


def _shadows(corners: F64, poses: F64) -> tuple[F64, F64]:
    """Return the boxes of box corners (T, M, 8, 3) on the plane z = 1, low and high (T, M, 2); boundless behind it."""
    inverse = poses[:, :3, :3].transpose(0, 2, 1)
    away = corners - poses[:, None, None, :3, 3]
    seen = np.einsum("tij,tmkj->tmki", inverse, away)
    z = seen[..., 2:]
    behind = (z <= _BEHIND_M).any(axis=(2, 3))
    flat = seen[..., :2] / np.where(z <= _BEHIND_M, 1.0, z)
    low, high = flat.min(axis=2), flat.max(axis=2)
    grown = _GROWN * (1.0 + np.abs(high) + np.abs(low))
    low, high = low - grown, high + grown
    low[behind], high[behind] = -np.inf, np.inf
    nothing = (z <= _BEHIND_M).all(axis=(2, 3))
    low[nothing], high[nothing] = np.inf, -np.inf
    return low, high


def _dilated(mask: Mask) -> Mask:
    """Return a mask with its 8 neighbours."""
    grown = np.pad(mask, 1)
    out = np.zeros_like(mask)
    for row in range(3):
        for column in range(3):
            out |= grown[row : row + mask.shape[0], column : column + mask.shape[1]]
    return out
