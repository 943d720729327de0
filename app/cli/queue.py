"""``queue``: the jobs of the render queue, listed, paused, resumed, ordered. It reads databases and asks; it renders
nothing unless told to ``run``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from myriorama.app.amounts import duration_text
from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json, print_rows
from myriorama.scenes.errors import InputError, Problem

if TYPE_CHECKING:
    from myriorama.app.render_queue.jobs import Jobs
    from myriorama.app.render_queue.service import Glimpse
    from myriorama.app.render_queue.states import Desired

SHOWN_FAILURES = 20

queue = typer.Typer(
    name="queue",
    help="The jobs of the render queue: list, show, pause, resume, cancel, retry, priority, remove, run.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
JobArgument = Annotated[
    str, typer.Argument(metavar="JOB", help="A job's id or an unambiguous beginning of it, or its dataset's folder.")
]


@queue.command("list")
def list_jobs(as_json: JsonOption = False) -> int:
    """List the jobs in the order in which they are made."""
    from myriorama.app.render_queue.service import look

    jobs = _jobs()
    glimpses = [look(jobs, entry) for entry in jobs.entries()]
    if as_json:
        print_json({"jobs": [as_tree(g) for g in glimpses]})
    elif glimpses:
        headings = ("id", "state", "done", "failed", "left", "images/s", "time left", "dataset")
        print_rows(headings, [_row(g) for g in glimpses])
    else:
        typer.echo("the queue is empty")
    return ExitCode.OK


@queue.command("show")
def show(job: JobArgument, as_json: JsonOption = False) -> int:
    """Show one job: where it stands, what failed and why."""
    from myriorama.app.render_queue.service import look
    from myriorama.app.render_queue.states import SampleState
    from myriorama.app.render_queue.store import JobStore

    jobs = _jobs()
    entry = jobs.entry(job)
    glimpse = look(jobs, entry)
    failures = []
    if not glimpse.trouble:
        with JobStore.open_for_reading(jobs.folder_of(entry.id)) as store:
            failures = [
                {"index": row.index, "cause": row.cause, "reason": row.reason, "key": row.key}
                for row in store.rows(SampleState.QUARANTINED, SampleState.FAILED)
            ]
            forecast = store.fact("forecast")
    else:
        forecast = None
    if as_json:
        print_json({**as_tree(glimpse), "forecast": forecast, "failures": failures, "counted": dict(glimpse.tally)})
        return ExitCode.OK
    view = glimpse.view
    typer.echo(f"{entry.id}  {entry.name}: {view.state}")
    typer.echo(f"  dataset   {entry.out}")
    typer.echo(f"  samples   {_done(glimpse)} done, {_failed(glimpse)} failed, {_left(glimpse)} left")
    if view.told or glimpse.trouble:
        typer.echo(f"  told      {view.told or glimpse.trouble}")
    for failure in failures[:SHOWN_FAILURES]:
        typer.echo(f"  sample {failure['index']}: {' '.join(str(failure['reason']).split())[:200]}")
    if len(failures) > SHOWN_FAILURES:
        typer.echo(f"  and {len(failures) - SHOWN_FAILURES} more")
    return ExitCode.OK


@queue.command("pause")
def pause(
    job: JobArgument,
    now: Annotated[bool, typer.Option("--now", help="Give up the samples under way, do not finish them.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Have a job wait."""
    return _ask(job, "pause_now" if now else "pause", as_json)


@queue.command("resume")
def resume(job: JobArgument, as_json: JsonOption = False) -> int:
    """Have a paused or interrupted job go on, when the queue is run."""
    return _ask(job, "run", as_json)


@queue.command("cancel")
def cancel(job: JobArgument, as_json: JsonOption = False) -> int:
    """Give a job up; what it has written stays in its partial folder."""
    return _ask(job, "cancel", as_json)


@queue.command("retry")
def retry(job: JobArgument, as_json: JsonOption = False) -> int:
    """Have the failed and quarantined samples of a job made again."""
    from myriorama.app.render_queue.service import again

    jobs = _jobs()
    entry = jobs.entry(job)
    number = again(jobs, entry.id)
    if as_json:
        print_json({"id": entry.id, "queued": number})
    else:
        typer.echo(f"{entry.name}: {number} samples are queued again")
    return ExitCode.OK


