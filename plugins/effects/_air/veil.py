"""What air does to light on its way: it takes some, and adds the light that it scatters towards the eye.

Single and even: particles are lit by all of the scene's light, and none of them stands in another's shadow.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy.ndimage import map_coordinates

from myriorama.plugins.api import Camera
from myriorama.plugins.effects._air.light import Surroundings, phase
from myriorama.plugins.effects._air.rays import camera_rays, toward
from myriorama.scenes.conventions import F32, F64

CONTRAST_SEEN: Final = 0.05
"""The contrast that is left at the visibility: the meteorological optical range of the WMO."""
_CELLS: Final = 56
_SMALLEST_CELL_PX: Final = 4
_SLICES: Final = 32
_NEAREST_M: Final = 0.1


def extinction_per_m(visibility_m: float) -> float:
    """Return the extinction of air through which a contrast of 5 % is left at `visibility_m`.

    H. Koschmieder, "Theorie der horizontalen Sichtweite", Beitraege zur Physik der freien Atmosphaere 12 (1924).
    """
    return -math.log(CONTRAST_SEEN) / visibility_m


def optical_depth(
    range_m: F32, up: F32, extinction: float, camera_height_m: float, base_m: float, scale_m: float
) -> F32:
    """Return the extinction summed along rays, (H, W), in closed form.

    The extinction at height z is ``extinction * exp(-(z - base_m) / scale_m)``, and even where `scale_m` is 0.

    Parameters
    ----------
    range_m : (H, W)
        How far each ray goes; infinite for the sky.
    up : (H, W)
        z component of the unit rays.
    """
    if scale_m == 0.0:
        return range_m * np.float32(extinction)
    # exp of more than 60 is solid, and float32 ends at 88.
    here = extinction * math.exp(min(max(-(camera_height_m - base_m) / scale_m, -80.0), 60.0))
    rise = up / np.float32(scale_m)
    level = np.abs(rise) < np.float32(1e-9)
    x = np.minimum(np.where(level, np.float32(1e-9), rise) * np.minimum(range_m, np.float32(1e12)), np.float32(80.0))
    x = np.maximum(x, np.float32(-60.0))
    # (1 - exp(-x)) / x, and 1 where the ray is level or short.
    short = np.abs(x) < np.float32(1e-5)
    x = np.where(short, np.float32(1.0), x)
    mean: F32 = np.where(short, np.float32(1.0), -np.expm1(-x) / x).astype(np.float32)
    sky = np.isinf(range_m)
    finite = np.where(sky, np.float32(0.0), range_m)
    out: F32 = np.float32(here) * finite * mean
    if sky.any():
        # Up to infinity the sum ends; level or down it does not.
        with_end = np.float32(here) / np.maximum(rise, np.float32(1e-12))
        out = np.where(sky, np.where(rise > 1e-9, with_end, np.float32(np.inf)), out).astype(np.float32)
    return out


def airlight(around: Surroundings, camera: Camera, forward: float) -> F32:
    """Return the light that endless air shows, (H, W, 3), or (1, 1, 3) where it is the same everywhere.

    Half of a sun's light has been scattered more than once on its way, and comes from everywhere.
    """
    out: F32 = around.mean.astype(np.float32).reshape(1, 1, 3)
    for direction, arriving in around.suns:
        glow = (0.5 * phase(toward(camera, direction), forward) + 0.125 / math.pi).astype(np.float32)
        out = out + glow[..., None] * arriving.astype(np.float32)
    return out


def veiled(linear: F32, through: F32, air: F32) -> F32:
    """Return light after the air, ``linear * through + air * (1 - through)``.

    Parameters
    ----------
    through : (H, W) or (H, W, 3)
        Transmittance.
    air : (H, W, 3) or (1, 1, 3)
        What endless air shows.
    """
    share = through[..., None] if through.ndim == 2 else through
    out: F32 = linear - air
    out *= share
    out += air
    return out


def lamp_glow(around: Surroundings, camera: Camera, range_m: F32, extinction: float, forward: float) -> F32 | None:
    """Return the light that even air scatters from lamps into each ray, (H, W, 3); None without lamps.

    Summed along a coarse grid of rays, in slices that grow with distance, and read between them at each pixel's own
    range, so that what stands in front of a lamp's cone hides the rest of it. It knows no shadow.
    """
    if not around.lamps or extinction == 0.0:
        return None
    rays, lengths = camera_rays(camera)
    height, width = lengths.shape
    cell = max(width // _CELLS, _SMALLEST_CELL_PX)
    rows, columns = _grid(height, cell), _grid(width, cell)
    furthest = _furthest(around, camera, range_m)
    edges = np.concatenate([[0.0], np.geomspace(_NEAREST_M, max(furthest, 2 * _NEAREST_M), _SLICES)])
    unit = (rays[np.ix_(rows, columns)] / lengths[np.ix_(rows, columns)][..., None]).astype(np.float64)
    unit = unit @ camera.world_from_camera[:3, :3].T
    middle = 0.5 * (edges[1:] + edges[:-1])
    eye = camera.world_from_camera[:3, 3]
    points = eye + unit[None] * middle[:, None, None, None]
    reaching = extinction * np.exp(-extinction * middle)
    # Lamps of one colour, which is most often all of them, are summed and read as one number.
    tint = _one_tint(around)
    total: F64 = np.zeros((len(edges), len(rows), len(columns), 3 if tint is None else 1))
    for lamp in around.lamps:
        share, to_lamp = lamp.arriving(points)
        squared = np.sum((lamp.position - points) ** 2, axis=-1)
        # The fall with the square of the distance is summed in closed form over each slice: it peaks at the lamp.
        nearest = unit @ (lamp.position - eye)
        beside = np.sqrt(np.maximum(np.sum((lamp.position - eye) ** 2) - nearest**2, lamp.size_m**2))
        angles = np.arctan((edges[:, None, None] - nearest) / beside)
        share *= np.maximum(squared, lamp.size_m**2) * np.diff(angles, axis=0) / beside
        cosine = np.einsum("khwi,hwi->khw", to_lamp, unit)
        glow = share * phase(cosine, forward) * np.exp(-extinction * np.sqrt(squared)) * reaching[:, None, None]
        strength = lamp.intensity if tint is None else lamp.intensity.sum(keepdims=True)
        total[1:] += np.cumsum(glow, axis=0)[..., None] * strength
    found = _between(total, edges, range_m, rows, columns)
    return found if tint is None else np.asarray(found * tint.astype(np.float32), dtype=np.float32)


def _one_tint(around: Surroundings) -> F64 | None:
    """Return the share of each channel in the lamps' light, where all have one colour; else None."""
    tints = [lamp.intensity / max(float(lamp.intensity.sum()), 1e-30) for lamp in around.lamps]
    alike = all(np.abs(tint - tints[0]).max() < 1e-6 for tint in tints)
    return tints[0] if alike else None


