"""The picture of an object with its parts in colours and its edges: arrays in, an array out.

It moves no pixel: what is tinted is the picture that was made.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from myriorama.app.object_studio.bench import OBJECT
from myriorama.app.pictures.overlay import PALETTE
from myriorama.app.preview.frames import SampleFrame
from myriorama.scenes.conventions import U8, U32

Rgb = tuple[int, int, int]
_LUMA: Final = np.array([77, 150, 29], dtype=np.uint16)
"""Shares of red, green and blue in the luma of ITU-R BT.601, of 256."""
_SHADE: Final = 0.45
"""The least share of a part's colour that its darkest shadow keeps."""
_DIMMED: Final = 0.35
_WIRE_SHARE: Final = 0.6
_DARK_BELOW: Final = 96.0
_LIGHT, _DARK = 235.0, 18.0
_SPARSE: Final = 0.45
"""Edges that cover more of the object than this are drawn fainter, so that it is still seen."""


def part_colors(count: int) -> tuple[Rgb, ...]:
    """Return a colour for every part: those of the palette, then the same, darker and lighter."""
    out: list[Rgb] = []
    for i in range(count):
        turn, (r, g, b) = i // len(PALETTE), PALETTE[i % len(PALETTE)]
        if turn % 3 == 1:
            r, g, b = (round(0.62 * v) for v in (r, g, b))
        elif turn % 3 == 2:
            r, g, b = (round(0.5 * v + 127) for v in (r, g, b))
        out.append((r, g, b))
    return tuple(out)


def part_indices(frame: SampleFrame) -> U32:
    """Return (H, W) uint32: the number of the object's part under each pixel, from 1; 0 is anything else."""
    ours = {i for i, seen in enumerate(frame.instances) if seen.group_uid == OBJECT}
    table = np.zeros(max((s.surface_id for s in frame.surfaces), default=0) + 1, dtype=np.uint32)
    number = 0
    for surface in frame.surfaces:
        if surface.instance in ours:
            number += 1
            table[surface.surface_id] = number
    out: U32 = table[np.minimum(frame.surface_id, len(table) - 1)]
    return out


def composed(frame: SampleFrame, *, parts: bool, wire: bool, lit: int | None = None) -> U8:
    """Return the picture, (H, W, 3) uint8.

    Parameters
    ----------
    parts : bool
        Give each part its colour; light and shadow stay.
    wire : bool
        Draw the edges of triangles, where the frame has them.
    lit : int or None
        Number of a part, from 0, that stands out.
    """
    out = frame.rgb
    if parts or lit is not None:
        out = _with_parts(out, part_indices(frame), parts, lit)
    if wire and frame.wire is not None:
        out = _with_wire(out, frame.wire > 0, part_indices(frame) > 0)
    return out


def _with_parts(rgb: U8, indices: U32, parts: bool, lit: int | None) -> U8:
    colors = part_colors(int(indices.max()))
    luma = (rgb.astype(np.uint16) @ _LUMA) >> 8
    out = rgb.copy()
    mask = indices > 0
    if parts and colors:
        shade = (_SHADE + (1.0 - _SHADE) * np.minimum(luma[mask] / 200.0, 1.0))[:, None]
        out[mask] = (np.array(colors, dtype=np.float32)[indices[mask] - 1] * shade).astype(np.uint8)
    if lit is not None:
        others = mask & (indices != lit + 1)
        grey = (_DIMMED * luma[others] + (1.0 - _DIMMED) * 190).astype(np.uint8)
        out[others] = grey[:, None]
        if not parts and lit < len(colors):
            chosen = indices == lit + 1
            tint = np.array(colors[lit], dtype=np.float32)
            out[chosen] = (0.45 * tint + 0.55 * out[chosen]).astype(np.uint8)
    return out


def _with_wire(rgb: U8, edges: np.ndarray, ours: np.ndarray) -> U8:
    """Return the picture with edges in one tone against the object's own; fainter where they would cover it."""
    if not edges.any():
        return rgb
    out = rgb.copy()
    covered = float(edges.sum()) / max(float(ours.sum()), 1.0)
    share = _WIRE_SHARE * min(1.0, _SPARSE / covered)
    under = out[edges].astype(np.float32)
    line = _LIGHT if float(under.mean()) < _DARK_BELOW else _DARK
    out[edges] = ((1.0 - share) * under + share * line).astype(np.uint8)
    return out
