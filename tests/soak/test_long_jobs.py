"""Long jobs through the whole queue: real workers, real files. Memory stays flat, and a sample's overhead small."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import psutil
import pytest

from myriorama.app.dataset.manifest import read_manifest
from myriorama.app.dataset.verify import verify
from myriorama.app.production.job import JobSettings, Progress, run_job

pytestmark = [pytest.mark.alone, pytest.mark.gl]
GROWS_AT_MOST = 50 * 2**20
OVERHEAD_AT_MOST_MS = 20.0


def soak(project: Path, folder: Path, samples: int) -> None:
    """Make a dataset with two workers and hold it to what is promised."""
    me = psutil.Process()
    memory: list[int] = []
    cpu_s: list[float] = []

    def look(progress: Progress) -> None:
        if progress.done % (samples // 50) == 0:
            memory.append(me.memory_info().rss)
        if progress.done in (samples // 10, samples):
            cpu_s.append(time.process_time())

    result = run_job(JobSettings(project, samples, folder / "set", workers=2, queue_folder=folder / "queue"), look)
    settled, finished = memory[len(memory) // 10], me.memory_info().rss
    assert result.written == samples
    assert result.quarantined == ()
    assert max(memory) - settled <= GROWS_AT_MOST
    assert finished - settled <= GROWS_AT_MOST, "finishing the dataset must not hold it in memory"
    driver_ms = 1000 * (cpu_s[-1] - cpu_s[0]) / (0.9 * samples)
    stages = {name: ms / samples for name, ms in result.timings_ms.items()}
    assert set(stages) == {
        "draw", "build", "render", "read-back", "effects", "annotate", "check", "encode", "commit"
    }  # fmt: skip
    assert driver_ms <= OVERHEAD_AT_MOST_MS / 2, "CPU time of the queue, whatever else the machine does"
    manifest = read_manifest(result.folder)
    assert [row["index"] for row in manifest.samples] == list(range(samples))
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{samples} samples: {result.seconds:.0f} s, driver {driver_ms:.2f} ms of CPU a sample, "
        f"commit {stages['commit']:.2f} ms (wall), memory {settled >> 20} -> {max(memory) >> 20} -> {finished >> 20} "
        f"MiB, children {children.ru_utime + children.ru_stime:.0f} CPU s"
    )


def test_five_thousand_samples(tiny_project: Path, tmp_path: Path) -> None:
    soak(tiny_project, tmp_path, 5_000)
    assert not verify(tmp_path / "set").findings


@pytest.mark.long
def test_a_hundred_thousand_samples(tiny_project: Path, tmp_path: Path) -> None:
    soak(tiny_project, tmp_path, 100_000)
