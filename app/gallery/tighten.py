"""What sets rejected samples apart from picked ones, parameter by parameter, and the narrower range that follows.

It proposes; the project changes only where a person says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from myriorama.app.browsing.table import FactsTable
from myriorama.app.document.addresses import read, write
from myriorama.app.gallery.axes import Runner
from myriorama.app.inspection.candidates import refusal
from myriorama.scenes.conventions import F64
from myriorama.scenes.project.model import Project

EXCLUDED: Final = 0.9
"""Share of the rejected values that a proposal leaves out."""
FEWEST: Final = 3
"""With fewer rejected samples, or fewer to keep, there is no proposal: it would be chance."""
_STEPS: Final = 1000
"""Ends of a proposed range are rounded to a thousandth of the range that was."""
_PAIRS: Final = ("uniform", "log_uniform", "integers", "even")
_RANGED: Final = (*_PAIRS, "even_group", "normal", "curve")


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was drawn for the samples that were judged, of one parameter.

    Attributes
    ----------
    kept, rejected : (N,) float64
        Drawn values: of samples to keep, and of rejected ones; several of one sample where it is drawn per object.
    kept_samples, rejected_samples : int
    """

    runner: Runner
    kept: F64
    rejected: F64
    kept_samples: int
    rejected_samples: int


@dataclass(frozen=True)
class Proposal:
    """A narrower range.

    Attributes
    ----------
    low, high : float
        New ends.
    kept, excluded : float
        Shares in [0, 1]: of the values to keep that lie inside, and of the rejected ones that lie outside.
    """

    low: float
    high: float
    kept: float
    excluded: float

    @property
    def gain(self) -> float:
        """How much better than chance: 1 keeps all and excludes all, 0 keeps as much as it excludes."""
        return self.kept + self.excluded - 1.0


def gathered(
    runners: Iterable[Runner], table: FactsTable, kept: frozenset[int], rejected: frozenset[int]
) -> list[Evidence]:
    """Return the drawn values of judged samples for every number among the runners; stale facts are left out."""
    out: list[Evidence] = []
    for runner in runners:
        if runner.kind == "word":
            continue
        indices, values = table.values(runner.column)
        if not len(indices) or values.dtype == object:
            continue
        fresh = ~table.stale(indices)
        indices, numbers = indices[fresh], values[fresh].astype(np.float64)
        inside = np.isin(indices, list(kept))
        outside = np.isin(indices, list(rejected))
        out.append(
            Evidence(
                runner,
                numbers[inside],
                numbers[outside],
                len(np.unique(indices[inside])),
                len(np.unique(indices[outside])),
            )
        )
    return out


def can_tighten(written: Any) -> str:
    """Return why a written value's range cannot be cut; empty where it can."""
    if not isinstance(written, Mapping):
        return "it does not vary"
    words = [word for word in _RANGED if word in written]
    if words:
        return ""
    if "beta" in written:
        return "a beta distribution changes its shape with its ends; make it a curve or uniform first"
    if "linked" in written:
        return "it follows other values; tighten those"
    return "it has no range from low to high"


def propose(
    low: float, high: float, kept: F64, rejected: F64, *, whole: bool = False, exclude: float = EXCLUDED
) -> Proposal | None:
    """Return the range inside [low, high] that excludes at least a share of the rejected and keeps most of the others.

    Of all ranges that leave out `exclude` of the rejected values it is the one with the most values to keep inside,
    and of those the widest. None where there is no such range that keeps anything, or nothing to cut.

    Parameters
    ----------
    kept, rejected : (N,) float64
    whole : bool
        The ends are whole numbers.
    """
    if not len(kept) or not len(rejected) or not low < high:
        return None
    values, counts = _counted(kept, rejected)
    allowed = math.floor((1.0 - exclude) * len(rejected) + 1e-9)
    best: tuple[int, float, float, float] | None = None
    first = bad = good = 0
    for last in range(len(values)):
        good += int(counts[last, 0])
        bad += int(counts[last, 1])
        while bad > allowed and first <= last:
            good -= int(counts[first, 0])
            bad -= int(counts[first, 1])
            first += 1
        if first > last or not good:
            continue
        start = low if first == 0 else _between(values[first - 1], values[first], low, high, whole, up=True)
        end = high if last == len(values) - 1 else _between(values[last], values[last + 1], low, high, whole, up=False)
        if start < end or (whole and start == end):
            found = (good, end - start, start, end)
            best = max(best, found) if best is not None else found
    if best is None or (best[2] <= low and best[3] >= high):
        return None
    start, end = best[2], best[3]
    return Proposal(start, end, _share(kept, start, end), 1.0 - _share(rejected, start, end))


