"""The gallery's worker processes: thumbnails nearest to view first, then facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from psygnal import Signal

from myriorama.app.observable import Post
from myriorama.app.preview.tiles import SampleFacts, Tile, TileKey
from myriorama.scenes.project.model import Project


class TileService:
    """Thumbnails and facts of the open project."""

    tile_ready = Signal(Tile)
    facts_ready = Signal(SampleFacts)
    epoch_changed = Signal(int)

    def __init__(self, post: Post, cache_folder: Path | None = None) -> None:
        self._post = post
        self.epoch = 0

    def set_project(self, project: Project | None, folder: Path, asset_roots: Sequence[str] = ()) -> None:
        """Show this project from now on: everything made before is stale."""
        self.epoch += 1
        self.epoch_changed.emit(self.epoch)

    def set_variants(self, variants: Mapping[str, Project]) -> None:
        """Declare further projects by name, for `TileKey.variant`; those not named are forgotten."""

    def want(self, keys: Sequence[TileKey], size_px: int) -> None:
        """Ask for these thumbnails, in this order, in place of what was asked for before."""

    def want_facts(self, indices: Sequence[int]) -> None:
        """Ask for the facts of these samples, after the thumbnails, in place of what was asked for before."""

    def close(self) -> None:
        pass
