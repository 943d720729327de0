"""A job's database against a model made of dictionaries, whatever is done to it in whatever order."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from myriorama.app.dataset.sampleset import SampleSet
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.app.render_queue.states import SampleState
from myriorama.app.render_queue.store import JobStore, Lease

NUMBERS = (0, 1, 2, 5, 6, 9)
SNAPSHOT = JobSnapshot(
    name="model",
    out="/nowhere/model",
    project_text="{}",
    project_hash="0" * 64,
    project_folder="/nowhere",
    samples=SampleSet.of(NUMBERS),
    width=8,
    height=8,
    formats={"coco": {}},
    labels=(),
    quality="draft",
    versions={},
    seed=0,
).named()


class StoreMachine(RuleBasedStateMachine):
    """Every rule does the same to the database and to the model."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self.store = JobStore.create(Path(self._folder.name) / "job", SNAPSHOT)
        self.state = dict.fromkeys(NUMBERS, SampleState.QUEUED)
        self.token = dict.fromkeys(NUMBERS, 0)
        self.attempt = dict.fromkeys(NUMBERS, 0)
        self.failures: dict[int, dict[str, int]] = {n: {} for n in NUMBERS}
        self.size = dict.fromkeys(NUMBERS, 0)
        self.leases: list[Lease] = []
        self.last_token = 0

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()

    def in_force(self, lease: Lease) -> bool:
        return self.state[lease.index] == SampleState.LEASED and self.token[lease.index] == lease.token

    def note(self, lease: Lease) -> None:
        self.last_token += 1
        assert lease.token == self.last_token, "tokens must rise and never come twice"
        self.state[lease.index] = SampleState.LEASED
        self.token[lease.index] = lease.token
        self.attempt[lease.index] += 1
        assert lease.attempt == self.attempt[lease.index]
        self.size[lease.index] = 0
        self.leases.append(lease)

    @rule(number=st.integers(0, 4))
    def lease(self, number: int) -> None:
        queued = [n for n in NUMBERS if self.state[n] == SampleState.QUEUED]
        expected = sorted(queued, key=lambda n: (bool(self.failures[n]), n))[:number]
        found = self.store.lease(number) if number else []
        assert [x.index for x in found] == expected
        for lease in found:
            self.note(lease)

    @rule(index=st.sampled_from(NUMBERS))
    def lease_one(self, index: int) -> None:
        queued = self.state[index] == SampleState.QUEUED
        found = self.store.lease_again(index)
        assert (found is not None) == queued
        if found is not None:
            self.note(found)

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), size=st.integers(1, 10**12))
    def written(self, data: Any, size: int) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        holds = self.in_force(lease)
        assert self.store.in_force(lease) == holds
        assert self.store.written(lease, f"key{lease.index}", size, 5) == holds
        if holds:
            self.state[lease.index], self.size[lease.index] = SampleState.WRITTEN, size

    @precondition(lambda self: self.leases)
    @rule(
        data=st.data(),
        cause=st.sampled_from(["plugin", "signal", "memory"]),
        then=st.sampled_from([SampleState.QUEUED, SampleState.QUARANTINED]),
        reason=st.text(max_size=20),
    )
    def failed(self, data: Any, cause: Any, then: SampleState, reason: str) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        holds = self.in_force(lease)
        reason = reason.encode("utf-8", "replace").decode()
        assert self.store.failed(lease, cause, reason, then) == holds
        if holds:
            self.state[lease.index] = then
            counted = self.failures[lease.index]
            counted[cause] = counted.get(cause, 0) + 1
            assert self.store.row(lease.index).reason == reason

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def give_back(self, data: Any) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        holds = self.in_force(lease)
        assert self.store.give_back(lease) == holds
        if holds:
            self.state[lease.index] = SampleState.QUEUED

    @rule()
    def settle(self) -> None:
        written = [n for n in NUMBERS if self.state[n] == SampleState.WRITTEN]
        assert self.store.settle_written() == len(written)
        self.state.update(dict.fromkeys(written, SampleState.DONE))

    @rule(again=st.sampled_from([SampleState.QUARANTINED, SampleState.DONE]))
    def again(self, again: SampleState) -> None:
        chosen = [n for n in NUMBERS if self.state[n] == again]
        assert self.store.again(again) == len(chosen)
        for n in chosen:
            self.state[n], self.failures[n], self.size[n] = SampleState.QUEUED, {}, 0

    @rule(index=st.sampled_from(NUMBERS), size=st.integers(1, 100))
    def adopt(self, index: int, size: int) -> None:
        self.store.adopt([(index, "adopted", size)])
        self.state[index], self.size[index] = SampleState.DONE, size

    @rule()
    def die_and_open_again(self) -> None:
        self.store.close()
        self.store = JobStore.open_for_driving(Path(self._folder.name) / "job")
        held = [n for n in NUMBERS if self.state[n] in (SampleState.LEASED, SampleState.WRITTEN)]
        assert self.store.release_leases() == len(held)
        self.state.update(dict.fromkeys(held, SampleState.QUEUED))

    @invariant()
    def says_what_the_model_says(self) -> None:
        rows = list(self.store.rows())
        assert [r.index for r in rows] == list(NUMBERS)
        assert {r.index: r.state for r in rows} == self.state
        assert {r.index: r.attempt for r in rows} == self.attempt
        assert {r.index: dict(r.failures) for r in rows} == self.failures
        counts = self.store.counts()
        assert counts == {state: sum(s == state for s in self.state.values()) for state in SampleState}
        done = [r.index for r in self.store.rows(SampleState.DONE)]
        assert done == [n for n in NUMBERS if self.state[n] == SampleState.DONE]


TestJobStore = StoreMachine.TestCase
TestJobStore.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)


def test_pages_of_rows_are_read_without_a_gap(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("myriorama.app.render_queue.store._PAGE", 7)
    from dataclasses import replace

    chosen = SampleSet.between(3, 60, without=(9, 10, 30))
    with JobStore.create(tmp_path / "job", replace(SNAPSHOT, samples=chosen).named()) as store:
        assert [row.index for row in store.rows()] == list(chosen)
        store.requeue([])
        leases = store.lease(20)
        assert [row.index for row in store.rows(SampleState.LEASED)] == [x.index for x in leases]
        with store_for_reading(tmp_path / "job") as reader:
            assert reader.counts() == store.counts()


def store_for_reading(folder: Path) -> JobStore:
    return JobStore.open_for_reading(folder)
