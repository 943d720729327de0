"""The same sample has the same bytes: alone, in a batch, backwards, in one worker and in two."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from myriorama.app import open_project
from myriorama.app.dataset.verify import verify
from myriorama.app.production.job import JobSettings, Progress, run_job
from myriorama.scenes.labels.record import Record
from myriorama.scenes.sample import sample_to_json

pytestmark = pytest.mark.gl


def fingerprint(record: Record) -> tuple[object, ...]:
    frame = record.frame
    arrays = (frame.rgb, frame.surface_id, frame.depth, frame.normal, frame.object_coordinates)
    return (
        record.key,
        sample_to_json(record.sample),
        *(None if a is None else a.tobytes() for a in arrays),
        [(a.rle, a.amodal_rle, a.visible) for a in record.annotations],
    )


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_alone_in_a_batch_and_backwards(small_project: Callable[..., Path]) -> None:
    path = small_project()
    with open_project(path) as opened:
        forward = {r.index: fingerprint(r) for r in opened.records(range(4))}
        backward = {r.index: fingerprint(r) for r in opened.records(range(3, -1, -1))}
    with open_project(path) as opened:
        alone = fingerprint(opened.record(2))
    assert forward == backward
    assert alone == forward[2]
    assert len({f[2] for f in forward.values()}) == 4, "different samples must be different pictures"


def test_one_worker_and_two_write_the_same_dataset(small_project: Callable[..., Path], tmp_path: Path) -> None:
    path = small_project()
    seen: list[Progress] = []
    one = run_job(JobSettings(path, 6, tmp_path / "one"), seen.append)
    two = run_job(JobSettings(path, 6, tmp_path / "two", workers=2))
    assert (one.written, one.quarantined, two.written) == (6, (), 6)
    assert files_of(one.folder) == files_of(two.folder)
    assert sorted({p.done for p in seen} - {0}) == [1, 2, 3, 4, 5, 6]
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert seen[-1].seconds_left == 0
    assert not verify(one.folder).findings


def test_a_part_of_a_longer_job_has_the_samples_of_the_whole(
    small_project: Callable[..., Path], tmp_path: Path
) -> None:
    path = small_project()
    whole = files_of(run_job(JobSettings(path, 4, tmp_path / "whole")).folder)
    part = files_of(run_job(JobSettings(path, 2, tmp_path / "part", start=2)).folder)
    samples = [name for name in part if Path(name).stem in ("00000002", "00000003")]
    assert len(samples) >= 2 * 5
    assert {name: part[name] for name in samples} == {name: whole[name] for name in samples}


def test_another_seed_is_another_dataset(small_project: Callable[..., Path]) -> None:
    path = small_project()
    with open_project(path, seed=0) as zero, open_project(path, seed=1) as one:
        assert not np.array_equal(zero.record(0).rgb, one.record(0).rgb)
    with open_project(path, seed=0) as again:
        key = again.sample(0).key
    with open_project(path, seed=0) as again:
        assert again.sample(0).key == key
