"""Sets of sample numbers as spans, so that a hundred thousand without a few take no room.

It holds numbers; what they are samples of is not its affair.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from myriorama.scenes.errors import InputError, Problem


@dataclass(frozen=True)
class SampleSet:
    """Sample numbers as ascending, disjoint, half-open spans: 100,000 minus a few rejected ones stay small."""

    spans: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        last = 0
        for start, stop in self.spans:
            if not last <= start < stop:
                raise ValueError(f"spans must be ascending and not empty: {self.spans[:5]}")
            last = stop

    @staticmethod
    def of(numbers: Iterable[int]) -> SampleSet:
        """Return the set of some numbers, in any order."""
        spans: list[list[int]] = []
        for n in sorted(set(numbers)):
            if spans and spans[-1][1] == n:
                spans[-1][1] = n + 1
            else:
                spans.append([n, n + 1])
        return SampleSet(tuple((a, b) for a, b in spans))

    @staticmethod
    def between(start: int, stop: int, without: Iterable[int] = ()) -> SampleSet:
        """Return start, ..., stop - 1 without some."""
        spans, at = [], start
        for n in sorted(set(without)):
            if at <= n < stop:
                if at < n:
                    spans.append((at, n))
                at = n + 1
        if at < stop:
            spans.append((at, stop))
        return SampleSet(tuple(spans))

    def shard(self, number: int, of: int) -> SampleSet:
        """Return every `of`-th member, beginning with the `number`-th (from 1).

        Raises
        ------
        InputError
            Not 1 <= number <= of.
        """
        if not 1 <= number <= of:
            raise InputError(Problem("shard", "there is no such shard", f"{number}/{of}", "i/n with 1 <= i <= n"))
        return SampleSet.of(n for k, n in enumerate(self) if k % of == number - 1)

    def __iter__(self) -> Iterator[int]:
        for start, stop in self.spans:
            yield from range(start, stop)

    def __len__(self) -> int:
        return self._size

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        place = bisect_right(self._starts, number) - 1
        return place >= 0 and number < self.spans[place][1]

    @cached_property
    def _size(self) -> int:
        return sum(stop - start for start, stop in self.spans)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        """Where the spans begin; a shard's set has as many spans as samples."""
        return tuple(start for start, _ in self.spans)
