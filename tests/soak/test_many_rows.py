"""The queue's own work for a job of very many samples whose files cost nothing: no step grows faster than the job."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from myriorama.app.dataset.atomic import write_file
from myriorama.app.dataset.folder import DatasetFolder
from myriorama.app.dataset.layout import record_path
from myriorama.app.dataset.manifest import read_manifest
from myriorama.app.dataset.receipts import Receipt, write_receipt
from myriorama.app.production.job import JobSettings, snapshot_of
from myriorama.app.production.messages import Outcome
from myriorama.app.render_queue.jobs import Jobs
from myriorama.app.render_queue.merging import merge
from myriorama.app.render_queue.reconcile import open_job
from myriorama.app.render_queue.settlement import Settlement
from myriorama.app.render_queue.tally import Tally

pytestmark = pytest.mark.alone

RECORD: dict[str, Any] = {
    "labels": [], "annotations": [], "hidden": [], "files": {}, "surfaces": [], "image": {}, "drawn": {},
}  # fmt: skip


class Clock:
    """CPU seconds of this process by step."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        before = time.process_time()
        yield
        self.spent_s[name] = self.spent_s.get(name, 0.0) + time.process_time() - before


def write_null(dataset: DatasetFolder, index: int) -> None:
    """Write what a worker writes, of a sample of which nothing is to be told."""
    content = json.dumps({"index": index, **RECORD}).encode()
    entry = write_file(dataset.partial, record_path(index), (content,), durable=False)
    write_receipt(dataset.partial, Receipt(index, f"{index:08d}-{0:016x}", "none", (entry,), 0, 0), durable=False)


def make_null_samples(jobs: Jobs, job: str, clock: Clock) -> None:
    store, dataset = open_job(jobs.folder_of(job), durable=False)
    assert dataset is not None
    settlement = Settlement(store, dataset, Tally())
    while True:
        with clock.step("lease"):
            leases = store.lease(4)
        if not leases:
            break
        for lease in leases:
            write_null(dataset, lease.index)
            with clock.step("settle"):
                assert settlement.outcome(lease, Outcome(lease.index, "done"), 4) is None
                settlement.settle()
    settlement.settle(force=True)
    store.close()


def go_through(project: Path, folder: Path, samples: int, *, shards: int = 1) -> tuple[dict[str, float], float]:
    """Return CPU seconds by step, and MiB by which memory grew while the dataset was finished."""
    clock = Clock()
    settings = JobSettings(project, samples, folder / "set", formats=("raw",))
    whole = snapshot_of(settings)
    for number in range(1, shards + 1):
        shard = whole if shards == 1 else replace(whole, shard=(number, shards)).named()
        jobs = Jobs(folder / f"queue{number}")
        with clock.step("create"):
            entry = jobs.add(shard)
        make_null_samples(jobs, entry.id, clock)
        with clock.step("resume"):
            store, dataset = open_job(jobs.folder_of(entry.id), durable=False)
        assert dataset is not None
        assert dataset.missing == ()
        store.close()
    before = psutil.Process().memory_info().rss
    with clock.step("finish"):
        merge(folder / "set")
    grown = (psutil.Process().memory_info().rss - before) / 2**20
    assert len(read_manifest(folder / "set").samples) == samples
    print({name: round(s, 2) for name, s in clock.spent_s.items()}, f"{samples} samples, +{grown:.0f} MiB")
    return clock.spent_s, grown


@pytest.mark.parametrize("shards", [1, 2])
def test_thousands(tiny_project: Path, tmp_path: Path, shards: int) -> None:
    """The limits are those of 100,000 samples, times twenty for a slow machine; anything quadratic is far above."""
    samples = 4000
    spent_s, grown = go_through(tiny_project, tmp_path, samples, shards=shards)
    share = 20 * samples / 100_000
    assert spent_s["create"] <= 5.0 * share
    assert spent_s["lease"] + spent_s["settle"] <= 0.020 * samples
    assert spent_s["resume"] <= 3.0 * share
    assert spent_s["finish"] <= 120.0 * share
    assert grown <= 50


@pytest.mark.long
def test_a_hundred_thousand(tiny_project: Path, tmp_path: Path) -> None:
    spent_s, grown = go_through(tiny_project, tmp_path, 100_000)
    assert spent_s["create"] <= 5.0
    assert (spent_s["lease"] + spent_s["settle"]) / 100_000 <= 0.002
    assert spent_s["resume"] <= 3.0
    assert spent_s["finish"] <= 120.0
    assert grown <= 50 + 100, "the manifest is written as a stream, and read back once"
