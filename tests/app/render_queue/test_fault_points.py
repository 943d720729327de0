"""Every named fault point, with every failure, at its first hits, in the driver and in a worker.

I1: a folder without ``.partial`` is complete and verified.  I2: what the database calls done lies on the disk with its
exact bytes.  I3: a sample made again has the same bytes.
"""

from __future__ import annotations

import itertools
import signal
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.dataset import faults
from myriorama.app.dataset.layout import RECEIPTS, partial_of, receipts_aside
from myriorama.app.dataset.receipts import holds, read_receipt
from myriorama.app.dataset.verify import verify
from myriorama.app.render_queue.states import SampleState
from myriorama.app.render_queue.store import JobStore
from myriorama.scenes.errors import MyrioramaError

SAMPLES = 18  # more than are settled in one go
WORKERS_POINTS = tuple(p for p in faults.POINTS if p.startswith(("file.", "receipt.")))
ALL = [(p, n, what) for p in faults.POINTS for n in range(1, 6) for what in ("kill", "ENOSPC", "EIO")]
# in every run each point, its failure and its hit differing from point to point; the last steps with each failure
FEW = [(p, 1 + 2 * k % 5, ("kill", "ENOSPC", "EIO")[k % 3]) for k, p in enumerate(faults.POINTS)]
FEW += [(p, 1, what) for p in faults.POINTS if p.startswith("finalize.") for what in ("kill", "ENOSPC", "EIO")]
FEW = sorted(set(FEW))
FEW_OF_WORKERS = [
    (p, 1 + (2 * k + 1) % 5, ("kill", "ENOSPC", "EIO")[(k + 1) % 3]) for k, p in enumerate(WORKERS_POINTS)
]
LONG = [case for case in ALL if case not in FEW]


@pytest.fixture(autouse=True)
def disarmed() -> Any:
    yield
    faults.arm("")


def assert_invariants(yard: Any, entry: Any) -> None:
    out = Path(entry.out)
    if out.exists():
        assert verify(out).findings == ()
        assert not partial_of(out).exists()
        return
    if receipts_aside(out).exists():  # for the moment between the last file and the name
        receipts_aside(out).rename(partial_of(out) / RECEIPTS)
    with JobStore.open_for_reading(yard.jobs.folder_of(entry.id)) as store:
        for row in store.rows(SampleState.DONE):
            receipt = read_receipt(partial_of(out), row.index)
            assert receipt is not None
            assert receipt.key == row.key
            assert holds(partial_of(out), receipt, hashed=True)


def in_the_driver(yard: Any, calm_sets: Any, tree: Any, point: str, nth: int, what: str) -> None:
    entry = yard.add(count=SAMPLES, workers=1)
    process = yard.process(entry, f"{point}:{nth}:{what}")
    process.join(60)
    assert process.exitcode is not None, "the driver hangs"
    ended, told = process.exitcode, yard.answer
    if what == "kill":
        assert ended == -signal.SIGKILL or told == "finished"
    elif what == "ENOSPC":
        # a full disk is waited for, or told where the job is only being opened
        assert told == "finished" or "full" in told, told
    else:
        assert told == "finished" or (told.startswith("error: ") and "fault point" in told), told
    aside = receipts_aside(Path(entry.out)).exists() and partial_of(Path(entry.out)).exists()
    assert_invariants(yard, entry)
    if aside:
        (partial_of(Path(entry.out)) / RECEIPTS).rename(receipts_aside(Path(entry.out)))
    if told != "finished":
        again = yard.process(entry)
        again.join(60)
        assert yard.answer == "finished", yard.answer
    yard.same(Path(entry.out), calm_sets(SAMPLES))
    assert yard.jobs.view(entry).state == "finished"


def in_a_worker(yard: Any, calm_sets: Any, point: str, nth: int, what: str) -> None:
    yard.behave(fault=f"{point}:{nth}:{what}")
    entry = yard.add(count=SAMPLES, workers=1)
    driver = yard.driver(entry)
    assert driver.run() == "finished"
    assert (yard.home / "fault.once").exists(), "no worker was armed"
    retries = dict(driver.tally.retries)
    if what == "EIO":
        assert retries == {"io": 1}
    elif what == "kill":
        # a worker that dies after its last file has made its sample
        assert retries in ({"signal": 1}, {})
        assert retries or point in ("receipt.after_rename", "file.after_rename")
    else:
        assert retries == {}
    assert driver.tally.failed == 0
    yard.same(Path(entry.out), calm_sets(SAMPLES))
    assert verify(Path(entry.out)).findings == ()


@pytest.mark.parametrize(("point", "nth", "what"), FEW)
def test_the_driver_fails(yard: Any, calm_sets: Any, tree: Any, point: str, nth: int, what: str) -> None:
    in_the_driver(yard, calm_sets, tree, point, nth, what)


@pytest.mark.long
@pytest.mark.parametrize(("point", "nth", "what"), LONG)
def test_the_driver_fails_everywhere(yard: Any, calm_sets: Any, tree: Any, point: str, nth: int, what: str) -> None:
    in_the_driver(yard, calm_sets, tree, point, nth, what)


@pytest.mark.parametrize(("point", "nth", "what"), FEW_OF_WORKERS)
def test_a_worker_fails(yard: Any, calm_sets: Any, point: str, nth: int, what: str) -> None:
    in_a_worker(yard, calm_sets, point, nth, what)


@pytest.mark.long
@pytest.mark.parametrize(("point", "nth", "what"), [case for case in ALL if case[0] in WORKERS_POINTS])
def test_a_worker_fails_everywhere(yard: Any, calm_sets: Any, point: str, nth: int, what: str) -> None:
    in_a_worker(yard, calm_sets, point, nth, what)


def test_an_error_of_the_disk_in_the_driver_is_told_and_kept(yard: Any, calm_sets: Any) -> None:
    entry = yard.add(count=SAMPLES, workers=1)
    faults.arm("folder.after_fsync:1:EIO")
    with pytest.raises(MyrioramaError, match=r"a file could not be read or written: .* resume the job"):
        yard.driver(entry).run()
    assert yard.jobs.view(entry).state == "interrupted"
    assert yard.driver(entry).run() == "finished"
    yard.same(Path(entry.out), calm_sets(SAMPLES))


def test_points_are_hit_in_the_order_of_the_protocol(yard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are synced before the database calls their samples done, and the manifest comes before the name."""
    seen: list[str] = []
    monkeypatch.setattr(faults, "point", seen.append)
    yard.make(count=4, workers=1)
    last_commit_before_manifest = seen[: seen.index("finalize.before_manifest")]
    # the first commit of samples as done comes after a sync of all the folders, whatever else is committed meanwhile
    assert "folder.after_fsync" in last_commit_before_manifest
    final = [p for p in seen if p.startswith("finalize.")]
    assert final == [
        "finalize.before_manifest",
        "finalize.after_manifest",
        "finalize.before_rename",
        "finalize.after_rename",
    ]
    between = seen[seen.index("finalize.after_manifest") : seen.index("finalize.before_rename")]
    assert "folder.after_fsync" in between, "the names must be safe before the folder gets its own"
    pairs = list(itertools.pairwise([p for p in seen if p.startswith("file.")]))
    assert ("file.after_write", "file.before_rename") not in pairs, "a file was renamed before it was synced"
