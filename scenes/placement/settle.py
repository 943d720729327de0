"""Lets bodies fall onto what stands, and gives back where they come to lie (MuJoCo; imported on first use).

Deterministic: the same bodies in the same order give the same poses, bit for bit on one machine. It decides nothing
about who may stay; a body that fell off is given back where it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.placement.poses import pose, quaternion_from_rotation, rotation_from_quaternion

MOST_POINTS: Final = 64
"""Corners of a collision piece handed to the physics; a piece with more keeps its furthest in even directions."""
DENSITY_KG_M3: Final = 500.0
"""Of a body whose mass is not known."""

_STEP_S: Final = 0.004
_STEPS_BETWEEN_CHECKS: Final = 10
_QUIET_CHECKS: Final = 3
_QUIET_SPEED_M_S: Final = 0.01
_FLAT_M: Final = 1e-5
_THICKENED_M: Final = 0.05
_ROUND_POINTS: Final = 24
_ROUND_WITHIN: Final = 0.02
_GRAVITY_M_S2: Final = 9.81
_TORSION_OF_RADIUS: Final = 0.05


@dataclass(frozen=True, eq=False)
class Support:
    """Something that does not move: a convex piece, (N, 3) float64 world metres, and its friction."""

    points: F64
    friction: float


@dataclass(frozen=True, eq=False)
class Body:
    """Something that falls.

    Attributes
    ----------
    pieces : tuple of (N, 3) float64
        Convex pieces, metres, body frame, at scale 1.
    world_from_body : (4, 4) float64
        Where it starts; rigid times one scale.
    scale : float
        The scale in that pose.
    mass_kg : float or None
        At scale 1; None: from the pieces' volume.
    friction : float
        Sliding.
    """

    pieces: tuple[F64, ...]
    world_from_body: F64
    scale: float
    mass_kg: float | None
    friction: float


@dataclass(frozen=True)
class Settled:
    """Where the bodies lie.

    Attributes
    ----------
    poses : tuple of (4, 4) float64
        world_from_body, scale included.
    resting : tuple of bool
        Whether a body was still at the end.
    simulated_s : float
    deepest_m : float
        How far the deepest contact overlaps at the end, metres.
    kinetic_j : float
        Energy of motion left in the bodies that rest.
    """

    poses: tuple[F64, ...]
    resting: tuple[bool, ...]
    simulated_s: float
    deepest_m: float
    kinetic_j: float


def settle(
    supports: Sequence[Support],
    bodies: Sequence[Body],
    *,
    time_limit_s: float,
    lost_below_m: float,
    rolling_friction: float = 0.02,
    floor_m: float | None = None,
) -> Settled:
    """Return where the bodies come to lie.

    Parameters
    ----------
    supports : sequence of Support
    bodies : sequence of Body
    time_limit_s : float
        Simulated time at most; it ends earlier once everything is still.
    lost_below_m : float
        A body under this world z is lost and no longer waited for.
    rolling_friction : float
        Resistance to rolling as a share of a body's radius, so that round bodies come to rest.
    floor_m : float or None
        World z of an endless floor; None: there is none.
    """
    if not bodies:
        return Settled((), (), 0.0, 0.0, 0.0)
    import mujoco  # heavy; only a pile needs it

    model = _compiled(mujoco, supports, bodies, rolling_friction, floor_m)
    state = mujoco.MjData(model)
    dofs = model.body_dofadr[1:]
    radii = np.array([_radius(b) for b in bodies])
    elapsed, quiet = 0.0, 0
    still = np.zeros(len(bodies), dtype=np.bool_)
    while elapsed < time_limit_s and quiet < _QUIET_CHECKS:
        mujoco.mj_step(model, state, nstep=_STEPS_BETWEEN_CHECKS)
        elapsed += _STEPS_BETWEEN_CHECKS * _STEP_S
        velocity = state.qvel[dofs[:, None] + np.arange(6)]
        speed = np.linalg.norm(velocity[:, :3], axis=1) + radii * np.linalg.norm(velocity[:, 3:], axis=1)
        still = speed < _QUIET_SPEED_M_S
        lost = state.xpos[1:, 2] < lost_below_m
        quiet = quiet + 1 if bool((still | lost).all()) else 0
    # Awake once more, so that the contacts of those asleep are measured, too.
    model.opt.enableflags &= ~int(mujoco.mjtEnableBit.mjENBL_SLEEP)
    mujoco.mj_forward(model, state)
    poses = tuple(
        pose(state.xpos[1 + i].copy(), rotation_from_quaternion(state.xquat[1 + i]), body.scale)
        for i, body in enumerate(bodies)
    )
    distances = state.contact.dist[: state.ncon]
    deepest = float(-distances.min()) if len(distances) else 0.0
    velocity = state.qvel[dofs[:, None] + np.arange(6)]
    energy = 0.5 * (
        model.body_mass[1:] * (velocity[:, :3] ** 2).sum(axis=1)
        + (model.body_inertia[1:] * velocity[:, 3:] ** 2).sum(axis=1)
    )
    return Settled(poses, tuple(bool(s) for s in still), elapsed, max(0.0, deepest), float(energy[still].sum()))


def fewer_points(points: F64, most: int = MOST_POINTS) -> F64:
    """Return at most `most` of a convex piece's corners, (N, 3): those furthest in evenly spread directions.

    The kept hull lies inside the true one; for a sphere 64 corners lose about 3 % of the radius between corners.
    """
    distinct = np.unique(points, axis=0)
    if len(distinct) <= most:
        return distinct
    furthest = np.argmax(distinct @ _even_directions(most).T, axis=0)
    kept: F64 = distinct[np.unique(furthest)]
    return kept


@lru_cache(maxsize=4)
def _even_directions(count: int) -> F64:
    """Return (count, 3) nearly even unit directions (a Fibonacci lattice), the six axes among the first."""
    axes = np.concatenate([np.eye(3), -np.eye(3)])
    rest = count - len(axes)
    k = np.arange(rest) + 0.5
    z = 1.0 - 2.0 * k / rest
    turn = k * math.pi * (3.0 - math.sqrt(5.0))
    r = np.sqrt(1.0 - z * z)
    return np.concatenate([axes, np.stack([r * np.cos(turn), r * np.sin(turn), z], axis=1)])


def _compiled(
    mujoco: Any,
    supports: Sequence[Support],
    bodies: Sequence[Body],
    rolling_friction: float,
    floor_m: float | None,
) -> Any:
    spec = mujoco.MjSpec()
    spec.option.timestep = _STEP_S
    spec.option.gravity = [0.0, 0.0, -_GRAVITY_M_S2]
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    # Speculative contacts stop a fast body before a thin wall; sleeping islands save the time of what lies still.
    spec.option.enableflags |= int(mujoco.mjtEnableBit.mjENBL_SPECULATIVE) | int(mujoco.mjtEnableBit.mjENBL_SLEEP)
    spec.option.sleep_tolerance = _QUIET_SPEED_M_S
    names = iter(range(10**9))
    for support in supports:
        geom = spec.worldbody.add_geom(condim=6, friction=[support.friction, 0.0, 0.0])
        _shape(mujoco, spec, geom, _with_volume(support.points), f"m{next(names)}")
    if floor_m is not None:
        spec.worldbody.add_geom(
            type=mujoco.mjtGeom.mjGEOM_PLANE, size=[0, 0, 1], pos=[0, 0, floor_m], condim=6, friction=[0.6, 0.0, 0.0]
        )
    for body in bodies:
        rotation = body.world_from_body[:3, :3] / body.scale
        radius = _radius(body)
        node = spec.worldbody.add_body(pos=body.world_from_body[:3, 3], quat=quaternion_from_rotation(rotation))
        node.add_freejoint()
        for points in body.pieces:
            geom = node.add_geom(
                condim=6,
                density=DENSITY_KG_M3,
                friction=[body.friction, _TORSION_OF_RADIUS * radius, rolling_friction * radius],
            )
            _shape(mujoco, spec, geom, _with_volume(points * body.scale), f"m{next(names)}")
    model = spec.compile()
    for number, body in enumerate(bodies, start=1):
        if body.mass_kg is not None:
            factor = body.mass_kg * body.scale**3 / model.body_mass[number]
            model.body_mass[number] *= factor
            model.body_inertia[number] *= factor
    mujoco.mj_setConst(model, mujoco.MjData(model))
    return model


def _shape(mujoco: Any, spec: Any, geom: Any, points: F64, name: str) -> None:
    """Give a geom its shape: a true ball or box where the corners are of one (faster and steadier), else the hull."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle = 0.5 * (low + high)
    away = np.linalg.norm(points - middle, axis=1)
    radius = float(away.max())
    # The extents tell a ball from a drum, whose corners are all as far from its middle, too.
    uneven = max(radius - float(away.min()), radius - 0.5 * float((high - low).min()))
    if len(points) >= _ROUND_POINTS and uneven < _ROUND_WITHIN * radius:
        geom.type = mujoco.mjtGeom.mjGEOM_SPHERE
        geom.pos = middle
        geom.size = [radius, 0.0, 0.0]
        return
    if len(points) == 8 and bool(((points == low) | (points == high)).all()):
        geom.type = mujoco.mjtGeom.mjGEOM_BOX
        geom.pos = middle
        geom.size = 0.5 * (high - low)
        return
    mesh = spec.add_mesh(name=name)
    mesh.uservert = points.astype(np.float32).reshape(-1)
    geom.type = mujoco.mjtGeom.mjGEOM_MESH
    geom.meshname = name


def _with_volume(points: F64) -> F64:
    """Return at most MOST_POINTS corners; a flat piece is thickened away from its upper side."""
    few = fewer_points(points)
    centered = few - few.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centered, full_matrices=False)
    if sizes[-1] / math.sqrt(len(few)) > _FLAT_M:
        return few
    normal = axes[-1] if axes[-1][2] > 0 else -axes[-1]
    return np.concatenate([few, few - _THICKENED_M * normal])


def _radius(body: Body) -> float:
    """Return half the mean extent of a body, metres."""
    every = np.concatenate(body.pieces)
    return 0.5 * body.scale * float(np.ptp(every, axis=0).mean())
