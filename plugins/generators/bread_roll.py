"""A bread roll with a crust, scored or plain.

It is uncut: there is crust all around, and crumb only in the score.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import Color, Generator, Int, Keypoint, Material, Mesh, ObjectModel, Part, Values
from myriorama.plugins.generators._declared import DETAIL, density, length, ratio
from myriorama.plugins.generators._food import PAINT_PX, VARIANT, dropped, hull_piece, image_axes, mixed, painted, share
from myriorama.scenes.conventions import F32, F64, U32
from myriorama.scenes.geometry.combine import merge
from myriorama.scenes.geometry.measure import signed_volume_m3, with_normals
from myriorama.scenes.materials.finishes import srgb
from myriorama.scenes.materials.model import Texture
from myriorama.scenes.materials.noise import cloud, normals_from_height, smoothstep, uniforms

_CELLS_PER_STEP: Final = 7
_FLAT: Final = 0.16
"""Share of the height that is under the widest line."""


class BreadRoll(Generator):
    """A bread roll."""

    name = "bread_roll"
    label = "Bread roll"
    watertight = True
    help = "An oval bread roll with a baked crust, scores across its top and a dusting of flour."
    parameters = (
        length("length_m", 0.105, 0.05, 0.25, "Size along X.", 0.15),
        length("width_m", 0.082, 0.04, 0.15, "Size along Y.", 0.12),
        length("height_m", 0.055, 0.02, 0.10, "Height.", 0.15),
        ratio("lumps", 0.35, 0.0, 1.0, "How uneven its form is."),
        Int(
            "scores",
            1,
            help="Cuts that opened while baking; one runs along X, several run across.",
            minimum=0,
            maximum=5,
            group="Score",
            suggested={"integers": [0, 3]},
        ),
        ratio("score_depth", 0.45, 0.1, 1.0, "How far the cuts opened.", "Score"),
        Color(
            "crust_color",
            "#b8752f",
            help="Colour of the crust.",
            group="Look",
            suggested={"hsv": {"h": [26, 36], "s": [0.6, 0.8], "v": [0.55, 0.82]}},
        ),
        share("bake", 0.45, "How dark the top is baked.", "Look", (0.2, 0.8)),
        share("flour", 0.25, "Dusting of flour.", "Look", (0.0, 0.7)),
        VARIANT,
        density(270.0, "bread"),
        DETAIL,
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the roll for these values, on its flat side."""
        cells = _CELLS_PER_STEP * int(values["detail"])
        top, bottom = _halves(values, 2 * cells)
        color, relief = _crust(values)
        crust = Material(
            base_color=(1.0, 1.0, 1.0),
            roughness=0.62,
            base_color_texture=color,
            normal_texture=relief,
            name="crust",
        )
        low = float(bottom[..., 2].min())
        faces = _disc_faces(2 * cells)
        body = dropped(
            merge(
                [
                    _sheet(top, faces, (0.0, 0.0)),
                    _sheet(bottom, faces[:, ::-1], (0.5, 0.0)),
                ]
            ),
            low,
        )
        volume = signed_volume_m3(body)
        mass = volume * float(values["density_kg_m3"])
        crest = top[cells, cells] - (0, 0, low)
        rim = [top[cells, 0], top[cells, -1], top[0, cells], top[-1, cells]]
        names = ("end_1", "end_2", "side_1", "side_2")
        return ObjectModel(
            parts=(Part("crust", body, crust),),
            keypoints=(
                Keypoint("top", (float(crest[0]), float(crest[1]), float(crest[2]))),
                *(
                    Keypoint(name, (float(p[0]), float(p[1]), float(p[2] - low)))
                    for name, p in zip(names, rim, strict=True)
                ),
            ),
            skeleton=(("end_1", "top"), ("top", "end_2")),
            attributes=MappingProxyType(
                {"mass_g": mass * 1e3, "volume_ml": volume * 1e6, "scores": int(values["scores"])}
            ),
            collision=(hull_piece(body.positions.astype(np.float64)),),
            mass_kg=mass,
            friction=0.6,
        )


def _disc(cells: int) -> tuple[F64, F64]:
    """Return a square grid laid onto the unit disc, x and y, (cells + 1, cells + 1) each.

    G. Nowell's elliptical map keeps the grid fine in the middle, where the scores are.
    """
    line = np.linspace(-1.0, 1.0, cells + 1)
    u, v = line[None, :], line[:, None]
    return u * np.sqrt(1 - v * v / 2), v * np.sqrt(1 - u * u / 2)


