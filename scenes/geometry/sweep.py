"""Tubes along a curve and prisms over a polygon.

A curve that stands still or turns back on itself in one point is refused.
"""

from __future__ import annotations

import numpy as np

from myriorama.scenes.conventions import F64, U32
from myriorama.scenes.geometry.combine import merge, without_slivers
from myriorama.scenes.geometry.lathe import UvRect, grid_faces
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.geometry.vectors import cross


def curve_frames(curve_m: F64, first_normal: tuple[float, float, float] | None = None) -> tuple[F64, F64, F64]:
    """Return tangents, normals and binormals along a curve, (M, 3) each, that turn as little as they can.

    Rotation minimising frames by double reflection (Wang, Juettler, Zheng, Liu: Computation of Rotation
    Minimizing Frames, ACM Transactions on Graphics 27, 2008).

    Parameters
    ----------
    curve_m : (M, 3) float64
        Points, M >= 2.
    first_normal : 3 floats or None
        Wanted normal at the first point; made perpendicular to the curve.

    Raises
    ------
    ValueError
        Two points in a row are equal.
    """
    points = np.asarray(curve_m, dtype=np.float64)
    steps = np.diff(points, axis=0)
    lengths = np.linalg.norm(steps, axis=1, keepdims=True)
    if len(points) < 2 or (lengths == 0).any():
        raise ValueError("a curve needs at least two points, no two in a row equal")
    unit = steps / lengths
    tangents = np.concatenate([unit[:1], unit[:-1] + unit[1:], unit[-1:]])
    size = np.linalg.norm(tangents, axis=1, keepdims=True)
    if (size < 1e-9).any():
        raise ValueError("a curve may not turn straight back on itself")
    tangents /= size
    wanted = np.eye(3)[int(np.argmin(np.abs(tangents[0])))] if first_normal is None else np.asarray(first_normal)
    normal = wanted - (wanted @ tangents[0]) * tangents[0]
    normals = np.empty_like(points)
    normals[0] = normal / np.linalg.norm(normal)
    for i, step in enumerate(steps):
        scale = 2.0 / (step @ step)
        reflected_normal = normals[i] - scale * (step @ normals[i]) * step
        reflected_tangent = tangents[i] - scale * (step @ tangents[i]) * step
        second = tangents[i + 1] - reflected_tangent
        square = float(second @ second)
        normals[i + 1] = reflected_normal
        if square > 1e-24:
            normals[i + 1] -= (2.0 / square) * (second @ reflected_normal) * second
    return tangents, normals, cross(tangents, normals)


def tube_grid(
    curve_m: F64,
    half_widths_m: F64,
    segments: int,
    first_normal: tuple[float, float, float] | None = None,
) -> F64:
    """Return (M, segments + 1, 3) points of an elliptic tube; the last column repeats the first.

    Parameters
    ----------
    curve_m : (M, 3) float64
    half_widths_m : (M, 2) float64
        Half axes along the frame's normal and binormal, metres.
    segments : int
        Facets around, at least 3.

    Raises
    ------
    ValueError
        There are fewer segments.
    """
    if segments < 3:
        raise ValueError(f"a tube needs at least 3 segments, not {segments}")
    _, normals, binormals = curve_frames(curve_m, first_normal)
    angle = np.arange(segments) * (2 * np.pi / segments)
    widths = np.asarray(half_widths_m, dtype=np.float64)
    ring = (
        np.asarray(curve_m, dtype=np.float64)[:, None]
        + (np.cos(angle) * widths[:, :1])[..., None] * normals[:, None]
        + (np.sin(angle) * widths[:, 1:])[..., None] * binormals[:, None]
    )
    return np.concatenate([ring, ring[:, :1]], axis=1)


def tube(
    curve_m: F64,
    half_widths_m: F64,
    segments: int,
    *,
    first_normal: tuple[float, float, float] | None = None,
    capped: bool = True,
    tile_m: float | None = None,
) -> Mesh:
    """Return a tube of elliptic section along an open curve, closed by flat caps unless told otherwise.

    Raises
    ------
    ValueError
        The curve stands still, or there are fewer than 3 segments.
    """
    return skin(tube_grid(curve_m, half_widths_m, segments, first_normal), capped=capped, tile_m=tile_m)


