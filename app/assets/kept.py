"""Values in memory, bounded by their bytes.

It loads nothing and knows no file.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TypeAlias

from myriorama.scenes.assets.container import Parsed
from myriorama.scenes.assets.store import ImportedModel, TextureSet
from myriorama.scenes.lights import RadianceMap
from myriorama.scenes.materials.model import Texture

Held: TypeAlias = Parsed | Texture


class Kept:
    """Values in memory, the least recently used going first, bounded by their bytes."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self._lock = threading.Lock()
        self._entries: OrderedDict[tuple[str, str], tuple[Held, int]] = OrderedDict()

    def get(self, key: tuple[str, str]) -> Held | None:
        """Return what is kept under `key`, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: tuple[str, str], value: Held, size: int) -> None:
        """Keep a value; one that is larger than the whole bound is not kept."""
        with self._lock:
            if size > self.max_bytes:
                return
            old = self._entries.pop(key, None)
            self.bytes += size - (old[1] if old else 0)
            self._entries[key] = (value, size)
            while self.bytes > self.max_bytes:
                _, (_, gone) = self._entries.popitem(last=False)
                self.bytes -= gone


def size_of(made: Held) -> int:
    """Return the bytes that a value holds; a texture that parts share counts once."""
    if isinstance(made, ImportedModel):
        textures = {t.key: t.nbytes for p in made.parts for t in p.material.textures}
        return sum(p.mesh.nbytes for p in made.parts) + sum(textures.values())
    if isinstance(made, TextureSet):
        maps = (made.color, made.normal, made.metallic_roughness, made.occlusion, made.opacity, made.emission)
        return sum(t.nbytes for t in maps if t is not None)
    return made.pixels.nbytes if isinstance(made, RadianceMap | Texture) else made.nbytes
