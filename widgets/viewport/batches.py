"""Lines, dots and captions on the graphics card: one draw call each, whatever their number.

They draw what they are given; where it lies was decided before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter
from vispy import gloo

from myriorama.app.viewing.fitting import Fit
from myriorama.app.viewing.marks import NO_DOTS, NO_STROKES, Caption, Dots, Strokes
from myriorama.widgets.viewport import shaders

_STROKE: Final = np.dtype(
    [
        ("a_here", np.float32, 2),
        ("a_there", np.float32, 2),
        ("a_depths", np.float32, 2),
        ("a_corner", np.float32, 2),
        ("a_color", np.float32, 4),
        ("a_style", np.float32, 3),
    ]
)
_DOT: Final = np.dtype(
    [
        ("a_here", np.float32, 2),
        ("a_corner", np.float32, 2),
        ("a_color", np.float32, 4),
        ("a_fill", np.float32, 4),
        ("a_style", np.float32, 3),
    ]
)
_QUAD: Final = np.array([0, 1, 2, 2, 1, 3], dtype=np.uint32)
_INK: Final = (16, 18, 22, 225)
_LINE_SHARE: Final = 0.1
_MOST_SHARE: Final = 0.4
"""Of the view, that captions of one line, and of many, may cover."""
_LETTERS: Final = (240, 242, 245)


def fill(program: gloo.Program, values: Mapping[str, Any]) -> None:
    """Set those of `values` that the program has."""
    for _, _, name in program.variables:
        if name in values:
            program[name] = values[name]


class StrokeBatch:
    """Lines with a dark halo."""

    def __init__(self) -> None:
        self._program = gloo.Program(shaders.STROKE_VERTEX, shaders.STROKE_FRAGMENT)
        self._strokes = NO_STROKES
        self._stale = True
        self._indices: gloo.IndexBuffer | None = None

    def set(self, strokes: Strokes) -> None:
        if strokes is not self._strokes:
            self._strokes, self._stale = strokes, True

    def draw(self, common: Mapping[str, Any], *, strength: float = 1.0, halo: bool = True) -> None:
        """Draw all lines, their halos first; `common` has u_view, u_place, u_near and u_ratio."""
        if not len(self._strokes):
            return
        if self._stale:
            self._upload()
        fill(self._program, {**common, "u_strength": strength})
        for width in (1.2, 0.0) if halo else (0.0,):
            self._program["u_halo"] = width
            self._program.draw("triangles", self._indices)

    def _upload(self) -> None:
        strokes, count = self._strokes, len(self._strokes)
        vertices = np.zeros((count, 4), dtype=_STROKE)
        for k, (end, side) in enumerate(((0, -1.0), (0, 1.0), (1, -1.0), (1, 1.0))):
            vertices["a_here"][:, k] = strokes.ends[:, end, :2]
            vertices["a_there"][:, k] = strokes.ends[:, 1 - end, :2]
            vertices["a_depths"][:, k, 0] = strokes.ends[:, end, 2]
            vertices["a_corner"][:, k] = (-1.0 if end == 0 else 1.0, side)
            vertices["a_color"][:, k] = strokes.colors
            vertices["a_style"][:, k] = strokes.styles
        self._program.bind(gloo.VertexBuffer(vertices.reshape(-1)))
        self._indices = gloo.IndexBuffer(_quads(count))
        self._stale = False


class DotBatch:
    """Discs and squares of a size on the screen."""

    def __init__(self) -> None:
        self._program = gloo.Program(shaders.DOT_VERTEX, shaders.DOT_FRAGMENT)
        self._dots = NO_DOTS
        self._stale = True
        self._indices: gloo.IndexBuffer | None = None

    def set(self, dots: Dots) -> None:
        if dots is not self._dots:
            self._dots, self._stale = dots, True

    def draw(self, common: Mapping[str, Any]) -> None:
        if not len(self._dots):
            return
        if self._stale:
            self._upload()
        fill(self._program, common)
        self._program.draw("triangles", self._indices)

    def _upload(self) -> None:
        dots, count = self._dots, len(self._dots)
        vertices = np.zeros((count, 4), dtype=_DOT)
        vertices["a_here"] = dots.places[:, None]
        vertices["a_corner"] = np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)], dtype=np.float32)
        vertices["a_color"] = dots.colors[:, None]
        vertices["a_fill"] = dots.fills[:, None]
        vertices["a_style"] = dots.styles[:, None]
        self._program.bind(gloo.VertexBuffer(vertices.reshape(-1)))
        self._indices = gloo.IndexBuffer(_quads(count))
        self._stale = False


@dataclass(frozen=True)
class _Cell:
    x: int
    y: int
    w: int
    h: int


class CaptionBatch:
    """Words on dark plates, written by Qt into one texture.

    Where two would overlap, and where all would cover too much of the view, the later ones give way.
    """

    def __init__(self) -> None:
        self._program = gloo.Program(shaders.CAPTION_VERTEX, shaders.CAPTION_FRAGMENT)
        self._captions: tuple[Caption, ...] = ()
        self._cells: list[_Cell] = []
        self._atlas: gloo.Texture2D | None = None
        self._size = (1, 1)
        self._laid: tuple[Any, ...] = ()
        self._count = 0
        self._stale = True

    def set(self, captions: tuple[Caption, ...]) -> None:
        if captions != self._captions:
            self._captions, self._stale, self._laid = captions, True, ()

    def draw(self, common: Mapping[str, Any], fit: Fit, view: tuple[int, int], font: QFont, ratio: float) -> None:
        if not self._captions:
            return
        if self._stale:
            self._write(font, ratio)
        if self._laid != (fit, view, ratio):
            self._lay(fit, view)
            self._laid = (fit, view, ratio)
        if self._count:
            fill(self._program, common)
            self._program.draw("triangles", gloo.IndexBuffer(_quads(self._count)))

    def _write(self, font: QFont, ratio: float) -> None:
        """Write every caption into the atlas."""
        metrics = QFontMetricsF(font)
        line, pad, bar = metrics.height(), 4.0, 3.0
        cells: list[_Cell] = []
        x = y = tall = 0
        width = 1024
        for caption in self._captions:
            length = max(metrics.horizontalAdvance(text) for text in caption.lines)
            w = min(int((length + bar + 2 * pad) * ratio) + 1, width)
            h = int((line * len(caption.lines) + 2) * ratio) + 1
            if x + w > width:
                x, y, tall = 0, y + tall + 1, 0
            cells.append(_Cell(x, y, w, h))
            x, tall = x + w + 1, max(tall, h)
        height = max(y + tall, 1)
        image = QImage(width, height, QImage.Format.Format_RGBA8888_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        for caption, cell in zip(self._captions, cells, strict=True):
            painter.save()
            painter.translate(cell.x, cell.y)
            painter.scale(ratio, ratio)
            wide, high = cell.w / ratio, cell.h / ratio
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(*_INK))
            painter.drawRoundedRect(QRectF(0, 0, wide, high), 3, 3)
            painter.setBrush(QColor(*caption.color))
            painter.drawRoundedRect(QRectF(0, 0, bar, high), 1.5, 1.5)
            painter.setPen(QColor(*_LETTERS))
            for k, text in enumerate(caption.lines):
                spot = QRectF(bar + pad, 1 + k * line, wide - bar - pad, line)
                painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, text)
            painter.restore()
        painter.end()
        pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(height, image.bytesPerLine())[:, : width * 4]
        self._atlas = gloo.Texture2D(pixels.reshape(height, width, 4).copy(), interpolation="nearest")
        self._program["t_atlas"] = self._atlas
        self._cells, self._size, self._stale = cells, (width, height), False

    def _lay(self, fit: Fit, view: tuple[int, int]) -> None:
        """Find each caption a free place at its box; above it, below it, or inside."""
        taken: list[tuple[float, float, float, float]] = []
        lines = max(len(caption.lines) for caption in self._captions)
        room = min(_LINE_SHARE * lines, _MOST_SHARE) * view[0] * view[1]
        spots, cells = [], []
        width, height = self._size
        for caption, cell in zip(self._captions, self._cells, strict=True):
            left, top = fit.to_view(caption.box[0], caption.box[1])
            right, bottom = fit.to_view(caption.box[0] + caption.box[2], caption.box[1] + caption.box[3])
            if right < 0 or bottom < 0 or left > view[0] or top > view[1]:
                continue
            area = cell.w * cell.h
            at = _free(left, top, right, bottom, cell, taken, view) if not taken or area <= room else None
            if at is None:
                continue
            room -= area
            x, y = at
            taken.append((x, y, x + cell.w, y + cell.h))
            spots.append([(x, y), (x + cell.w, y), (x, y + cell.h), (x + cell.w, y + cell.h)])
            u, v, du, dv = cell.x / width, cell.y / height, cell.w / width, cell.h / height
            cells.append([(u, v), (u + du, v), (u, v + dv), (u + du, v + dv)])
        self._count = len(spots)
        if spots:
            self._program["a_spot"] = np.array(spots, dtype=np.float32).reshape(-1, 2)
            self._program["a_cell"] = np.array(cells, dtype=np.float32).reshape(-1, 2)


def _free(
    left: float,
    top: float,
    right: float,
    bottom: float,
    cell: _Cell,
    taken: Sequence[tuple[float, float, float, float]],
    view: tuple[int, int],
) -> tuple[float, float] | None:
    for x, y in (
        (left - 1, top - cell.h - 1),
        (left - 1, bottom + 2),
        (right - cell.w, top - cell.h - 1),
        (left + 2, top + 2),
    ):
        x = float(round(min(max(x, 0.0), max(view[0] - cell.w, 0))))
        y = float(round(y))
        if y < 0 or y + cell.h > view[1]:
            continue
        if not any(x < t[2] and t[0] < x + cell.w and y < t[3] and t[1] < y + cell.h for t in taken):
            return x, y
    return None


def _quads(count: int) -> np.ndarray:
    return (_QUAD[None, :] + 4 * np.arange(count, dtype=np.uint32)[:, None]).reshape(-1)
