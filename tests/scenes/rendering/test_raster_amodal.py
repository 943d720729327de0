"""Amodal masks against the plain way: each thing rendered alone, and on a camera nine times as large."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.raster.amodal import pack, tight

pytestmark = pytest.mark.gl

LABELS = RenderRequest(rgb=False)


def full(mask, height: int, width: int) -> np.ndarray:
    out = np.zeros((height, width), dtype=bool)
    h, w = mask.mask.shape
    out[mask.y : mask.y + h, mask.x : mask.x + w] = mask.mask
    return out


def crowd(make, count: int = 40):
    """Things of several shapes crowded together; some leave the image, one is cut out, some share a mesh."""
    ball, block, plate = make.sphere(0.12, 24, 12), make.box(0.2, 0.15, 0.1), make.quad(0.35, 0.25)
    hole = np.full((8, 8, 4), 255, np.uint8)
    hole[2:6, 2:6, 3] = 0
    lattice = Material(base_color_texture=Texture(hole, srgb=True), alpha="cutout", uv_scale=(3.0, 2.0))
    things = []
    for k in range(count):
        a, r = 2.39996 * k, 0.09 * np.sqrt(k)
        at = make.pose(r * np.cos(a), r * np.sin(a), 0.03 * (k % 7), axis=(1.0, 0.3 * (k % 5), 0.7), deg=23.0 * k)
        mesh = (ball, block, plate)[k % 3]
        things.append(
            make.thing(mesh, at, lattice if mesh is plate else Material(), "unlabelled" if k % 11 == 5 else "thing")
        )
    things.append(make.thing(make.quad(5, 5), make.pose(z=-0.1), kind="stuff"))
    return things


def view_of(make):
    return make.camera(make.look_at((0.35, -0.75, 0.75), (0.05, 0.0, 0.0)), width=200, height=150, focal=190.0)


def test_masks_equal_those_of_each_thing_rendered_alone(renderer, make) -> None:
    view = view_of(make)
    things = crowd(make)
    frame = renderer.render(make.scene(view, things), LABELS)
    assert set(frame.amodal) == {k for k, t in enumerate(things) if t.kind == "thing"}
    hidden = 0
    for k, found in frame.amodal.items():
        alone = renderer.render(make.scene(view, [things[k]]), replace(LABELS, amodal=False))
        assert (full(found, 150, 200) == (alone.surface_id > 0)).all(), k
        visible = frame.surface_id == k + 1
        assert not (visible & ~full(found, 150, 200)).any()
        hidden += int(found.mask.sum() - visible.sum())
    assert hidden > 2000


def test_counts_beyond_the_image_equal_those_of_a_larger_camera(renderer, make) -> None:
    """A camera with three times the width and height, its image in the middle, sees the extended grid."""
    view = view_of(make)
    things = crowd(make)
    frame = renderer.render(make.scene(view, things), LABELS)
    wide = replace(view, width=600, height=450, cx=view.cx + 200, cy=view.cy + 150)
    beyond = 0
    for k, found in frame.amodal.items():
        alone = renderer.render(make.scene(wide, [things[k]]), replace(LABELS, amodal=False))
        # The larger camera snaps vertices to another 1/256 pixel grid: a centre on the very edge may change sides.
        assert abs(found.pixels_extended - int((alone.surface_id > 0).sum())) <= 2, k
        assert found.pixels_extended >= found.mask.sum()
        beyond += found.pixels_extended > found.mask.sum()
    assert beyond >= 5


def test_a_thing_outside_the_image_has_an_empty_mask(renderer, make) -> None:
    view = make.camera()
    things = [
        make.thing(make.quad(0.5, 0.5), make.pose(x=1.4, z=-2.0)),
        make.thing(make.quad(0.5, 0.5), make.pose(z=2.0)),
    ]
    frame = renderer.render(make.scene(view, things), LABELS)
    assert frame.amodal[0].mask.shape == (0, 0)
    assert frame.amodal[0].pixels_extended == 75 * 75
    assert frame.amodal[1].mask.shape == (0, 0)
    assert frame.amodal[1].pixels_extended == 0
    assert not frame.amodal[1].clipped


def test_what_reaches_behind_the_camera_is_called_clipped(renderer, make) -> None:
    view = make.camera()
    rod = make.thing(make.box(0.05, 0.05, 4.0), make.pose(x=0.3))
    ball = make.thing(make.sphere(0.2, 24, 12), make.pose(z=-2.0))
    frame = renderer.render(make.scene(view, [rod, ball]), LABELS)
    assert frame.amodal[0].clipped
    assert not frame.amodal[1].clipped
    assert frame.amodal[0].pixels_extended > frame.amodal[0].mask.sum() > 0


def test_what_lies_wholly_before_the_near_plane_is_called_clipped(renderer, make) -> None:
    """A grain half a millimetre from the eye, where the near plane of a scene of 200 m is at a millimetre."""
    view = make.camera()
    grain = make.thing(make.box(1e-4, 1e-4, 1e-4), make.pose(z=-5e-4))
    behind = make.thing(make.box(1e-4, 1e-4, 1e-4), make.pose(z=5e-4))
    wall = make.thing(make.quad(10, 10), make.pose(z=-200.0), kind="stuff")
    frame = renderer.render(make.scene(view, [grain, behind, wall]), LABELS)
    assert frame.amodal[0].mask.size == 0
    assert (frame.amodal[0].clipped, frame.amodal[1].clipped) == (True, False)


def test_masks_are_tight(renderer, make) -> None:
    frame = renderer.render(make.scene(view_of(make), crowd(make)), LABELS)
    for found in frame.amodal.values():
        if found.mask.size:
            assert found.mask[0].any()
            assert found.mask[-1].any()
            assert found.mask[:, 0].any()
            assert found.mask[:, -1].any()


def test_packed_boxes_of_one_layer_never_overlap() -> None:
    k = np.arange(300)
    x, y = (k * 7919 % 601).astype(float), (k * 104729 % 449).astype(float)
    boxes = np.stack([x - 20, y - 15, x + 25 + k % 30, y + 10 + k % 40], axis=1)
    slots = pack(boxes, k, 640, 480)
    assert {s.instance for s in slots} == set(range(300))
    for layer in {s.layer for s in slots}:
        taken = np.zeros((480, 640), dtype=int)
        members = [s for s in slots if s.layer == layer]
        for s in members:
            taken[s.y0 : s.y1, s.x0 : s.x1] += 1
        assert taken.max() == 1
        assert len({s.number for s in members}) == len(members) <= 255


def test_more_boxes_over_one_spot_than_a_page_has_layers_still_fit() -> None:
    slots = pack(np.tile([[10.0, 10.0, 30.0, 30.0]], (150, 1)), np.arange(150), 64, 64)
    assert len({s.layer for s in slots}) == 150


def test_tight_finds_the_extent() -> None:
    crop = np.zeros((5, 7), dtype=bool)
    crop[2, 3:5] = True
    x, y, mask = tight(crop, 10, 20)
    assert (x, y, mask.shape) == (13, 22, (1, 2))
    assert tight(np.zeros((3, 3), dtype=bool), 0, 0) is None
