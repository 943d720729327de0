"""The process that works through a queue: order, priority, errors of one job that are not another's."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.dataset import faults
from myriorama.app.production.lifetime import try_lock
from myriorama.app.render_queue import runner as module
from myriorama.app.render_queue.runner import RUNNER_LOCK, Runner, main
from myriorama.app.render_queue.store import DATABASE, SNAPSHOT, JobStore


@pytest.fixture
def runner(yard: Any, monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.setattr(module, "_LINGER_S", 0.3)
    monkeypatch.setattr(module, "_IDLE_S", 0.05)
    return Runner(yard.jobs)


def told(yard: Any, entry: Any) -> str:
    with JobStore.open_for_reading(yard.jobs.folder_of(entry.id)) as store:
        return str(store.fact("told", ""))


def test_jobs_are_made_in_order(yard: Any, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {name: yard.add(name, 6) for name in "abc"}
    yard.jobs.set_priority(entries["c"].id, 1)
    yard.jobs.move(entries["b"].id, before=entries["a"].id)
    driven: list[str] = []
    drive = runner._drive
    monkeypatch.setattr(runner, "_drive", lambda entry: (driven.append(Path(entry.out).name), drive(entry)))
    assert runner.run() == 3
    assert driven == list("cba")
    assert all(yard.jobs.view(e).state == "finished" for e in yard.jobs.entries())


def test_a_paused_job_is_left_and_a_job_of_higher_priority_goes_first(yard: Any, runner: Runner) -> None:
    yard.behave(sleep_s=0.03)
    waiting = yard.add("waiting", 4)
    yard.jobs.ask(waiting.id, "pause")
    usual = yard.add("usual", 120)
    urgent: list[Any] = []
    ended: list[str] = []

    def bring() -> None:
        until = time.monotonic() + 20.0
        while sum(yard.jobs.view(usual).counts.values()) and time.monotonic() < until:
            if (yard.folder / "usual.partial").is_dir():
                urgent.append(yard.jobs.add(yard.snapshot("urgent", 6), workers=1, priority=3))
                break
            time.sleep(0.01)
        while time.monotonic() < until and len(ended) < 2:
            for name in ("urgent", "usual"):
                if (yard.folder / name).is_dir() and name not in ended:
                    ended.append(name)
            time.sleep(0.01)

    thread = threading.Thread(target=bring)
    thread.start()
    runner.run()
    thread.join()
    assert ended == ["urgent", "usual"]
    assert yard.jobs.view(yard.jobs.entry(waiting.id)).state == "paused"


def test_a_job_that_another_process_drives_is_left_to_it(yard: Any, runner: Runner) -> None:
    """The command line may drive a job of the same queue: it must not be paused under its hands."""
    entry = yard.add("one", 4)
    lock = yard.jobs.try_drive(entry.id)
    try:
        assert runner.next_job() is None
        runner._drive(entry)  # as where the other was quicker by a moment
        assert yard.jobs.entry(entry.id).desired == "run"
        assert told(yard, entry) == ""
    finally:
        lock.release()


def test_a_failing_disk_stops_one_job_tells_why_and_can_be_resumed(yard: Any, runner: Runner, calm_sets: Any) -> None:
    one = yard.add("one", 6)
    faults.arm("folder.after_fsync:1:EIO")
    try:
        assert runner.run() == 1
    finally:
        faults.arm("")
    assert yard.jobs.entry(one.id).desired == "pause"
    assert "a file could not be read or written" in told(yard, one)
    yard.jobs.ask(one.id, "run")
    assert runner.run() == 1, "the same runner takes it up again when a person asks for it"
    assert yard.jobs.view(yard.jobs.entry(one.id)).state == "finished"


def test_a_job_that_cannot_be_read_stops_no_other(yard: Any, runner: Runner) -> None:
    broken, damaged, sound = yard.add("broken", 4), yard.add("damaged", 4), yard.add("sound", 4)
    path = yard.jobs.folder_of(broken.id) / SNAPSHOT
    tree = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**tree, "seed": 77}), encoding="utf-8")
    (yard.jobs.folder_of(damaged.id) / DATABASE).write_bytes(b"junk")
    runner.run()
    assert not (yard.folder / "broken").exists()
    assert yard.jobs.view(yard.jobs.entry(damaged.id)).state == "finished"
    assert yard.jobs.view(yard.jobs.entry(sound.id)).state == "finished"


def test_a_job_whose_folder_is_gone_stops_no_other(yard: Any, runner: Runner) -> None:
    import shutil

    gone, sound = yard.add("gone", 4), yard.add("sound", 4)
    shutil.rmtree(yard.jobs.folder_of(gone.id))
    runner.run()
    assert yard.jobs.view(yard.jobs.entry(sound.id)).state == "finished"
    assert yard.jobs.entry(gone.id).desired == "pause"


def test_one_runner_a_queue(yard: Any) -> None:
    lock = try_lock(yard.jobs.folder / RUNNER_LOCK)
    assert lock is not None
    assert main(str(yard.jobs.folder)) == 1
    lock.release()


def test_stopping_leaves_a_job_to_be_taken_up(yard: Any, runner: Runner, calm_sets: Any) -> None:
    yard.behave(sleep_s=0.03)
    entry = yard.add(count=40)
    threading.Timer(0.5, lambda: setattr(runner, "stopping", True)).start()
    runner.run()
    view = yard.jobs.view(entry)
    assert view.state in ("interrupted", "queued")
    yard.behave()
    assert Runner(yard.jobs).run() == 1
    yard.same(Path(entry.out), calm_sets(40))
