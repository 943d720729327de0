"""Outlines and polygons of masks, held against labelling by scipy, filling by OpenCV, and plain counting."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest
from pycocotools import mask as mask_coding
from scipy import ndimage

from myriorama.plugins.writers._coco_fill import coco_cuts
from myriorama.plugins.writers._polygons import (
    outlines,
    polygons_of,
    polygons_of_all,
    signed_area,
    simplified,
)
from myriorama.scenes.labels.filling import centre_crossings
from myriorama.scenes.labels.rle import encode_mask

# pycocotools 2.0 hands numpy an array protocol that numpy 2 calls out of date: its own affair, not our file's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def star(height, width, radius, points=5):
    y, x = np.mgrid[:height, :width] + 0.5
    y, x = y - height / 2.1, x - width / 1.9
    return np.hypot(y, 0.8 * x) < radius * (1 + 0.2 * np.sin(points * np.arctan2(y, x) + 1))


def filled(rings, height, width):
    """Centres inside by the crossing number, one ring at a time; later rings cut where they run the other way."""
    out = np.zeros((height, width), dtype=bool)
    y, x = np.mgrid[:height, :width] + 0.5
    for ring in rings:
        inside = np.zeros_like(out)
        for (ax, ay), (bx, by) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            if ax == bx:
                continue
            spans = (ax < x) != (bx < x)
            inside ^= spans & (ay + (x - ax) * (by - ay) / (bx - ax) <= y)
        out = out | inside if signed_area(ring) > 0 else out & ~inside
    return out


def test_outlines_of_random_masks_have_the_right_area_components_and_holes():
    rng = np.random.default_rng(3)
    for _ in range(300):
        height, width = rng.integers(1, 16, 2)
        mask = rng.random((height, width)) < rng.random()
        rings = outlines(mask)
        areas = [signed_area(r) for r in rings]
        assert sum(areas) == mask.sum()
        assert sum(a > 0 for a in areas) == ndimage.label(mask)[1]
        outside = ndimage.label(~np.pad(mask, 1), np.ones((3, 3)))[1]
        assert sum(a < 0 for a in areas) == outside - 1
        for ring in rings:
            step = np.roll(ring, -1, axis=0) - ring
            assert ((step == 0).sum(axis=1) == 1).all()  # along a row or a column, and never of no length
            assert (ring == np.round(ring)).all()


def test_an_outline_is_in_continuous_coordinates():
    """The pixel in column 4, row 2 reaches from 4 to 5 and from 2 to 3; its centre is not a corner."""
    mask = np.zeros((6, 9), dtype=bool)
    mask[2, 4] = True
    (ring,) = outlines(mask)
    assert ring.tolist() == [[4, 2], [5, 2], [5, 3], [4, 3]]
    assert outlines(np.zeros((3, 3), dtype=bool)) == ()


def test_the_exact_outline_fills_the_mask_again():
    rng = np.random.default_rng(5)
    for _ in range(60):
        mask = ndimage.binary_opening(rng.random((14, 17)) < 0.7) | (rng.random((14, 17)) < 0.05)
        if not mask.any():
            continue
        found = polygons_of(encode_mask(mask), *mask.shape, 1.0, holes=True)
        assert found.iou == 1.0
        assert np.array_equal(filled([*found.rings, *found.holes], *mask.shape), mask)


@pytest.mark.parametrize("wanted", [0.9, 0.98, 0.995])
@pytest.mark.parametrize("radius", [4, 12, 30])
def test_fewer_corners_and_the_told_iou_is_the_true_one(radius, wanted):
    mask = star(120, 160, radius)
    found = polygons_of(encode_mask(mask).decode(), 120, 160, wanted)
    again = filled(found.rings, 120, 160)
    iou = (again & mask).sum() / (again | mask).sum()
    assert iou == pytest.approx(found.iou)
    assert found.iou >= wanted
    (exact,) = outlines(mask)
    if radius == 30 and wanted < 0.99:
        assert len(found.rings[0]) < len(exact) / 4
    # OpenCV paints the border itself too, so it fills sixteen times as finely, and the centres are looked at.
    fine = np.zeros((120 * 16, 160 * 16), dtype=np.uint8)
    cv2.fillPoly(fine, [np.round(found.rings[0] * 16 - 0.5).astype(np.int32)], 1)
    painted = fine[8::16, 8::16].astype(bool)
    assert (painted & mask).sum() / (painted | mask).sum() >= wanted - 0.1 * (radius == 4) - 0.02


@pytest.mark.parametrize("tolerance", [0.3, 0.7, 1.0])
def test_no_corner_is_further_from_the_new_border_than_the_tolerance(tolerance):
    exact = list(outlines(star(200, 220, 60)))
    (simple,) = simplified(exact, tolerance)
    a, b = simple, np.roll(simple, -1, axis=0)
    apart = exact[0][:, None] - a[None]
    along = (b - a)[None]
    place = np.clip((apart * along).sum(2) / (along * along).sum(2), 0, 1)
    nearest = np.linalg.norm(apart - place[..., None] * along, axis=2).min(axis=1)
    assert nearest.max() <= tolerance + 0.5
    assert len(simple) < len(exact[0])


def test_the_border_of_a_straight_thing_becomes_straight():
    """A turned square: its four sides and little more, and nearly as many pixels as before."""
    y, x = np.mgrid[:120, :120] + 0.5 - 60
    c, s = np.cos(0.31), np.sin(0.31)
    mask = (np.abs(c * x + s * y) < 40) & (np.abs(c * y - s * x) < 40)
    found = polygons_of(encode_mask(mask), 120, 120)
    assert len(outlines(mask)[0]) > 80
    assert len(found.rings[0]) <= 12
    assert found.iou > 0.99
    assert signed_area(found.rings[0]) == pytest.approx(mask.sum(), rel=0.01)


def test_a_rectangle_keeps_its_four_corners():
    mask = np.zeros((40, 50), dtype=bool)
    mask[5:31, 7:44] = True
    found = polygons_of(encode_mask(mask), 40, 50)
    assert sorted(map(tuple, found.rings[0].tolist())) == [(7, 5), (7, 31), (44, 5), (44, 31)]
    assert found.iou == 1.0


def test_holes_are_known_and_count_against_a_format_that_fills_them():
    mask = star(90, 90, 35)
    mask[30:45, 35:50] = False
    code = encode_mask(mask)
    plain, cut = polygons_of(code, 90, 90), polygons_of(code, 90, 90, holes=True)
    assert plain.has_holes
    assert plain.iou == pytest.approx(mask.sum() / (mask.sum() + 225), abs=1e-3)
    assert cut.iou >= 0.98
    assert len(cut.holes) == 1
    assert signed_area(cut.holes[0]) == pytest.approx(-225, abs=12)


def test_the_borders_of_the_image_are_part_of_an_outline():
    mask = np.ones((30, 20), dtype=bool)
    found = polygons_of(encode_mask(mask), 30, 20)
    assert found.iou == 1.0
    assert signed_area(found.rings[0]) == 600
    with pytest.raises(ValueError, match="empty mask"):
        polygons_of(encode_mask(np.zeros((4, 4), dtype=bool)), 4, 4)


def test_crossings_of_a_ring_are_half_open():
    columns, rows = centre_crossings(np.array([[0.5, 0.0], [2.5, 0.0], [2.5, 3.0], [0.5, 3.0]]))
    assert sorted(zip(columns.tolist(), rows.tolist(), strict=True)) == [(0, 0), (0, 3), (1, 0), (1, 3)]


def test_masks_together_have_the_polygons_that_each_has_alone():
    rng = np.random.default_rng(8)
    masks = [star(90, 120, 4 + 3 * k, points=3 + k) for k in range(8)]
    masks += [ndimage.binary_opening(rng.random((90, 120)) < 0.6) for _ in range(3)]
    masks += [masks[5] & ~masks[3], np.ones((90, 120), dtype=bool), np.eye(90, 120, dtype=bool)]
    codes = [encode_mask(m) for m in masks]
    for holes in (False, True):
        together = polygons_of_all(codes, 90, 120, 0.97, holes=holes)
        for code, found in zip(codes, together, strict=True):
            alone = polygons_of(code, 90, 120, 0.97, holes=holes)
            assert found.iou == alone.iou
            assert (len(found.rings), len(found.holes)) == (len(alone.rings), len(alone.holes))
            for one, other in zip(found.rings + found.holes, alone.rings + alone.holes, strict=True):
                assert np.array_equal(one, other)
    assert polygons_of_all([], 90, 120) == []


@pytest.mark.timed
def test_an_object_of_usual_size_takes_about_a_millisecond(within):
    code = encode_mask(star(720, 1280, 30))
    polygons_of(code, 720, 1280)
    before = time.process_time()
    for _ in range(50):
        polygons_of(code, 720, 1280)
    within((time.process_time() - before) / 50, 0.0025)


def coco_filled(ring, height, width):
    """Our rule for COCO's filling, as a mask."""
    _, columns, rows = coco_cuts(ring, np.roll(ring, -1, axis=0))
    turns = np.bincount(columns * height + rows, minlength=height * width + 1)[:-1]
    return (np.cumsum(turns) % 2 == 1).reshape(width, height).T


