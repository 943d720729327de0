"""A histogram that can be brushed: click a bar, drag over several, or move by arrow keys. It counts nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import QWidget

from myriorama.app.browsing.histograms import Bins
from myriorama.app.browsing.rows import I64
from myriorama.scenes.conventions import F64
from myriorama.widgets.theme import theme

_FONT_PX = 11


class BrushBox(pg.ViewBox):  # type: ignore[misc]
    """Tells where it is clicked and dragged; it never moves.

    Attributes
    ----------
    brushed : signal of (QPointF, QPointF, bool)
        Two opposite corners in the plot's own units; True once the button is released.
    """

    brushed = Signal(QPointF, QPointF, bool)

    def __init__(self) -> None:
        super().__init__(enableMenu=False, enableMouse=False)

    def mouseClickEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            at = self.mapToView(event.pos())
            self.brushed.emit(at, at, True)
            event.accept()

    def mouseDragEvent(self, event: Any, axis: Any = None) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            start, now = self.mapToView(event.buttonDownPos()), self.mapToView(event.pos())
            self.brushed.emit(start, now, bool(event.isFinish()))
            event.accept()

    def wheelEvent(self, event: Any, axis: Any = None) -> None:
        event.ignore()  # the panel scrolls


class QuietAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis in the theme's colours."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        font = QFont()
        font.setPixelSize(_FONT_PX)
        self.setStyle(
            tickLength=-3, tickFont=font, tickTextOffset=4, autoReduceTextSpace=False, hideOverlappingLabels=True
        )
        self.enableAutoSIPrefix(False)

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.setPen(pg.mkPen(theme().border))
        self.setTextPen(pg.mkPen(theme().dim))

    def wheelEvent(self, event: Any) -> None:
        event.ignore()


class BarPlot(pg.PlotWidget):  # type: ignore[misc]
    """Bars of current values, above them those of stale ones, and a line for what is declared.

    Attributes
    ----------
    brushed : signal of (int, int)
        First and last bar, both included.
    cleared : signal of ()
        The brush was taken away.
    """

    brushed = Signal(int, int)
    cleared = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        self._box = BrushBox()
        self._axes = {side: QuietAxis(side) for side in ("left", "bottom")}
        super().__init__(parent, viewBox=self._box, axisItems=self._axes)
        self.hideButtons()
        self.setMenuEnabled(False)
        menu = self.getPlotItem().ctrlMenu  # made all the same, and by pyqtgraph given to nobody
        menu.setParent(self, menu.windowFlags())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.viewport().setAccessibleName(title)  # pyqtgraph makes one of its own, which takes the focus too
        self.setFrameShape(self.Shape.NoFrame)
        self._bins: Bins | None = None
        self._fresh: I64 = np.zeros(0, dtype=np.int64)
        self._stale: I64 = np.zeros(0, dtype=np.int64)
        self._held: tuple[float, float] | None = None
        self._dragged: tuple[int, int] | None = None
        self._cursor: int | None = None
        self._bars = pg.BarGraphItem(x0=[], x1=[], height=[], y0=[])
        self._old_bars = pg.BarGraphItem(x0=[], x1=[], height=[], y0=[])
        self._line = pg.PlotCurveItem(stepMode="center", x=np.zeros(2), y=np.zeros(1))
        for item in (self._bars, self._old_bars, self._line):
            self.addItem(item)
        self.getPlotItem().setContentsMargins(0, 6, 12, 0)
        self._axes["left"].setWidth(34)
        self._axes["bottom"].setHeight(20)
        self._box.brushed.connect(self._on_brushed)
        self.restyle()

    def show_counts(self, bins: Bins, fresh: I64, stale: I64, expected: F64 | None = None) -> None:
        """Show counts by bin; `expected` is what the declaration would give for as many current values."""
        self._bins, self._fresh, self._stale = bins, fresh, stale
        top = max(float((fresh + stale).max(initial=0)), float(expected.max()) if expected is not None else 0.0, 1.0)
        self._line.setVisible(expected is not None)
        if expected is not None:
            self._line.setData(x=bins.edges, y=expected, stepMode="center")
        self._box.setRange(xRange=(float(bins.edges[0]), float(bins.edges[-1])), yRange=(0.0, top * 1.06), padding=0.0)
        self._axes["left"].setTicks([_count_ticks(top)])
        self._paint_bars()

    def show_brush(self, held: tuple[float, float] | None) -> None:
        """Highlight the bars in a range of values; None for no brush."""
        if held != self._held:
            self._held = held
            self._paint_bars()

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        tokens = theme()
        self.setBackground(tokens.surface)
        for axis in self._axes.values():
            axis.restyle()
        self._line.setPen(pg.mkPen(tokens.text, width=1.5))
        self._paint_bars()

    def _paint_bars(self) -> None:
        bins = self._bins
        if bins is None:
            return
        tokens = theme()
        gap = bins.width * 0.06
        x0, x1 = bins.edges[:-1] + gap, bins.edges[1:] - gap
        accent, weak = QColor(tokens.accent), QColor(tokens.accent)
        weak.setAlphaF(0.28)
        old = QColor(tokens.dim)
        old.setAlphaF(0.45)
        inside = self._inside()
        brushes = [pg.mkBrush(accent if held else weak) for held in inside]
        pens = [pg.mkPen(tokens.text, width=1.5) if i == self._cursor else pg.mkPen(None) for i in range(bins.count)]
        self._bars.setOpts(x0=x0, x1=x1, y0=np.zeros(bins.count), height=self._fresh, brushes=brushes, pens=pens)
        self._old_bars.setOpts(x0=x0, x1=x1, y0=self._fresh, height=self._stale, brush=old, pen=pg.mkPen(None))

    def _inside(self) -> list[bool]:
        bins = self._bins
        assert bins is not None
        if self._dragged is not None:
            return [self._dragged[0] <= i <= self._dragged[1] for i in range(bins.count)]
        if self._held is None:
            return [True] * bins.count
        low, high = self._held
        return [bool(low <= c <= high) for c in bins.centers]

    # -- brushing --------------------------------------------------------------------------------------------------

    def _on_brushed(self, start: QPointF, now: QPointF, finished: bool) -> None:
        bins = self._bins
        if bins is None:
            return
        first, last = sorted((bins.place(start.x()), bins.place(now.x())))
        if not finished:
            self._dragged = (first, last)
            self._paint_bars()
            return
        self._dragged = None
        self._cursor = None
        self._brush(first, last)

    def _brush(self, first: int, last: int) -> None:
        bins = self._bins
        assert bins is not None
        if first == last and self._held is not None and sum(self._inside()) == 1 and self._inside()[first]:
            self.cleared.emit()
        else:
            self.brushed.emit(first, last)
        self._paint_bars()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bins = self._bins
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if bins is not None and step is not None:
            start = self._cursor if self._cursor is not None else (-1 if step > 0 else bins.count)
            self._cursor = min(max(start + step, 0), bins.count - 1)
            self.setAccessibleDescription(
                f"{bins.edges[self._cursor]:.4g} to {bins.edges[self._cursor + 1]:.4g}: {self._fresh[self._cursor]}"
            )
            self._paint_bars()
        elif bins is not None and self._cursor is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space):
            self._brush(self._cursor, self._cursor)
        elif event.key() == Qt.Key.Key_Escape and self._held is not None:
            self.cleared.emit()
        else:
            event.ignore()

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        if self._cursor is not None:
            self._cursor = None
            self._paint_bars()

    def wheelEvent(self, event: Any) -> None:
        event.ignore()  # the panel scrolls


def _count_ticks(top: float) -> list[tuple[float, str]]:
    """Return at most three ticks at whole numbers: 0, a half, and the highest round one."""
    if top < 2:
        return [(0.0, "0"), (1.0, "1")]
    power = 10.0 ** math.floor(math.log10(top))
    high = max(s * power for s in (1.0, 2.0, 4.0, 5.0, 6.0, 8.0) if s * power <= top)
    marks = [0.0, high / 2, high] if high >= 2 and (high / 2).is_integer() else [0.0, high]
    return [(mark, f"{mark:,.0f}" if mark < 10_000 else f"{mark / 1000:g}k") for mark in marks]
