"""Runs importer processes and survives them: limits, time, crashes, and what they are reported as.

A file that kills its importer is told as that file's fault, and the rest of the batch goes to a new one.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from myriorama.app.assets.confinement import MEMORY_BYTES, SECONDS_PER_ASSET
from myriorama.app.assets.jobs import Batch, ImportJob, read_answer
from myriorama.app.production.lifetime import hold_to_threads
from myriorama.scenes.assets.source import asset_fault
from myriorama.scenes.errors import AssetError

_START_SECONDS: Final = 30.0
"""Beyond an asset's own time, for the interpreter to come up on a busy machine."""
_LONGEST_ANSWER: Final = 2**20


def import_batch(
    jobs: Sequence[ImportJob],
    roots: Sequence[Path],
    cache_folder: Path,
    seconds_per_asset: float = SECONDS_PER_ASSET,
    memory_bytes: int = MEMORY_BYTES,
) -> list[AssetError | None]:
    """Parse assets in a disposable process; return, per job, what is wrong with it or None.

    Parameters
    ----------
    roots : sequence of Path
        The only folders that the process may read, beside Python's own.
    seconds_per_asset : float
        Wall time after which the process is ended and the asset is at fault.
    memory_bytes : int
        Address space that the process may have.
    """
    results: list[AssetError | None] = []
    while len(results) < len(jobs):
        left = tuple(jobs[len(results) :])
        batch = Batch(tuple(str(r) for r in roots), str(cache_folder), memory_bytes, left)
        answered = _serve(batch, seconds_per_asset)
        results += answered
        if not answered:  # cannot be: the job in hand is always answered for; never loop for ever
            raise RuntimeError("an importer answered nothing")
    return results


def _serve(batch: Batch, seconds_per_asset: float) -> list[AssetError | None]:
    """Run one process over a batch, up to the first job that kills it."""
    command = [sys.executable, "-P", "-m", "myriorama.app.assets.importer", str(os.getpid())]
    environment = {**os.environ, **hold_to_threads(1), "PYTHONDONTWRITEBYTECODE": "1"}
    results: list[AssetError | None] = []
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment,
            start_new_session=True,
        )
        lines: queue.Queue[bytes] = queue.Queue()
        assert process.stdin is not None
        assert process.stdout is not None
        reader = threading.Thread(target=_read_lines, args=(process.stdout, lines), daemon=True)
        reader.start()
        try:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(batch.to_json().encode() + b"\n")
                process.stdin.close()
            for job in batch.jobs:
                patience = seconds_per_asset + (0.0 if results else _START_SECONDS)
                failed, result = _await(job, lines, patience, seconds_per_asset, process, complaints)
                results.append(result)
                if failed:
                    break
        finally:
            process.kill()
            process.wait()
            reader.join()
            process.stdout.close()
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
    return results


def _read_lines(pipe: IO[bytes], lines: queue.Queue[bytes]) -> None:
    """Hand lines over until the pipe ends; an empty one marks the end."""
    while True:
        line = pipe.readline(_LONGEST_ANSWER)
        lines.put(line)
        if not line:
            return


def _await(
    job: ImportJob,
    lines: queue.Queue[bytes],
    patience: float,
    seconds_per_asset: float,
    process: subprocess.Popen[bytes],
    complaints: IO[bytes],
) -> tuple[bool, AssetError | None]:
    """Return whether the process is lost, and the job's answer."""
    try:
        line = lines.get(timeout=patience)
    except queue.Empty:
        allowed = "a smaller or simpler file"
        return True, asset_fault(
            job.reference, "", f"took longer than {seconds_per_asset:g} s to read", allowed=allowed
        )
    if line:
        try:
            return False, read_answer(line)
        except ValueError:
            return True, asset_fault(job.reference, "", "confused the importer, which was ended")
    process.wait()
    complaints.seek(0)
    last = complaints.read()[-2000:].decode(errors="replace").strip().splitlines()
    cause = _cause(process.returncode)
    return True, asset_fault(job.reference, "", f"ended the importer: {cause}", last[-1] if last else "")


def _cause(code: int) -> str:
    if code >= 0:
        return f"it left with exit code {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    meanings = {
        "SIGKILL": "it was killed, most likely for want of memory",
        "SIGSEGV": "it crashed",
        "SIGABRT": "it gave up, most likely at its memory limit",
        "SIGBUS": "it crashed",
        "SIGXFSZ": "what it made is too large",
        "SIGXCPU": "it used too much processor time",
    }
    return f"{meanings.get(name, 'it was ended')} ({name})"
