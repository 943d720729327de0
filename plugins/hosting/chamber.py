"""One host process, seen from the program: starts it, speaks to it, watches what it uses, ends it.

It knows no plugin, and holds no opinion on answers beyond their form.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from myriorama.plugins.faults import Cause
from myriorama.plugins.hosting.codec import Decoder, Encoder, NotReadable
from myriorama.plugins.hosting.framing import PIECES_AT_ONCE, pieces_of, read_message
from myriorama.plugins.hosting.limits import Limits
from myriorama.plugins.hosting.shapes import WrongShape
from myriorama.plugins.hosting.watching import Lost, Watch, ending, out_of_memory_kills

_START_S: Final = 60.0
_LOOK_S: Final = 0.05
_LAST_WORDS_S: Final = 0.3
_PIPE_BYTES: Final = 2**20
_MOST_FOLDERS: Final = 200
_MOST_FILES: Final = 2_000
_ENTRY: Final = "from myriorama.plugins.hosting.child import main; main()"
_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONPATH")
_NUMERIC: Final = ("OPENBLAS_", "MKL_", "NVPL_", "NPY_")
"""What a person told the numeric libraries counts there too: the same kernels give the same last digit."""

_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class Chamber:
    """A host process.

    Parameters
    ----------
    scratch : Path
        Folder in which its own temporary folder is made.
    hash_seed : int
        Of Python's hashes: sets of words have one order in every host process of a program.
    """

    def __init__(self, scratch: Path, hash_seed: int = 0) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="plugin-", dir=scratch))
        self.lock = threading.RLock()
        self.loaded = False
        self.ended = False
        self._ready = False
        self._closing = False
        self._number = 0
        self._kills_before = out_of_memory_kills()
        self._encoder = Encoder(by_identity=True)
        self._decoder = Decoder(checked=True)
        self._printed: deque[bytes] = deque()
        self._printed_bytes = 0
        self.flood_bytes = 0
        self._kept_bytes = Limits().output_kb * 1024
        environment = {k: v for k, v in os.environ.items() if k in _PASSED_ON or k.startswith(_NUMERIC)}
        environment |= dict.fromkeys(_THREADS, "1")
        environment |= {"PYTHONHASHSEED": str(hash_seed), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
        environment |= dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME"), str(self.folder))
        # A person's own packages are left out unless this program itself lies there.
        flags = ["-P"] + ([] if "site-packages" in str(Path(__file__)) else ["-s"])
        # Its standard input and output are the two pipes; what it prints comes through the third.
        self._child = subprocess.Popen(
            [sys.executable, *flags, "-c", _ENTRY, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=self.folder,
            env=environment,
            start_new_session=True,
        )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        assert self._child.stderr is not None
        self._requests = self._child.stdin.fileno()
        self._answers = self._child.stdout.fileno()
        self._output = self._child.stderr.fileno()
        for descriptor in (self._requests, self._answers, self._output):
            os.set_blocking(descriptor, False)
        if sys.platform == "linux":
            import fcntl

            for descriptor in (self._requests, self._answers):
                with contextlib.suppress(OSError):  # more than the system grants: the usual size serves as well
                    fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def alive(self) -> bool:
        return not self.ended and self._child.poll() is None

    def wait_until_ready(self) -> None:
        """Wait until it can take requests; raises `Lost` where it cannot be started."""
        if self._ready:
            return
        watch = Watch(self, Limits(), _START_S)
        said = self._receive(watch, Limits())
        if not isinstance(said, tuple) or said[:1] != ("ready",):
            raise self.lose("exited", "the process for plugins could not be started")
        self._ready = True

    def ask(
        self,
        request: tuple[Any, ...],
        limits: Limits,
        *,
        wall_s: float | None = None,
        serve: Callable[..., tuple[str, Any]] | None = None,
    ) -> tuple[str, Any]:
        """Send a request and return its answer: ``("done", value)`` or ``("fault", facts)``.

        ``("last", value)`` is an answer after which the process is not to be used again.

        Parameters
        ----------
        wall_s : float or None
            Instead of the limits' own. Time in which the program answers questions does not count.
        serve : callable or None
            Answers the questions that come before the answer.

        Raises
        ------
        Lost
            It ended, was ended, or answered what cannot be read.
        NotTellable
            The request cannot be sent; nothing was.
        """
        self.wait_until_ready()
        self._number += 1
        header, buffers = self._encoder.encode((self._number, request))
        watch = Watch(self, limits, limits.wall_s if wall_s is None else wall_s)
        self.flood_bytes = 0
        self._kept_bytes = limits.output_kb * 1024
        try:
            self._refuse_what_was_not_asked()
            self._send(pieces_of(header, buffers), watch)
            return self._conversation(watch, limits, serve)
        except BaseException:
            self.end()  # an interrupt, or a question that failed: its next answer would be to an old request
            raise

    def _refuse_what_was_not_asked(self) -> None:
        """Raise `Lost` where something lies in the pipe already: it would be taken for the answer."""
        readable, _, _ = select.select([self._answers], [], [], 0)
        if readable:
            if not os.read(self._answers, 1):
                raise self._gone()
            raise self.lose("result", "its process sent an answer that nobody had asked for")

    def _conversation(
        self, watch: Watch, limits: Limits, serve: Callable[..., tuple[str, Any]] | None
    ) -> tuple[str, Any]:
        while True:
            said = self._receive(watch, limits)
            what = said[0] if isinstance(said, tuple) and len(said) >= 2 and type(said[0]) is str else ""
            fits = what in ("done", "last") or (what == "fault" and isinstance(said[1], dict))
            if fits and len(said) == 3 and type(said[2]) is int and said[2] == self._number:
                return what, said[1]
            if what != "ask":
                raise self.lose("result", "its process answered what cannot be read")
            began = time.monotonic()
            if serve is None:
                raise self.lose("result", "its process asked what it may not ask")
            reply = serve(*said[1:])
            watch.until_s += time.monotonic() - began
            self._send(pieces_of(*self._encoder.encode(reply)), watch)

    def output(self) -> str:
        """Return the last that was printed."""
        with self.lock:
            self._drain()
            return b"".join(self._printed).decode("utf-8", "replace")[-self._kept_bytes :]

    def forget_output(self) -> None:
        """Begin a new call: what was printed before is not its own."""
        self._drain()
        self._printed.clear()
        self._printed_bytes = 0

    def overfull(self, limit_bytes: int) -> bool:
        """Return whether its temporary folder holds more than it may."""
        total, waiting = 0, [str(self.folder)]
        for _ in range(_MOST_FOLDERS):
            if not waiting:
                return False
            try:
                with os.scandir(waiting.pop()) as rows:
                    for number, row in enumerate(rows):
                        if row.is_dir(follow_symlinks=False):
                            waiting.append(row.path)
                        else:
                            total += row.stat(follow_symlinks=False).st_size
                        if total > limit_bytes or number > _MOST_FILES:
                            return True
            except OSError:
                continue  # it went away meanwhile
        return True

    def end(self) -> None:
        """End the process and everything it started; remove its folder. A call in another thread ends with it."""
        self._closing = True
        if not self.ended and self._child.poll() is None:
            with contextlib.suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(self._child.pid, signal.SIGKILL)
                else:
                    self._child.kill()
        with self.lock:  # whoever waits for an answer finds the pipe closed by now; then nobody reads from it
            if self.ended:
                return
            self.ended = True
            self._child.wait()
            for stream in (self._child.stdin, self._child.stdout, self._child.stderr):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _send(self, pieces: list[memoryview], watch: Watch) -> None:
        try:
            while pieces:
                _, writable = self._look([self._output], [self._requests])
                if not writable:
                    watch.check()
                    continue
                with contextlib.suppress(BlockingIOError):
                    written = os.writev(self._requests, pieces[:PIECES_AT_ONCE])
                    while pieces and written >= len(pieces[0]):
                        written -= len(pieces.pop(0))
                    if written:
                        pieces[0] = pieces[0][written:]
        except OSError as error:
            raise self._gone() from error

    def _receive(self, watch: Watch, limits: Limits) -> Any:
        def fill(view: memoryview) -> None:
            while len(view):
                try:
                    count = os.readv(self._answers, [view])
                except BlockingIOError:
                    readable, _ = self._look([self._answers, self._output], [])
                    if self._answers not in readable:
                        watch.check()
                    continue
                except OSError:
                    count = 0
                if count == 0:
                    raise self._gone()
                view = view[count:]
                if time.monotonic() > watch.until_s:
                    watch.check()

        try:
            return self._decoder.decode(*read_message(fill, limits.answer_mb * 2**20))
        except NotReadable as error:
            raise self.lose("result", f"what it returned cannot be used: {error}") from error
        except WrongShape as error:  # what the two sides remember may differ from here on, so it ends
            facts = {"cause": "result", "message": f"what it returned cannot be used: {error}", "ends": True}
            return "fault", facts, self._number

    def _look(self, reading: list[int], writing: list[int]) -> tuple[list[int], list[int]]:
        readable, writable, _ = select.select(reading, writing, [], _LOOK_S)
        if self._output in readable:
            self._drain()
        return readable, writable

    def _drain(self) -> None:
        while not self.ended:  # a closed descriptor's number may be another's by now
            try:
                piece = os.read(self._output, 2**16)
            except OSError:  # nothing now, or closed
                return
            if not piece:
                return
            self._printed.append(piece)
            self._printed_bytes += len(piece)
            self.flood_bytes += len(piece)
            while self._printed_bytes - len(self._printed[0]) >= self._kept_bytes:
                self._printed_bytes -= len(self._printed.popleft())
            if len(piece) < 2**12:
                return

    def lose(self, cause: Cause, message: str, way_out: str = "") -> Lost:
        """End the process; return the loss."""
        self._drain()
        self.end()
        return Lost(cause, message, way_out)

    def lose_running(self, cause: Cause, message: str, way_out: str = "") -> Lost:
        """End a process that does not answer, after asking it where it is; return the loss."""
        if hasattr(signal, "SIGUSR1") and self._child.poll() is None:
            with contextlib.suppress(OSError):
                self._child.send_signal(signal.SIGUSR1)
                until_s = time.monotonic() + _LAST_WORDS_S
                before = self.flood_bytes
                while time.monotonic() < until_s and self.flood_bytes == before:
                    self._look([self._output], [])
                time.sleep(0.02)
                self._drain()
        return self.lose(cause, message, way_out)

    def _gone(self) -> Lost:
        """Return why a process that closed its pipe is gone."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(_LAST_WORDS_S * 3)
        self._drain()
        if self._closing:
            return self.lose("killed", "its process was ended by the program, which does not need it any more")
        ran_out = out_of_memory_kills() > self._kills_before
        cause, message, way_out = ending(self._child.poll(), memory_ran_out=ran_out)
        return self.lose(cause, message, way_out)
