"""Thumbnails with their overlays as pixmaps, made when they are first seen and kept within a budget of bytes.

It holds no tile: one that is forgotten elsewhere is not kept alive by its pixmap.
"""

from __future__ import annotations

import time
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPixmap

from myriorama.app.gallery.compositing import thickness_px, with_masks
from myriorama.app.gallery.tints import tints
from myriorama.app.overlays import OverlayState
from myriorama.app.pictures.class_looks import NO_LOOKS, Looks
from myriorama.app.preview.tiles import Tile, TileKey
from myriorama.scenes.conventions import U8
from myriorama.widgets.gallery.marks import Mapped, paint_marks

PIXMAP_BYTES: Final = 40 * 2**20
FRAME_MS: Final = 14.0
"""So long a frame may spend on making pictures; what is missing then comes with the next frames."""


@dataclass(frozen=True, eq=False)
class _Made:
    tile: weakref.ref[Tile]
    state: OverlayState
    edition: int
    long_side_px: int
    pixmap: QPixmap

    @property
    def size(self) -> int:
        return self.pixmap.width() * self.pixmap.height() * 4 + 300


class TilePixmaps:
    """Pixmaps by key, the least recently painted forgotten first.

    Parameters
    ----------
    limit_bytes : int

    Attributes
    ----------
    postponed : bool
        Since `start_frame` some picture was not made for want of time.
    """

    def __init__(self, limit_bytes: int = PIXMAP_BYTES) -> None:
        self._limit = limit_bytes
        self._made: OrderedDict[TileKey, _Made] = OrderedDict()
        self._bytes = 0
        self._looks: Looks = NO_LOOKS
        self._edition = 0
        self._spent_s = 0.0
        self._budget_s = FRAME_MS / 1000
        self.postponed = False

    @property
    def held_bytes(self) -> int:
        return self._bytes

    def set_looks(self, looks: Looks) -> None:
        """Draw classes so from now on."""
        if dict(looks) != dict(self._looks):
            self._looks = dict(looks)
            self._edition += 1

    def get(self, tile: Tile, state: OverlayState, long_side_px: int) -> QPixmap | None:
        """Return the tile's picture with its overlay, at most this large: lines and words are drawn at that size.

        Where the frame's time is spent it is what was made before, or None, and `postponed` is set.
        """
        made = self._made.get(tile.key)
        if (
            made is not None
            and made.tile() is tile
            and made.state == state
            and (made.edition, made.long_side_px) == (self._edition, long_side_px)
        ):
            self._made.move_to_end(tile.key)
            return made.pixmap
        if self._spent_s > self._budget_s:
            self.postponed = True
            return made.pixmap if made is not None else None
        before = time.perf_counter()
        if made is not None:
            self._bytes -= self._made.pop(tile.key).size
        pixmap = with_overlay(tile, state, self._looks, long_side_px)
        fresh = _Made(weakref.ref(tile), state, self._edition, long_side_px, pixmap)
        self._made[tile.key] = fresh
        self._bytes += fresh.size
        while self._bytes > self._limit and len(self._made) > 1:
            self._bytes -= self._made.popitem(last=False)[1].size
        self._spent_s += time.perf_counter() - before
        return fresh.pixmap

    def start_frame(self, budget_ms: float = FRAME_MS) -> None:
        """Begin a frame: pictures are made for so long, what is left is postponed to the next one."""
        self._spent_s, self._budget_s = 0.0, budget_ms / 1000
        self.postponed = False

    def clear(self) -> None:
        """Let go of everything."""
        self._made.clear()
        self._bytes = 0


def with_overlay(tile: Tile, state: OverlayState, looks: Looks, long_side_px: int) -> QPixmap:
    """Return a tile's picture with everything that the state asks for, made smaller where it is larger than wanted."""
    colors = () if state.hidden else tints(tile.items, state.color_by, looks)
    image = image_of(with_masks(tile, colors, state, looks))
    scale = min(1.0, long_side_px / max(image.width(), image.height()))
    if scale < 1.0:
        size = image.size() * scale
        image = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    if not state.hidden and tile.items:
        painter = QPainter(image)
        mapped = Mapped(scale, 0.0, 0.0, image.width(), image.height())
        line_px = thickness_px(state, (image.height(), image.width()))
        paint_marks(painter, tile.items, colors, state, mapped, line_px, name_letters(), looks)
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
