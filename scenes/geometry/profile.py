"""Outlines in the (radius, z) plane for turned bodies: polylines with rounded corners and hard or soft points.

A rounding that does not fit between its neighbours is refused, never shrunk in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from myriorama.scenes.conventions import F64, Mask


@dataclass(frozen=True, eq=False)
class Profile:
    """A polyline to turn about the z axis. The solid lies to the left: from the bottom outwards, up, and in.

    Attributes
    ----------
    points : (N, 2) float64
        Radius and z, metres.
    hard : (N,) bool
        Where true the surface has an edge; elsewhere it is smooth.
    closed : bool
        The last point joins the first (a torus); the first is not repeated.
    before, after : (radius, z) or None
        The neighbouring points of a longer profile that this is a part of: they shape the normals at its ends
        and nothing else.
    """

    points: F64
    hard: Mask
    closed: bool = False
    before: tuple[float, float] | None = None
    after: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        points = np.array(self.points, dtype=np.float64)
        hard = np.array(self.hard, dtype=np.bool_)
        if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2 or hard.shape != (len(points),):
            raise ValueError(f"a profile needs (N, 2) points and (N,) flags, not {points.shape} and {hard.shape}")
        if not np.isfinite(points).all():
            raise ValueError("a profile's points must be finite")
        points.flags.writeable = hard.flags.writeable = False
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "hard", hard)

    def part(self, first: int, last: int) -> Profile:
        """Return the points from `first` to `last`, both included, with normals as in the whole."""
        before = self.points[first - 1] if first > 0 else None
        after = self.points[last + 1] if last + 1 < len(self.points) else None
        return Profile(
            self.points[first : last + 1],
            self.hard[first : last + 1],
            before=None if before is None else (float(before[0]), float(before[1])),
            after=None if after is None else (float(after[0]), float(after[1])),
        )


def rounded(
    points: Sequence[tuple[float, float]],
    radii: Sequence[float],
    steps: int = 4,
    soft: Sequence[int] = (),
) -> Profile:
    """Return a profile whose corners are arcs.

    Parameters
    ----------
    points : sequence of (radius, z)
        Metres.
    radii : sequence of float
        One per point, metres; 0 leaves a hard corner. Those of the two ends must be 0.
    steps : int
        Segments of an arc of a quarter turn; others in proportion, at least one.
    soft : sequence of int
        Points with radius 0 that are smooth all the same (points of a curve, poles).

    Raises
    ------
    ValueError
        Lengths differ, a radius is negative, or two arcs do not fit on the piece between them.
    """
    corners = np.asarray(points, dtype=np.float64)
    if len(radii) != len(corners):
        raise ValueError(f"{len(corners)} points need as many radii, not {len(radii)}")
    if min(radii) < 0 or radii[0] != 0 or radii[-1] != 0:
        raise ValueError("corner radii must be >= 0, and 0 at both ends")
    pieces = np.diff(corners, axis=0)
    lengths = np.hypot(pieces[:, 0], pieces[:, 1])
    used = np.zeros_like(lengths)
    out: list[F64] = []
    flags: list[bool] = []
    for i, radius in enumerate(radii):
        if radius == 0:
            out.append(corners[i : i + 1])
            flags.append(i not in soft)
            continue
        arriving, leaving = pieces[i - 1] / lengths[i - 1], pieces[i] / lengths[i]
        cross = float(arriving[0] * leaving[1] - arriving[1] * leaving[0])
        turn = float(np.arctan2(cross, arriving @ leaving))
        reach = radius * abs(np.tan(turn / 2))
        used[i - 1] += reach
        used[i] += reach
        side = np.array([-arriving[1], arriving[0]]) * np.sign(turn)
        start = corners[i] - arriving * reach
        count = max(1, round(abs(turn) / (np.pi / 2) * steps))
        angles = np.linspace(0.0, abs(turn), count + 1)[:, None]
        out.append(start + radius * (np.sin(angles) * arriving + (1 - np.cos(angles)) * side))
        flags.extend([False] * (count + 1))
    if (used > lengths * (1 + 1e-9)).any():
        worst = int(np.argmax(used - lengths))
        raise ValueError(
            f"roundings beside piece {worst} of the profile need {used[worst]:.6g} m, it is {lengths[worst]:.6g} m long"
        )
    joined = np.concatenate(out)
    # Arcs that meet exactly leave a point twice.
    keep = np.ones(len(joined), dtype=np.bool_)
    keep[1:] = np.abs(np.diff(joined, axis=0)).max(axis=1) > 1e-9 * max(float(np.abs(joined).max()), 1e-9)
    return Profile(joined[keep], np.array(flags)[keep])


def smooth(points: F64) -> Profile:
    """Return a profile that is soft at every point, its ends included."""
    return Profile(points, np.zeros(len(points), dtype=np.bool_))


def sharp(points: Sequence[tuple[float, float]]) -> Profile:
    """Return a profile that is hard at every point."""
    return Profile(np.asarray(points, dtype=np.float64), np.ones(len(points), dtype=np.bool_))


def turned_volume_m3(points: F64) -> float:
    """Return the volume between the z axis and a polyline turned about it: frusta, summed with sign of dz.

    Parameters
    ----------
    points : (N, 2) float64
        Radius and z, metres.
    """
    r0, r1 = points[:-1, 0], points[1:, 0]
    return float((np.pi / 3 * (r0 * r0 + r0 * r1 + r1 * r1) * np.diff(points[:, 1])).sum())
