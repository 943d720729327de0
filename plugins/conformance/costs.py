"""What a plugin costs: CPU time, memory of a result, memory at the peak, and memory that never comes back.

It measures; the budgets are in `options`.
"""

from __future__ import annotations

import gc
import statistics
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import psutil

from myriorama.plugins.conformance.options import Budget
from myriorama.plugins.conformance.probing import NOWHERE, Place, Probe, line_at
from myriorama.plugins.conformance.survey import Survey, time_limit

MIB: Final = 2.0**20
_WARM_UP_SHARE: Final = 0.2
_SAMPLES: Final = 40
LEAK_KIB: Final = 8.0
"""Growth per call, KiB, under which nothing is said: caches and fragments of the allocator grow a little at first."""
_LEAST_GROWTH_MIB: Final = 3.0


@dataclass(frozen=True)
class Judgement:
    """What a measurement said. `number` is the draw that shows it."""

    ok: bool
    message: str
    number: int = 0
    place: Place = NOWHERE


def judge_time(seen: Survey, budget: Budget) -> Judgement:
    """Judge mean and worst CPU time of the calls, of which at least one returned."""
    # The mean, not the median: where the system counts CPU time in ticks, most short calls measure as nothing.
    mean = statistics.fmean(ms for ms, _ in seen.cpu_ms)
    worst, number = max(seen.cpu_ms)
    told = f"mean {mean:.3g} ms, worst {worst:.3g} ms of CPU"
    allowed = f"allowed: {budget.mean_ms:g} and {budget.worst_ms:g} ms"
    if mean > budget.mean_ms or worst > budget.worst_ms:
        return Judgement(False, f"{told}; {allowed}", number)
    return Judgement(True, told)


def judge_memory(probe: Probe, seen: Survey, budget: Budget) -> Judgement:
    """Judge the largest result, and the peak of the slowest and the largest call."""
    size, number = seen.heaviest
    if size > budget.result_mib * MIB:
        return Judgement(False, f"one result holds {size / MIB:.1f} MiB; allowed: {budget.result_mib:g} MiB", number)
    slowest = max(seen.cpu_ms)[1]
    peaks = [(_peak_mib(probe, n), n) for n in dict.fromkeys((0, number, slowest))]
    peak, number = max(peaks)
    told = f"largest result {size / MIB:.2f} MiB, peak {peak:.1f} MiB"
    if peak > budget.peak_mib:
        return Judgement(False, f"{told}; allowed at the peak: {budget.peak_mib:g} MiB", number)
    return Judgement(True, told)


def _peak_mib(probe: Probe, number: int) -> float:
    draw = probe.draw(number)
    gc.collect()
    tracemalloc.start()
    try:
        with time_limit(probe.options.call_s):
            probe.call(draw)
    except Exception:  # noqa: BLE001 - that it raises is told by another check; its memory counts all the same
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak / MIB


def judge_leak(probe: Probe, calls: int, files: Sequence[Path]) -> Judgement:
    """Judge whether memory grows from call to call, always with new values, after a warm-up.

    The growth is Theil and Sen's: the median slope over all pairs of samples, which single jumps do not move. What
    looks like a leak is confirmed by a second run that names the line which holds the memory.
    """
    first = calls
    slope, grown = _growth(probe, 0, calls)
    told = f"{slope:+.1f} KiB a call over {calls} calls"
    if not _leaks(slope, grown):
        return Judgement(True, told)
    holder, held_kib = _holder(probe, first, max(calls // 4, 20), files)
    if holder.line and held_kib > 1.0:
        return Judgement(False, f"memory grows by {slope:.1f} KiB a call; this line keeps it", 0, holder)
    slope, grown = _growth(probe, 2 * first, calls)
    if not _leaks(slope, grown):
        return Judgement(True, f"{told} at first, then {slope:+.1f}")
    return Judgement(False, f"memory grows by {slope:.1f} KiB a call; no line of Python keeps it: look in native code")


def _leaks(slope_kib: float, grown_mib: float) -> bool:
    return slope_kib > LEAK_KIB and grown_mib > _LEAST_GROWTH_MIB


def _growth(probe: Probe, first: int, calls: int) -> tuple[float, float]:
    """Return the slope in KiB a call and the growth in MiB between warm-up and end."""
    own = psutil.Process()
    warm_up, step = int(calls * _WARM_UP_SHARE), max(1, calls // _SAMPLES)
    at, rss = [], []
    for number in range(calls):
        _quietly(probe, first + number)
        if number >= warm_up and number % step == 0:
            gc.collect()
            at.append(number)
            rss.append(own.memory_info().rss / 1024.0)
    if len(at) < 3:
        return 0.0, 0.0
    x, y = np.array(at, dtype=np.float64), np.array(rss)
    i, j = np.triu_indices(len(x), k=1)
    slope = float(np.median((y[j] - y[i]) / (x[j] - x[i])))
    return slope, slope * (at[-1] - at[0]) / 1024.0


def _holder(probe: Probe, first: int, calls: int, files: Sequence[Path]) -> tuple[Place, float]:
    """Return the author's line that holds the most new memory, and how much a call, KiB."""
    own = [tracemalloc.Filter(True, str(file), all_frames=True) for file in files]
    tracemalloc.start(12)
    try:
        for number in range(calls // 4):
            _quietly(probe, first + number)
        gc.collect()
        before = tracemalloc.take_snapshot().filter_traces(own)
        for number in range(calls // 4, calls):
            _quietly(probe, first + number)
        gc.collect()
        after = tracemalloc.take_snapshot().filter_traces(own)
    finally:
        tracemalloc.stop()
    rows = after.compare_to(before, "traceback")
    names = {str(file) for file in files}
    for row in sorted(rows, key=lambda r: -r.size_diff):
        for frame in reversed(list(row.traceback)):
            if frame.filename in names:
                return line_at(Path(frame.filename), frame.lineno), row.size_diff / 1024.0 / (calls - calls // 4)
    return NOWHERE, 0.0


def _quietly(probe: Probe, number: int) -> None:
    draw = probe.draw(3 + number)
    try:
        with time_limit(probe.options.call_s):
            probe.call(draw)
    except Exception:  # noqa: BLE001 - that it raises is told by another check
        return
