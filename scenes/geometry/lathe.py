"""Turned bodies: a profile swept about the z axis, round or along a rounded rectangle.

A rounded rectangle is the circle's offset outline about a rectangular core, so one builder makes mugs,
bottles, trays, cartons and table tops. It refuses profiles that would pass through the axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from myriorama.scenes.conventions import F64, U32
from myriorama.scenes.geometry.combine import merge, without_slivers
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.geometry.profile import Profile, smooth

UvRect = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class _Outline:
    """One turn of the sweep: where each column stands and points; the last column repeats the first."""

    corner: F64  # (C, 2) signs of the core's corner
    direction: F64  # (C, 2) unit, outward

    def ring(self, core: F64, offset: F64) -> F64:
        """Return (R, C, 2) points for offsets (R,); an offset below 0 shrinks the core, corners sharp."""
        half = np.maximum(core + np.minimum(offset, 0.0)[:, None], 0.0)  # (R, 2)
        grown = np.maximum(offset, 0.0)[:, None, None] * self.direction
        return half[:, None, :] * self.corner + grown


def _outline(segments: int, core: F64) -> _Outline:
    quarter = segments // 4
    angle = np.arange(quarter + 1) * (np.pi / 2 / quarter)
    cos = np.cos(angle)
    cos[-1] = 0.0
    if quarter % 2 == 0:
        cos[quarter // 2] = np.sqrt(0.5)
    sin = cos[::-1]  # mirrored, so that the four quarters agree to the bit
    turns = [(cos, sin), (-sin, cos), (-cos, -sin), (sin, -cos)]
    signs = [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)]
    take = quarter + 1 if core.any() else quarter
    direction = np.concatenate([np.stack(t, axis=1)[:take] for t in turns])
    corner = np.repeat(np.array(signs), take, axis=0)
    return _Outline(np.concatenate([corner, corner[:1]]), np.concatenate([direction, direction[:1]]) + 0.0)


def _profile_normals(profile: Profile, cap_weight: float, cap_start: bool, cap_end: bool) -> tuple[F64, F64]:
    """Return (P-1, 2) normals of each piece's two ends, as (start ends, finish ends), in (radius, z)."""
    points = np.concatenate([profile.points, profile.points[:1]]) if profile.closed else profile.points
    hard = np.concatenate([profile.hard, profile.hard[:1]]) if profile.closed else profile.hard
    delta = np.diff(points, axis=0)
    length = np.hypot(delta[:, 0], delta[:, 1])
    if (length == 0).any():
        raise ValueError("a profile has the same point twice in a row")
    piece = np.stack([delta[:, 1], -delta[:, 0]], axis=1) / length[:, None]
    weighted = piece * length[:, None]
    before, after = np.roll(weighted, 1, axis=0), np.roll(weighted, -1, axis=0)
    if not profile.closed:
        before[0] = (0.0, -cap_weight) if cap_start else _beside(profile.before, points[0])
        after[-1] = (0.0, cap_weight) if cap_end else _beside(points[-1], profile.after)
    start, finish = weighted + before, weighted + after
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    finish /= np.linalg.norm(finish, axis=1, keepdims=True)
    if not profile.closed and not cap_start and points[0, 0] == 0 and abs(piece[0, 1]) > 1e-6:
        start[0] = (0.0, np.sign(piece[0, 1]))
    if not profile.closed and not cap_end and points[-1, 0] == 0 and abs(piece[-1, 1]) > 1e-6:
        finish[-1] = (0.0, np.sign(piece[-1, 1]))
    start[hard[:-1]] = piece[hard[:-1]]
    finish[hard[1:]] = piece[hard[1:]]
    return start, finish


def _beside(start: F64 | tuple[float, float] | None, finish: F64 | tuple[float, float] | None) -> F64:
    """Return the weighted normal of a piece that another part holds; 0 where there is none."""
    if start is None or finish is None:
        return np.zeros(2)
    return np.array([finish[1] - start[1], start[0] - finish[0]])


