"""The pages for one sample and for two side by side, with what was said of each and the same judging keys.

They show and tell; asking for pictures and judging is the panel's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from myriorama.app.gallery.gallery import Gallery
from myriorama.app.judging.judgments import REASONS
from myriorama.app.pictures.class_looks import NO_LOOKS, LegendRow, Looks, legend, objects_told
from myriorama.app.preview.tiles import Tile, TileKey
from myriorama.widgets.class_map.legend import Legend
from myriorama.widgets.gallery.picture_view import Look, PictureView
from myriorama.widgets.theme import icon, theme


class _Caption(QWidget):
    """Number, flag, stars of a sample in one line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.looks: Looks = NO_LOOKS
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().gap)
        self._mark = QLabel(self)
        self.words = QLabel(self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self._stars = QLabel(self)
        for widget in (self.words, self._mark, self._stars):
            row.addWidget(widget)
        row.addStretch(1)

    def show_sample(self, gallery: Gallery, index: int | None) -> None:
        """Say what is known of a sample."""
        if index is None:
            self.words.setText("No sample")
            self._mark.clear()
            self._stars.clear()
            return
        judgment, stale = gallery.said_of(index)
        tokens = theme()
        text = f"Sample {index}"
        tile = gallery.held.get(TileKey(index))
        if tile is not None and not tile.problem:
            text += f"  ·  {objects_told(tile.items, self.looks)}"
        if judgment.reason:
            text += f"  ·  {REASONS[judgment.reason]}"
        if stale:
            text += "  ·  judged when it was another picture"
        self.words.setText(text)
        self._mark.setVisible(bool(judgment.flag))
        if judgment.flag:
            picked = judgment.flag == "pick"
            name, tint = ("check-circle", tokens.good) if picked else ("close-circle", tokens.error)
            self._mark.setPixmap(icon(name, tint).pixmap(QSize(16, 16)))
            self._mark.setAccessibleName("Picked" if picked else "Rejected")
        self._stars.setVisible(bool(judgment.stars))
        if judgment.stars:
            self._stars.setText("★" * judgment.stars)
            self._stars.setAccessibleName(f"{judgment.stars} stars")


def rows_of(tile: Tile | None, looks: Looks) -> tuple[LegendRow, ...]:
    """Return what a legend says of a picture."""
    return legend(looks, {item.name for item in tile.items}) if tile is not None and not tile.problem else ()


def _tool(parent: QWidget, picture: str, name: str, tip: str, call: Callable[[], None]) -> QToolButton:
    button = QToolButton(parent)
    button.setIcon(icon(picture))
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setAutoRaise(True)
    button.clicked.connect(call)
    return button


class DetailPage(QWidget):
    """One sample at the size that is exported.

    Signals
    -------
    stepped : (int,)
        So many samples further, or back.
    left : ()
        Back to the grid.
    """

    stepped = Signal(int)
    left = Signal()

    def __init__(self, gallery: Gallery, parent: QWidget) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self.index: int | None = None
        self.picture = PictureView("Sample in detail", self)
        self.legend = Legend(self.picture)
        self._caption = _Caption(self)
        self._zoom = QLabel(self)
        self._zoom.setMinimumWidth(52)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.setContentsMargins(theme().tight, 2, theme().tight, 2)
        head.addWidget(_tool(self, "arrow-left", "Back to all samples", "Back to all samples (Esc)", self.left.emit))
        head.addWidget(_tool(self, "chevron-left", "Previous sample", "Previous sample (Left)", self._previous))
        head.addWidget(_tool(self, "chevron-right", "Next sample", "Next sample (Right)", self._next))
        head.addWidget(self._caption, 1)
        head.addWidget(self._zoom)
        head.addWidget(_tool(self, "fit-to-page-outline", "Fit", "Show the whole picture (F)", self.picture.fit))
        head.addWidget(_tool(self, "numeric-1-box-outline", "1:1", "One pixel a pixel (Z)", self.picture.one_to_one))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.picture, 1)
        self.picture.look_changed.connect(self._on_look)
        self.picture.resized.connect(self._on_look)
        self.setFocusProxy(self.picture)

    def set_looks(self, looks: Looks) -> None:
        """Draw and count classes so."""
        self._caption.looks = looks
        self.show_sample(self.index)

    def show_sample(self, index: int | None) -> None:
        """Show a sample, or again the same after its picture or judgment changed."""
        self.index = index
        tile = self._gallery.held.get(TileKey(index)) if index is not None else None
        self.picture.show_tile(tile, stale=tile is not None and self._gallery.held.stale(tile))
        self.legend.show_rows(rows_of(tile, self._caption.looks))
        self._caption.show_sample(self._gallery, index)
        self._on_look()

    def _previous(self) -> None:
        self.stepped.emit(-1)

    def _next(self) -> None:
        self.stepped.emit(1)

    def _on_look(self, *_told: object) -> None:
        self._zoom.setText(f"{self.picture.zoom_percent:.0f} %")


