"""The invariants of the label contract that need geometry: depth and keypoints.

Bounds are tested for every pixel; meshes only by a few rays, chosen by the sample's own key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.labels.box_3d import scale_of
from myriorama.scenes.labels.contract_outline import same_points
from myriorama.scenes.labels.distance import distance_to_mesh
from myriorama.scenes.labels.record import Annotation, KeypointLabel, Record
from myriorama.scenes.labels.sight import OUTSIDE, VISIBLE, Points, lines_of_sight, project_points, sight
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.labels.violation import Violation

RAY_TESTS: Final = 4
"""Instances of each sample whose depth is compared with a ray against their mesh."""
RAYS_EACH: Final = 4

# Truth buffers are float32, and a rasteriser snaps vertices to 1/256 pixel or so: a share of the depth
# covers the first, a share of the depth's own change from pixel to pixel the second.
_DEPTH_SHARE: Final = 1e-4
_GRID_SHARE: Final = 1 / 256
"""Of an object's diagonal: a rasteriser's grid is 1/256 pixel, and within a pixel no face that is kept spans more."""
_SLOPE_SHARE: Final = 0.05
_SMOOTH_PX: Final = 4.0
_PIXEL_TOLERANCE: Final = 1e-6


def depth_lies_on_the_named_things(record: Record, truth: Truth) -> Iterator[Violation]:
    """Invariant 5: depth > 0 exactly where something was hit, and it lies on what the surface id names."""
    depth = record.frame.depth
    if depth is None or truth.unknown_surface_ids:
        return
    differ = (depth > 0) != (truth.surface_id != 0)
    if differ.any():
        y, x = (int(n[0]) for n in np.nonzero(differ))
        yield Violation(
            5,
            f"depth and surface id disagree on whether anything was hit in {int(differ.sum())} pixels, "
            f"first at column {x}, row {y}",
        )
    for i, box in truth.boxes.items():
        outside = _outside_bounds(record, truth, depth, i)
        if outside:
            instance = record.scene.instances[i]
            yield Violation(
                5, f"the depth of {outside} of its pixels (box {box}) lies outside its bounds", instance.instance_key
            )
    yield from _ray_tests(record, truth, depth)


def _outside_bounds(record: Record, truth: Truth, depth: F32, instance: int) -> int:
    """Return how many pixels of an instance unproject to a point outside its own box."""
    camera, box = record.scene.camera, truth.boxes[instance]
    pose = record.scene.instances[instance].world_from_object
    low, high = record.scene.instances[instance].model.bounds
    object_from_world: F64 = np.asarray(np.linalg.inv(pose[:3, :3]), dtype=np.float64)
    if camera.bends:
        return _outside_bounds_bent(truth, depth, instance, object_from_world)
    # A pixel's point in the object frame is depth * (matrix @ (x, y, 1)) + shift: one row, one column.
    turn = object_from_world @ camera.world_from_camera[:3, :3]
    shift = object_from_world @ (camera.world_from_camera[:3, 3] - pose[:3, 3])
    columns = (np.arange(box.x, box.x + box.w) + 0.5 - camera.cx) / camera.fx
    rows = (np.arange(box.y, box.y + box.h) + 0.5 - camera.cy) / camera.fy
    crop = depth[box.y : box.y + box.h, box.x : box.x + box.w]
    own = truth.visible_mask(instance)
    scale = scale_of(pose)
    slack = (_DEPTH_SHARE * float(crop.max()) + 1e-6) / scale + _GRID_SHARE * float(np.linalg.norm(high - low))
    middle, half = (low + high) / 2, (high - low) / 2 + slack
    wrong = np.zeros(crop.shape, dtype=np.bool_)
    point = np.empty(crop.shape, dtype=np.float32)
    for axis in range(3):
        across = (turn[axis, 0] * columns + turn[axis, 2]).astype(np.float32)
        down = (turn[axis, 1] * rows).astype(np.float32)
        np.add(across[None, :], down[:, None], out=point)
        np.multiply(point, crop, out=point)
        point += np.float32(shift[axis] - middle[axis])
        np.abs(point, out=point)
        # Written so that a depth that is not a number counts as outside.
        wrong |= ~(point <= np.float32(half[axis]))
    return int(np.count_nonzero(wrong & own))


def _outside_bounds_bent(truth: Truth, depth: F32, instance: int, object_from_world: F64) -> int:
    """Do as `_outside_bounds` where each pixel has a ray, and maybe an instant, of its own."""
    camera, box, placed = truth.scene.camera, truth.boxes[instance], truth.scene.instances[instance]
    low, high = placed.model.bounds
    rows, columns = np.nonzero(truth.visible_mask(instance))
    rows, columns = rows + box.y, columns + box.x
    rays = truth.pixel_rays.of(rows * camera.width + columns)
    seen = depth[rows, columns].astype(np.float64)
    world = rays.origins + rays.directions * seen[:, None]
    world -= np.array(placed.velocity_m_s) * rays.times_s[:, None]
    point = (world - placed.world_from_object[:3, 3]) @ object_from_world.T
    slack = (_DEPTH_SHARE * float(seen.max()) + 1e-6) / scale_of(placed.world_from_object)
    slack += _GRID_SHARE * float(np.linalg.norm(high - low))
    # Written so that what is not a number counts as outside.
    return int(np.count_nonzero(~((point >= low - slack) & (point <= high + slack)).all(axis=1)))


def _ray_tests(record: Record, truth: Truth, depth: F32) -> Iterator[Violation]:
    """Compare the depth of a few pixels, off edges, with rays against the mesh that they name."""
    camera = record.scene.camera
    visible = sorted(truth.boxes, key=lambda i: _keyed(record.key, f"instance {i}"))
    tested = 0
    for i in visible:
        if tested == RAY_TESTS:
            return
        chosen = _pixels_off_edges(record.key, truth, i)
        if len(chosen) == 0:
            continue
        tested += 1
        instance = record.scene.instances[i]
        x, y = chosen[:, 0], chosen[:, 1]
        centres = np.stack([x + 0.5, y + 0.5], axis=1)
        seen = depth[y, x].astype(np.float64)
        rays = camera.rays(centres)
        part = truth.surface_id[y, x].astype(np.int64) - instance.first_surface_id
        met = np.full(len(chosen), np.inf)
        for p in np.unique(part).tolist():
            own = part == p
            met[own] = truth.rays.first_hit(i, rays.directions[own], p, rays.times_s[own])
        slope = np.max([np.abs(depth[y + dy, x + dx] - seen) for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0))], axis=0)
        wrong = ~(np.abs(met - seen) <= _DEPTH_SHARE * seen + _SLOPE_SHARE * slope)
        if wrong.any():
            n = int(np.flatnonzero(wrong)[0])
            yield Violation(
                5,
                f"at column {x[n]}, row {y[n]} its depth is {seen[n]:.6g} m, a ray meets it at {met[n]:.6g} m",
                instance.instance_key,
            )


def _pixels_off_edges(key: str, truth: Truth, instance: int) -> npt.NDArray[np.int64]:
    """Return up to RAYS_EACH pixels (x, y) of an instance whose 3x3 neighbourhood is one surface."""
    box = truth.boxes[instance]
    runs = truth.runs.of(instance + 1)
    lengths = runs.ends - runs.starts
    total = int(lengths.sum())
    found: list[tuple[int, int]] = []
    stops = np.cumsum(lengths)
    for number in range(RAYS_EACH * 4):
        place = _keyed(key, f"pixel {instance} {number}") % total
        run = int(np.searchsorted(stops, place, side="right"))
        pixel = int(runs.ends[run] - (stops[run] - place))
        x, y = divmod(pixel, truth.height)
        if not (box.x < x < box.x + box.w - 1 and box.y < y < box.y + box.h - 1):
            continue
        around = truth.surface_id[y - 1 : y + 2, x - 1 : x + 2]
        if (around == around[1, 1]).all():
            found.append((x, y))
            if len(found) == RAYS_EACH:
                break
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _keyed(key: str, name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8, key=key.encode()[:64]).digest(), "little")


@dataclass(frozen=True, eq=False)
class _SeenKeypoint:
    """A visible surface keypoint whose numbers are right, with what is needed to test it."""

    owner: Annotation
    label: KeypointLabel
    local: F64
    tolerance_m: float
    scale: float


def visible_keypoints_lie_on_their_things(record: Record, truth: Truth) -> Iterator[Violation]:
    """Invariant 7: a keypoint is where its model says; a visible surface one lies on geometry and depth."""
    camera = record.scene.camera
    seen: list[_SeenKeypoint] = []
    for a in record.annotations:
        if not a.keypoints:
            continue
        instance = record.scene.instances[a.instance]
        declared = {k.name: k for k in instance.model.keypoints}
        unknown = [label.name for label in a.keypoints if label.name not in declared]
        if unknown:
            yield Violation(7, f"its model has no keypoint {', '.join(unknown)}", a.instance_key)
            continue
        pose = instance.world_from_object
        local = np.array([declared[label.name].position for label in a.keypoints])
        expected = local @ pose[:3, :3].T + pose[:3, 3]
        told = np.array([label.position_world for label in a.keypoints])
        pixels, depths = project_points(truth, expected, np.full(len(expected), a.instance))
        scale = scale_of(pose)
        for n, label in enumerate(a.keypoints):
            wrong = _misplaced(label, n, told, expected, pixels, depths, camera)
            if wrong:
                yield Violation(7, f"keypoint {label.name!r} {wrong}", a.instance_key)
            elif label.v == VISIBLE and declared[label.name].kind == "surface":
                seen.append(_SeenKeypoint(a, label, local[n], declared[label.name].tolerance_m * scale, scale))
    if seen:
        yield from _off_their_meshes(truth, seen)
        yield from _hidden_after_all(truth, record.frame.depth, seen)


def _misplaced(label: KeypointLabel, n: int, told: F64, expected: F64, pixels: F64, depths: F64, camera: Camera) -> str:
    """Return what is wrong with the numbers of keypoint n; empty if nothing is."""
    if not same_points(expected[n], told[n]):
        return f"is {float(np.linalg.norm(told[n] - expected[n])):.4g} m from where its model has it"
    x, y, depth = float(pixels[n, 0]), float(pixels[n, 1]), float(depths[n])
    shown = x == x
    inside = shown and 0 <= x < camera.width and 0 <= y < camera.height
    if (label.v == OUTSIDE) == inside:
        return f"has v = {label.v}, but it is {'inside' if inside else 'outside'} the image"
    slack = _PIXEL_TOLERANCE * max(1.0, abs(x), abs(y)) if shown else 0.0
    if shown and not (abs(label.x - x) <= slack and abs(label.y - y) <= slack):
        return f"is at ({label.x:.2f}, {label.y:.2f}), it projects to ({x:.2f}, {y:.2f})"
    return "" if abs(label.depth_m - depth) <= 1e-9 * max(1.0, abs(depth)) else f"has depth {label.depth_m:.6g}"


def _near_own_depth(truth: Truth, depth: F32 | None, instance: int, label: KeypointLabel, tolerance_m: float) -> bool:
    """Return whether the depth buffer proves that a keypoint is seen: on a smooth patch of its own thing.

    At edges, and where a thing hides itself, one pixel's depth proves nothing about its neighbours.
    """
    if depth is None:
        return False
    x, y = int(label.x), int(label.y)
    window = np.s_[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
    if not (truth.instance_id[window] == instance + 1).all():
        return False
    near, far = float(depth[window].min()), float(depth[window].max())
    if far - near > _SMOOTH_PX * near / truth.scene.camera.fx:
        return False
    return (
        near - tolerance_m <= label.depth_m * (1 + _DEPTH_SHARE)
        and label.depth_m * (1 - _DEPTH_SHARE) <= far + tolerance_m
    )


def _off_their_meshes(truth: Truth, seen: list[_SeenKeypoint]) -> Iterator[Violation]:
    """Yield the keypoints that lie farther than their tolerance from their own meshes.

    A ray that meets the mesh near the point proves it; only where none does is the distance measured.
    """
    world = np.array([k.label.position_world for k in seen])
    owners = np.array([k.owner.instance for k in seen])
    pixels = np.array([(k.label.x, k.label.y) for k in seen])
    directions, times = lines_of_sight(truth, world, owners, pixels)
    lengths = np.linalg.norm(directions, axis=1)
    asked = [(i, np.flatnonzero(owners == i), None) for i in np.unique(owners).tolist()]
    met = truth.rays.first_hits(asked, directions, times)
    limits = np.array([k.tolerance_m for k in seen]) + 1e-6 * lengths
    for n in np.flatnonzero(~(np.abs(met - 1.0) * lengths <= limits)).tolist():
        k = seen[n]
        limit = float(limits[n]) / k.scale
        parts = truth.scene.instances[k.owner.instance].model.parts
        if not any(distance_to_mesh(k.local, part.mesh, limit) <= limit for part in parts):
            told = f"is visible, but farther than {k.tolerance_m:.4g} m from its mesh"
            yield Violation(7, f"keypoint {k.label.name!r} {told}", k.owner.instance_key)


def _hidden_after_all(truth: Truth, depth: F32 | None, seen: list[_SeenKeypoint]) -> Iterator[Violation]:
    """Cast rays for the visible keypoints that no pixel centre proves: on edges, or thinner than a pixel."""
    unproven = [k for k in seen if not _near_own_depth(truth, depth, k.owner.instance, k.label, k.tolerance_m)]
    if not unproven:
        return
    points = Points(
        np.array([k.label.position_world for k in unproven]),
        np.array([k.owner.instance for k in unproven], dtype=np.int64),
        np.zeros(len(unproven), dtype=np.bool_),
        np.array([k.tolerance_m for k in unproven]),
    )
    for k, state in zip(unproven, sight(truth, points).state.tolist(), strict=True):
        if state != VISIBLE:
            told = f"keypoint {k.label.name!r} is called visible, and something hides it"
            yield Violation(7, told, k.owner.instance_key)
