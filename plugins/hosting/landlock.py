"""Landlock: Linux's way for a process to give up its access to files, for good and without being root.

Raw system calls; see the kernel's Documentation/userspace-api/landlock.rst. It opens what is listed, nothing else.
"""

from __future__ import annotations

import ctypes
import os
import platform
import stat
import sys
from collections.abc import Sequence
from functools import cache
from typing import Final

_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_GET_VERSION: Final = 1
_RULE_PATH_BENEATH: Final = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _DEVICE_CONTROL = 1 << 14, 1 << 15
_ON_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_CONTROL
_BITS_BY_VERSION: Final = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_MAKE_SPECIAL: Final = (1 << 6) | (1 << 9) | (1 << 10) | (1 << 11)
"""Devices, sockets and pipes by name: not even in the writable folder."""
_TCP: Final = 0b11
_SCOPES: Final = 0b11
_DEVICES: Final = frozenset(("/dev/null", "/dev/zero"))


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


@cache
def version() -> int:
    """Return the version of Landlock here; 0 where there is none."""
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"):
        return 0
    found = int(ctypes.CDLL(None, use_errno=True).syscall(_CREATE_RULESET, None, 0, _GET_VERSION))
    return max(found, 0)


def restrict(*, readable: Sequence[str], writable: Sequence[str]) -> bool:
    """Leave this process only these files and folders; return whether that could be done.

    It must have gained no-new-privileges before. TCP is closed too where Landlock knows of it, and other
    processes cannot be sent signals.
    """
    found = version()
    if found < 1:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    handled = (1 << _BITS_BY_VERSION.get(found, 16)) - 1
    ruleset = _Ruleset(handled, _TCP if found >= 4 else 0, _SCOPES if found >= 6 else 0)
    size = 8 if found < 4 else 16 if found < 6 else 24
    rules = int(libc.syscall(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), 0))
    if rules < 0:
        return False
    try:
        for path in readable:
            access = _READ_FILE | _READ_DIR | (_WRITE_FILE if path in _DEVICES else 0)
            _allow(libc, rules, path, access & handled)
        for path in writable:
            _allow(libc, rules, path, handled & ~_EXECUTE & ~_MAKE_SPECIAL)
        return int(libc.syscall(_RESTRICT_SELF, rules, 0)) == 0
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no leave
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            access &= _ON_FILES
        rule = _PathBeneath(access, place)
        if libc.syscall(_ADD_RULE, rules, _RULE_PATH_BENEATH, ctypes.byref(rule), 0) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"Landlock refuses a rule: {os.strerror(number)}", path)
    finally:
        os.close(place)
