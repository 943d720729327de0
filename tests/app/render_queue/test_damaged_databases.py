"""Databases cut, flipped, left without their log, protected or locked: nothing wrong in them is acted upon."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app.dataset.layout import partial_of, receipt_path
from myriorama.app.render_queue import database
from myriorama.app.render_queue.jobs import REGISTRY, Jobs
from myriorama.app.render_queue.reconcile import open_job
from myriorama.app.render_queue.states import SampleState
from myriorama.app.render_queue.store import DATABASE, SNAPSHOT, BusyError, DamagedError, JobStore
from myriorama.scenes.errors import InputError, MyrioramaError

SAMPLES = 60
BAD = 7  # breaks the label contract, so that there is a quarantined sample to find again


class HalfMade:
    """A job that was stopped half-way, kept so that every test can spoil a copy of it."""

    def __init__(self, yard: Any) -> None:
        self.yard = yard
        yard.behave(samples={str(BAD): "violation"})
        self.entry = yard.add(count=SAMPLES, workers=1)
        driver = yard.driver(self.entry, stop=lambda: driver.tally.done >= 25)
        assert driver.run() == "paused"
        self.folder: Path = yard.jobs.folder_of(self.entry.id)
        self.out = Path(self.entry.out)
        with JobStore.open_for_reading(self.folder) as store:
            self.honest = {row.index: (row.state, row.key) for row in store.rows()}
        self._kept = {p.name: p.read_bytes() for p in self.folder.iterdir() if p.is_file()}
        self.done = {i for i, (state, _) in self.honest.items() if state == SampleState.DONE}
        assert len(self.done) >= 25
        assert self.honest[BAD][0] == SampleState.QUARANTINED

    def restore(self) -> None:
        """Put the job's folder back to what it was; its dataset was not touched."""
        for path in self.folder.iterdir():
            path.unlink()
        for name, content in self._kept.items():
            (self.folder / name).write_bytes(content)

    def states(self) -> dict[int, tuple[SampleState, str]]:
        """Open the job as its driver does, and return what it then believes."""
        store, dataset = open_job(self.folder)
        assert dataset is not None
        with store:
            return {row.index: (row.state, row.key) for row in store.rows()}

    def believed(self) -> None:
        """Assert that what a driver believes now is what was true."""
        assert self.states() == self.honest

    @property
    def kept_aside(self) -> list[str]:
        return sorted(p.name for p in self.folder.glob(f"{DATABASE}.damaged*") if p.name[-1].isdigit())


@pytest.fixture
def half(yard: Any) -> HalfMade:
    return HalfMade(yard)


def with_a_log(half: HalfMade, change: int = 300) -> None:
    """Leave the database as a killed driver does: with transactions in its write-ahead log that were not yet moved."""
    database_path = half.folder / DATABASE
    copies = {}
    store = JobStore.open_for_driving(half.folder)
    for number in range(change):
        store.set_fact("tally", {"number": number, "filling": "x" * 200})
    for suffix in ("", "-wal", "-shm"):
        copies[suffix] = database_path.with_name(DATABASE + suffix).read_bytes()
    store.close()
    for suffix, content in copies.items():
        database_path.with_name(DATABASE + suffix).write_bytes(content)
    assert len(copies["-wal"]) > 4096


def test_a_database_cut_at_any_length_is_rebuilt(half: HalfMade) -> None:
    path = half.folder / DATABASE
    size = path.stat().st_size
    lengths = sorted(
        {0, 1, 15, 16, 99, 100, 101, 1024, 4095, 4096, 4097, size - 4096, size - 1, *range(500, size, 3001)}
    )
    for length in lengths:
        half.restore()
        os.truncate(path, length)
        half.believed()
        assert half.kept_aside == [f"{DATABASE}.damaged1"], length
        assert (half.folder / f"{DATABASE}.damaged1").stat().st_size == length, "the original must be kept as it was"


def flips(half: HalfMade, name: str, places: list[tuple[int, int]]) -> int:
    """Flip bits of a file one at a time; return how often the database had to be rebuilt."""
    rebuilt = 0
    path = half.folder / name
    for place, bit in places:
        half.restore()
        if name != DATABASE:
            with_a_log(half, 40)
        content = bytearray(path.read_bytes())
        content[place] ^= 1 << bit
        path.write_bytes(content)
        half.believed()
        rebuilt += bool(half.kept_aside)
    return rebuilt


def random_places(
    half: HalfMade, name: str, number: int, low: int, high: int | None, seed: int
) -> list[tuple[int, int]]:
    random = np.random.default_rng(seed)
    end = high if high is not None else (half.folder / name).stat().st_size
    return [(int(random.integers(low, end)), int(random.integers(8))) for _ in range(number)]


def test_flipped_bits_of_the_header_never_make_a_wrong_state(half: HalfMade) -> None:
    assert flips(half, DATABASE, random_places(half, DATABASE, 20, 0, 100, 1)) >= 3


