"""The walls around an importer process: memory, time, files, and what it may open.

They are a second line behind the parsers' own checks. Nothing here parses.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from typing import Final

MEMORY_BYTES: Final = 2 * 2**30
SECONDS_PER_ASSET: Final = 30.0
OPEN_FILES: Final = 64
_CPU_SECONDS: Final = 3_600
"""Only a last resort: the supervisor ends an asset that takes `SECONDS_PER_ASSET` of wall time."""

_FORBIDDEN_EVENTS: Final = frozenset(
    {
        "os.chmod", "os.chown", "os.exec", "os.fork", "os.forkpty", "os.kill", "os.link", "os.posix_spawn",
        "os.rmdir", "os.spawn", "os.symlink", "os.system", "os.truncate", "pty.spawn", "shutil.rmtree",
        "socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
        "subprocess.Popen", "urllib.Request",
    }
)  # fmt: skip


_MODULES: Final = (".py", ".pyc", ".so", ".pyd", ".dll")


def limit_resources(memory_bytes: int) -> None:
    """Bound this process's memory, open files, file size and processor time; no core dumps.

    Windows has no such limits without a job object; there the supervisor's time limit stands alone.
    """
    if sys.platform == "win32":
        return
    import resource

    def lower(kind: int, limit: int) -> None:
        _, hard = resource.getrlimit(kind)
        bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (bound, bound))

    if sys.platform == "linux":
        lower(resource.RLIMIT_AS, memory_bytes)
    lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    lower(resource.RLIMIT_FSIZE, MEMORY_BYTES)
    lower(resource.RLIMIT_CPU, _CPU_SECONDS)
    lower(resource.RLIMIT_CORE, 0)


class Walls:
    """An audit hook that lets this process read the given folders and Python's own, and write one folder.

    It sees what Python opens; native code is held by the resource limits alone.
    """

    def __init__(self, readable: list[Path], writable: Path) -> None:
        rooms = str(Path(__file__).resolve().parents[2])
        code = [sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *sys.path, rooms]
        self._write = _with_slash(writable)
        self._read = tuple(_with_slash(p) for p in (*readable, writable))
        self._code = tuple(_with_slash(p) for p in code if p)

    def stand(self) -> None:
        """Put the walls up; they cannot be taken down."""
        sys.dont_write_bytecode = True
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if event in _FORBIDDEN_EVENTS:
            raise PermissionError(f"an importer may not do this: {event}")
        if event == "open":
            path, mode, flags = arguments[0], arguments[1], arguments[2]
            if isinstance(path, str | bytes | os.PathLike):
                self._check_open(os.fsdecode(path), mode, flags)
        elif event in ("os.remove", "os.rename", "os.mkdir", "tempfile.mkstemp"):
            for path in arguments[: 2 if event == "os.rename" else 1]:
                if isinstance(path, str | bytes | os.PathLike) and not self._may_write(os.fsdecode(path)):
                    raise PermissionError(f"an importer may not do this: {event} {os.fsdecode(path)}")

    def _check_open(self, path: str, mode: object, flags: object) -> None:
        writes = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))
        writes = writes or (isinstance(mode, str) and any(c in mode for c in "wax+"))
        if writes:
            if not self._may_write(path):
                raise PermissionError(f"an importer may not write {path}")
            return
        real = os.path.realpath(path)
        # Of a folder of code, only modules may be read.
        is_module = real.startswith(self._code) and real.endswith(_MODULES)
        if not (real.startswith(self._read) or is_module):
            raise PermissionError(f"an importer may not read {path}")

    def _may_write(self, path: str) -> bool:
        return os.path.realpath(path).startswith(self._write)


def _with_slash(folder: str | Path) -> str:
    return os.path.join(os.path.realpath(folder), "")
