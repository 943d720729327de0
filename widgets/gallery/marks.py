"""Boxes, keypoints, bones and names over a picture, as lines and words at the size of the screen.

Masks are pixels and composited elsewhere; nothing here decides what is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from myriorama.app.overlays import OverlayState
from myriorama.app.pictures.class_looks import NO_LOOKS, Looks, Rgb, item_name, item_use
from myriorama.app.pictures.overlay import OverlayItem, keypoints_from_scale

_HALO: Final = QColor(16, 18, 22)
_BOX_EDGES: Final = ((0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7))
_NAMED_FROM_PX: Final = 26.0
"""A box smaller than this has no room for a name."""
_NAMES_FROM_WIDTH_PX: Final = 180.0


@dataclass(frozen=True)
class Mapped:
    """Where picture pixels lie on what is painted: point * scale + origin.

    Attributes
    ----------
    width, height : float
        Of the whole picture, painted.
    """

    scale: float
    x: float
    y: float
    width: float
    height: float

    def point(self, x: float, y: float) -> QPointF:
        return QPointF(x * self.scale + self.x, y * self.scale + self.y)

    def rect(self, x: float, y: float, w: float, h: float) -> QRectF:
        return QRectF(x * self.scale + self.x, y * self.scale + self.y, w * self.scale, h * self.scale)


def paint_marks(
    painter: QPainter,
    items: Sequence[OverlayItem],
    colors: Sequence[Rgb],
    state: OverlayState,
    mapped: Mapped,
    line_px: float,
    letters: QFont,
    looks: Looks = NO_LOOKS,
) -> None:
    """Draw what the state asks for, but for masks.

    What is ignored has a dashed box and its name; what is left out has no mark.

    Parameters
    ----------
    line_px : float
        Width of a line; its dark halo is a pixel wider on each side.
    letters : QFont
        For names and attributes.
    """
    if state.hidden or not items:
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    paints = [QColor(*color) for color in colors]
    shown = [(item, paint) for item, paint in zip(items, paints, strict=True) if item_use(item, looks) != "drop"]
    for item, color in shown:
        if item_use(item, looks) == "ignore":
            if state.boxes:
                height, width = item.mask.shape
                _outline(painter, mapped.rect(item.x, item.y, width, height), color, line_px, Qt.PenStyle.DashLine)
            continue
        if state.amodal_boxes and item.amodal_box is not None:
            _outline(painter, mapped.rect(*item.amodal_box), color, line_px, Qt.PenStyle.DashLine)
        if state.boxes:
            height, width = item.mask.shape
            _outline(painter, mapped.rect(item.x, item.y, width, height), color, line_px, Qt.PenStyle.SolidLine)
        if state.boxes_3d and item.corners_px:
            _box_3d(painter, item, color, mapped, line_px)
        if state.keypoints and item.keypoints and mapped.scale >= keypoints_from_scale(item, line_px + 1.5):
            _keypoints(painter, item, color, mapped, line_px)
    if (state.names or state.attributes) and mapped.width >= _NAMES_FROM_WIDTH_PX:
        _words(painter, shown, state, mapped, letters, looks)


def _outline(painter: QPainter, box: QRectF, color: QColor, line_px: float, style: Qt.PenStyle) -> None:
    # inside of the box's edge, so that the line covers labelled pixels and none beside them
    box = box.adjusted(line_px / 2, line_px / 2, -line_px / 2, -line_px / 2)
    if style == Qt.PenStyle.SolidLine:  # between dashes a halo would be a second line
        painter.setPen(QPen(_HALO, line_px + 2))
        painter.drawRect(box)
    painter.setPen(QPen(color, line_px, style))
    painter.drawRect(box)


def _box_3d(painter: QPainter, item: OverlayItem, color: QColor, mapped: Mapped, line_px: float) -> None:
    lines = []
    for a, b in _BOX_EDGES:
        start, end = item.corners_px[a], item.corners_px[b]
        if start is not None and end is not None:
            lines.append(QLineF(mapped.point(*start), mapped.point(*end)))
    painter.setPen(QPen(_HALO, line_px + 2))
    painter.drawLines(lines)
    painter.setPen(QPen(color, line_px))
    painter.drawLines(lines)


def _keypoints(painter: QPainter, item: OverlayItem, color: QColor, mapped: Mapped, line_px: float) -> None:
    bones = [
        QLineF(mapped.point(*item.keypoints[a][:2]), mapped.point(*item.keypoints[b][:2]))
        for a, b in item.bones
        if item.keypoints[a][2] and item.keypoints[b][2]
    ]
    painter.setPen(QPen(color, line_px))
    painter.drawLines(bones)
    radius = line_px + 1.5
    for x, y, v in item.keypoints:
        if v:
            # a filled dot is seen, a ring is hidden
            painter.setPen(QPen(_HALO if v == 2 else color, 1.0 if v == 2 else line_px))
            painter.setBrush(QColor(255, 255, 255) if v == 2 else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(mapped.point(x, y), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _words(
    painter: QPainter,
    shown: Sequence[tuple[OverlayItem, QColor]],
    state: OverlayState,
    mapped: Mapped,
    letters: QFont,
    looks: Looks,
) -> None:
    painter.setFont(letters)
    metrics = QFontMetricsF(letters)
    taken: list[QRectF] = []
    picture = QRectF(mapped.x, mapped.y, mapped.width, mapped.height)
    for item, color in sorted(shown, key=lambda pair: pair[0].y):
        height, width = item.mask.shape
        box = mapped.rect(item.x, item.y, width, height)
        if max(box.width(), box.height()) < _NAMED_FROM_PX:
            continue
        lines = ((item_name(item, looks),) if state.names else ()) + (item.attributes if state.attributes else ())
        text = "\n".join(line for line in lines if line)
        if not text:
            continue
        size = metrics.size(0, text)
        plate = QRectF(0, 0, size.width() + 6, size.height() + 1)
        plate.moveLeft(min(max(picture.left(), box.left()), picture.right() - plate.width()))
        above = box.top() - plate.height() - 1
        plate.moveTop(above if above >= picture.top() else min(box.top() + 2, picture.bottom() - plate.height()))
        if any(plate.intersects(other) for other in taken):
            continue
        taken.append(plate)
        painter.fillRect(plate, QColor(16, 18, 22, 215))
        painter.setPen(_readable(color))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def _readable(color: QColor) -> QColor:
    """Return the colour half way to white: it is read on a dark plate, and still tells whose name it is."""
    return QColor(*((255 + channel) // 2 for channel in (color.red(), color.green(), color.blue())))
