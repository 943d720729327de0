"""A job's row: words and rights follow from its state alone; order and rates are exact."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any, get_args

import pytest

from myriorama.app.dataset.sampleset import SampleSet
from myriorama.app.production.snapshot import versions
from myriorama.app.queue_view.background import InOrder, NewestAlone
from myriorama.app.queue_view.failures import grouped, kept_of
from myriorama.app.queue_view.figures import (
    MEANINGS,
    TONES,
    WORDS,
    JobFigures,
    figures_of,
    left_text,
    moved_to,
    room_short,
    samples_text,
    summary,
)
from myriorama.app.queue_view.rates import RateLog
from myriorama.app.queue_view.remaking import remade
from myriorama.app.render_queue.jobs import JobEntry, JobView
from myriorama.app.render_queue.service import Glimpse
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.app.render_queue.states import CAUSES, JobState, SampleState
from myriorama.app.render_queue.store import SampleRow
from myriorama.scenes.errors import InputError, Problem


def row(job: str = "a", state: JobState = "running", **more: Any) -> JobFigures:
    given: dict[str, Any] = {"alive": state in ("running", "pausing", "finalizing"), "done": 5, "failed": 1, "left": 4}
    given |= {"priority": 0, **more}
    return JobFigures(job, f"project {job}", Path("/data") / job, state, **given)


def glimpse(state: JobState, tally: dict[str, Any], **counts: int) -> Glimpse:
    entry = JobEntry("id", "name", "/data/set", 1, 0, "run", 2)
    states = {s: counts.get(s.name.lower(), 0) for s in SampleState}
    alive = state in ("running", "pausing")
    return Glimpse(JobView(entry, state, states, 4000, alive, "", ""), tally, free_bytes=3_000)


def test_every_state_has_its_words() -> None:
    states = set(get_args(JobState))
    assert set(WORDS) == set(TONES) == set(MEANINGS) == states


def test_figures_come_from_the_database() -> None:
    tally = {"done": 99, "images_per_s": 2.5, "seconds_left": 12.0, "seconds_spread": 3.0, "workers": [[7, 1_000_000]]}
    found = figures_of(glimpse("running", tally, done=3, written=1, failed=1, quarantined=1, queued=2, leased=2))
    assert (found.done, found.failed, found.left, found.total) == (4, 2, 4, 10)
    assert found.fraction == pytest.approx(0.6)
    assert found.expected_bytes == 8000, "what is quarantined takes no room"
    assert room_short(found), "4 kB are still to be written and 3 kB are free"
    assert samples_text(found) == "4 of 10, 2 failed"
    assert left_text(found) == "12 s ± 3.0 s"
    stopped = figures_of(glimpse("paused", tally, done=4, queued=6))
    assert (stopped.images_per_s, stopped.seconds_left, stopped.workers) == (0.0, None, ())


def test_what_can_be_done_follows_from_the_state() -> None:
    assert {s for s in get_args(JobState) if row(state=s).can("open")} == {"finished"}
    assert not row(state="running").can("again"), "while it is worked on"
    assert row(state="finished").can("again")
    assert not row(state="finished", failed=0).can("again")
    assert not row(state="running").can("remove")
    for state in ("paused", "interrupted", "cancelled", "too many failures", "damaged"):
        assert row(state=state).can("resume"), state
    assert not row(state="finished").can("cancel")
    assert not row(state="cancelled").can("cancel")


@pytest.mark.parametrize(
    ("job", "before", "priority"),
    [("a", "c", 5), ("c", "a", 5), ("e", "a", 5), ("a", None, 0), ("c", "e", 0), ("d", "c", 0), ("e", "b", 5)],
)
def test_a_job_takes_on_the_priority_that_keeps_it_in_its_place(job: str, before: str | None, priority: int) -> None:
    rows = [row("a", priority=5), row("b", priority=5), row("c"), row("d"), row("e")]
    found = moved_to(rows, job, before)
    assert found == priority
    moved = [replace(r, priority=found) if r.id == job else r for r in rows]
    order = [r for r in moved if r.id != job]
    at = len(order) if before is None else [r.id for r in order].index(before)
    order.insert(at, next(r for r in moved if r.id == job))
    assert [r.priority for r in order] == sorted((r.priority for r in order), reverse=True)


def test_the_queue_in_one_line() -> None:
    rows = [row("a", images_per_s=2.0), row("b", "queued"), row("c", "paused"), row("d", "finished")]
    assert summary(rows) == "1 rendering, 2.0 images/s · 1 waiting · 1 stopped · 1 finished"
    assert summary([]) == ""
    full = row("e", "waiting for disk", alive=True)
    assert summary([full]) == "1 waits for room on the disk", "it neither renders nor has it stopped for good"
    assert summary([full, replace(full, id="f")]) == "2 wait for room on the disk"


def test_why_it_stands_as_it_does_is_a_sentence() -> None:
    assert row(state="waiting for disk", told="the disk is full (/data)").meaning == "The disk is full (/data)"
    assert "by itself" in row(state="waiting for disk").meaning
    assert row(state="paused").meaning == MEANINGS["paused"]


def test_rates_are_of_the_last_seconds_and_stay_bounded() -> None:
    now = [0.0]
    log = RateLog(lambda: now[0])
    for second in range(3000):
        now[0] = float(second)
        log.take([row(done=2 * second + 1, failed=0)])
    points = log.of("a")
    assert 100 < len(points) <= 600
    assert points[0][0] == 0.0
    assert all(rate == pytest.approx(2.0) for _, rate in points)
    log.take([row(state="paused")])
    now[0] += 1000
    log.take([row(done=6000, failed=0)])
    now[0] += 2
    log.take([row(done=6010, failed=0)])
    assert log.of("a")[-1][1] == pytest.approx(5.0), "a pause does not count"
    log.take([])
    assert log.of("a") == ()


def test_a_remade_job_is_the_same_but_for_samples_and_place(tmp_path: Path) -> None:
    old = JobSnapshot(
        name="n", out=str(tmp_path / "set"), project_text="{}", project_hash="h", project_folder="/", width=8, height=8,
        samples=SampleSet.between(0, 100), formats={"coco": {}}, labels=(), quality="standard", versions={"a": "0"},
        seed=1, shard=(1, 2),
    ).named()  # fmt: skip
    found = remade(old, SampleSet.of([3, 7]), taken={str(tmp_path / "set-again-1")})
    assert found.out == str(tmp_path / "set-again-2")
    assert list(found.samples) == list(found.own) == [3, 7]
    assert found.versions == versions(), "it is made by the program as it is now"
    assert found.id != old.id
    again = remade(found, SampleSet.of([3]), taken=())
    assert again.out == str(tmp_path / "set-again-1"), "the word is not piled up"
    assert (again.name, again.project_text, again.formats, again.seed) == ("n", "{}", {"coco": {}}, 1)


def failed(index: int, cause: Any, state: SampleState = SampleState.QUARANTINED, key: str = "") -> SampleRow:
    return SampleRow(index, state, 1, 1, cause, f"because {index}", key, 0, 0, {})


def test_failures_are_grouped_by_cause() -> None:
    rows = [failed(3, "plugin"), failed(1, "contract"), failed(2, "plugin", SampleState.FAILED)]
    groups = grouped([*rows, failed(9, "", SampleState.DONE)])
    assert [(g.cause, [r.index for r in g.samples]) for g in groups] == [("plugin", [3, 2]), ("contract", [1])]
    assert groups[0].title == "A plugin raised an error"
    for cause in CAUSES:
        assert not cause or grouped([failed(1, cause)])[0].way_out, f"there is a way out of {cause}"


def test_what_was_kept_of_a_sample(tmp_path: Path) -> None:
    folder = tmp_path / "set.quarantine" / "00000004"
    folder.mkdir(parents=True)
    (folder / "reason.json").write_text('{"index": 4, "key": "", "reasons": ["a", "b"]}')
    (folder / "picture.png").write_bytes(b"no picture")
    kept = kept_of(tmp_path / "set", failed(4, "memory"))
    assert (kept.reasons, kept.folder, kept.picture) == (("a", "b"), folder, None)
    (folder / "reason.json").write_text("{")
    assert kept_of(tmp_path / "set", failed(4, "memory")).reasons == ("because 4",)
    assert kept_of(tmp_path / "set", failed(5, "memory")).folder is None


def test_orders_are_done_one_after_the_other_and_told() -> None:
    told: list[Any] = []
    orders = InOrder(lambda call: call(), "orders")
    gate = Event()
    orders.do(gate.wait)
    orders.do(lambda: 1, told.append)

    def refuse() -> None:
        raise InputError(Problem("JOB", "no"))

    orders.do(refuse, told.append, lambda error: told.append(type(error)))
    orders.do(lambda: 2, told.append)
    assert orders.busy
    gate.set()
    end_s = time.monotonic() + 10
    while orders.busy and time.monotonic() < end_s:
        time.sleep(0.01)
    assert told == [1, InputError, 2]
    orders.close()
    orders.do(lambda: 3, told.append)
    assert told == [1, InputError, 2]


def test_only_the_newest_question_is_answered() -> None:
    answers: list[int] = []
    reader = NewestAlone(lambda call: call(), "reader")
    gate, begun = Event(), Event()

    def first() -> int:
        begun.set()
        gate.wait(10)
        return 0

    reader.do(first, answers.append)
    assert begun.wait(10)
    for number in range(1, 6):
        reader.do(lambda number=number: number, answers.append)  # type: ignore[misc]
    gate.set()
    end_s = time.monotonic() + 10
    while reader.busy and time.monotonic() < end_s:
        time.sleep(0.01)
    assert answers == [0, 5]
    reader.close()


def test_rows_of_nothing(tmp_path: Path) -> None:
    nothing: Sequence[SampleRow] = ()
    assert grouped(nothing) == ()
