"""One shard of a job on one machine of a cluster: ``python -m myriorama.app.cluster.shard PARENT``.

The request comes as a line of text, the report goes out as one; the end of the input asks it to stop. It drives the
shard as any job is driven and writes by the same commit protocol; it makes no dataset where the head has made none.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from myriorama.app.cluster.messages import ShardReport, ShardRequest
from myriorama.scenes.errors import InputError, MyrioramaError, Problem

if TYPE_CHECKING:
    from myriorama.app.render_queue.snapshot import JobSnapshot

_PREDECESSOR_ENDS_WITHIN_S: Final = 30.0
_LOOK_EVERY_S: Final = 0.2


def make_shard(request: str) -> str:
    """Make a shard in a process of its own, on this machine, and return its report. Texts in, a text out.

    The process is a fresh interpreter: what the cluster has loaded into this one is no part of it. It ends with this
    one, and when this call is interrupted it stops after the samples under way.
    """
    command = [sys.executable, "-m", "myriorama.app.cluster.shard", str(os.getpid())]
    shard = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert shard.stdin is not None
    assert shard.stdout is not None
    told: list[str] = []
    listener = threading.Thread(target=lambda out: told.append(out.read()), args=(shard.stdout,), daemon=True)
    listener.start()
    try:
        with contextlib.suppress(BrokenPipeError):  # its exit code says why
            shard.stdin.write(request + "\n")
            shard.stdin.flush()
        while listener.is_alive():
            listener.join(_LOOK_EVERY_S)  # a cluster interrupts between two of these, not within a long wait
    finally:
        with contextlib.suppress(BrokenPipeError):
            shard.stdin.close()
        code = shard.wait()
        listener.join()
        shard.stdout.close()
    if code != 0 or not told or not told[0]:
        return ShardReport("lost", f"the process of a shard ended with code {code}").to_text()
    return told[0]


def drive_shard(request: ShardRequest, folder: Path, stop: threading.Event) -> ShardReport:
    """Drive a shard in this process.

    Parameters
    ----------
    folder : Path
        Where this machine keeps what it knows of shards; the database lies below it while the shard is made.
    """
    from myriorama.app.render_queue.driver import Driver
    from myriorama.app.render_queue.jobs import LOCK, Jobs
    from myriorama.app.render_queue.snapshot import snapshot_from_text
    from myriorama.app.render_queue.store import JobStore

    try:
        snapshot = snapshot_from_text(request.snapshot)
        _refuse_other_folder(snapshot)
        jobs = Jobs(folder / snapshot.id)
        known = [entry for entry in jobs.entries() if entry.id == snapshot.id]
        _wait_for_predecessor(jobs.folder_of(snapshot.id) / LOCK)
        entry = known[0] if known else jobs.add(snapshot, workers=request.workers)
        driver = Driver(jobs, entry, stop=stop.is_set)
        ending = driver.run()
        with JobStore.open_for_reading(jobs.folder_of(entry.id)) as store:
            told = str(store.fact("told", ""))
        if ending == "finished":
            shutil.rmtree(jobs.folder, ignore_errors=True)
    except MyrioramaError as error:
        return ShardReport.of_refusal(error)
    tally = driver.tally
    return ShardReport(
        ending,
        "" if ending == "finished" else told,
        refused=dict(tally.refused),
        placed_short=dict(tally.placed_short),
        timings_ms=dict(tally.timings_ms),
    )


def _refuse_other_folder(snapshot: JobSnapshot) -> None:
    """Refuse a machine that does not see the dataset which the head has begun.

    Raises
    ------
    InputError
        It would make a dataset of its own, which nobody would ever look for.
    """
    from myriorama.app.render_queue.reconcile import snapshot_of_partial

    try:
        there = snapshot_of_partial(Path(snapshot.out))
    except InputError as error:
        told = f"the machine {platform.node()} does not see the dataset in the making"
        raise InputError(Problem("--out", told, snapshot.out, "a folder that every machine shares")) from error
    if there.family != snapshot.family:
        raise InputError(Problem("--out", "another unfinished dataset lies here", snapshot.out))


def _wait_for_predecessor(lock: Path) -> None:
    """Wait for an earlier attempt of this shard on this machine to end; it has been told to, or is being killed."""
    from myriorama.app.production.lifetime import is_locked

    until_s = time.monotonic() + _PREDECESSOR_ENDS_WITHIN_S
    while is_locked(lock) and time.monotonic() < until_s:
        time.sleep(0.2)


def _listen(stop: threading.Event) -> None:
    while sys.stdin.readline():
        pass
    stop.set()


def main(parent: int) -> int:
    """Make the shard that the input asks for; 0 where there is a report."""
    from myriorama.app.production.lifetime import die_with_parent, ignore_interrupts
    from myriorama.app.settings.folders import queue_folder

    die_with_parent(parent)
    ignore_interrupts()
    request = ShardRequest.from_text(sys.stdin.readline())
    stop = threading.Event()
    threading.Thread(target=_listen, args=(stop,), daemon=True).start()
    report = drive_shard(request, queue_folder() / "cluster", stop)
    sys.stdout.write(report.to_text())
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
