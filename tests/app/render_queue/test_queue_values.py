"""Snapshots, policies, pre-flight, counts and the list of jobs: plain values and what must hold of them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from myriorama.app.dataset.sampleset import SampleSet
from myriorama.app.production.messages import Outcome
from myriorama.app.render_queue import room
from myriorama.app.render_queue.jobs import Jobs
from myriorama.app.render_queue.making import Wanted, make_snapshot
from myriorama.app.render_queue.policy import (
    FAILURE_WINDOW,
    TRIES_ON_A_BAD_MACHINE,
    FailureWindow,
    stuck_after_s,
    verdict,
)
from myriorama.app.render_queue.preflight import Forecast, leading
from myriorama.app.render_queue.room import Need
from myriorama.app.render_queue.snapshot import JobSnapshot, snapshot_from_text
from myriorama.app.render_queue.states import CAUSES, SampleState, job_state
from myriorama.app.render_queue.tally import Tally
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.load import parse_project

names = st.text(min_size=1, max_size=12)
values = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), names
)


@st.composite
def snapshots(draw: Any) -> JobSnapshot:
    return JobSnapshot(
        name=draw(names),
        out="/somewhere/" + draw(names),
        project_text=draw(st.text(max_size=40)),
        project_hash=draw(names),
        project_folder=draw(names),
        samples=SampleSet.of(draw(st.sets(st.integers(0, 10**6), min_size=1, max_size=20))),
        width=draw(st.integers(1, 4096)),
        height=draw(st.integers(1, 4096)),
        formats=draw(st.dictionaries(names, st.dictionaries(names, values, max_size=3), min_size=1, max_size=3)),
        labels=tuple(draw(st.lists(names, max_size=3))),
        quality=draw(st.sampled_from(["draft", "standard", "high"])),
        versions=draw(st.dictionaries(names, names, max_size=3)),
        seed=draw(st.integers(0, 2**63)),
        asset_roots=tuple(draw(st.lists(names, max_size=2))),
        shard=draw(st.one_of(st.none(), st.just((2, 3)))),
        created=draw(st.sampled_from(["", "2025-01-01T00:00:00Z"])),
        fail_fast=draw(st.booleans()),
        extra=draw(st.dictionaries(names, values, max_size=2)),
    ).named()


@settings(max_examples=30)
@given(snapshots())
def test_a_snapshot_comes_back_from_its_text(snapshot: JobSnapshot) -> None:
    again = snapshot_from_text(snapshot.to_text())
    assert again == snapshot
    assert again.to_text() == snapshot.to_text()
    assert snapshot.named() == snapshot


@settings(max_examples=30)
@given(snapshots(), st.data())
def test_a_changed_snapshot_is_refused(snapshot: JobSnapshot, data: Any) -> None:
    tree = json.loads(snapshot.to_text())
    name = data.draw(st.sampled_from(sorted(set(tree) - {"format", "version"})))
    tree[name] = (
        {"something": "else"} if name in ("formats", "versions", "extra") else [[0, 7]] if name == "samples" else 12345
    )
    if name == "samples" and snapshot.samples.spans == ((0, 7),):
        tree[name] = [[0, 8]]
    with pytest.raises(InputError):
        snapshot_from_text(json.dumps(tree))


@given(st.text(max_size=60))
def test_any_text_is_a_snapshot_or_refused(text: str) -> None:
    with pytest.raises(InputError):
        snapshot_from_text(text)


@settings(max_examples=30)
@given(snapshots())
def test_shards_of_a_job_are_of_one_family_wherever_they_run(snapshot: JobSnapshot) -> None:
    elsewhere = replace(
        snapshot,
        shard=(1, 5),
        out="/other/place",
        project_folder="/q",
        cache_folder="/c",
        asset_roots=("/r",),
        created="",
    ).named()
    assert elsewhere.family == snapshot.family
    assert elsewhere.id != snapshot.id
    assert replace(snapshot, seed=snapshot.seed + 1).named().family != snapshot.family
    assert replace(snapshot, width=snapshot.width + 1).named().family != snapshot.family


# --- policy ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "verdicts"),
    [
        ("signal", ["again", "again", "quarantine"]),
        ("device", ["again", "again", "quarantine"]),
        ("io", ["again", "again", "quarantine"]),
        ("memory", ["again alone", "quarantine"]),
        ("plugin", ["again", "quarantine"]),
        ("stuck", ["again", "quarantine"]),
        ("contract", ["quarantine"]),
        ("refused", ["quarantine"]),
        ("unwritable", ["quarantine"]),
        ("asset", ["quarantine"]),
    ],
)
def test_tries_by_cause(cause: Any, verdicts: list[str]) -> None:
    assert [verdict(cause, {cause: n + 1, "other": 9}) for n in range(len(verdicts))] == verdicts


def test_every_cause_comes_to_an_end() -> None:
    for cause in CAUSES:
        if cause:
            for outside in (False, True):
                assert verdict(cause, {cause: TRIES_ON_A_BAD_MACHINE}, outside=outside) == "quarantine"


def test_deaths_of_different_samples_are_the_machines_fault() -> None:
    assert verdict("signal", {"signal": 3}) == "quarantine"
    assert verdict("signal", {"signal": 3}, outside=True) == "again"
    assert verdict("plugin", {"plugin": 2}, outside=True) == "quarantine", "a plugin's error is no machine's"


@given(st.lists(st.booleans(), max_size=500))
def test_too_many_failures_is_what_it_says(outcomes: list[bool]) -> None:
    window = FailureWindow()
    for failed in outcomes:
        window = window.add(failed)
    last = outcomes[-FAILURE_WINDOW:]
    assert window.outcomes == tuple(last)
    assert window.too_many == (sum(last) >= 10 and sum(last) / max(len(last), 1) > 0.05)


@given(st.lists(st.floats(0.0, 1000.0), max_size=50))
def test_stuck_is_never_less_than_half_a_minute(recent: list[float]) -> None:
    limit = stuck_after_s(tuple(recent))
    assert limit >= 30.0
    if recent:
        assert limit <= max(30.0, 10.0 * max(recent))
        assert limit >= 10.0 * sorted(recent)[int(0.5 * (len(recent) - 1))]


# --- pre-flight and room -----------------------------------------------------------------------


@given(st.integers(1, 3000), st.integers(0, 50))
def test_the_first_samples_are_spread_over_the_job(total: int, start: int) -> None:
    chosen = SampleSet.between(start, start + total, without=(start + 3, start + 5) if total > 10 else ())
    found = leading(chosen)
    if len(chosen) < 64:
        assert found == ()
        return
    assert len(found) == 16
    assert list(found) == sorted(set(found))
    assert all(n in chosen for n in found)
    assert (found[0], found[-1]) == (next(iter(chosen)), list(chosen)[-1])
    gaps = [b - a for a, b in zip(found, found[1:], strict=False)]
    assert max(gaps) - min(gaps) <= 4


def test_a_forecast_fits_with_a_margin() -> None:
    assert Forecast(16, 100, 1.0, 0, 105).fits
    assert not Forecast(16, 100, 1.0, 0, 104).fits


@given(st.floats(0, 1e9), st.integers(0, 10**6), st.integers(1, 64))
def test_what_is_needed_to_finish_is_no_less_than_to_go_on(each: float, left: int, workers: int) -> None:
    need = Need.of(each, left, workers)
    assert need.to_finish >= need.to_go_on >= 4 * 2**20


def test_what_is_needed_is_told_with_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, queue = tmp_path / "data" / "sets", tmp_path / "state" / "queue"
    mounted = {str(tmp_path / "data"), str(tmp_path / "state"), "/"}
    monkeypatch.setattr(room.os.path, "ismount", lambda path: str(path) in mounted)
    free = {out: 0, queue: 10**9}
    monkeypatch.setattr(room.shutil, "disk_usage", lambda folder: SimpleNamespace(free=free[folder]))
    need = Need(to_go_on=4_200_000, to_finish=46_000_000)
    told = need.told(out, queue)
    assert told.startswith(f"the disk is full ({tmp_path / 'data'}): about 46 MB are needed to finish, 4.2 MB to go on")
    assert told.endswith("it goes on by itself")
    free[queue] = 0
    assert f"({tmp_path / 'data'} and {tmp_path / 'state'})" in need.told(out, queue)
    free.update({out: 10**9})
    assert f"({tmp_path / 'state'})" in need.told(out, queue)
    free.update({queue: 10**9})
    assert f"({tmp_path / 'data'})" in need.told(out, queue), "a quota may be used up where the disk has room"
    assert room.disk_of(tmp_path / "data" / "not there" / "yet") == tmp_path / "data"


# --- counts ------------------------------------------------------------------------------------


def counted(total: int = 10, done: int = 0) -> Tally:
    tally = Tally()
    tally.begin(total, {**dict.fromkeys(SampleState, 0), SampleState.DONE: done, SampleState.QUEUED: total - done})
    return tally


def test_a_tally_counts_what_it_is_told() -> None:
    tally = counted(10, done=3)
    tally.made(Outcome(3, "done", timings_ms={"draw": 2.0}, refused={"rule": 2}), 100, 50)
    tally.made(Outcome(4, "done", timings_ms={"draw": 3.0}, placed_short={"mugs": 1}), 300, 150)
    tally.quarantined("contract", Outcome(5, "quarantined"))
    tally.quarantined("contract", Outcome(6, "quarantined"))
    tally.quarantined("plugin", Outcome(7, "quarantined"))
    tally.again("signal")
    assert (tally.done, tally.failed, tally.bytes, tally.bytes_each) == (5, 3, 400, 200.0)
    assert tally.recent_s == (0.05, 0.15)
    told = json.loads(json.dumps(tally.to_json()))
    assert told["timings_ms"] == {"draw": 5.0}
    assert told["refused"] == {"rule": 2}
    assert told["placed_short"] == {"mugs": 1}
    assert told["causes"] == {"contract": 2, "plugin": 1}
    assert told["retries"] == {"signal": 1}
    assert tally.causes_told() == "it broke the label contract (2), a plugin raised an error (1)"


def test_time_left_is_a_number_whatever_was_counted() -> None:
    tally = counted(2)
    assert tally.seconds_left is None
    for index in range(6):  # more than there are: samples that were found damaged are made again
        tally.made(Outcome(index, "done"), 1, 1)
    left = tally.seconds_left
    assert left is not None
    assert left == (0.0, 0.0)
    json.dumps(tally.to_json(), allow_nan=False)


@given(st.dictionaries(st.sampled_from(SampleState), st.integers(0, 5)), st.booleans(), st.booleans())
def test_the_state_of_a_job_follows_from_its_samples(
    counts: dict[SampleState, int], alive: bool, finished: bool
) -> None:
    state = job_state(counts, "run", alive=alive, finished=finished)
    if finished:
        assert state == "finished"
    elif alive:
        still = sum(counts.get(s, 0) for s in (SampleState.QUEUED, SampleState.LEASED, SampleState.WRITTEN))
        assert state == ("running" if still else "finalizing")
    else:
        assert state in ("queued", "interrupted")
    for hold, word in (("disk", "waiting for disk"), ("failures", "too many failures")):
        if not finished:
            assert job_state(counts, "run", alive=alive, hold=hold) == word
            assert job_state(counts, "cancel", alive=alive, hold=hold) == "cancelled"
    if not finished:
        paused = "pausing" if alive else "paused"
        assert job_state(counts, "pause", alive=alive, hold="disk") == paused, "nobody waits for room any more"


# --- the list of jobs --------------------------------------------------------------------------


def order(jobs: Jobs) -> list[str]:
    return [Path(e.out).name for e in jobs.entries()]


def test_jobs_go_in_order_of_priority_and_place(yard: Any) -> None:
    made = {name: yard.add(name, 2) for name in "abcd"}
    assert order(yard.jobs) == list("abcd")
    yard.jobs.move(made["d"].id, before=made["b"].id)
    assert order(yard.jobs) == list("adbc")
    yard.jobs.move(made["a"].id, before=None)
    assert order(yard.jobs) == list("dbca")
    yard.jobs.set_priority(made["c"].id, 5)
    assert order(yard.jobs) == list("cdba")
    yard.jobs.set_priority(made["d"].id, -1)
    assert order(yard.jobs) == list("cbad")
    yard.jobs.remove(made["b"].id)
    assert order(yard.jobs) == list("cad")
    assert not yard.jobs.folder_of(made["b"].id).exists()
    assert order(Jobs(yard.jobs.folder)) == list("cad"), "the order must outlive the program"


def test_a_job_is_found_by_the_beginning_of_its_id_or_by_its_place(yard: Any) -> None:
    one, two = yard.add("one", 2), yard.add("two", 2)
    assert yard.jobs.entry(one.id[:9]) == one
    assert yard.jobs.entry(two.out) == two
    with pytest.raises(InputError, match="no job has this id"):
        yard.jobs.entry("zzz")
    with pytest.raises(InputError, match="more than one"):
        yard.jobs.entry("")


def test_two_jobs_of_one_place_are_refused(yard: Any) -> None:
    yard.add("one", 2)
    with pytest.raises(InputError, match="makes this dataset already"):
        yard.add("one", 2)
    with pytest.raises(InputError, match="makes this dataset already"):
        yard.add("one", 3)


def test_a_job_whose_adding_was_cut_short_can_be_added(yard: Any) -> None:
    entry = yard.add("one", 2)
    yard.jobs.forget(entry.id)  # what a program that dies between its two steps leaves: a folder that nobody lists
    assert yard.jobs.folder_of(entry.id).is_dir()
    assert yard.add("one", 2).id == entry.id
    assert yard.driver(entry).run() == "finished"


def test_a_list_that_is_locked_is_waited_for(yard: Any) -> None:
    import threading

    yard.add("one", 2)
    holder = sqlite3.connect(yard.jobs.folder / "jobs.sqlite", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(0.5, lambda: holder.execute("ROLLBACK"))
    timer.start()
    assert order(yard.jobs) == ["one"]
    timer.join()
    holder.close()


# --- making ------------------------------------------------------------------------------------


def test_a_snapshot_is_made_of_a_project_and_wishes(yard: Any) -> None:
    from tests.app.render_queue import fast_engine

    project = parse_project(json.dumps(fast_engine.PROJECT))
    made = make_snapshot(project, yard.home, Wanted(yard.folder / "x", count=10, start=5, without=(7, 99), seed=3))
    assert list(made.samples) == [5, 6, 8, 9, 10, 11, 12, 13, 14]
    assert (made.seed, made.width, made.height) == (3, 64, 64)
    assert made.named() == made
    assert json.loads(made.project_text)["seed"] == 3
    other = make_snapshot(project, yard.home, Wanted(yard.folder / "x", indices=(9, 2), width=32, formats=("raw",)))
    assert list(other.samples) == [2, 9]
    assert (other.width, list(other.formats)) == (32, ["raw"])
    assert other.formats["raw"]["depth"] == "none", "a project's writer options go with its formats"
    assert made.id != other.id
