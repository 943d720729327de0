"""Even coverage without knowing how many samples there will be: scrambled Sobol sequences.

A sample's index is first shuffled inside its dyadic blocks by a key, then turned into a point of a Sobol sequence,
and each coordinate is scrambled by a key of its own (Owen, "Randomly permuted (t,m,s)-nets", 1995). Both steps are
the same nested permutation: a bit is flipped by a coin that depends on all bits above it, and the coins are Philox
words. So every block of 2**k samples that starts at a multiple of 2**k is even, while two shuffles are unrelated.

It refuses more than 16 joint dimensions: beyond that a joint sequence is no better than independent draws at the
sizes of real datasets.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.parameters.philox import U64, philox
from myriorama.scenes.parameters.streams import counters

MAX_DIMENSIONS: Final = 16
_BITS: Final = 32
_LEVELS: Final = 8
"""Levels of the permutation's tree per Philox block: 255 coins, of 256 bits."""

_INITIAL: Final[tuple[tuple[int, tuple[int, ...]], ...]] = (
    # (primitive polynomial over GF(2), initial direction integers) of dimensions 1 to 15; dimension 0 is van der
    # Corput's. The integers were searched for low t-values of all two-dimensional projections at 2**4 to 2**10
    # points; tests hold the result.
    (0b11, (1,)),
    (0b111, (1, 1)),
    (0b1011, (1, 3, 1)),
    (0b1101, (1, 1, 5)),
    (0b10011, (1, 3, 3, 11)),
    (0b11001, (1, 3, 7, 13)),
    (0b100101, (1, 3, 5, 3, 27)),
    (0b101001, (1, 1, 5, 1, 21)),
    (0b101111, (1, 1, 3, 9, 7)),
    (0b110111, (1, 3, 1, 5, 21)),
    (0b111011, (1, 3, 5, 13, 19)),
    (0b111101, (1, 3, 1, 7, 11)),
    (0b1000011, (1, 3, 1, 9, 9, 17)),
    (0b1011011, (1, 3, 3, 7, 29, 9)),
    (0b1100001, (1, 1, 3, 3, 5, 49)),
)


@cache
def direction_numbers() -> U64:
    """Return (16, 32) uint64: per dimension, what each bit of the index contributes, as 32-bit fractions.

    By the recurrence of Bratley and Fox, "Algorithm 659" (ACM TOMS 14, 1988).
    """
    table = [[1 << (_BITS - 1 - j) for j in range(_BITS)]]
    for polynomial, initial in _INITIAL:
        degree = polynomial.bit_length() - 1
        row = [m << (_BITS - 1 - j) for j, m in enumerate(initial)]
        for j in range(degree, _BITS):
            value = row[j - degree] ^ (row[j - degree] >> degree)
            for k in range(1, degree):
                if polynomial >> (degree - k) & 1:
                    value ^= row[j - k]
            row.append(value)
        table.append(row)
    return np.array(table, dtype=np.uint64)


def sobol(index: U64, dimension: U64) -> U64:
    """Return 32-bit Sobol fractions.

    Parameters
    ----------
    index : (N,) uint64
        Below 2**32.
    dimension : (N,) uint64
        Below MAX_DIMENSIONS.
    """
    bits = (index[:, None] >> np.arange(_BITS, dtype=np.uint64)) & np.uint64(1)
    return np.asarray(np.bitwise_xor.reduce(direction_numbers()[dimension] * bits, axis=1), dtype=np.uint64)


def nested_permutation(values: U64, key: U64, number: U64, index_high: int, attempt: int) -> U64:
    """Permute 32-bit values so that two that share their leading k bits still do, and all else is random.

    Parameters
    ----------
    values : (N,) uint64
        Below 2**32.
    key : (2, N) uint64
    number : (N,) uint64
        Object numbers; with `index_high` and `attempt` they choose an independent permutation.
    """
    lanes = len(values)
    blocks = _BITS // _LEVELS
    block = np.arange(blocks, dtype=np.uint64)
    shift = np.uint64(_BITS) - np.uint64(_LEVELS) * block
    above = values[:, None] >> shift
    node_of_block = (above * np.uint64(blocks) + block).reshape(-1)
    counter = counters(node_of_block, np.repeat(number, blocks), index_high, attempt, lanes * blocks)
    coins = philox(counter, np.repeat(key, blocks, axis=1))
    byte = ((values[:, None] >> (shift - np.uint64(_LEVELS))) & np.uint64(0xFF)).reshape(-1)
    flips = np.zeros(lanes * blocks, dtype=np.uint64)
    lane = np.arange(lanes * blocks)
    for level in range(_LEVELS):
        # Heap order: the node reached by the byte's leading bits, 1 at the root, below 256 at the last level.
        node = (np.uint64(1) << np.uint64(level)) | (byte >> np.uint64(_LEVELS - level))
        word = coins[(node >> np.uint64(6)).astype(np.intp), lane]
        coin = (word >> (node & np.uint64(63))) & np.uint64(1)
        flips |= coin << np.uint64(_LEVELS - 1 - level)
    weight = np.uint64(_LEVELS) * (np.uint64(blocks - 1) - block)
    return np.asarray(values ^ np.bitwise_or.reduce(flips.reshape(lanes, blocks) << weight, axis=1), dtype=np.uint64)


def even_units(
    index: int, attempt: int, number: U64, shuffle_key: U64, scramble_key: U64, dimension: U64, words: U64
) -> F64:
    """Return (N,) float64 in [0, 1): one coordinate of an even sequence per lane.

    Parameters
    ----------
    index, attempt : int
        Each attempt has an even sequence of its own.
    number : (N,) uint64
        Each object number has an even sequence of its own.
    shuffle_key : (2, N) uint64
        Shared by the parameters of one joint sequence.
    scramble_key : (2, N) uint64
        The parameter's own.
    words : (N,) uint64
        Random bits for what lies below the 32 scrambled ones.
    """
    index_high = index >> _BITS
    start = np.full(len(number), index & (2**_BITS - 1), dtype=np.uint64)
    shuffled = nested_permutation(start, shuffle_key, number, index_high, attempt)
    scrambled = nested_permutation(sobol(shuffled, dimension), scramble_key, number, index_high, attempt)
    fraction = (scrambled << np.uint64(21)) | (words >> np.uint64(43))
    return np.asarray(fraction * 2.0**-53, dtype=np.float64)
