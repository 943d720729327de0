"""A sealed bag of film: a pillow of crisps, or a pouch of coffee that stands on a flat base.

Wrinkles are drawn from the article's number; film does not fold or tear here.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import (
    Choice,
    CollisionPiece,
    Generator,
    Int,
    Keypoint,
    Material,
    Mesh,
    ObjectModel,
    Part,
    Values,
)
from myriorama.plugins.generators._declared import density, length, mass_kg, ratio
from myriorama.plugins.generators._product import PRINT, printed_product
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.measure import area_m2, corner_normals
from myriorama.scenes.geometry.sweep import skin
from myriorama.scenes.materials.noise import uniforms
from myriorama.scenes.materials.product_sheets import bag_sheet
from myriorama.scenes.materials.products import net_mass

FILM_KG_M2: Final = 0.075
SEAL_HALF_M: Final = 0.0004
STEPS_ACROSS: Final = 14
STEPS_UP: Final = 10


class Bag(Generator):
    """A bag of crisps or a pouch of coffee."""

    name = "bag"
    label = "Bag"
    help = "A sealed, swollen bag of printed film, upright, its front facing -Y; a pillow or a pouch with a base."
    watertight = True
    parameters = (
        Choice(
            "style",
            "pillow",
            help="pillow: sealed at both ends; pouch: sealed at the top, with a flat base.",
            options=("pillow", "pouch"),
            group="Shape",
            suggested={"choice": ["pillow", "pouch"]},
        ),
        length("width_m", 0.19, 0.05, 0.5, "Width lying flat."),
        length("height_m", 0.26, 0.06, 0.6, "Height."),
        ratio(
            "fullness", 0.36, 0.12, 0.6, "Thickness where it is thickest, over its width or height, whichever is less."
        ),
        ratio("seal_ratio", 0.055, 0.02, 0.12, "Height of a seal over that of the bag."),
        ratio("crinkle", 0.5, 0.0, 1.0, "How deep the wrinkles are."),
        ratio("gloss", 0.6, 0.0, 1.0, "0: matt paper; 1: bright foil.", "Look"),
        *PRINT,
        density(60.0, "bag's contents, air included"),
        Int(
            "detail",
            2,
            help="Fineness of the film's mesh: 14 steps across and 10 up for each.",
            minimum=1,
            maximum=6,
            group="Mesh",
        ),
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the bag for these values, its lower end on z = 0."""
        film = _Film.of(values)
        detail = int(values["detail"])
        grid = film.rings(STEPS_ACROSS * detail, STEPS_UP * detail)
        mesh = _printed(skin(grid), grid)
        goods = mass_kg(mesh, float(values["density_kg_m3"]))
        mass = goods + area_m2(mesh) * FILM_KG_M2
        amount = net_mass(goods * 1e3)
        product = printed_product("bag" if values["style"] == "pillow" else "pouch", values)
        sheet = bag_sheet(product, film.width_m, film.height_m, film.seal, amount)
        gloss = float(values["gloss"])
        foil = Material(
            (1.0, 1.0, 1.0),
            metallic=0.45 * gloss,
            roughness=0.72 - 0.44 * gloss,
            base_color_texture=sheet.texture,
            name="printed film",
        )
        half = grid.shape[1] // 2
        middle = grid[len(grid) // 2]
        corners = [
            Keypoint(f"{level}_{end}", _point(grid[row, column]))
            for level, row in (("bottom", 0), ("top", len(grid) - 1))
            for end, column in (("left", 0), ("right", half))
        ]
        return ObjectModel(
            parts=(Part("film", mesh, foil),),
            keypoints=(
                *corners,
                Keypoint("front_centre", _point(middle[half // 2])),
                Keypoint("back_centre", _point(middle[half + half // 2])),
            ),
            skeleton=(
                ("bottom_left", "bottom_right"),
                ("bottom_right", "top_right"),
                ("top_right", "top_left"),
                ("top_left", "bottom_left"),
            ),
            attributes=MappingProxyType(
                {
                    "mass_g": mass * 1e3,
                    "net_amount": amount,
                    **product.attributes,
                    "has_bar_code": sheet.has_bar_code,
                }
            ),
            collision=_pieces(grid),
            mass_kg=mass,
            friction=0.45,
        )


def _point(place: F64) -> tuple[float, float, float]:
    x, y, z = np.asarray(place, dtype=np.float32)
    return float(x), float(y), float(z)


def _pieces(grid: F64) -> tuple[CollisionPiece, ...]:
    """Return the hulls of the lower, middle and upper third: together they keep the thin ends thin."""
    cuts = [0, len(grid) // 4, 3 * len(grid) // 4, len(grid) - 1]
    pieces = []
    for low, high in zip(cuts[:-1], cuts[1:], strict=True):
        step = max(1, (high - low) // 3)
        rows = sorted({*range(low, high, step), high})
        pieces.append(CollisionPiece(grid[rows, :-1].reshape(-1, 3).astype(np.float32)))
    return tuple(pieces)


def _printed(mesh: Mesh, grid: F64) -> Mesh:
    """Return the mesh with the print laid by place: across by column, upwards by height, the ends bare seal.

    Wrinkles may be steeper than the rings' own frames tell, so normals come from the faces.
    """
    uv, normals = mesh.uv.copy(), mesh.normals.copy()
    rows, columns = grid.shape[:2]
    film = mesh.faces[(mesh.faces < rows * columns).all(axis=1)]
    normals[film.reshape(-1)] = corner_normals(mesh.positions, film).reshape(-1, 3)
    # Where front and back meet, both look straight to the side: neither may win by the cut of its triangles.
    on_film = normals[: rows * columns].reshape(rows, columns, 3)
    for column, sign in ((0, -1.0), (columns // 2, 1.0), (columns - 1, -1.0)):
        line = grid[:, column]
        steps = np.gradient(line, axis=0)
        side = sign * np.column_stack([steps[:, 2], np.zeros(rows), -steps[:, 0]])
        on_film[:, column] = side / np.linalg.norm(side, axis=1, keepdims=True)
    height = float(grid[:, :, 2].max())
    uv[: rows * columns, 1] = (grid[..., 2] / height).reshape(-1).astype(np.float32)
    ends = np.arange(rows * columns, len(uv))
    is_top = ends >= rows * columns + columns + 1
    uv[ends] = np.where(is_top[:, None], (0.25, 0.995), (0.25, 0.005)).astype(np.float32)
    return Mesh(mesh.positions, normals, uv, mesh.faces)


@dataclass(frozen=True)
class _Film:
    """A bag's measures, metres, and its wrinkles."""

    width_m: float
    height_m: float
    thick_m: float
    seal: float
    is_pouch: bool
    crinkle: float
    draws: tuple[float, ...]

    @staticmethod
    def of(values: Values) -> _Film:
        width = float(values["width_m"])
        return _Film(
            width_m=width,
            height_m=float(values["height_m"]),
            thick_m=min(width, float(values["height_m"])) * float(values["fullness"]),
            seal=float(values["seal_ratio"]),
            is_pouch=values["style"] == "pouch",
            crinkle=float(values["crinkle"]),
            draws=tuple(float(d) for d in uniforms("bag wrinkles", int(values["variant"]), 40)),
        )

    def rings(self, across: int, up: int) -> F64:
        """Return (R, 2 * across + 1, 3) points: rings from the lower end up, each from the left round the front."""
        seals = np.array([0.0, 0.35, 0.7, 1.0]) * self.seal
        low_end = np.zeros(1) if self.is_pouch else seals
        inner = (1 - np.cos(np.linspace(0, np.pi, up + 1))) / 2
        start = 0.0 if self.is_pouch else self.seal
        body = start + (1 - self.seal - start) * inner
        share = np.unique(np.concatenate([low_end, body, 1 - seals]))
        belly = self._belly(share)
        # What swells takes its length from the width: the film does not stretch (an ellipse's perimeter, Ramanujan).
        narrow = 1 - 0.42 * (belly / max(self.width_m, 1e-9)) ** 1.15
        t = np.linspace(-1.0, 1.0, across + 1)
        x = np.concatenate([t, t[-2::-1]])
        sign = np.concatenate([-np.ones(across + 1), np.ones(across)])
        fullness = (1 - np.abs(x) ** 2.2) ** 0.72
        fullness[[0, across, -1]] = 0.0
        y = sign * fullness * (0.5 * belly)[:, None]
        grid = np.empty((len(share), len(x), 3))
        grid[..., 0] = x * (0.5 * self.width_m * narrow)[:, None]
        grid[..., 1] = y + self._wrinkles(share, x, sign) * fullness**0.5 * np.minimum(1, belly / 0.02)[:, None]
        grid[..., 2] = share[:, None] * self.height_m
        # A thin bag stays a bag: its film never passes through the other side's.
        grid[..., 1] = sign * np.maximum(sign * grid[..., 1], fullness * SEAL_HALF_M)
        grid[:, -1] = grid[:, 0]
        return grid

    def _belly(self, share: F64) -> F64:
        """Return the thickness at each height, (R,) metres; a share of the height from 0 to 1."""
        seal = 2 * SEAL_HALF_M
        top = np.clip((1 - self.seal - share) / (1 - self.seal), 0, 1)
        if self.is_pouch:
            # Fullest low down, with a base that is almost as deep.
            swell = (1 - (1 - np.minimum(1, top * 1.12)) ** 2.4) * (
                0.9 + 0.1 * np.sin(np.pi * np.minimum(1, 2 * share))
            )
        else:
            inside = np.clip((share - self.seal) / (1 - 2 * self.seal), 0, 1)
            sag = inside**0.93
            swell = np.clip(1 - np.abs(2 * sag - 1) ** 2.1, 0, 1) ** 0.62
        return np.asarray(seal + (self.thick_m - seal) * np.clip(swell, 0, 1), dtype=np.float64)

    def _wrinkles(self, share: F64, x: F64, sign: F64) -> F64:
        """Return (R, C) metres out of the film: folds that run from the seals, and dents along the sides."""
        d = self.draws
        side = np.where(sign < 0, 0.0, 1.0)
        near_top = np.exp(-((1 - self.seal - share) / 0.16)).clip(0, 1)[:, None]
        near_low = np.exp(-((share - self.seal) / 0.16)).clip(0, 1)[:, None]
        if self.is_pouch:
            near_low = 0.25 * near_low
        out = np.zeros((len(share), len(x)))
        for k in range(3):
            wave = np.cos(x * (5 + 4 * k + 3 * d[k]) + 6.3 * d[5 + k] + 2.1 * side)
            out += wave * (near_top * (0.4 + d[10 + k]) + near_low * (0.4 + d[15 + k])) / (1.4 + 0.7 * k)
        dents = np.cos(share[:, None] * 6.3 * (5 + 3 * d[20]) + 6.3 * d[21] + 2.0 * side) * np.abs(x) ** 5
        slow = np.cos(share[:, None] * 6.3 * (1 + d[22]) + x * 2.4 * (d[23] - 0.5) + 6.3 * d[24] + 1.7 * side)
        free = ((share > self.seal) | self.is_pouch) & (share < 1 - self.seal)
        depth = 0.07 * self.thick_m * self.crinkle
        return np.asarray(depth * (out + 1.3 * dents + 0.9 * slow) * free[:, None], dtype=np.float64)
