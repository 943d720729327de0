"""Boxes with rounded edges, flat plates, and spheres of even triangles.

Rounded edges share their rings with the flats, so a box is closed to the bit; a bevel over half the
smallest side is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.combine import merge, without_slivers
from myriorama.scenes.geometry.lathe import UvRect, grid_faces
from myriorama.scenes.geometry.mesh import Mesh

# Per face +x -x +y -y +z -z: the axis and sign of its normal, of its right, and of its up, seen from outside.
FACE_AXES = (
    ((0, 1), (1, 1), (2, 1)),
    ((0, -1), (1, -1), (2, 1)),
    ((1, 1), (0, -1), (2, 1)),
    ((1, -1), (0, 1), (2, 1)),
    ((2, 1), (0, 1), (1, 1)),
    ((2, -1), (0, -1), (1, 1)),
)


def even_stops(half: float, count: int) -> F64:
    """Return (count + 1,) evenly spaced numbers from -half to half, mirrored to the bit."""
    stops = np.linspace(-half, half, count + 1)
    mirrored: F64 = (stops - stops[::-1]) / 2
    return mirrored


def _stops(half: float, bevel: float, steps: int, flats: int) -> tuple[F64, F64]:
    """Return, along one axis of a face, the inner coordinate and the tangent of the angle of each grid line."""
    if bevel == 0:
        return even_stops(half, flats), np.zeros(flats + 1)
    tangent = np.tan(np.arange(steps + 1) * (np.pi / 4 / steps))
    tangent[-1] = 1.0
    flat = even_stops(half - bevel, flats)[1:-1]
    inner = np.concatenate([np.full(steps + 1, -(half - bevel)), flat, np.full(steps + 1, half - bevel)])
    tilt = np.concatenate([-tangent[::-1], np.zeros(flats - 1), tangent])
    return inner, tilt


def box(
    size_m: tuple[float, float, float],
    *,
    bevel_m: float = 0.0,
    bevel_steps: int = 2,
    flats: int = 1,
    tile_m: float | None = None,
    uv_rects: Sequence[UvRect] | None = None,
) -> Mesh:
    """Return a closed box, centred on the origin.

    Faces come in the order +x, -x, +y, -y, +z, -z. On the sides the texture stands upright; the top is read from
    -y, the bottom as after rolling the box over its x axis by a half turn about y.

    Parameters
    ----------
    size_m : (x, y, z)
        Outer size, metres.
    bevel_m : float
        Radius of the edges; at most half the smallest size.
    bevel_steps : int
        Segments of an eighth turn: an edge has twice as many.
    flats : int
        Subdivisions of each flat.
    tile_m : float or None
        Edge of a texture tile, metres, each face centred; None lays the whole texture once on every face.
    uv_rects : six (u0, v0, u1, v1) or None
        Rectangles of an atlas, one per face; excludes `tile_m`.

    Raises
    ------
    ValueError
        A size is not positive or the bevel does not fit.
    """
    half = np.asarray(size_m, dtype=np.float64) / 2
    if (half <= 0).any():
        raise ValueError(f"a box needs positive sizes, not {size_m}")
    if not 0 <= bevel_m <= float(half.min()) * (1 + 1e-9):
        raise ValueError(f"a box of {size_m} m cannot carry a bevel of {bevel_m} m")
    bevel = min(float(bevel_m), float(half.min()))
    stops = [_stops(float(h), bevel, bevel_steps, flats) for h in half]
    out = []
    for number, ((n_axis, n_sign), (u_axis, u_sign), (v_axis, v_sign)) in enumerate(FACE_AXES):
        (u_inner, u_tilt), (v_inner, v_tilt) = stops[u_axis], stops[v_axis]
        rows, columns = len(v_inner), len(u_inner)
        direction = np.empty((rows, columns, 3))
        inner = np.empty((rows, columns, 3))
        direction[..., n_axis] = n_sign
        direction[..., u_axis] = u_tilt * u_sign
        direction[..., v_axis] = (v_tilt * v_sign)[:, None]
        inner[..., n_axis] = n_sign * (half[n_axis] - bevel)
        inner[..., u_axis] = u_inner * u_sign
        inner[..., v_axis] = (v_inner * v_sign)[:, None]
        # Summed in sorted order, so that two faces get the same bits for the ring they share.
        length = np.sqrt(np.sort(direction * direction, axis=2).sum(axis=2, keepdims=True))
        normals = direction / length
        positions = inner + bevel * normals
        size_u, size_v = 2 * half[u_axis], 2 * half[v_axis]
        u = u_inner / size_u + 0.5 + bevel * np.arctan(u_tilt) * (4 / np.pi) / size_u
        v = v_inner / size_v + 0.5 + bevel * np.arctan(v_tilt) * (4 / np.pi) / size_v
        uv = np.stack(np.broadcast_arrays(u, v[:, None]), axis=2)
        if tile_m is not None:
            uv = (uv - 0.5) * (np.array([size_u, size_v]) / tile_m) + 0.5
        elif uv_rects is not None:
            u0, v0, u1, v1 = uv_rects[number]
            uv = uv * (u1 - u0, v1 - v0) + (u0, v0)
        placed = positions.reshape(-1, 3).astype(np.float32)
        out.append(
            Mesh(
                placed,
                normals.reshape(-1, 3).astype(np.float32),
                uv.reshape(-1, 2).astype(np.float32),
                without_slivers(placed, grid_faces(rows, columns)),
            )
        )
    return merge(out)


def plane(size_x_m: float, size_y_m: float, *, flats: int = 1, tile_m: float | None = None) -> Mesh:
    """Return an open flat plate at z = 0, centred, facing up; `flats` squares along each side.

    Raises
    ------
    ValueError
        A size is not positive.
    """
    if size_x_m <= 0 or size_y_m <= 0 or flats < 1:
        raise ValueError(f"a plane needs positive sizes, not {size_x_m}, {size_y_m}, {flats}")
    share = np.linspace(0.0, 1.0, flats + 1)
    uv = np.stack(np.broadcast_arrays(share, share[:, None]), axis=2).reshape(-1, 2)
    positions = np.concatenate([(uv - 0.5) * (size_x_m, size_y_m), np.zeros((len(uv), 1))], axis=1)
    if tile_m is not None:
        uv = positions[:, :2] / tile_m + 0.5
    normals = np.broadcast_to(np.array([0.0, 0.0, 1.0], dtype=np.float32), positions.shape)
    return Mesh(positions.astype(np.float32), normals, uv.astype(np.float32), grid_faces(flats + 1, flats + 1))


def icosphere(radius_m: float, subdivisions: int) -> Mesh:
    """Return a sphere of nearly even triangles, 20 * 4**subdivisions of them, centred.

    Texture coordinates are longitude and latitude; vertices on the seam and at the poles are split.

    Raises
    ------
    ValueError
        `subdivisions` is not in 0..6.
    """
    if not 0 <= subdivisions <= 6:
        raise ValueError(f"an icosphere takes 0 to 6 subdivisions, not {subdivisions}")
    golden = (1 + np.sqrt(5)) / 2
    ring = np.array([[s, t * golden] for s in (-1, 1) for t in (-1, 1)])
    zero = np.zeros((4, 1))
    units = np.concatenate(
        [np.hstack([zero, ring]), np.hstack([ring, zero]), np.hstack([ring[:, 1:], zero, ring[:, :1]])]
    )
    units /= np.linalg.norm(units[0])
    faces = _hull_of_icosahedron(units)
    for _ in range(subdivisions):
        edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
        unique, index = np.unique(edges, axis=0, return_inverse=True)
        middle = units[unique[:, 0]] + units[unique[:, 1]]
        ab, bc, ca = index.reshape(3, -1) + len(units)
        units = np.concatenate([units, middle / np.linalg.norm(middle, axis=1, keepdims=True)])
        a, b, c = faces.T
        faces = np.concatenate([np.stack(t, axis=1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
    return _with_longitudes(units, faces, radius_m)


def _hull_of_icosahedron(units: F64) -> np.ndarray:
    """Return the 20 faces: triples of mutually nearest vertices, wound outwards."""
    near = units @ units.T > 0.4
    triples = [
        (a, b, c)
        for a in range(12)
        for b in range(a + 1, 12)
        for c in range(b + 1, 12)
        if near[a, b] and near[b, c] and near[a, c]
    ]
    faces = np.array(triples)
    outward = np.einsum("ij,ij->i", np.cross(units[faces[:, 0]], units[faces[:, 1]]), units[faces[:, 2]]) > 0
    faces[~outward] = faces[~outward][:, ::-1]
    return faces


def _with_longitudes(units: F64, faces: np.ndarray, radius_m: float) -> Mesh:
    corners = faces.reshape(-1)
    u = (np.arctan2(units[:, 1], units[:, 0]) / (2 * np.pi))[corners].reshape(-1, 3)
    v = np.arcsin(np.clip(units[:, 2], -1, 1))[corners] / np.pi + 0.5
    pole = (np.hypot(units[:, 0], units[:, 1]) < 1e-9)[corners].reshape(-1, 3)
    u = np.where(np.ptp(u, axis=1, keepdims=True) > 0.5, np.mod(u, 1.0), u)
    others = np.where(pole, 0.0, u).sum(axis=1, keepdims=True) / np.maximum((~pole).sum(axis=1, keepdims=True), 1)
    u = np.where(pole, others, u).reshape(-1)
    rows = np.stack([corners.astype(np.float64), np.round(u, 9)], axis=1) + 0.0
    _, first, index = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    normals = units[corners[first]]
    uv = np.stack([u[first], v[first]], axis=1)
    return Mesh(
        (normals * radius_m).astype(np.float32),
        normals.astype(np.float32),
        uv.astype(np.float32),
        index.reshape(-1, 3).astype(np.uint32),
    )
