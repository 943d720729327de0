"""Which blocks of pixels an item may reach: boxes on the plane z = 1, held against what each block looks at.

It only ever says too much: the rays decide. Blocks of a lens's dark part look at nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.rendering.optics.item import Item
from myriorama.scenes.rendering.optics.lens_plane import Rect, straightened
from myriorama.scenes.rendering.optics.moments import poses_at

TILE_PX: Final = 16
_NEAR_M: Final = 1e-6
"""What is nearer along the axis is not seen: no lens looks farther to the side than 89.5 degrees."""
_EDGES: Final = np.array([(a, a | bit) for a in range(8) for bit in (1, 2, 4) if not a & bit])
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

    def reached(self, camera: Camera, items: list[Item], rolling: bool) -> Reach:
        """Return what each item may reach."""
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
            low, high = _swept(low, high)
        across, down = ((low[:, :, k].T[..., None], high[:, :, k].T[..., None]) for k in (0, 1))
        with np.errstate(invalid="ignore"):
            met = (self.low[0] <= across[1]) & (self.high[0] >= across[0])
            met &= (self.low[1] <= down[1]) & (self.high[1] >= down[0])
        return Reach(self, np.asarray(met), low, high)


@dataclass(frozen=True, eq=False)
class Reach:
    """What items may reach.

    Attributes
    ----------
    tiles : Tiles
    met : (M, rows, columns) bool
        Which blocks.
    low, high : (rows or 1, M, 2) float64
        The box on the plane z = 1 that holds an item in a row of blocks; one for all rows where nothing rolls.
    """

    tiles: Tiles
    met: Mask
    low: F64
    high: F64

    def rect(self, number: int) -> Rect | None:
        """Return the pixel rectangle around the blocks of an item, or None where there are none."""
        met = self.met[number]
        rows, columns = np.flatnonzero(met.any(axis=1)), np.flatnonzero(met.any(axis=0))
        if len(rows) == 0:
            return None
        x0, y0, x1, y1 = self.tiles.rect
        return (
            x0 + TILE_PX * int(columns[0]),
            y0 + TILE_PX * int(rows[0]),
            min(x0 + TILE_PX * (int(columns[-1]) + 1), x1),
            min(y0 + TILE_PX * (int(rows[-1]) + 1), y1),
        )

    def within(self, number: int, rect: Rect, plane: F64) -> Mask:
        """Return which pixels (h, w) of a rectangle look into an item's box, by their plane (2, h, w)."""
        low, high = self.low[:, number], self.high[:, number]
        if len(low) > 1:
            block = (np.arange(rect[1], rect[3]) - self.tiles.rect[1]) // TILE_PX
            low, high = low[block], high[block]
        with np.errstate(invalid="ignore"):
            inside = (plane[0] >= low[:, :1]) & (plane[0] <= high[:, :1])
            inside &= plane[1] >= low[:, 1:]
            inside &= plane[1] <= high[:, 1:]
        return np.asarray(inside)


def _swept(low: F64, high: F64) -> tuple[F64, F64]:
    """Return the boxes of blocks' rows from those of their edges' instants, grown by what a curved way may add."""
    out = []
    for ends, pick, sign in ((low, np.minimum, -1.0), (high, np.maximum, 1.0)):
        first, second = ends[:-1], ends[1:]
        with np.errstate(invalid="ignore"):
            way = np.nan_to_num(np.abs(first - second), nan=0.0, posinf=0.0)
        out.append(pick(first, second) + sign * _SWEEP_SHARE * way)
    return out[0], out[1]


def _shadows(corners: F64, poses: F64) -> tuple[F64, F64]:
    """Return the boxes on the plane z = 1 of box corners (T, M, 8, 3) seen from poses (T, 4, 4): low, high (T, M, 2).

    What is behind the camera is cut off; a box that is wholly behind has a low above its high.
    """
    inverse = poses[:, :3, :3].transpose(0, 2, 1)
    away = corners - poses[:, None, None, :3, 3]
    seen = np.einsum("tij,tmkj->tmki", inverse, away)
    z = seen[..., 2:]
    front = z > _NEAR_M
    flat = np.where(front, seen[..., :2] / np.where(front, z, 1.0), np.nan)
    low, high = np.fmin.reduce(flat, axis=2), np.fmax.reduce(flat, axis=2)
    cut = front.any(axis=(2, 3)) & ~front.all(axis=(2, 3))
    if cut.any():
        own = seen[cut]
        a, b = own[:, _EDGES[:, 0]], own[:, _EDGES[:, 1]]
        crossing = (a[..., 2] > _NEAR_M) != (b[..., 2] > _NEAR_M)
        share = (_NEAR_M - a[..., 2]) / np.where(crossing, b[..., 2] - a[..., 2], 1.0)
        met = (a[..., :2] + share[..., None] * (b[..., :2] - a[..., :2])) / _NEAR_M
        met = np.where(crossing[..., None], met, np.nan)
        low[cut] = np.fmin(low[cut], np.fmin.reduce(met, axis=1))
        high[cut] = np.fmax(high[cut], np.fmax.reduce(met, axis=1))
    grown = _GROWN * (1.0 + np.abs(high) + np.abs(low))
    low, high = low - grown, high + grown
    nothing = ~front.any(axis=(2, 3))
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
