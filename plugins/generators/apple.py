"""An apple with its stem and calyx, green to red.

It is whole: no bite, no leaf, no cut.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import Color, Float, Generator, Keypoint, Mesh, ObjectModel, Part, Texture, Values
from myriorama.plugins.generators._declared import DETAIL, FACETS_PER_STEP, density, length, ratio
from myriorama.plugins.generators._food import (
    VARIANT,
    closed_skin,
    dropped,
    hull_piece,
    image_axes,
    mixed,
    painted,
    share,
    spots,
)
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.combine import merge
from myriorama.scenes.geometry.measure import signed_volume_m3
from myriorama.scenes.geometry.sweep import bezier, tube
from myriorama.scenes.materials.finishes import plain, textured
from myriorama.scenes.materials.noise import cloud, smoothstep, uniforms

CARPELS: Final = 5
_POLE: Final = 0.02
"""Radius of the flat spot at each pole over that of the fruit; stem and calyx cover it."""


class Apple(Generator):
    """An apple."""

    name = "apple"
    label = "Apple"
    watertight = True
    help = "An apple with stem and calyx, from green to red; its mass is that of its flesh."
    parameters = (
        length("diameter_m", 0.075, 0.04, 0.12, "Largest diameter.", 0.12),
        ratio("height_ratio", 0.88, 0.7, 1.15, "Height over diameter, dents not counted."),
        ratio("taper", 0.18, 0.0, 0.5, "How much narrower it is towards the calyx."),
        ratio("ribs", 0.25, 0.0, 1.0, "How clearly five bumps show around the calyx."),
        ratio("dent", 0.5, 0.1, 1.0, "Depth of the hollow that the stem grows from."),
        length("stem_m", 0.018, 0.004, 0.045, "Length of the stem.", 0.4, "Stem"),
        Float(
            "stem_tilt_deg",
            14.0,
            help="How far the stem leans over.",
            unit="deg",
            minimum=0.0,
            maximum=50.0,
            group="Stem",
            suggested={"uniform": [0.0, 35.0]},
        ),
        Color(
            "ground_color",
            "#c9c25a",
            help="Colour under the blush.",
            group="Look",
            suggested={"hsv": {"h": [48, 80], "s": [0.42, 0.65], "v": [0.66, 0.82]}},
        ),
        Color(
            "blush_color",
            "#a8231f",
            help="Colour of the side that saw the sun.",
            group="Look",
            suggested={"hsv": {"h": [354, 376], "s": [0.75, 0.9], "v": [0.5, 0.75]}},
        ),
        share("blush", 0.55, "Share of the skin that is flushed: 0 none, 1 all.", "Look", (0.0, 1.0)),
        share("stripes", 0.5, "How much the blush breaks into stripes.", "Look", (0.0, 1.0)),
        share("russet", 0.2, "How far brown cork spreads from the stem's hollow.", "Look", (0.0, 0.5)),
        VARIANT,
        density(840.0, "flesh"),
        DETAIL,
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the apple for these values, standing on its calyx end."""
        segments = FACETS_PER_STEP * int(values["detail"])
        grid = _grid(values, segments, 11 * int(values["detail"]) + 3)
        low = float(grid[..., 2].min())
        grid[..., 2] -= low
        body = closed_skin(grid)
        bottom, top = grid[0, :-1].mean(axis=0), grid[-1, :-1].mean(axis=0)
        stem, tip = _stem(values, top)
        calyx = dropped(_calyx(values, bottom + (0, 0, low)), low)
        volume = signed_volume_m3(body)
        mass = volume * float(values["density_kg_m3"])
        girth = len(grid) // 2
        equator = grid[girth, : segments // 4 * 4 : segments // 4]
        return ObjectModel(
            parts=(
                Part("flesh", body, textured(_skin(values), 0.32, "apple skin")),
                Part("stem", stem, plain("#5b4128", 0.8, "stem")),
                Part("calyx", calyx, plain("#4a3a26", 0.85, "dry sepals")),
            ),
            keypoints=(
                Keypoint("stem_tip", (float(tip[0]), float(tip[1]), float(tip[2]))),
                Keypoint("stem_hollow", (float(top[0]), float(top[1]), float(top[2]))),
                Keypoint("calyx", (float(bottom[0]), float(bottom[1]), float(bottom[2]))),
                *(
                    Keypoint(f"cheek_{number}", (float(p[0]), float(p[1]), float(p[2])))
                    for number, p in enumerate(equator, start=1)
                ),
            ),
            skeleton=(("stem_hollow", "stem_tip"),),
            attributes=MappingProxyType(
                {
                    "mass_g": mass * 1e3,
                    "volume_ml": volume * 1e6,
                    "diameter_m": float(np.ptp(body.bounds[:, 0])),
                    "height_m": float(np.ptp(body.bounds[:, 2])),
                    "blush": float(values["blush"]),
                }
            ),
            collision=(hull_piece(grid.reshape(-1, 3)),),
            mass_kg=mass,
            friction=0.45,
        )


def _grid(values: Values, segments: int, rows: int) -> F64:
    """Return the skin as rings from calyx to stem, (rows, segments + 1, 3), the fruit's middle on z = 0."""
    radius = float(values["diameter_m"]) / 2
    half = radius * float(values["height_ratio"])
    seed = int(values["variant"])
    # Rings lie closer in the hollows, where the skin turns fast.
    polar = np.linspace(-1.0, 1.0, rows)
    angle = (np.pi / 2 - _POLE) * (1.25 * polar - 0.25 * polar**3) if rows > 3 else np.pi / 2 * polar
    angle = np.clip(angle, -(np.pi / 2 - _POLE), np.pi / 2 - _POLE)[:, None]
    turn = (np.arange(segments + 1) % segments)[None, :] * (2 * np.pi / segments)
    out, up = np.cos(angle), np.sin(angle)
    out = out * (1 + float(values["taper"]) * (0.35 * up - 0.2 * (1 - up) * out * out + 0.1))
    toward_calyx = smoothstep(0.4, -0.9, up.astype(np.float32)).astype(np.float64)
    bump = 0.06 * float(values["ribs"]) * np.cos(CARPELS * turn)
    out = out * (1 + bump * toward_calyx)
    u = uniforms("apple form", seed, 8)
    for wave in (1, 2, 3):
        out = out * (1 + (0.018 / wave) * np.cos(wave * turn + 2 * np.pi * u[wave]) * (1 + (u[wave + 3] - 0.5) * up))
    widest = float(np.abs(out).max())
    out = out / widest
    z = half * up
    # The hollows: narrow and deep at the stem, shallow at the calyx, where five bumps reach down.
    z = z - half * (0.25 + 0.35 * float(values["dent"])) * np.exp(-((out / 0.3) ** 2)) * (up > 0)
    z = z + half * 0.34 * np.exp(-((out / 0.34) ** 2)) * (up < 0)
    z = z - half * 0.10 * float(values["ribs"]) * np.cos(CARPELS * turn) * toward_calyx * np.exp(
        -(((out - 0.42) / 0.2) ** 2)
    )
    z = z + half * 0.08 * (u[0] - 0.5) * out * np.cos(turn - 2 * np.pi * u[7])
    return np.stack([radius * out * np.cos(turn), radius * out * np.sin(turn), z + 0 * turn], axis=2)


def _stem(values: Values, foot: F64) -> tuple[Mesh, F64]:
    """Return the stem and the middle of its upper end."""
    reach = float(values["stem_m"])
    lean = np.radians(float(values["stem_tilt_deg"]))
    turn = 2 * np.pi * uniforms("apple stem", int(values["variant"]), 1)[0]
    aside = np.array([np.cos(turn), np.sin(turn), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    end = foot + reach * (np.cos(lean) * up + np.sin(lean) * aside)
    # It starts under the skin, so that its lower end does not show.
    start = foot - 0.08 * float(values["diameter_m"]) * up
    line = bezier(np.array([start, foot, foot + 0.55 * reach * up, end]), 9)
    thick = 0.02 * float(values["diameter_m"]) * np.array([1.1, 1.0, 0.95, 0.9, 0.85, 0.85, 0.95, 1.2, 1.35])
    mesh = tube(line, np.stack([thick, thick], axis=1), 8)
    return mesh, line[-1]


def _calyx(values: Values, foot: F64) -> Mesh:
    """Return five dry sepals around the lower pole."""
    size = 0.075 * float(values["diameter_m"])
    turns = uniforms("apple sepals", int(values["variant"]), CARPELS * 2).reshape(2, CARPELS)
    out = []
    for number in range(CARPELS):
        turn = 2 * np.pi * (number + 0.5 * turns[0, number]) / CARPELS
        aside = np.array([np.cos(turn), np.sin(turn), 0.0])
        # Up into the flesh, then out and down into the hollow.
        line = np.array(
            [
                foot + 0.25 * size * aside + (0, 0, 0.5 * size),
                foot + 0.55 * size * aside - (0, 0, 0.25 * size),
                foot + (0.9 + 0.5 * turns[1, number]) * size * aside - (0, 0, 0.3 * size),
            ]
        )
        widths = size * np.array([[0.28, 0.1], [0.26, 0.08], [0.05, 0.04]])
        out.append(tube(line, widths, 6, first_normal=(-aside[1], aside[0], 0.0)))
    return merge(out)


def _skin(values: Values) -> Texture:
    """Return the skin: ground colour, blush towards +X, stripes, pale dots, cork in the stem's hollow."""
    seed = int(values["variant"])
    u, v = image_axes()
    soft = cloud("apple blotch", seed, 256, lowest=1, highest=8, slope=1.2)
    streak = cloud("apple streak", seed, 256, lowest=8, highest=100, slope=0.6, stretch=(1.0, 14.0))
    fine = cloud("apple fine", seed, 256, lowest=30, highest=120, slope=0.3)
    layer = np.broadcast_to(np.asarray(values["ground_color"], dtype=np.float32), (256, 256, 3)) + 0
    layer = layer * (1 + 0.035 * soft + 0.02 * fine)[..., None]
    # Greener where it was shaded by the stem's hollow and below.
    layer = mixed(
        layer, layer.mean(axis=(0, 1)) * (0.82, 1.0, 0.75), np.float32(0.5) * smoothstep(0.75, 1.0, v + 0 * u)
    )
    sunny = np.cos(2 * np.pi * u) * np.sin(np.pi * v)
    amount = np.float32(2.6 * float(values["blush"]) - 1.3)
    stripes = np.float32(float(values["stripes"]))
    flush = smoothstep(-0.55, 0.55, amount + 0.75 * sunny + 0.16 * soft + (0.1 + 0.42 * stripes) * streak * 0.7)
    deep = np.asarray(values["blush_color"], dtype=np.float32) * (1 + 0.06 * streak[..., None] + 0.03 * fine[..., None])
    layer = (
        layer + (deep - layer) * (flush * (0.35 + 0.65 * smoothstep(-1.4, 0.9, streak + 2 * (1 - stripes))))[..., None]
    )
    layer = mixed(layer, (0.86, 0.78, 0.6), np.float32(0.5) * spots("apple dots", seed, 150, (0.002, 0.006), 2.0))
    cork = float(values["russet"])
    edge = np.float32(1.0 - 0.28 * cork) + 0.035 * soft + 0.02 * fine
    layer = mixed(layer, (0.55, 0.42, 0.24), np.float32(min(1.0, 2 * cork)) * smoothstep(-0.04, 0.05, v - edge))
    layer = mixed(layer, (0.33, 0.25, 0.15), np.float32(0.8) * smoothstep(0.965, 0.995, v + 0 * u))
    return painted(mixed(layer, (0.35, 0.3, 0.16), np.float32(0.8) * smoothstep(0.05, 0.015, v + 0 * u)))
