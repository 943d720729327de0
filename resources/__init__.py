"""The files that Myriorama ships: small assets, example projects, schemas, shaders, icons.

One accessor and nothing else: this room holds files, not code.
"""

from __future__ import annotations

from pathlib import Path


def resource_path(name: str) -> Path:
    """Return the absolute path of a shipped file or folder, e.g. ``hdri/studio.exr``.

    It does not check that the path exists, nor what `name` looks like: names from a user go through the
    asset store.
    """
    return Path(__file__).resolve().parent / name
