"""Small things that fly through the picture while the shutter is open: drawn by the area that they cover.

What a particle covers, summed over all pixels, is its own area, however fast or blurred it is. Particles do not hide
one another by order: where several meet, they cover as independent ones do on average.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import uniform_filter
from scipy.special import pdtr

from myriorama.plugins.api import Camera
from myriorama.plugins.effects._air.rays import bare, picture_bounds, shown
from myriorama.scenes.conventions import F32, F64

_STEP_PX: Final = 0.5
_COARSE_STEP_PX: Final = 1.0
_COARSE_FROM_PX: Final = 4.0
_LONG_STEP_PX: Final = 0.85
_WIDEST_PX: Final = 12.0
_NARROWEST_PX: Final = 0.05
_FAINTEST: Final = 4e-4
_WIDEST_VIEW: Final = 3.0
_LONGEST_PX: Final = 4000.0


@dataclass(frozen=True, eq=False)
class Particles:
    """Round things in the camera frame.

    Attributes
    ----------
    start, end : (N, 3) float64
        Where they are when the shutter opens and closes, metres.
    diameter_m : (N,) float64
    radiance : (N, 3) float64
    """

    start: F64
    end: F64
    diameter_m: F64
    radiance: F64

    def of(self, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Particles:
        """Return some of them."""
        return Particles(self.start[chosen], self.end[chosen], self.diameter_m[chosen], self.radiance[chosen])


@dataclass(frozen=True, eq=False)
class Flown:
    """What particles do to a picture.

    Attributes
    ----------
    cover : (H, W) float32
        Share of each pixel that they hide, [0, 1].
    light : (H, W, 3) float32
        What they add: their radiance times that share.
    """

    cover: F32
    light: F32

    def over(self, linear: F32) -> F32:
        """Return the picture behind them."""
        out: F32 = linear * (np.float32(1.0) - self.cover)[..., None]
        out += self.light
        return out


@dataclass(frozen=True)
class Lens:
    """Aperture and focus that particles are blurred by."""

    radius_m: float
    focus_m: float


def count_of(mean: float, u: float) -> int:
    """Return a Poisson number of this mean from one uniform number, by its distribution function."""
    low = max(0, math.floor(mean - 12.0 * math.sqrt(mean) - 2.0))
    numbers = np.arange(low, math.ceil(mean + 12.0 * math.sqrt(mean) + 20.0), dtype=np.float64)
    return low + int(np.searchsorted(pdtr(numbers, mean), u))


def window(camera: Camera, margin: float) -> tuple[float, float, float, float]:
    """Return left, top, width and height of the picture on the plane z = 1, wider by `margin` of itself all around.

    Of a fisheye's picture the middle 143 degrees: further out no particles fly.
    """
    left, top, right, bottom = picture_bounds(camera)
    # Between its pixels' centres a picture of one row or column has no area at all: it is a pixel wide.
    left, right = _at_least(left, right, 1.0 / camera.fx)
    top, bottom = _at_least(top, bottom, 1.0 / camera.fy)
    left, top, right, bottom = (min(max(edge, -_WIDEST_VIEW), _WIDEST_VIEW) for edge in (left, top, right, bottom))
    wide, high = right - left, bottom - top
    return left - margin * wide, top - margin * high, wide * (1.0 + 2.0 * margin), high * (1.0 + 2.0 * margin)


def _at_least(low: float, high: float, size: float) -> tuple[float, float]:
    more = 0.5 * max(0.0, size - (high - low))
    return low - more, high + more


def relative_velocity(camera: Camera, velocity_world_m_s: F64, points: F64) -> F64:
    """Return velocities (N, 3), camera frame, as the camera sees them that moves and turns itself.

    Parameters
    ----------
    velocity_world_m_s : (N, 3) float64
    points : (N, 3) float64
        Where the particles are, camera frame.
    """
    own: F64 = velocity_world_m_s @ camera.world_from_camera[:3, :3] - np.array(camera.velocity_m_s)
    own -= np.cross(np.array(camera.angular_velocity_rad_s), points)
    return own


def fly(camera: Camera, depth: F32, particles: Particles, lens: Lens, strength: float) -> Flown:
    """Return what particles cover and add; what stands nearer than they do hides them.

    Parameters
    ----------
    depth : (H, W)
        Metres along camera z; 0 is nothing.
    strength : float
        Factor on the area that they cover.
    """
    height, width = depth.shape
    shape = (height, width)
    mass, light = np.zeros(shape, dtype=np.float32), np.zeros((*shape, 3), dtype=np.float32)
    behind = np.where(depth == 0.0, np.float32(np.inf), depth)
    mask = shown(camera)
    if mask is not None:
        behind[~mask] = 0.0
    own = bare(camera)
    first, _ = own.project_camera(particles.start)
    last, _ = own.project_camera(particles.end)
    z = 0.5 * (particles.start[:, 2] + particles.end[:, 2])
    safe_z = np.maximum(z, 1e-6)
    size_px = camera.fx * particles.diameter_m / safe_z
    blur_px = 2.0 * camera.fx * lens.radius_m * np.abs(1.0 / safe_z - 1.0 / lens.focus_m)
    wide_px = np.maximum(np.hypot(size_px, blur_px), _NARROWEST_PX)
    long_px = np.hypot(*(last - first).T)
    reach = wide_px + 1.0
    low, high = np.fmin(first, last), np.fmax(first, last)
    seen = (particles.start[:, 2] > 1e-3) & (particles.end[:, 2] > 1e-3) & (long_px < _LONGEST_PX)
    seen &= (high[:, 0] > -reach) & (low[:, 0] < width + reach) & (high[:, 1] > -reach) & (low[:, 1] < height + reach)
    area = 0.25 * math.pi * size_px**2 * strength
    # Thinner than this it would change no level of a picture.
    thin = area / (0.25 * math.pi * wide_px**2 + wide_px * long_px)
    seen &= thin * np.maximum(1.0, particles.radiance.max(axis=1, initial=0.0)) > _FAINTEST
    seen &= z < behind.max(initial=0.0)
    # A wide, soft disc is drawn on a picture so much smaller that it is not wide there.
    first, last, kept = _clipped(first, last, reach, width, height)
    area = area * kept
    level = np.ceil(np.log2(np.maximum(wide_px / _WIDEST_PX, 1.0))).astype(np.int64)
    for number in np.unique(level[seen]):
        chosen = seen & (level == number)
        step = 2 ** int(number)
        flown = _drawn(
            first[chosen] / step, last[chosen] / step, wide_px[chosen] / step, area[chosen] / step**2, z[chosen],
            particles.radiance[chosen], behind[::step, ::step],
        )  # fmt: skip
        mass += _enlarged(flown[0], step, shape)
        light += _enlarged(flown[1], step, shape)
    cover = -np.expm1(-mass)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(mass > 1e-9, cover / mass, 1.0)
    light *= mean[..., None]
    return Flown(cover.astype(np.float32), light.astype(np.float32))


def _clipped(first: F64, last: F64, reach: F64, width: int, height: int) -> tuple[F64, F64, F64]:
    """Return streaks cut to what comes within `reach` of the picture, and the share of each that is left.

    Y.-D. Liang and B. A. Barsky, "A new concept and method for line clipping", ACM TOG 3 (1984).
    """
    way = last - first
    low, high = np.zeros(len(first)), np.ones(len(first))
    for axis, size in ((0, width), (1, height)):
        moves = np.where(np.abs(way[:, axis]) > 1e-9, way[:, axis], 1e-9)
        at = np.stack([(-reach - first[:, axis]) / moves, (size + reach - first[:, axis]) / moves])
        low, high = np.maximum(low, at.min(axis=0)), np.minimum(high, at.max(axis=0))
    high = np.maximum(high, low)
    return first + low[:, None] * way, first + high[:, None] * way, high - low


def _drawn(first: F64, last: F64, wide_px: F64, area: F64, z: F64, radiance: F64, behind: F32) -> tuple[F32, F32]:
    """Return what streaks cover (H, W), and that times their radiance (H, W, 3)."""
    where, share, whose = _points(first, last, wide_px)
    return _splat(where, share * area[whose], z[whose], radiance[whose], behind)


def _enlarged(small: F32, step: int, shape: tuple[int, int]) -> F32:
    """Return a picture made `step` times larger, evenly between its pixels."""
    if step == 1:
        return small
    large = np.repeat(np.repeat(small, step, axis=0), step, axis=1)[: shape[0], : shape[1]]
    out: F32 = uniform_filter(large, (step, step, *(1,) * (large.ndim - 2)), mode="nearest")
    return out


def _points(first: F64, last: F64, wide_px: F64) -> tuple[F64, F64, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Return points all over each streak, the share of the streak that each stands for, and whose it is."""
    way = last - first
    length = np.hypot(way[:, 0], way[:, 1])
    along = np.where(length[:, None] > 1e-9, way / np.maximum(length, 1e-9)[:, None], [1.0, 0.0])
    # The pixels that share each point even them out: at one apart the sum of their shares is flat.
    apart = np.where(wide_px < _COARSE_FROM_PX, _STEP_PX, _COARSE_STEP_PX)
    lanes = np.where(wide_px > 1.0, np.ceil(wide_px / apart), 1.0).astype(np.int64)
    radius = np.where(lanes > 1, 0.5 * wide_px, 0.0)
    apart = np.where(lanes > 1, apart, _LONG_STEP_PX)
    steps = np.maximum(1, np.ceil((length + 2.0 * radius) / apart)).astype(np.int64)
    number = lanes * steps
    whose = np.repeat(np.arange(len(first)), number)
    within = np.arange(len(whose)) - np.repeat(np.cumsum(number) - number, number)
    step, lane = within // lanes[whose], within % lanes[whose]
    r, reach = radius[whose], length[whose]
    forth = (step + 0.5) / steps[whose] * (reach + 2.0 * r) - r
    aside = ((lane + 0.5) / lanes[whose] - 0.5) * 2.0 * r
    weight = np.where(r > 0.0, _stay(forth, aside, r, reach), 1.0)
    kept = weight > 0.0
    whose, forth, aside, weight = whose[kept], forth[kept], aside[kept], weight[kept]
    whole = np.bincount(whose, weight, len(first))
    way = along[whose]
    points = first[whose] + forth[:, None] * way + aside[:, None] * np.stack([-way[:, 1], way[:, 0]], axis=1)
    return points, weight / whole[whose], whose


