"""A leaf as a bent sheet: a flat outline laid along a midrib that rises, arches, and comes to lie on the soil.

Sheets have no thickness; they are drawn from both sides. Nothing of a leaf goes below z = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from myriorama.plugins.generators._plants.outline import Outline
from myriorama.scenes.conventions import F64, U32
from myriorama.scenes.geometry.combine import without_slivers
from myriorama.scenes.geometry.lathe import grid_faces
from myriorama.scenes.geometry.measure import face_vectors
from myriorama.scenes.geometry.mesh import Mesh

BLADE_V = 0.86
"""The blade's texture ends here; above lie the bands of petioles and of dead tissue."""
PETIOLE_V = 0.91
STATIONS = 24
PETIOLE_SIDES = 6


@dataclass(frozen=True)
class LeafForm:
    """How a leaf stands.

    Attributes
    ----------
    blade_m, half_width_m, petiole_m : float
        Sizes; the petiole may be 0.
    azimuth_rad : float
        Where it points, counter-clockwise from +X.
    radius_m, height_m : float
        Where it leaves the stem: distance from the axis, height over the soil.
    rise_deg : float
        Angle over the horizon at its base.
    droop_deg : float
        By how much it has turned downwards at its tip.
    arch : float
        Where it turns: 1 evenly, 2 more towards the tip, below 1 at its base.
    fold_deg, base_fold_deg : float
        Angle of each half over flat, along the blade and at its base.
    cup : float
        How far the margins bend up, as a share of half the width.
    wave, waves, phase : float
        Ruffle of the margin: height as a share of half the width, count over the blade, start in turns.
    twist_deg, sweep : float
        Turn about the midrib, and sideways bend as a share of the length, at the tip.
    petiole_radius_m : float
        Of the petiole; 0 leaves petiole and raised midrib out.
    aside_m : (x, y)
        Where the stem's axis stands there, off the plant's.
    clearance_m : float
        How far over the soil a leaf lies that reaches it.
    """

    blade_m: float
    half_width_m: float
    azimuth_rad: float
    radius_m: float
    height_m: float
    rise_deg: float
    droop_deg: float
    petiole_m: float = 0.0
    arch: float = 1.5
    fold_deg: float = 10.0
    base_fold_deg: float = 10.0
    cup: float = 0.0
    wave: float = 0.0
    waves: float = 3.0
    phase: float = 0.0
    twist_deg: float = 0.0
    sweep: float = 0.0
    petiole_radius_m: float = 0.0
    aside_m: tuple[float, float] = (0.0, 0.0)
    clearance_m: float = 0.0012

    @property
    def length_m(self) -> float:
        """Petiole and blade."""
        return self.petiole_m + self.blade_m


@dataclass(frozen=True, eq=False)
class Sheet:
    """Triangles of a leaf before it becomes a mesh.

    Attributes
    ----------
    positions : (V, 3) float64
        Metres, plant frame.
    flat : (V, 2) float64
        Metres along and across the leaf as it was before it was bent; across is signed.
    uv : (V, 2) float64
    faces : (F, 3) uint32
    """

    positions: F64
    flat: F64
    uv: F64
    faces: U32

    def mesh(self) -> Mesh:
        """Return the mesh, smooth all over, without faces and vertices that hold no area."""
        placed = self.positions.astype(np.float32)
        faces = without_slivers(placed, self.faces)
        vectors = face_vectors(placed, faces)
        faces = faces[np.einsum("ij,ij->i", vectors, vectors) > 1e-22]
        used, index = np.unique(faces, return_inverse=True)
        faces = index.reshape(-1, 3).astype(np.uint32)
        placed, uv = placed[used], self.uv[used].astype(np.float32)
        normals = smooth_normals(placed, faces)
        vectors = face_vectors(placed, faces)
        astray = np.einsum("ij,ij->i", vectors, normals[faces].sum(axis=1)) <= 0
        if astray.any():
            # Where a sheet creases sharply a face may turn away from its corners' mean: it keeps its own normal.
            corners = faces[astray].reshape(-1)
            own = vectors[astray] / np.linalg.norm(vectors[astray], axis=1, keepdims=True)
            faces = faces.copy()
            faces[astray] = len(placed) + np.arange(len(corners), dtype=np.uint32).reshape(-1, 3)
            placed, uv = np.concatenate([placed, placed[corners]]), np.concatenate([uv, uv[corners]])
            normals = np.concatenate([normals, np.repeat(own, 3, axis=0).astype(np.float32)])
            used, index = np.unique(faces, return_inverse=True)
            faces = index.reshape(-1, 3).astype(np.uint32)
            placed, uv, normals = placed[used], uv[used], normals[used]
        return Mesh(placed, normals, uv, faces)


