"""Tar archives, member by member, in the POSIX ustar form: the same content gives the same bytes.

Owners, times and modes are fixed. It refuses names and sizes that the form cannot tell exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from myriorama.plugins.api import PluginError

_BLOCK: Final = 512
_MOST_NAME_BYTES: Final = 100
_MOST_BYTES: Final = 8**11 - 1
END: Final = bytes(2 * _BLOCK)
"""What an archive ends with."""


def member(name: str, content: bytes) -> Iterator[bytes]:
    """Yield a file of an archive: its header, its content, and zeros to the next block.

    Source: POSIX.1-1988 (IEEE Std 1003.1), ustar interchange format.

    Raises
    ------
    PluginError
        The name is longer than 100 bytes, or the content than 8 GiB.
    """
    path = name.encode()
    if not 0 < len(path) <= _MOST_NAME_BYTES:
        raise PluginError(f"{name!r} does not fit in a tar: names have 1 to {_MOST_NAME_BYTES} bytes")
    if len(content) > _MOST_BYTES:
        raise PluginError(f"{name!r} does not fit in a tar: {len(content)} bytes, up to {_MOST_BYTES} can be told")
    header = b"".join(
        (
            path.ljust(_MOST_NAME_BYTES, b"\0"),
            b"0000644\0",  # mode
            b"0000000\0" * 2,  # owner and group
            b"%011o\0" % len(content),
            b"00000000000\0",  # time of change: the beginning of the epoch
            b" " * 8,  # the check sum counts as blanks while it is made
            b"0".ljust(101, b"\0"),  # an ordinary file, linked to nothing
            b"ustar\00000",
            bytes(80),  # names of owner and group, device numbers
        )
    ).ljust(_BLOCK, b"\0")
    check = b"%06o\0 " % sum(header)
    yield header[:148] + check + header[156:]
    yield content
    yield bytes(-len(content) % _BLOCK)
