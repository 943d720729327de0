"""Reads MTL materials, the companions of OBJ, into metallic-roughness ones.

A map that is named but missing is an error. What the old lighting model has and this one lacks (ambient
and specular colours, bump heights) is left out with a note.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from myriorama.scenes.assets.images import decode_image
from myriorama.scenes.assets.numbers import is_number
from myriorama.scenes.assets.pieces import Tally
from myriorama.scenes.assets.source import SourceFile
from myriorama.scenes.conventions import U8
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.radiometry.color import linear_rgb

_OPTION_ARITY: Final = {
    "-blendu": 1, "-blendv": 1, "-bm": 1, "-boost": 1, "-cc": 1, "-clamp": 1, "-imfchan": 1, "-mm": 2,
    "-texres": 1, "-type": 1,
}  # fmt: skip
_VECTOR_OPTIONS: Final = ("-o", "-s", "-t")
_COLOR_MAPS: Final = {"map_kd": "base_color_texture", "map_ke": "emission_texture"}
_NORMAL_MAPS: Final = ("norm", "map_norm")
_FRACTIONS: Final = ("kd", "d", "tr", "pr", "pm")
_LEFT_OUT: Final = ("map_ks", "map_ka", "map_ns", "map_bump", "bump", "disp", "decal", "refl", "map_refl")


class _Draft:
    """What one newmtl block says."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.numbers: dict[str, tuple[float, ...]] = {}
        self.maps: dict[str, U8] = {}


def read_materials(source: SourceFile, content: bytes, place: str, tally: Tally) -> dict[str, Material]:
    """Return the materials of an MTL file by name.

    Parameters
    ----------
    source : SourceFile
        The OBJ file that refers to it: maps are looked for beside that.
    content : bytes
        The MTL file.
    """
    drafts: dict[str, _Draft] = {}
    current: _Draft | None = None
    images: dict[str, U8] = {}
    for number, raw in enumerate(content.decode("utf-8", errors="replace").splitlines(), start=1):
        key, _, rest = raw.strip().partition(" ")
        key, rest = key.lower(), rest.strip()
        at = f"{place} line {number}"
        if not key or key.startswith("#"):
            continue
        if key == "newmtl":
            current = drafts.setdefault(rest, _Draft(rest))
        elif current is None:
            raise source.fault(at, "comes before the first newmtl", raw.strip())
        elif key in ("kd", "ke", "ns", "d", "tr", "pr", "pm"):
            current.numbers[key] = _numbers(source, at, rest, 3 if key in ("kd", "ke") else 1)
            if key in _FRACTIONS and not all(0.0 <= n <= 1.0 for n in current.numbers[key]):
                tally.note(f"{at}: {key} is outside 0 to 1 and was brought to the nearer end")
        elif key in _LEFT_OUT:
            tally.note(f"{at}: {key} is not supported and was left out")
        elif key in (*_COLOR_MAPS, *_NORMAL_MAPS, "map_d", "map_pr", "map_pm"):
            name = _file_of_map(source, at, rest, tally)
            if name not in images:
                images[name] = decode_image(source.beside(name, at), file=source.name, place=at)
            current.maps[key] = images[name]
    shared: dict[tuple[int, bool], Texture] = {}
    return {name: _material(draft, tally, shared) for name, draft in drafts.items()}


def _numbers(source: SourceFile, place: str, text: str, count: int) -> tuple[float, ...]:
    words = text.split()
    try:
        found = tuple(float(w) for w in words[:count])
    except ValueError as error:
        raise source.fault(place, "is not a number", text) from error
    if len(found) == 1 < count:
        found = found * count
    if len(found) != count or not np.isfinite(found).all():
        raise source.fault(place, f"must hold {count} finite numbers", text)
    return found


def _file_of_map(source: SourceFile, place: str, text: str, tally: Tally) -> str:
    """Return the file name behind a map's options; it may hold spaces."""
    words = text.split(" ")
    while words and words[0].startswith("-"):
        option = words.pop(0).lower()
        tally.note(f"{place}: the map option {option} was left out")
        if option in _VECTOR_OPTIONS:
            taken = 0
            while words and taken < 3 and is_number(words[0]):
                words.pop(0)
                taken += 1
        else:
            del words[: _OPTION_ARITY.get(option, 1)]
    name = " ".join(words).strip()
    if not name:
        raise source.fault(place, "names no file", text)
    return name


