"""The surface of tilled soil as a height field: ridges, tilth, wheel tracks; and the picture that lies on it.

Heights are about the mean level, 0. It places no object and knows no plant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from myriorama.plugins.api import Mesh, Texture, Values
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.geometry.combine import merge
from myriorama.scenes.geometry.lathe import grid_faces
from myriorama.scenes.materials.noise import cloud, normals_from_height, smoothstep, uniforms

TILTH_M: Final = 0.02
"""Standard deviation of the surface of the roughest seedbed; ploughed land has two to three times that (the random
roughness of a seedbed is 5 to 15 mm: G. R. Foster et al., RUSLE2 science documentation, 2013)."""
DEEPEST_M: Final = 0.07
"""No noise goes further than this from the level."""

_TILE_PX: Final = 256
_LUG_M: Final = 0.16
_GRAIN_M: Final = 0.37
_CRUMBS_M: Final = 0.24


@dataclass(frozen=True, eq=False)
class Terrain:
    """Heights on a regular grid.

    Attributes
    ----------
    x_m : (C,) float64
    y_m : (R,) float64
    height_m : (R, C) float64
        About the mean level.
    pressed : (R, C) float64
        0 loose, 1 under a wheel.
    """

    x_m: F64
    y_m: F64
    height_m: F64
    pressed: F64

    def at(self, x: F64, y: F64, what: F64 | None = None) -> F64:
        """Return heights (or another field of the grid) at places, metres, bilinear; outside, those of the edge."""
        field = self.height_m if what is None else what
        u = np.interp(x, self.x_m, np.arange(len(self.x_m)))
        v = np.interp(y, self.y_m, np.arange(len(self.y_m)))
        i = np.minimum(v.astype(np.int64), len(self.y_m) - 2)
        j = np.minimum(u.astype(np.int64), len(self.x_m) - 2)
        s, t = u - j, v - i
        low = field[i, j] * (1 - s) + field[i, j + 1] * s
        high = field[i + 1, j] * (1 - s) + field[i + 1, j + 1] * s
        out: F64 = low * (1 - t) + high * t
        return out

    def over(self, x: F64, y: F64, field: F64) -> F32:
        """Return a field of the grid over another grid, (len(y), len(x)) float32, bilinear."""
        u = np.interp(x, self.x_m, np.arange(len(self.x_m)))
        v = np.interp(y, self.y_m, np.arange(len(self.y_m)))
        i = np.minimum(v.astype(np.int64), len(self.y_m) - 2)
        j = np.minimum(u.astype(np.int64), len(self.x_m) - 2)
        s, t = (u - j).astype(np.float32), (v - i).astype(np.float32)[:, None]
        narrow = field.astype(np.float32)
        wide = narrow[:, j] * (1 - s) + narrow[:, j + 1] * s
        out: F32 = wide[i] * (1 - t) + wide[i + 1] * t
        return out

    def mesh(self, level_m: float) -> Mesh:
        """Return the closed block of soil from z = 0 up to the surface, whose mean is at `level_m`.

        Texture coordinates run over the whole patch once, seen from above.
        """
        rows, columns = self.height_m.shape
        x, y = np.meshgrid(self.x_m, self.y_m)
        top = np.stack([x, y, self.height_m + level_m], axis=2)
        slope_y, slope_x = np.gradient(self.height_m, self.y_m, self.x_m)
        normals = np.stack([-slope_x, -slope_y, np.ones_like(slope_x)], axis=2)
        normals /= np.linalg.norm(normals, axis=2, keepdims=True)
        surface = Mesh(
            top.reshape(-1, 3).astype(np.float32),
            normals.reshape(-1, 3).astype(np.float32),
            self.uv(top[..., 0], top[..., 1]).reshape(-1, 2).astype(np.float32),
            grid_faces(rows, columns),
        )
        sides = (
            (top[0], (0, -1, 0)),
            (top[:, -1], (1, 0, 0)),
            (top[-1, ::-1], (0, 1, 0)),
            (top[::-1, 0], (-1, 0, 0)),
        )
        walls = [self._wall(line, normal) for line, normal in sides]
        loop = np.concatenate([line[:-1] for line, _ in sides]) * (1.0, 1.0, 0.0)
        return merge([surface, *walls, self._floor(loop)])

    def uv(self, x: F64, y: F64) -> F64:
        """Return texture coordinates of places, metres."""
        return np.stack([x / np.ptp(self.x_m) + 0.5, y / np.ptp(self.y_m) + 0.5], axis=-1)

    def _wall(self, line: F64, normal: tuple[int, int, int]) -> Mesh:
        low = line * (1.0, 1.0, 0.0)
        both = np.concatenate([low, line])
        # The picture is drawn down the wall, so that a cut through the soil is not one streak per texel.
        uv = self.uv(both[:, 0], both[:, 1]) + np.outer(both[:, 2], (0.31, 0.29))
        return Mesh(
            both.astype(np.float32),
            np.tile(np.array(normal, dtype=np.float32), (len(both), 1)),
            uv.astype(np.float32),
            grid_faces(2, len(line)),
        )

    def _floor(self, loop: F64) -> Mesh:
        corners = np.concatenate([loop, np.zeros((1, 3))])
        here = np.arange(len(loop))
        faces = np.stack([np.roll(here, -1), here, np.full(len(loop), len(loop))], axis=1)
        return Mesh(
            corners.astype(np.float32),
            np.tile(np.array([0, 0, -1], dtype=np.float32), (len(corners), 1)),
            self.uv(corners[:, 0], corners[:, 1]).astype(np.float32),
            faces.astype(np.uint32),
        )


def terrain(values: Values, cells: int) -> Terrain:
    """Return the surface for a soil patch's values, with `cells` squares along its longer side."""
    length, width = float(values["length_m"]), float(values["width_m"])
    step = max(length, width) / cells
    x = np.linspace(-length / 2, length / 2, max(8, round(length / step)) + 1)
    y = np.linspace(-width / 2, width / 2, max(8, round(width / step)) + 1)
    seed = int(values["variant"])
    pressed, lugs = _tracks(x, y, values)
    # Ridges wander a little, as a tool behind a tractor does.
    sway = 0.012 * np.interp(
        x, np.linspace(x[0], x[-1], 24), cloud("sway", seed, 64, lowest=1, highest=6, slope=1.5)[0][:24]
    )
    turn = 2 * np.pi * (y[:, None] + sway) / float(values["ridge_spacing_m"])
    ridge = 0.5 * float(values["ridge_height_m"]) * np.sin(np.pi / 2 * np.cos(turn))
    coarse = cloud("tilth coarse", seed, _TILE_PX, lowest=2, highest=18, slope=1.4)
    fine = _crumbled(seed, _TILE_PX)
    crumbs = 0.55 * _sampled(coarse, x, y, 1.9) + 0.4 * _sampled(fine, x, y, 1.07) + 0.35 * _sampled(fine.T, x, y, 0.59)
    noise = DEEPEST_M * np.tanh(TILTH_M * float(values["roughness"]) * crumbs / DEEPEST_M)
    height = (1 - 0.85 * pressed) * (ridge + noise) - float(values["track_depth_m"]) * (pressed - 0.35 * lugs)
    return Terrain(x, y, height - height.mean(), pressed)


