"""Lamps and glowing triangles as one list of lights, and a list that picks strong ones more often.

Lamps are no bodies: they stand in no acceleration structure, hide nothing and are not seen by the camera.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.scenes.conventions import F32, F64, U32
from myriorama.scenes.lights import AreaLight, Light, PointLight, SpotLight, SunLight
from myriorama.scenes.rendering.pathtraced.geometry import Triangles
from myriorama.scenes.rendering.pathtraced.surfaces import Surfaces
from myriorama.scenes.rendering.pathtraced.surroundings import systematic
from myriorama.scenes.rendering.raster.lighting import unit

SUN, BALL, PANEL, FACE = 0, 1, 2, 3
PICKS: Final = 2**14
_EVEN_SHARE: Final = 0.3


@dataclass(frozen=True, eq=False)
class Lights:
    """K lamps, then the glowing faces.

    Attributes
    ----------
    rows : (L, 20) float32
        Position, radius (sun: sine of half its angle); direction, cosine of half the sun's angle; radiance, or for
        light without size irradiance (sun) or intensity (ball), and 1 where it casts shadows; right half axis (face:
        an edge), outer cosine; up half axis (face: the other edge), inner cosine.
    kinds : (L,) uint32
    faces : (L,) uint32
        The glowing face; 0 for lamps.
    chosen : (L, 2) float32
        The first of its places in `picks`, as a share, and how large a share it has.
    picks : (PICKS,) uint32
    share_of_face : (F,) float32 or (1,)
        Share of each face of the scene in `picks`; 0 for what does not glow or is not picked.
    lamps : int
        K.
    """

    rows: F32
    kinds: U32
    faces: U32
    chosen: F32
    picks: U32
    share_of_face: F32
    lamps: int

    @property
    def count(self) -> int:
        """Lamps and glowing faces."""
        return len(self.kinds) if self.lamps or len(self.share_of_face) > 1 else 0


def lights_of(lights: tuple[Light, ...], triangles: Triangles, surfaces: Surfaces) -> Lights:
    """Return the scene's lights; a lamp of no strength stays in the list and is never picked."""
    lamps = [_row(light, triangles.origin) for light in lights]
    glowing, edges, power = _glowing(triangles, surfaces)
    rows = np.zeros((max(len(lamps) + len(glowing), 1), 20), dtype=np.float32)
    kinds = np.full(len(rows), FACE, dtype=np.uint32)
    faces = np.zeros(len(rows), dtype=np.uint32)
    strength = np.zeros(len(rows))
    reach2 = _reach2(triangles)
    for k, (kind, row) in enumerate(lamps):
        rows[k], kinds[k] = row, kind
        strength[k] = _strength(kind, row, reach2)
    n = len(lamps)
    if len(glowing):
        rows[n:, 0:3], rows[n:, 12:15], rows[n:, 16:19] = edges
        faces[n:] = glowing
        middle = rows[n:, 0:3] + (rows[n:, 12:15] + rows[n:, 16:19]) / 3.0
        strength[n:] = power / np.maximum((middle.astype(np.float64) ** 2).sum(axis=1), reach2)
    lit = strength > 0
    if lit.any():
        groups = np.concatenate([np.arange(n), np.full(len(rows) - n, n)])
        even = lit / np.bincount(groups, weights=lit, minlength=n + 1)[groups].clip(1e-12)
        strength = (1 - _EVEN_SHARE) * strength / strength.sum() + _EVEN_SHARE * even / even.sum()
    times = systematic(strength, PICKS)
    first = np.concatenate([[0], np.cumsum(times)[:-1]])
    share_of_face = np.zeros(len(triangles.faces) if len(glowing) else 1, dtype=np.float32)
    if len(glowing):
        share_of_face[glowing] = times[n:] / PICKS
    return Lights(
        rows=rows,
        kinds=kinds,
        faces=faces,
        chosen=np.stack([first / PICKS, times / PICKS], axis=1).astype(np.float32),
        picks=np.repeat(np.arange(len(times), dtype=np.uint32), times),
        share_of_face=share_of_face,
        lamps=n,
    )