def grid_faces(rows: int, columns: int) -> U32:
    """Return ((rows-1)*(columns-1)*2, 3) uint32 faces of a grid, outward where columns run right and rows run up."""
    low = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1)
    a, b, c, d = low, low + 1, low + columns + 1, low + columns
    return np.stack([a, b, c, a, c, d], axis=1).reshape(-1, 3).astype(np.uint32)


def lathe(
    profile: Profile,
    segments: int,
    *,
    core_m: tuple[float, float] = (0.0, 0.0),
    cap_start: bool = False,
    cap_end: bool = False,
    tile_m: float | None = None,
    uv_rect: UvRect = (0.0, 0.0, 1.0, 1.0),
) -> Mesh:
    """Sweep a profile about the z axis.

    Texture coordinates run to the right around the body (seen from outside) and up along the profile. With
    `tile_m` they are surface distances over that length, a whole number of tiles around, and flat rings and caps are
    laid out from above; without, they fill `uv_rect` once.

    Parameters
    ----------
    profile : Profile
        Offset from the core's outline (the radius, where there is no core) and z, metres.
    segments : int
        Facets around; a multiple of 4, at least 4, so that the body reaches its full size along x and y.
    core_m : (float, float)
        Half sizes of the core rectangle; (0, 0) turns a round body. Offsets below 0 shrink the core.
    cap_start, cap_end : bool
        Close the profile's ends by flat polygons, facing down at the start and up at the end.
    tile_m : float or None
        Edge of a texture tile, metres.
    uv_rect : (u0, v0, u1, v1)
        Where in the texture, without `tile_m`.

    Raises
    ------
    ValueError
        `segments` is not a multiple of 4, or an offset falls below what the core can shrink.
    """
    if segments < 4 or segments % 4:
        raise ValueError(f"a lathe needs a multiple of 4 segments, not {segments}")
    core = np.asarray(core_m, dtype=np.float64)
    lowest = float(profile.points[:, 0].min())
    if lowest < -float(core.min()) - 1e-12:
        raise ValueError(f"a profile may not pass the axis: its lowest offset is {lowest:.6g} m, the core {core_m} m")
    outline = _outline(segments, core)
    start, finish = _profile_normals(profile, float(core.max() + 1e-9), cap_start, cap_end)
    points = np.concatenate([profile.points, profile.points[:1]]) if profile.closed else profile.points
    pieces, columns = len(points) - 1, len(outline.direction)

    around, circumference = _distance_around(outline, core, float(profile.points[:, 0].max()))
    delta = np.diff(points, axis=0)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(delta[:, 0], delta[:, 1]))])
    flat = np.abs(delta[:, 1]) <= 1e-9 * np.abs(delta[:, 0]) if tile_m else np.zeros(pieces, dtype=np.bool_)

    # Two rows of vertices per piece; rows of neighbouring pieces that agree are joined again below.
    row_points = np.repeat(points, 2, axis=0)[1:-1]
    row_normals = np.stack([start, finish], axis=1).reshape(-1, 2)
    row_along = np.repeat(along, 2)[1:-1]
    row_flat = np.repeat(flat, 2)
    same = np.zeros(2 * pieces, dtype=np.bool_)
    same[2::2] = (np.abs(row_normals[2::2] - row_normals[1:-1:2]).max(axis=1) < 1e-9) & (flat[1:] == flat[:-1])
    index = np.cumsum(~same) - 1
    keep = ~same
    row_points, row_normals = row_points[keep], row_normals[keep]
    row_along, row_flat = row_along[keep], row_flat[keep]

    xy = outline.ring(core, row_points[:, 0])
    rows = len(row_points)
    positions = np.concatenate([xy, np.broadcast_to(row_points[:, None, 1:], (rows, columns, 1))], axis=2)
    normals = np.concatenate(
        [
            row_normals[:, None, :1] * outline.direction,
            np.broadcast_to(row_normals[:, None, 1:], (rows, columns, 1)),
        ],
        axis=2,
    )
    uv = np.empty((rows, columns, 2))
    if tile_m:
        repeats = max(1, round(circumference / tile_m))
        uv[..., 0] = around * repeats
        upward = along[-1] * repeats / circumference
        # A closed profile has a seam of its own: a whole number of tiles along it as well.
        upward = max(1.0, round(upward)) if profile.closed else upward
        uv[..., 1] = (row_along / along[-1] * upward)[:, None]
        # Seen from below, a flat ring is mirrored so that its texture reads the right way round.
        facing = np.where(row_normals[:, 1] < 0, -1.0, 1.0)[:, None]
        laid = np.stack([xy[..., 0] * facing, xy[..., 1]], axis=2) / tile_m + 0.5
        uv = np.where(row_flat[:, None, None], laid, uv)
    else:
        u0, v0, u1, v1 = uv_rect
        uv[..., 0] = u0 + around * (u1 - u0)
        uv[..., 1] = (v0 + row_along / along[-1] * (v1 - v0))[:, None]

    low = (index[0::2, None] * columns + np.arange(columns - 1)).reshape(-1)
    high = (index[1::2, None] * columns + np.arange(columns - 1)).reshape(-1)
    quads = np.stack([low, low + 1, high + 1, low, high + 1, high], axis=1).reshape(-1, 3).astype(np.uint32)
    flat_positions = positions.reshape(-1, 3).astype(np.float32)
    body = Mesh(
        flat_positions,
        normals.reshape(-1, 3).astype(np.float32),
        uv.reshape(-1, 2).astype(np.float32),
        without_slivers(flat_positions, quads),
    )
    caps = [
        _cap(outline, core, points[end], up, tile_m, uv_rect)
        for end, up, wanted in ((0, False, cap_start), (-1, True, cap_end))
        if wanted
    ]
    return merge([body, *caps])


