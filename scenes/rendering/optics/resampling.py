"""A picture taken out of a view by one sparse matrix: sharp where both are alike fine, a mean where the view is finer.

It works in linear light, on any number of channels; a negative lobe never darkens what a bright point stands beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from myriorama.scenes.conventions import F32
from myriorama.scenes.rendering.optics.views import View

_TAPS: Final = ((1.2, 4), (1.7, 6), (2.3, 8), (3.3, 12), (np.inf, 16))
"""Up to which step, in pixels of the view, how many of its pixels along a side are weighed."""
_WIDEST: Final = 4.0
_ENVELOPE: Final = np.float32(0.2)
"""How far, as a share, a sharp value may leave the smooth one: more is ringing beside a light."""


@dataclass(frozen=True, eq=False)
class _Block:
    sharp: csr_array
    smooth: csr_array


class Resampler:
    """Takes pictures out of drawings of one view.

    Attributes
    ----------
    rows_used : (H, 2) int64
        First row of the view that a row of the picture reads, and the one after the last; equal where it reads none.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._size = view.x.shape
        step_x, step_y = _steps(view.x), _steps(view.y)
        step = np.maximum(step_x, step_y)
        lit = np.isfinite(view.x)
        if view.share is not None:
            lit &= view.share > 0
        self._blocks: list[_Block] = []
        rows = np.zeros((self._size[0], 2), dtype=np.int64)
        rows[:, 0] = view.height
        below = -np.inf
        for limit, taps in _TAPS:
            chosen = lit & (step > below) & (step <= limit)
            below = limit
            pixel = np.flatnonzero(chosen)
            if len(pixel) == 0:
                continue
            self._blocks.append(self._block(pixel, taps, step_x, step_y))
            first = np.floor(np.nan_to_num(view.y) - 0.5).astype(np.int64) - taps // 2 + 1
            first = np.where(chosen, first, view.height)
            rows[:, 0] = np.minimum(rows[:, 0], np.maximum(first.min(axis=1), 0))
            last = np.where(chosen, first + taps, 0).max(axis=1)
            rows[:, 1] = np.maximum(rows[:, 1], np.minimum(last, view.height))
        rows[rows[:, 0] >= rows[:, 1]] = 0
        self.rows_used = rows

    def _block(self, pixel: npt.NDArray[np.intp], taps: int, step_x: F32, step_y: F32) -> _Block:
        view = self._view
        columns, sharp_x, smooth_x = _kernel(view.x.ravel()[pixel], step_x.ravel()[pixel], taps, view.width)
        lines, sharp_y, smooth_y = _kernel(view.y.ravel()[pixel], step_y.ravel()[pixel], taps, view.height)
        if view.share is not None:
            share = view.share.ravel()[pixel][:, None]
            sharp_y, smooth_y = sharp_y * share, smooth_y * share
        indices = (lines[:, :, None] * np.int32(view.width) + columns[:, None, :]).ravel()
        counts = np.zeros(self._size[0] * self._size[1] + 1, dtype=np.int32)
        counts[pixel + 1] = taps * taps
        starts = np.cumsum(counts, dtype=np.int32)
        shape = (len(counts) - 1, view.width * view.height)
        sharp = (sharp_y[:, :, None] * sharp_x[:, None, :]).ravel()
        smooth = (smooth_y[:, :, None] * smooth_x[:, None, :]).ravel()
        return _Block(csr_array((sharp, indices, starts), shape), csr_array((smooth, indices, starts), shape))

    def take(self, drawn: F32, top: int, first: int, end: int) -> F32:
        """Return rows `first` to `end` of the picture, (end - first, W, C), out of the view's rows from `top` on.

        Parameters
        ----------
        drawn : (h, w, C) float32
            Rows `top` .. `top + h` of the view; all that `rows_used` names of the rows asked for.
        """
        width = self._size[1]
        flat = np.ascontiguousarray(drawn.reshape(-1, drawn.shape[2]))
        sharp = np.zeros(((end - first) * width, flat.shape[1]), dtype=np.float32)
        smooth = np.zeros_like(sharp)
        for block in self._blocks:
            for matrix, out in ((block.sharp, sharp), (block.smooth, smooth)):
                out += _rows(matrix, first * width, end * width, top * self._view.width, len(flat)) @ flat
        spread = np.abs(smooth) * _ENVELOPE
        np.clip(sharp, smooth - spread, smooth + spread, out=sharp)
        return sharp.reshape(end - first, width, -1)


def _rows(matrix: csr_array, first: int, end: int, skipped: int, count: int) -> csr_array:
    """Return rows of a matrix whose first `skipped` columns are not there; nothing is copied where it is the whole."""
    if first == 0 and end == matrix.shape[0] and skipped == 0 and count == matrix.shape[1]:
        return matrix
    starts = matrix.indptr[first : end + 1]
    span = slice(int(starts[0]), int(starts[-1]))
    indices = matrix.indices[span] - np.int32(skipped)
    return csr_array((matrix.data[span], indices, starts - starts[0]), (end - first, count))


def _steps(at: F32) -> F32:
    """Return how far one pixel of the picture moves over a coordinate of the view, at least 1."""
    found = np.zeros(at.shape, dtype=np.float32)
    for axis in (0, 1):
        if at.shape[axis] < 2:
            continue
        slope = np.gradient(at, axis=axis)
        found += np.nan_to_num(slope * slope, nan=0.0)
    return np.clip(np.sqrt(found), np.float32(1.0), np.float32(_WIDEST))


def _kernel(at: F32, step: F32, taps: int, size: int) -> tuple[npt.NDArray[np.int32], F32, F32]:
    """Return the view's pixels (P, taps) about a coordinate, Catmull-Rom's weights and a tent's, each summing to 1.

    Catmull and Rom (1974) as a convolution: Keys (1981) with a = -1/2.
    """
    base = np.floor(at - np.float32(0.5)).astype(np.int32) - (taps // 2 - 1)
    index = base[:, None] + np.arange(taps, dtype=np.int32)
    d = np.abs((index + np.float32(0.5) - at[:, None]) / step[:, None])
    near = (np.float32(1.5) * d - np.float32(2.5)) * d * d + np.float32(1.0)
    far = ((np.float32(-0.5) * d + np.float32(2.5)) * d - np.float32(4.0)) * d + np.float32(2.0)
    sharp = np.where(d < 1, near, np.where(d < 2, far, np.float32(0.0)))
    smooth = np.maximum(np.float32(1.0) - d, np.float32(0.0))
    sharp /= sharp.sum(axis=1, keepdims=True)
    smooth /= smooth.sum(axis=1, keepdims=True)
    return np.clip(index, 0, size - 1), sharp, smooth
