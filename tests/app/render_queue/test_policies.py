"""What becomes of samples that fail: by cause tried again, alone, kept apart, or the whole job waits."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.dataset.verify import verify
from myriorama.app.render_queue import crew as crew_module
from myriorama.app.render_queue import policy
from myriorama.app.render_queue.states import SampleState
from myriorama.app.render_queue.store import JobStore
from myriorama.scenes.errors import DeviceError


def row(yard: Any, entry: Any, index: int) -> Any:
    with JobStore.open_for_reading(yard.jobs.folder_of(entry.id)) as store:
        return store.row(index)


def tries(yard: Any, index: int) -> int:
    return sum(i == index and what == "begin" for _, i, what, _ in yard.log())


def kept(yard: Any, entry: Any) -> dict[int, tuple[dict[str, Any], list[str]]]:
    """Reason and files of every sample in the quarantine; one folder a sample."""
    found: dict[int, tuple[dict[str, Any], list[str]]] = {}
    root = Path(entry.out + ".quarantine")
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        told = json.loads((folder / "reason.json").read_bytes())
        assert told["index"] not in found, "a sample lies twice in the quarantine"
        found[told["index"]] = (told, sorted(p.name for p in folder.iterdir()))
    return found


def run(yard: Any, count: int = 20, workers: int = 2, **behaviour: Any) -> tuple[Any, Any]:
    yard.behave(log=True, **behaviour)
    entry = yard.add(count=count, workers=workers)
    driver = yard.driver(entry)
    assert driver.run() == "finished"
    assert verify(Path(entry.out)).findings == ()
    return entry, driver


def test_a_plugin_that_fails_once_is_tried_again(yard: Any, calm_sets: Any) -> None:
    entry, driver = run(yard, samples={"4": "plugin_once"})
    assert (driver.tally.failed, dict(driver.tally.retries)) == (0, {"plugin": 1})
    assert tries(yard, 4) == 2
    yard.same(Path(entry.out), calm_sets(20))


def test_a_plugin_that_fails_twice_is_kept_apart_with_its_recipe(yard: Any) -> None:
    entry, driver = run(yard, samples={"4": "plugin"})
    assert tries(yard, 4) == 2
    assert dict(driver.tally.causes) == {"plugin": 1}
    told, files = kept(yard, entry)[4]
    assert files == ["reason.json", "recipe.json"]
    assert "RuntimeError: this plugin cannot (fast_engine.py, line" in told["reasons"][0]
    manifest = json.loads((Path(entry.out) / "manifest.json").read_bytes())
    (quarantined,) = manifest["quarantined"]
    assert quarantined["reasons"][0].startswith("RuntimeError: this plugin cannot")
    assert str(Path(__file__).parent) not in json.dumps(manifest), "a dataset must not tell of this machine's folders"


def test_memory_is_tried_again_alone_and_then_kept_apart(yard: Any) -> None:
    entry, driver = run(yard, count=30, samples={"3": "memory"}, sleep_s=0.03)
    assert tries(yard, 3) == 2
    assert dict(driver.tally.causes) == {"memory": 1}
    assert "out of memory" in kept(yard, entry)[3][0]["reasons"][0]
    # from its second beginning to the next thing that any worker does nothing else is in the making
    log = yard.log()
    second = [k for k, (_, i, what, _) in enumerate(log) if i == 3 and what == "begin"][1]
    open_before = Counter(i for _, i, what, _ in log[:second] if what == "begin")
    open_before.subtract(i for _, i, what, _ in log[:second] if what == "end")
    open_before.pop(3)
    assert not +open_before, f"samples {sorted(+open_before)} were being made beside it"


def test_memory_that_comes_back_is_no_failure(yard: Any, calm_sets: Any) -> None:
    entry, driver = run(yard, samples={"3": "memory_once"})
    assert (driver.tally.failed, dict(driver.tally.retries)) == (0, {"memory": 1})
    yard.same(Path(entry.out), calm_sets(20))


def test_a_stuck_worker_is_ended_and_its_sample_tried_once_more(
    yard: Any, calm_sets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "STUCK_AT_LEAST_S", 1.0)
    monkeypatch.setattr(crew_module, "_VITALS_EVERY_S", 0.2)
    monkeypatch.setattr(policy, "STUCK_TIMES_P99", 0.0)
    entry, driver = run(yard, samples={"6": "stuck_once"})
    assert dict(driver.tally.retries) == {"stuck": 1}
    yard.same(Path(entry.out), calm_sets(20))
    yard.jobs.remove(entry.id)
    yard.behave(log=True, samples={"6": "stuck"})
    other = yard.add("other", 20)
    driver = yard.driver(other)
    assert driver.run() == "finished"
    assert dict(driver.tally.causes) == {"stuck": 1}
    assert "no sign of life for" in kept(yard, other)[6][0]["reasons"][0]


def test_a_first_sample_that_is_stuck_does_not_hold_the_job_up(yard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe before the first file is watched like any sample."""
    monkeypatch.setattr(policy, "STUCK_AT_LEAST_S", 0.7)
    monkeypatch.setattr(policy, "STUCK_TIMES_P99", 0.0)
    monkeypatch.setattr(crew_module, "_VITALS_EVERY_S", 0.2)
    entry, driver = run(yard, count=6, workers=1, samples={"0": "stuck"})
    assert dict(driver.tally.causes) == {"stuck": 1}
    assert list(kept(yard, entry)) == [0]


