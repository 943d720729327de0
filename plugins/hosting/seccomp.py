"""A seccomp filter: the system calls that a plugin's process gives up for good.

Network, other processes, tracing, mounting and the like. It is a list of what is refused, since numpy and Python use
many calls; files are Landlock's. See the kernel's Documentation/userspace-api/seccomp_filter.rst.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

_SET_MODE_FILTER, _GET_ACTION_AVAILABLE = 1, 2
_ALL_THREADS: Final = 1
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_CLONE_THREAD: Final = 0x00010000
_X32_BIT: Final = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENT_0_LOW = 0, 4, 16

_ARCHITECTURES: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
)
_CALLS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        # network
        "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "accept": (43, 202),
        "accept4": (288, 242), "bind": (49, 200), "listen": (50, 201), "sendto": (44, 206), "sendmsg": (46, 211),
        "sendmmsg": (307, 269), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
        "io_uring_register": (427, 427),
        # other programs and processes
        "execve": (59, 221), "execveat": (322, 281), "fork": (57, -1), "vfork": (58, -1), "ptrace": (101, 117),
        "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "process_madvise": (440, 440),
        "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "kcmp": (312, 272),
        "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
        "setns": (308, 268), "unshare": (272, 97), "setpgid": (109, 154), "setsid": (112, 157),
        # the machine
        "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
        "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsmount": (432, 432),
        "mount_setattr": (442, 442), "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142),
        "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105),
        "finit_module": (313, 273), "delete_module": (176, 106), "bpf": (321, 280), "perf_event_open": (298, 241),
        "userfaultfd": (323, 282), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
        "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171),
        "sethostname": (170, 161), "setdomainname": (171, 162), "quotactl": (179, 60), "acct": (163, 89),
        "syslog": (103, 116), "personality": (135, 92), "open_by_handle_at": (304, 265), "iopl": (172, -1),
        "ioperm": (173, -1), "modify_ldt": (154, -1),
        # shared with other processes by number
        "shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
        # what Landlock does not see: rights, owners and times of files, devices
        "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, -1),
        "fchown": (93, 55), "lchown": (94, -1), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6),
        "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
        "utime": (132, -1), "utimes": (235, -1), "utimensat": (280, 88), "futimesat": (261, -1),
        "mknod": (133, -1), "mknodat": (259, 33),
    }
)  # fmt: skip
_KILL: Final = (62, 129)
_TGKILL: Final = (234, 131)
_PRLIMIT: Final = (302, 261)
_CLONE: Final = (56, 220)
_CLONE3: Final = (435, 435)
_SECCOMP: Final = (317, 277)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


@cache
def available() -> bool:
    """Return whether filters can be set on this system."""
    column = _column()
    if column is None:
        return False
    wanted = ctypes.c_uint32(_ERRNO)
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(_SECCOMP[column], _GET_ACTION_AVAILABLE, 0, ctypes.byref(wanted))) == 0


def _column() -> int | None:
    if sys.platform != "linux" or sys.maxsize < 2**32:
        return None
    found = _ARCHITECTURES.get(platform.machine())
    return None if found is None else found[1]


def program(pid: int) -> bytes:
    """Return the filter for the process `pid` on this machine: instructions of classic BPF."""
    architecture, column = _ARCHITECTURES[platform.machine()]
    denied = _ERRNO | errno.EPERM
    rows: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, denied),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if column == 0:  # calls of the x32 interface have numbers of their own
        rows += [(_AT_LEAST, 0, 1, _X32_BIT), (_RETURN, 0, 0, denied)]
    for numbers in _CALLS.values():
        if numbers[column] >= 0:
            rows += [(_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, denied)]
    # The C library tries clone3 first and takes clone where it is told that there is none.
    rows += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    # Threads yes, processes no.
    rows += [
        (_EQUAL, 0, 4, _CLONE[column]),
        (_LOAD, 0, 0, _ARGUMENT_0_LOW),
        (_ANY_BIT, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, denied),
    ]
    # Signals and limits only to and of itself; abort() is a tgkill.
    for numbers, own in ((_KILL, (pid,)), (_TGKILL, (pid,)), (_PRLIMIT, (0, pid))):
        rows += [(_EQUAL, 0, 3 + len(own), numbers[column]), (_LOAD, 0, 0, _ARGUMENT_0_LOW)]
        rows += [(_EQUAL, len(own) - i, 0, who) for i, who in enumerate(own)]
        rows += [(_RETURN, 0, 0, denied), (_RETURN, 0, 0, _ALLOW)]
    rows.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *row) for row in rows)


def restrict() -> bool:
    """Set the filter on every thread of this process, for good; return whether that could be done."""
    column = _column()
    if column is None or not available():
        return False
    code = program(os.getpid())
    held = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(_SECCOMP[column], _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(held))) == 0
