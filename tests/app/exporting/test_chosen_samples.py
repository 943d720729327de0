"""A dataset of chosen numbers: its manifest names them, and verifying holds it to them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from myriorama.app.dataset.manifest import read_manifest
from myriorama.app.dataset.verify import verify
from myriorama.app.production.job import JobCancelledError, JobSettings, run_job
from myriorama.scenes.errors import InputError

pytestmark = pytest.mark.gl


def test_gaps_are_in_the_manifest_and_no_gap_is_no_difference(small_file: Path, tmp_path: Path) -> None:
    gaps = run_job(JobSettings(small_file, 0, tmp_path / "gaps", indices=(5, 1, 2), formats=("coco",)))
    assert gaps.written == 3
    assert verify(gaps.folder).sound
    whole = run_job(JobSettings(small_file, 3, tmp_path / "whole", start=1, formats=("coco",)))
    same = run_job(JobSettings(small_file, 0, tmp_path / "same", indices=(3, 2, 1), formats=("coco",)))
    assert read_manifest(whole.folder).digest == read_manifest(same.folder).digest
    assert "index_runs" not in read_manifest(same.folder).head
    manifest = gaps.folder / "manifest.json"
    text = manifest.read_bytes()
    body, _, _ = text.rpartition(b'],\n"digest":"')
    for told in (b'"index_runs":[[1,2],[5,6]]', b'"index_runs":[[1,999999999999]]', b'"index_runs":[[1,3]]'):
        changed = body.replace(b'"index_runs":[[1,2],[5,5]]', told)
        assert changed != body
        manifest.write_bytes(changed + b'],\n"digest":"' + hashlib.sha256(changed).hexdigest().encode() + b'"}\n')
        assert any("runs" in f.message for f in verify(gaps.folder).findings)


def test_numbers_named_twice_are_refused(small_file: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="twice"):
        run_job(JobSettings(small_file, 0, tmp_path / "twice", indices=(1, 1)))
    with pytest.raises(InputError, match="at least one"):
        run_job(JobSettings(small_file, 0, tmp_path / "none", indices=()))
    assert not list(tmp_path.glob("twice*")) + list(tmp_path.glob("none*"))


def test_a_job_is_made_of_the_text_it_is_given(small_file: Path, tmp_path: Path) -> None:
    text = small_file.read_text(encoding="utf-8").replace('"seed": 5', '"seed": 6')
    settings = JobSettings(small_file, 1, tmp_path / "text", formats=("coco",), project_text=text)
    assert read_manifest(run_job(settings).folder).head["info"]["seed"] == 6
    with pytest.raises(JobCancelledError):
        run_job(replace(settings, count=3, out=tmp_path / "stopped"), stop=lambda: True)
    assert not list(tmp_path.glob("stopped*")), "nothing was made, so nothing is left"
