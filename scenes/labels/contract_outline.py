"""The invariant of the label contract that compares outlines: an amodal mask lies inside its 3D box.

A box that is not the object's own is told at once; its outline is then compared with nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from myriorama.scenes.assembly.scene import Instance, Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.labels.box_3d import CORNER_BITS
from myriorama.scenes.labels.record import Annotation, Record
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.labels.violation import Violation

_SLACK_PX: Final = 1.0
_NEAR_M: Final = 1e-4
_BOX_EDGES: Final = tuple((a, a | bit) for a in range(8) for bit in (1, 2, 4) if not a & bit)


def amodal_lies_inside_box_3d(record: Record, truth: Truth) -> Iterator[Violation]:
    """Invariant 6: the amodal mask is inside the hull of the 3D box clipped at the near plane, to 1 px.

    Behind a lens that distorts the two are compared in undistorted coordinates, with as much slack as one pixel of the
    picture is there. With a rolling shutter there is no one outline: each pixel's ray must meet the box where it stands
    at the row's instant, the box grown by what one pixel covers at its farthest corner.
    """
    for a in record.annotations:
        if a.box_3d is None or a.amodal_mask is None or a.amodal_box is None or not a.amodal_mask.size:
            continue
        instance = record.scene.instances[a.instance]
        low, high = instance.model.bounds
        pose = instance.world_from_object
        corners = (low + CORNER_BITS * (high - low)) @ pose[:3, :3].T + pose[:3, 3]
        if not same_points(corners, a.box_3d.corners_world):
            yield Violation(6, "its 3D box is not its own bounds", a.instance_key)
            continue
        outside = _border_pixels_outside(a, instance, record.scene, a.box_3d.corners_world)
        if outside:
            yield Violation(6, f"{outside} rows of its amodal mask leave its 3D box", a.instance_key)


def same_points(points: F64, others: F64) -> bool:
    """Return whether two sets of points agree to rounding; false where a number is not finite."""
    return bool((np.abs(points - others) <= 1e-9 * (1.0 + np.abs(points))).all())


def _hull_in_image(camera: Camera, corners_world: F64) -> F64:
    """Return the convex hull, (N, 2) in order, of a box's part in front of the camera."""
    pose = camera.camera_from_world
    corners = corners_world @ pose[:3, :3].T + pose[:3, 3]
    points = [c for c in corners if c[2] >= _NEAR_M]
    if len(points) < 8:
        for a, b in _BOX_EDGES:
            za, zb = corners[a, 2] - _NEAR_M, corners[b, 2] - _NEAR_M
            if (za < 0) != (zb < 0):
                points.append(corners[a] + (corners[b] - corners[a]) * (za / (za - zb)))
    if not points:
        return np.zeros((0, 2))
    camera_points = np.array(points)
    x = camera.fx * camera_points[:, 0] / camera_points[:, 2] + camera.cx
    y = camera.fy * camera_points[:, 1] / camera_points[:, 2] + camera.cy
    return _convex_hull(sorted(zip(x.tolist(), y.tolist(), strict=True)))


