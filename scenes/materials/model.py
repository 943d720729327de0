"""Materials and textures as immutable values.

A material says how a surface looks and how it is labelled. It loads nothing and draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from hashlib import blake2b
from typing import Literal

import numpy as np
import numpy.typing as npt

Alpha = Literal["opaque", "cutout", "transparent"]
LabelPolicy = Literal["first_hit", "see_through"]
Wrap = Literal["repeat", "clamp"]


@dataclass(frozen=True, eq=False)
class Texture:
    """An image that is laid on a surface.

    Attributes
    ----------
    pixels : (H, W, C) uint8
        C is 1, 3 or 4; row 0 is the top of the image.
    srgb : bool
        True for colours (decoded to linear light before shading), False for measurements
        such as roughness or normals.
    """

    pixels: npt.NDArray[np.uint8]
    srgb: bool
    wrap: Wrap = "repeat"

    def __post_init__(self) -> None:
        pixels = np.ascontiguousarray(self.pixels)
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4) or 0 in pixels.shape:
            raise ValueError(f"texture pixels must be (H, W, 1|3|4) uint8, not {pixels.shape} {pixels.dtype}")
        if pixels is self.pixels and pixels.flags.writeable:
            pixels = pixels.copy()
        pixels.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)

    @cached_property
    def key(self) -> str:
        """Content hash: equal keys mean equal pixels and equal meaning."""
        digest = blake2b(f"{self.pixels.shape}{self.srgb}{self.wrap}".encode(), digest_size=16)
        digest.update(self.pixels.data)
        return digest.hexdigest()

    @property
    def nbytes(self) -> int:
        """Bytes held by the pixels."""
        return self.pixels.nbytes


@dataclass(frozen=True, eq=False)
class Material:
    """Metallic-roughness material (the glTF 2.0 model).

    Attributes
    ----------
    base_color : (float, float, float)
        Linear light, multiplied with `base_color_texture`.
    opacity : float
        Multiplied with the alpha of `base_color_texture`; used by cutout and transparent.
    metallic, roughness : float
        In [0, 1]; multiplied with the B and G channels of `metallic_roughness_texture`.
    normal_texture
        Tangent-space normals, +Y up (OpenGL style), scaled by `normal_scale`.
    occlusion_texture
        R channel, dims indirect light only.
    emission : (float, float, float)
        Linear radiance, multiplied with `emission_texture`.
    alpha : {"opaque", "cutout", "transparent"}
        Cutout discards where alpha < `alpha_cutoff`, in the picture and in every label alike.
    label_policy : {"first_hit", "see_through"}
        Only for transparent: is the pixel labelled as this surface, or as what is behind it.
    uv_scale : (float, float)
        Texture coordinates are multiplied by it.
    """

    base_color: tuple[float, float, float] = (0.8, 0.8, 0.8)
    opacity: float = 1.0
    metallic: float = 0.0
    roughness: float = 0.5
    emission: tuple[float, float, float] = (0.0, 0.0, 0.0)
    base_color_texture: Texture | None = None
    metallic_roughness_texture: Texture | None = None
    normal_texture: Texture | None = None
    occlusion_texture: Texture | None = None
    emission_texture: Texture | None = None
    normal_scale: float = 1.0
    alpha: Alpha = "opaque"
    alpha_cutoff: float = 0.5
    label_policy: LabelPolicy = "first_hit"
    double_sided: bool = False
    uv_scale: tuple[float, float] = (1.0, 1.0)
    name: str = field(default="", compare=False)

    @cached_property
    def key(self) -> str:
        """Content hash over every field except the name."""
        parts = []
        for f in fields(self):
            if f.name != "name":
                value = getattr(self, f.name)
                parts.append(f"{f.name}={value.key if isinstance(value, Texture) else value!r}")
        return blake2b(";".join(parts).encode(), digest_size=16).hexdigest()

    @property
    def textures(self) -> tuple[Texture, ...]:
        """Every texture in use."""
        every = (
            self.base_color_texture,
            self.metallic_roughness_texture,
            self.normal_texture,
            self.occlusion_texture,
            self.emission_texture,
        )
        return tuple(t for t in every if t is not None)
