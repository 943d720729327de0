"""A disk that fills up: the job waits, says what it needs, and ends with the same bytes when there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from myriorama.app.dataset import faults
from myriorama.app.dataset.atomic import write_file
from myriorama.app.dataset.layout import partial_of
from myriorama.app.dataset.verify import verify
from myriorama.app.render_queue import room

SAMPLES = 120


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture(autouse=True)
def no_budget() -> Iterator[None]:
    yield
    faults.budget(None)


class Watcher:
    """Follows a job, notes when it began to wait, and makes room then."""

    def __init__(self, yard: Any, make_room: Any, after_s: float = 0.5) -> None:
        self._yard, self._make_room, self._after_s = yard, make_room, after_s
        self.told: list[str] = []
        self.held_at: list[float] = []
        self.states: list[str] = []
        self._thread: threading.Thread | None = None

    def __call__(self, tally: Any) -> None:
        if tally.hold and not self.told:
            self.told.append(tally.hold)
            self.held_at.append(time.monotonic())
            self._thread = threading.Thread(target=self._later, daemon=True)
            self._thread.start()

    def _later(self) -> None:
        time.sleep(self._after_s)
        self.states += [self._yard.jobs.view(entry).state for entry in self._yard.jobs.entries()]
        self._make_room()


def test_a_write_beyond_the_budget_leaves_nothing(tmp_path: Path) -> None:
    faults.budget(10)
    assert write_file(tmp_path, "a", (b"12345",)).bytes == 5
    with pytest.raises(OSError, match="No space left"):
        write_file(tmp_path, "b", (b"123", b"456"))
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    faults.budget(None)
    assert write_file(tmp_path, "b", (b"123456",)).bytes == 6


@pytest.mark.alone
def test_a_full_disk_in_the_workers_is_waited_for(yard: Any, calm_sets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workers have no room from some sample on; the disk says that there is none until room is made."""
    free = {"bytes": 1000}
    total = shutil.disk_usage(yard.folder).total
    monkeypatch.setattr(room.shutil, "disk_usage", lambda path: Usage(total, 0, free["bytes"]))
    yard.behave(budget=60_000, log=True)
    entry = yard.add(count=SAMPLES)
    made_when_held: list[float] = []

    def make_room() -> None:
        made_when_held.append(yard.log()[-1][3])
        yard.behave(log=True)
        free["bytes"] = 10**12

    watcher = Watcher(yard, make_room, after_s=2.5)
    # the forecast is not at issue here: the disk fills up without warning
    monkeypatch.setattr("myriorama.app.render_queue.driver.leading", lambda samples: ())
    driver = yard.driver(entry, on_progress=watcher)
    assert driver.run() == "finished"
    assert len(watcher.told) == 1
    assert f"the disk is full ({room.disk_of(yard.folder)}): about" in watcher.told[0]
    number, unit = watcher.told[0].split("about ")[1].split(" are needed to finish")[0].split(" ")
    assert unit == "MB"
    assert float(number) >= 4.2
    assert "goes on by itself" in watcher.told[0]
    assert watcher.states == ["waiting for disk"]
    assert made_when_held[0] <= watcher.held_at[0] + 2.0, "a worker was still making samples two seconds later"
    assert driver.tally.failed == 0
    assert sum(driver.tally.retries.values()) == 0, "a full disk is no failure of a sample"
    yard.same(Path(entry.out), calm_sets(SAMPLES))


def test_a_job_that_waits_for_the_disk_can_be_paused_and_cancelled(yard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    total = shutil.disk_usage(yard.folder).total
    monkeypatch.setattr(room.shutil, "disk_usage", lambda path: Usage(total, total, 0))
    yard.behave(budget=30_000)
    entry = yard.add(count=40)
    for asked, ending in (("pause", "paused"), ("cancel", "cancelled")):
        yard.jobs.ask(entry.id, "run")
        watcher = Watcher(yard, lambda asked=asked: yard.jobs.ask(entry.id, asked), after_s=0.1)
        assert yard.driver(entry, on_progress=watcher).run() == ending
        assert watcher.told
        view = yard.jobs.view(yard.jobs.entry(entry.id))
        assert (view.state, view.told) == ("cancelled" if asked == "cancel" else "paused", "")
    assert yard.jobs.view(yard.jobs.entry(entry.id)).state == "cancelled"


def test_a_full_disk_in_the_last_step_is_waited_for(yard: Any, calm_sets: Any) -> None:
    """The whole-set files and the manifest find no room."""
    entry = yard.add(count=SAMPLES)

    def squeeze(tally: Any) -> None:
        if tally.stage == "finalizing" and not tally.hold and not watcher.told:
            faults.budget(5000)
        watcher(tally)

    watcher = Watcher(yard, lambda: faults.budget(None))
    assert yard.driver(entry, on_progress=squeeze).run() == "finished"
    assert watcher.told
    yard.same(Path(entry.out), calm_sets(SAMPLES))


def test_a_forecast_beyond_the_disk_waits_for_all_of_it(
    yard: Any, calm_sets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = {"bytes": 5 * 2**20}  # enough to go on, not to finish
    total = shutil.disk_usage(yard.folder).total
    monkeypatch.setattr(room.shutil, "disk_usage", lambda path: Usage(total, 0, free["bytes"]))
    monkeypatch.setattr("myriorama.app.render_queue.preflight._MARGIN", 1000.0)
    entry = yard.add(count=SAMPLES)
    done_at: list[int] = []

    def make_room() -> None:
        done_at.append(driver.tally.done)
        free["bytes"] = 10**15

    watcher = Watcher(yard, make_room, after_s=1.5)
    driver = yard.driver(entry, on_progress=watcher)
    monkeypatch.setattr("myriorama.app.render_queue.driver.forecast", _expensive)
    assert driver.run() == "finished"
    assert done_at == [16], "after its first sixteen samples a job that cannot fit must wait"
    yard.same(Path(entry.out), calm_sets(SAMPLES))


def _expensive(tally: Any, folder: Path) -> Any:
    from myriorama.app.render_queue.preflight import Forecast

    return Forecast(samples=16, bytes=10**9, seconds=1.0, failing=0, free_bytes=5 * 2**20)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB, where one may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(place)]
    if os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("no file system may be mounted here")
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("no file system may be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("database_too", [False, True])
def test_a_real_disk_fills_up(
    yard: Any, calm_sets: Any, small_disk: Path, tree: Any, database_too: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dataset alone, or dataset and database, on a disk that something else has nearly filled."""
    from myriorama.app.render_queue.jobs import Jobs

    monkeypatch.setattr("myriorama.app.render_queue.driver.leading", lambda samples: ())
    if database_too:
        yard.jobs = Jobs(small_disk / "queue")
    entry = yard.jobs.add(yard.snapshot(count=SAMPLES, out=str(small_disk / "set")), workers=2)
    filler = small_disk / "filler"
    free = shutil.disk_usage(small_disk).free
    filler.write_bytes(b"x" * (free - 600 * 1024))
    watcher = Watcher(yard, filler.unlink)
    driver = yard.driver(entry, on_progress=watcher)
    assert driver.run() == "finished"
    assert watcher.told, "the disk was never full"
    assert watcher.states in (["waiting for disk"], ["running"] if database_too else ["waiting for disk"])
    out = small_disk / "set"
    assert tree(out) == tree(calm_sets(SAMPLES))
    assert verify(out).findings == ()
    assert not partial_of(out).exists()
