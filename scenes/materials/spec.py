"""What a project may say of a material, as declarations, and how the drawn values become one.

Only values that are present override; what a generator chose stays otherwise. It reads no file: a File value
arrives as an `OpenAsset`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from myriorama.scenes.assets.store import OpenAsset, TextureSet
from myriorama.scenes.materials.model import Material
from myriorama.scenes.materials.patterns import PATTERNS
from myriorama.scenes.materials.textures import Srgb, color_texture, normal_texture, see_through_texture
from myriorama.scenes.parameters.schema import Bool, Choice, Color, File, Float, Int, Parameter
from myriorama.scenes.radiometry.color import linear_rgb, linear_to_srgb

NO_PATTERN: Final = "none"

MATERIAL_PARAMETERS: Final[tuple[Parameter, ...]] = (
    Color(
        "base_color",
        "#cccccc",
        help="Colour of the surface; tints the object's own texture, or the image or texture set, where it has one.",
        group="Surface",
        suggested={"hsv": {"h": [0, 360], "s": [0.2, 0.8], "v": [0.3, 0.95]}},
    ),
    Float(
        "roughness",
        0.5,
        help="0 is a mirror, 1 is chalk; multiplies the texture set's roughness.",
        minimum=0.0,
        maximum=1.0,
        group="Surface",
        suggested={"uniform": [0.2, 0.8]},
    ),
    Float(
        "metallic",
        0.0,
        help="0 is plastic, wood or ceramic; 1 is bare metal.",
        minimum=0.0,
        maximum=1.0,
        group="Surface",
        suggested={"choice": [0.0, 1.0]},
    ),
    Float(
        "opacity",
        1.0,
        help="Below 1 the surface lets light through; it then counts as transparent unless `alpha` says otherwise.",
        minimum=0.0,
        maximum=1.0,
        group="Surface",
        suggested={"uniform": [0.2, 1.0]},
    ),
    Color(
        "emission_color",
        "#ffffff",
        help="Colour of the light that the surface gives off itself.",
        group="Light",
        suggested={"palette": ["#ffffff", "#ffd9a0", "#a0c8ff"]},
    ),
    Float(
        "emission_strength",
        0.0,
        help="How bright it glows; 1 is as bright as white paper under the reference light.",
        minimum=0.0,
        maximum=1000.0,
        group="Light",
        suggested={"log_uniform": [0.5, 10.0]},
    ),
    Choice(
        "pattern",
        NO_PATTERN,
        help="A procedural texture of base colour and pattern colour; replaces the object's own colour texture.",
        options=(NO_PATTERN, *PATTERNS),
        group="Pattern",
        suggested={"choice": ["noise", "marble", "wood", "speckle"]},
    ),
    Color(
        "pattern_color",
        "#303030",
        help="Second colour of the pattern: veins, grain, squares, ink.",
        group="Pattern",
        suggested={"hsv": {"h": [0, 360], "s": [0.1, 0.8], "v": [0.1, 0.9]}},
    ),
    Float(
        "pattern_scale",
        1.0,
        help="How many times finer the pattern is; whole numbers join without a seam around round bodies.",
        minimum=0.01,
        maximum=100.0,
        group="Pattern",
        suggested={"choice": [1.0, 2.0, 3.0]},
    ),
    Int(
        "pattern_seed",
        0,
        help="Which of the endless variants of the pattern.",
        minimum=0,
        maximum=2**31 - 1,
        group="Pattern",
        suggested={"integers": [0, 15]},
    ),
    File(
        "texture_set",
        "",
        help="A folder of maps that belong together: colour, normal, roughness, metalness, occlusion, opacity.",
        role="texture_set",
        group="Files",
    ),
    File(
        "image",
        "",
        help="An image laid over the surface; replaces the colour of the pattern and of the texture set.",
        role="image",
        group="Files",
    ),
    Float(
        "uv_scale",
        1.0,
        help="How many times finer every texture of the surface is laid.",
        minimum=0.001,
        maximum=1000.0,
        group="Files",
        suggested={"uniform": [0.5, 2.0]},
    ),
    Float(
        "normal_strength",
        1.0,
        help="Strength of the relief of the normal map; 0 is flat.",
        minimum=0.0,
        maximum=10.0,
        group="Files",
        suggested={"uniform": [0.5, 1.5]},
    ),
    Choice(
        "alpha",
        "opaque",
        help="How opacity counts: not at all, as a yes or no at the cutoff, or as a blend. A texture set with an "
        "opacity map is a cutout unless told otherwise.",
        options=("opaque", "cutout", "transparent"),
        group="Labels",
    ),
    Float(
        "alpha_cutoff",
        0.5,
        help="Under this opacity a cutout surface has a hole, in the picture and in every label alike.",
        minimum=0.0,
        maximum=1.0,
        group="Labels",
        suggested={"uniform": [0.3, 0.7]},
    ),
    Choice(
        "label_policy",
        "first_hit",
        help="What a pixel of a transparent surface is labelled as: the surface, or what is seen through it.",
        options=("first_hit", "see_through"),
        group="Labels",
    ),
    Bool(
        "double_sided",
        False,
        help="Whether the inside of the surface is drawn as well; for leaves, cloth and open models.",
        group="Labels",
    ),
)


def material_from_values(values: Mapping[str, Any], base: Material) -> Material:
    """Return `base` with the values that are present laid over it.

    Parameters
    ----------
    values : mapping
        Drawn values by parameter name; colours are three sRGB floats, files `OpenAsset` or None. Names that are
        absent leave `base` as it is.
    base : Material
        What the generator chose.

    Raises
    ------
    ValueError
        A name is not in `MATERIAL_PARAMETERS`.
    AssetError
        A file cannot be read.
    """
    unknown = set(values) - {p.name for p in MATERIAL_PARAMETERS}
    if unknown:
        raise ValueError(f"a material has no {', '.join(sorted(unknown))}")
    out = _with_numbers(values, base)
    out = _with_pattern(values, out, base)
    out = _with_files(values, out)
    if "opacity" in values and values["opacity"] < 1.0 and "alpha" not in values and out.alpha == "opaque":
        out = replace(out, alpha="transparent")
    return out


def _with_numbers(values: Mapping[str, Any], base: Material) -> Material:
    changed: dict[str, Any] = {}
    for name, field in (
        ("roughness", "roughness"),
        ("metallic", "metallic"),
        ("opacity", "opacity"),
        ("normal_strength", "normal_scale"),
        ("alpha", "alpha"),
        ("alpha_cutoff", "alpha_cutoff"),
        ("label_policy", "label_policy"),
        ("double_sided", "double_sided"),
    ):
        if name in values:
            changed[field] = values[name]
    if "base_color" in values:
        changed["base_color"] = linear_rgb(values["base_color"])
    if "emission_color" in values or "emission_strength" in values:
        color = linear_rgb(values.get("emission_color", (1.0, 1.0, 1.0)))
        strength = float(values.get("emission_strength", 1.0))
        changed["emission"] = tuple(c * strength for c in color)
    if "uv_scale" in values:
        scale = float(values["uv_scale"])
        changed["uv_scale"] = (base.uv_scale[0] * scale, base.uv_scale[1] * scale)
    return replace(base, **changed)


def _with_pattern(values: Mapping[str, Any], out: Material, base: Material) -> Material:
    pattern = values.get("pattern", NO_PATTERN)
    if pattern == NO_PATTERN:
        return out
    first: Srgb = tuple(values["base_color"]) if "base_color" in values else _encoded(base.base_color)
    second: Srgb = tuple(values.get("pattern_color", (48 / 255, 48 / 255, 48 / 255)))
    seed = int(values.get("pattern_seed", 0))
    finer = float(values.get("pattern_scale", 1.0))
    return replace(
        out,
        base_color=(1.0, 1.0, 1.0),
        base_color_texture=color_texture(pattern, seed, first, second),
        normal_texture=normal_texture(pattern, seed) if out.normal_scale > 0 else None,
        uv_scale=(out.uv_scale[0] * finer, out.uv_scale[1] * finer),
    )


def _with_files(values: Mapping[str, Any], out: Material) -> Material:
    folder: OpenAsset | None = values.get("texture_set")
    picture: OpenAsset | None = values.get("image")
    if folder is None and picture is None:
        return out
    # The file's own colours, unless the project asks for a tint.
    tint = linear_rgb(values["base_color"]) if "base_color" in values else (1.0, 1.0, 1.0)
    changed: dict[str, Any] = {"base_color": tint}
    if folder is not None:
        changed.update(_set_fields(folder.texture_set(), values, out))
    if picture is not None:
        changed["base_color_texture"] = picture.image(srgb=True)
    return replace(out, **changed)


def _set_fields(maps: TextureSet, values: Mapping[str, Any], out: Material) -> dict[str, Any]:
    changed: dict[str, Any] = {
        "base_color_texture": maps.color,
        "normal_texture": maps.normal,
        "metallic_roughness_texture": maps.metallic_roughness,
        "occlusion_texture": maps.occlusion,
    }
    if maps.metallic_roughness is not None:
        # The maps are factors: 1 leaves them as they are.
        changed["roughness"] = float(values.get("roughness", 1.0))
        changed["metallic"] = float(values.get("metallic", 1.0))
    if maps.emission is not None:
        changed["emission_texture"] = maps.emission
        if "emission_color" not in values and "emission_strength" not in values:
            changed["emission"] = (1.0, 1.0, 1.0)
    if maps.opacity is not None:
        changed["base_color_texture"] = see_through_texture(maps.color, maps.opacity)
        if "alpha" not in values and out.alpha == "opaque":
            changed["alpha"] = "cutout"
    return changed


def _encoded(linear: tuple[float, float, float]) -> Srgb:
    r, g, b = linear_to_srgb(linear)
    return float(r), float(g), float(b)
