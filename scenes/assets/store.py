"""What the domain needs of foreign files: found, allowed, hashed, and parsed by somebody else.

Nothing here opens a file; the program supplies a store that parses in a disposable process.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from myriorama.scenes.assembly.model import Part
from myriorama.scenes.lights import RadianceMap
from myriorama.scenes.materials.model import Texture


@dataclass(frozen=True)
class Asset:
    """A file that was found inside an allowed root.

    Attributes
    ----------
    reference : str
        As written in the project: relative path or ``resource:...``.
    path : Path
        Absolute, links resolved. Never written to a dataset.
    sha256 : str
        Of the file's bytes (of a folder: of its sorted names and their hashes).
    """

    reference: str
    path: Path
    sha256: str


@dataclass(frozen=True, eq=False)
class ImportedModel:
    """A model file as read: parts with materials, in the file's own units and axes (glTF: Y up).

    Attributes
    ----------
    parts : tuple of Part
        One per node and material; a part's slot names its material, unique in the file.
    up_axis : {"y", "z"}
        What the format says, or the custom where it says nothing.
    source_format : {"glb", "gltf", "obj", "ply", "stl"}
    notes : tuple of str
        What the file holds that could not be kept, one sentence each.
    """

    parts: tuple[Part, ...]
    up_axis: str
    source_format: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class TextureSet:
    """A folder of maps that belong together (an ambientCG set); absent maps are None.

    `metallic_roughness` is packed: G roughness, B metallic.
    """

    color: Texture | None
    normal: Texture | None
    metallic_roughness: Texture | None
    occlusion: Texture | None
    opacity: Texture | None = None
    emission: Texture | None = None
    notes: tuple[str, ...] = ()


class AssetStore(Protocol):
    """Finds and parses foreign files. Every method raises AssetError with place and way out."""

    def resolve(self, reference: str) -> Asset:
        """Return the file or folder, checked to lie inside an allowed root."""
        ...

    def list_folder(self, reference: str, pattern: str) -> tuple[str, ...]:
        """Return the references of a folder's files that match `pattern`, sorted by name."""
        ...

    def model(self, asset: Asset) -> ImportedModel: ...

    def image(self, asset: Asset, *, srgb: bool) -> Texture: ...

    def radiance(self, asset: Asset) -> RadianceMap: ...

    def texture_set(self, asset: Asset) -> TextureSet: ...


@dataclass(frozen=True)
class OpenAsset:
    """An asset with the store that can read it; what a File parameter becomes in a plugin's values."""

    asset: Asset
    store: AssetStore

    def model(self) -> ImportedModel:
        """Read it as a 3D model."""
        return self.store.model(self.asset)

    def image(self, *, srgb: bool = True) -> Texture:
        """Read it as a texture."""
        return self.store.image(self.asset, srgb=srgb)

    def radiance(self) -> RadianceMap:
        """Read it as an equirectangular radiance map."""
        return self.store.radiance(self.asset)

    def texture_set(self) -> TextureSet:
        """Read it as a folder of material maps."""
        return self.store.texture_set(self.asset)
