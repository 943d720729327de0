"""One sample's picture, to be looked at closely: zoom to pixels, pan, overlays as sharp lines at any zoom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
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

from myriorama.app.gallery.compositing import with_masks
from myriorama.app.gallery.tints import tints
from myriorama.app.overlays import OverlayState
from myriorama.app.pictures.class_looks import NO_LOOKS, Looks, Rgb
from myriorama.app.preview.tiles import Tile
from myriorama.widgets.gallery.marks import Mapped, paint_marks
from myriorama.widgets.gallery.pixmaps import image_of
from myriorama.widgets.theme import icon, theme

LARGEST_ZOOM: Final = 64.0
_WHEEL_STEP: Final = 1.25
_SMOOTH_BELOW: Final = 1.0
"""Enlarged pixels stay squares; only a picture that is made smaller is smoothed."""


@dataclass(frozen=True)
class Look:
    """How a picture is looked at, independent of its size, so that two can be looked at alike.

    Attributes
    ----------
    zoom : float or None
        Device pixels a picture pixel; None fits the picture into the view.
    x, y : float
        What is in the middle, as a share of width and height.
    """

    zoom: float | None = None
    x: float = 0.5
    y: float = 0.5


class PictureView(QWidget):
    """Shows a tile.

    Signals
    -------
    look_changed : (Look,)
        The person zoomed or panned.
    resized : ()
        A fitted picture has another zoom now.
    key_pressed : (QKeyEvent,)
    clicked : ()
    hold_changed : (bool,)
        Space is held, or let go.
    """

    look_changed = Signal(object)
    resized = Signal()
    key_pressed = Signal(object)
    clicked = Signal()
    hold_changed = Signal(bool)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(80, 60)
        self.look = Look()
        self._tile: Tile | None = None
        self._stale = False
        self._state = OverlayState()
        self._looks: Looks = NO_LOOKS
        self._image: QImage | None = None
        self._colors: tuple[Rgb, ...] = ()
        self._grip: QPointF | None = None
        self._size = QSize(4, 3)

    # -- setters -----------------------------------------------------------------------------------------------------

    def show_tile(self, tile: Tile | None, *, stale: bool = False) -> None:
        """Show a picture; the look stays."""
        if tile is self._tile and stale == self._stale:
            return
        self._tile, self._stale = tile, stale
        self._image = None
        self.update()

    def set_output(self, width: int, height: int) -> None:
        """Tell the size of a full picture: zoom is counted in its pixels, also while a smaller one is shown."""
        self._size = QSize(width, height)
        self.update()

    def set_overlay(self, state: OverlayState, looks: Looks) -> None:
        """Draw labels so."""
        if state != self._state or dict(looks) != dict(self._looks):
            self._state, self._looks = state, dict(looks)
            self._image = None
            self.update()

    def set_look(self, look: Look) -> None:
        """Look at the picture so; tells nobody."""
        if look != self.look:
            self.look = look
            self.update()

    # -- what people do ----------------------------------------------------------------------------------------------

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom, keeping what is under a point in its place."""
        at = at if at is not None else QPointF(self.width() / 2, self.height() / 2)
        before = self._mapped()
        zoom = min(LARGEST_ZOOM, max(0.05, before.scale * self.devicePixelRatioF() * factor))
        x, y = (at.x() - before.x) / before.scale, (at.y() - before.y) / before.scale
        scale = zoom / self.devicePixelRatioF()
        middle = (x + (self.width() / 2 - at.x()) / scale, y + (self.height() / 2 - at.y()) / scale)
        self._look(zoom, *middle)

    def fit(self) -> None:
        """Show the whole picture."""
        self._tell(Look())

    def one_to_one(self) -> None:
        """Show one picture pixel as one pixel of the screen."""
        mapped = self._mapped()
        x = (self.width() / 2 - mapped.x) / mapped.scale
        y = (self.height() / 2 - mapped.y) / mapped.scale
        self._look(1.0, x, y)

    def _look(self, zoom: float, x: float, y: float) -> None:
        share = (min(1.0, max(0.0, x / self._size.width())), min(1.0, max(0.0, y / self._size.height())))
        self._tell(Look(zoom, *share))

    def _tell(self, look: Look) -> None:
        if look != self.look:
            self.look = look
            self.update()
            self.look_changed.emit(look)

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120.0
        if steps:
            self.zoom_by(_WHEEL_STEP**steps, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._grip = event.position()
        self.clicked.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None or not event.buttons():
            return
        moved = event.position() - self._grip
        self._grip = event.position()
        mapped = self._mapped()
        x = (self.width() / 2 - mapped.x - moved.x()) / mapped.scale
        y = (self.height() / 2 - mapped.y - moved.y()) / mapped.scale
        self._look(mapped.scale * self.devicePixelRatioF(), x, y)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.look.zoom is None:
            mapped = self._mapped()
            at = event.position()
            self._look(1.0, (at.x() - mapped.x) / mapped.scale, (at.y() - mapped.y) / mapped.scale)
        else:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.hold_changed.emit(True)
            return
        event.setAccepted(False)
        self.key_pressed.emit(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.hold_changed.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()
        self.update()

    # -- painting ----------------------------------------------------------------------------------------------------

    @property
    def zoom_percent(self) -> float:
        """Device pixels a picture pixel, in percent."""
        return self._mapped().scale * self.devicePixelRatioF() * 100

    def _mapped(self) -> Mapped:
        """Return where the full picture's pixels lie in this widget."""
        width, height = self._size.width(), self._size.height()
        if self.look.zoom is None:
            scale = min((self.width() - 16) / width, (self.height() - 16) / height)
            scale = max(scale, 1e-3)
            x, y = (self.width() - width * scale) / 2, (self.height() - height * scale) / 2
            return Mapped(scale, x, y, width * scale, height * scale)
        scale = self.look.zoom / self.devicePixelRatioF()
        x = round(self.width() / 2 - self.look.x * width * scale)
        y = round(self.height() / 2 - self.look.y * height * scale)
        return Mapped(scale, x, y, width * scale, height * scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.viewport))
        tile, mapped = self._tile, self._mapped()
        frame = QRectF(mapped.x, mapped.y, mapped.width, mapped.height)
        if tile is None or tile.problem:
            painter.setPen(QPen(QColor("#6c7078"), 1))
            painter.drawRect(frame)
            name = "alert-outline" if tile else "image-outline"
            mark = icon(name, "#a3a8b1").pixmap(QSize(40, 40), self.devicePixelRatioF())
            painter.drawPixmap(QPointF(self.width() / 2 - 20, self.height() / 2 - 20), mark)
            if tile is not None:
                painter.setPen(QColor("#e4e6ea"))
                room = QRectF(16, self.height() / 2 + 28, self.width() - 32, self.height() / 2 - 32)
                painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, tile.problem)
            return
        if self._image is None:
            self._colors = () if self._state.hidden else tints(tile.items, self._state.color_by, self._looks)
            self._image = image_of(with_masks(tile, self._colors, self._state, self._looks))
        smooth = mapped.scale * self.devicePixelRatioF() < _SMOOTH_BELOW or self._image.width() < self._size.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.setOpacity(0.45 if self._stale else 1.0)
        painter.drawImage(frame, self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        # labels are in the tile's own pixels, which may be fewer than the full picture's
        ratio = mapped.width / self._image.width()
        labels = Mapped(ratio, mapped.x, mapped.y, mapped.width, mapped.height)
        letters = QFont(self.font())
        letters.setPixelSize(12)
        line_px = float(self._state.contour_px)
        paint_marks(painter, tile.items, self._colors, self._state, labels, line_px, letters, self._looks)