def smooth_normals(positions: np.ndarray, faces: U32) -> np.ndarray:
    """Return (V, 3) float32: the mean of each vertex's faces, weighted by area."""
    vectors = np.repeat(face_vectors(positions, faces), 3, axis=0)
    corners = faces.reshape(-1)
    total = np.stack([np.bincount(corners, vectors[:, k], len(positions)) for k in range(3)], axis=1)
    size = np.linalg.norm(total, axis=1, keepdims=True)
    flat = size[:, 0] < 1e-12 * np.maximum(size.max(), 1e-30)
    total[flat] = (0.0, 0.0, 1.0)
    size[flat] = 1.0
    return np.asarray(total / size, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Spine:
    """The midrib in its upright plane, by distance along it: (N,) float64 metres, angle over the horizon in rad."""

    along: F64
    r: F64
    z: F64
    angle: F64

    def at(self, along: F64) -> tuple[F64, F64, F64]:
        """Return r, z and angle at distances along the midrib, shapes as given."""
        return (
            np.interp(along, self.along, self.r),
            np.interp(along, self.along, self.z),
            np.interp(along, self.along, self.angle),
        )


def spine(form: LeafForm) -> Spine:
    """Return the midrib: it turns down along its length, and lies flat where it would enter the soil."""
    share = np.linspace(0.0, 1.0, STATIONS)
    middle = (share[1:] + share[:-1]) / 2
    wanted = np.radians(np.clip(form.rise_deg - form.droop_deg * middle**form.arch, -86.0, 89.0))
    step = form.length_m / (STATIONS - 1)
    r, z = [form.radius_m], [max(form.height_m, form.clearance_m)]
    for angle in wanted:
        fall = max(float(np.sin(angle)) * step, form.clearance_m - z[-1])
        r.append(r[-1] + float(np.sqrt(max(step * step - fall * fall, 0.0))))
        z.append(z[-1] + fall)
    radial, height = np.array(r), np.array(z)
    angle = np.arctan2(np.gradient(height), np.gradient(radial))
    return Spine(share * form.length_m, radial, height, angle)


def leaf_sheet(outline: Outline, form: LeafForm, line: Spine, columns: int) -> Sheet:
    """Return the blade, bent.

    Parameters
    ----------
    line : Spine
        Of this form.
    columns : int
        Vertices across; odd, at least 3.
    """
    across = np.linspace(-1.0, 1.0, columns)
    side = (across > 0).astype(np.intp)
    reach = np.abs(across)
    foot = outline.foot[:, None]
    x = foot + (outline.forward[:, side] - foot) * reach
    # Forward teeth near the end may not overtake the tip.
    x = np.minimum(x, 1.0)
    y = across * outline.outward[:, side] * form.half_width_m
    along = form.petiole_m + form.blade_m * x
    share = np.broadcast_to(reach, x.shape)
    fold = np.radians(form.fold_deg + (form.base_fold_deg - form.fold_deg) * np.exp(-foot / 0.09))
    width = np.abs(y)
    lift = width * np.sin(fold) + form.cup * width * width / form.half_width_m
    ends = np.sin(np.pi * np.clip(0.06 + 0.94 * foot, 0.0, 1.0)) ** 0.7
    turn = 2 * np.pi * (form.waves * foot + form.phase) + np.where(side == 1, 1.9, 0.0)
    lift = lift + form.wave * form.half_width_m * share**2 * ends * np.sin(turn)
    aside = y * np.cos(fold)
    positions = bent(line, form, along, aside, lift, x)
    rows = len(outline.foot)
    # The texture ends a little inside its columns, so that no filter takes in the other margin.
    uv = np.stack(
        [np.broadcast_to(0.5 + 0.494 * across, x.shape), np.broadcast_to(0.004 + (BLADE_V - 0.01) * foot, x.shape)],
        axis=-1,
    )
    flat = np.stack([along, y], axis=-1)
    # Columns run to the left of the midrib seen from above, so the upper side is the front.
    faces = grid_faces(rows, columns)[:, ::-1]
    return Sheet(positions.reshape(-1, 3), flat.reshape(-1, 2), uv.reshape(-1, 2), np.ascontiguousarray(faces))


def petiole_sheet(form: LeafForm, line: Spine) -> Sheet | None:
    """Return the petiole and the midrib that stands out under the blade, or None where the leaf has neither."""
    if form.petiole_radius_m <= 0:
        return None
    whole = form.petiole_m + 0.6 * form.blade_m
    share = np.concatenate([np.linspace(0, 1, 5) * form.petiole_m / whole, np.linspace(0, 1, 5)[1:] ** 0.9])
    share[5:] = form.petiole_m / whole + (1 - form.petiole_m / whole) * share[5:]
    if form.petiole_m <= 0:
        share = np.linspace(0, 1, 6)
    radius = form.petiole_radius_m * np.where(
        share * whole <= form.petiole_m,
        1.25 - 0.4 * share * whole / max(form.petiole_m, 1e-9),
        0.85 * (1 - (share * whole - form.petiole_m) / (whole - form.petiole_m)) + 0.04,
    )
    turn = np.linspace(0.0, 2 * np.pi, PETIOLE_SIDES + 1) - np.pi / 2
    aside = radius[:, None] * np.cos(turn)
    lift = radius[:, None] * (0.8 * np.sin(turn) - 0.7)
    along = np.broadcast_to((share * whole)[:, None], aside.shape)
    blade = np.clip((along - form.petiole_m) / form.blade_m, 0.0, 1.0)
    positions = bent(line, form, along, aside, lift, blade)
    uv = np.stack(
        [np.broadcast_to(0.3 + 0.4 * (turn + np.pi / 2) / (2 * np.pi), aside.shape), np.full_like(aside, PETIOLE_V)],
        axis=-1,
    )
    flat = np.stack([along, aside], axis=-1)
    faces = grid_faces(len(share), PETIOLE_SIDES + 1)[:, ::-1]
    return Sheet(positions.reshape(-1, 3), flat.reshape(-1, 2), uv.reshape(-1, 2), np.ascontiguousarray(faces))


def joined(sheets: list[Sheet]) -> Sheet:
    """Return one sheet that holds all triangles."""
    if len(sheets) == 1:
        return sheets[0]
    starts = np.cumsum([0] + [len(s.positions) for s in sheets[:-1]])
    return Sheet(
        np.concatenate([s.positions for s in sheets]),
        np.concatenate([s.flat for s in sheets]),
        np.concatenate([s.uv for s in sheets]),
        np.concatenate([s.faces + np.uint32(n) for s, n in zip(sheets, starts, strict=True)]).astype(np.uint32),
    )


def tip_of(form: LeafForm, line: Spine) -> tuple[float, float, float]:
    """Return where the midrib ends, to the rounding of the mesh."""
    zero = np.zeros((1, 1))
    point = bent(line, form, zero + form.length_m, zero, zero, zero + 1.0)[0, 0].astype(np.float32)
    return float(point[0]), float(point[1]), float(point[2])


def bent(line: Spine, form: LeafForm, along: F64, aside: F64, lift: F64, blade: F64) -> F64:
    """Return (..., 3) places of points given along the midrib, aside of it and over it."""
    twist = np.radians(form.twist_deg) * blade**1.5
    aside, lift = aside * np.cos(twist) - lift * np.sin(twist), aside * np.sin(twist) + lift * np.cos(twist)
    r, z, angle = line.at(along)
    r = r - np.sin(angle) * lift
    z = z + np.cos(angle) * lift
    aside = aside + form.sweep * form.length_m * (along / form.length_m) ** 2
    # What would enter the soil is flattened onto it.
    floor = form.clearance_m
    z = np.where(z < floor, floor * np.exp((np.minimum(z, floor) - floor) / max(floor, 1e-9) * 0.35), z)
    cos, sin = np.cos(form.azimuth_rad), np.sin(form.azimuth_rad)
    x, y = form.aside_m
    return np.stack([x + r * cos - aside * sin, y + r * sin + aside * cos, z], axis=-1)
