"""The strips below the picture: what the pixel under the cursor is, and how the picture was made.

Every field keeps its place, so that nothing jumps while the cursor moves.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy

from myriorama.app.preview.frames import SampleFrame
from myriorama.app.viewing.readout import Reading, worded
from myriorama.widgets.theme import theme
from myriorama.widgets.viewport.covers import plain, set_role

_FIELDS: Final = (
    ("Object", 0, 0, 3),
    ("Class", 0, 1, 2),
    ("Visible", 0, 2, 1),
    ("Pixel", 0, 3, 2),
    ("World", 1, 0, 3),
    ("Depth", 1, 1, 2),
    ("Normal", 1, 2, 1),
    ("Attributes", 1, 3, 2),
)


class Elided(QLabel):
    """A label that cuts what does not fit, and tells all of it in its tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._whole = ""

    @property
    def whole(self) -> str:
        return self._whole

    def show_text(self, text: str) -> None:
        if text != self._whole:
            self._whole = text
            self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        shown = QFontMetrics(self.font()).elidedText(self._whole, Qt.TextElideMode.ElideRight, max(self.width() - 2, 8))
        self.setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class ReadoutStrip(QFrame):
    """Every label of one pixel, in fixed places."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("readout")
        self.setAccessibleName("Labels of the pixel under the cursor")
        tokens = theme()
        grid = QGridLayout(self)
        grid.setContentsMargins(tokens.gap, tokens.tight, tokens.gap, tokens.tight)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        self._values: dict[str, Elided] = {}
        for name, row, column, _ in _FIELDS:
            title = plain(name)
            set_role(title, "dim")
            value = Elided()
            value.setAccessibleName(name)
            grid.addWidget(title, row, 2 * column)
            grid.addWidget(value, row, 2 * column + 1)
            self._values[name] = value
        for column, stretch in enumerate((5, 3, 4, 5)):
            grid.setColumnStretch(2 * column + 1, stretch)
        self.setFixedHeight(2 * QFontMetrics(self.font()).height() + 2 * tokens.tight + 8)

    def show_reading(self, reading: Reading | None) -> None:
        for name, text in worded(reading).items():
            self._values[name].show_text(text)

    def text(self, name: str) -> str:
        """Return what a field says, uncut."""
        return self._values[name].whole


class StatusStrip(QFrame):
    """How the picture was made, and what is not as it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("status")
        tokens = theme()
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.gap, 2, tokens.gap, 2)
        row.setSpacing(14)
        self._told = Elided()
        self._told.setAccessibleName("What is happening")
        self._device = plain()
        self._numbers = plain()
        self._unclassed = plain()
        self._badge = plain()
        self._state = plain()
        row.addWidget(self._state)
        row.addWidget(self._badge)
        row.addWidget(self._told, 5)
        row.addWidget(self._device)
        row.addWidget(self._numbers)
        row.addWidget(self._unclassed)
        self.setFixedHeight(QFontMetrics(self.font()).height() + 10)
        for label in (self._device, self._numbers, self._state, self._unclassed):
            set_role(label, "dim")
        set_role(self._badge, "warning")

    @property
    def text(self) -> str:
        """Everything that the strip says."""
        parts = (self._state, self._badge, self._told, self._device, self._numbers, self._unclassed)
        return " | ".join((p.whole if isinstance(p, Elided) else p.text()) for p in parts)

    def show_frame(self, frame: SampleFrame | None, badge: str) -> None:
        """Say how a frame was made; `badge` is what is not final about it."""
        self._badge.setText(badge)
        self._badge.setVisible(bool(badge))
        if frame is None:
            for label in (self._numbers, self._unclassed):
                label.setText("")
            self._device.setText("")
        else:
            device = frame.device
            self._device.setText(f"{device.engine}, {device.renderer.split('(')[0].strip()}")
            self._device.setToolTip(str(device))
            took = frame.timings_ms.get("total", sum(frame.timings_ms.values()))
            things = sum(s.kind == "thing" for s in frame.instances)
            self._numbers.setText(
                f"{took:.0f} ms   {frame.triangles:,} triangles   {len(frame.instances)} instances, {things} things"
            )
            told = "\n".join(f"{k}: {v:.1f} ms" for k, v in frame.timings_ms.items())
            self._numbers.setToolTip(f"{device}\n{told}")
            self._unclassed.setText(f"{frame.unclassed} without a class")
            self._unclassed.setToolTip(
                "Things that would be in the pictures without a label: give their group a class."
                if frame.unclassed
                else "Every thing in this sample has a class."
            )
        set_role(self._unclassed, "error" if frame is not None and frame.unclassed else "dim")

    def say(self, text: str, refused: bool = False) -> None:
        """Say what is happening, or why not."""
        self._told.show_text(text)
        set_role(self._told, "warning" if refused else "")

    def show_state(self, state: str) -> None:
        """Say how the preview process is."""
        words = {
            "idle": "",
            "starting": "Starting preview",
            "ready": "Ready",
            "rendering": "Rendering",
            "lost": "Preview process lost",
        }
        self._state.setText(words.get(state, state))
        self._state.setVisible(bool(self._state.text()))
        width = QFontMetrics(self._state.font()).horizontalAdvance("Rendering") + 6
        self._state.setMinimumWidth(width)
