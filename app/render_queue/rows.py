"""A sample's row in a job's database: its values, its checksum, and the lease that gives the right to change it.

It opens no database.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from myriorama.app.render_queue.states import Cause, SampleState

_BETWEEN: Final = "\x1f"
COLUMNS: Final = "idx, state, attempt, token, cause, reason, key, bytes, ms, failures"


@dataclass(frozen=True)
class Lease:
    """The right to make one sample once. A report under an older token changes nothing."""

    index: int
    attempt: int
    token: int


@dataclass(frozen=True)
class SampleRow:
    """Where one sample stands.

    Attributes
    ----------
    attempt : int
        How often it was leased.
    bytes : int
        Of its files, once written.
    ms : int
        Wall milliseconds that it took.
    failures : mapping
        Cause -> how often.
    """

    index: int
    state: SampleState
    attempt: int
    token: int
    cause: Cause
    reason: str
    key: str
    bytes: int
    ms: int
    failures: Mapping[Cause, int]


def queued(index: int) -> SampleRow:
    """Return the row of a sample of which nothing is known."""
    return SampleRow(index, SampleState.QUEUED, 0, 0, "", "", "", 0, 0, {})


def moved(row: SampleRow, state: SampleState) -> SampleRow:
    """Return a row in another state."""
    return replace(row, state=state)


def sealed(row: SampleRow) -> tuple[Any, ...]:
    """Return the values of a row in the order of `COLUMNS`, and their checksum."""
    failures = json.dumps(dict(row.failures), sort_keys=True) if row.failures else "{}"
    plain = (row.index, int(row.state), row.attempt, row.token, row.cause, row.reason, row.key, row.bytes, row.ms)
    return (*plain, failures, crc((*plain, failures)))


def unsealed(values: Sequence[Any]) -> SampleRow | None:
    """Return the row of stored values with their checksum; None where they do not fit together."""
    if values[-1] != crc(values[:-1]):
        return None
    index, state, attempt, token, cause, reason, key, size, ms, failures, _ = values
    counted = cast("dict[Cause, int]", json.loads(failures) if failures != "{}" else {})
    return SampleRow(index, SampleState(state), attempt, token, cause, reason, key, size, ms, counted)


def crc(columns: Sequence[Any]) -> int:
    """Return the checksum of stored values."""
    return zlib.crc32(_BETWEEN.join(map(str, columns)).encode("utf-8", "surrogatepass"))
