"""What a job writes, as it is written: the newest samples with their stored labels.

The files are read on a thread, a few at a time, and only while somebody looks.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPointF, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from myriorama.app.parts.shown import looks_of
from myriorama.app.preview.tiles import Tile
from myriorama.app.queue_view.background import NewestAlone
from myriorama.app.queue_view.figures import JobFigures
from myriorama.app.queue_view.stored import tile_at
from myriorama.app.render_queue.service import QueueService
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.export.parts import plain
from myriorama.widgets.gallery.pixmaps import TilePixmaps
from myriorama.widgets.theme import theme

_EVERY_MS: Final = 1000
_TILE_PX: Final = 160
_CAPTION_PX: Final = 18
_MOST: Final = 24
_READ_AT_ONCE: Final = 6
_FRAME_MS: Final = 14.0


class TileStrip(QWidget):
    """Tiles side by side, in as many rows as there is room for; the first one is the newest.

    Signals
    -------
    chosen : (int,)
        The sample with this number was double-clicked.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: list[tuple[int, QPixmap, str]] = []
        self._aspect = 4 / 3
        self.setAccessibleName("The samples that were written last")

    def sizeHint(self) -> QSize:
        return QSize(320, 140)

    @property
    def room(self) -> int:
        """How many tiles there is room for."""
        columns, rows, _ = self._grid()
        return min(_MOST, columns * rows)

    def show_tiles(self, shown: list[tuple[int, QPixmap, str]]) -> None:
        """Show (number, picture, trouble), newest first."""
        self._shown = shown
        if shown and not shown[0][1].isNull():
            self._aspect = shown[0][1].width() / max(1, shown[0][1].height())
        self.setAccessibleDescription(", ".join(str(number) for number, _, _ in shown))
        self.update()

    def _grid(self) -> tuple[int, int, QSize]:
        """Return columns, rows and the size of a picture: as large as fills the height."""
        gap = theme().gap
        rows = max(1, round(self.height() / (_TILE_PX + _CAPTION_PX + gap)))
        height = max(40, (self.height() - gap) // rows - gap - _CAPTION_PX)
        beside = max(40, (self.width() - 3 * gap) // 2)  # always two of them, so that it is seen to move
        width = min(round(height * self._aspect), beside, round(1.4 * _TILE_PX))
        size = QSize(width, min(height, round(width / self._aspect)))
        return max(1, (self.width() - gap) // (width + gap)), rows, size

    def _places(self) -> list[QRect]:
        columns, rows, size = self._grid()
        gap = theme().gap
        step_x, step_y = size.width() + gap, size.height() + _CAPTION_PX + gap
        return [
            QRect(gap + (k % columns) * step_x, gap + (k // columns) * step_y, size.width(), size.height())
            for k in range(min(columns * rows, len(self._shown)))
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place, (number, pixmap, trouble) in zip(self._places(), self._shown, strict=False):
            if trouble or pixmap.isNull():
                painter.fillRect(place, QColor(tokens.raised))
                painter.setPen(QColor(tokens.dim))
                painter.drawText(
                    place.adjusted(6, 6, -6, -6), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, trouble
                )
            else:
                size = pixmap.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
                at = QRect(place.topLeft(), size)
                at.moveCenter(place.center())
                painter.drawPixmap(at, pixmap)
            painter.setPen(QColor(tokens.dim))
            painter.drawText(QPointF(place.left(), place.bottom() + _CAPTION_PX - 4), str(number))
        painter.end()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        for place, (number, _, _) in zip(self._places(), self._shown, strict=False):
            if place.contains(event.position().toPoint()):
                self.chosen.emit(number)

    def changeEvent(self, event: object) -> None:
        super().changeEvent(event)  # type: ignore[arg-type]
        self.update()


class PicturesPage(QStackedWidget):
    """The newest samples of one job."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue: QueueService = studio.queue
        self._studio = studio
        self._job: JobFigures | None = None
        self._tiles: OrderedDict[tuple[str, int], Tile] = OrderedDict()
        self._order: list[int] = []
        self._pixmaps = TilePixmaps()
        self._reader = NewestAlone(studio.post, "written samples of a job")
        self.destroyed.connect(self._reader.close)
        self.strip = TileStrip()
        self.empty = plain("", "dim", wraps=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.strip)
        self.addWidget(page)
        self.addWidget(self.empty)
        self._again = QTimer(self, interval=_EVERY_MS, timeout=self.refresh)
        bind(self, studio.overlays.changed, self._on_overlays)

    def show_job(self, figures: JobFigures) -> None:
        """Show the pictures of a job."""
        other = self._job is None or self._job.id != figures.id
        moved = self._job is not None and (self._job.done, self._job.state) != (figures.done, figures.state)
        self._job = figures
        if other:
            self._tiles.clear()
            self._pixmaps.clear()
            self.strip.show_tiles([])
        if not figures.done:
            self.empty.setText("No sample is written yet.")
            self.setCurrentIndex(1)
        else:
            self.setCurrentIndex(0)
        if (other or moved) and self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Have the newest samples read that are not at hand."""
        job = self._job
        if job is None or not job.done or not self.isVisible() or self._reader.busy:
            return
        known = frozenset(index for _, index in self._tiles)
        read = partial(_read, self._queue, job.id, job.place, self.strip.room, known)
        self._reader.do(read, partial(self._take, job.id), self._on_trouble)

    def _take(self, job: str, found: tuple[list[int], list[Tile]]) -> None:
        if self._job is None or self._job.id != job:
            return
        order, tiles = found
        for tile in tiles:
            self._tiles[job, tile.key.index] = tile
        while len(self._tiles) > 2 * _MOST:
            self._tiles.popitem(last=False)
        self._order = order
        self._show()
        if any((job, index) not in self._tiles for index in order):
            QTimer.singleShot(0, self, self.refresh)

    def _show(self) -> None:
        if self._job is None:
            return
        self._pixmaps.set_looks(looks_of(self._studio.document.shown))
        self._pixmaps.start_frame(_FRAME_MS)
        state = self._studio.overlays.value
        held = [self._tiles[self._job.id, i] for i in self._order if (self._job.id, i) in self._tiles]
        side = round(1.4 * _TILE_PX * self.devicePixelRatioF())
        shown = [(t.key.index, self._pixmaps.get(t, state, side) or QPixmap(), t.problem) for t in held]
        self.strip.show_tiles(shown)
        if self._pixmaps.postponed:
            QTimer.singleShot(0, self, self._show)

    def _on_trouble(self, error: Exception) -> None:
        self.empty.setText(f"What was written cannot be read: {error}")
        self.setCurrentIndex(1)

    def _on_overlays(self) -> None:
        if self.isVisible() and self._tiles:
            self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._again.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._again.stop()


def _read(
    queue: QueueService, job: str, folder: Path, number: int, known: frozenset[int]
) -> tuple[list[int], list[Tile]]:
    """Return the newest samples' numbers, and a few of those tiles that are not at hand."""
    order = [row.index for row in queue.latest(job, number)]
    wanted = [index for index in order if index not in known][:_READ_AT_ONCE]
    side = round(1.4 * _TILE_PX)
    return order, [tile_at(folder, index, side) for index in wanted]
