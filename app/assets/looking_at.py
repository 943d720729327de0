"""Facts of parsed assets in words, and the little scenes in which they are drawn.

It reads no file: what it is given was parsed already.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from myriorama.app.assets.looks import LOOK_PX, Look, LookRequest
from myriorama.scenes.assets.placing import bounds
from myriorama.scenes.assets.store import ImportedModel, TextureSet
from myriorama.scenes.conventions import U8
from myriorama.scenes.lights import RadianceMap
from myriorama.scenes.materials.model import Texture
from myriorama.scenes.radiometry.color import linear_to_srgb

_FOV_DEG: Final = 26.0
_SIZE_M: Final = 0.3
_LISTED: Final = 6
_MAPS: Final = ("color", "normal", "metallic_roughness", "occlusion", "opacity", "emission")


def model(found: ImportedModel, notes: Sequence[str], beside: Sequence[str]) -> Look:
    """Return what is to say of a model, without a picture."""
    triangles = sum(len(part.mesh.faces) for part in found.parts)
    vertices = sum(len(part.mesh.positions) for part in found.parts)
    slots = tuple(dict.fromkeys(part.slot for part in found.parts))
    sizes: dict[str, tuple[int, int]] = {}
    for part in found.parts:
        for name, value in vars(part.material).items():
            if name.endswith("_texture") and isinstance(value, Texture):
                sizes[value.key] = (value.pixels.shape[1], value.pixels.shape[0])
    facts = [
        ("Format", found.source_format.upper()),
        ("Triangles", f"{triangles:,}"),
        ("Vertices", f"{vertices:,}"),
        ("Parts", f"{len(found.parts):,}"),
        ("Materials", f"{len(slots)}: {_listed(slots)}"),
    ]
    if sizes:
        width, height = max(sizes.values())
        facts.append(("Textures", f"{len(sizes)}, up to {width} × {height} px"))
    low, high = bounds(found.parts, np.eye(3))
    x, y, z = (float(v) for v in high - low)
    return Look(None, tuple(facts), (x, y, z), found.up_axis, tuple(beside), tuple(notes))


def texture_set(found: TextureSet, notes: Sequence[str], beside: Sequence[str]) -> Look:
    """Return what is to say of a texture set; its colour map stands in where nothing can be drawn."""
    maps = {name: getattr(found, name) for name in _MAPS if getattr(found, name) is not None}
    largest = max(((m.pixels.shape[1], m.pixels.shape[0]) for m in maps.values()), default=(0, 0))
    facts = (
        ("Maps", _listed([name.replace("_", " and ") for name in maps])),
        ("Resolution", f"{largest[0]} × {largest[1]} px"),
    )
    rgb = fitted(found.color.pixels) if found.color is not None else None
    return Look(rgb, facts, beside=tuple(beside), notes=tuple(notes))


def radiance(found: RadianceMap, notes: Sequence[str]) -> Look:
    """Return a tone-mapped look at a radiance map."""
    pixels = found.pixels
    height, width = pixels.shape[:2]
    step = max(1, width // (2 * LOOK_PX))
    few = np.asarray(pixels[::step, ::step], dtype=np.float32)
    light = few @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    middle = float(np.exp(np.mean(np.log(np.maximum(light, 1e-6)))))
    exposed = few * (0.18 / max(middle, 1e-9))
    toned = linear_to_srgb(np.clip(exposed / (1.0 + exposed) * 1.25, 0.0, 1.0))
    seen = light[light > 0]
    facts = [("Resolution", f"{width} × {height} px")]
    if len(seen):
        low, high = (float(v) for v in np.percentile(seen, [1, 99.99]))
        facts.append(("Dynamic range", f"{math.log2(high / low):.0f} stops" if high > low > 0 else "none"))
        facts.append(("Brightest", f"{float(seen.max()) / max(middle, 1e-9):,.0f} times its middle"))
    return Look(fitted((toned * 255 + 0.5).astype(np.uint8)), tuple(facts), notes=tuple(notes))


def image(found: Texture, notes: Sequence[str]) -> Look:
    """Return a look at an image, over grey where it can be seen through."""
    height, width, channels = found.pixels.shape
    kind = {1: "grey", 3: "colour", 4: "colour with transparency"}.get(channels, f"{channels} channels")
    facts = (("Resolution", f"{width} × {height} px"), ("Content", kind))
    return Look(fitted(found.pixels), facts, notes=tuple(notes))


def fitted(pixels: U8) -> U8:
    """Return (H, W, 3) uint8 scaled down so that no side is longer than `LOOK_PX`."""
    from PIL import Image

    if pixels.shape[2] == 4:
        alpha = pixels[..., 3:].astype(np.float32) / 255.0
        pixels = (pixels[..., :3] * alpha + 150.0 * (1.0 - alpha) + 0.5).astype(np.uint8)
    elif pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    picture.thumbnail((LOOK_PX, LOOK_PX), Image.Resampling.BOX, reducing_gap=None)
    return np.asarray(picture, dtype=np.uint8)


def model_scene(wanted: LookRequest, look: Look) -> dict[str, Any]:
    """Return a project tree with a model on a plain ground, framed whole."""
    assert look.extent is not None
    up = wanted.up_axis if wanted.up_axis != "auto" else look.up_axis
    x, y, z = look.extent
    upright = {"x": (z, y, x), "y": (x, z, y), "z": (x, y, z)}[up]
    unit = _SIZE_M / max(max(upright), 1e-30)
    radius = 0.5 * unit * math.sqrt(sum(v * v for v in upright))
    distance = 1.04 * radius / math.sin(math.radians(_FOV_DEG / 2))
    parameters = {"file": wanted.reference, "size_m": _SIZE_M, "up_axis": up}
    group = _group("mesh_file", parameters, {})
    return _project(group, (0.0, 0.0, 0.5 * unit * upright[2]), distance, 24.0)


def texture_scene(wanted: LookRequest) -> dict[str, Any]:
    """Return a project tree with a ball that wears a texture set."""
    solid = {"shape": "sphere", "size_x_m": 0.3, "size_y_m": 0.3, "size_z_m": 0.3, "detail": 6}
    worn = {"*": {"base_color": "#ffffff", "texture_set": wanted.reference}}
    return _project(_group("primitive", solid, worn), (0.0, 0.0, 0.15), 0.72, 12.0)


def _group(generator: str, parameters: dict[str, Any], materials: dict[str, Any]) -> dict[str, Any]:
    return {
        "uid": "one",
        "type": generator,
        "class": "thing",
        "parameters": parameters,
        "materials": materials,
        "placement": {"uid": "place", "type": "fixed"},
    }


def _project(
    group: dict[str, Any], target: tuple[float, float, float], distance: float, elevation: float
) -> dict[str, Any]:
    plain = {"width_m": 60, "depth_m": 60, "base_color": "#cfd1d6", "roughness": 0.9}
    rig = {"target_m": list(target), "distance_m": distance, "azimuth_deg": -58, "elevation_deg": elevation}
    return {
        "format": "myriorama-project",
        "version": 1,
        "name": "look",
        "classes": [{"id": 1, "name": "thing"}, {"id": 2, "name": "ground", "kind": "stuff"}],
        "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": rig}, "lens": {"field_of_view_deg": _FOV_DEG}},
        "environment": [
            {"uid": "light", "type": "studio", "parameters": {"azimuth_deg": -60}},
            {"uid": "ground", "type": "ground_plane", "class": "ground", "parameters": plain},
        ],
        "objects": [group],
        "output": {"labels": ["visible"]},
    }


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
