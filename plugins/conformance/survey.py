"""Runs one plugin over many draws and keeps what the laws said: first failures, counts, times, hashes.

Results are looked at and let go: two hundred large objects are never in memory at once.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any, Final

from myriorama.plugins.conformance.digest import array_bytes, digest
from myriorama.plugins.conformance.drawing import Draw
from myriorama.plugins.conformance.global_state import GlobalState
from myriorama.plugins.conformance.options import Options
from myriorama.plugins.conformance.probing import Place, Probe, blamed


@dataclass(frozen=True)
class Failure:
    """The first draw that broke a law, and how many did."""

    message: str
    values: Mapping[str, Any]
    place: Place
    count: int = 1


@dataclass
class Survey:
    """What was seen over all draws.

    Attributes
    ----------
    calls : int
        Draws that were run.
    failures : dict of str to Failure
        By check name; what is not in it was kept by every draw.
    law_ms : dict of str to float
        Wall milliseconds that each law's test took.
    cpu_ms : list of float
        CPU milliseconds of each call that returned, with its draw number.
    heaviest : (int, int)
        Bytes of the largest result, and its draw number.
    digests : list of str
        Of the first results; empty text where the plugin raised.
    """

    calls: int = 0
    wall_ms: float = 0.0
    failures: dict[str, Failure] = field(default_factory=dict)
    law_ms: dict[str, float] = field(default_factory=dict)
    cpu_ms: list[tuple[float, int]] = field(default_factory=list)
    heaviest: tuple[int, int] = (0, 0)
    digests: list[str] = field(default_factory=list)

    def fail(self, check: str, message: str, draw: Draw, place: Place) -> None:
        """Keep a failure; the first of each check is told, the others counted."""
        known = self.failures.get(check)
        if known is not None:
            self.failures[check] = replace(known, count=known.count + 1)
        else:
            self.failures[check] = Failure(message, draw.told(), place)


RUNS: Final = "runs_inside_limits"
TWICE: Final = "same_seed_twice"
STATE: Final = "global_state_untouched"


def run_survey(
    probe: Probe, options: Options, files: Sequence[Path], begun: Callable[[int], None] | None = None
) -> Survey:
    """Return what was seen over ``options.draws`` draws of a plugin.

    Parameters
    ----------
    begun : callable or None
        Told the number of each draw before it is run: where the process ends, the last one was at fault.
    """
    seen = Survey()
    state = GlobalState()
    started = time.perf_counter()
    method = probe.place()
    for number in range(options.draws):
        draw = probe.draw(number)
        if begun is not None:
            begun(number)
        result = _called(probe, draw, seen, files)
        for change in state.quick_changes():
            seen.fail(STATE, change, draw, method)
            state = GlobalState()
        if number < options.repeats:
            seen.digests.append(_digest(result, draw, seen, method))
        if result is None:
            continue
        size = array_bytes(result)
        seen.heaviest = max(seen.heaviest, (size, number))
        _judge(probe, draw, result, seen, method)
    for change in state.changes():
        seen.fail(STATE, change, probe.draw(0), method)
    _run_again(probe, options, seen, files, method)
    seen.wall_ms = (time.perf_counter() - started) * 1e3
    return seen


def digests_of(probe: Probe, options: Options) -> list[str]:
    """Return the hashes of the first results, and nothing else: what another process compares with."""
    seen = Survey()
    out = []
    for number in range(min(options.repeats, options.draws)):
        draw = probe.draw(number)
        out.append(_digest(_called(probe, draw, seen, ()), draw, seen, Place()))
    return out


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError inside the code that runs longer, so that its line is told; where the system has no such
    timer, or another thread runs, the host's own limit is left to end it.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"one call took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def _called(probe: Probe, draw: Draw, seen: Survey, files: Sequence[Path]) -> Any:
    """Return the plugin's result, or None after keeping why there is none."""
    seen.calls += 1
    before = time.process_time()
    try:
        with time_limit(probe.options.call_s):
            result = probe.call(draw)
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises is what we are here to tell
        place = blamed(error, files)
        seen.fail(RUNS, f"it raised {type(error).__name__}: {error}", draw, place if place.line else probe.place())
        return None
    seen.cpu_ms.append(((time.process_time() - before) * 1e3, draw.number))
    if result is None:
        seen.fail(RUNS, f"{probe.method} returned None", draw, probe.place())
    return result


def _judge(probe: Probe, draw: Draw, result: Any, seen: Survey, method: Place) -> None:
    for number, (name, law) in enumerate(probe.laws.items()):
        before = time.perf_counter()
        try:
            wrong = law(probe, draw, result)
        except Exception as error:  # noqa: BLE001 - a result so odd that a law cannot read it breaks the law
            wrong = f"the result cannot be read: {type(error).__name__}: {error}"
        seen.law_ms[name] = seen.law_ms.get(name, 0.0) + (time.perf_counter() - before) * 1e3
        if wrong:
            seen.fail(name, wrong, draw, method)
            if number == 0:  # what is not even sound need not be measured
                return


def _digest(result: Any, draw: Draw, seen: Survey, method: Place) -> str:
    if result is None:
        return ""
    try:
        return digest(result)
    except TypeError as error:
        seen.fail(TWICE, str(error), draw, method)
        return ""


def _run_again(probe: Probe, options: Options, seen: Survey, files: Sequence[Path], method: Place) -> None:
    """Run the first draws once more, backwards: what was called before must make no difference."""
    again = Survey()
    for number in reversed(range(len(seen.digests))):
        draw = probe.draw(number)
        result = _called(probe, draw, again, files)
        if _digest(result, draw, again, method) != seen.digests[number]:
            seen.fail(TWICE, "the same values gave another result the second time", draw, method)
