"""Images decode to the right 8-bit pixels or are refused by their header; folders of maps find their roles."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from myriorama.scenes.assets.images import decode_image
from myriorama.scenes.assets.limits import MAX_PIXELS
from myriorama.scenes.assets.mtl import pack_metallic_roughness
from myriorama.scenes.assets.texture_folder import read_texture_set, role_of, with_opacity
from myriorama.scenes.errors import AssetError
from myriorama.scenes.materials.model import Texture

RAMP = (np.arange(24 * 3, dtype=np.uint8) * 3).reshape(4, 6, 3)


def test_lossless_formats_give_their_pixels_back(forge: Any) -> None:
    for form, options in (("PNG", {}), ("WEBP", {"lossless": True})):
        np.testing.assert_array_equal(decode_image(forge.picture(RAMP, form, **options), file="a"), RAMP)
    alpha = np.dstack([RAMP, RAMP[:, :, :1]])
    np.testing.assert_array_equal(decode_image(forge.picture(alpha), file="a"), alpha)
    assert decode_image(forge.picture(RAMP[:, :, 0]), file="a").shape == (4, 6, 1)


def test_jpeg_is_close_and_CMYK_is_not_turned_over(forge: Any) -> None:
    smooth = np.full((16, 16, 3), (200, 120, 40), dtype=np.uint8)
    assert np.abs(decode_image(forge.picture(smooth, "JPEG", quality=95), file="a").astype(int) - smooth).max() <= 3
    out = io.BytesIO()
    Image.fromarray(smooth).convert("CMYK").save(out, "JPEG", quality=95)
    assert np.abs(decode_image(out.getvalue(), file="a").astype(int) - smooth).max() <= 6


def test_sixteen_bit_grey_is_scaled_not_cut_off() -> None:
    values = np.array([[0, 257, 32768], [65535, 128, 129]], dtype=np.uint16)
    out = io.BytesIO()
    Image.fromarray(values).save(out, "PNG")
    np.testing.assert_array_equal(decode_image(out.getvalue(), file="a")[:, :, 0], [[0, 1, 128], [255, 0, 1]])


def test_palettes_with_transparency_keep_it() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putdata([0, 1])
    out = io.BytesIO()
    image.save(out, "PNG", transparency=1)
    assert decode_image(out.getvalue(), file="a").tolist() == [[[255, 0, 0, 255], [0, 255, 0, 0]]]


def test_a_photo_is_turned_upright_and_a_texture_is_not(forge: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to see it upright
    content = forge.picture(RAMP, "PNG", exif=exif)
    np.testing.assert_array_equal(decode_image(content, file="a", upright=True), np.rot90(RAMP, -1))
    np.testing.assert_array_equal(decode_image(content, file="a"), RAMP)


def test_bombs_are_refused_by_their_header(forge: Any) -> None:
    for width, height in ((60_000, 60_000), (20_000, 10), (8_193, 8_192)):
        with pytest.raises(AssetError, match="too large"):
            decode_image(forge.png_bomb(width, height), file="bomb.png")
    assert MAX_PIXELS >= 8_192 * 8_192
    with pytest.raises(AssetError, match="truncated or broken"):
        decode_image(forge.png_bomb(2_000, 2_000), file="short.png")


def test_other_formats_and_disguises_are_refused(forge: Any) -> None:
    for form in ("BMP", "GIF", "TIFF", "PPM", "EPS"):
        with pytest.raises(AssetError, match="is not an image that can be read"):
            decode_image(forge.picture(RAMP, form), file="disguised.png")
    for content in (b"", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe", b"SIMPLE  =", b"\x1f\x8b\x08", b"<svg/>"):
        with pytest.raises(AssetError):
            decode_image(content, file="disguised.png")


def test_an_animation_is_refused(forge: Any) -> None:
    frames = [Image.fromarray(np.full((4, 4, 3), k, dtype=np.uint8)) for k in (0, 200)]
    for form in ("PNG", "WEBP"):
        out = io.BytesIO()
        frames[0].save(out, form, save_all=True, append_images=frames[1:])
        with pytest.raises(AssetError, match="animation of 2"):
            decode_image(out.getvalue(), file="a")


def test_a_truncated_image_is_refused_wherever_it_ends(forge: Any) -> None:
    noise = (np.arange(64 * 64 * 3, dtype=np.uint32) * 2654435761 >> 24).astype(np.uint8).reshape(64, 64, 3)
    for form in ("PNG", "JPEG", "WEBP"):
        content = forge.picture(noise, form)
        for length in range(0, len(content) - 40, max(1, len(content) // 60)):
            with pytest.raises(AssetError):
                decode_image(content[:length], file="cut")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("WoodFloor043_1K_Color.jpg", "color"),
        ("WoodFloor043_1K-JPG_NormalGL.jpg", "normal_gl"),
        ("Tiles036_1K-PNG_NormalDX.png", "normal_dx"),
        ("Metal01_2K_Metalness.png", "metallic"),
        ("rock_wall_diff_1k.jpg", "color"),
        ("rock_wall_nor_gl_1k.jpg", "normal_gl"),
        ("rock_wall_arm_1k.jpg", "packed"),
        ("rock_wall_rough_1k.png", "roughness"),
        ("Leaf_Opacity.png", "opacity"),
        ("Grass_AmbientOcclusion.jpg", "occlusion"),
        ("Grass_Displacement.jpg", "displacement"),
        ("preview.jpg", None),
        ("color.txt", None),
    ],
)
def test_names_speak_of_their_role(name: str, role: str | None) -> None:
    assert role_of(name) == role


def _flat(forge: Any, *channels: int, size: int = 2) -> bytes:
    return bytes(forge.picture(np.full((size, size, len(channels)), channels, dtype=np.uint8).squeeze()))


def test_a_set_is_packed_and_flagged(forge: Any) -> None:
    files = {
        "a_Color.png": _flat(forge, 10, 20, 30),
        "a_Roughness.png": _flat(forge, 90),
        "a_Metalness.png": _flat(forge, 200, size=4),
        "a_NormalDX.png": _flat(forge, 128, 100, 255),
        "a_AmbientOcclusion.png": _flat(forge, 77),
        "a_Displacement.png": _flat(forge, 5),
    }
    found = read_texture_set("set", files)
    assert found.color is not None
    assert found.color.srgb
    assert found.metallic_roughness is not None
    assert found.metallic_roughness.pixels.shape == (4, 4, 3)
    assert found.metallic_roughness.pixels[0, 0, 1:].tolist() == [90, 200]
    assert found.normal is not None
    assert found.normal.pixels[0, 0].tolist() == [128, 155, 255]
    assert not found.normal.srgb
    assert found.occlusion is not None
    assert found.occlusion.pixels[0, 0, 0] == 77
    assert len(found.notes) == 2
    without = read_texture_set("set", {k: v for k, v in files.items() if "Metal" not in k})
    assert without.metallic_roughness is not None
    assert without.metallic_roughness.pixels[0, 0, 1:].tolist() == [90, 0]


def test_a_packed_map_is_taken_apart(forge: Any) -> None:
    found = read_texture_set("set", {"rock_arm_1k.png": _flat(forge, 1, 2, 3)})
    assert found.occlusion is not None
    assert found.metallic_roughness is not None
    assert (found.occlusion.pixels[0, 0, 0], *found.metallic_roughness.pixels[0, 0, 1:]) == (1, 2, 3)


def test_info_json_decides_and_is_held_to_the_folder(forge: Any) -> None:
    files = {"x.png": _flat(forge, 1, 2, 3), "y.png": _flat(forge, 9)}
    info = {"maps": {"map": "x.png", "roughnessMap": "y.png"}}
    found = read_texture_set("set", files | {"info.json": json.dumps(info).encode()})
    assert found.color is not None
    assert found.metallic_roughness is not None
    for maps, expected in (
        ({"map": "../secret.png"}, "climbs"),
        ({"map": "gone.png"}, "not in the folder"),
        ({"map": 5}, "string"),
        ({}, "no map was recognised"),
    ):
        with pytest.raises(AssetError, match=expected):
            read_texture_set("set", files | {"info.json": json.dumps({"maps": maps}).encode()})


def test_two_candidates_or_none_are_refused(forge: Any) -> None:
    color = _flat(forge, 1, 2, 3)
    with pytest.raises(AssetError, match="two files could be the color map"):
        read_texture_set("set", {"a_1K_Color.png": color, "a_2K_Color.png": color})
    with pytest.raises(AssetError, match="no map was recognised"):
        read_texture_set("set", {"preview.png": color})
    with pytest.raises(AssetError, match="no map was recognised"):
        read_texture_set("set", {"a_Displacement.png": color})


def test_real_sets_have_their_maps(real_files: Path) -> None:
    for name in ("grass", "tiles", "wood-floor-43"):
        folder = real_files / "pbr-textures" / name
        files = {p.name: p.read_bytes() for p in folder.iterdir()}
        by_info = read_texture_set(name, files)
        by_name = read_texture_set(name, {k: v for k, v in files.items() if k != "info.json"})
        for found in (by_info, by_name):
            assert found.color is not None
            assert found.normal is not None
            assert found.metallic_roughness is not None
            # A normal map that was not turned over is mostly blue, and its mean points straight out.
            mean = found.normal.pixels.reshape(-1, 3).mean(axis=0)
            assert mean[2] > 180
            assert np.abs(mean[:2] - 128).max() < 6
        assert (by_info.occlusion is None) == (name == "tiles")


def test_maps_of_different_size_meet_at_the_larger() -> None:
    small, large = np.full((2, 2, 1), 50, dtype=np.uint8), np.full((8, 4, 1), 60, dtype=np.uint8)
    packed = pack_metallic_roughness(small, large)
    assert packed.shape == (8, 4, 3)
    assert (packed[:, :, 1] == 50).all()
    assert (packed[:, :, 2] == 60).all()


def test_opacity_becomes_the_colours_alpha() -> None:
    color = Texture(np.full((2, 2, 1), 9, dtype=np.uint8), srgb=True)
    opacity = Texture(np.array([[[0], [255]], [[255], [0]]], dtype=np.uint8), srgb=False)
    assert with_opacity(color, opacity).pixels[0].tolist() == [[9, 9, 9, 0], [9, 9, 9, 255]]
