"""A six-sided die: a rounded cube with pips sunk into its faces.

Opposite faces sum to seven; 1, 2 and 3 run counter-clockwise about their corner (right-handed). It only tells which
face lies on top; whether it lies flat is told by the tilt.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import Attribute, CollisionPiece, Generator, Keypoint, Mesh, ObjectModel, Part, Values
from myriorama.plugins.generators._declared import DETAIL, density, length, ratio
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.box import FACE_AXES, box, even_stops
from myriorama.scenes.geometry.combine import merge, moved
from myriorama.scenes.geometry.lathe import grid_faces
from myriorama.scenes.geometry.measure import signed_volume_m3
from myriorama.scenes.materials.finishes import plastic

# In the order of FACE_AXES: +x -x +y -y +z -z.
FACE_VALUES: Final = (2, 5, 3, 4, 1, 6)
# Pip cells (column, row) of a 3 x 3 grid, by value.
PIPS: Final[Mapping[int, tuple[tuple[int, int], ...]]] = MappingProxyType(
    {
        1: ((1, 1),),
        2: ((0, 2), (2, 0)),
        3: ((0, 2), (1, 1), (2, 0)),
        4: ((0, 0), (0, 2), (2, 0), (2, 2)),
        5: ((0, 0), (0, 2), (1, 1), (2, 0), (2, 2)),
        6: ((0, 0), (0, 1), (0, 2), (2, 0), (2, 1), (2, 2)),
    }
)


class Die(Generator):
    """A six-sided die with sunk pips."""

    name = "die"
    label = "Die"
    help = "A six-sided die with sunk pips; it tells which face lies on top."
    watertight = True
    parameters = (
        length("size_m", 0.016, 0.004, 0.5, "Edge of the cube."),
        ratio("roundness", 0.16, 0.06, 0.3, "Radius of the edges over the cube's edge."),
        ratio("pip_ratio", 0.66, 0.4, 0.85, "Diameter of a pip over the room that it has."),
        ratio("pip_depth", 0.35, 0.1, 0.8, "Depth of a pip over its radius."),
        density(1180.0, "plastic"),
        DETAIL,
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the die for these values, 1 on top."""
        size = float(values["size_m"])
        bevel = size * float(values["roundness"])
        detail = int(values["detail"])
        body, pips = _skin(size, bevel, float(values["pip_ratio"]), float(values["pip_depth"]), detail)
        mass = signed_volume_m3(merge([body, pips])) * float(values["density_kg_m3"])
        hull = moved(box((size, size, size), bevel_m=bevel, bevel_steps=1), 0.0, 0.0, size / 2)
        keypoints = tuple(
            Keypoint(f"face_{value}", _face_point(size, number, value, values)) for number, value in _faces_in_order()
        )
        return ObjectModel(
            parts=(Part("body", body, plastic("#f1ece0", 0.28)), Part("pips", pips, plastic("#16161a", 0.5))),
            keypoints=keypoints,
            attributes=MappingProxyType({"sides": 6, "mass_g": mass * 1e3}),
            collision=(CollisionPiece(np.unique(hull.positions, axis=0)),),
            mass_kg=mass,
            friction=0.35,
        )

    def observe(self, values: Values, world_from_object: F64) -> Mapping[str, Attribute]:
        """Return the value of the face on top, and how far that face is from level."""
        up = np.asarray(world_from_object, dtype=np.float64)[2, :3]
        up = up / np.linalg.norm(up)
        heights = [sign * up[axis] for (axis, sign), _, _ in FACE_AXES]
        top = int(np.argmax(heights))
        tilt = float(np.degrees(np.arccos(min(1.0, float(heights[top])))))
        return {"face_up": FACE_VALUES[top], "tilt_deg": tilt}


def _faces_in_order() -> list[tuple[int, int]]:
    return sorted(enumerate(FACE_VALUES), key=lambda pair: pair[1])


