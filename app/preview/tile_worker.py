"""A gallery process: makes the thumbnails and facts that it is told to, one at a time.

It gives way to the preview process. Heavy libraries are imported only once the process has been given its threads.
"""

from __future__ import annotations

import contextlib
import json
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from myriorama.app.preview.serving import send, serve_until_closed

if TYPE_CHECKING:
    from myriorama.app.preview.workbench import Thumbnail, Workbench

_NICENESS: Final = 15


def tile_main(pipe: Connection, setup_text: str, parent: int) -> None:
    """Serve until the pipe closes. The first message says ``ready`` or why it could not start."""
    serve_until_closed(pipe, setup_text, parent, _NICENESS, _serve)


def _serve(pipe: Connection, setup: dict[str, Any]) -> None:
    from pathlib import Path

    from myriorama.app.preview.workbench import Workbench
    from myriorama.plugins.hosting.hosts import PluginHosts
    from myriorama.plugins.registry import registry_with
    from myriorama.scenes.errors import DeviceError
    from myriorama.scenes.rendering.engines import open_renderer

    try:
        renderer = open_renderer()
    except DeviceError as error:
        send(pipe, {"type": "refused_to_start", "message": str(error)})
        return
    cache = setup["cache_folder"]
    workbench = Workbench(registry_with((), PluginHosts()), renderer, Path(cache) if cache else None)
    with contextlib.closing(workbench):
        send(pipe, {"type": "ready"})
        TileDesk(pipe, workbench).serve()


class TileDesk:
    """Takes jobs in, one at a time, and gives each one answer: ``tile``, ``facts``, ``failed`` or ``dropped``."""

    def __init__(self, pipe: Connection, workbench: Workbench) -> None:
        self._pipe = pipe
        self._workbench = workbench
        self._states: dict[str, tuple[str, str, tuple[str, ...]]] = {}
        self._job: dict[str, Any] | None = None
        self._superseded = False

    def serve(self) -> None:
        """Make what is asked for until the pipe closes or the device is lost."""
        while True:
            while self._job is None:
                self._take(self._pipe.recv_bytes())
            job, self._job = self._job, None
            if not self._answer(job):
                return

    def _stop(self) -> bool:
        """Read all that has come; return whether the job has been given up on the other side."""
        while self._pipe.poll(0):
            self._take(self._pipe.recv_bytes())
        return self._superseded

    def _take(self, data: bytes) -> None:
        message = json.loads(data)
        if message["type"] == "state":
            place = (message["text"], message["folder"], tuple(message["asset_roots"]))
            self._states[message["variant"]] = place
        elif message["type"] == "plugins":  # comes between jobs only
            from myriorama.plugins.sources import grant_from_json

            self._workbench.use([grant_from_json(grant) for grant in message["grants"]])
        elif message["type"] == "drop":
            self._superseded = True
        else:
            self._job = message
            self._superseded = False

    def _answer(self, job: dict[str, Any]) -> bool:
        """Do one job; return False where the process must be replaced."""
        from myriorama.app.preview.attentive import SupersededError
        from myriorama.app.preview.faults import failure_of

        try:
            opened = self._workbench.open(*self._states[job["variant"]])
            if job["type"] == "tile":
                index, size_px, traced = job["index"], job["size_px"], job["traced"]
                self._send_tile(self._workbench.thumbnail(opened, index, size_px, self._stop, traced=traced))
            else:
                facts = self._workbench.facts(opened, job["index"], self._stop)
                send(self._pipe, {"type": "facts", "facts": facts})
        except SupersededError:
            send(self._pipe, {"type": "dropped"})
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the tile tells it and the rest goes on
            failure = failure_of(error, 0, job["index"])
            send(self._pipe, {"type": "failed", "kind": failure.kind, "message": failure.message})
            return failure.kind != "device"
        return True

    def _send_tile(self, made: Thumbnail) -> None:
        from myriorama.app.preview.wire import annotations_to_json

        height, width = made.rgb.shape[:2]
        send(
            self._pipe,
            {
                "type": "tile",
                "sample_key": made.sample_key,
                "recipe_hash": made.recipe_hash,
                "width": width,
                "height": height,
                "annotations": annotations_to_json(made.annotations),
            },
        )
        self._pipe.send_bytes(made.rgb.tobytes())
