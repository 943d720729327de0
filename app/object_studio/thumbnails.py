"""Small pictures of third-party generators, made once for the bytes of their code and kept beside the user's state.

They are made in a preview process of their own, which ends when all are there; nothing runs that was not enabled.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from psygnal import Signal

from myriorama.app.object_studio.bench import bench_project
from myriorama.app.object_studio.pictures import Pictures
from myriorama.app.observable import Post
from myriorama.app.preview.frames import Failure, SampleFrame
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.sources import Grant
from myriorama.scenes.conventions import U8

SIDE_PX: Final = 128
THUMBNAIL_VERSION: Final = 1
"""Raised whenever the same generator would be shown differently."""
_MADE_PX: Final = (256, 256)
_QUALITY: Final = 90


def thumbnail_file(folder: Path, sha256: str, name: str) -> Path:
    """Return where the picture of a generator is kept; other bytes of its source have another place.

    Parameters
    ----------
    sha256 : str
        Of the source: `PluginSource.sha256`.
    """
    return folder / f"{sha256[:32]}_{name}_{THUMBNAIL_VERSION}.jpg"


class Thumbnails:
    """Makes what is missing.

    Parameters
    ----------
    registry : PluginRegistry
    post : callable
        Brings a call to the thread of the models.
    folder : Path
        Made when the first picture is there.
    cache_folder : Path or None
        For imported assets; None is the user's.

    Attributes
    ----------
    changed : signal of ()
        All that were missing are there, or could not be made.
    """

    changed = Signal()

    def __init__(self, registry: PluginRegistry, post: Post, folder: Path, cache_folder: Path | None = None) -> None:
        self._registry = registry
        self._folder = folder
        self._waiting: list[tuple[Grant, str]] = []
        self._tried: set[Path] = set()
        self._made = False
        self._pictures = Pictures(post, cache_folder, draw_px=_MADE_PX)
        self._pictures.drawn.connect(self._on_drawn)
        self._pictures.draw_failed.connect(self._on_failed)
        self._pictures.failed.connect(self._on_lost)

    @property
    def busy(self) -> bool:
        """Some are being made."""
        return bool(self._waiting)

    def use(self, grants: Sequence[Grant]) -> None:
        """Make those of these that are missing; of what is being worked on none, for it changes with every save."""
        self._pictures.stop()
        self._waiting = []
        for grant in grants:
            for entry in grant.manifest.entries:
                file = thumbnail_file(self._folder, grant.source.sha256, entry.name)
                wanted = entry.kind == "generator" and not grant.development
                ours = wanted and self._registry.grant_of("generator", entry.name) == grant
                if ours and file not in self._tried and not file.is_file():
                    self._waiting.append((grant, entry.name))
        if self._waiting:
            self._pictures.use_plugins(grants)
            self._pictures.start()
            self._next()

    def close(self) -> None:
        """End the process."""
        self._waiting = []
        self._pictures.close()

    def _next(self) -> None:
        if self._waiting:
            grant, name = self._waiting[0]
            self._tried.add(thumbnail_file(self._folder, grant.source.sha256, name))
            self._pictures.draw(0, bench_project(self._registry, name))
            return
        self._pictures.stop()
        if self._made:
            self._made = False
            self.changed.emit()

    def _on_drawn(self, _: int, frame: SampleFrame) -> None:
        if not self._waiting:
            return
        grant, name = self._waiting.pop(0)
        with contextlib.suppress(OSError):  # a picture that cannot be kept is only not shown
            _keep(thumbnail_file(self._folder, grant.source.sha256, name), frame.rgb)
            self._made = True
        self._next()

    def _on_failed(self, _: int, failure: Failure) -> None:
        self._on_lost(failure)

    def _on_lost(self, _: Failure) -> None:
        if self._waiting:
            self._waiting.pop(0)
            self._next()


def _keep(file: Path, rgb: U8) -> None:
    """Write a picture so that no one reads half of it."""
    from PIL import Image  # late: the window starts without it

    held = io.BytesIO()
    small = Image.fromarray(rgb).resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    small.save(held, "JPEG", quality=_QUALITY, subsampling=0)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    part.write_bytes(held.getvalue())
    part.replace(file)
