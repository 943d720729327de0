"""Labels at the image's border, to a twentieth of a pixel: squares whose edges pass just before or behind a centre.

Everything is worked out on paper: a pixel is 1/16 m at 2 m, so that no number is rounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from myriorama.plugins.annotators import annotate
from myriorama.scenes.assembly.model import Keypoint
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera, Distortion
from myriorama.scenes.labels.contract import check
from myriorama.scenes.labels.record import Record
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.optics.renderer import OpticalRenderer
from myriorama.scenes.rendering.raster.engine import RasterRenderer

pytestmark = pytest.mark.gl

WIDTH, HEIGHT = 40, 30
PIXEL_M = 1.0 / 16.0
NEAR = 0.05
"""Pixels between an edge and the centre that it passes by."""
SIDE = 6.0

PLAIN = Camera(np.eye(4), WIDTH, HEIGHT, 32.0, 32.0, WIDTH / 2, HEIGHT / 2)
CAMERAS = {
    "pinhole": PLAIN,
    "lens": replace(PLAIN, distortion=Distortion("brown_conrady", (0.0, 0.0, 0.0, 0.0))),
    "rolling": replace(PLAIN, readout_s=0.01, velocity_m_s=(1e-9, 0.0, 0.0)),
    "shutter": replace(PLAIN, shutter_s=0.01, velocity_m_s=(3.0, 2.0, 0.0)),
    "aperture": replace(PLAIN, aperture_radius_m=0.05, focus_distance_m=0.5),
}

# Where the square's upper left corner is, in pixels: at each border an edge beside the outermost centre, from both
# sides, and beside the border itself; and at two corners.
PLACES = [
    (x, y)
    for d in (-NEAR, NEAR)
    for x, y in (
        (0.5 - SIDE + d, 12.3),
        (WIDTH - 0.5 + d, 12.3),
        (17.2, 0.5 - SIDE + d),
        (17.2, HEIGHT - 0.5 + d),
        (-2.5 + d, 12.3),
        (WIDTH - 3.5 + d, HEIGHT - 3.5 - d),
        (d, d),
        (WIDTH - SIDE + d, HEIGHT - SIDE + d),
    )
]


@pytest.fixture(scope="module")
def engine() -> Iterator[OpticalRenderer]:
    with OpticalRenderer(RasterRenderer()) as made:
        yield made


def scene_of(scene_kit, camera: Camera, corner: tuple[float, float]) -> Scene:
    """A square of SIDE pixels with a keypoint on each corner, and a wall behind it."""
    half = SIDE * PIXEL_M / 2
    corners = tuple(
        Keypoint(f"corner{k}", (half * (1 if k & 1 else -1), half * (1 if k & 2 else -1), 0.0)) for k in range(4)
    )

    def at(x: float, y: float, z: float) -> np.ndarray:
        return scene_kit.pose_at((x - WIDTH / 2) * PIXEL_M, (y - HEIGHT / 2) * PIXEL_M, z)

    middle = (corner[0] + SIDE / 2, corner[1] + SIDE / 2)
    square = scene_kit.instance("square/0", scene_kit.shapes.plane(2 * half), at(*middle, 2.0), keypoints=corners)
    wall = scene_kit.instance("wall/0", scene_kit.shapes.plane(40.0), at(20, 15, 4.0), kind="stuff", class_id=9)
    return scene_kit.scene(camera, [wall, square])


def centres_between(first: float, size: int) -> np.ndarray:
    """Whether pixel centres on the grid from -size to 2 size lie between an edge and the one SIDE behind it."""
    centre = np.arange(-size, 2 * size) + 0.5
    return (first < centre) & (centre < first + SIDE)


def by_paper(corner: tuple[float, float]) -> tuple[np.ndarray, int]:
    """The mask inside the image, and the pixels on the grid of 3 x 3 images."""
    columns, rows = centres_between(corner[0], WIDTH), centres_between(corner[1], HEIGHT)
    mask = np.outer(rows[HEIGHT : 2 * HEIGHT], columns[WIDTH : 2 * WIDTH])
    return mask, int(rows.sum() * columns.sum())


@pytest.mark.parametrize("kind", CAMERAS)
def test_masks_boxes_fractions_and_keypoints_end_where_the_image_does(scene_kit, engine, kind: str) -> None:
    states = set()
    for corner in PLACES:
        scene = scene_of(scene_kit, CAMERAS[kind], corner)
        record: Record = annotate(engine.render(scene, RenderRequest(rgb=False)), scene, scene_kit.sample(scene))
        assert check(record) == []
        mask, everywhere = by_paper(corner)
        assert everywhere == 36
        assert np.array_equal(record.frame.surface_id == 2, mask), corner
        assert record.frame.amodal is not None
        assert record.frame.amodal[1].pixels_extended == everywhere
        keypoints: list[tuple[float, float, int]]
        if mask.any():
            (a,) = record.annotations
            rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
            tight = (columns[0], rows[0], columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0])
            assert (a.box.x, a.box.y, a.box.w, a.box.h) == tight
            assert a.amodal_box == a.box
            assert (a.area_px, a.unoccluded, a.in_frame) == (mask.sum(), 1.0, mask.sum() / everywhere)
            assert a.box_3d is not None
            assert a.box_3d.corners_px[0] == pytest.approx(corner, abs=1e-6)
            keypoints = [(k.x, k.y, k.v) for k in a.keypoints]
        else:
            (hidden,) = record.hidden
            assert (hidden["amodal_box"], hidden["in_frame"]) == (None, 0.0)
            keypoints = [(k["x"], k["y"], k["v"]) for k in hidden["keypoints"]]
        for k, (x, y, v) in enumerate(keypoints):
            true = (corner[0] + SIDE * (k & 1), corner[1] + SIDE * (k >> 1 & 1))
            assert (x, y) == pytest.approx(true, abs=1e-6)
            assert v == (2 if 0 <= true[0] < WIDTH and 0 <= true[1] < HEIGHT else 0), (corner, k)
            states.add(v)
    assert states == {0, 2}
    assert {bool(by_paper(corner)[0].any()) for corner in PLACES} == {True, False}


@pytest.mark.parametrize("corner", [(0.0, 0.0), (WIDTH - SIDE, HEIGHT - SIDE), (WIDTH - 0.5, 3.0), (0.5 - SIDE, 3.0)])
def test_the_first_edge_belongs_to_the_image_and_the_last_does_not(scene_kit, engine, corner) -> None:
    """[0, width): a point on the left or upper edge is in the first pixel, one on the right or lower edge in none."""
    scene = scene_of(scene_kit, PLAIN, corner)
    record = annotate(engine.render(scene, RenderRequest(rgb=False)), scene, scene_kit.sample(scene))
    assert check(record) == []
    for a in record.annotations:
        assert a.area_px == int((record.frame.surface_id == 2).sum())
        for k, point in enumerate(a.keypoints):
            true = (corner[0] + SIDE * (k & 1), corner[1] + SIDE * (k >> 1 & 1))
            assert (point.x, point.y) == true
            assert point.v == (2 if 0 <= true[0] < WIDTH and 0 <= true[1] < HEIGHT else 0)
    # An edge through the very centres of a column: one of two neighbours has it, never both, never none.
    assert len(record.annotations) + len(record.hidden) == 1
