"""What a plugin may ask of the program while it runs: the content of a file it was given, the stored records.

Each is a message to the program and an answer; nothing is opened here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from myriorama.plugins.writing import StoredRecord
from myriorama.scenes.assets.store import Asset, ImportedModel, OpenAsset, TextureSet
from myriorama.scenes.errors import AssetError, Problem
from myriorama.scenes.lights import RadianceMap
from myriorama.scenes.materials.model import Texture

Ask = Callable[..., Any]


class AskedFile(AssetError):
    """A file that the program could not read for a plugin; told on as it is."""


class AskedStore:
    """Fulfils `AssetStore` for the files that a call was given; it finds no others."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def opened(self, asset: Asset) -> OpenAsset:
        """Return the file as a plugin receives it."""
        return OpenAsset(asset, self)

    def resolve(self, reference: str) -> Asset:
        raise AssetError(Problem(reference, "a plugin can read only the files that its values name"))

    def list_folder(self, reference: str, pattern: str) -> tuple[str, ...]:
        raise AssetError(Problem(reference, "a plugin can read only the files that its values name"))

    def model(self, asset: Asset) -> ImportedModel:
        found: ImportedModel = self._ask("asset", "model", asset, {})
        return found

    def image(self, asset: Asset, *, srgb: bool) -> Texture:
        found: Texture = self._ask("asset", "image", asset, {"srgb": bool(srgb)})
        return found

    def radiance(self, asset: Asset) -> RadianceMap:
        found: RadianceMap = self._ask("asset", "radiance", asset, {})
        return found

    def texture_set(self, asset: Asset) -> TextureSet:
        found: TextureSet = self._ask("asset", "texture_set", asset, {})
        return found


class AskedRecords:
    """Fulfils `StoredRecords`: asks for a batch at a time."""

    def __init__(self, ask: Ask, count: int) -> None:
        self._ask = ask
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[StoredRecord]:
        number = self._ask("records", "open")
        while True:
            batch = self._ask("records", "more", number)
            if not batch:
                return
            yield from batch

    def picture(self, stored: StoredRecord, role: str) -> bytes:
        """Return a picture of a record that was just yielded; the program knows where it lies."""
        return bytes(self._ask("records", "picture", stored["index"], role))
