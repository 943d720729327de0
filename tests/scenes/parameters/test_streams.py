"""Keyed streams: what they depend on, what they do not, and the words that must never change."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from myriorama.scenes.parameters.streams import KeyedDraws, key_columns, stream_key, unit


@given(st.integers(0, 2**64 - 1), st.text(max_size=40).filter(lambda t: t.isprintable()))
def test_key_is_blake2b_of_seed_and_path(seed: int, path: str) -> None:
    digest = blake2b(seed.to_bytes(8, "little") + path.encode(), digest_size=16, person=b"myr.parameter").digest()
    low, high = stream_key(seed, path)
    assert (low + (high << 64)).to_bytes(16, "little") == digest


def test_keys_of_many_paths_are_the_keys_of_each() -> None:
    columns = key_columns(5, ["a/x", "b/y"])
    assert columns.shape == (2, 2)
    assert [tuple(int(v) for v in column) for column in columns.T] == [stream_key(5, "a/x"), stream_key(5, "b/y")]
    assert key_columns(5, []).shape == (2, 0)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_has_64_bits(seed: int) -> None:
    with pytest.raises(ValueError, match="a seed lies"):
        stream_key(seed, "a")


def test_unit_covers_zero_but_never_one() -> None:
    words = np.array([0, 2**11 - 1, 2**64 - 1], dtype=np.uint64)
    assert unit(words).tolist() == [0.0, 0.0, 1.0 - 2.0**-53]


def test_everything_in_the_address_matters_and_nothing_else() -> None:
    base = (0, 0, 0, "node")
    first = KeyedDraws(*base).uniforms("where", 0, 8).tolist()
    assert first == KeyedDraws(*base).uniforms("where", 0, 8).tolist()
    others = [
        KeyedDraws(1, 0, 0, "node").uniforms("where", 0, 8),
        KeyedDraws(0, 1, 0, "node").uniforms("where", 0, 8),
        KeyedDraws(0, 0, 1, "node").uniforms("where", 0, 8),
        KeyedDraws(0, 0, 0, "other").uniforms("where", 0, 8),
        KeyedDraws(*base).uniforms("else", 0, 8),
        KeyedDraws(*base).uniforms("where", 1, 8),
    ]
    every = {tuple(values) for values in [first, *(o.tolist() for o in others)]}
    assert len(every) == len(others) + 1


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_longer_call_starts_with_the_shorter(a: int, b: int) -> None:
    draws = KeyedDraws(7, 3, 0, "node")
    few, many = sorted((a, b))
    assert draws.uniforms("x", 2, many)[:few].tolist() == draws.uniforms("x", 2, few).tolist()


def test_uniform_and_unrelated_between_objects() -> None:
    draws = KeyedDraws(11, 5, 0, "scatter")
    rows = np.array([draws.uniforms("place", number, 10) for number in range(1000)])
    assert stats.kstest(rows.reshape(-1), "uniform").pvalue > 0.001
    assert np.abs(np.corrcoef(rows.T) - np.eye(10)).max() < 4.5 / np.sqrt(1000)


@pytest.mark.parametrize(("name", "number", "count"), [("", 0, 1), ("x", -1, 1), ("x", 0, -1)])
def test_senseless_requests_are_refused(name: str, number: int, count: int) -> None:
    with pytest.raises(ValueError, match="needs a name"):
        KeyedDraws(0, 0, 0, "u").uniforms(name, number, count)


def test_plugin_streams_are_frozen_for_ever() -> None:
    """Recorded once: another value here means that every dataset drawn before can no longer be drawn again."""
    assert KeyedDraws(0, 0, 0, "a").uniforms("x", 0, 5).tolist() == [
        0.7672614064874516,
        0.3231008725970943,
        0.744076970691479,
        0.43728205106016693,
        0.4799114985383184,
    ]