def _furthest(around: Surroundings, camera: Camera, range_m: F32) -> float:
    """Return how far rays are followed: to the end of the scene, and beyond every lamp."""
    finite = range_m[np.isfinite(range_m)]
    reach = float(finite.max()) if finite.size else 0.0
    if finite.size == range_m.size:
        return reach
    eye = camera.world_from_camera[:3, 3]
    return max(reach, *(2.0 * float(np.linalg.norm(lamp.position - eye)) for lamp in around.lamps))


def _grid(size: int, cell: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.unique(np.append(np.arange(0, size, cell), size - 1))


def _between(
    total: F64,
    edges: F64,
    range_m: F32,
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    columns: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> F32:
    height, width = range_m.shape
    at = np.empty((3, height, width), dtype=np.float32)
    # Slices grow geometrically from the second edge on, so their number is a logarithm.
    ratio = math.log(edges[2] / edges[1])
    nearer = range_m / np.float32(edges[1])
    further = 1.0 + np.log(np.maximum(nearer, np.float32(1.0))) / np.float32(ratio)
    at[0] = np.where(nearer < 1.0, nearer, np.minimum(further, np.float32(len(edges) - 1)))
    at[1] = np.interp(np.arange(height), rows, np.arange(len(rows)))[:, None]
    at[2] = np.interp(np.arange(width), columns, np.arange(len(columns)))
    out = np.empty((height, width, total.shape[-1]), dtype=np.float32)
    for channel in range(total.shape[-1]):
        map_coordinates(total[..., channel].astype(np.float32), at, output=out[..., channel], order=1, mode="nearest")
    return out
