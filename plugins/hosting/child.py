"""A host process: imports one source's code and runs its plugins, under limits, until the program closes the pipe.

Started by `chamber.Chamber`, spoken to by messages alone. It is disposable: whatever happens in it stays in it.
"""

from __future__ import annotations

import faulthandler
import gc
import io
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

from myriorama.plugins.hosting import confinement
from myriorama.plugins.hosting.asking import AskedFile, AskedStore
from myriorama.plugins.hosting.auditing import Audit
from myriorama.plugins.hosting.codec import Decoder, Encoder, NotTellable
from myriorama.plugins.hosting.framing import CONNECTION_CLOSED, PIECES_AT_ONCE, pieces_of, read_message
from myriorama.plugins.hosting.limits import Limits, limits_from_json
from myriorama.plugins.hosting.loading import LoadedSource
from myriorama.plugins.hosting.serving import Service
from myriorama.plugins.hosting.tampering import Watch
from myriorama.plugins.hosting.telling import told
from myriorama.plugins.sources import PluginSource
from myriorama.scenes.errors import InputError, Problem

_RESERVE_BYTES: Final = 4 * 2**20


class ProgramGone(Exception):
    """The pipe was closed: there is nobody to work for."""


class Line:
    """The two pipes to the program."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests, self._answers = requests, answers
        self._number = 0
        self._encoder = Encoder()
        self._store = AskedStore(self.ask)
        self._decoder = Decoder(checked=False, open_asset=self._store.opened)

    def next_request(self) -> Any:
        """Return the next request; its number is told with its answer."""
        self._number, request = self.receive()
        return request

    def reply(self, what: str, value: Any) -> None:
        """Answer the request."""
        self.send((what, value, self._number))

    def receive(self) -> Any:
        return self._decoder.decode(*read_message(self._fill, None))

    def _fill(self, view: memoryview) -> None:
        while len(view):
            count = os.readv(self._requests, [view])
            if count == 0:
                raise ProgramGone
            view = view[count:]

    def send(self, value: Any) -> None:
        """Write one message; raises NotTellable before anything was written."""
        pieces = pieces_of(*self._encoder.encode(value))
        while pieces:
            written = os.writev(self._answers, pieces[:PIECES_AT_ONCE])
            while pieces and written >= len(pieces[0]):
                written -= len(pieces.pop(0))
            if written:
                pieces[0] = pieces[0][written:]

    def ask(self, *question: Any) -> Any:
        """Put a question in the middle of a call and return the program's answer."""
        self.send(("ask", *question))
        said, answer = self.receive()
        if said == "refused":
            raise AskedFile([Problem(*row) for row in answer])
        return answer


class Host:
    """One source, from loading to the end."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._limits = Limits()
        self._loaded: LoadedSource | None = None
        self._service: Service | None = None
        self._watch: Watch | None = None
        self._reserve: bytearray | None = bytearray(_RESERVE_BYTES)

    def answer(self, request: tuple[Any, ...]) -> None:
        """Serve one request and send its answer, or the facts of a failure."""
        try:
            if request[0] == "load":
                reply: tuple[str, Any] = ("done", self._load(*request[1:]))
            else:
                reply = self._serve(request)
            self._flush()
            self._line.reply(*reply)
        except ProgramGone:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit included
            self._fail(error, request)

    def _load(self, source: dict[str, Any], limits: dict[str, Any], scratch: str, layers: list[str]) -> bool:
        self._limits = limits_from_json(limits)
        found = PluginSource(**source)
        self._loaded = LoadedSource(found)
        self._service = Service(self._loaded, self._line.ask)
        self._watch = Watch()
        confinement.confine(self._limits, scratch, found.root, kernel="kernel" in layers)
        if "audit" in layers:
            Audit(scratch, (*confinement.readable_folders(), found.root)).stand()
        return True

    def _serve(self, request: tuple[Any, ...]) -> tuple[str, Any]:
        if self._service is None or self._watch is None:
            raise RuntimeError("no source was loaded")
        confinement.begin_call(self._limits)
        try:
            answer = self._service.serve(request)
        finally:
            confinement.end_call()
        changed = self._watch.changed()
        if changed and request[0] == "run":
            return "last", answer  # a check of the program's own tells by itself what it found
        if changed:
            return "fault", self._tampered(changed, request)
        return "done", answer

    def _tampered(self, changed: str, request: tuple[Any, ...]) -> dict[str, Any]:
        file, line = self._where(request) or ("", 0)
        code = self._loaded.line(file, line) if self._loaded else ""
        return {
            "cause": "tampered",
            "message": f"it {changed}",
            "way_out": "everything that varies must come from its parameters or from `draws`",
            "file": file,
            "line": line,
            "code": code,
            "trace": "",
            "ends": True,
        }

    def _fail(self, error: BaseException, request: tuple[Any, ...]) -> None:
        if isinstance(error, MemoryError):
            self._reserve = None
            gc.collect()
        if isinstance(error, AskedFile):
            facts: dict[str, Any] = {"cause": "asset", "problems": _rows(error), "ends": False}
        else:
            facts = told(error, self._loaded, importing=self._importing(error), fallback=self._where(request))
            changed = self._watch.changed() if self._watch is not None else ""
            if changed:
                facts["ends"] = True
        self._flush()
        try:
            self._line.reply("fault", facts)
        except NotTellable:
            self._line.reply("fault", {"cause": "raised", "message": type(error).__name__, "ends": True})

    def _importing(self, error: BaseException) -> bool:
        found = error.__traceback__
        while found is not None:
            if found.tb_frame.f_code is LoadedSource.module.__code__:
                return True
            found = found.tb_next
        return False

    def _where(self, request: tuple[Any, ...]) -> tuple[str, int] | None:
        """Return where the called method is defined, if its module could be imported."""
        if request[0] not in ("call", "write"):
            return None
        plugin = getattr(sys.modules.get(request[1]), request[2], None)
        code = getattr(getattr(plugin, request[3], None), "__code__", None)
        return (code.co_filename, code.co_firstlineno) if code is not None else None

    def _flush(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (AttributeError, OSError, ValueError):
                continue  # a plugin may have replaced or closed it


def _rows(error: InputError) -> list[tuple[str, ...]]:
    return [(p.place, p.message, p.value, p.allowed, p.file) for p in error.problems]


def main() -> None:
    """Serve until the program closes the pipe. Arguments: the parent's id."""
    confinement.die_with_parent(int(sys.argv[1]))
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)  # what is printed goes the way of errors; only messages go to the program
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")  # what was said before a crash is told
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    line = Line(requests, answers)
    host = Host(line)
    Path.cwd()  # of the scratch folder; fails at once where it is gone
    line.send(("ready", os.getpid()))
    try:
        while True:
            host.answer(line.next_request())
    except (ProgramGone, BrokenPipeError):
        os._exit(0)
    except OSError:  # a plugin closed what was not its own
        os._exit(CONNECTION_CLOSED)


if __name__ == "__main__":
    main()
