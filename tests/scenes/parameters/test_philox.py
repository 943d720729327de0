"""Words of our Philox against numpy's own generator, and the high product against Python's integers."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from myriorama.scenes.parameters.philox import multiply_high, philox

WORD = st.integers(0, 2**64 - 1)


def numpy_block(counter: list[int], key: list[int]) -> list[int]:
    """Return the block of a counter as numpy draws it: it adds 1 to the 256-bit counter first, so take 1 away."""
    whole = (sum(word << (64 * i) for i, word in enumerate(counter)) - 1) % 2**256
    before = np.array([(whole >> (64 * i)) & (2**64 - 1) for i in range(4)], dtype=np.uint64)
    generator = np.random.Philox(key=np.array(key, dtype=np.uint64), counter=before)
    return [int(word) for word in generator.random_raw(4)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(*[WORD] * 6), min_size=1, max_size=8))
def test_words_are_numpys_words(lanes: list[tuple[int, ...]]) -> None:
    table = np.array(lanes, dtype=np.uint64).T
    words = philox(table[:4].copy(), table[4:].copy())
    for i, lane in enumerate(lanes):
        assert [int(w) for w in words[:, i]] == numpy_block(list(lane[:4]), list(lane[4:]))


def test_one_key_serves_many_counters() -> None:
    counter = np.arange(40, dtype=np.uint64).reshape(4, 10)
    key = np.array([[3], [2**63]], dtype=np.uint64)
    assert (philox(counter, key) == philox(counter, np.repeat(key, 10, axis=1))).all()


def test_long_requests_equal_short_ones() -> None:
    lanes = 70_000
    counter = np.zeros((4, lanes), dtype=np.uint64)
    counter[0] = np.arange(lanes)
    key = np.array([[1], [2]], dtype=np.uint64)
    words = philox(counter, key)
    for at in (0, 65_535, 65_536, lanes - 1):
        assert [int(w) for w in words[:, at]] == numpy_block([at, 0, 0, 0], [1, 2])


@given(WORD, WORD)
def test_high_product(a: int, b: int) -> None:
    found = multiply_high(np.array([a], dtype=np.uint64), np.array([b], dtype=np.uint64))
    assert int(found[0]) == (a * b) >> 64
