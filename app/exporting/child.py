"""The process that does what a window has no time for: checks a job with its assets, makes a trial, verifies.

It tells as JSON messages, is disposable and dies with the window; nothing here knows a signal or a widget.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from myriorama.app.production.lifetime import die_with_parent, ignore_interrupts
from myriorama.app.production.messages import send

if TYPE_CHECKING:
    from myriorama.app.production.job import JobSettings, Progress

_TELL_EVERY_S: Final = 0.1
_MOST_LISTED: Final = 200


def export_main(pipe: Connection, request_text: str, parent: int) -> None:
    """Do what the request says; the last message says what became of it, or that it failed."""
    die_with_parent(parent)
    ignore_interrupts()
    from myriorama.scenes.errors import DeviceError, InputError, MyrioramaError

    request = json.loads(request_text)
    do = _what(request["type"])
    try:
        send(pipe, do(pipe, request))
    except InputError as error:
        send(pipe, {"type": "failed", "text": str(error), "problems": [asdict(p) for p in error.problems]})
    except DeviceError as error:
        send(pipe, {"type": "failed", "text": f"OpenGL: {error}", "problems": []})
    except (MyrioramaError, OSError) as error:
        send(pipe, {"type": "failed", "text": str(error), "problems": []})


def _what(kind: str) -> Callable[[Connection, dict[str, Any]], dict[str, Any]]:
    """Return what a request asks for; each imports what it needs when it is done."""
    if kind in ("objects", "losses", "convert"):
        from myriorama.app.conversion.child import ask_losses, count_objects, make_export

        return {"objects": count_objects, "losses": ask_losses, "convert": make_export}[kind]
    return {"prepare": _prepare, "measure": _measure, "verify": _verify}[kind]


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


def _prepare(pipe: Connection, request: dict[str, Any]) -> dict[str, Any]:
    """Check the job of the request with all that it refers to, and fix it."""
    from myriorama.app.production.job import refuse_taken_place, snapshot_of

    job = _job(request)
    snapshot = snapshot_of(job)
    refuse_taken_place(job, snapshot)
    return {"type": "prepared", "snapshot": snapshot.to_text()}


def _verify(pipe: Connection, request: dict[str, Any]) -> dict[str, Any]:
    from myriorama.app.dataset.verify import verify
    from myriorama.app.extensions.registries import user_registry

    teller = _Teller(pipe, "verifying")
    with contextlib.closing(user_registry(hosted=True)) as registry:
        folder = Path(request["folder"])
        report = verify(folder, registry, on_progress=lambda done, total: teller.tell(done, total))
    return {
        "type": "verified",
        "files": report.files,
        "annotations": report.annotations,
        "bytes": report.bytes,
        "digest": report.digest,
        "findings": [str(f) for f in report.findings[:_MOST_LISTED]],
        "findings_count": len(report.findings),
    }


def _measure(pipe: Connection, request: dict[str, Any]) -> dict[str, Any]:
    """Make the few samples of the request and tell when each was there and how large it is."""
    from myriorama.app.dataset.verify import verify
    from myriorama.app.production.job import run_job

    moments_s: list[float] = []
    sizes: list[int] = []
    started = time.perf_counter()

    def note(progress: Progress) -> None:
        for _ in range(len(moments_s), progress.done):  # it is told of more than new samples
            moments_s.append(time.perf_counter() - started)
            sizes.append(progress.bytes)

    result = run_job(_job(request), note)
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


def _job(request: dict[str, Any]) -> JobSettings:
    from myriorama.app.exporting.settings import Source, from_json, job_of

    told = request["source"]
    plugins = None if told["plugins"] is None else tuple(told["plugins"])
    source = Source(**{**told, "asset_roots": tuple(told["asset_roots"]), "plugins": plugins})
    return job_of(from_json(request["settings"]), source)