def test_flipped_bits_of_the_pages_never_make_a_wrong_state(half: HalfMade) -> None:
    # the content begins at the end of a page and most of a page is content, so most flips hit something
    assert flips(half, DATABASE, random_places(half, DATABASE, 30, 100, None, 2)) >= 4


def test_flipped_bits_of_the_log_never_make_a_wrong_state(half: HalfMade) -> None:
    with_a_log(half, 40)
    of_log = random_places(half, f"{DATABASE}-wal", 12, 0, None, 3)
    of_index = random_places(half, f"{DATABASE}-shm", 6, 0, None, 4)
    flips(half, f"{DATABASE}-wal", of_log)
    flips(half, f"{DATABASE}-shm", of_index)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_two_thousand_flips(half: HalfMade, seed: int) -> None:
    flips(half, DATABASE, random_places(half, DATABASE, 200, 0, None, 50 + seed))


def test_a_schema_that_is_no_text_any_more_is_damage(half: HalfMade) -> None:
    path = half.folder / DATABASE
    honest = path.read_bytes()
    for word in (b"CREATE TABLE samples", b"CREATE TABLE facts", b"samples_by_state"):
        place = honest.index(word)
        for offset in range(0, len(word), 3):
            half.restore()
            content = bytearray(path.read_bytes())
            content[place + offset] ^= 0x80
            path.write_bytes(content)
            half.believed()
            assert half.kept_aside


@pytest.mark.parametrize("gone", [("-wal",), ("-shm",), ("-wal", "-shm"), ("",), ("", "-wal"), ("", "-wal", "-shm")])
def test_missing_parts_of_a_database_never_make_a_wrong_state(half: HalfMade, gone: tuple[str, ...]) -> None:
    with_a_log(half)
    for suffix in gone:
        (half.folder / (DATABASE + suffix)).unlink()
    half.believed()


def test_the_log_of_another_database_is_not_taken_for_its_own(half: HalfMade, yard: Any) -> None:
    other = yard.add("other", count=SAMPLES)
    folder = yard.jobs.folder_of(other.id)
    store = JobStore.open_for_driving(folder)
    store.lease(9)
    content = (folder / f"{DATABASE}-wal").read_bytes()
    store.close()
    (half.folder / f"{DATABASE}-wal").write_bytes(content)
    half.believed()


def test_rows_that_were_changed_are_not_believed(half: HalfMade) -> None:
    """A consistent database with an inconsistent row: what a wrong page of an old backup, or a meddler, would leave."""
    statements: list[str] = [
        "UPDATE samples SET state = 3 WHERE idx = 50",
        "UPDATE samples SET state = 'done' WHERE idx = 50",
        "UPDATE samples SET failures = x'00ff' WHERE idx = 50",
        "DELETE FROM samples WHERE idx = 50",
        "INSERT INTO samples VALUES (99, 3, 1, 1, '', '', '', 0, 0, '{}', 0)",
        "UPDATE facts SET value = '7' WHERE name = 'token'",
        "DELETE FROM facts WHERE name = 'snapshot'",
        "DROP TABLE facts",
        "DROP TABLE samples",
    ]
    for statement in statements:
        half.restore()
        with sqlite3.connect(half.folder / DATABASE) as meddler:
            meddler.execute(statement)
        meddler.close()
        half.believed()
        assert half.kept_aside, statement


def test_a_database_that_is_no_database_is_kept_aside_each_time(half: HalfMade) -> None:
    for number in (1, 2, 3):
        (half.folder / DATABASE).write_bytes(b"not a database" * number)
        half.believed()
        assert (half.folder / f"{DATABASE}.damaged{number}").read_bytes() == b"not a database" * number
    with JobStore.open_for_reading(half.folder) as store:
        assert "made anew" in store.fact("told")


def test_what_is_rebuilt_believes_receipts_only_where_the_files_are_as_they_say(half: HalfMade) -> None:
    victims = sorted(half.done)[:3]
    partial = partial_of(half.out)
    (partial / receipt_path(victims[0])).unlink()
    picture = next(p for p in partial.rglob(f"{victims[1]:08d}*") if p.suffix == ".png")
    content = bytearray(picture.read_bytes())
    content[-1] ^= 1
    picture.write_bytes(content)
    (partial / receipt_path(victims[2])).write_text("{", encoding="utf-8")
    (half.folder / DATABASE).write_bytes(b"")
    states = half.states()
    assert {i for i, (state, _) in states.items() if state == SampleState.DONE} == half.done - set(victims)


def test_a_damaged_job_is_finished_with_the_same_bytes(half: HalfMade, tree: Any) -> None:
    yard = half.yard
    shutil.copytree(half.out.parent / "set.partial", yard.folder / "copy.partial")
    (half.folder / DATABASE).write_bytes(b"\0" * 8192)
    assert yard.driver(half.entry).run() == "finished"
    yard.jobs.remove(half.entry.id)
    calm = yard.make("calm", count=SAMPLES, workers=1)
    assert tree(half.out) == tree(calm)
    assert tree(yard.folder / "set.quarantine") == tree(yard.folder / "calm.quarantine")


