"""PNG and array files against other readers: Pillow, and Qt for 16-bit colour, which Pillow cannot read."""

from __future__ import annotations

import hashlib
import io
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image
from PySide6.QtGui import QImage

from myriorama.app.dataset.encoders import decode_npy, decode_png, encode_npy, encode_png

SHAPES = st.one_of(
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=50),
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=50).map(lambda s: (*s, 3)),
)
OF_LIGHT = "d4c598fd295b1d3c8e2bab80150c73e4a53d54631d111b575fbe9cc545db755b"
NEARLY_FLAT = "1a9a7b9cd9c62ca3ec56ccaa7d58f07e052ede7d63b5423a927abd040df95fd4"
PIXELS = st.sampled_from([np.uint8, np.uint16]).flatmap(lambda dtype: arrays(dtype, SHAPES))


@given(PIXELS)
@settings(max_examples=150, deadline=None)
def test_pixels_come_back_from_us_and_from_others(pixels):
    content = encode_png(pixels)
    back = decode_png(content)
    assert back.dtype == pixels.dtype
    assert np.array_equal(back, pixels)
    if pixels.ndim == 3 and pixels.dtype == np.uint16:
        image = QImage.fromData(content, "PNG").convertToFormat(QImage.Format.Format_RGBX64)
        rows = np.frombuffer(image.constBits(), dtype=np.uint16).reshape(image.height(), -1)
        assert np.array_equal(rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4)[..., :3], pixels)
    else:
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(content))), pixels)


def test_the_bytes_are_the_same_on_every_machine():
    y, x = np.mgrid[:64, :96]
    pixels = np.stack([x * y % 251, (x // 7 + y) % 256, np.hypot(x - 40, y - 30) // 9], axis=2).astype(np.uint8)
    assert hashlib.sha256(encode_png(pixels)).hexdigest() == OF_LIGHT
    assert hashlib.sha256(encode_png(pixels[:, :, 0] // 25)).hexdigest() == NEARLY_FLAT


def test_views_and_other_byte_orders_are_written_as_their_values():
    base = np.arange(600, dtype=np.uint16).reshape(20, 30)
    for view in (base.T, base[::-1, ::2], base.astype(">u2")):
        assert np.array_equal(decode_png(encode_png(view)), view)


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((2, 2)),
        np.zeros((2, 2, 4), np.uint8),
        np.zeros((2, 2), np.int16),
        np.zeros((0, 2), np.uint8),
        np.zeros(4, np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(bad):
    with pytest.raises(ValueError, match="PNG"):
        encode_png(bad)


def test_foreign_cut_and_changed_files_are_refused():
    content = encode_png(np.random.default_rng(0).integers(0, 256, (9, 7, 3)).astype(np.uint8))
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40), dtype=np.uint8)).save(stream, "PNG")
    for bad in (b"", b"GIF89a", content[:40], content[:-2], stream.getvalue()):
        with pytest.raises(ValueError, match="PNG"):
            decode_png(bad)
    for place in range(16, len(content) - 12, 3):
        changed = bytearray(content)
        changed[place] ^= 1
        with pytest.raises(ValueError, match="PNG"):
            decode_png(bytes(changed))


def test_a_bomb_is_not_unpacked():
    body = zlib.compress(bytes(50_000_000))
    honest = encode_png(np.zeros((4, 4), np.uint8))
    packed = honest[33:].split(b"IDAT")[0]
    assert packed  # the length field of the pixel chunk
    check = zlib.crc32(b"IDAT" + body).to_bytes(4, "big")
    bomb = honest[:33] + len(body).to_bytes(4, "big") + b"IDAT" + body + check + honest[-12:]
    with pytest.raises(ValueError, match="do not fill"):
        decode_png(bomb)


def test_arrays_come_back_and_objects_are_refused():
    array = np.random.default_rng(1).random((5, 6, 2)).astype(np.float32)[:, ::2]
    assert np.array_equal(decode_npy(encode_npy(array)), array)
    with pytest.raises(ValueError, match=r"[Oo]bject"):
        encode_npy(np.array([object()]))