def _row(light: Light, origin: F64) -> tuple[int, F32]:
    row = np.zeros(20)
    row[11] = light.casts_shadow
    row[15], row[19] = -3.0, -2.0
    if isinstance(light, SunLight):
        half = np.radians(light.angular_diameter_deg) / 2
        row[4:7] = unit(light.direction)
        row[3], row[7] = np.sin(half), np.cos(half)
        size = np.pi * np.sin(half) ** 2
        row[8:11] = np.asarray(light.irradiance) / (size if size > 0 else 1.0)
        return SUN, row.astype(np.float32)
    row[0:3] = np.asarray(light.position) - origin
    if isinstance(light, AreaLight):
        ahead = unit(light.direction)
        up = np.asarray(light.up, dtype=np.float64)
        up = unit(up - ahead * (up @ ahead))
        row[4:7] = ahead
        row[8:11] = light.radiance
        row[12:15] = np.cross(ahead, up) * (light.width_m / 2)
        row[16:19] = up * (light.height_m / 2)
        return PANEL, row.astype(np.float32)
    assert isinstance(light, PointLight | SpotLight)
    row[3] = light.radius_m
    size = np.pi * light.radius_m**2
    row[8:11] = np.asarray(light.intensity) / (size if size > 0 else 1.0)
    row[6] = 1.0
    if isinstance(light, SpotLight):
        row[4:7] = unit(light.direction)
        outer, inner = np.cos(np.radians([light.outer_angle_deg, light.inner_angle_deg]))
        row[15], row[19] = outer, max(inner, outer + 1e-4)
    return BALL, row.astype(np.float32)


def _strength(kind: int, row: F32, reach2: float) -> float:
    """Return about what irradiance a lamp gives amid the scene."""
    light = float(row[8:11].astype(np.float64).max())
    if kind == SUN:
        return light * (np.pi * float(row[3]) ** 2 if row[3] > 0 else 1.0)
    away2 = max(float((row[0:3].astype(np.float64) ** 2).sum()), reach2)
    if kind == PANEL:
        return light * 4.0 * float(np.linalg.norm(row[12:15]) * np.linalg.norm(row[16:19])) / away2
    return light * (np.pi * float(row[3]) ** 2 if row[3] > 0 else 1.0) / away2


def _glowing(triangles: Triangles, surfaces: Surfaces) -> tuple[U32, tuple[F32, F32, F32], F64]:
    """Return the faces that glow, their corner and two edges, and radiance times area of each."""
    nothing = np.zeros((0, 3), dtype=np.float32)
    if not surfaces.glowing:
        return np.zeros(0, dtype=np.uint32), (nothing, nothing, nothing), np.zeros(0)
    radiance = surfaces.numbers[:, 8:11].astype(np.float64)
    for m, texture in enumerate(surfaces.words[:, 3]):
        if texture:
            first, width, height, _ = (int(v) for v in surfaces.textures[texture])
            texels = surfaces.texels[first : first + width * height, :3]
            radiance[m] *= texels[:: max(1, len(texels) // 65536)].mean(axis=0, dtype=np.float64)
    of_face = radiance.max(axis=1)[triangles.material_of_part][triangles.part_of_face]
    found = np.flatnonzero(of_face > 0)
    corners = triangles.positions[triangles.faces[found]]
    edge_a, edge_b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = np.linalg.norm(np.cross(edge_a.astype(np.float64), edge_b.astype(np.float64)), axis=1) / 2
    return found.astype(np.uint32), (corners[:, 0], edge_a, edge_b), of_face[found] * area


def _reach2(triangles: Triangles) -> float:
    """Return the square of a distance that nothing is taken to be nearer than: a tenth of the scene's own size."""
    if len(triangles.positions) == 0:
        return 1.0
    size = np.median(np.abs(triangles.positions[:: max(1, len(triangles.positions) // 4096)]), axis=0)
    return max(float((size.astype(np.float64) ** 2).sum()) / 100.0, 1e-8)
