"""Hands and eyes of a scripted tour: it waits, clicks, presses keys, drags, and takes pictures of the screen.

It knows no panel and no order of steps; those are the tour's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from heart import Heart


class Guide:
    """Does to the program what a person does, in one tour."""

    def __init__(self, program: Any, heart: Heart, out: Path, name: str) -> None:
        self.program, self.heart, self.out, self.name = program, heart, out, name
        self.window, self.studio = program.window, program.studio
        self.number = 0

    def wait(self, seconds: float) -> None:
        """Let the program go on."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.program.qt.processEvents()
            time.sleep(0.002)

    def until(self, ready: Callable[[], bool], limit_s: float = 40.0, what: str = "") -> float:
        """Wait for something to be so; return how long it took."""
        begin = time.perf_counter()
        while not ready():
            if time.perf_counter() - begin > limit_s:
                raise SystemExit(f"{self.name}: waited {limit_s:.0f} s for: {what or self.heart.step}")
            self.wait(0.01)
        return time.perf_counter() - begin

    def look(self, name: str) -> None:
        """Keep a picture of the screen, the OpenGL canvas included."""
        self.wait(0.3)
        with self.heart.unwatched():
            self.number += 1
            size = self.window.size()
            picture = self.program.qt.primaryScreen().grabWindow(0, 0, 0, size.width(), size.height())
            file = self.out / f"{self.name}-{self.number:02}-{name}.png"
            if not picture.save(str(file)):
                raise SystemExit(f"{file} could not be written")

    def key(self, key: str, to: Any = None) -> None:
        """Press a key as Qt writes it: "Ctrl+Shift+P"."""
        from PySide6.QtGui import QKeySequence
        from PySide6.QtTest import QTest

        target = to or self.window
        if not target.window().isActiveWindow():
            target.window().activateWindow()
            self.until(target.window().isActiveWindow, 5, "the window to be active")
        pressed = QKeySequence.fromString(key)[0]
        QTest.keyClick(target, pressed.key(), pressed.keyboardModifiers())

    def click(self, widget: Any, at: Any = None) -> None:
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or QPoint())

    def drag(self, widget: Any, start: Any, way: Any, steps: int, pause_s: float, button: str = "LeftButton") -> None:
        """Drag the mouse in small steps."""
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtTest import QTest

        held = getattr(Qt.MouseButton, button)
        QTest.mousePress(widget, held, Qt.KeyboardModifier.NoModifier, start)
        for step in range(1, steps + 1):
            at = QPointF(start) + QPointF(way) * step / steps
            moved = QMouseEvent(
                QEvent.Type.MouseMove, at, widget.mapToGlobal(at), Qt.MouseButton.NoButton, held,
                Qt.KeyboardModifier.NoModifier,
            )  # fmt: skip
            self.program.qt.sendEvent(widget, moved)
            self.wait(pause_s)
        end = (QPointF(start) + QPointF(way)).toPoint()
        QTest.mouseRelease(widget, held, Qt.KeyboardModifier.NoModifier, end)