def test_a_stuck_first_sample_can_be_cancelled(yard: Any) -> None:
    yard.behave(samples={"0": "stuck"})
    entry = yard.add(count=6)
    driver = yard.driver(entry)
    import threading

    threading.Timer(0.8, lambda: yard.jobs.ask(entry.id, "cancel")).start()
    assert driver.run() == "cancelled"


@pytest.mark.parametrize(("word", "code"), [("segfault", "-11")])
def test_a_sample_that_ends_its_workers_is_kept_apart_after_three(yard: Any, word: str, code: str) -> None:
    entry, driver = run(yard, samples={"5": word})
    assert tries(yard, 5) == 3
    assert dict(driver.tally.causes) == {"signal": 1}
    assert f"the worker ended with code {code}" in kept(yard, entry)[5][0]["reasons"][0]


def test_a_plugin_that_asks_python_to_exit_is_a_plugin_that_fails(yard: Any) -> None:
    entry, driver = run(yard, samples={"5": "exit"})
    assert dict(driver.tally.causes) == {"plugin": 1}
    assert "SystemExit" in kept(yard, entry)[5][0]["reasons"][0]


def test_a_lost_device_is_tried_again(yard: Any, calm_sets: Any) -> None:
    entry, driver = run(yard, count=20, workers=1, samples={"9": "device_once"})
    assert dict(driver.tally.retries) == {"device": 1}
    yard.same(Path(entry.out), calm_sets(20))


def test_a_device_that_never_works_ends_the_job(yard: Any) -> None:
    yard.behave(samples={str(i): "device" for i in range(20)})
    with pytest.raises(DeviceError, match="the context is gone"):
        yard.driver(yard.add(count=20)).run()


def test_a_contract_violation_is_kept_apart_with_picture_recipe_and_reasons(yard: Any) -> None:
    entry, driver = run(yard, samples={"2": "violation"})
    assert tries(yard, 2) == 1
    assert dict(driver.tally.causes) == {"contract": 1}
    told, files = kept(yard, entry)[2]
    assert files == ["picture.png", "reason.json", "recipe.json", "surface_id.png"]
    assert len(told["reasons"]) == 2
    found = row(yard, entry, 2)
    assert (found.state, found.cause) == (SampleState.QUARANTINED, "contract")
    manifest = json.loads((Path(entry.out) / "manifest.json").read_bytes())
    assert manifest["quarantined"][0]["reasons"] == told["reasons"]
    assert not list(Path(entry.out).rglob(f"{2:08d}*")), "nothing of it may lie in the dataset"


def test_a_quarantine_is_the_same_after_a_resume(yard: Any, tree: Any) -> None:
    behaviour = {"samples": {"2": "violation", "11": "plugin"}}
    calm, _ = run(yard, count=40, **behaviour)
    yard.behave(**behaviour)
    entry = yard.add("other", 40)
    driver = yard.driver(entry, stop=lambda: driver.tally.done >= 20)
    assert driver.run() == "paused"
    assert yard.driver(entry).run() == "finished"
    assert tree(Path(entry.out)) == tree(Path(calm.out))
    assert tree(Path(entry.out + ".quarantine")) == tree(Path(calm.out + ".quarantine"))


def test_a_quarantined_sample_whose_folder_is_gone_is_made_again(yard: Any) -> None:
    import shutil

    yard.behave(samples={"2": "violation"})
    entry = yard.add(count=40)
    driver = yard.driver(entry, stop=lambda: driver.tally.done >= 20)
    assert driver.run() == "paused"
    shutil.rmtree(entry.out + ".quarantine")
    assert yard.driver(entry).run() == "finished"
    assert kept(yard, entry)[2][1] == ["picture.png", "reason.json", "recipe.json", "surface_id.png"]