def skin(grid: F64, *, capped: bool = True, tile_m: float | None = None) -> Mesh:
    """Return the smooth surface over a grid of rings, each a closed loop.

    Parameters
    ----------
    grid : (M, C, 3) float
        Rings in order along the body; the last column repeats the first. Columns run counter-clockwise
        seen against the direction of the rings.
    """
    rows, columns, _ = grid.shape
    around = np.concatenate([grid[:, 1:2] - grid[:, -2:-1], grid[:, 2:] - grid[:, :-2]], axis=1)
    around = np.concatenate([around, around[:, :1]], axis=1)
    along = np.concatenate([grid[1:2] - grid[:1], grid[2:] - grid[:-2], grid[-1:] - grid[-2:-1]])
    normals = cross(around, along)
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-300)
    around_m = np.linalg.norm(np.diff(grid, axis=1), axis=2).sum(axis=1)
    centre = grid[:, :-1].mean(axis=1)
    along_m = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(centre, axis=0), axis=1))])
    uv = np.empty((rows, columns, 2))
    repeats = max(1, round(float(around_m.mean()) / tile_m)) if tile_m else 1
    uv[..., 0] = np.linspace(0.0, repeats, columns)
    uv[..., 1] = (along_m / tile_m if tile_m else along_m / along_m[-1])[:, None]
    placed = grid.reshape(-1, 3).astype(np.float32)
    body = Mesh(
        placed,
        normals.reshape(-1, 3).astype(np.float32),
        uv.reshape(-1, 2).astype(np.float32),
        without_slivers(placed, grid_faces(rows, columns)),
    )
    if not capped:
        return body
    return merge([body, _fan(grid[0], reverse=True, tile_m=tile_m), _fan(grid[-1], reverse=False, tile_m=tile_m)])


def _fan(ring: F64, *, reverse: bool, tile_m: float | None) -> Mesh:
    count = len(ring)
    centre = ring[:-1].mean(axis=0)
    spokes = ring - centre
    normal = cross(spokes[:-1], spokes[1:]).sum(axis=0)
    normal /= np.linalg.norm(normal)
    right = spokes[0] / np.linalg.norm(spokes[0])
    laid = np.stack([spokes @ right, spokes @ np.cross(normal, right)], axis=1)
    laid = np.concatenate([laid / (tile_m or 2 * float(np.abs(laid).max())), [[0.0, 0.0]]]) + 0.5
    a, b = np.arange(count - 1), np.arange(1, count)
    last = np.full(count - 1, count)
    faces = np.stack([b, a, last] if reverse else [a, b, last], axis=1).astype(np.uint32)
    placed = np.concatenate([ring, centre[None]]).astype(np.float32)
    normals = np.broadcast_to((-normal if reverse else normal).astype(np.float32), placed.shape)
    return Mesh(placed, normals, laid.astype(np.float32), without_slivers(placed, faces))


def bezier(control_m: F64, count: int) -> F64:
    """Return (count, 3) points of a cubic Bezier curve, evenly spaced in its parameter.

    Parameters
    ----------
    control_m : (4, 3) float64
    """
    t = np.linspace(0.0, 1.0, count)[:, None]
    weights = np.concatenate([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3], axis=1)
    return weights @ np.asarray(control_m, dtype=np.float64)


def extrude(
    polygon_m: F64,
    height_m: float,
    *,
    crease_deg: float = 30.0,
    tile_m: float | None = None,
    uv_rect: UvRect = (0.0, 0.0, 1.0, 1.0),
) -> Mesh:
    """Return the closed prism over a simple polygon, from z = 0 to `height_m`.

    Parameters
    ----------
    polygon_m : (N, 2) float64
        Counter-clockwise, without holes, the first point not repeated.
    crease_deg : float
        Corners that turn by less are shaded smooth.
    tile_m : float or None
        Edge of a texture tile, metres; None lays the whole texture once around the sides.

    Raises
    ------
    ValueError
        The polygon crosses itself, has no area, or the height is not positive.
    """
    polygon = np.asarray(polygon_m, dtype=np.float64)
    if height_m <= 0:
        raise ValueError(f"an extrusion needs a positive height, not {height_m}")
    triangles = triangulate(polygon)
    edges = np.roll(polygon, -1, axis=0) - polygon
    length = np.linalg.norm(edges, axis=1)
    side = np.stack([edges[:, 1], -edges[:, 0]], axis=1) / length[:, None]
    turn = np.arccos(np.clip(np.einsum("ij,ij->i", side, np.roll(side, 1, axis=0)), -1, 1))
    is_soft = turn < np.radians(crease_deg)
    weighted = side * length[:, None]
    mean = weighted + np.roll(weighted, 1, axis=0)
    mean /= np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-300)
    first = np.where(is_soft[:, None], mean, side)
    second = np.roll(np.where(is_soft[:, None], mean, np.roll(side, 1, axis=0)), -1, axis=0)

    count = len(polygon)
    xy = np.stack([polygon, np.roll(polygon, -1, axis=0)], axis=1).reshape(-1, 2)
    n2 = np.stack([first, second], axis=1).reshape(-1, 2)
    total = float(length.sum())
    distance = np.concatenate([[0.0], np.cumsum(length)])
    u = np.stack([distance[:-1], distance[1:]], axis=1).reshape(-1) / total
    repeats = max(1, round(total / tile_m)) if tile_m else 1
    top = height_m * repeats / total if tile_m else 1.0
    u0, v0, u1, v1 = (0.0, 0.0, 1.0, 1.0) if tile_m else uv_rect
    walls = []
    for z, v in ((0.0, 0.0), (height_m, top)):
        walls.append(
            (
                np.concatenate([xy, np.full((2 * count, 1), z)], axis=1),
                np.stack([u0 + u * repeats * (u1 - u0), np.full(2 * count, v0 + v * (v1 - v0))], axis=1),
            )
        )
    a = np.arange(count) * 2
    quads = np.stack([a, a + 1, a + 1 + 2 * count, a, a + 1 + 2 * count, a + 2 * count], axis=1).reshape(-1, 3)
    normals = np.concatenate([n2, np.zeros((2 * count, 1))], axis=1)
    body = Mesh(
        np.concatenate([w[0] for w in walls]).astype(np.float32),
        np.concatenate([normals, normals]).astype(np.float32),
        np.concatenate([w[1] for w in walls]).astype(np.float32),
        quads.astype(np.uint32),
    )
    ends = [_polygon_end(polygon, triangles, z, up, tile_m, uv_rect) for z, up in ((0.0, False), (height_m, True))]
    return merge([body, *ends])


