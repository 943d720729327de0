"""Handles on a placement's area: what is drawn, which one the cursor is on, and what a drag of it means.

Sizes of arrows and ring stay the same on the screen; it changes no project.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from myriorama.app.viewing.area import Area, AreaChange, Layout
from myriorama.app.viewing.marks import Dots, Strokes, joined, joined_dots, world_strokes
from myriorama.app.viewing.projecting import (
    meet_plane,
    metres_per_pixel,
    nearest_on_axis,
    project_segments,
    ray_through,
)
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64

Part = Literal["plane", "x", "y", "z", "turn", "width", "depth", "both"]
UP: Final = np.array([0.0, 0.0, 1.0])
_AXES: Final[dict[str, F64]] = {"x": np.array([1.0, 0.0, 0.0]), "y": np.array([0.0, 1.0, 0.0]), "z": UP}
_RED, _GREEN, _BLUE = (0.93, 0.36, 0.38, 1.0), (0.50, 0.80, 0.36, 1.0), (0.38, 0.62, 0.98, 1.0)
_AMBER, _WHITE = (0.98, 0.78, 0.32, 1.0), (1.0, 1.0, 1.0, 1.0)
_COLORS: Final = {"plane": _WHITE, "x": _RED, "y": _GREEN, "z": _BLUE, "turn": _AMBER}
_ARROW_PX: Final = 74.0
_RING_PX: Final = 52.0
_HIT_PX: Final = 9.0


@dataclass(frozen=True, eq=False)
class Handle:
    """One thing to drag.

    Attributes
    ----------
    lines : (N, 2, 3) float64
        World, metres; what is drawn and hit.
    spots : (M, 3) float64
        World: knobs.
    sign : float
        For an edge: on which side of the centre it is.
    """

    part: Part
    lines: F64
    spots: F64
    sign: float = 1.0


@dataclass(frozen=True, eq=False)
class Gizmo:
    """The handles of one area as one camera sees them, and its outline."""

    area: Area
    outline: F64
    handles: tuple[Handle, ...]
    camera: Camera


def gizmo_for(area: Area, layout: Layout, camera: Camera, view_px_per_image_px: float) -> Gizmo | None:
    """Return the handles; None where the area's centre is behind the camera.

    Parameters
    ----------
    view_px_per_image_px : float
        Device-independent pixels of the view that one image pixel covers.
    """
    center = np.array(area.center_m)
    pixel = metres_per_pixel(camera, center) / max(view_px_per_image_px, 1e-6)
    if pixel <= 0.0:
        return None
    none = np.zeros((0, 3))
    handles = [Handle("plane", np.zeros((0, 2, 3)), center[None])]
    for name in ("x", "y", "z"):
        handles.append(Handle(name, _arrow(center, _AXES[name], _ARROW_PX * pixel), none))
    if layout.heading:
        ring = _circle(center, _RING_PX * pixel)
        handles.append(Handle("turn", ring, none))
    along, across = own_axes(area)
    if layout.along is not None and layout.across is not None:
        half_x, half_y = along * area.width_m / 2.0, across * area.depth_m / 2.0
        same = layout.along.parameter == layout.across.parameter
        for sign in (1.0, -1.0):
            edge = np.stack([center + sign * half_x, center + sign * half_x])[None]
            handles.append(Handle("both" if same else "width", edge, (center + sign * half_x)[None], sign))
            edge = np.stack([center + sign * half_y, center + sign * half_y])[None]
            handles.append(Handle("both" if same else "depth", edge, (center + sign * half_y)[None], sign))
        if not same:
            corners = np.array([center + a * half_x + b * half_y for a in (-1, 1) for b in (-1, 1)])
            handles.append(Handle("both", np.zeros((0, 2, 3)), corners))
    return Gizmo(area, outline_of(area), tuple(handles), camera)


def own_axes(area: Area) -> tuple[F64, F64]:
    """Return the area's x and y axes in the world, (3,) float64 each."""
    angle = math.radians(area.heading_deg)
    return np.array([math.cos(angle), math.sin(angle), 0.0]), np.array([-math.sin(angle), math.cos(angle), 0.0])


def outline_of(area: Area) -> F64:
    """Return the sides of the area, (N, 2, 3) metres."""
    center = np.array(area.center_m)
    if area.round:
        return _circle(center, area.width_m / 2.0)
    along, across = own_axes(area)
    x, y = along * area.width_m / 2.0, across * area.depth_m / 2.0
    corners = np.array([center - x - y, center + x - y, center + x + y, center - x + y])
    return np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)


def gizmo_marks(gizmo: Gizmo, hot: Part | None) -> tuple[Strokes, Dots]:
    """Return what is drawn of a gizmo, in front of everything; the `hot` part is brighter and wider."""
    lines = [world_strokes(gizmo.camera, gizmo.outline, (1.0, 1.0, 1.0, 0.85), 1.6, front=True)]
    dots = []
    for handle in gizmo.handles:
        lit = handle.part == hot
        color = _WHITE if lit and handle.part != "plane" else _COLORS.get(handle.part, _AMBER)
        if handle.part in ("x", "y", "z", "turn"):
            lines.append(world_strokes(gizmo.camera, handle.lines, color, 4.0 if lit else 2.6, front=True))
        for place in _projected(gizmo.camera, handle.spots):
            square = handle.part in ("width", "depth", "both")
            dots.append(
                Dots(
                    place[None, :2].astype(np.float32),
                    np.array([(0.06, 0.07, 0.09, 1.0)], dtype=np.float32),
                    np.array([_AMBER if lit or handle.part == "both" else _WHITE], dtype=np.float32),
                    np.array(
                        [[(6.5 if lit else 5.2) if square else (7.5 if lit else 6.2), float(square), 0.0]], np.float32
                    ),
                )
            )
    return joined(lines), joined_dots(dots)


