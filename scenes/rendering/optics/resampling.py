"""A picture taken out of a view by sparse matrices: sharp where both are alike fine, a mean where the view is finer.

It works in linear light, on any number of channels. No value leaves the range of the pixels that it lies between, so
that no light digs a dark ring around itself.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from myriorama.scenes.conventions import F32
from myriorama.scenes.rendering.optics.views import View

Indices = npt.NDArray[np.intp]

_TAPS: Final = ((1.2, 4), (1.7, 6), (2.3, 8), (3.3, 12), (np.inf, 16))
"""Up to which step, in pixels of the view, how many of its pixels along a side are weighed."""
_WIDEST: Final = 4.0
_CHUNK: Final = 1 << 22
"""Weights of one matrix at most."""
_KEPT_BYTES: Final = 80 * 2**20
"""Larger matrices are made again whenever they are asked for."""


class _Block:
    """Pixels of the picture (P,), ascending, that weigh `taps` by `taps` pixels of a view each.

    Attributes
    ----------
    share : (P, 1) float32 or None
        The view's weight; `matrix` holds it already.
    """

    def __init__(self, view: View, pixel: Indices, taps: int, step_x: F32, step_y: F32) -> None:
        self.pixel = pixel
        self.taps = taps
        self.share = None if view.share is None else view.share.ravel()[pixel][:, None]
        self._view = view
        self._x, self._y = view.x.ravel()[pixel], view.y.ravel()[pixel]
        self._step_x, self._step_y = step_x, step_y
        self._kept: csr_array | None = None

    @property
    def nbytes(self) -> int:
        """Of its matrix."""
        return len(self.pixel) * self.taps * self.taps * 8

    def place(self, start: int, stop: int, top: int) -> Indices:
        """Return which pixel of the view's rows from `top` on each pixel lies in, flat."""
        line = np.clip(self._y[start:stop].astype(np.intp), 0, self._view.height - 1) - top
        return np.asarray(
            line * self._view.width + np.clip(self._x[start:stop].astype(np.intp), 0, self._view.width - 1)
        )

    def matrix(self, keep: bool) -> csr_array:
        """Return the weights, (P, h * w) sparse float32."""
        if self._kept is not None:
            return self._kept
        view, taps = self._view, self.taps
        columns, across = kernel(self._x, self._step_x, taps)
        lines, down = kernel(self._y, self._step_y, taps)
        if self.share is not None:
            down *= self.share
        np.clip(columns, 0, view.width - 1, out=columns)
        np.clip(lines, 0, view.height - 1, out=lines)
        indices = np.add((lines * np.int32(view.width))[:, :, None], columns[:, None, :])
        weights = np.multiply(down[:, :, None], across[:, None, :])
        starts = np.arange(len(self.pixel) + 1, dtype=np.int32) * np.int32(taps * taps)
        found = csr_array((weights.ravel(), indices.ravel(), starts), (len(self.pixel), view.width * view.height))
        if keep:
            self._kept = found
        return found


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
        below = -np.inf
        for limit, taps in _TAPS:
            pixel = np.flatnonzero(lit & (step > below) & (step <= limit))
            below = limit
            for chunk in np.array_split(pixel, max(1, -(-len(pixel) * taps * taps // _CHUNK))):
                if len(chunk):
                    self._blocks.append(_Block(view, chunk, taps, step_x.ravel()[chunk], step_y.ravel()[chunk]))
        self._keeps = sum(b.nbytes for b in self._blocks) <= _KEPT_BYTES
        most = max((b.taps for b in self._blocks), default=0)
        y = np.where(lit, view.y, np.float32(np.nan))
        dark = ~lit.any(axis=1)
        y[dark] = 0.0
        first = np.floor(np.nanmin(y, axis=1) - 0.5).astype(np.int64) - (most // 2 - 1)
        last = np.floor(np.nanmax(y, axis=1) - 0.5).astype(np.int64) + most // 2 + 1
        self.rows_used = np.stack([np.maximum(first, 0), np.minimum(last, view.height)], axis=1)
        self.rows_used[dark] = 0

    def take(self, drawn: F32, top: int, first: int, end: int) -> F32:
        """Return rows `first` to `end` of the picture, (end - first, W, C), out of the view's rows from `top` on.

        Parameters
        ----------
        drawn : (h, w, C) float32
            Rows `top` .. `top + h` of the view; all that `rows_used` names of the rows asked for.
        """
        width = self._size[1]
        drawn = np.ascontiguousarray(drawn)
        flat = drawn.reshape(-1, drawn.shape[2])
        out = np.zeros(((end - first) * width, flat.shape[1]), dtype=np.float32)
        low = high = drawn
        reach = 1
        for block in self._blocks:
            while reach < block.taps - 1:
                low, high, reach = _spread(low, np.minimum), _spread(high, np.maximum), reach + 2
            start, stop = np.searchsorted(block.pixel, [first * width, end * width])
            if start == stop:
                continue
            matrix = block.matrix(self._keeps)
            found = _rows(matrix, int(start), int(stop), top * self._view.width, len(flat)) @ flat
            place = block.place(int(start), int(stop), top)
            least, most = low.reshape(flat.shape)[place], high.reshape(flat.shape)[place]
            if block.share is not None:
                least *= block.share[start:stop]
                most *= block.share[start:stop]
            out[block.pixel[start:stop] - first * width] = np.clip(found, least, most)
        return out.reshape(end - first, width, -1)


def _spread(image: F32, pick: np.ufunc) -> F32:
    """Return the least or greatest of each pixel's 3x3 neighbourhood."""
    out = image.copy()
    pick(out[1:], image[:-1], out=out[1:])
    pick(out[:-1], image[1:], out=out[:-1])
    both = out.copy()
    pick(both[:, 1:], out[:, :-1], out=both[:, 1:])
    pick(both[:, :-1], out[:, 1:], out=both[:, :-1])
    return both


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


def kernel(at: F32, step: F32, taps: int) -> tuple[npt.NDArray[np.int32], F32]:
    """Return the pixels (P, taps) about coordinates and their weights, each row's summing to 1.

    Catmull and Rom's (1974) cubic as a convolution, Keys (1981) with a = -1/2, as wide as a step: what lies between
    two pixels of the picture is a mean, not a pick.

    Parameters
    ----------
    at : (P,) float32
        Continuous pixels.
    step : (P,) float32
        At least 1.
    """
    base = np.floor(at - np.float32(0.5)).astype(np.int32) - np.int32(taps // 2 - 1)
    index = base[:, None] + np.arange(taps, dtype=np.int32)
    d = np.abs((index + np.float32(0.5)) - at[:, None], dtype=np.float32)
    d /= step[:, None]
    near = ((np.float32(1.5) * d - np.float32(2.5)) * d) * d + np.float32(1.0)
    far = ((np.float32(-0.5) * d + np.float32(2.5)) * d - np.float32(4.0)) * d + np.float32(2.0)
    weights = np.where(d < 1, near, np.where(d < 2, far, np.float32(0.0)))
    weights /= weights.sum(axis=1, keepdims=True)
    return index, weights
