"""Simple pictures for prints, drawn by numpy from outlines in polar form: fruit, grain, leaves, crisps.

They are flat drawings in a few inks; nothing is shaded and nothing is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from myriorama.scenes.conventions import F32
from myriorama.scenes.materials.finishes import srgb
from myriorama.scenes.materials.prints import Ink, disc, lay

Outline = Callable[[F32], F32]
GREEN: Final = srgb("#3d8b37")
DARK_GREEN: Final = srgb("#24591f")


def polar(sheet: F32, x: float, y: float, reach: float, outline: Outline, ink: Ink) -> None:
    """Fill what lies within an outline; pixels, y down.

    Parameters
    ----------
    reach : float
        Length, pixels, that the outline's 1 stands for.
    outline : callable
        Distance from the middle, at most 1, for angles in radians, counter-clockwise from the right.
    """
    count = int(np.ceil(2 * reach + 3))
    top, left = int(np.floor(y - reach - 1)), int(np.floor(x - reach - 1))
    axis = np.arange(count, dtype=np.float32) + np.float32(0.5)
    across, down = axis + np.float32(left - x), (axis + np.float32(top - y))[:, None]
    limit = outline(np.arctan2(-down, across)) * np.float32(reach)
    cover = np.clip(limit - np.hypot(across, down) + np.float32(0.5), 0, 1)
    lay(sheet, top, left, np.asarray(cover, dtype=np.float32), ink)


def shaped_ellipse(ratio: float, turn_rad: float) -> Outline:
    """Return an ellipse with half axes 1 and `ratio`, its long one turned."""

    def outline(angle: F32) -> F32:
        c, s = np.cos(angle - np.float32(turn_rad)), np.sin(angle - np.float32(turn_rad))
        return np.asarray(1.0 / np.sqrt(c * c + (s / np.float32(ratio)) ** 2), dtype=np.float32)

    return outline


def shaped_star(points: int, depth: float) -> Outline:
    """Return a star with straight-looking points, cut in by a share of its reach."""

    def outline(angle: F32) -> F32:
        saw = np.abs(np.mod(angle * np.float32(points / (2 * np.pi)) - np.float32(points / 4), 1.0) - 0.5) * 2
        return np.asarray(1 - depth + depth * saw, dtype=np.float32)

    return outline


def shaped_leaf(turn_rad: float, slim: float = 2.2) -> Outline:
    """Return a leaf that is pointed at both ends."""

    def outline(angle: F32) -> F32:
        c = np.abs(np.cos(angle - np.float32(turn_rad)))
        s = np.abs(np.sin(angle - np.float32(turn_rad)))
        # Two arcs that meet in points at distance 1: |y| = (1 - x^2) / slim, solved for the distance.
        a, b = c * c, slim * s
        return np.asarray(2 / (b + np.sqrt(b * b + 4 * a)), dtype=np.float32)

    return outline


def _leaf(sheet: F32, x: float, y: float, reach: float, turn: float, ink: Ink = GREEN, vein: Ink = DARK_GREEN) -> None:
    polar(sheet, x, y, reach, shaped_leaf(turn), ink)
    polar(sheet, x, y, 0.94 * reach, shaped_ellipse(0.035, turn), vein)


def _wheat(sheet: F32, x: float, y: float, r: float, draws: Sequence[float]) -> None:
    gold, dark = srgb("#d9a02c"), srgb("#a8701a")
    for number, lean in enumerate((-0.42, 0.38, 0.0)):
        ink = gold if number == 2 else dark
        foot_x, foot_y = x + 0.1 * r * lean, y + 0.92 * r
        for t in np.linspace(0.0, 1.0, 60):
            disc(
                sheet,
                float(foot_x + np.sin(lean) * 1.6 * r * t),
                float(foot_y - np.cos(lean) * 1.6 * r * t),
                0.022 * r,
                ink,
            )
        for t in np.linspace(0.45, 1.0, 5):
            cx, cy = foot_x + np.sin(lean) * 1.6 * r * t, foot_y - np.cos(lean) * 1.6 * r * t
            for side in (-1, 1):
                turn = np.pi / 2 - lean - side * 0.6
                dx, dy = 0.14 * r * np.cos(turn), -0.14 * r * np.sin(turn)
                polar(sheet, float(cx + dx), float(cy + dy), 0.17 * r, shaped_ellipse(0.42, float(turn)), ink)


def _leaves(sheet: F32, x: float, y: float, r: float, draws: Sequence[float]) -> None:
    _leaf(sheet, x - 0.3 * r, y + 0.12 * r, 0.72 * r, 2.2 + 0.4 * draws[0], srgb("#5aa84b"))
    _leaf(sheet, x + 0.32 * r, y - 0.02 * r, 0.78 * r, 0.9 + 0.4 * draws[1])
    _leaf(sheet, x + 0.02 * r, y + 0.42 * r, 0.5 * r, 1.57, srgb("#77bb5c"))


def _berries(sheet: F32, x: float, y: float, r: float, draws: Sequence[float]) -> None:
    ink = (srgb("#8e1f4b"), srgb("#c21f30"), srgb("#3d4a9b"))[int(draws[0] * 3)]
    light = tuple(c + 0.5 * (1 - c) for c in ink)
    _leaf(sheet, x + 0.34 * r, y - 0.62 * r, 0.42 * r, 0.5)
    _leaf(sheet, x - 0.3 * r, y - 0.6 * r, 0.4 * r, 2.6)
    for dx, dy in ((-0.42, -0.12), (0.42, -0.1), (0.0, -0.3), (-0.22, 0.32), (0.26, 0.34)):
        cx, cy = x + dx * r, y + dy * r
        disc(sheet, cx, cy, 0.335 * r, ink)
        disc(sheet, cx - 0.1 * r, cy - 0.11 * r, 0.085 * r, light)


def _citrus(rind: Ink, flesh: Ink) -> Callable[[F32, float, float, float, Sequence[float]], None]:
    def paint(sheet: F32, x: float, y: float, r: float, draws: Sequence[float]) -> None:
        _leaf(sheet, x + 0.52 * r, y - 0.62 * r, 0.36 * r, 0.8)
        disc(sheet, x, y, 0.86 * r, rind)
        disc(sheet, x, y, 0.77 * r, srgb("#fff8e6"))
        for part in range(9):
            turn = part * 2 * np.pi / 9 + draws[1]
            cx, cy = x + 0.42 * r * np.cos(turn), y - 0.42 * r * np.sin(turn)
            polar(sheet, float(cx), float(cy), 0.31 * r, shaped_ellipse(0.46, float(turn)), flesh)

    return paint


def _beans(sheet: F32, x: float, y: float, r: float, draws: Sequence[float]) -> None:
    brown, dark = srgb("#6b3d1e"), srgb("#2e170a")
    for dx, dy, turn in ((-0.4, 0.28, 0.5), (0.42, 0.22, 2.4), (0.0, -0.36, 1.2)):
        turn += draws[0]
        cx, cy = x + dx * r, y + dy * r
        polar(sheet, cx, cy, 0.52 * r, shaped_ellipse(0.68, turn), brown)
        polar(sheet, cx, cy, 0.46 * r, shaped_ellipse(0.09, turn + 0.12), dark)


def _crisps(sheet: F32, x: float, y: float, r: float, draws: Sequence[float]) -> None:
    base, rim, light = srgb("#f0c454"), srgb("#c98a22"), srgb("#f8dd8e")
    for number, (dx, dy) in enumerate(((-0.4, -0.2), (0.38, -0.32), (0.3, 0.36), (-0.32, 0.4), (0.0, 0.02))):
        turn = 6.3 * draws[number]
        cx, cy = x + dx * r, y + dy * r
        polar(sheet, cx, cy, 0.48 * r, shaped_ellipse(0.74, turn), rim)
        polar(sheet, cx, cy, 0.44 * r, shaped_ellipse(0.72, turn), base)
        polar(sheet, cx + 0.06 * r, cy - 0.05 * r, 0.26 * r, shaped_ellipse(0.4, turn + 0.3), light)


def _tomatoes(sheet: F32, x: float, y: float, r: float, draws: Sequence[float]) -> None:
    red, light = srgb("#d62718"), srgb("#f0705e")
    for dx, dy, size in ((-0.3, -0.1, 0.6), (0.34, 0.22, 0.55)):
        cx, cy = x + dx * r, y + dy * r
        polar(sheet, cx, cy, size * r, shaped_ellipse(0.88, 0.0), srgb("#a3160b"))
        polar(sheet, cx, cy, 0.95 * size * r, shaped_ellipse(0.88, 0.0), red)
        disc(sheet, cx - 0.4 * size * r, cy - 0.2 * size * r, 0.13 * size * r, light)
        polar(sheet, cx, cy - 0.62 * size * r, 0.42 * size * r, shaped_star(5, 0.72), GREEN)


def _stars(sheet: F32, x: float, y: float, r: float, draws: Sequence[float]) -> None:
    for dx, dy, size, code in (
        (-0.32, 0.2, 0.62, "#f6b21b"),
        (0.36, -0.2, 0.55, "#fbd45c"),
        (0.38, 0.58, 0.32, "#f29a1b"),
    ):
        polar(sheet, x + dx * r, y + dy * r, size * r, shaped_star(5, 0.55), srgb(code))


def _drop(sheet: F32, x: float, y: float, r: float, draws: Sequence[float]) -> None:
    ink, light = (srgb("#1f7fc4"), srgb("#8fd0f5")) if draws[0] < 0.6 else (srgb("#d99a16"), srgb("#f9dd84"))

    def outline(angle: F32) -> F32:
        up = np.mod(angle - np.float32(np.pi / 2) + np.float32(np.pi), np.float32(2 * np.pi)) - np.float32(np.pi)
        return np.asarray(0.62 + 0.38 * np.exp(-((up / np.float32(0.34)) ** 2)), dtype=np.float32)

    polar(sheet, x, y + 0.14 * r, 0.95 * r, outline, ink)
    polar(sheet, x - 0.18 * r, y + 0.28 * r, 0.24 * r, shaped_ellipse(0.42, 2.1), light)


def _biscuits(sheet: F32, x: float, y: float, r: float, draws: Sequence[float]) -> None:
    for dx, dy in ((0.28, -0.26), (-0.22, 0.2)):
        cx, cy = x + dx * r, y + dy * r
        polar(sheet, cx, cy, 0.66 * r, shaped_star(24, 0.07), srgb("#a9682a"))
        disc(sheet, cx, cy, 0.57 * r, srgb("#d9a05a"))
        for number in range(7):
            turn = number * 2 * np.pi / 6 + draws[0]
            reach = 0.0 if number == 6 else 0.33 * r
            disc(sheet, float(cx + reach * np.cos(turn)), float(cy + reach * np.sin(turn)), 0.05 * r, srgb("#6f3d14"))


_PICTURES: Final = {
    "wheat": _wheat,
    "leaf": _leaves,
    "berry": _berries,
    "orange": _citrus(srgb("#f28a12"), srgb("#fbb040")),
    "lemon": _citrus(srgb("#f4cf1c"), srgb("#fbe768")),
    "lime": _citrus(srgb("#6db52d"), srgb("#b8dd6a")),
    "bean": _beans,
    "crisp": _crisps,
    "tomato": _tomatoes,
    "star": _stars,
    "drop": _drop,
    "biscuit": _biscuits,
}


def paint_picture(sheet: F32, x: float, y: float, radius: float, name: str, draws: Sequence[float]) -> None:
    """Paint a picture into a circle, pixels; the tips of leaves and ears may reach a fifth further.

    Raises
    ------
    ValueError
        No picture has this name.
    """
    if name not in _PICTURES:
        raise ValueError(f"no picture {name!r}; there are {', '.join(_PICTURES)}")
    _PICTURES[name](sheet, x, y, radius, draws)
