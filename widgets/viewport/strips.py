"""The strips below the picture: what the pixel under the cursor is, and how the picture was made.

Every field keeps its place, so that nothing jumps while the cursor moves.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel

from myriorama.app.pictures.class_looks import NO_LOOKS, Looks
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.preview.traced import TracingNow
from myriorama.app.viewing.readout import Reading, worded
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.theme import theme
from myriorama.widgets.viewport.covers import plain, set_role

# Name: row, column, columns that the value spans.
_WIDE: Final = {
    "Object": (0, 0, 1),
    "Class": (0, 1, 1),
    "Visible": (0, 2, 1),
    "Pixel": (0, 3, 1),
    "World": (1, 0, 1),
    "Depth": (1, 1, 1),
    "Normal": (1, 2, 1),
    "Attributes": (1, 3, 1),
}
_NARROW: Final = {
    "Object": (0, 0, 1),
    "Class": (0, 1, 1),
    "Pixel": (0, 2, 1),
    "World": (1, 0, 1),
    "Normal": (1, 1, 1),
    "Depth": (1, 2, 1),
    "Attributes": (2, 0, 2),
    "Visible": (2, 2, 1),
}
_SHARES: Final = {4: (5, 3, 4, 5), 3: (5, 4, 3)}
_WIDE_PX: Final = 860
_ROOMY_PX: Final = 1000
_END: Final = Qt.TextElideMode.ElideRight


class ReadoutStrip(QFrame):
    """Every label of one pixel, in fixed places."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("readout")
        self.setAccessibleName("Labels of the pixel under the cursor")
        tokens = theme()
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(tokens.gap, tokens.tight, tokens.gap, tokens.tight)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        self._titles: dict[str, QLabel] = {}
        self._values: dict[str, ElidedLabel] = {}
        for name in _WIDE:
            self._titles[name] = title = plain(name)
            set_role(title, "dim")
            self._values[name] = ElidedLabel("", _END, "", name=name)
        self._columns = 0
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Put the fields into two rows, or into three where it is narrow."""
        places = _WIDE if self.width() >= _WIDE_PX else _NARROW
        columns = 4 if places is _WIDE else 3
        if columns == self._columns:
            return
        self._columns = columns
        grid = self._grid
        for name, (row, column, span) in places.items():
            for widget in (self._titles[name], self._values[name]):
                grid.removeWidget(widget)
            grid.addWidget(self._titles[name], row, 2 * column)
            grid.addWidget(self._values[name], row, 2 * column + 1, 1, 2 * span - 1)
        for column in range(4):
            share = _SHARES[columns][column] if column < columns else 0
            grid.setColumnStretch(2 * column + 1, share)
        rows = 1 + max(row for row, _, _ in places.values())
        self.setFixedHeight(rows * (QFontMetrics(self.font()).height() + 2) + 2 * theme().tight + 4)

    def show_reading(self, reading: Reading | None, looks: Looks = NO_LOOKS) -> None:
        for name, text in worded(reading, looks).items():
            self._values[name].set_text(text)

    def text(self, name: str) -> str:
        """Return what a field says, uncut."""
        return self._values[name].text()


class StatusStrip(QFrame):
    """How the picture was made, and what is not as it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("status")
        tokens = theme()
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.gap, 2, tokens.gap, 2)
        row.setSpacing(14)
        self._told = ElidedLabel("", _END, "", natural=True, name="What is happening")
        self._device = ElidedLabel("", _END, natural=True)
        self._numbers = ElidedLabel("", _END, natural=True)
        self._numbers.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._unclassed = plain()
        self._badge = plain()
        self._traced = ElidedLabel("", _END, "", natural=True, name="Path tracing")
        self._state = ElidedLabel("", _END, natural=True, name="Preview")
        self._state.setFixedWidth(QFontMetrics(self._state.font()).horizontalAdvance("Rendering") + 6)
        row.addWidget(self._state)
        row.addWidget(self._badge)
        row.addWidget(self._traced)
        row.addWidget(self._told)
        row.addStretch(1)
        row.addWidget(self._device)
        row.addWidget(self._numbers)
        row.addWidget(self._unclassed)
        self.setFixedHeight(QFontMetrics(self.font()).height() + 10)
        set_role(self._unclassed, "dim")
        set_role(self._badge, "warning")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the device to the tooltip where it is narrow: counts are looked at more often."""
        super().resizeEvent(event)
        self._device.setVisible(self.width() >= _ROOMY_PX)

    @property
    def text(self) -> str:
        """Everything that the strip says."""
        parts = (self._state, self._badge, self._traced, self._told, self._device, self._numbers, self._unclassed)
        return " | ".join(p.text() for p in parts)

    def show_frame(self, frame: SampleFrame | None, badge: str) -> None:
        """Say how a frame was made; `badge` is what is not final about it."""
        self._badge.setText(badge)
        self._badge.setVisible(bool(badge))
        if frame is None:
            self._numbers.set_text("")
            self._unclassed.setText("")
            self._device.set_text("")
        else:
            device = frame.device
            self._device.set_text(f"{device.engine}, {device.renderer.split('(')[0].strip()}")
            self._device.setToolTip(str(device))
            took = frame.timings_ms.get("total", sum(frame.timings_ms.values()))
            things = sum(s.kind == "thing" for s in frame.instances)
            self._numbers.set_text(
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

    def show_tracing(self, now: TracingNow) -> None:
        """Say how far the path-traced picture is."""
        self._traced.set_text(now.in_words)
        self._traced.setMinimumWidth(QFontMetrics(self._traced.font()).horizontalAdvance(now.in_words) + 8)
        self._traced.setToolTip(now.told)
        set_role(self._traced, {"failed": "error", "refused": "error", "done": "good"}.get(now.state, ""))

    def say(self, text: str, refused: bool = False) -> None:
        """Say what is happening, or why not."""
        self._told.set_text(text)
        set_role(self._told, "warning" if refused else "")

    def show_state(self, state: str) -> None:
        """Say how the preview process is."""
        words = {
            "idle": "",
            "starting": "Starting",
            "ready": "Ready",
            "rendering": "Rendering",
            "lost": "Lost",
        }
        self._state.set_text(words.get(state, state))
