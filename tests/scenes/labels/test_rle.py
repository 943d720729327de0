"""Run-length codes against the reference implementation, byte for byte, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as reference

from myriorama.scenes.labels.rle import (
    crop_of_counts,
    decode,
    decode_counts,
    encode_crops,
    encode_mask,
    encode_runs,
    runs_of,
)

MASKS = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40))


def oracle(mask: np.ndarray) -> bytes:
    return reference.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"]


@given(MASKS)
@settings(max_examples=300, deadline=None)
def test_a_mask_has_the_reference_code_and_comes_back(mask):
    code = encode_mask(mask)
    assert code == oracle(mask)
    assert np.array_equal(decode(code, *mask.shape), mask)


@given(arrays(np.uint32, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=30), elements=st.integers(0, 5)))
@settings(max_examples=200, deadline=None)
def test_all_ids_of_an_image_at_once_are_as_each_alone(ids):
    codes = encode_runs(runs_of(ids))
    assert sorted(codes) == [v for v in np.unique(ids).tolist() if v]
    for value, code in codes.items():
        assert code == oracle(ids == value)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_crops_are_coded_as_full_masks_also_when_they_span_the_height(data):
    height, width = data.draw(st.integers(1, 20)), data.draw(st.integers(1, 20))
    crops, full = [], []
    for _ in range(data.draw(st.integers(1, 4))):
        y0 = data.draw(st.integers(0, height))
        y1 = data.draw(st.integers(y0, height))
        x0 = data.draw(st.integers(0, width))
        x1 = data.draw(st.integers(x0, width))
        crop = data.draw(arrays(np.bool_, (y1 - y0, x1 - x0)))
        image = np.zeros((height, width), dtype=bool)
        image[y0:y1, x0:x1] = crop
        crops.append((x0, y0, crop))
        full.append(oracle(image))
    assert encode_crops(crops, height, width) == full


@pytest.mark.parametrize("shape", [(480, 640), (1, 700), (700, 1), (1080, 1920)])
def test_large_images_with_long_runs(shape):
    ids = np.zeros(shape, dtype=np.uint32)
    ids[: max(1, shape[0] // 2)] = 3
    ids[-1, -1] = 7
    ids[0, 0] = 0
    for value, code in encode_runs(runs_of(ids)).items():
        assert code == oracle(ids == value)
        assert np.array_equal(decode(code, *shape), ids == value)


def test_columns_of_a_code_are_cut_out_exactly():
    mask = np.random.default_rng(3).random((17, 23)) < 0.4
    (counts,) = decode_counts([encode_mask(mask)])
    assert np.array_equal(crop_of_counts(counts, 17, 23, 5, 9), mask[:, 5:14])


def test_broken_codes_are_refused():
    code = encode_mask(np.eye(9, dtype=bool))
    for broken, said in (
        (b"", "empty"),
        (code + b"\x7f", "alphabet"),
        (code[:-1] + b"P", "middle"),
        (b"oooooooooooo0", "too large"),
        (b"2O", "negative"),
    ):
        with pytest.raises(ValueError, match=said):
            decode(broken, 9, 9)
    with pytest.raises(ValueError, match="add up to"):
        decode(code, 9, 10)


def test_a_crop_outside_the_image_is_refused():
    with pytest.raises(ValueError, match="does not lie inside"):
        encode_crops([(3, 0, np.ones((2, 2), dtype=bool))], 4, 4)
