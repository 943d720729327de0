"""Icons by name, in the colours of the theme in force at the moment they are painted.

Names are those of Material Design Icons, without their prefix: "eye", "dice-5". The font is the one that qtawesome
ships; qtawesome itself is not loaded, because it loads eleven fonts to show one. No file is fetched.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache

from myriorama.resources import resource_path
from myriorama.widgets.theme.tokens import theme

_FONT = "materialdesignicons6-webfont"
_FILL = 0.92  # of the square; the font's own glyphs leave no margin


@cache
def _glyphs() -> dict[str, str]:
    """Return the character of every name."""
    charmap = next(_fonts_folder().glob(f"{_FONT}-charmap-*.json"))
    return {name: chr(int(code, 16)) for name, code in json.loads(charmap.read_text(encoding="utf-8")).items()}


@cache
def _family() -> str:
    """Load the font into this application and return its family."""
    file = next(path for path in _fonts_folder().glob(f"{_FONT}-*.ttf"))
    return QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(file)))[0]


def _fonts_folder() -> Path:
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("qtawesome, which ships the icons, is not installed: make setup", name="qtawesome")
    return Path(spec.origin).parent / "fonts"


class _GlyphEngine(QIconEngine):
    """Paints one character; asks the theme each time, so a change of theme needs a repaint and nothing else."""

    def __init__(self, glyph: str, color: str) -> None:
        super().__init__()
        self._glyph = glyph
        self._color = color

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._glyph, self._color)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        tokens = theme()
        color = tokens.disabled if mode == QIcon.Mode.Disabled else (self._color or tokens.text)
        font = QFont(_family())
        font.setPixelSize(max(1, round(rect.height() * _FILL)))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        painter.setPen(QColor(color))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        tokens = theme()
        color = tokens.disabled if mode == QIcon.Mode.Disabled else (self._color or tokens.text)
        key = f"glyph {ord(self._glyph):x} {color} {size.width()} {size.height()}"
        pixmap = QPixmap()
        if QPixmapCache.find(key, pixmap):
            return pixmap
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        QPixmapCache.insert(key, pixmap)
        return pixmap


@cache  # each is kept: one that dies in a cycle may outlive its engine, and takes the process with it
def icon(name: str, color: str = "") -> QIcon:
    """Return an icon; dim where its action is disabled.

    Parameters
    ----------
    color : str
        "#rrggbb" instead of the theme's text colour.

    Raises
    ------
    KeyError
        There is no icon of this name.
    """
    glyphs = _glyphs()
    if name not in glyphs:
        raise KeyError(f"there is no icon {name!r}")
    return QIcon(_GlyphEngine(glyphs[name], color))


def program_icon() -> QIcon:
    """Return the program's own icon."""
    return QIcon(str(resource_path("icons/myriorama.svg")))