def _disc_faces(cells: int) -> U32:
    """Return the faces of such a grid, every square cut from the middle outwards.

    Cut the other way, the squares at the corners would have a triangle of three points of the rim, and top and bottom
    would share it.
    """
    row, column = (index.reshape(-1) for index in np.indices((cells, cells)))
    a = row * (cells + 1) + column
    b, c, d = a + 1, a + cells + 2, a + cells + 1
    out = np.stack([a, b, c, a, c, d], axis=1)
    other = (row < cells // 2) != (column < cells // 2)
    out[other] = np.stack([a, b, d, b, c, d], axis=1)[other]
    faces: U32 = out.reshape(-1, 3).astype(np.uint32)
    return faces


def _halves(values: Values, cells: int) -> tuple[F64, F64]:
    """Return top and bottom as grids, (cells + 1, cells + 1, 3), equal along their rims."""
    half_x, half_y, height = (float(values[n]) * f for n, f in (("length_m", 0.5), ("width_m", 0.5), ("height_m", 1.0)))
    x, y = _disc(cells)
    rho = np.minimum(np.hypot(x, y), 1.0)
    # Even steps of angle from crest to rim, so that the steep side is as fine as the top.
    angle = rho * (np.pi / 2)
    stretch = np.divide(np.sin(angle), rho, out=np.full_like(rho, np.pi / 2), where=rho > 0)
    u = uniforms("roll form", int(values["variant"]), 12)
    turn = np.arctan2(y, x)
    uneven = float(values["lumps"])
    wide = 1 + uneven * sum(0.05 / k * np.cos(k * turn + 2 * np.pi * u[k]) for k in (1, 2, 3)) * rho
    across = np.stack([half_x * x * stretch * wide, half_y * y * stretch * wide], axis=2)
    rim = np.cos(angle)
    rim[rho >= 1 - 1e-9] = 0.0
    swell = 1 + uneven * 0.14 * (np.cos(2.1 * x + 6.28 * u[4]) * np.cos(1.7 * y + 6.28 * u[5]) + 0.5 * (u[6] - 0.5) * x)
    upper = height * (1 - _FLAT) * rim**0.85 * swell
    upper = upper + _scored(values, across[..., 0] / half_x, across[..., 1] / half_y, upper)
    lower = -height * _FLAT * np.sqrt(np.maximum(1 - np.sin(angle) ** 6, 0.0))
    lower[rho >= 1 - 1e-9] = 0.0
    return np.concatenate([across, upper[..., None]], axis=2), np.concatenate([across, lower[..., None]], axis=2)


def _cuts(values: Values) -> list[tuple[float, float, float, float]]:
    """Return each cut as its middle x, y, its heading in radians and its half length, in shares of the half sizes."""
    count = int(values["scores"])
    u = uniforms("roll scores", int(values["variant"]), 12)
    if count == 1:
        return [(0.0, 0.06 * (u[0] - 0.5), 0.25 * (u[1] - 0.5), 0.72)]
    places = np.linspace(-0.5, 0.5, count).tolist()
    return [(p, 0.0, float(np.radians(62) + 0.2 * (u[2 + k] - 0.5)), 0.5) for k, p in enumerate(places)]


def _across_cuts(values: Values, x: F64, y: F64) -> tuple[F64, F64]:
    """Return how deep in a cut each place is, and how near to its lifted edge, both in [0, 1]."""
    inside, ear = np.zeros_like(x), np.zeros_like(x)
    width = 0.07 + 0.12 * float(values["score_depth"]) / (1 + 0.25 * int(values["scores"]))
    for cx, cy, heading, half in _cuts(values):
        along = np.cos(heading) * (x - cx) + np.sin(heading) * (y - cy)
        aside = -np.sin(heading) * (x - cx) + np.cos(heading) * (y - cy)
        open_here = np.sqrt(np.maximum(1 - (along / half) ** 2, 0.0))
        scaled = aside / np.maximum(width * open_here, 1e-3)
        inside = np.maximum(inside, open_here * np.exp(-(scaled**4)))
        ear = np.maximum(ear, open_here * np.exp(-(((aside - 1.35 * width) / (0.4 * width)) ** 2)))
    return inside, ear


def _scored(values: Values, x: F64, y: F64, upper: F64) -> F64:
    inside, ear = _across_cuts(values, x, y)
    # A cut is as wide as the roll is small, and cannot be deep where it is narrow.
    size = min(float(values["height_m"]), 0.65 * float(values["width_m"]), 0.65 * float(values["length_m"]))
    open_far = float(values["score_depth"])
    room = upper / max(float(upper.max()), 1e-9)
    out: F64 = size * open_far * room * (0.08 * ear - 0.17 * inside)
    return out


def _sheet(grid: F64, faces: U32, at: tuple[float, float]) -> Mesh:
    """Return one half; its texture is one half of the picture, seen from above."""
    rows, columns, _ = grid.shape
    x, y = _disc(columns - 1)
    uv = np.stack([at[0] + 0.25 + 0.245 * x, at[1] + 0.5 + 0.49 * y], axis=2)
    flat = grid.reshape(rows * columns, 3)
    return with_normals(flat.astype(np.float32), uv.reshape(-1, 2), faces, 180.0)


def _crust(values: Values) -> tuple[Texture, Texture]:
    """Return colour and relief: the left half shows the top, the right half the underside."""
    seed = int(values["variant"])
    u, _ = image_axes(2 * PAINT_PX)
    _, v = image_axes(PAINT_PX)
    x, y = np.mod(u, 0.5) * 4 - 1 + 0 * v, v * 2 - 1 + 0 * u
    rho = np.hypot(x, y)
    is_top = (u < 0.5) & (v >= 0)
    # One field for both halves: nobody sees top and underside at once.
    soft = _both(cloud("crust blotch", seed, PAINT_PX, lowest=1, highest=10, slope=1.1))
    fine = _both(cloud("crust fine", seed, PAINT_PX, lowest=16, highest=110, slope=0.5))
    blister = _both(cloud("crust blister", seed, PAINT_PX, lowest=7, highest=34, slope=0.7))
    crust, bake = np.asarray(values["crust_color"], dtype=np.float32), np.float32(float(values["bake"]))
    pale = np.asarray(srgb("#e3bd80"), dtype=np.float32)
    dark = crust * np.array([0.5, 0.4, 0.34], dtype=np.float32)
    done = np.where(is_top, 1.15 - 0.75 * rho**3, 0.62 - 0.25 * (1 - rho)) + 0.11 * soft + 0.04 * fine
    layer = pale + (crust - pale) * smoothstep(0.15, 0.75, done.astype(np.float32) + 0.3 * bake)[..., None]
    layer = mixed(layer, dark, smoothstep(0.75, 1.55, (done + 0.75 * bake + 0.08 * blister).astype(np.float32)))
    layer = layer * (1 + 0.05 * fine)[..., None]
    inside, ear = (a.astype(np.float32) * is_top for a in _across_cuts(values, *_above(x, y, rho)))
    layer = mixed(
        layer, np.asarray(srgb("#e9cf9d"), dtype=np.float32) * 0.97, smoothstep(0.2, 0.7, inside + 0.12 * fine)
    )
    layer = mixed(layer, dark * 0.8, np.float32(0.6) * bake * smoothstep(0.3, 0.9, ear))
    dust = float(values["flour"])
    if dust > 0:
        lying = is_top * smoothstep(1.0, 0.5, rho.astype(np.float32)) * (1 - 0.7 * inside)
        flour = smoothstep(1.3 - 1.5 * dust, 2.6 - 1.5 * dust, 0.8 * fine + 0.7 * soft + np.float32(0.9 * dust))
        layer = mixed(layer, (0.95, 0.92, 0.86), np.float32(0.85) * lying * flour)
    height: F32 = (1.1 * blister + 0.9 * fine + 0.8 * inside * fine).astype(np.float32)
    return painted(layer), Texture(normals_from_height(height, 0.35), srgb=False)


def _both(field: F32) -> F32:
    return np.tile(field, (1, 2))


def _above(x: F32, y: F32, rho: F32) -> tuple[F64, F64]:
    """Return where a texel lies, in shares of the half sizes: the picture is laid out by angle, not by distance."""
    far = np.maximum(rho.astype(np.float64), 1e-9)
    stretch = np.sin(np.minimum(far, 1.0) * (np.pi / 2)) / far
    return x * stretch, y * stretch