class ComparePage(QWidget):
    """Two samples side by side, looked at alike. The one with the frame is judged and changed by the arrow keys.

    Signals
    -------
    active_changed : (int,)
        0 is the left one.
    left : ()
    """

    active_changed = Signal(int)
    left = Signal()

    def __init__(self, gallery: Gallery, parent: QWidget) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self.indices: list[int | None] = [None, None]
        self.active = 1
        head = QHBoxLayout()
        head.setContentsMargins(theme().tight, 2, theme().tight, 2)
        head.addWidget(_tool(self, "arrow-left", "Back to all samples", "Back to all samples (Esc)", self.left.emit))
        hint = QLabel("Arrow keys change the framed sample, Tab frames the other one, Shift+Tab leads out", self)
        hint.setProperty("role", "dim")
        hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        head.addWidget(hint, 1)
        head.addWidget(_tool(self, "fit-to-page-outline", "Fit", "Show the whole pictures (F)", self._fit))
        head.addWidget(_tool(self, "numeric-1-box-outline", "1:1", "One pixel a pixel (Z)", self._one_to_one))
        self.pictures = (PictureView("Left sample", self), PictureView("Right sample", self))
        self._captions = (_Caption(self), _Caption(self))
        self._legends = tuple(Legend(picture) for picture in self.pictures)
        self._frames: list[QWidget] = []
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().tight)
        for side, (picture, caption) in enumerate(zip(self.pictures, self._captions, strict=True)):
            frame = QWidget(self)
            frame.setObjectName(f"compare{side}")
            frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            stack = QVBoxLayout(frame)
            stack.setContentsMargins(2, 2, 2, 2)
            stack.setSpacing(2)
            stack.addWidget(caption)
            stack.addWidget(picture, 1)
            row.addWidget(frame, 1)
            self._frames.append(frame)
            picture.clicked.connect(self._on_left_clicked if side == 0 else self._on_right_clicked)
            picture.installEventFilter(self)
        self.pictures[0].look_changed.connect(self.pictures[1].set_look)
        self.pictures[1].look_changed.connect(self.pictures[0].set_look)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(row, 1)
        self._show_active()

    @property
    def active_index(self) -> int | None:
        """The sample that is judged."""
        return self.indices[self.active]

    def set_looks(self, looks: Looks) -> None:
        """Draw and count classes so."""
        for caption in self._captions:
            caption.looks = looks
        self.refresh()

    def show_samples(self, left: int | None, right: int | None) -> None:
        """Show two samples."""
        self.indices = [left, right]
        self.refresh()

    def refresh(self) -> None:
        """Show both again, after a picture or a judgment changed."""
        sides = zip(self.indices, self.pictures, self._captions, self._legends, strict=True)
        for index, picture, caption, legend_over in sides:
            tile = self._gallery.held.get(TileKey(index)) if index is not None else None
            picture.show_tile(tile, stale=tile is not None and self._gallery.held.stale(tile))
            legend_over.show_rows(rows_of(tile, caption.looks))
            caption.show_sample(self._gallery, index)

    def activate(self, side: int) -> None:
        """Frame one of the two."""
        if side != self.active:
            self.active = side
            self._show_active()
            self.active_changed.emit(side)
        self.pictures[side].setFocus(Qt.FocusReason.OtherFocusReason)

    def set_active_index(self, index: int) -> None:
        """Show another sample in the framed place."""
        self.indices[self.active] = index
        self.refresh()

    def set_look(self, look: Look) -> None:
        """Look at both so."""
        for picture in self.pictures:
            picture.set_look(look)

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Tab goes to and fro between the two; Shift+Tab, Esc and F6 lead out.
        if forward and self.window().focusWidget() in self.pictures:
            self.activate(1 - self.active)
            return True
        return super().focusNextPrevChild(forward)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and watched in self.pictures:
            self.activate(self.pictures.index(cast("PictureView", watched)))
        return super().eventFilter(watched, event)

    def _on_left_clicked(self) -> None:
        self.activate(0)

    def _on_right_clicked(self) -> None:
        self.activate(1)

    def _fit(self) -> None:
        self.pictures[self.active].fit()

    def _one_to_one(self) -> None:
        self.pictures[self.active].one_to_one()

    def _show_active(self) -> None:
        for side, frame in enumerate(self._frames):
            color = theme().accent if side == self.active else "transparent"
            frame.setStyleSheet(f"#compare{side} {{ border: 2px solid {color}; }}")
