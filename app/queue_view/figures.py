"""A job as a row of figures and words, and what can be done with it now: read from a glimpse of the queue alone.

It asks nothing of the queue and remembers nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from myriorama.app.amounts import duration_text, size_text
from myriorama.app.render_queue.jobs import JobEntry
from myriorama.app.render_queue.service import Glimpse
from myriorama.app.render_queue.states import JobState, SampleState

Tone = Literal["", "dim", "accent", "good", "warning", "error"]
TONES: Final[dict[JobState, Tone]] = {
    "queued": "dim",
    "running": "accent",
    "pausing": "warning",
    "paused": "warning",
    "waiting for disk": "error",
    "too many failures": "error",
    "finalizing": "accent",
    "finished": "good",
    "cancelled": "dim",
    "interrupted": "warning",
    "damaged": "error",
}
"""The colour in which a state is told."""
WORDS: Final[dict[JobState, str]] = {
    "queued": "Waiting",
    "running": "Rendering",
    "pausing": "Pausing",
    "paused": "Paused",
    "waiting for disk": "Disk full",
    "too many failures": "Held: failures",
    "finalizing": "Finishing",
    "finished": "Finished",
    "cancelled": "Cancelled",
    "interrupted": "Interrupted",
    "damaged": "Damaged",
}
MEANINGS: Final[dict[JobState, str]] = {
    "queued": "No sample is made yet; its turn comes",
    "running": "Samples are being made",
    "pausing": "The samples under way are finished, then it waits",
    "paused": "It waits until it is resumed",
    "waiting for disk": "Its disk is full; it goes on by itself when there is room",
    "too many failures": "So many samples failed that it waits for a look at them",
    "finalizing": "Every byte is checked, then the dataset gets its name",
    "finished": "The dataset is complete and checked",
    "cancelled": "It was given up; what was written lies in the partial folder",
    "interrupted": "Nobody works on it: what did was ended. Nothing is lost; resume it",
    "damaged": "Its database does not hold together; resuming makes it anew from the files",
}

Doing = Literal["pause", "resume", "cancel", "again", "remove", "open", "reorder"]
_STOPPED: Final = ("paused", "too many failures", "interrupted", "cancelled", "damaged")


@dataclass(frozen=True)
class JobFigures:
    """A job as it is shown.

    Attributes
    ----------
    place : Path
        Where its files lie now: the dataset, or the partial folder.
    failed : int
        Failed and quarantined samples.
    left : int
        Samples that are neither written nor given up.
    expected_bytes : int or None
        Of the finished dataset, judged by what is written.
    workers : tuple of (int, int)
        Process id and bytes of memory of each worker that lives.
    told : str
        Why it stands as it does, where its driver said so.
    engine : str
        What makes its pictures, in words.
    forecast_s, forecast_error : float or None
        What the first samples promised in seconds, and how far that was off at the end, as a share of it.
    """

    id: str
    name: str
    out: Path
    state: JobState
    alive: bool
    done: int
    failed: int
    left: int
    priority: int
    images_per_s: float = 0.0
    seconds_left: float | None = None
    seconds_spread: float | None = None
    elapsed_s: float = 0.0
    bytes_written: int = 0
    expected_bytes: int | None = None
    free_bytes: int | None = None
    workers: tuple[tuple[int, int], ...] = ()
    told: str = ""
    causes: tuple[tuple[str, int], ...] = ()
    forecast_s: float | None = None
    forecast_bytes: int | None = None
    forecast_error: float | None = None
    stages_ms: tuple[tuple[str, float], ...] = ()
    engine: str = ""

    @property
    def total(self) -> int:
        return self.done + self.failed + self.left

    @property
    def fraction(self) -> float:
        """How much is settled, 0 to 1."""
        return (self.done + self.failed) / self.total if self.total else 0.0

    @property
    def place(self) -> Path:
        return self.out if self.state == "finished" else self.out.with_name(self.out.name + ".partial")

    @property
    def word(self) -> str:
        return WORDS[self.state]

    @property
    def meaning(self) -> str:
        """Why it stands as it does, as a sentence: its driver's words, else what the state means."""
        return self.told[:1].upper() + self.told[1:] if self.told else MEANINGS[self.state]

    def can(self, what: Doing) -> bool:
        """Tell whether something can be done with the job as it stands."""
        if what == "pause":
            return self.state in ("queued", "running", "waiting for disk", "interrupted")
        if what == "resume":
            return self.state in _STOPPED or (self.state == "pausing" and self.alive)
        if what == "cancel":
            return self.state not in ("finished", "cancelled", "finalizing")
        if what == "again":
            return self.failed > 0 and not self.alive
        if what == "remove":
            return not self.alive
        if what == "open":
            return self.state == "finished"
        return self.state != "finished"


