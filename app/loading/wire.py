"""What crosses the pipe between a training loop and the processes that render for it: JSON and plain arrays.

It packs no object: a message is one JSON text and the bytes of its arrays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_HEAD_BYTES: Final = 8
_MAX_BYTES: Final = 2**31 - 1

Arrays = Mapping[str, npt.NDArray[Any]]


def send_sample(pipe: Connection, told: Mapping[str, Any], arrays: Arrays | None = None) -> None:
    """Send a message: what is told, and arrays by name."""
    rows, content = [], []
    for name, array in (arrays or {}).items():
        plain = np.ascontiguousarray(array)
        rows.append({"name": name, "dtype": plain.dtype.str, "shape": list(plain.shape)})
        content.append(plain.tobytes())
    head = json.dumps({**told, "arrays": rows}).encode()
    pipe.send_bytes(b"".join([len(head).to_bytes(_HEAD_BYTES, "little"), head, *content]))


def receive_sample(pipe: Connection) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Wait for a message; its arrays may be written to. Raises EOFError where the other side is gone."""
    content = pipe.recv_bytes(_MAX_BYTES)
    at = _HEAD_BYTES + int.from_bytes(content[:_HEAD_BYTES], "little")
    told = json.loads(content[_HEAD_BYTES:at])
    arrays = {}
    for row in told.pop("arrays"):
        dtype = np.dtype(row["dtype"])
        count = int(np.prod(row["shape"], dtype=np.int64))
        arrays[row["name"]] = np.frombuffer(content, dtype, count, at).reshape(row["shape"]).copy()
        at += count * dtype.itemsize
    return told, arrays
