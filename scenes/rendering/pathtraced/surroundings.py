"""The light from all around as the tracer reads it: texels, and a list that picks bright blocks of them more often.

The list may leave out dim blocks: paths that meet them by chance carry their light, weighted for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.scenes.conventions import F32, F64, U32
from myriorama.scenes.lights import Background, RadianceMap
from myriorama.scenes.rendering.raster.environment import environment_from_world, reduced

_WIDEST: Final = 2048
_BLOCKS_ACROSS: Final = 256
PICKS: Final = 2**16


@dataclass(frozen=True, eq=False)
class RadianceTable:
    """One radiance map, untinted and unturned.

    Attributes
    ----------
    texels : (H * W, 4) float32
    width, height : int
    picks : (PICKS,) uint32
        Block numbers; a block stands in it as often as its share of the light is.
    density : (B,) float32
        Of each block, per steradian, when a pick is drawn and a direction within the block.
    blocks_x, blocks_y : int
    """

    texels: F32
    width: int
    height: int
    picks: U32
    density: F32
    blocks_x: int
    blocks_y: int

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        return self.texels.nbytes + self.picks.nbytes + self.density.nbytes


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What lights a scene from all around; `table` None is `tint` from every direction.

    Attributes
    ----------
    turn : (3, 3) float64
        Map from world.
    """

    table: RadianceTable | None
    tint: tuple[float, float, float]
    turn: F64


def surroundings_of(background: Background, table: RadianceTable | None) -> Surroundings:
    """Return the surroundings of a background whose map, if it has one, is `table`."""
    return Surroundings(table, background.color, environment_from_world(background))


def table_of(radiance: RadianceMap) -> RadianceTable:
    """Return a map's table. Blocks are equal shares of height and width, whatever texels their edges run through."""
    pixels = reduced(radiance.pixels, _WIDEST)
    height, width = pixels.shape[:2]
    texels = np.ones((height * width, 4), dtype=np.float32)
    texels[:, :3] = pixels.reshape(-1, 3)
    across, down = min(width, _BLOCKS_ACROSS), min(height, _BLOCKS_ACROSS // 2)
    columns, rows = _edges(width, across), _edges(height, down)
    brightness = pixels.astype(np.float64).max(axis=2)
    # The light of a block is taken with its neighbours' edges: between texels it is interpolated.
    brightness = np.maximum(brightness, np.roll(brightness, 1, axis=1))
    sums = np.add.reduceat(np.add.reduceat(brightness, rows[:-1], axis=0), columns[:-1], axis=1)
    counts = np.diff(rows)[:, None] * np.diff(columns)[None, :]
    solid = solid_angles(down, across)
    share = (sums / counts * solid).ravel()
    times = systematic(share, PICKS)
    picks = np.repeat(np.arange(len(times), dtype=np.uint32), times)
    density = (times / PICKS / solid.ravel()).astype(np.float32)
    return RadianceTable(texels, width, height, picks, density, across, down)


def _edges(pixels: int, blocks: int) -> np.ndarray:
    return np.arange(blocks + 1) * pixels // blocks


def solid_angles(down: int, across: int) -> F64:
    """Return the steradians of the blocks of a map cut into equal rows and columns, (down, across)."""
    rows = -np.diff(np.cos(np.linspace(0.0, np.pi, down + 1)))
    return np.repeat(rows[:, None] * (2 * np.pi / across), across, axis=1)


def systematic(share: F64, picks: int) -> np.ndarray:
    """Return how often each of N things stands in a list of `picks`, as near to its share as whole numbers can.

    Nothing of no share is picked; shares that are all 0 are taken as equal.
    """
    total = share.sum()
    if total <= 0:
        share, total = np.ones_like(share), float(len(share))
    edges = np.rint(np.concatenate([[0.0], np.cumsum(share)]) / total * picks).astype(np.int64)
    edges[-1] = picks
    return np.diff(edges)
