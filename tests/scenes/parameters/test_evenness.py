"""Even sequences: every aligned block of 2**k samples is even, and parameters stay unrelated to each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from myriorama.scenes.parameters.evenness import (
    MAX_DIMENSIONS,
    direction_numbers,
    even_units,
    nested_permutation,
    sobol,
)
from myriorama.scenes.parameters.philox import philox
from myriorama.scenes.parameters.streams import PURPOSE_SCRAMBLE, PURPOSE_SHUFFLE, counters, key_columns

LEVEL = 0.001


def sequence(count: int, paths: list[str], start: int = 0, *, joint: bool = False, attempt: int = 0) -> np.ndarray:
    """(count, parameters) even numbers of consecutive samples, drawn one sample at a time."""
    n = len(paths)
    zero = np.zeros(n, dtype=np.uint64)
    shuffle = key_columns(1, ["group"] * n if joint else paths, PURPOSE_SHUFFLE)
    scramble = key_columns(1, paths, PURPOSE_SCRAMBLE)
    dimension = np.arange(n, dtype=np.uint64) if joint else zero
    own = key_columns(1, paths)
    return np.array(
        [
            even_units(i, attempt, zero, shuffle, scramble, dimension, philox(counters(0, zero, i, attempt, n), own)[0])
            for i in range(start, start + count)
        ]
    )


@pytest.mark.parametrize("start", [0, 1024, 3 * 1024, 2**32 - 1024, 2**40])
def test_every_aligned_block_is_even(start: int) -> None:
    values = sequence(1024, ["a/x", "b/y"], start)
    for k in range(11):
        size = 2**k
        for at in range(0, 1024, size):
            strata = np.sort(np.floor(values[at : at + size] * size).astype(int), axis=0)
            assert (strata == np.arange(size)[:, None]).all(), (k, at)


def test_independent_draws_are_not_even() -> None:
    """The demand above means something: independent numbers fail it."""
    values = philox(counters(0, 0, 0, 0, 16) + np.arange(16, dtype=np.uint64), key_columns(1, ["a"]))[0] / 2.0**64
    assert len(set(np.floor(values * 16).astype(int))) < 16


def test_pairs_of_parameters_are_unrelated() -> None:
    paths = [f"node{i}/x" for i in range(6)]
    values = sequence(2048, paths)
    for i, j in itertools.combinations(range(6), 2):
        cells = np.histogram2d(values[:, i], values[:, j], bins=8, range=[[0, 1], [0, 1]])[0]
        assert stats.chisquare(cells.reshape(-1)).pvalue > LEVEL, (i, j)


def test_without_the_shuffle_pairs_would_be_related() -> None:
    """Why the index is shuffled: scrambled alone, the leading bits of two parameters always agree or never do."""
    values = sequence(2048, ["a/x", "b/y"])
    index = np.arange(2048, dtype=np.uint64)
    zero = np.zeros(2048, dtype=np.uint64)
    unshuffled = [
        nested_permutation(sobol(index, zero), np.repeat(key_columns(1, [p]), 2048, axis=1), zero, 0, 0) / 2.0**32
        for p in ("a/x", "b/y")
    ]
    cells = np.histogram2d(*unshuffled, bins=8, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(cells.reshape(-1)).pvalue < 1e-9
    assert abs(np.mean((values[:, 0] < 0.5) == (values[:, 1] < 0.5)) - 0.5) < 0.05


def test_joint_sequence_is_even_jointly() -> None:
    values = sequence(256, ["a/x", "b/y"], joint=True)
    for block in (values[:256], values[:64], values[64:128]):
        side = int(np.sqrt(len(block)))
        for columns in (side, side * 2, side // 2):
            rows = len(block) // columns
            cells = np.histogram2d(block[:, 0], block[:, 1], bins=(columns, rows), range=[[0, 1], [0, 1]])[0]
            assert (cells == 1).all()


def test_every_dimension_of_a_joint_sequence_is_even_and_no_pair_is_related() -> None:
    values = sequence(1024, [f"n/{i}" for i in range(MAX_DIMENSIONS)], joint=True)
    for i in range(MAX_DIMENSIONS):
        assert len(set(np.floor(values[:, i] * 1024).astype(int))) == 1024
    for i, j in itertools.combinations(range(MAX_DIMENSIONS), 2):
        cells = np.histogram2d(values[:, i], values[:, j], bins=8, range=[[0, 1], [0, 1]])[0]
        assert (cells == 16).all(), (i, j)


def test_attempts_and_objects_have_sequences_of_their_own() -> None:
    first, second = sequence(512, ["a/x"]), sequence(512, ["a/x"], attempt=1)
    assert len(set(np.floor(second[:, 0] * 512).astype(int))) == 512
    cells = np.histogram2d(first[:, 0], second[:, 0], bins=4, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(cells.reshape(-1)).pvalue > LEVEL


def test_values_fill_their_strata_uniformly() -> None:
    values = sequence(4096, ["a/x"])[:, 0]
    assert stats.kstest(values * 4096 % 1.0, "uniform").pvalue > LEVEL


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=12, unique=True), st.integers(0, 99))
def test_nested_permutation_keeps_the_length_of_common_prefixes(values: list[int], key: int) -> None:
    n = len(values)
    keys = np.repeat(np.array([[key], [7]], dtype=np.uint64), n, axis=1)
    mixed = nested_permutation(np.array(values, dtype=np.uint64), keys, np.zeros(n, dtype=np.uint64), 0, 0).tolist()
    for (a, x), (b, y) in itertools.combinations(zip(values, mixed, strict=True), 2):
        assert (a ^ b).bit_length() == (x ^ y).bit_length()


def test_first_two_dimensions_are_those_of_every_sobol_sequence() -> None:
    """Against scipy's table, which begins with the same two whatever the initial integers of the others."""
    expected = np.array([[0.0, 0.0], [0.5, 0.5], [0.75, 0.25], [0.25, 0.75], [0.375, 0.375], [0.875, 0.875]])
    gray = np.array([i ^ (i >> 1) for i in range(6)], dtype=np.uint64)
    for dimension in range(2):
        ours = sobol(gray, np.full(6, dimension, dtype=np.uint64)) / 2.0**32
        assert ours == pytest.approx(expected[:, dimension])


def t_value(a: list[int], b: list[int], m: int) -> int:
    """How many bits two dimensions fall short of a perfect net of 2**m points: by rank over GF(2)."""
    for k in range(m, 0, -1):
        if all(rank(a[:i] + b[: k - i]) == k for i in range(k + 1)):
            return m - k
    return m


def rank(rows: list[int]) -> int:
    basis: dict[int, int] = {}
    for row in rows:
        while row:
            top = row.bit_length()
            if top not in basis:
                basis[top] = row
                break
            row ^= basis[top]
    return len(basis)


def test_all_projections_on_two_dimensions_are_good() -> None:
    table = direction_numbers()
    for m in (4, 8, 10):
        matrices = [[sum(((int(v[j]) >> (31 - r)) & 1) << j for j in range(m)) for r in range(m)] for v in table]
        assert all(rank(matrix) == m for matrix in matrices)
        worst = max(t_value(a, b, m) for a, b in itertools.combinations(matrices, 2))
        assert worst <= 4, (m, worst)
