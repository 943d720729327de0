"""What lies on tilled soil: clods, stones and straw, each a small closed body sunk into a height field.

Bodies are copies of a few shapes, turned and sized by keyed numbers; none is drawn from a shared generator.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from myriorama.plugins.api import Mesh
from myriorama.plugins.generators._terrain import Terrain
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.measure import with_normals
from myriorama.scenes.geometry.vectors import cross
from myriorama.scenes.materials.noise import uniforms

SHAPES: Final = 12
_STRAW_STATIONS: Final = 4
_ROUND_FROM_M: Final = 0.011
"""Smaller clods are told by 20 faces, larger ones by 80."""


@lru_cache(maxsize=4)
def _ball(fine: bool) -> tuple[F64, np.ndarray]:
    """Return the unit icosahedron, or its first subdivision: vertices and faces."""
    golden = (1 + 5**0.5) / 2
    corners = np.array([(0, a, b) for a in (-1.0, 1.0) for b in (-golden, golden)])
    vertices = np.concatenate([np.roll(corners, k, axis=1) for k in range(3)])
    vertices /= np.linalg.norm(vertices[0])
    near = np.linalg.norm(vertices[:, None] - vertices, axis=2) < 1.1
    faces = [
        (i, j, k)
        for i in range(12)
        for j in range(i + 1, 12)
        for k in range(j + 1, 12)
        if near[i, j] and near[j, k] and near[i, k]
    ]
    turned = [f if np.linalg.det(vertices[list(f)]) > 0 else f[::-1] for f in faces]
    if not fine:
        return vertices, np.array(turned)
    points = [tuple(v) for v in vertices]
    index: dict[tuple[int, int], int] = {}

    def middle(a: int, b: int) -> int:
        key = (min(a, b), max(a, b))
        if key not in index:
            half = vertices[a] + vertices[b]
            index[key] = len(points)
            points.append(tuple(half / np.linalg.norm(half)))
        return index[key]

    split = []
    for a, b, c in turned:
        ab, bc, ca = middle(a, b), middle(b, c), middle(c, a)
        split += [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
    return np.array(points), np.array(split)


@lru_cache(maxsize=64)
def _lump(number: int, fine: bool, jagged: float) -> Mesh:
    """Return one of the shapes: a ball, dented."""
    vertices, faces = _ball(fine)
    u = uniforms(f"lump {fine} {jagged}", number, 12 * 4).reshape(12, 4)
    axes = u[:, :3] - 0.5
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    # A lump is what many planes leave of a ball: faces as of broken soil, not waves.
    cut = (1.0 - jagged * (0.25 + 0.75 * u[:, 3])) / np.maximum(vertices @ axes.T, 1e-6)
    radius = np.minimum(np.where(vertices @ axes.T > 0.2, cut, 2.0).min(axis=1), 1.0)
    return with_normals(vertices * radius[:, None], vertices[:, :2], faces.astype(np.uint32), 38.0)


def lumps(
    name: str,
    seed: int,
    count: int,
    size_m: float,
    ground: Terrain,
    level_m: float,
    *,
    jagged: float,
    flat: float,
    sunk: float,
    loose_only: bool,
) -> Mesh | None:
    """Return lumps lying about; None where there are none.

    Parameters
    ----------
    size_m : float
        Median diameter; one in ten is about twice that (aggregate sizes are log-normal: W. R. Gardner, Soil Science
        Society of America Proceedings 20, 1956).
    jagged : float
        How much the planes cut away, 0 to 1.
    flat : float
        Height over width.
    sunk : float
        Share of the height under the surface.
    loose_only : bool
        None lies where a wheel has pressed.
    """
    u = uniforms(f"{name} places", seed, count * 8).reshape(8, count)
    spread = np.sqrt(-2 * np.log(np.maximum(u[0], 1e-9))) * np.cos(2 * np.pi * u[1])
    radius = 0.5 * size_m * np.exp(0.5 * np.clip(spread, -2.0, 2.0))
    half_x, half_y = np.ptp(ground.x_m) / 2, np.ptp(ground.y_m) / 2
    # A lump stays on the patch, whole.
    x, y = (u[2] * 2 - 1) * (half_x - radius), (u[3] * 2 - 1) * (half_y - radius)
    keep = (radius < 0.4 * min(half_x, half_y)) & ~(loose_only & (ground.at(x, y, ground.pressed) > 0.4))
    if not keep.any():
        return None
    radius, x, y, u = radius[keep], x[keep], y[keep], u[:, keep]
    z = ground.at(x, y) + level_m + radius * flat * (1 - 2 * sunk)
    shape = np.minimum((u[4] * SHAPES).astype(np.int64), SHAPES - 1) + SHAPES * (radius > _ROUND_FROM_M)
    parts = []
    for number in np.unique(shape):
        mesh = _lump(int(number) % SHAPES, bool(number >= SHAPES), jagged)
        here = shape == number
        turn = 2 * np.pi * u[5, here]
        stretch = 0.75 + 0.5 * u[6, here]
        wide = np.stack([radius[here] * stretch, radius[here] / stretch, radius[here] * flat], axis=1)
        parts.append(_copies(mesh, np.stack([x[here], y[here], z[here]], axis=1), wide, turn, ground))
    return _joined(parts)


def _copies(mesh: Mesh, at_m: F64, wide_m: F64, turn: F64, ground: Terrain) -> tuple[F64, F64, F64, np.ndarray]:
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]

    def turned(v: F64) -> F64:
        return np.stack([cos * v[..., 0] - sin * v[..., 1], sin * v[..., 0] + cos * v[..., 1], v[..., 2]], axis=2)

    points = turned(mesh.positions.astype(np.float64)[None] * wide_m[:, None]) + at_m[:, None]
    normals = turned(mesh.normals.astype(np.float64)[None] / wide_m[:, None])
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    # The picture beneath, drawn on over the steep sides: a lump has the colour of the soil that it lies on.
    uv = ground.uv(points[..., 0], points[..., 1]) + points[..., 2:] * (0.62, 0.58)
    faces = mesh.faces.astype(np.int64)[None] + (np.arange(len(at_m)) * len(mesh.positions))[:, None, None]
    return points.reshape(-1, 3), normals.reshape(-1, 3), uv.reshape(-1, 2), faces.reshape(-1, 3)


def _joined(parts: list[tuple[F64, F64, F64, np.ndarray]]) -> Mesh:
    starts = np.cumsum([0] + [len(p[0]) for p in parts[:-1]])
    return Mesh(
        np.concatenate([p[0] for p in parts]).astype(np.float32),
        np.concatenate([p[1] for p in parts]).astype(np.float32),
        np.concatenate([p[2] for p in parts]).astype(np.float32),
        np.concatenate([p[3] + start for p, start in zip(parts, starts, strict=True)]).astype(np.uint32),
    )


def straw(seed: int, count: int, ground: Terrain, level_m: float) -> Mesh | None:
    """Return bits of straw that lie on the surface as it goes, each a bent rod of square section."""
    if count == 0:
        return None
    u = uniforms("straw", seed, count * 6).reshape(6, count)
    length = 0.02 + 0.10 * u[0] ** 2
    half = (0.0009 + 0.0011 * u[1])[:, None]
    heading = 2 * np.pi * u[2]
    room_x, room_y = np.ptp(ground.x_m) / 2 - 0.07, np.ptp(ground.y_m) / 2 - 0.07
    x0, y0 = (u[3] * 2 - 1) * room_x, (u[4] * 2 - 1) * room_y
    t = np.linspace(-0.5, 0.5, _STRAW_STATIONS)
    bend = (u[5] - 0.5)[:, None] * 0.5 * t * t
    along = length[:, None] * t
    aside = length[:, None] * bend
    cos, sin = np.cos(heading)[:, None], np.sin(heading)[:, None]
    x, y = x0[:, None] + cos * along - sin * aside, y0[:, None] + sin * along + cos * aside
    ground_z = ground.at(x, y) + level_m
    # A stalk is stiff: it rests on the higher places and bridges the hollows.
    chord = ground_z[:, :1] + (ground_z[:, -1:] - ground_z[:, :1]) * (t + 0.5)
    z = np.maximum(chord, 0.35 * chord + 0.65 * ground_z) + half
    line = np.stack([x, y, z], axis=2)
    tangent = np.gradient(line, axis=1)
    tangent /= np.linalg.norm(tangent, axis=2, keepdims=True)
    side = np.stack([-tangent[..., 1], tangent[..., 0], np.zeros_like(x)], axis=2)
    side /= np.maximum(np.linalg.norm(side, axis=2, keepdims=True), 1e-9)
    up = cross(tangent, side)
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    ring = np.stack([line + half[..., None] * (a * side + b * up) for a, b in corners], axis=2)
    outward = np.stack([(a * side + b * up) / np.sqrt(2) for a, b in corners], axis=2)
    # The ends have vertices of their own, which look along the stalk.
    ring = np.concatenate([ring, ring[:, :1], ring[:, -1:]], axis=1)
    ends = np.stack([-tangent[:, :1], tangent[:, -1:]], axis=1) + np.zeros((1, 1, 4, 1))
    outward = np.concatenate([outward, ends], axis=1)
    per = (_STRAW_STATIONS + 2) * 4
    faces = []
    for station in range(_STRAW_STATIONS - 1):
        for k in range(4):
            a, b = station * 4 + k, station * 4 + (k + 1) % 4
            faces += [(a, b + 4, a + 4), (a, b, b + 4)]
    first, last = per - 8, per - 4
    faces += [(first, first + 2, first + 1), (first, first + 3, first + 2)]
    faces += [(last, last + 1, last + 2), (last, last + 2, last + 3)]
    every = np.array(faces)[None] + (np.arange(count) * per)[:, None, None]
    along_uv = np.concatenate([t, t[:1], t[-1:]]) * 0.4 + 0.5
    # v runs along the stalk, so that its fibres do.
    uv = np.stack(np.broadcast_arrays(np.array([0.1, 0.3, 0.5, 0.7]), along_uv[:, None]), axis=2)
    return Mesh(
        ring.reshape(-1, 3).astype(np.float32),
        outward.reshape(-1, 3).astype(np.float32),
        np.broadcast_to(uv, (count, *uv.shape)).reshape(-1, 2).astype(np.float32),
        every.reshape(-1, 3).astype(np.uint32),
    )