def test_a_finished_dataset_whose_database_is_damaged_stays_finished(yard: Any, tree: Any) -> None:
    entry = yard.add(count=10)
    assert yard.driver(entry).run() == "finished"
    before = tree(Path(entry.out))
    (yard.jobs.folder_of(entry.id) / DATABASE).write_bytes(b"junk")
    with pytest.raises(DamagedError):
        yard.jobs.view(entry)
    assert yard.driver(entry).run() == "finished"
    view = yard.jobs.view(entry)
    assert (view.state, view.counts[SampleState.DONE]) == ("finished", 10)
    assert tree(Path(entry.out)) == before


def test_a_tampered_snapshot_is_refused(half: HalfMade) -> None:
    path = half.folder / SNAPSHOT
    told = json.loads(path.read_text(encoding="utf-8"))
    told["seed"] += 1
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(InputError, match="changed after it was made"):
        half.yard.driver(half.entry).run()


# --- locked and protected ----------------------------------------------------------------------


class Holder(threading.Thread):
    """Another program that holds a database locked for a while."""

    def __init__(self, path: Path, for_s: float) -> None:
        super().__init__(daemon=True)
        self._path, self._for_s = path, for_s
        self.holds = threading.Event()

    def run(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        self.holds.set()
        threading.Event().wait(self._for_s)
        connection.execute("ROLLBACK")
        connection.close()


def held(path: Path, for_s: float) -> Holder:
    holder = Holder(path, for_s)
    holder.start()
    assert holder.holds.wait(10.0)
    return holder


@pytest.mark.parametrize("for_s", [1.0, pytest.param(30.0, marks=pytest.mark.long)])
def test_a_database_that_is_locked_for_a_while_is_waited_for(half: HalfMade, for_s: float) -> None:
    holder = held(half.folder / DATABASE, for_s)
    half.believed()
    holder.join()
    assert half.kept_aside == []


@pytest.mark.parametrize("for_s", [1.0, pytest.param(30.0, marks=pytest.mark.long)])
def test_a_database_that_is_locked_while_it_is_driven_is_waited_for(yard: Any, calm_sets: Any, for_s: float) -> None:
    entry = yard.add(count=SAMPLES)
    holders: list[Holder] = []

    def lock_once(tally: Any) -> None:
        if tally.done >= 10 and not holders:
            holders.append(held(yard.jobs.folder_of(entry.id) / DATABASE, for_s))

    assert yard.driver(entry, on_progress=lock_once).run() == "finished"
    assert holders
    yard.same(Path(entry.out), calm_sets(SAMPLES))


def test_a_database_that_stays_locked_is_not_called_damaged(half: HalfMade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOCKED_FOR_S", 0.2)
    holder = held(half.folder / DATABASE, 1.0)
    with pytest.raises(BusyError, match="locked"):
        open_job(half.folder)
    holder.join()
    assert half.kept_aside == []
    half.believed()


def test_a_write_protected_database_is_rebuilt_beside_it(half: HalfMade, monkeypatch: pytest.MonkeyPatch) -> None:
    path = half.folder / DATABASE
    path.chmod(0o400)
    if os.access(path, os.W_OK):  # to the superuser nothing is protected: let SQLite open it so
        connect = sqlite3.connect
        protected = path.stat().st_ino

        def opened(name: Any, *arguments: Any, **more: Any) -> sqlite3.Connection:
            if Path(str(name)) == path and path.stat().st_ino == protected:
                return connect(f"{path.absolute().as_uri()}?mode=ro", *arguments, uri=True, **more)
            return connect(name, *arguments, **more)

        monkeypatch.setattr(database.sqlite3, "connect", opened)
    half.believed()
    assert half.kept_aside == [f"{DATABASE}.damaged1"]


# --- the registry ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"not a database at all" * 50),
        lambda path: os.truncate(path, 700),
        lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096),
    ],
)
def test_a_damaged_list_of_jobs_is_made_anew_from_their_folders(yard: Any, spoil: Callable[[Path], None]) -> None:
    one, two = yard.add("one", 4), yard.add("two", 4)
    spoil(yard.jobs.folder / REGISTRY)
    jobs = Jobs(yard.jobs.folder)
    assert {e.id for e in jobs.entries()} == {one.id, two.id}
    assert {e.out for e in jobs.entries()} == {one.out, two.out}
    assert all(e.desired == "pause" for e in jobs.entries()), "what was asked of them is not known any more"
    assert (yard.jobs.folder / f"{REGISTRY}.damaged1").exists()


def test_errors_of_damage_are_ours() -> None:
    assert issubclass(DamagedError, MyrioramaError)
    assert issubclass(BusyError, MyrioramaError)
