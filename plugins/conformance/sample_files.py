"""A small file of each role, made in memory, for plugins that declare a file parameter. It reads no disk."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from myriorama.scenes.assembly.model import Part
from myriorama.scenes.assets.store import Asset, ImportedModel, OpenAsset, TextureSet
from myriorama.scenes.errors import AssetError, Problem
from myriorama.scenes.geometry.box import box
from myriorama.scenes.lights import RadianceMap
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.parameters.schema import FileRole

_FOLDER: Final = "conformance"


class SampleFiles:
    """An asset store that holds one file of each role. Fulfils `AssetStore`."""

    def resolve(self, reference: str) -> Asset:
        """Return the asset of a reference; there are no others than those of `sample_asset`."""
        raise AssetError(Problem("", "the check holds no such file", reference))

    def list_folder(self, reference: str, pattern: str) -> tuple[str, ...]:
        """Return no file: nothing here is a folder that can be listed."""
        raise AssetError(Problem("", "the check holds no such folder", f"{reference}/{pattern}"))

    def model(self, asset: Asset) -> ImportedModel:
        """Return a box of 0.2 x 0.1 x 0.3 m, Z up."""
        part = Part("box", box((0.2, 0.1, 0.3)), Material(name="box"), slot="box")
        return ImportedModel((part,), "z", "ply")

    def image(self, asset: Asset, *, srgb: bool) -> Texture:
        """Return a picture of 32 x 24 pixels with a slope in each channel."""
        return Texture(_slopes(24, 32), srgb=srgb)

    def radiance(self, asset: Asset) -> RadianceMap:
        """Return a sky of 16 x 32 pixels, brighter above."""
        return RadianceMap((_slopes(16, 32)[::-1].astype(np.float32) / np.float32(128)).copy())

    def texture_set(self, asset: Asset) -> TextureSet:
        """Return colour and normals; the other maps are absent, as they may be."""
        flat = np.full((16, 16, 3), (128, 128, 255), dtype=np.uint8)
        return TextureSet(Texture(_slopes(16, 16), srgb=True), Texture(flat, srgb=False), None, None)


_NAMES: Final = {"model": "box.ply", "image": "slopes.png", "radiance": "sky.exr", "texture_set": "set"}


@cache
def sample_asset(role: FileRole) -> OpenAsset:
    """Return the sample file of a role, open."""
    reference = f"{_FOLDER}/{_NAMES[role]}"
    return OpenAsset(Asset(reference, Path("/") / reference, "0" * 64), SampleFiles())


def _slopes(rows: int, columns: int) -> np.ndarray:
    y, x = np.mgrid[0:rows, 0:columns]
    return np.stack([x * 255 // (columns - 1), y * 255 // (rows - 1), (x + y) * 5 % 256], axis=2).astype(np.uint8)
