"""Kill -9 of workers at random moments: the dataset is the undisturbed one, byte for byte."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import numpy as np
import pytest

from myriorama.app.dataset.verify import verify
from myriorama.app.render_queue.crew import Crew
from myriorama.app.render_queue.driver import Driver


class Reaper(threading.Thread):
    """Kills a random worker of a driver again and again."""

    def __init__(self, driver: Driver, kills: int, seed: int, pause_s: tuple[float, float]) -> None:
        super().__init__(daemon=True)
        self._driver, self._kills, self._pause_s = driver, kills, pause_s
        self._random = np.random.default_rng(seed)
        self.killed: list[int] = []
        self.ended = threading.Event()

    def run(self) -> None:
        while len(self.killed) < self._kills and not self.ended.is_set():
            time.sleep(self._random.uniform(*self._pause_s))
            crew: Crew | None = self._driver._crew
            ready = [w for w in list(crew.workers) if w.ready] if crew is not None else []
            # now and then one that is only just starting; where it were always those, nothing could ever be made
            if not ready and crew is not None and self._random.random() < 0.2:
                ready = list(crew.workers)
            if not ready:
                continue
            victim = ready[int(self._random.integers(len(ready)))]
            try:
                pid = victim.process.pid if victim.process.is_alive() else None
                if pid is not None and pid not in self.killed:
                    os.kill(pid, signal.SIGKILL)
                    self.killed.append(pid)
            except (ValueError, ProcessLookupError):
                continue  # it was buried meanwhile


def stormy(yard: Any, count: int, kills: int, seed: int, pause_s: tuple[float, float], **behaviour: Any) -> Any:
    """Make a dataset while workers are killed; samples take a while, so that all the kills fall into the making."""
    yard.behave(log=True, **behaviour)
    entry = yard.add(count=count, workers=2)
    driver = yard.driver(entry)
    reaper = Reaper(driver, kills, seed, pause_s)
    reaper.start()
    try:
        ending = driver.run()
    finally:
        reaper.ended.set()
        reaper.join()
    assert ending == "finished"
    return entry, driver, reaper


def test_sixty_kills_change_no_byte(yard: Any, calm_sets: Any) -> None:
    calm = calm_sets(360)
    entry, driver, reaper = stormy(yard, 360, 60, 11, (0.02, 0.16), sleep_s=0.04)
    assert len(reaper.killed) == 60, "the dataset was finished before the last kill"
    out = yard.folder / "set"
    assert driver.tally.failed == 0, [p.read_text() for p in yard.folder.rglob("reason.json")]
    yard.same(out, calm)
    assert verify(out).findings == ()
    assert driver.tally.retries["signal"] > 0, "no kill hit a sample in the making"
    assert driver.tally.failed == 0
    view = yard.jobs.view(yard.jobs.entry(entry.id))
    assert view.state == "finished"
    # a kill costs what its worker had begun, and no more
    made = [index for _, index, what, _ in yard.log() if what == "end"]
    assert set(made) == set(range(360))
    assert len(made) <= 360 + 60


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_kills_change_no_byte(yard: Any, calm_sets: Any, seed: int) -> None:
    calm = calm_sets(900)
    _, _, reaper = stormy(yard, 900, 100, seed, (0.0, 0.3), sleep_s=0.03)
    assert len(reaper.killed) == 100
    yard.same(yard.folder / "set", calm)


def test_a_worker_killed_before_it_is_ready_blames_no_sample(yard: Any, calm_sets: Any) -> None:
    entry = yard.add(count=40, workers=1)
    driver = yard.driver(entry)
    killed: list[int] = []
    ended = threading.Event()

    def kill_the_unready() -> None:
        while len(killed) < 6 and not ended.is_set():
            crew = driver._crew
            for worker in list(crew.workers) if crew is not None else []:
                pid = worker.process._popen.pid if worker.process._popen is not None else 0
                if pid and not worker.ready and pid not in killed:
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
            time.sleep(0.002)

    thread = threading.Thread(target=kill_the_unready, daemon=True)
    thread.start()
    try:
        assert driver.run() == "finished"
    finally:
        ended.set()
        thread.join()
    assert len(killed) == 6
    assert driver.tally.retries["signal"] == 0
    yard.same(yard.folder / "set", calm_sets(40))


def test_the_pre_flight_does_not_wait_for_a_sample_that_ends_its_workers(yard: Any) -> None:
    yard.behave(log=True, samples={"99": "segfault"})
    driver = yard.driver(yard.add(count=100, workers=1))
    assert driver.run() == "finished"
    assert driver.tally.failed == 1
    begun = [index for _, index, what, _ in yard.log() if what == "begin"]
    first = begun.index(99)
    assert len(begun[:first]) == 15, "it is one of the sixteen made first"
    # its other tries come after all samples that have not failed
    assert begun[-2:] == [99, 99]
    assert sorted(begun[first + 1 : -2]) == sorted(set(range(99)) - set(begun[:first]))
