"""Names what a plugin tries and may not: an audit hook that refuses with a sentence, before the system does.

It is the voice, not the wall: native code is held by the system's own layers (see `confinement`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_DEVICES: Final = frozenset(("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"))


class Forbidden(PermissionError):
    """A plugin tried what it may not do.

    Attributes
    ----------
    ends : bool
        The process is not used again.
    """

    def __init__(self, sentence: str, *, ends: bool = False) -> None:
        super().__init__(sentence)
        self.ends = ends


class Audit:
    """The hook.

    Parameters
    ----------
    scratch : str
        The one folder that may be written.
    readable : sequence of str
        Files and folders that may be read.
    """

    def __init__(self, scratch: str, readable: Sequence[str]) -> None:
        self._scratch = os.path.join(os.path.realpath(scratch), "")
        self._readable = tuple(os.path.realpath(p) for p in readable)
        self._checks: Mapping[str, Callable[[tuple[Any, ...]], None]] = MappingProxyType(
            {"open": self._open}
            | dict.fromkeys(_NETWORK, self._network)
            | dict.fromkeys(_PROGRAMS, self._programs)
            | {event: self._changes(places) for event, places in _CHANGES.items()}
            | {"os.kill": self._kill, "os.killpg": self._kill, "signal.pthread_kill": self._pass}
        )

    def stand(self) -> None:
        """Put the hook up; it cannot be taken down."""
        checks = self._checks

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            check = checks.get(event)
            if check is not None:
                check(arguments)

        sys.addaudithook(hook)

    def _open(self, arguments: tuple[Any, ...]) -> None:
        path, mode, flags = arguments
        if isinstance(path, int) or path is None:
            return
        shown = os.fsdecode(path)
        writes = isinstance(flags, int) and bool(flags & _WRITES)
        writes = writes or (isinstance(mode, str) and any(c in mode for c in "wax+"))
        real = os.path.realpath(shown)
        if real in _DEVICES or real.startswith(self._scratch):
            return
        if writes:
            raise Forbidden(f"it tried to write {shown}: a plugin may write only in its own temporary folder")
        if real.startswith(("/proc/self/", f"/proc/{os.getpid()}/")):
            return
        for allowed in self._readable:
            if real == allowed or real.startswith(allowed + os.sep):
                return
        if os.path.lexists(real):
            raise Forbidden(
                f"it tried to read {shown}: a plugin may read its own files, and those that its values name "
                "through a File parameter"
            )

    def _network(self, arguments: tuple[Any, ...]) -> None:
        raise Forbidden("it tried to use the network: a plugin may not")

    def _programs(self, arguments: tuple[Any, ...]) -> None:
        raise Forbidden("it tried to start another process: a plugin may not", ends=True)

    def _kill(self, arguments: tuple[Any, ...]) -> None:
        if arguments and arguments[0] != os.getpid():
            raise Forbidden("it tried to send a signal to another process: a plugin may not", ends=True)

    def _pass(self, arguments: tuple[Any, ...]) -> None:
        return

    def _changes(self, places: int) -> Callable[[tuple[Any, ...]], None]:
        def check(arguments: tuple[Any, ...]) -> None:
            for path in arguments[:places]:
                if isinstance(path, str | bytes | os.PathLike):
                    shown = os.fsdecode(path)
                    real = os.path.join(os.path.realpath(os.path.dirname(shown) or "."), os.path.basename(shown))
                    if not real.startswith(self._scratch):
                        raise Forbidden(
                            f"it tried to change {shown}: a plugin may change only its own temporary folder"
                        )

        return check


_NETWORK: Final = (
    "socket.__new__", "socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname",
    "socket.gethostbyaddr", "socket.getnameinfo", "socket.sendto", "socket.sendmsg", "urllib.Request",
)  # fmt: skip
_PROGRAMS: Final = (
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "pty.spawn",
    "subprocess.Popen", "_posixsubprocess.fork_exec",
)  # fmt: skip
_CHANGES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "os.chmod": 1, "os.chown": 1, "os.chflags": 1, "os.link": 2, "os.mkdir": 1, "os.remove": 1, "os.rename": 2,
        "os.rmdir": 1, "os.setxattr": 1, "os.removexattr": 1, "os.symlink": 2, "os.truncate": 1, "os.utime": 1,
        "shutil.rmtree": 1, "os.chdir": 1,
    }
)  # fmt: skip
