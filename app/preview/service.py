"""The preview process and its supervisor: frames for the viewport, the newest request first."""

from __future__ import annotations

from pathlib import Path

from psygnal import Signal

from myriorama.app.observable import Post
from myriorama.app.preview.frames import Failure, FrameRequest, SampleFrame


class PreviewService:
    """Frames from a process of its own; fulfils `frames.FrameSource`."""

    frame_ready = Signal(SampleFrame)
    failed = Signal(Failure)

    def __init__(self, post: Post, cache_folder: Path | None = None) -> None:
        self._post = post
        self._generation = 0

    def request(self, wanted: FrameRequest) -> int:
        self._generation += 1
        return self._generation

    def close(self) -> None:
        pass
