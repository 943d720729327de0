"""The head of a job on a cluster: it begins the dataset, cuts the job into shards, watches, and finishes it.

It makes no sample and keeps no database: where the job stands lies in the shared folder, as receipts. So the same
dataset can be gone on with on another cluster, or on this machine.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from myriorama.app.cluster.messages import ShardReport, ShardRequest
from myriorama.app.cluster.tasks import Cluster, TaskLostError
from myriorama.app.dataset.layout import partial_of, quarantine_of
from myriorama.app.dataset.receipts import read_receipt, receipt_numbers
from myriorama.app.production.job import (
    JobCancelledError,
    JobHeldError,
    JobResult,
    JobSettings,
    Progress,
    discard_unfinished,
    refuse_taken_place,
    snapshot_of,
)
from myriorama.app.render_queue.merging import merge_shards
from myriorama.app.render_queue.reconcile import begin_dataset
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.scenes.errors import InputError, MyrioramaError

_LOOK_EVERY_S: Final = 1.0
_LOOKING_SHARE: Final = 0.05
_SHARDS_A_SLOT: Final = 4
_WORTH_A_SHARD: Final = 64
_LOST_AT_MOST: Final = 5
_STOPS_WITHIN_S: Final = 120.0
_RECENT: Final = 30


def run_on_cluster(
    settings: JobSettings,
    cluster: Cluster,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> JobResult:
    """Make a dataset on a cluster whose machines all see the folder of `settings.out`; the bytes are a local run's.

    Parameters
    ----------
    settings : JobSettings
        `workers` is the number of render processes of each shard.
    progress : callable or None
        Told about once a second.
    stop : callable or None
        Asked as often; True ends the job after the samples under way.

    Raises
    ------
    InputError
        The project, a setting or a machine is not acceptable.
    DeviceError
        A machine has no OpenGL device.
    JobCancelledError
        `stop` asked for it.
    JobHeldError
        Too many samples failed.
    MyrioramaError
        A shard was lost again and again.
    """
    started = time.perf_counter()
    snapshot = snapshot_of(settings)
    if settings.cache_folder is None:
        snapshot = replace(snapshot, cache_folder="").named()  # each machine has its own
    refuse_taken_place(settings, snapshot)
    if not partial_of(settings.out.absolute()).is_dir():
        begin_dataset(snapshot)
    head = _Head(snapshot, settings.workers, cluster, progress, stop or (lambda: False))
    try:
        return replace(head.run(), seconds=time.perf_counter() - started)
    except MyrioramaError:
        if not settings.resume and head.watch.done == 0:
            discard_unfinished(Path(snapshot.out))
        raise


def cut(snapshot: JobSnapshot, slots: int) -> tuple[JobSnapshot, ...]:
    """Return the shards of a job: a few a slot, so that a slow machine holds nobody up, and none of them tiny."""
    samples = len(snapshot.samples)
    number = min(samples, max(slots, min(_SHARDS_A_SLOT * slots, samples // _WORTH_A_SHARD)))
    return tuple(replace(snapshot, shard=(k + 1, number)).named() for k in range(number))


class Watch:
    """What the shared folder says of a job: how many samples are done, how fast, how large."""

    def __init__(self, snapshot: JobSnapshot) -> None:
        self._snapshot = snapshot
        self._partial = partial_of(Path(snapshot.out))
        self._quarantine = quarantine_of(Path(snapshot.out))
        self._seen: set[int] = set()
        self._moments: deque[tuple[float, int]] = deque(maxlen=_RECENT)
        self._next_s = 0.0
        self.bytes = 0

    @property
    def done(self) -> int:
        """Samples that have a receipt."""
        return len(self._seen)

    def look(self, *, force: bool = False) -> Progress | None:
        """Return where the job stands; None where the last look was a moment ago."""
        now = time.monotonic()
        if now < self._next_s and not force:
            return None
        for index in receipt_numbers(self._partial):
            if index not in self._seen:
                receipt = read_receipt(self._partial, index)
                if receipt is not None:
                    self._seen.add(index)
                    self.bytes += receipt.bytes
        failed = sum(1 for _ in self._quarantine.iterdir()) if self._quarantine.is_dir() else 0
        self._moments.append((now, self.done))
        spent = time.monotonic() - now
        self._next_s = now + max(_LOOK_EVERY_S, spent / _LOOKING_SHARE)
        total = len(self._snapshot.samples)
        rate = self._rate()
        left = max(0, total - self.done - failed)
        return Progress(
            min(total, self.done + failed), total, failed, rate, left / rate if rate > 0 else None, self.bytes
        )

    def _rate(self) -> float:
        (first_s, first), (last_s, last) = self._moments[0], self._moments[-1]
        return (last - first) / (last_s - first_s) if last_s > first_s else 0.0


class _Head:
    """One run: which shard is where, and what came back."""

    def __init__(
        self,
        snapshot: JobSnapshot,
        workers: int,
        cluster: Cluster,
        progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool],
    ) -> None:
        self._snapshot = snapshot
        self._workers = workers
        self._cluster = cluster
        self._progress = progress
        self._stop = stop
        self._out = Path(snapshot.out)
        self._refused: Counter[str] = Counter()
        self._placed_short: Counter[str] = Counter()
        self._timings_ms: defaultdict[str, float] = defaultdict(float)
        self.watch = Watch(snapshot)

    def run(self) -> JobResult:
        shards = cut(self._snapshot, self._cluster.slots(self._workers))
        self._make(shards)
        try:
            merged = merge_shards(self._out)
        except InputError:
            self._make(shards)  # files that were damaged meanwhile are made again: once, not for ever
            merged = merge_shards(self._out)
        return JobResult(
            folder=self._out,
            written=merged.written,
            quarantined=merged.quarantined,
            refused=dict(self._refused),
            seconds=0.0,
            placed_short=dict(self._placed_short),
            timings_ms={name: float(ms) for name, ms in self._timings_ms.items()},
        )

    def _make(self, shards: tuple[JobSnapshot, ...]) -> None:
        """Have every shard made; a lost one is made again, wherever there is room."""
        running: dict[Any, JobSnapshot] = {}
        lost: Counter[str] = Counter()

        def start(shard: JobSnapshot) -> None:
            handle = self._cluster.submit(ShardRequest(shard.to_text(), self._workers).to_text(), self._workers)
            running[handle] = shard

        try:
            for shard in shards:
                start(shard)
            while running:
                for handle, report in list(self._ended(running)):
                    shard = running.pop(handle)
                    if report.ending == "lost":
                        lost[shard.id] += 1
                        if lost[shard.id] >= _LOST_AT_MOST:
                            raise MyrioramaError(f"a shard was lost {_LOST_AT_MOST} times: {report.told}")
                        start(shard)
                    else:
                        self._take(report)
                self._tell()
                if running and self._stop():
                    raise JobCancelledError(self._out, self.watch.done)
            self._tell(force=True)
        except BaseException:
            self._end(running)
            raise

    def _ended(self, running: dict[Any, JobSnapshot]) -> Iterator[tuple[Any, ShardReport]]:
        for handle in self._cluster.ended(tuple(running), _LOOK_EVERY_S):
            try:
                yield handle, ShardReport.from_text(self._cluster.result(handle))
            except TaskLostError as error:
                yield handle, ShardReport("lost", str(error))

    def _take(self, report: ShardReport) -> None:
        """Add what a shard counted.

        Raises
        ------
        MyrioramaError
            It did not finish, and no other attempt would.
        """
        self._refused.update(report.refused)
        self._placed_short.update(report.placed_short)
        for stage, spent in report.timings_ms.items():
            self._timings_ms[stage] += spent
        if report.ending == "refused":
            raise report.to_error()
        if report.ending in ("failures", "failed fast"):
            raise JobHeldError(self._out, report.told)
        if report.ending != "finished":
            raise JobCancelledError(self._out, self.watch.done)

    def _tell(self, *, force: bool = False) -> None:
        where = self.watch.look(force=force)
        if where is not None and self._progress is not None:
            self._progress(where)

    def _end(self, running: dict[Any, JobSnapshot]) -> None:
        """Ask every shard to stop, and wait for it: what it is about to write is worth keeping."""
        for handle in running:
            self._cluster.cancel(handle)
        until_s = time.monotonic() + _STOPS_WITHIN_S
        left = list(running)
        while left and time.monotonic() < until_s:
            gone = self._cluster.ended(tuple(left), _LOOK_EVERY_S)
            left = [handle for handle in left if handle not in gone]
        self.watch.look(force=True)
