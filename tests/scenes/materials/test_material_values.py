"""Drawn material values over a generator's material: only what is present changes anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.scenes.assets.store import Asset, OpenAsset, TextureSet
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.materials.patterns import PATTERNS
from myriorama.scenes.materials.spec import MATERIAL_PARAMETERS, material_from_values
from myriorama.scenes.parameters.schema import Choice, by_name
from myriorama.scenes.radiometry.color import linear_rgb, linear_to_srgb, srgb_to_linear

GREY = Material(base_color=(0.2, 0.3, 0.4), roughness=0.7, metallic=0.1, uv_scale=(2.0, 3.0))


def _texture(value: int, channels: int = 3, *, srgb: bool = True) -> Texture:
    return Texture(np.full((4, 4, channels), value, dtype=np.uint8), srgb)


@dataclass
class _Store:
    maps: TextureSet
    picture: Texture

    def texture_set(self, asset: Asset) -> TextureSet:
        return self.maps

    def image(self, asset: Asset, *, srgb: bool) -> Texture:
        return replace(self.picture, srgb=srgb)


def _file(store: Any) -> OpenAsset:
    return OpenAsset(Asset("x", Path("x"), "0" * 64), store)


COLOR, NORMAL, SURFACE = _texture(10), _texture(128, srgb=False), _texture(99, srgb=False)
FULL = _Store(TextureSet(COLOR, NORMAL, SURFACE, None), _texture(77))


def test_nothing_present_changes_nothing() -> None:
    assert material_from_values({}, GREY).key == GREY.key
    assert material_from_values({"pattern": "none", "image": None, "texture_set": None}, GREY).key == GREY.key


@pytest.mark.parametrize(
    ("values", "field", "expected"),
    [
        ({"roughness": 0.1}, "roughness", 0.1),
        ({"metallic": 1.0}, "metallic", 1.0),
        ({"base_color": (1.0, 0.5, 0.0)}, "base_color", linear_rgb((1.0, 0.5, 0.0))),
        ({"emission_strength": 3.0}, "emission", (3.0, 3.0, 3.0)),
        ({"emission_color": (1.0, 0.0, 0.0)}, "emission", (1.0, 0.0, 0.0)),
        ({"uv_scale": 2.0}, "uv_scale", (4.0, 6.0)),
        ({"normal_strength": 0.3}, "normal_scale", 0.3),
        ({"alpha_cutoff": 0.2}, "alpha_cutoff", 0.2),
        ({"label_policy": "see_through"}, "label_policy", "see_through"),
        ({"alpha": "cutout"}, "alpha", "cutout"),
        ({"double_sided": True}, "double_sided", True),
    ],
)
def test_one_value_changes_one_field(values: dict[str, Any], field: str, expected: Any) -> None:
    out = material_from_values(values, GREY)
    assert getattr(out, field) == pytest.approx(expected)
    assert replace(out, **{field: getattr(GREY, field)}).key == GREY.key


def test_every_declared_value_has_an_effect() -> None:
    """No parameter is dead: each, on a material that can show it, gives another content key."""
    base = replace(GREY, alpha="transparent")
    samples: dict[str, Any] = {
        "base_color": (0.1, 0.9, 0.3), "roughness": 0.11, "metallic": 0.9,
        "opacity": 0.4, "emission_color": (1, 1, 0.5),
        "emission_strength": 2.0, "pattern": "marble", "pattern_color": (0.9, 0.1, 0.1), "pattern_scale": 3.0,
        "pattern_seed": 5, "texture_set": _file(FULL), "image": _file(FULL), "uv_scale": 3.0, "normal_strength": 0.4,
        "alpha": "cutout", "alpha_cutoff": 0.3, "label_policy": "see_through", "double_sided": True,
    }  # fmt: skip
    assert set(samples) == {p.name for p in MATERIAL_PARAMETERS}
    for name, value in samples.items():
        around = {"pattern": "wood"} if name.startswith("pattern_") else {}
        assert material_from_values({**around, name: value}, base).key != material_from_values(around, base).key, name


def test_opacity_makes_a_surface_transparent_unless_told_otherwise() -> None:
    assert material_from_values({"opacity": 0.5}, GREY).alpha == "transparent"
    assert material_from_values({"opacity": 1.0}, GREY).alpha == "opaque"
    assert material_from_values({"opacity": 0.5, "alpha": "opaque"}, GREY).alpha == "opaque"
    assert material_from_values({"opacity": 0.5}, replace(GREY, alpha="cutout")).alpha == "cutout"


def test_a_pattern_takes_the_base_colour_of_the_project_or_of_the_object() -> None:
    out = material_from_values({"pattern": "checks", "pattern_color": (0.0, 0.0, 1.0), "pattern_scale": 2.0}, GREY)
    assert out.base_color == (1.0, 1.0, 1.0)
    assert out.uv_scale == (4.0, 6.0)
    assert out.base_color_texture is not None
    own = np.rint(255 * linear_to_srgb(GREY.base_color))
    np.testing.assert_array_equal(out.base_color_texture.pixels[0, 0], own)
    np.testing.assert_array_equal(out.base_color_texture.pixels[0, 64], [0, 0, 255])
    told = material_from_values({"pattern": "checks", "base_color": (1.0, 0.2, 0.0)}, GREY)
    assert told.base_color_texture is not None
    np.testing.assert_array_equal(told.base_color_texture.pixels[0, 0], [255, 51, 0])


def test_every_pattern_is_offered() -> None:
    offered = by_name(MATERIAL_PARAMETERS)["pattern"]
    assert isinstance(offered, Choice)
    assert offered.options == ("none", *PATTERNS)
    for name in PATTERNS:
        assert material_from_values({"pattern": name}, GREY).base_color_texture is not None


def test_relief_comes_with_the_pattern_and_goes_with_its_strength() -> None:
    assert material_from_values({"pattern": "wood"}, GREY).normal_texture is not None
    assert material_from_values({"pattern": "wood", "normal_strength": 0.0}, GREY).normal_texture is None
    assert material_from_values({"pattern": "print"}, GREY).normal_texture is None


def test_a_texture_set_replaces_and_a_colour_tints() -> None:
    out = material_from_values({"texture_set": _file(FULL)}, GREY)
    assert (out.base_color_texture, out.normal_texture, out.metallic_roughness_texture) == (COLOR, NORMAL, SURFACE)
    # The maps are factors of 1, not of the generator's own numbers.
    assert (out.base_color, out.roughness, out.metallic) == ((1.0, 1.0, 1.0), 1.0, 1.0)
    tinted = material_from_values({"texture_set": _file(FULL), "base_color": (0.5, 0.5, 0.5), "roughness": 0.5}, GREY)
    assert tinted.base_color == linear_rgb((0.5, 0.5, 0.5))
    assert tinted.roughness == 0.5


def test_an_image_lies_over_the_colour_of_a_set() -> None:
    out = material_from_values({"texture_set": _file(FULL), "image": _file(FULL)}, GREY)
    assert out.base_color_texture is not None
    assert out.base_color_texture.pixels[0, 0, 0] == 77
    assert out.normal_texture is NORMAL


def test_an_opacity_map_becomes_a_cutout() -> None:
    leaf = _Store(TextureSet(COLOR, None, None, None, opacity=_texture(40, 1, srgb=False)), COLOR)
    out = material_from_values({"texture_set": _file(leaf)}, GREY)
    assert out.alpha == "cutout"
    assert out.base_color_texture is not None
    np.testing.assert_array_equal(out.base_color_texture.pixels[0, 0], [10, 10, 10, 40])
    assert material_from_values({"texture_set": _file(leaf), "alpha": "transparent"}, GREY).alpha == "transparent"


def test_emission_maps_glow_by_themselves() -> None:
    lamp = _Store(TextureSet(COLOR, None, None, None, emission=_texture(200)), COLOR)
    assert material_from_values({"texture_set": _file(lamp)}, GREY).emission == (1.0, 1.0, 1.0)
    assert material_from_values({"texture_set": _file(lamp), "emission_strength": 4.0}, GREY).emission[0] == 4.0


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="no shine"):
        material_from_values({"shine": 1.0}, GREY)


def test_encoding_is_the_inverse_of_decoding() -> None:
    x = np.linspace(0, 1, 1001)
    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(x)), x, atol=1e-12)