def _material(draft: _Draft, tally: Tally, shared: dict[tuple[int, bool], Texture]) -> Material:
    def texture(pixels: U8, srgb: bool) -> Texture:
        key = (id(pixels), srgb)
        if key not in shared:
            shared[key] = Texture(pixels, srgb)
        return shared[key]

    numbers, maps = draft.numbers, draft.maps
    r, g, b = linear_rgb([min(max(c, 0.0), 1.0) for c in numbers.get("kd", (0.8, 0.8, 0.8))])
    if "map_kd" in maps:
        # Exporters leave Kd at an unrelated grey beside a map, and readers ignore it there.
        r, g, b = 1.0, 1.0, 1.0
    red, green, blue = numbers.get("ke", (0.0, 0.0, 0.0))
    opacity = numbers["d"][0] if "d" in numbers else 1.0 - numbers.get("tr", (0.0,))[0]
    opacity = min(max(opacity, 0.0), 1.0)
    shininess = max(numbers.get("ns", (30.0,))[0], 0.0)
    # Blinn-Phong exponent n to GGX: alpha = sqrt(2 / (n + 2)), roughness = sqrt(alpha) (Walter et al. 2007).
    roughness = numbers["pr"][0] if "pr" in numbers else (2.0 / (shininess + 2.0)) ** 0.25
    material = Material(
        base_color=(r, g, b),
        opacity=opacity,
        metallic=min(max(numbers.get("pm", (0.0,))[0], 0.0), 1.0),
        roughness=min(max(roughness, 0.0), 1.0),
        emission=(red, green, blue),
        alpha="opaque" if opacity >= 0.999 else "transparent",
        double_sided=True,
        name=draft.name,
    )
    if opacity == 0.0:
        tally.note(f"material {draft.name}: it is fully transparent (d 0)")
    color = maps.get("map_kd")
    if "map_d" in maps:
        color = _with_alpha(color, maps["map_d"], draft.name, tally)
    if color is not None:
        has_holes = color.shape[2] == 4 and int(color[:, :, 3].min()) < 255
        material = replace(material, base_color_texture=texture(color, True))
        if has_holes and material.alpha == "opaque":
            material = replace(material, alpha="cutout")
    if "map_ke" in maps:
        glow = (red, green, blue) if max(red, green, blue) > 0 else (1.0, 1.0, 1.0)
        material = replace(material, emission_texture=texture(maps["map_ke"], True), emission=glow)
    normal = maps.get("norm", maps.get("map_norm"))
    if normal is not None and normal.shape[2] >= 3:
        material = replace(material, normal_texture=texture(normal, False))
    return _with_pbr_maps(material, maps)


def _with_pbr_maps(material: Material, maps: dict[str, U8]) -> Material:
    rough, metal = maps.get("map_pr"), maps.get("map_pm")
    if rough is None and metal is None:
        return material
    packed = pack_metallic_roughness(rough, metal)
    return replace(
        material,
        metallic_roughness_texture=Texture(packed, srgb=False),
        roughness=1.0 if rough is not None else material.roughness,
        metallic=1.0 if metal is not None else material.metallic,
    )


def pack_metallic_roughness(roughness: U8 | None, metallic: U8 | None) -> U8:
    """Return (H, W, 3) uint8 with G roughness and B metallic from two grey maps; an absent one is 255.

    Maps of different size are resampled to the larger one.
    """
    given = [m[:, :, 0] for m in (roughness, metallic) if m is not None]
    height, width = max((m.shape for m in given), key=lambda s: s[0] * s[1])
    out = np.full((height, width, 3), 255, dtype=np.uint8)
    for channel, layer in ((1, roughness), (2, metallic)):
        if layer is not None:
            out[:, :, channel] = resized(layer[:, :, 0], width, height)
    return out


def resized(layer: U8, width: int, height: int) -> U8:
    """Return a (height, width) uint8 grey image, filtered with a triangle that widens when shrinking."""
    if layer.shape == (height, width):
        return layer
    from PIL import Image

    small = Image.fromarray(np.ascontiguousarray(layer)).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(small, dtype=np.uint8)


def _with_alpha(color: U8 | None, mask: U8, name: str, tally: Tally) -> U8:
    """Put a separate mask (its alpha, or its grey) into the colour's alpha channel."""
    layer = mask[:, :, 3] if mask.shape[2] == 4 else mask[:, :, 0]
    if color is None:
        color = np.full((*layer.shape, 3), 255, dtype=np.uint8)
    height, width = color.shape[:2]
    rgb = np.repeat(color, 3, axis=2) if color.shape[2] == 1 else color[:, :, :3]
    return np.ascontiguousarray(np.dstack([rgb, resized(layer, width, height)]))
