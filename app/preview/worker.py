"""The preview process: waits for requests, makes the newest, tells what came of it.

Heavy libraries are imported only once the process has been given its threads; so this file imports none.
"""

from __future__ import annotations

import contextlib
import json
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from myriorama.app.preview.serving import send, serve_until_closed

if TYPE_CHECKING:
    from myriorama.app.preview.darkroom import Darkroom, Picture
    from myriorama.app.preview.frames import Failure

_NICENESS: Final = 5
"""Where both paint by software, the window's own strokes come first."""


def preview_main(pipe: Connection, setup_text: str, parent: int) -> None:
    """Serve until the pipe closes. The first message says ``ready`` or why it could not start."""
    serve_until_closed(pipe, setup_text, parent, _NICENESS, _serve)


def _serve(pipe: Connection, setup: dict[str, Any]) -> None:
    from pathlib import Path

    from myriorama.app.preview.darkroom import Darkroom
    from myriorama.app.preview.faults import failure_of
    from myriorama.plugins.hosting.hosts import PluginHosts
    from myriorama.plugins.registry import registry_with
    from myriorama.scenes.errors import DeviceError
    from myriorama.scenes.rendering.engines import open_renderer

    try:
        renderer = open_renderer()
    except DeviceError as error:
        _tell_failure(pipe, failure_of(error, 0, 0))
        return
    cache = setup["cache_folder"]
    darkroom = Darkroom(registry_with((), PluginHosts()), renderer, Path(cache) if cache else None)
    with contextlib.closing(darkroom):
        send(pipe, {"type": "ready"})
        Desk(pipe, darkroom).serve()


class Desk:
    """Takes messages in, one request at a time, and gives each one answer: a picture, a failure, or word that it was
    dropped for a newer one.
    """

    def __init__(self, pipe: Connection, darkroom: Darkroom) -> None:
        from myriorama.app.preview.blocks import LentBlocks

        self._pipe = pipe
        self._darkroom = darkroom
        self._blocks = LentBlocks()
        self._asked: dict[str, Any] | None = None
        self._newer: set[bool] = set()
        self._grants: list[dict[str, Any]] | None = None

    def serve(self) -> None:
        """Make what is asked for until the pipe closes or the device is lost."""
        with contextlib.closing(self._blocks):
            if not self._pipe.poll(0):
                import_late_ones()
            while True:
                while self._asked is None:
                    self._take(self._pipe.recv_bytes())
                wanted, self._asked = self._asked, None
                self._use_plugins()
                if not self._answer(wanted):
                    return

    def _use_plugins(self) -> None:
        from myriorama.plugins.sources import grant_from_json

        grants, self._grants = self._grants, None
        if grants is not None:
            self._darkroom.use([grant_from_json(grant) for grant in grants])

    def _newer_waits(self) -> bool:
        """Read all that has come; return whether a newer request, draft or final, waits on the other side."""
        while self._pipe.poll(0):
            self._take(self._pipe.recv_bytes())
        return bool(self._newer)

    def _final_waits(self) -> bool:
        """Return whether a newer final waits: only that is worth giving up a draft for."""
        return self._newer_waits() and True in self._newer

    def _take(self, data: bytes) -> None:
        message = json.loads(data)
        if message["type"] == "picture":
            self._asked = message
            self._newer.clear()
        elif message["type"] == "plugins":
            self._grants = message["grants"]  # taken up before the next picture: one may be under way
        elif message["type"] == "newer":
            self._newer.add(bool(message["final"]))
        elif message["type"] == "blocks":
            self._blocks.replace(message["names"])
            send(self._pipe, {"type": "blocks_taken"})
        elif message["type"] == "read":
            self._blocks.give_back(message["name"])

    def _answer(self, message: dict[str, Any]) -> bool:
        """Make one picture; return False where the process must be replaced."""
        from myriorama.app.preview.attentive import SupersededError
        from myriorama.app.preview.faults import failure_of
        from myriorama.app.preview.wire import wanted_from

        wanted = wanted_from(message)
        try:
            picture = self._darkroom.make(wanted, self._newer_waits if wanted.final else self._final_waits)
        except SupersededError:
            send(self._pipe, {"type": "dropped", "generation": wanted.generation})
            return True
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the window tells it and goes on
            failure = failure_of(error, wanted.generation, wanted.index)
            _tell_failure(self._pipe, failure)
            return failure.kind != "device"
        self._hand_out(picture)
        return True

    def _hand_out(self, picture: Picture) -> None:
        from myriorama.app.preview.blocks import joined, layout

        while self._blocks.all_in_use:
            self._take(self._pipe.recv_bytes())
        written = self._blocks.write(picture.arrays)
        if written is not None:
            name, planes = written
            send(self._pipe, {**picture.told, "block": name, "planes": planes})
            return
        planes, _ = layout(picture.arrays)
        send(self._pipe, {**picture.told, "block": "", "planes": planes})
        self._pipe.send_bytes(joined(picture.arrays))


def import_late_ones() -> None:
    """Import what is imported on its first use elsewhere, while nobody waits: it takes a third of a second."""
    import scipy.special  # noqa: F401


def _tell_failure(pipe: Connection, failure: Failure) -> None:
    from myriorama.app.preview.wire import failure_to_json

    send(pipe, failure_to_json(failure))
