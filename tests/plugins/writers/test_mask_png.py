"""Masks packed by their rows, read by Pillow and OpenCV."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from myriorama.plugins.writers._mask_png import mask_png


@pytest.mark.parametrize(
    ("box", "size"),
    [((0, 0, 1, 1), (1, 1)), ((3, 5, 20, 9), (40, 64)), ((0, 0, 64, 40), (40, 64)), ((63, 39, 1, 1), (40, 64))]
    + [((100, 0, 700, 600), (600, 800)), ((0, 599, 800, 1), (600, 800)), ((5, 1000, 7, 3000), (4096, 4096))],
)
def test_readers_see_the_mask(box, size):
    x, y, w, h = box
    crop = np.random.default_rng(w * h).random((h, w)) < 0.6
    whole = np.zeros(size, dtype=np.uint8)
    whole[y : y + h, x : x + w] = crop * 255
    content = mask_png(crop, x, y, *size)
    with Image.open(io.BytesIO(content)) as opened:
        assert opened.mode == "L"
        opened.verify()  # every check sum
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(content))), whole)
    assert np.array_equal(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED), whole)
    assert mask_png(np.asfortranarray(crop), x, y, *size) == content


@pytest.mark.parametrize("place", [(-1, 0), (0, -1), (3, 0), (0, 3)])
def test_a_crop_outside_is_refused(place):
    with pytest.raises(ValueError, match="inside a 4x4 picture"):
        mask_png(np.ones((2, 2), dtype=bool), *place, 4, 4)
