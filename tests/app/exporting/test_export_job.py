"""Real exports through the queue: sound, the same as the command line's, stopped, resumed, killed."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from myriorama.app.dataset.manifest import read_manifest
from myriorama.app.dataset.verify import verify
from myriorama.app.exporting.estimate import Estimate, Estimator
from myriorama.app.exporting.exports import Exports
from myriorama.app.exporting.settings import ExportSettings, Source, as_command, as_python
from myriorama.app.render_queue.jobs import Jobs
from myriorama.app.render_queue.service import QueueService
from myriorama.app.render_queue.states import SampleState

if TYPE_CHECKING:
    from tests.app.exporting.conftest import Models

pytestmark = pytest.mark.gl


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_an_export_equals_the_command_and_the_script(
    exports: Exports, models: Models, small_file: Path, small_source: Source, tmp_path: Path
) -> None:
    settings = ExportSettings(
        count=6,
        folder=tmp_path / "window" / "small-1",
        start=2,
        width=80,
        height=60,
        formats={"coco": {"extras": False}, "raw": {"depth": "float32"}},
        left_out=(3, 6),
    )
    seen: list[tuple[str, int]] = []
    exports.changed.connect(lambda job: seen.append((job.state.value.status, job.state.value.done)))
    job = exports.start(settings, small_source)
    assert exports.running == (job,)
    models.run(lambda: job.state.value.ended)
    state = job.state.value
    assert state.status == "finished", state.message
    outcome = state.outcome
    assert outcome is not None
    assert (outcome.written, outcome.quarantined_count, outcome.sound) == (4, 0, True)
    assert ("running", 4) in seen
    assert any(status == "verifying" for status, _ in seen)
    report = verify(outcome.folder)
    assert report.sound, report.findings
    assert report.digest == outcome.digest
    manifest = read_manifest(outcome.folder)
    assert [s["index"] for s in manifest.samples] == [2, 4, 5, 7]
    assert manifest.head["index_runs"] == [[2, 2], [4, 5], [7, 7]]
    assert manifest.head["formats"]["raw"]["options"] == {"normals": "none", "depth": "float32"}
    assert not (outcome.folder / "normals").exists(), "the project's own option holds beside the one that was given"

    by_command = replace(settings, folder=tmp_path / "command" / "small")
    words = shlex.split(as_command(by_command, small_file))
    assert words[:2] == ["myriorama", "render"]
    subprocess.run([sys.executable, "-m", "myriorama.app.cli", *words[1:]], check=True, capture_output=True)
    script = tmp_path / "script.py"
    script.write_text(as_python(replace(settings, folder=tmp_path / "python" / "small"), small_file), encoding="utf-8")
    subprocess.run([sys.executable, str(script)], check=True, capture_output=True)
    for other in ("command", "python"):
        assert read_manifest(tmp_path / other / "small").digest == outcome.digest

    exports.forget(job)
    assert exports.jobs == ()


@pytest.mark.parametrize("discard", [True, False])
def test_a_stopped_export(
    exports: Exports, models: Models, small_source: Source, tmp_path: Path, discard: bool
) -> None:
    job = exports.start(ExportSettings(400, tmp_path / "long", formats={"coco": {}}), small_source)
    models.run(lambda: job.state.value.done >= 1)
    job.cancel(discard=discard)
    assert job.state.value.status == "cancelling"
    models.run(lambda: job.state.value.ended, 20)
    state = job.state.value
    assert state.status == "cancelled"
    assert 1 <= state.done < 400
    assert not (tmp_path / "long").exists()
    assert (tmp_path / "long.partial").is_dir() == (not discard)
    assert bool(state.unfinished) == (not discard)
    in_queue = Jobs(tmp_path / "queue").entries()
    assert bool(in_queue) == (not discard), "a job that was discarded is in no queue"
    job.discard_unfinished()
    models.run(lambda: not job.state.value.unfinished)
    assert not (tmp_path / "long.partial").exists()
    assert Jobs(tmp_path / "queue").entries() == ()


def test_a_stopped_export_goes_on(exports: Exports, models: Models, small_source: Source, tmp_path: Path) -> None:
    settings = ExportSettings(12, tmp_path / "set", formats={"coco": {}})
    job = exports.start(settings, small_source)
    models.run(lambda: job.state.value.done >= 2)
    job.cancel(discard=False)
    models.run(lambda: job.state.value.ended, 20)
    if job.state.value.status == "cancelled":  # it may have been faster
        job.resume()
        models.run(lambda: job.state.value.ended)
    outcome = job.state.value.outcome
    assert outcome is not None, job.state.value.message
    assert outcome.written == 12
    assert verify(tmp_path / "set").sound


def test_a_killed_runner_is_replaced_and_leaves_no_process(
    exports: Exports, models: Models, render_queue: QueueService, small_source: Source, tmp_path: Path
) -> None:
    job = exports.start(ExportSettings(60, tmp_path / "long", formats={"raw": {}}), small_source)
    models.run(lambda: job.state.value.done >= 3)
    runner = render_queue._runner
    assert runner is not None
    workers = [int(p) for p in Path(f"/proc/{runner.pid}/task/{runner.pid}/children").read_text().split()]
    os.kill(runner.pid, signal.SIGKILL)
    models.run(lambda: not any(alive(p) for p in workers), 10)
    models.run(lambda: job.state.value.ended)
    assert job.state.value.status == "finished", job.state.value.message
    assert verify(tmp_path / "long").sound


def test_exports_wait_for_each_other(
    exports: Exports, models: Models, render_queue: QueueService, small_source: Source, tmp_path: Path
) -> None:
    first = exports.start(ExportSettings(40, tmp_path / "first", formats={"coco": {}}), small_source)
    models.run(lambda: first.state.value.status == "running")
    second = exports.start(ExportSettings(2, tmp_path / "second", formats={"coco": {}}), small_source)
    models.run(lambda: second.state.value.status == "waiting")
    assert exports.of(second.job) is second
    render_queue.jobs.set_priority(second.job, 5)
    models.run(lambda: second.state.value.status == "finished")
    assert not first.state.value.ended, "what has priority goes first"
    first.cancel(discard=True)
    models.run(lambda: first.state.value.ended)
    assert [e.id for e in render_queue.jobs.entries()] == [second.job]


def test_what_cannot_start_is_told_with_its_place(
    exports: Exports, models: Models, small_source: Source, tmp_path: Path
) -> None:
    tree = json.loads(small_source.text)
    tree["objects"][0]["parameters"]["height_m"] = -1
    broken = replace(small_source, text=json.dumps(tree))
    job = exports.start(ExportSettings(4, tmp_path / "none", formats={"coco": {}}), broken)
    models.run(lambda: job.state.value.ended)
    state = job.state.value
    assert state.status == "failed"
    assert "height_m" in state.problems[0].place
    assert list(tmp_path.glob("none*")) == []


def test_what_a_format_cannot_hold_is_told_and_leaves_nothing(
    exports: Exports, models: Models, render_queue: QueueService, small_source: Source, tmp_path: Path
) -> None:
    options = {"raw": {"depth_unit_m": 1e-06}}
    job = exports.start(ExportSettings(4, tmp_path / "deep", formats=options), small_source)
    models.run(lambda: job.state.value.ended)
    state = job.state.value
    assert state.status == "failed"
    assert "depth_unit_m" in state.message
    models.run(lambda: not render_queue.jobs.entries() and not list(tmp_path.glob("deep*")))


def test_closing_the_queue_pauses_what_runs(
    exports: Exports, models: Models, render_queue: QueueService, small_source: Source, tmp_path: Path
) -> None:
    job = exports.start(ExportSettings(400, tmp_path / "long", formats={"coco": {}}), small_source)
    models.run(lambda: job.state.value.done >= 2)
    runner = render_queue._runner
    assert runner is not None
    exports.close()
    render_queue.close()
    models.run(lambda: not alive(runner.pid), 10)
    view = render_queue.jobs.view(render_queue.jobs.entry(job.job))
    assert view.state == "interrupted"
    assert view.counts[SampleState.DONE] >= 2


def test_an_estimate_of_real_samples_is_near_what_comes_of_it(
    exports: Exports, models: Models, small_source: Source, tmp_path: Path
) -> None:
    estimator = Estimator(models.post)
    got: list[Estimate] = []
    refused: list[str] = []
    estimator.ready.connect(got.append)
    estimator.failed.connect(refused.append)
    settings = ExportSettings(50, tmp_path / "never", formats={"coco": {}, "raw": {}})
    estimator.ask(replace(settings, width=4000, height=3000), small_source)
    estimator.ask(settings, small_source)  # the newest question is answered, and it alone
    assert estimator.busy
    models.run(lambda: bool(got or refused))
    assert refused == []
    assert not estimator.busy
    estimate = got[0]
    assert estimate.samples == 4
    job = exports.start(replace(settings, count=12, folder=tmp_path / "made"), small_source)
    models.run(lambda: job.state.value.ended)
    outcome = job.state.value.outcome
    assert outcome is not None
    size, spread = estimate.bytes(12)
    assert abs(outcome.bytes - size) <= max(4 * spread, 0.25 * outcome.bytes)
    assert not (tmp_path / "never").exists()
    estimator.close()