@lru_cache(maxsize=16)
def _crumbled(seed: int, size: int) -> F32:
    """Return a tileable heap of round crumbs of many sizes, (size, size) float32 of mean 0 and deviation 1."""
    heap = np.zeros(size * size, dtype=np.float32)
    for number, (count, share_of_tile) in enumerate(((150, 0.045), (700, 0.022), (2600, 0.010))):
        u = uniforms(f"crumbs {number}", seed, count * 5).reshape(5, count).astype(np.float32)
        radius = np.float32(share_of_tile * size) * (0.6 + 0.8 * u[2])
        reach = int(np.ceil(float(radius.max())))
        offset = np.arange(-reach, reach + 1, dtype=np.int64)
        column, row = np.floor(u[0] * size).astype(np.int64), np.floor(u[1] * size).astype(np.int64)
        # Crumbs are lumps, not balls: stretched one way or the other.
        wide = (0.8 + 0.4 * u[3])[:, None, None]
        dx, dy = offset[None, None, :] * wide, offset[None, :, None] / wide
        inside = np.maximum(radius[:, None, None] ** 2 - dx * dx - dy * dy, 0)
        bump = np.sqrt(inside) * (0.55 + 0.6 * u[4])[:, None, None] * (inside > 0)
        index = ((row[:, None, None] + offset[:, None]) % size) * size + (column[:, None, None] + offset) % size
        np.maximum.at(heap, index.reshape(-1), bump.astype(np.float32).reshape(-1))
    field = heap.reshape(size, size)
    # A box of three by three takes the saw teeth off the rims.
    soft = np.sum([np.roll(field, (a, b), (0, 1)) for a in (-1, 0, 1) for b in (-1, 0, 1)], axis=0)
    out: F32 = ((soft - soft.mean()) / soft.std()).astype(np.float32)
    out.flags.writeable = False
    return out


