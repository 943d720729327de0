"""A banana, from green to brown-spotted, lying on its side.

It is a single one in its peel; a hand of bananas is several.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import Float, Generator, Keypoint, ObjectModel, Part, Texture, Values
from myriorama.plugins.generators._declared import DETAIL, FACETS_PER_STEP, density, length, ratio
from myriorama.plugins.generators._food import (
    VARIANT,
    closed_skin,
    hull_piece,
    image_axes,
    mixed,
    painted,
    share,
    spots,
)
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.measure import signed_volume_m3
from myriorama.scenes.geometry.sweep import curve_frames
from myriorama.scenes.materials.finishes import srgb, textured
from myriorama.scenes.materials.noise import cloud, smoothstep, uniforms

SIDES: Final = 5
BEND_PIECES: Final = 5
_ROWS_PER_STEP: Final = 13
# Radius along the fruit over its largest, from the cut of the stem to the blossom's end.
_ALONG: Final = np.array([0.0, 0.05, 0.10, 0.15, 0.20, 0.28, 0.40, 0.55, 0.70, 0.82, 0.90, 0.95, 0.98, 1.0])
_RADIUS: Final = np.array([0.34, 0.28, 0.27, 0.33, 0.52, 0.82, 0.97, 1.0, 0.97, 0.85, 0.64, 0.42, 0.26, 0.22])


class Banana(Generator):
    """A banana."""

    name = "banana"
    label = "Banana"
    watertight = True
    help = "A curved, five-sided banana that lies on its side; ripeness goes from green over yellow to spotted brown."
    parameters = (
        length("length_m", 0.20, 0.10, 0.30, "Along its middle line, stem included.", 0.15),
        ratio("thickness", 0.18, 0.11, 0.26, "Largest diameter over length."),
        Float(
            "bend_deg",
            75.0,
            help="By how much its direction turns from end to end.",
            unit="deg",
            minimum=5.0,
            maximum=120.0,
            group="Shape",
            suggested={"uniform": [50.0, 95.0]},
        ),
        ratio("facets", 0.5, 0.0, 1.0, "How clearly its five sides show."),
        ratio("neck", 1.0, 0.7, 1.4, "Thickness of the stem."),
        share("ripeness", 0.5, "0 green, 0.5 yellow, 1 brown all over.", "Look", (0.15, 0.85)),
        share("bruises", 0.25, "Dark streaks where it was knocked.", "Look", (0.0, 0.6)),
        VARIANT,
        density(960.0, "fruit"),
        DETAIL,
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the banana for these values; it bends in the plane that it lies on."""
        segments = 10 * max(1, FACETS_PER_STEP * int(values["detail"]) // 16)
        line, grid = _grid(values, segments, _ROWS_PER_STEP * int(values["detail"]) + 3)
        body = closed_skin(grid)
        volume = signed_volume_m3(body)
        mass = volume * float(values["density_kg_m3"])
        middle = len(grid) // 2
        ends = [grid[k, :-1].mean(axis=0) for k in (0, -1)]
        named = {
            "stem_end": ends[0],
            "blossom_end": ends[1],
            "back": grid[middle, 0],
            "belly": grid[middle, segments // 2],
        }
        return ObjectModel(
            parts=(Part("peel", body, textured(_peel(values), 0.48, "banana peel")),),
            keypoints=tuple(Keypoint(n, (float(p[0]), float(p[1]), float(p[2]))) for n, p in named.items()),
            skeleton=(("stem_end", "back"), ("back", "blossom_end")),
            attributes=MappingProxyType(
                {
                    "mass_g": mass * 1e3,
                    "volume_ml": volume * 1e6,
                    "length_m": float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum()),
                    "ripeness": float(values["ripeness"]),
                    "ripeness_stage": _stage(float(values["ripeness"])),
                }
            ),
            collision=tuple(
                hull_piece(grid[first : last + 1].reshape(-1, 3)) for first, last in _stretches(len(grid), BEND_PIECES)
            ),
            mass_kg=mass,
            friction=0.5,
        )


def _stage(ripeness: float) -> str:
    """Return the colour in a word, as the trade sorts bananas."""
    steps = ((0.15, "green"), (0.35, "turning"), (0.62, "yellow"), (0.85, "spotted"))
    return next((word for limit, word in steps if ripeness < limit), "brown")


def _stretches(rows: int, count: int) -> list[tuple[int, int]]:
    borders = np.round(np.linspace(0, rows - 1, count + 1)).astype(int).tolist()
    return list(zip(borders[:-1], borders[1:], strict=True))


def _grid(values: Values, segments: int, rows: int) -> tuple[F64, F64]:
    """Return the middle line, (rows, 3), and the rings, (rows, segments + 1, 3), lowest at z = 0.

    Column 0 is on the outer side of the bend.
    """
    seed = int(values["variant"])
    u = uniforms("banana form", seed, 6)
    reach = float(values["length_m"])
    # More rings where it narrows.
    t = np.linspace(0.0, 1.0, rows)
    t = t - 0.11 * np.sin(2 * np.pi * t) / (2 * np.pi) * 2
    # The stem is straight; the fruit bends most in its first half.
    bend = np.radians(float(values["bend_deg"]))
    share_done = np.interp(t, [0.0, 0.08, 0.3, 0.6, 1.0], [0.0, 0.02, 0.34 + 0.08 * u[0], 0.72, 1.0])
    heading = bend * (share_done - 0.5)
    step = np.diff(t, prepend=t[0])
    line = np.stack([np.cumsum(reach * step * np.cos(heading)), np.cumsum(reach * step * np.sin(heading))], axis=1)
    line = np.column_stack([line - line.mean(axis=0), np.zeros(rows)])
    radius = reach * float(values["thickness"]) / 2 * np.interp(t, _ALONG, _RADIUS)
    neck = smoothstep(0.26, 0.10, t.astype(np.float32)).astype(np.float64)
    radius = radius * (1 + neck * (float(values["neck"]) - 1))
    _, normals, binormals = curve_frames(line, (0.0, -1.0, 0.0))
    angle = (np.arange(segments + 1) % segments) * (2 * np.pi / segments)
    # A rounded pentagon: the support line of a circle pulled towards its corners.
    corner = np.mod(angle + 2 * np.pi * 0.1 * (u[1] - 0.5) + np.pi / SIDES, 2 * np.pi / SIDES) - np.pi / SIDES
    flat = np.cos(np.pi / SIDES) / np.cos(np.abs(corner) - np.pi / SIDES)
    ring = 1 + 0.55 * float(values["facets"]) * (flat - flat.mean())
    ends = smoothstep(0.0, 0.3, t.astype(np.float32)) * smoothstep(1.0, 0.9, t.astype(np.float32))
    ring = 1 + (ring - 1) * (0.4 + 0.6 * ends.astype(np.float64))[:, None]
    wide = (radius[:, None] * ring)[..., None]
    grid = line[:, None] + wide * (
        np.cos(angle)[:, None] * normals[:, None] + np.sin(angle)[:, None] * binormals[:, None]
    )
    low = grid[..., 2].min()
    return line - (0, 0, low), grid - (0, 0, low)


def _peel(values: Values) -> Texture:
    """Return the peel: green, yellow or brown along its length, darker edges, spots, streaks and black ends."""
    seed, ripe = int(values["variant"]), float(values["ripeness"])
    u, v = image_axes()
    wide = u + 0 * v
    soft = cloud("banana blotch", seed, 256, lowest=1, highest=10, slope=1.2)
    fine = cloud("banana fine", seed, 256, lowest=20, highest=120, slope=0.4, stretch=(1.0, 6.0))
    green, yellow, brown = (np.asarray(srgb(c), dtype=np.float32) for c in ("#7f9a3a", "#e6bb34", "#6a4a24"))
    # It ripens from the middle to the ends.
    ends = np.abs(v - 0.52) * 2
    ready = smoothstep(0.05, 0.42, np.float32(ripe) - 0.16 * ends**2 + 0.03 * soft)
    layer = green + (yellow - green) * ready[..., None]
    layer = layer * (1 + 0.04 * soft + 0.035 * fine)[..., None]
    edges = np.abs(np.mod(wide * SIDES + 0.5, 1) - 0.5) * 2
    layer = mixed(layer, green * 0.85, np.float32(0.35 * max(0.0, 1 - 2.2 * ripe)) * smoothstep(0.25, 0.0, edges))
    layer = mixed(layer, brown, np.float32(0.55 * max(0.0, ripe - 0.35)) * smoothstep(0.12, 0.0, edges + 0.08 * soft))
    freckles = max(0.0, ripe - 0.42) / 0.58
    if freckles > 0:
        cover = spots("banana spots", seed, round(20 + 240 * freckles), (0.002, 0.006 + 0.016 * freckles), 0.55)
        layer = mixed(layer, brown * (0.9, 0.85, 0.8), np.float32(0.85) * cover)
        over = smoothstep(0.62, 1.15, np.float32(freckles) + 0.16 * soft)
        layer = mixed(layer, brown, np.float32(0.9) * over)
    bruise = cloud("banana bruise", seed, 256, lowest=6, highest=60, slope=0.8, stretch=(0.35, 5.0))
    knocked = float(values["bruises"])
    layer = mixed(
        layer, brown * 0.9, np.float32(0.75 * knocked) * smoothstep(2.7 - 1.1 * knocked, 3.1 - 1.0 * knocked, bruise)
    )
    stalk = smoothstep(0.19, 0.09, v + 0.012 * soft)
    layer = mixed(
        layer, green + (np.asarray(srgb("#b59a45"), dtype=np.float32) - green) * min(1.0, 1.3 * ripe), 0.8 * stalk
    )
    layer = mixed(layer, (0.17, 0.13, 0.09), smoothstep(0.016, 0.004, v + 0.003 * soft))
    return painted(mixed(layer, (0.13, 0.11, 0.09), smoothstep(0.962, 0.985, v + 0.008 * soft)))
