"""Which points of a scene the camera sees: in the image, hidden, or visible, decided by exact rays.

A depth buffer is never consulted: it knows pixel centres only, and a keypoint hardly ever lies on one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.labels.box_3d import scale_of
from myriorama.scenes.labels.truth import Truth

OUTSIDE: Final = 0
HIDDEN: Final = 1
VISIBLE: Final = 2

# Geometry this much nearer than the point, as a share of its distance, is the point's own surface: the
# vertices are float32, whose spacing is 6e-8 of their size.
_RELATIVE_SLACK: Final = 1e-6


@dataclass(frozen=True, eq=False)
class Points:
    """Points that belong to instances.

    Attributes
    ----------
    world : (N, 3) float64
        Metres, at time 0.
    owner : (N,) int64
        Index into Scene.instances.
    interior : (N,) bool
        The owner does not hide this point.
    tolerance_m : (N,) float64
        Geometry within this distance in front of a point does not hide it.
    """

    world: F64
    owner: npt.NDArray[np.int64]
    interior: Mask
    tolerance_m: F64


@dataclass(frozen=True, eq=False)
class Sight:
    """Where points are in the image, and whether they are seen.

    Attributes
    ----------
    pixels : (N, 2) float64
        Continuous x, y; NaN where the camera does not show the point: behind it, or beyond its lens.
    depth_m : (N,) float64
        Along camera z, at the instant at which the point is seen.
    state : (N,) int64
        OUTSIDE, HIDDEN or VISIBLE.
    """

    pixels: F64
    depth_m: F64
    state: npt.NDArray[np.int64]


def points_of(truth: Truth, instances: tuple[int, ...]) -> Points:
    """Return the declared keypoints of some instances, in order, instance by instance."""
    world: list[F64] = []
    owner: list[int] = []
    interior: list[bool] = []
    tolerance: list[float] = []
    for i in instances:
        instance = truth.scene.instances[i]
        keypoints = instance.model.keypoints
        if not keypoints:
            continue
        pose = instance.world_from_object
        local = np.array([k.position for k in keypoints], dtype=np.float64)
        world.append(local @ pose[:3, :3].T + pose[:3, 3])
        scale = scale_of(pose)
        owner.extend([i] * len(keypoints))
        interior.extend(k.kind == "interior" for k in keypoints)
        tolerance.extend(k.tolerance_m * scale for k in keypoints)
    return Points(
        np.concatenate(world) if world else np.zeros((0, 3)),
        np.array(owner, dtype=np.int64),
        np.array(interior, dtype=np.bool_),
        np.array(tolerance, dtype=np.float64),
    )


def sight(truth: Truth, points: Points) -> Sight:
    """Return where `points` are in the image and which of them the camera sees.

    A point is hidden where the segment from the camera's centre to it meets truth geometry farther than
    its tolerance in front of it. Cutouts and see-through materials do not hide.
    """
    camera = truth.scene.camera
    pixels, depth = project_points(truth, points.world, points.owner)
    inside = (depth > 0) & (pixels[:, 0] >= 0) & (pixels[:, 0] < camera.width)
    inside &= (pixels[:, 1] >= 0) & (pixels[:, 1] < camera.height)
    state = np.full(len(points.world), OUTSIDE, dtype=np.int64)
    state[inside] = np.where(_hidden(truth, points, pixels, np.flatnonzero(inside)), HIDDEN, VISIBLE)
    return Sight(pixels, depth, state)


def project_points(truth: Truth, world: F64, owner: npt.NDArray[np.int64]) -> tuple[F64, F64]:
    """Return pixels and depths of points (N, 3) that stand on instances `owner` (N,), as `Camera.project` does."""
    velocities = _velocities(truth, owner) if truth.scene.rolls else None
    return truth.scene.camera.project(world, velocities)


def lines_of_sight(truth: Truth, world: F64, owner: npt.NDArray[np.int64], pixels: F64) -> tuple[F64, F64 | None]:
    """Return the ways from the camera's centre to points (N, 3) at `pixels` (N, 2), and the instants they hold at.

    Instants are None where all is seen at once.
    """
    camera = truth.scene.camera
    if not truth.scene.rolls:
        return world - camera.world_from_camera[:3, 3], None
    times = camera.row_times(pixels[:, 1])
    return world + _velocities(truth, owner) * times[:, None] - camera.centres(times), times


def _velocities(truth: Truth, owner: npt.NDArray[np.int64]) -> F64:
    return np.array([i.velocity_m_s for i in truth.scene.instances]).reshape(-1, 3)[owner]


def _hidden(truth: Truth, points: Points, pixels: F64, chosen: npt.NDArray[np.intp]) -> Mask:
    """Return which of the chosen points have something in front of them, (len(chosen),) bool."""
    directions, times = lines_of_sight(truth, points.world[chosen], points.owner[chosen], pixels[chosen])
    lengths = np.linalg.norm(directions, axis=1)
    limit = 1.0 - np.maximum(points.tolerance_m[chosen] / lengths, _RELATIVE_SLACK)
    ray, instance = truth.rays.candidates(directions, times)
    owner = points.owner[chosen]
    kept = (instance != owner[ray]) | ~points.interior[chosen][ray]
    ray, instance = ray[kept], instance[kept]
    # What hides a point is mostly what its pixel shows, then the point's own thing. They are asked first: what
    # they hide needs no second witness, so that a crowd costs no more rays than its front row.
    column, row = pixels[chosen].astype(np.int64).T
    shown = truth.instance_id[row, column].astype(np.int64) - 1
    turn = np.where(instance == shown[ray], 0, np.where(instance == owner[ray], 1, 2))
    hidden = np.zeros(len(chosen), dtype=np.bool_)
    for number in range(3):
        asked = (turn == number) & ~hidden[ray]
        hidden |= _nearest(truth, ray[asked], instance[asked], directions, times) < limit
    return hidden


def _nearest(
    truth: Truth, ray: npt.NDArray[np.intp], instance: npt.NDArray[np.intp], directions: F64, times: F64 | None
) -> F64:
    """Return where rays first meet the instances that they are paired with; pairs are sorted by instance."""
    if len(ray) == 0:
        return np.full(len(directions), np.inf)
    starts = np.flatnonzero(np.diff(instance, prepend=-1))
    asked = [(int(instance[first]), part, None) for first, part in zip(starts, np.split(ray, starts[1:]), strict=True)]
    return truth.rays.first_hits(asked, directions, times)
