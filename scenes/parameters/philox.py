"""Philox4x64-10, the counter-based generator, for many keys and counters at once.

The words are those of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), so any library's
Philox4x64 is an oracle for it. It keeps no state and refuses to know what a word is for.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

U64: TypeAlias = npt.NDArray[np.uint64]

ROUNDS: Final = 10
_MULTIPLIERS: Final = np.array([[0xD2E7470EE14C6C93], [0xCA5A826395121157]], dtype=np.uint64)
_MULTIPLIERS_LOW: Final = _MULTIPLIERS & np.uint64(0xFFFFFFFF)
_MULTIPLIERS_HIGH: Final = _MULTIPLIERS >> np.uint64(32)
_WEYL: Final = np.array([[0x9E3779B97F4A7C15], [0xBB67AE8584CAA73B]], dtype=np.uint64)
_LOW_HALF: Final = np.uint64(0xFFFFFFFF)
_HALF: Final = np.uint64(32)
_CHUNK: Final = 65536
"""Lanes per pass: bounds the memory of a huge request to a few megabytes of temporaries."""


def multiply_high(a: U64, b: U64 | np.uint64) -> U64:
    """Return the upper 64 bits of the 128-bit products ``a * b``, by 32-bit halves.

    Parameters
    ----------
    a, b : (...) uint64
        Broadcast against each other.
    """
    a_low, a_high = a & _LOW_HALF, a >> _HALF
    b_low, b_high = b & _LOW_HALF, b >> _HALF
    middle = a_high * b_low
    cross = ((a_low * b_low) >> _HALF) + (middle & _LOW_HALF) + a_low * b_high
    return np.asarray(a_high * b_high + (middle >> _HALF) + (cross >> _HALF), dtype=np.uint64)


def philox(counter: U64, key: U64) -> U64:
    """Return four random words per lane.

    Parameters
    ----------
    counter : (4, N) uint64
        One counter per lane; nothing is added to it first (numpy's generator adds 1 before its first block).
    key : (2, N) or (2, 1) uint64

    Returns
    -------
    (4, N) uint64
    """
    lanes = counter.shape[1]
    if lanes <= _CHUNK:
        return _rounds(counter, key)
    words = np.empty((4, lanes), dtype=np.uint64)
    for start in range(0, lanes, _CHUNK):
        part = slice(start, start + _CHUNK)
        words[:, part] = _rounds(counter[:, part], key if key.shape[1] == 1 else key[:, part])
    return words


def _rounds(counter: U64, key: U64) -> U64:
    # Words 0 and 2 are multiplied, words 1 and 3 mixed in, so both halves of a round are one array operation.
    multiplied = np.ascontiguousarray(counter[0::2])
    mixed = counter[1::2]
    keys = key
    shape = multiplied.shape
    low, high, first, second = (np.empty(shape, dtype=np.uint64) for _ in range(4))
    for number in range(ROUNDS):
        if number:
            keys = keys + _WEYL
        np.bitwise_and(multiplied, _LOW_HALF, out=low)
        np.right_shift(multiplied, _HALF, out=high)
        np.multiply(high, _MULTIPLIERS_LOW, out=first)
        np.multiply(low, _MULTIPLIERS_LOW, out=second)
        second >>= _HALF
        low *= _MULTIPLIERS_HIGH
        second += low
        np.bitwise_and(first, _LOW_HALF, out=low)
        second += low
        high *= _MULTIPLIERS_HIGH
        first >>= _HALF
        high += first
        second >>= _HALF
        high += second
        product = multiplied * _MULTIPLIERS
        # The high half of word 2's product meets word 1, that of word 0's meets word 3: hence the swap.
        multiplied = high[::-1] ^ mixed
        multiplied ^= keys
        mixed = product[::-1]
    words = np.empty((4, shape[1]), dtype=np.uint64)
    words[0::2] = multiplied
    words[1::2] = mixed
    return words
