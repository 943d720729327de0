"""Sets of sample numbers obey the laws of Python's sets."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from myriorama.app.dataset.sampleset import SampleSet
from myriorama.scenes.errors import InputError

numbers = st.sets(st.integers(0, 300), max_size=80)


@given(st.lists(st.integers(0, 300), max_size=80))
def test_of_is_the_set_in_rising_order(given_numbers: list[int]) -> None:
    made = SampleSet.of(given_numbers)
    assert list(made) == sorted(set(given_numbers))
    assert len(made) == len(set(given_numbers))
    assert all((n in made) == (n in given_numbers) for n in range(-1, 302))
    assert SampleSet(made.spans) == made
    assert all(a[1] < b[0] for a, b in zip(made.spans, made.spans[1:], strict=False)), "spans that touch are one"


@given(st.integers(0, 200), st.integers(0, 200), numbers)
def test_between_leaves_out_what_it_is_told(start: int, count: int, without: set[int]) -> None:
    assert list(SampleSet.between(start, start + count, without)) == [
        n for n in range(start, start + count) if n not in without
    ]


@given(numbers, st.integers(1, 9))
def test_shards_are_a_partition(chosen: set[int], of: int) -> None:
    whole = SampleSet.of(chosen)
    parts = [whole.shard(k + 1, of) for k in range(of)]
    assert sorted(n for part in parts for n in part) == list(whole)
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 1, "shards must be of even size"


@pytest.mark.parametrize(("number", "of"), [(0, 3), (4, 3), (-1, 3), (1, 0)])
def test_there_is_no_such_shard(number: int, of: int) -> None:
    with pytest.raises(InputError):
        SampleSet.between(0, 10).shard(number, of)


@pytest.mark.parametrize("spans", [((3, 3),), ((5, 2),), ((0, 4), (2, 6)), ((4, 6), (0, 2)), ((-2, 3),)])
def test_spans_that_are_none_are_refused(spans: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="ascending"):
        SampleSet(spans)


def test_many_numbers_take_no_room() -> None:
    made = SampleSet.between(0, 10**9, without=(5, 10**8))
    assert len(made.spans) == 3
    assert len(made) == 10**9 - 2
    assert 10**8 not in made
    assert "5" not in made
