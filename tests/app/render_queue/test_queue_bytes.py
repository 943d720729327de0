"""The same bytes from one, two and four workers, from shards that are merged, and from a job that was resumed."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.dataset.layout import partial_of, receipt_path
from myriorama.app.dataset.sampleset import SampleSet
from myriorama.app.render_queue.merging import merge
from myriorama.app.render_queue.states import SampleState
from myriorama.scenes.errors import InputError

SAMPLES = 60


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_any_number_of_workers(yard: Any, calm_sets: Any, workers: int) -> None:
    yard.same(yard.make(count=SAMPLES, workers=workers), calm_sets(SAMPLES))


def test_three_shards_and_a_merge(yard: Any, calm_sets: Any) -> None:
    out = yard.folder / "set"
    for number in (2, 1, 3):
        entry = yard.add(count=SAMPLES, shard=(number, 3))
        assert yard.driver(entry).run() == "finished"
        assert not out.exists(), "only the merge gives the dataset its name"
        if number != 3:
            with pytest.raises(InputError, match="are not made yet"):
                merge(out)
        yard.jobs.remove(entry.id)
    digest = merge(out)
    yard.same(out, calm_sets(SAMPLES))
    assert digest == json.loads((calm_sets(SAMPLES) / "manifest.json").read_bytes())["digest"]


def test_three_shards_that_begin_at_the_same_moment(yard: Any, calm_sets: Any, tmp_path: Path) -> None:
    """As on a batch system: every shard has a queue of its own, and each may be the one that makes the folder."""
    from myriorama.app.render_queue.driver import Driver
    from myriorama.app.render_queue.jobs import Jobs

    out = yard.folder / "set"
    begin = threading.Barrier(3)
    endings: dict[int, Any] = {}

    def make(number: int) -> None:
        jobs = Jobs(tmp_path / f"queue{number}")
        entry = jobs.add(yard.snapshot(count=SAMPLES, shard=(number, 3)), workers=1)
        driver = Driver(jobs, entry)
        begin.wait()
        try:
            endings[number] = driver.run()
        except InputError as error:
            endings[number] = error

    threads = [threading.Thread(target=make, args=(number,)) for number in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert endings == dict.fromkeys((1, 2, 3), "finished")
    merge(out)
    yard.same(out, calm_sets(SAMPLES))


def test_shards_of_different_jobs_do_not_mix(yard: Any) -> None:
    one = yard.add(count=SAMPLES, shard=(1, 2))
    assert yard.driver(one).run() == "finished"
    yard.jobs.remove(one.id)
    other = yard.add(count=SAMPLES, shard=(2, 2), formats={"coco": {}})
    with pytest.raises(InputError, match="of another job"):
        yard.driver(other).run()


def test_a_merge_names_the_samples_that_are_damaged(yard: Any, calm_sets: Any) -> None:
    out = yard.folder / "set"
    for number in (1, 2):
        assert yard.driver(yard.add("set", SAMPLES, shard=(number, 2))).run() == "finished"
        yard.jobs.remove(yard.jobs.entries()[0].id)
    picture = next(p for p in partial_of(out).rglob(f"{12:08d}*.png"))
    picture.write_bytes(picture.read_bytes()[:-1])
    with pytest.raises(InputError, match="12"):
        merge(out)
    again = yard.add(count=SAMPLES, shard=(1, 2))
    assert yard.driver(again).run() == "finished"
    merge(out)
    yard.same(out, calm_sets(SAMPLES))


def test_a_job_that_was_paused_three_times(yard: Any, calm_sets: Any) -> None:
    entry = yard.add(count=SAMPLES)
    for goal in (5, 20, 41):
        driver = yard.driver(entry, stop=lambda: driver.tally.done >= goal)  # noqa: B023 - it ends before the next
        assert driver.run() == "paused"
    assert yard.driver(entry).run() == "finished"
    yard.same(Path(entry.out), calm_sets(SAMPLES))


def test_pause_now_takes_back_what_was_being_made(yard: Any, calm_sets: Any) -> None:
    yard.behave(sleep_s=0.1)
    entry = yard.add(count=20)
    driver = yard.driver(entry, on_progress=lambda tally: tally.done and yard.jobs.ask(entry.id, "pause_now"))
    assert driver.run() == "paused"
    counts = yard.jobs.view(yard.jobs.entry(entry.id)).counts
    assert counts[SampleState.LEASED] == 0
    assert 0 < counts[SampleState.DONE] < 20
    assert yard.jobs.view(yard.jobs.entry(entry.id)).state == "paused"
    yard.behave()
    yard.jobs.ask(entry.id, "run")
    assert yard.driver(entry).run() == "finished"
    yard.same(Path(entry.out), calm_sets(20))


def test_files_that_were_lost_or_spoilt_while_it_was_paused_are_made_again(yard: Any, calm_sets: Any) -> None:
    entry = yard.add(count=SAMPLES, workers=1)
    driver = yard.driver(entry, stop=lambda: driver.tally.done >= 40)
    assert driver.run() == "paused"
    partial = partial_of(Path(entry.out))
    (partial / receipt_path(3)).unlink()
    next(p for p in partial.rglob(f"{5:08d}*.png")).unlink()
    spoilt = next(p for p in partial.rglob(f"{7:08d}*.png"))
    content = bytearray(spoilt.read_bytes())
    content[len(content) // 2] ^= 4
    spoilt.write_bytes(content)
    (partial / "records" / "half.json.part").write_bytes(b"{")
    yard.behave(log=True)
    assert yard.driver(entry).run() == "finished"
    made = {index for _, index, _, _ in yard.log()}
    assert {3, 5, 7} <= made
    assert made <= {3, 5, 7, *range(40, SAMPLES)}
    yard.same(Path(entry.out), calm_sets(SAMPLES))


def test_numbers_with_gaps(yard: Any, tree: Any, calm_sets: Any) -> None:
    chosen = SampleSet.of([0, 1, 2, 7, 8, 30, 59])
    out = yard.make(samples=chosen)
    whole, part = tree(calm_sets(SAMPLES)), tree(out)
    samples = {name for name in part if Path(name).stem.isdigit()}
    assert {int(Path(name).stem) for name in samples} == set(chosen)
    assert {name: part[name] for name in samples} == {name: whole[name] for name in samples}


def test_a_resume_under_other_versions_is_refused(yard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = yard.add(count=20, workers=1)
    driver = yard.driver(entry, stop=lambda: driver.tally.done >= 5)
    assert driver.run() == "paused"
    now = {**yard.snapshot().versions, "numpy": "99.0"}
    monkeypatch.setattr("myriorama.app.render_queue.reconcile.versions", lambda engine: now)
    with pytest.raises(InputError, match=r"other versions.*") as told:
        yard.driver(entry).run()
    assert "numpy was" in str(told.value)
    assert "is 99.0" in str(told.value)


def test_the_place_of_another_dataset_is_not_taken(yard: Any, tree: Any) -> None:
    out = yard.make("first", 4)
    before = tree(out)
    yard.jobs.remove(yard.jobs.entries()[0].id)
    entry = yard.add("first", 5)
    with pytest.raises(InputError, match="another dataset lies"):
        yard.driver(entry).run()
    assert tree(out) == before


def test_two_drivers_of_one_job_are_refused(yard: Any) -> None:
    entry = yard.add(count=4)
    lock = yard.jobs.try_drive(entry.id)
    try:
        with pytest.raises(InputError, match="another process works on this job"):
            yard.driver(entry).run()
    finally:
        lock.release()
    assert yard.driver(entry).run() == "finished"
