"""Keyed streams: every random word is a pure function of seed, sample, attempt, path, object and draw number.

There is no generator object and no position to advance, so nothing that is drawn can disturb anything else. It
refuses to draw without a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.parameters.philox import U64, philox

PURPOSE_PARAMETER: Final = b"myr.parameter"
PURPOSE_SHUFFLE: Final = b"myr.even.index"
PURPOSE_SCRAMBLE: Final = b"myr.even.value"
PURPOSE_PLUGIN: Final = b"myr.plugin"
"""What a key is for, at most 16 bytes: the same path gives unrelated words for each purpose."""

_SEED_BYTES: Final = 8
_TO_UNIT: Final = 2.0**-53
_DROPPED_BITS: Final = np.uint64(11)


def stream_key(seed: int, path: str, purpose: bytes = PURPOSE_PARAMETER) -> tuple[int, int]:
    """Return the Philox key of a path: 128 bits of BLAKE2b over seed and path.

    Raises
    ------
    ValueError
        The seed is not in [0, 2**64).
    """
    if not 0 <= seed < 2 ** (8 * _SEED_BYTES):
        raise ValueError(f"a seed lies in [0, 2**64), not {seed}")
    digest = blake2b(seed.to_bytes(_SEED_BYTES, "little") + path.encode(), digest_size=16, person=purpose).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


def key_columns(seed: int, paths: list[str], purpose: bytes = PURPOSE_PARAMETER) -> U64:
    """Return (2, len(paths)) uint64: the key of each path."""
    keys = [stream_key(seed, path, purpose) for path in paths]
    return np.array(keys, dtype=np.uint64).reshape(len(paths), 2).T.copy()


def counters(draw: U64 | int, number: U64 | int, index: int, attempt: int, lanes: int) -> U64:
    """Return (4, lanes) uint64 Philox counters: draw number, object number, sample index, attempt."""
    counter = np.empty((4, lanes), dtype=np.uint64)
    counter[0] = draw
    counter[1] = number
    counter[2] = index
    counter[3] = attempt
    return counter


def unit(words: U64) -> F64:
    """Return float64 in [0, 1) from the upper 53 bits of each word; every multiple of 2**-53 is as likely."""
    return np.asarray((words >> _DROPPED_BITS) * _TO_UNIT, dtype=np.float64)


_DEVICES = 1_000_003
"""Apart by so much are the numbers of two cameras of one rig: a project's own numbers are far below."""


@dataclass(frozen=True)
class KeyedDraws:
    """Random numbers for a plugin node. Fulfils `registry.Draws`.

    Attributes
    ----------
    index : int
        Of the picture.
    uid : str
        The node's permanent uid.
    scene : int or None
        Number of the scene, where several views share it; None is the index.
    view : int
        Which camera of the rig it is.
    """

    seed: int
    index: int
    attempt: int
    uid: str
    scene: int | None = None
    view: int = 0

    def of_the_world(self) -> KeyedDraws:
        """Return the draws that every view of one scene shares: for what is there whoever looks, such as a puddle."""
        return self if self.scene is None else KeyedDraws(self.seed, self.scene, self.attempt, self.uid)

    def device(self, number: int) -> int:
        """Return the number of this view's own sensor or lens, for the number that a project gives."""
        return number + self.view * _DEVICES

    def uniforms(self, name: str, number: int, count: int) -> F64:
        """Return (count,) float64 in [0, 1) for `name` of object `number`; a longer call starts with the shorter.

        Raises
        ------
        ValueError
            The name is empty, or number or count is negative.
        """
        if not name or number < 0 or count < 0:
            raise ValueError(f"uniforms needs a name and no negative numbers, not {name!r}, {number}, {count}")
        blocks = -(-count // 4)
        key = np.array([stream_key(self.seed, f"{self.uid}/{name}", PURPOSE_PLUGIN)], dtype=np.uint64).T
        counter = counters(np.arange(blocks, dtype=np.uint64), number, self.index, self.attempt, blocks)
        return unit(philox(counter, key).T.reshape(-1)[:count])
