"""What becomes of each sample: written, tried again, or kept apart. The one place where a job's state moves on.

It holds the database, the dataset and the counts together; it talks to no worker.
"""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path
from typing import Any, Final, Literal, cast

from myriorama.app.dataset.folder import SYNC_EVERY, DatasetFolder
from myriorama.app.dataset.quarantine import Quarantined, quarantine_sample
from myriorama.app.production.messages import Outcome
from myriorama.app.render_queue.policy import FailureWindow, verdict
from myriorama.app.render_queue.reconcile import reconcile
from myriorama.app.render_queue.states import CAUSES, Cause, SampleState
from myriorama.app.render_queue.store import JobStore, Lease
from myriorama.app.render_queue.tally import Tally

Ending = Literal["finished", "paused", "cancelled", "failures", "failed fast"]
_SETTLE_EVERY_S: Final = 1.0
_LATELY: Final = 20
"""Deaths of workers that are looked back on to tell a bad sample from a bad machine."""


class NoRoomError(Exception):
    """The disk is full. Nothing is wrong with any sample.

    Attributes
    ----------
    wanted_bytes : int
        That must be free to go on, where this is known.
    """

    def __init__(self, text: str, wanted_bytes: int = 0) -> None:
        super().__init__(text)
        self.wanted_bytes = wanted_bytes


class Settlement:
    """The samples of one drive.

    Attributes
    ----------
    alone : deque of int
        Samples that ran out of memory: to be made with the machine to themselves.
    """

    def __init__(self, store: JobStore, dataset: DatasetFolder, tally: Tally) -> None:
        self.store = store
        self.dataset = dataset
        self.tally = tally
        self.alone: deque[int] = deque(row.index for row in store.rows(SampleState.QUEUED, failed_for="memory"))
        self._died: dict[Cause, deque[int]] = {}
        self._window = FailureWindow()
        self._settled_at = 0.0
        self._unsettled = 0

    def start_again(self) -> None:
        """Hold the database, the dataset and the disk against each other, after something went wrong half-way."""
        self._unsettled = 0
        reconcile(self.store, self.dataset)
        self.tally.stand(self.store.counts())

    def may_fail_again(self, lease: Lease) -> bool:
        """Return whether a plugin's failure now would be tried again."""
        failures = self.store.row(lease.index).failures
        return verdict("plugin", {**failures, "plugin": failures.get("plugin", 0) + 1}) != "quarantine"

    def outcome(self, lease: Lease, outcome: Outcome, took_ms: int) -> Ending | None:
        """Take in what a worker says of a sample; returns why the job must stop, or None.

        Raises
        ------
        NoRoomError
            There was no room for its files.
        """
        if outcome.status == "disk_full":
            self.store.give_back(lease)
            raise NoRoomError(outcome.reason)
        if outcome.status == "done":
            if not self._take(lease, took_ms, outcome):
                return self.fail(lease, "io", "its files are not there as it was reported")
            return None
        cause = cast("Cause", outcome.cause if outcome.cause in CAUSES else "plugin")
        if outcome.status == "failed":
            return self.fail(lease, cause, outcome.reason)
        key = str(outcome.receipt.get("key", ""))
        reasons = tuple(str(reason) for reason in outcome.receipt.get("reasons", (outcome.reason,)))
        if not self.store.failed(lease, cause, outcome.reason, SampleState.QUARANTINED, key):
            return None
        self.dataset.add_quarantined(Quarantined(lease.index, key, reasons))
        self.tally.quarantined(cause, outcome)
        return self._count_failure()

    def found_whole(self, lease: Lease) -> bool:
        """Take in a sample whose worker ended between its last file and its last word."""
        return self._take(lease, 0, None, hashed=True)

    def fail(self, lease: Lease, cause: Cause, text: str, *, outside: bool = False) -> Ending | None:
        """Note a failure and decide what follows.

        Parameters
        ----------
        outside : bool
            The sample can hardly have caused it.
        """
        if not self.store.in_force(lease):
            return None
        failures = dict(self.store.row(lease.index).failures)
        failures[cause] = failures.get(cause, 0) + 1
        died = self._died.setdefault(cause, deque(maxlen=_LATELY))
        died.append(lease.index)
        what = verdict(cause, failures, outside=outside or len(set(died) - {lease.index}) >= 2)
        if what == "quarantine":
            told = f"{CAUSES[cause]}: {text}"
            entry = quarantine_sample(self.dataset.path, lease.index, (told,), self._recipe(lease.index))
            self.store.failed(lease, cause, told, SampleState.QUARANTINED, entry.key)
            self.dataset.add_quarantined(entry)
            self.tally.quarantined(cause, Outcome(lease.index, "quarantined", told, cause))
            return self._count_failure()
        self.store.failed(lease, cause, text, SampleState.QUEUED)
        self.tally.again(cause)
        if what == "again alone":
            self.alone.append(lease.index)
        return None

    def settle(self, *, force: bool = False) -> None:
        """Sync the dataset's folders, and only then call what was written done."""
        now = time.monotonic()
        due = self._unsettled >= SYNC_EVERY or now - self._settled_at >= _SETTLE_EVERY_S
        if not force and (not self._unsettled or not due):
            return
        self._settled_at = now
        self._unsettled = 0
        if not self.dataset.synced:
            self.dataset.sync()
        self.store.settle_written()

    def _take(self, lease: Lease, took_ms: int, outcome: Outcome | None, *, hashed: bool = False) -> bool:
        receipt = self.dataset.accept(lease.index, hashed=hashed)
        if receipt is None:
            return False
        if self.store.written(lease, receipt.key, receipt.bytes, took_ms):
            self.dataset.commit(receipt, checked=True)
            self._unsettled += 1
            self.tally.made(outcome, receipt.bytes, took_ms)
            self._window = self._window.add(False)
        return True

    def _count_failure(self) -> Ending | None:
        self._window = self._window.add(True)
        if self.store.snapshot.fail_fast:
            self._hold("a sample failed, and the job was to stop at the first")
            return "failed fast"
        if self._window.too_many:
            self._hold(f"too many of the last samples failed: {self.tally.causes_told()}")
            return "failures"
        return None

    def _hold(self, told: str) -> None:
        self.store.set_fact("hold", "failures")
        self.store.set_fact("told", told)

    def _recipe(self, index: int) -> Any:
        """Return the recipe of a sample that no worker survives, or None where it cannot be drawn."""
        from myriorama.app.assets.store import FileAssetStore
        from myriorama.plugins.registry import registry_with
        from myriorama.scenes.drawing.plan import compile_plan
        from myriorama.scenes.project.load import parse_project

        snapshot = self.store.snapshot
        roots = tuple(Path(root) for root in snapshot.asset_roots)
        cache = Path(snapshot.cache_folder) if snapshot.cache_folder else None
        try:
            assets = FileAssetStore(Path(snapshot.project_folder), extra_roots=roots, cache_folder=cache)
            registry = registry_with(snapshot.grants)  # drawing needs declarations and runs no plugin
            return compile_plan(parse_project(snapshot.project_text), registry, assets).draw(index)
        except Exception:  # noqa: BLE001 - what ends workers may keep it from being drawn; it is kept without a recipe
            return None
