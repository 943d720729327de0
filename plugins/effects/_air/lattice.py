"""Small things that hang in the world: which there are in a place depends on the place alone, whoever looks at it.

Space is cut into cubes, and what is in each is drawn by the cube's own number. So all cameras of a rig see the same
things, wherever they stand, and one camera more changes nothing. It holds nothing that no camera could see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import pdtr

from myriorama.plugins.api import Camera, Draws
from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.parameters.philox import U64, philox
from myriorama.scenes.parameters.streams import unit

_IN_A_CUBE: Final = 5.0
"""Things in a cube, on average."""
_CUBES_AT_ONCE: Final = 4096
_BLOCKS: Final = 2
"""Of four random numbers, for each thing."""
_NEAREST_M: Final = 0.02
_FRACTION_BITS: Final = 2.0**53

I64 = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, eq=False)
class Found:
    """Things in a camera's view.

    Attributes
    ----------
    points : (N, 3) float64
        Camera frame, metres.
    u : (5, N) float64
        Random numbers of each thing's own, [0, 1).
    """

    points: F64
    u: F64

    def of(self, chosen: Mask) -> Found:
        """Return some of them."""
        return Found(self.points[chosen], self.u[:, chosen])


def joined(parts: list[Found]) -> Found:
    """Return all of them."""
    if not parts:
        return Found(np.empty((0, 3)), np.empty((5, 0)))
    return Found(np.concatenate([p.points for p in parts]), np.concatenate([p.u for p in parts], axis=1))


def in_view(
    camera: Camera,
    draws: Draws,
    number: int,
    per_m3: float,
    area: tuple[float, float, float, float],
    nearest_m: float,
    furthest_m: float,
) -> Found:
    """Return the things that a camera sees, of those that lie evenly and independently all over the world.

    Parameters
    ----------
    draws : Draws
        Of the effect's node; what it gives for the world is used.
    number : int
        Of the kind of things: others have other places.
    per_m3 : float
        How many there are.
    area : (left, top, width, height)
        Of the view on the plane z = 1.
    nearest_m, furthest_m : float
        Along z; nothing nearer than 2 cm is found.
    """
    near = max(nearest_m, _NEAREST_M)
    if not (per_m3 > 0.0 and furthest_m > near):
        return joined([])
    edge_m = (_IN_A_CUBE / per_m3) ** (1.0 / 3.0)
    cubes = _cubes(camera, area, near, furthest_m, edge_m)
    words = (draws.of_the_world().uniforms("lattice", number, 2) * _FRACTION_BITS).astype(np.uint64)
    key = words.reshape(2, 1)
    where, within = _filled(cubes, key)
    u = unit(_words(within, where, key))
    places = (where.astype(np.int64) + u[:3]).T
    pose = camera.world_from_camera
    points = (places * edge_m - pose[:3, 3]) @ pose[:3, :3]
    z = points[:, 2]
    left, top, wide, high = area
    seen = (z >= near) & (z < furthest_m)
    for axis, low, size in ((0, left, wide), (1, top, high)):
        seen &= (points[:, axis] >= low * z) & (points[:, axis] < (low + size) * z)
    more = unit(_words(within[seen] + np.uint64(1), where[:, seen], key))
    return Found(points[seen], np.concatenate([u[3:, seen], more]))


def _filled(cubes: I64, key: U64) -> tuple[U64, U64]:
    """Return the cube of each thing in cubes (M, 3), (3, N), and the number of its first random block, (N,)."""
    # The cube's three whole numbers are three of a counter's four words; the fourth counts within the cube.
    where = cubes.T.astype(np.uint64)
    held = np.searchsorted(_SHARES, unit(_words(0, where, key)[0]), side="right")
    whose = np.repeat(np.arange(len(cubes)), held)
    within = np.arange(len(whose)) - np.repeat(np.cumsum(held) - held, held)
    return where[:, whose], (1 + _BLOCKS * within).astype(np.uint64)


def _words(block: U64 | int, where: U64, key: U64) -> U64:
    counter = np.empty((4, where.shape[1]), dtype=np.uint64)
    counter[0] = block
    counter[1:] = where
    return philox(counter, key)


_SHARES: Final = pdtr(np.arange(64, dtype=np.float64), _IN_A_CUBE)
"""Share of the cubes that hold at most 0, 1, 2, ... things."""


def _cubes(camera: Camera, area: tuple[float, float, float, float], near: float, far: float, edge_m: float) -> I64:
    """Return the cubes (M, 3) that may reach into a view: whole numbers of edges from the world's origin.

    Large blocks of cubes are held against the view's planes first, and those that reach into it cut into eight, so that
    a long and narrow view costs little more than what is in it.
    """
    left, top, wide, high = area
    ends = np.array([(x, y, 1.0) for x in (left, left + wide) for y in (top, top + high)])
    turn, eye = camera.world_from_camera[:3, :3], camera.world_from_camera[:3, 3]
    corners = np.concatenate([near * ends, far * ends]) @ turn.T + eye
    planes = np.array([[1, 0, -left], [-1, 0, left + wide], [0, 1, -top], [0, -1, top + high]], dtype=np.float64)
    planes /= np.linalg.norm(planes, axis=1, keepdims=True)
    planes = np.concatenate([planes, [[0, 0, 1], [0, 0, -1]]]) @ turn.T
    inside_m = np.append(np.zeros(4), [-near, far]) - planes @ eye
    level, low, high_ = 0, corners.min(axis=0) / edge_m, corners.max(axis=0) / edge_m
    while np.prod(np.floor(high_ / 2**level) - np.floor(low / 2**level) + 1.0) > _CUBES_AT_ONCE:
        level += 1
    first = np.floor(low / 2**level).astype(np.int64)
    number = np.floor(high_ / 2**level).astype(np.int64) - first + 1
    blocks = np.stack(np.meshgrid(*(f + np.arange(n) for f, n in zip(first, number, strict=True)), indexing="ij"), -1)
    blocks = blocks.reshape(-1, 3)
    while True:
        size_m = edge_m * 2**level
        away = (blocks + 0.5) * size_m @ planes.T + inside_m
        # A cube reaches over a plane by the sum of its half edges along the plane's normal.
        blocks = np.asarray(blocks[(away > -0.5 * size_m * np.abs(planes).sum(axis=1)).all(axis=1)], dtype=np.int64)
        if level == 0:
            return blocks
        blocks = (2 * blocks[:, None, :] + _EIGHT).reshape(-1, 3)
        level -= 1


_EIGHT: Final = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.int64)