def tightened(written: Mapping[str, Any], low: float, high: float) -> dict[str, Any]:
    """Return a distribution, as a project file writes it, cut to [low, high]; its shape inside stays.

    Raises
    ------
    ValueError
        It is none whose range can be cut; see `can_tighten`.
    """
    reason = can_tighten(written)
    if reason:
        raise ValueError(reason)
    word = next(word for word in _RANGED if word in written)
    body = written[word]
    out = dict(written)
    if word in _PAIRS:
        out[word] = [_as(body[0], low), _as(body[1], high)]
    elif word == "even_group":
        out[word] = {**body, "range": [_as(body["range"][0], low), _as(body["range"][1], high)]}
    elif word == "normal":
        out[word] = {**body, "low": low, "high": high}
    else:
        out[word] = _cut_curve(body, low, high)
    return out


def with_range(project: Project, runner: Runner, low: float, high: float) -> Project:
    """Return the project with the range of one value cut to [low, high].

    Raises
    ------
    ValueError
        The value has no range to cut, or does not accept this one.
    """
    whole = read(project, runner.address)
    if runner.component is None or isinstance(whole, Mapping):
        value: Any = tightened(whole, low, high)
    else:
        value = list(whole)
        value[runner.component] = tightened(whole[runner.component], low, high)
    reason = refusal(value, runner.declaration, per_object=runner.per_object)
    if reason:
        raise ValueError(f"{runner.title}: {reason}")
    return write(project, runner.address, value)


def written_of(project: Project, runner: Runner) -> Any:
    """Return what the project writes for a runner: of its component, where it is one of several numbers."""
    value = read(project, runner.address)
    if runner.component is not None and isinstance(value, list | tuple):
        return value[runner.component]
    return value


def proposal_for(project: Project, evidence: Evidence, exclude: float = EXCLUDED) -> Proposal | str:
    """Return the proposal for a parameter, or why there is none."""
    runner = evidence.runner
    reason = can_tighten(written_of(project, runner))
    if reason:
        return reason
    if evidence.rejected_samples < FEWEST or evidence.kept_samples < FEWEST:
        return f"too few samples: at least {FEWEST} rejected and {FEWEST} others are needed"
    found = propose(
        runner.low, runner.high, evidence.kept, evidence.rejected, whole=runner.kind == "whole", exclude=exclude
    )
    return found if found is not None else "no range of it leaves the rejected out and keeps others"


def _counted(kept: F64, rejected: F64) -> tuple[list[float], npt.NDArray[np.int64]]:
    """Return the values that occur, rising, and (N, 2) how often among the kept and the rejected."""
    values, place = np.unique(np.concatenate([kept, rejected]), return_inverse=True)
    counts = np.zeros((len(values), 2), dtype=np.int64)
    np.add.at(counts[:, 0], place[: len(kept)], 1)
    np.add.at(counts[:, 1], place[len(kept) :], 1)
    return values.tolist(), counts


def _between(below: float, above: float, low: float, high: float, whole: bool, *, up: bool) -> float:
    """Return a round number between two neighbours: the end of a range that has one of them inside."""
    if whole:
        return math.ceil(above - 1e-9) if up else math.floor(below + 1e-9)
    middle = 0.5 * (below + above)
    step = 10.0 ** math.floor(math.log10((high - low) / _STEPS))
    while step > 0.0:
        near = round(middle / step) * step
        near = round(near, max(0, -math.floor(math.log10(step))))
        if below < near < above:
            return min(max(near, low), high)
        step /= 10.0
        if step < (above - below) / 100.0 or step < 1e-300:
            break
    return min(max(middle, low), high)


def _share(values: F64, low: float, high: float) -> float:
    return float(np.mean((values >= low) & (values <= high)))


def _as(model: Any, number: float) -> float | int:
    """Whole numbers stay whole in the file where they were."""
    return int(number) if isinstance(model, int) and float(number).is_integer() else number


def _cut_curve(points: Sequence[Sequence[float]], low: float, high: float) -> list[list[float]]:
    inside = [[float(x), float(y)] for x, y in points if low < x < high]
    return [[low, _height(points, low)], *inside, [high, _height(points, high)]]


def _height(points: Sequence[Sequence[float]], x: float) -> float:
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= x <= x1:
            return float(y1) if x1 == x0 else float(y0) + (float(y1) - float(y0)) * (x - x0) / (x1 - x0)
    return 0.0
