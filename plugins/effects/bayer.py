"""A colour filter array: each photosite sees one colour, and the other two are made up from its neighbours.

It models no optical low-pass filter before the sensor, and no noise; `sensor_noise` stands before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

import numpy as np

from myriorama.plugins.api import Choice, Draws, Effect, Frame, Values
from myriorama.scenes.conventions import F32

_MARGIN: Final = 2
_RED_AT: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {"rggb": (0, 0), "grbg": (0, 1), "gbrg": (1, 0), "bggr": (1, 1)}
)
"""Row and column of the first red photosite; blue is one further in both."""


class Bayer(Effect):
    """Bayer mosaic and demosaic."""

    name = "bayer"
    label = "Bayer mosaic"
    help = "Keeps one colour of each pixel, as a colour sensor does, and makes up the others again."
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"pattern": "none"}
    parameters = (
        Choice(
            "pattern",
            "rggb",
            options=("none", "rggb", "bggr", "grbg", "gbrg"),
            help="The colours of the first two rows' first two photosites; none leaves the picture as it is.",
            group="Mosaic",
            suggested={"choice": ["rggb", "bggr", "grbg", "gbrg"]},
        ),
        Choice(
            "demosaic",
            "malvar",
            options=("malvar", "bilinear", "mosaic"),
            help="How colours come back: along the gradients of the others, by plain means, or not: a raw grey mosaic.",
            group="Mosaic",
            suggested={"choice": ["malvar", "bilinear"]},
        ),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the demosaiced picture; where a filter gives less than no light, it is none."""
        if values["pattern"] == "none":
            return linear
        red_at = _RED_AT[str(values["pattern"])]
        raw = mosaic(linear, red_at)
        if values["demosaic"] == "mosaic":
            return np.repeat(raw[..., None], 3, axis=2)
        return demosaic(raw, red_at, gradients=values["demosaic"] == "malvar")


def mosaic(linear: F32, red_at: tuple[int, int]) -> F32:
    """Return (H, W): of each pixel the channel that its filter lets through."""
    raw = linear[..., 1].copy()
    row, column = red_at
    raw[row::2, column::2] = linear[row::2, column::2, 0]
    raw[1 - row :: 2, 1 - column :: 2] = linear[1 - row :: 2, 1 - column :: 2, 2]
    return raw


def demosaic(raw: F32, red_at: tuple[int, int], *, gradients: bool) -> F32:
    """Return (H, W, 3) of a mosaic whose first red photosite is at `red_at`.

    With `gradients` by the linear filters of H. S. Malvar, L. He and R. Cutler, "High-quality linear interpolation for
    demosaicing of Bayer-patterned color images" (ICASSP 2004): the mean of a colour's neighbours, corrected by the
    second difference of the colour that is known there. Without, the mean alone. The picture is mirrored at its edges,
    which keeps the colours of the mosaic in step.
    """
    wide = np.pad(raw, _MARGIN, mode="reflect")
    out = np.empty((*raw.shape, 3), dtype=np.float32)
    for row in range(2):
        for column in range(2):
            sums = _Sums(wide, raw.shape, row, column)
            to_red = (row - red_at[0]) % 2, (column - red_at[1]) % 2
            at = out[row::2, column::2]
            if to_red in ((0, 0), (1, 1)):
                own, other = (0, 2) if to_red == (0, 0) else (2, 0)
                at[..., own] = sums.here
                at[..., 1] = sums.green(gradients=gradients)
                at[..., other] = sums.opposite(gradients=gradients)
            else:
                level, upright = (0, 2) if to_red == (0, 1) else (2, 0)
                at[..., 1] = sums.here
                at[..., level] = sums.along_row(gradients=gradients)
                at[..., upright] = sums.along_column(gradients=gradients)
    return np.maximum(out, np.float32(0.0), out=out)


class _Sums:
    """Sums of neighbours at every second photosite of every second row."""

    def __init__(self, wide: F32, shape: tuple[int, ...], row: int, column: int) -> None:
        self._wide, self._shape, self._first = wide, shape, (row, column)
        self.here = self._at(0, 0)
        self._beside = self._at(0, -1) + self._at(0, 1)
        self._above = self._at(-1, 0) + self._at(1, 0)
        self._far_beside = self._at(0, -2) + self._at(0, 2)
        self._far_above = self._at(-2, 0) + self._at(2, 0)

    def _at(self, down: int, right: int) -> F32:
        row, column = self._first
        height, width = self._shape
        top, left = row + _MARGIN + down, column + _MARGIN + right
        return self._wide[top : top + height - row : 2, left : left + width - column : 2]

    def _corners(self) -> F32:
        out: F32 = self._at(-1, -1) + self._at(-1, 1)
        out += self._at(1, -1)
        out += self._at(1, 1)
        return out

    def green(self, *, gradients: bool) -> F32:
        """Return green at a red or blue photosite."""
        near = self._beside + self._above
        if not gradients:
            return near * np.float32(0.25)
        near *= np.float32(2.0)
        near += np.float32(4.0) * self.here
        near -= self._far_beside
        near -= self._far_above
        return near * np.float32(0.125)

    def opposite(self, *, gradients: bool) -> F32:
        """Return blue at a red photosite, and red at a blue one."""
        corners = self._corners()
        if not gradients:
            return corners * np.float32(0.25)
        corners *= np.float32(2.0)
        corners += np.float32(6.0) * self.here
        corners -= np.float32(1.5) * (self._far_beside + self._far_above)
        return corners * np.float32(0.125)

    def along_row(self, *, gradients: bool) -> F32:
        """Return at a green photosite the colour that stands beside it in its row."""
        return self._along(self._beside, self._far_beside, self._far_above, gradients=gradients)

    def along_column(self, *, gradients: bool) -> F32:
        """Return at a green photosite the colour that stands above and below it."""
        return self._along(self._above, self._far_above, self._far_beside, gradients=gradients)

    def _along(self, near: F32, far: F32, across: F32, *, gradients: bool) -> F32:
        if not gradients:
            return near * np.float32(0.5)
        out: F32 = np.float32(4.0) * near + np.float32(5.0) * self.here
        out -= self._corners()
        out -= far
        out += np.float32(0.5) * across
        return out * np.float32(0.125)