def _stay(forth: F64, aside: F64, radius: F64 | float, length: F64 | float) -> F64:
    """Return for how much of the exposure a disc that moves from 0 to `length` covers a point beside its way."""
    chord = np.sqrt(np.maximum(radius * radius - aside * aside, 0.0))
    if_still = chord > np.abs(forth)
    covered = (np.minimum(forth + chord, length) - np.maximum(forth - chord, 0.0)) / np.maximum(length, 1e-9)
    return np.asarray(np.where(np.asarray(length) > 1e-6, np.clip(covered, 0.0, 1.0), if_still))


def _splat(points: F64, weight: F64, z: F64, radiance: F64, behind: F32) -> tuple[F32, F32]:
    """Share each point among the four pixels whose centres are around it, where it is in front of them.

    Returns
    -------
    (H, W) float32
        Sum of the weights.
    (H, W, 3) float32
        The same times their radiance.
    """
    height, width = behind.shape
    # A border of one pixel takes what falls beside the picture; nothing is in front of it.
    wide = width + 2
    far = np.zeros((height + 2, wide), dtype=np.float32)
    far[1:-1, 1:-1] = behind
    flat = far.ravel()
    corner = np.floor(points + 0.5)
    right, below = (points + 0.5 - corner).T
    x = np.clip(corner[:, 0], 0, width).astype(np.int64)
    x += np.clip(corner[:, 1], 0, height).astype(np.int64) * wide
    outside = (corner[:, 0] < 0) | (corner[:, 0] > width) | (corner[:, 1] < 0) | (corner[:, 1] > height)
    weight = np.where(outside, 0.0, weight)
    place = x + np.array([[0], [1], [wide], [wide + 1]])
    above, left = weight * (1.0 - below), 1.0 - right
    below = weight * below
    amount = np.stack([above * left, above * right, below * left, below * right])
    amount *= z.astype(np.float32) < flat[place]
    place = place.ravel()
    mass = np.bincount(place, amount.ravel(), flat.size)
    light = np.stack([np.bincount(place, (amount * radiance[:, c]).ravel(), flat.size) for c in range(3)], axis=-1)
    inner = (slice(1, -1), slice(1, -1))
    return (
        mass.reshape(far.shape)[inner].astype(np.float32),
        light.reshape(*far.shape, 3)[inner].astype(np.float32),
    )