def figures_of(glimpse: Glimpse) -> JobFigures:
    """Return the figures of a job."""
    view, tally, entry = glimpse.view, glimpse.tally, glimpse.view.entry
    counts = view.counts
    done = counts[SampleState.DONE] + counts[SampleState.WRITTEN]
    failed = counts[SampleState.FAILED] + counts[SampleState.QUARANTINED]
    left = counts[SampleState.QUEUED] + counts[SampleState.LEASED]
    moves = view.alive and view.state in ("running", "pausing")
    rate = float(tally.get("images_per_s") or 0.0)
    seconds = tally.get("seconds_left") if moves and view.state == "running" else None
    made_now = tally.get("done", 0) > 0
    forecast = glimpse.forecast
    return JobFigures(
        id=entry.id,
        name=entry.name,
        out=Path(entry.out),
        state=view.state,
        alive=view.alive,
        done=done,
        failed=failed,
        left=left,
        priority=entry.priority,
        images_per_s=rate if moves and made_now else 0.0,
        seconds_left=seconds,
        seconds_spread=tally.get("seconds_spread") if seconds is not None else None,
        elapsed_s=float(tally.get("elapsed_s") or 0.0),
        bytes_written=view.bytes_written,
        expected_bytes=round(view.bytes_written / done * (done + left)) if done else None,
        free_bytes=glimpse.free_bytes,
        workers=tuple((int(pid), int(size)) for pid, size in tally.get("workers", ())) if view.alive else (),
        told=glimpse.trouble or view.told,
        causes=tuple(sorted(tally.get("causes", {}).items(), key=lambda c: (-c[1], c[0]))),
        engine=glimpse.engine,
        forecast_s=forecast.get("seconds"),
        forecast_bytes=forecast.get("bytes"),
        forecast_error=tally.get("forecast_error") if view.state == "finished" else None,
        stages_ms=tuple(sorted(tally.get("timings_ms", {}).items(), key=lambda s: -s[1])),
    )


def samples_text(figures: JobFigures) -> str:
    """Return ``120 of 500, 3 failed``."""
    text = f"{figures.done:,} of {figures.total:,}"
    return text + (f", {figures.failed:,} failed" if figures.failed else "")


def left_text(figures: JobFigures) -> str:
    """Return the time left with its spread; empty where it cannot be told."""
    if figures.seconds_left is None:
        return ""
    text = _rough(figures.seconds_left)
    spread = figures.seconds_spread
    return f"{text} ± {_rough(spread)}" if spread else text


def _rough(seconds: float) -> str:
    """Return a duration to the minute where it is more than ten."""
    if seconds < 600 or seconds >= 3600:
        return duration_text(seconds)
    return f"{round(seconds / 60)} min"


def size_told(figures: JobFigures) -> str:
    """Return what is written and what is free: ``1.2 GB, 80 GB free``."""
    parts = [size_text(figures.bytes_written)] if figures.bytes_written else []
    if figures.free_bytes is not None and figures.state != "finished":
        parts.append(f"{size_text(figures.free_bytes)} free")
    return ", ".join(parts)


def workers_text(figures: JobFigures) -> str:
    """Return ``2, 610 MB``."""
    if not figures.workers:
        return ""
    return f"{len(figures.workers)}, {size_text(sum(size for _, size in figures.workers))}"


def room_short(figures: JobFigures) -> bool:
    """Tell whether what is still to be written is more than the disk has left."""
    if figures.expected_bytes is None or figures.free_bytes is None or figures.state in ("finished", "cancelled"):
        return False
    return figures.expected_bytes - figures.bytes_written > figures.free_bytes


def moved_to(entries: Sequence[JobFigures] | Sequence[JobEntry], job: str, before: str | None) -> int:
    """Return the priority that a job needs to stand before another one (None: last).

    Order goes by priority first, so a job that is put among others of another priority takes on the nearest one that
    keeps it there.
    """
    others = [e for e in entries if e.id != job]
    own = next(e.priority for e in entries if e.id == job)
    at = next((k for k, e in enumerate(others) if e.id == before), len(others))
    above = others[at - 1].priority if at > 0 else None
    below = others[at].priority if at < len(others) else None
    if above is not None and own > above:
        return above
    if below is not None and own < below:
        return below
    return own


def summary(rows: Sequence[JobFigures]) -> str:
    """Return one line about the whole queue."""
    at_work = [r for r in rows if r.alive and r.state != "waiting for disk"]
    for_room = sum(r.state == "waiting for disk" for r in rows)
    waiting = sum(r.state == "queued" for r in rows)
    stopped = sum(r.state in ("paused", "interrupted", "too many failures") for r in rows)
    parts = []
    if at_work:
        rate = sum(r.images_per_s for r in at_work)
        parts.append(f"{len(at_work)} rendering" + (f", {rate:.1f} images/s" if rate else ""))
    if for_room:
        parts.append(f"{for_room} {'waits' if for_room == 1 else 'wait'} for room on the disk")
    if waiting:
        parts.append(f"{waiting} waiting")
    if stopped:
        parts.append(f"{stopped} stopped")
    finished = sum(r.state == "finished" for r in rows)
    if finished:
        parts.append(f"{finished} finished")
    return " · ".join(parts)
