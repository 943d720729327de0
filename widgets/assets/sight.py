"""One asset looked at closely: its picture, its facts, what is wrong with it."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from myriorama.app.assets.looks import Look
from myriorama.scenes.errors import Problem
from myriorama.widgets.assets.shelf_model import pixmap_of
from myriorama.widgets.forms.rows import Reason, plain_label
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

_LONG: Final = 20
_SMALLEST: Final = 60
_BREAKS: Final = re.compile(r"([/_:-])")


class Picture(QWidget):
    """A picture, fitted; an icon where there is none."""

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._pixmap: QPixmap | None = None
        self._icon = "image-outline"
        self._waiting = False
        self.setFixedSize(side, side)
        self.setAccessibleName("Picture of the asset")

    def set_picture(self, pixmap: QPixmap | None, icon_name: str = "image-outline", *, waiting: bool = False) -> None:
        """Show a picture, or an icon in its place."""
        self._pixmap, self._icon, self._waiting = pixmap, icon_name, waiting
        self.update()

    def set_side(self, side: int) -> None:
        """Make it larger or smaller."""
        if side != self._side:
            self._side = side
            self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(frame, tokens.radius, tokens.radius)
        painter.fillPath(shape, QColor(tokens.field))
        if self._pixmap is not None:
            size = self._pixmap.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            area = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, 0, 0)
            area.setSize(size)
            painter.setClipPath(shape)
            painter.drawPixmap(area, self._pixmap, QRectF(self._pixmap.rect()))
        elif self._waiting:
            painter.setPen(QColor(tokens.dim))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Looking…")
        else:
            side = self._side // 3
            middle = self.rect().center()
            icon(self._icon, tokens.border).paint(painter, middle.x() - side // 2, middle.y() - side // 2, side, side)
        painter.end()


class Facts(QScrollArea):
    """Titles and values, one below the other, and notes beneath; as much as there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Facts of the asset")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme().gap)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self.reason = Reason()
        self.notes = plain_label("", "warning", wraps=True)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.addLayout(self._grid)
        layout.addWidget(self.reason)
        layout.addWidget(self.notes)
        layout.addStretch(1)
        self.setWidget(inner)
        self.rows: tuple[tuple[str, str], ...] = ()

    def show_facts(
        self, facts: tuple[tuple[str, str], ...], problems: tuple[Problem, ...] = (), notes: str = ""
    ) -> None:
        """Show facts, and why the asset cannot be used."""
        self.rows = facts
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row, (title, value) in enumerate(facts):
            shown = plain_label(breakable(value), wraps=True)
            shown.setToolTip(plain_tip(value) if len(value) > _LONG else "")
            self._grid.addWidget(plain_label(title, "dim"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(shown, row, 1)
        self.reason.show_reason("\n".join(in_words(p) for p in problems))
        self.notes.setText(notes)
        self.notes.setVisible(bool(notes))


class Sight(QWidget):
    """Picture and facts side by side; the picture is smaller where there is little room."""

    def __init__(self, side: int = 120, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.picture = Picture(side)
        self.facts = Facts()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme().gap)
        layout.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.facts, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.picture.set_side(min(self._side, max(_SMALLEST, self.width() * 2 // 5 - 24)))

    def show_look(
        self,
        look: Look | None,
        extra: tuple[tuple[str, str], ...],
        icon_name: str,
        last: tuple[str, str] | None = None,
    ) -> None:
        """Show a look, None while it is being taken, with further facts before and after its own."""
        after = (last,) if last is not None else ()
        if look is None:
            self.picture.set_picture(None, icon_name, waiting=True)
            self.facts.show_facts((*extra, *after))
            return
        self.picture.set_picture(pixmap_of(look.rgb) if look.rgb is not None else None, icon_name)
        self.facts.show_facts((*extra, *look.facts, *after), look.problems, "\n".join(look.notes))


def breakable(text: str) -> str:
    """Return a text that may be wrapped behind a slash or underscore, which Qt would not do by itself."""
    return _BREAKS.sub("\\1\u200b", text) if len(text) > _LONG else text


def in_words(problem: Problem) -> str:
    """Return a problem as people read it: what, what was found, what would do."""
    text = problem.message[:1].upper() + problem.message[1:]
    if problem.place:
        text += f" (at {problem.place})"
    if problem.value:
        text += f": {problem.value}"
    return text + "." + (f" Allowed: {problem.allowed}." if problem.allowed else "")
