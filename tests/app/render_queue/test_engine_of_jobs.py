"""A job tells what makes its pictures, read from its snapshot once."""

from __future__ import annotations

from pathlib import Path

from myriorama.app.dataset.sampleset import SampleSet
from myriorama.app.queue_view.figures import figures_of
from myriorama.app.render_queue.jobs import Jobs
from myriorama.app.render_queue.service import look, made_by
from myriorama.app.render_queue.snapshot import JobSnapshot


def snapshot(out: Path, engine: str, output: str) -> JobSnapshot:
    return JobSnapshot(
        name="cups",
        out=str(out),
        project_text=f'{{"output": {output}}}',
        project_hash="0" * 16,
        project_folder=str(out.parent),
        samples=SampleSet(((0, 4),)),
        width=64,
        height=48,
        formats={"coco": {}},
        labels=(),
        quality="standard",
        versions={},
        seed=0,
        engine=engine,
    ).named()


def test_rows_tell_the_engine(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "queue")
    jobs.add(snapshot(tmp_path / "a", "pathtraced", '{"tracing": {"samples_per_pixel": 32, "denoise": false}}'))
    jobs.add(snapshot(tmp_path / "b", "raster", "{}"))
    told = [figures_of(look(jobs, entry)).engine for entry in jobs.entries()]
    assert told == ["path traced, 32 paths", "raster"]


def test_a_snapshot_that_was_changed_tells_nothing(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "queue")
    made = snapshot(tmp_path / "a", "raster", "{}")
    jobs.add(made)
    folder = jobs.folder_of(made.id)
    file = next(path for path in folder.iterdir() if path.suffix == ".json")
    file.write_text(file.read_text(encoding="utf-8").replace("cups", "cats"), encoding="utf-8")
    assert made_by(folder) == ""
