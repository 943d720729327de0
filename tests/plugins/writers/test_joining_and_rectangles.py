"""Outlines joined into one and rectangles around masks: against OpenCV, Pillow and sums, on masks of every kind."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from myriorama.plugins.writers._joining import joined
from myriorama.plugins.writers._polygons import outlines, polygons_of, signed_area
from myriorama.plugins.writers._rectangles import hull_of, rectangle_around, smallest_rectangle
from myriorama.scenes.labels.rle import encode_mask


def grains(seed: int, height: int, width: int, share: float) -> np.ndarray:
    """A mask of many pieces with holes; never empty."""
    mask = np.random.RandomState(seed).rand(height, width) < share
    mask[height // 2, width // 2] = True
    return mask


masks = st.builds(grains, st.integers(0, 2**32 - 1), st.integers(1, 24), st.integers(1, 24), st.floats(0.02, 0.98))


def area_of_centres(ring: np.ndarray, height: int, width: int) -> np.ndarray:
    """Pixels whose centre is inside by the even-odd rule, by counting the crossings of a ray to the right."""
    x, y = ring[:, 0], ring[:, 1]
    to_x, to_y = np.roll(x, -1), np.roll(y, -1)
    out = np.zeros((height, width), dtype=bool)
    for row in range(height):
        level = row + 0.5
        crosses = (y <= level) != (to_y <= level)
        cut = x[crosses] + (level - y[crosses]) * (to_x[crosses] - x[crosses]) / (to_y[crosses] - y[crosses])
        out[row] = (cut[:, None] > np.arange(width) + 0.5).sum(axis=0) % 2 == 1
    return out


@settings(max_examples=150, deadline=None)
@given(masks)
def test_a_joined_outline_fills_the_mask(mask: np.ndarray) -> None:
    outline = polygons_of(encode_mask(mask), *mask.shape, 1.0, holes=True)
    rings = (*outline.rings, *outline.holes)
    ring = joined(rings)
    assert signed_area(ring) == mask.sum()
    assert np.array_equal(area_of_centres(ring, *mask.shape), mask)
    # every ring adds its corners, its first one again, and the corner that it hangs on once more
    assert len(ring) == sum(map(len, rings)) + 2 * (len(rings) - 1)
    assert {tuple(c) for c in ring} == {tuple(c) for r in rings for c in r}


def test_joined_by_the_shortest_lines() -> None:
    squares = [
        np.array([(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)], dtype=float) for x, y in ((0, 0), (9, 0), (4, 0))
    ]
    ring = joined(squares)
    lines = np.linalg.norm(np.roll(ring, -1, axis=0) - ring, axis=1)
    assert sorted(lines[lines > 1]) == [3, 3, 4, 4]
    assert signed_area(ring) == 3
    assert joined(squares[:1]) is squares[0]


def test_other_fillers_see_pieces_and_holes() -> None:
    mask = np.zeros((60, 80), dtype=bool)
    mask[5:50, 5:40] = True
    mask[20:30, 15:25] = False
    mask[10:20, 55:75] = True
    ring = joined(outlines(mask))
    big = Image.new("1", (80 * 8, 60 * 8))
    ImageDraw.Draw(big).polygon([tuple(p) for p in ring * 8], fill=1)
    filled = np.zeros((60 * 8, 80 * 8), dtype=np.uint8)
    cv2.fillPoly(filled, [np.rint(ring * 8).astype(np.int32)], 1)
    for seen in (np.asarray(big), filled.astype(bool)):
        added = seen[4::8, 4::8] ^ mask
        # both draw the line between the pieces, an eighth of a pixel wide here: from (40, 5) to (55, 10)
        rows, columns = np.nonzero(added)
        assert len(rows) <= 15
        assert np.abs((columns + 0.5 - 40) / 3 - (rows + 0.5 - 5)).max() < 1 / 8
        assert not (added & mask).any()


@settings(max_examples=150, deadline=None)
@given(masks, st.integers(0, 30), st.integers(0, 30))
def test_rectangles_are_those_of_opencv(mask: np.ndarray, left: int, top: int) -> None:
    full = np.zeros((60, 60), dtype=bool)
    full[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    y, x = np.nonzero(full)
    box = [int(v) for v in (x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1)]
    corners = smallest_rectangle(encode_mask(full).decode(), 60, 60, box)
    pixels = np.concatenate([np.stack((x + i, y + j), axis=1) for i in (0, 1) for j in (0, 1)])
    (_, sides, _) = cv2.minAreaRect(pixels.astype(np.float32))
    assert np.isclose(signed_area(corners), sides[0] * sides[1], rtol=1e-4)
    assert (corners[0, 1], corners[0, 0]) == min((c[1], c[0]) for c in corners)
    edge = np.roll(corners, -1, axis=0) - corners
    turns = edge[:, :1] * (pixels[:, 1] - corners[:, 1:]) - edge[:, 1:] * (pixels[:, 0] - corners[:, :1])
    assert turns.min() > -1e-9
    hull = cv2.convexHull(pixels.astype(np.int32))[:, 0]
    assert {tuple(p) for p in hull} == {
        (px + box[0], py + box[1]) for px, py in hull_of(full[y.min() : y.max() + 1, x.min() : x.max() + 1])
    }


def test_of_equal_rectangles_the_upright_one() -> None:
    diamond = [(2, 0), (4, 2), (2, 4), (0, 2)]
    assert signed_area(rectangle_around(diamond)) == 8.0
    triangle = [(0, 0), (4, 0), (0, 4)]  # 16 either way
    assert np.array_equal(rectangle_around(triangle), [(0, 0), (4, 0), (4, 4), (0, 4)])
