"""Which sample comes next when one leafs, plays or shuffles.

A shuffle is a function of where one is, so that it can be told again; nothing here is random.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from myriorama.scenes.project.model import Project

LAST_INDEX: Final = 2**31 - 1


def stepped(index: int, by: int) -> int:
    """Return the sample `by` further, within 0 and the last there is."""
    return min(max(index + by, 0), LAST_INDEX)


def shuffled(index: int, count: int, project: Project | None) -> int:
    """Return another sample out of 0 .. count - 1 that looks random: a hash of the project's seed and this index."""
    if count < 2:
        return 0
    seed = project.seed if project is not None else 0
    for turn in range(64):
        word = blake2b(f"{seed}/{index}/{turn}".encode(), digest_size=8, person=b"shuffle").digest()
        found = int.from_bytes(word, "big") % count
        if found != index:
            return found
    return (index + 1) % count
