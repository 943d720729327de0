"""What lies on the front of a lens: dust, smears and scratches, and drops of water; patterns by the lens's number.

Places and sizes are told in parts of the picture, so one lens is the same lens in pictures of any size. Nothing here
knows the picture itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import cos, exp, hypot, pi, sin
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from myriorama.plugins.effects._sensor import standard_normals
from myriorama.plugins.effects._spread import enlarged
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.parameters.streams import KeyedDraws

_UID: Final = "lens_front"
_DIRT_WIDTH_PX: Final = 480
_NOISE_ROWS, _NOISE_COLUMNS = 48, 64
_WIPES: Final = 3
_SPECK_LOW, _SPECK_HIGH = 0.0025, 0.022
_SCRATCH_POINTS: Final = 160
DROP_REACH: Final = 0.36
"""What the rim of a drop looks at is this part of the picture's diagonal away."""
_NECK: Final = 3.0
"""How firmly drops that overlap keep to themselves, per radius: less makes a wider neck."""
_SWALLOWED: Final = 0.85
"""A drop whose middle lies nearer than this to a larger one's, in radii of that one, is part of it."""


@dataclass(frozen=True)
class Drops:
    """Where drops cover a picture.

    Attributes
    ----------
    cover : (H, W) float32
        In [0, 1].
    rows, columns : (N,) int
        The covered pixels.
    source_y, source_x : (N,) float64
        Where each looks, in parts of the picture's height and width.
    shade : (N,) float32
        What light comes through, 1 in the middle and less at the rim.
    """

    cover: F32
    rows: npt.NDArray[np.integer[Any]]
    columns: npt.NDArray[np.integer[Any]]
    source_y: F64
    source_x: F64
    shade: F32


