"""Raster against path traced, in the viewport: a line to drag over the picture, their difference, and figures.

It shows the two pictures that the refiner holds; it asks for neither.
"""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from myriorama.app.preview.frames import SampleFrame
from myriorama.app.preview.traced import TracingNow
from myriorama.app.queue_view.background import NewestAlone
from myriorama.app.studio import Studio
from myriorama.app.viewing.comparison import GAIN, difference, in_words
from myriorama.scenes.conventions import U8
from myriorama.scenes.rendering.likeness import Likeness, compare
from myriorama.widgets.binding import bind
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme
from myriorama.widgets.viewport.covers import set_role

Mode = Literal["split", "difference"]
_STEP, _LONG_STEP = 0.02, 0.1
_REACH_PX: Final = 9
_PLATE: Final = QColor(24, 26, 31, 228)
_LETTERS: Final = QColor("#eceef1")
_KEYS: Final = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_D,
    Qt.Key.Key_Escape,
)


class SplitPicture(QWidget):
    """Two pictures of one size and a line between them, or their difference.

    Attributes
    ----------
    split : float
        Where the line stands, as a share of the picture's width: left of it is the first picture.
    left_wanted : signal of ()
        Esc was pressed.
    mode_wanted : signal of ()
        D was pressed: the other mode.
    """

    left_wanted = Signal()
    mode_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Raster and path-traced picture")
        self.setAccessibleDescription("Left and Right move the line, D shows the difference, Esc leaves")
        self.split = 0.5
        self.mode: Mode = "split"
        self._images: dict[str, QImage] = {}
        self._titles = ("Raster", "Path traced")
        self._dim = False
        self._dragging = False

    def show_pictures(self, first: U8 | None, second: U8 | None, titles: tuple[str, str], *, dim: bool = False) -> None:
        """Show these; what is None is not there yet."""
        self._images = {}
        if first is not None:
            self._images["first"] = _image(first)
        if second is not None:
            self._images["second"] = _image(second)
        if first is not None and second is not None:
            self._images["difference"] = _image(difference(first, second))
        self._titles, self._dim = titles, dim
        self.update()

    def set_split(self, split: float) -> None:
        """Move the line."""
        self.split = min(max(split, 0.0), 1.0)
        self.update()

    def set_mode(self, mode: Mode) -> None:
        self.mode = mode
        self.update()

    def area(self) -> QRect:
        """Return where the picture lies."""
        image = self._images.get("first") or self._images.get("second")
        if image is None:
            return QRect()
        scale = min(self.width() / image.width(), self.height() / image.height())
        width, height = round(image.width() * scale), round(image.height() * scale)
        return QRect((self.width() - width) // 2, (self.height() - height) // 2, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme().viewport))
        area = self.area()
        if area.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, area.width() < self._size_px())
        if self._dim:
            painter.setOpacity(0.35)
        apart = self._images.get("difference")
        if self.mode == "difference" and apart is not None:
            painter.drawImage(area, apart)
            self._plate(painter, f"Path traced less raster, × {GAIN} around grey", area, right=False)
            return
        first, second = self._images.get("first"), self._images.get("second")
        at = area.left() + round(self.split * area.width())
        if first is not None:
            painter.drawImage(area, first)
        if second is not None:
            painter.save()
            painter.setClipRect(QRect(at, area.top(), area.right() + 1 - at, area.height()))
            painter.drawImage(area, second)
            painter.restore()
        if second is None:
            return  # nothing to hold it against: no line, and the words below say what is awaited
        self._plate(painter, self._titles[0], area, right=False)
        room = area.width() - painter.fontMetrics().horizontalAdvance(self._titles[0]) - 6 * theme().gap
        narrow = painter.fontMetrics().horizontalAdvance(self._titles[1]) > room
        self._plate(painter, "Path traced" if narrow else self._titles[1], area, right=True)
        self._line(painter, at, area)

    def _size_px(self) -> int:
        return max((image.width() for image in self._images.values()), default=0)

    def _line(self, painter: QPainter, at: int, area: QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in ((QColor(0, 0, 0, 130), 4.0), (QColor("#ffffff"), 2.0)):
            painter.setPen(QPen(color, width))
            painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom() + 1))
        middle = QPointF(at, area.center().y())
        painter.setPen(QPen(QColor(0, 0, 0, 130), 1.0))
        painter.setBrush(QColor(theme().accent) if self.hasFocus() else QColor("#ffffff"))
        painter.drawEllipse(middle, 13.0, 13.0)
        mark = icon("arrow-left-right", "#16181c")
        mark.paint(painter, round(middle.x()) - 9, round(middle.y()) - 9, 18, 18)

    def _plate(self, painter: QPainter, text: str, area: QRect, *, right: bool) -> None:
        metrics = painter.fontMetrics()
        width, height = metrics.horizontalAdvance(text) + 18, metrics.height() + 8
        gap = theme().gap
        left = area.right() - gap - width if right else area.left() + gap
        room = QRectF(left, area.top() + gap, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PLATE)
        painter.drawRoundedRect(room, 4, 4)
        painter.setPen(_LETTERS)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    # -- what people do --------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            event.accept()  # the viewport's own keys mean samples here
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _LONG_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
        key = Qt.Key(event.key())
        moves = {
            Qt.Key.Key_Left: self.split - step,
            Qt.Key.Key_Right: self.split + step,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: 1.0,
        }
        if key in moves:
            self.set_split(moves[key])
        elif key == Qt.Key.Key_D:
            self.mode_wanted.emit()
        elif key == Qt.Key.Key_Escape:
            self.left_wanted.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.mode == "split" and "second" in self._images:
            self._dragging = True
            self._move_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._move_to(event.position().x())
            return
        area = self.area()
        near = abs(event.position().x() - area.left() - self.split * area.width()) <= _REACH_PX
        over = self.mode == "split" and near and "second" in self._images
        self.setCursor(Qt.CursorShape.SplitHCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False

    def _move_to(self, x: float) -> None:
        area = self.area()
        if area.width() > 0:
            self.set_split((x - area.left()) / area.width())


class CompareView(QFrame):
    """The split picture over the viewport's own, with its modes and figures below."""

    def __init__(self, studio: Studio, stage: QWidget) -> None:
        super().__init__(stage)
        self._studio = studio
        self.setObjectName("comparing")
        self.picture = SplitPicture(self)
        self.figures = ElidedLabel("", Qt.TextElideMode.ElideRight, "", natural=True, name="Figures of likeness")
        self.likeness: Likeness | None = None
        self._shown: tuple[SampleFrame, SampleFrame] | None = None
        self._counter = NewestAlone(studio.post, "likeness")
        self.destroyed.connect(self._counter.close)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme().gap, 3, theme().gap, 3)
        foot.setSpacing(theme().tight)
        self._modes = QButtonGroup(self)
        self.buttons: dict[Mode, QToolButton] = {}
        modes: tuple[tuple[Mode, str, str, str], ...] = (
            ("split", "Split", "compare", "A line to drag between the two"),
            ("difference", "Difference", "vector-difference", f"What differs, × {GAIN} around grey (D)"),
        )
        for mode, title, mark, told in modes:
            button = QToolButton(self)
            button.setText(title)
            button.setIcon(icon(mark))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setCheckable(True)
            button.setToolTip(told)
            button.setAccessibleName(title)
            button.clicked.connect(lambda _=False, wanted=mode: self.set_mode(wanted))
            self._modes.addButton(button)
            self.buttons[mode] = button
            foot.addWidget(button)
        self.buttons["split"].setChecked(True)
        foot.addSpacing(theme().gap)
        foot.addWidget(self.figures, 1)
        self.leave = QToolButton(self)
        self.leave.setIcon(icon("close"))
        self.leave.setToolTip("Leave the comparison (Esc)")
        self.leave.setAccessibleName("Leave the comparison")
        self.leave.clicked.connect(self._leave)
        foot.addWidget(self.leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.picture, 1)
        column.addLayout(foot)
        self.picture.left_wanted.connect(self._leave)
        self.picture.mode_wanted.connect(self._other_mode)
        stage.installEventFilter(self)
        bind(self, studio.refiner.refined, self._refresh)
        bind(self, studio.tracing.now.changed, self._on_now)
        bind(self, studio.document.opened, self.hide)
        self.hide()

    def set_mode(self, mode: Mode) -> None:
        """Show the two with a line between them, or their difference."""
        self.buttons[mode].setChecked(True)
        self.picture.set_mode(mode)

    def begin(self) -> bool:
        """Compare what the viewport shows, paths are traced from now on; return False where they cannot be."""
        if not self._studio.refiner.want(True):
            return False  # the picture says why
        self._cover()
        self.show()
        self.raise_()
        self.setStyleSheet(f"#comparing {{ background: {theme().surface}; }}")
        self._refresh()
        self.picture.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def _leave(self) -> None:
        """Give the keyboard back to the picture: Qt would hand it to whatever comes next."""
        room = self.parentWidget()
        if room is not None:
            room.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        refiner, now = self._studio.refiner, self._studio.tracing.now.value
        raster, traced = refiner.raster, refiner.traced
        if raster is not None and traced is not None:
            self._shown = (raster, traced)
        title = f"Path traced: {now.in_words}" if now.state in ("tracing", "done") else "Path traced"
        set_role(self.figures, "error" if now.state == "failed" else "")
        self._allow_modes(traced is not None or (raster is None and self._shown is not None))
        if raster is None and self._shown is not None:
            first, second = self._shown
            self.picture.show_pictures(first.rgb, second.rgb, ("Raster", title), dim=True)
            self.figures.set_text("When the picture rests")
            return
        self.picture.show_pictures(
            None if raster is None else raster.rgb, None if traced is None else traced.rgb, ("Raster", title)
        )
        if raster is None or traced is None:
            self.figures.set_text(now.in_words)
            self.figures.setToolTip(plain_tip(now.told))
            return
        a, b = raster.rgb, traced.rgb
        self._counter.do(lambda: compare(a, b), self._on_counted, lambda error: self.figures.set_text(str(error)))

    def _on_counted(self, found: Likeness) -> None:
        self.likeness = found
        self.figures.set_text(in_words(found))
        told = "SSIM: structural similarity of luma, 1 is the same. RMSE: of all channels, of 1. Mean: path traced to"
        self.figures.setToolTip(f"{told} raster.")

    def _on_now(self, now: TracingNow) -> None:
        if now.state == "refused" and self.isVisible():
            self._leave()  # the picture says why
        elif now.state in ("waiting", "failed", "starting", "done", "tracing"):
            self._refresh()

    def _allow_modes(self, both: bool) -> None:
        for button in self.buttons.values():
            button.setEnabled(both)

    def _other_mode(self) -> None:
        self.set_mode("difference" if self.picture.mode == "split" else "split")

    def _cover(self) -> None:
        room = self.parentWidget()
        if room is not None:
            self.setGeometry(room.rect())

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Cover the stage whatever its size."""
        if isinstance(event, QResizeEvent) and watched is self.parentWidget():
            self._cover()
        return False


def _image(rgb: U8) -> QImage:
    height, width = rgb.shape[:2]
    return QImage(rgb.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
