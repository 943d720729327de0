"""The object in the middle of its window: turned by dragging, with keypoints, skeleton, parts and a scale over it.

It paints the last picture that it was given and asks for none; what hands do is told by signals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from myriorama.app.inspection.quantities import with_unit
from myriorama.app.object_studio.bench import OBJECT
from myriorama.app.object_studio.compositing import composed, part_indices
from myriorama.app.object_studio.looks import Shows
from myriorama.app.preview.frames import SampleFrame, SeenInstance
from myriorama.scenes.conventions import F64
from myriorama.widgets.gallery.pixmaps import image_of
from myriorama.widgets.theme import icon, theme

_DEG_PER_PX: Final = 0.45
_KEY_DEG: Final = 10.0
_WHEEL_STEP: Final = 1.12
_PLATE: Final = QColor(16, 18, 22, 205)
_HALO: Final = QColor(16, 18, 22)
_SEEN: Final = QColor("#ffffff")
_INTERIOR: Final = QColor("#f2b84b")
_BONE: Final = QColor("#5ab0f0")
_WORDS: Final = QColor("#e4e6ea")
_RADIUS_PX: Final = 4.0
_HIDDEN_BEHIND: Final = 0.012
"""In drafts a keypoint counts as hidden where a surface lies nearer by this share of the distance."""
_BAR_PX: Final = (64.0, 170.0)
"""Shortest and longest: wide enough apart that 1, 2 or 5 of some unit always lies between them."""


@dataclass(frozen=True)
class _Mark:
    """A keypoint in the picture, in its pixels."""

    name: str
    x: float
    y: float
    visible: bool
    interior: bool


class ObjectPicture(QWidget):
    """Shows frames of one object.

    Attributes
    ----------
    turned : signal of (float, float)
        Dragged by so many degrees of azimuth and elevation.
    zoomed : signal of (float,)
    reset : signal of ()
        A double click: as it was at first.
    play_toggled : signal of ()
    part_hovered : signal of (int,)
        Number of the part under the pointer, from 0; -1 for none.
    resized : signal of (int, int)
        Device pixels.
    """

    turned = Signal(float, float)
    zoomed = Signal(float)
    reset = Signal()
    play_toggled = Signal()
    part_hovered = Signal(int)
    resized = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("The object")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 180)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip("")
        self._frame: SampleFrame | None = None
        self._shows = Shows()
        self._lit: int | None = None
        self._marked = ""
        self._image: QImage | None = None
        self._marks: tuple[_Mark, ...] = ()
        self._bones: tuple[tuple[int, int], ...] = ()
        self._dimmed = False
        self._said = ""
        self._grip: QPointF | None = None

    @property
    def frame(self) -> SampleFrame | None:
        """What is shown."""
        return self._frame

    @property
    def marks(self) -> tuple[str, ...]:
        """The names of the keypoints that are drawn."""
        return tuple(mark.name for mark in self._marks) if self._shows.keypoints else ()

    # -- setters -----------------------------------------------------------------------------------------------------

    def show_frame(self, frame: SampleFrame | None) -> None:
        """Show a picture in place of the last one."""
        self._frame, self._image = frame, None
        self._marks, self._bones = _marks_of(frame) if frame is not None else ((), ())
        self.update()

    def set_shows(self, shows: Shows) -> None:
        """Draw these over it."""
        if shows != self._shows:
            self._shows, self._image = shows, None
            self.update()

    def light_part(self, number: int | None) -> None:
        """Let one part stand out."""
        if number != self._lit:
            self._lit, self._image = number, None
            self.update()

    def mark_keypoint(self, name: str) -> None:
        """Let one keypoint stand out; an empty name lets none."""
        if name != self._marked:
            self._marked = name
            self.update()

    def set_dimmed(self, dimmed: bool, said: str = "") -> None:
        """Show that the picture is not of the newest values, or say why there is none."""
        if (dimmed, said) != (self._dimmed, self._said):
            self._dimmed, self._said = dimmed, said
            self.update()

    # -- hands -------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.part_hovered.emit(-1)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            self.part_hovered.emit(self._part_at(event.position()))
            return
        moved = event.position() - self._grip
        self._grip = event.position()
        self.turned.emit(-moved.x() * _DEG_PER_PX, moved.y() * _DEG_PER_PX)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset.emit()

    def leaveEvent(self, event: object) -> None:
        self.part_hovered.emit(-1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120.0
        if steps:
            self.zoomed.emit(_WHEEL_STEP**steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        ways = {
            Qt.Key.Key_Left: (-_KEY_DEG, 0.0),
            Qt.Key.Key_Right: (_KEY_DEG, 0.0),
            Qt.Key.Key_Up: (0.0, _KEY_DEG),
            Qt.Key.Key_Down: (0.0, -_KEY_DEG),
        }
        if key in ways:
            self.turned.emit(*ways[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoomed.emit(_WHEEL_STEP ** (-1 if key == Qt.Key.Key_Minus else 1))
        elif key == Qt.Key.Key_Space:
            self.play_toggled.emit()
        elif key == Qt.Key.Key_Home:
            self.reset.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        ratio = self.devicePixelRatioF()
        self.resized.emit(round(self.width() * ratio), round(self.height() * ratio))

    def _place(self) -> tuple[float, float, float]:
        """Return scale, left and top of the frame in the widget."""
        frame = self._frame
        if frame is None:
            return 1.0, 0.0, 0.0
        scale = max(self.width() / frame.width, self.height() / frame.height)
        return scale, (self.width() - frame.width * scale) / 2.0, (self.height() - frame.height * scale) / 2.0

    def _part_at(self, at: QPointF) -> int:
        frame = self._frame
        if frame is None:
            return -1
        scale, left, top = self._place()
        x, y = int((at.x() - left) / scale), int((at.y() - top) / scale)
        if not (0 <= x < frame.width and 0 <= y < frame.height):
            return -1
        return int(part_indices(frame)[y, x]) - 1

    # -- painting ----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.viewport))
        frame = self._frame
        if frame is not None:
            if self._image is None:
                self._image = image_of(composed(frame, parts=self._shows.parts, wire=self._shows.wire, lit=self._lit))
            scale, left, top = self._place()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale != 1.0)
            painter.setOpacity(0.35 if self._dimmed else 1.0)
            painter.drawImage(QRectF(left, top, frame.width * scale, frame.height * scale), self._image)
            painter.setOpacity(1.0)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._shows.keypoints and not self._dimmed:
                self._paint_keypoints(painter, scale, left, top)
            self._paint_scale(painter, frame, scale)
        if self._said:
            self._paint_words(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _paint_keypoints(self, painter: QPainter, scale: float, left: float, top: float) -> None:
        places = [QPointF(m.x * scale + left, m.y * scale + top) for m in self._marks]
        for width, color in ((3.5, _HALO), (1.6, _BONE)):
            for a, b in self._bones:
                seen = self._marks[a].visible and self._marks[b].visible
                style = Qt.PenStyle.SolidLine if seen else Qt.PenStyle.DotLine
                if seen or color is not _HALO:
                    painter.setPen(QPen(color, width, style))
                    painter.drawLine(QLineF(places[a], places[b]))
        for mark, at in sorted(zip(self._marks, places, strict=True), key=lambda pair: pair[0].visible):
            color = _INTERIOR if mark.interior else _SEEN
            radius = _RADIUS_PX + (2.0 if mark.name == self._marked else 0.0)
            painter.setPen(QPen(_HALO if mark.visible else color, 1.4))
            painter.setBrush(color if mark.visible else QColor(16, 18, 22, 120))
            painter.drawEllipse(at, radius, radius)
        if self._shows.names:
            self._paint_names(painter, places)

    def _paint_names(self, painter: QPainter, places: list[QPointF]) -> None:
        letters = QFont(self.font())
        letters.setPixelSize(11)
        painter.setFont(letters)
        metrics = QFontMetricsF(letters)
        taken: list[QRectF] = [QRectF(p.x() - 5, p.y() - 5, 10, 10) for p in places]
        order = sorted(
            range(len(places)), key=lambda i: (self._marks[i].name != self._marked, not self._marks[i].visible)
        )
        for i in order:
            mark, at = self._marks[i], places[i]
            width, height = metrics.horizontalAdvance(mark.name) + 8, metrics.height() + 1
            spots = (
                QRectF(at.x() + 8, at.y() - height / 2, width, height),
                QRectF(at.x() - 8 - width, at.y() - height / 2, width, height),
                QRectF(at.x() - width / 2, at.y() - 8 - height, width, height),
                QRectF(at.x() - width / 2, at.y() + 8, width, height),
            )
            view = QRectF(self.rect())
            own = taken[i]
            free = [s for s in spots if view.contains(s) and not any(s.intersects(t) for t in taken if t is not own)]
            if not free and mark.name != self._marked:
                continue
            plate = free[0] if free else spots[0]
            taken.append(plate)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_PLATE if mark.visible else QColor(16, 18, 22, 130))
            painter.drawRoundedRect(plate, 3, 3)
            painter.setPen(_WORDS if mark.visible else QColor("#b4b9c1"))
            letters.setItalic(not mark.visible)
            painter.setFont(letters)
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, mark.name)

    def _paint_scale(self, painter: QPainter, frame: SampleFrame, scale: float) -> None:
        """Draw a bar of a round length: without it a die and a table look alike."""
        seen = _ours(frame)
        if seen is None:
            return
        middle = seen.world_from_object @ np.append(seen.bounds.mean(axis=0), 1.0)
        away_m = float((frame.camera.camera_from_world @ middle)[2])
        if away_m <= 0.0:
            return
        px_per_m = frame.camera.fx / away_m * scale
        length_m = round_length(_BAR_PX[0] / px_per_m, _BAR_PX[1] / px_per_m)
        width = length_m * px_per_m
        text = _length_words(length_m)
        letters = QFont(self.font())
        letters.setPixelSize(11)
        painter.setFont(letters)
        base, right = self.height() - 14.0, self.width() - 16.0
        plate = QRectF(right - width - 10, base - 22, width + 20, 30)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(16, 18, 22, 150))
        painter.drawRoundedRect(plate, 4, 4)
        painter.setPen(QPen(_WORDS, 1.5))
        painter.drawLines(
            [
                QLineF(right - width, base, right, base),
                QLineF(right - width, base - 4, right - width, base + 4),
                QLineF(right, base - 4, right, base + 4),
            ]
        )
        painter.drawText(QRectF(right - width - 20, base - 20, width + 40, 16), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_words(self, painter: QPainter) -> None:
        mark = icon("timer-sand" if self._frame is None and not self._dimmed else "alert-circle-outline", "#a3a8b1")
        middle = self.rect().center()
        mark.paint(painter, middle.x() - 16, middle.y() - 36, 32, 32)
        painter.setPen(_WORDS)
        room = QRectF(24, middle.y() + 4, self.width() - 48, self.height() / 2 - 16)
        painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, self._said)


def _ours(frame: SampleFrame) -> SeenInstance | None:
    return next((seen for seen in frame.instances if seen.group_uid == OBJECT), None)


def _marks_of(frame: SampleFrame) -> tuple[tuple[_Mark, ...], tuple[tuple[int, int], ...]]:
    """Return the keypoints in the picture, and the bones as pairs of them; labels say what is hidden where there are
    any, the depth of the draft elsewhere.
    """
    seen = _ours(frame)
    if seen is None or seen.anatomy is None or not seen.anatomy.keypoints:
        return (), ()
    points = seen.anatomy.keypoints
    local = np.array([k.position for k in points], dtype=np.float64)
    world: F64 = local @ seen.world_from_object[:3, :3].T + seen.world_from_object[:3, 3]
    inside = world @ frame.camera.camera_from_world[:3, :3].T + frame.camera.camera_from_world[:3, 3]
    if not (inside[:, 2] > 0.0).all():
        return (), ()
    pixels, away = frame.camera.project_camera(inside)
    labels = {k.name: k.v for a in frame.annotations for k in a.keypoints if a.instance_key.startswith(f"{OBJECT}/")}
    marks = []
    for point, (x, y), far in zip(points, pixels.tolist(), away.tolist(), strict=True):
        if point.name in labels:
            visible = labels[point.name] == 2
        else:
            visible = point.kind == "interior" or not _is_behind(frame, x, y, far)
        marks.append(_Mark(point.name, x, y, visible, point.kind == "interior"))
    at = {k.name: i for i, k in enumerate(points)}
    bones = tuple((at[a], at[b]) for a, b in seen.anatomy.skeleton if a in at and b in at)
    return tuple(marks), bones


def _is_behind(frame: SampleFrame, x: float, y: float, far_m: float) -> bool:
    column, row = math.floor(x), math.floor(y)
    if not (0 <= column < frame.width and 0 <= row < frame.height):
        return False
    hit = float(frame.depth[row, column])
    return 0.0 < hit < far_m * (1.0 - _HIDDEN_BEHIND)


def round_length(low_m: float, high_m: float) -> float:
    """Return 1, 2 or 5 times a power of ten metres between two lengths, the largest of them."""
    power = 10.0 ** math.floor(math.log10(high_m))
    return max((f * power for f in (0.5, 1.0, 2.0, 5.0) if low_m <= f * power <= high_m), default=low_m)


def _length_words(length_m: float) -> str:
    for unit, factor in (("m", 1.0), ("cm", 100.0), ("mm", 1000.0)):
        if length_m * factor >= 0.999:
            return with_unit(round(length_m * factor, 6), unit)
    return with_unit(round(length_m * 1000.0, 6), "mm")
