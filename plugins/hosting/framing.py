"""How a message lies on a pipe: a short prefix, a JSON header, then the buffers, small ones together.

It knows nothing of what a message means. A prefix or a header of another form is refused before memory is taken.
"""

from __future__ import annotations

import itertools
import json
import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from myriorama.plugins.hosting.codec import Buffer, NotReadable

_PREFIX: Final = struct.Struct("<4sII")
_MAGIC: Final = b"MYR1"
_SMALL_BYTES: Final = 64 * 1024
_ALIGNED_BYTES: Final = 16
LONGEST_HEADER_BYTES: Final = 64 * 2**20
PIECES_AT_ONCE: Final = 512
CONNECTION_CLOSED: Final = 86
"""Exit code of a process whose plugin closed the pipes to the program."""

Fill = Callable[[memoryview], None]


def pieces_of(header: bytes, buffers: Sequence[Buffer]) -> list[memoryview]:
    """Return what is written to the pipe, in order."""
    small: list[bytes] = []
    large: list[memoryview] = []
    for buffer in buffers:
        size = len(buffer)
        if size > _SMALL_BYTES:
            large.append(memoryview(buffer))
        else:
            small.append(bytes(buffer))
            small.append(bytes(-size % _ALIGNED_BYTES))
    block = b"".join(small)
    pieces = [memoryview(_PREFIX.pack(_MAGIC, len(header), len(block)) + header), memoryview(block), *large]
    return [p for p in pieces if len(p)]


def read_message(fill: Fill, limit_bytes: int | None) -> tuple[Any, list[Any], list[str]]:
    """Return tree, buffers and what is to be forgotten, of the next message.

    Parameters
    ----------
    fill : callable
        Fills the whole view from the pipe, or raises.
    limit_bytes : int or None
        Of all the message; None trusts the other side.

    Raises
    ------
    NotReadable
        It is none, or longer than the limit.
    """
    prefix = bytearray(_PREFIX.size)
    fill(memoryview(prefix))
    magic, header_bytes, block_bytes = _PREFIX.unpack(prefix)
    if magic != _MAGIC:
        raise NotReadable("what came through the pipe is no message")
    if limit_bytes is not None and (header_bytes > LONGEST_HEADER_BYTES or header_bytes + block_bytes > limit_bytes):
        raise NotReadable(f"the answer is longer than {limit_bytes // 2**20} MiB")
    header = bytearray(header_bytes)
    fill(memoryview(header))
    try:
        tree, sizes, dropped = json.loads(header)
    except (ValueError, RecursionError, TypeError) as error:
        raise NotReadable("the message is malformed (its header)") from error
    if not isinstance(sizes, list) or not all(type(n) is int and n >= 0 for n in sizes):
        raise NotReadable("the message is malformed (its sizes)")
    if not isinstance(dropped, list) or not all(type(k) is str for k in dropped):
        raise NotReadable("the message is malformed (what is dropped)")
    if limit_bytes is not None and header_bytes + sum(sizes) > limit_bytes:
        raise NotReadable(f"the answer is longer than {limit_bytes // 2**20} MiB")
    padded = [n + -n % _ALIGNED_BYTES if n <= _SMALL_BYTES else 0 for n in sizes]
    if sum(padded) != block_bytes:
        raise NotReadable("the message is malformed (its block)")
    block = np.empty(block_bytes, dtype=np.uint8)
    if block_bytes:
        fill(block.data)
    starts = itertools.accumulate(padded, initial=0)
    buffers: list[Any] = []
    for size, start in zip(sizes, starts, strict=False):
        if size <= _SMALL_BYTES:
            buffers.append(block[start : start + size])
        else:
            own = np.empty(size, dtype=np.uint8)
            fill(own.data)
            buffers.append(own)
    return tree, buffers, dropped
