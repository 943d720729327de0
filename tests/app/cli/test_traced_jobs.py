"""Path-traced jobs by the command line: what the options come to, and the same bytes however the work is cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.program import run
from myriorama.app.dataset.layout import CARD, partial_of
from myriorama.app.dataset.manifest import read_manifest
from myriorama.app.dataset.verify import verify
from myriorama.app.production import job
from myriorama.app.production.job import JobSettings, Progress, run_job, snapshot_of
from myriorama.app.render_queue.driver import Driver
from myriorama.app.render_queue.jobs import Jobs
from myriorama.app.render_queue.merging import merge_shards
from myriorama.app.render_queue.reconcile import begin_dataset
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.rendering.pathtraced.probe import SCALAR, find_tracer

TRACED = ["--engine", "pathtraced"]
TINY = {"samples_per_pixel": 2, "max_depth": 3}
SAMPLES = 4


@pytest.fixture(scope="module", autouse=True)
def can_trace() -> None:
    found = find_tracer()
    if found.variant in ("", SCALAR):
        pytest.skip(f"no path tracer here: {found.sentence}")


@pytest.fixture
def cups(tmp_path: Path, mugs_tree: Callable[..., dict[str, Any]]) -> Path:
    """A project of some mugs, which its file gives to the raster engine."""
    folder = tmp_path / "project"
    folder.mkdir()
    path = folder / "project.json"
    path.write_text(json.dumps(mugs_tree(output={"width": 48, "height": 36})), encoding="utf-8")
    return path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, cups: Path, tmp_path: Path) -> Callable[..., Any]:
    """Return a function that gives `render` options and returns the job that it would start, as it is kept."""

    def snapshot(*options: str) -> Any:
        kept = []

        def stop(settings: JobSettings, *_: Any) -> None:
            kept.append(snapshot_of(settings))
            raise InputError(Problem("the job", "it is not to run"))

        monkeypatch.setattr(job, "run_job", stop)
        words = ["render", str(cups), "--count", "2", "--out", str(tmp_path / "set"), *options]
        assert run(words) == ExitCode.BAD_INPUT
        return kept[0]

    return snapshot


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        ([], {}),
        (["--spp", "3"], {"samples_per_pixel": 3}),
        (["--no-denoise"], {"denoise": False}),
        (["--denoise"], {"denoise": True}),
        (["--max-depth", "2"], {"max_depth": 2}),
        (["--noise-target", "0.02"], {"noise_target": 0.02}),
        (
            ["--spp", "64", "--noise-target", "0.01", "--max-depth", "12", "--no-denoise"],
            {"samples_per_pixel": 64, "noise_target": 0.01, "max_depth": 12, "denoise": False},
        ),
    ],
)
def test_an_option_changes_what_it_names_and_nothing_else(
    asked: Callable[..., Any], cups: Path, options: list[str], changed: dict[str, Any]
) -> None:
    snapshot = asked(*TRACED, *options)
    assert snapshot.engine == "pathtraced"
    before = parse_project(cups.read_text(encoding="utf-8")).output.tracing.model_dump()
    output = parse_project(snapshot.project_text).output
    assert output.engine == "pathtraced"
    assert output.tracing.model_dump() == {**before, **changed}


@pytest.mark.parametrize("option", [["--spp", "3"], ["--no-denoise"], ["--max-depth", "2"], ["--noise-target", "0.1"]])
def test_options_of_the_tracer_are_refused_where_it_makes_no_picture(
    cups: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: list[str]
) -> None:
    out = tmp_path / "set"
    assert run(["render", str(cups), "--count", "1", "--out", str(out), *option]) == ExitCode.BAD_INPUT
    assert "--engine pathtraced" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    "option",
    [["--spp", "0"], ["--spp", "65537"], ["--max-depth", "0"], ["--max-depth", "65"], ["--noise-target", "1"],
     ["--noise-target", "-0.1"], ["--noise-target", "nan"], ["--engine", "cycles"]],
)  # fmt: skip
def test_values_that_cannot_be_are_refused(
    cups: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: list[str]
) -> None:
    out = tmp_path / "set"
    engine = [] if option[0] == "--engine" else TRACED
    assert run(["render", str(cups), "--count", "1", "--out", str(out), *engine, *option]) not in (0, 1)
    told = capsys.readouterr().err
    assert option[0] in told or "noise" in told
    assert "Traceback" not in told
    assert not out.exists()


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def settings_of(project: Path, out: Path, **more: Any) -> JobSettings:
    return JobSettings(project, SAMPLES, out, engine="pathtraced", tracing=TINY, formats=("raw",), **more)


@pytest.mark.gl
def test_two_workers_write_the_bytes_of_one(cups: Path, tmp_path: Path) -> None:
    words = ["render", str(cups), "--count", str(SAMPLES), "--format", "raw", *TRACED, "--spp", "2", "--max-depth", "3"]
    assert run([*words, "--out", str(tmp_path / "one")]) == 0
    two = run_job(settings_of(cups, tmp_path / "two", workers=2)).folder
    assert files_of(two) == files_of(tmp_path / "one")
    head = read_manifest(two).head
    assert head["engine"] == "pathtraced"
    assert {name: head["tracing"][name] for name in TINY} == TINY
    assert "path tracing, 2 paths through every pixel" in (two / CARD).read_text(encoding="utf-8")
    assert any("mitsuba" in device.lower() for device in head["devices"])
    assert not verify(two).findings


@pytest.mark.gl
@pytest.mark.long
def test_resumed_and_merged_jobs_have_the_bytes_of_one_run(cups: Path, tmp_path: Path) -> None:
    whole = files_of(run_job(settings_of(cups, tmp_path / "whole")).folder)

    def stop(progress: Progress) -> None:
        if progress.done >= 2:
            raise KeyboardInterrupt

    halved = settings_of(cups, tmp_path / "halved")
    with pytest.raises(KeyboardInterrupt):
        run_job(halved, stop)
    assert partial_of(halved.out).is_dir()
    assert files_of(run_job(replace(halved, resume=True)).folder) == whole
    shards = tmp_path / "shards"
    for number in (2, 1):
        run_job(settings_of(cups, shards, shard=(number, 2)))
    merge_shards(shards)
    assert files_of(shards) == whole


def test_a_slower_path_tracer_is_told_of_before_the_job(monkeypatch, capsys) -> None:
    from myriorama.app.cli import render
    from myriorama.scenes.rendering.pathtraced import probe

    slow = probe.Tracer(probe.SCALAR, "3.9.1", "the path tracer is slow here: no LLVM", "install it", True)
    monkeypatch.setattr(probe, "find_tracer", lambda: slow)
    render._tell_of_the_tracer()
    assert capsys.readouterr().err == "the path tracer is slow here: no LLVM; install it\n"
    monkeypatch.setattr(probe, "find_tracer", lambda: probe.Tracer(probe.LLVM, "3.9.1", denoises=True))
    render._tell_of_the_tracer()
    assert capsys.readouterr().err == ""


@pytest.mark.gl
@pytest.mark.parametrize("way", ["queued", "begun", "by command", "another shard"])
def test_a_job_is_not_gone_on_with_by_another_variant(
    cups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """LLVM here, none there: the pictures would be other ones, as those of another version would be."""
    from myriorama.app.production import snapshot
    from myriorama.scenes.rendering.pathtraced import probe

    settings = settings_of(cups, tmp_path / "set", shard=(1, 2) if way == "another shard" else None)
    job_here = snapshot_of(settings)
    assert job_here.versions[snapshot.VARIANT] == find_tracer().variant
    jobs = Jobs(tmp_path / "queue")
    entry = jobs.add(job_here, workers=1)
    if way != "queued":
        begin_dataset(job_here)
    slow = probe.Tracer(SCALAR, "3.9.1", "the path tracer is slow here", "install it", True)
    monkeypatch.setattr(snapshot, "find_tracer", lambda: slow)
    go_on: dict[str, Callable[[], object]] = {
        "by command": lambda: run_job(replace(settings, resume=True)),
        "another shard": lambda: run_job(replace(settings, shard=(2, 2))),
    }
    with pytest.raises(InputError, match=f"mitsuba_variant was {find_tracer().variant}, is {SCALAR}"):
        go_on.get(way, Driver(jobs, entry).run)()
    assert not list(tmp_path.rglob("*.png"))