@lru_cache(maxsize=4)
def dirt_cover(
    lens: int, height: int, width: int, specks: int, smears: float, scratches: int, softness_percent: float
) -> F32:
    """Return (H, W) float32 in [0, 1]: how much of the light that meets a pixel the dirt before it takes."""
    block = max(1, round(width / _DIRT_WIDTH_PX))
    shape = (-(-height // block), -(-width // block))
    draws = KeyedDraws(lens, 0, 0, _UID)
    clear = np.ones(shape, dtype=np.float64)
    _put_specks(clear, draws, specks)
    _put_scratches(clear, draws, scratches)
    sigma_px = 0.01 * softness_percent * hypot(*shape)
    if sigma_px > 0.0:
        clear = gaussian_filter(clear, sigma_px, mode="nearest", truncate=3.0)
    if smears > 0.0:
        clear *= 1.0 - min(smears, 1.0) * _smears(shape, draws)
    cover = enlarged((1.0 - clear).astype(np.float32)[..., None], height, width, block)[..., 0]
    frozen: F32 = np.clip(cover, 0.0, 1.0)
    frozen.flags.writeable = False
    return frozen


def _put_specks(clear: F64, draws: KeyedDraws, count: int) -> None:
    height, width = clear.shape
    diagonal = hypot(height, width)
    for x, y, size, dense, long, turn in draws.uniforms("specks", 0, 6 * count).reshape(count, 6).tolist():
        radius = diagonal * _SPECK_LOW * (_SPECK_HIGH / _SPECK_LOW) ** (size**1.6)
        rows, columns, dy, dx = _patch(clear, y * height, x * width, 1.6 * radius + 1.5)
        across, along = dx * cos(turn * pi) + dy * sin(turn * pi), dy * cos(turn * pi) - dx * sin(turn * pi)
        away = np.hypot(across * (1.0 + 0.5 * long), along)
        inside = np.clip(radius - away + 0.5, 0.0, 1.0) * min(1.0, radius)
        clear[rows, columns] *= 1.0 - (0.3 + 0.6 * dense) * (1.0 - 0.5 * size) * inside


def _put_scratches(clear: F64, draws: KeyedDraws, count: int) -> None:
    height, width = clear.shape
    line = np.zeros_like(clear)
    for x, y, turn, long, bend, dense in draws.uniforms("scratches", 0, 6 * count).reshape(count, 6).tolist():
        at = np.linspace(-0.5, 0.5, _SCRATCH_POINTS) * (0.08 + 0.4 * long) * hypot(height, width)
        off = (bend - 0.5) * 0.6 * at * at / max(abs(at[-1]), 1e-9)
        px = x * width + at * cos(turn * pi) - off * sin(turn * pi)
        py = y * height + at * sin(turn * pi) + off * cos(turn * pi)
        row, column = np.floor(py).astype(int), np.floor(px).astype(int)
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        fade = (0.2 + 0.5 * dense) * np.sin(np.linspace(0.0, pi, _SCRATCH_POINTS))
        np.maximum.at(line, (row[inside], column[inside]), fade[inside])
    clear *= 1.0 - np.clip(gaussian_filter(line, 0.7) * 1.8, 0.0, 0.8)


def _smears(shape: tuple[int, int], draws: KeyedDraws) -> F64:
    """Return (h, w) float64 in [0, 1]: grease in patches, with the arcs of the cloth that wiped it."""
    height, width = shape
    y = (np.arange(height) + 0.5)[:, None] / height
    x = (np.arange(width) + 0.5)[None, :] / height
    total = np.zeros(shape)
    for number in range(_WIPES):
        far, angle, where, _ = draws.uniforms("wipe", number, 4).tolist()
        pivot_x = 0.5 * width / height + (0.9 + 1.5 * far) * cos(2 * pi * angle)
        pivot_y = 0.5 + (0.9 + 1.5 * far) * sin(2 * pi * angle)
        away = np.hypot(x - pivot_x, y - pivot_y)
        fine = standard_normals(draws, 2048, f"arcs{number}").astype(np.float64)
        arcs = gaussian_filter1d(fine, 2.0, mode="wrap") + 2.5 * gaussian_filter1d(fine[::-1], 9.0, mode="wrap")
        arcs = (arcs - arcs.min()) / (arcs.max() - arcs.min())
        lines = np.interp(away * 400.0, np.arange(2048), arcs)
        patch = _soft_noise(shape, draws, f"patch{number}", 0.16 + 0.1 * where)
        total = np.maximum(total, np.clip(0.9 * patch - 0.2, 0.0, 1.0) * (0.35 + 0.65 * lines))
    grease = np.clip(_soft_noise(shape, draws, "grease", 0.05) - 0.6, 0.0, 1.0) * 0.5
    out: F64 = np.clip(0.6 * total + 0.35 * grease, 0.0, 1.0)
    return out


def _soft_noise(shape: tuple[int, int], draws: KeyedDraws, name: str, softness: float) -> F64:
    """Return (h, w) float64 of mean 0 and deviation 1, made on a grid of its own so that any size shows the same."""
    noise = standard_normals(draws, _NOISE_ROWS * _NOISE_COLUMNS, name).reshape(_NOISE_ROWS, _NOISE_COLUMNS)
    soft = gaussian_filter(noise.astype(np.float64), softness * _NOISE_ROWS, mode="reflect")
    soft = (soft - soft.mean()) / max(float(soft.std()), 1e-9)
    rows = np.linspace(0.0, _NOISE_ROWS - 1.0, shape[0])
    columns = np.linspace(0.0, _NOISE_COLUMNS - 1.0, shape[1])
    low = np.minimum(rows.astype(int), _NOISE_ROWS - 2)
    left = np.minimum(columns.astype(int), _NOISE_COLUMNS - 2)
    down, right = (rows - low)[:, None], (columns - left)[None, :]
    top = soft[low][:, left] * (1 - right) + soft[low][:, left + 1] * right
    bottom = soft[low + 1][:, left] * (1 - right) + soft[low + 1][:, left + 1] * right
    return np.asarray(top * (1 - down) + bottom * down)


@lru_cache(maxsize=4)
def drops_on(lens: int, height: int, width: int, count: int, size_percent: float, softness_percent: float) -> Drops:
    """Return where drops lie and where they look: each shows the scene around it small and upside down.

    A drop is taken as a lens of short focal length on the glass: what is t radii away from its middle looks to the
    other side, the farther the nearer it is to the rim. Near its rim light no longer gets through. Where drops overlap
    there is one body of water: no rim runs through it, and where it looks goes over from one to the other.
    """
    diagonal = hypot(height, width)
    cover = np.zeros((height, width))
    near, weights = np.zeros((height, width)), np.zeros((height, width))
    source_y, source_x = np.zeros((height, width)), np.zeros((height, width))
    soft_px = max(0.01 * softness_percent * diagonal, 0.5)
    for drop in _met(lens, height, width, count, 0.01 * size_percent * diagonal):
        rows, columns, dy, dx = _patch(cover, drop.y_px, drop.x_px, 1.5 * drop.radius_px + 2 * soft_px)
        if 0 in dy.shape or 0 in dx.shape:
            continue
        dy = dy / (1.0 + 0.25 * drop.tall)
        angle, wobble = np.arctan2(dy, dx), drop.wobble
        rim = 1.0 + 0.10 * wobble * np.cos(2 * angle + 7 * drop.phase)
        rim += 0.07 * wobble * np.cos(3 * angle + 11 * drop.phase)
        t = np.hypot(dy, dx) / (drop.radius_px * rim)
        e = min(soft_px / drop.radius_px, 0.5)
        here = 1.0 - _smooth(t, 1.0 - e, 1.0 + e)
        cover[rows, columns] = np.maximum(cover[rows, columns], here)
        inside = np.where(here > 0.0, np.exp(-_NECK * t), 0.0)
        near[rows, columns] += inside
        # Nought at a drop's own end, so that it comes into another one without a seam.
        weight = np.where(here > 0.0, inside - exp(-_NECK * (1.0 + e)) + 1e-9, 0.0)
        weights[rows, columns] += weight
        reach = DROP_REACH * (0.6 + 0.4 * np.minimum(t, 1.2) ** 2) * diagonal / drop.radius_px
        source_y[rows, columns] += weight * (drop.y_px - dy * reach) / height
        source_x[rows, columns] += weight * (drop.x_px - dx * reach) / width
    in_rows, in_columns = np.nonzero(cover > 0.0)
    shade = 1.0 - 0.85 * _smooth(-np.log(near[in_rows, in_columns]) / _NECK, 0.62, 1.05)
    frozen = cover.astype(np.float32)
    frozen.flags.writeable = False
    whole = weights[in_rows, in_columns]
    looks_y, looks_x = source_y[in_rows, in_columns] / whole, source_x[in_rows, in_columns] / whole
    return Drops(frozen, in_rows, in_columns, looks_y, looks_x, shade.astype(np.float32))


@dataclass
class _Drop:
    """One drop: where, how large, how far from round."""

    y_px: float
    x_px: float
    radius_px: float
    wobble: float
    phase: float
    tall: float


def _met(lens: int, height: int, width: int, count: int, radius_px: float) -> list[_Drop]:
    """Return the drops, the largest first; one that lies in a larger one has become part of it, with its volume."""
    draws = KeyedDraws(lens, 0, 0, _UID)
    drops = [
        _Drop((1.2 * y - 0.1) * height, (1.2 * x - 0.1) * width, radius_px * 2.0 ** (2.0 * grown - 1.0), *shape)
        for x, y, grown, *shape in draws.uniforms("drops", 0, 6 * count).reshape(count, 6).tolist()
    ]
    kept: list[_Drop] = []
    for drop in sorted(drops, key=lambda drop: -drop.radius_px):
        for large in kept:
            if hypot(drop.y_px - large.y_px, drop.x_px - large.x_px) < _SWALLOWED * large.radius_px:
                large.radius_px = float(np.cbrt(large.radius_px**3 + drop.radius_px**3))
                break
        else:
            kept.append(drop)
    return kept


def _patch(image: F64, y_px: float, x_px: float, reach_px: float) -> tuple[slice, slice, F64, F64]:
    """Return the rows and columns around a point, and how far each is below and right of it."""
    height, width = image.shape
    top, bottom = max(int(y_px - reach_px), 0), min(int(y_px + reach_px) + 2, height)
    left, right = max(int(x_px - reach_px), 0), min(int(x_px + reach_px) + 2, width)
    dy = np.arange(top, max(bottom, top))[:, None] + 0.5 - y_px
    dx = np.arange(left, max(right, left))[None, :] + 0.5 - x_px
    return slice(top, max(bottom, top)), slice(left, max(right, left)), dy, dx


def _smooth(t: F64, low: float, high: float) -> F64:
    s = np.clip((t - low) / (high - low), 0.0, 1.0)
    return np.asarray(s * s * (3.0 - 2.0 * s))