def hit(gizmo: Gizmo, x: float, y: float, view_px_per_image_px: float) -> Handle | None:
    """Return the handle under an image point, knobs before lines, the nearest first; None where there is none."""
    reach = _HIT_PX / max(view_px_per_image_px, 1e-6)
    found: list[tuple[float, Handle]] = []
    for handle in gizmo.handles:
        for place in _projected(gizmo.camera, handle.spots):
            away = math.hypot(place[0] - x, place[1] - y)
            if away <= reach * 1.2:
                found.append((away - reach, handle))
        if handle.part in ("x", "y", "z", "turn") and len(handle.lines):
            starts, ends, _ = project_segments(gizmo.camera, handle.lines[:, 0], handle.lines[:, 1])
            if len(starts):
                away = float(_distance_to(starts[:, :2], ends[:, :2], np.array([x, y])).min())
                if away <= reach:
                    found.append((away, handle))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def dragged(gizmo: Gizmo, part: Part, start: tuple[float, float], now: tuple[float, float]) -> AreaChange | None:
    """Return what a drag from one image point to another means; None where the view cannot tell (edge on)."""
    center = np.array(gizmo.area.center_m)
    before, after = ray_through(gizmo.camera, *start), ray_through(gizmo.camera, *now)
    if part in ("x", "y", "z"):
        axis = _AXES[part]
        a, b = nearest_on_axis(*before, center, axis), nearest_on_axis(*after, center, axis)
        if a is None or b is None:
            return None
        return AreaChange(move_m=_triple(axis * (b - a)))
    p, q = meet_plane(*before, center, UP), meet_plane(*after, center, UP)
    if p is None or q is None:
        return None
    if part == "plane":
        return AreaChange(move_m=_triple(q - p))
    p, q = p - center, q - center
    if part == "turn":
        turn = math.degrees(math.atan2(q[1], q[0]) - math.atan2(p[1], p[0]))
        return AreaChange(turn_deg=(turn + 180.0) % 360.0 - 180.0)
    along, across = own_axes(gizmo.area)
    if part == "both":
        factor = _factor(float(np.linalg.norm(p)), float(np.linalg.norm(q)))
        return AreaChange(along=factor, across=factor)
    axis = along if part == "width" else across
    factor = _factor(abs(float(p @ axis)), abs(float(q @ axis)))
    return AreaChange(along=factor) if part == "width" else AreaChange(across=factor)


def stepped(change: AreaChange, gizmo: Gizmo, *, snap: bool, fine: bool) -> AreaChange:
    """Return the change a tenth as large where `fine`, and in steps of 1 cm, 5 degrees and a tenth where `snap`."""
    k = 0.1 if fine else 1.0
    x, y, z = (m * k for m in change.move_m)
    turn, along, across = change.turn_deg * k, 1.0 + (change.along - 1.0) * k, 1.0 + (change.across - 1.0) * k
    if snap:
        x, y, z = (round(v, 2) for v in (x, y, z))
        turn = round(turn / 5.0) * 5.0
        along, across = max(round(along, 1), 0.1), max(round(across, 1), 0.1)
    # A tenth of a millimetre and a hundredth of a degree: projects stay readable.
    return AreaChange((round(x, 4), round(y, 4), round(z, 4)), round(turn, 2), round(along, 4), round(across, 4))


def told(change: AreaChange) -> str:
    """Return a change in words, for the status strip."""
    parts = []
    if any(change.move_m):
        parts.append("move " + ", ".join(f"{n} {v:+.3f} m" for n, v in zip("XYZ", change.move_m, strict=True) if v))
    if change.turn_deg:
        parts.append(f"turn {change.turn_deg:+.1f} deg")
    if change.along != 1.0 or change.across != 1.0:
        same = change.along == change.across
        parts.append(f"scale {change.along:.3f}" if same else f"scale {change.along:.3f} by {change.across:.3f}")
    return "; ".join(parts)


def _arrow(center: F64, axis: F64, length: float) -> F64:
    tip = center + axis * length
    side = np.array([0.0, 0.0, 1.0]) if abs(axis[2]) < 0.5 else np.array([1.0, 0.0, 0.0])
    barbs = [tip - axis * length * 0.16 + s * side * length * 0.07 for s in (1.0, -1.0)]
    other = np.cross(axis, side)
    barbs += [tip - axis * length * 0.16 + s * other * length * 0.07 for s in (1.0, -1.0)]
    return np.array([(center + axis * length * 0.2, tip), *((tip, barb) for barb in barbs)])


def _circle(center: F64, radius: float, pieces: int = 64) -> F64:
    angle = np.linspace(0.0, 2.0 * math.pi, pieces + 1)
    points = center + radius * np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=1)
    return np.stack([points[:-1], points[1:]], axis=1)


def _projected(camera: Camera, points: F64) -> F64:
    if not len(points):
        return np.zeros((0, 2))
    pixels, _ = camera.project(points)
    shown: F64 = pixels[np.isfinite(pixels[:, 0])]
    return shown


def _distance_to(starts: F64, ends: F64, point: F64) -> F64:
    way = ends - starts
    length = np.maximum((way * way).sum(axis=1), 1e-12)
    at = np.clip(((point - starts) * way).sum(axis=1) / length, 0.0, 1.0)[:, None]
    out: F64 = np.linalg.norm(starts + at * way - point, axis=1)
    return out


def _factor(before: float, after: float) -> float:
    return min(max(after / max(before, 1e-6), 0.01), 100.0)


def _triple(array: F64) -> tuple[float, float, float]:
    return float(array[0]), float(array[1]), float(array[2])
