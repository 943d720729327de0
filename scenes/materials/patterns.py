"""Procedural patterns: tileable maps that mix two colours, and the relief that some of them carry.

A pattern knows no colour; textures.py lays colours on it. Every pattern is a function of seed and size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from myriorama.scenes.conventions import F32, F64, U8
from myriorama.scenes.materials import prints
from myriorama.scenes.materials.noise import cloud, smoothstep, uniforms


@dataclass(frozen=True, eq=False)
class PatternMap:
    """A pattern before colour.

    Attributes
    ----------
    mix : (H, W) uint8
        0 shows the base colour, 255 the pattern colour. Row 0 is the top.
    height : (H, W) float32 or None
        Relief in pixels; None where the pattern is flat ink.
    """

    mix: U8
    height: F32 | None = None

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        return self.mix.nbytes + (self.height.nbytes if self.height is not None else 0)


def _quantised(mix: F32) -> U8:
    out: U8 = np.rint(np.clip(mix, 0, 1) * np.float32(255)).astype(np.uint8)
    return out


def noise(seed: int, size: int) -> PatternMap:
    """Soft blotches over three scales."""
    return PatternMap(_quantised(smoothstep(-1.6, 1.6, cloud("noise", seed, size, lowest=2, highest=96, slope=1.25))))


def marble(seed: int, size: int) -> PatternMap:
    """Veins along the zero lines of warped noise, over a faint cloud."""
    wide = cloud("marble wide", seed, size, lowest=1, highest=64, slope=1.9)
    fine = cloud("marble fine", seed, size, lowest=3, highest=100, slope=1.7)
    mist = cloud("marble mist", seed, size, lowest=1, highest=24, slope=1.5)
    strength = smoothstep(-1.2, 1.4, mist)
    veins = np.exp(np.abs(wide + 0.15 * fine) * np.float32(-14)) * (0.35 + 0.65 * strength)
    threads = np.exp(np.abs(fine) * np.float32(-22)) * strength * np.float32(0.45)
    return PatternMap(_quantised(veins + threads + 0.12 * strength))


def wood(seed: int, size: int) -> PatternMap:
    """Grain along v: growth rings cut at a slant, fibres, and pores that follow them."""
    x = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    bend = cloud("wood bend", seed, size, lowest=1, highest=12, slope=2.2, stretch=(1.0, 5.0))
    fibre = cloud("wood fibre", seed, size, lowest=24, highest=200, slope=0.6, stretch=(1.0, 40.0))
    shade = cloud("wood shade", seed, size, lowest=1, highest=8, slope=1.0, stretch=(1.0, 8.0))
    phase = np.mod(np.float32(7) * x + np.float32(0.75) * bend, 1)
    # Early wood darkens slowly into late wood, which ends at once.
    ring = phase * phase * phase * smoothstep(1.0, 0.93, phase)
    pores = smoothstep(1.1, 2.4, fibre)
    mix = 0.18 + 0.5 * ring + 0.07 * fibre + 0.07 * shade + 0.3 * pores
    height = np.asarray(-0.35 * pores - 0.12 * ring + 0.05 * fibre, dtype=np.float32)
    return PatternMap(_quantised(np.asarray(mix, dtype=np.float32)), height)


def checks(seed: int, size: int) -> PatternMap:
    """Eight by eight squares; the seed only swaps the two colours where it is odd."""
    cell = np.arange(size) * 8 // size
    board = (cell[:, None] + cell + seed) % 2
    return PatternMap((board * 255).astype(np.uint8))


def stripes(seed: int, size: int) -> PatternMap:
    """Eight upright stripes; the seed sets how wide they are, seed 0 as wide as the gaps."""
    width = 0.5 if seed == 0 else 0.15 + 0.7 * float(uniforms("stripes", seed, 1)[0])
    x = np.mod((np.arange(size, dtype=np.float32) + np.float32(0.5)) * np.float32(8 / size), 1)
    edge = np.float32(size / 8)
    row = np.clip((width / 2 - np.abs(x - np.float32(0.5))) * edge + np.float32(0.5), 0, 1)
    return PatternMap(np.ascontiguousarray(np.broadcast_to(_quantised(row), (size, size))))


def speckle(seed: int, size: int) -> PatternMap:
    """Round grains of many sizes, as in granite or terrazzo."""
    mix = np.zeros((size, size), dtype=np.float32)
    for number, (count, radius) in enumerate(((110, 0.0085), (330, 0.0048), (900, 0.0026))):
        draws = uniforms(f"speckle {number}", seed, count * 5).reshape(5, count)
        _stamp_grains(mix, draws, radius * size)
    return PatternMap(_quantised(mix))


def _stamp_grains(mix: F32, draws: F64, radius_px: float) -> None:
    size = len(mix)
    reach = int(np.ceil(radius_px * 2.2)) + 1
    offset = np.arange(-reach, reach + 1)
    centre = draws[:2] * size
    whole = np.floor(centre).astype(np.int64)
    dx = (offset + 0.5 - (centre[0] - whole[0])[:, None]).astype(np.float32)[:, None, :]
    dy = (offset + 0.5 - (centre[1] - whole[1])[:, None]).astype(np.float32)[:, :, None]
    turn = (draws[2] * np.pi).astype(np.float32)[:, None, None]
    long = (radius_px * (0.7 + 1.1 * draws[3])).astype(np.float32)[:, None, None]
    short = long * (0.45 + 0.5 * draws[4]).astype(np.float32)[:, None, None]
    a = (dx * np.cos(turn) + dy * np.sin(turn)) / long
    b = (dy * np.cos(turn) - dx * np.sin(turn)) / short
    cover = np.clip((1 - np.sqrt(a * a + b * b)) * short + np.float32(0.5), 0, 1)
    rows = (whole[1][:, None, None] + offset[:, None]) % size
    columns = (whole[0][:, None, None] + offset) % size
    index = np.broadcast_to(rows * size + columns, cover.shape)
    np.maximum.at(mix.reshape(-1), index.reshape(-1), cover.reshape(-1))


def scratches(seed: int, size: int) -> PatternMap:
    """Fine curved scores, mostly one way, with a few deep ones."""
    count, samples = 150, 220
    draws = uniforms("scratches", seed, count * 6).reshape(6, count).astype(np.float32)
    length = size * (0.05 + 0.45 * draws[2] ** 2)
    main = float(draws[3, 0]) * np.pi
    turn = np.where(draws[4] < 0.7, main + (draws[3] - 0.5) * 0.5, draws[3] * np.pi).astype(np.float32)
    bend = (draws[5] - 0.5) * np.float32(0.5)
    depth = (0.25 + 0.75 * draws[4] ** 3).astype(np.float32)
    t = np.linspace(-0.5, 0.5, samples, dtype=np.float32)
    heading = turn[:, None] + bend[:, None] * t
    # The chord of a gentle arc: integrate the heading.
    step = (length / samples)[:, None]
    x = draws[0][:, None] * size + np.cumsum(np.cos(heading) * step, axis=1)
    y = draws[1][:, None] * size + np.cumsum(np.sin(heading) * step, axis=1)
    strength = depth[:, None] * np.sqrt(np.clip(1 - 4 * t * t, 0, 1))
    mix = np.zeros(size * size, dtype=np.float32)
    column, row = np.floor(x), np.floor(y)
    fx, fy = x - column, y - row
    for ox, oy, weight in ((0, 0, (1 - fx) * (1 - fy)), (1, 0, fx * (1 - fy)), (0, 1, (1 - fx) * fy), (1, 1, fx * fy)):
        index = ((row.astype(np.int64) + oy) % size) * size + (column.astype(np.int64) + ox) % size
        np.maximum.at(mix, index.reshape(-1), (weight * strength).reshape(-1))
    field = mix.reshape(size, size)
    return PatternMap(_quantised(np.minimum(field * np.float32(1.4), np.float32(1))), np.asarray(-1.2 * field))


def print_(seed: int, size: int) -> PatternMap:
    """A printed sheet: name, emblem, bands, lines of small print, a bar code."""
    return PatternMap(_quantised(prints.ink_sheet(seed, size)))


PATTERNS: Mapping[str, Callable[[int, int], PatternMap]] = MappingProxyType(
    {
        "noise": noise,
        "marble": marble,
        "wood": wood,
        "checks": checks,
        "stripes": stripes,
        "speckle": speckle,
        "scratches": scratches,
        "print": print_,
    }
)
"""Every pattern by the name that a project uses."""