def test_half_kept_samples_and_older_tries_are_swept(yard: Any, calm_sets: Any) -> None:
    """What a worker leaves in the quarantine when it dies there does not stay beside a sample that was made."""
    entry = yard.add(count=20)
    for name in (f"{3:08d}-0123456789abcdef", f"{4:08d}"):
        folder = Path(entry.out + ".quarantine") / name
        folder.mkdir(parents=True)
        (folder / "picture.png.part").write_bytes(b"half")
    # a fresh job does not begin beside somebody's quarantine, so it comes while the job is on
    import shutil

    aside = yard.folder / "aside"
    shutil.move(entry.out + ".quarantine", aside)

    def bring(tally: Any) -> None:
        if aside.exists() and tally.done >= 2:
            shutil.move(aside, entry.out + ".quarantine")

    assert yard.driver(entry, on_progress=bring).run() == "finished"
    assert kept(yard, entry) == {}
    yard.same(Path(entry.out), calm_sets(20))


def test_too_many_failures_hold_the_job_with_their_causes(yard: Any, calm_sets: Any) -> None:
    bad = {str(i): ("violation" if i % 4 else "plugin") for i in range(100, 200, 2)}
    yard.behave(samples=bad)
    entry = yard.add(count=240)
    driver = yard.driver(entry)
    assert driver.run() == "failures"
    view = yard.jobs.view(entry)
    assert view.state == "too many failures"
    assert "it broke the label contract" in view.told
    assert "a plugin raised an error" in view.told
    assert 10 <= view.counts[SampleState.QUARANTINED] < 30, "it must stop early"
    # mended, the failed ones are made again and nothing else is lost
    from myriorama.app.render_queue.service import again

    yard.behave()
    assert again(yard.jobs, entry.id) == view.counts[SampleState.QUARANTINED]
    assert yard.driver(entry).run() == "finished"
    assert kept(yard, entry) == {}
    yard.same(Path(entry.out), calm_sets(240))


def test_tries_that_succeed_in_the_end_do_not_hold_a_job(yard: Any, calm_sets: Any) -> None:
    entry, driver = run(yard, count=60, samples={str(i): "plugin_once" for i in range(60)})
    assert driver.tally.retries["plugin"] == 59, "the first sample's first try was the probe's"
    assert driver.tally.failed == 0
    yard.same(Path(entry.out), calm_sets(60))


def test_fail_fast_stops_at_the_first_sample_that_cannot_be_made(yard: Any) -> None:
    yard.behave(samples={"1": "plugin_once", "5": "violation"})
    entry = yard.add(count=40, workers=1, fail_fast=True)
    assert yard.driver(entry).run() == "failed fast"
    counts = yard.jobs.view(entry).counts
    assert counts[SampleState.QUARANTINED] == 1
    assert counts[SampleState.QUEUED] > 20


def test_workers_are_replaced_after_so_many_samples(yard: Any, calm_sets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew_module, "RECYCLE_AFTER_SAMPLES", 10)
    entry, driver = run(yard, count=60, workers=2)
    by_process = Counter(pid for pid, _, what, _ in yard.log() if what == "end")
    assert len(by_process) >= 6
    assert max(by_process.values()) <= 10 + 2, "a worker finishes what it holds, and no more"
    assert sum(driver.tally.retries.values()) == 0
    yard.same(Path(entry.out), calm_sets(60))


def test_workers_that_grow_are_replaced(yard: Any, calm_sets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew_module, "RECYCLE_AFTER_BYTES", 20 * 2**20)
    monkeypatch.setattr(crew_module, "_VITALS_EVERY_S", 0.05)
    entry, driver = run(yard, count=60, workers=1, leak_mb=2, sleep_s=0.02)
    by_process = Counter(pid for pid, _, what, _ in yard.log() if what == "end")
    assert len(by_process) >= 2
    assert max(by_process.values()) <= 40
    assert sum(driver.tally.retries.values()) == 0
    yard.same(Path(entry.out), calm_sets(60))


def test_a_report_under_an_old_lease_changes_nothing(yard: Any, tmp_path: Path) -> None:
    entry = yard.add(count=4)
    with JobStore.open_for_driving(yard.jobs.folder_of(entry.id)) as store:
        (old,) = store.lease(1)
        assert store.release_leases() == 1
        new = store.lease_again(old.index)
        assert new is not None
        assert new.token > old.token
        before = store.row(old.index)
        assert not store.written(old, "key", 10, 1)
        assert not store.failed(old, "plugin", "late", SampleState.QUEUED)
        assert not store.give_back(old)
        assert store.row(old.index) == before
        assert store.written(new, "key", 10, 1)
        assert not store.written(new, "key", 10, 1), "a lease is used up by its report"


def test_a_late_word_of_a_worker_is_not_listened_to(yard: Any, calm_sets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer comes twice, the second under a lease that is over."""
    listen = crew_module.Crew.listen

    def twice(self: Any, timeout_s: float) -> Any:
        for said in listen(self, timeout_s):
            yield said
            if said.kind == "made":
                yield said

    monkeypatch.setattr(crew_module.Crew, "listen", twice)
    entry, driver = run(yard)
    assert (driver.tally.done, driver.tally.failed) == (20, 0)
    yard.same(Path(entry.out), calm_sets(20))
