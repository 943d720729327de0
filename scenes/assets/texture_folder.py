"""Reads a folder of maps that belong together: ambientCG and Poly Haven names, or an ``info.json``.

Each role is filled by one file; two candidates for one role are an error, because either could be meant.
Displacement is left out: surfaces here have no micro-geometry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import numpy as np

from myriorama.scenes.assets.images import decode_image
from myriorama.scenes.assets.json_view import parse_json
from myriorama.scenes.assets.mtl import pack_metallic_roughness, resized
from myriorama.scenes.assets.pieces import Tally
from myriorama.scenes.assets.references import relative_path
from myriorama.scenes.assets.source import asset_fault
from myriorama.scenes.assets.store import TextureSet
from myriorama.scenes.conventions import U8
from myriorama.scenes.materials.model import Texture

INFO: Final = "info.json"
SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp")
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "color": ("color", "colour", "basecolor", "albedo", "diffuse", "diff", "col"),
    "normal_gl": ("normalgl", "norgl", "nor_gl", "normal_gl"),
    "normal_dx": ("normaldx", "nordx", "nor_dx", "normal_dx"),
    "normal": ("normal", "nor", "nrm", "norm"),
    "roughness": ("roughness", "rough"),
    "metallic": ("metalness", "metallic", "metal"),
    "occlusion": ("ambientocclusion", "occlusion", "ao"),
    "packed": ("arm", "orm"),
    "opacity": ("opacity", "alpha", "mask"),
    "emission": ("emission", "emissive"),
    "displacement": ("displacement", "disp", "height"),
}
_ROLES: Final = {word: role for role, words in _WORDS.items() for word in words}
_INFO_KEYS: Final = {
    "map": "color",
    "normalMap": "normal",
    "roughnessMap": "roughness",
    "metalnessMap": "metallic",
    "aoMap": "occlusion",
    "alphaMap": "opacity",
    "emissiveMap": "emission",
    "displacementMap": "displacement",
}


def read_texture_set(name: str, files: Mapping[str, bytes]) -> TextureSet:
    """Return the maps of a folder.

    Parameters
    ----------
    name : str
        The folder as the user wrote it, for messages.
    files : mapping of str to bytes
        The folder's images, and its ``info.json`` if there is one.

    Raises
    ------
    AssetError
        No map is recognised, a role has two files, or a file is broken.
    """
    roles = _roles(name, files)
    tally = Tally(name)
    if "displacement" in roles:
        tally.note(f"{roles['displacement']}: displacement was left out")
    layers = {role: _decoded(name, files, file) for role, file in roles.items() if role != "displacement"}
    normal = layers.get("normal_gl", layers.get("normal"))
    if normal is None and "normal_dx" in layers:
        normal = layers["normal_dx"].copy()
        normal[:, :, 1] = 255 - normal[:, :, 1]  # DirectX maps have green pointing down
        tally.note(f"{roles['normal_dx']}: green was turned over, from DirectX to OpenGL style")
    roughness, metallic, occlusion = layers.get("roughness"), layers.get("metallic"), layers.get("occlusion")
    packed = layers.get("packed")
    if packed is not None and packed.shape[2] >= 3:
        occlusion = packed[:, :, 0:1] if occlusion is None else occlusion
        roughness = packed[:, :, 1:2] if roughness is None else roughness
        metallic = packed[:, :, 2:3] if metallic is None else metallic
    surface = None
    if roughness is not None or metallic is not None:
        # Without a metalness map the material is no metal; 255 would make it one.
        surface = pack_metallic_roughness(roughness, metallic)
        if metallic is None:
            surface[:, :, 2] = 0
    return TextureSet(
        color=_texture(layers.get("color"), srgb=True),
        normal=_texture(normal, srgb=False),
        metallic_roughness=_texture(surface, srgb=False),
        occlusion=_texture(occlusion, srgb=False),
        opacity=_texture(layers.get("opacity"), srgb=False),
        emission=_texture(layers.get("emission"), srgb=True),
        notes=tuple(tally.notes),
    )


def _texture(pixels: U8 | None, *, srgb: bool) -> Texture | None:
    return None if pixels is None else Texture(np.ascontiguousarray(pixels), srgb)


def _decoded(name: str, files: Mapping[str, bytes], file: str) -> U8:
    if file not in files:
        raise asset_fault(name, INFO, "names a map that is not in the folder", file, ", ".join(sorted(files)))
    return decode_image(files[file], file=f"{name}/{file}")


def _roles(name: str, files: Mapping[str, bytes]) -> dict[str, str]:
    """Return role -> file."""
    candidates: dict[str, list[str]] = {}
    info = files.get(INFO)
    maps = None if info is None else parse_json(info, f"{name}/{INFO}").child("maps")
    if maps is not None:
        for key in maps.value:
            role = _INFO_KEYS.get(key)
            if role is not None:
                written = maps.text(key)
                path = relative_path(written, file=f"{name}/{INFO}", place=f"maps.{key}")
                candidates.setdefault(role, []).append(str(path))
    else:
        for file in sorted(files):
            role = role_of(file)
            if role is not None:
                candidates.setdefault(role, []).append(file)
    for role, found in candidates.items():
        if len(found) > 1:
            what = f"two files could be the {role} map"
            raise asset_fault(name, role, what, ", ".join(found), "one file per role; keep one size in the folder")
    roles = {role: found[0] for role, found in candidates.items()}
    if not set(roles) - {"displacement"}:
        shown = ", ".join(sorted(files)) or "no images"
        allowed = "names such as *_Color, *_Normal, *_Roughness, *_Metalness, *_AmbientOcclusion, or an info.json"
        raise asset_fault(name, "", "no map was recognised in this folder", shown, allowed)
    return roles


def role_of(file: str) -> str | None:
    """Return the role that a file name speaks of: the last of its words that is known, or None."""
    stem, _, suffix = file.rpartition(".")
    if f".{suffix.lower()}" not in SUFFIXES:
        return None
    words = [w.lower() for w in re.split(r"[_\-. ]+", stem)]
    pairs = [f"{a}_{b}" for a, b in pairwise(words)]
    for word in [*pairs, *reversed(words)]:
        if word in _ROLES:
            return _ROLES[word]
    return None


def with_opacity(color: Texture, opacity: Texture) -> Texture:
    """Return the colour texture with a separate opacity map as its alpha channel."""
    height, width = color.pixels.shape[:2]
    rgb = np.repeat(color.pixels, 3, axis=2) if color.pixels.shape[2] == 1 else color.pixels[:, :, :3]
    alpha = resized(opacity.pixels[:, :, 0], width, height)
    return Texture(np.ascontiguousarray(np.dstack([rgb, alpha])), color.srgb, color.wrap)
