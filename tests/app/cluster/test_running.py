"""The head of a job on a cluster, with machines that are threads of this test: lost shards, refusals, going on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from myriorama.app.cluster.messages import ShardReport, ShardRequest
from myriorama.app.cluster.running import Watch, cut, run_on_cluster
from myriorama.app.cluster.shard import drive_shard
from myriorama.app.cluster.tasks import TaskLostError
from myriorama.app.dataset.layout import partial_of
from myriorama.app.production.job import JobCancelledError, JobSettings, Progress, run_job, snapshot_of
from myriorama.app.render_queue.jobs import Jobs
from myriorama.app.render_queue.reconcile import begin_dataset, snapshot_of_partial
from myriorama.app.render_queue.snapshot import snapshot_from_text
from myriorama.scenes.errors import DeviceError, InputError, MyrioramaError


class OneMachine:
    """Makes each shard the moment it is submitted, or loses it."""

    def __init__(self, folder: Path, lose: Sequence[int] = ()) -> None:
        self._folder = folder
        self._lose = list(lose)
        self._told: dict[int, str | None] = {}
        self.submitted: list[tuple[int, int]] = []

    def slots(self, workers: int) -> int:
        return 2

    def submit(self, request: str, workers: int) -> int:
        asked = ShardRequest.from_text(request)
        shard = snapshot_from_text(asked.snapshot).shard
        assert shard is not None
        self.submitted.append(shard)
        handle = len(self._told)
        if handle in self._lose:
            self._told[handle] = None
        else:
            self._told[handle] = drive_shard(asked, self._folder, threading.Event()).to_text()
        return handle

    def ended(self, handles: Sequence[int], timeout_s: float) -> Sequence[int]:
        return handles

    def result(self, handle: int) -> str:
        told = self._told[handle]
        if told is None:
            raise TaskLostError("its machine is gone")
        return told

    def cancel(self, handle: int) -> None:
        pass


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.gl
def test_a_lost_shard_is_made_again(tiny_project: Path, tmp_path: Path) -> None:
    here = run_job(JobSettings(tiny_project, 6, tmp_path / "here"))
    seen: list[Progress] = []
    machine = OneMachine(tmp_path / "state", lose=[1])
    there = run_on_cluster(JobSettings(tiny_project, 6, tmp_path / "there"), machine, seen.append)
    assert machine.submitted == [(1, 2), (2, 2), (2, 2)]
    assert (there.written, there.quarantined) == (6, ())
    assert (seen[-1].done, seen[-1].total) == (6, 6)
    assert seen[-1].bytes > 0
    assert {"render", "commit"} <= set(there.timings_ms)
    assert files_of(tmp_path / "there") == files_of(here.folder)
    assert not list((tmp_path / "state").iterdir()), "a finished shard leaves nothing on its machine"


@pytest.mark.gl
def test_what_a_cluster_began_is_finished_here(tiny_project: Path, tmp_path: Path) -> None:
    here = run_job(JobSettings(tiny_project, 6, tmp_path / "here"))
    machine = OneMachine(tmp_path / "state", lose=range(1, 20))
    settings = JobSettings(tiny_project, 6, tmp_path / "there")
    with pytest.raises(MyrioramaError, match="lost 5 times: its machine is gone"):
        run_on_cluster(settings, machine)
    assert len(machine.submitted) == 6
    snapshot = snapshot_of(settings)
    watch = Watch(snapshot)
    told = watch.look(force=True)
    assert told is not None
    assert (told.done, told.total) == (3, 6)
    again = run_job(replace(settings, resume=True))
    assert again.written == 6
    assert files_of(again.folder) == files_of(here.folder)


def test_nothing_stays_of_what_never_began(tiny_project: Path, tmp_path: Path) -> None:
    machine = OneMachine(tmp_path / "state", lose=range(20))
    with pytest.raises(MyrioramaError, match="lost 5 times"):
        run_on_cluster(JobSettings(tiny_project, 6, tmp_path / "there"), machine)
    assert not partial_of(tmp_path / "there").exists()


def test_a_stop_ends_the_job_and_can_be_gone_on_from(tiny_project: Path, tmp_path: Path) -> None:
    class Busy(OneMachine):
        cancelled: tuple[int, ...] = ()

        def ended(self, handles: Sequence[int], timeout_s: float) -> Sequence[int]:
            return self.cancelled

        def cancel(self, handle: int) -> None:
            self.cancelled = (*self.cancelled, handle)

    machine = Busy(tmp_path / "state", lose=range(20))
    with pytest.raises(JobCancelledError):
        run_on_cluster(JobSettings(tiny_project, 6, tmp_path / "there"), machine, stop=lambda: True)
    assert machine.cancelled == (0, 1)


def test_a_machine_that_does_not_see_the_folder_refuses(tiny_project: Path, tmp_path: Path) -> None:
    whole = snapshot_of(JobSettings(tiny_project, 6, tmp_path / "set"))
    request = ShardRequest(replace(whole, shard=(1, 2)).named().to_text(), 1)
    report = drive_shard(request, tmp_path / "state", threading.Event())
    assert report.ending == "refused"
    error = ShardReport.from_text(report.to_text()).to_error()
    assert isinstance(error, InputError)
    assert "does not see" in str(error)
    assert not partial_of(tmp_path / "set").exists(), "it must make no dataset of its own"


def test_a_refusal_keeps_its_kind() -> None:
    for error in (DeviceError("no device"), MyrioramaError("something")):
        again = ShardReport.from_text(ShardReport.of_refusal(error).to_text()).to_error()
        assert type(again) is type(error)
        assert str(again) == str(error)


def test_shards_are_neither_tiny_nor_few(tiny_project: Path, tmp_path: Path) -> None:
    def shards(count: int, slots: int) -> list[int]:
        found = cut(snapshot_of(JobSettings(tiny_project, count, tmp_path / "set")), slots)
        numbers = sorted(n for shard in found for n in shard.own)
        assert numbers == list(range(count)), "each sample is of one shard"
        return [len(shard.own) for shard in found]

    assert len(shards(3, 8)) == 3
    assert len(shards(100, 8)) == 8
    assert len(shards(10_000, 8)) == 32
    assert max(shards(10_000, 8)) - min(shards(10_000, 8)) <= 1


def test_shards_of_one_dataset_may_be_made_at_once_on_one_machine(tiny_project: Path, tmp_path: Path) -> None:
    whole = snapshot_of(JobSettings(tiny_project, 6, tmp_path / "set"))
    first, second = (replace(whole, shard=(k, 2)).named() for k in (1, 2))
    jobs = Jobs(tmp_path / "queue")
    jobs.add(first)
    jobs.add(second)
    for taken in (first, whole):
        with pytest.raises(InputError, match="makes this dataset already"):
            jobs.add(taken)
    begin_dataset(first)
    assert snapshot_of_partial(tmp_path / "set") == whole, "whoever begins it leaves the whole job for the others"