def outline_points(core_m: tuple[float, float], offset_m: float, segments: int) -> F64:
    """Return (C, 2) points of a rounded rectangle, counter-clockwise, the first repeated at the end.

    Parameters
    ----------
    core_m : (float, float)
        Half sizes of the core; (0, 0) gives a circle.
    offset_m : float
        Radius of the corners; below 0 the core shrinks and corners are sharp.
    """
    core = np.asarray(core_m, dtype=np.float64)
    ring: F64 = _outline(segments, core).ring(core, np.array([offset_m]))[0]
    return ring


def bridge(
    radius_m: float,
    offset_m: float,
    z_m: float,
    segments: int,
    *,
    core_m: tuple[float, float],
    up: bool,
    tile_m: float,
) -> Mesh:
    """Return the flat ring between a round hole and a rounded rectangle, at one height.

    Its rims are, to the bit, those of a round body of `radius_m` and of one with this core and offset.

    Raises
    ------
    ValueError
        The circle does not fit in the rectangle.
    """
    core = np.asarray(core_m, dtype=np.float64)
    if radius_m >= float(core.min()) + offset_m:
        raise ValueError(f"a hole of radius {radius_m:.6g} m does not fit in the rectangle")
    square = _outline(segments, core)
    circle = _outline(segments, np.zeros(2))
    outer = square.ring(core, np.array([offset_m]))[0]
    inner = circle.ring(np.zeros(2), np.array([radius_m]))[0]
    # The rectangle has one column more a quarter: the straight side between two corners.
    quarter = segments // 4
    partner = np.minimum(np.arange(len(outer)) - np.arange(len(outer)) // (quarter + 1), segments)
    xy = np.concatenate([outer, inner])
    first, start = np.arange(len(outer) - 1), len(outer)
    a, b, c, d = first, first + 1, start + partner[1:], start + partner[:-1]
    faces = np.stack([a, b, c, a, c, d], axis=1).reshape(-1, 3)
    facing = 1.0 if up else -1.0
    positions = np.concatenate([xy, np.full((len(xy), 1), z_m)], axis=1).astype(np.float32)
    return Mesh(
        positions,
        np.broadcast_to(np.array([0.0, 0.0, facing], dtype=np.float32), positions.shape),
        (xy * (facing, 1.0) / tile_m + 0.5).astype(np.float32),
        without_slivers(positions, (faces if up else faces[:, ::-1]).astype(np.uint32)),
    )


def _distance_around(outline: _Outline, core: F64, offset: float) -> tuple[F64, float]:
    ring = outline.ring(core, np.array([offset]))[0]
    steps = np.linalg.norm(np.diff(ring, axis=0), axis=1)
    total = float(steps.sum())
    if total == 0:
        raise ValueError("the profile lies on the axis")
    share = np.concatenate([[0.0], np.cumsum(steps) / total])
    share[-1] = 1.0
    return share, total


def _cap(outline: _Outline, core: F64, point: F64, up: bool, tile_m: float | None, rect: UvRect) -> Mesh:
    """Return the flat polygon at one end of a profile, as a fan about its centre."""
    ring = outline.ring(core, point[:1])[0]
    count = len(ring)
    xy = np.concatenate([ring, [[0.0, 0.0]]])
    positions = np.concatenate([xy, np.full((count + 1, 1), point[1])], axis=1).astype(np.float32)
    facing = 1.0 if up else -1.0
    laid = xy * (facing, 1.0)
    if tile_m:
        uv = laid / tile_m + 0.5
    else:
        size = np.ptp(xy, axis=0)
        uv = (laid / size + 0.5) * (rect[2] - rect[0], rect[3] - rect[1]) + rect[:2]
    a, b = np.arange(count - 1), np.arange(1, count)
    centre = np.full(count - 1, count)
    faces = np.stack([a, b, centre] if up else [b, a, centre], axis=1).astype(np.uint32)
    normals = np.broadcast_to(np.array([0.0, 0.0, facing], dtype=np.float32), positions.shape)
    return Mesh(positions, normals, uv.astype(np.float32), without_slivers(positions, faces))


def arc(centre: tuple[float, float], radius: float, from_deg: float, to_deg: float, steps: int) -> F64:
    """Return (steps + 1, 2) points of an arc in the (radius, z) plane; 0 degrees points outwards, 90 up.

    Ends at whole quarter turns are exact, so that poles lie on the axis to the bit.
    """
    degrees = np.linspace(from_deg, to_deg, steps + 1)
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    cos[np.abs(np.mod(degrees, 180.0) - 90.0) < 1e-12] = 0.0
    sin[np.mod(degrees, 180.0) < 1e-12] = 0.0
    return np.stack([centre[0] + radius * cos, centre[1] + radius * sin], axis=1)


def sphere(radius_m: float, segments: int, *, tile_m: float | None = None) -> Mesh:
    """Return a sphere of rings and segments, centred, with poles on the z axis."""
    points = arc((0.0, 0.0), radius_m, -90.0, 90.0, max(2, segments // 2))
    return lathe(smooth(points), segments, tile_m=tile_m)


def torus(ring_radius_m: float, tube_radius_m: float, segments: int, *, tile_m: float | None = None) -> Mesh:
    """Return a torus about the z axis, centred.

    Raises
    ------
    ValueError
        The tube is thicker than the ring.
    """
    if not 0 < tube_radius_m < ring_radius_m:
        raise ValueError(f"a torus needs 0 < tube radius < ring radius, not {tube_radius_m} and {ring_radius_m}")
    points = arc((ring_radius_m, 0.0), tube_radius_m, -90.0, 270.0, max(8, segments // 2 // 4 * 4))[:-1]
    return lathe(Profile(points, np.zeros(len(points), dtype=np.bool_), closed=True), segments, tile_m=tile_m)


def capsule(radius_m: float, height_m: float, segments: int, *, tile_m: float | None = None) -> Mesh:
    """Return a cylinder with hemispherical ends, centred; `height_m` is the whole height.

    Raises
    ------
    ValueError
        The height is less than two radii.
    """
    half = height_m / 2 - radius_m
    if half < -1e-12 * height_m:
        raise ValueError(f"a capsule of radius {radius_m} m needs a height of at least twice that, not {height_m} m")
    steps = max(2, segments // 4)
    low = arc((0.0, -max(half, 0.0)), radius_m, -90.0, 0.0, steps)
    high = arc((0.0, max(half, 0.0)), radius_m, 0.0, 90.0, steps)
    return lathe(smooth(np.concatenate([low, high if half > 1e-9 * height_m else high[1:]])), segments, tile_m=tile_m)
