"""The colours that stand for labels: one table by instance for each way to colour, and the ramps.

All of them are told apart with the common colour deficiencies; ramps rise or fall evenly in lightness.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from myriorama.app.gallery.tints import ramp
from myriorama.app.overlays import ColorBy
from myriorama.app.pictures.overlay import color_of
from myriorama.app.preview.frames import SampleFrame
from myriorama.scenes.conventions import F64, U8

COLUMNS: Final = 256
NOTHING: Final = (18, 19, 21)
UNLABELLED: Final = (70, 72, 76)
STUFF: Final = (112, 116, 124)

_NEAR_TO_FAR: Final = (
    (0.96, -0.02, 0.10),
    (0.80, -0.07, 0.13),
    (0.62, -0.10, 0.02),
    (0.44, -0.03, -0.11),
    (0.24, 0.02, -0.09),
)


def _from_oklab(lab: F64) -> F64:
    """Return sRGB in [0, 1] of OKLab colours, (N, 3) both (Ottosson 2020, "A perceptual color space")."""
    to_cone = np.array(
        [[1.0, 0.3963377774, 0.2158037573], [1.0, -0.1055613458, -0.0638541728], [1.0, -0.0894841775, -1.2914855480]]
    )
    to_linear = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip(((lab @ to_cone.T) ** 3) @ to_linear.T, 0.0, 1.0)
    encoded: F64 = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return encoded


def _ramp(stops: Sequence[tuple[float, float, float]], size: int = 256) -> U8:
    at, where = np.linspace(0.0, 1.0, len(stops)), np.linspace(0.0, 1.0, size)
    points = np.array(stops)
    lab = np.stack([np.interp(where, at, points[:, k]) for k in range(3)], axis=1)
    return np.rint(_from_oklab(lab) * 255.0).astype(np.uint8)


DEPTH_RAMP: Final = _ramp(_NEAR_TO_FAR)
"""(256, 3) uint8: from near, bright, to far, dark."""


def hex_rgb(text: str) -> tuple[int, int, int]:
    """Return the bytes of "#rrggbb"."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def instance_colors(frame: SampleFrame, color_by: ColorBy) -> list[tuple[int, int, int]]:
    """Return the colour of every instance of a frame, in order.

    By ``visible``, what was not measured (drafts, hidden things) is grey.
    """
    if color_by == "class":
        of_class = {row.id: hex_rgb(row.color) for row in frame.classes}
        return [of_class.get(seen.class_id, UNLABELLED) for seen in frame.instances]
    if color_by == "visible":
        measured = {a.instance: a.visible for a in frame.annotations}
        fractions = [measured.get(i) for i in range(len(frame.instances))]
        return [STUFF if f is None else ramp(f) for f in fractions]
    return [color_of(seen.instance_key) for seen in frame.instances]


def overlay_table(frame: SampleFrame, colors: Sequence[tuple[int, int, int]]) -> U8:
    """Return the table of mask colours, (rows, 256, 4) uint8: alpha is 255 for things, which alone have masks."""
    rows = [(*color, 255 if seen.kind == "thing" else 0) for seen, color in zip(frame.instances, colors, strict=True)]
    return _table([(0, 0, 0, 0), *rows])


def layer_table(frame: SampleFrame, by_class: bool) -> U8:
    """Return the table of the layer of instances or of classes, (rows, 256, 4) uint8."""
    of_class = {row.id: hex_rgb(row.color) for row in frame.classes}
    rows = [(*NOTHING, 255)]
    for seen in frame.instances:
        if by_class:
            color = of_class.get(seen.class_id, UNLABELLED)
        else:
            color = {"thing": color_of(seen.instance_key), "stuff": STUFF, "unlabelled": UNLABELLED}[seen.kind]
        rows.append((*color, 255))
    return _table(rows)


def selection_table(frame: SampleFrame, uids: Sequence[str]) -> U8:
    """Return the table whose alpha is 255 for instances of the groups named, (rows, 256, 4) uint8."""
    return _table([(0, 0, 0, 0), *((0, 0, 0, 255 if seen.group_uid in uids else 0) for seen in frame.instances)])


def _table(rows: Sequence[tuple[int, int, int, int]]) -> U8:
    height = -(-len(rows) // COLUMNS)
    out = np.zeros((height * COLUMNS, 4), dtype=np.uint8)
    out[: len(rows)] = rows
    return out.reshape(height, COLUMNS, 4)