def _polygon_end(polygon: F64, triangles: U32, z: float, up: bool, tile_m: float | None, rect: UvRect) -> Mesh:
    facing = 1.0 if up else -1.0
    laid = polygon * (facing, 1.0)
    if tile_m:
        uv = laid / tile_m
    else:
        uv = (laid - laid.min(axis=0)) / np.ptp(laid, axis=0) * (rect[2] - rect[0], rect[3] - rect[1]) + rect[:2]
    positions = np.concatenate([polygon, np.full((len(polygon), 1), z)], axis=1).astype(np.float32)
    normals = np.broadcast_to(np.array([0.0, 0.0, facing], dtype=np.float32), positions.shape)
    return Mesh(positions, normals, uv.astype(np.float32), triangles if up else triangles[:, ::-1])


def triangulate(polygon: F64) -> U32:
    """Return (N - 2, 3) uint32 triangles of a simple counter-clockwise polygon, by cutting ears.

    Raises
    ------
    ValueError
        Fewer than three points, clockwise, no area, crossing or touching itself.
    """
    points = np.asarray(polygon, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
        raise ValueError(f"a polygon needs (N, 2) points, N >= 3, not {points.shape}")
    x, y = points.T
    if float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) <= 0:
        raise ValueError("a polygon must run counter-clockwise and have an area")
    if _crosses_itself(points):
        raise ValueError("the polygon crosses itself")
    left = list(range(len(points)))
    out: list[tuple[int, int, int]] = []
    while len(left) > 3:
        ear = _find_ear(points, left)
        if ear is None:
            raise ValueError("the polygon touches itself")
        out.append((left[ear - 1], left[ear], left[(ear + 1) % len(left)]))
        del left[ear]
    out.append((left[0], left[1], left[2]))
    return np.array(out, dtype=np.uint32)


def _crosses_itself(points: F64) -> bool:
    """Return whether two edges of a closed polygon cross at an inner point of both."""
    start, finish = points, np.roll(points, -1, axis=0)

    def side(a: F64, b: F64, c: F64) -> F64:
        out: F64 = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
        return out

    a, b, c, d = start[:, None], finish[:, None], start[None], finish[None]
    apart = (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)
    return bool(apart.any())


def _find_ear(points: F64, left: list[int]) -> int | None:
    ring = points[left]
    before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
    cross = (ring[:, 0] - before[:, 0]) * (after[:, 1] - ring[:, 1]) - (ring[:, 1] - before[:, 1]) * (
        after[:, 0] - ring[:, 0]
    )
    # Blunt ears first: they leave fewer slivers.
    for i in np.argsort(-cross, kind="stable"):
        if cross[i] <= 0:
            return None
        a, b, c = before[i], ring[i], after[i]
        inside = np.ones(len(ring), dtype=np.bool_)
        for p, q in ((a, b), (b, c), (c, a)):
            inside &= (q[0] - p[0]) * (ring[:, 1] - p[1]) - (q[1] - p[1]) * (ring[:, 0] - p[0]) >= 0
        corner = (ring == a).all(axis=1) | (ring == b).all(axis=1) | (ring == c).all(axis=1)
        if not (inside & ~corner).any():
            return int(i)
    return None


def rounded_rectangle(size_x_m: float, size_y_m: float, radius_m: float, steps: int) -> F64:
    """Return (4 * (steps + 1), 2) points of a centred rectangle with round corners, counter-clockwise.

    Raises
    ------
    ValueError
        The radius is larger than half the smaller side.
    """
    if not 0 <= radius_m <= min(size_x_m, size_y_m) / 2:
        raise ValueError(f"a rectangle of {size_x_m} x {size_y_m} m cannot carry corners of {radius_m} m")
    angle = np.linspace(0, np.pi / 2, steps + 1)
    inner = np.array([size_x_m, size_y_m]) / 2 - radius_m
    quarters = []
    for turn, signs in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        a = angle + turn * np.pi / 2
        quarters.append(inner * signs + radius_m * np.stack([np.cos(a), np.sin(a)], axis=1))
    return np.concatenate(quarters)
