"""In which turns an object can lie still on a flat support: those whose footing holds its centre of mass.

It drops nothing and knows no friction: a turn is stable or it is not, by its convex hull alone.
"""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from myriorama.scenes.assembly.model import ObjectModel
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.geometry.vectors import cross
from myriorama.scenes.placement.footprint import footprint_of_points, used_positions

COPLANAR: Final = 2e-6
"""Corners of the hull this near the support carry; a share of the object's largest extent."""

_rests: Final[WeakKeyDictionary[Mesh, dict[tuple[str, ...], F64]]] = WeakKeyDictionary()


def center_of_mass(model: ObjectModel) -> F64:
    """Return the middle of all parts' volume, (3,) float64 metres, object frame: parts weigh alike, solid.

    Signed tetrahedra to the middle of the bounds; where the parts enclose nothing, that middle itself.
    """
    origin = model.bounds.mean(axis=0)
    volume, moment = 0.0, np.zeros(3)
    for part in model.parts:
        corners = (part.mesh.positions.astype(np.float64) - origin)[part.mesh.faces]
        a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
        share = np.einsum("ij,ij->i", a, cross(b, c)) / 6.0
        volume += float(share.sum())
        moment += ((a + b + c) * (share / 4.0)[:, None]).sum(axis=0)
    size = float(np.prod(np.ptp(model.bounds, axis=0)))
    out: F64 = origin + (moment / volume if volume > 1e-6 * size else np.zeros(3))
    return out


def resting_rotations(model: ObjectModel) -> F64:
    """Return (K, 3, 3) float64 rotations in which the object rests, each with its own side down.

    A side of the convex hull is a footing if the centre of mass lies over its outline. Sides are in the order of their
    height of the centre of mass, lowest (most stable) first. There is at least one: the side nearest the centre.

    Parameters
    ----------
    model : ObjectModel
        Kept while its first mesh lives.
    """
    kept = _rests.setdefault(model.parts[0].mesh, {})
    rest = tuple(part.mesh.key for part in model.parts[1:])
    found = kept.get(rest)
    if found is None:
        found = kept[rest] = _resting(model)
    return found


def _resting(model: ObjectModel) -> F64:
    from scipy.spatial import ConvexHull  # heavy, and only needed once something has fallen

    points = np.unique(np.concatenate([used_positions(part.mesh) for part in model.parts]), axis=0)
    hull = ConvexHull(points)
    corners = points[hull.vertices]
    center = center_of_mass(model)
    slack = COPLANAR * float(np.ptp(corners, axis=0).max())
    planes = np.unique(np.round(hull.equations, 9), axis=0)
    heights = -(planes[:, :3] @ center + planes[:, 3])
    out: list[F64] = []
    taken: list[F64] = []
    for number in np.argsort(heights, kind="stable"):
        normal = planes[number, :3]
        if any(float(normal @ other) > 1 - 1e-7 for other in taken):
            continue
        rotation = _down(normal)
        turned = corners @ rotation.T
        low = turned[:, 2] <= turned[:, 2].min() + slack
        footing = footprint_of_points(turned[low])
        if len(footing.corners) > 2 and bool(footing.contains((rotation @ center)[None, :2])[0]):
            taken.append(normal)
            out.append(rotation)
    if not out:
        out.append(_down(planes[int(np.argmin(heights)), :3]))
    return np.stack(out)


def _down(normal: F64) -> F64:
    """Return the least rotation, (3, 3), that turns a direction straight down."""
    unit = normal / np.linalg.norm(normal)
    axis = np.cross(unit, (0.0, 0.0, -1.0))
    sine, cosine = float(np.linalg.norm(axis)), float(-unit[2])
    if sine < 1e-12:
        return np.eye(3) if cosine > 0 else np.diag([1.0, -1.0, -1.0])
    x, y, z = axis / sine
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    out: F64 = np.eye(3) + sine * skew + (1 - cosine) * (skew @ skew)
    return out
