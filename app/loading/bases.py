"""What a dataset is a subclass of: PyTorch's own classes where PyTorch is installed, nothing elsewhere.

It asks nothing of PyTorch beyond its two classes and the number of a loader's worker.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

_PLACE = "torch.utils.data"


def _base(name: str) -> type:
    return getattr(import_module(_PLACE), name) if find_spec("torch") is not None else object


if TYPE_CHECKING:

    class MapBase:
        """PyTorch's Dataset, or object."""

    class StreamBase:
        """PyTorch's IterableDataset, or object."""

else:
    MapBase = _base("Dataset")
    StreamBase = _base("IterableDataset")


def loader_share() -> tuple[int, int]:
    """Return (k, n): this process is the k-th, from 0, of the n workers of a PyTorch DataLoader; (0, 1) elsewhere."""
    module: Any = sys.modules.get(_PLACE)
    told = None if module is None else module.get_worker_info()
    return (0, 1) if told is None else (told.id, told.num_workers)