@queue.command("priority")
def priority(
    job: JobArgument,
    number: Annotated[int, typer.Argument(metavar="N", min=-1000, max=1000, help="Higher goes first; 0 is usual.")],
    as_json: JsonOption = False,
) -> int:
    """Have a job go before or after others."""
    jobs = _jobs()
    entry = jobs.entry(job)
    jobs.set_priority(entry.id, number)
    return _told(jobs, entry.id, as_json)


@queue.command("remove")
def remove(job: JobArgument, as_json: JsonOption = False) -> int:
    """Take a job from the list; its dataset stays as it is."""
    from myriorama.app.production.lifetime import is_locked
    from myriorama.app.render_queue.jobs import LOCK

    jobs = _jobs()
    entry = jobs.entry(job)
    if is_locked(jobs.folder_of(entry.id) / LOCK):
        raise InputError(Problem("JOB", "a process works on this job", job, "pause or cancel it first"))
    jobs.remove(entry.id)
    if as_json:
        print_json({"id": entry.id, "removed": True})
    else:
        typer.echo(f"{entry.name}: no longer in the queue")
    return ExitCode.OK


@queue.command("run")
def run() -> int:
    """Work through the queue in this terminal, until no job is left that can be made."""
    from myriorama.app.production.lifetime import try_lock
    from myriorama.app.render_queue.runner import RUNNER_LOCK, Runner

    jobs = _jobs()
    lock = try_lock(jobs.folder / RUNNER_LOCK)
    if lock is None:
        raise InputError(Problem("queue", "another process works through this queue", allowed="`myriorama queue list`"))
    try:
        ended = Runner(jobs).run()
    finally:
        lock.release()
    typer.echo(f"{ended} job{'' if ended == 1 else 's'} came to an end")
    return ExitCode.OK


def as_tree(glimpse: Glimpse) -> dict[str, Any]:
    """Return a job as a JSON-able object."""
    entry, view = glimpse.view.entry, glimpse.view
    return {
        "id": entry.id,
        "name": entry.name,
        "dataset": entry.out,
        "state": view.state,
        "asked": entry.desired,
        "priority": entry.priority,
        "workers": entry.workers,
        "done": _done(glimpse),
        "failed": _failed(glimpse),
        "left": _left(glimpse),
        "bytes": view.bytes_written,
        "told": view.told or glimpse.trouble,
    }


def _jobs() -> Jobs:
    from myriorama.app.render_queue.jobs import Jobs
    from myriorama.app.settings.folders import queue_folder

    return Jobs(queue_folder())


def _ask(job: str, desired: Desired, as_json: bool) -> int:
    jobs = _jobs()
    entry = jobs.entry(job)
    jobs.ask(entry.id, desired)
    return _told(jobs, entry.id, as_json)


def _told(jobs: Jobs, job: str, as_json: bool) -> int:
    from myriorama.app.render_queue.service import look

    glimpse = look(jobs, jobs.entry(job))
    if as_json:
        print_json(as_tree(glimpse))
    else:
        typer.echo(f"{glimpse.view.entry.name}: {glimpse.view.state}")
    return ExitCode.OK


def _row(glimpse: Glimpse) -> tuple[str, ...]:
    view, tally = glimpse.view, glimpse.tally
    live = view.state in ("running", "pausing")
    rate = f"{tally['images_per_s']:.1f}" if live and tally.get("images_per_s") else ""
    left_s = tally.get("seconds_left") if live else None
    spread = duration_text(tally.get("seconds_spread") or 0.0)
    time_left = "" if left_s is None else f"{duration_text(left_s)} ± {spread}"
    numbers = (str(_done(glimpse)), str(_failed(glimpse)), str(_left(glimpse)))
    return (view.entry.id[:8], view.state, *numbers, rate, time_left, str(Path(view.entry.out)))


def _done(glimpse: Glimpse) -> int:
    from myriorama.app.render_queue.states import SampleState

    return glimpse.view.counts[SampleState.DONE] + glimpse.view.counts[SampleState.WRITTEN]


def _failed(glimpse: Glimpse) -> int:
    from myriorama.app.render_queue.states import SampleState

    return glimpse.view.counts[SampleState.FAILED] + glimpse.view.counts[SampleState.QUARANTINED]


def _left(glimpse: Glimpse) -> int:
    from myriorama.app.render_queue.states import SampleState

    return glimpse.view.counts[SampleState.QUEUED] + glimpse.view.counts[SampleState.LEASED]
