"""Materials, samplers and images of a glTF file.

One image becomes one `Texture`, shared by all materials that use it. What the material model cannot say is
noted; a missing or unreadable image is an error, because a picture without it would be wrong silently.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from myriorama.scenes.assets.gltf_document import GltfDocument
from myriorama.scenes.assets.images import decode_image
from myriorama.scenes.assets.json_view import JsonView
from myriorama.scenes.assets.limits import MAX_TEXTURE_BYTES
from myriorama.scenes.assets.pieces import Tally, unique_name
from myriorama.scenes.conventions import F64, U8
from myriorama.scenes.materials.model import Alpha, Material, Texture, Wrap

_CLAMP: Final = 33071
_MIRROR: Final = 33648
_ALPHA: Final[Mapping[str, Alpha]] = {"OPAQUE": "opaque", "MASK": "cutout", "BLEND": "transparent"}
_SILENT: Final = {"KHR_materials_unlit", "KHR_materials_emissive_strength", "KHR_materials_pbrSpecularGlossiness"}


@dataclass(frozen=True, eq=False)
class GltfMaterial:
    """A material and where its textures take their coordinates.

    Attributes
    ----------
    uv_set : int
    uv_transform : (2, 3) float64
        Affine map of the stored coordinates (v = 0 at the top).
    """

    slot: str
    material: Material
    uv_set: int = 0
    uv_transform: F64 = field(default_factory=lambda: np.eye(2, 3))


@dataclass(frozen=True, eq=False)
class _TextureUse:
    texture: Texture
    uv_set: int
    transform: F64

    def same_coordinates(self, other: _TextureUse) -> bool:
        return self.uv_set == other.uv_set and np.array_equal(self.transform, other.transform)


class MaterialReader:
    """Reads a document's materials once each."""

    def __init__(self, document: GltfDocument, tally: Tally) -> None:
        self.document = document
        self.tally = tally
        self._pixels: dict[int, U8] = {}
        self._textures: dict[tuple[int, bool, Wrap], Texture] = {}
        self._materials: dict[int | None, GltfMaterial] = {}
        self._slots: dict[str, int] = {}
        self._bytes = 0

    def material(self, index: int | None, asked_by: JsonView) -> GltfMaterial:
        """Return material `index`; None is glTF's default material."""
        if index not in self._materials:
            if index is None:
                # The specification's default: white, metallic 1, roughness 1.
                plain = Material((1.0, 1.0, 1.0), metallic=1.0, roughness=1.0, name="default")
                self._materials[None] = GltfMaterial(unique_name("default", self._slots), plain)
            else:
                self._materials[index] = self._read(self.document.root.entry("materials", index, asked_by), index)
        return self._materials[index]

    def _read(self, view: JsonView, index: int) -> GltfMaterial:
        name = view.text("name", "") or f"material {index}"
        extensions = view.child("extensions") or JsonView({}, view.file, view.place)
        for unknown in sorted(set(extensions.value) - _SILENT):
            self.tally.note(f"{view.place}: {unknown} is not supported and was left out")
        gloss = extensions.child("KHR_materials_pbrSpecularGlossiness")
        uses: dict[str, _TextureUse] = {}
        if gloss is not None:
            material = self._from_gloss(gloss, uses)
        else:
            material = self._from_metallic(view.child("pbrMetallicRoughness") or JsonView({}, view.file), uses)
        material = self._with_maps(view, extensions, material, uses)
        if "KHR_materials_unlit" in extensions:
            # Lit like everything else, but matt: its colours were painted to be shown as they are.
            material = replace(material, metallic=0.0, roughness=1.0, metallic_roughness_texture=None)
            uses.pop("metallic_roughness_texture", None)
            self.tally.note(f"{view.place}: an unlit material is drawn as a matt one under the scene's light")
        chosen = self._one_coordinate_set(view, uses)
        textures = {key: use.texture for key, use in uses.items()}
        material = replace(
            material,
            name=name,
            base_color_texture=textures.get("base_color_texture"),
            metallic_roughness_texture=textures.get("metallic_roughness_texture"),
            normal_texture=textures.get("normal_texture"),
            emission_texture=textures.get("emission_texture"),
            occlusion_texture=textures.get("occlusion_texture"),
        )
        slot = unique_name(name, self._slots)
        if chosen is None:
            return GltfMaterial(slot, material)
        return GltfMaterial(slot, material, chosen.uv_set, chosen.transform)

    def _one_coordinate_set(self, view: JsonView, uses: dict[str, _TextureUse]) -> _TextureUse | None:
        """Keep the textures that share the first one's coordinates; a mesh carries one set."""
        if not uses:
            return None
        chosen = next(iter(uses.values()))
        for key in [k for k, u in uses.items() if not u.same_coordinates(chosen)]:
            del uses[key]
            self.tally.note(f"{view.place}: {key} uses other texture coordinates than the base colour and was left out")
        return chosen

    def _from_metallic(self, view: JsonView, uses: dict[str, _TextureUse]) -> Material:
        r, g, b, a = view.numbers("baseColorFactor", (1.0, 1.0, 1.0, 1.0))
        self._use(view, "baseColorTexture", "base_color_texture", True, uses)
        self._use(view, "metallicRoughnessTexture", "metallic_roughness_texture", False, uses)
        return Material(
            base_color=(r, g, b),
            opacity=a,
            metallic=_fraction(view, "metallicFactor", 1.0),
            roughness=_fraction(view, "roughnessFactor", 1.0),
        )

    def _from_gloss(self, view: JsonView, uses: dict[str, _TextureUse]) -> Material:
        """Read the older specular-glossiness model as a dielectric: diffuse colour, roughness 1 - glossiness."""
        r, g, b, a = view.numbers("diffuseFactor", (1.0, 1.0, 1.0, 1.0))
        self._use(view, "diffuseTexture", "base_color_texture", True, uses)
        if "specularGlossinessTexture" in view:
            self.tally.note(f"{view.place}: the specular-glossiness texture was left out, its factors were kept")
        roughness = 1.0 - _fraction(view, "glossinessFactor", 1.0)
        return Material(base_color=(r, g, b), opacity=a, metallic=0.0, roughness=roughness)

    def _with_maps(
        self, view: JsonView, extensions: JsonView, material: Material, uses: dict[str, _TextureUse]
    ) -> Material:
        self._use(view, "normalTexture", "normal_texture", False, uses)
        self._use(view, "emissiveTexture", "emission_texture", True, uses)
        self._use(view, "occlusionTexture", "occlusion_texture", False, uses)
        normal = view.child("normalTexture")
        strength = extensions.child("KHR_materials_emissive_strength")
        gain = 1.0 if strength is None else strength.number("emissiveStrength", 1.0)
        red, green, blue = (gain * e for e in view.numbers("emissiveFactor", (0.0, 0.0, 0.0)))
        mode = view.text("alphaMode", "OPAQUE")
        if mode not in _ALPHA:
            raise view.fault("alphaMode", "is not an alpha mode", mode, "OPAQUE, MASK or BLEND")
        return replace(
            material,
            normal_scale=1.0 if normal is None else normal.number("scale", 1.0),
            emission=(red, green, blue),
            alpha=_ALPHA[mode],
            alpha_cutoff=view.number("alphaCutoff", 0.5),
            opacity=1.0 if mode == "OPAQUE" else material.opacity,
            double_sided=view.flag("doubleSided", False),
        )

    def _use(self, view: JsonView, key: str, field_name: str, srgb: bool, uses: dict[str, _TextureUse]) -> None:
        info = view.child(key)
        if info is None:
            return
        uv_set = info.integer("texCoord", 0, high=64)
        transform = np.eye(2, 3)
        moved = (info.child("extensions") or JsonView({}, view.file)).child("KHR_texture_transform")
        if moved is not None:
            uv_set = moved.integer("texCoord", uv_set, high=64)
            transform = _uv_transform(moved)
        uses[field_name] = _TextureUse(self._texture(info.integer("index"), srgb, info), uv_set, transform)

    def _texture(self, index: int, srgb: bool, asked_by: JsonView) -> Texture:
        view = self.document.root.entry("textures", index, asked_by)
        webp = (view.child("extensions") or JsonView({}, view.file)).child("EXT_texture_webp")
        image = view.index("source")
        if image is None and webp is not None:
            image = webp.index("source")
        if image is None:
            allowed = "an image that is PNG, JPEG or WebP"
            raise view.fault("source", "the texture has no image that can be read", allowed=allowed)
        wrap = self._wrap(view)
        key = (image, srgb, wrap)
        if key not in self._textures:
            self._textures[key] = Texture(self._image(image, view), srgb, wrap)
        return self._textures[key]

    def _wrap(self, texture: JsonView) -> Wrap:
        index = texture.index("sampler")
        if index is None:
            return "repeat"
        sampler = self.document.root.entry("samplers", index, texture)
        across, down = sampler.integer("wrapS", 10497), sampler.integer("wrapT", 10497)
        if _MIRROR in (across, down):
            self.tally.note(f"{sampler.place}: mirrored repeat is drawn as plain repeat")
        if across != down and _CLAMP in (across, down):
            self.tally.note(f"{sampler.place}: it clamps one way and repeats the other; drawn repeating both ways")
        return "clamp" if across == down == _CLAMP else "repeat"

    def _image(self, index: int, asked_by: JsonView) -> U8:
        if index not in self._pixels:
            view = self.document.root.entry("images", index, asked_by)
            if "bufferView" in view:
                content = bytes(self.document.buffer_view(view.integer("bufferView"), view)[0])
            else:
                content = self.document.read_uri(view, "image")
            pixels = decode_image(content, file=view.file, place=view.place)
            self._bytes += pixels.nbytes
            if self._bytes > MAX_TEXTURE_BYTES:
                raise view.fault("", "the model's images together are too large", allowed=f"{MAX_TEXTURE_BYTES} bytes")
            self._pixels[index] = pixels
        return self._pixels[index]


def _fraction(view: JsonView, key: str, default: float) -> float:
    value = view.number(key, default)
    if not 0.0 <= value <= 1.0:
        raise view.fault(key, "is out of range", value, "0 to 1")
    return value


def _uv_transform(view: JsonView) -> F64:
    """Return the (2, 3) affine map of KHR_texture_transform: translation * rotation * scale.

    The rotation is counter-clockwise as one sees the image, and v runs down: (1, 0) goes to (cos, -sin). The
    extension's text, its test model and the viewers agree on this; its GLSL sample has the opposite sign.
    """
    move_u, move_v = view.numbers("offset", (0.0, 0.0))
    scale_u, scale_v = view.numbers("scale", (1.0, 1.0))
    angle = view.number("rotation", 0.0)
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos * scale_u, sin * scale_v, move_u], [-sin * scale_u, cos * scale_v, move_v]])
