"""The path tracer's process: traces the picture that it is told to, pass by pass, until another is wanted.

It gives way to every other process of the studio. Heavy libraries are imported only once it has been given its threads.
"""

from __future__ import annotations

import contextlib
import json
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from myriorama.app.preview.serving import send, serve_until_closed

if TYPE_CHECKING:
    from myriorama.app.preview.easel import Easel, Pass

_NICENESS: Final = 15


def trace_main(pipe: Connection, setup_text: str, parent: int) -> None:
    """Serve until the pipe closes. The first message says ``ready`` or why it could not start."""
    serve_until_closed(pipe, setup_text, parent, _NICENESS, _serve)


def _serve(pipe: Connection, setup: dict[str, Any]) -> None:
    from pathlib import Path

    from myriorama.plugins.hosting.hosts import PluginHosts
    from myriorama.plugins.registry import registry_with
    from myriorama.scenes.errors import DeviceError
    from myriorama.scenes.rendering.engines import open_renderer

    try:
        from myriorama.scenes.rendering.pathtraced.engine import PathTracer

        tracer = PathTracer()
        renderer = open_renderer()
    except DeviceError as error:
        send(pipe, {"type": "refused_to_start", "message": str(error)})
        return
    from myriorama.app.preview.easel import Easel

    cache = setup["cache_folder"]
    easel = Easel(registry_with((), PluginHosts()), renderer, tracer, Path(cache) if cache else None)
    with contextlib.closing(easel):
        send(pipe, {"type": "ready"})
        TraceDesk(pipe, easel).serve()


class TraceDesk:
    """Takes the newest request in, and answers it by passes and one of ``done``, ``dropped`` or ``failed``."""

    def __init__(self, pipe: Connection, easel: Easel) -> None:
        self._pipe = pipe
        self._easel = easel
        self._job: dict[str, Any] | None = None
        self._grants: list[dict[str, Any]] | None = None
        self._superseded = False

    def serve(self) -> None:
        """Trace what is asked for until the pipe closes or the device is lost."""
        while True:
            while self._job is None:
                self._take(self._pipe.recv_bytes())
            job, self._job = self._job, None
            self._superseded = False
            self._use_plugins()
            if not self._answer(job):
                return

    def _stop(self) -> bool:
        """Read all that has come; return whether this picture is not wanted any more."""
        while self._pipe.poll(0):
            self._take(self._pipe.recv_bytes())
        return self._superseded

    def _take(self, data: bytes) -> None:
        message = json.loads(data)
        if message["type"] == "plugins":
            self._grants = message["grants"]
        else:
            self._superseded = True
            self._job = message if message["type"] == "picture" else None

    def _use_plugins(self) -> None:
        from myriorama.plugins.sources import grant_from_json

        grants, self._grants = self._grants, None
        if grants is not None:
            self._easel.use([grant_from_json(grant) for grant in grants])

    def _answer(self, job: dict[str, Any]) -> bool:
        """Trace one picture; return False where the process must be replaced."""
        from myriorama.app.preview.attentive import SupersededError
        from myriorama.app.preview.faults import failure_of
        from myriorama.app.preview.wire import wanted_from

        wanted = wanted_from(job)
        try:
            self._easel.paint(wanted, partial(self._tell, wanted.generation), self._stop)
        except SupersededError:
            send(self._pipe, {"type": "dropped", "generation": wanted.generation})
            return True
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the window tells it and goes on
            failure = failure_of(error, wanted.generation, wanted.index)
            told = {"generation": wanted.generation, "kind": failure.kind, "message": failure.message}
            send(self._pipe, {"type": "failed", **told})
            return failure.kind != "device"
        send(self._pipe, {"type": "done", "generation": wanted.generation})
        return True

    def _tell(self, generation: int, made: Pass) -> None:
        rgb = made.rgb
        told = {
            "type": "pass",
            "generation": generation,
            "paths": made.paths,
            "most": made.most,
            "seconds": made.seconds,
            "done": made.done,
            "denoised": made.denoised,
            "noise": made.noise,
            "size": None if rgb is None else [rgb.shape[1], rgb.shape[0]],
        }
        send(self._pipe, told)
        if rgb is not None:
            self._pipe.send_bytes(rgb.tobytes())
