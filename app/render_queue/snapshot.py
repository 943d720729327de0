"""What a job is, fixed when it is made: nothing that happens to a project later changes it.

It is plain data with one canonical text; it reads no clock and no file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final

from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.rendering.frame import Quality

FORMAT: Final = "myriorama-job"
VERSION: Final = 1


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
        return sum(stop - start for start, stop in self.spans)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and any(start <= number < stop for start, stop in self.spans)


@dataclass(frozen=True)
class JobSnapshot:
    """An immutable job.

    Attributes
    ----------
    id : str
        16 hex digits: the hash of everything else.
    out : str
        Absolute path of the dataset to be.
    project_text : str
        The project file as it was.
    formats : mapping
        Writer -> option values.
    labels : tuple of str
        Annotators; empty for all.
    versions : mapping
        Program or library -> version: what may change a byte. A resume under other versions is refused.
    shard : (int, int) or None
        Which part of `samples` this job makes, (i, n) with i from 1; the whole set's files come with the merge.
    created : str
        When, ISO 8601 in UTC, given by whoever made it; the one date that a dataset may carry.
    fail_fast : bool
        Stop at the first sample that cannot be made.
    """

    name: str
    out: str
    project_text: str
    project_hash: str
    project_folder: str
    samples: SampleSet
    width: int
    height: int
    formats: Mapping[str, Mapping[str, Any]]
    labels: tuple[str, ...]
    quality: Quality
    versions: Mapping[str, str]
    seed: int
    engine: str = "raster"
    asset_roots: tuple[str, ...] = ()
    cache_folder: str = ""
    shard: tuple[int, int] | None = None
    created: str = ""
    fail_fast: bool = False
    id: str = ""
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def own(self) -> SampleSet:
        """The samples that this job itself makes."""
        return self.samples if self.shard is None else self.samples.shard(*self.shard)

    def named(self) -> JobSnapshot:
        """Return the snapshot with its id filled in."""
        return replace(self, id=blake2b(_canonical(self), digest_size=8).hexdigest())

    def to_text(self) -> str:
        """Return the canonical text, id included."""
        return json.dumps(_tree(self), sort_keys=True, separators=(",", ":"), allow_nan=False)


def snapshot_from_text(text: str) -> JobSnapshot:
    """Return the snapshot of a text.

    Raises
    ------
    InputError
        It is not one of ours, or was changed since it was made.
    """
    try:
        tree = json.loads(text)
        if tree.pop("format") != FORMAT or tree.pop("version") != VERSION:
            raise ValueError("another format or version")
        tree["samples"] = SampleSet(tuple((int(a), int(b)) for a, b in tree["samples"]))
        tree["shard"] = tuple(tree["shard"]) if tree["shard"] else None
        for name in ("labels", "asset_roots"):
            tree[name] = tuple(tree[name])
        snapshot = JobSnapshot(**tree)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(Problem("job", f"this is not a job's snapshot: {error}")) from error
    if snapshot.named().id != snapshot.id:
        raise InputError(Problem("job", "the snapshot was changed after it was made: its id does not fit"))
    return snapshot


def _tree(snapshot: JobSnapshot) -> dict[str, Any]:
    tree = asdict(replace(snapshot, formats={k: dict(v) for k, v in snapshot.formats.items()}, extra={}, versions={}))
    tree["versions"], tree["extra"] = dict(snapshot.versions), dict(snapshot.extra)
    tree["samples"] = [list(span) for span in snapshot.samples.spans]
    return {"format": FORMAT, "version": VERSION, **tree}


def _canonical(snapshot: JobSnapshot) -> bytes:
    tree = _tree(snapshot)
    del tree["id"]
    return json.dumps(tree, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
