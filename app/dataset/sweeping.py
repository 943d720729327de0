"""Takes away what workers that died left in a dataset in the making: half-written files, files of given-up samples.

It goes by receipts, not by names: a format may name a sample's files as it likes. What a receipt tells of stays.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from hashlib import blake2b
from pathlib import Path

from myriorama.app.dataset.atomic import PART_SUFFIX
from myriorama.app.dataset.layout import PROJECT, RECEIPTS
from myriorama.app.dataset.receipts import read_receipt


def sweep_leftovers(partial: Path, done: Collection[int], given_up: Collection[int]) -> None:
    """Delete what is of no committed sample; files of the whole set are not written yet, or are written again.

    Parameters
    ----------
    partial : Path
        The folder of the dataset in the making.
    done, given_up : collection of int
        Committed and quarantined samples. Without a quarantined one only halves of files can be left.
    """
    told = _told(partial, done) if given_up else None
    stale = {f"{index:08d}" for index in given_up}
    for root, _, names in os.walk(partial, topdown=False):  # one folder's names at a time, the deepest first
        here = Path(root).relative_to(partial).as_posix()
        for name in names:
            if here == RECEIPTS:
                left = name.rpartition(".")[0] in stale
            else:
                path = name if here == "." else f"{here}/{name}"
                left = told is not None and path != PROJECT and _digest(path) not in told
            if left or name.endswith(PART_SUFFIX):
                os.unlink(os.path.join(root, name))
        if Path(root) != partial and not os.listdir(root):
            os.rmdir(root)


def _told(partial: Path, done: Collection[int]) -> set[int]:
    """Return a number for each file of the committed samples: paths themselves would take several times the room."""
    found: set[int] = set()
    for index in done:
        receipt = read_receipt(partial, index)
        if receipt is not None:
            found.update(_digest(entry.path) for entry in receipt.files)
    return found


def _digest(path: str) -> int:
    return int.from_bytes(blake2b(path.encode(), digest_size=8).digest(), "big")
