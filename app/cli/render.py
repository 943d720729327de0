"""``render``: make a labelled dataset from a project. The work is done by ``app.production``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from myriorama.app.amounts import duration_text
from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import AssetsOption, JsonOption, ProjectArgument, read_folders, read_names, read_size
from myriorama.app.cli.output import print_json, print_rows
from myriorama.app.cli.selecting import read_runs, read_writer_options, without
from myriorama.app.cli.shards import read_shard
from myriorama.app.finding import find_project
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.rendering.tracing import MAX_PATH_DEPTH, MAX_SAMPLES

if TYPE_CHECKING:
    from myriorama.app.production.job import JobResult, JobSettings, Progress
    from myriorama.scenes.project.model import Project

MAX_COUNT = 100_000_000
SHOWN_REFUSALS = 10


def render(
    project: ProjectArgument,
    count: Annotated[
        int,
        typer.Option(
            "--count",
            "-n",
            metavar="N",
            min=1,
            max=MAX_COUNT,
            help="How many samples; with several views on the rig, pictures.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="The dataset's folder; it must not exist yet.")
    ],
    start: Annotated[int, typer.Option("--start", min=0, max=2**40, metavar="I", help="The first sample's index.")] = 0,
    skip: Annotated[
        str | None,
        typer.Option("--skip", metavar="I,J-K", help="Samples to leave out of the COUNT: numbers and runs of them."),
    ] = None,
    size: Annotated[
        str | None, typer.Option("--size", metavar="WxH", help="Image size in pixels, instead of the project's.")
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option("--labels", metavar="A,B", help="Which labels to compute; see `list annotators`. Default: all."),
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option("--format", metavar="A,B", help="Which formats to write; see `list writers`."),
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option(
            "--option",
            metavar="WRITER.NAME=VALUE",
            help="An option of a format, instead of the project's, as JSON; see `describe`. May be repeated.",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", "-w", metavar="W", min=1, max=256, help="How many processes render.")
    ] = 1,
    assets: AssetsOption = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="S", min=0, max=2**63 - 1, help="Draw with this seed, not the project's."),
    ] = None,
    quality: Annotated[
        Literal["draft", "standard", "high"] | None,
        typer.Option("--quality", help="How much work goes into the look; labels are the same for all."),
    ] = None,
    engine: Annotated[
        Literal["raster", "pathtraced"] | None,
        typer.Option("--engine", help="What makes the picture, instead of the project's; labels are the same."),
    ] = None,
    spp: Annotated[
        int | None,
        typer.Option("--spp", metavar="N", min=1, max=MAX_SAMPLES, help="Path tracer: paths through every pixel."),
    ] = None,
    noise_target: Annotated[
        float | None,
        typer.Option(
            "--noise-target",
            metavar="X",
            min=0.0,
            max=0.999,
            help="Path tracer: stop below this mean error of the picture in [0, 1]; --spp is then the most. 0: off.",
        ),
    ] = None,
    denoise: Annotated[
        bool | None, typer.Option("--denoise/--no-denoise", help="Path tracer: take the grain out.")
    ] = None,
    max_depth: Annotated[
        int | None,
        typer.Option("--max-depth", metavar="N", min=1, max=MAX_PATH_DEPTH, help="Path tracer: surfaces on a path."),
    ] = None,
    pairs: Annotated[
        bool | None,
        typer.Option("--pairs/--no-pairs", help="Path tracer: also a noisy and a clean picture, for render_pairs."),
    ] = None,
    clean: Annotated[
        bool | None,
        typer.Option(
            "--clean/--no-clean",
            help="Also keep pictures without their last effects, for a training loop to draw anew; needs raw.",
        ),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Replace DIR if it is a dataset (kept until the new one is complete), or an unfinished run's rest.",
        ),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what an earlier, unfinished run of the same settings began.")
    ] = False,
    shard: Annotated[
        str | None,
        typer.Option("--shard", metavar="i/n", help="Make the i-th of n parts; `merge` makes them one dataset."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="Render on a Ray cluster: auto, HOST:PORT or local. Every machine must see DIR; W is for each shard.",
        ),
    ] = None,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first sample that cannot be made.")
    ] = False,
    profile: Annotated[bool, typer.Option("--profile", help="Print where the time went, by stage.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Render COUNT samples of PROJECT, with labels, into DIR."""
    from myriorama.app.cli.doubts import tell_doubts
    from myriorama.app.cli.progress import ProgressDisplay
    from myriorama.app.cli.replacing import Replacement
    from myriorama.app.dataset.layout import partial_of
    from myriorama.app.extensions.registries import user_registry
    from myriorama.app.production.job import JobSettings, run_job
    from myriorama.app.production.whole_scenes import cut_scene
    from myriorama.scenes.project.load import load_project

    path = find_project(project)
    registry = user_registry(path)
    found = load_project(path)
    loaded = found.project
    cut = cut_scene(loaded, start, count)
    if cut:
        given = f"--start {start} --count {count}" if start else f"--count {count}"
        raise InputError(Problem("--count", cut, given, "whole scenes; --skip leaves out what is not wanted"))
    width, height = read_size(size) if size is not None else (None, None)
    if replace and (resume or shard is not None):
        raise InputError(
            Problem("--replace", "it throws away what --resume and --shard go on with", allowed="one of them")
        )
    if cluster is not None and shard is not None:
        raise InputError(Problem("--cluster", "it cuts the job into shards itself", allowed="--cluster or --shard"))
    replacement = Replacement(out) if replace else None
    tracing = {
        "samples_per_pixel": spp,
        "noise_target": noise_target,
        "denoise": denoise,
        "max_depth": max_depth,
        "pairs": pairs,
    }
    settings = JobSettings(
        project_path=path,
        count=count,
        out=out if replacement is None else replacement.target,
        start=start,
        width=width,
        height=height,
        labels=None if labels is None else read_names("--labels", labels, registry.names("annotator")),
        formats=None if formats is None else read_names("--format", formats, registry.names("writer")),
        workers=workers,
        asset_roots=read_folders("--assets", assets),
        seed=seed,
        quality=quality,
        indices=None if skip is None else without(range(start, start + count), read_runs("--skip", skip)),
        writer_options=read_writer_options("--option", options, registry),
        resume=resume,
        shard=None if shard is None else read_shard(shard),
        fail_fast=fail_fast,
        engine=engine,
        tracing={name: value for name, value in tracing.items() if value is not None},
        clean=clean,
    )
    if (engine or loaded.output.engine) == "pathtraced":
        _tell_of_the_tracer()
    tell_doubts(found, registry, settings.asset_roots)
    if replacement is not None:
        replacement.clear()
    try:
        with ProgressDisplay(len(settings.numbers())) as display:
            if cluster is None:
                result = run_job(settings, display.show)
            else:
                result = _on_cluster(settings, cluster, display.show)
    except KeyboardInterrupt:
        unfinished = partial_of(settings.out)
        if unfinished.is_dir():
            typer.echo(f"the unfinished dataset is {unfinished}; --resume goes on, --replace discards it", err=True)
        raise
    if replacement is not None:
        replacement.finish()
    if as_json:
        print_json(result_json(result, out))
    else:
        _print_result(result, out, loaded)
        if profile:
            _print_profile(result)
    return ExitCode.QUARANTINED if result.quarantined else ExitCode.OK


