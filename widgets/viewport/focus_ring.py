"""A thin frame around the picture while it has the keyboard, as lists and fields have theirs.

It takes no click and knows nothing of the picture.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from myriorama.widgets.theme import theme

_WIDTH_PX = 1


class FocusRing(QWidget):
    """Follows the size of `around` and the focus of `taker`."""

    def __init__(self, around: QWidget, taker: QWidget) -> None:
        super().__init__(around)
        self.setObjectName("focus_ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._around, self._taker = around, taker
        around.installEventFilter(self)
        taker.installEventFilter(self)
        self._fit()
        self.setVisible(taker.hasFocus())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._around and kind == QEvent.Type.Resize:
            self._fit()
        elif watched is self._taker and kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setVisible(kind == QEvent.Type.FocusIn)
            self.raise_()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        whole = self._around.rect()
        self.setGeometry(whole)
        inner = whole.adjusted(_WIDTH_PX, _WIDTH_PX, -_WIDTH_PX, -_WIDTH_PX)
        self.setMask(QRegion(whole) - QRegion(inner if inner.isValid() else QRect()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(theme().accent))
        painter.end()
