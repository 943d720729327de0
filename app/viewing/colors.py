"""The colours that stand for labels: one table by instance for each way to colour, and the ramps.

All of them are told apart with the common colour deficiencies; ramps rise or fall evenly in lightness.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from myriorama.app.gallery.tints import ramp
from myriorama.app.overlays import ColorBy
from myriorama.app.pictures.class_looks import NO_LOOKS, Looks, use_of
from myriorama.app.pictures.overlay import LEFT_OUT, color_of
from myriorama.app.preview.frames import SampleFrame
from myriorama.scenes.conventions import F64, U8

COLUMNS: Final = 256
NOTHING: Final = (18, 19, 21)
UNLABELLED: Final = (70, 72, 76)
STUFF: Final = (112, 116, 124)
SOLID: Final = 255
HATCHED: Final = 192
VEILED: Final = 96
_ALPHA: Final = {"label": SOLID, "ignore": HATCHED, "drop": VEILED}

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


def instance_colors(frame: SampleFrame, color_by: ColorBy, looks: Looks = NO_LOOKS) -> list[tuple[int, int, int]]:
    """Return the colour of every instance of a frame, in order.

    By ``visible``, what was not measured (drafts, hidden things) is grey. What is ignored has its class's colour and
    what is left out is grey, whatever the others are coloured by.
    """
    of_class = _class_colors(frame, looks)
    measured = {a.instance: a.visible for a in frame.annotations}
    out: list[tuple[int, int, int]] = []
    for i, seen in enumerate(frame.instances):
        use, share = use_of(looks, seen.class_name), measured.get(i)
        if use == "drop":
            out.append(LEFT_OUT)
        elif use == "ignore" or color_by == "class":
            out.append(of_class.get(seen.class_name, UNLABELLED))
        elif color_by == "visible":
            out.append(STUFF if share is None else ramp(share))
        else:
            out.append(color_of(seen.instance_key))
    return out


def overlay_table(frame: SampleFrame, colors: Sequence[tuple[int, int, int]], looks: Looks = NO_LOOKS) -> U8:
    """Return the table of mask colours, (rows, 256, 4) uint8; things alone have masks.

    Alpha says how: SOLID with an outline, HATCHED with an outline, VEILED without one, or 0.
    """
    kinds = [_ALPHA[use_of(looks, seen.class_name)] if seen.kind == "thing" else 0 for seen in frame.instances]
    return _table([(0, 0, 0, 0), *((*color, kind) for color, kind in zip(colors, kinds, strict=True))])


def layer_table(frame: SampleFrame, by_class: bool, looks: Looks = NO_LOOKS) -> U8:
    """Return the table of the layer of instances or of classes, (rows, 256, 4) uint8: alpha is SOLID or HATCHED."""
    of_class = _class_colors(frame, looks)
    rows = [(*NOTHING, SOLID)]
    for seen in frame.instances:
        use = use_of(looks, seen.class_name)
        if use == "drop":
            rows.append((*UNLABELLED, SOLID))
            continue
        if by_class or use == "ignore":
            color = of_class.get(seen.class_name, UNLABELLED)
        else:
            color = {"thing": color_of(seen.instance_key), "stuff": STUFF, "unlabelled": UNLABELLED}[seen.kind]
        rows.append((*color, HATCHED if use == "ignore" else SOLID))
    return _table(rows)


def _class_colors(frame: SampleFrame, looks: Looks) -> dict[str, tuple[int, int, int]]:
    own = {row.name: hex_rgb(row.color) for row in frame.classes}
    return {name: looks[name].color if name in looks else color for name, color in own.items()}


def selection_table(frame: SampleFrame, uids: Sequence[str]) -> U8:
    """Return the table whose alpha is 255 for instances of the groups named, (rows, 256, 4) uint8."""
    return _table([(0, 0, 0, 0), *((0, 0, 0, 255 if seen.group_uid in uids else 0) for seen in frame.instances)])


def _table(rows: Sequence[tuple[int, int, int, int]]) -> U8:
    height = -(-len(rows) // COLUMNS)
    out = np.zeros((height * COLUMNS, 4), dtype=np.uint8)
    out[: len(rows)] = rows
    return out.reshape(height, COLUMNS, 4)
