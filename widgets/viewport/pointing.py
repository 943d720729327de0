"""Mouse and held keys over the picture: selecting, dragging handles, panning, orbiting, flying.

It turns events into calls and decides by the mouse map in the settings; it draws nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

if TYPE_CHECKING:
    from myriorama.widgets.viewport.stage import Stage

Gesture = Literal["", "handle", "click", "pan", "orbit", "zoom", "fly"]
_CLICK_PX: Final = 4.0
_DEG_PER_PX: Final = 0.35
_FLY_MS: Final = 16
_FAST: Final = 4.0
_FLY_KEYS: Final = {
    Qt.Key.Key_W: (0, 0, 1),
    Qt.Key.Key_S: (0, 0, -1),
    Qt.Key.Key_A: (-1, 0, 0),
    Qt.Key.Key_D: (1, 0, 0),
    Qt.Key.Key_E: (0, 1, 0),
    Qt.Key.Key_Q: (0, -1, 0),
}
_MODAL_KEYS: Final = (Qt.Key.Key_X, Qt.Key.Key_Y, Qt.Key.Key_Z, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_AXIS_KEYS: Final = {Qt.Key.Key_X: "x", Qt.Key.Key_Y: "y", Qt.Key.Key_Z: "z"}


class Pointing(QObject):
    """Watches the canvas's own widget."""

    def __init__(self, stage: Stage, watched: QObject) -> None:
        super().__init__(stage)
        self._stage = stage
        self._gesture: Gesture = ""
        self._button = Qt.MouseButton.NoButton
        self._start = QPointF()
        self._last = QPointF()
        self._moved = False
        self._hiding = False
        self._held: set[Qt.Key] = set()
        self._flight = QTimer(self)
        self._flight.setInterval(_FLY_MS)
        self._flight.timeout.connect(self._on_flight)
        self._clock = QElapsedTimer()
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what the picture reacts to; leave the rest to Qt."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
                return self._on_press(event)
            if kind == QEvent.Type.MouseMove:
                return self._on_move(event)
            if kind == QEvent.Type.MouseButtonRelease:
                return self._on_release(event)
        elif isinstance(event, QWheelEvent):
            return self._on_wheel(event)
        elif isinstance(event, QKeyEvent):
            if kind == QEvent.Type.ShortcutOverride:
                return self._on_shortcut(event)
            if kind == QEvent.Type.KeyPress:
                return self._on_key(event, down=True)
            if kind == QEvent.Type.KeyRelease:
                return self._on_key(event, down=False)
        elif kind == QEvent.Type.Leave:
            self._stage.hover(None)
        elif kind == QEvent.Type.FocusOut:
            self._held.clear()
            self._hide(False)
        elif kind == QEvent.Type.ContextMenu:
            return True  # a right click opens it by itself, a right drag does not
        return False

    # -- mouse -----------------------------------------------------------------------------------------------------

    def _on_press(self, event: QMouseEvent) -> bool:
        stage, at, button = self._stage, event.position(), event.button()
        stage.setFocus(Qt.FocusReason.MouseFocusReason)
        if stage.handling.is_modal:
            if button == Qt.MouseButton.LeftButton:
                stage.handling.release()
            else:
                stage.handling.cancel()
            self._gesture, self._button = "", button
            return True
        if self._gesture:
            return True
        self._button, self._start, self._last, self._moved = button, at, at, False
        self._gesture = self._meaning(event)
        if self._gesture == "handle" and not stage.handling.press(stage.share_point(at), stage.handle_scale):
            self._gesture = "click"
        return True

    def _meaning(self, event: QMouseEvent) -> Gesture:
        """Return what a press begins, by mouse map and look."""
        stage, button, keys = self._stage, event.button(), event.modifiers()
        free, simple = stage.looking.is_free, stage.navigation == "simple"
        if button == Qt.MouseButton.LeftButton:
            return "handle"
        if button == Qt.MouseButton.MiddleButton:
            if not free or simple or keys & Qt.KeyboardModifier.ShiftModifier:
                return "pan"
            return "zoom" if keys & Qt.KeyboardModifier.ControlModifier else "orbit"
        if button == Qt.MouseButton.RightButton:
            return "fly" if free and not simple else "pan"
        return ""

    def _on_move(self, event: QMouseEvent) -> bool:
        stage, at = self._stage, event.position()
        keys = event.modifiers()
        snap = bool(keys & Qt.KeyboardModifier.ControlModifier)
        fine = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        if stage.handling.is_dragging and (stage.handling.is_modal or self._gesture == "handle"):
            stage.handling.drag(stage.share_point(at), snap=snap, fine=fine)
            self._last = at
            return True
        if not self._gesture:
            stage.hover(at)
            return True
        if not self._moved and math.hypot(at.x() - self._start.x(), at.y() - self._start.y()) < _CLICK_PX:
            return True
        self._moved = True
        dx, dy = at.x() - self._last.x(), at.y() - self._last.y()
        self._last = at
        looking, ratio = stage.looking, stage.ratio
        gesture = self._gesture
        if gesture == "click" and looking.is_free and stage.navigation == "simple":
            gesture = "orbit"
        if gesture == "pan":
            looking.pan(dx * ratio, dy * ratio)
        elif gesture == "orbit":
            looking.orbit_by(-dx * _DEG_PER_PX, dy * _DEG_PER_PX)
        elif gesture == "zoom":
            looking.zoom(math.exp(-dy * 0.01), stage.device_point(at))
        elif gesture == "fly":
            looking.turn_by(-dx * _DEG_PER_PX * 0.5, dy * _DEG_PER_PX * 0.5)
        return True

    def _on_release(self, event: QMouseEvent) -> bool:
        stage, gesture = self._stage, self._gesture
        if event.button() != self._button:
            return True
        self._gesture = ""
        self._held.clear()
        self._flight.stop()
        if gesture == "handle":
            stage.handling.release()
        elif not self._moved and gesture == "click":
            keys = event.modifiers()
            adds = bool(keys & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier))
            stage.pick(event.position(), adds)
        elif not self._moved and event.button() == Qt.MouseButton.RightButton and gesture:
            stage.show_menu(event.globalPosition().toPoint())
        elif self._moved:
            stage.looking.rest()
        stage.hover(event.position())
        return True

    def _on_wheel(self, event: QWheelEvent) -> bool:
        notches = event.angleDelta().y() / 120.0
        if notches and not self._stage.handling.is_dragging:
            self._stage.looking.zoom(1.2**notches, self._stage.device_point(event.position()))
            self._stage.hover(event.position())
        return True

    # -- keys that are held ----------------------------------------------------------------------------------------

    def _on_shortcut(self, event: QKeyEvent) -> bool:
        """Claim keys that mean something while a mouse button or a drag holds, and the space bar."""
        key = Qt.Key(event.key())
        flies = self._button == Qt.MouseButton.RightButton and self._gesture and key in _FLY_KEYS
        drags = self._stage.handling.is_dragging and (key in _MODAL_KEYS or key == Qt.Key.Key_Escape)
        if flies or drags or (key == Qt.Key.Key_Space and not event.modifiers()):
            event.accept()
            return True
        return False

    def _on_key(self, event: QKeyEvent, *, down: bool) -> bool:
        key = Qt.Key(event.key())
        handling = self._stage.handling
        if key == Qt.Key.Key_Space and not event.modifiers():
            if not event.isAutoRepeat():
                self._hide(down)
            return True
        if handling.is_dragging and down:
            if key == Qt.Key.Key_Escape:
                handling.cancel()
                self._gesture = "" if self._gesture == "handle" else self._gesture
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                handling.release()
                return True
            if key in _AXIS_KEYS:
                handling.constrain(_AXIS_KEYS[key])  # type: ignore[arg-type]
                return True
        if key in _FLY_KEYS and (not down or (self._button == Qt.MouseButton.RightButton and self._gesture)):
            if event.isAutoRepeat():
                return True
            if down:
                self._moved = True
                self._held.add(key)
                if not self._flight.isActive():
                    self._clock.start()
                    self._flight.start()
                return True
            if key in self._held:
                self._held.discard(key)
                return True
        return False

    def _hide(self, down: bool) -> None:
        """Hide labels while the space bar is down; labels that were hidden by another way stay so."""
        if down != self._hiding:
            self._hiding = down
            self._stage.hold_overlays(down)

    def begin_modal(self, part: Literal["plane", "turn", "both"]) -> None:
        """Let a drag follow the mouse from where it is."""
        self._stage.handling.begin(part, self._stage.share_point(self._stage.cursor_point()), self._stage.handle_scale)

    def _on_flight(self) -> None:
        orbit = self._stage.looking.orbit
        if not self._held or orbit is None:
            self._flight.stop()
            return
        seconds = min(self._clock.restart() / 1000.0, 0.1)
        fast = self._stage.shift_is_held()
        step = max(orbit.distance_m, 0.1) * 0.6 * seconds * (_FAST if fast else 1.0)
        right, up, ahead = (sum(_FLY_KEYS[k][n] for k in self._held) for n in range(3))
        self._stage.looking.fly(right * step, up * step, ahead * step)