def _convex_hull(points: list[tuple[float, float]]) -> F64:
    """Return the hull of points sorted by x then y, by Andrew's monotone chain (1979)."""

    def chain(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
        out: list[tuple[float, float]] = []
        for p in ordered:
            while len(out) > 1 and (out[-1][0] - out[-2][0]) * (p[1] - out[-2][1]) <= (out[-1][1] - out[-2][1]) * (
                p[0] - out[-2][0]
            ):
                out.pop()
            out.append(p)
        return out[:-1]

    if len(points) == 1:
        return np.array(points)
    return np.array(chain(points) + chain(points[::-1]))


def _border_pixels_outside(a: Annotation, instance: Instance, scene: Scene, corners_world: F64) -> int:
    """Return how many rows of the amodal mask have a first or last pixel centre outside the box's outline."""
    if a.amodal_mask is None or a.amodal_box is None:
        return 0
    mask: Mask = a.amodal_mask
    filled = np.flatnonzero(mask.any(axis=1))
    first = mask[filled].argmax(axis=1)
    last = mask.shape[1] - 1 - mask[filled, ::-1].argmax(axis=1)
    y = a.amodal_box.y + filled + 0.5
    ends = np.concatenate([np.stack([a.amodal_box.x + side + 0.5, y], axis=1) for side in (first, last)])
    if scene.rolls:
        outside = _beside_the_box(ends, instance, scene.camera)
    else:
        hull = _hull_in_image(scene.camera, corners_world)
        slack = np.full(len(ends), _SLACK_PX)
        if scene.camera.distortion is not None:
            ends, slack = _undistorted(ends, scene.camera)
        outside = _outside_hull(ends, hull, slack)
    return int(np.count_nonzero(outside.reshape(2, -1).any(axis=0)))


def _outside_hull(points: F64, hull: F64, slack: F64) -> Mask:
    """Return which points (N, 2) lie farther than their slack (N,) from a hull; those that are not numbers do."""
    if len(hull) < 3:
        return np.ones(len(points), dtype=np.bool_)
    along = np.roll(hull, -1, axis=0) - hull
    lengths = np.linalg.norm(along, axis=1)
    along, starts = along[lengths > 0] / lengths[lengths > 0, None], hull[lengths > 0]
    # Counter-clockwise in a frame with y down or up alike: inside is where every cross product is >= 0.
    offset = points[:, None, :] - starts
    side_of = along[:, 0] * offset[..., 1] - along[:, 1] * offset[..., 0]
    return np.asarray(~(side_of >= -slack[:, None]).all(axis=1))


def _undistorted(pixels: F64, camera: Camera) -> tuple[F64, F64]:
    """Return where a pinhole would show pixels (N, 2), and how far apart it would show neighbours of them, (N,)."""

    def straight(places: F64) -> F64:
        return camera.pinhole.project_camera(_ahead(camera.rays(places).directions, camera))[0]

    middle = straight(pixels)
    steps = [straight(pixels + step) - middle for step in ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0))]
    # A neighbour that the lens does not show tells nothing.
    reach = np.max([np.nan_to_num(np.hypot(s[:, 0], s[:, 1]), nan=0.0) for s in steps], axis=0)
    return middle, _SLACK_PX * np.maximum(reach, 1e-9)


def _ahead(directions_world: F64, camera: Camera) -> F64:
    return directions_world @ camera.world_from_camera[:3, :3]


def _beside_the_box(pixels: F64, instance: Instance, camera: Camera) -> Mask:
    """Return which pixels' rays pass beside an instance's own box where it stands at their instants."""
    pose = instance.world_from_object
    object_from_world = np.linalg.inv(pose[:3, :3])
    rays = camera.rays(pixels)
    away = rays.origins - np.array(instance.velocity_m_s) * rays.times_s[:, None] - pose[:3, 3]
    seat, way = away @ object_from_world.T, rays.directions @ object_from_world.T
    low, high = instance.model.bounds
    corners = (low + CORNER_BITS * (high - low))[None] - seat[:, None]
    # Per unit of depth a direction is as long as the ray; its farthest corner's depth tells what a pixel covers there.
    square = np.einsum("ni,ni->n", way, way)
    farthest = np.maximum((np.einsum("nki,ni->nk", corners, way) / square[:, None]).max(axis=1), 0.0)
    apart = [camera.rays(pixels + step).directions - rays.directions for step in ((1.0, 0.0), (0.0, 1.0))]
    pixel = np.nanmax([np.linalg.norm(d @ object_from_world.T, axis=1) for d in apart], axis=0)
    grown = (_SLACK_PX * farthest * pixel)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (low - grown - seat) / way, (high + grown - seat) / way
    enter = np.fmin(first, second).max(axis=1)
    leave = np.fmax(first, second).min(axis=1)
    return np.asarray(~((enter <= leave) & (leave > 0)))