def _tell_of_the_tracer() -> None:
    """Say before a job that its path tracer runs, but slower than it could; where it cannot run the job says so."""
    from myriorama.scenes.rendering.pathtraced.probe import find_tracer

    found = find_tracer()
    if found.variant and found.sentence:
        typer.echo(found.sentence, err=True)


def _on_cluster(settings: JobSettings, address: str, show: Callable[[Progress], None]) -> JobResult:
    from myriorama.app.cluster.ray_cluster import RayCluster
    from myriorama.app.cluster.running import run_on_cluster

    with RayCluster(address) as cluster:
        return run_on_cluster(settings, cluster, show)


def result_json(result: JobResult, folder: Path) -> dict[str, Any]:
    """Return what a job did as a JSON-able object; times are wall milliseconds by stage, all samples added."""
    return {
        "folder": str(folder),
        "written": result.written,
        "quarantined": [{"index": q.index, "key": q.key, "reasons": list(q.reasons)} for q in result.quarantined],
        "refused": dict(result.refused),
        "placed_short": dict(result.placed_short),
        "seconds": round(result.seconds, 3),
        "timings_ms": {stage: round(spent, 1) for stage, spent in result.timings_ms.items()},
    }


def _print_result(result: JobResult, folder: Path, project: Project) -> None:
    from myriorama.app.production.whole_scenes import in_scenes

    speed = f", {result.written / result.seconds:.1f} images/s" if result.seconds > 0 else ""
    typer.echo(f"{folder}: {in_scenes(project, result.written)} ({duration_text(result.seconds)}{speed})")
    if result.refused:
        told = ", ".join(f"{rule} ({times})" for rule, times in sorted(result.refused.items()))
        typer.echo(f"draws refused by acceptance rules, and drawn again: {told}")
    if result.placed_short:
        told = ", ".join(f"{group}: {number}" for group, number in sorted(result.placed_short.items()))
        typer.echo(f"objects that found no place: {told}")
    if result.quarantined:
        number = len(result.quarantined)
        told = "1 sample was refused and lies" if number == 1 else f"{number} samples were refused and lie"
        typer.echo(f"{told} in {folder}.quarantine:")
        for entry in result.quarantined[:SHOWN_REFUSALS]:
            typer.echo(f"  sample {entry.index}: {_line('; '.join(entry.reasons))}")
        if len(result.quarantined) > SHOWN_REFUSALS:
            typer.echo(f"  and {len(result.quarantined) - SHOWN_REFUSALS} more")


def _print_profile(result: JobResult) -> None:
    """Print wall milliseconds a sample by stage, and each stage's share of a worker's time."""
    total = sum(result.timings_ms.values())
    rows = [
        (stage, f"{spent / max(result.written, 1):.1f}", f"{100 * spent / total:.1f} %" if total else "")
        for stage, spent in result.timings_ms.items()
    ]
    print_rows(("stage", "ms a sample", "share"), rows)


def _line(text: str) -> str:
    """Return a reason on one line, shortened; the whole of it lies with the quarantined sample."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 200 else flat[:197] + "..."
