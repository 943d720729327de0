"""Starts the preview process before anything heavy is loaded, so that both come up side by side.

It imports neither numbers nor pictures: it is the first thing that the program does.
"""

from __future__ import annotations

from pathlib import Path

from myriorama.app.preview.companion import Companion
from myriorama.app.preview.worker import preview_main
from myriorama.app.production.lifetime import usable_cores


def start_preview(cache_folder: Path | None = None) -> Companion:
    """Start a preview process, for a `service.PreviewService` to take over. Call it on the main thread.

    Parameters
    ----------
    cache_folder : Path or None
        For imported assets; None is the user's.
    """
    setup = {"threads": usable_cores(), "cache_folder": str(cache_folder) if cache_folder else None}
    return Companion(preview_main, setup, "myriorama preview")
