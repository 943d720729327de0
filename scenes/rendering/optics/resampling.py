"""A picture taken out of a view by one sparse matrix: sharp where both are alike fine, a mean where the view is finer.

It works in linear light, on any number of channels. What is brighter than white is spread by a kernel without negative
lobes, so that no light digs a dark ring around itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter
from scipy.sparse import csr_array

from myriorama.scenes.conventions import F32, Mask
from myriorama.scenes.rendering.optics.views import View

_TAPS: Final = ((1.2, 4), (1.7, 6), (2.3, 8), (3.3, 12), (np.inf, 16))
"""Up to which step, in pixels of the view, how many of its pixels along a side are weighed."""
_WIDEST: Final = 4.0
_WHITE: Final = np.float32(1.0)
_CHUNK: Final = 1 << 15


@dataclass(frozen=True, eq=False)
class _Block:
    """Pixels of the picture (P,) that weigh equally many pixels of the view, and their matrix."""

    pixel: npt.NDArray[np.intp]
    taps: int
    sharp: csr_array


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
        self._step_x, self._step_y = _steps(view.x), _steps(view.y)
        step = np.maximum(self._step_x, self._step_y)
        lit = np.isfinite(view.x)
        if view.share is not None:
            lit &= view.share > 0
        self._blocks: list[_Block] = []
        below = -np.inf
        for limit, taps in _TAPS:
            pixel = np.flatnonzero(lit & (step > below) & (step <= limit))
            below = limit
            if len(pixel):
                self._blocks.append(self._block(pixel, taps))
        most = max((b.taps for b in self._blocks), default=0)
        y = np.where(lit, view.y, np.float32(np.nan))
        dark = ~lit.any(axis=1)
        y[dark] = 0.0
        first = np.floor(np.nanmin(y, axis=1) - 0.5).astype(np.int64) - (most // 2 - 1)
        last = np.floor(np.nanmax(y, axis=1) - 0.5).astype(np.int64) + most // 2 + 1
        self.rows_used = np.stack([np.maximum(first, 0), np.minimum(last, view.height)], axis=1)
        self.rows_used[dark] = 0

    def _block(self, pixel: npt.NDArray[np.intp], taps: int) -> _Block:
        view = self._view
        columns, across = self._kernel(0, pixel, taps, sharp=True)
        lines, down = self._kernel(1, pixel, taps, sharp=True)
        count = self._size[0] * self._size[1]
        many = np.zeros(count + 1, dtype=np.int32)
        many[pixel + 1] = taps * taps
        indices = np.add((lines * np.int32(view.width))[:, :, None], columns[:, None, :])
        weights = np.multiply(down[:, :, None], across[:, None, :])
        starts = np.cumsum(many, dtype=np.int32)
        return _Block(
            pixel, taps, csr_array((weights.ravel(), indices.ravel(), starts), (count, view.width * view.height))
        )

    def _kernel(
        self, axis: int, pixel: npt.NDArray[np.intp], taps: int, *, sharp: bool
    ) -> tuple[npt.NDArray[np.int32], F32]:
        """Return indices and weights (P, taps) along x (0) or y (1); the view's share is in those along y."""
        view = self._view
        at, step, size = (view.x, self._step_x, view.width) if axis == 0 else (view.y, self._step_y, view.height)
        index, weights = kernel(at.ravel()[pixel], step.ravel()[pixel], taps, sharp=sharp)
        if axis == 1 and view.share is not None:
            weights *= view.share.ravel()[pixel][:, None]
        return np.clip(index, 0, size - 1), weights

    def take(self, drawn: F32, top: int, first: int, end: int) -> F32:
        """Return rows `first` to `end` of the picture, (end - first, W, C), out of the view's rows from `top` on.

        Parameters
        ----------
        drawn : (h, w, C) float32
            Rows `top` .. `top + h` of the view; all that `rows_used` names of the rows asked for.
        """
        width = self._size[1]
        flat = np.ascontiguousarray(drawn).reshape(-1, drawn.shape[2])
        body = np.minimum(flat, _WHITE)
        out = np.zeros(((end - first) * width, flat.shape[1]), dtype=np.float32)
        for block in self._blocks:
            out += _rows(block.sharp, first * width, end * width, top * self._view.width, len(flat)) @ body
        np.maximum(out[:, :3], np.float32(0.0), out=out[:, :3])
        bright: Mask = np.asarray((drawn > _WHITE).any(axis=2))
        if bright.any():
            self._add_lights(flat - body, bright, top, first, end, out)
        return out.reshape(end - first, width, -1)

    def _add_lights(self, excess: F32, bright: Mask, top: int, first: int, end: int, out: F32) -> None:
        """Add what is brighter than white, by a tent, to the pixels that it reaches."""
        view, width = self._view, self._size[1]
        for block in self._blocks:
            near = maximum_filter(bright, size=block.taps + 1, mode="constant", cval=False)
            own = block.pixel[(block.pixel >= first * width) & (block.pixel < end * width)]
            column = np.clip(view.x.ravel()[own].astype(np.int64), 0, view.width - 1)
            line = np.clip(view.y.ravel()[own].astype(np.int64) - top, 0, bright.shape[0] - 1)
            own = own[near[line, column]]
            for start in range(0, len(own), _CHUNK):
                pixel = own[start : start + _CHUNK]
                columns, across = self._kernel(0, pixel, block.taps, sharp=False)
                lines, down = self._kernel(1, pixel, block.taps, sharp=False)
                found = np.zeros((len(pixel), excess.shape[1]), dtype=np.float32)
                for j in range(block.taps):
                    line = np.clip(lines[:, j] - top, 0, bright.shape[0] - 1) * view.width
                    for i in range(block.taps):
                        weight = down[:, j] * across[:, i]
                        used = weight > 0
                        found[used] += weight[used, None] * excess[line[used] + columns[used, i]]
                out[pixel - first * width] += found


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


def kernel(at: F32, step: F32, taps: int, *, sharp: bool) -> tuple[npt.NDArray[np.int32], F32]:
    """Return the pixels (P, taps) about coordinates and their weights, each row's summing to 1.

    Sharp is Catmull and Rom's (1974) cubic as a convolution, Keys (1981) with a = -1/2; else a tent. Both are as wide
    as a step: what lies between two pixels of the picture is a mean, not a pick.

    Parameters
    ----------
    at : (P,) float32
        Continuous pixels.
    step : (P,) float32
        At least 1.
    """
    base = np.floor(at - np.float32(0.5)).astype(np.int32) - np.int32(taps // 2 - 1)
    index = base[:, None] + np.arange(taps, dtype=np.int32)
    d = np.abs((index + np.float32(0.5)) - at[:, None])
    d /= step[:, None]
    if sharp:
        near = ((np.float32(1.5) * d - np.float32(2.5)) * d) * d + np.float32(1.0)
        far = ((np.float32(-0.5) * d + np.float32(2.5)) * d - np.float32(4.0)) * d + np.float32(2.0)
        weights = np.where(d < 1, near, np.where(d < 2, far, np.float32(0.0)))
    else:
        weights = np.maximum(np.float32(1.0) - d, np.float32(0.0))
    weights /= weights.sum(axis=1, keepdims=True)
    return index, weights.astype(np.float32, copy=False)
