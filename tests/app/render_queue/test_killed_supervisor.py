"""Kill -9 of whoever drives a job, at random moments: little is lost, nobody is left behind, the bytes are the same."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app.dataset.layout import RECEIPTS, partial_of
from myriorama.app.render_queue.states import SampleState
from myriorama.app.render_queue.store import JobStore

SAMPLES = 240


def children_of(pid: int) -> set[int]:
    """Processes whose parent is `pid`."""
    found = set()
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                fields = (path / "stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.add(int(path.name))
    return found


def receipts(out: Path) -> int:
    folder = partial_of(out) / RECEIPTS
    return sum(path.suffix == ".json" for path in folder.iterdir()) if folder.is_dir() else 0


def killed_again_and_again(yard: Any, kills: int, seed: int, still_alive: Any, eventually: Any) -> tuple[Any, int]:
    """Drive a job to its end in processes of which the first `kills` are killed; return it and how many were."""
    random = np.random.default_rng(seed)
    yard.behave(log=True, sleep_s=0.02)
    entry = yard.add(count=SAMPLES, workers=2)
    out, hit = Path(entry.out), 0
    for _ in range(kills):
        process = yard.process(entry)
        before = receipts(out)
        # from its first moment to well into the making: this many samples further on, and a little
        goal = min(SAMPLES, before + int(random.integers(0, 2 * SAMPLES // kills + 1)))
        eventually(lambda goal=goal, process=process: receipts(out) >= goal or not process.is_alive())
        time.sleep(random.uniform(0.0, 0.05))
        workers = children_of(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        hit += process.exitcode == -signal.SIGKILL
        assert eventually(lambda left=workers: not still_alive(left), 5.0), "workers outlived their driver"
    process = yard.process(entry)
    process.join()
    assert yard.answer == "finished"
    return entry, hit


def test_twenty_kills_of_the_driver_lose_little_and_change_no_byte(
    yard: Any, calm_sets: Any, still_alive: Any, eventually: Any
) -> None:
    entry, hit = killed_again_and_again(yard, 20, 3, still_alive, eventually)
    assert hit >= 15, "most kills must hit a living driver"
    out = Path(entry.out)
    yard.same(out, calm_sets(SAMPLES))
    ended = Counter(index for _, index, what, _ in yard.log() if what == "end")
    assert set(ended) == set(range(SAMPLES))
    # the first sample of a fresh job is made once more to see whether the formats can hold it
    again = sum(ended.values()) - SAMPLES
    assert again <= 16 * hit, f"{again} samples were made again for {hit} kills"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(15))
def test_three_hundred_kills_of_the_driver(
    yard: Any, calm_sets: Any, still_alive: Any, eventually: Any, seed: int
) -> None:
    entry, _ = killed_again_and_again(yard, 20, 100 + seed, still_alive, eventually)
    yard.same(Path(entry.out), calm_sets(SAMPLES))


def test_a_killed_program_leaves_no_orphan_and_is_taken_up_by_another(
    yard: Any, calm_sets: Any, still_alive: Any, eventually: Any
) -> None:
    """The real thing: a queue runner in a process of its own, spawned workers, killed and started anew."""
    yard.behave(sleep_s=0.05)
    entry = yard.add(count=40, workers=2)
    out = Path(entry.out)
    runner = yard.program("run")
    try:
        assert eventually(lambda: receipts(out) >= 5, 60.0)
        workers = children_of(runner.pid)
        assert len(workers) >= 2
    finally:
        runner.kill()
        runner.communicate()
    assert eventually(lambda: not still_alive(workers), 5.0)
    assert yard.jobs.view(entry).state == "interrupted"
    yard.behave()
    runner = yard.program("run")
    try:
        assert eventually(lambda: out.is_dir(), 60.0)
        assert eventually(lambda: yard.jobs.view(entry).state == "finished")
    finally:
        runner.communicate()  # its input ends, and so does it
    assert runner.returncode == 0
    yard.same(out, calm_sets(40))


def test_what_was_done_is_not_made_again(yard: Any, calm_sets: Any) -> None:
    entry = yard.add(count=60, workers=1)
    driver = yard.driver(entry, stop=lambda: driver.tally.done >= 30)
    assert driver.run() == "paused"
    with JobStore.open_for_reading(yard.jobs.folder_of(entry.id)) as store:
        done = {row.index for row in store.rows(SampleState.DONE)}
    assert len(done) >= 30
    yard.behave(log=True)
    assert yard.driver(entry).run() == "finished"
    assert {index for _, index, _, _ in yard.log()} == set(range(60)) - done
    yard.same(Path(entry.out), calm_sets(60))
