"""A text on one line that is cut where it is too long. It shows text as it is and wraps nothing.

Another text asks for a repaint and for nothing more: a common label has the whole window laid out again, which a
line that follows each picture cannot afford.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from myriorama.widgets.plain import plain_tip

_STEP_PX: Final = 24


class ElidedLabel(QLabel):
    """The tool tip has all of it; a path is cut in its middle, a sentence at its end.

    Parameters
    ----------
    role : str
        Look in the theme's style sheet: "dim", ...
    natural : bool
        Ask for the room that the text needs, in steps, instead of taking what is left over.
    name : str
        What it tells of, for a screen reader, which then has the text as a description.
    """

    def __init__(
        self,
        text: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        role: str = "dim",
        parent: QWidget | None = None,
        *,
        natural: bool = False,
        name: str = "",
    ) -> None:
        super().__init__(parent)
        self._whole = ""
        self._mode = mode
        self._natural = natural
        self._named = bool(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if name:
            self.setAccessibleName(name)
        if role:
            self.setProperty("role", role)
        wide = QSizePolicy.Policy.Preferred if natural else QSizePolicy.Policy.Ignored
        self.setSizePolicy(wide, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    def text(self) -> str:
        """Return all of the text."""
        return self._whole

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text == self._whole:
            return
        before, self._whole = self.sizeHint(), text
        self.setToolTip(plain_tip(text))
        if self._named:
            self.setAccessibleDescription(text)
        else:
            self.setAccessibleName(text)
        if self._natural and self.minimumWidth() < self.maximumWidth() and self.sizeHint() != before:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        height = metrics.height() + 2
        if not self._natural:
            return QSize(80, height)
        if not self._whole:
            return QSize(0, height)
        return QSize(-(-(metrics.horizontalAdvance(self._whole) + 6) // _STEP_PX) * _STEP_PX, height)

    def minimumSizeHint(self) -> QSize:
        return QSize(0 if self._natural else 20, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self._whole, self._mode, self.width())
        painter.drawText(self.rect(), self.alignment(), shown)
        painter.end()
