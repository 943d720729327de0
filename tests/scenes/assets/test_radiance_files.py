"""Radiance maps: values against OpenEXR's own reader and RGBE's definition, orientation, and bombs."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

from myriorama.scenes.assets.exr import read_exr
from myriorama.scenes.assets.hdr import read_hdr
from myriorama.scenes.assets.radiance import filled, negative_share, read_radiance
from myriorama.scenes.errors import AssetError


def picture(height: int = 8, width: int = 16) -> np.ndarray:
    """(H, W, 4) uint8 RGBE with runs, literals and black."""
    y, x = np.mgrid[:height, :width]
    out = np.stack([x * 15, y * 30, 255 - x * 15, 128 + (x // 6) - y], axis=2).astype(np.uint8)
    out[0, :5] = 0
    return out


def value_of(rgbe: np.ndarray) -> np.ndarray:
    """The definition, in float64."""
    exponent = rgbe[..., 3:].astype(np.float64)
    return np.where(exponent == 0, 0.0, rgbe[..., :3] * 2.0 ** (exponent - 136))


@pytest.mark.parametrize("encoded", ["runs", "flat"])
def test_RGBE_is_its_definition(forge: Any, encoded: str) -> None:
    rgbe = picture()
    found = read_hdr(forge.source("a.hdr", forge.hdr(rgbe, encoded=encoded)))
    np.testing.assert_array_equal(found, value_of(rgbe).astype(np.float32))


def test_the_old_run_length_form_repeats_pixels(forge: Any) -> None:
    head = forge.hdr(np.zeros((1, 1, 4), dtype=np.uint8), encoded="flat", size="-Y 2 +X 400")[:-4]
    body = bytes((100, 50, 25, 130)) + bytes((1, 1, 1, 31)) + bytes((1, 1, 1, 3)) + bytes((8, 8, 8, 128))
    # 1 + 31 + (3 << 8) = 800 pixels, and one that is beyond the picture.
    found = read_hdr(forge.source("a.hdr", head + body))
    assert found.shape == (2, 400, 3)
    np.testing.assert_array_equal(found.reshape(-1, 3), np.tile(value_of(np.array([100, 50, 25, 130])), (800, 1)))


def test_size_signs_turn_the_picture_and_exposure_is_taken_out(forge: Any) -> None:
    rgbe = picture()
    plain = read_hdr(forge.source("a.hdr", forge.hdr(rgbe)))
    for size, turned in (
        ("+Y {h} +X {w}", plain[::-1]),
        ("-Y {h} -X {w}", plain[:, ::-1]),
        ("+Y {h} -X {w}", plain[::-1, ::-1]),
    ):
        np.testing.assert_array_equal(read_hdr(forge.source("a.hdr", forge.hdr(rgbe, size=size))), turned)
    bright = read_hdr(forge.source("a.hdr", forge.hdr(rgbe, header="EXPOSURE=2\nEXPOSURE= 4.0\n")))
    np.testing.assert_allclose(bright, plain / 8)


def test_real_radiance_files_are_read(forge: Any, real_files: Path) -> None:
    peaks = {"empty_warehouse_01_1k": 430.0, "rooitou_park_1k": 69_120.0}
    for name, peak in peaks.items():
        content = (real_files / "hdri" / f"{name}.hdr").read_bytes()
        found, notes = read_radiance(forge.source(f"{name}.hdr", content))
        assert found.pixels.shape == (512, 1024, 3)
        assert float(found.pixels.max()) == peak
        assert not notes
        # The sky is above: a map that is upside down has its bright half below.
        assert found.pixels[:256].mean() > found.pixels[256:].mean()


def test_real_exr_files_equal_OpenEXR_where_they_are_sound(forge: Any, real_files: Path) -> None:
    paths = sorted((real_files / "hdri").glob("*.exr"))
    assert len(paths) == 18
    for path in paths:
        channels = OpenEXR.File(str(path), separate_channels=True).channels()
        raw = np.stack([channels[c].pixels for c in "RGB"], axis=2).astype(np.float32)
        found, notes = read_radiance(forge.source(path.name, path.read_bytes()))
        sound = (raw >= 0).all(axis=2)
        np.testing.assert_array_equal(found.pixels[sound], raw[sound])
        assert bool(notes) == (not sound.all())
        assert sound.mean() > 0.95


def test_exr_channels_are_told_apart_by_name(forge: Any) -> None:
    rng = np.arange(8 * 16, dtype=np.float32).reshape(8, 16)
    content = forge.exr({"R": rng, "G": rng + 1, "B": rng + 2, "A": rng * 0 + 1, "Z": rng * 9})
    np.testing.assert_array_equal(read_exr(forge.source("a.exr", content)), np.stack([rng, rng + 1, rng + 2], 2))
    grey = read_exr(forge.source("a.exr", forge.exr({"Y": rng})))
    np.testing.assert_array_equal(grey, np.stack([rng] * 3, 2))
    with pytest.raises(AssetError, match="no flat picture with R, G and B"):
        read_exr(forge.source("a.exr", forge.exr({"Z": rng, "N.X": rng})))


def _with_window(content: bytes, width: int, height: int) -> bytes:
    at = content.index(b"dataWindow\0box2i\0") + len(b"dataWindow\0box2i\0") + 4
    return content[:at] + struct.pack("<4i", 0, 0, width - 1, height - 1) + content[at + 16 :]


def test_exr_bombs_and_truncations_are_refused(forge: Any) -> None:
    flat = np.ones((8, 16), dtype=np.float32)
    content = forge.exr({"R": flat, "G": flat, "B": flat})
    for width, height in ((2**30, 2**30), (100_000, 16), (16_384, 8_192), (0, 8), (2**31 - 1, 1)):
        with pytest.raises(AssetError, match=r"too large|empty|truncated or broken"):
            read_exr(forge.source("bomb.exr", _with_window(content, width, height)))
    for length in range(0, len(content), 7):
        with pytest.raises(AssetError):
            read_exr(forge.source("cut.exr", content[:length]))
    wide = {f"layer{k}.R": np.ones((4, 8), dtype=np.float32) for k in range(3)} | {
        "R": np.ones((4, 8), dtype=np.float32)
    }
    with pytest.raises(AssetError, match="R, G and B"):
        read_exr(forge.source("a.exr", forge.exr(wide)))


def test_hdr_bombs_and_truncations_are_refused(forge: Any) -> None:
    content = forge.hdr(picture())
    for size in ("-Y 60000 +X 60000", "-Y 99999999999 +X 1", "-Y 0 +X 16", "+X 16 -Y 8", "-Y 8"):
        with pytest.raises(AssetError, match="size"):
            read_hdr(forge.source("bomb.hdr", forge.hdr(picture(), size=size)))
    with pytest.raises(AssetError, match="truncated"):
        read_hdr(forge.source("bomb.hdr", forge.hdr(picture(), size="-Y 8192 +X 8192")))
    start = content.index(b"+X 16\n") + 6
    for length in range(start):
        with pytest.raises(AssetError):
            read_hdr(forge.source("cut.hdr", content[:length]))
    for length in range(start, len(content), 3):
        with pytest.raises(AssetError, match=r"truncated|broken"):
            read_hdr(forge.source("cut.hdr", content[:length]))
    with pytest.raises(AssetError, match="FORMAT"):
        read_hdr(forge.source("xyz.hdr", content.replace(b"rle_rgbe", b"rle_xyze")))
    with pytest.raises(AssetError, match="EXPOSURE"):
        read_hdr(forge.source("e.hdr", forge.hdr(picture(), header="EXPOSURE=-1\n")))


def test_maps_that_are_no_environment_are_refused(forge: Any) -> None:
    good = np.ones((8, 16), dtype=np.float32)

    def exr(pixels: np.ndarray) -> Any:
        return forge.source("a.exr", forge.exr(dict.fromkeys("RGB", pixels)))

    assert read_radiance(exr(good))[0].pixels.shape == (8, 16, 3)
    with pytest.raises(AssetError, match="equirectangular"):
        read_radiance(exr(np.ones((8, 8), dtype=np.float32)))
    for bad in (np.nan, np.inf):
        spoilt = good.copy()
        spoilt[3, 3] = bad
        with pytest.raises(AssetError, match="infinite or not numbers"):
            read_radiance(exr(spoilt))
    with pytest.raises(AssetError, match="negative light"):
        read_radiance(exr(-good))
    with pytest.raises(AssetError, match="no radiance map"):
        read_radiance(forge.source("a.exr", b"\x89PNG"))


def test_ringing_beside_a_lamp_is_filled_from_around_it(forge: Any) -> None:
    pixels = np.ones((16, 32, 3), dtype=np.float32)
    pixels[5, 10] = 500.0
    pixels[5, 11] = (-40.0, 3.0, 3.0)
    pixels[5, 31] = (2.0, -0.5, 2.0)  # at the seam: column 0 is its neighbour
    found, notes = read_radiance(forge.source("a.exr", forge.exr({c: pixels[:, :, k] for k, c in enumerate("RGB")})))
    assert len(notes) == 1
    assert "2 pixels" in notes[0]
    np.testing.assert_allclose(found.pixels[5, 11], (500 + 7) / 8)
    np.testing.assert_allclose(found.pixels[5, 31], 1.0)
    untouched = (pixels >= 0).all(axis=2)
    np.testing.assert_array_equal(found.pixels[untouched], pixels[untouched])
    whole = np.zeros((4, 8), dtype=bool)
    whole[1:, :] = True
    np.testing.assert_array_equal(filled(np.ones((4, 8, 3), dtype=np.float32), whole), np.ones((4, 8, 3)))
    assert negative_share(pixels) == pytest.approx(41 / (16 * 32 * 3), rel=0.7)
