"""Well-spread random numbers: scrambled Sobol points, a pair for every decision of a path, keyed by pixel and seed.

Stateless: a number follows from pixel, sample, decision and seed alone, so passes may be cut anywhere.
"""

from __future__ import annotations

from typing import Any

import drjit as dr
import mitsuba as mi

_PERMUTE = (0x6C50B47C, 0xB82F1E52, 0xC7AFE638, 0x8D22F6E6)
_PASCAL = ((16, 0xFFFF0000), (8, 0xFF00FF00), (4, 0xF0F0F0F0), (2, 0xCCCCCCCC), (1, 0xAAAAAAAA))


def hashed(*words: Any) -> Any:
    """Return a uint32 that mixes the words given: the finaliser of MurmurHash3 over a running sum."""
    state = mi.UInt32(0x9E3779B9)
    for word in words:
        state = state ^ (mi.UInt32(word) + 0x9E3779B9 + (state << 6) + (state >> 2))
        state ^= state >> 16
        state *= 0x85EBCA6B
        state ^= state >> 13
        state *= 0xC2B2AE35
        state ^= state >> 16
    return state


def unit_number(bits: Any) -> Any:
    """Return a float32 in [0, 1) of the upper 24 bits."""
    return mi.Float(bits >> 8) * (1.0 / 16777216.0)


def _scrambled(reversed_bits: Any, seed: Any) -> Any:
    """Return a nested uniform scramble of bits that stand in reverse (Laine and Karras 2011; Burley 2020)."""
    x = reversed_bits + seed
    for word in _PERMUTE:
        x ^= x * word
    return x


def pair(key: Any, sample: Any, decision: Any) -> tuple[Any, Any]:
    """Return the two numbers in [0, 1) of one decision of one sample of a pixel.

    The first two Sobol dimensions, Owen-scrambled and shuffled for every decision by hashes (Burley, "Practical
    hash-based Owen scrambling", 2020): any 2^k samples of a pixel in a row from a multiple of 2^k are well spread.

    Parameters
    ----------
    key : UInt32
        Of pixel and seed.
    sample, decision : UInt32
    """
    seed = hashed(key, decision)
    index = dr.brev(_scrambled(dr.brev(sample), seed))
    pascal = mi.UInt32(index)
    for shift, mask in _PASCAL:
        pascal ^= (pascal & mask) >> shift
    second = hashed(seed, 0x68BC21EB)
    third = hashed(seed, 0x02E5BE93)
    return unit_number(dr.brev(_scrambled(index, second))), unit_number(dr.brev(_scrambled(pascal, third)))
