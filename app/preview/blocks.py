"""Shared memory for pictures: a few blocks that the service owns and the preview process writes into.

A block is written by one side and read by the other in turns, told by message; nobody writes what may still be read.
Where the system has no room for them, the arrays cross the pipe as bytes instead.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import shared_memory
from typing import Any, Final

import numpy as np
import numpy.typing as npt

BLOCKS: Final = 2
"""One being read while the next is written."""
PREFIX: Final = "myriorama_"
"""Names begin so, with the owner's process id: what is left behind can be told whose it was."""
_GROWTH: Final = 1.25
_SHARED_FOLDER: Final = "/dev/shm"
_LEFT_FREE: Final = 8 * 2**20
_ALIGNED: Final = 64

Plane = Mapping[str, Any]
"""Name, dtype, shape and offset of an array in a block, as JSON."""


def bytes_for(width: int, height: int, layers: int) -> int:
    """Return how many bytes a frame takes at most: colour, ids, depth and so many layers of three floats."""
    pixels = width * height
    return sum(_padded(pixels * size) for size in (3, 4, 4, *([12] * layers)))


class OwnedBlocks:
    """The service's side: makes blocks, copies out of them, takes them away.

    Attributes
    ----------
    size : int
        Bytes of each block; 0 where there are none.
    """

    def __init__(self) -> None:
        self.size = 0
        self._blocks: list[shared_memory.SharedMemory] = []
        self._retired: list[shared_memory.SharedMemory] = []

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(b.name for b in self._blocks)

    def grow(self, needed: int) -> bool:
        """Replace the blocks by larger ones where they are too small; return whether their names changed.

        The old ones are kept until `discard_retired`: the other side may be writing there.
        """
        if needed <= self.size:
            return False
        wanted = int(needed * _GROWTH)
        if not _has_room(wanted * BLOCKS):
            wanted = needed
        changed = bool(self._blocks)
        self._retired += self._blocks
        self._blocks, self.size = [], 0
        if not _has_room(wanted * BLOCKS):
            return changed
        names = [f"{PREFIX}{os.getpid()}_{secrets.token_hex(4)}" for _ in range(BLOCKS)]
        self._blocks = [shared_memory.SharedMemory(name, create=True, size=wanted) for name in names]
        self.size = wanted
        return True

    def read(self, name: str, planes: Sequence[Plane]) -> dict[str, npt.NDArray[Any]]:
        """Return copies of the arrays in a block, read-only.

        Raises
        ------
        KeyError
            There is no such block.
        """
        block = next((b for b in (*self._blocks, *self._retired) if b.name == name), None)
        if block is None:
            raise KeyError(name)
        assert block.buf is not None, "a block is read before it is closed"
        return arrays_in(block.buf, planes)

    def discard_retired(self) -> None:
        """Take away the blocks that were replaced: the other side has let go of them."""
        for block in self._retired:
            _take_away(block)
        self._retired.clear()

    def close(self) -> None:
        """Take everything away. The other side must have ended."""
        self.discard_retired()
        for block in self._blocks:
            _take_away(block)
        self._blocks, self.size = [], 0


class LentBlocks:
    """The preview process's side: writes into blocks that were lent to it, one after the other."""

    def __init__(self) -> None:
        self._blocks: dict[str, shared_memory.SharedMemory] = {}
        self._free: list[str] = []

    def replace(self, names: Sequence[str]) -> None:
        """Let go of all blocks and take these."""
        self.close()
        self._blocks = {name: shared_memory.SharedMemory(name) for name in names}
        self._free = list(names)

    def give_back(self, name: str) -> None:
        """Learn that a block has been read and may be written again."""
        if name in self._blocks:
            self._free.append(name)

    @property
    def all_in_use(self) -> bool:
        """There are blocks, and each is still being read."""
        return bool(self._blocks) and not self._free

    def write(self, arrays: Mapping[str, npt.NDArray[Any]]) -> tuple[str, list[Plane]] | None:
        """Write arrays into a free block and return its name and where they are; None where no block fits."""
        planes, total = layout(arrays)
        if not self._free or self._blocks[self._free[0]].size < total:
            return None
        name = self._free.pop(0)
        buffer = self._blocks[name].buf
        for plane, array in zip(planes, arrays.values(), strict=True):
            target: npt.NDArray[Any] = np.ndarray(array.shape, array.dtype, buffer, plane["offset"])
            target[...] = array
            del target  # a view that lives on would keep the block from being closed
        return name, planes

    def close(self) -> None:
        """Let go of all blocks; they are not taken away."""
        for block in self._blocks.values():
            block.close()
        self._blocks, self._free = {}, []


def layout(arrays: Mapping[str, npt.NDArray[Any]]) -> tuple[list[Plane], int]:
    """Return where arrays lie one after the other, and how many bytes they take together."""
    planes: list[Plane] = []
    offset = 0
    for name, array in arrays.items():
        planes.append({"name": name, "dtype": array.dtype.str, "shape": list(array.shape), "offset": offset})
        offset += _padded(array.nbytes)
    return planes, offset


def joined(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return arrays as bytes, laid out as `layout` tells."""
    return b"".join(a.tobytes() + bytes(_padded(a.nbytes) - a.nbytes) for a in arrays.values())


def arrays_in(buffer: memoryview | bytes, planes: Sequence[Plane]) -> dict[str, npt.NDArray[Any]]:
    """Return copies of the arrays that lie in a buffer, read-only."""
    out: dict[str, npt.NDArray[Any]] = {}
    for plane in planes:
        view: npt.NDArray[Any] = np.ndarray(tuple(plane["shape"]), np.dtype(plane["dtype"]), buffer, plane["offset"])
        copied = view.copy()
        del view
        copied.flags.writeable = False
        out[str(plane["name"])] = copied
    return out


def _padded(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED


def _has_room(size: int) -> bool:
    """Tell whether so many more bytes of shared memory can be had; a full file system would end the writer instead."""
    if not sys.platform.startswith("linux") or not os.path.isdir(_SHARED_FOLDER):
        return True
    return shutil.disk_usage(_SHARED_FOLDER).free >= size + _LEFT_FREE


def _take_away(block: shared_memory.SharedMemory) -> None:
    block.close()
    block.unlink()
