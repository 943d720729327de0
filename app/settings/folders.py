"""Where the user's own files lie on this system: settings, and state that may be lost without harm to a dataset.

It makes none of them.
"""

from __future__ import annotations

from pathlib import Path

import platformdirs


def settings_folder() -> Path:
    """Return the user's own folder for settings."""
    return Path(platformdirs.user_config_dir("myriorama", appauthor=False))


def state_folder() -> Path:
    """Return the user's own folder for journals and logs."""
    return Path(platformdirs.user_state_dir("myriorama", appauthor=False))


def queue_folder() -> Path:
    """Return where the render queue keeps its jobs' databases."""
    return state_folder() / "queue"