def test_polygons_are_filled_as_by_pycocotools():
    rng = np.random.default_rng(11)
    for number in range(1500):
        height, width = rng.integers(1, 40, 2)
        ring = rng.random((rng.integers(3, 12), 2)) * (width, height)
        ring = np.round(ring * 2) / 2 if number % 3 == 0 else np.round(ring) if number % 3 == 1 else ring
        theirs = mask_coding.decode(mask_coding.frPyObjects([ring.ravel().tolist()], int(height), int(width))[0])
        assert np.array_equal(coco_filled(ring, height, width), theirs.astype(bool)), ring.tolist()


def test_the_exact_outline_is_the_mask_for_pycocotools():
    """Corners are pixel borders there too: half a pixel aside, the filled polygon would not be the mask."""
    mask = star(60, 70, 20)
    (ring,) = outlines(mask)
    assert np.array_equal(coco_filled(ring, 60, 70), mask)
    assert not np.array_equal(coco_filled(ring + 0.5, 60, 70), mask)
    found = polygons_of(encode_mask(mask), 60, 70, cuts=coco_cuts)
    theirs = mask_coding.decode(mask_coding.frPyObjects([found.rings[0].ravel().tolist()], 60, 70)[0]).astype(bool)
    assert found.iou == pytest.approx((theirs & mask).sum() / (theirs | mask).sum())
