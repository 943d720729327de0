"""What a tile shows and says of a sample, gathered from the models at the moment it is painted or read out."""

from __future__ import annotations

from PySide6.QtGui import QPixmap

from myriorama.app.gallery.gallery import Gallery
from myriorama.app.gallery.variants import SWEEP
from myriorama.app.judging.judgments import REASONS
from myriorama.app.pictures.class_looks import NO_LOOKS, labelled_count, legend, objects_told
from myriorama.app.pictures.class_looks import Looks as ClassLooks
from myriorama.app.preview.tiles import Tile, TileKey
from myriorama.app.studio import Studio
from myriorama.widgets.gallery.cell import CellLook
from myriorama.widgets.gallery.pixmaps import TilePixmaps


class Looks:
    """Looks of samples and of variants.

    Attributes
    ----------
    side_px, sweep_side_px : int
        Long side of the pictures, and of those in a sweep's row, in pixels of the screen.
    classes : mapping
        How each class is drawn.
    asked_about : tuple of int
        Samples for whose rejection a reason is being asked for.
    """

    def __init__(self, studio: Studio, gallery: Gallery, pixmaps: TilePixmaps) -> None:
        self._studio = studio
        self._gallery = gallery
        self._pixmaps = pixmaps
        self.side_px = self.sweep_side_px = 192
        self.classes: ClassLooks = NO_LOOKS
        self.asked_about: tuple[int, ...] = ()

    def sample(self, index: int, selected: bool, current: bool, focused: bool) -> CellLook:
        """Return how the tile of a sample looks now."""
        tile = self._gallery.held.get(TileKey(index))
        judgment, stale = self._gallery.said_of(index)
        return CellLook(
            title=str(index),
            pixmap=self._pixmap(tile, self.side_px),
            stale=tile is not None and self._gallery.held.outdated(tile),
            problem=tile.problem if tile else "",
            judgment=judgment,
            stale_judgment=stale,
            objects=labelled_count(tile.items, self.classes) if tile and not tile.problem else None,
            in_viewport=index == self._studio.index.value,
            pending=index in self.asked_about,
            selected=selected,
            current=current,
            focused=focused,
            traced=tile is not None and tile.traced,
        )

    def variant(self, key: TileKey, selected: bool, focused: bool) -> CellLook:
        """Return how a picture of a sheet looks now."""
        tile = self._gallery.held.get(key)
        stale = tile is not None and self._gallery.held.stale(tile)
        problem = tile.problem if tile else ""
        pixmap = self._pixmap(tile, self.sweep_side_px if key.variant.startswith(SWEEP) else self.side_px)
        return CellLook("", pixmap, stale, problem, selected=selected, current=selected, focused=focused)

    def told(self, index: int) -> str:
        """Return one line about a sample."""
        judgment, stale = self._gallery.said_of(index)
        parts = [f"Sample {index}"]
        if judgment.flag:
            parts.append({"pick": "picked", "reject": "rejected"}[judgment.flag] + (" earlier" if stale else ""))
        if judgment.reason:
            parts.append(REASONS[judgment.reason])
        if judgment.stars:
            parts.append(f"{judgment.stars} star{'s' if judgment.stars != 1 else ''}")
        return ", ".join(parts)

    def tip(self, index: int) -> str:
        """Return a few lines about a sample and its picture, plain text."""
        tile = self._gallery.held.get(TileKey(index))
        lines = [self.told(index)]
        if tile is None:
            lines.append("The picture is still to come")
        elif tile.problem:
            lines.append(tile.problem)
        else:
            lines.append(objects_told(tile.items, self.classes, "labelled object"))
            lines += [row.text.capitalize() for row in legend(self.classes, {item.name for item in tile.items})]
            if tile.traced:
                lines.append("Path traced")
            if self._gallery.held.stale(tile):
                lines.append("Of the project as it was; a new picture is on its way")
            elif self._gallery.held.outdated(tile):
                lines.append("A picture by the other engine is on its way")
        if self._gallery.said_of(index)[1]:
            lines.append("Judged when this sample was another picture: that no longer counts")
        return "\n".join(lines)

    def _pixmap(self, tile: Tile | None, side_px: int) -> QPixmap | None:
        if tile is None or tile.problem:
            return None
        return self._pixmaps.get(tile, self._studio.overlays.value, side_px)
