"""What is drawn over a picture: lines, dots and captions in image pixels, made once a frame.

Each kind is one batch, whatever the number of objects; nothing here is a label, it only shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.app.overlays import OverlayState
from myriorama.app.pictures.class_looks import IGNORED_WORD, NO_LOOKS, Looks, use_of
from myriorama.app.pictures.overlay import item_from, keypoints_from_scale
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.viewing.projecting import project_segments
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.labels.record import Box

Rgb = tuple[int, int, int]
BOX_EDGES: Final = ((0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7))
_DASH_PX: Final = 3.5
_DOT_RADIUS: Final = 3.8
_CORNERS: Final = np.array([[k & 1, k >> 1 & 1, k >> 2 & 1] for k in range(8)], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Strokes:
    """Straight lines.

    Attributes
    ----------
    ends : (N, 2, 3) float32
        Start and end: x, y in image pixels, depth in metres; 0 is in front of everything.
    colors : (N, 4) float32
        In [0, 1].
    styles : (N, 3) float32
        Width and dash length, device-independent pixels, 0 is not dashed; device-independent pixels for each of the
        image from which on the line is drawn.
    """

    ends: F32
    colors: F32
    styles: F32

    def __len__(self) -> int:
        return len(self.ends)


@dataclass(frozen=True, eq=False)
class Dots:
    """Discs and squares that keep their size on the screen.

    Attributes
    ----------
    places : (N, 2) float32
        Image pixels.
    colors, fills : (N, 4) float32
        Rim and inside; a fill of alpha 0 is a ring.
    styles : (N, 3) float32
        Radius in device-independent pixels; 0 disc, 1 square; the scale from which on it is drawn, as of lines.
    """

    places: F32
    colors: F32
    fills: F32
    styles: F32

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True)
class Caption:
    """Words beside a box of the image, (x, y, w, h) pixels."""

    box: tuple[float, float, float, float]
    lines: tuple[str, ...]
    color: Rgb


NO_STROKES: Final = Strokes(np.zeros((0, 2, 3), np.float32), np.zeros((0, 4), np.float32), np.zeros((0, 3), np.float32))
NO_DOTS: Final = Dots(*(np.zeros((0, n), np.float32) for n in (2, 4, 4, 3)))


def strokes(ends: F64, color: Sequence[float], width: float, dash: float = 0.0, from_scale: float = 0.0) -> Strokes:
    """Return lines of one look; `ends` is (N, 2, 3), `color` is r, g, b, alpha in [0, 1]."""
    count = len(ends)
    return Strokes(
        ends.astype(np.float32),
        np.tile(np.array(color, dtype=np.float32), (count, 1)),
        np.tile(np.array([width, dash, from_scale], dtype=np.float32), (count, 1)),
    )


def joined(parts: Iterable[Strokes]) -> Strokes:
    """Return all lines as one batch, in order."""
    found = [p for p in parts if len(p)]
    if not found:
        return NO_STROKES
    return Strokes(
        np.concatenate([p.ends for p in found]),
        np.concatenate([p.colors for p in found]),
        np.concatenate([p.styles for p in found]),
    )


def joined_dots(parts: Iterable[Dots]) -> Dots:
    """Return all dots as one batch, in order."""
    found = [p for p in parts if len(p)]
    if not found:
        return NO_DOTS
    return Dots(
        np.concatenate([p.places for p in found]),
        np.concatenate([p.colors for p in found]),
        np.concatenate([p.fills for p in found]),
        np.concatenate([p.styles for p in found]),
    )


def world_strokes(
    camera: Camera,
    segments: F64,
    color: Sequence[float],
    width: float,
    *,
    front: bool = False,
    velocity_m_s: F64 | None = None,
) -> Strokes:
    """Return lines of the world, (N, 2, 3) metres, as the camera sees them; `front` ignores what hides them."""
    if not len(segments):
        return NO_STROKES
    starts, ends, _ = project_segments(camera, segments[:, 0], segments[:, 1], velocity_m_s=velocity_m_s)
    both = np.stack([starts, ends], axis=1)
    if front:
        both[:, :, 2] = 0.0
    return strokes(both, color, width)


def unit_rgba(color: Rgb, alpha: float = 1.0) -> tuple[float, float, float, float]:
    """Return bytes as red, green, blue, alpha in [0, 1]."""
    return color[0] / 255.0, color[1] / 255.0, color[2] / 255.0, alpha


def rectangle(box: Sequence[float]) -> F64:
    """Return the four sides of x, y, w, h, (4, 2, 3), in front of everything."""
    x, y, w, h = box
    corners = np.array([[x, y, 0.0], [x + w, y, 0.0], [x + w, y + h, 0.0], [x, y + h, 0.0]])
    return np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)


def flat_marks(
    frame: SampleFrame,
    state: OverlayState,
    colors: Sequence[Rgb],
    boxes: Mapping[int, Box],
    looks: Looks = NO_LOOKS,
) -> tuple[Strokes, Dots]:
    """Return boxes and keypoints, all in front of the picture.

    The box of what is ignored is dashed and it has no keypoints; what is left out has no mark. Keypoints appear at the
    scale at which they leave their object to be seen.

    Parameters
    ----------
    boxes : mapping
        Tight boxes by place in `frame.instances`; see `tight_boxes`.
    """
    lines, dots = [], []
    if state.boxes:
        for i, b in boxes.items():
            use = use_of(looks, frame.instances[i].class_name)
            if use != "drop":
                dash = _DASH_PX if use == "ignore" else 0.0
                lines.append(strokes(rectangle((b.x, b.y, b.w, b.h)), unit_rgba(colors[i]), 1.6, dash))
    for annotation in frame.annotations:
        color = colors[annotation.instance]
        if use_of(looks, annotation.class_name) != "label":
            continue
        if state.amodal_boxes and annotation.amodal_box is not None:
            a = annotation.amodal_box
            lines.append(strokes(rectangle((a.x, a.y, a.w, a.h)), unit_rgba(color), 1.4, 5.0))
        if state.keypoints and annotation.keypoints:
            item = item_from(annotation)
            points = np.array([(x, y, 0.0) for x, y, _ in item.keypoints])
            seen = np.array([v for _, _, v in item.keypoints])
            bones = [b for b in item.bones if seen[b[0]] and seen[b[1]]]
            room = keypoints_from_scale(item, _DOT_RADIUS)
            if bones:
                lines.append(strokes(points[np.array(bones)], unit_rgba(color), 1.4, from_scale=room))
            shown = seen > 0
            fills = np.array([[1.0, 1.0, 1.0, 1.0 if v == 2 else 0.0] for v in seen[shown]], dtype=np.float32)
            count = int(shown.sum())
            dots.append(
                Dots(
                    points[shown, :2].astype(np.float32),
                    np.tile(np.array(unit_rgba(color), dtype=np.float32), (count, 1)),
                    fills.reshape(-1, 4),
                    np.tile(np.array([_DOT_RADIUS, 0.0, room], dtype=np.float32), (count, 1)),
                )
            )
    return joined(lines), joined_dots(dots)


def box_3d_marks(
    frame: SampleFrame, colors: Sequence[Rgb], boxes: Mapping[int, Box], looks: Looks = NO_LOOKS
) -> Strokes:
    """Return the edges of the 3D box of every labelled thing that is seen, with depth."""
    parts = []
    edges = np.array(BOX_EDGES)
    for i in boxes:
        seen = frame.instances[i]
        if use_of(looks, seen.class_name) != "label":
            continue
        local = seen.bounds[0] + _CORNERS * (seen.bounds[1] - seen.bounds[0])
        world = local @ seen.world_from_object[:3, :3].T + seen.world_from_object[:3, 3]
        velocity = np.array(seen.velocity_m_s) if any(seen.velocity_m_s) else None
        look = unit_rgba(colors[i])
        parts.append(world_strokes(frame.camera, world[edges], look, 1.5, velocity_m_s=velocity))
    return joined(parts)


def captions(
    frame: SampleFrame,
    state: OverlayState,
    colors: Sequence[Rgb],
    boxes: Mapping[int, Box],
    looks: Looks = NO_LOOKS,
) -> tuple[Caption, ...]:
    """Return names, as formats give them, and attributes of every thing that is seen, the largest box first.

    What is ignored says so, and what is left out has no caption.
    """
    if not state.names and not state.attributes:
        return ()
    of = {a.instance: a for a in frame.annotations}
    out = []
    for i, b in sorted(boxes.items(), key=lambda pair: -pair[1].w * pair[1].h):
        seen, annotation = frame.instances[i], of.get(i)
        lines: list[str] = []
        look = looks.get(seen.class_name)
        if look is not None and look.use == "drop":
            continue
        if state.names:
            title = f"{(look.name if look else seen.class_name) or seen.group_name} #{seen.number}"
            title += f" ({IGNORED_WORD})" if look is not None and look.use == "ignore" else ""
            if state.color_by == "visible" and annotation is not None and annotation.visible is not None:
                title += f"  {annotation.visible:.0%}"
            lines.append(title)
        if state.attributes:
            lines += item_from(annotation).attributes if annotation is not None else ()
        if lines:
            out.append(Caption((b.x, b.y, b.w, b.h), tuple(lines), colors[i]))
    return tuple(out)


def tight_boxes(frame: SampleFrame, measured: Mapping[int, Box]) -> dict[int, Box]:
    """Return the boxes that are drawn: those of the annotations; in drafts those `measured` on the ids of things."""
    if frame.final:
        return {a.instance: a.box for a in frame.annotations}
    return {i: b for i, b in measured.items() if frame.instances[i].kind == "thing"}