def _face_point(size: float, number: int, value: int, values: Values) -> tuple[float, float, float]:
    """Return the middle of a face; the bottom of the pip where one sits there."""
    (axis, sign), _, _ = FACE_AXES[number]
    depth = 0.0
    if (1, 1) in PIPS[value]:
        cell = size * (1 - 2 * float(values["roundness"])) / 3
        depth = float(values["pip_depth"]) * float(values["pip_ratio"]) * cell / 2
    point = [0.0, 0.0, size / 2]
    point[axis] += sign * (size / 2 - depth)
    return point[0], point[1], point[2]


def _skin(size: float, bevel: float, pip_ratio: float, pip_depth: float, detail: int) -> tuple[Mesh, Mesh]:
    """Return body and pips: two open meshes that close each other."""
    sides = 3 + detail // 3
    flats = 3 * sides
    steps = 1 + detail // 2
    shell = box((size, size, size), bevel_m=bevel, bevel_steps=steps, flats=flats)
    # Summed as the box does, so that the cells meet its edges to the bit.
    half = (size / 2 - bevel) + bevel
    flat = even_stops(size / 2 - bevel, flats)
    hole_cells, plain_cells, bowls = [], [], []
    for number, value in enumerate(FACE_VALUES):
        for column in range(3):
            for row in range(3):
                u = flat[column * sides : (column + 1) * sides + 1]
                v = flat[row * sides : (row + 1) * sides + 1]
                if (column, row) in PIPS[value]:
                    ring = _pip_rings(u, v, pip_ratio, pip_depth, 2 + detail // 2)
                    hole_cells.append(_on_face(ring[:2], number, half))
                    bowls.append(_on_face(ring[1:], number, half))
                else:
                    plain_cells.append(_plain_cell(u, v, number, half))
    kept = _without_flats(shell, 2 * steps + flats + 1, steps, flats)
    body = merge([kept, *plain_cells, *hole_cells])
    pips = merge(bowls)
    return moved(_textured(body, size), 0.0, 0.0, size / 2), moved(_textured(pips, size), 0.0, 0.0, size / 2)


def _without_flats(shell: Mesh, lines: int, steps: int, flats: int) -> Mesh:
    """Return the rounded cube without the flat middle of each face."""
    quads = grid_faces(lines, lines).reshape(lines - 1, lines - 1, 2, 3)
    hole = np.zeros((lines - 1, lines - 1), dtype=np.bool_)
    hole[steps : steps + flats, steps : steps + flats] = True
    rim = quads[~hole].reshape(-1, 3)
    faces = np.concatenate([rim + np.uint32(number * lines * lines) for number in range(6)])
    positions = shell.positions
    a, b, c = (positions[faces[:, k]] for k in range(3))
    whole = ~((a == b).all(axis=1) | (b == c).all(axis=1) | (c == a).all(axis=1))
    return Mesh(positions, shell.normals, shell.uv, faces[whole])


def _border(u: F64, v: F64) -> F64:
    """Return (4 * sides, 2) points around a cell, counter-clockwise from its lower left corner."""
    n = len(u) - 1
    return np.concatenate(
        [
            np.column_stack([u[:n], np.full(n, v[0])]),
            np.column_stack([np.full(n, u[n]), v[:n]]),
            np.column_stack([u[:0:-1], np.full(n, v[n])]),
            np.column_stack([np.full(n, u[0]), v[:0:-1]]),
        ]
    )


def _pip_rings(u: F64, v: F64, pip_ratio: float, pip_depth: float, rings: int) -> list[tuple[F64, F64]]:
    """Return (points (N, 3), normals (N, 3)) rings in face coordinates.

    First the cell's border, then the rim twice, with the face's normals and with the bowl's, then down to the bottom.
    """
    border = _border(u, v)
    centre = np.array([(u[0] + u[-1]) / 2, (v[0] + v[-1]) / 2])
    angle = np.arange(len(border)) * (2 * np.pi / len(border)) - 0.75 * np.pi
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    radius = (u[-1] - u[0]) / 2 * pip_ratio
    depth = pip_depth * radius
    # A spherical cap of this rim and depth.
    ball = (radius * radius + depth * depth) / (2 * depth)
    reach = float(np.arcsin(min(1.0, radius / ball)))
    up = np.tile([0.0, 0.0, 1.0], (len(border), 1))
    out = [(np.column_stack([border, np.zeros(len(border))]), up)]
    out.append((np.column_stack([centre + circle * radius, np.zeros(len(border))]), up))
    for tilt in np.linspace(reach, 0.0, rings + 1):
        wide, low = ball * np.sin(tilt), ball * (1 - np.cos(tilt)) - depth
        z = np.full(len(border), 0.0 if tilt == reach else low)
        normals = np.column_stack([-circle * np.sin(tilt), np.full(len(border), np.cos(tilt))])
        wide = radius if tilt == reach else wide
        out.append((np.column_stack([centre + circle * wide, z]), normals))
    return out


def _on_face(rings: list[tuple[F64, F64]], number: int, half: float) -> Mesh:
    """Return the strip between rings, laid on a face of the cube."""
    use = rings if len(rings) == 2 else rings[1:]
    points = np.stack([np.concatenate([p, p[:1]]) for p, _ in use])
    normals = np.stack([np.concatenate([n, n[:1]]) for _, n in use])
    rows, columns, _ = points.shape
    quads = grid_faces(rows, columns)
    return _lifted(points.reshape(-1, 3), normals.reshape(-1, 3), quads, number, half)


def _plain_cell(u: F64, v: F64, number: int, half: float) -> Mesh:
    border = _border(u, v)
    count = len(border)
    centre = np.array([[(u[0] + u[-1]) / 2, (v[0] + v[-1]) / 2]])
    points = np.column_stack([np.concatenate([border, centre]), np.zeros(count + 1)])
    a = np.arange(count)
    faces = np.stack([a, (a + 1) % count, np.full(count, count)], axis=1).astype(np.uint32)
    return _lifted(points, np.tile([0.0, 0.0, 1.0], (count + 1, 1)), faces, number, half)


def _lifted(points: F64, normals: F64, faces: np.ndarray, number: int, half: float) -> Mesh:
    """Turn face coordinates (right, up, out of the face) into the cube's."""
    (n_axis, n_sign), (u_axis, u_sign), (v_axis, v_sign) = FACE_AXES[number]
    placed, turned = np.empty_like(points), np.empty_like(normals)
    for out, given in ((placed, points), (turned, normals)):
        out[:, u_axis] = given[:, 0] * u_sign
        out[:, v_axis] = given[:, 1] * v_sign
        out[:, n_axis] = given[:, 2] * n_sign
    placed[:, n_axis] += n_sign * half
    positions = placed.astype(np.float32)
    a, b, c = (positions[faces[:, k]] for k in range(3))
    whole = ~((a == b).all(axis=1) | (b == c).all(axis=1) | (c == a).all(axis=1))
    flat = np.zeros((len(points), 2), dtype=np.float32)
    return Mesh(positions, turned.astype(np.float32), flat, faces[whole])


def _textured(mesh: Mesh, size: float) -> Mesh:
    """Return the mesh with each vertex laid out flat along the axis that its normal follows most."""
    axis = np.abs(mesh.normals).argmax(axis=1)
    sign = np.sign(mesh.normals[np.arange(len(axis)), axis])
    number = 2 * axis + (sign < 0)
    right = np.array([u for _, u, _ in FACE_AXES])[number]
    upward = np.array([v for _, _, v in FACE_AXES])[number]
    rows = np.arange(len(axis))
    u = mesh.positions[rows, right[:, 0]] * right[:, 1]
    v = mesh.positions[rows, upward[:, 0]] * upward[:, 1]
    uv = np.stack([u, v], axis=1) / size + 0.5
    return Mesh(mesh.positions, mesh.normals, uv.astype(np.float32), mesh.faces)
