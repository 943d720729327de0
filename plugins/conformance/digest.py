"""One hash over whatever a plugin returns: equal bytes give equal hashes in every process.

It refuses what has no content of its own to hash.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from pathlib import PurePath
from typing import Any

import numpy as np


def digest(value: Any) -> str:
    """Return 32 hex digits over type and content of a result, all the way down.

    Raises
    ------
    TypeError
        Something in it is no number, text, array, dataclass, mapping or sequence.
    """
    total = blake2b(digest_size=16)
    for piece in _pieces(value):
        total.update(len(piece).to_bytes(8, "little"))
        total.update(piece)
    return total.hexdigest()


def _pieces(value: Any) -> Iterator[bytes]:
    if value is None or isinstance(value, bool | int | str | bytes | PurePath):
        yield type(value).__name__.encode()
        yield value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
    elif isinstance(value, float):
        yield b"float" + struct.pack("<d", value)
    elif isinstance(value, np.ndarray | np.generic):
        array = np.ascontiguousarray(value)
        if array.dtype.hasobject:
            raise TypeError("an array of objects has no bytes to compare")
        yield f"{array.dtype.str}{np.shape(value)}".encode()
        yield array.tobytes()
    elif is_dataclass(value) and not isinstance(value, type):
        yield type(value).__qualname__.encode()
        for f in fields(value):
            yield f.name.encode()
            yield from _pieces(getattr(value, f.name))
    elif isinstance(value, Mapping):
        yield b"mapping"
        rows = sorted((digest(key), key) for key in value) if value else []
        for key_digest, key in rows:
            yield key_digest.encode()
            yield from _pieces(value[key])
    elif isinstance(value, Set):
        yield b"set"
        yield from sorted(digest(member).encode() for member in value)
    elif isinstance(value, Sequence):
        yield f"sequence {len(value)}".encode()
        for member in value:
            yield from _pieces(member)
    else:
        raise TypeError(f"a {type(value).__name__} has no content that could be compared")


def array_bytes(value: Any) -> int:
    """Return the bytes of all arrays, texts and byte strings in a result, each object once."""
    seen: set[int] = set()
    return _bytes_of(value, seen)


def _bytes_of(value: Any, seen: set[int]) -> int:
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, bytes | str):
        return len(value)
    if is_dataclass(value) and not isinstance(value, type):
        return sum(_bytes_of(getattr(value, f.name), seen) for f in fields(value))
    if isinstance(value, Mapping):
        return sum(_bytes_of(member, seen) for member in value.values())
    if isinstance(value, Sequence):
        return sum(_bytes_of(member, seen) for member in value)
    return 0
