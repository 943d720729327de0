"""What a builder may keep from one state of a project to the next: objects by content, groups by all they came from.

It decides nothing about equality: a model's key holds its values, a group's key everything that placed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from myriorama.scenes.assembly.cache import ByteBoundedCache
from myriorama.scenes.assembly.model import ObjectModel
from myriorama.scenes.assembly.scene import Instance

MODEL_BYTES: Final = 32 * 2**20

PlacedGroup = tuple[tuple[Instance, ...], Mapping[str, Any]]
"""The instances of a group, and what the scene's report tells of it."""


class BuildMemory:
    """Shared by builders that follow each other: an edit rebuilds what it touches and no more.

    A group is built again only where its key differs; of each group the last is kept.

    Parameters
    ----------
    before : BuildMemory or None
        Asked where this one has nothing; never written to. Its models are shared.
    model_bytes : int
        How much of generated objects is kept; of no meaning where there is a memory before.
    """

    def __init__(self, before: BuildMemory | None = None, model_bytes: int = MODEL_BYTES) -> None:
        self._before = before
        self._groups: dict[str, tuple[str, PlacedGroup]] = {}
        self.models: ByteBoundedCache[ObjectModel] = (
            before.models if before is not None else ByteBoundedCache(model_bytes, lambda m: m.nbytes)
        )

    def recall(self, uid: str, key: str) -> PlacedGroup | None:
        """Return a group that was built under this very key, or None."""
        found = self._groups.get(uid)
        if found is not None and found[0] == key:
            return found[1]
        return self._before.recall(uid, key) if self._before is not None else None

    def keep(self, uid: str, key: str, instances: Sequence[Instance], told: Mapping[str, Any]) -> None:
        """Keep a group in place of what was kept of it before."""
        self._groups[uid] = (key, (tuple(instances), told))

    def forget_groups(self) -> None:
        """Forget where things stand; generated objects stay."""
        self._groups.clear()
