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


def thumbnail(kind: str, name: str) -> Path | None:
    """Return the small picture (128 x 128 px) of a built-in plugin or rig, or None where none is shipped.

    Parameters
    ----------
    kind : str
        ``generator``, ``placement``, ``environment``, ``effect`` or ``rig``.
    """
    if not (kind.isidentifier() and name.isidentifier()):  # a third party's name decides nothing about paths
        return None
    path = resource_path(f"thumbnails/{kind}_{name}.jpg")
    return path if path.is_file() else None
