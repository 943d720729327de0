"""Thumbnails with their overlays as pixmaps, made when they are first seen and kept within a budget of bytes.

It holds no tile: one that is forgotten elsewhere is not kept alive by its pixmap.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtGui import QFont, QImage, QPainter, QPixmap

from myriorama.app.gallery.compositing import thickness_px, with_masks
from myriorama.app.gallery.tints import Rgb, tints
from myriorama.app.overlays import OverlayState
from myriorama.app.preview.tiles import Tile, TileKey
from myriorama.scenes.conventions import U8
from myriorama.widgets.gallery.marks import Mapped, paint_marks

PIXMAP_BYTES: Final = 48 * 2**20


@dataclass(frozen=True, eq=False)
class _Made:
    tile: weakref.ref[Tile]
    state: OverlayState
    edition: int
    pixmap: QPixmap

    @property
    def size(self) -> int:
        return self.pixmap.width() * self.pixmap.height() * 4 + 300


class TilePixmaps:
    """Pixmaps by key, the least recently painted forgotten first.

    Parameters
    ----------
    limit_bytes : int
    """

    def __init__(self, limit_bytes: int = PIXMAP_BYTES) -> None:
        self._limit = limit_bytes
        self._made: OrderedDict[TileKey, _Made] = OrderedDict()
        self._bytes = 0
        self._classes: Mapping[str, Rgb] = {}
        self._edition = 0

    @property
    def held_bytes(self) -> int:
        return self._bytes

    def set_classes(self, classes: Mapping[str, Rgb]) -> None:
        """Colour classes so from now on."""
        if dict(classes) != dict(self._classes):
            self._classes = dict(classes)
            self._edition += 1

    def get(self, tile: Tile, state: OverlayState) -> QPixmap:
        """Return the tile's picture with its overlay, one pixel a pixel."""
        made = self._made.get(tile.key)
        if made is not None and made.tile() is tile and made.state == state and made.edition == self._edition:
            self._made.move_to_end(tile.key)
            return made.pixmap
        if made is not None:
            self._bytes -= self._made.pop(tile.key).size
        fresh = _Made(weakref.ref(tile), state, self._edition, with_overlay(tile, state, self._classes))
        self._made[tile.key] = fresh
        self._bytes += fresh.size
        while self._bytes > self._limit and len(self._made) > 1:
            self._bytes -= self._made.popitem(last=False)[1].size
        return fresh.pixmap

    def clear(self) -> None:
        """Let go of everything."""
        self._made.clear()
        self._bytes = 0


def with_overlay(tile: Tile, state: OverlayState, classes: Mapping[str, Rgb]) -> QPixmap:
    """Return a tile's picture with everything that the state asks for."""
    colors = () if state.hidden else tints(tile.items, state.color_by, classes)
    image = image_of(with_masks(tile, colors, state))
    if not state.hidden and tile.items:
        painter = QPainter(image)
        mapped = Mapped(1.0, 0.0, 0.0, image.width(), image.height())
        paint_marks(painter, tile.items, colors, state, mapped, thickness_px(state, tile.rgb.shape), name_letters())
        painter.end()
    return QPixmap.fromImage(image)


def name_letters() -> QFont:
    """Return the letters of names on a thumbnail."""
    font = QFont()
    font.setPixelSize(11)
    return font


def image_of(rgb: U8) -> QImage:
    """Return an image of its own memory.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    """
    height, width = rgb.shape[:2]
    four = np.empty((height, width, 4), dtype=np.uint8)  # the format that painting is fastest on
    four[..., 0], four[..., 1], four[..., 2] = rgb[..., 2], rgb[..., 1], rgb[..., 0]
    four[..., 3] = 255
    return QImage(four.data, width, height, width * 4, QImage.Format.Format_RGB32).copy()
