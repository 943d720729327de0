"""The process that makes an export: a job, its verification, and what it tells meanwhile as JSON messages.

It is disposable and dies with the window; nothing here knows a signal or a widget.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from myriorama.app.production.lifetime import die_with_parent, ignore_interrupts
from myriorama.app.production.messages import receive, send

if TYPE_CHECKING:
    from myriorama.app.production.job import JobResult, Progress

_TELL_EVERY_S: Final = 0.1
_MOST_LISTED: Final = 200


def export_main(pipe: Connection, request_text: str, parent: int) -> None:
    """Make what the request says; the last message is finished, measured, cancelled or failed."""
    die_with_parent(parent)
    ignore_interrupts()
    from myriorama.app.production.job import JobCancelledError
    from myriorama.scenes.errors import DeviceError, InputError, MyrioramaError

    request = json.loads(request_text)
    make = _measure if request["type"] == "measure" else _export
    wishes = _Wishes(pipe)
    try:
        send(pipe, make(pipe, request, wishes))
    except JobCancelledError as error:
        unfinished = _after_cancel(request, wishes.discard)
        send(pipe, {"type": "cancelled", "done": error.done, "unfinished": unfinished})
    except InputError as error:
        send(pipe, {"type": "failed", "text": str(error), "problems": [asdict(p) for p in error.problems]})
    except DeviceError as error:
        send(pipe, {"type": "failed", "text": f"OpenGL: {error}", "problems": []})
    except (MyrioramaError, OSError) as error:
        send(pipe, {"type": "failed", "text": str(error), "problems": []})


class _Wishes:
    """What the window asks for meanwhile."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.cancelled = False
        self.discard = False

    def stop(self) -> bool:
        """Tell whether to stop; a window that is gone wants that too."""
        try:
            while self._pipe.poll():
                message = receive(self._pipe)
                self.cancelled = True
                self.discard = bool(message.get("discard"))
        except (EOFError, OSError):
            self.cancelled = True
        return self.cancelled


class _Teller:
    """Sends progress, a few times a second and at the end."""

    def __init__(self, pipe: Connection, kind: str) -> None:
        self._pipe = pipe
        self._kind = kind
        self._last_s = 0.0

    def tell(self, done: int, total: int, **more: Any) -> None:
        now_s = time.perf_counter()
        if done < total and now_s - self._last_s < _TELL_EVERY_S:
            return
        self._last_s = now_s
        send(self._pipe, {"type": self._kind, "done": done, "total": total, **more})


def _export(pipe: Connection, request: dict[str, Any], wishes: _Wishes) -> dict[str, Any]:
    from myriorama.app.dataset.verify import verify

    result = _run(request, _progress_to(pipe), wishes.stop)
    checked = _Teller(pipe, "verifying")
    report = verify(result.folder, on_progress=lambda done, total: checked.tell(done, total))
    return {
        "type": "finished",
        "folder": str(result.folder),
        "written": result.written,
        "quarantined": [[q.index, list(q.reasons)] for q in result.quarantined[:_MOST_LISTED]],
        "quarantined_count": len(result.quarantined),
        "refused": dict(result.refused),
        "seconds": result.seconds,
        "bytes": report.bytes,
        "files": report.files,
        "annotations": report.annotations,
        "findings": [str(f) for f in report.findings[:_MOST_LISTED]],
        "sound": report.sound,
        "digest": report.digest,
    }


def _measure(pipe: Connection, request: dict[str, Any], wishes: _Wishes) -> dict[str, Any]:
    """Make the few samples of the request and tell when each was there and how large it is."""
    from myriorama.app.dataset.verify import verify

    moments_s: list[float] = []
    sizes: list[int] = []
    started = time.perf_counter()

    def note(progress: Progress) -> None:
        for _ in range(len(moments_s), progress.done):  # it is told of more than new samples
            moments_s.append(time.perf_counter() - started)
            sizes.append(progress.bytes)

    result = _run(request, note, wishes.stop)
    written_s = time.perf_counter()
    report = verify(result.folder)
    return {
        "type": "measured",
        "moments_s": moments_s,
        "sizes": sizes,
        "finish_s": written_s - started - moments_s[-1],
        "verify_s": time.perf_counter() - written_s,
        "bytes": report.bytes,
        "written": result.written,
        "reasons": [reason for q in result.quarantined for reason in q.reasons],
        "tries": sum(result.refused.values()),
    }


def _run(request: dict[str, Any], progress: Callable[[Progress], None], stop: Callable[[], bool]) -> JobResult:
    from myriorama.app.exporting.settings import Source, from_json, job_of
    from myriorama.app.production.job import run_job

    source = Source(**{**request["source"], "asset_roots": tuple(request["source"]["asset_roots"])})
    job = job_of(from_json(request["settings"]), source)
    return run_job(replace(job, resume=bool(request.get("resume"))), progress, stop)


def _progress_to(pipe: Connection) -> Callable[[Progress], None]:
    teller = _Teller(pipe, "progress")

    def told(progress: Progress) -> None:
        teller.tell(
            progress.done,
            progress.total,
            failed=progress.failed,
            images_per_s=progress.images_per_s,
            seconds_left=progress.seconds_left,
            bytes=progress.bytes,
        )

    return told


def _after_cancel(request: dict[str, Any], discard: bool) -> str:
    """Delete what is unfinished where that is asked; return where it lies otherwise, empty for nowhere."""
    from myriorama.app.dataset.layout import partial_of
    from myriorama.app.exporting.leftovers import discard_leftovers

    folder = Path(request["settings"]["folder"])
    if discard:
        discard_leftovers(folder, request["source"]["queue_folder"])
    return str(partial_of(folder)) if partial_of(folder).is_dir() else ""
