"""Where a moving camera is at an instant, and at which instant a rolling shutter meets a moving point.

Time 0 is the middle row's. It holds no lens: a projection is passed in.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F64

Triple: TypeAlias = tuple[float, float, float]
Indices: TypeAlias = npt.NDArray[np.intp]
RowTimes: TypeAlias = Callable[[F64], F64]
RowsAt: TypeAlias = Callable[[F64, Indices], F64]

_ROUNDS: Final = 40
_EXACT_PX: Final = 1e-9
_SCAN: Final = 33
_HALVINGS: Final = 60


def turned(vectors: F64, rate_rad_s: Triple, times_s: F64) -> F64:
    """Return (N, 3) vectors turned about a fixed axis for (N,) seconds, by Rodrigues' formula."""
    speed = math.sqrt(sum(r * r for r in rate_rad_s))
    if speed == 0.0:
        return vectors
    axis = np.array(rate_rad_s) / speed
    angle = (speed * times_s)[:, None]
    cos, sin = np.cos(angle), np.sin(angle)
    along = (vectors @ axis)[:, None] * axis
    return np.asarray(along + (vectors - along) * cos + np.cross(axis, vectors) * sin)


def pose_at(world_from_camera: F64, velocity_m_s: Triple, rate_rad_s: Triple, time_s: float) -> F64:
    """Return the pose (4, 4) of a camera at an instant; velocities are in its own frame at time 0."""
    out = world_from_camera.copy()
    turn = turned(np.eye(3), rate_rad_s, np.full(3, time_s)).T
    out[:3, :3] = world_from_camera[:3, :3] @ turn
    out[:3, 3] = world_from_camera[:3, 3] + world_from_camera[:3, :3] @ (np.array(velocity_m_s) * time_s)
    return out


def seen_at(points: F64, drift_m_s: F64, rate_rad_s: Triple, times_s: F64) -> F64:
    """Return points in the camera's frame at their instants.

    Parameters
    ----------
    points : (N, 3) float64
        At time 0, in the camera's frame of time 0.
    drift_m_s : (3,) or (N, 3) float64
        The points' velocity less the camera's, in that frame.
    rate_rad_s : (float, float, float)
        The camera's turn.
    times_s : (N,) float64
    """
    reverse = (-rate_rad_s[0], -rate_rad_s[1], -rate_rad_s[2])
    return turned(points + drift_m_s * times_s[:, None], reverse, times_s)


def meeting_times(rows_at: RowsAt, times_of: RowTimes, count: int, readout_s: float, height: int) -> F64:
    """Return when each of `count` points is where the row that is being read shows it.

    Parameters
    ----------
    rows_at : callable
        ``rows_at(times_s, chosen)`` gives the continuous y of the chosen points at (K,) instants; NaN where the
        camera does not show them.
    times_of : callable
        y -> the instant of that row, between -readout / 2 and readout / 2.
    count : int
    readout_s : float
    height : int
        Pixels.

    Returns
    -------
    (count,) float64
        Exact to 1e-9 px of row. A point that races the shutter may be met more than once: one meeting is told. NaN
        where no row meets it.

    Notes
    -----
    Rows beyond the picture share the instant of its edge, so ``times_of(rows_at(t)) - t`` is not below 0 at the first
    instant and not above 0 at the last: a point that stays in front of the camera is always met. Secant steps find
    most; the rest are halved between two signs.
    """
    exact = _EXACT_PX * readout_s / height
    out = np.full(count, np.nan)
    chosen = np.arange(count)
    t0 = np.zeros(count)
    t1 = times_of(rows_at(t0, chosen))
    g0 = t1 - t0
    for _ in range(_ROUNDS):
        g1 = times_of(rows_at(t1, chosen)) - t1
        met = np.abs(g1) <= exact
        out[chosen[met]] = t1[met]
        going = ~met & np.isfinite(g1)
        chosen, t0, t1, g0, g1 = chosen[going], t0[going], t1[going], g0[going], g1[going]
        if len(chosen) == 0:
            break
        change = g1 - g0
        secant = t1 - g1 * (t1 - t0) / np.where(change == 0, 1.0, change)
        following = np.where(change == 0, t1 + g1, secant)
        t0, t1, g0 = t1, np.clip(following, -0.5 * readout_s, 0.5 * readout_s), g1
    left = np.flatnonzero(np.isnan(out))
    if len(left):
        out[left] = _halved(rows_at, times_of, left, readout_s)
    return out


def _halved(rows_at: RowsAt, times_of: RowTimes, left: Indices, readout_s: float) -> F64:
    """Return a meeting between two of a few instants at which the sign changes; NaN where there are none."""
    instants = np.linspace(-0.5 * readout_s, 0.5 * readout_s, _SCAN)
    ahead = np.stack([times_of(rows_at(np.full(len(left), t), left)) - t for t in instants], axis=1)
    # At the very ends a row beyond the edge is met exactly; rounding must not lose the sign.
    change = (ahead[:, :-1] >= -1e-15 * readout_s) & (ahead[:, 1:] <= 1e-15 * readout_s)
    order = np.argsort(np.abs(instants[:-1] + instants[1:]), kind="stable")
    found = change[:, order].any(axis=1)
    first = order[change[:, order].argmax(axis=1)]
    low, high = instants[first], instants[first + 1]
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        later = times_of(rows_at(middle, left)) >= middle
        low, high = np.where(later, middle, low), np.where(later, high, middle)
    return np.where(found, 0.5 * (low + high), np.nan)