def _sampled(tile: F32, x: F64, y: F64, period_m: float) -> F32:
    """Return a tileable field over the grid, bilinear; the tile repeats every `period_m`."""
    size = len(tile)

    def line(axis: F64) -> tuple[np.ndarray, np.ndarray, F32]:
        at = np.mod(axis / period_m, 1.0) * size
        low = np.floor(at).astype(np.int64) % size
        return low, (low + 1) % size, (at - np.floor(at)).astype(np.float32)

    left, right, s = line(x)
    low, high, t = line(y)
    first = tile[:, left] * (1 - s) + tile[:, right] * s
    out: F32 = first[low] * (1 - t)[:, None] + first[high] * t[:, None]
    return out


def _tracks(x: F64, y: F64, values: Values) -> tuple[F64, F64]:
    """Return how far each place is pressed by wheels, and the lugs that the tyre left standing, both in [0, 1]."""
    none = np.zeros((len(y), len(x)))
    if float(values["track_depth_m"]) == 0.0:
        return none, none
    half, gauge = float(values["track_width_m"]) / 2, float(values["track_gauge_m"])
    from_middle = y - float(values["track_offset_m"])
    from_track = from_middle - np.where(from_middle > 0, gauge / 2, -gauge / 2)
    across = np.abs(from_track)
    pressed = smoothstep(half * 1.15, half * 0.85, across.astype(np.float32)).astype(np.float64)
    # Tractor tyres print a V of bars, alternating on the two sides of the track.
    side = np.sign(from_track)
    phase = (x[None, :] - 0.7 * across[:, None]) / _LUG_M + 0.25 * side[:, None]
    bars = smoothstep(0.15, 0.55, np.cos(2 * np.pi * phase).astype(np.float32)).astype(np.float64)
    spread = np.broadcast_to(pressed[:, None], none.shape)
    return spread + 0.0, bars * spread


def soil_pictures(ground: Terrain, values: Values, texels: int) -> tuple[Texture, Texture, F32]:
    """Return colour, relief and the moisture of each texel over the patch, `texels` along its longer side.

    Wet soil is darker than dry by about half, because water fills the pores between the grains (D. B. Lobell and
    G. P. Asner: Moisture effects on soil reflectance, Soil Science Society of America Journal 66, 2002).
    """
    length, width = np.ptp(ground.x_m), np.ptp(ground.y_m)
    texel = max(length, width) / texels
    x = (np.arange(max(16, round(length / texel))) + 0.5) * texel - length / 2
    y = width / 2 - (np.arange(max(16, round(width / texel))) + 0.5) * texel
    seed = int(values["variant"])
    grain = cloud("soil grain", seed, _TILE_PX, lowest=6, highest=120, slope=0.45)
    heap = _crumbled(seed, _TILE_PX)
    blotch = cloud("soil blotch", seed, 64, lowest=1, highest=10, slope=1.2)
    crumbs = np.float32(0.55) * _sampled(heap, x, y, _CRUMBS_M) + np.float32(0.45) * _sampled(heap.T, x, y, 0.43)
    fine = crumbs + np.float32(0.7) * _sampled(grain, x, y, _GRAIN_M)
    patches = _sampled(blotch, x, y, 2.3)
    height, pressed = ground.over(x, y, ground.height_m), ground.over(x, y, ground.pressed)
    spread = max(float(ground.height_m.std()), 0.004)
    # Tops dry first; what a wheel pressed draws water up.
    local = np.clip(height / np.float32(spread), -2, 2)
    wet = float(values["moisture"])
    moisture = np.clip(wet + np.float32(wet * (1 - wet)) * (0.5 * patches - 0.5 * local + 0.9 * pressed), 0, 1)
    shade = (1 - 0.52 * moisture) * (1 + 0.075 * fine + 0.05 * patches + 0.05 * local)
    dry = np.asarray(values["color"], dtype=np.float32)
    # Damp soil turns a little redder and fuller, not grey.
    tint = np.array([1.0, 0.985, 0.955], dtype=np.float32) ** moisture[..., None]
    pixels = np.rint(np.clip(dry * shade[..., None] * tint, 0, 1) * np.float32(255)).astype(np.uint8)
    relief = normals_from_height(fine, 0.8)
    return Texture(pixels, srgb=True), Texture(relief, srgb=False), np.asarray(moisture, dtype=np.float32)
